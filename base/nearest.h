/*
 * nearest.h - which known word was probably meant: "did you mean 'bucket/payroll'?".
 *
 * Distance is Damerau's (insert, delete, replace, swap two neighbours; nothing is edited
 * twice), letters compared without ASCII case. Owns nothing; a winning candidate is
 * borrowed from whoever offered it.
 *
 * Cost: O(length x NEAREST_DISTANCE_MAX) a candidate; most are refused by length alone.
 */
#ifndef BASE_NEAREST_H
#define BASE_NEAREST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

#define NEAREST_DISTANCE_MAX 2u   /* further apart than two slips is another word */
#define NEAREST_LENGTH_MAX   256u /* longer words are never near: nobody mistypes them */

/* A running search for the nearest of many candidates. */
struct nearest {
	struct str word;   /* what was written */
	struct str best;   /* the nearest candidate so far; n is 0 for none */
	uint32_t distance; /* of best; while there is none, one more than is accepted */
};

/*
 * The distance, or max + 1 when it is more than max (which is at most
 * NEAREST_DISTANCE_MAX).
 */
uint32_t nearest_distance(struct str a, struct str b, uint32_t max);

/*
 * The greatest distance at which another word is taken for this one: 1 up to 4 bytes,
 * then 2.
 */
uint32_t nearest_tolerance(struct str word);

void nearest_init(struct nearest *n, struct str word);

/*
 * Consider a candidate; the first of equally near ones stays. True when it is the best
 * now.
 */
bool nearest_offer(struct nearest *n, struct str candidate);

#endif
