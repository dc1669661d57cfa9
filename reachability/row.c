#include "reachability/row.h"

#include <stdlib.h>

#include "base/sparse.h"

/* What rows of equal sources share. */
struct body {
	bool empty;
	bool told;             /* row_direct gave it before */
	struct answer_row row; /* but for whom it is about */
};

/* The bodies of direct rows, by a hash of their access. */
#define DIRECT_SLOTS 512u

struct direct_slot {
	const struct access *access;
	uint32_t body;
};

struct row_maker {
	struct world *world;
	struct intern keys;   /* sources -> body */
	struct buf key;       /* of the row in hand */
	struct sparse bodies; /* struct body, at fixed places */
	struct direct_slot direct[DIRECT_SLOTS];
	uint32_t words; /* of a bit set over all actions */
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
	sparse_init(&m->bodies, sizeof(struct body));
	return m;
}

void row_maker_free(struct row_maker *m)
{
	if (!m)
		return;
	intern_release(&m->keys);
	sparse_release(&m->bodies);
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

	bool ascend = true;

	if (count > 0)
		memcpy(copy, ids->p, ids->n);
	for (size_t i = 1; i < count; i++)
		ascend &= copy[i - 1] < copy[i];
	if (!ascend)
		qsort(copy, count, sizeof(*copy), compare_actions);
	return copy;
}

/* The actions of the bit set, of which there are `count`. */
static const action_id *actions_of_bits(
	struct arena *arena, const uint64_t *bits, uint32_t words, uint32_t count)
{
	action_id *out = ARENA_NEW_ARRAY(arena, action_id, count + 1);
	uint32_t n = 0;

	for (uint32_t i = 0; i < words && n < count; i++) {
		for (uint64_t rest = bits[i]; rest != 0; rest &= rest - 1)
			out[n++] = i * 64 + (action_id)__builtin_ctzll(rest);
	}
	return out;
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

static void body_reach(struct body *b, struct arena *arena,
	const struct row_source *sources, const bool *used, uint32_t source_count)
{
	struct answer_reach *reach = ARENA_NEW(arena, struct answer_reach);
	struct buf all = { 0 };
	void *copy;

	for (uint32_t i = 0; i < source_count; i++) {
		if (!used[i])
			continue;
		reach->whole |= sources[i].access->whole;
		buf_add(&all, sources[i].access->resources,
			sources[i].access->resource_count * sizeof(struct str));
	}
	copy = arena_alloc(arena, all.n + 1);
	if (all.n > 0)
		memcpy(copy, all.p, all.n);
	reach->patterns = copy;
	reach->pattern_count = (uint32_t)VEC_COUNT(&all, struct str);
	b->row.reach = reach;
	buf_release(&all);
}

static void body_fill(struct row_maker *m, struct body *b, struct buf *pieces,
	const struct row_source *sources, uint32_t source_count)
{
	struct arena *arena = world_arena(m->world);
	struct buf ids = { 0 }, parts = { 0 };
	bool *used = ARENA_NEW_ARRAY(arena, bool, source_count + 1);
	struct answer_row *row = &b->row;
	const struct path *path = NULL;
	struct row_part *kept;

	memset(m->done, 0, m->words * sizeof(uint64_t));
	row->verdict = VERDICT_ALLOWED;
	for (size_t i = 0; i < VEC_COUNT(pieces, struct piece); i++) {
		const struct piece *p = &VEC_DATA(pieces, struct piece)[i];

		piece_take(m, p, &ids);
		if (ids.n == 0)
			continue;
		used[p->source] = true;
		row->action_count += (uint32_t)VEC_COUNT(&ids, action_id);
		if (p->verdict < row->verdict)
			row->verdict = p->verdict;
		if (p->verdict != VERDICT_ALLOWED)
			part_add(&parts, arena, p, &ids);
		if (p->path && (!path || row_compare_paths(p->path, path) < 0))
			path = p->path;
	}
	b->empty = row->action_count == 0;
	row->indirect = path != NULL;
	if (path)
		row->path = *path;
	row->actions = actions_of_bits(arena, m->done, m->words, row->action_count);
	for (uint32_t i = 0; i < row->action_count; i++)
		row->level_mask |= 1u << catalog_action_level(row->actions[i]);
	kept = arena_alloc(arena, parts.n + 1);
	if (parts.n > 0)
		memcpy(kept, parts.p, parts.n);
	row->parts = kept;
	row->part_count = (uint32_t)VEC_COUNT(&parts, struct row_part);
	body_reach(b, arena, sources, used, source_count);
	buf_release(&ids);
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

static struct body *body_of(struct row_maker *m, const struct access *direct,
	const struct row_source *sources, uint32_t source_count, uint32_t *number)
{
	uint32_t before = intern_count(&m->keys);
	struct body *b;

	buf_clear(&m->key);
	VEC_ADD(&m->key, const void *, direct);
	buf_add(&m->key, sources, source_count * sizeof(*sources));
	*number = intern_add(&m->keys, buf_str(&m->key));
	b = sparse_at(&m->bodies, *number);
	if (*number == before)
		body_make(m, b, direct, sources, source_count);
	return b;
}

bool row_make(struct answer_row *out, struct row_maker *m, const struct access *direct,
	const struct row_source *sources, uint32_t source_count)
{
	uint32_t number;
	struct body *b = body_of(m, direct, sources, source_count, &number);

	if (!b->empty)
		*out = b->row;
	return !b->empty;
}

const struct answer_row *row_direct(
	bool *first, struct row_maker *m, const struct access *access)
{
	uint64_t h = ((uint64_t)(uintptr_t)access >> 4) * 0x9e3779b97f4a7c15ull;
	struct direct_slot *slot = &m->direct[h >> 32 & (DIRECT_SLOTS - 1)];
	struct row_source own = { access, NULL };
	struct body *b;

	if (slot->access != access) {
		body_of(m, NULL, &own, 1, &slot->body);
		slot->access = access;
	}
	b = sparse_at(&m->bodies, slot->body);
	*first = !b->told;
	b->told = true;
	return b->empty ? NULL : &b->row;
}
