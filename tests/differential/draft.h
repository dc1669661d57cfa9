/*
 * draft.h - a made-up request: principal, action, resource, context and the policies of
 * all layers, as a line that replay.h reads.
 *
 * Names come from a small alphabet and patterns are made from the request itself, so that
 * statements are likely to match. Every block of DRAFT_BLOCK requests has its own weights
 * of features. The policies are such as AWS would accept.
 *
 * Invariant: equal seed and number give the equal line, and requests of different numbers
 * share no account, bucket or organization.
 */
#ifndef TESTS_DIFFERENTIAL_DRAFT_H
#define TESTS_DIFFERENTIAL_DRAFT_H

#include <stdint.h>

#include "base/buf.h"

#define DRAFT_BLOCK 50u

/* Append the line of request `number`, below 10^10, without newline. */
void draft_write(struct buf *out, uint64_t seed, uint64_t number);

#endif
