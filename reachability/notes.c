#include "reachability/notes.h"

#include <stdlib.h>

#include "reachability/missing.h"
#include "reachability/notes_tree.h"
#include "reachability/provider.h"
#include "reachability/token.h"

/* Scopes that are told one by one; more are told by that word. */
#define NOTES_SCOPES_MAX 4u

/* Entities of an organization that a question looks at one by one. */
#define NOTES_ACCOUNTS_MAX 1024u

struct notes {
	struct world *world;
	struct intern seen;   /* "scope\0what" */
	struct intern scopes; /* of identities that were noted */
	struct buf items;     /* struct answer_unknown */
};

struct notes *notes_new(struct world *w)
{
	struct notes *n = calloc(1, sizeof(*n));

	if (!n)
		abort();
	n->world = w;
	intern_init(&n->seen);
	intern_init(&n->scopes);
	return n;
}

void notes_free(struct notes *n)
{
	if (!n)
		return;
	intern_release(&n->seen);
	intern_release(&n->scopes);
	buf_release(&n->items);
	free(n);
}

static void note(void *ctx, struct str scope, struct str what)
{
	struct notes *n = ctx;
	uint32_t before = intern_count(&n->seen);
	struct str key;

	what = world_unknown_words(what);
	key = arena_printf(
		world_arena(n->world), "%.*s%c%.*s", STR_ARG(scope), '\0', STR_ARG(what));

	if (intern_add(&n->seen, key) == before)
		VEC_ADD(&n->items, struct answer_unknown,
			{ arena_copy(world_arena(n->world), scope),
				arena_copy(world_arena(n->world), what) });
}

void notes_add(struct notes *n, struct str scope, struct str what)
{
	note(n, scope, what);
}

struct world *notes_world(const struct notes *n)
{
	return n->world;
}

void notes_residual(struct notes *n, expr residual)
{
	expr_each_unknown(world_pool(n->world), residual, note, n);
}

/* What the scope's own collection says it could not read. */
static void notes_coverage(struct notes *n, struct segment *s)
{
	const struct segment_coverage *c = segment_coverages(s);

	for (uint32_t i = 0; i < segment_info(s)->coverage_count; i++) {
		struct str what = segment_str(s, c[i].what),
			   detail = segment_str(s, c[i].detail);

		if (!c[i].whole || (c[i].state != COVERAGE_PARTIAL &&
					   c[i].state != COVERAGE_REFUSED))
			continue;
		note(n, segment_info(s)->scope,
			arena_printf(world_arena(n->world), "%.*s %s%s%.*s",
				STR_ARG(what),
				c[i].state == COVERAGE_PARTIAL ? "collected in part"
							       : "not collected",
				detail.n > 0 ? ": " : "", STR_ARG(detail)));
	}
}

/* One whose account was not collected, or not its identities. */
static void notes_stranger(struct notes *n, node_id subject)
{
	const struct node *node = world_node(n->world, subject);

	if (node->type == NODE_FOREIGN || node->type == NODE_ACCOUNT)
		note(n, node->account,
			arena_printf(world_arena(n->world),
				"policies of '%.*s' were not collected",
				STR_ARG(node->key)));
	else if (node->type == NODE_RESOURCE)
		note(n, node->account,
			arena_printf(world_arena(n->world), "'%.*s' was not collected",
				STR_ARG(node->key)));
}

int notes_subject(struct notes *n, node_id subject, struct err *e)
{
	const struct world_organization *o;
	struct segment *s = world_node_segment(n->world, subject);
	uint32_t before = intern_count(&n->scopes);

	if (!s) {
		notes_stranger(n, subject);
		return 0;
	}
	if (intern_add(&n->scopes, segment_info(s)->scope) < before)
		return 0;
	if (world_organization(&o, n->world, world_node(n->world, subject)->account, e) <
		0)
		return e->code;
	if (!o->named && !provider_of_scope(segment_info(s)->scope)->inherits &&
		!missing_covered(s, COVERAGE_ABSENT, STR_LIT("organization")))
		note(n, segment_info(s)->scope,
			STR_LIT("organization policies (SCP, RCP) not collected"));
	notes_coverage(n, s);
	return 0;
}

/* Whether the kind may carry a policy that counts for some action of the question. */
static bool governed(struct decide *d, kind_id kind)
{
	bool container = kind != CATALOG_NONE && provider_of_kind(kind)->takes_unbound &&
			 provider_of_kind(kind)->takes_unbound(kind);

	return action_plan_is_governed(
		action_plan_of(decide_planner(d), kind, container));
}

