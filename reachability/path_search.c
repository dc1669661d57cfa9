#include "reachability/path_search.h"

#include <stdlib.h>

#include "base/mutant.h"
#include "base/sparse.h"
#include "reachability/imagined.h"
#include "reachability/path_given.h"
#include "reachability/path_queue.h"

#define VIA_MAX     16u
#define HOP_CLASSES (HOP_ESCALATE + 1u)

struct state {
	node_id node, end;
	uint32_t group;
	uint32_t mask; /* of `via` nodes on the way */
	uint32_t cost, hops;
	uint32_t previous; /* state, or UINT32_MAX at an end */
	uint32_t order;    /* of the previous one among those taken from the queue */
	enum expr_verdict verdict; /* of its steps the weakest */
	uint32_t levels;           /* for which it counts, a bit for each */
	uint64_t rank;             /* of the node: see rank_of */
	struct graph_edge edge;
};

struct search {
	const struct path_search *r;
	struct world *w;
	bool plain;              /* neither masks nor numbers of hops tell states apart */
	bool enough;             /* the caller has what it wanted */
	struct buf states;       /* struct state */
	struct path_queue queue; /* of states */
	/* to nodes, to bundles of hops, to nodes by hops of one class */
	struct path_given nodes, hubs, steps;
	struct sparse steppers; /* struct stepper, by number in `steps` */
	struct buf taken;       /* uint32_t: states, as they came from the queue */
	uint32_t here;          /* state that is being expanded */
	struct sparse recorded; /* uint64_t: words by node, over all levels */
	struct sparse cheapest; /* uint64_t: cost and hops + 1 by node, recorded */
	struct buf found;       /* struct path_found */
};

/* Who gave last, for each level: order of a state + 1. */
struct stepper {
	uint32_t last[PATH_LEVELS];
};

enum expr_verdict path_search_level(uint32_t i)
{
	static const enum expr_verdict levels[PATH_LEVELS] = { VERDICT_ALLOWED,
		VERDICT_CONDITIONAL, VERDICT_ELIGIBLE, VERDICT_UNKNOWN };

	return levels[i];
}

/* --- the queue --- */

/* What a group gives: words for each level. */
static const uint64_t *group_bits(const struct search *s, uint32_t group)
{
	return s->r->bits + (size_t)group * PATH_LEVELS * s->r->words;
}

/* Levels as a walk has them: 1 << verdict, and back. */
static uint32_t sure_of(uint32_t levels)
{
	uint32_t sure = 0;

	for (uint32_t i = 0; i < PATH_LEVELS; i++)
		sure |= (levels >> i & 1) << path_search_level(i);
	return sure;
}

static uint32_t levels_of(uint32_t sure)
{
	uint32_t levels = 0;

	for (uint32_t i = 0; i < PATH_LEVELS; i++)
		levels |= (sure >> path_search_level(i) & 1) << i;
	return levels;
}

static uint32_t counted_hops(const struct search *s, uint32_t hops)
{
	return s->r->options->max_hops != UINT32_MAX ? hops : 0;
}

/* The order of nodes, whatever their numbers: those of scopes, then all others. */
static uint64_t rank_of(struct search *s, node_id n)
{
	struct node_glance g = world_glance(s->w, n);

	return g.scope == SEGMENT_NONE ? UINT64_MAX : (uint64_t)g.scope << 32 | g.id;
}

static int compare_keys(const struct search *s, node_id a, node_id b)
{
	if (a == b || a == NODE_NONE || b == NODE_NONE)
		return (a == NODE_NONE) - (b == NODE_NONE);
	return str_cmp(world_node(s->w, a)->key, world_node(s->w, b)->key);
}

