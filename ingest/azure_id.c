#include "ingest/azure_id.h"

#include "base/buf.h"

#include "catalog/catalog.h"

#define GUID_BYTES 36

bool azure_id_is_guid(struct str s)
{
	if (s.n != GUID_BYTES)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = str_lower_char(s.p[i]);
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? c != '-' : !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
			return false;
	}
	return true;
}

bool azure_id_is_resource(struct str s)
{
	return s.n > 0 && s.p[0] == '/' && !(s.n > 1 && s.p[1] == '/');
}

struct str azure_id_lower(struct arena *arena, struct str s)
{
	char *out = arena_alloc(arena, s.n + 1);

	for (size_t i = 0; i < s.n; i++)
		out[i] = str_lower_char(s.p[i]);
	return (struct str){ out, s.n };
}

struct str azure_id_key(struct arena *arena, struct str id)
{
	while (id.n > 1 && id.p[id.n - 1] == '/')
		id.n--;
	return azure_id_lower(arena, id);
}

/* Cut the next segment off "/a/b": 1, or 0 at the end. */
static int next_segment(struct str *rest, struct str *segment)
{
	size_t end;

	if (rest->n < 2 || rest->p[0] != '/')
		return 0;
	end = str_find_char(*rest, '/', 1);
	*segment = str_head(str_skip(*rest, 1), end - 1);
	*rest = str_skip(*rest, end);
	return 1;
}

/* What follows "/WORD/" at the beginning of the id; *size: of the three together. */
static struct str second_of(struct str id, const char *word, size_t *size)
{
	struct str rest = id, name, value;

	*size = 0;
	if (!next_segment(&rest, &name) || !str_eq_fold(name, str_from(word)) ||
		!next_segment(&rest, &value))
		return (struct str){ 0 };
	*size = id.n - rest.n;
	return value;
}

struct str azure_id_subscription(struct str id)
{
	size_t size;

	return second_of(id, "subscriptions", &size);
}

struct str azure_id_group(struct str id)
{
	size_t size, group;

	if (second_of(id, "subscriptions", &size).n == 0 ||
		second_of(str_skip(id, size), "resourcegroups", &group).n == 0)
		return (struct str){ 0 };
	return str_head(id, size + group);
}

struct str azure_id_last(struct str id)
{
	size_t from = id.n;

	while (from > 0 && id.p[from - 1] != '/')
		from--;
	return str_skip(id, from);
}

struct str azure_id_found(struct str text)
{
	for (size_t i = 0; i + 36 <= text.n; i++) {
		if (azure_id_is_guid(str_head(str_skip(text, i), 36)))
			return str_head(str_skip(text, i), 36);
	}
	return (struct str){ 0 };
}

/* Where the last "/providers/" begins, or the size of the id. */
static size_t find_providers(struct str id)
{
	static const struct str word = { "/providers/", 11 };
	size_t found = id.n;

	for (size_t i = 0; i + word.n <= id.n; i++) {
		if (id.p[i] == '/' &&
			str_eq_fold(str_head(str_skip(id, i), word.n), word))
			found = i;
	}
	return found;
}

static uint32_t segment_count(struct str path)
{
	uint32_t count = 0;

	for (size_t i = 0; i + 1 < path.n; i++)
		count += path.p[i] == '/';
	return count;
}

static struct str without_two(struct str path)
{
	for (int i = 0; i < 2; i++) {
		while (path.n > 0 && path.p[path.n - 1] != '/')
			path.n--;
		path.n -= path.n > 0;
	}
	return path;
}

struct str azure_id_above(struct str key)
{
	size_t at = find_providers(key);

	if (azure_id_subscription(key).n == 0)
		return (struct str){ 0 };
	if (at == key.n)
		return segment_count(key) > 2 ? without_two(key) : (struct str){ 0 };
	/* "/providers", namespace, type, name: the resource itself; more: a part of it */
	if (segment_count(str_skip(key, at)) <= 4)
		return str_head(key, at);
	key = without_two(key);
	/* "blobServices/default" is nothing that anybody lists */
	return str_ends(key, STR_LIT("/default")) ? without_two(key) : key;
}

struct str azure_id_before(struct str id, struct str type)
{
	size_t at = find_providers(id);
	struct str rest = str_skip(id, at + (at < id.n ? 11 : 0));

	if (rest.n <= type.n || rest.p[type.n] != '/' ||
		!str_eq_fold(str_head(rest, type.n), type))
		return (struct str){ 0 };
	return at == 0 ? STR_LIT("/") : str_head(id, at);
}

struct str azure_id_type(struct arena *arena, struct str id)
{
	size_t at = find_providers(id);
	struct str rest, segment, out = { 0 };
	struct buf b = { 0 };

	if (at == id.n)
		return out;
	rest = str_skip(id, at + 10);
	for (unsigned i = 0; next_segment(&rest, &segment); i++) {
		/* namespace, type, name, type, name ... */
		if (i > 0 && i % 2 == 0)
			continue;
		if (i > 0)
			buf_add_char(&b, '/');
		buf_add_str(&b, segment);
	}
	out = arena_copy(arena, buf_str(&b));
	buf_release(&b);
	return out;
}

/* "microsoft.keyvault/vaults" as "keyvault:vaults". */
static struct str kind_of_type(struct arena *arena, struct str type)
{
	size_t slash = str_find_char(type, '/', 0);
	struct str space = str_head(type, slash), rest = str_skip(type, slash + 1);
	char *out;

	if (slash == type.n || rest.n == 0)
		return (struct str){ 0 };
	if (str_starts(space, STR_LIT("microsoft.")))
		space = str_skip(space, 10);
	type = arena_printf(arena, "azure:%.*s:%.*s", STR_ARG(space), STR_ARG(rest));
	out = arena_alloc(arena, type.n + 1);
	for (size_t i = 0; i < type.n; i++)
		out[i] = type.p[i] == '/' ? '-' : type.p[i];
	return (struct str){ out, type.n };
}

static const struct str management = {
	"/providers/microsoft.management/managementgroups/", 49
};

struct str azure_id_management(struct arena *arena, struct str tenant, struct str key)
{
	if (!str_starts(key, management))
		return (struct str){ 0 };
	return azure_id_lower(arena,
		arena_printf(arena, "azure:%.*s%.*s", STR_ARG(tenant), STR_ARG(key)));
}

struct str azure_id_kind(struct arena *arena, struct str key)
{
	size_t size = 0;
	kind_id kind;

	/* a management group's key has its tenant in front of the id */
	if (str_starts(key, STR_LIT("azure:")))
		key = str_skip(key, str_find_char(key, '/', 0));
	kind = catalog_kind_of_key(key, &size);

	if (kind != CATALOG_NONE && size == key.n)
		return catalog_kind_name(kind);
	return kind_of_type(arena, azure_id_type(arena, key));
}

struct str azure_id_object(struct arena *arena, struct str tenant, struct str object)
{
	return azure_id_lower(arena,
		arena_printf(arena, "azure:%.*s/%.*s", STR_ARG(tenant), STR_ARG(object)));
}

struct str azure_id_tenant(struct arena *arena, struct str tenant)
{
	return azure_id_lower(arena, arena_printf(arena, "azure:%.*s", STR_ARG(tenant)));
}

struct str azure_id_role(struct arena *arena, struct str id)
{
	return azure_id_lower(
		arena, arena_printf(arena,
			       "/providers/microsoft.authorization/roledefinitions/%.*s",
			       STR_ARG(azure_id_last(id))));
}
