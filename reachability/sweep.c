#include "reachability/search.h"

#include <assert.h>
#include <stdlib.h>

#include "reachability/pattern.h"

/*
 * One interval of ids and the statement that has something to say there. FULL: covers
 * each entity and its targets whole. TEST: covers some, perhaps in part.
 */
struct sweep_span {
	entity_id begin, end;
	uint32_t statement;
	bool test;
	struct str pattern; /* of a test: what must meet the entity; empty: always look */
};

struct sweep_event {
	entity_id at;
	uint32_t span;
	bool opens;
};

/* What the question asks of a kind, of containers (1) and of others (0). */
struct sweep_kind {
	bool known;
	bool matters; /* see kind_matters */
	bool custody; /* the provider keeps some of the actions to itself */
};

struct sweep {
	struct decide *d;
	struct world *w;
	const struct decide_subject *subject;
	scope_number scope;
	struct segment *segment;
	node_id ruler;     /* who has all that the scope gives already, or NODE_NONE */
	struct buf spans;  /* struct sweep_span */
	struct buf events; /* struct sweep_event */
	struct buf tests;  /* open test spans, by number */
	struct buf named;  /* entity_id: decided one by one, ascending, unique */
	struct buf *out;
	uint32_t *depth;               /* per statement: open full spans */
	bool *active;                  /* per statement: depth > 0 */
	const struct access **generic; /* per kind, of the current run */
	struct sweep_kind (*kinds)[2];
	struct segment_cursor *cursor; /* for keys, ascending */
	size_t named_at;               /* the first named one not before the entity */
	uint32_t grants_open;          /* full spans of identity allows that are open */
	bool root;                     /* grants everything by itself */
	bool one_by_one;               /* ceilings look at resources: no shortcut */
};

static int compare_ids(const void *a, const void *b)
{
	entity_id x = *(const entity_id *)a, y = *(const entity_id *)b;

	return (x > y) - (x < y);
}

static void ids_unique(struct buf *ids)
{
	entity_id *v = VEC_DATA(ids, entity_id);
	size_t count = VEC_COUNT(ids, entity_id), kept = 0;

	if (count == 0)
		return;
	qsort(v, count, sizeof(*v), compare_ids);
	for (size_t i = 0; i < count; i++) {
		if (kept == 0 || v[kept - 1] != v[i])
			v[kept++] = v[i];
	}
	ids->n = kept * sizeof(*v);
}

/* --- entities whose own policies name the subject --- */

