/*
 * duel.h - one world, asked of the engine and of the oracle.
 *
 * The records go through the real compiler into a real store; the engine answers what
 * each identity can and who can on each entity, all actions. Both must give what the
 * oracle gives: the same pairs, direct and indirect, the same verdict for each action.
 */
#ifndef TESTS_ORACLE_DUEL_H
#define TESTS_ORACLE_DUEL_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

/* All hop rules count in one world of so many, by its seed: each takes seconds. */
#define DUEL_HOPS_EVERY 50u

struct duel_result {
	uint64_t verdicts; /* compared */
	uint64_t
		undecided; /* where the oracle allows two answers (struct oracle_range) */
	uint32_t differences; /* all */
	uint64_t sorts[2];    /* which sorts of differences there are: bits */
	struct buf report;    /* the first ones, in words */
};

/*
 * `stream`: the world's records; `directory`: for the store, emptied before and after;
 * `seed`: which single questions are asked. ERR_ when one of the two could not read the
 * world. *out is to be released in any case.
 */
int duel_run(struct duel_result *out, struct str stream, const char *directory,
	uint64_t seed, struct err *e);
void duel_result_release(struct duel_result *r);

#endif
