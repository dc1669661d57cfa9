#include "reachability/decide.h"

#include <assert.h>
#include <stdlib.h>

#include "reachability/beneath.h"
#include "reachability/deciding.h"
#include "reachability/deciding_endpoint.h"
#include "reachability/deciding_reach.h"
#include "reachability/deciding_tree.h"
#include "reachability/pattern.h"
#include "reachability/subject.h"

struct decide {
	struct world *world;
	struct action_planner *planner;
	struct subject_cache *subjects; /* the world's */
	struct action_bits *bits;
	struct deciding_scratch scratch;
	struct buf rooms; /* struct decide_room *, by scope */
	bool strict, want_exclusions;
	struct buf exclusions; /* struct decide_exclusion */
};

struct decide *decide_new(struct world *w, const struct action_query *query)
{
	struct decide *d = calloc(1, sizeof(*d));

	if (!d)
		abort();
	d->world = w;
	d->planner = action_planner_new(query, world_arena(w));
	d->subjects = world_subjects(w);
	d->bits = action_bits_new(world_arena(w));
	intern_init(&d->scratch.conditions);
	return d;
}

void decide_free(struct decide *d)
{
	if (!d)
		return;
	action_planner_free(d->planner);
	buf_release(&d->exclusions);
	buf_release(&d->rooms);
	buf_release(&d->scratch.hits);
	buf_release(&d->scratch.groups);
	buf_release(&d->scratch.patterns);
	buf_release(&d->scratch.key);
	buf_release(&d->scratch.truths);
	intern_release(&d->scratch.conditions);
	action_bits_free(d->bits);
	free(d);
}

struct world *decide_world(const struct decide *d)
{
	return d->world;
}

struct action_planner *decide_planner(struct decide *d)
{
	return d->planner;
}

const struct action_plan *decide_plan(struct decide *d, const struct decide_object *o)
{
	return action_plan_of(
		d->planner, o->o.kind, (o->o.n->flags & ENTITY_CONTAINER) != 0);
}

void decide_set_strict(struct decide *d, bool strict)
{
	d->strict = strict;
}

void decide_set_context(struct decide *d, const struct world_context *context)
{
	d->scratch.context = context;
}

void decide_hold(struct decide *d, const struct decide_subject *s)
{
	d->scratch.caller = s;
	intern_release(&d->scratch.conditions);
	intern_init(&d->scratch.conditions);
	buf_clear(&d->scratch.truths);
}

void decide_record_tests(struct decide *d, struct buf *tests, bool *others)
{
	d->scratch.tests = tests;
	d->scratch.others = others;
}

expr decide_test(struct decide *d, const struct decide_subject *s,
	const struct decide_object *o, const struct decide_test *test)
{
	struct deciding g;

	deciding_begin(&g, d->world, d->bits, &d->scratch, s, o);
	g.resource = test->resource;
	return condition_test(&g.conditions, test->document, test->condition);
}

void decide_record_reads(struct decide *d, struct buf *reads)
{
	d->scratch.reads = reads;
}

bool decide_is_strict(const struct decide *d)
{
	return d->strict;
}

void decide_want_exclusions(struct decide *d, bool want)
{
	d->want_exclusions = want;
}

bool decide_wants_exclusions(const struct decide *d)
{
	return d->want_exclusions;
}

const struct decide_exclusion *decide_exclusions(const struct decide *d, uint32_t *count)
{
	*count = (uint32_t)VEC_COUNT(&d->exclusions, struct decide_exclusion);
	return VEC_DATA(&d->exclusions, const struct decide_exclusion);
}

void decide_exclusions_cut(struct decide *d, uint32_t count)
{
	d->exclusions.n = count * sizeof(struct decide_exclusion);
}

void decide_shared_keep(struct decide_shared *s, struct decide *d, uint32_t before)
{
	uint32_t count = (uint32_t)VEC_COUNT(&d->exclusions, struct decide_exclusion);
	struct decide_exclusion *copy = ARENA_NEW_ARRAY(
		world_arena(d->world), struct decide_exclusion, count - before + 1);

	s->excluded = copy;
	s->excluded_count = count - before;
	if (count > before)
		memcpy(copy,
			VEC_DATA(&d->exclusions, const struct decide_exclusion) + before,
			(count - before) * sizeof(*copy));
}

