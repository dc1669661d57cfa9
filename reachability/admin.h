/*
 * admin.h - full control of an account, decided by effective permission and never by a
 * policy's name.
 *
 * An identity is admin of its account when its own policies, within its boundary and
 * after its own denies, give every action of the catalogue on every resource, and the
 * ceilings of the organization leave it an action that rewrites policies. Ceilings that
 * take single actions from everybody in the account do not count against it; denies on
 * single resources neither, and stay denies in every other answer.
 */
#ifndef REACHABILITY_ADMIN_H
#define REACHABILITY_ADMIN_H

#include "reachability/decide.h"

struct admin;

struct admin *admin_new(struct world *w);
void admin_free(struct admin *a);

/*
 * The residual of "identity has full control of its own account"; EXPR_FALSE for what is
 * no identity.
 */
int admin_residual(expr *out, struct admin *a, node_id identity, struct err *e);

/* Whether anonymous callers may do anything at all to the entity. */
int admin_public(expr *out, struct admin *a, node_id entity, struct err *e);

/* What the segment alone tells: false when it rules nothing for sure. */
bool admin_may_rule(
	struct admin *a, const struct segment *s, const struct segment_entity *entity);

/* Likewise: false when no policy of its own grants anything to everybody. */
bool admin_may_be_public(
	struct admin *a, scope_number scope, struct segment *s, entity_id id);

/* The same as marks of a row: whether it holds, perhaps under conditions. */
int admin_is_ruler(bool *out, struct admin *a, node_id identity, struct err *e);
int admin_is_public(bool *out, struct admin *a, node_id entity, struct err *e);

#endif
