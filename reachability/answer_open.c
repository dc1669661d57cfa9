#include "reachability/answer_open.h"

#include <stdlib.h>

#include "reachability/imagined.h"
#include "reachability/search.h"

/* The way, one hop longer. */
static struct path longer(struct asking *a, const struct path *way, node_id from,
	const struct hub *hub, const struct hub_end *end)
{
	struct path p =
		way ? *way
		    : (struct path){ .residual = EXPR_TRUE, .verdict = VERDICT_ALLOWED };
	struct path_step *steps =
		ARENA_NEW_ARRAY(world_arena(a->w), struct path_step, p.step_count + 1);

	for (uint32_t i = 0; i < p.step_count; i++)
		steps[i] = p.steps[i];
	steps[p.step_count++] = (struct path_step){ .from = from,
		.to = end->node,
		.rule = hub->rule->id,
		.hop = hub->rule,
		.through = end->through,
		.class = hub->rule->class,
		.residual = end->residual,
		.verdict = end->verdict };
	p.steps = steps;
	p.cost += (uint32_t)hub->rule->class;
	p.residual = expr_and(world_pool(a->w), p.residual, end->residual);
	if (hub->rule->class > p.worst)
		p.worst = hub->rule->class;
	if (end->verdict < p.verdict)
		p.verdict = end->verdict;
	return p;
}

/* The ways to one identity. */
struct ways {
	node_id node;
	const struct path_found *items; /* NULL: it is the subject itself */
	uint32_t count;
};

/* What one hub's end makes of every way to the identity. */
static void add_end(struct buf *out, struct asking *a, const struct ways *ways,
	const struct hub *hub, const struct hub_end *end)
{
	for (uint32_t i = 0; i < ways->count; i++) {
		const struct path *way = ways->items ? &ways->items[i].path : NULL;
		struct path_found found = { .node = end->node, .end = end->node };

		if (way && way->step_count >= a->o->max_hops)
			continue;
		found.path = longer(a, way, ways->node, hub, end);
		buf_add(out, &found, sizeof(found));
	}
}

/* Whoever came first and rules its scope: those behind it are looked at beside it. */
static node_id ruler_of(const struct asking *a, const struct buf *rulers, node_id n)
{
	for (size_t i = 0; i < VEC_COUNT(rulers, node_id); i++) {
		node_id ruler = VEC_DATA(rulers, const node_id)[i];

		if (world_node(a->w, ruler)->scope == world_node(a->w, n)->scope)
			return ruler;
	}
	return NODE_NONE;
}

static int ruler_add(struct buf *rulers, struct asking *a, node_id n, struct err *e)
{
	bool rules = false;

	if (ruler_of(a, rulers, n) == NODE_NONE && search_rules(&rules, a->d, n, e) < 0)
		return e->code;
	if (rules)
		VEC_ADD(rulers, node_id, n);
	return 0;
}

static int add_openings(struct buf *out, struct asking *a, const struct ways *ways,
	struct buf *rulers, struct err *e)
{
	const struct node *n = world_node(a->w, ways->node);
	struct buf hubs = { 0 };
	node_id ruler = NODE_NONE;
	int rc;

	if (imagined_opened(a->w, ways->node) != NODE_NONE ||
		!world_acts(a->w, ways->node))
		return 0;
	if (n->type == NODE_ENTITY && !(n->flags & (ENTITY_LINKED | ENTITY_ROOT)))
		ruler = ruler_of(a, rulers, ways->node);
	rc = hop_from_openings(&hubs, graph_hop(a->graph), ways->node, ruler, e);
	if (rc == 0)
		rc = ruler_add(rulers, a, ways->node, e);
	for (size_t i = 0; i < VEC_COUNT(&hubs, const struct hub *) && rc == 0; i++) {
		const struct hub *hub = VEC_DATA(&hubs, const struct hub *)[i];

		for (uint32_t k = 0; k < hub->count; k++)
			add_end(out, a, ways, hub, &hub->ends[k]);
	}
	buf_release(&hubs);
	return rc;
}

static int compare_ways(const void *a, const void *b)
{
	const struct ways *x = a, *y = b;
	int rc = row_compare_paths(&x->items->path, &y->items->path);

	return rc != 0 ? rc : (x->node > y->node) - (x->node < y->node);
}

/* The ways to each identity, the best first. */
static void ways_sort(struct buf *out, const struct path_found *items, uint32_t count)
{
	for (uint32_t i = 0, n = 1; i < count; i += n) {
		struct ways ways = { .node = items[i].node, .items = items + i };

		for (n = 1; i + n < count && items[i + n].node == ways.node; n++)
			;
		ways.count = n;
		buf_add(out, &ways, sizeof(ways));
	}
	if (out->n > 0)
		qsort(out->p, VEC_COUNT(out, struct ways), sizeof(struct ways),
			compare_ways);
}

int answer_open_add(const struct path_found **items, uint32_t *count, struct asking *a,
	node_id subject, struct err *e)
{
	struct buf all = { 0 }, rulers = { 0 }, sorted = { 0 };
	struct ways own = { .node = subject, .count = 1 };
	int rc = 0;

	if (*count > 0)
		buf_add(&all, *items, *count * sizeof(**items));
	ways_sort(&sorted, *items, *count);
	if (a->o->via_count == 0 && a->o->max_hops > 0)
		rc = add_openings(&all, a, &own, &rulers, e);
	for (size_t i = 0; i < VEC_COUNT(&sorted, struct ways) && rc == 0; i++)
		rc = add_openings(
			&all, a, &VEC_DATA(&sorted, const struct ways)[i], &rulers, e);
	buf_release(&rulers);
	buf_release(&sorted);
	*count = (uint32_t)VEC_COUNT(&all, struct path_found);
	*items = world_keep(a->w, &all);
	return rc;
}
