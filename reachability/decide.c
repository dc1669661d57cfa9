#include "reachability/decide.h"

#include <assert.h>
#include <stdlib.h>

#include "reachability/pattern.h"
#include "reachability/subject.h"

/* Distinct patterns that may cover a part of one resource; more than this is an unknown. */
#define PARTIAL_MAX 64u

struct bits_slot {
	const struct document_statement *statement;
	uint32_t list;        /* number + 1; 0: free */
	const uint64_t *bits; /* NULL: the statement has none of the actions */
};

struct decide {
	struct world *world;
	struct action_query query;
	struct action_planner *planner;
	struct subject_cache *subjects;
	struct bits_slot *slots; /* open addressing */
	uint32_t slot_count, slot_used;
	enum decide_part part;
	bool strict, want_exclusions;
	struct buf exclusions; /* struct decide_exclusion */
	/* scratch of one decision */
	struct buf hits, groups, patterns;
};

struct decide *decide_new(struct world *w, const struct action_query *query)
{
	struct decide *d = calloc(1, sizeof(*d));

	if (!d)
		abort();
	d->world = w;
	d->query = *query;
	d->planner = action_planner_new(query, provider_get(0), world_arena(w));
	d->subjects = subject_cache_new(w);
	d->slot_count = 1024;
	d->slots = calloc(d->slot_count, sizeof(*d->slots));
	if (!d->slots)
		abort();
	return d;
}

void decide_free(struct decide *d)
{
	if (!d)
		return;
	action_planner_free(d->planner);
	subject_cache_free(d->subjects);
	buf_release(&d->exclusions);
	buf_release(&d->hits);
	buf_release(&d->groups);
	buf_release(&d->patterns);
	free(d->slots);
	free(d);
}

struct world *decide_world(const struct decide *d)
{
	return d->world;
}

