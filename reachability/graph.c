#include "reachability/graph.h"

#include <assert.h>
#include <stdlib.h>

#include "reachability/likeness.h"
#include "reachability/search.h"

struct hubs {
	const struct hub *const *items;
	uint32_t count;
	bool known;
};

/* An action that obtains another identity, as a rule. */
struct assumption {
	struct rule rule;
	struct str action;
	struct decide *decide;
	struct likeness *likeness;
};

struct graph {
	struct world *world;
	struct assumption *assumptions; /* one per assumption of the provider */
	struct rule carry_rule;
	struct buf forward, backward; /* struct hubs, by node */
	struct intern shared;         /* what decides a hub -> its place in `hubs` */
	struct buf hubs;              /* const struct hub *: the shared ones */
	uint32_t count;               /* of all hubs */
};

struct graph *graph_new(struct world *w)
{
	struct graph *g = calloc(1, sizeof(*g));
	const struct provider *p = provider_get(0);

	if (!g)
		abort();
	g->world = w;
	g->assumptions =
		ARENA_NEW_ARRAY(world_arena(w), struct assumption, p->assumption_count);
	for (uint32_t i = 0; i < p->assumption_count; i++) {
		struct assumption *a = &g->assumptions[i];
		struct action_query query = { .pattern_count = 1 };

		a->action = p->assumptions[i].action;
		query.patterns = &a->action;
		a->decide = decide_new(w, &query);
		a->likeness = likeness_new(a->decide);
		a->rule = (struct rule){ .id = p->assumptions[i].rule,
			.class = HOP_ASSUME,
			.yields = RULE_AS_TARGET };
	}
	g->carry_rule = (struct rule){
		.id = STR_LIT("carry"), .class = HOP_CARRY, .yields = RULE_AS_TARGET
	};
	intern_init(&g->shared);
	return g;
}

void graph_free(struct graph *g)
{
	if (!g)
		return;
	for (uint32_t i = 0; i < provider_get(0)->assumption_count; i++) {
		likeness_free(g->assumptions[i].likeness);
		decide_free(g->assumptions[i].decide);
	}
	buf_release(&g->forward);
	buf_release(&g->backward);
	intern_release(&g->shared);
	buf_release(&g->hubs);
	free(g);
}

struct world *graph_world(const struct graph *g)
{
	return g->world;
}

struct decide *graph_decide(struct str *action, struct graph *g, struct str rule)
{
	for (uint32_t i = 0; i < provider_get(0)->assumption_count; i++) {
		if (!str_eq(g->assumptions[i].rule.id, rule))
			continue;
		*action = g->assumptions[i].action;
		return g->assumptions[i].decide;
	}
	return NULL;
}

uint32_t graph_hub_count(const struct graph *g)
{
	return g->count;
}

static void end_add(struct graph *g, struct buf *out, node_id n, expr residual)
{
	struct hub_end end = { .node = n,
		.through = NODE_NONE,
		.residual = residual,
		.verdict = expr_verdict(world_pool(g->world), residual) };

	if (end.verdict != VERDICT_DENIED)
		buf_add(out, &end, sizeof(end));
}

static const struct hub *hub_make(
	struct graph *g, const struct rule *rule, const struct buf *ends)
{
	struct hub *hub = ARENA_NEW(world_arena(g->world), struct hub);
	struct hub_end *copy = arena_alloc(world_arena(g->world), ends->n + 1);

	if (ends->n > 0)
		memcpy(copy, ends->p, ends->n);
	*hub = (struct hub){ .number = g->count++,
		.rule = rule,
		.ends = copy,
		.count = (uint32_t)VEC_COUNT(ends, struct hub_end) };
	return hub;
}

/* --- what compute holds --- */

/*
 * What compute holds, or who holds an identity: through what is no identity itself (a
 * profile).
 */
static int carried_ends(
	struct graph *g, struct buf *out, node_id n, bool backward, struct err *e)
{
	struct segment *s = world_node_segment(g->world, n);
	scope_number scope = world_node(g->world, n)->scope;
	struct buf queue = { 0 };
	int rc = 0;

	if (!s)
		return 0;
	VEC_ADD(&queue, node_id, n);
	for (size_t at = 0; at < VEC_COUNT(&queue, node_id) && rc == 0; at++) {
		node_id here = VEC_DATA(&queue, node_id)[at], other;
		uint32_t count;
		const uint32_t *ids;

		if (world_node_segment(g->world, here) != s)
			continue;
		ids = segment_related(s, RELATION_CARRIES, backward,
			world_node(g->world, here)->id, &count);
		for (uint32_t i = 0; i < count && rc == 0; i++) {
			if (ids[i] < segment_info(s)->entity_count)
				other = world_node_entity(g->world, scope, ids[i]);
			else
				rc = world_node_of_key(&other, g->world,
					segment_key(s, ids[i], world_arena(g->world)), e);
			if (rc < 0 ||
				world_removed(g->world, world_node(g->world, other)->key))
				continue;
			if (!(world_node(g->world, other)->flags & ENTITY_IDENTITY))
				VEC_ADD(&queue, node_id, other);
			else
				end_add(g, out, other, EXPR_TRUE);
		}
	}
	buf_release(&queue);
	return rc;
}

