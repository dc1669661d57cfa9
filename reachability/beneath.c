#include "reachability/beneath.h"

#include "base/mutant.h"

struct str beneath_resource(
	struct world *w, const struct object *way, struct str resource)
{
	struct str head = STR_LIT("/object/"), rest;

	if (resource.n <= way->n->key.n)
		return (struct str){ 0 };
	rest = str_skip(resource, way->n->key.n);
	if (str_starts(rest, head))
		rest = str_skip(rest, head.n);
	else
		rest = str_skip(rest, 1);
	return arena_printf(world_arena(w), "%.*s/%.*s",
		STR_ARG(world_node(w, way->beneath)->key), STR_ARG(rest));
}

int beneath_object(struct decide_object *out, struct decide *d, const struct object *way,
	struct err *e)
{
	const struct decide_object *o;

	if (decide_object(&o, d, way->beneath, e) < 0)
		return e->code;
	*out = *o;
	out->o.through = way->n;
	return 0;
}

/* One action of a part, with what the entity beneath says of it. */
static int both(expr *out, struct decide *d, const struct decide_subject *s,
	const struct decide_object *o, action_id action, struct str resource,
	struct err *e)
{
	struct world *w = decide_world(d);
	struct expr_pool *pool = world_pool(w);
	struct decide_trace t;

	if (decide_trace(&t, d, s, o, action, resource, e) < 0)
		return e->code;
	/* the action is about the way itself */
	if (t.resource.n == 0)
		return 0;
	if (o->o.n->type != NODE_ENTITY)
		t.residual = world_unknown(w, o->o.n->key,
			arena_printf(world_arena(w),
				"what is behind the access point ('%.*s') was not "
				"collected",
				STR_ARG(o->o.n->key)),
			false);
	*out = MUTANT(access_point_suffices, expr_and(pool, *out, t.residual), *out);
	return 0;
}

static void part_add(struct buf *parts, struct arena *arena,
	const struct access_part *from, uint32_t bit, expr residual)
{
	struct access_part *v = VEC_DATA(parts, struct access_part);
	size_t count = VEC_COUNT(parts, struct access_part), i = 0;
	uint64_t *bits;

	while (i < count && (v[i].list != from->list || v[i].residual != residual))
		i++;
	bits = ARENA_NEW_ARRAY(arena, uint64_t, from->list->words);
	if (i < count)
		memcpy(bits, v[i].bits, from->list->words * sizeof(*bits));
	bits[bit / 64] |= 1ull << (bit % 64);
	if (i < count)
		v[i].bits = bits;
	else
		VEC_ADD(parts, struct access_part, { from->list, bits, residual });
}

int beneath_apply(struct access *access, struct decide *d, const struct decide_subject *s,
	const struct object *way, struct str resource, struct err *e)
{
	struct world *w = decide_world(d);
	struct str mapped = beneath_resource(w, way, resource);
	struct decide_object o;
	struct buf parts = { 0 };
	void *copy;
	int rc = beneath_object(&o, d, way, e);

	for (uint32_t i = 0; i < access->part_count && rc == 0; i++) {
		const struct access_part *p = &access->parts[i];

		for (uint32_t bit = 0; bit < p->list->count && rc == 0; bit++) {
			expr x = p->residual;

			if (!(p->bits[bit / 64] >> (bit % 64) & 1u))
				continue;
			rc = both(&x, d, s, &o, p->list->ids[bit], mapped, e);
			if (rc == 0 && expr_verdict(world_pool(w), x) != VERDICT_DENIED)
				part_add(&parts, world_arena(w), p, bit, x);
		}
	}
	access->part_count = (uint32_t)VEC_COUNT(&parts, struct access_part);
	copy = arena_alloc(world_arena(w), parts.n + 1);
	if (parts.n > 0)
		memcpy(copy, parts.p, parts.n);
	access->parts = copy;
	buf_release(&parts);
	return rc;
}
