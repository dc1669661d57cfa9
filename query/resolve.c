#include "query/resolve.h"

#include <stdlib.h>

#include "query/account.h"
#include "query/aws_shorthand.h"
#include "query/azure_shorthand.h"
#include "query/entity.h"
#include "query/filter.h"
#include "query/format.h"
#include "query/gcp_shorthand.h"
#include "query/kind.h"
#include "query/scan.h"
#include "query/suggest.h"
#include "reachability/pattern.h"
#include "reachability/provider.h"

#define CANDIDATES_SHOWN 8u

/* A word taken apart. */
struct name {
	struct str kind; /* empty: any */
	struct str name;
	const struct str *accounts; /* native ids after '@' */
	uint32_t account_count;     /* 0: any */
};

static bool is_pattern(struct str word)
{
	return str_find_char(word, '*', 0) < word.n;
}

static void add_object(struct buf *out, node_id n, struct str resource)
{
	VEC_ADD(out, struct answer_object, { .node = n, .resource = resource });
}

/* --- by key --- */

/* Whether what follows an entity's key may be a part of one of that kind. */
static bool has_part(kind_id kind, struct str rest)
{
	uint32_t count = kind == CATALOG_NONE ? 0 : catalog_kind_target_count(kind);

	for (uint32_t i = 1; i < count; i++) {
		if (pattern_match(catalog_kind_target(kind, i).suffix, rest))
			return true;
	}
	return false;
}

/* A thing that nobody listed, as a part of the listed one that it lies in, or itself. */
static int part_of_listed(node_id *out, struct world *w, struct str key, struct err *e)
{
	const struct provider *p = provider_of_node(w, *out);
	struct str above = { 0 };
	node_id n;

	if (world_node(w, *out)->type == NODE_RESOURCE && p->above)
		above = p->above(world_node(w, *out)->key, world_arena(w));
	if (above.n == 0 || !str_starts(key, above))
		return 0;
	if (world_node_of_key(&n, w, above, e) < 0)
		return e->code;
	if (world_node(w, n)->type == NODE_ENTITY &&
		has_part(world_node_kind_id(w, n), str_skip(key, above.n)))
		*out = n;
	return 0;
}

/* What the key of a part of an entity ("arn:aws:s3:::b/x") means. */
static int add_part(struct buf *out, struct world *w, struct str key, struct err *e)
{
	struct str resource = { 0 };
	size_t size = key.n;
	node_id n;

	if (catalog_kind_of_key(key, &size) == CATALOG_NONE)
		size = key.n;
	if (world_node_of_key(&n, w, str_head(key, size), e) < 0 ||
		part_of_listed(&n, w, key, e) < 0)
		return e->code;
	if (world_node(w, n)->key.n < key.n)
		resource = arena_copy(world_arena(w), key);
	add_object(out, n, resource);
	return 0;
}

static bool is_key(struct str word)
{
	const struct provider *p;

	for (uint32_t i = 0; (p = provider_get(i)); i++) {
		if (p->owns_key(word))
			return true;
	}
	return false;
}

/* All entities whose key matches. */
static int add_key_pattern(
	struct buf *nodes, struct world *w, struct str key, struct err *e)
{
	struct scan_options o = { .shared = true };
	struct buf all = { 0 };
	int rc = scan_entities(&all, w, NULL, &o, e);

	for (size_t i = 0; i < VEC_COUNT(&all, node_id) && rc == 0; i++) {
		node_id n = VEC_DATA(&all, node_id)[i];

		if (pattern_match(key, world_node(w, n)->key))
			VEC_ADD(nodes, node_id, n);
	}
	buf_release(&all);
	return rc;
}

/*
 * An identity of a collected account that the account does not have: mistyped, or gone.
 */
static bool is_missing(struct world *w, node_id n)
{
	const struct node *node = world_node(w, n);

	return node->type == NODE_FOREIGN &&
	       world_account_scope(w, node->account) != SEGMENT_NONE;
}

/* 1 when the word was a key. */
static int resolve_key(
	struct buf *out, struct context *c, const struct ast_word *word, struct err *e)
{
	struct buf nodes = { 0 };
	struct str key = word->text;
	size_t size = key.n, before = VEC_COUNT(out, struct answer_object);
	scope_number scope;
	entity_id id;
	node_id n;
	int rc = snapshot_find_key(&scope, &id, world_snapshot(c->w), key, e);

