/*
 * pattern_atoms.c - the combinations of patterns that strings of a target meet.
 *
 * Nearly always a family is literals and literals + star within a target of that
 * form. Such sets are nested or apart, and each has a string of its own: a
 * literal + star has more continuations than 64 patterns can take away. So the
 * atoms are those of the sets themselves. All else asks the product automaton.
 */
#include "reachability/pattern.h"

#include <assert.h>
#include <stdlib.h>

#include "reachability/pattern_priv.h"

/* A literal, or a literal and one star. */
static bool is_prefix(struct str pattern)
{
	return pattern_literal_size(pattern) + 1 >= pattern.n &&
	       !str_ends(pattern, STR_LIT("?"));
}

static bool is_nested(const struct pattern_family *f)
{
	if (!is_prefix(f->target))
		return false;
	for (uint32_t i = 0; i < f->count; i++)
		if (!is_prefix(f->patterns[i]))
			return false;
	return true;
}

static int compare_atoms(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a;
	uint64_t y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* Sort, drop equal ones, copy to the arena. */
static int store_atoms(
	const uint64_t **out, uint64_t *atoms, uint32_t n, struct arena *arena)
{
	uint32_t count = 0;

	qsort(atoms, n, sizeof(*atoms), compare_atoms);
	for (uint32_t i = 0; i < n; i++)
		if (count == 0 || atoms[count - 1] != atoms[i])
			atoms[count++] = atoms[i];
	assert(count > 0);
	uint64_t *copy = ARENA_NEW_ARRAY(arena, uint64_t, count);
	memcpy(copy, atoms, count * sizeof(*atoms));
	*out = copy;
	return (int)count;
}

/* Containment where both are literals or literals + star, or are the same. */
static bool nests(struct str outer, struct str inner)
{
	if (str_eq(outer, inner))
		return true;
	return str_ends(outer, STR_LIT("*")) &&
	       str_starts(inner, str_head(outer, outer.n - 1));
}

/* A family of at most one pattern, or of nested ones. */
static int nested_atoms(
	const uint64_t **out, const struct pattern_family *f, struct arena *arena)
{
	uint64_t atoms[PATTERN_MAX_COUNT + 1];

	for (uint32_t i = 0; i < f->count; i++) {
		atoms[i] = f->always;
		for (uint32_t k = 0; k < f->count; k++)
			if (nests(f->patterns[k], f->patterns[i]))
				atoms[i] |= f->bits[k];
	}
	atoms[f->count] = f->always;
	return store_atoms(out, atoms, f->count + 1, arena);
}

int pattern_atoms(const uint64_t **out, const struct str *patterns, uint32_t count,
	struct str target, struct arena *arena, struct err *e)
{
	struct pattern_family family;

	if (count > PATTERN_MAX_COUNT)
		return err_set(e, ERR_LIMIT, "%u patterns within '%.*s' are more than %u",
			count, STR_ARG(target), PATTERN_MAX_COUNT);
	pattern_family_init(&family, patterns, count, target);
	if (family.count <= 1 || is_nested(&family))
		return nested_atoms(out, &family, arena);

	struct pattern_product product;
	struct arena scratch;
	arena_init(&scratch, ARENA_UNLIMITED);
	int rc = pattern_product_explore(&product, &family, NULL, &scratch, e);
	if (rc == 0) {
		uint64_t *atoms = ARENA_NEW_ARRAY(&scratch, uint64_t, product.count);
		uint32_t n = 0;

		for (uint32_t i = 0; i < product.count; i++)
			if (product.states[i]->accepts)
				atoms[n++] = product.states[i]->atom;
		rc = store_atoms(out, atoms, n, arena);
	}
	arena_release(&scratch);
	return rc;
}
