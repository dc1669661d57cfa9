#include "reachability/graph.h"

#include <assert.h>
#include <stdlib.h>

#include "reachability/search.h"

#define VIA_MAX 16u

struct edges {
	const struct graph_edge *items;
	uint32_t count;
	bool known;
};

struct graph {
	struct world *world;
	struct decide **assume;       /* one per assumption of the provider */
	struct buf forward, backward; /* struct edges, by node */
	const uint64_t *blocked;
	uint32_t blocked_count;
};

struct graph *graph_new(struct world *w)
{
	struct graph *g = calloc(1, sizeof(*g));
	const struct provider *p = provider_get(0);

	if (!g)
		abort();
	g->world = w;
	g->assume = ARENA_NEW_ARRAY(world_arena(w), struct decide *, p->assumption_count);
	for (uint32_t i = 0; i < p->assumption_count; i++) {
		struct action_query query = { .patterns = &p->assumptions[i].action,
			.pattern_count = 1 };

		g->assume[i] = decide_new(w, &query);
	}
	return g;
}

void graph_free(struct graph *g)
{
	if (!g)
		return;
	for (uint32_t i = 0; i < provider_get(0)->assumption_count; i++)
		decide_free(g->assume[i]);
	buf_release(&g->forward);
	buf_release(&g->backward);
	free(g);
}

void graph_block(struct graph *g, const uint64_t *bits, uint32_t count)
{
	g->blocked = bits;
	g->blocked_count = bits ? count : 0;
}

static bool blocked(const struct graph *g, node_id n)
{
	return n < g->blocked_count && (g->blocked[n / 64] >> (n % 64) & 1u);
}

struct decide *graph_decide(struct str *action, struct graph *g, struct str rule)
{
	const struct provider *p = provider_get(0);

	for (uint32_t i = 0; i < p->assumption_count; i++) {
		if (!str_eq(p->assumptions[i].rule, rule))
			continue;
		*action = p->assumptions[i].action;
		return g->assume[i];
	}
	return NULL;
}

/* --- edges --- */

static void edge_add(struct graph *g, struct buf *out, node_id from, node_id to,
	struct str rule, enum hop_class class, expr residual)
{
	struct graph_edge edge = { .from = from,
		.to = to,
		.rule = rule,
		.class = class,
		.residual = residual,
		.verdict = expr_verdict(world_pool(g->world), residual) };

	if (from != to && edge.verdict != VERDICT_DENIED)
		buf_add(out, &edge, sizeof(edge));
}

/*
 * What compute holds, or who holds an identity: through what is no identity itself (a
 * profile).
 */
static int edges_carried(
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
				edge_add(g, out, backward ? other : n,
					backward ? n : other, STR_LIT("carry"), HOP_CARRY,
					EXPR_TRUE);
		}
	}
	buf_release(&queue);
	return rc;
}

static expr any_part(struct graph *g, const struct access *access)
{
	expr x = EXPR_FALSE;

	for (uint32_t i = 0; i < access->part_count; i++)
		x = expr_or(world_pool(g->world), x, access->parts[i].residual);
	return x;
}

static int edges_assumed_by(struct graph *g, struct buf *out, node_id n, bool backward,
	uint32_t assumption, struct err *e)
{
	struct answer_object object = { .node = n };
	struct buf found = { 0 };
	struct str rule = provider_of_node(g->world, n)->assumptions[assumption].rule;
	int rc = backward ? search_who(&found, g->assume[assumption], &object, e)
			  : search_what(&found, g->assume[assumption], n, e);

	for (size_t i = 0; i < VEC_COUNT(&found, struct search_found) && rc == 0; i++) {
		const struct search_found *f = &VEC_DATA(&found, struct search_found)[i];
		node_id other = search_node(g->world, f);

		edge_add(g, out, backward ? other : n, backward ? n : other, rule,
			HOP_ASSUME, any_part(g, f->access));
	}
	buf_release(&found);
	return rc;
}

static int edges_assumed(
	struct graph *g, struct buf *out, node_id n, bool backward, struct err *e)
{
	const struct provider *p = provider_of_node(g->world, n);
	bool federated = p->is_federated(world_node(g->world, n));
	int rc = 0;

	for (uint32_t i = 0; i < p->assumption_count && rc == 0; i++) {
		if (backward || p->assumptions[i].federated == federated ||
			world_node(g->world, n)->type == NODE_PUBLIC)
			rc = edges_assumed_by(g, out, n, backward, i, e);
	}
	return rc;
}

static struct edges *edges_slot(struct buf *b, node_id n)
{
	while (VEC_COUNT(b, struct edges) <= n)
		VEC_ADD(b, struct edges, { 0 });
	return &VEC_DATA(b, struct edges)[n];
}

