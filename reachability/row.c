#include "reachability/row.h"

#include <stdlib.h>

/* What rows of equal sources share. */
struct body {
	bool empty;
	enum expr_verdict verdict;
	uint32_t level_mask;
	const action_id *actions;
	uint32_t action_count;
	const struct row_part *parts;
	uint32_t part_count;
	uint64_t whole;
	const struct str *resources;
	uint32_t resource_count;
	const struct path *path;
	/* the resources of the newest row, which was on `object` */
	const struct str *row_resources;
	uint32_t row_resource_count;
	node_id object;
};

struct row_maker {
	struct world *world;
	struct intern keys; /* sources -> body */
	struct buf key;     /* of the row in hand */
	struct buf bodies;  /* struct body */
	uint32_t words;     /* of a bit set over all actions */
	uint64_t *done, *beaten[VERDICT_ALLOWED + 1];
	bool clear; /* nothing is beaten */
};

/* One part of one source, with the path's residual folded in. */
struct piece {
	const struct access_part *part;
	const struct path *path;
	expr residual;
	enum expr_verdict verdict;
	uint32_t order;
	uint32_t source;
};

struct row_maker *row_maker_new(struct world *w)
{
	struct row_maker *m = calloc(1, sizeof(*m));

	if (!m)
		abort();
	m->world = w;
	m->words = (catalog_action_count() + 63) / 64;
	m->done = ARENA_NEW_ARRAY(world_arena(w), uint64_t, m->words);
	for (int v = 0; v <= VERDICT_ALLOWED; v++)
		m->beaten[v] = ARENA_NEW_ARRAY(world_arena(w), uint64_t, m->words);
	intern_init(&m->keys);
	return m;
}

void row_maker_free(struct row_maker *m)
{
	if (!m)
		return;
	intern_release(&m->keys);
	buf_release(&m->bodies);
	buf_release(&m->key);
	free(m);
}

int row_compare_paths(const struct path *a, const struct path *b)
{
	if (a->verdict != b->verdict)
		return a->verdict > b->verdict ? -1 : 1;
	return row_compare_lengths(a, b);
}

int row_compare_lengths(const struct path *a, const struct path *b)
{
	if (a->cost != b->cost)
		return a->cost < b->cost ? -1 : 1;
	return (a->step_count > b->step_count) - (a->step_count < b->step_count);
}