	if (rc < 0 || (rc == 0 && !is_key(key)))
		return rc;
	if (rc == 0 && is_pattern(key) &&
		(catalog_kind_of_key(key, &size) == CATALOG_NONE ||
			is_pattern(str_head(key, size)))) {
		rc = add_key_pattern(&nodes, c->w, key, e);
		for (size_t i = 0; i < VEC_COUNT(&nodes, node_id); i++)
			add_object(out, VEC_DATA(&nodes, node_id)[i], (struct str){ 0 });
		buf_release(&nodes);
		if (rc < 0 || VEC_COUNT(out, struct answer_object) > before)
			return rc < 0 ? rc : 1;
		return context_fail(
			c, e, word->span, "no key matches '%.*s'", STR_ARG(key));
	}
	if (add_part(out, c->w, key, e) < 0)
		return e->code;
	n = VEC_DATA(out, struct answer_object)[before].node;
	return is_missing(c->w, n) ? suggest_missing(c, word, (struct str){ 0 }, key, e)
				   : 1;
}

/* --- by name --- */

struct name_search {
	struct world *w;
	const struct name *name;
	struct buf *nodes;
	struct err *e;
	int rc;
};

static bool account_fits(struct world *w, node_id n, const struct name *name)
{
	struct str account = entity_account(w, n);

	for (uint32_t i = 0; i < name->account_count; i++) {
		if (str_eq(name->accounts[i], account))
			return true;
	}
	return name->account_count == 0;
}

static bool add_candidate(void *ctx, scope_number scope, entity_id id)
{
	struct name_search *search = ctx;
	struct segment *s;
	struct str kind;
	node_id n;

	search->rc = world_segment(&s, search->w, scope, search->e);
	if (search->rc < 0)
		return false;
	kind = segment_kind(s, segment_entity(s, id)->kind);
	if (search->name->kind.n > 0 && !kind_match(search->name->kind, kind))
		return true;
	search->rc = entity_node(&n, search->w, scope, id, search->e);
	if (search->rc < 0)
		return false;
	if (account_fits(search->w, n, search->name))
		VEC_ADD(search->nodes, node_id, n);
	return true;
}

/* Of several that differ in case, the one that is spelled as asked. */
static void prefer_same_case(struct buf *nodes, struct world *w, struct str name)
{
	node_id *list = VEC_DATA(nodes, node_id);
	size_t count = VEC_COUNT(nodes, node_id), kept = 0;

	for (size_t i = 0; i < count; i++) {
		if (str_eq(world_node_name(w, list[i]), name))
			list[kept++] = list[i];
	}
	if (kept > 0)
		nodes->n = kept * sizeof(*list);
}

/* The nodes of a name of a kind: by their short name. */
static int find_short(
	struct buf *nodes, struct world *w, const struct name *name, struct err *e)
{
	struct name_search search = { w, name, nodes, e, 0 };
	int rc = snapshot_find_name(
		world_snapshot(w), name->name, add_candidate, &search, e);

	if (rc < 0 || search.rc < 0)
		return e->code;
	prefer_same_case(nodes, w, name->name);
	return 0;
}

/* "role/service-role/ci": a name with its path, which is the end of the key. */
static int find_path(
	struct buf *nodes, struct world *w, const struct name *name, struct err *e)
{
	struct name last = *name;
	size_t i = name->name.n, kept = 0, before = VEC_COUNT(nodes, node_id);
	node_id *list;

	while (i > 0 && name->name.p[i - 1] != '/')
		i--;
	if (i == 0 || i == name->name.n)
		return 0;
	last.name = str_skip(name->name, i);
	if (find_short(nodes, w, &last, e) < 0)
		return e->code;
	list = VEC_DATA(nodes, node_id);
	for (i = before; i < VEC_COUNT(nodes, node_id); i++) {
		struct str key = world_node(w, list[i])->key;

		if (str_ends(key, name->name) && key.n > name->name.n &&
			(key.p[key.n - name->name.n - 1] == '/' ||
				key.p[key.n - name->name.n - 1] == ':'))
			list[before + kept++] = list[i];
	}
	nodes->n = (before + kept) * sizeof(*list);
	return 0;
}

static int find_pattern(
	struct buf *nodes, struct world *w, const struct name *name, struct err *e)
{
	struct scan_options o = {
		.kinds = &name->kind, .kind_count = name->kind.n > 0, .shared = true
	};
	struct buf all = { 0 };
	int rc = scan_entities(&all, w, NULL, &o, e);

