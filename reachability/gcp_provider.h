/* gcp_provider.h - how Google Cloud decides: docs/access-model.md, "Google Cloud". */
#ifndef REACHABILITY_GCP_PROVIDER_H
#define REACHABILITY_GCP_PROVIDER_H

#include "reachability/provider.h"

extern const struct provider gcp_provider;

/* The condition keys that are known of subject and object (gcp_context.c). */
void gcp_provider_look_up(struct world *w, const struct subject *subject,
	const struct object *object, struct str key, struct condition_fact *out,
	struct arena *arena);

/* What is wrong with a condition key or its value, in words; empty: nothing. */
struct str gcp_provider_check_key(struct str key, struct str value, struct arena *arena);

#endif
