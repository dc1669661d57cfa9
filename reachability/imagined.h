/*
 * imagined.h - nodes for what is not there but could be: things that an account may
 * create, and identities after hops that changed what they may do.
 *
 * An imagined identity has key, scope and id of the one that it is made of, so that it
 * is named, tagged and placed as that one; it is a node of its own. What hops changed is
 * data: equal changes of one identity are one node.
 */
#ifndef REACHABILITY_IMAGINED_H
#define REACHABILITY_IMAGINED_H

#include "reachability/rule.h"
#include "reachability/world.h"

struct imagined {
	node_id base;    /* whom it is made of */
	uint32_t yields; /* enum rule_yield: what hops gave it, beside what it is */
	/* that it became a member of, ascending */
	const node_id *groups;
	uint32_t group_count;
	/* a resource whose own policy hops made admit it, and by which rule */
	node_id resource; /* or NODE_NONE */
	const struct rule *opened;
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
node_id imagined_identity(struct world *w, node_id n, uint32_t yields);

/* The identity as a member of the group too. */
node_id imagined_member(struct world *w, node_id n, node_id group);

/* The identity with a resource that the rule has opened to it, instead of any other. */
node_id imagined_opener(
	struct world *w, node_id n, node_id resource, const struct rule *rule);

/* The identity without the resource that was opened to it. */
node_id imagined_before(struct world *w, node_id n);

/* The resource that was opened to the identity, or NODE_NONE. */
node_id imagined_opened(const struct world *w, node_id n);

/* Whom a node is made of: itself, of most. */
node_id imagined_base(const struct world *w, node_id n);

#endif
