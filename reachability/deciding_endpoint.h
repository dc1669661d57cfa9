/*
 * deciding_endpoint.h - what policies of endpoints take from a decision.
 *
 * Who may come another way is not bound by them: a decision is cut only as far as its own
 * conditions, or the context given, demand the way through an endpoint.
 */
#ifndef REACHABILITY_DECIDING_ENDPOINT_H
#define REACHABILITY_DECIDING_ENDPOINT_H

#include "reachability/deciding.h"

/*
 * After deciding_collect: where a hit's conditions ask for an endpoint, or the context
 * names one, the statements of the endpoints become hits too.
 */
int deciding_endpoint_collect(struct deciding *g, bool generic, struct err *e);

/*
 * The residual x of an action in an atom, cut. p->endpoint: whose policy leaves nothing.
 */
expr deciding_endpoint_limit(struct deciding *g, struct provider_parts *p, uint32_t bit,
	uint64_t atom, expr x);

#endif
