#include "reachability/world.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/sparse.h"
#include "reachability/ancestry.h"
#include "reachability/membership.h"
#include "reachability/node_table.h"
#include "reachability/organization.h"
#include "reachability/place.h"
#include "reachability/provider.h"
#include "reachability/role_reference.h"
#include "reachability/subject.h"
#include "reachability/token.h"
#include "reachability/tree_open.h"

/*
 * What is kept per scope: the segment once opened, and its kinds as the catalogue numbers
 * them.
 */
struct scope_state {
	struct segment *segment;
	struct str account;
	bool read; /* somebody looked at more than what account it is */
	kind_id *kinds;
	node_id block;         /* node of its first entity + 1; 0: not yet */
	node_id container;     /* of the entity that it is of, + 2; 0: not looked up */
	struct sparse by_name; /* node_id + 1 of those of its entities that others have */
};

struct world {
	const struct rules *rules;
	struct store *store;
	struct snapshot *snap;
	struct expr_pool *pool;
	struct arena arena;
	const volatile sig_atomic_t *stop; /* see world_stop */
	size_t most;
	struct scope_state *scopes;
	uint32_t scope_count;
	struct node_table *nodes;
	struct buf sharing;        /* scope_number: those with `by_name` in use */
	struct intern accounts;    /* native ids that were asked for */
	struct buf account_scopes; /* scope_number + 2, by accounts' number; 0: not yet */
	/* const struct world_organization *, by accounts' number; NULL: not yet */
	struct buf organizations;
	struct intern removed;
	struct buf kept; /* char *: memory taken over */
	struct world_context context;
	struct subject_cache *subjects;
	struct ancestry_cache *ancestry;
	struct membership_cache *membership;
	struct role_references *roles;
	struct place_cache *places;
	struct tree_open *openings;
	struct token_cache *tokens;
};

int world_open(struct world **out, struct store *store, struct err *e)
{
	struct world *w = calloc(1, sizeof(*w));

	if (!w)
		abort();
	w->store = store;
	arena_init(&w->arena, ARENA_UNLIMITED);
	w->nodes = node_table_new();
	intern_init(&w->accounts);
	intern_init(&w->removed);
	w->pool = expr_pool_new();
	if (snapshot_begin(&w->snap, store, e) < 0)
		goto fail;
	w->scope_count = snapshot_scope_count(w->snap);
	w->scopes = ARENA_NEW_ARRAY(&w->arena, struct scope_state, w->scope_count + 1);
	*out = w;
	return 0;
fail:
	world_close(w);
	return e->code;
}

void world_close(struct world *w)
{
	if (!w)
		return;
	subject_cache_free(w->subjects);
	ancestry_cache_free(w->ancestry);
	membership_cache_free(w->membership);
	role_reference_free(w->roles);
	place_cache_free(w->places);
	tree_open_free(w->openings);
	token_cache_free(w->tokens);
	snapshot_end(w->snap);
	expr_pool_free(w->pool);
	node_table_free(w->nodes);
	intern_release(&w->accounts);
	intern_release(&w->removed);
	for (size_t i = 0; i < VEC_COUNT(&w->kept, char *); i++)
		free(VEC_DATA(&w->kept, char *)[i]);
	buf_release(&w->kept);
	for (size_t i = 0; i < VEC_COUNT(&w->sharing, scope_number); i++)
		sparse_release(
			&w->scopes[VEC_DATA(&w->sharing, scope_number)[i]].by_name);
	buf_release(&w->sharing);
	buf_release(&w->account_scopes);
	buf_release(&w->organizations);
	arena_release(&w->arena);
	free(w);
}

struct subject_cache *world_subjects(struct world *w)
{
	if (!w->subjects)
		w->subjects = subject_cache_new(w);
	return w->subjects;
}

struct ancestry_cache *world_ancestry(struct world *w)
{
	if (!w->ancestry)
		w->ancestry = ancestry_cache_new(w);
	return w->ancestry;
}