static int carried_hubs(
	struct graph *g, struct buf *out, node_id n, bool backward, struct err *e)
{
	struct buf ends = { 0 };
	int rc = carried_ends(g, &ends, n, backward, e);

	if (rc == 0 && ends.n > 0)
		VEC_ADD(out, const struct hub *, hub_make(g, &g->carry_rule, &ends));
	buf_release(&ends);
	return rc;
}

/* --- what may be assumed --- */

static expr any_part(struct graph *g, const struct access *access)
{
	expr x = EXPR_FALSE;

	for (uint32_t i = 0; i < access->part_count; i++)
		x = expr_or(world_pool(g->world), x, access->parts[i].residual);
	return x;
}

static int assumed_hub(const struct hub **out, struct graph *g,
	const struct assumption *a, node_id n, bool backward, struct err *e)
{
	struct answer_object object = { .node = n };
	struct buf found = { 0 }, ends = { 0 };
	int rc = backward ? search_who(&found, a->decide, &object, e)
			  : search_what(&found, a->decide, n, e);

	for (size_t i = 0; i < VEC_COUNT(&found, struct search_found) && rc == 0; i++) {
		const struct search_found *f = &VEC_DATA(&found, struct search_found)[i];

		end_add(g, &ends, search_node(g->world, f), any_part(g, f->access));
	}
	if (rc == 0)
		*out = hub_make(g, &a->rule, &ends);
	buf_release(&ends);
	buf_release(&found);
	return rc;
}

/* Objects that are alike share their hub. */
static int assuming_hub(const struct hub **out, struct graph *g,
	const struct assumption *a, node_id n, struct err *e)
{
	struct buf key = { 0 };
	uint32_t before = intern_count(&g->shared), number;
	bool alone = false;
	int rc;

	VEC_ADD(&key, const void *, a);
	rc = likeness_add(&key, &alone, a->likeness, n, e);
	if (rc == 0 && alone)
		rc = assumed_hub(out, g, a, n, true, e);
	if (rc == 0 && !alone) {
		number = intern_add(&g->shared, buf_str(&key));
		if (number == before) {
			VEC_ADD(&g->hubs, const struct hub *, NULL);
			rc = assumed_hub(out, g, a, n, true, e);
			VEC_DATA(&g->hubs, const struct hub *)[number] = *out;
		}
		*out = VEC_DATA(&g->hubs, const struct hub *)[number];
	}
	buf_release(&key);
	return rc;
}

static struct hubs *hubs_slot(struct buf *b, node_id n)
{
	while (VEC_COUNT(b, struct hubs) <= n)
		VEC_ADD(b, struct hubs, { 0 });
	return &VEC_DATA(b, struct hubs)[n];
}

static int hubs_find(
	struct graph *g, struct buf *out, node_id n, bool backward, struct err *e)
{
	const struct provider *p = provider_get(0);
	bool federated = p->is_federated(world_node(g->world, n));
	const struct hub *hub;
	int rc = carried_hubs(g, out, n, backward, e);

	for (uint32_t i = 0; i < p->assumption_count && rc == 0; i++) {
		const struct assumption *a = &g->assumptions[i];

		if (!backward && p->assumptions[i].federated != federated &&
			world_node(g->world, n)->type != NODE_PUBLIC)
			continue;
		rc = backward ? assuming_hub(&hub, g, a, n, e)
			      : assumed_hub(&hub, g, a, n, false, e);
		if (rc == 0 && hub->count > 0)
			VEC_ADD(out, const struct hub *, hub);
	}
	return rc;
}

int graph_hubs(const struct hub *const **out, uint32_t *count, struct graph *g, node_id n,
	bool backward, struct err *e)
{
	struct buf *cache = backward ? &g->backward : &g->forward;
	struct hubs *slot = hubs_slot(cache, n);
	struct buf found = { 0 };

	if (!slot->known) {
		const struct hub **items;

		if (hubs_find(g, &found, n, backward, e) < 0) {
			buf_release(&found);
			return e->code;
		}
		items = arena_alloc(world_arena(g->world), found.n + 1);
		if (found.n > 0)
			memcpy(items, found.p, found.n);
		slot = hubs_slot(cache, n);
		*slot = (struct hubs){ items,
			(uint32_t)VEC_COUNT(&found, const struct hub *), true };
		buf_release(&found);
	}
	*out = slot->items;
	*count = slot->count;
	return 0;
}
