#include "reachability/path_given.h"

#include <string.h>

#define SLOTS_GROW 1024u

void path_given_init(struct path_given *g, uint32_t words, bool plain, bool by_hops)
{
	*g = (struct path_given){ .words = words, .plain = plain, .by_hops = by_hops };
	intern_init(&g->keys);
}

void path_given_release(struct path_given *g)
{
	intern_release(&g->keys);
	buf_release(&g->slots);
	buf_release(&g->bits);
}

void path_given_clear(struct path_given *g)
{
	if (!g->plain) {
		intern_release(&g->keys);
		intern_init(&g->keys);
	}
	buf_clear(&g->slots);
	buf_clear(&g->bits);
	g->count = 0;
}

static uint64_t *set_at(struct path_given *g, uint32_t slot)
{
	size_t size = g->words * sizeof(uint64_t);

	while (g->bits.n <= slot * size) {
		memset(buf_reserve(&g->bits, size), 0, size);
		g->bits.n += size;
	}
	return VEC_DATA(&g->bits, uint64_t) + (size_t)slot * g->words;
}

static uint64_t *set_of(struct path_given *g, struct path_way way)
{
	uint32_t *slot;

	if (!g->plain)
		return set_at(g, intern_add(&g->keys, (struct str){ (const char *)&way,
							      sizeof(way) }));
	if (VEC_COUNT(&g->slots, uint32_t) <= way.number) {
		size_t count = (way.number / SLOTS_GROW + 1) * SLOTS_GROW;
		size_t more = count * sizeof(uint32_t) - g->slots.n;

		memset(buf_reserve(&g->slots, more), 0, more);
		g->slots.n += more;
	}
	slot = &VEC_DATA(&g->slots, uint32_t)[way.number];
	if (*slot == 0)
		*slot = ++g->count;
	return set_at(g, *slot - 1);
}

bool path_given_lacks(struct path_given *g, struct path_way way, const uint64_t *bits)
{
	struct path_way one = way;
	uint64_t left = 0;

	if (!g->by_hops) {
		const uint64_t *have = set_of(g, way);

		for (uint32_t i = 0; i < g->words; i++)
			left |= bits[i] & ~have[i];
		return left != 0;
	}
	for (uint32_t i = 0; i < g->words; i++) {
		uint64_t have = 0;

		for (one.hops = 0; one.hops <= way.hops; one.hops++)
			have |= set_of(g, one)[i];
		left |= bits[i] & ~have;
	}
	return left != 0;
}

void path_given_add(struct path_given *g, struct path_way way, const uint64_t *bits)
{
	uint64_t *have = set_of(g, way);

	for (uint32_t i = 0; i < g->words; i++)
		have[i] |= bits[i];
}
