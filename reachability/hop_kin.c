#include "reachability/hop_kin.h"

#include <stdlib.h>

#include "base/sparse.h"
#include "reachability/imagined.h"
#include "reachability/membership.h"
#include "reachability/search.h"
#include "reachability/subject.h"

/* A statement of an object's side, or a ceiling, that tells callers apart. */
struct reading {
	struct decide_statement statement;
	bool exact; /* its conditions alone say how */
};

/* How policies name an identity. */
#define NAMED  1u
#define DENIED 2u

/* One identity for all of its sort, and what conditions say of it. */
struct sort {
	node_id node;
	uint32_t vector;
};

struct scope_kin {
	struct buf denied; /* node_id: whom denies name */
	uint64_t *openers; /* a bit for each entity; NULL: not known */
	struct buf abroad; /* node_id: whom policies of other scopes let in */
	struct buf sorts;  /* struct sort */
	bool sorted;
};

struct hop_kin {
	struct world *world;
	struct hop_needs *needs;
	bool loaded;
	bool trees; /* some scope has policies that hold beneath their holder */
	hop_kin_source *source;
	void *source_ctx;
	struct intern vectors; /* what readings say of somebody */
	struct intern keys;    /* of kin: what hop_kin_add says */
	struct sparse numbers; /* uint32_t, by node: of its key, + 1 */
	struct sparse alike;   /* uint32_t, by node: of its key without names, + 1 */
	struct buf scopes;     /* struct scope_kin */
	struct buf readings;   /* struct reading: each sort of statement once */
	struct intern said;    /* what they ask of callers */
	struct sparse names;   /* uint8_t, by node: NAMED, DENIED */
	bool all_apart;        /* a variable in a pattern, which nobody compares */
};

struct hop_kin *hop_kin_new(struct world *w, struct hop_needs *needs)
{
	struct hop_kin *k = calloc(1, sizeof(*k));

	if (!k)
		abort();
	k->world = w;
	k->needs = needs;
	intern_init(&k->vectors);
	intern_init(&k->said);
	intern_init(&k->keys);
	sparse_init(&k->numbers, sizeof(uint32_t));
	sparse_init(&k->alike, sizeof(uint32_t));
	sparse_init(&k->names, sizeof(uint8_t));
	return k;
}

void hop_kin_free(struct hop_kin *k)
{
	if (!k)
		return;
	for (size_t i = 0; i < VEC_COUNT(&k->scopes, struct scope_kin); i++) {
		buf_release(&VEC_DATA(&k->scopes, struct scope_kin)[i].abroad);
		buf_release(&VEC_DATA(&k->scopes, struct scope_kin)[i].sorts);
		buf_release(&VEC_DATA(&k->scopes, struct scope_kin)[i].denied);
	}
	buf_release(&k->scopes);
	buf_release(&k->readings);
	intern_release(&k->vectors);
	intern_release(&k->said);
	intern_release(&k->keys);
	sparse_release(&k->numbers);
	sparse_release(&k->alike);
	sparse_release(&k->names);
	free(k);
}

/* --- what tells callers of one account apart --- */

static void said_text(struct buf *out, const struct document *d, struct document_text t)
{
	VEC_ADD(out, uint32_t, t.size);
	buf_add_str(out, document_str(d, t));
}

static void said_condition(
	struct buf *out, const struct document *d, const struct document_condition *c)
{
	const uint32_t words[] = { c->operator_, c->qualifier, c->flags, c->joins,
		c->value_count };

	buf_add(out, words, sizeof(words));
	said_text(out, d, c->key);
	for (uint32_t i = 0; i < c->value_count; i++)
		said_text(out, d, d->values[c->value_first + i]);
}

/* All that the statement says of who calls: equal for statements that tell the same. */
static void said_add(struct buf *out, const struct provider *p, const struct document *d,
	const struct document_statement *s)
{
	VEC_ADD(out, const void *, p);
	VEC_ADD(out, uint32_t, s->flags);
	VEC_ADD(out, uint32_t, s->principal_count);
	for (uint32_t i = 0; i < s->principal_count; i++) {
		const struct document_principal *who =
			&d->principals[s->principal_first + i];

		VEC_ADD(out, uint32_t, who->type);
		VEC_ADD(out, uint32_t, who->flags);
		said_text(out, d, who->text);
	}
	for (uint32_t i = 0; i < s->condition_count; i++)
		said_condition(out, d, &d->conditions[s->condition_first + i]);
}

