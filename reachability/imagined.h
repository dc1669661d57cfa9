/*
 * imagined.h - nodes for what is not there but could be: things that an account may
 * create, and identities after a hop that changed what they may do.
 *
 * An imagined identity has key, scope and id of the one that it is made of, so that it
 * is named, tagged and placed as that one; it is a node of its own.
 */
#ifndef REACHABILITY_IMAGINED_H
#define REACHABILITY_IMAGINED_H

#include "reachability/world.h"

struct imagined {
	node_id base;    /* whom it is made of */
	uint32_t yields; /* enum rule_yield: what hops gave it, beside what it is */
	node_id group;   /* that it became a member of, or NODE_NONE */
};

/*
 * What an account may create: keys of a pattern (NODE_NEW); no pattern: the account
 * itself, for actions that name no resource.
 */
node_id imagined_thing(struct world *w, struct str pattern, struct str account);

/*
 * The identity with these yields beside those that it may have already; itself when that
 * adds nothing.
 */
node_id imagined_identity(struct world *w, node_id n, uint32_t yields, node_id group);

/* Whom a node is made of: itself, of most. */
node_id imagined_base(const struct world *w, node_id n);

#endif
