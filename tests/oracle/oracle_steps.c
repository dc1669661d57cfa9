#include "oracle_steps.h"

#include <stdlib.h>

#include "oracle_hop.h"
#include "oracle_state.h"

#define LEVELS 3u /* unknown, conditional, allowed */

/* Of one answer to what is undecided (the weaker one, the stronger one). */
struct lengths {
	/* [(level * bases + from) * states + to]: cost << 16 | hops, or UINT32_MAX */
	uint32_t *to;
};

struct oracle_ways {
	struct oracle_states states;
	struct lengths least, most;
};

struct oracle_range oracle_steps_weaker(struct oracle_range a, struct oracle_range b)
{
	return (struct oracle_range){ a.least < b.least ? a.least : b.least,
		a.most < b.most ? a.most : b.most };
}

struct oracle_range oracle_steps_stronger(struct oracle_range a, struct oracle_range b)
{
	return (struct oracle_range){ a.least > b.least ? a.least : b.least,
		a.most > b.most ? a.most : b.most };
}

/* --- steps without rules --- */

/* To be run with a role; people hold those that they were assigned. */
static void add_carried(struct oracle_states *s)
{
	const struct oracle_world *w = &s->o->world;

	for (size_t i = 0; i < VEC_COUNT(&w->records, struct record); i++) {
		const struct record *r = &VEC_DATA(&w->records, struct record)[i];
		uint32_t from, to;
		bool person;

		if (r->type != RECORD_RELATION || r->relation.type != RELATION_CARRIES)
			continue;
		from = oracle_world_resolve(w, r->relation.scope, r->relation.from);
		to = oracle_world_resolve(w, r->relation.scope, r->relation.to);
		if (from == ORACLE_NONE || to == ORACLE_NONE)
			continue;
		person = str_eq(oracle_world_arn(oracle_world_node(w, from)->key, 2),
			STR_LIT("identitystore"));
		oracle_states_step(s, from,
			(struct oracle_step){ to, { ORACLE_ALLOWED, ORACLE_ALLOWED },
				person ? HOP_ASSUME : HOP_CARRY });
	}
}

/* Things that carry somebody through another thing: a profile costs nothing. */
static void skip_things(struct oracle_states *s)
{
	for (uint32_t x = 0; x < oracle_count(s->o); x++) {
		for (size_t i = 0; i < VEC_COUNT(&oracle_states_get(s, x)->steps,
					       struct oracle_step);
			i++) {
			struct oracle_step step = VEC_DATA(
				&oracle_states_get(s, x)->steps, struct oracle_step)[i];
			const struct buf *next = &oracle_states_get(s, step.to)->steps;

			if (oracle_world_node(&s->o->world, step.to)->flags &
				ENTITY_IDENTITY)
				continue;
			for (size_t k = 0; k < VEC_COUNT(next, struct oracle_step); k++) {
				struct oracle_step far =
					VEC_DATA(next, const struct oracle_step)[k];

				far.cost = step.cost;
				oracle_states_step(s, x, far);
			}
		}
	}
}

/* To assume a role, by whoever is there. */
static void add_assumed(struct oracle_states *s)
{
	for (uint32_t y = 0; y < oracle_count(s->o); y++) {
		const struct oracle_object *object = oracle_object(s->o, y);

		for (uint32_t c = 0; c < object->class_count; c++) {
			for (uint32_t x = 0;
				object->classes[c].assume && x < oracle_count(s->o);
				x++) {
				struct oracle_range r = { ORACLE_DENIED, ORACLE_DENIED };

				if (oracle_is_subject(s->o, x))
					r = oracle_states_decide(s, x, y, object, c);
				if (r.most > ORACLE_DENIED && x != y)
					oracle_states_step(s, x,
						(struct oracle_step){ y, r, HOP_ASSUME });
			}
		}
	}
}

/* --- cheapest ways --- */

/* States by what it costs to come to them, each list as it was found. */
struct queue {
	struct buf *costs; /* uint32_t: states */
	uint32_t count;
};