static void reading_add(struct hop_kin *k, const struct provider *p,
	const struct document *d, const struct document_statement *s)
{
	struct reading r = { .statement = { .document = d, .statement = s } };
	uint32_t before = intern_count(&k->said);
	struct buf said = { 0 };

	if (!hop_facts_tell(p, d, s, &r.exact))
		return;
	k->all_apart |= !r.exact;
	said_add(&said, p, d, s);
	if (intern_add(&k->said, buf_str(&said)) == before)
		buf_add(&k->readings, &r, sizeof(r));
	buf_release(&said);
}

/* --- what the policies of all scopes say --- */

static void node_once(struct buf *out, node_id n)
{
	for (size_t i = 0; i < VEC_COUNT(out, node_id); i++) {
		if (VEC_DATA(out, node_id)[i] == n)
			return;
	}
	VEC_ADD(out, node_id, n);
}

static int readings_take(
	struct hop_kin *k, const struct hop_facts *f, struct segment *s, struct err *e)
{
	for (size_t i = 0; i < VEC_COUNT(&f->readings, struct hop_facts_reading); i++) {
		const struct hop_facts_reading *r =
			&VEC_DATA(&f->readings, const struct hop_facts_reading)[i];
		const struct document *d;

		if (r->doc >= segment_info(s)->doc_count)
			return err_set(
				e, ERR_CORRUPT, "the hop index has no such policy");
		if (segment_document(&d, s, r->doc, e) < 0)
			return e->code;
		if (d && r->statement < d->statement_count)
			reading_add(k, provider_of_scope(segment_info(s)->scope), d,
				&d->statements[r->statement]);
	}
	return 0;
}

static struct scope_kin *kin_of(struct hop_kin *k, node_id n)
{
	scope_number scope = world_node(k->world, n)->scope;

	return scope < world_scope_count(k->world)
		       ? &VEC_DATA(&k->scopes, struct scope_kin)[scope]
		       : NULL;
}

static void names_take(struct hop_kin *k, const struct hop_facts *f)
{
	for (size_t i = 0; i < VEC_COUNT(&f->named, node_id); i++)
		*(uint8_t *)sparse_at(&k->names, VEC_DATA(&f->named, const node_id)[i]) |=
			NAMED;
	for (size_t i = 0; i < VEC_COUNT(&f->denied, node_id); i++) {
		node_id n = VEC_DATA(&f->denied, const node_id)[i];

		*(uint8_t *)sparse_at(&k->names, n) |= DENIED;
		if (kin_of(k, n))
			VEC_ADD(&kin_of(k, n)->denied, node_id, n);
	}
	for (size_t i = 0; i < VEC_COUNT(&f->abroad, node_id); i++) {
		node_id n = VEC_DATA(&f->abroad, const node_id)[i];

		if (kin_of(k, n))
			node_once(&kin_of(k, n)->abroad, n);
	}
}

static void openers_take(struct hop_kin *k, const struct hop_facts *f, scope_number scope,
	const struct segment *s)
{
	uint32_t count = segment_info(s)->entity_count;
	uint64_t *bits;

	if (!f->has_openers)
		return;
	bits = ARENA_NEW_ARRAY(world_arena(k->world), uint64_t, count / 64 + 1);
	for (size_t i = 0; i < VEC_COUNT(&f->openers, entity_id); i++) {
		entity_id id = VEC_DATA(&f->openers, const entity_id)[i];

		if (id < count)
			bits[id / 64] |= 1ull << (id % 64);
	}
	VEC_DATA(&k->scopes, struct scope_kin)[scope].openers = bits;
}

