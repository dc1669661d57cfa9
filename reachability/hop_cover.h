/*
 * hop_cover.h - of whom an actor can change, those who are worth following.
 *
 * An identity that writes its own policies has everything in its account but for what
 * still binds it. One whom nothing binds then covers the others: what such another has
 * beside it, by policies that name it, the other has as it is, and the actor becomes that
 * one too, by a rule that asks for no more. Two nodes stand for thousands.
 *
 * The argument holds where the rule has such a companion and nothing tells the two
 * identities apart (docs/architecture.md, "Covered identities"); all others stay.
 */
#ifndef REACHABILITY_HOP_COVER_H
#define REACHABILITY_HOP_COVER_H

#include "reachability/hop.h"
#include "reachability/hop_candidates.h"

struct hop_cover;

struct hop_cover *hop_cover_new(struct world *w, struct hop *h);
void hop_cover_free(struct hop_cover *c);

/* Forget whom the last actor could change. */
void hop_cover_begin(struct hop_cover *c);

/*
 * Leave out targets that the rule makes write their policies when one that the actor
 * changes as well, since hop_cover_begin and at no greater cost, covers them.
 */
int hop_cover_leave(struct hop_candidates *ends, struct hop_cover *c,
	const struct rule *rule, struct err *e);

/*
 * Whether whatever policies give `n` but by its name, they give the other, of the same
 * scope, too, if that one has everything and nothing of its own binds it (search_rules).
 */
int hop_cover_has(
	bool *out, struct hop_cover *c, node_id other, node_id n, struct err *e);

/* A few identities of the actor's scope whom nothing binds: likely to cover others. */
int hop_cover_likely(struct buf *out, struct hop_cover *c, const struct rule *rule,
	node_id actor, struct err *e);

/*
 * 1 when all that is left of the rule's targets by those covering them is known without
 * looking for targets: append it. Else 0.
 */
int hop_cover_rest(struct buf *out, struct hop_cover *c, const struct rule *rule,
	node_id actor, struct err *e);

#endif
