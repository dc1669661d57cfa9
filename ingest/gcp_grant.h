/*
 * gcp_grant.h - grants that are told otherwise than by an allow policy: offices of the
 * directory, entitlements, lists of objects.
 *
 * Each becomes bindings as allow policies have them, with words in the place of roles
 * where no role is meant (gcp_permission.h), in a layer beside the policy: whoever read
 * them has not read that.
 */
#ifndef INGEST_GCP_GRANT_H
#define INGEST_GCP_GRANT_H

#include "ingest/gcp_emit.h"

/* That whoever has the address, a JSON string, holds the office on group or container. */
int gcp_grant_office(struct gcp_emit *em, struct str holder, const char *office,
	const struct json_value *email, struct err *e);

/*
 * An entitlement of Privileged Access Manager, into the scope of its name.
 * https://cloud.google.com/iam/docs/reference/pam/rest
 */
int gcp_grant_entitlement(
	struct gcp_emit *em, const struct json_value *entitlement, struct err *e);

/*
 * The list of an object, onto its bucket. 0 and nothing when it has none.
 * https://cloud.google.com/storage/docs/json_api/v1/objectAccessControls
 */
int gcp_grant_object(struct gcp_emit *em, const struct json_value *object, struct err *e);

#endif
