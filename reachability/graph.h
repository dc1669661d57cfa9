/*
 * graph.h - hops: who can act as whom, found on demand and remembered for the query.
 *
 * A hop is an act that yields another identity. Edges are never stored one by one: what
 * leaves (or enters) a node is a list of hubs, each a rule with all its ends. Nodes for
 * which a rule has the same ends share the hub: a thousand roles that delegate to their
 * account have one list of those who may assume them, and k sources and m targets cost
 * k + m, not k * m.
 *
 * Ownership: hubs live in the world's arena.
 */
#ifndef REACHABILITY_GRAPH_H
#define REACHABILITY_GRAPH_H

#include "reachability/answer.h"
#include "reachability/hop.h"

struct graph;

struct graph *graph_new(struct world *w);
void graph_free(struct graph *g);
struct world *graph_world(const struct graph *g);

/*
 * The hubs that lead from (or, backward, to) a node. A hub may have the node itself among
 * its ends: that is no hop.
 */
int graph_hubs(const struct hub *const **out, uint32_t *count, struct graph *g, node_id n,
	bool backward, struct err *e);

/* The rules behind it, for proofs. */
struct hop *graph_hop(struct graph *g);

/*
 * One question about one resource: an own policy that nobody read may name anybody, and
 * what nobody collected may be carried. Before any other call.
 */
void graph_set_strict(struct graph *g);

#endif