	for (size_t i = 0; i < VEC_COUNT(&all, node_id) && rc == 0; i++) {
		node_id n = VEC_DATA(&all, node_id)[i];

		if (pattern_match_fold(name->name, world_node_name(w, n)) &&
			account_fits(w, n, name))
			VEC_ADD(nodes, node_id, n);
	}
	buf_release(&all);
	return rc;
}

/* account/111122223333: containers go by their native id, too. */
static int find_container(
	struct buf *nodes, struct world *w, const struct name *name, struct err *e)
{
	scope_number scope = world_account_scope(w, name->name);
	struct segment *s;
	node_id n;

	if (name->kind.n == 0 || scope == SEGMENT_NONE)
		return 0;
	if (world_segment(&s, w, scope, e) < 0 ||
		world_node_of_key(&n, w, segment_info(s)->key, e) < 0)
		return e->code;
	if (kind_match(name->kind, world_node_kind(w, n)))
		VEC_ADD(nodes, node_id, n);
	return 0;
}

static int find_name(
	struct buf *nodes, struct world *w, const struct name *name, struct err *e)
{
	static int (*const ways[])(struct buf *, struct world *, const struct name *,
		struct err *) = { find_short, find_container, find_path };

	if (name->name.n == 0)
		return 0;
	if (is_pattern(name->name))
		return find_pattern(nodes, w, name, e);
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		if (ways[i](nodes, w, name, e) < 0)
			return e->code;
		if (nodes->n > 0)
			break;
	}
	scan_sort(nodes, 0, w);
	return 0;
}

/*
 * The same, and where nothing has that name, with what follows the last '@' as the
 * account.
 */
static int find_name_at(
	struct buf *nodes, struct context *c, struct name name, struct err *e)
{
	struct buf accounts = { 0 };
	size_t at = name.name.n;
	int rc = find_name(nodes, c->w, &name, e);

	while (at > 0 && name.name.p[at - 1] != '@')
		at--;
	if (rc < 0 || nodes->n > 0 || at <= 1)
		return rc;
	rc = account_find(&accounts, c->w, str_skip(name.name, at), e);
	name.name = str_head(name.name, at - 1);
	name.accounts = VEC_DATA(&accounts, struct str);
	name.account_count = (uint32_t)VEC_COUNT(&accounts, struct str);
	if (rc == 0 && name.account_count > 0)
		rc = find_name(nodes, c->w, &name, e);
	buf_release(&accounts);
	return rc;
}

/* Takes "role/ci" apart when "role" is a kind. */
static int split_kind(struct name *out, struct world *w, struct str word, struct err *e)
{
	size_t slash = str_find_char(word, '/', 0);
	int known = 0;

	*out = (struct name){ .name = word };
	if (slash > 0 && slash < word.n)
		known = kind_known(w, str_head(word, slash), e);
	if (known == 1) {
		out->kind = str_head(word, slash);
		out->name = str_skip(word, slash + 1);
	}
	return known < 0 ? known : 0;
}

static int fail_ambiguous(struct context *c, const struct ast_word *word,
	const struct buf *nodes, struct err *e)
{
	struct str names[CANDIDATES_SHOWN];
	uint32_t count = (uint32_t)VEC_COUNT(nodes, node_id);
	uint32_t shown = count < CANDIDATES_SHOWN ? count : CANDIDATES_SHOWN;
	struct str list;

	for (uint32_t i = 0; i < shown; i++) {
		if (resolve_name(&names[i], c->w, VEC_DATA(nodes, node_id)[i], e) < 0)
			return e->code;
	}
	list = context_join(world_arena(c->w), names, shown, "' or '");
	diagnostic_set(
		c->d, word->span, "'%.*s' fits %u entities", STR_ARG(word->text), count);
	if (shown < count)
		diagnostic_expect(c->d, "one of them, such as '%.*s' (and %u more)",
			STR_ARG(list), count - shown);
	else
		diagnostic_expect(c->d, "'%.*s'", STR_ARG(list));
	return context_refuse(c, e);
}

static int resolve_named(
	struct buf *out, struct context *c, const struct ast_word *word, struct err *e)
{
	struct buf nodes = { 0 };
	struct name name;
	struct str key;
	int rc;