void decide_shared_repeat(
	struct decide *d, const struct decide_shared *s, node_id subject, node_id object)
{
	for (uint32_t i = 0; i < s->excluded_count; i++) {
		struct decide_exclusion copy = s->excluded[i];

		copy.subject = subject;
		copy.object = object;
		buf_add(&d->exclusions, &copy, sizeof(copy));
	}
}

int decide_subject(
	const struct decide_subject **out, struct decide *d, node_id n, struct err *e)
{
	return subject_get(out, d->subjects, n, e);
}

struct subject_cache *decide_subjects(struct decide *d)
{
	return d->subjects;
}

int decide_object(
	const struct decide_object **out, struct decide *d, node_id n, struct err *e)
{
	return subject_object(out, d->subjects, n, e);
}

struct decide_room *decide_room(struct decide *d, scope_number scope, struct segment *s)
{
	struct arena *arena = world_arena(d->world);
	struct decide_room *room;

	while (VEC_COUNT(&d->rooms, struct decide_room *) <= scope)
		VEC_ADD(&d->rooms, struct decide_room *, NULL);
	room = VEC_DATA(&d->rooms, struct decide_room *)[scope];
	if (room)
		return room;
	room = ARENA_NEW(arena, struct decide_room);
	room->classes = ARENA_NEW_ARRAY(arena, bool, segment_info(s)->class_count + 1);
	room->docs = ARENA_NEW_ARRAY(arena, uint32_t, segment_info(s)->doc_count + 1);
	room->statements =
		ARENA_NEW_ARRAY(arena, uint32_t, segment_info(s)->statement_count + 1);
	VEC_DATA(&d->rooms, struct decide_room *)[scope] = room;
	return room;
}

bool decide_lists_have(struct decide *d, const struct action_plan *plan,
	enum provider_policy policy, const struct decide_statement *statement)
{
	for (uint32_t i = 0; i < plan->count; i++) {
		if (plan->lists[i]->policy == policy &&
			action_bits_of(d->bits, statement->document, statement->statement,
				plan->lists[i]))
			return true;
	}
	return false;
}

bool decide_concerns(struct decide *d, const struct decide_object *o,
	const struct document *document, const struct document_statement *statement)
{
	const struct action_plan *plan = decide_plan(d, o);

	for (uint32_t i = 0; i < plan->count; i++) {
		if (action_bits_of(d->bits, document, statement, plan->lists[i]))
			return true;
	}
	return false;
}

bool decide_concerns_statement(struct decide *d, const struct decide_object *o,
	const struct decide_statement *st)
{
	return st->gap != EXPR_FALSE || decide_concerns(d, o, decide_action_document(st),
						decide_action_statement(st));
}

expr decide_condition(struct decide *d, const struct decide_subject *s,
	const struct decide_object *o, const struct decide_statement *statement)
{
	struct deciding g;

	deciding_begin(&g, d->world, d->bits, &d->scratch, s, o);
	return condition_statement(
		&g.conditions, statement->document, statement->statement);
}

bool decide_never_holds(struct decide *d, const struct decide_subject *s,
	const struct decide_object *o, const struct decide_statement *statement)
{
	const struct document_statement *st = statement->statement;
	const struct document_condition *c =
		statement->document->conditions + st->condition_first;
	struct deciding g;
	bool never = false;

	deciding_begin(&g, d->world, d->bits, &d->scratch, s, o);
	for (uint32_t i = 0; i < st->condition_count; i++) {
		if (c[i].joins != 0)
			return false;
		never |= condition_test(&g.conditions, statement->document, &c[i]) ==
			 EXPR_FALSE;
	}
	return never;
}

expr decide_residual(struct decide *d, const struct decide_subject *s,
	const struct decide_object *o, const struct decide_statement *statement)
{
	struct deciding g;

	deciding_begin(&g, d->world, d->bits, &d->scratch, s, o);
	return deciding_tree_residual(&g, statement);
}

