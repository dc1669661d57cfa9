#include "graphstore/dictionary_priv.h"

#include <assert.h>

static bool read_number(struct dictionary_walk *w, uint32_t *out)
{
	uint32_t value = 0;

	for (unsigned shift = 0; shift < 28; shift += 7) {
		uint8_t byte;

		if (w->next == w->end)
			return false;
		byte = *w->next++;
		value |= (uint32_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80)) {
			*out = value;
			return value <= LIMIT_KEY_BYTES;
		}
	}
	return false;
}

static void walk_begin(
	struct dictionary_walk *w, const struct dictionary *d, uint32_t group)
{
	uint32_t groups = dictionary_groups(d->count), begin = 0, end = 0;

	*w = (struct dictionary_walk){ 0 };
	if (group >= groups)
		return;
	begin = d->starts[group];
	end = group + 1 < groups ? d->starts[group + 1] : (uint32_t)d->bytes.n;
	if (begin > end || end > d->bytes.n)
		return;
	w->next = (const uint8_t *)d->bytes.p + begin;
	w->end = (const uint8_t *)d->bytes.p + end;
	w->left = group + 1 < groups ? DICTIONARY_GROUP
				     : d->count - group * DICTIONARY_GROUP;
}

/* The next entry; false at the group's end and at damage. */
static bool walk_next(struct dictionary_walk *w, bool first)
{
	uint32_t size = 0;

	if (w->left == 0)
		return false;
	w->left--;
	w->shared = 0;
	if (!first && !read_number(w, &w->shared))
		return false;
	if (!read_number(w, &size) || size > (size_t)(w->end - w->next) ||
		w->shared + size > LIMIT_KEY_BYTES)
		return false;
	w->rest = (struct str){ (const char *)w->next, size };
	w->next += size;
	return true;
}

static uint32_t common(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n, i = 0;

	while (i < n && a.p[i] == b.p[i])
		i++;
	return (uint32_t)i;
}

/* What a search compares keys with, and how far the last key agreed. */
struct probe {
	struct str key;
	bool after_prefix;
	uint32_t match; /* bytes that the key just compared has in common with `key` */
	bool whole;     /* the key just compared is `key` itself */
};

/*
 * Whether the entry lies before the bound. The entry before it did, unless it is a
 * group's first.
 */
static bool probe_before(struct probe *p, const struct dictionary_walk *w)
{
	struct str wanted, rest = w->rest;

	p->whole = false;
	if (w->shared > p->match)
		return true;
	if (w->shared < p->match) {
		p->match = w->shared;
		return false;
	}
	wanted = str_skip(p->key, p->match);
	p->match += common(rest, wanted);
	rest = str_skip(rest, p->match - w->shared);
	if (p->match == p->key.n) {
		p->whole = rest.n == 0;
		return p->after_prefix;
	}
	return rest.n == 0 || (uint8_t)rest.p[0] < (uint8_t)p->key.p[p->match];
}

static bool group_starts_before(
	const struct dictionary *d, uint32_t group, struct probe *p)
{
	struct dictionary_walk w;

	p->match = 0;
	p->whole = false;
	walk_begin(&w, d, group);
	return walk_next(&w, true) && probe_before(p, &w);
}

static uint32_t bound(const struct dictionary *d, struct probe *p)
{
	uint32_t low = 0, high = dictionary_groups(d->count), index;
	struct dictionary_walk w;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (group_starts_before(d, mid, p))
			low = mid + 1;
		else
			high = mid;
	}
	if (low == 0) {
		if (d->count > 0)
			group_starts_before(d, 0, p);
		return 0;
	}
	p->match = 0;
	p->whole = false;
	walk_begin(&w, d, low - 1);
	index = (low - 1) * DICTIONARY_GROUP;
	for (bool first = true; walk_next(&w, first); first = false, index++) {
		if (!probe_before(p, &w))
			return index;
	}
	if (index < d->count)
		group_starts_before(d, low, p);
	return index;
}

uint32_t dictionary_bound(const struct dictionary *d, struct str key, bool after_prefix)
{
	struct probe p = { .key = key, .after_prefix = after_prefix };
	uint32_t index = bound(d, &p);

	return index < d->count ? index : d->count;
}

uint32_t dictionary_find(const struct dictionary *d, struct str key)
{
	struct probe p = { .key = key };
	uint32_t index = bound(d, &p);

	return index < d->count && p.whole ? index : DICTIONARY_NONE;
}

