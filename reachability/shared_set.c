#include "reachability/shared_set.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/str.h"

/*
 * A piece of height 0 has a bit for each of 512 numbers, one of height h 16 pieces of
 * height h - 1. Height 6 holds all 32-bit numbers.
 */
#define LEAF_BITS   512u
#define LEAF_SHIFT  9u
#define FAN         16u
#define FAN_SHIFT   4u
#define HEIGHT      6u
#define PAGE_PIECES 4096u
#define JOINS       (1u << 18) /* remembered unions */

struct piece {
	union {
		uint64_t bits[LEAF_BITS / 64];
		uint32_t parts[FAN];
	} u;
	uint32_t count; /* of numbers */
	uint32_t height;
};

struct joined {
	uint32_t a, b, both;
};

struct shared_sets {
	struct piece **pages; /* piece 0 is empty, of any height */
	uint32_t page_count, piece_count;
	uint32_t *slots; /* open addressing: piece, or 0 */
	uint32_t slot_count;
	struct joined *joins;
};

static void *room(size_t count, size_t size)
{
	void *p = calloc(count, size);

	if (!p)
		abort();
	return p;
}

static struct piece *piece_at(const struct shared_sets *s, uint32_t n)
{
	return &s->pages[n / PAGE_PIECES][n % PAGE_PIECES];
}

static uint32_t piece_append(struct shared_sets *s, const struct piece *p)
{
	uint32_t n = s->piece_count++;

	assert(s->piece_count < UINT32_MAX);
	if (n / PAGE_PIECES == s->page_count) {
		s->pages =
			realloc(s->pages, (s->page_count + 1) * sizeof(struct piece *));
		if (!s->pages)
			abort();
		s->pages[s->page_count++] = room(PAGE_PIECES, sizeof(struct piece));
	}
	*piece_at(s, n) = *p;
	return n;
}

static uint64_t hash_of(const struct piece *p)
{
	return hash64((struct str){ (const char *)&p->u, sizeof(p->u) }) + p->height;
}

/* Where the piece is, or the free slot for it. */
static uint32_t *slot_of(const struct shared_sets *s, const struct piece *p)
{
	uint32_t at = (uint32_t)hash_of(p) & (s->slot_count - 1);

	while (s->slots[at] != 0) {
		const struct piece *other = piece_at(s, s->slots[at]);

		if (other->height == p->height &&
			memcmp(&other->u, &p->u, sizeof(p->u)) == 0)
			break;
		at = (at + 1) & (s->slot_count - 1);
	}
	return &s->slots[at];
}

static void slots_grow(struct shared_sets *s)
{
	free(s->slots);
	s->slot_count *= 2;
	s->slots = room(s->slot_count, sizeof(*s->slots));
	for (uint32_t n = 1; n < s->piece_count; n++)
		*slot_of(s, piece_at(s, n)) = n;
}

/* The number of a piece with something in it. */
static uint32_t piece_keep(struct shared_sets *s, const struct piece *p)
{
	uint32_t *slot = slot_of(s, p);

	if (*slot != 0)
		return *slot;
	if (s->piece_count >= s->slot_count / 2) {
		slots_grow(s);
		slot = slot_of(s, p);
	}
	*slot = piece_append(s, p);
	return *slot;
}

struct shared_sets *shared_sets_new(void)
{
	struct shared_sets *s = room(1, sizeof(*s));
	const struct piece none = { .count = 0 };

	s->slot_count = 1u << 12;
	s->slots = room(s->slot_count, sizeof(*s->slots));
	s->joins = room(JOINS, sizeof(*s->joins));
	piece_append(s, &none);
	return s;
}

void shared_sets_free(struct shared_sets *s)
{
	if (!s)
		return;
	for (uint32_t i = 0; i < s->page_count; i++)
		free(s->pages[i]);
	free(s->pages);
	free(s->slots);
	free(s->joins);
	free(s);
}

/* Which part of a piece of that height a number falls into. */
static uint32_t part_of(uint32_t number, uint32_t height)
{
	return (number >> (LEAF_SHIFT + FAN_SHIFT * (height - 1))) & (FAN - 1);
}

/* The piece of the numbers [0, count), which agree in all that is above it. */
static uint32_t piece_of(
	struct shared_sets *s, const uint32_t *numbers, size_t count, uint32_t height)
{
	struct piece p = { .count = (uint32_t)count, .height = height };