const struct action_query *decide_query(const struct decide *d)
{
	return &d->query;
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

void decide_set_part(struct decide *d, enum decide_part part)
{
	d->part = part;
}

void decide_set_strict(struct decide *d, bool strict)
{
	d->strict = strict;
}

void decide_want_exclusions(struct decide *d, bool want)
{
	d->want_exclusions = want;
}

const struct decide_exclusion *decide_exclusions(const struct decide *d, uint32_t *count)
{
	*count = (uint32_t)VEC_COUNT(&d->exclusions, struct decide_exclusion);
	return VEC_DATA(&d->exclusions, const struct decide_exclusion);
}

int decide_subject(
	const struct decide_subject **out, struct decide *d, node_id n, struct err *e)
{
	return subject_get(out, d->subjects, n, e);
}

int decide_object(
	const struct decide_object **out, struct decide *d, node_id n, struct err *e)
{
	return subject_object(out, d->subjects, n, e);
}

/* --- which of a list's actions a statement has --- */

static struct bits_slot *slot_of(
	struct decide *d, const struct document_statement *s, uint32_t list)
{
	uint64_t h = ((uint64_t)(uintptr_t)s >> 3) * 0x9e3779b97f4a7c15ull +
		     list * 0x85ebca6bull;
	uint32_t mask = d->slot_count - 1, i = (uint32_t)(h >> 20) & mask;

	while (d->slots[i].list != 0 &&
		(d->slots[i].statement != s || d->slots[i].list != list + 1))
		i = (i + 1) & mask;
	return &d->slots[i];
}

static void slots_grow(struct decide *d)
{
	struct bits_slot *old = d->slots;
	uint32_t count = d->slot_count;

	d->slot_count *= 2;
	d->slots = calloc(d->slot_count, sizeof(*d->slots));
	if (!d->slots)
		abort();
	for (uint32_t i = 0; i < count; i++) {
		if (old[i].list != 0)
			*slot_of(d, old[i].statement, old[i].list - 1) = old[i];
	}
	free(old);
}

static uint32_t lower_bound(const action_id *ids, uint32_t count, action_id id)
{
	uint32_t low = 0, high = count;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (ids[mid] < id)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static const uint64_t *bits_make(struct arena *arena, const struct document *doc,
	const struct document_statement *s, const struct action_list *l)
{
	uint64_t *bits = NULL;
	uint32_t total = 0;

	for (uint32_t k = 0; k < s->action_count; k++) {
		const struct document_interval *v = &doc->intervals[s->action_first + k];
		uint32_t i = lower_bound(l->ids, l->count, v->begin);

		for (; i < l->count && l->ids[i] < v->end; i++) {
			if (!bits)
				bits = ARENA_NEW_ARRAY(arena, uint64_t, l->words);
			bits[i / 64] |= 1ull << (i % 64);
			total++;
		}
	}
	return total == l->count ? l->all : bits;
}

static const uint64_t *statement_bits(struct decide *d, const struct document *doc,
	const struct document_statement *s, const struct action_list *l)
{
	struct bits_slot *slot = slot_of(d, s, l->number);

	if (slot->list != 0)
		return slot->bits;
	if (d->slot_used++ > d->slot_count / 2) {
		slots_grow(d);
		slot = slot_of(d, s, l->number);
	}
	slot->statement = s;
	slot->list = l->number + 1;
	slot->bits = bits_make(world_arena(d->world), doc, s, l);
	return slot->bits;
}

bool decide_concerns(struct decide *d, const struct decide_object *o,
	const struct document *document, const struct document_statement *statement)
{
	const struct action_plan *plan = decide_plan(d, o);

	for (uint32_t i = 0; i < plan->count; i++) {
		if (statement_bits(d, document, statement, plan->lists[i]))
			return true;
	}
	return false;
}

/* --- one decision in progress --- */

struct deciding {
	struct decide *d;
	const struct decide_subject *subject;
	const struct decide_object *object;
	const struct action_list *list;
	struct str resource; /* key or pattern */
	bool literal; /* the resource is compared as it is, '*' too (unbound actions) */
	size_t literal_size; /* bytes before its first wildcard */
	struct condition_context conditions;
	bool reads_principal, reads_resource;
	bool too_many; /* more partial patterns than we can combine */
	uint32_t searched;
};

static void context_look_up(
	void *ctx, struct str key, struct condition_fact *out, struct arena *arena)
{
	struct deciding *g = ctx;

	g->subject->provider->look_up(
		g->d->world, &g->subject->s, &g->object->o, key, out, arena);
}

static void deciding_begin(struct deciding *g, struct decide *d,
	const struct decide_subject *s, const struct decide_object *o)
{
	*g = (struct deciding){ .d = d, .subject = s, .object = o };
	g->conditions = (struct condition_context){ .look_up = context_look_up,
		.ctx = g,
		.pool = world_pool(d->world),
		.arena = world_arena(d->world) };
}

static enum pattern_cover cover_text(
	const struct deciding *g, struct str text, uint32_t literal_size, uint32_t flags)
{
	size_t n = literal_size < g->literal_size ? literal_size : g->literal_size;

	if (g->literal)
		return pattern_match(text, g->resource) ? PATTERN_ALL : PATTERN_NONE;
	if (n > 0 && memcmp(text.p, g->resource.p, n) != 0)
		return PATTERN_NONE;
	if ((flags & DOCUMENT_PATTERN_PREFIX) && literal_size <= g->literal_size)
		return PATTERN_ALL;
	if ((flags & DOCUMENT_PATTERN_EXACT) && g->literal_size == g->resource.n)
		return str_eq(text, g->resource) ? PATTERN_ALL : PATTERN_NONE;
	return pattern_cover(text, g->resource);
}

/* A variable that the request decides: allow it only if the resource is what the pattern becomes. */
static expr open_variable(struct deciding *g, struct str pattern)
{
	struct expr_test t = { .op = DOCUMENT_STRING_LIKE,
		.key = STR_LIT("resource"),
		.values = &pattern,
		.value_count = 1 };

	return expr_test(g->conditions.pool, &t);
}

static uint32_t partial_number(struct deciding *g, struct str text)
{
	struct buf *b = &g->d->patterns;
	uint32_t count = (uint32_t)VEC_COUNT(b, struct str);

	for (uint32_t i = 0; i < count; i++) {
		if (str_eq(VEC_DATA(b, struct str)[i], text))
			return i;
	}
	if (count == PARTIAL_MAX) {
		g->too_many = true;
		return 0;
	}
	VEC_ADD(b, struct str, text);
	return count;
}

/* Fill always, partial and inverted of a hit; false when it covers nothing of the resource. */
static bool hit_cover(struct deciding *g, struct decide_hit *h)
{
	const struct document *doc = h->statement->document;
	const struct document_statement *s = h->statement->statement;
	bool all = false;

	h->inverted = (s->flags & DOCUMENT_NOT_RESOURCE) != 0;
	if (s->flags & DOCUMENT_ANY_RESOURCE) {
		h->always = true;
		return !h->inverted;
	}
	for (uint32_t i = 0; i < s->resource_count && !all; i++) {
		const struct document_pattern *p = &doc->patterns[s->resource_first + i];
		struct str text = document_str(doc, p->text);
		uint32_t flags = p->flags, literal_size = p->literal_size;
		enum pattern_cover cover;

		if (flags & DOCUMENT_PATTERN_VARIABLE) {
			bool literal_ok = true;
			int rc;

			g->reads_principal = true;
			rc = condition_substitute(
				&text, &literal_ok, &g->conditions, text);
			if (rc == 0)
				continue;
			if (rc == 2 || !literal_ok)
				h->condition = expr_and(g->conditions.pool, h->condition,
					open_variable(g, document_str(doc, p->text)));
			flags = 0;
			literal_size = (uint32_t)pattern_literal_size(text);
		}
		cover = cover_text(g, text, literal_size, flags);
		if (cover == PATTERN_SOME)
			h->partial |= 1ull << partial_number(g, text);
		all = cover == PATTERN_ALL;
	}
	if (h->inverted) {
		h->always = h->partial == 0;
		return !all;
	}
	h->always = all;
	return all || h->partial != 0;
}

bool decide_hit_active(const struct decide_hit *h, uint64_t atom)
{
	if (h->always)
		return true;
	return ((h->partial & atom) != 0) != h->inverted;
}

static void hit_add(struct deciding *g, struct decide_hit *h)
{
	const struct document *doc = h->statement->document;
	const struct document_statement *s = h->statement->statement;

	if (s->flags & DOCUMENT_STATEMENT_READS_PRINCIPAL)
		g->reads_principal = true;
	if (s->flags & DOCUMENT_STATEMENT_READS_RESOURCE)
		g->reads_resource = true;
	h->condition = expr_and(g->conditions.pool, h->condition,
		condition_statement(&g->conditions, doc, s));
	if (h->condition != EXPR_FALSE)
		buf_add(&g->d->hits, h, sizeof(*h));
}

static void hits_of_subject(struct deciding *g, const bool *active)
{
	const struct decide_subject *s = g->subject;

	for (uint32_t i = 0; i < s->statement_count; i++) {
		struct decide_hit h = { .statement = &s->statements[i],
			.condition = EXPR_TRUE };

		if (active && !active[i])
			continue;
		if (h.statement->slot == SLOT_SCP && !s->s.scps)
			continue;
		h.bits = statement_bits(
			g->d, h.statement->document, h.statement->statement, g->list);
		if (!h.bits)
			continue;
		g->searched++;
		if (active)
			h.always = true;
		else if (!hit_cover(g, &h))
			continue;
		hit_add(g, &h);
	}
}

/* The actions of the list that ceilings over resources bind; NULL when none. */
static const uint64_t *rcp_bits(struct deciding *g, const uint64_t *bits)
{
	uint64_t *bound =
		ARENA_NEW_ARRAY(world_arena(g->d->world), uint64_t, g->list->words);
	bool any = false;

	for (uint32_t i = 0; i < g->list->count; i++) {
		if (!(bits[i / 64] >> (i % 64) & 1u) ||
			!g->subject->provider->rcps_bind(
				&g->subject->s, &g->object->o, g->list->ids[i]))
			continue;
		bound[i / 64] |= 1ull << (i % 64);
		any = true;
	}
	return any ? bound : NULL;
}

static void hits_of_object(struct deciding *g)
{
	const struct decide_object *o = g->object;

	for (uint32_t i = 0; i < o->statement_count; i++) {
		struct decide_hit h = { .statement = &o->statements[i],
			.condition = EXPR_TRUE };
		bool rcp = h.statement->slot == SLOT_RCP;

		if (!rcp && o->layers[i] != g->list->layer)
			continue;
		h.bits = statement_bits(
			g->d, h.statement->document, h.statement->statement, g->list);
		if (!h.bits)
			continue;
		g->searched++;
		if (rcp && !(h.bits = rcp_bits(g, h.bits)))
			continue;
		h.match = g->subject->provider->match(g->d->world, h.statement->document,
			h.statement->statement, &g->subject->s, &o->o, &h.condition);
		if (h.match == MATCH_NONE || !hit_cover(g, &h))
			continue;
		hit_add(g, &h);
	}
}

expr decide_condition(struct decide *d, const struct decide_subject *s,
	const struct decide_object *o, const struct decide_statement *statement)
{
	struct deciding g;

	deciding_begin(&g, d, s, o);
	return condition_statement(
		&g.conditions, statement->document, statement->statement);
}

/* --- groups of actions that meet the same hits --- */

static void groups_split(struct buf *groups, const uint64_t *bits,
	const struct action_list *l, struct arena *arena)
{
	size_t count = VEC_COUNT(groups, uint64_t *);

	for (size_t k = 0; k < count; k++) {
		uint64_t *group = VEC_DATA(groups, uint64_t *)[k], *rest;
		bool inside = false, outside = false;

		for (uint32_t i = 0; i < l->words; i++) {
			inside |= (group[i] & bits[i]) != 0;
			outside |= (group[i] & ~bits[i]) != 0;
		}
		if (!inside || !outside)
			continue;
		rest = ARENA_NEW_ARRAY(arena, uint64_t, l->words);
		for (uint32_t i = 0; i < l->words; i++) {
			rest[i] = group[i] & ~bits[i];
			group[i] &= bits[i];
		}
		VEC_ADD(groups, uint64_t *, rest);
	}
}

static void groups_make(struct deciding *g)
{
	struct arena *arena = world_arena(g->d->world);
	struct buf *groups = &g->d->groups;
	const struct decide_hit *hits = VEC_DATA(&g->d->hits, struct decide_hit);
	size_t count = VEC_COUNT(&g->d->hits, struct decide_hit);
	uint64_t *first = ARENA_NEW_ARRAY(arena, uint64_t, g->list->words);
	const uint64_t *last = g->list->all;

	memcpy(first, g->list->all, g->list->words * sizeof(*first));
	buf_clear(groups);
	VEC_ADD(groups, uint64_t *, first);
	for (size_t i = 0; i < count; i++) {
		if (hits[i].bits != g->list->all && hits[i].bits != last)
			groups_split(groups, hits[i].bits, g->list, arena);
		last = hits[i].bits;
	}
}

static uint32_t first_action(const uint64_t *bits, uint32_t words)
{
	for (uint32_t i = 0; i < words; i++) {
		if (bits[i])
			return i * 64 + (uint32_t)__builtin_ctzll(bits[i]);
	}
	return UINT32_MAX;
}

/* --- layers to a residual --- */

static void parts_begin(struct deciding *g, struct provider_parts *p, action_id action)
{
	const struct decide_subject *s = g->subject;

	*p = (struct provider_parts){ .subject = &s->s,
		.object = &g->object->o,
		.action = action,
		.policy = g->list->policy,
		.policy_layer = g->list->layer,
		.identity = s->unknown_identity,
		.boundary = s->s.bounded ? s->unknown_boundary : EXPR_TRUE,
		.scps = EXPR_TRUE,
		.rcps = EXPR_TRUE,
		.deny = EXPR_FALSE,
		.strict = g->d->strict };
	p->deny = s->unknown_deny;
	p->same_account =
		s->s.n->account.n > 0 && str_eq(s->s.n->account, g->object->o.n->account);
	if (s->s.scps)
		p->scps = expr_not(g->conditions.pool, s->unknown_scp);
	if (g->object->unknown_rcp != EXPR_FALSE &&
		s->provider->rcps_bind(&s->s, &g->object->o, action))
		p->deny = expr_or(g->conditions.pool, p->deny, g->object->unknown_rcp);
}

static void parts_add(
	struct deciding *g, struct provider_parts *p, const struct decide_hit *h)
{
	struct expr_pool *pool = g->conditions.pool;

	if (h->statement->statement->flags & DOCUMENT_DENY) {
		p->deny = expr_or(pool, p->deny, h->condition);
		return;
	}
	switch (h->statement->slot) {
	case SLOT_IDENTITY:
		p->identity = expr_or(pool, p->identity, h->condition);
		break;
	case SLOT_BOUNDARY:
		p->boundary = expr_or(pool, p->boundary, h->condition);
		break;
	case SLOT_RESOURCE:
		p->resource[h->match] =
			expr_or(pool, p->resource[h->match], h->condition);
		break;
	case SLOT_SCP:
	case SLOT_RCP: /* what RCPs allow is everything, by definition */
		break;
	}
}

/* Every level above the subject's account must let the action through. */
static void parts_scps(
	struct deciding *g, struct provider_parts *p, uint32_t bit, uint64_t atom)
{
	const struct decide_hit *hits = VEC_DATA(&g->d->hits, struct decide_hit);
	size_t count = VEC_COUNT(&g->d->hits, struct decide_hit);
	struct expr_pool *pool = g->conditions.pool;

	if (!g->subject->s.scps)
		return;
	for (uint32_t level = 0; level < g->subject->scp_levels; level++) {
		expr lets = g->subject->scp_level_unknown[level];

		p->deny = expr_or(pool, p->deny, g->subject->scp_level_deny[level]);
		for (size_t i = 0; i < count && lets != EXPR_TRUE; i++) {
			const struct decide_hit *h = &hits[i];

			if (h->statement->slot == SLOT_SCP &&
				h->statement->level == level &&
				!(h->statement->statement->flags & DOCUMENT_DENY) &&
				(h->bits[bit / 64] >> (bit % 64) & 1u) &&
				decide_hit_active(h, atom))
				lets = expr_or(pool, lets, h->condition);
		}
		p->scps = expr_and(pool, p->scps, lets);
	}
}

static expr combine(
	struct deciding *g, struct provider_parts *p, uint32_t bit, uint64_t atom)
{
	const struct decide_hit *hits = VEC_DATA(&g->d->hits, struct decide_hit);
	size_t count = VEC_COUNT(&g->d->hits, struct decide_hit);

	parts_begin(g, p, g->list->ids[bit]);
	for (size_t i = 0; i < count; i++) {
		if ((hits[i].bits[bit / 64] >> (bit % 64) & 1u) &&
			decide_hit_active(&hits[i], atom))
			parts_add(g, p, &hits[i]);
	}
	parts_scps(g, p, bit, atom);
	return g->subject->provider->combine(g->conditions.pool, p);
}

static expr too_many_patterns(struct deciding *g)
{
	return expr_unknown(g->conditions.pool, STR_LIT(""),
		arena_printf(g->conditions.arena,
			"more than %u patterns overlap on '%.*s': not decided",
			PARTIAL_MAX, STR_ARG(g->resource)));
}

static int atoms_of(
	struct deciding *g, const uint64_t **atoms, uint32_t *count, struct err *e)
{
	static const uint64_t none[1] = { 0 };
	uint32_t patterns = (uint32_t)VEC_COUNT(&g->d->patterns, struct str);
	int n;

	*atoms = none;
	*count = 1;
	if (patterns == 0 || g->too_many)
		return 0;
	n = pattern_atoms(atoms, VEC_DATA(&g->d->patterns, struct str), patterns,
		g->resource, g->conditions.arena, e);
	if (n < 0)
		return err_wrap(e, "policies on '%.*s'", STR_ARG(g->resource));
	*count = (uint32_t)n;
	return 0;
}

/* Which parts of the resource the hits that grant in this atom reach. */
struct reach {
	struct buf *resources; /* struct str */
	bool whole;
};

static void reach_add(
	struct deciding *g, struct reach *r, const uint64_t *group, uint64_t atom)
{
	const struct decide_hit *hits = VEC_DATA(&g->d->hits, struct decide_hit);
	size_t count = VEC_COUNT(&g->d->hits, struct decide_hit);
	const struct str *patterns = VEC_DATA(&g->d->patterns, struct str);
	uint32_t bit = first_action(group, g->list->words);
	uint64_t wanted = 0;
	bool grant = false;

	for (size_t i = 0; i < count && !r->whole; i++) {
		const struct decide_hit *h = &hits[i];

		if ((h->statement->statement->flags & DOCUMENT_DENY) ||
			(h->statement->slot != SLOT_IDENTITY &&
				h->statement->slot != SLOT_RESOURCE) ||
			!(h->bits[bit / 64] >> (bit % 64) & 1u) ||
			!decide_hit_active(h, atom))
			continue;
		grant = true;
		if (h->always || h->inverted)
			r->whole = true;
		wanted |= h->partial & atom;
	}
	if (!grant)
		r->whole = true;
	for (uint32_t i = 0; !r->whole && wanted >> i && i < PARTIAL_MAX; i++) {
		struct str found[8];
		uint32_t n;

		if (!(wanted >> i & 1u))
			continue;
		n = pattern_intersection(
			found, 8, patterns[i], g->resource, g->conditions.arena);
		if (n > 8) { /* too many pieces to list: the policy's own pattern says it shorter */
			VEC_ADD(r->resources, struct str, patterns[i]);
			continue;
		}
		for (uint32_t k = 0; k < n; k++)
			VEC_ADD(r->resources, struct str, found[k]);
	}
}

/* The statement that denies for sure in this atom, else the ceiling that does not let through. */
static void exclusion_find(struct deciding *g, struct decide_exclusion *x,
	const struct provider_parts *p, uint32_t bit, uint64_t atom)
{
	const struct decide_hit *hits = VEC_DATA(&g->d->hits, struct decide_hit);
	size_t count = VEC_COUNT(&g->d->hits, struct decide_hit);

	for (size_t i = 0; i < count; i++) {
		if ((hits[i].statement->statement->flags & DOCUMENT_DENY) &&
			hits[i].condition == EXPR_TRUE &&
			(hits[i].bits[bit / 64] >> (bit % 64) & 1u) &&
			decide_hit_active(&hits[i], atom)) {
			x->denier = hits[i].statement;
			return;
		}
	}
	if (p->boundary == EXPR_FALSE)
		x->ceiling = STR_LIT("the permissions boundary does not allow it");
	else if (p->scps == EXPR_FALSE)
		x->ceiling =
			STR_LIT("no SCP allows it at some level of the organization");
	else
		x->ceiling = STR_LIT("its conditions cannot hold together");
}

/* The group's action is refused: note it when there is a grant underneath. */
static void exclusion_add(
	struct deciding *g, struct provider_parts p, uint32_t bit, uint64_t atom)
{
	struct decide_exclusion x = { .subject = g->subject->s.node,
		.object = g->object->o.node };
	struct provider_parts bare = p;
	size_t count = VEC_COUNT(&g->d->exclusions, struct decide_exclusion);
	const struct decide_exclusion *last;

	bare.deny = EXPR_FALSE;
	bare.boundary = EXPR_TRUE;
	bare.scps = EXPR_TRUE;
	bare.rcps = EXPR_TRUE;
	if (g->subject->provider->combine(g->conditions.pool, &bare) == EXPR_FALSE)
		return;
	exclusion_find(g, &x, &p, bit, atom);
	last = count > 0
		       ? &VEC_DATA(&g->d->exclusions, struct decide_exclusion)[count - 1]
		       : NULL;
	if (last && last->subject == x.subject && last->object == x.object &&
		last->denier == x.denier)
		return;
	buf_add(&g->d->exclusions, &x, sizeof(x));
}

/* One list of actions on one resource: append the granted parts. */
static int decide_list(struct deciding *g, const bool *active, struct buf *parts,
	struct reach *reach, struct err *e)
{
	const uint64_t *atoms;
	uint32_t atom_count;
	size_t group_count;

	buf_clear(&g->d->hits);
	buf_clear(&g->d->patterns);
	g->too_many = false;
	hits_of_subject(g, active);
	hits_of_object(g);
	groups_make(g);
	if (atoms_of(g, &atoms, &atom_count, e) < 0)
		return e->code;

	group_count = VEC_COUNT(&g->d->groups, uint64_t *);
	for (size_t k = 0; k < group_count; k++) {
		const uint64_t *group = VEC_DATA(&g->d->groups, uint64_t *)[k];
		uint32_t bit = first_action(group, g->list->words);
		struct provider_parts p;
		expr all = g->too_many ? too_many_patterns(g) : EXPR_FALSE;

		for (uint32_t a = 0; a < atom_count && !g->too_many; a++) {
			expr one = combine(g, &p, bit, atoms[a]);

			if (one != EXPR_FALSE &&
				expr_verdict(g->conditions.pool, one) != VERDICT_DENIED)
				reach_add(g, reach, group, atoms[a]);
			if (one == EXPR_FALSE && g->d->want_exclusions)
				exclusion_add(g, p, bit, atoms[a]);
			all = expr_or(g->conditions.pool, all, one);
		}
		if (all != EXPR_FALSE &&
			expr_verdict(g->conditions.pool, all) != VERDICT_DENIED)
			VEC_ADD(parts, struct access_part, { g->list, group, all });
	}
	return 0;
}

static bool part_wanted(const struct decide *d, const struct action_list *l)
{
	if (d->part == DECIDE_ALL)
		return true;
	return (d->part == DECIDE_TRUST) == (l->layer == LAYER_TRUST);
}

static struct str target_resource(struct deciding *g, const struct action_list *l)
{
	struct str key = g->object->o.n->key;

	if (l->target == ACTION_LIST_UNBOUND)
		return STR_LIT("*");
	if (l->suffix.n == 0)
		return key;
	return arena_printf(
		world_arena(g->d->world), "%.*s%.*s", STR_ARG(key), STR_ARG(l->suffix));
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
	if (pattern_intersection(
		    found, 1, asked, g->resource, world_arena(g->d->world)) == 1)
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
	deciding_begin(&g, d, s, o);
	for (uint32_t i = 0; i < plan->count && rc == 0; i++) {
		struct reach reach = { .resources = &resources };
		size_t before = parts.n, listed = resources.n;

		g.list = plan->lists[i];
		if (!part_wanted(d, g.list))
			continue;
		g.resource = target_resource(&g, g.list);
		g.literal = g.list->target == ACTION_LIST_UNBOUND;
		if (!target_cut(&g, asked))
			continue;
		g.literal_size =
			g.literal ? g.resource.n : pattern_literal_size(g.resource);
		rc = decide_list(&g, active, &parts, &reach, e);
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
	out->reads_resource = g.reads_resource;
	buf_release(&parts);
	buf_release(&resources);
	return rc;
}

int decide_entity(struct access *out, struct decide *d, const struct decide_subject *s,
	const struct decide_object *o, struct str resource, struct err *e)
{
	return decide_all(out, d, s, o, resource, NULL, e);
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
		uint32_t k = lower_bound(l->ids, l->count, action);

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
	deciding_begin(&g, d, s, o);
	if (!list_of_action(d, o, action, resource, &g))
		return 0;
	g.literal_size = g.literal ? g.resource.n : pattern_literal_size(g.resource);
	bit = lower_bound(g.list->ids, g.list->count, action);
	buf_clear(&d->hits);
	buf_clear(&d->patterns);
	hits_of_subject(&g, NULL);
	hits_of_object(&g);
	if (atoms_of(&g, &atoms, &atom_count, e) < 0)
		return e->code;
	out->resource = g.resource;
	out->bit = bit;
	out->searched = g.searched;
	for (uint32_t a = 0; a < atom_count; a++) {
		struct provider_parts p;
		expr one = g.too_many ? too_many_patterns(&g)
				      : combine(&g, &p, bit, atoms[a]);
		enum expr_verdict v = expr_verdict(pool, one);

		if (g.too_many)
			parts_begin(&g, &p, action);
		if (a == 0 || v > best) {
			best = v;
			out->parts = p;
			out->atom = atoms[a];
		}
		out->residual = expr_or(pool, out->residual, one);
	}
	out->hit_count = (uint32_t)VEC_COUNT(&d->hits, struct decide_hit);
	out->hits = ARENA_NEW_ARRAY(
		world_arena(d->world), struct decide_hit, out->hit_count + 1);
	if (d->hits.n > 0)
		memcpy(out->hits, d->hits.p, d->hits.n);
	return 0;
}
