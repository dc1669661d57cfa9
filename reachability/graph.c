#include "reachability/graph.h"

#include <stdlib.h>

#include "base/sparse.h"

struct hubs {
	const struct hub *const *items;
	uint32_t count;
	bool known;
};

struct graph {
	struct world *world;
	struct hop *hop;
	struct sparse forward, backward; /* struct hubs, by node */
};

struct graph *graph_new(struct world *w)
{
	struct graph *g = calloc(1, sizeof(*g));

	if (!g)
		abort();
	g->world = w;
	sparse_init(&g->forward, sizeof(struct hubs));
	sparse_init(&g->backward, sizeof(struct hubs));
	g->hop = hop_new(w);
	return g;
}

void graph_free(struct graph *g)
{
	if (!g)
		return;
	hop_free(g->hop);
	sparse_release(&g->forward);
	sparse_release(&g->backward);
	free(g);
}

struct world *graph_world(const struct graph *g)
{
	return g->world;
}

struct hop *graph_hop(struct graph *g)
{
	return g->hop;
}

void graph_set_strict(struct graph *g)
{
	hop_needs_set_strict(hop_needs(g->hop));
}

int graph_hubs(const struct hub *const **out, uint32_t *count, struct graph *g, node_id n,
	bool backward, struct err *e)
{
	struct hubs *slot = sparse_at(backward ? &g->backward : &g->forward, n);
	struct buf found = { 0 };

	if (!slot->known) {
		const struct hub **items;
		int rc = backward ? hop_into(&found, g->hop, n, e)
				  : hop_from(&found, g->hop, n, e);

		if (rc < 0) {
			buf_release(&found);
			return rc;
		}
		items = arena_alloc(world_arena(g->world), found.n + 1);
		if (found.n > 0)
			memcpy(items, found.p, found.n);
		*slot = (struct hubs){ items,
			(uint32_t)VEC_COUNT(&found, const struct hub *), true };
		buf_release(&found);
	}
	*out = slot->items;
	*count = slot->count;
	return 0;
}
