/* answer_how.c - the best paths, cheapest first. */
#include "reachability/answer.h"

#include <stdlib.h>

#include "reachability/answer_can.h"
#include "reachability/imagined.h"

/* A way under construction: a loopless chain of hops from the subject. */
struct way {
	node_id end;
	uint32_t previous; /* way, or UINT32_MAX */
	const struct hub *hub;
	const struct hub_end *step;
	uint32_t cost, hops;
	uint32_t rest; /* least cost from here to an identity that has the access */
	bool finished; /* ends in such an identity, and is to be given out */
};

struct how {
	struct asking *a;
	struct buf ways;               /* struct way */
	struct buf heap;               /* uint32_t */
	const struct path_found *left; /* nodes that lead to a goal, by node */
	uint32_t left_count;
	const node_id *goals; /* ascending */
	uint32_t goal_count;
	const expr *goal_residuals;
};

static bool way_before(const struct how *h, uint32_t x, uint32_t y)
{
	const struct way *a = &VEC_DATA(&h->ways, const struct way)[x];
	const struct way *b = &VEC_DATA(&h->ways, const struct way)[y];

	if (a->cost + a->rest != b->cost + b->rest)
		return a->cost + a->rest < b->cost + b->rest;
	if (a->finished != b->finished)
		return a->finished;
	if (a->hops != b->hops)
		return a->hops < b->hops;
	return x < y;
}

static void way_push(struct how *h, struct way w)
{
	size_t i = VEC_COUNT(&h->heap, uint32_t);
	uint32_t *v;

	VEC_ADD(&h->heap, uint32_t, (uint32_t)VEC_COUNT(&h->ways, struct way));
	buf_add(&h->ways, &w, sizeof(w));
	v = VEC_DATA(&h->heap, uint32_t);
	while (i > 0 && way_before(h, v[i], v[(i - 1) / 2])) {
		uint32_t t = v[i];

		v[i] = v[(i - 1) / 2];
		v[(i - 1) / 2] = t;
		i = (i - 1) / 2;
	}
}

static uint32_t way_pop(struct how *h)
{
	uint32_t *v = VEC_DATA(&h->heap, uint32_t), top = v[0];
	size_t count = VEC_COUNT(&h->heap, uint32_t) - 1, i = 0;

	v[0] = v[count];
	h->heap.n = count * sizeof(*v);
	for (;;) {
		size_t least = i, left = 2 * i + 1;
		uint32_t t;

		if (left < count && way_before(h, v[left], v[least]))
			least = left;
		if (left + 1 < count && way_before(h, v[left + 1], v[least]))
			least = left + 1;
		if (least == i)
			return top;
		t = v[i];
		v[i] = v[least];
		v[least] = t;
		i = least;
	}
}

static bool way_passes(const struct how *h, uint32_t way, node_id n)
{
	const struct way *v = VEC_DATA(&h->ways, const struct way);

	for (; way != UINT32_MAX; way = v[way].previous) {
		if (v[way].end == n)
			return true;
	}
	return false;
}

/* The goal's residual; EXPR_FALSE when the node is none. */
static expr goal_of(const struct how *h, node_id n)
{
	for (uint32_t i = 0; i < h->goal_count; i++) {
		if (h->goals[i] == n)
			return h->goal_residuals[i];
	}
	return EXPR_FALSE;
}

/* Least cost from the node to a goal; UINT32_MAX when none is reached. */
static uint32_t rest_of(const struct how *h, node_id n)
{
	uint32_t low = 0, high = h->left_count, least = UINT32_MAX;

	if (goal_of(h, n) != EXPR_FALSE)
		return 0;
	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (h->left[mid].node < n)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < h->left_count && h->left[low].node == n; low++) {
		if (h->left[low].path.cost < least)
			least = h->left[low].path.cost;
	}
	return least;
}

static bool node_in(const node_id *v, uint32_t count, node_id n)
{
	for (uint32_t i = 0; i < count; i++) {
		if (v[i] == n)
			return true;
	}
	return false;
}

static void way_step(
	struct how *h, uint32_t index, const struct hub *hub, const struct hub_end *end)
{
	const struct answer_options *o = h->a->o;
	struct way at = VEC_DATA(&h->ways, struct way)[index];
	uint32_t rest = rest_of(h, end->node);