/* What hops made of one identity. */
static int compare_imagined(
	const struct search *s, const struct imagined *x, const struct imagined *y)
{
	int rc;

	if (x->yields != y->yields)
		return x->yields < y->yields ? -1 : 1;
	if (x->group_count != y->group_count)
		return x->group_count < y->group_count ? -1 : 1;
	for (uint32_t i = 0; i < x->group_count; i++) {
		rc = compare_keys(s, x->groups[i], y->groups[i]);
		if (rc != 0)
			return rc;
	}
	rc = compare_keys(s, x->resource, y->resource);
	if (rc != 0 || !x->opened || !y->opened)
		return rc;
	return str_cmp(x->opened->id, y->opened->id);
}

/* Of nodes of one rank: by key, the identity itself before what hops make of it. */
static int compare_nodes(const struct search *s, node_id a, node_id b)
{
	const struct node *x = world_node(s->w, a), *y = world_node(s->w, b);
	int rc = a == b ? 0 : str_cmp(x->key, y->key);

	if (rc != 0 || a == b)
		return rc;
	if (!x->imagined || !y->imagined)
		return (x->imagined != NULL) - (y->imagined != NULL);
	return compare_imagined(s, x->imagined, y->imagined);
}

static node_id through_of(const struct search *s, const struct state *st)
{
	struct err ignored;
	node_id n;

	return graph_through(&n, s->r->graph, &st->edge, &ignored) < 0 ? NODE_NONE : n;
}

/* Of two ways to one node at one price: the surer, from the first, by the first rule. */
static int compare_ways(
	const struct search *s, const struct state *x, const struct state *y)
{
	node_id a, b;

	if (x->verdict != y->verdict)
		return x->verdict > y->verdict ? -1 : 1;
	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	if (x->previous == UINT32_MAX || x->edge.rule != y->edge.rule)
		return x->previous == UINT32_MAX
			       ? 0
			       : str_cmp(x->edge.rule->id, y->edge.rule->id);
	a = through_of(s, x);
	b = through_of(s, y);
	if (a == b || a == NODE_NONE || b == NODE_NONE)
		return (a == NODE_NONE) - (b == NODE_NONE);
	return compare_nodes(s, a, b);
}

/* Of one price and group. */
static int compare_states(
	const struct search *s, const struct state *x, const struct state *y)
{
	int rc;

	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	rc = compare_nodes(s, x->node, y->node);
	return rc != 0 ? rc : compare_ways(s, x, y);
}

static bool before(const void *ctx, uint32_t a, uint32_t b)
{
	const struct search *s = ctx;
	const struct state *v = VEC_DATA(&s->states, const struct state);
	int rc = compare_states(s, &v[a], &v[b]);

	return rc != 0 ? rc < 0 : a < b;
}

static uint32_t via_mask(const struct search *s, node_id n)
{
	const struct answer_options *o = s->r->options;

	for (uint32_t i = 0; i < o->via_count; i++) {
		if (o->via[i] == imagined_base(s->w, n))
			return 1u << i;
	}
	return 0;
}

static bool avoided(const struct search *s, node_id n)
{
	const struct answer_options *o = s->r->options;

	for (uint32_t i = 0; i < o->avoiding_count; i++) {
		if (o->avoiding[i] == imagined_base(s->w, n))
			return true;
	}
	return false;
}

static struct path_way way_of(
	const struct search *s, uint32_t number, uint32_t mask, uint32_t hops)
{
	return (struct path_way){ number, mask, counted_hops(s, hops) };
}

/*
 * Of the state's levels those at which it does not come after others that give its node
 * the same: those that a hop of the same class has put before it, which cost no more. Not
 * its own, among which the order of rules decides.
 */
static uint32_t levels_in_time(struct search *s, const struct state *st)
{
	const uint64_t *bits = group_bits(s, st->group);
	uint32_t number, own = 0, levels;
	struct stepper *steppers;
	struct path_way way;

	if (!s->plain || st->previous == UINT32_MAX)
		return st->levels;
	number = st->node * HOP_CLASSES + (uint32_t)st->edge.rule->class;
	way = way_of(s, number, 0, 0);
	steppers = sparse_at(&s->steppers, number);
	for (uint32_t i = 0; i < PATH_LEVELS; i++)
		own |= (uint32_t)(steppers->last[i] == st->order + 1) << i;
	own &= st->levels;
	levels = own | path_given_lacks(&s->steps, way, bits, st->levels & ~own);
	for (uint32_t i = 0; i < PATH_LEVELS; i++) {
		if (levels >> i & 1)
			steppers->last[i] = st->order + 1;
	}
	path_given_add(&s->steps, way, bits, levels);
	return levels;
}

