#include "oracle_state.h"

#include <stdlib.h>

/* What makes a state. */
struct key {
	uint32_t base, gains, opened, effect;
	uint64_t groups;
};

static uint32_t state_add(struct oracle_states *s, const struct key *key)
{
	struct arena *arena = &s->arena;
	struct oracle_state *state = ARENA_NEW(arena, struct oracle_state);

	*state = (struct oracle_state){ .node = *oracle_world_node(
						&s->o->world, key->base),
		.base = key->base,
		.gains = key->gains,
		.groups = key->groups,
		.opened = ORACLE_NONE };
	if (state->node.acts == oracle_world_node(&s->o->world, key->base))
		state->node.acts = &state->node;
	state->decisions = ARENA_NEW_ARRAY(arena, uint8_t *, oracle_count(s->o));
	VEC_ADD(&s->items, struct oracle_state *, state);
	return oracle_states_count(s) - 1;
}

void oracle_states_init(struct oracle_states *s, struct oracle *o, bool strict)
{
	*s = (struct oracle_states){ .o = o, .strict = strict };
	arena_init(&s->arena, ARENA_UNLIMITED);
	intern_init(&s->keys);
	for (uint32_t n = 0; n < oracle_count(o); n++) {
		struct key key = { .base = n, .opened = ORACLE_NONE };

		intern_add(&s->keys, (struct str){ (const char *)&key, sizeof(key) });
		state_add(s, &key);
		if (oracle_world_node(&o->world, n)->flags & ENTITY_GROUP)
			VEC_ADD(&s->groups, uint32_t, n);
	}
}

void oracle_states_release(struct oracle_states *s)
{
	for (uint32_t i = 0; i < oracle_states_count(s); i++)
		buf_release(&oracle_states_get(s, i)->steps);
	buf_release(&s->items);
	buf_release(&s->groups);
	intern_release(&s->keys);
	arena_release(&s->arena);
}

uint32_t oracle_states_count(const struct oracle_states *s)
{
	return (uint32_t)VEC_COUNT(&s->items, struct oracle_state *);
}

struct oracle_state *oracle_states_get(const struct oracle_states *s, uint32_t state)
{
	return VEC_DATA(&s->items, struct oracle_state *)[state];
}

/* --- what the changes are --- */

/* Its documents with those of another. */
static void add_documents(struct arena *arena, struct oracle_documents *to,
	const struct oracle_documents *from)
{
	const struct oracle_document **all = ARENA_NEW_ARRAY(
		arena, const struct oracle_document *, to->count + from->count + 1);

	for (uint32_t i = 0; i < to->count; i++)
		all[i] = to->items[i];
	for (uint32_t i = 0; i < from->count; i++)
		all[to->count + i] = from->items[i];
	to->items = all;
	to->count += from->count;
	to->missing = to->missing || from->missing;
}

static void change(struct oracle_states *s, struct oracle_state *state)
{
	struct oracle_node *n = &state->node;
	for (size_t i = 0; i < VEC_COUNT(&s->groups, uint32_t); i++) {
		if (state->groups >> i & 1)
			add_documents(&s->arena, &n->identity,
				&oracle_world_node(
					&s->o->world, VEC_DATA(&s->groups, uint32_t)[i])
					 ->identity);
	}
	n->writes = (state->gains & RULE_ANY_POLICY) != 0;
	n->pardoned = (state->gains & RULE_NO_DENY) != 0;
	if (state->gains & RULE_NO_BOUNDARY) {
		n->bounded = false;
		n->boundary = (struct oracle_documents){ 0 };
	}
}

static uint32_t state_of(
	struct oracle_states *s, const struct key *key, const struct rule *opener)
{
	uint32_t before = intern_count(&s->keys), number;
	struct oracle_state *state;

	number = intern_add(&s->keys, (struct str){ (const char *)key, sizeof(*key) });
	if (number < before)
		return number;
	number = state_add(s, key);
	state = oracle_states_get(s, number);
	if (key->opened != ORACLE_NONE) {
		state->opened = key->opened;
		state->opener = opener;
		state->node.opened = oracle_world_node(&s->o->world, key->opened);
		state->node.opener = opener;
	}
	change(s, state);
	return number;
}

static struct key key_of(const struct oracle_states *s, uint32_t state)
{
	const struct oracle_state *at = oracle_states_get(s, state);

	return (struct key){ .base = at->base,
		.gains = at->gains,
		.groups = at->groups,
		.opened = ORACLE_NONE };
}

uint32_t oracle_states_gain(struct oracle_states *s, uint32_t state, uint32_t gains)
{
	struct key key = key_of(s, state);

	key.gains |= gains;
	return state_of(s, &key, NULL);
}

uint32_t oracle_states_join(struct oracle_states *s, uint32_t state, uint32_t group)
{
	struct key key = key_of(s, state);

	for (size_t i = 0; i < VEC_COUNT(&s->groups, uint32_t); i++) {
		if (VEC_DATA(&s->groups, uint32_t)[i] == group)
			key.groups |= 1ull << i;
	}
	return state_of(s, &key, NULL);
}

uint32_t oracle_states_open(struct oracle_states *s, uint32_t state, uint32_t resource,
	const struct rule *rule)
{
	struct key key = key_of(s, state);

	key.opened = resource;
	/* rules of which one has the same effect as the other make two states of one */
	key.effect = 1u + rule->access_count * 256u + (rule->yields >> 5);
	return state_of(s, &key, rule);
}

/* --- steps --- */

void oracle_states_step(struct oracle_states *s, uint32_t from, struct oracle_step step)
{
	struct buf *steps = &oracle_states_get(s, from)->steps;

	for (size_t i = 0; i < VEC_COUNT(steps, struct oracle_step); i++) {
		struct oracle_step *old = &VEC_DATA(steps, struct oracle_step)[i];

		if (old->to != step.to || old->cost != step.cost)
			continue;
		if (step.verdict.least > old->verdict.least)
			old->verdict.least = step.verdict.least;
		if (step.verdict.most > old->verdict.most)
			old->verdict.most = step.verdict.most;
		return;
	}
	buf_add(steps, &step, sizeof(step));
}

/* --- decisions --- */

struct oracle_range oracle_states_decide(struct oracle_states *s, uint32_t state,
	uint32_t n, const struct oracle_object *object, uint32_t class)
{
	struct oracle_state *at = oracle_states_get(s, state);
	const uint32_t ask[3] = { at->base, n, class };
	struct oracle_range r;
	uint8_t *known;

	if (!at->decisions[n])
		at->decisions[n] =
			ARENA_NEW_ARRAY(&s->arena, uint8_t, object->class_count + 1);
	known = &at->decisions[n][class];
	if (*known == 0) {
		r = oracle_decide_as(s->o, &at->node, ask, object, s->strict);
		*known = (uint8_t)(1 + r.least * 4 + r.most);
	}
	return (struct oracle_range){ (enum oracle_verdict)((*known - 1) / 4),
		(enum oracle_verdict)((*known - 1) % 4) };
}
