#include "reachability/search.h"

#include "base/sort.h"

#include "reachability/tree_sweep.h"

bool search_is_grant(const struct decide_statement *s)
{
	return s->slot == SLOT_IDENTITY && !(s->statement->flags & DOCUMENT_DENY);
}

static bool scope_add(void *ctx, scope_number scope)
{
	VEC_ADD((struct buf *)ctx, scope_number, scope);
	return true;
}

bool search_needs_own(const struct decide_subject *s)
{
	return s->provider->needs_own && s->provider->needs_own(s->s.h) &&
	       s->provider->needs_own(s->s.n) && s->unknown_identity == EXPR_FALSE;
}

uint32_t search_texts(struct str out[SEARCH_TEXTS_MAX], struct world *w, node_id subject)
{
	const struct provider *p = provider_of_node(w, subject);
	uint32_t n = p->principal_texts(out, PROVIDER_TEXTS_MAX, w, subject);

	n += token_texts(out + n, w, subject);
	/* everybody has those of every cloud in it */
	if (p->inherits)
		out[n++] = STR_LIT(SEGMENT_ANYONE);
	/* who has no account, and requests that say whose they are, are pinned by none */
	if (!p->needs_own || !p->needs_own(world_node(w, subject)) ||
		world_context(w)->count > 0)
		out[n++] = STR_LIT(SEGMENT_PINNED);
	return n;
}

/* Where grants of the subject reach, beyond its own scope. */
struct reachable {
	struct world *w;
	const struct decide_subject *subject;
	struct buf *scopes;
	uint64_t *services; /* a bit per service of grants that may reach anything */
	bool any;           /* grants of more services than are worth a look each */
};

/* Services of a grant that are looked up one by one. */
#define SERVICES_FEW 16u

static void reach_services(struct reachable *r, const struct decide_statement *st)
{
	const struct document *d = decide_action_document(st);
	const struct document_statement *s = decide_action_statement(st);
	uint32_t found = 0, last = CATALOG_NONE;

	for (uint32_t i = 0; i < s->action_count && !r->any; i++) {
		const struct document_interval *v = &d->intervals[s->action_first + i];

		for (action_id id = v->begin; id < v->end && found <= SERVICES_FEW;
			id++) {
			uint32_t service = catalog_action_service(id);

			found += service != last;
			last = service;
			r->services[service / 64] |= 1ull << (service % 64);
		}
	}
	r->any |= found > SERVICES_FEW;
}

/*
 * The entity that a pattern without an account in it speaks of, when it speaks of one
 * alone: its scope. False: the pattern may speak of many.
 */
static int reach_entity(
	bool *one, struct reachable *r, struct str literal, bool exact, struct err *e)
{
	scope_number scope;
	entity_id id;
	size_t size;
	int rc;

	*one = catalog_kind_of_key(literal, &size) != CATALOG_NONE &&
	       (exact || size < literal.n);
	if (!*one)
		return 0;
	rc = snapshot_find_key(
		&scope, &id, world_snapshot(r->w), str_head(literal, size), e);
	if (rc == 1)
		VEC_ADD(r->scopes, scope_number, scope);
	return rc < 0 ? rc : 0;
}

static int reach_statement(
	struct reachable *r, const struct decide_statement *st, struct err *e)
{
	const struct document_statement *s = st->statement;
	bool wide = (s->flags & (DOCUMENT_ANY_RESOURCE | DOCUMENT_NOT_RESOURCE)) != 0;

	for (uint32_t i = 0; i < s->resource_count && !wide; i++) {
		const struct document_pattern *p =
			&st->document->patterns[s->resource_first + i];
		struct str text = document_str(st->document, p->text), account;
		struct str literal = str_head(text, p->literal_size);
		bool one = false;

		provider_of_key(literal)->read_key(literal, &account);
		if (account.n > 0 && str_eq(account, r->subject->s.n->account))
			continue;
		if (account.n == 0 &&
			reach_entity(&one, r, literal,
				(p->flags & DOCUMENT_PATTERN_EXACT) != 0, e) < 0)
			return e->code;
		wide = !one;
	}
	if (wide)
		reach_services(r, st);
	return 0;
}

