#include "reachability/azure_naming.h"

#include "reachability/pattern.h"
#include "reachability/subject.h"
#include "reachability/token.h"

#define DIRECTORY     STR_LIT("azure:")
#define PROVIDERS     STR_LIT("/providers/")
#define SUBSCRIPTIONS STR_LIT("/subscriptions/")

/* "azure:TENANT/OBJECT"; management groups are no objects of the directory. */
static bool is_object(struct str key)
{
	size_t slash = str_find_char(key, '/', 0);

	return str_starts(key, DIRECTORY) && slash < key.n &&
	       !str_starts(str_skip(key, slash), PROVIDERS);
}

/* "azure:TENANT" with or without more: 8-4-4-4-12 characters. */
static bool is_directory(struct str key)
{
	struct str id = str_skip(key, DIRECTORY.n);

	return str_starts(key, DIRECTORY) && id.n >= 36 && id.p[8] == '-' &&
	       id.p[13] == '-' && id.p[18] == '-' && id.p[23] == '-' &&
	       (id.n == 36 || id.p[36] == '/');
}

bool azure_naming_owns(struct str key)
{
	return is_directory(key) || str_starts(key, STR_LIT("oidc:")) ||
	       (str_starts(key, STR_LIT("/")) && !str_starts(key, STR_LIT("//")));
}

static struct str up_to_slash(struct str s)
{
	return str_head(s, str_find_char(s, '/', 0));
}

enum node_type azure_naming_read(struct str key, struct str *account)
{
	*account = (struct str){ 0 };
	if (str_starts(key, DIRECTORY)) {
		*account = up_to_slash(str_skip(key, DIRECTORY.n));
		return is_object(key) ? NODE_FOREIGN : NODE_RESOURCE;
	}
	if (str_starts(key, STR_LIT("oidc:")))
		return NODE_FOREIGN;
	if (str_starts(key, SUBSCRIPTIONS))
		*account = up_to_slash(str_skip(key, SUBSCRIPTIONS.n));
	return NODE_RESOURCE;
}

static size_t last_providers(struct str key)
{
	size_t found = key.n;

	for (size_t i = 0; i + PROVIDERS.n <= key.n; i++) {
		if (str_starts(str_skip(key, i), PROVIDERS))
			found = i;
	}
	return found;
}

static uint32_t segment_count(struct str path)
{
	uint32_t count = 0;

	for (size_t i = 0; i < path.n; i++)
		count += path.p[i] == '/' && i + 1 < path.n;
	return count;
}

/* The path without its last two segments: a resource in its parent. */
static struct str without_two(struct str path)
{
	for (int i = 0; i < 2; i++) {
		while (path.n > 0 && path.p[path.n - 1] != '/')
			path.n--;
		path.n -= path.n > 0;
	}
	return path;
}

struct str azure_naming_above(struct str key, struct arena *arena)
{
	size_t at;

	(void)arena;
	if (is_object(key))
		return up_to_slash(key);
	if (!str_starts(key, SUBSCRIPTIONS))
		return (struct str){ 0 };
	at = last_providers(key);
	if (at == key.n)
		return segment_count(key) > 2 ? without_two(key) : (struct str){ 0 };
	/* namespace, type, name: the resource itself; more: a part of it */
	if (segment_count(str_skip(key, at)) <= 4)
		return str_head(key, at);
	key = without_two(key);
	/* "blobServices/default" is nothing that anybody lists */
	return str_ends(key, STR_LIT("/default")) ? without_two(key) : key;
}

bool azure_naming_is_top(const struct node *n)
{
	return str_starts(n->key, STR_LIT("oidc:")) ||
	       (str_starts(n->key, DIRECTORY) &&
		       str_find_char(n->key, '/', 0) == n->key.n);
}

uint32_t azure_naming_texts(
	struct str *out, uint32_t max, struct world *w, node_id subject)
{
	node_id holder;
	struct err e;

	if (subject_holder(&holder, w, subject, &e) < 0)
		holder = subject;
	if (max < 2)
		return 0;
	out[0] = world_node(w, holder)->key;
	out[1] = STR_LIT("*");
	if (max < 3 || !is_object(out[0]) ||
		!str_eq(world_node_kind(w, holder), STR_LIT("azure:entra:user")) ||
		world_attribute(w, holder, STR_LIT("external")).n > 0)
		return 2;
	/* every member of the tenant; guests are none */
	out[2] = arena_printf(world_arena(w), "%.*s/users", STR_ARG(up_to_slash(out[0])));
	return 3;
}

bool azure_naming_is_set(struct str text)
{
	return is_object(text) && str_ends(text, STR_LIT("/users"));
}

/* Inputs may name an object without saying that it is a group: see azure_policy.h. */
static bool may_be_group(struct world *w, struct str key)
{
	const struct node *node;
	struct err e;
	node_id n;

	if (world_node_of_key(&n, w, key, &e) < 0)
		return true;
	node = world_node(w, n);
	return node->type != NODE_ENTITY || (node->flags & ENTITY_GROUP);
}

/* Whether it may have permissions of applications that no input has. */
static bool may_be_permitted(struct world *w, node_id n)
{
	struct str kind = world_node_kind(w, n);

	if (kind.n > 0 && !str_eq(kind, STR_LIT("azure:entra:service-principal")))
		return false;
	return world_attribute(w, n, STR_LIT("graph_permissions")).n == 0;
}

/* Groups have objects of their own tenant, guests too, which are objects of it. */
bool azure_naming_may_join(struct world *w, node_id n, struct str group)
{
	struct str key = world_node(w, n)->key;

	if (str_eq(group, STR_LIT("anonymous callers")))
		return true;
	if (!is_object(key) || !is_object(group) ||
		!str_eq(up_to_slash(key), up_to_slash(group)))
		return false;
	if (str_ends(group, STR_LIT("/application-permissions")))
		return may_be_permitted(w, n);
	return may_be_group(w, group);
}

