#include "reachability/tree_seek.h"

#include "base/sparse.h"
#include "reachability/membership.h"
#include "reachability/missing.h"
#include "reachability/search.h"

struct tree_seek {
	struct decide *d;
	struct world *w;
	const struct decide_object *object;
	const struct provider *provider;
	struct str resource;
	struct intern texts; /* whom the statements name, but for everybody */
	struct buf gaps;    /* struct str: groups that more than those listed may be in */
	struct buf sets;    /* struct str: sets whose members get in */
	struct sparse seen; /* bool, by node */
	bool anyone;
	bool alone; /* each is decided for itself */
	struct intern classes;
	struct buf verdicts; /* const struct access *, by class */
	struct buf *out;
};

/* Members share the verdict, but for these. */
#define FLAGS_APART (ENTITY_ROOT | ENTITY_LINKED | ENTITY_EXTERNAL)

/* --- one candidate --- */

static void found_add(struct tree_seek *k, node_id n, const struct access *access)
{
	const struct node *node = world_node(k->w, n);
	struct search_found f = { node->scope, node->type == NODE_ENTITY ? node->id : n,
		access };

	if (access->part_count > 0)
		buf_add(k->out, &f, sizeof(f));
}

/* What tells the candidate's decision from others': the names that are named. */
static int signature(struct buf *key, struct tree_seek *k, const struct decide_subject *s,
	struct err *e)
{
	const struct membership *m;
	const struct node *n = s->s.n;
	bool stranger = false;

	VEC_ADD(key, uint32_t, n->type);
	VEC_ADD(key, uint32_t, n->flags & (FLAGS_APART | ENTITY_GROUP));
	VEC_ADD(key, uint32_t, s->unknown_place);
	VEC_ADD(key, uint32_t, s->place_count);
	for (uint32_t i = 0; i < s->place_count; i++)
		VEC_ADD(key, const void *, s->places[i].statement);
	if (membership_of(&m, world_membership(k->w), k->provider, s->s.node, e) < 0)
		return e->code;
	for (uint32_t i = 0; i < m->count; i++) {
		uint32_t number = intern_find(&k->texts, m->names[i].text);

		if (number == INTERN_NONE)
			continue;
		VEC_ADD(key, uint32_t, number);
		stranger |= i < m->own_count;
	}
	/* what takes somebody of another cloud may look at who it is */
	if (stranger && k->provider->knows && k->provider->knows(k->w, s->s.node))
		VEC_ADD(key, node_id, s->s.node);
	for (uint32_t i = 0; i < VEC_COUNT(&k->gaps, struct str); i++) {
		if (k->provider->may_join(
			    k->w, s->s.node, VEC_DATA(&k->gaps, const struct str)[i]))
			VEC_ADD(key, uint32_t, UINT32_MAX - i);
	}
	return 0;
}

static int decide_node(const struct access **out, struct tree_seek *k,
	const struct decide_subject *s, struct err *e)
{
	struct access *access = ARENA_NEW(world_arena(k->w), struct access);

	if (decide_entity(access, k->d, s, k->object, k->resource, e) < 0)
		return e->code;
	*out = access;
	return 0;
}

static int decide_like(struct tree_seek *k, const struct decide_subject *s,
	const struct access **out, struct err *e)
{
	struct buf key = { 0 };
	uint32_t before = intern_count(&k->classes), number;
	int rc = signature(&key, k, s, e);

	number = rc == 0 ? intern_add(&k->classes, buf_str(&key)) : 0;
	if (rc == 0 && number == before)
		VEC_ADD(&k->verdicts, const struct access *, NULL);
	if (rc == 0) {
		*out = VEC_DATA(&k->verdicts, const struct access *)[number];
		if (!*out || (*out)->reads_principal)
			rc = decide_node(out, k, s, e);
		if (rc == 0)
			VEC_DATA(&k->verdicts, const struct access *)[number] = *out;
	}
	buf_release(&key);
	return rc;
}

/* One whom a collected account does not have was deleted: nobody gets in by that name. */
static bool exists(struct world *w, node_id n)
{
	return world_node(w, n)->type != NODE_FOREIGN || missing_node(w, n);
}

