#include "reachability/search.h"

#include <stdlib.h>

#include "base/mutant.h"
#include "reachability/callers.h"
#include "reachability/missing.h"
#include "reachability/pattern.h"
#include "reachability/subject.h"
#include "reachability/touched.h"
#include "reachability/tree_seek.h"

struct seek {
	struct decide *d;
	struct world *w;
	const struct decide_object *object;
	struct str resource;
	struct buf *out;
	struct buf seen; /* uint64_t: a bit per node that is decided already */
	struct buf
		accounts; /* struct str: accounts that the object's policy delegates to */
	struct buf named; /* node_id: named one by one */
	struct buf named_places; /* uint64_t: scope << 32 | id of those, ascending */
	bool anyone;      /* its policy grants to everybody, perhaps under conditions */
	bool any_account; /* it delegates to accounts by ids that tell not which */
	uint32_t scopes;  /* searched so far */
	struct callers callers; /* of the scope in hand */
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
	uint64_t *word, bit = 1ull << (n % 64);

	while (VEC_COUNT(&k->seen, uint64_t) <= n / 64)
		VEC_ADD(&k->seen, uint64_t, 0);
	word = &VEC_DATA(&k->seen, uint64_t)[n / 64];
	if (*word & bit)
		return false;
	*word |= bit;
	return true;
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
	return world_node(k->w, n)->type != NODE_FOREIGN || missing_node(k->w, n);
}

/* Whoever is named; with a session the identity that may act in it. */
static int name(struct seek *k, node_id n, struct err *e)
{
	node_id holder;

	VEC_ADD(&k->named, node_id, n);
	if (!(world_node(k->w, n)->flags & ENTITY_SESSION))
		return 0;
	if (subject_holder(&holder, k->w, n, e) < 0)
		return e->code;
	if (holder != n)
		VEC_ADD(&k->named, node_id, holder);
	return 0;
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
		if (allows && p->type == DOCUMENT_CANONICAL)
			k->any_account = true;
		if (p->type == DOCUMENT_ANYONE && deny)
			continue;
		if (p->type == DOCUMENT_FEDERATED && token_is(text)) {
			if (token_named(&k->named, k->w, st->document, s,
				    token_issuer(str_skip(
					    text, str_find_char(text, ':', 0) + 1)),
				    e) < 0)
				return e->code;
			continue;
		}
		if (provider->principal_node(&n, k->w, st->document, p, e) < 0)
			return e->code;
		if (n != NODE_NONE && exists(k, n) && name(k, n, e) < 0)
			return e->code;
	}
	return 0;
}