	if (rest == UINT32_MAX || way_passes(h, index, end->node) ||
		(!rule_keeps_actor(hub->rule) &&
			imagined_base(h->a->w, end->node) ==
				imagined_base(h->a->w, at.end)) ||
		node_in(o->avoiding, o->avoiding_count,
			imagined_base(h->a->w, end->node)) ||
		(world_node(h->a->w, end->node)->flags & ENTITY_DISABLED))
		return;
	way_push(h, (struct way){ .end = end->node,
			    .previous = index,
			    .hub = hub,
			    .step = end,
			    .cost = at.cost + (uint32_t)hub->rule->class,
			    .hops = at.hops + 1,
			    .rest = rest });
}

static int way_expand(struct how *h, uint32_t index, struct err *e)
{
	struct way at = VEC_DATA(&h->ways, struct way)[index];
	const struct hub *const *hubs;
	uint32_t count;

	if (at.hops >= h->a->o->max_hops || h->a->o->direct_only)
		return 0;
	if (graph_hubs(&hubs, &count, h->a->graph, at.end, false, e) < 0)
		return e->code;
	for (uint32_t i = 0; i < count; i++) {
		for (uint32_t k = 0; k < hubs[i]->count; k++)
			way_step(h, index, hubs[i], &hubs[i]->ends[k]);
	}
	return 0;
}

/* Whether it passes the identity, be it as hops have changed it. */
static bool way_goes_by(const struct how *h, uint32_t way, node_id n)
{
	const struct way *v = VEC_DATA(&h->ways, const struct way);

	for (; way != UINT32_MAX; way = v[way].previous) {
		if (imagined_base(h->a->w, v[way].end) == n)
			return true;
	}
	return false;
}

static bool way_has_via(const struct how *h, uint32_t index)
{
	const struct answer_options *o = h->a->o;

	for (uint32_t i = 0; i < o->via_count; i++) {
		if (!way_goes_by(h, index, o->via[i]))
			return false;
	}
	return true;
}

/*
 * The path of a way, with what its end needs on the object; false when that cannot hold.
 */
static bool way_path(struct path *out, struct how *h, uint32_t index)
{
	struct expr_pool *pool = world_pool(h->a->w);
	const struct way *v = VEC_DATA(&h->ways, const struct way);
	struct path_step *steps = ARENA_NEW_ARRAY(
		world_arena(h->a->w), struct path_step, v[index].hops + 1);

	*out = (struct path){ .steps = steps,
		.step_count = v[index].hops,
		.cost = v[index].cost,
		.residual = goal_of(h, v[index].end) };
	out->verdict = expr_verdict(pool, out->residual);
	for (uint32_t at = index, i = v[index].hops; i-- > 0; at = v[at].previous) {
		const struct hub_end *end = v[at].step;
		const struct rule *rule = v[at].hub->rule;

		steps[i] = (struct path_step){ .from = v[v[at].previous].end,
			.to = end->node,
			.rule = rule->id,
			.hop = rule,
			.through = end->through != NODE_NONE ? end->through
							     : v[at].hub->through,
			.class = rule->class,
			.residual = end->residual,
			.verdict = end->verdict };
		out->residual = expr_and(pool, out->residual, end->residual);
		if (rule->class > out->worst)
			out->worst = rule->class;
		if (end->verdict < out->verdict)
			out->verdict = end->verdict;
	}
	return out->verdict != VERDICT_DENIED;
}

/*
 * Loopless ways in order of cost: the queue holds every beginning that can still lead to
 * a goal.
 */
static int how_search(
	struct buf *paths, struct how *h, node_id subject, uint32_t top, struct err *e)
{
	const struct answer_options *o = h->a->o;

	way_push(h, (struct way){ .end = subject, .previous = UINT32_MAX });
	while (h->heap.n > 0 && VEC_COUNT(paths, struct path) < top) {
		uint32_t index = way_pop(h);
		struct way w = VEC_DATA(&h->ways, const struct way)[index];
		struct path p;

		if (w.finished) {
			if (way_path(&p, h, index))
				buf_add(paths, &p, sizeof(p));
			continue;
		}
		if (goal_of(h, w.end) != EXPR_FALSE && way_has_via(h, index) &&
			!(w.hops == 0 && o->indirect_only)) {
			w.finished = true;
			w.rest = 0;
			way_push(h, w);
		}
		if (way_expand(h, index, e) < 0)
			return e->code;
	}
	return 0;
}

static int goal_add(struct how *h, node_id n, const struct answer_object *object,
	struct buf *goals, struct buf *residuals, struct err *e)
{
	struct answer_standing s;

	if (answer_can_standing(&s, h->a, n, object, e) < 0)
		return e->code;
	if (s.verdict == VERDICT_DENIED)
		return 0;
	VEC_ADD(goals, node_id, n);
	VEC_ADD(residuals, expr, s.residual);
	return 0;
}

