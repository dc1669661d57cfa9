/*
 * path_search.h - best paths of hops from one side to all nodes, for many goals at once.
 *
 * Paths are compared by verdict (stronger first), then cost, then number of hops, then
 * group, then order of discovery. Forward and backward searches give equal verdict, cost
 * and hops for a pair.
 *
 * Goals come in groups: members of one give the same things. What a group gives is a set
 * of bits for each verdict that a path may have. A node that has been reached by ways
 * which give it all that a later, costlier one gives is not reached by that one again,
 * and neither is anybody behind it: the search costs what new it finds.
 */
#ifndef REACHABILITY_PATH_SEARCH_H
#define REACHABILITY_PATH_SEARCH_H

#include "reachability/graph.h"

/* Verdicts that paths may have, strongest first. */
#define PATH_LEVELS 4u

enum expr_verdict path_search_level(uint32_t i);

struct path_goal {
	node_id node;
	uint32_t group;
};

struct path_search {
	struct graph *graph;
	const struct answer_options *options;
	const struct path_goal *goals; /* or starts, of a forward search */
	uint32_t goal_count;
	/*
	 * [(group * PATH_LEVELS + level) * words]: what the group gives at that verdict
	 * or better
	 */
	const uint64_t *bits;
	uint32_t words;
	uint32_t group_count;
	bool backward;
	/*
	 * also a path of a weaker verdict than another, when it is cheaper: for whom the
	 * verdict of what lies behind is not known yet
	 */
	bool cheaper_too;
	uint32_t first_level; /* the strongest that is looked for, 0: all */
	/* asked of each node that is reached: *enough ends the search; or NULL */
	int (*accept)(void *ctx, bool *enough, node_id n, struct err *e);
	void *accept_ctx;
};

/* A node that was reached by at least one hop, and one way. */
struct path_found {
	node_id node;
	node_id end; /* the start or goal at the other end */
	uint32_t group;
	struct path path;
};

/* By node, then strongest verdict, then cost. In the world's arena. */
int path_search(const struct path_found **out, uint32_t *count,
	const struct path_search *request, struct err *e);

/* From one start, forward: every identity that it can become. */
int path_search_from(const struct path_found **out, uint32_t *count, struct graph *g,
	node_id start, const struct answer_options *o, struct err *e);

#endif