struct membership_cache *world_membership(struct world *w)
{
	if (!w->membership)
		w->membership = membership_cache_new(w);
	return w->membership;
}

struct role_references *world_roles(struct world *w)
{
	if (!w->roles)
		w->roles = role_reference_new(w);
	return w->roles;
}

struct place_cache *world_places(struct world *w)
{
	if (!w->places)
		w->places = place_cache_new(w);
	return w->places;
}

struct tree_open *world_openings(struct world *w)
{
	if (!w->openings)
		w->openings = tree_open_new(w);
	return w->openings;
}

struct token_cache *world_tokens(struct world *w)
{
	if (!w->tokens)
		w->tokens = token_cache_new();
	return w->tokens;
}

void world_set_rules(struct world *w, const struct rules *rules)
{
	w->rules = rules;
}

const struct rules *world_rules(const struct world *w)
{
	return w->rules;
}

struct snapshot *world_snapshot(struct world *w)
{
	return w->snap;
}

struct expr_pool *world_pool(struct world *w)
{
	return w->pool;
}

struct arena *world_arena(struct world *w)
{
	return &w->arena;
}

void *world_keep(struct world *w, struct buf *b)
{
	char *p = b->p;

	if (!p)
		return arena_alloc(&w->arena, 1);
	VEC_ADD(&w->kept, char *, p);
	*b = (struct buf){ 0 };
	return p;
}

void world_set_context(struct world *w, const struct world_context *context)
{
	w->context = *context;
}

const struct world_context *world_context(const struct world *w)
{
	return &w->context;
}

void world_set_stop(struct world *w, const volatile sig_atomic_t *stop)
{
	w->stop = stop;
}

void world_set_most(struct world *w, size_t bytes)
{
	w->most = bytes;
}

int world_stop(const struct world *w, struct err *e)
{
	if (w->stop && *w->stop)
		return err_set(e, ERR_INTERRUPTED, "interrupted");
	if (w->most > 0 && w->arena.used > w->most)
		return err_set(
			e, ERR_LIMIT, "that takes more than %zu MiB", w->most >> 20);
	return 0;
}

void world_remove(struct world *w, struct str key)
{
	intern_add(&w->removed, key);
}

bool world_removed(const struct world *w, struct str key)
{
	return intern_count(&w->removed) > 0 &&
	       intern_find(&w->removed, key) != INTERN_NONE;
}

bool world_any_removed(const struct world *w)
{
	return intern_count(&w->removed) > 0;
}

uint32_t world_scope_count(struct world *w)
{
	return w->scope_count;
}

static int scope_load(struct world *w, scope_number n, struct err *e)
{
	struct scope_state *s = &w->scopes[n];

	if (!s->segment && snapshot_segment(&s->segment, w->snap, n, e) < 0)
		return e->code;
	if (!s->kinds) {
		uint32_t count = segment_info(s->segment)->kind_count;
		struct str scope = segment_info(s->segment)->scope;

		s->account = str_skip(scope, str_find_char(scope, ':', 0) + 1);
		s->kinds = ARENA_NEW_ARRAY(&w->arena, kind_id, count + 1);
		for (uint32_t k = 0; k < count; k++)
			s->kinds[k] = catalog_kind_find(segment_kind(s->segment, k));
	}
	return 0;
}

int world_segment(struct segment **out, struct world *w, scope_number n, struct err *e)
{
	assert(n < w->scope_count);
	if (scope_load(w, n, e) < 0)
		return e->code;
	w->scopes[n].read = true;
	*out = w->scopes[n].segment;
	return 0;
}

int world_read_all(struct world *w, struct err *e)
{
	for (scope_number n = 0; n < w->scope_count; n++) {
		struct segment *s;

		if (world_segment(&s, w, n, e) < 0)
			return e->code;
	}
	return 0;
}

struct segment *world_segment_read(struct world *w, scope_number n)
{
	struct err ignored;

	return w->scopes[n].read && scope_load(w, n, &ignored) == 0 ? w->scopes[n].segment
								    : NULL;
}

