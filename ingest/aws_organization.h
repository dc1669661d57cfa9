/*
 * aws_organization.h - answers of `aws organizations`: the tree, its accounts and its
 * policies.
 *
 * All records are of the organization's scope "aws:o-...", so that reading them never
 * replaces what an account's own scope holds. list-accounts-for-parent and
 * list-organizational-units-for-parent do not name the parent, and
 * list-policies-for-target not the target: directories 'parents/ID' and 'targets/ID'
 * do.
 *
 * Source: https://docs.aws.amazon.com/organizations/latest/APIReference/
 */
#ifndef INGEST_AWS_ORGANIZATION_H
#define INGEST_AWS_ORGANIZATION_H

#include "ingest/aws_emit.h"

/*
 * The object under "Organization". Also tells the account of the context its
 * organization.
 */
int aws_organization_described(
	struct aws_emit *em, const struct json_value *v, struct err *e);

/* {"PolicySummary": {...}, "Content": "..."} */
int aws_organization_content(
	struct aws_emit *em, const struct json_value *v, struct err *e);

/* The format of a list that is the organization's, or NULL. */
const struct decoder_format *aws_organization_detect(const struct json_shape *shape);

/*
 * The place of a policy in decisions by its type or ARN: LAYER_SCP, LAYER_RCP, 0 for
 * others.
 */
enum record_layer aws_organization_layer(struct str type_or_arn);

/* Key of a root, organizational unit or account by its id. */
struct str aws_organization_node(struct aws_emit *em, struct str partition,
	struct str management, struct str organization, struct str id);

/* The answers of list-delegated-administrators and describe-resource-policy. */
int aws_organization_delegates(
	struct aws_emit *em, const struct json_value *v, struct err *e);
int aws_organization_delegation(
	struct aws_emit *em, const struct json_value *v, struct err *e);

#endif
