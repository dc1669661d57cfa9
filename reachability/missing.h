/*
 * missing.h - what nobody collected, as far as what was collected tells.
 */
#ifndef REACHABILITY_MISSING_H
#define REACHABILITY_MISSING_H

#include "reachability/world.h"

/* Whether the scope's collection says so of `what`, for the scope as a whole. */
bool missing_covered(const struct segment *s, enum coverage_state state, struct str what);

/*
 * Whether the node may exist and was not collected: its account was not, or not all
 * entities of its kind.
 */
bool missing_node(struct world *w, node_id n);

/* Identities of an account that nobody collected, as one who may be any of them. */
node_id missing_identity(struct world *w, struct str account);

/* Append the scopes (scope_number) of which not all identities were collected. */
int missing_identities(struct buf *out, struct world *w, struct err *e);

#endif
