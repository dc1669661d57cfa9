#include "reachability/path_given.h"

#include <string.h>

#define SLOTS_GROW 1024u

void path_given_init(
	struct path_given *g, uint32_t words, uint32_t levels, bool plain, bool by_hops)
{
	*g = (struct path_given){
		.words = words, .levels = levels, .plain = plain, .by_hops = by_hops
	};
	intern_init(&g->keys);
}

void path_given_release(struct path_given *g)
{
	intern_release(&g->keys);
	buf_release(&g->slots);
	buf_release(&g->bits);
	buf_release(&g->sum);
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
	size_t size = (size_t)g->words * g->levels * sizeof(uint64_t);

	while (g->bits.n <= slot * size) {
		memset(buf_reserve(&g->bits, size), 0, size);
		g->bits.n += size;
	}
	return VEC_DATA(&g->bits, uint64_t) + (size_t)slot * g->words * g->levels;
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

/* Of the levels those at which the bits have more. */
static uint32_t levels_beyond(const struct path_given *g, const uint64_t *bits,
	const uint64_t *have, uint32_t levels)
{
	uint32_t out = 0;

	for (uint32_t level = 0; level < g->levels; level++) {
		const uint64_t *b = bits + (size_t)level * g->words;
		const uint64_t *h = have + (size_t)level * g->words;
		uint64_t left = 0;

		for (uint32_t i = 0; i < g->words && (levels >> level & 1); i++)
			left |= b[i] & ~h[i];
		out |= (uint32_t)(left != 0) << level;
	}
	return out;
}

/* What all ways of no more hops have been given together. */
static const uint64_t *given_by_hops(struct path_given *g, struct path_way way)
{
	uint32_t words = g->words * g->levels;
	struct path_way one = way;
	uint64_t *sum;

	buf_clear(&g->sum);
	memset(buf_reserve(&g->sum, words * sizeof(*sum)), 0, words * sizeof(*sum));
	sum = VEC_DATA(&g->sum, uint64_t);
	for (one.hops = 0; one.hops <= way.hops; one.hops++) {
		const uint64_t *have = set_of(g, one);

		for (uint32_t i = 0; i < words; i++)
			sum[i] |= have[i];
	}
	return sum;
}

uint32_t path_given_lacks(
	struct path_given *g, struct path_way way, const uint64_t *bits, uint32_t levels)
{
	const uint64_t *have = g->by_hops ? given_by_hops(g, way) : set_of(g, way);

	return levels_beyond(g, bits, have, levels);
}

void path_given_add(
	struct path_given *g, struct path_way way, const uint64_t *bits, uint32_t levels)
{
	uint64_t *have = set_of(g, way);

	for (uint32_t level = 0; level < g->levels; level++) {
		size_t at = (size_t)level * g->words;

		for (uint32_t i = 0; i < g->words && (levels >> level & 1); i++)
			have[at + i] |= bits[at + i];
	}
}
