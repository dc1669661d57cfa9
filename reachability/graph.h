/*
 * graph.h - hops: who can act as whom, from the hop index where it tells, else found on
 * demand and remembered for the query.
 *
 * A hop is an act that yields another identity. Edges are never stored one by one: what
 * leaves (or enters) a node is a list of hubs, each a rule with all its ends. Nodes for
 * which a rule has the same ends share the hub: a thousand roles that delegate to their
 * account have one list of those who may assume them, and k sources and m targets cost
 * k + m, not k * m.
 *
 * The store's index (hop_index.h) has the hubs of all identities under the built-in
 * rules. A question that changes what they follow from (rules, context, something taken
 * away, an older version) does without it and gets the same hubs from the rules.
 *
 * Ownership: hubs live in the world's arena.
 */
#ifndef REACHABILITY_GRAPH_H
#define REACHABILITY_GRAPH_H

#include "reachability/answer.h"
#include "reachability/hop.h"

struct graph;
struct graph_part;

struct graph *graph_new(struct world *w);
void graph_free(struct graph *g);
struct world *graph_world(const struct graph *g);

/*
 * The hubs that lead from (or, backward, to) a node, by the rules alone. A hub may have
 * the node itself among its ends: that is no hop.
 */
int graph_hubs(const struct hub *const **out, uint32_t *count, struct graph *g, node_id n,
	bool backward, struct err *e);

/* One hop from a node, or backward to it. */
struct graph_edge {
	node_id node; /* at the other end */
	const struct rule *rule;
	enum expr_verdict verdict;
	/* of `part`, or without one the node and the formula themselves */
	struct graph_part *part;
	uint32_t through, residual;
};

/*
 * Who walks. Ways are followed for several verdicts at once: `sure` has a bit for each
 * (1 << verdict) that is still wanted, and a hop lets through those that are no better
 * than its own. Hops come in bundles that lead to the same nodes at the same price:
 * `enter` says for which verdicts to look into the bundle of that mark (dense numbers);
 * `edge` gets each hop with those that are left. Bundles hold hops and bundles; forwards,
 * `leave` (or NULL) tells that the one entered last and not left yet is over.
 */
struct graph_walk {
	uint32_t (*enter)(void *ctx, uint32_t mark, uint32_t sure);
	void (*edge)(void *ctx, const struct graph_edge *edge, uint32_t sure);
	void (*leave)(void *ctx);
	void *ctx;
	uint32_t sure;
};

int graph_each(struct graph_walk *walk, struct graph *g, node_id n, bool backward,
	struct err *e);

/* What the edge leaves, and what ties it, or NODE_NONE. */
int graph_residual(
	expr *out, struct graph *g, const struct graph_edge *edge, struct err *e);
int graph_through(
	node_id *out, struct graph *g, const struct graph_edge *edge, struct err *e);

/* The rules behind it, for proofs. */
struct hop *graph_hop(struct graph *g);

/*
 * One question about one resource: an own policy that nobody read may name anybody, and
 * what nobody collected may be carried. Before any other call.
 */
void graph_set_strict(struct graph *g);

/* Do without the index: what makes it, and tests that compare. Before any other call. */
void graph_set_alone(struct graph *g);

/* The same, but that changes are known (graph_parts_set_changes). */
void graph_set_changes(struct graph *g, const struct str *parts);

#endif
