#include "reachability/search.h"

#include <stdlib.h>

#include "reachability/pattern.h"
#include "reachability/subject.h"

struct seek {
	struct decide *d;
	struct world *w;
	const struct decide_object *object;
	struct str resource;
	struct buf *out;
	struct intern seen; /* nodes decided already, by key */
	struct buf
		accounts; /* struct str: accounts that the object's policy delegates to */
	struct buf named; /* node_id: named one by one */
	bool anyone;      /* its policy grants to everybody, perhaps under conditions */
	bool own_account; /* it delegates to its own account */
	bool needs_consent; /* every action asked about needs the object's policy */
};

static void found_add(struct seek *k, node_id n, const struct access *access)
{
	const struct node *node = world_node(k->w, n);
	struct search_found f = { node->scope, node->type == NODE_ENTITY ? node->id : n,
		access };

	if (access->part_count > 0)
		buf_add(k->out, &f, sizeof(f));
}

/* First time that the node is met. */
static bool seen_first(struct seek *k, node_id n)
{
	uint32_t before = intern_count(&k->seen);

	return intern_add(&k->seen, (struct str){ (const char *)&n, sizeof(n) }) ==
	       before;
}

static int decide_node(
	const struct access **out, struct seek *k, node_id n, struct err *e)
{
	struct access *access = ARENA_NEW(world_arena(k->w), struct access);
	const struct decide_subject *s;

	*out = NULL;
	if (world_removed(k->w, world_node(k->w, n)->key))
		return 0;
	if (decide_subject(&s, k->d, n, e) < 0 ||
		decide_entity(access, k->d, s, k->object, k->resource, e) < 0)
		return e->code;
	*out = access;
	return 0;
}

static int decide_alone(struct seek *k, node_id n, struct err *e)
{
	const struct access *access;

	if (!seen_first(k, n))
		return 0;
	if (world_node(k->w, n)->flags & (ENTITY_COMPUTE | ENTITY_SHARED))
		return 0;
	if (decide_node(&access, k, n, e) < 0)
		return e->code;
	if (access)
		found_add(k, n, access);
	return 0;
}

/* --- whom the object's own policy names --- */

/* One whom a collected account does not have was deleted: nobody gets in by that name. */
static bool exists(const struct seek *k, node_id n)
{
	const struct node *node = world_node(k->w, n);

	return node->type != NODE_FOREIGN ||
	       world_account_scope(k->w, node->account) == SEGMENT_NONE;
}

static int named_statement(
	struct seek *k, const struct decide_statement *st, struct err *e)
{
	const struct provider *provider = provider_of_node(k->w, k->object->o.node);
	const struct document_statement *s = st->statement;
	bool deny = (s->flags & DOCUMENT_DENY) != 0;
	bool allows = !deny && !(s->flags & DOCUMENT_NOT_PRINCIPAL);
	node_id n;

	/* Those whom a NotPrincipal lists are set apart from their class, too. */
	if (s->flags & DOCUMENT_NOT_PRINCIPAL)
		k->anyone |= !deny;
	for (uint32_t i = 0; i < s->principal_count; i++) {
		const struct document_principal *p =
			&st->document->principals[s->principal_first + i];
		struct str text = document_str(st->document, p->text);

		if (allows && p->type == DOCUMENT_ANYONE)
			k->anyone = true;
		if (allows && p->type == DOCUMENT_ACCOUNT)
			VEC_ADD(&k->accounts, struct str, text);
		if (p->type == DOCUMENT_ANYONE && deny)
			continue;
		if (provider->principal_node(&n, k->w, st->document, p, e) < 0)
			return e->code;
		if (n != NODE_NONE && exists(k, n))
			VEC_ADD(&k->named, node_id, n);
	}
	return 0;
}

