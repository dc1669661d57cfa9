/*
 * candidate.h - values of one key that tell its tests apart.
 *
 * Tests divide all texts into classes within which none of them changes its answer. A
 * complete set has a value of every class, so that what no candidate satisfies nothing
 * satisfies: ends of address blocks, numbers and instants between those of the tests,
 * both booleans, a witness of every combination of patterns, and text that matches
 * nothing.
 *
 * Completeness is not claimed for tests of several types on one key, nor beyond
 * LIMIT_CANDIDATES.
 *
 * Lifetime: values are in the arena or borrowed from the tests.
 */
#ifndef REACHABILITY_CANDIDATE_H
#define REACHABILITY_CANDIDATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "reachability/expr.h"

struct candidates {
	struct buf values; /* struct str */
	bool complete;
	struct arena *arena;
};

/* Whether a value of the test holds a variable that is still open. */
bool candidate_is_open(const struct expr_test *test);

/*
 * Values that are cheap to think of: those named, patterns with something short and
 * something strange in place of each wildcard. Never complete. Tests of presence, and
 * those that are open, add nothing. Release `values` afterwards.
 */
void candidate_guess(
	struct candidates *out, const struct expr_test *const *tests, uint32_t count);

/* Values of all classes, as far as the limits allow. */
void candidate_collect(
	struct candidates *out, const struct expr_test *const *tests, uint32_t count);

#endif
