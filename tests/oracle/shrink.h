/*
 * shrink.h - a world that is disagreed on, made smaller while it still is; and worlds
 * in words.
 */
#ifndef TESTS_ORACLE_SHRINK_H
#define TESTS_ORACLE_SHRINK_H

#include <stdint.h>

#include "base/buf.h"

/* The sort of a world on which the program ends. */
#define SHRINK_CRASH 128u

/*
 * Append a world of fewer records and statements on which engine and oracle still differ
 * in that sort of way (bit of duel_result.sorts).
 */
void shrink_world(struct buf *out, struct str stream, const char *directory,
	uint64_t seed, uint32_t sort);

/* Append the records, one a line. */
void shrink_print(struct buf *out, struct str stream);

#endif
