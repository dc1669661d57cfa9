/*
 * graph.h - hops: who can act as whom, found on demand and remembered for the query.
 *
 * A hop is an act that yields another identity. Edges are never stored: the forward edges
 * of an identity are a question of what it can do to identities, the backward ones a
 * question of who can, both answered by search.h; what compute carries is a relation.
 *
 * Paths are compared by verdict (stronger first), then cost, then number of hops, then
 * the keys on the way. Forward and backward searches give the same best path for a pair.
 */
#ifndef REACHABILITY_GRAPH_H
#define REACHABILITY_GRAPH_H

#include "reachability/answer.h"
#include "reachability/decide.h"

struct graph;

struct graph *graph_new(struct world *w);
void graph_free(struct graph *g);

struct graph_edge {
	node_id from, to;
	struct str rule;
	enum hop_class class;
	expr residual;
	enum expr_verdict verdict;
};

/* The hops from (or, backward, to) an identity; borrowed until graph_free. */
int graph_edges(const struct graph_edge **out, uint32_t *count, struct graph *g,
	node_id n, bool backward, struct err *e);

/*
 * Nodes that no search may step onto: bit n of `bits` for node n below `count`. For goals
 * so good that a path through one can only be worse than the path that ends there. NULL:
 * none. Borrowed until changed.
 */
void graph_block(struct graph *g, const uint64_t *bits, uint32_t count);

/*
 * The decisions that a rule's hops rest on: one action on identities. For proofs. NULL:
 * the rule needs none.
 */
struct decide *graph_decide(struct str *action, struct graph *g, struct str rule);

/*
 * A node that was reached, with the best path. Forward: from a start to node; backward:
 * from node to a goal.
 */
struct graph_reached {
	node_id node;
	node_id end; /* the start or goal at the other end */
	struct path path;
};

/*
 * Everything reached by at least one hop from any of `ends` (backward: that reaches any
 * of them), each node once, in the order of nodes' numbers. Options bound hops and name
 * what paths must or must not pass.
 */
int graph_reach(const struct graph_reached **out, uint32_t *count, struct graph *g,
	const node_id *ends, uint32_t end_count, bool backward,
	const struct answer_options *o, struct err *e);

#endif
