/*
 * gaps.h - what the store does not know of a scope: refused, read in part, or never asked
 * for.
 */
#ifndef CLI_GAPS_H
#define CLI_GAPS_H

#include "reachability/world.h"

struct gap {
	struct str what;    /* "resource-policy:s3:bucket" */
	struct str subject; /* key of the one entity that it is about, or empty */
	struct str state;   /* "refused", "partial", "not asked" */
	struct str detail;
	uint64_t count; /* entities concerned; 0: the whole scope */
};

/*
 * Calls `each` for every gap of scope n, in the order of its coverage records, then of
 * its kinds. The strings live in the arena.
 */
int gaps_each(struct world *w, scope_number n, struct arena *arena,
	void (*each)(void *ctx, const struct gap *gap), void *ctx, struct err *e);

#endif
