/*
 * hub.h - all ends of one hop rule at once: what leads from, or to, every node that
 * shares the hub.
 */
#ifndef REACHABILITY_HUB_H
#define REACHABILITY_HUB_H

#include "reachability/rule.h"

struct hub_end {
	node_id node;
	node_id through; /* what ties it to the other side, or NODE_NONE */
	expr residual;
	enum expr_verdict verdict; /* never denied */
};

struct hub {
	/* dense over all lists of ends of a graph: hubs of one number have equal ends */
	uint32_t number;
	node_id through; /* of ends that have none of their own */
	const struct rule *rule;
	const struct hub_end *ends;
	uint32_t count;
};

#endif
