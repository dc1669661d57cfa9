#include "reachability/azure_naming.h"

#include "reachability/pattern.h"
#include "reachability/subject.h"

#define DIRECTORY     STR_LIT("azure:")
#define PROVIDERS     STR_LIT("/providers/")
#define SUBSCRIPTIONS STR_LIT("/subscriptions/")

/* "azure:TENANT/OBJECT" */
static bool is_object(struct str key)
{
	return str_starts(key, DIRECTORY) && str_find_char(key, '/', 0) < key.n;
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
	       (str_starts(n->key, DIRECTORY) && !is_object(n->key));
}

uint32_t azure_naming_texts(
	struct str *out, uint32_t max, struct world *w, node_id subject)
{
	node_id holder;
	struct err e;

	if (subject_holder(&holder, w, subject, &e) < 0)
		holder = subject;
	if (max == 0)
		return 0;
	out[0] = world_node(w, holder)->key;
	return 1;
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

/* Groups have objects of their own tenant, guests too, which are objects of it. */
bool azure_naming_may_join(struct world *w, node_id n, struct str group)
{
	struct str key = world_node(w, n)->key;

	return is_object(key) && is_object(group) &&
	       str_eq(up_to_slash(key), up_to_slash(group)) && may_be_group(w, group);
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
