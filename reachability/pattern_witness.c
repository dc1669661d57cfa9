/*
 * pattern_witness.c - a shortest string with a given atom, from the product automaton.
 */
#include "reachability/pattern.h"

#include "reachability/pattern_priv.h"

static struct str spell(const struct pattern_state *state, struct arena *arena)
{
	size_t n = state->depth;
	char *text = (char *)arena_alloc(arena, n + 1);

	for (; state->parent; state = state->parent)
		text[state->depth - 1] = (char)state->byte;
	return (struct str){ text, n };
}

struct str pattern_witness(const struct str *patterns, uint32_t count, uint64_t atom,
	struct str target, struct arena *arena)
{
	struct str none = { NULL, 0 };
	struct pattern_family family;

	if (count > PATTERN_MAX_COUNT)
		return none;
	pattern_family_init(&family, patterns, count, target);
	uint64_t variable = 0;
	for (uint32_t i = 0; i < family.count; i++)
		variable |= family.bits[i];
	if ((atom & ~variable) != family.always)
		return none;

	struct pattern_product product;
	struct arena scratch;
	struct err e;
	arena_init(&scratch, ARENA_UNLIMITED);
	int rc = pattern_product_explore(&product, &family, &atom, &scratch, &e);
	struct str text = rc == 0 && product.found ? spell(product.found, arena) : none;
	arena_release(&scratch);
	return text;
}