static void state_push(struct search *s, struct state st)
{
	uint32_t index = (uint32_t)VEC_COUNT(&s->states, struct state);
	struct path_price price = { MUTANT(hops_before_cost, st.cost, st.hops), st.hops };

	st.levels = levels_in_time(s, &st);
	st.levels = path_given_lacks(&s->nodes, way_of(s, st.node, st.mask, st.hops),
		group_bits(s, st.group), st.levels);
	if (!st.levels)
		return;
	st.rank = rank_of(s, st.node);
	buf_add(&s->states, &st, sizeof(st));
	path_queue_put(&s->queue, price, (struct path_item){ st.group, index });
}

/* --- steps --- */

static uint32_t enter(void *ctx, uint32_t mark, uint32_t sure)
{
	struct search *s = ctx;
	const struct state *at = &VEC_DATA(&s->states, const struct state)[s->here];
	struct path_way way = way_of(s, mark, at->mask, at->hops);
	const uint64_t *bits = group_bits(s, at->group);
	uint32_t levels = path_given_lacks(&s->hubs, way, bits, levels_of(sure));

	path_given_add(&s->hubs, way, bits, levels);
	return sure_of(levels);
}

/* Whether both are one identity, be it as hops have changed it. */
static bool is_same(struct node_glance there, const struct search *s, node_id n)
{
	struct node_glance here = world_glance(s->w, n);

	return here.scope != SEGMENT_NONE && here.scope == there.scope &&
	       here.id == there.id;
}

static void step(void *ctx, const struct graph_edge *edge, uint32_t sure)
{
	struct search *s = ctx;
	const struct state *at = &VEC_DATA(&s->states, const struct state)[s->here];
	struct node_glance there = world_glance(s->w, edge->node);

	if (edge->node == at->node || avoided(s, edge->node) ||
		(there.flags & ENTITY_DISABLED) ||
		(!rule_keeps_actor(edge->rule) && is_same(there, s, at->node)))
		return;
	state_push(s, (struct state){ .node = edge->node,
			      .end = at->end,
			      .group = at->group,
			      .mask = at->mask | via_mask(s, edge->node),
			      .cost = at->cost + (uint32_t)edge->rule->class,
			      .hops = at->hops + 1,
			      .previous = s->here,
			      .order = (uint32_t)VEC_COUNT(&s->taken, uint32_t),
			      .verdict = edge->verdict < at->verdict ? edge->verdict
								     : at->verdict,
			      .levels = levels_of(sure),
			      .edge = *edge });
}

static int expand(struct search *s, uint32_t index, struct err *e)
{
	const struct state *at = &VEC_DATA(&s->states, struct state)[index];
	struct graph_walk walk = {
		.enter = enter, .edge = step, .ctx = s, .sure = sure_of(at->levels)
	};

	if (at->hops >= MUTANT(one_hop_only, s->r->options->max_hops, 1))
		return 0;
	s->here = index;
	return graph_each(&walk, s->r->graph, at->node, s->r->backward, e);
}

static int step_of(
	struct path_step *out, struct search *s, const struct state *st, struct err *e)
{
	node_id other = VEC_DATA(&s->states, const struct state)[st->previous].node;

	*out = (struct path_step){ .from = s->r->backward ? st->node : other,
		.to = s->r->backward ? other : st->node,
		.rule = st->edge.rule->id,
		.hop = st->edge.rule,
		.class = st->edge.rule->class,
		.verdict = st->edge.verdict };
	if (graph_through(&out->through, s->r->graph, &st->edge, e) < 0 ||
		graph_residual(&out->residual, s->r->graph, &st->edge, e) < 0)
		return e->code;
	return 0;
}

