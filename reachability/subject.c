#include "reachability/subject.h"

#include <stdlib.h>

#include "base/mutant.h"
#include "base/sparse.h"
#include "reachability/imagined.h"
#include "reachability/object.h"
#include "reachability/place.h"
#include "reachability/subject_change.h"

struct subject_cache {
	struct world *world;
	struct sparse subjects;      /* struct decide_subject * per node */
	struct sparse objects;       /* struct decide_object * per node */
	struct intern organizations; /* address of an account's organization -> number */
	struct buf ceilings;         /* struct account_ceilings per number */
	struct intern classes;       /* (scope, class) -> number */
	struct buf class_statements; /* struct subject_statements per number */
	struct endpoint_list endpoints;
	bool endpoints_known;
	struct subject_change *change;
};

struct subject_cache *subject_cache_new(struct world *w)
{
	struct subject_cache *c = calloc(1, sizeof(*c));

	if (!c)
		abort();
	c->world = w;
	sparse_init(&c->subjects, sizeof(struct decide_subject *));
	sparse_init(&c->objects, sizeof(struct decide_object *));
	c->change = subject_change_new(w);
	intern_init(&c->classes);
	intern_init(&c->organizations);
	return c;
}

void subject_cache_free(struct subject_cache *c)
{
	if (!c)
		return;
	sparse_release(&c->subjects);
	sparse_release(&c->objects);
	buf_release(&c->class_statements);
	intern_release(&c->classes);
	intern_release(&c->organizations);
	buf_release(&c->ceilings);
	subject_change_free(c->change);
	free(c);
}

/* --- statements of a class --- */

/* A document that cannot be read may grant (or let through) and may deny. */
static void unknown_document(struct subject_statements *c, struct world *w,
	struct segment *s, struct str name, const struct document *invalid,
	bool is_boundary)
{
	struct expr_pool *pool = world_pool(w);
	struct str scope = segment_info(s)->scope;
	struct str what =
		invalid ? arena_printf(world_arena(w),
				  "a policy of it is not valid (%.*s)",
				  STR_ARG(invalid->problem))
			: arena_printf(world_arena(w), "policy '%.*s' was not collected",
				  STR_ARG(name));
	expr *grants = is_boundary ? &c->unknown_boundary : &c->unknown_identity;

	if (MUTANT(missing_policy_as_empty, false, !invalid && !is_boundary))
		return;
	*grants = expr_or(pool, *grants, world_unknown(w, scope, what, false));
	c->unknown_deny = expr_or(pool, c->unknown_deny,
		world_unknown(
			w, scope, what, MUTANT(may_grant_is_may_deny, true, false)));
}

void subject_add_statements(struct buf *out, const struct document *d,
	enum decide_slot slot, uint32_t level, uint32_t doc,
	const struct world_document *origin)
{
	for (uint32_t i = 0; i < d->statement_count; i++) {
		struct decide_statement st = { .document = d,
			.statement = &d->statements[i],
			.slot = slot,
			.level = level,
			.doc = doc,
			.origin = origin };

		buf_add(out, &st, sizeof(st));
	}
}

static void document_add(struct subject_statements *c, struct buf *out, struct world *w,
	struct segment *s, uint32_t doc, struct str name, const struct document *d,
	bool is_boundary)
{
	c->bounded |= is_boundary;
	if (!d || (d->flags & DOCUMENT_INVALID)) {
		unknown_document(c, w, s, name, d, is_boundary);
		return;
	}
	if (d->flags & DOCUMENT_READS_PRINCIPAL)
		c->reads_principal = true;
	subject_add_statements(
		out, d, is_boundary ? SLOT_BOUNDARY : SLOT_IDENTITY, 0, doc, NULL);
}

static int class_load(struct subject_statements *c, struct world *w, struct segment *s,
	uint32_t class, struct err *e)
{
	struct buf identity = { 0 }, boundary = { 0 };
	const struct segment_class_doc *docs;
	const struct document *d;
	uint32_t count;

	docs = segment_class_docs(s, class, &count);
	for (uint32_t i = 0; i < count; i++) {
		const struct segment_doc *sd = segment_doc(s, docs[i].doc);

		if (segment_document(&d, s, docs[i].doc, e) < 0) {
			buf_release(&identity);
			buf_release(&boundary);
			return e->code;
		}
		if ((sd->flags & SEGMENT_DOC_GROUP) &&
			!subject_group_holds(segment_str(s, sd->name)))
			continue;
		document_add(c, docs[i].is_boundary ? &boundary : &identity, w, s,
			docs[i].doc, segment_str(s, sd->name), d,
			docs[i].is_boundary != 0);
	}
	c->identity_count = (uint32_t)VEC_COUNT(&identity, struct decide_statement);
	buf_add(&identity, boundary.p, boundary.n);
	c->count = (uint32_t)VEC_COUNT(&identity, struct decide_statement);
	c->statements = NULL;
	if (c->count > 0) {
		void *copy = arena_alloc(world_arena(w), identity.n);

		memcpy(copy, identity.p, identity.n);
		c->statements = copy;
	}
	buf_release(&identity);
	buf_release(&boundary);
	return 0;
}