	if (height == 0) {
		for (size_t i = 0; i < count; i++) {
			uint32_t bit = numbers[i] % LEAF_BITS;

			p.u.bits[bit / 64] |= 1ull << (bit % 64);
		}
		return piece_keep(s, &p);
	}
	for (size_t i = 0, end; i < count; i = end) {
		uint32_t part = part_of(numbers[i], height);

		for (end = i + 1; end < count && part_of(numbers[end], height) == part;)
			end++;
		p.u.parts[part] = piece_of(s, numbers + i, end - i, height - 1);
	}
	return piece_keep(s, &p);
}

shared_set shared_set_of(struct shared_sets *s, const uint32_t *numbers, size_t count)
{
	for (size_t i = 1; i < count; i++)
		assert(numbers[i - 1] < numbers[i]);
	return count == 0 ? SHARED_SET_EMPTY : piece_of(s, numbers, count, HEIGHT);
}

static struct joined *joined_at(const struct shared_sets *s, uint32_t a, uint32_t b)
{
	uint64_t h = ((uint64_t)a << 32 | b) * 0x9e3779b97f4a7c15ull;

	return &s->joins[h >> 46 & (JOINS - 1)];
}

static uint32_t join_leaves(struct shared_sets *s, uint32_t a, uint32_t b)
{
	const struct piece *x = piece_at(s, a), *y = piece_at(s, b);
	struct piece p = { .height = 0 };

	for (uint32_t i = 0; i < LEAF_BITS / 64; i++) {
		p.u.bits[i] = x->u.bits[i] | y->u.bits[i];
		p.count += (uint32_t)__builtin_popcountll(p.u.bits[i]);
	}
	return piece_keep(s, &p);
}

/* As deep as a set is high. */
static uint32_t join(struct shared_sets *s, uint32_t a, uint32_t b)
{
	struct joined *known;
	struct piece p;
	uint32_t both;

	if (a == b || b == 0)
		return a;
	if (a == 0)
		return b;
	if (a > b) {
		uint32_t swap = a;

		a = b;
		b = swap;
	}
	known = joined_at(s, a, b);
	if (known->a == a && known->b == b)
		return known->both;
	p = (struct piece){ .height = piece_at(s, a)->height };
	if (p.height == 0) {
		both = join_leaves(s, a, b);
	} else {
		for (uint32_t i = 0; i < FAN; i++) {
			p.u.parts[i] = join(s, piece_at(s, a)->u.parts[i],
				piece_at(s, b)->u.parts[i]);
			p.count += piece_at(s, p.u.parts[i])->count;
		}
		both = piece_keep(s, &p);
	}
	*known = (struct joined){ a, b, both };
	return both;
}

shared_set shared_set_join(struct shared_sets *s, shared_set a, shared_set b)
{
	return join(s, a, b);
}

uint32_t shared_set_count(const struct shared_sets *s, shared_set a)
{
	return piece_at(s, a)->count;
}

/* Returns where the next number goes. As deep as a set is high. */
static uint32_t *list_piece(
	uint32_t *out, const struct shared_sets *s, uint32_t n, uint32_t first)
{
	const struct piece *p = piece_at(s, n);

	if (n == 0)
		return out;
	if (p->height > 0) {
		for (uint32_t i = 0; i < FAN; i++)
			out = list_piece(out, s, p->u.parts[i],
				first | i << (LEAF_SHIFT + FAN_SHIFT * (p->height - 1)));
		return out;
	}
	for (uint32_t i = 0; i < LEAF_BITS / 64; i++) {
		for (uint64_t rest = p->u.bits[i]; rest != 0; rest &= rest - 1)
			*out++ = first | (i * 64 + (uint32_t)__builtin_ctzll(rest));
	}
	return out;
}

void shared_set_list(uint32_t *out, const struct shared_sets *s, shared_set a)
{
	list_piece(out, s, a, 0);
}

size_t shared_sets_bytes(const struct shared_sets *s)
{
	return (size_t)s->page_count * PAGE_PIECES * sizeof(struct piece) +
	       s->slot_count * sizeof(*s->slots) + JOINS * sizeof(*s->joins);
}
