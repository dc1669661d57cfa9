/* judge.c - "can": one verdict with its proof; "how": the best paths. */
#include "reachability/answer.h"

#include <stdlib.h>

#include "reachability/asking.h"
#include "reachability/proof.h"

/* What one acting identity gets of the question, at its best. */
struct standing {
	node_id actor;
	expr residual; /* of the best action */
	enum expr_verdict verdict;
	action_id action; /* CATALOG_NONE: none is granted, or no action is asked about */
};

static action_id first_of(const struct access_part *p)
{
	for (uint32_t i = 0; i < p->list->count; i++) {
		if (p->bits[i / 64] >> (i % 64) & 1u)
			return p->list->ids[i];
	}
	return CATALOG_NONE;
}

static int standing_of(struct standing *out, struct asking *a, node_id actor,
	const struct answer_object *object, struct err *e)
{
	struct expr_pool *pool = world_pool(a->w);
	const struct decide_subject *s;
	const struct decide_object *o;
	struct access access;

	*out = (struct standing){ .actor = actor, .action = CATALOG_NONE };
	if (a->query->become || a->query->admin) {
		if (asking_holds(&out->residual, a, actor, object->node, e) < 0)
			return e->code;
		out->verdict = expr_verdict(pool, out->residual);
		return 0;
	}
	if (world_node(a->w, actor)->flags & ENTITY_COMPUTE)
		return 0;
	if (decide_subject(&s, a->d, actor, e) < 0 ||
		decide_object(&o, a->d, object->node, e) < 0 ||
		decide_entity(&access, a->d, s, o, object->resource, e) < 0)
		return e->code;
	for (uint32_t i = 0; i < access.part_count; i++) {
		enum expr_verdict v = expr_verdict(pool, access.parts[i].residual);
		action_id action = first_of(&access.parts[i]);

		if (v > out->verdict || (v == out->verdict && action < out->action)) {
			out->verdict = v;
			out->residual = access.parts[i].residual;
			out->action = action;
		}
	}
	return 0;
}

/*
 * The first action that the question asks about on the object, to explain a refusal with.
 */
static int any_action(action_id *out, struct asking *a,
	const struct answer_object *object, struct err *e)
{
	const struct decide_object *o;
	const struct action_plan *plan;

	*out = CATALOG_NONE;
	if (decide_object(&o, a->d, object->node, e) < 0)
		return e->code;
	plan = decide_plan(a->d, o);
	for (uint32_t i = 0; i < plan->count; i++) {
		if (plan->lists[i]->ids[0] < *out)
			*out = plan->lists[i]->ids[0];
	}
	for (action_id id = 0; *out == CATALOG_NONE && id < catalog_action_count();
		id++) {
		if (action_plan_wants(decide_planner(a->d), id))
			*out = id;
	}
	return 0;
}

static struct str plain_reason(struct asking *a, const struct standing *s)
{
	if (a->query->become)
		return s->verdict > VERDICT_DENIED
			       ? STR_LIT("the path ends in the identity")
			       : STR_LIT("no path of hops leads to the identity");
	return s->verdict > VERDICT_DENIED
		       ? STR_LIT("its policies give every action on every resource of the account")
		       : STR_LIT("its effective permissions are not every action on everything");
}

static int decision_proofs(struct answer_decision *out, struct asking *a,
	const struct standing *s, const struct answer_object *object, struct err *e)
{
	struct proof *hops;
	action_id action = s->action;
	struct str words;

	if (a->query->become || a->query->admin) {
		proof_words(&out->proof, a->w, s->residual, plain_reason(a, s));
	} else {
		if (action == CATALOG_NONE && any_action(&action, a, object, e) < 0)
			return e->code;
		if (proof_make(&out->proof, a->d, s->actor, object->node, action,
			    object->resource, e) < 0)
			return e->code;
	}
	hops = ARENA_NEW_ARRAY(world_arena(a->w), struct proof, out->path.step_count + 1);
	for (uint32_t i = 0; i < out->path.step_count; i++) {
		const struct path_step *step = &out->path.steps[i];
		struct decide *d = graph_decide(&words, a->graph, step->rule);

		if (!d) {
			proof_words(&hops[i], a->w, EXPR_TRUE,
				STR_LIT("the compute holds the credentials of the identity"));
			continue;
		}
		if (proof_make(&hops[i], d, step->from, step->to,
			    catalog_action_find(words), (struct str){ 0 }, e) < 0)
			return e->code;
	}
	out->hops = hops;
	out->hop_count = out->path.step_count;
	return 0;
}

/*
 * Try every identity that the subject can be; keep the strongest standing by the best
 * path.
 */
static int stand_indirect(struct standing *best, struct path *path, struct asking *a,
	node_id subject, const struct answer_object *object, struct err *e)
{
	const struct graph_reached *r;
	uint32_t count;
	enum expr_verdict reached = best->verdict;
	bool found = false;

	if (graph_reach(&r, &count, a->graph, &subject, 1, false, a->o, e) < 0)
		return e->code;
	for (uint32_t i = 0; i < count; i++) {
		struct standing s;
		enum expr_verdict v;

		if (!asking_wants(a, &r[i].path))
			continue;
		if (standing_of(&s, a, r[i].node, object, e) < 0)
			return e->code;
		v = s.verdict < r[i].path.verdict ? s.verdict : r[i].path.verdict;
		if (s.verdict == VERDICT_DENIED || v < reached || v == VERDICT_DENIED)
			continue;
		if (v == reached && (!found || row_compare_paths(&r[i].path, path) >= 0))
			continue;
		reached = v;
		*best = s;
		*path = r[i].path;
		found = true;
	}
	return 0;
}