static int named_load(struct seek *k, struct err *e)
{
	const struct decide_object *o = k->object;

	for (uint32_t i = 0; i < o->statement_count; i++) {
		const struct decide_statement *st = &o->statements[i];

		if (st->slot != SLOT_RESOURCE ||
			!decide_concerns(k->d, o, st->document, st->statement))
			continue;
		if (named_statement(k, st, e) < 0)
			return e->code;
	}
	return 0;
}

/* Everybody whom a unique id or a session names is found among the scope's identities. */
static bool names_by_id(const struct decide_object *o)
{
	for (uint32_t i = 0; i < o->statement_count; i++) {
		const struct decide_statement *st = &o->statements[i];

		for (uint32_t p = 0; p < st->statement->principal_count; p++) {
			uint32_t type =
				st->document
					->principals[st->statement->principal_first + p]
					.type;

			if (st->slot == SLOT_RESOURCE &&
				(type == DOCUMENT_UNIQUE_ID || type == DOCUMENT_SESSION ||
					type == DOCUMENT_CANONICAL))
				return true;
		}
	}
	return false;
}

/* --- classes of a scope --- */

/*
 * Members share the verdict, but for what sets them apart without any statement reading
 * it.
 */
#define FLAGS_APART (ENTITY_ROOT | ENTITY_LINKED | ENTITY_COMPUTE | ENTITY_EXTERNAL)

/* A statement that may concern the object; those of one document are chained. */
struct touching {
	const struct document *document;
	uint32_t statement;
	uint32_t next; /* number + 1; 0: the last */
};

/* What the index of one scope says about the object. */
struct touched {
	struct segment *segment;
	scope_number scope;
	struct decide_room *room;
	bool *classes;           /* the room's: may be granted something */
	struct buf list;         /* uint32_t: those classes */
	struct buf touched_docs; /* uint32_t: documents with an entry in docs */
	uint32_t *docs; /* per document: number + 1 of its newest touching statement */
	struct buf statements; /* struct touching */
	struct intern keys;    /* what decides -> verdict number */
	struct buf verdicts;   /* const struct access *; NULL: members differ */
};

static bool is_named(const struct seek *k, node_id n)
{
	const node_id *v = VEC_DATA(&k->named, const node_id);

	for (size_t i = 0; i < VEC_COUNT(&k->named, node_id); i++) {
		if (v[i] == n)
			return true;
	}
	return false;
}

static void class_mark(struct touched *t, uint32_t class)
{
	if (t->classes[class])
		return;
	t->classes[class] = true;
	VEC_ADD(&t->list, uint32_t, class);
}

/*
 * Take an entry of the index: chain the statement, and for a grant mark the classes that
 * hold it.
 */
static int index_take(struct seek *k, struct touched *t,
	const struct segment_index *entry, struct err *e)
{
	const struct document *d;
	const struct document_statement *s;
	const uint32_t *list;
	uint32_t count, newest = t->docs[entry->doc];

	if (segment_document(&d, t->segment, entry->doc, e) < 0)
		return e->code;
	if (!d)
		return 0;
	/*
	 * entries of one statement's patterns may come apart; a statement twice is as
	 * once
	 */
	if (newest > 0 &&
		VEC_DATA(&t->statements, struct touching)[newest - 1].statement ==
			entry->statement)
		return 0;
	s = &d->statements[entry->statement];
	if (!decide_concerns(k->d, k->object, d, s))
		return 0;
	if (newest == 0)
		VEC_ADD(&t->touched_docs, uint32_t, entry->doc);
	VEC_ADD(&t->statements, struct touching, { d, entry->statement, newest });
	t->docs[entry->doc] = (uint32_t)VEC_COUNT(&t->statements, struct touching);
	if (s->flags & DOCUMENT_DENY)
		return 0;
	list = segment_doc_classes(t->segment, entry->doc, &count);
	for (uint32_t i = 0; i < count; i++)
		class_mark(t, list[i]);
	return 0;
}

