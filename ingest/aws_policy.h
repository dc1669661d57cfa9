/*
 * aws_policy.h - the text of an AWS policy, compiled.
 *
 * Follows what AWS accepts when a policy is saved; what AWS would refuse becomes an
 * invalid document (DOCUMENT_INVALID) whose problem names statement, element and value:
 * "statement 2: Effect: expected 'Allow' or 'Deny', found 'allow'". Statements are
 * counted from 0.
 *
 * What depends on the layer:
 *  layer       Principal     Resource      an ARN of fewer than six parts
 *  identity    forbidden     required      goes on with ":*"
 *  resource    required      optional      goes on with ":*" if it has a wildcard, else
 *              matches nothing
 *  trust       required      forbidden
 *  scp         forbidden     required      refused unless it ends in '*'
 *  rcp         only "*"      required      refused
 *  endpoint    required      required      as resource
 *  acl         as resource
 * An optional or forbidden Resource that is absent covers what the policy is attached to.
 *
 * Variables, ${...}, exist only with Version 2012-10-17, in the sixth part of an ARN and
 * in condition values. Source:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html and
 * reference_policies_elements.html, reference_policies_variables.html beside it.
 */
#ifndef INGEST_AWS_POLICY_H
#define INGEST_AWS_POLICY_H

#include "ingest/policy.h"

void aws_policy_compile(struct document_builder *out, struct str text,
	enum record_layer layer, const struct policy_listener *listener);

#endif