	if (split_kind(&name, c->w, word->text, e) < 0)
		return e->code;
	rc = find_name_at(&nodes, c, name, e);
	if (rc == 0 && nodes.n == 0 && name.kind.n > 0)
		rc = find_name_at(&nodes, c, (struct name){ .name = word->text }, e);
	if (rc < 0)
		goto done;
	if (nodes.n == 0 && aws_shorthand_account(&key, word->text, world_arena(c->w)))
		rc = add_part(out, c->w, key, e);
	else if (nodes.n == 0)
		rc = suggest_missing(c, word, name.kind, name.name, e);
	else if (VEC_COUNT(&nodes, node_id) > 1 && !is_pattern(name.name))
		rc = fail_ambiguous(c, word, &nodes, e);
	for (size_t i = 0; i < VEC_COUNT(&nodes, node_id) && rc == 0; i++)
		add_object(out, VEC_DATA(&nodes, node_id)[i], (struct str){ 0 });
done:
	buf_release(&nodes);
	return rc;
}

/* --- shorthands --- */

static bool is_public(struct str word)
{
	return str_eq_fold(word, STR_LIT("internet")) ||
	       str_eq_fold(word, STR_LIT("anyone")) ||
	       str_eq_fold(word, STR_LIT("public"));
}

/* 1 when the word was one. */
static int resolve_shorthand(
	struct buf *out, struct context *c, const struct ast_word *word, struct err *e)
{
	struct arena *arena = world_arena(c->w);
	struct aws_shorthand s;
	struct buf nodes = { 0 };
	struct name name = { 0 };
	struct str key;
	int rc;

	if (gcp_shorthand_parse(&key, word->text, arena)) {
		rc = add_part(out, c->w, key, e);
		return rc < 0 ? rc : 1;
	}
	if (!aws_shorthand_parse(&s, word->text))
		return 0;
	name.kind = s.kind;
	name.name = s.name;
	rc = find_name(&nodes, c->w, &name, e);
	for (size_t i = 0; i < VEC_COUNT(&nodes, node_id) && rc == 0; i++) {
		node_id n = VEC_DATA(&nodes, node_id)[i];

		key = arena_printf(arena, "%.*s%.*s", STR_ARG(world_node(c->w, n)->key),
			STR_ARG(s.rest));
		add_object(out, n, s.rest.n > 0 ? key : (struct str){ 0 });
	}
	if (rc == 0 && nodes.n == 0) {
		key = arena_printf(arena, "%.*s%.*s%.*s", STR_ARG(s.key_prefix),
			STR_ARG(s.name), STR_ARG(s.rest));
		rc = add_part(out, c->w, key, e);
	}
	buf_release(&nodes);
	return rc < 0 ? rc : 1;
}

/* A key without its beginning, which several entities may end in: one, or an error. */
static int resolve_ending(struct buf *out, struct context *c, const struct ast_word *word,
	struct str pattern, struct err *e)
{
	struct buf nodes = { 0 };
	int rc = add_key_pattern(&nodes, c->w, pattern, e);

	if (rc == 0 && nodes.n == 0)
		rc = context_fail(
			c, e, word->span, "no key ends in '%.*s'", STR_ARG(word->text));
	else if (rc == 0 && VEC_COUNT(&nodes, node_id) > 1)
		rc = fail_ambiguous(c, word, &nodes, e);
	if (rc == 0)
		add_object(out, VEC_DATA(&nodes, const node_id)[0], (struct str){ 0 });
	buf_release(&nodes);
	return rc;
}

int resolve_word(struct buf *out, struct context *c, const struct ast_word *as_written,
	struct err *e)
{
	struct str pattern =
		azure_shorthand_management(as_written->text, world_arena(c->w));
	struct ast_word expanded = *as_written;
	const struct ast_word *word = &expanded;
	int rc;

	if (pattern.n > 0)
		return resolve_ending(out, c, as_written, pattern, e);
	expanded.text = azure_shorthand_expand(as_written->text, world_arena(c->w));
	if (is_public(word->text)) {
		add_object(out,
			world_node_virtual(
				c->w, NODE_PUBLIC, STR_LIT("public"), (struct str){ 0 }),
			(struct str){ 0 });
		return 0;
	}
	rc = resolve_key(out, c, word, e);
	if (rc == 0)
		rc = resolve_shorthand(out, c, word, e);
	if (rc == 0)
		rc = resolve_named(out, c, word, e);
	return rc < 0 ? rc : 0;
}

