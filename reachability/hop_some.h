/*
 * hop_some.h - needs of a rule on a thing that neither actor nor target names: some
 * existing one of a kind, or a new one where policies of containers hold beneath them.
 *
 * All needs of a rule on existing things of one kind are met on one and the same thing,
 * those on new things in one and the same container.
 */
#ifndef REACHABILITY_HOP_SOME_H
#define REACHABILITY_HOP_SOME_H

#include "reachability/hop_priv.h"

/* Whether the need is of that sort for this actor. */
bool hop_some_is(struct hop *h, const struct rule_need *need, node_id actor);

/* What is left when any one thing will do, over all such needs of the rule. */
int hop_some_decide(
	expr *out, struct hop *h, const struct rule *rule, node_id actor, struct err *e);

/* The first thing on which the need and its fellows are met best, or NODE_NONE. */
int hop_some_object(node_id *out, struct hop *h, const struct rule *rule,
	const struct rule_need *need, node_id actor, struct err *e);

#endif