static uint32_t principals_from(struct segment *s, struct str text)
{
	const struct segment_principal *p = segment_principals(s);
	uint32_t low = 0, high = segment_info(s)->principal_count;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (str_cmp(segment_str(s, p[mid].text), text) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/*
 * Whether some grant of the subject has an action that the entity's own policy must
 * consent to.
 */
static bool may_consent(struct sweep *p, entity_id id)
{
	const struct segment_entity *entity = segment_entity(p->segment, id);
	const struct action_plan *plan = action_plan_of(decide_planner(p->d),
		world_kind(p->w, p->segment, entity->kind),
		(entity->flags & ENTITY_CONTAINER) != 0);
	const struct decide_subject *s = p->subject;
	struct str key = { 0 };

	for (uint32_t i = 0; i < s->identity_count; i++) {
		const struct decide_statement *st = &s->statements[i];

		if (!search_is_grant(st) ||
			!decide_lists_have(p->d, plan, POLICY_REQUIRED, st))
			continue;
		if (st->statement->flags &
			(DOCUMENT_ANY_RESOURCE | DOCUMENT_NOT_RESOURCE))
			return true;
		if (key.n == 0)
			key = segment_key(p->segment, id, world_arena(p->w));
		for (uint32_t k = 0; k < st->statement->resource_count; k++) {
			const struct document_pattern *dp =
				&st->document
					 ->patterns[st->statement->resource_first + k];
			struct str text = document_str(st->document, dp->text);
			size_t n = dp->literal_size < key.n ? dp->literal_size : key.n;

			/* the literal beginnings agree: worth a decision */
			if (memcmp(text.p, key.p, n) == 0)
				return true;
		}
	}
	return false;
}

/*
 * Entities whose policies name the subject by one text. One that merely delegates to the
 * subject's own account says nothing by itself: it matters where the subject's grants
 * need its consent.
 */
static void named_by(struct sweep *p, struct str text, bool own)
{
	const struct segment_principal *v = segment_principals(p->segment);
	uint32_t count = segment_info(p->segment)->principal_count;
	bool whole = (p->subject->s.n->flags & ENTITY_ROOT) ||
		     p->subject->unknown_identity != EXPR_FALSE;

	for (uint32_t i = principals_from(p->segment, text); i < count; i++) {
		if (!str_eq(segment_str(p->segment, v[i].text), text))
			break;
		if (own && v[i].type == DOCUMENT_ACCOUNT && !v[i].is_deny && !whole &&
			(p->ruler != NODE_NONE || !may_consent(p, v[i].entity)))
			continue;
		VEC_ADD(&p->named, entity_id, v[i].entity);
	}
}

static void named_in(struct sweep *p, node_id whom, bool own)
{
	struct str texts[PROVIDER_TEXTS_MAX];
	uint32_t n = p->subject->provider->principal_texts(
		texts, PROVIDER_TEXTS_MAX, p->w, whom);

	for (uint32_t i = 0; i < n; i++)
		named_by(p, texts[i], own);
	ids_unique(&p->named);
}

static bool has_grants(const struct sweep *p)
{
	return (p->subject->s.n->flags & ENTITY_ROOT) || p->subject->identity_count > 0 ||
	       p->subject->unknown_identity != EXPR_FALSE;
}

/* What their policies take away is not known of the one as little as of the other. */
static void named_refused(struct sweep *p)
{
	uint32_t count;
	const entity_id *refused = segment_refused(p->segment, &count);

	if (count > 0 && has_grants(p))
		buf_add(&p->named, refused, count * sizeof(*refused));
	ids_unique(&p->named);
}

static const struct action_plan *plan_of(struct sweep *p, uint32_t kind, uint32_t flags)
{
	return action_plan_of(decide_planner(p->d), world_kind(p->w, p->segment, kind),
		(flags & ENTITY_CONTAINER) != 0);
}

/*
 * Entities whose own policy was not read may name anybody: one question about one
 * resource looks at each of them.
 */
static void unread_in(struct sweep *p)
{
	uint32_t count;

	for (uint32_t k = 0; k < segment_info(p->segment)->kind_count; k++) {
		const uint32_t *members = segment_kind_members(p->segment, k, &count);

		for (uint32_t i = 0; i < count; i++) {
			uint32_t state =
				segment_entity(p->segment, members[i])->policy_state;

			if ((state == SEGMENT_POLICY_NOT_ASKED ||
				    state == SEGMENT_POLICY_REFUSED) &&
				action_plan_is_governed(plan_of(p, k, 0)))
				VEC_ADD(&p->named, entity_id, members[i]);
		}
	}
	ids_unique(&p->named);
}

/* --- spans --- */

static void span_add(struct sweep *p, uint32_t statement, entity_id begin, entity_id end,
	bool test, struct str pattern)
{
	struct sweep_span span = { begin, end, statement, test, pattern };

	if (begin < end)
		buf_add(&p->spans, &span, sizeof(span));
}

/*
 * Entities whose key the literal text extends by '/' or ':': it speaks of a part of them.
 */
static void spans_of_extents(
	struct sweep *p, uint32_t statement, struct str literal, struct str pattern)
{
	for (size_t i = 1; i < literal.n; i++) {
		entity_id id;

		if (literal.p[i] != '/' && literal.p[i] != ':')
			continue;
		id = segment_find(p->segment, str_head(literal, i));
		if (id < segment_info(p->segment)->entity_count)
			span_add(p, statement, id, id + 1, true, pattern);
	}
}

static void spans_of_pattern(
	struct sweep *p, uint32_t statement, struct str pattern, bool always_test)
{
	size_t n = pattern_literal_size(pattern);
	struct str literal = str_head(pattern, n);
	entity_id begin, end;

	spans_of_extents(p, statement, literal, pattern);
	if (n == pattern.n) {
		entity_id id = segment_find(p->segment, pattern);

		if (id < segment_info(p->segment)->entity_count)
			span_add(p, statement, id, id + 1, true, pattern);
		return;
	}
	segment_range(p->segment, literal, &begin, &end);
	span_add(p, statement, begin, end,
		always_test || n + 1 != pattern.n || pattern.p[n] != '*', pattern);
}

static void sweep_look_up(
	void *ctx, struct str key, struct condition_fact *out, struct arena *arena)
{
	struct sweep *p = ctx;
	static const struct node nothing = { .scope = SEGMENT_NONE, .id = SEGMENT_NONE };
	struct object o = { .node = p->subject->s.node,
		.n = &nothing,
		.kind = CATALOG_NONE,
		.organization = p->subject->s.organization };

	p->subject->provider->look_up(p->w, &p->subject->s, &o, key, out, arena);
}

/* A pattern with variables, made concrete for the subject; false: it covers nothing. */
static bool substitute(struct sweep *p, struct str *text)
{
	struct condition_context c = { .look_up = sweep_look_up,
		.ctx = p,
		.pool = world_pool(p->w),
		.arena = world_arena(p->w) };
	bool literal_ok = true;

	return condition_substitute(text, &literal_ok, &c, *text) != 0;
}

static void spans_of_statement(struct sweep *p, uint32_t number)
{
	const struct decide_statement *st = &p->subject->statements[number];
	const struct document_statement *s = st->statement;
	bool inverted = (s->flags & DOCUMENT_NOT_RESOURCE) != 0;
	entity_id all = segment_info(p->segment)->entity_count;

	if (s->flags & DOCUMENT_ANY_RESOURCE) {
		if (!inverted)
			span_add(p, number, 0, all, false, (struct str){ 0 });
		return;
	}
	if (inverted)
		span_add(p, number, 0, all, false, (struct str){ 0 });
	for (uint32_t i = 0; i < s->resource_count; i++) {
		const struct document_pattern *dp =
			&st->document->patterns[s->resource_first + i];
		struct str text = document_str(st->document, dp->text);

		if ((dp->flags & DOCUMENT_PATTERN_VARIABLE) && !substitute(p, &text))
			continue;
		spans_of_pattern(p, number, text,
			inverted || (dp->flags & DOCUMENT_PATTERN_VARIABLE) != 0);
	}
}

static int compare_events(const void *a, const void *b)
{
	const struct sweep_event *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return (x->span > y->span) - (x->span < y->span);
}

static void events_make(struct sweep *p)
{
	for (uint32_t i = 0; i < VEC_COUNT(&p->spans, struct sweep_span); i++) {
		const struct sweep_span *s = &VEC_DATA(&p->spans, struct sweep_span)[i];

		VEC_ADD(&p->events, struct sweep_event, { s->begin, i, true });
		VEC_ADD(&p->events, struct sweep_event, { s->end, i, false });
	}
	if (p->events.n > 0)
		qsort(p->events.p, VEC_COUNT(&p->events, struct sweep_event),
			sizeof(struct sweep_event), compare_events);
}

static void event_apply(struct sweep *p, const struct sweep_event *ev)
{
	const struct sweep_span *s = &VEC_DATA(&p->spans, struct sweep_span)[ev->span];
	bool grant = search_is_grant(&p->subject->statements[s->statement]);

	if (s->test) {
		uint32_t *open = VEC_DATA(&p->tests, uint32_t);
		size_t count = VEC_COUNT(&p->tests, uint32_t);

		if (ev->opens) {
			VEC_ADD(&p->tests, uint32_t, ev->span);
			return;
		}
		for (size_t i = 0; i < count; i++) {
			if (open[i] == ev->span) {
				open[i] = open[count - 1];
				p->tests.n -= sizeof(uint32_t);
				return;
			}
		}
		return;
	}
	p->depth[s->statement] += ev->opens ? 1u : (uint32_t)-1;
	p->active[s->statement] = p->depth[s->statement] > 0;
	if (grant)
		p->grants_open += ev->opens ? 1u : (uint32_t)-1;
}

/* --- deciding --- */

static void found_add(struct sweep *p, entity_id id, const struct access *access)
{
	struct search_found f = { p->scope, id, access };

	if (access->part_count > 0)
		buf_add(p->out, &f, sizeof(f));
}

static int decide_one(struct sweep *p, entity_id id, struct err *e)
{
	struct access *access = ARENA_NEW(world_arena(p->w), struct access);
	const struct decide_object *o;
	node_id n = world_node_entity(p->w, p->scope, id);

	if (world_removed(p->w, world_node(p->w, n)->key))
		return 0;
	if (decide_object(&o, p->d, n, e) < 0 ||
		decide_entity(access, p->d, p->subject, o, (struct str){ 0 }, e) < 0)
		return e->code;
	found_add(p, id, access);
	return 0;
}

static bool may_meet(struct sweep *p, entity_id id)
{
	const struct sweep_span *spans = VEC_DATA(&p->spans, struct sweep_span);
	size_t count = VEC_COUNT(&p->tests, uint32_t);
	struct str key, reach;

	if (count == 0)
		return false;
	key = segment_key(p->segment, id, world_arena(p->w));
	reach = arena_printf(world_arena(p->w), "%.*s*", STR_ARG(key));
	for (size_t i = 0; i < count; i++) {
		if (pattern_intersects(
			    spans[VEC_DATA(&p->tests, uint32_t)[i]].pattern, reach))
			return true;
	}
	return false;
}

/* Whether anything that grants may meet the entities of the current run. */
static bool run_grants(struct sweep *p)
{
	const struct sweep_span *spans = VEC_DATA(&p->spans, struct sweep_span);

	if (p->root || p->grants_open > 0)
		return true;
	for (size_t i = 0; i < VEC_COUNT(&p->tests, uint32_t); i++) {
		const struct sweep_span *s = &spans[VEC_DATA(&p->tests, uint32_t)[i]];

		if (search_is_grant(&p->subject->statements[s->statement]))
			return true;
	}
	return false;
}

/* Whether a grant that is open has an action that is asked about of the kind. */
static bool kind_granted(struct sweep *p, uint32_t kind, uint32_t flags)
{
	const struct action_plan *plan = plan_of(p, kind, flags);

	for (uint32_t i = 0; i < p->subject->identity_count; i++) {
		const struct decide_statement *st = &p->subject->statements[i];

		if (!p->active[i] || !search_is_grant(st))
			continue;
		for (int policy = POLICY_NEVER; policy <= POLICY_REQUIRED; policy++) {
			if (decide_lists_have(
				    p->d, plan, (enum provider_policy)policy, st))
				return true;
		}
	}
	return p->root;
}

static int generic_make(const struct access **out, struct sweep *p, entity_id id,
	uint32_t kind, struct err *e)
{
	struct access *access = ARENA_NEW(world_arena(p->w), struct access);
	const struct decide_object *o;

	if (decide_object(&o, p->d, world_node_entity(p->w, p->scope, id), e) < 0 ||
		decide_generic(access, p->d, p->subject, o, p->active, e) < 0)
		return e->code;
	*out = p->generic[kind] = access;
	return 0;
}

/*
 * Kinds of which no action is asked about, or whose own policy must consent and does not
 * name the subject.
 */
static bool kind_matters(struct sweep *p, uint32_t kind, uint32_t flags)
{
	const struct action_plan *plan = plan_of(p, kind, flags);

	for (uint32_t i = 0; i < plan->count; i++) {
		if (plan->lists[i]->policy != POLICY_REQUIRED)
			return true;
	}
	return false;
}

static const struct sweep_kind *kind_of(struct sweep *p, uint32_t kind, uint32_t flags)
{
	struct sweep_kind *k = &p->kinds[kind][(flags & ENTITY_CONTAINER) != 0];
	const struct action_plan *plan;

	if (k->known)
		return k;
	plan = plan_of(p, kind, flags);
	k->known = true;
	k->matters = kind_matters(p, kind, flags);
	for (uint32_t i = 0; i < plan->count; i++)
		k->custody |= plan->lists[i]->custody != CUSTODY_NONE;
	return k;
}

/* Whether the provider keeps the entity to itself. */
static bool in_custody(struct sweep *p, entity_id id)
{
	return p->subject->provider->custody_of(
		       segment_key(p->segment, id, world_arena(p->w))) != CUSTODY_NONE;
}

/* Entities come in ascending order, and so do the named ones. */
static bool is_named(struct sweep *p, entity_id id)
{
	const entity_id *v = VEC_DATA(&p->named, const entity_id);
	size_t count = VEC_COUNT(&p->named, entity_id);

	while (p->named_at < count && v[p->named_at] < id)
		p->named_at++;
	return p->named_at < count && v[p->named_at] == id;
}

static int run_entity(struct sweep *p, entity_id id, struct err *e)
{
	const struct segment_entity *entity = segment_entity(p->segment, id);
	static const struct access nothing;
	const struct sweep_kind *kind;
	const struct access *access;

	if (entity->flags & ENTITY_SHARED)
		return 0;
	if (entity->kind >= segment_info(p->segment)->kind_count)
		return err_set(e, ERR_CORRUPT, "entity %u has kind %u", id, entity->kind);
	if (is_named(p, id))
		return 0; /* decided with the named ones */
	if (entity->policy_state == SEGMENT_POLICY_REFUSED)
		return decide_one(p, id, e);
	kind = kind_of(p, entity->kind, entity->flags);
	if (!kind->matters)
		return 0;
	if (p->one_by_one || world_any_removed(p->w) || may_meet(p, id))
		return decide_one(p, id, e);
	access = p->generic[entity->kind];
	if (!access && !kind_granted(p, entity->kind, entity->flags))
		access = p->generic[entity->kind] = &nothing;
	/* custody only takes away, and what is in it stands for no other */
	if (kind->custody && (!access || access->part_count > 0) && in_custody(p, id))
		return decide_one(p, id, e);
	if (!access && generic_make(&access, p, id, entity->kind, e) < 0)
		return e->code;
	if (access->reads_resource)
		return decide_one(p, id, e);
	found_add(p, id, access);
	return 0;
}

static int run(struct sweep *p, entity_id begin, entity_id end, struct err *e)
{
	uint32_t kinds = segment_info(p->segment)->kind_count;

	if (begin >= end || !run_grants(p))
		return 0;
	for (uint32_t k = 0; k < kinds; k++)
		p->generic[k] = NULL;
	for (entity_id id = begin; id < end; id++) {
		if (run_entity(p, id, e) < 0)
			return e->code;
	}
	return 0;
}

static int runs(struct sweep *p, struct err *e)
{
	const struct sweep_event *ev = VEC_DATA(&p->events, struct sweep_event);
	size_t count = VEC_COUNT(&p->events, struct sweep_event);
	entity_id at = 0, all = segment_info(p->segment)->entity_count;

	for (size_t i = 0; i < count; i++) {
		if (run(p, at, ev[i].at, e) < 0)
			return e->code;
		at = ev[i].at;
		event_apply(p, &ev[i]);
	}
	return run(p, at, all, e);
}

/* Ceilings over resources that name some of them: the shortcut per kind would lie. */
static bool rcps_look_closer(const struct sweep *p)
{
	const struct world_organization *o = p->subject->s.organization;

	for (uint32_t i = 0; i < o->level_count; i++) {
		for (uint32_t k = 0; k < o->rcps[i].document_count; k++) {
			const struct document *d = o->rcps[i].documents[k].compiled;

			for (uint32_t s = 0; d && s < d->statement_count; s++) {
				if (!(d->statements[s].flags & DOCUMENT_ANY_RESOURCE))
					return true;
			}
		}
	}
	return false;
}

static bool sweep_needed(struct sweep *p)
{
	uint32_t kinds = segment_info(p->segment)->kind_count, count;

	if (!has_grants(p))
		return false;
	for (uint32_t k = 0; k < kinds; k++) {
		const uint32_t *members = segment_kind_members(p->segment, k, &count);

		if (count > 0 &&
			kind_matters(p, k, segment_entity(p->segment, members[0])->flags))
			return true;
	}
	return false;
}

static int sweep_own(struct sweep *p, struct err *e)
{
	uint32_t count = p->subject->statement_count;

	p->depth = ARENA_NEW_ARRAY(world_arena(p->w), uint32_t, count + 1);
	p->active = ARENA_NEW_ARRAY(world_arena(p->w), bool, count + 1);
	p->generic = ARENA_NEW_ARRAY(world_arena(p->w), const struct access *,
		segment_info(p->segment)->kind_count + 1);
	p->kinds = arena_alloc(world_arena(p->w),
		(segment_info(p->segment)->kind_count + 1) * sizeof(*p->kinds));
	p->cursor = segment_cursor_new(p->segment, world_arena(p->w));
	/* documents that nobody collected may grant anything: look everywhere */
	p->root = (p->subject->s.n->flags & ENTITY_ROOT) != 0 ||
		  p->subject->unknown_identity != EXPR_FALSE;
	if (!sweep_needed(p))
		return 0;
	p->one_by_one = rcps_look_closer(p);
	for (uint32_t i = 0; i < count; i++)
		spans_of_statement(p, i);
	events_make(p);
	return runs(p, e);
}

static int sweep_scope(struct buf *out, struct decide *d, const struct decide_subject *s,
	scope_number scope, node_id ruler, struct err *e)
{
	bool own = s->s.n->scope == scope && s->s.n->type == NODE_ENTITY;
	struct sweep p = { .d = d,
		.w = decide_world(d),
		.subject = s,
		.scope = scope,
		.ruler = own ? ruler : NODE_NONE,
		.out = out };
	int rc = 0;

	if (world_segment(&p.segment, p.w, scope, e) < 0)
		return e->code;
	named_in(&p, s->s.node, own);
	if (p.ruler != NODE_NONE)
		named_in(&p, p.ruler, own);
	if (own && p.ruler == NODE_NONE)
		named_refused(&p);
	if (decide_is_strict(d))
		unread_in(&p);
	for (size_t i = 0; i < VEC_COUNT(&p.named, entity_id) && rc == 0; i++) {
		entity_id id = VEC_DATA(&p.named, entity_id)[i];
		const struct segment_entity *entity;

		/* a policy came without the entity that carries it */
		if (id >= segment_info(p.segment)->entity_count)
			continue;
		entity = segment_entity(p.segment, id);
		if (!(entity->flags & ENTITY_SHARED) &&
			plan_of(&p, entity->kind, entity->flags)->count > 0)
			rc = decide_one(&p, id, e);
	}
	if (rc == 0 && own && p.ruler == NODE_NONE)
		rc = sweep_own(&p, e);
	buf_release(&p.spans);
	buf_release(&p.events);
	buf_release(&p.tests);
	buf_release(&p.named);
	return rc;
}

/* --- the scopes that matter --- */

int search_what_beside(
	struct buf *out, struct decide *d, node_id subject, node_id ruler, struct err *e)
{
	struct world *w = decide_world(d);
	const struct decide_subject *s;
	struct buf scopes = { 0 };
	scope_number own;
	int rc;

	if (decide_subject(&s, d, subject, e) < 0)
		return e->code;
	if (!world_acts(w, subject))
		return 0;
	own = s->s.n->type == NODE_ENTITY ? s->s.n->scope : SEGMENT_NONE;
	if (own != SEGMENT_NONE)
		VEC_ADD(&scopes, scope_number, own);
	rc = search_scopes(&scopes, d, subject, e);
	ids_unique(&scopes);
	for (size_t i = 0; i < VEC_COUNT(&scopes, scope_number) && rc == 0; i++) {
		scope_number n = VEC_DATA(&scopes, scope_number)[i];

		rc = sweep_scope(out, d, s, n, ruler, e);
	}
	buf_release(&scopes);
	if (rc == 0)
		search_sort(out);
	return rc;
}

int search_what(struct buf *out, struct decide *d, node_id subject, struct err *e)
{
	return search_what_beside(out, d, subject, NODE_NONE, e);
}
