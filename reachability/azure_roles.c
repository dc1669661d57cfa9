#include "reachability/azure_roles.h"

#include "reachability/membership.h"
#include "reachability/missing.h"

#define GROUP_KIND STR_LIT("azure:entra:group")
#define OF_GROUP   STR_LIT("role-assignable group")

struct held {
	struct world *w;
	struct segment *s;
	struct buf *out;
	bool whole;
};

static bool may_hold_roles(struct world *w, node_id group)
{
	return str_eq(world_attribute(w, group, STR_LIT("assignable_to_role")),
		STR_LIT("true"));
}

/* Roles that are assigned under one name: the user's own, or a group's. */
static int held_by_name(struct held *h, struct str name, struct err *e)
{
	uint32_t begin, end;

	segment_principal_range(h->s, name, &begin, &end);
	for (uint32_t i = begin; i < end; i++) {
		const struct segment_principal *p = &segment_principals(h->s)[i];
		const struct document_statement *st;
		const struct document *d;
		struct str role;

		if (p->type == 0 || p->is_deny)
			continue;
		if (segment_document(&d, h->s, p->doc, e) < 0)
			return e->code;
		if (!d || p->statement >= d->statement_count)
			continue;
		st = &d->statements[p->statement];
		role = document_str(d, st->role);
		if (!str_starts(role, STR_LIT("azure:")))
			continue;
		if (st->flags & DOCUMENT_ELIGIBLE)
			h->whole = false;
		else
			VEC_ADD(h->out, struct str,
				str_skip(role, str_find_char(role, '/', 0) + 1));
	}
	return 0;
}

/* Groups that may hold roles: whether somebody may be in one whom nobody listed. */
static int unlisted_members(struct held *h, struct err *e)
{
	for (uint32_t k = 0; k < segment_info(h->s)->kind_count; k++) {
		uint32_t count;
		const uint32_t *members = segment_kind_members(h->s, k, &count);

		if (!str_eq(segment_kind(h->s, k), GROUP_KIND))
			continue;
		for (uint32_t i = 0; i < count && h->whole; i++) {
			scope_number scope = world_account_scope(
				h->w, str_skip(segment_info(h->s)->key, 6));
			node_id n = world_node_entity(h->w, scope, members[i]);
			expr gap = EXPR_FALSE;

			if (may_hold_roles(h->w, n) &&
				membership_gap(&gap, world_membership(h->w),
					world_node(h->w, n)->key, false, e) < 0)
				return e->code;
			h->whole = gap == EXPR_FALSE;
		}
	}
	return 0;
}

static void owned_groups(struct held *h, scope_number scope, entity_id user)
{
	uint32_t count;
	const uint32_t *owned = segment_related(h->s, RELATION_OWNS, false, user, &count);

	for (uint32_t i = 0; i < count; i++) {
		if (owned[i] < segment_info(h->s)->entity_count &&
			may_hold_roles(h->w, world_node_entity(h->w, scope, owned[i])))
			VEC_ADD(h->out, struct str, OF_GROUP);
	}
}

int azure_roles_held(
	struct buf *out, bool *whole, struct world *w, node_id user, struct err *e)
{
	struct held h = { .w = w, .s = world_node_segment(w, user), .out = out };
	const struct membership *m;
	int rc;

	*whole = false;
	if (!h.s)
		return 0;
	h.whole = missing_covered(h.s, COVERAGE_GOT, STR_LIT("directory-roles"));
	rc = membership_of(&m, world_membership(w), provider_of_node(w, user), user, e);
	for (uint32_t i = 0; rc == 0 && i < m->count; i++) {
		struct str name = m->names[i].text;
		node_id group;

		rc = held_by_name(&h, name, e);
		if (rc < 0 || i < m->own_count)
			continue;
		rc = world_node_of_key(&group, w, name, e);
		if (rc == 0 && may_hold_roles(w, group))
			VEC_ADD(out, struct str, OF_GROUP);
	}
	if (rc == 0) {
		const struct node *node = world_node(w, user);

		owned_groups(&h, node->scope, node->id);
		rc = unlisted_members(&h, e);
	}
	*whole = h.whole;
	return rc;
}
