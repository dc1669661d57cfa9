/*
 * aws_identity_center.h - users, groups and account assignments of IAM Identity Center.
 *
 * An assignment lets a user, or the members of a group, act as the role that Identity
 * Center keeps for the permission set in that account. The role is named after the set,
 * with sixteen hexadecimal digits that no answer tells, so the relation's end is a
 * pattern (base/record.h).
 *
 * Source: https://docs.aws.amazon.com/singlesignon/latest/userguide/what-is.html and the
 * API references of sso-admin and identitystore.
 */
#ifndef INGEST_AWS_IDENTITY_CENTER_H
#define INGEST_AWS_IDENTITY_CENTER_H

#include "ingest/aws_emit.h"

/* Whether an element of `Users` or `Groups` is of an identity store, not of IAM. */
bool aws_identity_center_owns(const struct json_value *v);

/* Elements of list-users, list-groups and list-group-memberships. */
int aws_identity_center_user(
	struct aws_emit *em, const struct json_value *v, struct err *e);
int aws_identity_center_group(
	struct aws_emit *em, const struct json_value *v, struct err *e);
int aws_identity_center_membership(
	struct aws_emit *em, const struct json_value *v, struct err *e);

/* describe-permission-set, and an element of list-account-assignments beside it. */
int aws_identity_center_set(
	struct aws_emit *em, const struct json_value *v, struct err *e);
int aws_identity_center_assignment(
	struct aws_emit *em, const struct json_value *v, struct err *e);

#endif