/* Grants beside the policy that nobody listed. */
static int note_grants(struct notes *n, struct decide *d, node_id object, struct err *e)
{
	const struct node *node = world_node(n->world, object);
	const struct decide_object *o;

	if (!provider_of_node(n->world, object)
			->has_grants(world_node_kind_id(n->world, object)))
		return 0;
	if (decide_object(&o, d, object, e) < 0)
		return e->code;
	if (!o->o.grants_known && decide_plan(d, o)->count > 0)
		note(n, node->account,
			arena_printf(world_arena(n->world),
				"grants of '%.*s' not collected", STR_ARG(node->key)));
	return 0;
}

/* Why a principal of a policy is nobody we can show; NULL: somebody, or not one alone. */
static const char *nobody(int *rc, struct world *w, const struct document *d,
	const struct document_principal *p, node_id object, struct err *e)
{
	const struct node *named;
	node_id node;

	if (p->type == DOCUMENT_ANYONE || p->type == DOCUMENT_ACCOUNT ||
		p->type == DOCUMENT_SET || p->type == DOCUMENT_GROUP ||
		(p->type == DOCUMENT_FEDERATED && token_is(document_str(d, p->text))))
		return NULL;
	*rc = provider_of_node(w, object)->principal_node(&node, w, d, p, e);
	if (*rc < 0)
		return NULL;
	if (node == NODE_NONE)
		return p->type == DOCUMENT_UNIQUE_ID ? "whom no collected account has"
						     : "who is not known";
	named = world_node(w, node);
	if (named->type == NODE_FOREIGN &&
		world_account_scope(w, named->account) != SEGMENT_NONE)
		return "whom its account does not have";
	return NULL;
}

/* Whom the object's policy names and nobody is: deleted, or not to be found out. */
static int notes_named(struct notes *n, struct decide *d, node_id object, struct err *e)
{
	const struct node *node = world_node(n->world, object);
	struct segment *s = world_node_segment(n->world, object);
	const struct decide_object *o;
	int rc;

	if (!s)
		return 0;
	rc = decide_object(&o, d, object, e);

	for (uint32_t i = 0; rc == 0 && i < o->statement_count; i++) {
		const struct decide_statement *st = &o->statements[i];
		const struct document_principal *p =
			st->document->principals + st->statement->principal_first;

		for (uint32_t k = 0; k < st->statement->principal_count; k++) {
			const char *why = st->slot == SLOT_RESOURCE
						  ? nobody(&rc, n->world, st->document,
							    &p[k], object, e)
						  : NULL;

			if (why)
				note(n, segment_info(s)->scope,
					arena_printf(world_arena(n->world),
						"policy of '%.*s' names '%.*s', %s",
						STR_ARG(node->key),
						STR_ARG(document_str(
							st->document, p[k].text)),
						why));
		}
	}
	return rc;
}

/* The entity whose policy is that of the node: itself, or the one that governs it. */
static node_id policy_holder(struct world *w, node_id n)
{
	const struct provider *p = provider_of_node(w, n);
	const struct node *node = world_node(w, n);
	node_id governor = p->governor ? p->governor(w, node) : NODE_NONE;

	if (governor != NODE_NONE)
		return governor;
	return p->governor && (node->flags & ENTITY_CONTAINER) ? NODE_NONE : n;
}

/* Whether the policy that the node is decided by was read. */
static int policy_is_read(bool *out, struct notes *n, struct decide *d, node_id object,
	node_id holder, struct err *e)
{
	const struct segment_entity *entity = world_entity(n->world, holder);
	const struct decide_object *o;
	uint32_t state = entity ? entity->policy_state : SEGMENT_POLICY_NOT_ASKED;

	if (holder != object) {
		if (decide_object(&o, d, object, e) < 0)
			return e->code;
		state = o->o.policy_state;
	}
	*out = state == SEGMENT_POLICY_GOT || state == SEGMENT_POLICY_NONE;
	return 0;
}