static int scope_load(struct hop_kin *k, scope_number scope, struct err *e)
{
	struct hop_facts f = { .has_openers = false };
	struct segment *s;
	int rc = world_segment(&s, k->world, scope, e);

	if (rc == 0 && k->source)
		rc = k->source(k->source_ctx, &f, scope, e);
	if (rc == 0)
		rc = hop_facts_of_scope(&f, k->world, scope, e);
	if (rc >= 0)
		rc = readings_take(k, &f, s, e);
	if (rc == 0) {
		k->trees |= provider_of_scope(segment_info(s)->scope)->inherits;
		names_take(k, &f);
		openers_take(k, &f, scope, s);
	}
	hop_facts_release(&f);
	return rc;
}

void hop_kin_set_source(struct hop_kin *k, hop_kin_source *source, void *ctx)
{
	k->source = source;
	k->source_ctx = ctx;
}

static void ceilings_load(struct hop_kin *k, const struct provider *p,
	const struct world_ceiling *c, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		for (uint32_t n = 0; n < c[i].document_count; n++) {
			const struct document *d = c[i].documents[n].compiled;

			for (uint32_t s = 0; d && s < d->statement_count; s++)
				reading_add(k, p, d, &d->statements[s]);
		}
	}
}

static int load(struct hop_kin *k, struct err *e)
{
	if (k->loaded)
		return 0;
	k->loaded = true;
	for (scope_number n = 0; n < world_scope_count(k->world); n++)
		VEC_ADD(&k->scopes, struct scope_kin, { .sorted = false });
	for (scope_number n = 0; n < world_scope_count(k->world); n++) {
		const struct world_organization *o;
		const struct provider *p;
		struct segment *s;

		if (scope_load(k, n, e) < 0 || world_segment(&s, k->world, n, e) < 0 ||
			world_organization(
				&o, k->world, world_scope_account(k->world, n), e) < 0)
			return e->code;
		p = provider_of_scope(segment_info(s)->scope);
		ceilings_load(k, p, o->scps, o->level_count);
		ceilings_load(k, p, o->rcps, o->level_count);
	}
	return 0;
}

/* --- keys --- */

/* Conditions are the same to all of them. */
static struct decide *any_decide(struct hop_kin *k)
{
	struct rule_need any = { .action = provider_get(0)->assumptions[0].action };

	return hop_needs_get(k->needs, &any)->decide;
}

/* What the statement asks of the caller, as far as it is about the caller. */
static void add_reading(struct buf *out, struct hop_kin *k,
	const struct decide_subject *s, const struct decide_object *o,
	const struct decide_statement *st)
{
	expr x = EXPR_TRUE;

	VEC_ADD(out, uint32_t,
		(uint32_t)s->provider->match(
			k->world, st->document, st->statement, &s->s, &o->o, &x));
	VEC_ADD(out, expr, x);
	VEC_ADD(out, expr, decide_condition(any_decide(k), s, o, st));
}

static int object_of(
	const struct decide_object **out, struct hop_kin *k, node_id n, struct err *e)
{
	return subject_object(out, world_subjects(k->world),
		imagined_thing(
			k->world, (struct str){ 0 }, world_node(k->world, n)->account),
		e);
}

/* How conditions all over the world tell the identity from others. */
static int add_readings(struct buf *out, struct hop_kin *k, node_id n, struct err *e)
{
	const struct decide_subject *s;
	const struct decide_object *o;

	if (subject_get(&s, world_subjects(k->world), n, e) < 0 ||
		object_of(&o, k, n, e) < 0)
		return e->code;
	for (size_t i = 0; i < VEC_COUNT(&k->readings, struct reading); i++)
		add_reading(out, k, s, o,
			&VEC_DATA(&k->readings, const struct reading)[i].statement);
	return 0;
}

/* Whether some policy names one identity by the text; `denies`: some deny does. */
static int has_name(
	bool *out, struct hop_kin *k, struct str text, bool denies, struct err *e)
{
	for (scope_number n = 0; n < world_scope_count(k->world) && !*out; n++) {
		uint32_t begin, end;
		struct segment *s;

		if (world_segment(&s, k->world, n, e) < 0)
			return e->code;
		segment_principal_range(s, text, &begin, &end);
		for (uint32_t i = begin; i < end && !*out; i++) {
			const struct segment_principal *p = &segment_principals(s)[i];

			*out = hop_facts_names_one(p->type) && (!denies || p->is_deny);
		}
	}
	return 0;
}

