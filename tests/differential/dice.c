#include "dice.h"

uint64_t dice_next(struct dice *d)
{
	uint64_t z = (d->state += 0x9e3779b97f4a7c15ull);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

uint32_t dice_below(struct dice *d, uint32_t n)
{
	return (uint32_t)(dice_next(d) % n);
}

bool dice_chance(struct dice *d, uint32_t percent)
{
	return dice_below(d, 100) < percent;
}

const char *dice_pick(struct dice *d, const char *const *from, uint32_t count)
{
	return from[dice_below(d, count)];
}
