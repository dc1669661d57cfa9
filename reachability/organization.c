#include "reachability/organization.h"

#include "reachability/missing.h"

/* A scope's segment that was opened before. */
static struct segment *opened(struct world *w, scope_number scope)
{
	struct segment *s = NULL;
	struct err e;

	return world_segment(&s, w, scope, &e) == 0 ? s : NULL;
}

/*
 * Containers above an account stay far below this: an organization has 5 levels of OUs.
 */
#define LEVELS_MAX 32u

static int policy_of(
	node_id *out, struct world *w, scope_number scope, uint32_t id, struct err *e)
{
	struct segment *s = opened(w, scope);

	if (id >= segment_info(s)->entity_count)
		return world_node_of_key(out, w, segment_key(s, id, world_arena(w)), e);
	*out = world_node_entity(w, scope, id);
	return 0;
}

/* Attached, but its text was not collected: it may be a ceiling of any sort. */
static bool unread_policy(struct world *w, node_id policy)
{
	struct segment *s = world_node_segment(w, policy);
	uint32_t held = 0;

	if (s)
		segment_holdings(s, world_node(w, policy)->id, &held);
	return held == 0;
}

static int ceiling_of(struct world_ceiling *out, struct world *w, scope_number scope,
	entity_id id, enum record_layer layer, struct err *e)
{
	struct segment *s = opened(w, scope);
	uint32_t count, total = 0, held;
	const uint32_t *policies =
		segment_related(s, RELATION_ATTACHED, false, id, &count);
	struct buf docs = { 0 };

	out->level = segment_key(s, id, world_arena(w));
	for (uint32_t i = 0; i < count; i++) {
		const struct world_document *found;
		node_id policy;

		if (policy_of(&policy, w, scope, policies[i], e) < 0) {
			buf_release(&docs);
			return e->code;
		}
		if (world_removed(w, world_node(w, policy)->key))
			continue;
		if (unread_policy(w, policy)) {
			VEC_ADD(&docs, struct world_document,
				{ .segment = s,
					.name = world_node_name(w, policy),
					.holder = world_node(w, policy)->key });
			total++;
			continue;
		}
		if (world_documents(&found, &held, w, policy, layer, e) < 0) {
			buf_release(&docs);
			return e->code;
		}
		for (uint32_t k = 0; k < held; k++) {
			struct world_document d = found[k];

			d.name = world_node_name(w, policy);
			buf_add(&docs, &d, sizeof(d));
			total++;
		}
	}
	out->documents =
		ARENA_NEW_ARRAY(world_arena(w), struct world_document, total + 1);
	if (total > 0)
		memcpy((void *)(uintptr_t)out->documents, docs.p, docs.n);
	out->document_count = total;
	buf_release(&docs);
	return 0;
}

/* Fill the levels of an account that the organization's segment has as entity `id`. */
static int organization_levels(struct world_organization *o, struct world *w,
	scope_number scope, entity_id id, struct err *e)
{
	struct segment *s = opened(w, scope);
	struct world_ceiling *scps, *rcps;
	entity_id chain[LEVELS_MAX];
	uint32_t n = 0, parents;
	struct buf path = { 0 };

	for (entity_id at = id;;) {
		const uint32_t *up =
			segment_related(s, RELATION_CONTAINS, true, at, &parents);

		if (n == LEVELS_MAX)
			return err_set(e, ERR_LIMIT,
				"'%.*s': more than %u levels of containers",
				STR_ARG(segment_key(s, id, world_arena(w))), LEVELS_MAX);
		chain[n++] = at;
		/*
		 * the organization itself is above its root, and nothing attaches to it
		 */
		if (parents == 0 || up[0] >= segment_info(s)->entity_count ||
			up[0] == segment_find(s, segment_info(s)->key))
			break;
		at = up[0];
	}
	scps = ARENA_NEW_ARRAY(world_arena(w), struct world_ceiling, n);
	rcps = ARENA_NEW_ARRAY(world_arena(w), struct world_ceiling, n);
	buf_printf(&path, "%.*s/", STR_ARG(o->id));
	for (uint32_t i = 0; i < n; i++) {
		entity_id at = chain[n - 1 - i];

		if (ceiling_of(&scps[i], w, scope, at, LAYER_SCP, e) < 0 ||
			ceiling_of(&rcps[i], w, scope, at, LAYER_RCP, e) < 0) {
			buf_release(&path);
			return e->code;
		}
		if (i + 1 < n)
			buf_printf(&path, "%.*s/",
				STR_ARG(world_last_piece(
					segment_key(s, at, world_arena(w)))));
	}
	o->scps = scps;
	o->rcps = rcps;
	o->level_count = n;
	o->path = arena_copy(world_arena(w), buf_str(&path));
	buf_release(&path);
	return 0;
}