static scope_number find_account(struct world *w, struct str account)
{
	const struct provider *p;
	scope_number n;
	struct err e;

	for (uint32_t i = 0; (p = provider_get(i)); i++) {
		struct str scope = arena_printf(
			&w->arena, "%.*s:%.*s", STR_ARG(p->name), STR_ARG(account));

		if (snapshot_find_scope(&n, w->snap, scope, &e) != 1)
			continue;
		w->scopes[n].read = true; /* what is not there is read, too */
		return n;
	}
	return SEGMENT_NONE;
}

scope_number world_account_scope(struct world *w, struct str account)
{
	uint32_t number;
	scope_number *slot;

	if (account.n == 0)
		return SEGMENT_NONE;
	number = intern_add(&w->accounts, account);
	while (VEC_COUNT(&w->account_scopes, scope_number) <= number)
		VEC_ADD(&w->account_scopes, scope_number, 0);
	slot = &VEC_DATA(&w->account_scopes, scope_number)[number];
	if (*slot == 0)
		*slot = find_account(w, account) + 2;
	return *slot - 2;
}

struct str world_scope_account(struct world *w, scope_number n)
{
	struct err e;

	if (scope_load(w, n, &e) < 0)
		return (struct str){ 0 };
	return w->scopes[n].account;
}

kind_id world_kind(const struct world *w, scope_number scope, uint32_t kind)
{
	return w->scopes[scope].kinds[kind];
}

/* --- gaps --- */

expr world_unknown(struct world *w, struct str scope, struct str what, bool may_deny)
{
	if (may_deny)
		what = arena_printf(&w->arena, "%.*s%s", STR_ARG(what), WORLD_MAY_DENY);
	return expr_unknown(w->pool, scope, what);
}

struct str world_unknown_words(struct str what)
{
	return str_ends(what, STR_LIT(WORLD_MAY_DENY))
		       ? str_head(what, what.n - (sizeof(WORLD_MAY_DENY) - 1))
		       : what;
}

/* --- nodes --- */

node_id world_node_add(struct world *w, struct str name, struct node n)
{
	return node_table_add(w->nodes, name, n);
}

node_id world_node_find(const struct world *w, struct str name)
{
	return node_table_find(w->nodes, name);
}

static node_id node_add(struct world *w, struct node n)
{
	return world_node_add(w, n.key, n);
}

static node_id block_node(struct world *w, scope_number scope, entity_id id)
{
	struct scope_state *state = &w->scopes[scope];

	if (state->block == 0)
		state->block = 1 + node_table_block(w->nodes,
					   provider_of_scope(
						   segment_info(state->segment)->scope),
					   state->segment, scope, state->account);
	return state->block - 1 + id;
}

bool world_is_own(uint32_t flags)
{
	return !(flags & (ENTITY_SHARED | ENTITY_EXTERNAL | ENTITY_CONTAINER));
}

/* Where an entity is at home that the scope merely lists: an account, in its own. */
static bool find_home(
	struct world *w, scope_number *scope, entity_id *id, struct str account)
{
	struct str key = segment_key(w->scopes[*scope].segment, *id, &w->arena);
	scope_number home = world_account_scope(w, account);
	struct segment *s;
	entity_id at;
	struct err e;

	if (home == SEGMENT_NONE || world_segment(&s, w, home, &e) < 0)
		return false;
	at = segment_find(s, key);
	if (at == SEGMENT_NONE || at >= segment_info(s)->entity_count)
		return false;
	*scope = home;
	*id = at;
	return true;
}

/*
 * The node of an entity that other scopes may have too: the same for all of them. Of one
 * that is only named here, that of the scope whose own it is.
 */
