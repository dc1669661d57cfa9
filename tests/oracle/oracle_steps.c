#include "oracle_steps.h"

#include "oracle_hop.h"

static enum oracle_verdict weaker(enum oracle_verdict a, enum oracle_verdict b)
{
	return a < b ? a : b;
}

struct oracle_range oracle_steps_weaker(struct oracle_range a, struct oracle_range b)
{
	return (struct oracle_range){ weaker(a.least, b.least), weaker(a.most, b.most) };
}

struct oracle_range oracle_steps_stronger(struct oracle_range a, struct oracle_range b)
{
	return (struct oracle_range){ a.least > b.least ? a.least : b.least,
		a.most > b.most ? a.most : b.most };
}

void oracle_steps_add(const struct oracle *o, struct oracle_range *reach, uint32_t from,
	uint32_t to, struct oracle_range verdict)
{
	struct oracle_range *old = &reach[from * oracle_count(o) + to];

	*old = oracle_steps_stronger(*old, verdict);
}

/* To be run with a role. */
static void add_carried(const struct oracle *o, struct oracle_range *reach)
{
	const struct oracle_range sure = { ORACLE_ALLOWED, ORACLE_ALLOWED };

	for (size_t i = 0; i < VEC_COUNT(&o->world.records, struct record); i++) {
		const struct record *r = &VEC_DATA(&o->world.records, struct record)[i];

		if (r->type != RECORD_RELATION || r->relation.type != RELATION_CARRIES)
			continue;
		uint32_t from = oracle_world_resolve(
			&o->world, r->relation.scope, r->relation.from);
		uint32_t to = oracle_world_resolve(
			&o->world, r->relation.scope, r->relation.to);

		if (from != ORACLE_NONE && to != ORACLE_NONE)
			oracle_steps_add(o, reach, from, to, sure);
	}
}

/* One step: to assume a role, or to be run with one. */
static void add_steps(const struct oracle *o, struct oracle_range *reach, bool alone)
{
	for (uint32_t y = 0; y < oracle_count(o); y++) {
		const struct oracle_object *object = oracle_object(o, y);

		for (uint32_t c = 0; c < object->class_count; c++) {
			for (uint32_t x = 0;
				object->classes[c].assume && x < oracle_count(o); x++)
				oracle_steps_add(o, reach, x, y,
					alone && oracle_is_subject(o, x)
						? oracle_alone(o, x, y, c)
						: oracle_direct(o, x, y, c));
		}
	}
	add_carried(o, reach);
}

/* The best way from each to each: as strong as its weakest step. */
static void close_steps(const struct oracle *o, struct oracle_range *reach)
{
	uint32_t n = oracle_count(o);

	for (uint32_t z = 0; z < n; z++) {
		for (uint32_t x = 0; x < n; x++) {
			struct oracle_range way = reach[x * n + z];

			for (uint32_t y = 0; way.most != ORACLE_DENIED && y < n; y++)
				oracle_steps_add(o, reach, x, y,
					oracle_steps_weaker(way, reach[z * n + y]));
		}
	}
}

static struct oracle_range *make(struct oracle *o, bool alone)
{
	struct oracle_range *reach = ARENA_NEW_ARRAY(&o->arena, struct oracle_range,
		(size_t)oracle_count(o) * oracle_count(o));

	add_steps(o, reach, alone);
	if (o->rules)
		oracle_hop_steps(o, reach);
	close_steps(o, reach);
	return reach;
}

void oracle_steps_make(struct oracle *o)
{
	o->reach = make(o, false);
	o->reach_alone = make(o, true);
}

struct oracle_range oracle_indirect(
	const struct oracle *o, uint32_t subject, uint32_t object, uint32_t class)
{
	struct oracle_range best = { ORACLE_DENIED, ORACLE_DENIED };
	uint32_t count = oracle_count(o);

	for (uint32_t z = 0; z < count; z++) {
		struct oracle_range way = o->reach[subject * count + z];

		if (z == subject || way.most == ORACLE_DENIED)
			continue;
		struct oracle_range end = oracle_direct(o, z, object, class);

		best = oracle_steps_stronger(best, oracle_steps_weaker(way, end));
	}
	return best;
}
