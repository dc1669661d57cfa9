/*
 * oracle_steps.h - hops of the oracle: every step there is, and the best way from each
 * node to each. What is made lies in the oracle's arena.
 */
#ifndef TESTS_ORACLE_ORACLE_STEPS_H
#define TESTS_ORACLE_ORACLE_STEPS_H

#include "oracle.h"

/* Fills o->reach; everything direct is decided already. */
void oracle_steps_make(struct oracle *o);

/* A step, beside those that there are. */
void oracle_steps_add(const struct oracle *o, struct oracle_range *reach, uint32_t from,
	uint32_t to, struct oracle_range verdict);

/* Both together; either. */
struct oracle_range oracle_steps_weaker(struct oracle_range a, struct oracle_range b);
struct oracle_range oracle_steps_stronger(struct oracle_range a, struct oracle_range b);

#endif