int graph_edges(const struct graph_edge **out, uint32_t *count, struct graph *g,
	node_id n, bool backward, struct err *e)
{
	struct buf *cache = backward ? &g->backward : &g->forward;
	struct edges *slot = edges_slot(cache, n);
	struct buf found = { 0 };
	int rc;

	if (!slot->known) {
		struct graph_edge *items;

		rc = edges_carried(g, &found, n, backward, e);
		if (rc == 0)
			rc = edges_assumed(g, &found, n, backward, e);
		if (rc < 0) {
			buf_release(&found);
			return rc;
		}
		items = arena_alloc(world_arena(g->world), found.n + 1);
		if (found.n > 0)
			memcpy(items, found.p, found.n);
		slot = edges_slot(cache, n);
		*slot = (struct edges){ items,
			(uint32_t)VEC_COUNT(&found, struct graph_edge), true };
		buf_release(&found);
	}
	*out = slot->items;
	*count = slot->count;
	return 0;
}

/* --- best paths --- */

struct state {
	node_id node, end;
	uint32_t mask; /* of `via` nodes on the way */
	uint32_t cost, hops;
	uint32_t previous; /* state, or UINT32_MAX at an end */
	const struct graph_edge *edge;
	bool settled;
};

struct search {
	struct graph *g;
	const struct answer_options *o;
	bool backward;
	enum expr_verdict least; /* weakest edge that may be used */
	bool skipped;            /* an edge was weaker */
	struct buf states;       /* struct state */
	struct buf heap;         /* uint32_t: states, cheapest first */
	struct intern keys;      /* what makes states equal -> number of the best */
	struct buf best;         /* uint32_t: state, by that number */
};

static bool cheaper(const struct search *s, uint32_t a, uint32_t b)
{
	const struct state *x = &VEC_DATA(&s->states, struct state)[a];
	const struct state *y = &VEC_DATA(&s->states, struct state)[b];

	if (x->cost != y->cost)
		return x->cost < y->cost;
	if (x->hops != y->hops)
		return x->hops < y->hops;
	return a < b;
}

static void heap_push(struct search *s, uint32_t state)
{
	size_t i = VEC_COUNT(&s->heap, uint32_t);
	uint32_t *h;

	VEC_ADD(&s->heap, uint32_t, state);
	h = VEC_DATA(&s->heap, uint32_t);
	while (i > 0 && cheaper(s, h[i], h[(i - 1) / 2])) {
		uint32_t t = h[i];

		h[i] = h[(i - 1) / 2];
		h[(i - 1) / 2] = t;
		i = (i - 1) / 2;
	}
}

static uint32_t heap_pop(struct search *s)
{
	uint32_t *h = VEC_DATA(&s->heap, uint32_t), top = h[0];
	size_t count = VEC_COUNT(&s->heap, uint32_t) - 1, i = 0;

	h[0] = h[count];
	s->heap.n = count * sizeof(*h);
	for (;;) {
		size_t least = i, left = 2 * i + 1, right = 2 * i + 2;
		uint32_t t;

		if (left < count && cheaper(s, h[left], h[least]))
			least = left;
		if (right < count && cheaper(s, h[right], h[least]))
			least = right;
		if (least == i)
			return top;
		t = h[i];
		h[i] = h[least];
		h[least] = t;
		i = least;
	}
}

static uint32_t via_mask(const struct search *s, node_id n)
{
	for (uint32_t i = 0; i < s->o->via_count; i++) {
		if (s->o->via[i] == n)
			return 1u << i;
	}
	return 0;
}

static bool avoided(const struct search *s, node_id n)
{
	for (uint32_t i = 0; i < s->o->avoiding_count; i++) {
		if (s->o->avoiding[i] == n)
			return true;
	}
	return false;
}

static void state_push(struct search *s, struct state st)
{
	/*
	 * with a bound on hops a costlier way of fewer hops may lead on where the cheaper
	 * one may not
	 */
	uint32_t key[3] = { st.node, st.mask,
		s->o->max_hops != UINT32_MAX ? st.hops : 0 };
	uint32_t before = intern_count(&s->keys), number, index;
	const struct state *old;

	number = intern_add(&s->keys, (struct str){ (const char *)key, sizeof(key) });
	if (number < before) {
		old = &VEC_DATA(
			&s->states, struct state)[VEC_DATA(&s->best, uint32_t)[number]];
		if (old->cost < st.cost || (old->cost == st.cost && old->hops <= st.hops))
			return;
	} else {
		VEC_ADD(&s->best, uint32_t, 0);
	}
	index = (uint32_t)VEC_COUNT(&s->states, struct state);
	buf_add(&s->states, &st, sizeof(st));
	VEC_DATA(&s->best, uint32_t)[number] = index;
	heap_push(s, index);
}

static bool superseded(const struct search *s, uint32_t index)
{
	const struct state *st = &VEC_DATA(&s->states, struct state)[index];
	uint32_t key[3] = { st->node, st->mask,
		s->o->max_hops != UINT32_MAX ? st->hops : 0 };

	return VEC_DATA(&s->best, uint32_t)[intern_find(&s->keys,
		       (struct str){ (const char *)key, sizeof(key) })] != index;
}

