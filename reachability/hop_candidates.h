/*
 * hop_candidates.h - the ends of a hub in the making: nodes for which all that was asked
 * so far holds, with what is left of it.
 */
#ifndef REACHABILITY_HOP_CANDIDATES_H
#define REACHABILITY_HOP_CANDIDATES_H

#include "base/buf.h"
#include "reachability/hub.h"
#include "reachability/search.h"

struct hop_candidates {
	struct buf ends; /* struct hub_end, by (node, through), each once */
	bool begun;      /* something was asked: ends are all there are */
};

void hop_candidates_release(struct hop_candidates *c);

/* One more; the list is sorted by hop_candidates_sort before it meets another. */
void hop_candidates_add(
	struct hop_candidates *c, struct world *w, node_id n, node_id through, expr x);
void hop_candidates_sort(struct hop_candidates *c);

/* Keep those that are in both, with what both leave. `other` is used up. */
void hop_candidates_meet(
	struct hop_candidates *c, struct world *w, struct hop_candidates *other);

/* The same for one end, by a list that is sorted: false when it has none of its node. */
bool hop_candidates_has(
	struct hub_end *end, struct world *w, const struct hop_candidates *c);

/* What a step leaves, of two requests that are made one after the other. */
void hop_candidates_and(
	struct hub_end *end, struct world *w, expr x, enum expr_verdict verdict);

#endif
