/*
 * dice.h - random choices that a seed decides (splitmix64).
 */
#ifndef TESTS_DIFFERENTIAL_DICE_H
#define TESTS_DIFFERENTIAL_DICE_H

#include <stdbool.h>
#include <stdint.h>

struct dice {
	uint64_t state;
};

uint64_t dice_next(struct dice *d);
uint32_t dice_below(struct dice *d, uint32_t n); /* n > 0 */
bool dice_chance(struct dice *d, uint32_t percent);
const char *dice_pick(struct dice *d, const char *const *from, uint32_t count);

#define DICE_PICK(d, ...)                                                                \
	dice_pick((d), (const char *const[]){ __VA_ARGS__ },                             \
		sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(const char *))

#endif