static int candidate(struct tree_seek *k, node_id n, struct err *e)
{
	const struct decide_subject *s;
	const struct access *access;
	const struct node *node;
	bool *seen;

	seen = sparse_at(&k->seen, n);
	if (*seen)
		return 0;
	*seen = true;
	node = world_node(k->w, n);
	if ((node->flags & (ENTITY_COMPUTE | ENTITY_SHARED)) ||
		world_removed(k->w, node->key) || !exists(k->w, n))
		return 0;
	if (decide_subject(&s, k->d, n, e) < 0)
		return e->code;
	if ((k->alone || node->imagined ? decide_node(&access, k, s, e)
					: decide_like(k, s, &access, e)) < 0)
		return e->code;
	found_add(k, n, access);
	return 0;
}

/* --- whom the grants name --- */

static void set_add(struct tree_seek *k, struct str text)
{
	for (size_t i = 0; i < VEC_COUNT(&k->sets, struct str); i++) {
		if (str_eq(VEC_DATA(&k->sets, const struct str)[i], text))
			return;
	}
	VEC_ADD(&k->sets, struct str, text);
}

/* Those of other clouds whom the text may mean. */
static int strangers(struct tree_seek *k, struct str text, struct err *e)
{
	struct buf found = { 0 };
	int rc = k->provider->strangers ? k->provider->strangers(&found, k->w, text, e)
					: 0;

	for (size_t i = 0; i < VEC_COUNT(&found, node_id) && rc == 0; i++)
		rc = candidate(k, VEC_DATA(&found, const node_id)[i], e);
	buf_release(&found);
	return rc;
}

/* Its members, and itself for those whom nobody listed; nested ones likewise. */
static int group(struct tree_seek *k, struct str text, struct err *e)
{
	struct membership_cache *c = world_membership(k->w);
	struct buf members = { 0 }, groups = { 0 };
	node_id n;
	expr gap;
	int rc = membership_members(&members, c, text, e);

	if (rc == 0)
		rc = membership_groups(&groups, c, text, e);
	for (size_t i = 0; i < VEC_COUNT(&groups, struct str) && rc == 0; i++) {
		struct str key = VEC_DATA(&groups, const struct str)[i];

		rc = membership_gap(&gap, c, key, false, e);
		if (rc < 0 || gap == EXPR_FALSE)
			continue;
		rc = world_node_of_key(&n, k->w, key, e);
		if (rc == 0)
			rc = candidate(k, n, e);
	}
	for (size_t i = 0; i < VEC_COUNT(&members, struct str) && rc == 0; i++) {
		struct str key = VEC_DATA(&members, const struct str)[i];

		if (k->provider->is_set(key)) {
			set_add(k, key);
			rc = strangers(k, key, e);
			continue;
		}
		rc = world_node_of_key(&n, k->w, key, e);
		if (rc == 0)
			rc = candidate(k, n, e);
	}
	buf_release(&members);
	buf_release(&groups);
	return rc;
}

static int principal(struct tree_seek *k, const struct decide_statement *st,
	const struct document_principal *p, struct err *e)
{
	struct str text = document_str(st->document, p->text);
	node_id n;

	if (p->flags & DOCUMENT_EXCEPTED)
		return 0;
	if (p->type == DOCUMENT_ANYONE) {
		k->anyone = true;
		return 0;
	}
	if (p->type == DOCUMENT_SET) {
		set_add(k, text);
		return strangers(k, text, e);
	}
	if (p->type == DOCUMENT_GROUP)
		return group(k, text, e);
	if (strangers(k, text, e) < 0)
		return e->code;
	if (k->provider->principal_node(&n, k->w, st->document, p, e) < 0)
		return e->code;
	return n == NODE_NONE ? 0 : candidate(k, n, e);
}

/* Whom the statement tells apart from others, and the groups that somebody may be in. */
static int texts_add(
	struct tree_seek *k, const struct decide_statement *st, struct err *e)
{
	for (uint32_t i = 0; i < st->statement->principal_count; i++) {
		const struct document_principal *p =
			&st->document->principals[st->statement->principal_first + i];
		struct str text = document_str(st->document, p->text);
		uint32_t before = intern_count(&k->texts);
		expr gap;

		if (p->type == DOCUMENT_ANYONE || intern_add(&k->texts, text) < before ||
			p->type != DOCUMENT_GROUP)
			continue;
		if (membership_gap(&gap, world_membership(k->w), text, false, e) < 0)
			return e->code;
		if (gap != EXPR_FALSE)
			VEC_ADD(&k->gaps, struct str, text);
	}
	return 0;
}