static void queue_add(struct queue *q, uint32_t cost, uint32_t state)
{
	if (cost < q->count)
		VEC_ADD(&q->costs[cost], uint32_t, state);
}

/* Steps at least as strong as the level. */
static void walk(const struct oracle_states *s, uint32_t *to, uint32_t from,
	enum oracle_verdict level, bool most, struct queue *q)
{
	to[from] = 0;
	queue_add(q, 0, from);
	for (uint32_t cost = 0; cost < q->count; cost++) {
		for (size_t i = 0; i < VEC_COUNT(&q->costs[cost], uint32_t); i++) {
			uint32_t at = VEC_DATA(&q->costs[cost], uint32_t)[i];
			const struct buf *steps = &oracle_states_get(s, at)->steps;

			if (to[at] >> 16 != cost)
				continue;
			for (size_t k = 0; k < VEC_COUNT(steps, struct oracle_step);
				k++) {
				const struct oracle_step *step =
					&VEC_DATA(steps, const struct oracle_step)[k];
				uint32_t length = to[at] + (step->cost << 16) + 1;

				if ((most ? step->verdict.most : step->verdict.least) <
						level ||
					(oracle_states_get(s, step->to)->node.flags &
						ENTITY_DISABLED) ||
					length >= to[step->to])
					continue;
				to[step->to] = length;
				queue_add(q, cost + step->cost, step->to);
			}
		}
		buf_clear(&q->costs[cost]);
	}
}

static void measure(struct oracle *o, struct oracle_ways *w, bool most)
{
	uint32_t bases = oracle_count(o), states = oracle_states_count(&w->states);
	struct lengths *out = most ? &w->most : &w->least;
	size_t size = (size_t)LEVELS * bases * states;
	struct queue q = { .count = 4 * 64 };

	q.costs = calloc(q.count, sizeof(*q.costs));
	out->to = malloc(size * sizeof(*out->to));
	if (!q.costs || !out->to)
		abort();
	for (size_t i = 0; i < size; i++)
		out->to[i] = UINT32_MAX;
	for (uint32_t level = 0; level < LEVELS; level++) {
		for (uint32_t x = 0; x < bases; x++)
			walk(&w->states, out->to + ((size_t)level * bases + x) * states,
				x, (enum oracle_verdict)(level + 1), most, &q);
	}
	for (uint32_t i = 0; i < q.count; i++)
		buf_release(&q.costs[i]);
	free(q.costs);
}

static struct oracle_ways *make(struct oracle *o, bool strict)
{
	struct oracle_ways *w = calloc(1, sizeof(*w));

	if (!w)
		abort();
	oracle_states_init(&w->states, o, strict);
	add_carried(&w->states);
	skip_things(&w->states);
	add_assumed(&w->states);
	if (o->rules)
		oracle_hop_steps(&w->states, o->rules);
	measure(o, w, false);
	measure(o, w, true);
	return w;
}

void oracle_steps_make(struct oracle *o)
{
	o->ways = make(o, false);
	o->ways_alone = make(o, true);
}

static void ways_free(struct oracle_ways *w)
{
	if (!w)
		return;
	oracle_states_release(&w->states);
	free(w->least.to);
	free(w->most.to);
	free(w);
}

void oracle_steps_release(struct oracle *o)
{
	ways_free(o->ways);
	ways_free(o->ways_alone);
}

/* --- answers --- */

static uint32_t length_of(const struct oracle *o, const struct oracle_ways *w, bool most,
	uint32_t level, uint32_t from, uint32_t to)
{
	const struct lengths *l = most ? &w->most : &w->least;
	uint32_t states = oracle_states_count(&w->states);

	return l->to[((size_t)level * oracle_count(o) + from) * states + to];
}