static node_id shared_node(struct world *w, scope_number scope, entity_id id)
{
	struct scope_state *state = &w->scopes[scope];
	const struct segment_entity *entity = segment_entity(state->segment, id);
	struct str key = segment_key(state->segment, id, &w->arena), account;
	node_id known = node_table_find(w->nodes, key);
	scope_number home;
	struct segment *s;
	entity_id at;
	struct err e;

	if (known != NODE_NONE)
		return known;
	if ((entity->flags & ENTITY_EXTERNAL) &&
		snapshot_find_key(&home, &at, w->snap, key, &e) == 1 &&
		world_segment(&s, w, home, &e) == 0 &&
		world_is_own(segment_entity(s, at)->flags))
		return block_node(w, home, at);
	account = provider_account_of(
		provider_of_scope(segment_info(state->segment)->scope), key,
		state->account);
	if (!str_eq(account, state->account) && find_home(w, &scope, &id, account))
		entity = segment_entity(w->scopes[scope].segment, id);
	return node_add(w, (struct node){ .type = NODE_ENTITY,
				   .scope = scope,
				   .id = id,
				   .key = key,
				   .account = account,
				   .flags = entity->flags });
}

node_id world_node_entity(struct world *w, scope_number scope, entity_id id)
{
	struct scope_state *state = &w->scopes[scope];
	node_id *slot;

	assert(state->segment && id < segment_info(state->segment)->entity_count);
	if (world_is_own(segment_entity(state->segment, id)->flags))
		return block_node(w, scope, id);
	if (state->by_name.size == 0) {
		sparse_init(&state->by_name, sizeof(node_id));
		VEC_ADD(&w->sharing, scope_number, scope);
	}
	slot = sparse_at(&state->by_name, id);
	if (*slot == 0)
		*slot = 1 + shared_node(w, scope, id);
	return *slot - 1;
}

node_id world_node_virtual(
	struct world *w, enum node_type type, struct str key, struct str account)
{
	uint32_t flags = type == NODE_RESOURCE ? ENTITY_EXTERNAL
					       : ENTITY_EXTERNAL | ENTITY_IDENTITY;

	return node_add(w, (struct node){ .type = type,
				   .scope = SEGMENT_NONE,
				   .id = SEGMENT_NONE,
				   .key = key,
				   .account = account,
				   .flags = flags });
}

struct node_glance world_glance(const struct world *w, node_id n)
{
	return node_table_glance(w->nodes, n);
}

const struct node *world_node(const struct world *w, node_id n)
{
	return node_table_get(w->nodes, n);
}

int world_node_of_key(node_id *out, struct world *w, struct str key, struct err *e)
{
	struct segment *s;
	struct str account = { 0 };
	enum node_type type;
	scope_number scope;
	entity_id id;
	int rc = snapshot_find_key(&scope, &id, w->snap, key, e);

	if (rc < 0)
		return rc;
	if (rc == 1) {
		if (world_segment(&s, w, scope, e) < 0)
			return e->code;
		*out = world_node_entity(w, scope, id);
		return 0;
	}
	type = provider_of_key(key)->read_key(key, &account);
	*out = world_node_virtual(w, type, arena_copy(&w->arena, key), account);
	return 0;
}

node_id world_account_node(struct world *w, struct str account)
{
	scope_number scope = world_account_scope(w, account);
	struct segment *s;
	struct str key;
	node_id n;
	struct err e;

	if (scope == SEGMENT_NONE || world_segment(&s, w, scope, &e) < 0)
		return NODE_NONE;
	if (w->scopes[scope].container != 0)
		return w->scopes[scope].container - 2;
	key = segment_info(s)->key;
	if (key.n == 0 || world_node_of_key(&n, w, key, &e) < 0)
		n = NODE_NONE;
	w->scopes[scope].container = n + 2;
	return n;
}

struct segment *world_node_segment(struct world *w, node_id n)
{
	const struct node *node = world_node(w, n);

	return node->type == NODE_ENTITY ? w->scopes[node->scope].segment : NULL;
}

const struct segment_entity *world_entity(struct world *w, node_id n)
{
	struct segment *s = world_node_segment(w, n);

	return s ? segment_entity(s, world_node(w, n)->id) : NULL;
}