static int path_of(struct path *p, struct search *s, uint32_t index, struct err *e)
{
	const struct state *states = VEC_DATA(&s->states, const struct state);
	uint32_t count = states[index].hops;
	struct path_step *steps =
		ARENA_NEW_ARRAY(world_arena(s->w), struct path_step, count + 1);

	*p = (struct path){ .steps = steps,
		.step_count = count,
		.cost = states[index].cost,
		.residual = EXPR_TRUE,
		.verdict = VERDICT_ALLOWED };
	for (uint32_t i = 0, at = index; i < count; i++, at = states[at].previous) {
		struct path_step *here = &steps[s->r->backward ? i : count - 1 - i];

		if (step_of(here, s, &states[at], e) < 0)
			return e->code;
		p->residual = expr_and(world_pool(s->w), p->residual, here->residual);
		if (here->class > p->worst)
			p->worst = here->class;
		/* Steps are requests of their own: what they ask for cannot clash. */
		if (here->verdict < p->verdict)
			p->verdict = here->verdict;
	}
	return 0;
}

/* Keep the way when it gives the node at this level what no better one gave. */
static int record(struct search *s, uint32_t index, uint32_t level, struct err *e)
{
	struct state st = VEC_DATA(&s->states, struct state)[index];
	const uint64_t *bits = group_bits(s, st.group) + (size_t)level * s->r->words;
	uint64_t *have = sparse_at(&s->recorded, st.node), left = 0;
	uint64_t *cheapest = sparse_at(&s->cheapest, st.node);
	uint64_t price = ((uint64_t)st.cost << 32 | st.hops) + 1;
	struct path_found found;

	for (uint32_t i = 0; i < s->r->words; i++) {
		left |= bits[i] & ~have[i];
		have[i] |= bits[i];
	}
	if (!left && !(s->r->cheaper_too && price < *cheapest))
		return 0;
	*cheapest = price;
	found = (struct path_found){ .node = st.node, .end = st.end, .group = st.group };
	if (path_of(&found.path, s, index, e) < 0)
		return e->code;
	buf_add(&s->found, &found, sizeof(found));
	return 0;
}

/* Of what was taken the best ways to each node, strongest first. */
static int record_all(struct search *s, struct err *e)
{
	const uint32_t *taken = VEC_DATA(&s->taken, const uint32_t);
	uint32_t all = (1u << s->r->options->via_count) - 1;

	for (uint32_t level = s->r->first_level; level < PATH_LEVELS; level++) {
		for (size_t i = 0; i < VEC_COUNT(&s->taken, uint32_t); i++) {
			const struct state *st =
				&VEC_DATA(&s->states, struct state)[taken[i]];

			if ((st->levels >> level & 1) && st->hops > 0 &&
				st->mask == all && record(s, taken[i], level, e) < 0)
				return e->code;
		}
	}
	return 0;
}

static void push_goals(struct search *s)
{
	uint32_t every = (1u << PATH_LEVELS) - (1u << s->r->first_level);

	for (uint32_t i = 0; i < s->r->goal_count; i++) {
		node_id n = s->r->goals[i].node;

		if (!avoided(s, n))
			state_push(s, (struct state){ .node = n,
					      .end = n,
					      .group = s->r->goals[i].group,
					      .mask = via_mask(s, n),
					      .verdict = VERDICT_ALLOWED,
					      .levels = every,
					      .previous = UINT32_MAX });
	}
}

