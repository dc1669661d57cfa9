/*
 * gcp_resource.h - what a provider's description of one thing says: the same object in an
 * asset's `resource.data` and in the answer that describes or lists it.
 *
 * Source: the REST references of the services.
 */
#ifndef INGEST_GCP_RESOURCE_H
#define INGEST_GCP_RESOURCE_H

#include "ingest/gcp_emit.h"

/*
 * The records of a thing with that full name, whose scope is open. `data` NULL: only that
 * it is there. `location` may be empty.
 */
int gcp_resource_data(struct gcp_emit *em, struct str full, const struct json_value *data,
	struct str location, struct err *e);

/* A deny policy, which holds for the container that it is attached to. */
int gcp_resource_deny(
	struct gcp_emit *em, const struct json_value *policy, struct err *e);

/*
 * A principal access boundary, and who is bound by one: what the boundary leaves is in
 * the policy, which the binding names as a grant names its role.
 */
int gcp_resource_boundary(
	struct gcp_emit *em, const struct json_value *policy, struct err *e);
int gcp_resource_binding(
	struct gcp_emit *em, const struct json_value *binding, struct err *e);

/* The key of a role's definition by the name that bindings use: "roles/viewer". */
struct str gcp_resource_role_key(struct str name, struct arena *arena);

#endif
