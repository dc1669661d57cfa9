/*
 * shared_set.h - sets of numbers that share what they have in common.
 *
 * A set is a tree of pieces; equal pieces are one, so that equal sets are one number, a
 * set costs what tells it from others, and what two pieces make together is worked out
 * once. Made for many large sets of which most are unions of others.
 *
 * Ownership: sets live until shared_sets_free. Threads: one.
 * Cost: of a union, the pieces in which both differ and that nobody joined lately.
 */
#ifndef REACHABILITY_SHARED_SET_H
#define REACHABILITY_SHARED_SET_H

#include <stddef.h>
#include <stdint.h>

struct shared_sets;

typedef uint32_t shared_set; /* SHARED_SET_EMPTY, or a number of its collection */

#define SHARED_SET_EMPTY 0u

struct shared_sets *shared_sets_new(void);
void shared_sets_free(struct shared_sets *s);

/* The set of these numbers, which ascend. */
shared_set shared_set_of(struct shared_sets *s, const uint32_t *numbers, size_t count);

shared_set shared_set_join(struct shared_sets *s, shared_set a, shared_set b);

/* How many numbers are in it. */
uint32_t shared_set_count(const struct shared_sets *s, shared_set a);

/* The numbers in it, ascending; room for shared_set_count of them. */
void shared_set_list(uint32_t *out, const struct shared_sets *s, shared_set a);

/* What all sets take, about. */
size_t shared_sets_bytes(const struct shared_sets *s);

#endif
