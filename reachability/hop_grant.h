/*
 * hop_grant.h - which rules an actor comes into question for: those of whose needs its
 * own policies grant each on something, or a policy of what is acted on may.
 *
 * A coarse look before decisions: it says no only where every decision would. Identities
 * of one grant class share it.
 */
#ifndef REACHABILITY_HOP_GRANT_H
#define REACHABILITY_HOP_GRANT_H

#include "reachability/decide.h"
#include "reachability/rule.h"

struct hop_grants;

/* The rules are borrowed. */
struct hop_grants *hop_grants_new(
	struct world *w, const struct rule *const *rules, uint32_t count);
void hop_grants_free(struct hop_grants *g);

/* See policy_grants.h. Before any actor. */
void hop_grants_set_strict(struct hop_grants *g);
void hop_grants_set_unread(struct hop_grants *g, kind_id kind);

/* Per rule, in the order given: whether the actor may meet its needs. */
int hop_grants_of(const bool **out, struct hop_grants *g, node_id actor, struct err *e);

/* Per rule, whether a policy may let the actor meet one of its needs by its name. */
int hop_grants_named(
	const bool **out, struct hop_grants *g, node_id actor, struct err *e);

#endif
