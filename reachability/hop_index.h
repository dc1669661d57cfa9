/*
 * hop_index.h - the hops of all identities, found once after an ingest and kept in the
 * store, part by part (hop_part.h).
 *
 * A part is made from its scope and from what identities of all scopes make of themselves
 * (`plain`: from those whose data was come upon by then); it is made again when one of
 * them has a new version. The index is of one commit and one set of
 * rules: for any other it does not exist, and questions search by the rules.
 */
#ifndef REACHABILITY_HOP_INDEX_H
#define REACHABILITY_HOP_INDEX_H

#include <signal.h>

#include "reachability/rule.h"

struct hop_index_options {
	const struct rules *rules;
	uint32_t threads;
	uint32_t lock_timeout_ms;
	uint32_t part_identities;          /* of one part; 0: as many as are good */
	const volatile sig_atomic_t *stop; /* polled; NULL: never */
	size_t most; /* bytes that making one part may take; 0: LIMIT_HOP_PART_BYTES */
	bool plain;  /* leave imagined actors to the questions, as for large accounts */
};

struct hop_index_report {
	uint32_t parts, made; /* parts that there are; of them made anew */
	uint64_t bytes;       /* of those */
};

/*
 * Bring the index up to date with the store's newest commit. ERR_ codes leave the index
 * stale and answers as they are; so does a store of more than 256 scopes, which has none.
 */
int hop_index_make(struct hop_index_report *out, struct store *store,
	const struct hop_index_options *o, struct err *e);

/* Whether the index tells what the world's questions would find by the rules. */
int hop_index_is_usable(bool *out, struct world *w, struct err *e);

/* Verify every part; each finding is told as one line. */
int hop_index_check(struct store *store, void (*each)(void *ctx, const char *finding),
	void *ctx, struct err *e);

#endif