/* All levels in one run: a state counts for those at which it brings something new. */
static int run(struct search *s, struct err *e)
{
	uint32_t all = (1u << s->r->options->via_count) - 1, index;

	push_goals(s);
	while (path_queue_take(&index, &s->queue)) {
		struct state *st = &VEC_DATA(&s->states, struct state)[index];
		struct path_way way = way_of(s, st->node, st->mask, st->hops);
		const uint64_t *bits = group_bits(s, st->group);
		bool asks = st->hops > 0 && st->mask == all && s->r->accept;
		node_id n = st->node;

		st->levels = path_given_lacks(&s->nodes, way, bits, st->levels);
		if (!st->levels)
			continue;
		path_given_add(&s->nodes, way, bits, st->levels);
		VEC_ADD(&s->taken, uint32_t, index);
		if (expand(s, index, e) < 0)
			return e->code;
		if (asks && s->r->accept(s->r->accept_ctx, &s->enough, n, e) < 0)
			return e->code;
		if (s->enough)
			break;
	}
	return record_all(s, e);
}

static int compare_found(const void *a, const void *b)
{
	const struct path_found *x = a, *y = b;

	if (x->node != y->node)
		return x->node < y->node ? -1 : 1;
	if (x->path.verdict != y->path.verdict)
		return x->path.verdict > y->path.verdict ? -1 : 1;
	if (x->path.cost != y->path.cost)
		return x->path.cost < y->path.cost ? -1 : 1;
	if (x->path.step_count != y->path.step_count)
		return x->path.step_count < y->path.step_count ? -1 : 1;
	return (x->group > y->group) - (x->group < y->group);
}

static void search_init(struct search *s, const struct path_search *request)
{
	const struct answer_options *o = request->options;
	uint32_t words = request->words;
	bool by_hops = o->max_hops != UINT32_MAX;

	*s = (struct search){ .r = request, .plain = o->via_count == 0 && !by_hops };
	s->w = graph_world(request->graph);
	s->queue.before = before;
	s->queue.ctx = s;
	path_given_init(&s->nodes, words, PATH_LEVELS, s->plain, by_hops);
	path_given_init(&s->hubs, words, PATH_LEVELS, s->plain, by_hops);
	path_given_init(&s->steps, words, PATH_LEVELS, true, false);
	sparse_init(&s->steppers, sizeof(struct stepper));
	sparse_init(&s->recorded, words * sizeof(uint64_t));
	sparse_init(&s->cheapest, sizeof(uint64_t));
}

static void search_release(struct search *s)
{
	path_given_release(&s->nodes);
	path_given_release(&s->hubs);
	path_given_release(&s->steps);
	path_queue_release(&s->queue);
	sparse_release(&s->steppers);
	sparse_release(&s->recorded);
	sparse_release(&s->cheapest);
	buf_release(&s->states);
	buf_release(&s->taken);
	buf_release(&s->found);
}

int path_search(const struct path_found **out, uint32_t *count,
	const struct path_search *request, struct err *e)
{
	struct search s;
	struct path_found *copy;
	int rc;

	*out = NULL;
	*count = 0;
	if (request->options->via_count > VIA_MAX)
		return err_set(e, ERR_LIMIT, "via: %u entities, at most %u",
			request->options->via_count, VIA_MAX);
	search_init(&s, request);
	rc = run(&s, e);
	if (rc == 0) {
		*count = (uint32_t)VEC_COUNT(&s.found, struct path_found);
		copy = arena_alloc(world_arena(s.w), s.found.n + 1);
		if (s.found.n > 0) {
			memcpy(copy, s.found.p, s.found.n);
			qsort(copy, *count, sizeof(*copy), compare_found);
		}
		*out = copy;
	}
	search_release(&s);
	return rc;
}

int path_search_from(const struct path_found **out, uint32_t *count, struct graph *g,
	node_id start, const struct answer_options *o, struct err *e)
{
	static const uint64_t bits[PATH_LEVELS] = { 1, 1, 1, 1 };
	const struct path_goal goal = { start, 0 };
	const struct path_search request = { .graph = g,
		.options = o,
		.goals = &goal,
		.goal_count = 1,
		.bits = bits,
		.words = 1,
		.group_count = 1,
		.cheaper_too = true };

	return path_search(out, count, &request, e);
}
