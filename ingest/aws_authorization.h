/*
 * aws_authorization.h - users, groups, roles and managed policies of one account, as
 * `aws iam get-account-authorization-details` and the list and get calls of IAM give
 * them.
 *
 * An element is one user, group, role, policy or instance profile. A user's groups are
 * known by name only, so memberships are references by name (record.h).
 *
 * Source:
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
 */
#ifndef INGEST_AWS_AUTHORIZATION_H
#define INGEST_AWS_AUTHORIZATION_H

#include "ingest/aws_emit.h"

/* The records of one element; v must be an object. Opens the scope of its account. */
int aws_authorization_user(
	struct aws_emit *em, const struct json_value *v, struct err *e);
int aws_authorization_group(
	struct aws_emit *em, const struct json_value *v, struct err *e);
int aws_authorization_role(
	struct aws_emit *em, const struct json_value *v, struct err *e);
int aws_authorization_policy(
	struct aws_emit *em, const struct json_value *v, struct err *e);
int aws_authorization_profile(
	struct aws_emit *em, const struct json_value *v, struct err *e);

/* A batch of an authorization-details document. */
int aws_authorization_run(
	const struct decoder_batch *batch, struct buf *out, struct err *e);

/* Flags of an identity by its path. */
uint32_t aws_authorization_role_flags(struct str path);

/* The last part of an ARN's resource: "ci" of "role/service/ci". */
struct str aws_authorization_name(struct str arn);

#endif
