#include "reachability/answer_open.h"

#include "reachability/imagined.h"

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

static int add_openings(
	struct buf *out, struct asking *a, const struct ways *ways, struct err *e)
{
	struct buf hubs = { 0 };
	int rc;

	if (imagined_opened(a->w, ways->node) != NODE_NONE ||
		!world_acts(a->w, ways->node))
		return 0;
	rc = hop_from_openings(&hubs, graph_hop(a->graph), ways->node, e);
	for (size_t i = 0; i < VEC_COUNT(&hubs, const struct hub *) && rc == 0; i++) {
		const struct hub *hub = VEC_DATA(&hubs, const struct hub *)[i];

		for (uint32_t k = 0; k < hub->count; k++)
			add_end(out, a, ways, hub, &hub->ends[k]);
	}
	buf_release(&hubs);
	return rc;
}

int answer_open_add(const struct path_found **items, uint32_t *count, struct asking *a,
	node_id subject, struct err *e)
{
	struct buf all = { 0 };
	struct ways own = { .node = subject, .count = 1 };
	int rc = 0;

	if (*count > 0)
		buf_add(&all, *items, *count * sizeof(**items));
	if (a->o->via_count == 0 && a->o->max_hops > 0)
		rc = add_openings(&all, a, &own, e);
	for (uint32_t i = 0, n = 1; i < *count && rc == 0; i += n) {
		struct ways ways = { .node = (*items)[i].node, .items = *items + i };

		for (n = 1; i + n < *count && ways.items[n].node == ways.node; n++)
			;
		ways.count = n;
		rc = add_openings(&all, a, &ways, e);
	}
	*count = (uint32_t)VEC_COUNT(&all, struct path_found);
	*items = world_keep(a->w, &all);
	return rc;
}
