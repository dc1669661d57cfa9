#include "reachability/search.h"

#include <stdlib.h>

#include "reachability/alike.h"
#include "reachability/away.h"
#include "reachability/pattern.h"
#include "reachability/span.h"
#include "reachability/sweep_kind.h"
#include "reachability/tree_sweep.h"

struct sweep_event {
	entity_id at;
	uint32_t span;
	bool opens;
};

struct sweep {
	struct decide *d;
	struct world *w;
	const struct decide_subject *subject;
	scope_number scope;
	struct segment *segment;
	node_id ruler;      /* who has all that the scope gives already, or NODE_NONE */
	struct buf spans;   /* struct span */
	struct buf events;  /* struct sweep_event */
	struct buf tests;   /* open test spans, by number */
	uint64_t *named;    /* a bit per entity whose own policies name the subject */
	uint64_t *favoured; /* likewise, and not only in denies */
	uint32_t named_count;
	struct buf *out;
	uint32_t *depth; /* per statement: open full spans */
	bool *active;    /* per statement: depth > 0 */
	struct alike *alike;
	uint8_t *granted; /* per kind, of the current run: see kind_granted */
	struct sweep_kinds kinds;
	struct buf reach;        /* the key in hand and a star */
	uint32_t grants_open;    /* full spans of identity allows that are open */
	uint32_t keyed_open;     /* full spans that tell entities by their keys */
	bool root;               /* grants everything by itself */
	bool one_by_one;         /* ceilings look at resources: no shortcut */
	bool away;               /* another scope's, where own grants must reach */
	struct away *alike_away; /* NULL: the subject's own scope */
};

static bool has_grants(const struct sweep *p)
{
	return (p->subject->s.n->flags & ENTITY_ROOT) || p->subject->identity_count > 0 ||
	       p->subject->unknown_identity != EXPR_FALSE;
}

/* --- entities whose own policies name the subject --- */

static void name(struct sweep *p, entity_id id, bool denies)
{
	uint64_t bit = 1ull << (id % 64);

	/* a policy may come without the entity that carries it */
	if (id >= segment_info(p->segment)->entity_count)
		return;
	p->named_count += !(p->named[id / 64] & bit);
	p->named[id / 64] |= bit;
	if (!denies)
		p->favoured[id / 64] |= bit;
}

static bool is_in(const uint64_t *set, entity_id id)
{
	return set[id / 64] >> (id % 64) & 1u;
}

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
			(p->ruler != NODE_NONE ||
				v[i].entity >= segment_info(p->segment)->entity_count ||
				!sweep_kind_reached(&p->kinds,
					&sweep_kind_at(&p->kinds, v[i].entity)->consents,
					v[i].entity)))
			continue;
		name(p, v[i].entity, v[i].is_deny);
	}
}

/* Where the one that governs the others names the subject, these do. */
static void named_governed(struct sweep *p)
{
	const struct segment_info *info = segment_info(p->segment);
	const struct provider *provider = provider_of_scope(info->scope);
	entity_id id = segment_find(p->segment, info->key);
	node_id governor;

	if (!provider->governor || id >= info->entity_count || !is_in(p->named, id))
		return;
	governor = world_node_entity(p->w, p->scope, id);
	for (entity_id i = 0; i < info->entity_count; i++) {
		node_id n = world_node_entity(p->w, p->scope, i);

		if (i != id && provider->governor(p->w, world_node(p->w, n)) == governor)
			name(p, i, !is_in(p->favoured, id));
	}
}

static void named_in(struct sweep *p, node_id whom, bool own)
{
	struct str texts[SEARCH_TEXTS_MAX];
	uint32_t n = search_texts(texts, p->w, whom);

	for (uint32_t i = 0; i < n; i++)
		named_by(p, texts[i], own);
	named_governed(p);
}

/* What their policies take away is not known of the one as little as of the other. */
static void named_refused(struct sweep *p)
{
	uint32_t count;
	const entity_id *refused = segment_refused(p->segment, &count);

	for (uint32_t i = 0; i < count && has_grants(p); i++)
		name(p, refused[i], false);
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
				action_plan_is_governed(sweep_kind_plan(&p->kinds, k, 0)))
				name(p, members[i], false);
		}
	}
}

/* --- events --- */

static int compare_events(const void *a, const void *b)
{
	const struct sweep_event *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return (x->span > y->span) - (x->span < y->span);
}

static void events_make(struct sweep *p)
{
	for (uint32_t i = 0; i < VEC_COUNT(&p->spans, struct span); i++) {
		const struct span *s = &VEC_DATA(&p->spans, struct span)[i];

		VEC_ADD(&p->events, struct sweep_event, { s->begin, i, true });
		VEC_ADD(&p->events, struct sweep_event, { s->end, i, false });
	}
	if (p->events.n > 0)
		qsort(p->events.p, VEC_COUNT(&p->events, struct sweep_event),
			sizeof(struct sweep_event), compare_events);
}