static int compare_places(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void named_sort(struct seek *k)
{
	size_t count = VEC_COUNT(&k->named, node_id);

	for (size_t i = 0; i < count; i++) {
		const struct node *n = world_node(k->w, VEC_DATA(&k->named, node_id)[i]);

		if (n->type == NODE_ENTITY)
			VEC_ADD(&k->named_places, uint64_t,
				(uint64_t)n->scope << 32 | n->id);
	}
	if (k->named_places.n > 0)
		qsort(k->named_places.p, VEC_COUNT(&k->named_places, uint64_t),
			sizeof(uint64_t), compare_places);
}

/* Who names an identity names the sessions of it. */
static void named_sessions(struct seek *k)
{
	size_t count = VEC_COUNT(&k->named, node_id);

	for (size_t i = 0; i < count; i++) {
		node_id n = VEC_DATA(&k->named, node_id)[i];
		struct segment *s = world_node_segment(k->w, n);
		const uint32_t *sessions;
		uint32_t found = 0;

		if (!s)
			continue;
		sessions = segment_related(
			s, RELATION_SESSION_OF, true, world_node(k->w, n)->id, &found);
		for (uint32_t j = 0; j < found; j++) {
			if (sessions[j] < segment_info(s)->entity_count)
				VEC_ADD(&k->named, node_id,
					world_node_entity(k->w,
						world_node(k->w, n)->scope, sessions[j]));
		}
	}
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
	named_sessions(k);
	named_sort(k);
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

static bool is_named(const struct seek *k, scope_number scope, entity_id id)
{
	uint64_t place = (uint64_t)scope << 32 | id;
	const uint64_t *v = VEC_DATA(&k->named_places, const uint64_t);
	size_t count = VEC_COUNT(&k->named_places, uint64_t);

	return count > 0 && bsearch(&place, v, count, sizeof(*v), compare_places) != NULL;
}

static void member_found(
	struct seek *k, scope_number scope, entity_id id, const struct access *access)
{
	struct search_found f = { scope, id, access };

	if (access->part_count > 0)
		buf_add(k->out, &f, sizeof(f));
}

static int narrow_decide(const struct access **out, struct seek *k,
	const struct touched *t, node_id n, struct err *e)
{
	struct access *access = ARENA_NEW(world_arena(k->w), struct access);
	struct decide_subject s;
	uint32_t count, identity_count;
	const struct decide_statement *statements =
		touched_statements(t, &count, &identity_count, world_arena(k->w));

	if (subject_narrow(&s, decide_subjects(k->d), n, statements, count,
		    identity_count, t->bounded, e) < 0 ||
		decide_entity(access, k->d, &s, k->object, k->resource, e) < 0)
		return e->code;
	*out = access;
	return 0;
}

/* Decided for this one, and known for those to whom that tells the same. */
static int first_decide(const struct access **out, struct seek *k, struct touched *t,
	uint32_t number, node_id n, struct err *e)
{
	struct decide_shared answer = { .access = NULL };
	struct decide_shared *known;
	uint32_t before;
	int rc;

	decide_exclusions(k->d, &before);
	callers_record(&k->callers);
	rc = narrow_decide(out, k, t, n, e);
	callers_stop(&k->callers);
	if (rc < 0)
		return rc;
	answer.access = *out;
	decide_shared_keep(&answer, k->d, before);
	if ((*out)->reads_principal)
		return callers_keep(&k->callers, number, n, &answer, e);
	known = touched_verdict_at(t, number);
	*known = answer;
	return 0;
}

/*
 * The verdict for a class: known from another that touches the object in the same way, or
 * decided for its first member; where conditions read who calls, for the first of those
 * to whom they say the same.
 */
static int member_decide(struct seek *k, struct touched *t, entity_id id, struct err *e)
{
	uint32_t flags = segment_entity(t->segment, id)->flags & FLAGS_APART, number;
	const struct decide_shared *known = touched_verdict(t, flags, &number);
	const struct access *access = known->access;
	node_id n;

	if (access && known->excluded_count == 0) {
		member_found(k, t->scope, id, access);
		return 0;
	}
	n = world_node_entity(k->w, t->scope, id);
	if (!access && callers_recall(&known, &k->callers, number, n, e) < 0)
		return e->code;
	if (known) {
		access = known->access;
		decide_shared_repeat(k->d, known, n, k->object->o.node);
	} else if (first_decide(&access, k, t, number, n, e) < 0) {
		return e->code;
	}
	member_found(k, t->scope, id, access);
	return 0;
}

static int class_decide(
	struct seek *k, struct touched *t, uint32_t class, bool apart, struct err *e)
{
	uint32_t count;
	const uint32_t *members = segment_class_members(t->segment, class, &count);
	bool gap = segment_class(t->segment, class)->flags & SEGMENT_CLASS_GAP;
	const struct access *access;

	touched_class(t, class);
	for (uint32_t i = 0; i < count; i++) {
		entity_id id = members[i];
		node_id n;

		if (id >= segment_info(t->segment)->entity_count)
			return err_set(
				e, ERR_CORRUPT, "class %u has member %u", class, id);
		if (segment_entity(t->segment, id)->flags &
			(ENTITY_COMPUTE | ENTITY_SESSION | ENTITY_ROOT))
			continue;
		if (!apart && !gap && !is_named(k, t->scope, id)) {
			if (member_decide(k, t, id, e) < 0)
				return e->code;
			continue;
		}
		n = world_node_entity(k->w, t->scope, id);
		if (!seen_first(k, n))
			continue;
		if (decide_node(&access, k, n, e) < 0)
			return e->code;
		if (access)
			found_add(k, n, access);
	}
	return 0;
}

/* Root users and sessions are in no class with policies: each for itself. */
static int apart_decide(
	struct seek *k, scope_number scope, struct segment *s, struct err *e)
{
	for (uint32_t kind = 0; kind < segment_info(s)->kind_count; kind++) {
		uint32_t count;
		const uint32_t *members = segment_kind_members(s, kind, &count);

		for (uint32_t i = 0; i < count; i++) {
			if (!(segment_entity(s, members[i])->flags &
				    (ENTITY_ROOT | ENTITY_SESSION)))
				break;
			if (decide_alone(
				    k, world_node_entity(k->w, scope, members[i]), e) < 0)
				return e->code;
		}
	}
	return 0;
}

/* `all`: every identity of the scope may be granted by the object's policy alone. */
static int scope_decide(struct seek *k, scope_number scope, bool all, struct err *e)
{
	bool apart =
		names_by_id(k->object) || world_any_removed(k->w) || k->object->o.is_way;
	struct touched t;
	const uint32_t *classes;
	uint32_t count;
	int rc = touched_begin(&t, k->d, k->object, scope, all, e);

	callers_begin(&k->callers, k->d, k->object);
	k->scopes++;
	classes = touched_classes(&t, &count);
	for (uint32_t i = 0; i < count && rc == 0; i++)
		rc = class_decide(k, &t, classes[i], apart, e);
	if (rc == 0)
		rc = apart_decide(k, scope, t.segment, e);
	callers_end(&k->callers);
	touched_end(&t);
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

/* Whether identities of any scope may get in. */
static bool opens_to_all(const struct seek *k)
{
	return k->anyone || k->any_account || k->object->o.n->account.n == 0;
}

/* The scopes other than the object's own whose identities may get in, each once. */
static void scopes_list(struct seek *k, scope_number own, struct buf *out)
{
	uint32_t count = world_scope_count(k->w);
	const struct str *accounts = VEC_DATA(&k->accounts, const struct str);
	struct intern seen;

	for (scope_number n = 0; opens_to_all(k) && n < count; n++) {
		if (n != own)
			VEC_ADD(out, scope_number, n);
	}
	if (opens_to_all(k))
		return;
	intern_init(&seen);
	for (size_t i = 0; i < VEC_COUNT(&k->accounts, struct str); i++) {
		uint32_t before = intern_count(&seen);
		scope_number n;

		if (intern_add(&seen, accounts[i]) < before)
			continue;
		n = world_account_scope(k->w, accounts[i]);
		if (n != SEGMENT_NONE && n != own)
			VEC_ADD(out, scope_number, n);
	}
	intern_release(&seen);
}

/* Whether its identities are another provider's, who need no policies of their own. */
static int is_strange(bool *out, struct seek *k, scope_number scope, struct err *e)
{
	struct segment *s;

	if (world_segment(&s, k->w, scope, e) < 0)
		return e->code;
	*out = provider_of_scope(segment_info(s)->scope) != k->object->provider;
	return 0;
}

static int scopes_decide(struct seek *k, struct err *e)
{
	struct str account = k->object->o.n->account;
	scope_number own = world_account_scope(k->w, account);
	bool refused = k->object->o.policy_state == SEGMENT_POLICY_REFUSED;
	struct buf others = { 0 };
	int rc = 0;

	if (own != SEGMENT_NONE) {
		bool all = k->anyone || names_by_id(k->object);

		if (all || refused || !only_with_consent(k) || delegates_to(k, account)) {
			if (scope_decide(k, own, all, e) < 0)
				return e->code;
		}
	}
	scopes_list(k, own, &others);
	for (size_t i = 0; i < VEC_COUNT(&others, scope_number) && rc == 0; i++) {
		scope_number n = VEC_DATA(&others, const scope_number)[i];
		bool strange = false;

		rc = is_strange(&strange, k, n, e);
		if (rc == 0)
			rc = scope_decide(k, n, strange && k->anyone, e);
	}
	buf_release(&others);
	return rc;
}

/* An entity that several scopes have is found once. */
static void found_once(struct seek *k)
{
	struct search_found *v = VEC_DATA(k->out, struct search_found);
	size_t count = VEC_COUNT(k->out, struct search_found), kept = 0;

	buf_clear(&k->seen);
	for (size_t i = 0; i < count; i++) {
		if (seen_first(k, search_node(k->w, &v[i])))
			v[kept++] = v[i];
	}
	k->out->n = kept * sizeof(*v);
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
	if (k.object->provider->inherits) {
		rc = tree_seek(out, d, k.object, object->resource, e);
		if (rc == 0)
			search_sort(out);
		return rc;
	}
	rc = named_load(&k, e);
	if (rc == 0)
		rc = scopes_decide(&k, e);
	for (size_t i = MUTANT(first_named_lost, 0, 1);
		i < VEC_COUNT(&k.named, node_id) && rc == 0; i++)
		rc = decide_alone(&k, VEC_DATA(&k.named, node_id)[i], e);
	if (rc == 0 && k.anyone) {
		public = world_node_virtual(
			k.w, NODE_PUBLIC, STR_LIT("public"), (struct str){ 0 });
		rc = decide_alone(&k, public, e);
	}
	if (rc == 0)
		search_sort(out);
	if (rc == 0 && k.scopes > 1)
		found_once(&k);
	buf_release(&k.seen);
	buf_release(&k.accounts);
	buf_release(&k.named);
	buf_release(&k.named_places);
	return rc;
}