static uint32_t first_action(const uint64_t *bits, uint32_t words)
{
	for (uint32_t i = 0; i < words; i++) {
		if (bits[i])
			return i * 64 + (uint32_t)__builtin_ctzll(bits[i]);
	}
	return UINT32_MAX;
}

/* A statement that denies in this atom; `sure`: whatever the request. */
static const struct decide_statement *exclusion_denier(
	struct deciding *g, uint32_t bit, uint64_t atom, bool sure)
{
	const struct decide_hit *hits = VEC_DATA(&g->scratch->hits, struct decide_hit);
	size_t count = VEC_COUNT(&g->scratch->hits, struct decide_hit);

	for (size_t i = 0; i < count; i++) {
		if ((hits[i].statement->statement->flags & DOCUMENT_DENY) &&
			hits[i].statement->slot != SLOT_ENDPOINT &&
			(hits[i].condition == EXPR_TRUE || !sure) &&
			(hits[i].bits[bit / 64] >> (bit % 64) & 1u) &&
			deciding_is_active(&hits[i], atom))
			return hits[i].statement;
	}
	return NULL;
}

/*
 * The statement that denies for sure in this atom, else the ceiling that does not let
 * through, else what denies when it is granted.
 */
static void exclusion_find(struct deciding *g, struct decide_exclusion *x,
	const struct provider_parts *p, uint32_t bit, uint64_t atom)
{
	const struct decide_subject *s = g->subject;

	x->slot = SLOT_RESOURCE;
	x->denier = exclusion_denier(g, bit, atom, true);
	x->sure = x->denier != NULL;
	if (x->denier)
		return;
	if (p->session == EXPR_FALSE) {
		x->slot = SLOT_SESSION;
	} else if (p->boundary == EXPR_FALSE) {
		x->slot = SLOT_BOUNDARY;
	} else if (p->place == EXPR_FALSE) {
		x->slot = SLOT_PLACE;
		x->ceiling = deciding_tree_words(g);
	} else if (p->scps == EXPR_FALSE) {
		x->slot = SLOT_SCP;
		for (uint32_t i = 0; i < s->scp_levels && x->ceiling.n == 0; i++) {
			if (deciding_level(g, i, bit, atom) == EXPR_FALSE)
				x->ceiling = deciding_level_words(
					g->world, s->s.organization, i);
		}
	} else {
		x->denier = exclusion_denier(g, bit, atom, false);
	}
}

/* The group's action is refused: note it when there is a grant underneath. */
static void exclusion_add(struct decide *d, struct deciding *g, struct provider_parts p,
	uint32_t bit, uint64_t atom)
{
	struct decide_exclusion x = { .subject = g->subject->s.node,
		.object = g->object->o.node };
	struct provider_parts bare = p;
	size_t count = VEC_COUNT(&d->exclusions, struct decide_exclusion);
	const struct decide_exclusion *last;

	bare.deny = EXPR_FALSE;
	bare.boundary = EXPR_TRUE;
	bare.session = EXPR_TRUE;
	bare.scps = EXPR_TRUE;
	bare.rcps = EXPR_TRUE;
	bare.place = EXPR_TRUE;
	if (g->provider->combine(g->conditions.pool, &bare) == EXPR_FALSE)
		return;
	exclusion_find(g, &x, &p, bit, atom);
	last = count > 0 ? &VEC_DATA(&d->exclusions, struct decide_exclusion)[count - 1]
			 : NULL;
	if (last && last->subject == x.subject && last->object == x.object &&
		last->denier == x.denier && last->slot == x.slot)
		return;
	buf_add(&d->exclusions, &x, sizeof(x));
}

/* One list of actions on one resource: append the granted parts. */
static int decide_list(struct decide *d, struct deciding *g, const bool *active,
	struct buf *parts, struct deciding_reach *reach, struct err *e)
{
	const uint64_t *atoms;
	uint32_t atom_count;
	size_t group_count;

