#include "reachability/node_reach.h"

#include <stdlib.h>

#include "base/limits.h"
#include "reachability/graph.h"
#include "reachability/imagined.h"
#include "reachability/search.h"

static const struct action_query everything = { .everything = true };

struct node_reach {
	struct world *w;
	const struct node_reach_numbers *numbers;
	struct decide *d;
	struct graph *graph;
	const struct access *last; /* whose levels are known */
	uint32_t levels;
};

int node_reach_numbers_make(
	struct node_reach_numbers *out, struct world *w, struct err *e)
{
	uint64_t count = 0;

	*out = (struct node_reach_numbers){ .scope_count = world_scope_count(w) };
	out->first = calloc((size_t)out->scope_count + 1, sizeof(*out->first));
	if (!out->first)
		abort();
	for (scope_number n = 0; n < out->scope_count; n++) {
		struct segment *s;

		if (world_segment(&s, w, n, e) < 0)
			return e->code;
		out->first[n] = (uint32_t)count;
		count += segment_info(s)->entity_count;
		if (count > LIMIT_ENTITIES / 2)
			return err_set(e, ERR_LIMIT,
				"more than %u entities to be counted at once",
				LIMIT_ENTITIES / 2);
	}
	out->count = (uint32_t)count;
	return 0;
}

void node_reach_numbers_release(struct node_reach_numbers *n)
{
	free(n->first);
	*n = (struct node_reach_numbers){ 0 };
}

struct node_reach *node_reach_new(
	struct world *w, const struct node_reach_numbers *numbers)
{
	struct node_reach *r = calloc(1, sizeof(*r));

	if (!r)
		abort();
	r->w = w;
	r->numbers = numbers;
	r->d = decide_new(w, &everything);
	r->graph = graph_new(w);
	return r;
}

void node_reach_free(struct node_reach *r)
{
	if (!r)
		return;
	graph_free(r->graph);
	decide_free(r->d);
	free(r);
}

void node_reach_release(struct node_reach_answer *a)
{
	buf_release(&a->items);
	buf_release(&a->keys);
}

/* The levels of the actions that are not denied; 0: there are none. */
static uint32_t levels_of(struct node_reach *r, const struct access *access)
{
	uint32_t levels = 0;

	if (r->last == access)
		return r->levels;
	for (uint32_t i = 0; i < access->part_count; i++) {
		const struct access_part *p = &access->parts[i];

		if (expr_verdict(world_pool(r->w), p->residual) == VERDICT_DENIED)
			continue;
		for (uint32_t k = 0; k < p->list->count; k++) {
			if (p->bits[k / 64] >> (k % 64) & 1u)
				levels |= 1u << catalog_action_level(p->list->ids[k]);
		}
	}
	r->last = access;
	r->levels = levels;
	return levels;
}

static uint32_t number_of(
	struct node_reach_answer *out, struct node_reach *r, const struct search_found *f)
{
	struct node_glance g = world_glance(r->w, search_node(r->w, f));

	if (g.scope != SEGMENT_NONE)
		return r->numbers->first[g.scope] + g.id;
	VEC_ADD(&out->keys, struct str, world_node(r->w, search_node(r->w, f))->key);
	return r->numbers->count + (uint32_t)VEC_COUNT(&out->keys, struct str) - 1;
}

static void take(
	struct node_reach_answer *out, struct node_reach *r, const struct buf *found)
{
	const struct search_found *v = VEC_DATA(found, const struct search_found);

	for (size_t i = 0; i < VEC_COUNT(found, struct search_found); i++) {
		uint32_t levels = levels_of(r, v[i].access);

		if (levels != 0)
			VEC_ADD(&out->items, struct node_reach_item,
				{ number_of(out, r, &v[i]), levels });
	}
}

static int opened(struct node_reach_answer *out, struct node_reach *r, node_id n,
	node_id resource, struct err *e)
{
	struct buf found = { 0 };
	int rc = search_opened(&found, r->d, n, resource, e);

	if (rc == 0)
		take(out, r, &found);
	buf_release(&found);
	return rc;
}

/* What the node opens to itself. */
static int openings(
	struct node_reach_answer *out, struct node_reach *r, node_id n, struct err *e)
{
	struct buf hubs = { 0 };
	int rc = hop_from_openings(&hubs, graph_hop(r->graph), n, NODE_NONE, e);

	for (size_t i = 0; rc == 0 && i < VEC_COUNT(&hubs, const struct hub *); i++) {
		const struct hub *hub = VEC_DATA(&hubs, const struct hub *)[i];

		for (uint32_t k = 0; rc == 0 && k < hub->count; k++) {
			node_id end = hub->ends[k].node;
			node_id what = imagined_opened(r->w, end);

			if (what != NODE_NONE)
				rc = opened(out, r, end, what, e);
		}
	}
	buf_release(&hubs);
	return rc;
}

int node_reach_of(
	struct node_reach_answer *out, struct node_reach *r, node_id n, struct err *e)
{
	node_id resource = imagined_opened(r->w, n);
	struct buf found = { 0 };
	int rc;

	if (resource != NODE_NONE)
		return opened(out, r, n, resource, e);
	rc = search_what(&found, r->d, n, e);
	if (rc == 0)
		take(out, r, &found);
	buf_release(&found);
	out->direct = VEC_COUNT(&out->items, struct node_reach_item);
	if (rc == 0 && world_acts(r->w, n))
		rc = openings(out, r, n, e);
	return rc;
}