/* The same for one node whose policies are not those of its class (`without`, groups). */
int subject_policies_load(
	struct subject_statements *c, struct world *w, node_id n, struct err *e)
{
	struct buf identity = { 0 }, boundary = { 0 };
	const struct subject_policy *p;
	uint32_t count;
	void *copy;

	if (subject_policies(&p, &count, w, n, e) < 0)
		return e->code;
	for (uint32_t i = 0; i < count; i++)
		document_add(c, p[i].is_boundary ? &boundary : &identity, w,
			p[i].document.segment, p[i].document.doc, p[i].document.name,
			p[i].document.compiled, p[i].is_boundary);
	c->identity_count = (uint32_t)VEC_COUNT(&identity, struct decide_statement);
	buf_add(&identity, boundary.p, boundary.n);
	c->count = (uint32_t)VEC_COUNT(&identity, struct decide_statement);
	copy = arena_alloc(world_arena(w), identity.n + 1);
	if (identity.n > 0)
		memcpy(copy, identity.p, identity.n);
	c->statements = copy;
	buf_release(&identity);
	buf_release(&boundary);
	return 0;
}

static int class_get(
	struct subject_statements *out, struct subject_cache *c, node_id n, struct err *e)
{
	const struct node *node = world_node(c->world, n);
	const struct segment_entity *entity = world_entity(c->world, n);
	uint32_t key[2] = { node->scope, entity->class };
	uint32_t before = intern_count(&c->classes), number;

	/* a session of somebody who is taken out has nothing left */
	if (world_any_removed(c->world) && world_removed(c->world, node->key)) {
		*out = (struct subject_statements){ 0 };
		return 0;
	}
	if (entity->class == SEGMENT_NONE || world_any_removed(c->world))
		return subject_policies_load(out, c->world, n, e);
	number = intern_add(&c->classes, (struct str){ (const char *)key, sizeof(key) });
	if (number == before) {
		struct subject_statements loaded = { 0 };

		if (class_load(&loaded, c->world, world_node_segment(c->world, n),
			    entity->class, e) < 0)
			return e->code;
		buf_add(&c->class_statements, &loaded, sizeof(loaded));
	}
	*out = VEC_DATA(&c->class_statements, struct subject_statements)[number];
	return 0;
}

/* --- subjects --- */

expr subject_unknown_ceiling(struct world *w, const struct world_organization *o,
	struct str what, bool may_deny)
{
	return world_unknown(
		w, o->id.n > 0 ? o->id : STR_LIT("organization"), what, may_deny);
}

/* One level of ceilings: its statements, and what of it cannot be read. */
static void scp_level(const struct world_organization *o, struct world *w,
	struct buf *out, uint32_t level, expr *lets, expr *denies)
{
	const struct world_ceiling *c = &o->scps[level];
	struct expr_pool *pool = world_pool(w);
	struct str what = arena_printf(world_arena(w),
		"SCPs attached to '%.*s' were not collected", STR_ARG(c->level));

	if (MUTANT(empty_level_lets_nothing, c->document_count == 0, false)) {
		*lets = subject_unknown_ceiling(w, o, what, false);
		*denies = subject_unknown_ceiling(w, o, what, true);
	}
	for (uint32_t k = 0; k < c->document_count; k++) {
		const struct document *d = c->documents[k].compiled;

		if (d && !(d->flags & DOCUMENT_INVALID)) {
			subject_add_statements(
				out, d, SLOT_SCP, level, 0, &c->documents[k]);
			continue;
		}
		what = arena_printf(world_arena(w), "SCP '%.*s' %s",
			STR_ARG(c->documents[k].name),
			d ? "is not valid" : "was not collected");
		*lets = expr_or(pool, *lets, subject_unknown_ceiling(w, o, what, false));
		*denies =
			expr_or(pool, *denies, subject_unknown_ceiling(w, o, what, true));
	}
}

/* The SCPs above an account, flattened once. */
struct account_ceilings {
	const struct decide_statement *statements;
	uint32_t count, levels;
	const expr *lets, *denies; /* per level */
};

