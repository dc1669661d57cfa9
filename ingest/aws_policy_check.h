/*
 * aws_policy_check.h - what AWS refuses in a policy that is well formed: names, places
 * and effects that its type does not have.
 *
 * Each returns 0, or ERR_FORMAT with what was found.
 *
 * Source:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
#ifndef INGEST_AWS_POLICY_CHECK_H
#define INGEST_AWS_POLICY_CHECK_H

#include "ingest/aws_policy_priv.h"

/* Letters and digits, in policies of identities and sessions. */
int aws_policy_check_sid(const struct compiler *c, struct str sid, struct err *e);

/* The partition of an ARN. */
int aws_policy_check_arn(const struct compiler *c, struct str arn, struct err *e);

/* A trust policy is about sts alone. */
int aws_policy_check_action(const struct compiler *c, struct str action, struct err *e);

/*
 * RCPs allow nothing but everything, which is the one that AWS attaches everywhere. Of a
 * statement that was compiled.
 */
int aws_policy_check_effect(
	const struct compiler *c, const struct document_statement *s, struct err *e);

#endif