	deciding_collect(g, active);
	if (deciding_endpoint_collect(g, active != NULL, e) < 0)
		return e->code;
	deciding_group(g);
	if (deciding_atoms(g, &atoms, &atom_count, e) < 0)
		return e->code;

	group_count = VEC_COUNT(&g->scratch->groups, uint64_t *);
	for (size_t k = 0; k < group_count; k++) {
		const uint64_t *group = VEC_DATA(&g->scratch->groups, uint64_t *)[k];
		uint32_t bit = first_action(group, g->list->words);
		struct provider_parts p;
		expr all = g->too_many ? deciding_too_many(g) : EXPR_FALSE;

		for (uint32_t a = 0; a < atom_count && !g->too_many; a++) {
			expr one = deciding_combine(g, &p, bit, atoms[a]);

			if (one != EXPR_FALSE &&
				expr_verdict(g->conditions.pool, one) != VERDICT_DENIED)
				deciding_reach_add(g, reach, bit, atoms[a]);
			if (d->want_exclusions && !g->subject->s.n->imagined &&
				expr_verdict(g->conditions.pool, one) == VERDICT_DENIED)
				exclusion_add(d, g, p, bit, atoms[a]);
			all = expr_or(g->conditions.pool, all, one);
		}
		if (all != EXPR_FALSE &&
			expr_verdict(g->conditions.pool, all) != VERDICT_DENIED)
			VEC_ADD(parts, struct access_part, { g->list, group, all });
	}
	return 0;
}

static struct str target_resource(struct deciding *g, const struct action_list *l)
{
	struct str key = g->object->o.n->key;

	if (l->target == ACTION_LIST_UNBOUND)
		return STR_LIT("*");
	if (l->suffix.n == 0)
		return key;
	return arena_printf(
		world_arena(g->world), "%.*s%.*s", STR_ARG(key), STR_ARG(l->suffix));
}

/* A list's target, cut to what was asked about: the common pattern, or nothing. */
static bool target_cut(struct deciding *g, struct str asked)
{
	struct str found[1];

	if (asked.n == 0 || g->list->target == ACTION_LIST_UNBOUND)
		return true;
	if (!pattern_intersects(asked, g->resource))
		return false;
	if (pattern_contains(asked, g->resource))
		return true;
	if (pattern_contains(g->resource, asked)) {
		g->resource = asked;
		return true;
	}
	if (pattern_intersection(found, 1, asked, g->resource, world_arena(g->world)) ==
		1)
		g->resource = found[0];
	return true;
}

static void access_finish(
	struct access *out, struct decide *d, struct buf *parts, struct buf *resources)
{
	struct arena *arena = world_arena(d->world);
	struct access_part *p;
	struct str *r;

	out->part_count = (uint32_t)VEC_COUNT(parts, struct access_part);
	p = ARENA_NEW_ARRAY(arena, struct access_part, out->part_count + 1);
	if (parts->n > 0)
		memcpy(p, parts->p, parts->n);
	out->parts = p;
	out->resource_count = (uint32_t)VEC_COUNT(resources, struct str);
	r = ARENA_NEW_ARRAY(arena, struct str, out->resource_count + 1);
	if (resources->n > 0)
		memcpy(r, resources->p, resources->n);
	out->resources = r;
}

static int decide_all(struct access *out, struct decide *d,
	const struct decide_subject *s, const struct decide_object *o, struct str asked,
	const bool *active, struct err *e)
{
	const struct action_plan *plan = decide_plan(d, o);
	struct buf parts = { 0 }, resources = { 0 };
	struct deciding g;
	int rc = 0;

	*out = (struct access){ 0 };
	deciding_begin(&g, d->world, d->bits, &d->scratch, s, o);
	g.strict = d->strict;
	for (uint32_t i = 0; i < plan->count && rc == 0; i++) {
		struct deciding_reach reach = { .resources = &resources };
		size_t before = parts.n, listed = resources.n;

		g.list = plan->lists[i];
		g.resource = target_resource(&g, g.list);
		g.literal = g.list->target == ACTION_LIST_UNBOUND;
		if (!target_cut(&g, asked))
			continue;
		g.literal_size =
			g.literal ? g.resource.n : pattern_literal_size(g.resource);
		rc = decide_list(d, &g, active, &parts, &reach, e);
		if (parts.n == before || !reach.whole)
			continue;
		resources.n = listed;
		if (asked.n > 0 && !g.literal)
			VEC_ADD(&resources, struct str, g.resource);
		else
			out->whole |= 1ull << g.list->target;
	}
	if (rc == 0)
		access_finish(out, d, &parts, &resources);
	out->reads_principal = g.reads_principal;
	out->reads_resource = g.reads_resource || o->o.is_way;
	out->reads_key = g.reads_key;
	out->reads_parts = g.reads_parts;
	out->incomplete = g.incomplete || o->o.is_way;
	buf_release(&parts);
	buf_release(&resources);
	return rc;
}

