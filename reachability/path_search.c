#include "reachability/path_search.h"

#include <stdlib.h>

#include "base/mutant.h"
#include "reachability/imagined.h"

#define VIA_MAX 16u

struct state {
	node_id node, end;
	uint32_t group;
	uint32_t mask; /* of `via` nodes on the way */
	uint32_t cost, hops;
	uint32_t previous; /* state, or UINT32_MAX at an end */
	const struct hub *hub;
	const struct hub_end *step;
};

/* What has been given so far to nodes or hubs, by (number, mask, hops). */
struct given {
	struct buf slots;   /* uint32_t + 1, by number: when nothing else counts */
	struct intern keys; /* (number, mask, hops) -> slot */
	struct buf bits;    /* uint64_t: words for each slot */
	uint32_t count;
};

struct search {
	const struct path_search *r;
	struct world *w;
	bool plain; /* neither masks nor numbers of hops tell states apart */
	uint32_t level;
	bool skipped;             /* a step was weaker than the level */
	struct buf states;        /* struct state */
	struct buf heap;          /* uint32_t: states, cheapest first */
	struct given nodes, hubs; /* at this level */
	struct buf recorded;      /* uint64_t: words by node, over all levels */
	struct buf cheapest;      /* uint64_t: cost and hops + 1 by node, recorded */
	struct buf found;         /* struct path_found */
};

enum expr_verdict path_search_level(uint32_t i)
{
	static const enum expr_verdict levels[PATH_LEVELS] = { VERDICT_ALLOWED,
		VERDICT_CONDITIONAL, VERDICT_ELIGIBLE, VERDICT_UNKNOWN };

	return levels[i];
}

/* --- what was given --- */

static uint64_t *words_at(struct buf *b, uint32_t number, uint32_t words)
{
	size_t need = ((size_t)number + 1) * words * sizeof(uint64_t);

	if (b->n < need) {
		size_t more = need - b->n;

		memset(buf_reserve(b, more), 0, more);
		b->n = need;
	}
	return VEC_DATA(b, uint64_t) + (size_t)number * words;
}

static uint32_t slot_of(
	struct search *s, struct given *g, uint32_t number, uint32_t mask, uint32_t hops)
{
	uint32_t key[3] = { number, mask, hops }, *slot;

	if (!s->plain)
		return intern_add(
			&g->keys, (struct str){ (const char *)key, sizeof(key) });
	while (VEC_COUNT(&g->slots, uint32_t) <= number)
		VEC_ADD(&g->slots, uint32_t, 0);
	slot = &VEC_DATA(&g->slots, uint32_t)[number];
	if (*slot == 0)
		*slot = ++g->count;
	return *slot - 1;
}

static const uint64_t *group_bits(const struct search *s, uint32_t group)
{
	return s->r->bits + ((size_t)group * PATH_LEVELS + s->level) * s->r->words;
}

/* Whether the group gives something that was not given yet by no more cost and hops. */
static bool is_new(struct search *s, struct given *g, uint32_t number, uint32_t mask,
	uint32_t hops, uint32_t group)
{
	const uint64_t *bits = group_bits(s, group);
	uint32_t words = s->r->words;
	uint32_t first = s->r->options->max_hops != UINT32_MAX ? 0 : hops;
	uint64_t left = 0;

	for (uint32_t i = 0; i < words; i++) {
		uint64_t have = 0;

		for (uint32_t h = first; h <= hops; h++)
			have |= words_at(
				&g->bits, slot_of(s, g, number, mask, h), words)[i];
		left |= bits[i] & ~have;
	}
	return left != 0;
}

static void give(struct search *s, struct given *g, uint32_t number, uint32_t mask,
	uint32_t hops, uint32_t group)
{
	const uint64_t *bits = group_bits(s, group);
	uint64_t *have =
		words_at(&g->bits, slot_of(s, g, number, mask, hops), s->r->words);

	for (uint32_t i = 0; i < s->r->words; i++)
		have[i] |= bits[i];
}

static uint32_t counted_hops(const struct search *s, uint32_t hops)
{
	return s->r->options->max_hops != UINT32_MAX ? hops : 0;
}

/* --- the queue --- */