/* All entries of one service whose prefix begins the key, or which the key begins. */
static int index_service(
	struct seek *k, struct touched *t, uint32_t service, struct err *e)
{
	const struct segment_index *entries = segment_index(t->segment);
	struct str key = k->object->o.n->key;
	uint32_t begin, end, low, high;

	segment_index_range(t->segment, service, &begin, &end);
	low = begin;
	high = end;
	while (low < high) { /* first entry behind the key */
		uint32_t mid = low + (high - low) / 2;

		if (str_cmp(segment_str(t->segment, entries[mid].prefix), key) <= 0)
			low = mid + 1;
		else
			high = mid;
	}
	for (uint32_t i = low; i < end; i++) {
		if (!str_starts(segment_str(t->segment, entries[i].prefix), key))
			break;
		if (index_take(k, t, &entries[i], e) < 0)
			return e->code;
	}
	for (uint32_t i = low > begin ? low - 1 : SEGMENT_NONE; i != SEGMENT_NONE;
		i = entries[i].parent) {
		if (str_starts(key, segment_str(t->segment, entries[i].prefix)) &&
			index_take(k, t, &entries[i], e) < 0)
			return e->code;
	}
	return 0;
}

/* The class's touching statements of one sort, appended in document order. */
static void narrow_add(struct touched *t, const struct segment_class_doc *docs,
	uint32_t count, bool boundary, struct buf *out)
{
	for (uint32_t i = 0; i < count; i++) {
		uint32_t at = t->docs[docs[i].doc];

		if ((docs[i].is_boundary != 0) != boundary)
			continue;
		for (; at > 0;
			at = VEC_DATA(&t->statements, struct touching)[at - 1].next) {
			const struct touching *m =
				&VEC_DATA(&t->statements, struct touching)[at - 1];

			VEC_ADD(out, struct decide_statement,
				{ .document = m->document,
					.statement =
						&m->document->statements[m->statement],
					.slot = boundary ? SLOT_BOUNDARY : SLOT_IDENTITY,
					.doc = docs[i].doc });
		}
	}
}

/*
 * What is the same for all classes with equal statements on the object: the documents
 * that touch it.
 */
static void class_key(struct touched *t, const struct segment_class_doc *docs,
	uint32_t count, uint32_t flags, struct buf *key, bool *bounded, bool *whole)
{
	*bounded = false;
	*whole = true;
	buf_clear(key);
	VEC_ADD(key, uint32_t, flags);
	for (uint32_t i = 0; i < count; i++) {
		*bounded |= docs[i].is_boundary != 0;
		if (segment_doc(t->segment, docs[i].doc)->flags & SEGMENT_DOC_MISSING)
			*whole = false;
		if (t->docs[docs[i].doc] > 0)
			VEC_ADD(key, struct segment_class_doc, docs[i]);
	}
	VEC_ADD(key, uint32_t, *bounded);
}

static int narrow_decide(const struct access **out, struct seek *k, struct touched *t,
	node_id n, const struct segment_class_doc *docs, uint32_t count, bool bounded,
	struct err *e)
{
	struct access *access = ARENA_NEW(world_arena(k->w), struct access);
	struct buf statements = { 0 };
	struct decide_subject s;
	uint32_t identity_count;
	int rc;

	narrow_add(t, docs, count, false, &statements);
	identity_count = (uint32_t)VEC_COUNT(&statements, struct decide_statement);
	narrow_add(t, docs, count, true, &statements);
	rc = subject_narrow(&s, decide_subjects(k->d), n,
		VEC_DATA(&statements, const struct decide_statement),
		(uint32_t)VEC_COUNT(&statements, struct decide_statement), identity_count,
		bounded, e);
	if (rc == 0)
		rc = decide_entity(access, k->d, &s, k->object, k->resource, e);
	buf_release(&statements);
	*out = access;
	return rc;
}

/*
 * The verdict for a class: known from another of equal statements, or decided for its
 * first member.
 */
