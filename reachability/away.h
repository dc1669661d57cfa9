/*
 * away.h - entities of other scopes than the subject's, and the access that those share
 * which a decision cannot tell apart.
 *
 * A policy that lets a whole organization in is written a thousand times, once for each
 * bucket of each account. Where no pattern of the subject's own statements meets an
 * entity, the ones that speak of every resource are all that cover it, and what is left
 * to compare is the entity's own side (alike.h).
 *
 * Lifetime: one subject, any number of scopes; accesses lie in the world's arena.
 */
#ifndef REACHABILITY_AWAY_H
#define REACHABILITY_AWAY_H

#include "reachability/decide.h"

struct away;

struct away *away_new(struct decide *d, const struct decide_subject *s);
void away_free(struct away *a);

/* From now on the entities that are asked about are of this scope. */
int away_enter(
	struct away *a, scope_number scope, struct segment *segment, struct err *e);

/* The access on an entity; *out NULL: this cannot tell, decide_entity does. */
int away_access(const struct access **out, struct away *a, entity_id id, struct err *e);

#endif