static void scps_load(
	struct account_ceilings *out, struct world *w, const struct world_organization *o)
{
	expr *lets = ARENA_NEW_ARRAY(world_arena(w), expr, o->level_count + 1);
	expr *denies = ARENA_NEW_ARRAY(world_arena(w), expr, o->level_count + 1);
	struct buf statements = { 0 };
	uint32_t empty = 0;
	void *copy;

	for (uint32_t i = 0; i < o->level_count; i++)
		empty += o->scps[i].document_count == 0;
	out->lets = lets;
	out->denies = denies;
	/* Nothing attached anywhere: this kind of ceiling is not in use. */
	if (empty == o->level_count)
		return;
	out->levels = o->level_count;
	for (uint32_t i = 0; i < o->level_count; i++)
		scp_level(o, w, &statements, i, &lets[i], &denies[i]);
	out->count = (uint32_t)VEC_COUNT(&statements, struct decide_statement);
	copy = arena_alloc(world_arena(w), statements.n + 1);
	if (statements.n > 0)
		memcpy(copy, statements.p, statements.n);
	out->statements = copy;
	buf_release(&statements);
}

static const struct account_ceilings *scps_get(
	struct subject_cache *c, const struct world_organization *o)
{
	uint32_t before = intern_count(&c->organizations), number;

	number = intern_add(
		&c->organizations, (struct str){ (const char *)&o, sizeof(o) });
	if (number == before) {
		struct account_ceilings loaded = { 0 };

		scps_load(&loaded, c->world, o);
		buf_add(&c->ceilings, &loaded, sizeof(loaded));
	}
	return &VEC_DATA(&c->ceilings, const struct account_ceilings)[number];
}

/* What holds of the node whatever its policies say: account, organization, ceilings. */
static int subject_begin(
	struct decide_subject *s, struct subject_cache *c, node_id n, struct err *e)
{
	struct world *w = c->world;

	s->provider = provider_of_node(w, n);
	s->s = (struct subject){ .node = n, .n = world_node(w, n) };
	if (subject_holder(&s->s.holder, w, n, e) < 0)
		return e->code;
	s->s.h = world_node(w, s->s.holder);
	if (world_organization(&s->s.organization, w, s->s.n->account, e) < 0)
		return e->code;
	s->s.linked = (s->s.h->flags & ENTITY_LINKED) != 0;
	s->s.scps = s->provider->scps_bind(&s->s);
	if (s->s.scps && s->s.organization->named && !s->s.organization->complete)
		s->unknown_scp = subject_unknown_ceiling(w, s->s.organization,
			STR_LIT("organization policies (SCP) were not collected"), false);
	return 0;
}

/* Its own statements, and behind them those of the ceilings. */
static void subject_end(struct decide_subject *s, struct subject_cache *c,
	const struct decide_statement *own, uint32_t count)
{
	const struct account_ceilings *scps;
	struct decide_statement *all;

	s->statements = own;
	s->statement_count = count;
	if (!s->s.scps)
		return;
	scps = scps_get(c, s->s.organization);
	s->scp_levels = scps->levels;
	s->scp_level_unknown = scps->lets;
	s->scp_level_deny = scps->denies;
	if (scps->count == 0)
		return;
	all = ARENA_NEW_ARRAY(
		world_arena(c->world), struct decide_statement, count + scps->count);
	if (count > 0)
		memcpy(all, own, count * sizeof(*all));
	memcpy(all + count, scps->statements, scps->count * sizeof(*all));
	s->statements = all;
	s->statement_count = count + scps->count;
}

/* Behind the identity's own statements those of the session that it acts in. */
static int session_add(struct decide_subject *s, struct subject_cache *c,
	struct subject_statements *own, struct err *e)
{
	struct world *w = c->world;
	const struct world_document *docs;
	struct buf all = { 0 };
	uint32_t count;
	void *copy;

	if (!(s->s.n->flags & ENTITY_SESSION))
		return 0;
	if (world_documents(&docs, &count, w, s->s.node, LAYER_SESSION, e) < 0)
		return e->code;
	s->s.sessioned = count > 0 || s->provider->session_needs_policy(s->s.n->key);
	if (own->count > 0)
		buf_add(&all, own->statements, own->count * sizeof(*own->statements));
	for (uint32_t i = 0; i < count; i++) {
		const struct document *d = docs[i].compiled;
		struct str what = arena_printf(world_arena(w),
			"session policy '%.*s' is not valid", STR_ARG(docs[i].name));

		if (d && !(d->flags & DOCUMENT_INVALID)) {
			own->reads_principal |= d->flags & DOCUMENT_READS_PRINCIPAL;
			subject_add_statements(
				&all, d, SLOT_SESSION, 0, docs[i].doc, &docs[i]);
			continue;
		}
		s->unknown_session = expr_or(world_pool(w), s->unknown_session,
			world_unknown(w, s->s.n->account, what, false));
		own->unknown_deny = expr_or(world_pool(w), own->unknown_deny,
			world_unknown(w, s->s.n->account, what, true));
	}
	own->count = (uint32_t)VEC_COUNT(&all, struct decide_statement);
	copy = arena_alloc(world_arena(w), all.n + 1);
	if (all.n > 0)
		memcpy(copy, all.p, all.n);
	own->statements = copy;
	buf_release(&all);
	return 0;
}