int notes_object(struct notes *n, struct decide *d, node_id object, struct err *e)
{
	const struct node *node = world_node(n->world, object);
	node_id holder = policy_holder(n->world, object);
	struct segment *s;
	bool read = false;

	if (note_grants(n, d, object, e) < 0 || notes_named(n, d, object, e) < 0 ||
		notes_tree_object(n, d, object, e) < 0)
		return e->code;
	if (missing_node(n->world, object)) {
		note(n, node->account,
			arena_printf(world_arena(n->world), "'%.*s' was not collected",
				STR_ARG(node->key)));
		return 0;
	}
	if (holder == NODE_NONE || !governed(d, world_node_kind_id(n->world, object)))
		return 0;
	if (policy_is_read(&read, n, d, object, holder, e) < 0)
		return e->code;
	if (read)
		return 0;
	s = world_node_segment(n->world, holder);
	node = world_node(n->world, holder);
	note(n,
		s                     ? segment_info(s)->scope
		: node->account.n > 0 ? node->account
				      : STR_LIT(""),
		arena_printf(world_arena(n->world),
			"resource policy of '%.*s' not collected", STR_ARG(node->key)));
	return 0;
}

static bool holds_grants(struct segment *s, entity_id id)
{
	uint32_t held;
	const struct segment_holding *h = segment_holdings(s, id, &held);

	for (uint32_t i = 0; i < held; i++) {
		if (h[i].layer == LAYER_GRANT)
			return true;
	}
	return false;
}

static void note_scope_grants(
	struct notes *n, scope_number scope, struct segment *s, uint32_t kind)
{
	uint32_t count, missing = 0;
	const uint32_t *members = segment_kind_members(s, kind, &count);

	if (!provider_of_scope(segment_info(s)->scope)
			->has_grants(world_kind(n->world, scope, kind)))
		return;
	for (uint32_t i = 0; i < count; i++)
		missing += !holds_grants(s, members[i]);
	if (missing > 0)
		note(n, segment_info(s)->scope,
			arena_printf(world_arena(n->world),
				"grants of %u of %u %.*s not collected", missing, count,
				STR_ARG(segment_kind(s, kind))));
}

/* Entities of one kind whose policies were not read. */
static void notes_kind(
	struct notes *n, struct segment *s, scope_number scope, uint32_t kind)
{
	uint32_t count, missing = 0;
	const uint32_t *members = segment_kind_members(s, kind, &count);

	for (uint32_t i = 0; i < count; i++) {
		const struct segment_entity *entity = segment_entity(s, members[i]);

		if ((entity->flags & ENTITY_SHARED) ||
			(entity->policy_state != SEGMENT_POLICY_NOT_ASKED &&
				entity->policy_state != SEGMENT_POLICY_REFUSED))
			continue;
		/* another entity's policy decides about it, which is told itself */
		if (provider_of_scope(segment_info(s)->scope)->governor) {
			node_id node = world_node_entity(n->world, scope, members[i]);

			if (policy_holder(n->world, node) != node)
				continue;
		}
		missing++;
	}
	if (missing > 0)
		note(n, segment_info(s)->scope,
			arena_printf(world_arena(n->world),
				"resource policies of %u of %u %.*s not collected",
				missing, count, STR_ARG(segment_kind(s, kind))));
}

int notes_scope(struct notes *n, struct decide *d, scope_number scope, struct err *e)
{
	struct segment *s;

	if (world_segment(&s, n->world, scope, e) < 0)
		return e->code;
	for (uint32_t k = 0; k < segment_info(s)->kind_count; k++) {
		if (!governed(d, world_kind(n->world, scope, k)))
			continue;
		note_scope_grants(n, scope, s, k);
		notes_kind(n, s, scope, k);
	}
	return 0;
}

/* Scopes that lack something, as an index tells. */
struct lacking {
	scope_number scopes[NOTES_SCOPES_MAX];
	uint32_t count;
	bool more;
};

static bool lacking_add(void *ctx, scope_number scope)
{
	struct lacking *l = ctx;

	if (l->count == NOTES_SCOPES_MAX) {
		l->more = true;
		return false;
	}
	l->scopes[l->count++] = scope;
	return true;
}

static int lacking_find(
	struct lacking *out, struct notes *n, struct str what, struct err *e)
{
	*out = (struct lacking){ 0 };
	return snapshot_links(world_snapshot(n->world), what, lacking_add, out, e);
}

static void notes_more(struct notes *n, const struct lacking *l, struct str what)
{
	if (l->more)
		note(n, (struct str){ 0 },
			arena_printf(world_arena(n->world),
				"%.*s not collected in more than %u accounts",
				STR_ARG(what), NOTES_SCOPES_MAX));
}

