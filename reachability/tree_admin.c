#include "reachability/tree_admin.h"

#include <stdlib.h>

#include "reachability/ancestry.h"
#include "reachability/tree_sweep.h"

/* A grant or deny on the container, as far as it is about the identity. */
struct power {
	const struct decide_statement *statement;
	expr residual;
};

struct powers {
	struct buf grants, denies; /* struct power */
	action_id begin, end;      /* what a ruler holds */
	uint64_t *bits;            /* a bit set over these */
	uint32_t words;
};

static void bits_add(struct powers *p, const struct decide_statement *st)
{
	const struct document *d = decide_action_document(st);
	const struct document_statement *s = decide_action_statement(st);

	for (uint32_t i = 0; i < s->action_count && st->gap == EXPR_FALSE; i++) {
		const struct document_interval *v = &d->intervals[s->action_first + i];
		action_id at = v->begin > p->begin ? v->begin : p->begin;

		for (; at < v->end && at < p->end; at++)
			p->bits[(at - p->begin) / 64] |= 1ull << ((at - p->begin) % 64);
	}
	if (st->gap != EXPR_FALSE)
		memset(p->bits, 0xff, p->words * sizeof(*p->bits));
}

static uint32_t bits_count(const struct powers *p)
{
	uint32_t count = 0;

	for (action_id at = p->begin; at < p->end; at++)
		count += (uint32_t)(p->bits[(at - p->begin) / 64] >>
					    ((at - p->begin) % 64) &
				    1u);
	return count;
}

/* Whether the grants under no condition, with those under x, give everything. */
static bool covers(struct powers *p, const expr *x)
{
	const struct power *v = VEC_DATA(&p->grants, const struct power);

	memset(p->bits, 0, p->words * sizeof(*p->bits));
	for (size_t i = 0; i < VEC_COUNT(&p->grants, struct power); i++) {
		if (!x || v[i].residual == EXPR_TRUE || v[i].residual == *x)
			bits_add(p, v[i].statement);
	}
	return bits_count(p) == p->end - p->begin;
}

static bool is_about_rule(struct powers *p, const struct decide_statement *st)
{
	memset(p->bits, 0, p->words * sizeof(*p->bits));
	bits_add(p, st);
	return bits_count(p) > 0;
}

static void powers_collect(struct powers *p, struct decide *d,
	const struct decide_subject *s, const struct decide_object *object)
{
	for (const struct decide_object *o = object; o; o = o->above) {
		for (uint32_t i = 0; i < o->statement_count; i++) {
			const struct decide_statement *st = &o->statements[i];
			bool deny = (st->statement->flags & DOCUMENT_DENY) != 0;
			struct power power = { .statement = st };

			if (st->slot != SLOT_RESOURCE || !decide_reaches(object, o, i) ||
				(st->statement->flags & DOCUMENT_HOLDER_ONLY) ||
				!is_about_rule(p, st))
				continue;
			power.residual = decide_residual(d, s, object, st);
			if (power.residual != EXPR_FALSE)
				buf_add(deny ? &p->denies : &p->grants, &power,
					sizeof(power));
		}
	}
}

/* Under which conditions the grants give everything. */
static expr powers_given(struct powers *p, struct expr_pool *pool)
{
	const struct power *v = VEC_DATA(&p->grants, const struct power);
	size_t count = VEC_COUNT(&p->grants, struct power);
	expr out = EXPR_FALSE, all = EXPR_TRUE;

	if (count == 0 || !covers(p, NULL))
		return EXPR_FALSE;
	for (size_t i = 0; i < count; i++) {
		all = expr_and(pool, all, v[i].residual);
		if (out != EXPR_TRUE && covers(p, &v[i].residual))
			out = expr_or(pool, out, v[i].residual);
	}
	return expr_or(pool, out, all);
}

