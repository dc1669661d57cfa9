/*
 * ancestry.h - what a node lies in: its containers, nearest first, in whatever scope
 * they are.
 *
 * Where the entity does not say its container, its key may (provider.h, `above`), or the
 * scope that its own scope lies in. A chain that does not end at the provider's top is
 * open: there is more above that nobody collected.
 *
 * Lifetime: until world_close; one chain per node. Threads: one, as the world.
 */
#ifndef REACHABILITY_ANCESTRY_H
#define REACHABILITY_ANCESTRY_H

#include "reachability/world.h"

struct ancestry {
	const node_id *nodes; /* the nearest container first, without the node itself */
	uint32_t count;
	bool open;  /* some container above is not known */
	bool loose; /* namely the one right above the node */
};

struct ancestry_cache;

struct ancestry_cache *ancestry_cache_new(struct world *w);
void ancestry_cache_free(struct ancestry_cache *c);

/*
 * ERR_FORMAT for a container that lies in itself, ERR_LIMIT past LIMIT_CONTAINERS. Nodes
 * of providers without inheritance have an empty chain that is not open.
 */
int ancestry_of(
	const struct ancestry **out, struct ancestry_cache *c, node_id n, struct err *e);

/* The nearest container, or NODE_NONE. */
int ancestry_parent(node_id *out, struct ancestry_cache *c, node_id n, struct err *e);

/*
 * Append the scopes (scope_number, repeated ones too) that may have something directly
 * in the container: those that have it, and those that name it as a container.
 */
int ancestry_scopes(struct buf *out, struct world *w, node_id container, struct err *e);

/*
 * What the collection says of how `what` was read of the node: of its scope, or of itself
 * alone. COVERAGE_ABSENT: nothing.
 */
enum coverage_state ancestry_coverage(struct world *w, node_id n, struct str what);

/* Whether it says anything of it about that one entity alone. */
bool ancestry_speaks(struct world *w, node_id n, struct str what);
bool ancestry_speaks_of(const struct segment *s, entity_id id, struct str what);

#endif