/* Best way that ends in a state which does it, by one of the two answers. */
static struct oracle_way best_way(const struct oracle *o, struct oracle_ways *w,
	const uint32_t at[3], bool strict, bool most)
{
	const struct oracle_object *object = oracle_object(o, at[1]);

	for (uint32_t level = LEVELS; level-- > 0;) {
		uint32_t best = UINT32_MAX;

		for (uint32_t z = 0; z < oracle_states_count(&w->states); z++) {
			const struct oracle_state *state =
				oracle_states_get(&w->states, z);
			uint32_t length = length_of(o, w, most, level, at[0], z);
			struct oracle_range end;

			if (z == at[0] || length >= best ||
				!oracle_is_subject(o, state->base) ||
				(state->opened != ORACLE_NONE && state->opened != at[1]))
				continue;
			end = strict == w->states.strict
				      ? oracle_states_decide(
						&w->states, z, at[1], object, at[2])
				      : oracle_decide_as(o, &state->node,
						(const uint32_t[3]){
							state->base, at[1], at[2] },
						object, strict);
			if ((most ? end.most : end.least) >= level + 1)
				best = length;
		}
		if (best < UINT32_MAX)
			return (struct oracle_way){ (enum oracle_verdict)(level + 1),
				best >> 16, best & 0xffff };
	}
	return (struct oracle_way){ ORACLE_DENIED, 0, 0 };
}

static bool same_way(struct oracle_way a, struct oracle_way b)
{
	return a.verdict == b.verdict && a.cost == b.cost && a.hops == b.hops;
}

bool oracle_steps_reach(
	struct oracle_way *out, const struct oracle *o, const uint32_t at[3], bool strict)
{
	/* Nobody asks whom from outside an unread trust would let in. */
	bool inside = oracle_world_node(&o->world, at[0])->type == ORACLE_ENTITY;
	struct oracle_ways *w = strict && inside ? o->ways_alone : o->ways;
	struct oracle_way other = best_way(o, w, at, strict, true);

	*out = best_way(o, w, at, strict, false);
	return same_way(*out, other);
}

static struct oracle_way way_to(
	const struct oracle *o, uint32_t from, uint32_t to, bool most)
{
	for (uint32_t level = LEVELS; level-- > 0;) {
		uint32_t length = length_of(o, o->ways, most, level, from, to);

		if (length < UINT32_MAX)
			return (struct oracle_way){ (enum oracle_verdict)(level + 1),
				length >> 16, length & 0xffff };
	}
	return (struct oracle_way){ ORACLE_DENIED, 0, 0 };
}

bool oracle_steps_become(
	struct oracle_way *out, const struct oracle *o, uint32_t from, uint32_t to)
{
	*out = way_to(o, from, to, false);
	return same_way(*out, way_to(o, from, to, true));
}

bool oracle_steps_comes_to(const struct oracle *o, uint32_t from, uint32_t to)
{
	return length_of(o, o->ways_alone, true, 0, from, to) < UINT32_MAX;
}

bool oracle_steps_changes(const struct oracle *o, uint32_t from)
{
	const struct oracle_states *s = &o->ways_alone->states;

	for (uint32_t z = oracle_count(o); z < oracle_states_count(s); z++) {
		if (oracle_states_get(s, z)->opened == ORACLE_NONE &&
			oracle_steps_comes_to(o, from, z))
			return true;
	}
	return false;
}

struct oracle_range oracle_indirect(
	const struct oracle *o, uint32_t subject, uint32_t object, uint32_t class)
{
	const uint32_t at[3] = { subject, object, class };

	return (struct oracle_range){ best_way(o, o->ways, at, false, false).verdict,
		best_way(o, o->ways, at, false, true).verdict };
}

struct oracle_range oracle_can(
	const struct oracle *o, uint32_t subject, uint32_t object, uint32_t class)
{
	const uint32_t at[3] = { subject, object, class };
	bool inside = oracle_world_node(&o->world, subject)->type == ORACLE_ENTITY;
	struct oracle_ways *w = inside ? o->ways_alone : o->ways;
	struct oracle_range ways = { best_way(o, w, at, true, false).verdict,
		best_way(o, w, at, true, true).verdict };

	return oracle_steps_stronger(oracle_alone(o, subject, object, class), ways);
}