struct str azure_naming_new_key(struct str format, struct str account,
	struct str account_key, struct arena *arena)
{
	static const struct str mine = { "/subscriptions/*", 16 };
	static const struct str object = { "azure:*/", 8 };

	(void)account_key;
	if (str_starts(format, mine))
		return arena_printf(arena, "/subscriptions/%.*s%.*s", STR_ARG(account),
			STR_ARG(str_skip(format, mine.n)));
	if (str_starts(format, object))
		return arena_printf(arena, "azure:%.*s/%.*s", STR_ARG(account),
			STR_ARG(str_skip(format, object.n)));
	return format;
}

struct str azure_naming_any_identity(struct str account, struct arena *arena)
{
	return arena_printf(arena, "azure:%.*s/*", STR_ARG(account));
}

/* Where what follows "/TYPE/" begins, or the size of the key. */
static size_t find_part(struct str key, const char *type)
{
	struct str word = str_from(type);

	for (size_t i = 0; i + word.n + 2 <= key.n; i++) {
		if (key.p[i] == '/' && str_starts(str_skip(key, i + 1), word) &&
			key.p[i + 1 + word.n] == '/')
			return i + word.n + 2;
	}
	return key.n;
}

struct str azure_naming_part(struct str key, const char *type)
{
	return up_to_slash(str_skip(key, find_part(key, type)));
}

struct str azure_naming_rest(struct str key, const char *type)
{
	return str_skip(key, find_part(key, type));
}

/* --- tokens that others take --- */

#define PRINCIPAL_KIND STR_LIT("azure:entra:service-principal")

/*
 * A tenant issues tokens of two versions; which one it is follows from whom they are for.
 * Those of a service principal have its object id as subject, those of people another one
 * for each application.
 * https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
 */
static const struct {
	struct str before, after; /* the tenant's id stands between */
} issuers[] = { { { "sts.windows.net/", 16 }, { "", 0 } },
	{ { "login.microsoftonline.com/", 26 }, { "/v2.0", 5 } } };

/* The tenant whose issuer that is; empty: no tenant's. */
static struct str tenant_of(struct str issuer)
{
	for (size_t i = 0; i < sizeof(issuers) / sizeof(issuers[0]); i++) {
		struct str rest = str_skip(issuer, issuers[i].before.n);

		if (str_starts(issuer, issuers[i].before) &&
			rest.n > issuers[i].after.n && str_ends(rest, issuers[i].after))
			return str_head(rest, rest.n - issuers[i].after.n);
	}
	return (struct str){ 0 };
}

uint32_t azure_naming_tokens(struct str *out, struct world *w, node_id n)
{
	const struct node *node = world_node(w, n);
	struct str object;
	uint32_t count = 0;

	if (node->type != NODE_ENTITY || !is_object(node->key) ||
		!str_eq(world_node_kind(w, n), PRINCIPAL_KIND))
		return 0;
	object = str_skip(node->key, up_to_slash(node->key).n + 1);
	for (size_t i = 0; i < sizeof(issuers) / sizeof(issuers[0]); i++)
		out[count++] = arena_printf(world_arena(w), "oidc:%.*s%.*s%.*s/%.*s",
			STR_ARG(issuers[i].before),
			STR_ARG(str_skip(up_to_slash(node->key), DIRECTORY.n)),
			STR_ARG(issuers[i].after), STR_ARG(object));
	return count;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

int azure_naming_bearer(node_id *out, struct world *w, struct str token, struct err *e)
{
	size_t end = token.n;
	scope_number scope;
	struct str tenant;
	struct segment *s;
	struct buf key = { 0 };
	entity_id id;
	int rc;

	*out = NODE_NONE;
	while (end > 0 && token.p[end - 1] != '/')
		end--;
	if (!token_is(token) || end == 0)
		return 0;
	tenant = tenant_of(str_skip(str_head(token, end - 1), STR_LIT("oidc:").n));
	if (tenant.n == 0)
		return 0;
	buf_printf(
		&key, "azure:%.*s/%.*s", STR_ARG(tenant), STR_ARG(str_skip(token, end)));
	for (size_t i = 0; i < key.n; i++)
		key.p[i] = lower(key.p[i]);
	rc = snapshot_find_key(&scope, &id, world_snapshot(w), buf_str(&key), e);
	if (rc == 1)
		rc = world_segment(&s, w, scope, e) < 0 ? e->code : 1;
	if (rc == 1 &&
		str_eq(segment_kind(s, segment_entity(s, id)->kind), PRINCIPAL_KIND))
		*out = world_node_entity(w, scope, id);
	buf_release(&key);
	return rc < 0 ? rc : 0;
}

int azure_naming_bearers(
	struct buf *out, struct world *w, struct str issuer, struct err *e)
{
	scope_number scope = world_account_scope(w, tenant_of(issuer));
	struct segment *s;

	if (scope == SEGMENT_NONE)
		return 0;
	if (world_segment(&s, w, scope, e) < 0)
		return e->code;
	for (uint32_t k = 0; k < segment_info(s)->kind_count; k++) {
		uint32_t count;
		const uint32_t *members = segment_kind_members(s, k, &count);

		if (!str_eq(segment_kind(s, k), PRINCIPAL_KIND))
			continue;
		for (uint32_t i = 0; i < count; i++)
			VEC_ADD(out, node_id, world_node_entity(w, scope, members[i]));
	}
	return 0;
}