struct str world_last_piece(struct str key)
{
	size_t i = key.n;

	while (i > 0 && key.p[i - 1] != '/' && key.p[i - 1] != ':')
		i--;
	return i < key.n ? str_skip(key, i) : key;
}

/* What its organization calls an account, else its id; empty for all else. */
static struct str container_name(struct world *w, node_id n)
{
	const struct node *node = world_node(w, n);
	struct str id = node->type == NODE_ACCOUNT ? node->account : (struct str){ 0 };
	struct str name;

	if (node->type == NODE_ENTITY && node->flags & ENTITY_CONTAINER)
		id = world_attribute(w, n, STR_LIT("id"));
	if (id.n == 0)
		return id;
	name = world_account_name(w, id);
	return name.n > 0 ? name : id;
}

struct str world_node_name(struct world *w, node_id n)
{
	struct segment *s = world_node_segment(w, n);
	const struct node *node = world_node(w, n);
	struct str name = { 0 };

	if (s)
		name = segment_name_of(s, node->id, node->key);
	if (name.n == 0)
		name = container_name(w, n);
	return name.n > 0 ? name : world_last_piece(node->key);
}

struct str world_node_kind(struct world *w, node_id n)
{
	struct segment *s = world_node_segment(w, n);
	size_t size;
	kind_id kind;

	if (s)
		return segment_kind(s, world_entity(w, n)->kind);
	switch (world_node(w, n)->type) {
	case NODE_PUBLIC:
		return STR_LIT("public");
	case NODE_SERVICE:
		return STR_LIT("service");
	case NODE_FEDERATED:
		return STR_LIT("federated");
	default:
		kind = catalog_kind_of_key(world_node(w, n)->key, &size);
		return kind != CATALOG_NONE ? catalog_kind_name(kind)
					    : STR_LIT("unknown");
	}
}

kind_id world_node_kind_id(struct world *w, node_id n)
{
	const struct node *node = world_node(w, n);
	size_t size;

	if (node->type == NODE_ENTITY)
		return w->scopes[node->scope].kinds[world_entity(w, n)->kind];
	return node->type == NODE_PUBLIC || node->type == NODE_SERVICE
		       ? CATALOG_NONE
		       : catalog_kind_of_key(node->key, &size);
}

static struct str pair_find(struct segment *s, const struct segment_pair *pairs,
	uint32_t count, struct str name)
{
	for (uint32_t i = 0; i < count; i++) {
		if (str_eq(segment_str(s, pairs[i].key), name))
			return segment_str(s, pairs[i].value);
	}
	return (struct str){ 0 };
}

struct str world_attribute(struct world *w, node_id n, struct str name)
{
	struct segment *s = world_node_segment(w, n);
	const struct segment_pair *pairs;
	uint32_t count;

	if (!s)
		return (struct str){ 0 };
	pairs = segment_attributes(s, world_node(w, n)->id, &count);
	return pair_find(s, pairs, count, name);
}

bool world_acts(const struct world *w, node_id n)
{
	const struct node *node = world_node(w, n);

	return !(node->flags & ENTITY_COMPUTE) && node->type != NODE_RESOURCE;
}
/* --- organizations --- */

int world_organization(const struct world_organization **out, struct world *w,
	struct str account, struct err *e)
{
	uint32_t n = intern_add(&w->accounts, account);
	struct world_organization *o;

	while (VEC_COUNT(&w->organizations, struct world_organization *) <= n)
		VEC_ADD(&w->organizations, struct world_organization *, NULL);
	o = VEC_DATA(&w->organizations, struct world_organization *)[n];
	if (!o) {
		o = ARENA_NEW(&w->arena, struct world_organization);
		if (account.n > 0 && organization_load(o, w, account, e) < 0)
			return e->code;
		VEC_DATA(&w->organizations, struct world_organization *)[n] = o;
	}
	*out = o;
	return 0;
}

struct str world_account_name(struct world *w, struct str account)
{
	return organization_account_name(w, account);
}
