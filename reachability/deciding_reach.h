/*
 * deciding_reach.h - which parts of the resource a decision allows, as patterns.
 */
#ifndef REACHABILITY_DECIDING_REACH_H
#define REACHABILITY_DECIDING_REACH_H

#include "reachability/deciding.h"

struct deciding_reach {
	struct buf *resources; /* struct str */
	bool whole;            /* all of it: no pattern need be told */
};

/*
 * Add what an atom has in which the action number `bit` is allowed: the strings that
 * match all patterns without which it would not be. What is denied within them is not
 * taken out: patterns cannot say it.
 */
void deciding_reach_add(
	struct deciding *g, struct deciding_reach *r, uint32_t bit, uint64_t atom);

#endif
