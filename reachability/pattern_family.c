/*
 * pattern_family.c - of some patterns, those that tell strings of a target apart.
 */
#include "reachability/pattern_priv.h"

static void family_add(struct pattern_family *f, struct str pattern, uint64_t bit)
{
	for (uint32_t i = 0; i < f->count; i++)
		if (str_eq(f->patterns[i], pattern)) {
			f->bits[i] |= bit;
			return;
		}
	f->patterns[f->count] = pattern;
	f->bits[f->count] = bit;
	f->count++;
}

void pattern_family_init(struct pattern_family *f, const struct str *patterns,
	uint32_t count, struct str target)
{
	*f = (struct pattern_family){ .target = target };
	for (uint32_t i = 0; i < count; i++) {
		uint64_t bit = (uint64_t)1 << i;
		enum pattern_cover cover = pattern_cover(patterns[i], target);

		if (cover == PATTERN_ALL)
			f->always |= bit;
		else if (cover == PATTERN_SOME)
			family_add(f, patterns[i], bit);
	}
}