/* --- references --- */

static int resolve_set(
	struct buf *out, struct context *c, const struct ast_filter *f, struct err *e)
{
	const struct filter *filter;
	struct scan_options o = { 0 };
	struct buf nodes = { 0 };
	int rc = filter_bind(&filter, c, f, FILTERKEY_ABOUT_ENTITY, e);

	if (rc == 0)
		rc = scan_entities(&nodes, c->w, filter, &o, e);
	for (size_t i = 0; i < VEC_COUNT(&nodes, node_id) && rc == 0; i++)
		add_object(out, VEC_DATA(&nodes, node_id)[i], (struct str){ 0 });
	buf_release(&nodes);
	return rc;
}

struct ordered {
	struct answer_object object;
	struct str key;
};

static int compare(const void *a, const void *b)
{
	const struct ordered *x = a, *y = b;
	int rc = str_cmp(x->key, y->key);

	return rc != 0 ? rc : str_cmp(x->object.resource, y->object.resource);
}

/* Ascending by key and resource, each once. */
static void sort_objects(struct buf *out, struct world *w)
{
	struct answer_object *list = VEC_DATA(out, struct answer_object);
	size_t count = VEC_COUNT(out, struct answer_object), kept = 0;
	struct buf sorted = { 0 };

	for (size_t i = 0; i < count; i++)
		VEC_ADD(&sorted, struct ordered,
			{ list[i], world_node(w, list[i].node)->key });
	if (count > 0)
		qsort(sorted.p, count, sizeof(struct ordered), compare);
	for (size_t i = 0; i < count; i++) {
		const struct ordered *item = &VEC_DATA(&sorted, struct ordered)[i];

		if (kept > 0 && list[kept - 1].node == item->object.node &&
			str_eq(list[kept - 1].resource, item->object.resource))
			continue;
		list[kept++] = item->object;
	}
	out->n = kept * sizeof(*list);
	buf_release(&sorted);
}

int resolve_ref(
	struct buf *out, struct context *c, const struct ast_ref *ref, struct err *e)
{
	for (uint32_t i = 0; i < ref->count; i++) {
		const struct ast_ref_item *item = &ref->items[i];
		int rc = item->filter ? resolve_set(out, c, item->filter, e)
				      : resolve_word(out, c, &item->name, e);

		if (rc < 0)
			return rc;
	}
	sort_objects(out, c->w);
	return 0;
}

/* --- names --- */

static struct str quoted(struct arena *arena, struct str text)
{
	struct buf b = { 0 };
	struct str out;

	format_name(text, &b);
	out = arena_copy(arena, buf_str(&b));
	buf_release(&b);
	return out;
}

/* 1 when exactly this node has the name. */
static int is_alone(struct world *w, node_id n, const struct name *name, struct err *e)
{
	struct buf nodes = { 0 };
	int rc = is_pattern(name->name) ? 0 : find_name(&nodes, w, name, e);
	bool alone = VEC_COUNT(&nodes, node_id) == 1 && VEC_DATA(&nodes, node_id)[0] == n;

	buf_release(&nodes);
	return rc < 0 ? rc : alone;
}

static struct str last_part(struct str kind)
{
	size_t i = kind.n;

	while (i > 0 && kind.p[i - 1] != ':')
		i--;
	return str_skip(kind, i);
}

int resolve_name(struct str *out, struct world *w, node_id n, struct err *e)
{
	struct arena *arena = world_arena(w);
	struct str account = entity_account(w, n), title = world_account_name(w, account);
	struct name name = { .name = world_node_name(w, n),
		.kind = last_part(world_node_kind(w, n)) };
	struct str text;
	int alone;

	*out = quoted(arena, world_node(w, n)->key);
	if (world_node(w, n)->type != NODE_ENTITY)
		return 0;
	text = arena_printf(arena, "%.*s/%.*s", STR_ARG(name.kind), STR_ARG(name.name));
	alone = is_alone(w, n, &name, e);
	if (alone == 0 && account.n > 0) {
		title = title.n > 0 ? title : account;
		text = arena_printf(arena, "%.*s@%.*s", STR_ARG(text), STR_ARG(title));
		name.accounts = &account;
		name.account_count = 1;
		alone = is_alone(w, n, &name, e);
	}
	if (alone == 1)
		*out = quoted(arena, text);
	return alone < 0 ? alone : 0;
}