/* Look for the account as an entity of some organization's scope. */
struct account_search {
	struct world *w;
	scope_number own, scope;
	entity_id id;
	bool found;
};

static bool account_candidate(void *ctx, scope_number scope, entity_id id)
{
	struct account_search *search = ctx;
	struct segment *s;
	struct err e;

	if (scope == search->own || world_segment(&s, search->w, scope, &e) < 0)
		return true;
	if (!(segment_entity(s, id)->flags & ENTITY_CONTAINER))
		return true;
	search->scope = scope;
	search->id = id;
	search->found = true;
	return false;
}

static int account_place(struct account_search *search, struct world *w,
	struct str account, bool *named, struct err *e)
{
	struct segment *own = NULL, *org;
	struct str parent = { 0 }, key = { 0 };
	entity_id id;
	int rc;

	if (search->own != SEGMENT_NONE) {
		if (world_segment(&own, w, search->own, e) < 0)
			return e->code;
		parent = segment_info(own)->parent;
		key = segment_info(own)->key;
	}
	*named = parent.n > 0;
	if (parent.n > 0) {
		rc = snapshot_find_scope(&search->scope, world_snapshot(w), parent, e);
		if (rc <= 0)
			return rc;
		if (world_segment(&org, w, search->scope, e) < 0)
			return e->code;
		id = segment_find(org, key);
		search->found =
			id != SEGMENT_NONE && id < segment_info(org)->entity_count;
		search->id = id;
		return 0;
	}
	return snapshot_find_name(
		world_snapshot(w), account, account_candidate, search, e);
}

int organization_load(
	struct world_organization *o, struct world *w, struct str account, struct err *e)
{
	struct account_search search = { .w = w, .own = world_account_scope(w, account) };
	struct segment *s;

	if (account_place(&search, w, account, &o->named, e) < 0)
		return e->code;
	if (!search.found && o->named && search.own != SEGMENT_NONE) {
		/* named by the account, but not collected */
		if (world_segment(&s, w, search.own, e) < 0)
			return e->code;
		o->id = segment_info(s)->parent;
		o->id = str_skip(o->id, str_find_char(o->id, ':', 0) + 1);
		return 0;
	}
	if (!search.found && (o->named || search.own == SEGMENT_NONE))
		return 0;
	if (!search.found) {
		if (world_segment(&s, w, search.own, e) < 0)
			return e->code;
		o->known = missing_covered(s, COVERAGE_ABSENT, STR_LIT("organization"));
		return 0;
	}
	if (world_segment(&s, w, search.scope, e) < 0)
		return e->code;
	o->known = true;
	o->complete = missing_covered(s, COVERAGE_GOT, STR_LIT("organization-policies"));
	o->named = true;
	o->id = world_scope_account(w, search.scope);
	o->exempt = segment_entity(s, search.id)->flags & ENTITY_EXEMPT;
	return organization_levels(o, w, search.scope, search.id, e);
}

struct str organization_account_name(struct world *w, struct str account)
{
	struct account_search search = { .w = w, .own = world_account_scope(w, account) };
	struct segment *s;
	entity_id id;
	bool named;
	struct err e;

	if (account_place(&search, w, account, &named, &e) == 0 && search.found &&
		world_segment(&s, w, search.scope, &e) == 0)
		return segment_name(s, search.id, world_arena(w));
	if (search.own == SEGMENT_NONE || world_segment(&s, w, search.own, &e) < 0)
		return (struct str){ 0 };
	id = segment_find(s, segment_info(s)->key);
	return id < segment_info(s)->entity_count ? segment_name(s, id, world_arena(w))
						  : (struct str){ 0 };
}
