#include "reachability/azure_unlisted.h"

#include "base/json.h"
#include "reachability/membership.h"
#include "reachability/pattern.h"

enum plane { PLANE_CONTROL, PLANE_DATA, PLANE_DIRECTORY, PLANE_COUNT };

static const struct {
	const char *plus, *minus;
} lists[PLANE_COUNT] = {
	[PLANE_CONTROL] = { "actions", "notActions" },
	[PLANE_DATA] = { "dataActions", "notDataActions" },
	[PLANE_DIRECTORY] = { "allowedResourceActions", "excludedResourceActions" },
};

struct unlisted {
	struct world *w;
	const struct decide_subject *s;
	const struct decide_object *o;
	struct str operation;
	expr grants[PLANE_COUNT], denies[PLANE_COUNT];
	bool named[PLANE_COUNT]; /* by its whole name: it is of this plane */
};

/* "Microsoft.Foo/bars/write": a namespace with a dot, a type, a verb. */
bool azure_unlisted_is_operation(struct str word)
{
	size_t slash = str_find_char(word, '/', 0), parts = 0;

	for (size_t i = 0; i < word.n; i++) {
		char c = word.p[i];

		parts += c == '/';
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			    (c >= '0' && c <= '9') || c == '.' || c == '/' || c == '-' ||
			    c == '_' || c == '$'))
			return false;
	}
	return slash > 0 && parts >= 2 && word.p[word.n - 1] != '/' &&
	       str_find_char(word, '.', 0) < slash;
}

/* What "allProperties" and its like stand for: all that is done with the thing. */
static struct str pattern_of(struct unlisted *u, struct str text)
{
	static const struct str tails[] = { { "/allProperties/allTasks", 23 },
		{ "/allEntities/allTasks", 21 }, { "/allTasks", 9 } };

	for (size_t i = 0; i < sizeof(tails) / sizeof(tails[0]); i++) {
		if (text.n > tails[i].n &&
			str_eq_fold(str_skip(text, text.n - tails[i].n), tails[i]))
			return arena_printf(world_arena(u->w), "%.*s/*",
				STR_ARG(str_head(text, text.n - tails[i].n)));
	}
	return text;
}

static bool fits(struct unlisted *u, const struct json_value *list, bool *named)
{
	struct json_iter it = json_iterate(list);
	const struct json_value *one;
	struct str none;
	bool found = false;

	while (json_next(&it, &none, &one)) {
		struct str text;

		if (json_type(one) != JSON_STRING)
			continue;
		text = json_string(one);
		found |= pattern_match_fold(pattern_of(u, text), u->operation);
		*named |= str_eq_fold(text, u->operation);
	}
	return found;
}

/* A list of permission blocks, under the condition of what names them. */
static void blocks(struct unlisted *u, const struct json_value *list, expr condition,
	expr into[PLANE_COUNT])
{
	struct expr_pool *pool = world_pool(u->w);
	struct json_iter it = json_iterate(list);
	const struct json_value *block;
	struct str none;

	while (json_next(&it, &none, &block)) {
		const struct json_value *text = json_get(block, "condition");
		expr x = condition;

		if (text && json_type(text) == JSON_STRING && json_string(text).n > 0)
			x = expr_and(pool, x,
				world_unknown(u->w, u->operation,
					STR_LIT("what the condition of a role says of an "
						"operation that the catalogue lacks"),
					false));
		for (int p = 0; p < PLANE_COUNT; p++) {
			bool named = false, minus = false;

			if (!fits(u, json_get(block, lists[p].plus), &named) ||
				fits(u, json_get(block, lists[p].minus), &minus))
				continue;
			u->named[p] |= named;
			into[p] = expr_or(pool, into[p], x);
		}
	}
}

/* Lists lie in the object or in its "properties", and those of denials deeper. */
static const struct json_value *blocks_in(const struct json_value *root)
{
	static const char *const inner[] = { "properties", "denyAssignment" };
	const struct json_value *found = json_get(root, "permissions");

	if (!found)
		found = json_get(root, "rolePermissions");
	for (size_t i = 0; !found && i < sizeof(inner) / sizeof(inner[0]); i++) {
		const struct json_value *v = json_get(root, inner[i]);

		if (v && json_type(v) == JSON_OBJECT)
			found = blocks_in(v);
	}
	return found && json_type(found) == JSON_ARRAY ? found : NULL;
}

static int document_blocks(struct unlisted *u, const struct world_document *d,
	expr condition, expr into[PLANE_COUNT], struct err *e)
{
	struct json json = { 0 };
	struct str text;
	int rc = segment_document_text(&text, d->segment, d->doc, e);

	if (rc == 0 && json_parse(&json, text, (struct json_origin){ 0 }, e) == 0)
		blocks(u, blocks_in(json.root), condition, into);
	json_release(&json);
	return rc < 0 ? rc : 0;
}

/* What may be granted or denied in a way that texts do not tell. */
static void perhaps(struct unlisted *u, expr condition, expr into[PLANE_COUNT],
	struct str what, bool deny)
{
	struct expr_pool *pool = world_pool(u->w);

	condition =
		expr_and(pool, condition, world_unknown(u->w, u->operation, what, deny));
	for (int p = 0; p < PLANE_COUNT; p++)
		into[p] = expr_or(pool, into[p], condition);
}