/* Ceilings by place are a boundary, too. */
static bool has_places(const struct decide_subject *s)
{
	const struct imagined *im = s->s.n->imagined;

	return s->provider->inherits && s->s.n->type != NODE_PUBLIC &&
	       !(im && (im->yields & RULE_NO_BOUNDARY));
}

static int subject_fill(
	struct decide_subject *s, struct subject_cache *c, node_id n, struct err *e)
{
	struct world *w = c->world;
	struct subject_statements own = { 0 };

	if (subject_begin(s, c, n, e) < 0)
		return e->code;
	if (s->s.n->type == NODE_ENTITY && s->s.h->type != NODE_ENTITY &&
		!s->provider->inherits) {
		struct str what = arena_printf(world_arena(w),
			"policies of '%.*s' were not collected", STR_ARG(s->s.h->key));

		own.unknown_identity = world_unknown(w, s->s.n->account, what, false);
		own.unknown_deny = world_unknown(w, s->s.n->account, what, true);
	} else if (s->s.h->type == NODE_ENTITY) {
		if (class_get(&own, c, s->s.holder, e) < 0)
			return e->code;
	} else if (!s->provider->inherits &&
		   (s->s.n->type == NODE_FOREIGN || s->s.n->type == NODE_ACCOUNT)) {
		struct str what = arena_printf(world_arena(w),
			"policies of account '%.*s' were not collected",
			STR_ARG(s->s.n->account));

		own.unknown_identity = world_unknown(w, s->s.n->account, what, false);
		own.unknown_deny = world_unknown(w, s->s.n->account, what, true);
	}
	if (s->s.n->imagined &&
		subject_change_apply(s, &own, c->change, s->s.n->imagined, e) < 0)
		return e->code;
	if (session_add(s, c, &own, e) < 0)
		return e->code;
	if (has_places(s) && place_load(s, world_places(w), e) < 0)
		return e->code;
	s->s.bounded = own.bounded;
	s->unknown_identity = own.unknown_identity;
	s->unknown_boundary = own.unknown_boundary;
	s->unknown_deny = own.unknown_deny;
	s->reads_principal = own.reads_principal;
	s->identity_count = own.identity_count;
	subject_end(s, c, own.statements, own.count);
	return 0;
}

int subject_facts(
	struct decide_subject *out, struct subject_cache *c, node_id n, struct err *e)
{
	*out = (struct decide_subject){ .identity_count = 0 };
	return subject_begin(out, c, n, e);
}

int subject_narrow(struct decide_subject *out, struct subject_cache *c, node_id n,
	const struct decide_statement *own, uint32_t count, uint32_t identity_count,
	bool bounded, struct err *e)
{
	*out = (struct decide_subject){ .identity_count = identity_count };
	if (subject_begin(out, c, n, e) < 0)
		return e->code;
	out->s.bounded = bounded;
	subject_end(out, c, own, count);
	return 0;
}

int subject_get(const struct decide_subject **out, struct subject_cache *c, node_id n,
	struct err *e)
{
	struct decide_subject **slot = sparse_at(&c->subjects, n), *s = *slot;

	if (!s) {
		s = ARENA_NEW(world_arena(c->world), struct decide_subject);
		if (subject_fill(s, c, n, e) < 0)
			return err_wrap(
				e, "'%.*s'", STR_ARG(world_node(c->world, n)->key));
		*slot = s;
	}
	*out = s;
	return 0;
}

int subject_object(const struct decide_object **out, struct subject_cache *c, node_id n,
	struct err *e)
{
	struct decide_object **slot = sparse_at(&c->objects, n), *o = *slot;

	if (!o) {
		o = ARENA_NEW(world_arena(c->world), struct decide_object);
		if (object_load(o, c->world, n, e) < 0)
			return err_wrap(
				e, "'%.*s'", STR_ARG(world_node(c->world, n)->key));
		*slot = o;
	}
	*out = o;
	return 0;
}

int subject_endpoints(const struct endpoint_list **out, struct subject_cache *c,
	const struct provider *provider, struct err *e)
{
	if (!c->endpoints_known &&
		endpoint_load(&c->endpoints, c->world, provider, e) < 0)
		return e->code;
	c->endpoints_known = true;
	*out = &c->endpoints;
	return 0;
}
