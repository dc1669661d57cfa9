/*
 * endpoint.h - the private ways into a provider's services that were collected, each with
 * the policy that limits what comes through it.
 *
 * A policy of an endpoint binds only requests that come that way. Which do, the request
 * says: keys of its context name the endpoint and its network (provider.h).
 *
 * Ownership: all lies in the world's arena, loaded once per world.
 */
#ifndef REACHABILITY_ENDPOINT_H
#define REACHABILITY_ENDPOINT_H

#include "reachability/decide.h"

struct endpoint {
	node_id node;
	struct str key, id, network, service;      /* as its entity has them */
	const struct decide_statement *statements; /* their level: which endpoint */
	uint32_t statement_count;
	expr unknown; /* EXPR_FALSE, or its policy was not collected */
};

struct endpoint_list {
	const struct endpoint *items;
	uint32_t count;
};

/* Those of all scopes. */
int endpoint_load(struct endpoint_list *out, struct world *w,
	const struct provider *provider, struct err *e);

#endif
