/*
 * grant_reach.h - which entities of a kind the grants of a subject may reach, as far as
 * the beginnings of their keys tell.
 *
 * Ownership: in the world's memory; texts are borrowed from documents.
 */
#ifndef REACHABILITY_GRANT_REACH_H
#define REACHABILITY_GRANT_REACH_H

#include "reachability/decide.h"

struct grant_reach {
	bool any; /* any entity */
	const struct str
		*literals; /* else those that one of these begins, or that begin it */
	uint32_t literal_count;
};

/*
 * Of grants that have an action of the plan which is governed in that way or more
 * strictly.
 */
struct grant_reach grant_reach_of(struct decide *d, const struct decide_subject *s,
	const struct action_plan *plan, enum provider_policy least);

/* Whether a grant may reach the entity of a key. */
bool grant_reach_key(const struct grant_reach *g, struct str key);

#endif
