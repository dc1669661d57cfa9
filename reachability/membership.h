/*
 * membership.h - the names under which policies may mean an identity: its own, those of
 * the sets that its provider knows, and those of its groups, nested ones too, in whatever
 * scope the membership was collected.
 *
 * A group's members are known when its scope's coverage says so: `members` got, for the
 * scope or for the group. Of any other group somebody may be in it whom nobody listed.
 * What such a group is granted, a list gives to the listed members and to the group
 * itself, as unknown; a question about one pair also to whoever could be in it.
 *
 * Lifetime: until world_close. Cost: a walk up (or down) per node, once.
 */
#ifndef REACHABILITY_MEMBERSHIP_H
#define REACHABILITY_MEMBERSHIP_H

#include "reachability/provider.h"

struct membership_name {
	struct str text;
	/* number of the name that brought it, a group's member; NONE: the node's own */
	uint32_t by;
};

#define MEMBERSHIP_NONE UINT32_MAX

struct membership {
	const struct membership_name
		*names; /* own ones first, then groups, breadth first */
	uint32_t count;
	uint32_t own_count;
};

struct membership_cache;

struct membership_cache *membership_cache_new(struct world *w);
void membership_cache_free(struct membership_cache *c);

/* The node's names as policies of `provider` use them. */
int membership_of(const struct membership **out, struct membership_cache *c,
	const struct provider *provider, node_id n, struct err *e);

/* The number of a name of the node, or MEMBERSHIP_NONE. */
int membership_find(uint32_t *out, struct membership_cache *c,
	const struct provider *provider, node_id n, struct str text, struct err *e);

/*
 * EXPR_FALSE when all members of a group, nested ones too, are known; else what is not,
 * as it may grant or may deny.
 */
int membership_gap(expr *out, struct membership_cache *c, struct str group, bool may_deny,
	struct err *e);

/*
 * The members of a group (struct str: keys and sets), nested ones too, without the groups
 * on the way; each once. And these groups, itself first.
 */
int membership_members(
	struct buf *out, struct membership_cache *c, struct str group, struct err *e);
int membership_groups(
	struct buf *out, struct membership_cache *c, struct str group, struct err *e);

/*
 * provider.match of providers that name groups: MATCH_ANYONE for everybody, MATCH_SELF
 * for a name that the subject has, MATCH_PERHAPS for a group that it could be in. An
 * exception takes back what another principal of the statement gave.
 */
enum provider_match membership_match(struct world *w, const struct document *d,
	const struct document_statement *s, const struct subject *subject,
	const struct object *object, expr *condition);

#endif
