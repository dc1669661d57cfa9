/*
 * tree_open.h - where somebody may have access whom nobody listed: entities whose
 * policies were not read, and grants to groups whose members are not all known.
 * Questions about one pair look there, too.
 *
 * Lifetime: until world_close; found once, by a look at every scope of such a provider.
 */
#ifndef REACHABILITY_TREE_OPEN_H
#define REACHABILITY_TREE_OPEN_H

#include "reachability/decide.h"

struct tree_open;

struct tree_open *tree_open_new(struct world *w);
void tree_open_free(struct tree_open *t);

/* Append the nodes (node_id) on which, or beneath which, the subject may have access. */
int tree_open_holders(struct buf *out, struct tree_open *t,
	const struct provider *provider, node_id subject, struct err *e);

#endif