static void test_apply(struct sweep *p, const struct sweep_event *ev)
{
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
}

static void event_apply(struct sweep *p, const struct sweep_event *ev)
{
	const struct span *s = &VEC_DATA(&p->spans, struct span)[ev->span];
	uint32_t one = ev->opens ? 1u : (uint32_t)-1;

	if (s->test) {
		test_apply(p, ev);
		return;
	}
	p->depth[s->statement] += one;
	p->active[s->statement] = p->depth[s->statement] > 0;
	if (search_is_grant(&p->subject->statements[s->statement]))
		p->grants_open += one;
	if (s->keyed)
		p->keyed_open += one;
}

/* --- deciding --- */

static void found_add(struct sweep *p, entity_id id, const struct access *access)
{
	if (access->part_count > 0)
		VEC_ADD(p->out, struct search_found, { p->scope, id, access });
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
	const struct span *spans = VEC_DATA(&p->spans, struct span);
	size_t count = VEC_COUNT(&p->tests, uint32_t);

	if (count == 0)
		return false;
	buf_clear(&p->reach);
	buf_add_str(&p->reach, sweep_kind_key(&p->kinds, id));
	buf_add_char(&p->reach, '*');
	for (size_t i = 0; i < count; i++) {
		if (pattern_intersects(spans[VEC_DATA(&p->tests, uint32_t)[i]].pattern,
			    buf_str(&p->reach)))
			return true;
	}
	return false;
}

/* Whether anything that grants may meet the entities of the current run. */
static bool run_grants(struct sweep *p)
{
	const struct span *spans = VEC_DATA(&p->spans, struct span);

	if (p->root || p->grants_open > 0)
		return true;
	for (size_t i = 0; i < VEC_COUNT(&p->tests, uint32_t); i++) {
		const struct span *s = &spans[VEC_DATA(&p->tests, uint32_t)[i]];

		if (search_is_grant(&p->subject->statements[s->statement]))
			return true;
	}
	return false;
}

/* Whether a grant that is open has an action that is asked about of the kind. */
static bool find_granted(struct sweep *p, uint32_t kind, uint32_t flags)
{
	const struct action_plan *plan = sweep_kind_plan(&p->kinds, kind, flags);

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

static bool kind_granted(struct sweep *p, uint32_t kind, uint32_t flags)
{
	unsigned shift = flags & ENTITY_CONTAINER ? 2 : 0;
	uint8_t *known = &p->granted[kind];

	if (!((unsigned)*known >> shift & 3u))
		*known |= (uint8_t)((find_granted(p, kind, flags) ? 1u : 2u) << shift);
	return (unsigned)*known >> shift & 1u;
}

/* One that no statement covers in part: decided with all that are like it. */
static int decide_alike(struct sweep *p, entity_id id, struct err *e)
{
	const struct access *access;

	if (alike_access(&access, p->alike, id, is_in(p->named, id), e) < 0)
		return e->code;
	if (!access)
		return decide_one(p, id, e);
	found_add(p, id, access);
	return 0;
}

static int run_entity(struct sweep *p, entity_id id, struct err *e)
{
	const struct segment_entity *entity = segment_entity(p->segment, id);
	const struct sweep_kind *kind;
	bool named = is_in(p->named, id);

	if (entity->flags & ENTITY_SHARED)
		return 0;
	if (entity->kind >= segment_info(p->segment)->kind_count)
		return err_set(e, ERR_CORRUPT, "entity %u has kind %u", id, entity->kind);
	kind = sweep_kind_of(&p->kinds, entity->kind, entity->flags);
	if (named && !kind->asked)
		return 0;
	if (entity->policy_state == SEGMENT_POLICY_REFUSED)
		return decide_one(p, id, e);
	if (!named && !kind->matters)
		return 0;
	if (p->one_by_one || world_any_removed(p->w) || may_meet(p, id) ||
		((entity->flags & ENTITY_CONTAINER) && p->keyed_open > 0))
		return decide_one(p, id, e);
	/* a policy that only denies gives nothing to who has nothing */
	if (!is_in(p->favoured, id) && !kind_granted(p, entity->kind, entity->flags))
		return 0;
	return decide_alike(p, id, e);
}

/* Those of a run of which nothing but their own policies speaks. */
static int run_named(struct sweep *p, entity_id begin, entity_id end, struct err *e)
{
	for (entity_id id = begin; id < end; id++) {
		uint64_t rest = p->named[id / 64] >> (id % 64);

		if (rest == 0) {
			id |= 63u; /* to the word's last */
			continue;
		}
		id += (entity_id)__builtin_ctzll(rest);
		if (id < end && run_entity(p, id, e) < 0)
			return e->code;
	}
	return 0;
}

/*
 * Whether entities of the kind may get something in this run of which their own policies
 * say nothing. Of a kind all are containers or none is.
 */
static bool kind_gets(struct sweep *p, uint32_t kind, uint32_t flags)
{
	if (!sweep_kind_of(&p->kinds, kind, flags)->matters)
		return false;
	return p->one_by_one || p->tests.n > 0 || world_any_removed(p->w) ||
	       ((flags & ENTITY_CONTAINER) && p->keyed_open > 0) ||
	       kind_granted(p, kind, flags);
}

/*
 * Whether what opens the kind in this run opens it whole, to all that are alike:
 * run_entity would come to the same for each of them that nothing names.
 */
static bool kind_is_shared(struct sweep *p, uint32_t kind, uint32_t flags)
{
	return !p->one_by_one && p->tests.n == 0 && !world_any_removed(p->w) &&
	       !((flags & ENTITY_CONTAINER) && p->keyed_open > 0) &&
	       kind_granted(p, kind, flags);
}

/* One of a kind that is shared. */
static int run_plain(struct sweep *p, entity_id id, struct err *e)
{
	const struct segment_entity *entity = segment_entity(p->segment, id);

	if (entity->flags & ENTITY_SHARED)
		return 0;
	if (entity->policy_state == SEGMENT_POLICY_REFUSED)
		return decide_one(p, id, e);
	return decide_alike(p, id, e);
}

/* Those of a kind within the run, without the named ones. */
static int run_kind(
	struct sweep *p, uint32_t kind, entity_id begin, entity_id end, struct err *e)
{
	uint32_t count, flags, low = 0, high;
	const uint32_t *members = segment_kind_members(p->segment, kind, &count);
	int (*one)(struct sweep *, entity_id, struct err *);

	if (count == 0)
		return 0;
	flags = segment_entity(p->segment, members[0])->flags;
	if (!kind_gets(p, kind, flags))
		return 0;
	high = count;
	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (members[mid] < begin)
			low = mid + 1;
		else
			high = mid;
	}
	one = kind_is_shared(p, kind, flags) ? run_plain : run_entity;
	for (; low < count && members[low] < end; low++) {
		if (!is_in(p->named, members[low]) && one(p, members[low], e) < 0)
			return e->code;
	}
	return 0;
}