static int role(struct unlisted *u, struct str key, expr condition,
	expr into[PLANE_COUNT], struct err *e)
{
	const struct world_document *docs;
	uint32_t count, read = 0;
	node_id n;

	if (world_node_of_key(&n, u->w, key, e) < 0 ||
		world_documents(&docs, &count, u->w, n, LAYER_ROLE, e) < 0)
		return e->code;
	for (uint32_t i = 0; i < count; i++) {
		if (!docs[i].compiled || (docs[i].compiled->flags & DOCUMENT_INVALID))
			continue;
		read++;
		if (document_blocks(u, &docs[i], condition, into, e) < 0)
			return e->code;
	}
	if (read == 0)
		perhaps(u, condition, into,
			arena_printf(world_arena(u->w), "role '%.*s' was not collected",
				STR_ARG(key)),
			false);
	return 0;
}

/* Statements without a role: rights of owners, access policies, Graph permissions. */
static bool may_have(const struct unlisted *u, const struct decide_object *holder)
{
	static const struct str directory = { "microsoft.directory/", 20 };
	bool of_directory = str_eq_fold(str_head(u->operation, directory.n), directory);

	return of_directory ? str_starts(holder->o.n->key, STR_LIT("azure:"))
			    : str_contains_fold(holder->o.n->key,
				      STR_LIT("/microsoft.keyvault/vaults/"));
}

static int statement(struct unlisted *u, const struct decide_object *holder,
	const struct world_document *d, const struct document_statement *s, struct err *e)
{
	struct expr_pool *pool = world_pool(u->w);
	bool deny = (s->flags & DOCUMENT_DENY) != 0;
	expr *into = deny ? u->denies : u->grants, condition = EXPR_TRUE;

	if ((holder != u->o && (s->flags & DOCUMENT_HOLDER_ONLY)) ||
		membership_match(u->w, d->compiled, s, &u->s->s, &u->o->o, &condition) ==
			MATCH_NONE)
		return 0;
	if (s->condition_count > 0)
		condition = expr_and(pool, condition,
			world_unknown(u->w, u->operation,
				STR_LIT("what the condition of an assignment says of an "
					"operation that the catalogue lacks"),
				deny));
	if (s->flags & DOCUMENT_ELIGIBLE)
		condition = expr_and(pool, condition,
			expr_activation(pool, arena_printf(world_arena(u->w), "'%.*s'",
						      STR_ARG(d->name))));
	if (s->role.size > 0)
		return role(u, document_str(d->compiled, s->role), condition, into, e);
	if (d->layer == LAYER_DENY)
		return document_blocks(u, d, condition, into, e);
	if (may_have(u, holder))
		perhaps(u, condition, into,
			STR_LIT("what it gives beside roles of an operation that the "
				"catalogue lacks"),
			deny);
	return 0;
}

static int holder_documents(struct unlisted *u, const struct decide_object *holder,
	enum record_layer layer, struct err *e)
{
	const struct world_document *docs;
	uint32_t count;

	if (world_documents(&docs, &count, u->w, holder->o.node, layer, e) < 0)
		return e->code;
	for (uint32_t i = 0; i < count; i++) {
		const struct document *d = docs[i].compiled;

		for (uint32_t k = 0; d && k < d->statement_count; k++) {
			if (statement(u, holder, &docs[i], &d->statements[k], e) < 0)
				return e->code;
		}
	}
	return 0;
}

static expr combine(struct unlisted *u)
{
	struct expr_pool *pool = world_pool(u->w);
	expr plane[PLANE_COUNT], either;

	for (int p = 0; p < PLANE_COUNT; p++) {
		plane[p] = expr_and(pool, u->grants[p], expr_not(pool, u->denies[p]));
		plane[p] = expr_and(pool, plane[p], expr_not(pool, u->o->unread_denies));
		plane[p] = expr_or(pool, plane[p], u->o->unread_grants);
	}
	if (plane[PLANE_DIRECTORY] != EXPR_FALSE || u->named[PLANE_DIRECTORY])
		return plane[PLANE_DIRECTORY];
	if (u->named[PLANE_CONTROL] != u->named[PLANE_DATA])
		return plane[u->named[PLANE_DATA] ? PLANE_DATA : PLANE_CONTROL];
	either = expr_or(pool, plane[PLANE_CONTROL], plane[PLANE_DATA]);
	either = expr_and(pool, either,
		world_unknown(u->w, u->operation,
			arena_printf(world_arena(u->w),
				"whether '%.*s', which the catalogue lacks, is an operation of "
				"management or on data",
				STR_ARG(u->operation)),
			false));
	return expr_or(
		pool, expr_and(pool, plane[PLANE_CONTROL], plane[PLANE_DATA]), either);
}

int azure_unlisted_decide(expr *out, struct world *w, const struct decide_subject *s,
	const struct decide_object *o, struct str operation, struct err *e)
{
	struct unlisted u = { .w = w, .s = s, .o = o, .operation = operation };

	for (int p = 0; p < PLANE_COUNT; p++)
		u.grants[p] = u.denies[p] = EXPR_FALSE;
	for (const struct decide_object *at = o; at; at = at->above) {
		if (holder_documents(&u, at, LAYER_RESOURCE, e) < 0 ||
			holder_documents(&u, at, LAYER_DENY, e) < 0)
			return e->code;
	}
	*out = combine(&u);
	return 0;
}