static int expand(struct search *s, uint32_t index, struct err *e)
{
	struct state at = VEC_DATA(&s->states, struct state)[index];
	const struct graph_edge *edges;
	uint32_t count;

	if (at.hops >= s->o->max_hops)
		return 0;
	if (graph_edges(&edges, &count, s->g, at.node, s->backward, e) < 0)
		return e->code;
	for (uint32_t i = 0; i < count; i++) {
		node_id next = s->backward ? edges[i].from : edges[i].to;

		if (edges[i].verdict < s->least) {
			s->skipped = true;
			continue;
		}
		if (blocked(s->g, next) || avoided(s, next) ||
			(world_node(s->g->world, next)->flags & ENTITY_DISABLED))
			continue;
		state_push(s, (struct state){ .node = next,
				      .end = at.end,
				      .mask = at.mask | via_mask(s, next),
				      .cost = at.cost + (uint32_t)edges[i].class,
				      .hops = at.hops + 1,
				      .previous = index,
				      .edge = &edges[i] });
	}
	return 0;
}

static struct path path_of(struct search *s, uint32_t index)
{
	struct world *w = s->g->world;
	const struct state *states = VEC_DATA(&s->states, const struct state);
	uint32_t count = states[index].hops;
	struct path_step *steps =
		ARENA_NEW_ARRAY(world_arena(w), struct path_step, count + 1);
	struct path p = { .steps = steps,
		.step_count = count,
		.cost = states[index].cost,
		.residual = EXPR_TRUE,
		.verdict = VERDICT_ALLOWED };

	for (uint32_t i = 0, at = index; i < count; i++, at = states[at].previous) {
		const struct graph_edge *edge = states[at].edge;
		uint32_t place = s->backward ? i : count - 1 - i;

		steps[place] = (struct path_step){ edge->from, edge->to, edge->rule,
			edge->class, edge->residual, edge->verdict };
		p.residual = expr_and(world_pool(w), p.residual, edge->residual);
		if (edge->class > p.worst)
			p.worst = edge->class;
		/* Steps are requests of their own: what they ask for cannot clash. */
		if (edge->verdict < p.verdict)
			p.verdict = edge->verdict;
	}
	return p;
}

/*
 * Settle all states that the level allows, and keep the nodes that no better level
 * reached.
 */
static int search_level(struct search *s, const node_id *ends, uint32_t end_count,
	struct buf *reached, struct intern *nodes, struct err *e)
{
	uint32_t all = s->o->via_count >= 32 ? 0 : (1u << s->o->via_count) - 1;

	intern_init(&s->keys);
	s->skipped = false;
	for (uint32_t i = 0; i < end_count; i++) {
		if (!avoided(s, ends[i]))
			state_push(s, (struct state){ .node = ends[i],
					      .end = ends[i],
					      .mask = via_mask(s, ends[i]),
					      .previous = UINT32_MAX });
	}
	while (s->heap.n > 0) {
		uint32_t index = heap_pop(s), before = intern_count(nodes);
		struct state st = VEC_DATA(&s->states, struct state)[index];

		if (superseded(s, index))
			continue;
		if (expand(s, index, e) < 0)
			return e->code;
		if (st.hops == 0 || st.mask != all)
			continue;
		if (intern_add(nodes, (struct str){ (const char *)&st.node,
					      sizeof(st.node) }) < before)
			continue;
		VEC_ADD(reached, struct graph_reached,
			{ st.node, st.end, path_of(s, index) });
	}
	return 0;
}

static void search_clear(struct search *s)
{
	buf_clear(&s->states);
	buf_clear(&s->heap);
	buf_clear(&s->best);
	intern_release(&s->keys);
}

static int compare_reached(const void *a, const void *b)
{
	const struct graph_reached *x = a, *y = b;

	return (x->node > y->node) - (x->node < y->node);
}

int graph_reach(const struct graph_reached **out, uint32_t *count, struct graph *g,
	const node_id *ends, uint32_t end_count, bool backward,
	const struct answer_options *o, struct err *e)
{
	static const enum expr_verdict levels[] = { VERDICT_ALLOWED, VERDICT_CONDITIONAL,
		VERDICT_ELIGIBLE, VERDICT_UNKNOWN };
	struct search s = { .g = g, .o = o, .backward = backward, .skipped = true };
	struct buf reached = { 0 };
	struct intern nodes;
	struct graph_reached *copy;
	int rc = 0;

	*out = NULL;
	*count = 0;
	if (o->via_count > VIA_MAX)
		return err_set(e, ERR_LIMIT, "via: %u entities, at most %u", o->via_count,
			VIA_MAX);
	intern_init(&nodes);
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]) && s.skipped && rc == 0;
		i++) {
		s.least = levels[i];
		rc = search_level(&s, ends, end_count, &reached, &nodes, e);
		search_clear(&s);
	}
	if (rc == 0) {
		*count = (uint32_t)VEC_COUNT(&reached, struct graph_reached);
		copy = arena_alloc(world_arena(g->world), reached.n + 1);
		if (reached.n > 0) {
			memcpy(copy, reached.p, reached.n);
			qsort(copy, *count, sizeof(*copy), compare_reached);
		}
		*out = copy;
	}
	intern_release(&nodes);
	buf_release(&s.states);
	buf_release(&s.heap);
	buf_release(&s.best);
	buf_release(&reached);
	return rc;
}