static int run(struct sweep *p, entity_id begin, entity_id end, struct err *e)
{
	if (begin >= end)
		return 0;
	alike_begin(p->alike, p->active);
	memset(p->granted, 0, segment_info(p->segment)->kind_count);
	for (uint32_t k = 0; k < segment_info(p->segment)->kind_count; k++) {
		if (!run_grants(p))
			break;
		if (run_kind(p, k, begin, end, e) < 0)
			return e->code;
	}
	return p->named_count > 0 ? run_named(p, begin, end, e) : 0;
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

/* Containers last: planning for them is a look at all actions that name no resource. */
static bool sweep_needed(struct sweep *p)
{
	uint32_t kinds = segment_info(p->segment)->kind_count, count;

	for (uint32_t k = 0; k < 2 * kinds && has_grants(p); k++) {
		const uint32_t *members =
			segment_kind_members(p->segment, k % kinds, &count);
		uint32_t flags =
			count > 0 ? segment_entity(p->segment, members[0])->flags : 0;

		if (count > 0 && ((flags & ENTITY_CONTAINER) != 0) == (k >= kinds) &&
			sweep_kind_of(&p->kinds, k % kinds, flags)->matters)
			return true;
	}
	return false;
}

/* One of another scope: with those that are like it, or for itself. */
static int decide_away(struct sweep *p, entity_id id, struct err *e)
{
	const struct access *access = NULL;

	if (p->alike_away && away_access(&access, p->alike_away, id, e) < 0)
		return e->code;
	if (!access)
		return decide_one(p, id, e);
	found_add(p, id, access);
	return 0;
}

/* Each of the named ones, and no other. */
static int sweep_named(struct sweep *p, struct err *e)
{
	uint32_t words = (segment_info(p->segment)->entity_count + 63) / 64;

	for (uint32_t i = 0; i < words && p->named_count > 0; i++) {
		for (uint64_t rest = p->named[i]; rest != 0; rest &= rest - 1) {
			entity_id id = i * 64 + (entity_id)__builtin_ctzll(rest);
			const struct segment_entity *entity =
				segment_entity(p->segment, id);

			if ((entity->flags & ENTITY_SHARED) ||
				entity->kind >= segment_info(p->segment)->kind_count ||
				!sweep_kind_at(&p->kinds, id)->asked)
				continue;
			/* its grants and the entity's have to come together */
			if (p->away && !sweep_kind_at(&p->kinds, id)->lets_in &&
				(!is_in(p->favoured, id) ||
					!sweep_kind_reached(&p->kinds,
						&sweep_kind_at(&p->kinds, id)->grants,
						id)))
				continue;
			if (decide_away(p, id, e) < 0)
				return e->code;
		}
	}
	return 0;
}

/* So few are decided one by one, without a look at what covers whom. */
#define NAMED_FEW 8u

static int sweep_own(struct sweep *p, struct err *e)
{
	struct arena *arena = world_arena(p->w);
	uint32_t count = p->subject->statement_count;
	int rc;

	/* documents that nobody collected may grant anything: look everywhere */
	p->root = (p->subject->s.n->flags & ENTITY_ROOT) != 0 ||
		  p->subject->unknown_identity != EXPR_FALSE;
	if (!sweep_needed(p) && p->named_count <= NAMED_FEW)
		return sweep_named(p, e);
	p->depth = ARENA_NEW_ARRAY(arena, uint32_t, count + 1);
	p->active = ARENA_NEW_ARRAY(arena, bool, count + 1);
	p->granted =
		ARENA_NEW_ARRAY(arena, uint8_t, segment_info(p->segment)->kind_count + 1);
	p->alike = alike_new(p->d, p->subject, p->scope, p->segment);
	p->one_by_one = search_ceilings_name(p->subject->s.organization);
	span_collect(&p->spans, p->w, p->segment, p->subject);
	events_make(p);
	rc = runs(p, e);
	alike_free(p->alike);
	return rc;
}

static int sweep_scope(struct buf *out, struct decide *d, const struct decide_subject *s,
	scope_number scope, node_id ruler, struct away *away, struct err *e)
{
	bool own = s->s.n->type == NODE_ENTITY &&
		   (s->s.n->scope == scope || search_ruled(decide_world(d), s) == scope);
	struct sweep p = { .d = d,
		.w = decide_world(d),
		.subject = s,
		.scope = scope,
		.ruler = own ? ruler : NODE_NONE,
		.out = out };
	struct arena *arena = world_arena(p.w);
	int rc = 0;

	if (world_segment(&p.segment, p.w, scope, e) < 0)
		return e->code;
	if (provider_of_scope(segment_info(p.segment)->scope)->inherits)
		return 0;
	p.named = ARENA_NEW_ARRAY(
		arena, uint64_t, segment_info(p.segment)->entity_count / 64 + 1);
	p.away = !own && search_needs_own(s) &&
		 provider_of_scope(segment_info(p.segment)->scope) == s->provider;
	p.favoured = ARENA_NEW_ARRAY(
		arena, uint64_t, segment_info(p.segment)->entity_count / 64 + 1);
	sweep_kind_init(&p.kinds, d, s, scope, p.segment);
	named_in(&p, s->s.node, own);
	if (p.ruler != NODE_NONE)
		named_in(&p, p.ruler, own);
	if (own && p.ruler == NODE_NONE)
		named_refused(&p);
	if (decide_is_strict(d))
		unread_in(&p);
	if (!own && !world_any_removed(p.w) && p.named_count > 0 &&
		provider_of_scope(segment_info(p.segment)->scope) == s->provider) {
		p.alike_away = away;
		rc = away_enter(away, scope, p.segment, e);
	}
	if (rc == 0)
		rc = own && p.ruler == NODE_NONE ? sweep_own(&p, e) : sweep_named(&p, e);
	buf_release(&p.spans);
	buf_release(&p.events);
	buf_release(&p.tests);
	buf_release(&p.reach);
	return rc;
}

/* --- the scopes that matter --- */

int search_what_beside(
	struct buf *out, struct decide *d, node_id subject, node_id ruler, struct err *e)
{
	struct world *w = decide_world(d);
	const struct decide_subject *s;
	struct buf scopes = { 0 };
	struct away *away;
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
	buf_unique_u32(&scopes);
	decide_hold(d, s);
	away = away_new(d, s);
	for (size_t i = 0; i < VEC_COUNT(&scopes, scope_number) && rc == 0; i++) {
		scope_number n = VEC_DATA(&scopes, scope_number)[i];

		rc = sweep_scope(out, d, s, n, ruler, away, e);
	}
	away_free(away);
	decide_hold(d, NULL);
	if (own != SEGMENT_NONE)
		search_once(out, w, search_ruled(w, s));
	buf_release(&scopes);
	if (rc == 0)
		rc = tree_sweep(out, d, subject, e);
	if (rc == 0)
		search_sort(out);
	return rc;
}
