/*
 * gcp_naming.h - how keys of Google Cloud are read, and by which names policies mean an
 * identity.
 *
 * Source: https://cloud.google.com/iam/docs/principal-identifiers
 */
#ifndef REACHABILITY_GCP_NAMING_H
#define REACHABILITY_GCP_NAMING_H

#include "reachability/provider.h"

#define GCP_NAMING_CONTAINERS "//cloudresourcemanager.googleapis.com/"

/* What sets of all in a container begin with: its path follows. */
#define GCP_NAMING_MEMBERS "principalSet:" GCP_NAMING_CONTAINERS

/* The id behind a collection: "p" of "//.../projects/p/..." and "projects". */
struct str gcp_naming_part(struct str key, const char *collection);

bool gcp_naming_is_account(struct str key); /* a service account's key */
bool gcp_naming_is_pool(struct str key);    /* a workload identity pool's key */
bool gcp_naming_is_user(struct str key);
bool gcp_naming_is_group(struct str key);
bool gcp_naming_is_set(struct str text);
bool gcp_naming_is_subject(struct str key); /* of a pool: "principal://..." */

/* provider.principal_texts */
uint32_t gcp_naming_texts(
	struct str *out, uint32_t max, struct world *w, node_id subject);

#endif
