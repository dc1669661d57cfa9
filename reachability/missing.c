#include "reachability/missing.h"

#include "base/mutant.h"
#include "reachability/provider.h"

bool missing_covered(const struct segment *s, enum coverage_state state, struct str what)
{
	const struct segment_coverage *c = segment_coverages(s);

	for (uint32_t i = 0; i < segment_info(s)->coverage_count; i++) {
		if (c[i].state == (uint32_t)state && c[i].whole &&
			str_eq(segment_str(s, c[i].what), what))
			return true;
	}
	return false;
}

static bool whole(const struct segment *s, struct str what)
{
	return missing_covered(s, COVERAGE_GOT, what) &&
	       !MUTANT(part_of_a_list_is_all, missing_covered(s, COVERAGE_PARTIAL, what),
		       false) &&
	       !missing_covered(s, COVERAGE_REFUSED, what);
}

/* Whether every identity of the scope is in the input. */
static bool lists_whole(const struct segment *s, const struct provider *p)
{
	if (!whole(s, STR_LIT("identities")))
		return false;
	for (uint32_t i = 0; p->identity_lists && p->identity_lists[i]; i++) {
		if (!whole(s, str_from(p->identity_lists[i])))
			return false;
	}
	return true;
}

bool missing_node(struct world *w, node_id n)
{
	const struct node *node = world_node(w, n);
	struct str kind, account;
	struct segment *s;
	scope_number scope;
	struct err e;

	/* An organization lists its accounts; what is in them is another thing. */
	if (node->type == NODE_ENTITY && (node->flags & ENTITY_CONTAINER) &&
		provider_of_node(w, n)->read_key(node->key, &account) == NODE_ACCOUNT)
		return world_account_scope(w, account) == SEGMENT_NONE;
	if (node->type != NODE_FOREIGN && node->type != NODE_RESOURCE)
		return node->type == NODE_ACCOUNT;
	scope = world_account_scope(w, node->account);
	if (scope == SEGMENT_NONE || world_segment(&s, w, scope, &e) < 0)
		return true;
	if (node->type == NODE_FOREIGN && lists_whole(s, provider_of_node(w, n)))
		return false;
	kind = arena_printf(
		world_arena(w), "entities:%.*s", STR_ARG(world_node_kind(w, n)));
	return !whole(s, kind);
}

node_id missing_identity(struct world *w, struct str account)
{
	return world_node_virtual(w, NODE_ACCOUNT,
		arena_printf(
			world_arena(w), "identities of account %.*s", STR_ARG(account)),
		account);
}

static bool scope_add(void *ctx, scope_number scope)
{
	VEC_ADD((struct buf *)ctx, scope_number, scope);
	return true;
}

int missing_identities(struct buf *out, struct world *w, struct err *e)
{
	struct buf partial = { 0 };
	int rc = snapshot_links(
		world_snapshot(w), STR_LIT(SEGMENT_GAP_IDENTITIES), scope_add, out, e);

	if (rc == 0)
		rc = snapshot_links(world_snapshot(w), STR_LIT(SEGMENT_GAP_COVERAGE),
			scope_add, &partial, e);
	for (size_t i = 0; i < VEC_COUNT(&partial, scope_number) && rc == 0; i++) {
		scope_number n = VEC_DATA(&partial, const scope_number)[i];
		struct str what = STR_LIT("identities");
		struct segment *s;

		rc = world_segment(&s, w, n, e);
		if (rc == 0 && (missing_covered(s, COVERAGE_PARTIAL, what) ||
				       missing_covered(s, COVERAGE_REFUSED, what)))
			VEC_ADD(out, scope_number, n);
	}
	buf_release(&partial);
	return rc;
}