/* The scopes with something open to everybody that the subject's grants may reach. */
static int scopes_open(struct buf *scopes, struct world *w,
	const struct decide_subject *s, struct err *e)
{
	struct snapshot *snap = world_snapshot(w);
	struct reachable r = { .w = w, .subject = s, .scopes = scopes };
	uint32_t count = catalog_service_count();

	for (uint32_t i = 0; provider_get(i); i++) {
		struct str text = arena_printf(world_arena(w), SEGMENT_OPEN_OF "%.*s",
			STR_ARG(provider_get(i)->name));

		/* others decide by rules of their own */
		if (provider_get(i) != s->provider &&
			snapshot_links(snap, text, scope_add, scopes, e) < 0)
			return e->code;
	}
	r.services = ARENA_NEW_ARRAY(world_arena(w), uint64_t, count / 64 + 1);
	for (uint32_t i = 0; i < s->identity_count && !r.any; i++) {
		if (search_is_grant(&s->statements[i]) &&
			reach_statement(&r, &s->statements[i], e) < 0)
			return e->code;
	}
	if (r.any)
		return snapshot_links(
			snap, STR_LIT(SEGMENT_ANYONE), scope_add, scopes, e);
	if (snapshot_links(snap, STR_LIT(SEGMENT_OPEN), scope_add, scopes, e) < 0)
		return e->code;
	for (uint32_t i = 0; i < count; i++) {
		struct str text;

		if (!(r.services[i / 64] >> (i % 64) & 1u))
			continue;
		text = arena_printf(world_arena(w), SEGMENT_OPEN "%u", i);
		if (snapshot_links(snap, text, scope_add, scopes, e) < 0)
			return e->code;
	}
	return 0;
}

/* Where policies of the provider's kinds were not read. */
static int scopes_unread(
	struct buf *scopes, struct decide *d, const struct provider *p, struct err *e)
{
	struct world *w = decide_world(d);
	const char *const *kinds = p->policy_kinds;

	for (uint32_t i = 0; kinds[i]; i++) {
		const struct action_plan *plan = action_plan_of(
			decide_planner(d), catalog_kind_find(str_from(kinds[i])), false);
		struct str gap = arena_printf(world_arena(w), SEGMENT_GAP "%s", kinds[i]);

		if (plan->count > 0 &&
			snapshot_links(world_snapshot(w), gap, scope_add, scopes, e) < 0)
			return e->code;
	}
	return 0;
}