/* Whether policies have one of the texts for the identity or a group that it is in. */
static int is_named(bool *out, struct hop_kin *k, bool denies, node_id n, struct err *e)
{
	const struct provider *p = provider_of_node(k->world, n);
	const struct membership *m;

	*out = false;
	if (!p->inherits) {
		*out = (*(uint8_t *)sparse_at(&k->names, imagined_base(k->world, n)) &
			       (denies ? DENIED : NAMED)) != 0;
		return 0;
	}
	if (membership_of(&m, world_membership(k->world), p, n, e) < 0)
		return e->code;
	for (uint32_t i = 0; i < m->count && !*out; i++) {
		if (has_name(out, k, m->names[i].text, denies, e) < 0)
			return e->code;
	}
	return 0;
}

/* What still binds it: its denies, its boundary. */
static int add_bounds(
	struct buf *out, struct hop_kin *k, node_id n, bool *alone, struct err *e)
{
	const struct decide_subject *s;
	const struct decide_object *o;

	if (subject_get(&s, world_subjects(k->world), n, e) < 0 ||
		object_of(&o, k, n, e) < 0)
		return e->code;
	VEC_ADD(out, uint32_t, s->s.bounded);
	VEC_ADD(out, expr, s->unknown_identity);
	VEC_ADD(out, expr, s->unknown_boundary);
	VEC_ADD(out, expr, s->unknown_deny);
	for (uint32_t i = 0; i < s->statement_count; i++) {
		const struct decide_statement *st = &s->statements[i];
		bool exact = true;

		if (st->slot == SLOT_SCP || search_is_grant(st))
			continue;
		VEC_ADD(out, const void *, st->statement);
		if (hop_facts_tell(s->provider, st->document, st->statement, &exact))
			VEC_ADD(out, expr, decide_condition(any_decide(k), s, o, st));
		*alone |= !exact;
	}
	return 0;
}

/* `named`: it is apart, for some policy names it. */
static int kin_add(
	struct buf *out, struct hop_kin *k, node_id n, bool named, struct err *e)
{
	const struct node *node = world_node(k->world, n);
	bool alone = false;

	VEC_ADD(out, uint32_t, node->scope);
	VEC_ADD(out, uint32_t, node->flags);
	VEC_ADD(out, uint32_t, node->imagined ? node->imagined->yields : 0);
	VEC_ADD(out, kind_id, world_node_kind_id(k->world, n));
	if (add_bounds(out, k, n, &alone, e) < 0)
		return e->code;
	if (alone || k->all_apart || named) {
		VEC_ADD(out, node_id, n);
		return 0;
	}
	return add_readings(out, k, n, e);
}

int hop_kin_add(struct buf *out, struct hop_kin *k, node_id n, struct err *e)
{
	bool named;

	if (load(k, e) < 0 || is_named(&named, k, false, n, e) < 0)
		return e->code;
	return kin_add(out, k, n, named, e);
}

int hop_kin_alike(uint32_t *out, struct hop_kin *k, node_id n, struct err *e)
{
	uint32_t *known = sparse_at(&k->alike, n); /* + 1 */
	struct buf key = { 0 };
	int rc = load(k, e);

	if (rc == 0 && *known == 0) {
		rc = kin_add(&key, k, n, false, e);
		if (rc == 0)
			*known = intern_add(&k->keys, buf_str(&key)) + 1;
		buf_release(&key);
	}
	*out = *known - 1;
	return rc;
}

int hop_kin_number(uint32_t *out, struct hop_kin *k, node_id n, struct err *e)
{
	uint32_t *known = sparse_at(&k->numbers, n); /* + 1 */
	struct buf key = { 0 };
	int rc = 0;

	if (*known == 0) {
		rc = hop_kin_add(&key, k, n, e);
		if (rc == 0)
			*known = intern_add(&k->keys, buf_str(&key)) + 1;
		buf_release(&key);
	}
	*out = *known - 1;
	return rc;
}