static int member_decide(struct seek *k, struct touched *t, node_id n,
	const struct segment_class_doc *docs, uint32_t count, bool apart, struct buf *key,
	struct err *e)
{
	uint32_t flags = world_node(k->w, n)->flags & FLAGS_APART, number, before;
	const struct access *access;
	bool bounded, whole;

	class_key(t, docs, count, flags, key, &bounded, &whole);
	if (!whole || apart || is_named(k, n)) {
		if (decide_node(&access, k, n, e) < 0)
			return e->code;
		if (access)
			found_add(k, n, access);
		return 0;
	}
	before = intern_count(&t->keys);
	number = intern_add(&t->keys, buf_str(key));
	access = number < before ? VEC_DATA(&t->verdicts, const struct access *)[number]
				 : NULL;
	if (!access) {
		if (narrow_decide(&access, k, t, n, docs, count, bounded, e) < 0)
			return e->code;
		if (number == before)
			VEC_ADD(&t->verdicts, const struct access *,
				access->reads_principal ? NULL : access);
	}
	found_add(k, n, access);
	return 0;
}

static int class_decide(struct seek *k, struct touched *t, uint32_t class, bool apart,
	struct buf *key, struct err *e)
{
	uint32_t count, doc_count;
	const uint32_t *members = segment_class_members(t->segment, class, &count);
	const struct segment_class_doc *docs =
		segment_class_docs(t->segment, class, &doc_count);

	for (uint32_t i = 0; i < count; i++) {
		node_id n;

		if (segment_entity(t->segment, members[i])->flags & ENTITY_COMPUTE)
			continue;
		n = world_node_entity(k->w, t->scope, members[i]);
		if (!seen_first(k, n) || world_removed(k->w, world_node(k->w, n)->key))
			continue;
		if (member_decide(k, t, n, docs, doc_count, apart, key, e) < 0)
			return e->code;
	}
	return 0;
}

static int root_decide(
	struct seek *k, scope_number scope, struct segment *s, struct err *e)
{
	for (uint32_t kind = 0; kind < segment_info(s)->kind_count; kind++) {
		uint32_t count;
		const uint32_t *members = segment_kind_members(s, kind, &count);

		for (uint32_t i = 0; i < count; i++) {
			if (!(segment_entity(s, members[i])->flags & ENTITY_ROOT))
				break;
			if (decide_alone(
				    k, world_node_entity(k->w, scope, members[i]), e) < 0)
				return e->code;
		}
	}
	return 0;
}

static int index_walk(struct seek *k, struct touched *t, struct err *e)
{
	uint32_t count;
	const uint32_t *services = action_plan_services(decide_planner(k->d), &count);

	for (uint32_t i = 0; i < count; i++) {
		if (index_service(k, t, services[i], e) < 0)
			return e->code;
	}
	return index_service(k, t, DOCUMENT_ANY_SERVICE, e);
}

