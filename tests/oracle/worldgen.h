/*
 * worldgen.h - random AWS worlds from a seed, as records.
 *
 * Each world first draws how much of each feature it has (a "swarm"), so that some are
 * full of boundaries and have no organization, and others the other way round.
 * Patterns, names and condition keys come from tiny sets, so that things meet, and
 * within what the oracle is exact for (oracle_target.h, oracle_condition.h).
 *
 * The same seed gives the same bytes.
 */
#ifndef TESTS_ORACLE_WORLDGEN_H
#define TESTS_ORACLE_WORLDGEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

/* Append the world's records. `refused`: some policies of resources could not be read. */
void worldgen_make(struct buf *out, uint64_t seed, bool refused);

#endif
