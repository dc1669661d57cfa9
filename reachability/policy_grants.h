/*
 * policy_grants.h - what policies of resources grant, seen from far: for actions, whether
 * the policy of anything of certain kinds may let an identity in by itself.
 *
 * It says no only where every decision would say that the resource's side grants nothing
 * of its own. A grant to an account is none: it leaves the matter to the policies of that
 * account's identities.
 */
#ifndef REACHABILITY_POLICY_GRANTS_H
#define REACHABILITY_POLICY_GRANTS_H

#include "reachability/world.h"

struct policy_grants;

struct policy_grants *policy_grants_new(struct world *w);
void policy_grants_free(struct policy_grants *g);

/*
 * A question to be asked: the action on things of the kinds (none: of any). Its number.
 * Before policy_grants_to.
 */
uint32_t policy_grants_add(struct policy_grants *g, action_id action,
	const struct str *kinds, uint32_t kind_count);

uint32_t policy_grants_count(const struct policy_grants *g);

/* What policies nobody read might grant counts; and one on such a thing, if any. */
void policy_grants_set_strict(struct policy_grants *g);
void policy_grants_set_unread(struct policy_grants *g, kind_id kind);

/* Of all questions, by number: what may be granted to the actor. In the world's arena. */
int policy_grants_to(
	const bool **out, struct policy_grants *g, node_id actor, struct err *e);

/* Of all questions, whether something may be granted to the actor by its name. */
int policy_grants_named(
	const bool **out, struct policy_grants *g, node_id actor, struct err *e);

#endif