/* --- who is apart from a ruler --- */

int hop_kin_vector(
	uint32_t *out, struct hop_kin *k, node_id n, struct str more, struct err *e)
{
	struct buf key = { 0 };
	int rc = load(k, e);

	if (rc == 0)
		rc = add_readings(&key, k, n, e);
	if (k->all_apart)
		VEC_ADD(&key, node_id, n);
	buf_add_str(&key, more);
	*out = rc == 0 ? intern_add(&k->vectors, buf_str(&key)) : 0;
	buf_release(&key);
	return rc;
}

/* The number of the identity's vector of readings. */
static int vector_of(uint32_t *out, struct hop_kin *k, node_id n, struct err *e)
{
	return hop_kin_vector(out, k, n, (struct str){ 0 }, e);
}

static int sorts_fill(struct buf *out, struct hop_kin *k, scope_number scope,
	uint32_t yields, struct err *e)
{
	struct intern seen;
	struct segment *s;
	int rc = world_segment(&s, k->world, scope, e);

	intern_init(&seen);
	for (entity_id id = 0; rc == 0 && id < segment_info(s)->entity_count; id++) {
		uint32_t flags = segment_entity(s, id)->flags, before;
		struct buf key = { 0 };
		struct sort sort;

		if (!(flags & ENTITY_IDENTITY) ||
			(flags & (ENTITY_COMPUTE | ENTITY_ROOT | ENTITY_SESSION)))
			continue;
		sort.node = world_node_entity(k->world, scope, id);
		rc = hop_kin_add(
			&key, k, imagined_identity(k->world, sort.node, yields), e);
		before = intern_count(&seen);
		if (rc == 0 && intern_add(&seen, buf_str(&key)) == before) {
			rc = vector_of(&sort.vector, k, sort.node, e);
			buf_add(out, &sort, sizeof(sort));
		}
		buf_release(&key);
	}
	intern_release(&seen);
	return rc;
}

/* struct sort, of the scope; empty when no condition tells callers apart. */
static int sorts_of(const struct buf **out, struct hop_kin *k, scope_number scope,
	uint32_t yields, struct err *e)
{
	struct scope_kin *here;

	if (load(k, e) < 0)
		return e->code;
	here = &VEC_DATA(&k->scopes, struct scope_kin)[scope];
	*out = &here->sorts;
	if (here->sorted || k->readings.n == 0)
		return 0;
	here->sorted = true;
	return sorts_fill(&here->sorts, k, scope, yields, e);
}

int hop_kin_sorts(const node_id **out, uint32_t *count, struct hop_kin *k,
	scope_number scope, uint32_t yields, struct err *e)
{
	const struct buf *sorts;
	node_id *nodes;

	if (sorts_of(&sorts, k, scope, yields, e) < 0)
		return e->code;
	*count = (uint32_t)VEC_COUNT(sorts, struct sort);
	nodes = ARENA_NEW_ARRAY(world_arena(k->world), node_id, *count + 1);
	for (uint32_t i = 0; i < *count; i++)
		nodes[i] = VEC_DATA(sorts, const struct sort)[i].node;
	*out = nodes;
	return 0;
}

int hop_kin_opens_nothing(bool *out, struct hop_kin *k, node_id n, struct err *e)
{
	const struct node *node = world_node(k->world, n);
	const uint64_t *bits;

	*out = false;
	if (node->type != NODE_ENTITY || node->imagined || world_any_removed(k->world))
		return 0;
	if (load(k, e) < 0)
		return e->code;
	bits = VEC_DATA(&k->scopes, const struct scope_kin)[node->scope].openers;
	*out = bits && !(bits[node->id / 64] >> (node->id % 64) & 1);
	return 0;
}

int hop_kin_openers(
	const uint64_t **out, struct hop_kin *k, scope_number scope, struct err *e)
{
	*out = NULL;
	if (world_any_removed(k->world))
		return 0;
	if (load(k, e) < 0)
		return e->code;
	*out = VEC_DATA(&k->scopes, const struct scope_kin)[scope].openers;
	return 0;
}