static int notes_lacking_kind(
	struct notes *n, struct decide *d, const char *kind, struct err *e)
{
	struct arena *arena = world_arena(n->world);
	struct lacking l;
	struct segment *s;

	if (lacking_find(&l, n, arena_printf(arena, SEGMENT_GAP "%s", kind), e) < 0)
		return e->code;
	if (l.count == 0 || !governed(d, catalog_kind_find(str_from(kind))))
		return 0;
	for (uint32_t i = 0; i < l.count; i++) {
		if (world_segment(&s, n->world, l.scopes[i], e) < 0)
			return e->code;
		for (uint32_t k = 0; k < segment_info(s)->kind_count; k++) {
			if (str_eq(segment_kind(s, k), str_from(kind)))
				notes_kind(n, s, l.scopes[i], k);
		}
	}
	notes_more(n, &l, arena_printf(arena, "resource policies of %s", kind));
	return 0;
}

int notes_policies(struct notes *n, struct decide *d, struct err *e)
{
	const struct provider *p;

	for (uint32_t i = 0; (p = provider_get(i)); i++) {
		for (uint32_t k = 0; p->policy_kinds[k]; k++) {
			if (notes_lacking_kind(n, d, p->policy_kinds[k], e) < 0)
				return e->code;
		}
	}
	return 0;
}

/*
 * Accounts that a scope speaks of and nobody collected: by name, or of very many only
 * that there must be some.
 */
static void notes_accounts(struct notes *n, struct segment *s)
{
	if (segment_info(s)->entity_count > NOTES_ACCOUNTS_MAX) {
		if (segment_info(s)->entity_count > 2 * world_scope_count(n->world))
			note(n, segment_info(s)->scope,
				STR_LIT("accounts of the organization not collected"));
		return;
	}
	for (entity_id id = 0; id < segment_info(s)->entity_count; id++) {
		struct str key, account;

		if (!(segment_entity(s, id)->flags & ENTITY_CONTAINER))
			continue;
		key = segment_key(s, id, world_arena(n->world));
		if (provider_of_key(key)->read_key(key, &account) == NODE_ACCOUNT &&
			world_account_scope(n->world, account) == SEGMENT_NONE)
			note(n, segment_info(s)->scope,
				arena_printf(world_arena(n->world),
					"account '%.*s' not collected",
					STR_ARG(account)));
	}
}

int notes_scopes(struct notes *n, struct err *e)
{
	struct lacking l;
	struct segment *s;

	if (lacking_find(&l, n, STR_LIT(SEGMENT_GAP_ACCOUNTS), e) < 0)
		return e->code;
	for (uint32_t i = 0; i < l.count; i++) {
		if (world_segment(&s, n->world, l.scopes[i], e) < 0)
			return e->code;
		notes_accounts(n, s);
	}

	if (lacking_find(&l, n, STR_LIT(SEGMENT_GAP_COVERAGE), e) < 0)
		return e->code;
	for (uint32_t i = 0; i < l.count; i++) {
		if (world_segment(&s, n->world, l.scopes[i], e) < 0)
			return e->code;
		notes_coverage(n, s);
	}
	notes_more(n, &l, STR_LIT("some data"));
	if (lacking_find(&l, n, STR_LIT(SEGMENT_GAP_IDENTITIES), e) < 0)
		return e->code;
	for (uint32_t i = 0; i < l.count; i++) {
		if (world_segment(&s, n->world, l.scopes[i], e) < 0)
			return e->code;
		note(n, segment_info(s)->scope, STR_LIT("identities not collected"));
	}
	notes_more(n, &l, STR_LIT("identities"));
	return 0;
}

static int compare_notes(const void *a, const void *b)
{
	const struct answer_unknown *x = a, *y = b;
	int rc = str_cmp(x->scope, y->scope);

	return rc != 0 ? rc : str_cmp(x->what, y->what);
}

void notes_take(const struct answer_unknown **out, uint32_t *count, struct notes *n)
{
	struct answer_unknown *copy = arena_alloc(world_arena(n->world), n->items.n + 1);

	*count = (uint32_t)VEC_COUNT(&n->items, struct answer_unknown);
	if (n->items.n > 0) {
		memcpy(copy, n->items.p, n->items.n);
		qsort(copy, *count, sizeof(*copy), compare_notes);
	}
	*out = copy;
}