void dictionary_each(const struct dictionary *d, uint32_t begin, uint32_t end,
	void (*each)(void *ctx, uint32_t index, struct str key), void *ctx)
{
	char room[LIMIT_KEY_BYTES];
	uint32_t index = begin / DICTIONARY_GROUP * DICTIONARY_GROUP;

	if (end > d->count)
		end = d->count;
	while (index < end) {
		struct dictionary_walk w;
		size_t size = 0;
		bool first = true;

		walk_begin(&w, d, index / DICTIONARY_GROUP);
		for (; index < end && walk_next(&w, first); first = false, index++) {
			if (w.shared > size)
				return;
			memcpy(room + w.shared, w.rest.p, w.rest.n);
			size = w.shared + w.rest.n;
			if (index >= begin)
				each(ctx, index, (struct str){ room, size });
		}
		if (index < end && index % DICTIONARY_GROUP != 0)
			return;
		if (first)
			return;
	}
}

/*
 * The key's bytes lie in its own entry and, as far as it shares them, in those before it:
 * filled from the end, each entry gives what is still missing in front of it.
 */
struct str dictionary_copy(
	const struct dictionary *d, uint32_t index, struct arena *arena)
{
	struct {
		const char *rest;
		uint32_t size, shared;
	} entries[DICTIONARY_GROUP];
	struct dictionary_walk w;
	uint32_t last = index % DICTIONARY_GROUP, need;
	struct str out;
	char *p;

	if (index >= d->count)
		return (struct str){ 0 };
	walk_begin(&w, d, index / DICTIONARY_GROUP);
	for (uint32_t i = 0; i <= last; i++) {
		if (!walk_next(&w, i == 0) ||
			(i > 0 && w.shared > entries[i - 1].shared + entries[i - 1].size))
			return (struct str){ 0 };
		entries[i].rest = w.rest.p;
		entries[i].size = (uint32_t)w.rest.n;
		entries[i].shared = w.shared;
	}
	need = (uint32_t)(w.shared + w.rest.n);
	p = arena_alloc(arena, need + 1u);
	out = (struct str){ p, need };
	for (uint32_t i = last + 1; i-- > 0 && need > 0;) {
		if (entries[i].shared >= need)
			continue;
		memcpy(p + entries[i].shared, entries[i].rest, need - entries[i].shared);
		need = entries[i].shared;
	}
	return out;
}

struct str dictionary_cursor_get(
	struct dictionary_cursor *c, const struct dictionary *d, uint32_t index)
{
	uint32_t next = c->next;
	bool first = next == 0 || index < next - 1 ||
		     index / DICTIONARY_GROUP != (next - 1) / DICTIONARY_GROUP;

	if (index >= d->count)
		return (struct str){ c->room, 0 };
	if (first) {
		next = index / DICTIONARY_GROUP * DICTIONARY_GROUP;
		walk_begin(&c->walk, d, index / DICTIONARY_GROUP);
		c->size = 0;
	}
	c->next = 0;
	for (; next <= index; next++, first = false) {
		if (!walk_next(&c->walk, first) || c->walk.shared > c->size)
			return (struct str){ c->room, 0 };
		memcpy(c->room + c->walk.shared, c->walk.rest.p, c->walk.rest.n);
		c->size = c->walk.shared + c->walk.rest.n;
	}
	c->next = next;
	return (struct str){ c->room, c->size };
}

struct check {
	char room[LIMIT_KEY_BYTES];
	struct str last;
	uint32_t count;
	bool ascending;
};

static void check_key(void *ctx, uint32_t index, struct str key)
{
	struct check *c = ctx;

	if (index > 0 && str_cmp(c->last, key) >= 0)
		c->ascending = false;
	memcpy(c->room, key.p, key.n);
	c->last = (struct str){ c->room, key.n };
	c->count++;
}

bool dictionary_check(const struct dictionary *d)
{
	struct check c = { .ascending = true };

	dictionary_each(d, 0, d->count, check_key, &c);
	return c.ascending && c.count == d->count;
}

void dictionary_builder_release(struct dictionary_builder *b)
{
	buf_release(&b->starts);
	buf_release(&b->bytes);
	*b = (struct dictionary_builder){ 0 };
}

static void add_number(struct buf *out, uint32_t value)
{
	while (value >= 0x80) {
		buf_add_char(out, (char)((value & 0x7f) | 0x80));
		value >>= 7;
	}
	buf_add_char(out, (char)value);
}

void dictionary_add(struct dictionary_builder *b, struct str key)
{
	uint32_t shared = 0;

	assert(key.n <= LIMIT_KEY_BYTES);
	assert(b->count == 0 || str_cmp(b->last, key) < 0);
	if (b->count % DICTIONARY_GROUP == 0) {
		VEC_ADD(&b->starts, uint32_t, (uint32_t)b->bytes.n);
	} else {
		shared = common(b->last, key);
		add_number(&b->bytes, shared);
	}
	add_number(&b->bytes, (uint32_t)key.n - shared);
	buf_add_str(&b->bytes, str_skip(key, shared));
	b->last = key;
	b->count++;
}