static bool before(const struct search *s, uint32_t a, uint32_t b)
{
	const struct state *x = &VEC_DATA(&s->states, struct state)[a];
	const struct state *y = &VEC_DATA(&s->states, struct state)[b];

	if (MUTANT(hops_before_cost, x->cost != y->cost, false))
		return x->cost < y->cost;
	if (x->hops != y->hops)
		return x->hops < y->hops;
	if (x->group != y->group)
		return x->group < y->group;
	return a < b;
}

static void heap_push(struct search *s, uint32_t state)
{
	size_t i = VEC_COUNT(&s->heap, uint32_t);
	uint32_t *h;

	VEC_ADD(&s->heap, uint32_t, state);
	h = VEC_DATA(&s->heap, uint32_t);
	while (i > 0 && before(s, h[i], h[(i - 1) / 2])) {
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

		if (left < count && before(s, h[left], h[least]))
			least = left;
		if (right < count && before(s, h[right], h[least]))
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

static void state_push(struct search *s, struct state st)
{
	uint32_t index = (uint32_t)VEC_COUNT(&s->states, struct state);

	if (!is_new(s, &s->nodes, st.node, st.mask, counted_hops(s, st.hops), st.group))
		return;
	buf_add(&s->states, &st, sizeof(st));
	heap_push(s, index);
}

/* --- steps --- */

static void expand_hub(struct search *s, uint32_t index, const struct hub *hub)
{
	struct state at = VEC_DATA(&s->states, struct state)[index];
	enum expr_verdict least = path_search_level(s->level);

	if (!is_new(s, &s->hubs, hub->number, at.mask, counted_hops(s, at.hops),
		    at.group))
		return;
	give(s, &s->hubs, hub->number, at.mask, counted_hops(s, at.hops), at.group);
	for (uint32_t i = 0; i < hub->count; i++) {
		const struct hub_end *end = &hub->ends[i];

		if (end->verdict < least) {
			s->skipped = true;
			continue;
		}
		if (end->node == at.node || avoided(s, end->node) ||
			(!rule_keeps_actor(hub->rule) &&
				imagined_base(s->w, end->node) ==
					imagined_base(s->w, at.node)) ||
			(world_node(s->w, end->node)->flags & ENTITY_DISABLED))
			continue;
		state_push(s, (struct state){ .node = end->node,
				      .end = at.end,
				      .group = at.group,
				      .mask = at.mask | via_mask(s, end->node),
				      .cost = at.cost + (uint32_t)hub->rule->class,
				      .hops = at.hops + 1,
				      .previous = index,
				      .hub = hub,
				      .step = end });
	}
}

static int expand(struct search *s, uint32_t index, struct err *e)
{
	const struct state *at = &VEC_DATA(&s->states, struct state)[index];
	const struct hub *const *hubs;
	uint32_t count;

	if (at->hops >= MUTANT(one_hop_only, s->r->options->max_hops, 1))
		return 0;
	if (graph_hubs(&hubs, &count, s->r->graph, at->node, s->r->backward, e) < 0)
		return e->code;
	for (uint32_t i = 0; i < count; i++)
		expand_hub(s, index, hubs[i]);
	return 0;
}

static struct path path_of(struct search *s, uint32_t index)
{
	const struct state *states = VEC_DATA(&s->states, const struct state);
	uint32_t count = states[index].hops;
	struct path_step *steps =
		ARENA_NEW_ARRAY(world_arena(s->w), struct path_step, count + 1);
	struct path p = { .steps = steps,
		.step_count = count,
		.cost = states[index].cost,
		.residual = EXPR_TRUE,
		.verdict = VERDICT_ALLOWED };

	for (uint32_t i = 0, at = index; i < count; i++, at = states[at].previous) {
		const struct hub_end *end = states[at].step;
		const struct rule *rule = states[at].hub->rule;
		node_id here = states[at].node, other = states[states[at].previous].node;
		uint32_t place = s->r->backward ? i : count - 1 - i;

		steps[place] = (struct path_step){ .from = s->r->backward ? here : other,
			.to = s->r->backward ? other : here,
			.rule = rule->id,
			.hop = rule,
			.through = end->through != NODE_NONE ? end->through
							     : states[at].hub->through,
			.class = rule->class,
			.residual = end->residual,
			.verdict = end->verdict };
		p.residual = expr_and(world_pool(s->w), p.residual, end->residual);
		if (rule->class > p.worst)
			p.worst = rule->class;
		/* Steps are requests of their own: what they ask for cannot clash. */
		if (end->verdict < p.verdict)
			p.verdict = end->verdict;
	}
	return p;
}

/* Keep the way when it gives the node something that no better one gave. */
static void record(struct search *s, uint32_t index)
{
	struct state st = VEC_DATA(&s->states, struct state)[index];
	const uint64_t *bits = group_bits(s, st.group);
	uint64_t *have = words_at(&s->recorded, st.node, s->r->words), left = 0;
	uint64_t *cheapest = words_at(&s->cheapest, st.node, 1);
	uint64_t price = ((uint64_t)st.cost << 32 | st.hops) + 1;

	for (uint32_t i = 0; i < s->r->words; i++) {
		left |= bits[i] & ~have[i];
		have[i] |= bits[i];
	}
	if (!left && !(s->r->cheaper_too && price < *cheapest))
		return;
	*cheapest = price;
	VEC_ADD(&s->found, struct path_found,
		{ st.node, st.end, st.group, path_of(s, index) });
}

static void level_begin(struct search *s)
{
	intern_init(&s->nodes.keys);
	intern_init(&s->hubs.keys);
	s->skipped = false;
}

static void given_clear(struct given *g)
{
	intern_release(&g->keys);
	buf_clear(&g->slots);
	buf_clear(&g->bits);
	g->count = 0;
}

static void level_end(struct search *s)
{
	given_clear(&s->nodes);
	given_clear(&s->hubs);
	buf_clear(&s->states);
	buf_clear(&s->heap);
}

static int level_run(struct search *s, struct err *e)
{
	uint32_t via = s->r->options->via_count;
	uint32_t all = (1u << via) - 1;

	for (uint32_t i = 0; i < s->r->goal_count; i++) {
		node_id n = s->r->goals[i].node;

		if (!avoided(s, n))
			state_push(s, (struct state){ .node = n,
					      .end = n,
					      .group = s->r->goals[i].group,
					      .mask = via_mask(s, n),
					      .previous = UINT32_MAX });
	}
	while (s->heap.n > 0) {
		uint32_t index = heap_pop(s);
		struct state st = VEC_DATA(&s->states, struct state)[index];
		uint32_t hops = counted_hops(s, st.hops);

		if (!is_new(s, &s->nodes, st.node, st.mask, hops, st.group))
			continue;
		give(s, &s->nodes, st.node, st.mask, hops, st.group);
		if (expand(s, index, e) < 0)
			return e->code;
		if (st.hops > 0 && st.mask == all)
			record(s, index);
	}
	return 0;
}

/* Whether some group gives more at this level than at the one before. */
static bool gives_more(const struct search *s)
{
	uint32_t words = s->r->words;

	for (uint32_t g = 0; g < s->r->group_count; g++) {
		const uint64_t *bits = group_bits(s, g);

		if (memcmp(bits, bits - words, words * sizeof(*bits)) != 0)
			return true;
	}
	return false;
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

int path_search(const struct path_found **out, uint32_t *count,
	const struct path_search *request, struct err *e)
{
	const struct answer_options *o = request->options;
	struct search s = { .r = request,
		.plain = o->via_count == 0 && o->max_hops == UINT32_MAX };
	struct path_found *copy;
	int rc = 0;

	*out = NULL;
	*count = 0;
	s.w = graph_world(request->graph);
	if (o->via_count > VIA_MAX)
		return err_set(e, ERR_LIMIT, "via: %u entities, at most %u", o->via_count,
			VIA_MAX);
	for (; s.level < PATH_LEVELS && rc == 0; s.level++) {
		if (s.level > 0 && !s.skipped && !gives_more(&s))
			continue;
		level_begin(&s);
		rc = level_run(&s, e);
		level_end(&s);
	}
	if (rc == 0) {
		*count = (uint32_t)VEC_COUNT(&s.found, struct path_found);
		copy = arena_alloc(world_arena(s.w), s.found.n + 1);
		if (s.found.n > 0) {
			memcpy(copy, s.found.p, s.found.n);
			qsort(copy, *count, sizeof(*copy), compare_found);
		}
		*out = copy;
	}
	buf_release(&s.nodes.slots);
	buf_release(&s.nodes.bits);
	buf_release(&s.hubs.slots);
	buf_release(&s.hubs.bits);
	buf_release(&s.states);
	buf_release(&s.heap);
	buf_release(&s.recorded);
	buf_release(&s.cheapest);
	buf_release(&s.found);
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
