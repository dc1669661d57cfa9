#include "reachability/subject_change.h"

#include <stdlib.h>

#include "reachability/imagined.h"
#include "reachability/subject.h"

/* What a rule adds to the policies of resources. */
struct opening {
	const struct rule *rule;
	const struct decide_statement *statement;
};

struct subject_change {
	struct world *world;
	struct buf openings; /* struct opening */
};

struct subject_change *subject_change_new(struct world *w)
{
	struct subject_change *c = calloc(1, sizeof(*c));

	if (!c)
		abort();
	c->world = w;
	return c;
}

void subject_change_free(struct subject_change *c)
{
	if (!c)
		return;
	buf_release(&c->openings);
	free(c);
}

static int compare_intervals(const void *a, const void *b)
{
	const struct document_interval *x = a, *y = b;

	return (x->begin > y->begin) - (x->begin < y->begin);
}

/*
 * A policy that allows the actions on everything; no actions: all of the provider, as an
 * identity writes it that may write any.
 */
static const struct document *any_policy(
	struct world *w, struct str provider, const struct str *actions, uint32_t count)
{
	struct document *d = ARENA_NEW(world_arena(w), struct document);
	struct document_statement *s =
		ARENA_NEW(world_arena(w), struct document_statement);
	struct document_interval *v =
		ARENA_NEW_ARRAY(world_arena(w), struct document_interval, count + 1);

	catalog_admin_actions(provider, &v->begin, &v->end);
	for (uint32_t i = 0; i < count; i++) {
		v[i].begin = catalog_action_find(actions[i]);
		v[i].end = v[i].begin + 1;
	}
	if (count > 0)
		qsort(v, count, sizeof(*v), compare_intervals);
	*s = (struct document_statement){ .flags = DOCUMENT_ANY_RESOURCE,
		.action_count = count > 0 ? count : 1,
		.service = DOCUMENT_ANY_SERVICE };
	*d = (struct document){
		.statements = s, .intervals = v, .text = STR_LIT(""), .statement_count = 1
	};
	return d;
}

static const struct decide_statement *opening_of(
	struct subject_change *c, const struct rule *rule, struct str provider)
{
	struct arena *arena = world_arena(c->world);
	struct decide_statement *st;
	struct world_document *origin;

	for (size_t i = 0; i < VEC_COUNT(&c->openings, struct opening); i++) {
		if (VEC_DATA(&c->openings, struct opening)[i].rule == rule)
			return VEC_DATA(&c->openings, struct opening)[i].statement;
	}
	origin = ARENA_NEW(arena, struct world_document);
	*origin = (struct world_document){ .doc = SEGMENT_NONE,
		.compiled = any_policy(
			c->world, provider, rule->accesses, rule->access_count),
		.name = rule->title.n > 0 ? rule->title : rule->id,
		.layer = rule->yields & RULE_GRANTED ? LAYER_GRANT : LAYER_RESOURCE };
	st = ARENA_NEW(arena, struct decide_statement);
	*st = (struct decide_statement){ .document = origin->compiled,
		.statement = origin->compiled->statements,
		.slot = SLOT_RESOURCE,
		.doc = SEGMENT_NONE,
		.origin = origin };
	VEC_ADD(&c->openings, struct opening, { rule, st });
	return st;
}

/* Whether a statement is still in force for an identity that hops have changed. */
static bool remains(const struct decide_statement *st, uint32_t yields)
{
	if (st->slot == SLOT_BOUNDARY)
		return !(yields & RULE_NO_BOUNDARY);
	return st->slot != SLOT_IDENTITY || !(yields & RULE_NO_DENY) ||
	       !(st->statement->flags & DOCUMENT_DENY);
}

static void statements_of(struct buf *out, const struct subject_statements *c,
	uint32_t begin, uint32_t end, uint32_t yields)
{
	for (uint32_t i = begin; i < end; i++) {
		if (remains(&c->statements[i], yields))
			buf_add(out, &c->statements[i], sizeof(c->statements[i]));
	}
}

/* The statements of a group that hops made the identity a member of. */
static int group_apply(struct buf *all, struct subject_statements *own,
	struct subject_change *c, node_id n, uint32_t yields, struct err *e)
{
	struct expr_pool *pool = world_pool(c->world);
	struct subject_statements group = { 0 };

	if (subject_policies_load(&group, c->world, n, e) < 0)
		return e->code;
	statements_of(all, &group, 0, group.identity_count, yields);
	own->reads_principal |= group.reads_principal;
	own->unknown_identity =
		expr_or(pool, own->unknown_identity, group.unknown_identity);
	own->unknown_deny = expr_or(pool, own->unknown_deny, group.unknown_deny);
	return 0;
}

/* What hops gave the identity and took from it. */
int subject_change_apply(struct decide_subject *s, struct subject_statements *own,
	struct subject_change *c, const struct imagined *im, struct err *e)
{
	struct buf all = { 0 };
	uint32_t identity_count;
	void *copy;
	int rc = 0;

	if (im->opened) {
		s->undenied = (im->opened->yields & RULE_UNDENIED) != 0;
		if (!s->undenied)
			s->opening = opening_of(c, im->opened,
				provider_of_node(c->world, im->resource)->name);
		s->opened = im->resource;
		s->rewritten = (im->opened->yields & RULE_REWRITTEN) != 0;
	}
	statements_of(&all, own, 0, own->identity_count, im->yields);
	for (uint32_t i = 0; i < im->group_count && rc == 0; i++)
		rc = group_apply(&all, own, c, im->groups[i], im->yields, e);
	if (im->yields & RULE_ANY_POLICY)
		subject_add_statements(&all,
			any_policy(c->world, provider_of_node(c->world, im->base)->name,
				NULL, 0),
			SLOT_IDENTITY, 0, SEGMENT_NONE, NULL);
	if (im->yields & RULE_NO_BOUNDARY) {
		own->bounded = false;
		own->unknown_boundary = EXPR_FALSE;
	}
	identity_count = (uint32_t)VEC_COUNT(&all, struct decide_statement);
	statements_of(&all, own, own->identity_count, own->count, im->yields);
	own->identity_count = identity_count;
	own->count = (uint32_t)VEC_COUNT(&all, struct decide_statement);
	copy = arena_alloc(world_arena(c->world), all.n + 1);
	if (all.n > 0)
		memcpy(copy, all.p, all.n);
	own->statements = copy;
	buf_release(&all);
	return rc;
}
