/*
 * invalid.h - the policies of a scope that its provider would not have saved: they grant
 * nothing knowably, and answers about their holders are unknown.
 */
#ifndef CLI_INVALID_H
#define CLI_INVALID_H

#include "reachability/world.h"

struct invalid {
	struct str holder;  /* key of the entity that it is on */
	struct str layer;   /* "identity", "trust", ... */
	struct str policy;  /* its name */
	struct str problem; /* statement, element and value */
	struct str source;  /* file, or empty */
};

/*
 * Calls `each` for every one of scope n, by holder. The strings live in the arena or in
 * the store. O(documents), and O(holdings) where there is one.
 */
int invalid_each(struct world *w, scope_number n, struct arena *arena,
	void (*each)(void *ctx, const struct invalid *invalid), void *ctx, struct err *e);

#endif