bool search_ceilings_name(const struct world_organization *o)
{
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

scope_number search_ruled(struct world *w, const struct decide_subject *s)
{
	return s->s.organization->exempt && s->provider->governor &&
			       s->s.n->type == NODE_ENTITY
		       ? world_account_scope(w, s->s.organization->id)
		       : SEGMENT_NONE;
}

int search_scopes(struct buf *scopes, struct decide *d, node_id subject, struct err *e)
{
	struct world *w = decide_world(d);
	struct str texts[SEARCH_TEXTS_MAX], tokens[TOKEN_MAX];
	uint32_t n = search_texts(texts, w, subject);
	bool strange = token_list(tokens, w, subject) > 0;
	const struct decide_subject *s;
	const struct provider *p;

	if (decide_subject(&s, d, subject, e) < 0)
		return e->code;
	if (search_ruled(w, s) != SEGMENT_NONE)
		VEC_ADD(scopes, scope_number, search_ruled(w, s));
	for (uint32_t i = 0; i < n; i++) {
		bool open =
			str_eq(texts[i], STR_LIT(SEGMENT_ANYONE)) && search_needs_own(s);
		int rc = open ? scopes_open(scopes, w, s, e)
			      : snapshot_links(world_snapshot(w), texts[i], scope_add,
					scopes, e);

		if (rc < 0)
			return rc;
	}
	for (uint32_t i = 0; decide_is_strict(d) && (p = provider_get(i)); i++) {
		if ((strange || p == s->provider) && scopes_unread(scopes, d, p, e) < 0)
			return e->code;
	}
	return 0;
}

static bool gives_everything(const struct decide_statement *st, struct str provider)
{
	const struct document_statement *s = st->statement;
	const struct document_interval *v = st->document->intervals + s->action_first;

	action_id begin, end;

	catalog_admin_actions(provider, &begin, &end);
	return search_is_grant(st) && (s->flags & DOCUMENT_ANY_RESOURCE) &&
	       !(s->flags & DOCUMENT_NOT_RESOURCE) && s->condition_count == 0 &&
	       s->action_count == 1 && v->begin == begin && v->end == end;
}

bool search_has_everything(const struct decide_subject *s)
{
	bool any = false;

	if (s->s.bounded || s->s.sessioned || s->unknown_deny != EXPR_FALSE ||
		s->place_count > 0 || s->unknown_place != EXPR_FALSE)
		return false;
	for (uint32_t i = 0; i < s->identity_count; i++) {
		if (s->statements[i].statement->flags & DOCUMENT_DENY)
			return false;
		any |= gives_everything(&s->statements[i], s->provider->name);
	}
	return any;
}

/* Ceilings that tell callers apart may stop the one and not the other. */
static bool ceilings_tell_apart(const struct world_organization *o)
{
	for (uint32_t i = 0; i < o->level_count; i++) {
		for (uint32_t k = 0; k < o->rcps[i].document_count; k++) {
			const struct document *d = o->rcps[i].documents[k].compiled;

			if (!d || (d->flags & DOCUMENT_READS_PRINCIPAL))
				return true;
		}
	}
	return false;
}

int search_rules(bool *out, struct decide *d, node_id subject, struct err *e)
{
	const struct decide_subject *s;

	*out = false;
	if (decide_subject(&s, d, subject, e) < 0)
		return e->code;
	if (s->s.n->type != NODE_ENTITY || s->s.bounded || s->s.linked ||
		s->s.sessioned ||
		(s->s.n->flags & (ENTITY_ROOT | ENTITY_COMPUTE | ENTITY_GROUP)) ||
		s->unknown_deny != EXPR_FALSE || ceilings_tell_apart(s->s.organization))
		return 0;
	for (uint32_t i = 0; i < s->statement_count; i++) {
		const struct decide_statement *st = &s->statements[i];

		if (i < s->identity_count
				? (st->statement->flags & DOCUMENT_DENY) != 0
				: (st->statement->flags &
					  DOCUMENT_STATEMENT_READS_PRINCIPAL) != 0) {
			*out = false;
			return 0;
		}
		*out |= i < s->identity_count && gives_everything(st, s->provider->name);
	}
	return 0;
}

static uint64_t place_of(const void *item)
{
	const struct search_found *f = item;

	return (uint64_t)f->scope << 32 | f->id;
}

void search_sort(struct buf *found)
{
	sort_items(found->p, VEC_COUNT(found, struct search_found),
		sizeof(struct search_found), place_of);
}

node_id search_node(struct world *w, const struct search_found *f)
{
	return f->scope == SEGMENT_NONE ? f->id : world_node_entity(w, f->scope, f->id);
}

void search_once(struct buf *out, struct world *w, scope_number ruled)
{
	struct search_found *v = VEC_DATA(out, struct search_found);
	size_t count = VEC_COUNT(out, struct search_found), kept = 0;

	if (ruled == SEGMENT_NONE)
		return;
	for (size_t i = 0; i < count; i++) {
		bool account = false;

		if (v[i].scope == ruled) {
			struct str key = world_node(w, search_node(w, &v[i]))->key, of;

			account =
				provider_of_key(key)->read_key(key, &of) == NODE_ACCOUNT;
		}
		if (!account)
			v[kept++] = v[i];
	}
	out->n = kept * sizeof(*v);
}

int search_what(struct buf *out, struct decide *d, node_id subject, struct err *e)
{
	return search_what_beside(out, d, subject, NODE_NONE, e);
}

int search_on(struct buf *out, struct decide *d, node_id subject, const node_id *objects,
	uint32_t object_count, struct err *e)
{
	struct world *w = decide_world(d);
	const struct decide_subject *s;
	const struct decide_object *o;

	if (!world_acts(w, subject))
		return 0;
	for (uint32_t i = 0; i < object_count; i++) {
		struct access *access = ARENA_NEW(world_arena(w), struct access);
		const struct node *node = world_node(w, objects[i]);

		if (decide_subject(&s, d, subject, e) < 0 ||
			decide_object(&o, d, objects[i], e) < 0 ||
			decide_entity(access, d, s, o, (struct str){ 0 }, e) < 0)
			return e->code;
		if (access->part_count > 0)
			VEC_ADD(out, struct search_found,
				{ node->scope,
					node->type == NODE_ENTITY ? node->id : objects[i],
					access });
	}
	return 0;
}

int search_opened(
	struct buf *out, struct decide *d, node_id subject, node_id opened, struct err *e)
{
	struct world *w = decide_world(d);

	if (!(world_node(w, opened)->flags & ENTITY_CONTAINER) ||
		!provider_of_node(w, opened)->inherits)
		return search_on(out, d, subject, &opened, 1, e);
	if (tree_sweep(out, d, subject, e) < 0)
		return e->code;
	search_sort(out);
	return 0;
}