static int compare_pieces(const void *a, const void *b)
{
	const struct piece *x = a, *y = b;
	uint32_t cx = x->path ? x->path->cost : 0, cy = y->path ? y->path->cost : 0;
	uint32_t hx = x->path ? x->path->step_count : 0,
		 hy = y->path ? y->path->step_count : 0;

	if (x->verdict != y->verdict)
		return x->verdict > y->verdict ? -1 : 1;
	if (cx != cy)
		return cx < cy ? -1 : 1;
	if (hx != hy)
		return hx < hy ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

static void pieces_of(struct row_maker *m, struct buf *out, const struct access *access,
	const struct path *path, uint32_t source)
{
	struct expr_pool *pool = world_pool(m->world);

	for (uint32_t i = 0; i < access->part_count; i++) {
		struct piece p = { .part = &access->parts[i],
			.path = path,
			.residual = access->parts[i].residual,
			.order = (uint32_t)VEC_COUNT(out, struct piece),
			.source = source };

		p.verdict = expr_verdict(pool, p.residual);
		if (path) {
			p.residual = expr_and(pool, p.residual, path->residual);
			if (path->verdict < p.verdict)
				p.verdict = path->verdict;
		}
		if (p.verdict != VERDICT_DENIED)
			buf_add(out, &p, sizeof(p));
	}
}

static bool bit_get(const uint64_t *bits, uint32_t i)
{
	return bits[i / 64] >> (i % 64) & 1u;
}

static void bit_set(uint64_t *bits, uint32_t i)
{
	bits[i / 64] |= 1ull << (i % 64);
}

/* beaten[v]: actions that direct access gives with verdict v or better. */
static void beaten_fill(struct row_maker *m, const struct access *direct)
{
	struct expr_pool *pool = world_pool(m->world);

	for (int v = 0; v <= VERDICT_ALLOWED && !m->clear; v++)
		memset(m->beaten[v], 0, m->words * sizeof(uint64_t));
	m->clear = direct == NULL;
	for (uint32_t i = 0; direct && i < direct->part_count; i++) {
		const struct access_part *p = &direct->parts[i];
		enum expr_verdict reached = expr_verdict(pool, p->residual);

		for (uint32_t k = 0; k < p->list->count; k++) {
			if (!bit_get(p->bits, k))
				continue;
			for (int v = 0; v <= (int)reached; v++)
				bit_set(m->beaten[v], p->list->ids[k]);
		}
	}
}

static int compare_actions(const void *a, const void *b)
{
	action_id x = *(const action_id *)a, y = *(const action_id *)b;

	return (x > y) - (x < y);
}

static const action_id *actions_keep(struct arena *arena, const struct buf *ids)
{
	size_t count = VEC_COUNT(ids, action_id);
	action_id *copy = ARENA_NEW_ARRAY(arena, action_id, count + 1);

	if (count > 0) {
		memcpy(copy, ids->p, ids->n);
		qsort(copy, count, sizeof(*copy), compare_actions);
	}
	return copy;
}

/* Actions of a piece that nothing better has given yet; marks them. */
static void piece_take(struct row_maker *m, const struct piece *p, struct buf *ids)
{
	const struct action_list *l = p->part->list;

	buf_clear(ids);
	for (uint32_t k = 0; k < l->count; k++) {
		action_id a = l->ids[k];

		if (!bit_get(p->part->bits, k) || bit_get(m->done, a) ||
			bit_get(m->beaten[p->verdict], a))
			continue;
		bit_set(m->done, a);
		VEC_ADD(ids, action_id, a);
	}
}

/* Add the taken actions to the part of the same residual, or to a new one. */
static void part_add(struct buf *parts, struct arena *arena, const struct piece *p,
	const struct buf *ids)
{
	struct row_part *v = VEC_DATA(parts, struct row_part);

	for (size_t i = 0; i < VEC_COUNT(parts, struct row_part); i++) {
		struct buf both = { 0 };

		if (v[i].residual != p->residual || v[i].verdict != p->verdict)
			continue;
		buf_add(&both, v[i].actions, v[i].action_count * sizeof(action_id));
		buf_add(&both, ids->p, ids->n);
		v[i].actions = actions_keep(arena, &both);
		v[i].action_count = (uint32_t)VEC_COUNT(&both, action_id);
		buf_release(&both);
		return;
	}
	VEC_ADD(parts, struct row_part,
		{ actions_keep(arena, ids), (uint32_t)VEC_COUNT(ids, action_id),
			p->residual, p->verdict });
}

static void body_resources(struct body *b, struct arena *arena,
	const struct row_source *sources, const bool *used, uint32_t source_count)
{
	struct buf all = { 0 };
	void *copy;

	for (uint32_t i = 0; i < source_count; i++) {
		if (!used[i])
			continue;
		b->whole |= sources[i].access->whole;
		buf_add(&all, sources[i].access->resources,
			sources[i].access->resource_count * sizeof(struct str));
	}
	copy = arena_alloc(arena, all.n + 1);
	if (all.n > 0)
		memcpy(copy, all.p, all.n);
	b->resources = copy;
	b->resource_count = (uint32_t)VEC_COUNT(&all, struct str);
	buf_release(&all);
}

static void body_fill(struct row_maker *m, struct body *b, struct buf *pieces,
	const struct row_source *sources, uint32_t source_count)
{
	struct arena *arena = world_arena(m->world);
	struct buf ids = { 0 }, all = { 0 }, parts = { 0 };
	bool *used = ARENA_NEW_ARRAY(arena, bool, source_count + 1);
	const struct path *path = NULL;
	struct row_part *kept;

	memset(m->done, 0, m->words * sizeof(uint64_t));
	b->verdict = VERDICT_ALLOWED;
	for (size_t i = 0; i < VEC_COUNT(pieces, struct piece); i++) {
		const struct piece *p = &VEC_DATA(pieces, struct piece)[i];

		piece_take(m, p, &ids);
		if (ids.n == 0)
			continue;
		used[p->source] = true;
		buf_add(&all, ids.p, ids.n);
		if (p->verdict < b->verdict)
			b->verdict = p->verdict;
		if (p->verdict != VERDICT_ALLOWED)
			part_add(&parts, arena, p, &ids);
		if (p->path && (!path || row_compare_paths(p->path, path) < 0))
			path = p->path;
	}
	b->empty = all.n == 0;
	b->path = path;
	b->actions = actions_keep(arena, &all);
	b->action_count = (uint32_t)VEC_COUNT(&all, action_id);
	for (uint32_t i = 0; i < b->action_count; i++)
		b->level_mask |= 1u << catalog_action_get(b->actions[i]).level;
	kept = arena_alloc(arena, parts.n + 1);
	if (parts.n > 0)
		memcpy(kept, parts.p, parts.n);
	b->parts = kept;
	b->part_count = (uint32_t)VEC_COUNT(&parts, struct row_part);
	body_resources(b, arena, sources, used, source_count);
	buf_release(&ids);
	buf_release(&all);
	buf_release(&parts);
}

static void body_make(struct row_maker *m, struct body *b, const struct access *direct,
	const struct row_source *sources, uint32_t source_count)
{
	struct buf pieces = { 0 };

	beaten_fill(m, direct);
	for (uint32_t i = 0; i < source_count; i++)
		pieces_of(m, &pieces, sources[i].access, sources[i].path, i);
	if (pieces.n > 0)
		qsort(pieces.p, VEC_COUNT(&pieces, struct piece), sizeof(struct piece),
			compare_pieces);
	body_fill(m, b, &pieces, sources, source_count);
	buf_release(&pieces);
}

static int compare_strs(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/*
 * Whole targets as the object's key plus their suffix, then the rest; sorted, each once.
 */
static void resources_make(struct row_maker *m, struct body *b, node_id object)
{
	struct arena *arena = world_arena(m->world);
	kind_id kind = world_node_kind_id(m->world, object);
	struct str key = world_node(m->world, object)->key, *out;
	uint32_t whole = (uint32_t)__builtin_popcountll(b->whole), count = 0, kept = 0;

	out = ARENA_NEW_ARRAY(arena, struct str, b->resource_count + whole + 1u);
	for (uint32_t t = 0; t < 64 && b->whole >> t; t++) {
		struct str suffix = { 0 };

		if (!(b->whole >> t & 1u))
			continue;
		if (t != ACTION_LIST_UNBOUND && kind != CATALOG_NONE)
			suffix = catalog_kind_target(kind, t).suffix;
		out[count++] = suffix.n > 0 ? arena_printf(arena, "%.*s%.*s",
						      STR_ARG(key), STR_ARG(suffix))
					    : key;
	}
	for (uint32_t i = 0; i < b->resource_count; i++)
		out[count++] = b->resources[i];
	if (count > 1)
		qsort(out, count, sizeof(*out), compare_strs);
	for (uint32_t i = 0; i < count; i++) {
		if (kept == 0 || !str_eq(out[kept - 1], out[i]))
			out[kept++] = out[i];
	}
	b->row_resources = out;
	b->row_resource_count = kept;
	b->object = object;
}

bool row_make(struct answer_row *out, struct row_maker *m, const struct access *direct,
	const struct row_source *sources, uint32_t source_count, node_id object)
{
	uint32_t before = intern_count(&m->keys), number;
	struct body *b;

	buf_clear(&m->key);
	VEC_ADD(&m->key, const void *, direct);
	buf_add(&m->key, sources, source_count * sizeof(*sources));
	number = intern_add(&m->keys, buf_str(&m->key));
	if (number == before) {
		struct body made = { .object = NODE_NONE };

		body_make(m, &made, direct, sources, source_count);
		buf_add(&m->bodies, &made, sizeof(made));
	}
	b = &VEC_DATA(&m->bodies, struct body)[number];
	if (b->empty)
		return false;
	*out = (struct answer_row){ .indirect = b->path != NULL,
		.verdict = b->verdict,
		.level_mask = b->level_mask,
		.actions = b->actions,
		.action_count = b->action_count,
		.parts = b->parts,
		.part_count = b->part_count };
	if (b->path)
		out->path = *b->path;
	if (b->object != object)
		resources_make(m, b, object);
	out->resources = b->row_resources;
	out->resource_count = b->row_resource_count;
	return true;
}