static int each_statement(struct tree_seek *k,
	int (*each)(
		struct tree_seek *k, const struct decide_statement *st, struct err *e),
	struct err *e)
{
	for (const struct decide_object *o = k->object; o; o = o->above) {
		for (uint32_t i = 0; i < o->statement_count; i++) {
			const struct decide_statement *st = &o->statements[i];

			if (st->slot != SLOT_RESOURCE ||
				!decide_reaches(k->object, o, i) ||
				!decide_concerns_statement(k->d, k->object, st))
				continue;
			if (each(k, st, e) < 0)
				return e->code;
		}
	}
	return 0;
}

static int grant(struct tree_seek *k, const struct decide_statement *st, struct err *e)
{
	if (st->statement->flags & DOCUMENT_DENY)
		return 0;
	if (st->statement->flags & DOCUMENT_NOT_PRINCIPAL) {
		k->anyone = true;
		return 0;
	}
	for (uint32_t i = 0; i < st->statement->principal_count; i++) {
		if (principal(k, st,
			    &st->document->principals[st->statement->principal_first + i],
			    e) < 0)
			return e->code;
	}
	return 0;
}

/* --- everybody, and whoever is in a set --- */

static int in_some_set(bool *out, struct tree_seek *k, node_id n, struct err *e)
{
	const struct str *sets = VEC_DATA(&k->sets, const struct str);

	*out = k->anyone;
	for (size_t i = 0; i < VEC_COUNT(&k->sets, struct str) && !*out; i++) {
		uint32_t found;

		if (membership_find(&found, world_membership(k->w), k->provider, n,
			    sets[i], e) < 0)
			return e->code;
		*out = found != MEMBERSHIP_NONE;
	}
	return 0;
}

static int scope_candidates(
	struct tree_seek *k, scope_number scope, struct segment *s, struct err *e)
{
	for (entity_id id = 0; id < segment_info(s)->entity_count; id++) {
		uint32_t flags = segment_entity(s, id)->flags;
		bool in;
		node_id n;
		expr gap;

		if (!(flags & (ENTITY_IDENTITY | ENTITY_GROUP)) ||
			(flags & ENTITY_COMPUTE))
			continue;
		n = world_node_entity(k->w, scope, id);
		if (in_some_set(&in, k, n, e) < 0)
			return e->code;
		if (!in)
			continue;
		if (flags & ENTITY_GROUP) {
			if (membership_gap(&gap, world_membership(k->w),
				    world_node(k->w, n)->key, false, e) < 0)
				return e->code;
			if (gap == EXPR_FALSE)
				continue;
		}
		if (candidate(k, n, e) < 0)
			return e->code;
	}
	return 0;
}

static int all_candidates(struct tree_seek *k, struct err *e)
{
	if (k->anyone && candidate(k,
				 world_node_virtual(k->w, NODE_PUBLIC, STR_LIT("public"),
					 (struct str){ 0 }),
				 e) < 0)
		return e->code;
	for (scope_number n = 0; n < world_scope_count(k->w); n++) {
		struct segment *s;

		if (world_segment(&s, k->w, n, e) < 0)
			return e->code;
		/* everybody: those of other clouds too */
		if ((k->anyone ||
			    provider_of_scope(segment_info(s)->scope) == k->provider) &&
			scope_candidates(k, n, s, e) < 0)
			return e->code;
	}
	return 0;
}

int tree_seek(struct buf *out, struct decide *d, const struct decide_object *object,
	struct str resource, struct err *e)
{
	struct tree_seek k = { .d = d,
		.w = decide_world(d),
		.object = object,
		.provider = object->provider,
		.resource = resource,
		.alone = decide_wants_exclusions(d),
		.out = out };
	int rc;

	intern_init(&k.texts);
	intern_init(&k.classes);
	sparse_init(&k.seen, sizeof(bool));
	rc = each_statement(&k, texts_add, e);
	if (rc == 0)
		rc = each_statement(&k, grant, e);
	if (rc == 0 && (k.anyone || k.sets.n > 0))
		rc = all_candidates(&k, e);
	intern_release(&k.texts);
	intern_release(&k.classes);
	buf_release(&k.gaps);
	buf_release(&k.sets);
	sparse_release(&k.seen);
	buf_release(&k.verdicts);
	return rc;
}
