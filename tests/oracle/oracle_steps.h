/*
 * oracle_steps.h - hops of the oracle: every step there is, and the best way from each
 * identity to each state. What is made lies in the oracle.
 */
#ifndef TESTS_ORACLE_ORACLE_STEPS_H
#define TESTS_ORACLE_ORACLE_STEPS_H

#include "oracle.h"

/* A way: as strong as its weakest step, then cheapest, then shortest. */
struct oracle_way {
	enum oracle_verdict verdict;
	uint32_t cost, hops;
};

/* Fills o->ways; everything direct is decided already. */
void oracle_steps_make(struct oracle *o);
void oracle_steps_release(struct oracle *o);

/* Both together; either. */
struct oracle_range oracle_steps_weaker(struct oracle_range a, struct oracle_range b);
struct oracle_range oracle_steps_stronger(struct oracle_range a, struct oracle_range b);

/*
 * The best way to become somebody, and the best to one class of an object with a hop at
 * least; verdict denied: none. False: it depends on what two answers are possible to.
 * `strict`: one question, to which what nobody read may let in whoever asks.
 */
bool oracle_steps_become(
	struct oracle_way *out, const struct oracle *o, uint32_t from, uint32_t to);
bool oracle_steps_reach(struct oracle_way *out, const struct oracle *o,
	const uint32_t at[3], bool strict);

/*
 * Whether one may come to be the other, or anybody with policies that it has not now;
 * asked as one question.
 */
bool oracle_steps_comes_to(const struct oracle *o, uint32_t from, uint32_t to);
bool oracle_steps_changes(const struct oracle *o, uint32_t from);

#endif