static bool lets_in(struct powers *p, const struct decide_object *object,
	const struct decide_statement *st)
{
	for (const struct decide_object *o = object; o; o = o->above) {
		for (uint32_t i = 0; i < st->statement->resource_count; i++) {
			if (str_eq(o->o.n->key,
				    document_str(st->document,
					    st->document
						    ->patterns[st->statement
								       ->resource_first +
							       i]
						    .text)))
				return true;
		}
	}
	return !is_about_rule(p, st);
}

/* What ceilings by place leave. */
static expr powers_placed(struct powers *p, struct decide *d,
	const struct decide_subject *s, const struct decide_object *object)
{
	struct expr_pool *pool = world_pool(decide_world(d));
	expr binds = EXPR_FALSE, lets = EXPR_FALSE;

	for (uint32_t i = 0; i < s->place_count; i++) {
		expr x = decide_residual(d, s, object, &s->places[i]);

		binds = expr_or(pool, binds, x);
		if (lets_in(p, object, &s->places[i]))
			lets = expr_or(pool, lets, x);
	}
	return expr_and(pool, expr_or(pool, expr_not(pool, binds), lets),
		expr_not(pool, s->unknown_place));
}

int tree_admin(
	expr *out, struct decide *d, node_id identity, node_id container, struct err *e)
{
	struct expr_pool *pool = world_pool(decide_world(d));
	const struct decide_subject *s;
	const struct decide_object *o;
	struct powers p = { 0 };

	*out = EXPR_FALSE;
	if (decide_subject(&s, d, identity, e) < 0 ||
		decide_object(&o, d, container, e) < 0)
		return e->code;
	if (!world_acts(decide_world(d), identity) || s->provider != o->provider)
		return 0;
	catalog_admin_actions(o->provider->name, &p.begin, &p.end);
	p.words = (p.end - p.begin + 63) / 64 + 1;
	p.bits = calloc(p.words, sizeof(*p.bits));
	if (!p.bits)
		abort();
	if (p.begin < p.end)
		powers_collect(&p, d, s, o);
	*out = powers_given(&p, pool);
	for (size_t i = 0; i < VEC_COUNT(&p.denies, struct power); i++)
		*out = expr_and(pool, *out,
			expr_not(pool,
				VEC_DATA(&p.denies, const struct power)[i].residual));
	if (*out != EXPR_FALSE) {
		*out = expr_and(pool, *out, powers_placed(&p, d, s, o));
		*out = expr_and(pool, *out, expr_not(pool, o->unread_denies));
	}
	buf_release(&p.grants);
	buf_release(&p.denies);
	free(p.bits);
	return 0;
}

int tree_admin_any(expr *out, struct decide *d, node_id identity, struct err *e)
{
	struct world *w = decide_world(d);
	struct buf holders = { 0 };
	int rc = tree_sweep_holders(&holders, d, identity, e);

	*out = EXPR_FALSE;
	for (size_t i = 0; i < VEC_COUNT(&holders, node_id) && rc == 0; i++) {
		node_id n = VEC_DATA(&holders, const node_id)[i];
		expr one;

		if (!(world_node(w, n)->flags & ENTITY_CONTAINER))
			continue;
		rc = tree_admin(&one, d, identity, n, e);
		if (rc == 0)
			*out = expr_or(world_pool(w), *out, one);
	}
	buf_release(&holders);
	return rc;
}

static bool is_for_everybody(const struct decide_statement *st)
{
	const struct document_statement *s = st->statement;

	if (st->slot != SLOT_RESOURCE || (s->flags & DOCUMENT_DENY))
		return false;
	for (uint32_t i = 0; i < s->principal_count; i++) {
		if (st->document->principals[s->principal_first + i].type ==
			DOCUMENT_ANYONE)
			return true;
	}
	return false;
}

int tree_admin_open(bool *out, struct decide *d, node_id n, struct err *e)
{
	const struct decide_object *object;

	*out = false;
	if (decide_object(&object, d, n, e) < 0)
		return e->code;
	for (const struct decide_object *o = object; o && !*out; o = o->above) {
		for (uint32_t i = 0; i < o->statement_count && !*out; i++)
			*out = decide_reaches(object, o, i) &&
			       is_for_everybody(&o->statements[i]);
	}
	return 0;
}
