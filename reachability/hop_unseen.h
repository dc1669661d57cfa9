/*
 * hop_unseen.h - compute that nobody listed: one thing of a kind stands for all of an
 * account that may be there, and may carry every identity that lets a service in.
 *
 * Only questions about one pair ask it (graph_set_strict): all its ends are unknown, and
 * lists would name everybody.
 *
 * Ownership: hubs lie in the world's arena.
 */
#ifndef REACHABILITY_HOP_UNSEEN_H
#define REACHABILITY_HOP_UNSEEN_H

#include "reachability/hop.h"

struct hop_unseen;

struct hop_unseen *hop_unseen_new(struct hop *h);
void hop_unseen_free(struct hop_unseen *u);

/*
 * Whether the collection of some account of the provider lacks the list of the kind, as a
 * whole or in part.
 */
int hop_unseen_kind(bool *out, struct hop_unseen *u, kind_id kind, struct err *e);

/* Append the hubs (const struct hub *) of the rule by which the actor uses such. */
int hop_unseen_from(struct buf *out, struct hop_unseen *u, const struct rule *rule,
	node_id actor, struct err *e);

/* Whether the node's own account may have more things of the kind than were listed. */
bool hop_unseen_near(struct world *w, node_id n, struct str kind);

#endif
