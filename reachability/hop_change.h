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

/*
 * Where the changes of a scope may be known from: append imagined nodes (node_id) and
 * steps (struct hop_change_step) in the order in which they were found; 1, 0 when they
 * are not known, or an ERR_ code.
 */
typedef int hop_change_source(void *ctx, struct buf *nodes, struct buf *steps,
	scope_number scope, struct err *e);

void hop_change_set_source(struct hop_change *c, hop_change_source *source, void *ctx);

/*
 * All changes of a scope; borrowed. 1, or 0 when they make more than `most` identities:
 * then they are not all there, and nothing else may be asked.
 */
int hop_change_of_scope(const struct buf **nodes, const struct buf **steps,
	struct hop_change *c, scope_number scope, uint32_t most, struct err *e);

/* All steps of the imagined identity's account. */
int hop_change_into(const struct hop_change_step **out, uint32_t *count,
	struct hop_change *c, node_id imagined, struct err *e);

/* All steps of an identity of the account, or of one that changes made. */
int hop_change_from(const struct hop_change_step *const **out, uint32_t *count,
	struct hop_change *c, node_id n, struct err *e);

/*
 * Imagined identities of the accounts that may act on the object: its own, and those that
 * its policies name.
 */
int hop_change_near(const node_id **out, uint32_t *count, struct hop_change *c,
	node_id object, struct err *e);

#endif
