#include "query/account.h"

#include <stdlib.h>

#include "base/nearest.h"
#include "query/entity.h"
#include "reachability/pattern.h"

static int compare(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* Ids in order, each once, from the `from`th on. */
static void sort_unique(struct buf *ids, size_t from)
{
	struct str *list = VEC_DATA(ids, struct str) + from;
	size_t count = VEC_COUNT(ids, struct str) - from, kept = 0;

	if (count == 0)
		return;
	qsort(list, count, sizeof(*list), compare);
	for (size_t i = 0; i < count; i++) {
		if (kept == 0 || !str_eq(list[kept - 1], list[i]))
			list[kept++] = list[i];
	}
	ids->n = (from + kept) * sizeof(struct str);
}

/* Its native id when a container has one, else empty. */
static struct str container_id(struct world *w, node_id n)
{
	struct str id = world_attribute(w, n, STR_LIT("id"));
	struct segment *s = world_node_segment(w, n);

	if (id.n > 0 || !s || !str_eq(segment_info(s)->key, world_node(w, n)->key))
		return id;
	return world_scope_account(w, world_node(w, n)->scope);
}

struct by_name {
	struct world *w;
	struct buf *ids;
	struct err *e;
	int rc;
};

static bool add_named(void *ctx, scope_number scope, entity_id id)
{
	struct by_name *search = ctx;
	struct segment *s;
	struct str account;
	node_id n;

	search->rc = world_segment(&s, search->w, scope, search->e);
	if (search->rc < 0)
		return false;
	if (!(segment_entity(s, id)->flags & ENTITY_CONTAINER))
		return true;
	search->rc = entity_node(&n, search->w, scope, id, search->e);
	if (search->rc < 0)
		return false;
	account = container_id(search->w, n);
	if (account.n > 0)
		VEC_ADD(search->ids, struct str, account);
	return true;
}

/* Calls each for every container: its id and name. */
struct visit {
	void (*each)(void *ctx, struct str id, struct str name);
	void *ctx;
};

static int visit_members(
	struct world *w, scope_number scope, uint32_t kind, struct visit v, struct err *e)
{
	struct segment *s;
	const uint32_t *members;
	uint32_t count;
	node_id n;

	if (world_segment(&s, w, scope, e) < 0)
		return e->code;
	members = segment_kind_members(s, kind, &count);
	if (count == 0 || !(segment_entity(s, members[0])->flags & ENTITY_CONTAINER))
		return 0;
	for (uint32_t i = 0; i < count; i++) {
		if (entity_node(&n, w, scope, members[i], e) < 0)
			return e->code;
		v.each(v.ctx, container_id(w, n),
			segment_name(s, members[i], world_arena(w)));
	}
	return 0;
}

static int visit_containers(struct world *w, struct visit v, struct err *e)
{
	struct segment *s;

	for (scope_number scope = 0; scope < world_scope_count(w); scope++) {
		if (world_segment(&s, w, scope, e) < 0)
			return e->code;
		for (uint32_t k = 0; k < segment_info(s)->kind_count; k++) {
			if (visit_members(w, scope, k, v, e) < 0)
				return e->code;
		}
	}
	return 0;
}

struct by_pattern {
	struct str pattern;
	struct buf *ids;
};

static void add_matching(void *ctx, struct str id, struct str name)
{
	struct by_pattern *search = ctx;

	if (id.n > 0 && (pattern_match_fold(search->pattern, id) ||
				pattern_match_fold(search->pattern, name)))
		VEC_ADD(search->ids, struct str, id);
}

static void offer(void *ctx, struct str id, struct str name)
{
	nearest_offer(ctx, name);
	nearest_offer(ctx, id);
}

int account_find(struct buf *ids, struct world *w, struct str word, struct err *e)
{
	size_t from = VEC_COUNT(ids, struct str);
	struct by_name named = { w, ids, e, 0 };
	struct by_pattern pattern = { word, ids };
	int rc;

	if (pattern_literal_size(word) < word.n) {
		rc = visit_containers(w, (struct visit){ add_matching, &pattern }, e);
	} else {
		if (world_account_scope(w, word) != SEGMENT_NONE)
			VEC_ADD(ids, struct str, arena_copy(world_arena(w), word));
		rc = snapshot_find_name(world_snapshot(w), word, add_named, &named, e);
		rc = rc < 0 ? rc : named.rc;
	}
	if (rc < 0)
		return rc;
	sort_unique(ids, from);
	return 0;
}

int account_nearest(struct str *out, struct world *w, struct str word, struct err *e)
{
	struct nearest near;

	nearest_init(&near, word);
	if (visit_containers(w, (struct visit){ offer, &near }, e) < 0)
		return e->code;
	*out = near.best;
	return 0;
}

static bool all_digits(struct str word)
{
	for (size_t i = 0; i < word.n; i++) {
		if (word.p[i] < '0' || word.p[i] > '9')
			return false;
	}
	return word.n > 0;
}

int account_bind(
	struct buf *ids, struct context *c, const struct ast_word *word, struct err *e)
{
	struct str text = word->text, best;
	size_t before = ids->n;

	if (account_find(ids, c->w, text, e) < 0)
		return e->code;
	if (ids->n > before || pattern_literal_size(text) < text.n)
		return 0;
	if (all_digits(text)) {
		VEC_ADD(ids, struct str, arena_copy(world_arena(c->w), text));
		return 0;
	}
	if (account_nearest(&best, c->w, text, e) < 0)
		return e->code;
	diagnostic_set(c->d, word->span, "no account named '%.*s'", STR_ARG(text));
	diagnostic_suggest(c->d, best);
	return context_refuse(c, e);
}
