/*
 * hop_change.h - the identities that hops make by changing policies, boundaries or
 * membership, found per account by following all changes forward.
 *
 * Few may change policies and do not rule the account anyway; only they are looked at.
 * Searches backwards learn from here what leads to an imagined identity, and whom to take
 * into account beside the identities that are there.
 */
#ifndef REACHABILITY_HOP_CHANGE_H
#define REACHABILITY_HOP_CHANGE_H

#include "reachability/hop.h"

struct hop_change_step {
	node_id from;
	const struct rule *rule;
	struct hub_end end; /* the imagined identity */
};

struct hop_change *hop_change_new(struct world *w, struct hop *h);
void hop_change_free(struct hop_change *c);

/* All steps of the imagined identity's account. */
int hop_change_into(const struct hop_change_step **out, uint32_t *count,
	struct hop_change *c, node_id imagined, struct err *e);

/*
 * Imagined identities of the accounts that may act on the object: its own, and those that
 * its policies name.
 */
int hop_change_near(const node_id **out, uint32_t *count, struct hop_change *c,
	node_id object, struct err *e);

#endif
