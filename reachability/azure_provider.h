/*
 * azure_provider.h - Azure: how role assignments, deny assignments and access policies
 * add up, and what is known of the attributes that conditions ask for.
 *
 * Source: https://learn.microsoft.com/azure/role-based-access-control/overview
 */
#ifndef REACHABILITY_AZURE_PROVIDER_H
#define REACHABILITY_AZURE_PROVIDER_H

#include "reachability/provider.h"

extern const struct provider azure_provider;

/* provider.look_up, provider.check_key */
void azure_context_look_up(struct world *w, const struct subject *subject,
	const struct object *object, struct str key, struct condition_fact *out,
	struct arena *arena);
struct str azure_context_check(struct str key, struct str value, struct arena *arena);

#endif
