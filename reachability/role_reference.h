/*
 * role_reference.h - statements that name a role instead of actions, and what the role
 * may do.
 *
 * A role definition is an entity with documents of LAYER_ROLE. Each of their statements
 * is a block: actions with a condition of their own. A grant of the role is one grant per
 * block, never of all their actions under all their conditions. Of a role that nobody
 * collected, or whose definition is not valid, the grant may give anything.
 *
 * Lifetime: until world_close; a role is read once.
 */
#ifndef REACHABILITY_ROLE_REFERENCE_H
#define REACHABILITY_ROLE_REFERENCE_H

#include "reachability/decide.h"

struct role_references;

struct role_references *role_reference_new(struct world *w);
void role_reference_free(struct role_references *c);

/*
 * Append the statement (struct decide_statement) to `out`: as it is, or for a role once
 * per block.
 */
int role_reference_add(struct buf *out, struct role_references *c,
	const struct decide_statement *st, struct err *e);

#endif