static int goals_imagined(struct how *h, const struct answer_object *object,
	struct buf *goals, struct buf *residuals, struct err *e)
{
	struct buf nodes = { 0 };
	int rc = asking_imagined(&nodes, h->a, object->node, true, e);

	for (size_t i = 0; i < VEC_COUNT(&nodes, node_id) && rc == 0; i++)
		rc = goal_add(
			h, VEC_DATA(&nodes, node_id)[i], object, goals, residuals, e);
	buf_release(&nodes);
	return rc;
}

static int goals_of(struct how *h, const struct answer_object *object, struct buf *goals,
	struct buf *residuals, struct err *e)
{
	struct asking *a = h->a;
	struct buf found = { 0 };
	int rc = 0;

	if (a->query->become) {
		VEC_ADD(goals, node_id, object->node);
		VEC_ADD(residuals, expr, EXPR_TRUE);
		return 0;
	}
	if (!a->query->admin ||
		!(world_node(a->w, object->node)->flags & ENTITY_CONTAINER)) {
		rc = search_who(&found, a->d, object, e);
	} else {
		scope_number scope = world_account_scope(
			a->w, world_node(a->w, object->node)->account);
		struct segment *s;

		if (scope != SEGMENT_NONE && world_segment(&s, a->w, scope, e) < 0)
			return e->code;
		for (entity_id id = 0;
			scope != SEGMENT_NONE && id < segment_info(s)->entity_count;
			id++) {
			if (segment_entity(s, id)->flags & ENTITY_IDENTITY)
				VEC_ADD(&found, struct search_found, { scope, id, NULL });
		}
	}
	for (size_t i = 0; i < VEC_COUNT(&found, struct search_found) && rc == 0; i++) {
		const struct search_found *f = &VEC_DATA(&found, struct search_found)[i];

		rc = goal_add(h, search_node(a->w, f), object, goals, residuals, e);
	}
	if (rc == 0)
		rc = goals_imagined(h, object, goals, residuals, e);
	buf_release(&found);
	return rc;
}

/* Which nodes lead to a goal, and how dear it is at least. */
static int left_of(struct how *h, struct err *e)
{
	static const uint64_t bits[PATH_LEVELS] = { 1, 1, 1, 1 };
	static const struct answer_options free_way = { .max_hops = UINT32_MAX };
	struct path_goal *goals = ARENA_NEW_ARRAY(
		world_arena(h->a->w), struct path_goal, h->goal_count + 1);

	for (uint32_t i = 0; i < h->goal_count; i++)
		goals[i].node = h->goals[i];
	return path_search(&h->left, &h->left_count,
		&(struct path_search){ .graph = h->a->graph,
			.options = &free_way,
			.goals = goals,
			.goal_count = h->goal_count,
			.bits = bits,
			.words = 1,
			.group_count = 1,
			.backward = true,
			.cheaper_too = true },
		e);
}

int answer_how(struct answer_paths *out, struct world *w, node_id subject,
	const struct action_query *actions, const struct answer_object *object,
	uint32_t top, const struct answer_options *o, struct err *e)
{
	struct asking a;
	struct how h = { .a = &a };
	struct buf goals = { 0 }, residuals = { 0 }, paths = { 0 };
	void *copy;
	int rc;

	*out = (struct answer_paths){ 0 };
	asking_init(&a, w, actions, o);
	rc = hop_want(graph_hop(a.graph), object->node, e);
	if (rc == 0)
		rc = goals_of(&h, object, &goals, &residuals, e);
	h.goals = VEC_DATA(&goals, const node_id);
	h.goal_residuals = VEC_DATA(&residuals, const expr);
	h.goal_count = (uint32_t)VEC_COUNT(&goals, node_id);
	if (rc == 0 && h.goal_count > 0)
		rc = left_of(&h, e);
	if (rc == 0 && h.goal_count > 0)
		rc = how_search(&paths, &h, subject, top, e);
	if (rc == 0)
		rc = notes_subject(a.notes, subject, e);
	if (rc == 0)
		rc = notes_object(a.notes, a.d, object->node, e);
	if (rc == 0) {
		copy = arena_alloc(world_arena(w), paths.n + 1);
		if (paths.n > 0)
			memcpy(copy, paths.p, paths.n);
		out->paths = copy;
		out->path_count = (uint32_t)VEC_COUNT(&paths, struct path);
		notes_take(&out->unknown, &out->unknown_count, a.notes);
	}
	buf_release(&goals);
	buf_release(&residuals);
	buf_release(&paths);
	buf_release(&h.ways);
	buf_release(&h.heap);
	asking_release(&a);
	return rc;
}
