/*
 * gcp_directory.h - people, groups and who is in them: answers of the Admin SDK's
 * directory and of Cloud Identity.
 *
 * A group goes by its address. Answers of Cloud Identity name groups by an id besides;
 * the list of groups ties the two.
 *
 * Source: https://developers.google.com/workspace/admin/directory/reference/rest/v1/members
 * and https://cloud.google.com/identity/docs/reference/rest/v1/groups.memberships
 */
#ifndef INGEST_GCP_DIRECTORY_H
#define INGEST_GCP_DIRECTORY_H

#include "ingest/gcp_emit.h"

/* The format of such a document, or NULL. */
const struct decoder_format *gcp_directory_detect(const struct json_shape *shape);

/* The users and groups that an allow policy names, as entities of the open scope. */
int gcp_directory_members(
	struct gcp_emit *em, const struct json_value *policy, struct err *e);

/*
 * Whoever has a basic role by the policy of a project is in the group that policies of
 * buckets and datasets mean by "projectOwner:ID" and its fellows.
 */
int gcp_directory_basics(struct gcp_emit *em, struct str project,
	const struct json_value *policy, struct err *e);

#endif