int decide_entity(struct access *out, struct decide *d, const struct decide_subject *s,
	const struct decide_object *o, struct str resource, struct err *e)
{
	if (decide_all(out, d, s, o, resource, NULL, e) < 0)
		return e->code;
	if (o->o.is_way && out->part_count > 0)
		return beneath_apply(out, d, s, &o->o, resource, e);
	return 0;
}

int decide_generic(struct access *out, struct decide *d, const struct decide_subject *s,
	const struct decide_object *o, const bool *active, struct err *e)
{
	return decide_all(out, d, s, o, (struct str){ 0 }, active, e);
}

/* --- one action, with everything kept --- */

static const struct action_list *list_of_action(struct decide *d,
	const struct decide_object *o, action_id action, struct str resource,
	struct deciding *g)
{
	const struct action_plan *plan = decide_plan(d, o);

	for (uint32_t i = 0; i < plan->count; i++) {
		const struct action_list *l = plan->lists[i];
		uint32_t k = action_bits_index(l->ids, l->count, action);

		if (k == l->count || l->ids[k] != action)
			continue;
		g->list = l;
		g->literal = l->target == ACTION_LIST_UNBOUND;
		g->resource = target_resource(g, l);
		if (target_cut(g, resource))
			return l;
	}
	return NULL;
}

int decide_trace(struct decide_trace *out, struct decide *d,
	const struct decide_subject *s, const struct decide_object *o, action_id action,
	struct str resource, struct err *e)
{
	struct expr_pool *pool = world_pool(d->world);
	struct deciding g;
	const uint64_t *atoms;
	uint32_t atom_count, bit;
	enum expr_verdict best = VERDICT_DENIED;

	*out = (struct decide_trace){ .residual = EXPR_FALSE };
	deciding_begin(&g, d->world, d->bits, &d->scratch, s, o);
	g.strict = d->strict;
	if (!list_of_action(d, o, action, resource, &g))
		return 0;
	g.literal_size = g.literal ? g.resource.n : pattern_literal_size(g.resource);
	bit = action_bits_index(g.list->ids, g.list->count, action);
	deciding_collect(&g, NULL);
	if (deciding_endpoint_collect(&g, false, e) < 0)
		return e->code;
	if (deciding_atoms(&g, &atoms, &atom_count, e) < 0)
		return e->code;
	out->resource = g.resource;
	out->bit = bit;
	out->searched = g.searched;
	for (uint32_t a = 0; a < atom_count; a++) {
		struct provider_parts p;
		expr one = g.too_many ? deciding_too_many(&g)
				      : deciding_combine(&g, &p, bit, atoms[a]);
		enum expr_verdict v = expr_verdict(pool, one);

		if (g.too_many)
			deciding_neutral(&g, &p, action);
		if (a == 0 || v > best) {
			best = v;
			out->parts = p;
			out->atom = atoms[a];
		}
		out->residual = expr_or(pool, out->residual, one);
	}
	out->hit_count = (uint32_t)VEC_COUNT(&d->scratch.hits, struct decide_hit);
	out->hits = ARENA_NEW_ARRAY(
		world_arena(d->world), struct decide_hit, out->hit_count + 1);
	if (d->scratch.hits.n > 0)
		memcpy(out->hits, d->scratch.hits.p, d->scratch.hits.n);
	return 0;
}
