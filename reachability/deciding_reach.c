#include "reachability/deciding_reach.h"

#include "reachability/pattern.h"

#define PIECES 8u

/*
 * What the resource has of all of these patterns. Too many pieces to list: one pattern
 * says it shorter.
 */
static void pieces_add(struct deciding *g, struct deciding_reach *r, uint64_t needed)
{
	const struct str *patterns = VEC_DATA(&g->scratch->patterns, struct str);
	struct str found[PIECES] = { g->resource }, next[PIECES];
	uint32_t n = 1;

	for (uint64_t rest = needed; rest != 0 && n <= PIECES; rest &= rest - 1) {
		struct str pattern = patterns[__builtin_ctzll(rest)];
		uint64_t count = 0;

		for (uint32_t k = 0; k < n && count <= PIECES; k++)
			count += pattern_intersection(next + count,
				PIECES - (uint32_t)count, pattern, found[k],
				g->conditions.arena);
		memcpy(found, next, sizeof(found));
		n = count > PIECES ? PATTERN_TOO_MANY : (uint32_t)count;
	}
	if (n > PIECES)
		VEC_ADD(r->resources, struct str, patterns[__builtin_ctzll(needed)]);
	for (uint32_t k = 0; k < n && n <= PIECES; k++)
		VEC_ADD(r->resources, struct str, found[k]);
}

static bool allows(struct deciding *g, uint32_t bit, uint64_t atom)
{
	struct provider_parts p;
	expr left = deciding_combine(g, &p, bit, atom);

	return left != EXPR_FALSE &&
	       expr_verdict(g->conditions.pool, left) != VERDICT_DENIED;
}

/* Patterns that take from grants: an atom without them is no part of this one. */
static uint64_t taking(const struct deciding *g)
{
	const struct decide_hit *hits = VEC_DATA(&g->scratch->hits, struct decide_hit);
	size_t count = VEC_COUNT(&g->scratch->hits, struct decide_hit);
	uint64_t out = 0;

	for (size_t i = 0; i < count; i++) {
		out |= hits[i].except;
		if (hits[i].inverted &&
			!(hits[i].statement->statement->flags & DOCUMENT_DENY))
			out |= hits[i].partial;
	}
	return out;
}

void deciding_reach_add(
	struct deciding *g, struct deciding_reach *r, uint32_t bit, uint64_t atom)
{
	uint64_t keep = taking(g), needed = atom;

	for (uint64_t rest = atom & ~keep; rest != 0 && !r->whole; rest &= rest - 1) {
		uint64_t one = rest & -rest;

		if (allows(g, bit, needed & ~one))
			needed &= ~one;
	}
	needed &= ~keep;
	if (needed == 0)
		r->whole = true;
	else if (!r->whole)
		pieces_add(g, r, needed);
}