int hop_kin_tells(bool *out, struct hop_kin *k, struct err *e)
{
	int rc = load(k, e);

	*out = k->readings.n > 0 || k->all_apart;
	return rc;
}

int hop_kin_singled(struct buf *out, struct hop_kin *k, scope_number scope, struct err *e)
{
	const struct scope_kin *here;

	if (load(k, e) < 0)
		return e->code;
	here = &VEC_DATA(&k->scopes, const struct scope_kin)[scope];
	buf_add(out, here->abroad.p, here->abroad.n);
	buf_add(out, here->denied.p, here->denied.n);
	return 0;
}

int hop_kin_is_named(bool *out, struct hop_kin *k, node_id n, struct err *e)
{
	if (load(k, e) < 0)
		return e->code;
	*out = k->trees;
	return *out ? 0 : is_named(out, k, false, n, e);
}

int hop_kin_blind(bool *out, struct hop_kin *k, struct err *e)
{
	int rc = load(k, e);

	*out = k->all_apart;
	return rc;
}

int hop_kin_denied(bool *out, struct hop_kin *k, node_id n, struct err *e)
{
	if (load(k, e) < 0)
		return e->code;
	return is_named(out, k, true, n, e);
}

int hop_kin_plain(bool *out, struct hop_kin *k, node_id n, struct err *e)
{
	const struct decide_subject *s;
	bool named;

	if (load(k, e) < 0 || is_named(&named, k, false, n, e) < 0 ||
		subject_get(&s, world_subjects(k->world), n, e) < 0)
		return e->code;
	*out = !named && !s->s.bounded && s->unknown_deny == EXPR_FALSE &&
	       s->place_count == 0 && s->unknown_place == EXPR_FALSE;
	for (uint32_t i = 0; i < s->identity_count; i++)
		*out &= !(s->statements[i].statement->flags & DOCUMENT_DENY);
	return 0;
}

int hop_kin_apart(struct buf *out, struct hop_kin *k, node_id ruler, bool all,
	uint32_t yields, struct err *e)
{
	scope_number scope = world_node(k->world, ruler)->scope;
	const struct buf *sorts, *abroad;
	uint32_t own;

	if (sorts_of(&sorts, k, scope, yields, e) < 0 || vector_of(&own, k, ruler, e) < 0)
		return e->code;
	abroad = &VEC_DATA(&k->scopes, const struct scope_kin)[scope].abroad;
	for (size_t i = 0; i < VEC_COUNT(abroad, node_id); i++)
		node_once(out, VEC_DATA(abroad, const node_id)[i]);
	for (size_t i = 0; i < VEC_COUNT(sorts, struct sort); i++) {
		const struct sort *sort = &VEC_DATA(sorts, const struct sort)[i];

		if (all || sort->vector != own)
			node_once(out, sort->node);
	}
	return 0;
}

/* --- whom an object's policies name --- */

static int named_add(struct buf *out, struct hop_kin *k, const struct decide_object *o,
	const struct decide_statement *st, struct err *e)
{
	const struct document_statement *s = st->statement;

	for (uint32_t i = 0; i < s->principal_count; i++) {
		const struct document_principal *who =
			&st->document->principals[s->principal_first + i];
		node_id n;

		if (!hop_facts_names_one(who->type))
			continue;
		if (provider_of_node(k->world, o->o.node)
					->principal_node(
						&n, k->world, st->document, who, e) < 0 ||
			(n != NODE_NONE && subject_holder(&n, k->world, n, e) < 0))
			return e->code;
		if (n != NODE_NONE && world_node(k->world, n)->type == NODE_ENTITY)
			node_once(out, n);
	}
	return 0;
}

int hop_kin_named(struct buf *out, struct hop_kin *k, node_id object, struct err *e)
{
	const struct decide_object *o;

	if (subject_object(&o, world_subjects(k->world), object, e) < 0)
		return e->code;
	for (uint32_t i = 0; i < o->statement_count; i++) {
		if (named_add(out, k, o, &o->statements[i], e) < 0)
			return e->code;
	}
	return 0;
}