static int compare_numbers(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static void touched_begin(struct touched *t, struct seek *k, bool all)
{
	t->room = decide_room(k->d, t->scope, t->segment);
	t->classes = t->room->classes;
	t->docs = t->room->docs;
	intern_init(&t->keys);
	/* classes with documents that nobody collected may be granted anything */
	for (uint32_t i = 0; i < t->room->unknown_count; i++)
		class_mark(t, t->room->unknown[i]);
	for (uint32_t i = 0; all && i < segment_info(t->segment)->class_count; i++)
		class_mark(t, i);
}

/* Leave the room as it was found. */
static void touched_end(struct touched *t)
{
	for (size_t i = 0; i < VEC_COUNT(&t->list, uint32_t); i++)
		t->classes[VEC_DATA(&t->list, uint32_t)[i]] = false;
	for (size_t i = 0; i < VEC_COUNT(&t->touched_docs, uint32_t); i++)
		t->docs[VEC_DATA(&t->touched_docs, uint32_t)[i]] = 0;
	intern_release(&t->keys);
	buf_release(&t->verdicts);
	buf_release(&t->statements);
	buf_release(&t->list);
	buf_release(&t->touched_docs);
}

/* `all`: every identity of the scope may be granted by the object's policy alone. */
static int scope_decide(struct seek *k, scope_number scope, bool all, struct err *e)
{
	struct touched t = { .scope = scope };
	bool apart = names_by_id(k->object) || world_any_removed(k->w);
	struct buf key = { 0 };
	uint32_t *list;
	int rc;

	if (world_segment(&t.segment, k->w, scope, e) < 0)
		return e->code;
	touched_begin(&t, k, all);
	rc = index_walk(k, &t, e);
	list = VEC_DATA(&t.list, uint32_t);
	if (t.list.n > 0)
		qsort(list, VEC_COUNT(&t.list, uint32_t), sizeof(*list), compare_numbers);
	for (size_t i = 0; i < VEC_COUNT(&t.list, uint32_t) && rc == 0; i++)
		rc = class_decide(k, &t, list[i], apart, &key, e);
	if (rc == 0)
		rc = root_decide(k, scope, t.segment, e);
	touched_end(&t);
	buf_release(&key);
	return rc;
}

static bool only_with_consent(struct seek *k)
{
	const struct action_plan *plan = decide_plan(k->d, k->object);

	for (uint32_t i = 0; i < plan->count; i++) {
		if (plan->lists[i]->policy != POLICY_REQUIRED)
			return false;
	}
	return true;
}

static bool delegates_to(const struct seek *k, struct str account)
{
	const struct str *v = VEC_DATA(&k->accounts, const struct str);

	for (size_t i = 0; i < VEC_COUNT(&k->accounts, struct str); i++) {
		if (str_eq(v[i], account))
			return true;
	}
	return false;
}

static int scopes_decide(struct seek *k, struct err *e)
{
	struct str account = k->object->o.n->account;
	scope_number own = world_account_scope(k->w, account);
	bool refused = k->object->o.policy_state == SEGMENT_POLICY_REFUSED;

	if (own != SEGMENT_NONE) {
		bool all = k->anyone || refused || names_by_id(k->object);

		if (all || !only_with_consent(k) || delegates_to(k, account)) {
			if (scope_decide(k, own, all, e) < 0)
				return e->code;
		}
	}
	for (scope_number n = 0; n < world_scope_count(k->w); n++) {
		if (n == own)
			continue;
		if (!k->anyone && !refused && account.n > 0 &&
			!delegates_to(k, world_scope_account(k->w, n)))
			continue;
		if (scope_decide(k, n, false, e) < 0)
			return e->code;
	}
	return 0;
}

int search_who(struct buf *out, struct decide *d, const struct answer_object *object,
	struct err *e)
{
	struct seek k = {
		.d = d, .w = decide_world(d), .resource = object->resource, .out = out
	};
	node_id public;
	int rc;

	if (decide_object(&k.object, d, object->node, e) < 0)
		return e->code;
	if (decide_plan(d, k.object)->count == 0)
		return 0;
	intern_init(&k.seen);
	rc = named_load(&k, e);
	if (rc == 0)
		rc = scopes_decide(&k, e);
	for (size_t i = 0; i < VEC_COUNT(&k.named, node_id) && rc == 0; i++)
		rc = decide_alone(&k, VEC_DATA(&k.named, node_id)[i], e);
	if (rc == 0 && (k.anyone || k.object->o.policy_state == SEGMENT_POLICY_REFUSED)) {
		public = world_node_virtual(
			k.w, NODE_PUBLIC, STR_LIT("public"), (struct str){ 0 });
		rc = decide_alone(&k, public, e);
	}
	intern_release(&k.seen);
	buf_release(&k.accounts);
	buf_release(&k.named);
	if (rc == 0)
		search_sort(out);
	return rc;
}
