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
#include "reachability/decide.h"
#include "reachability/rule.h"

struct graph;

struct graph *graph_new(struct world *w);
void graph_free(struct graph *g);
struct world *graph_world(const struct graph *g);

struct hub_end {
	node_id node;
	node_id through; /* what ties it to the other side, or NODE_NONE */
	expr residual;
	enum expr_verdict verdict; /* never denied */
};

struct hub {
	uint32_t number; /* dense over all hubs of the graph */
	const struct rule *rule;
	const struct hub_end *ends;
	uint32_t count;
};

/*
 * The hubs that lead from (or, backward, to) a node. A hub may have the node itself among
 * its ends: that is no hop.
 */
int graph_hubs(const struct hub *const **out, uint32_t *count, struct graph *g, node_id n,
	bool backward, struct err *e);

uint32_t graph_hub_count(const struct graph *g);

/*
 * The decisions that a rule's hops rest on: one action on identities. For proofs. NULL:
 * the rule needs none.
 */
struct decide *graph_decide(struct str *action, struct graph *g, struct str rule);

#endif