int answer_can(struct answer_decision *out, struct world *w, node_id subject,
	const struct action_query *actions, const struct answer_object *object,
	const struct answer_options *o, struct err *e)
{
	struct asking a;
	struct standing best;
	int rc;

	*out = (struct answer_decision){ 0 };
	asking_init(&a, w, actions, o);
	decide_set_strict(a.d, true);
	rc = standing_of(&best, &a, subject, object, e);
	if (rc == 0 && !asking_wants(&a, NULL))
		best = (struct standing){ .actor = subject, .action = CATALOG_NONE };
	if (rc == 0 && !o->direct_only && best.verdict < VERDICT_ALLOWED)
		rc = stand_indirect(&best, &out->path, &a, subject, object, e);
	if (rc == 0) {
		out->indirect = out->path.step_count > 0;
		out->residual = out->indirect ? expr_and(world_pool(w), best.residual,
							out->path.residual)
					      : best.residual;
		out->verdict = best.verdict;
		if (out->indirect && out->path.verdict < out->verdict)
			out->verdict = out->path.verdict;
		rc = decision_proofs(out, &a, &best, object, e);
	}
	if (rc == 0)
		rc = notes_subject(a.notes, subject, e);
	if (rc == 0)
		rc = notes_object(a.notes, a.d, object->node, e);
	if (rc == 0) {
		notes_residual(a.notes, out->residual);
		notes_take(&out->unknown, &out->unknown_count, a.notes);
	}
	asking_release(&a);
	return rc;
}

/* --- how --- */

/* A way under construction: a loopless chain of hops from the subject. */
struct way {
	node_id end;
	uint32_t previous; /* way, or UINT32_MAX */
	const struct graph_edge *edge;
	uint32_t cost, hops;
	uint32_t rest; /* least cost from here to an identity that has the access */
	bool finished; /* ends in such an identity, and is to be given out */
};

struct how {
	struct asking *a;
	struct buf ways;                  /* struct way */
	struct buf heap;                  /* uint32_t */
	const struct graph_reached *left; /* nodes that lead to a goal, by node */
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
	uint32_t low = 0, high = h->left_count;

	if (goal_of(h, n) != EXPR_FALSE)
		return 0;
	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (h->left[mid].node < n)
			low = mid + 1;
		else
			high = mid;
	}
	return low < h->left_count && h->left[low].node == n ? 0u : UINT32_MAX;
}

static bool node_in(const node_id *v, uint32_t count, node_id n)
{
	for (uint32_t i = 0; i < count; i++) {
		if (v[i] == n)
			return true;
	}
	return false;
}

static int way_expand(struct how *h, uint32_t index, struct err *e)
{
	struct way at = VEC_DATA(&h->ways, const struct way)[index];
	const struct answer_options *o = h->a->o;
	const struct graph_edge *edges;
	uint32_t count;

	if (at.hops >= o->max_hops || o->direct_only)
		return 0;
	if (graph_edges(&edges, &count, h->a->graph, at.end, false, e) < 0)
		return e->code;
	for (uint32_t i = 0; i < count; i++) {
		uint32_t rest = rest_of(h, edges[i].to);

		if (rest == UINT32_MAX || way_passes(h, index, edges[i].to) ||
			node_in(o->avoiding, o->avoiding_count, edges[i].to) ||
			(world_node(h->a->w, edges[i].to)->flags & ENTITY_DISABLED))
			continue;
		way_push(h, (struct way){ .end = edges[i].to,
				    .previous = index,
				    .edge = &edges[i],
				    .cost = at.cost + (uint32_t)edges[i].class,
				    .hops = at.hops + 1,
				    .rest = rest });
	}
	return 0;
}

static bool way_has_via(const struct how *h, uint32_t index)
{
	const struct answer_options *o = h->a->o;

	for (uint32_t i = 0; i < o->via_count; i++) {
		if (!way_passes(h, index, o->via[i]))
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
		const struct graph_edge *edge = v[at].edge;

		steps[i] = (struct path_step){ edge->from, edge->to, edge->rule,
			edge->class, edge->residual, edge->verdict };
		out->residual = expr_and(pool, out->residual, edge->residual);
		if (edge->class > out->worst)
			out->worst = edge->class;
		if (edge->verdict < out->verdict)
			out->verdict = edge->verdict;
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
		node_id n = search_node(a->w, f);
		struct standing s;

		rc = standing_of(&s, a, n, object, e);
		if (rc == 0 && s.verdict > VERDICT_DENIED) {
			VEC_ADD(goals, node_id, n);
			VEC_ADD(residuals, expr, s.residual);
		}
	}
	buf_release(&found);
	return rc;
}

int answer_how(struct answer_paths *out, struct world *w, node_id subject,
	const struct action_query *actions, const struct answer_object *object,
	uint32_t top, const struct answer_options *o, struct err *e)
{
	struct answer_options free_way = { .max_hops = UINT32_MAX };
	struct asking a;
	struct how h = { .a = &a };
	struct buf goals = { 0 }, residuals = { 0 }, paths = { 0 };
	void *copy;
	int rc;

	*out = (struct answer_paths){ 0 };
	asking_init(&a, w, actions, o);
	rc = goals_of(&h, object, &goals, &residuals, e);
	h.goals = VEC_DATA(&goals, const node_id);
	h.goal_residuals = VEC_DATA(&residuals, const expr);
	h.goal_count = (uint32_t)VEC_COUNT(&goals, node_id);
	if (rc == 0 && h.goal_count > 0)
		rc = graph_reach(&h.left, &h.left_count, a.graph, h.goals, h.goal_count,
			true, &free_way, e);
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
