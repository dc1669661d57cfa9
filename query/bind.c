#include "query/bind.h"

#include "query/kind.h"
#include "query/reserved.h"
#include "query/resolve.h"

#define TOP_DEFAULT 10u

/* Copy a vector into the world's arena. */
static const void *keep(struct world *w, struct buf *b)
{
	char *out = arena_alloc(world_arena(w), b->n + 1);

	if (b->n > 0)
		memcpy(out, b->p, b->n);
	buf_release(b);
	return out;
}

/* --- who and what --- */

static int bind_objects(struct bind_objects *out, struct context *c,
	const struct ast_ref *ref, struct err *e)
{
	struct buf found = { 0 }, nodes = { 0 };

	out->given = ref->count > 0;
	if (resolve_ref(&found, c, ref, e) < 0) {
		buf_release(&found);
		return e->code;
	}
	out->count = (uint32_t)VEC_COUNT(&found, struct answer_object);
	out->items = keep(c->w, &found);
	for (uint32_t i = 0; i < out->count; i++) {
		out->parts |= out->items[i].resource.n > 0;
		if (i == 0 || out->items[i - 1].node != out->items[i].node)
			VEC_ADD(&nodes, node_id, out->items[i].node);
	}
	out->node_count = (uint32_t)VEC_COUNT(&nodes, node_id);
	out->nodes = keep(c->w, &nodes);
	return 0;
}

static int bind_subjects(struct bind *out, struct context *c, struct err *e)
{
	const struct ast_ref *ref = &c->query->subject;

	if (bind_objects(&out->subjects, c, ref, e) < 0)
		return e->code;
	if (out->subjects.parts)
		return context_fail(
			c, e, ref->span, "a part of a resource is nobody who could act");
	return 0;
}

static int bind_kinds(struct bind *out, struct context *c, struct err *e)
{
	const struct ast_words *words = &c->query->kinds;
	struct str *kinds =
		ARENA_NEW_ARRAY(world_arena(c->w), struct str, words->count + 1);

	for (uint32_t i = 0; i < words->count; i++) {
		if (kind_check(c, &words->items[i], e) < 0)
			return e->code;
		kinds[i] = words->items[i].text;
	}
	out->kinds = kinds;
	out->kind_count = words->count;
	return 0;
}

/* --- what is supposed: with, without --- */

static void bind_context(struct context *c)
{
	const struct ast_pairs *pairs = &c->query->clauses.with;
	struct world_context context = { .count = pairs->count };
	struct arena *arena = world_arena(c->w);
	struct str *keys = ARENA_NEW_ARRAY(arena, struct str, pairs->count + 1);
	struct str *values = ARENA_NEW_ARRAY(arena, struct str, pairs->count + 1);

	for (uint32_t i = 0; i < pairs->count; i++) {
		keys[i] = pairs->items[i].key.text;
		values[i] = pairs->items[i].value.text;
	}
	context.keys = keys;
	context.values = values;
	world_set_context(c->w, &context);
}

/* Whether an entity holds a document of its own by that name (an inline policy). */
static int holds_named(
	struct world *w, scope_number scope, struct str name, struct err *e)
{
	const struct segment_holding *h;
	struct segment *s;
	uint32_t count;

	if (world_segment(&s, w, scope, e) < 0)
		return e->code;
	for (entity_id id = 0; id < segment_info(s)->entity_count; id++) {
		h = segment_holdings(s, id, &count);
		for (uint32_t i = 0; i < count; i++) {
			if (str_eq(segment_str(s, h[i].name), name))
				return 1;
		}
	}
	return 0;
}

/*
 * policy/NAME of a policy that is written on an identity and so is no entity: 1 and its
 * name.
 */
static int find_inline(
	struct str *out, struct world *w, const struct ast_ref *ref, struct err *e)
{
	struct str word = ref->items[0].name.text;
	size_t slash = str_find_char(word, '/', 0);
	int rc = 0;

	if (ref->count != 1 || ref->items[0].filter || slash >= word.n ||
		!str_eq_fold(str_head(word, slash), STR_LIT("policy")))
		return 0;
	*out = str_skip(word, slash + 1);
	for (scope_number n = 0; n < world_scope_count(w) && rc == 0; n++)
		rc = holds_named(w, n, *out, e);
	return rc;
}

static int bind_removed(
	struct buf *out, struct context *c, const struct ast_ref *ref, struct err *e)
{
	struct err not_found = { 0 };
	struct buf found = { 0 };
	struct str name;
	int rc = resolve_ref(&found, c, ref, &not_found);

	if (rc == 0) {
		for (size_t i = 0; i < VEC_COUNT(&found, struct answer_object); i++) {
			node_id n = VEC_DATA(&found, struct answer_object)[i].node;

			VEC_ADD(out, struct str, world_node(c->w, n)->key);
		}
	} else {
		rc = find_inline(&name, c->w, ref, e);
		if (rc == 1) {
			VEC_ADD(out, struct str, name);
			*c->d = (struct diagnostic){ 0 };
		} else if (rc == 0) {
			*e = not_found;
		}
		rc = rc == 1 ? 0 : e->code;
	}
	buf_release(&found);
	return rc;
}

/* All are looked up before any is taken away. */
static int bind_without(struct bind *out, struct context *c, struct err *e)
{
	const struct ast_refs *refs = &c->query->clauses.without;
	struct buf removed = { 0 };

	for (uint32_t i = 0; i < refs->count; i++) {
		if (bind_removed(&removed, c, &refs->items[i], e) < 0) {
			buf_release(&removed);
			return e->code;
		}
	}
	out->removed_count = (uint32_t)VEC_COUNT(&removed, struct str);
	out->removed = keep(c->w, &removed);
	for (uint32_t i = 0; i < out->removed_count; i++)
		world_remove(c->w, out->removed[i]);
	return 0;
}

/* --- paths --- */

static int bind_via(struct buf *out, struct context *c, struct err *e)
{
	const struct ast_refs *refs = &c->query->clauses.via;
	struct bind_objects one;

	for (uint32_t i = 0; i < refs->count; i++) {
		one = (struct bind_objects){ 0 };
		if (bind_objects(&one, c, &refs->items[i], e) < 0)
			return e->code;
		if (one.node_count != 1)
			return context_fail(c, e, refs->items[i].span,
				"'via' with alternatives is not available yet");
		VEC_ADD(out, node_id, one.nodes[0]);
	}
	return 0;
}

static int bind_avoiding(struct buf *out, struct context *c, struct err *e)
{
	const struct ast_refs *refs = &c->query->clauses.avoiding;
	struct bind_objects one;

	for (uint32_t i = 0; i < refs->count; i++) {
		one = (struct bind_objects){ 0 };
		if (bind_objects(&one, c, &refs->items[i], e) < 0)
			return e->code;
		if (one.node_count > 0)
			buf_add(out, one.nodes, one.node_count * sizeof(*one.nodes));
	}
	return 0;
}

static int bind_options(struct bind *out, struct context *c, struct err *e)
{
	const struct ast_clauses *clauses = &c->query->clauses;
	struct answer_options *o = &out->options;
	struct buf via = { 0 }, avoiding = { 0 };
	int rc = bind_via(&via, c, e);

	if (rc == 0)
		rc = bind_avoiding(&avoiding, c, e);
	o->direct_only = clauses->path == AST_PATH_DIRECT;
	o->indirect_only = clauses->path == AST_PATH_INDIRECT;
	o->max_hops = clauses->max_hops.given ? clauses->max_hops.value : UINT32_MAX;
	o->via_count = (uint32_t)VEC_COUNT(&via, node_id);
	o->avoiding_count = (uint32_t)VEC_COUNT(&avoiding, node_id);
	o->via = keep(c->w, &via);
	o->avoiding = keep(c->w, &avoiding);
	out->top = TOP_DEFAULT;
	if (clauses->top.given)
		out->top = clauses->top.value;
	if (clauses->all)
		out->top = UINT32_MAX;
	return rc;
}

/* --- which clauses go with which sentence --- */

#define ABOUT_PATHS 1u  /* directly, via, avoiding, max hops */
#define SUPPOSES    2u  /* with, without */
#define LISTS       4u  /* order by, show */
#define CUTS        8u  /* limit, offset */
#define GROUPS      16u /* group by */
#define FINDS_PATHS 32u /* top, all */
#define FILTERS     64u /* where */

static unsigned clauses_of(enum ast_verb verb)
{
	switch (verb) {
	case AST_WHAT:
	case AST_WHO:
		return ABOUT_PATHS | SUPPOSES | LISTS | CUTS | GROUPS | FILTERS;
	case AST_CAN:
		return ABOUT_PATHS | SUPPOSES | CUTS | FILTERS;
	case AST_HOW:
		return ABOUT_PATHS | SUPPOSES | CUTS | FINDS_PATHS | FILTERS;
	case AST_BLAST:
		return ABOUT_PATHS | SUPPOSES | CUTS | GROUPS | FILTERS | LISTS;
	case AST_SHOW:
		return SUPPOSES;
	default:
		return SUPPOSES | LISTS | CUTS | GROUPS | FILTERS;
	}
}

/* A clause as it was written: where, and what it needs. */
struct written {
	bool given;
	struct ast_span span;
	unsigned needs;
	const char *text;
};

static struct ast_span refs_span(const struct ast_refs *refs)
{
	return refs->count > 0 ? refs->items[0].span : (struct ast_span){ 0 };
}

static int check_clauses(struct context *c, struct err *e)
{
	const struct ast_clauses *k = &c->query->clauses;
	const struct written all[] = {
		{ k->path != AST_PATH_ANY, k->path_span, ABOUT_PATHS,
			k->path == AST_PATH_DIRECT ? "directly" : "indirectly" },
		{ k->via.count > 0, refs_span(&k->via), ABOUT_PATHS, "via" },
		{ k->avoiding.count > 0, refs_span(&k->avoiding), ABOUT_PATHS,
			"avoiding" },
		{ k->max_hops.given, k->max_hops.span, ABOUT_PATHS, "max hops" },
		{ k->top.given, k->top.span, FINDS_PATHS, "top" },
		{ k->all, k->all_span, FINDS_PATHS, "all" },
		{ k->group_by.count > 0, k->group_by.span, GROUPS, "group by" },
		{ k->order_by.count > 0, k->order_by.span, LISTS, "order by" },
		{ k->show.count > 0, k->show.span, LISTS, "show" },
		{ k->limit.given, k->limit.span, CUTS, "limit" },
		{ k->offset.given, k->offset.span, CUTS, "offset" },
		{ k->where != NULL, k->where ? k->where->span : (struct ast_span){ 0 },
			FILTERS, "where" },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (all[i].given && !(clauses_of(c->query->verb) & all[i].needs))
			return context_fail(c, e, all[i].span,
				"this sentence has no '%s' clause", all[i].text);
	}
	return 0;
}

/* --- all of it --- */

static int bind_list(struct bind *out, struct context *c, struct err *e)
{
	const struct ast_word by_default[] = { { STR_LIT("account"), { 0, 0 } },
		{ STR_LIT("kind"), { 0, 0 } } };
	const struct ast_clauses *k = &c->query->clauses;
	struct ast_words group = k->group_by;
	struct str *columns =
		ARENA_NEW_ARRAY(world_arena(c->w), struct str, k->show.count + 1);
	struct column column;

	if (c->query->verb == AST_BLAST && group.count == 0)
		group = (struct ast_words){ .items = by_default, .count = 2 };
	for (uint32_t i = 0; i < k->show.count; i++) {
		if (column_bind(&column, c, &k->show.items[i], e) < 0)
			return e->code;
		columns[i] = column.text;
	}
	out->columns = columns;
	out->column_count = k->show.count;
	if (group_bind(&out->group, c, &group, e) < 0 ||
		order_bind(&out->order, c, &k->order_by, e) < 0)
		return e->code;
	return out->group.count > 0 ? group_check_order(&out->group, c, &k->order_by, e)
				    : 0;
}

/* Whether the query computes access, so that its rows have paths and verdicts. */
static enum filterkey_about about_of(enum ast_verb verb)
{
	return verb == AST_FIND || verb == AST_FILTER ? FILTERKEY_ABOUT_ENTITY
						      : FILTERKEY_ABOUT_ROW;
}

/* Sentences whose answer is about one entity, or about one pair. */
static int check_single(const struct bind *b, struct context *c, struct err *e)
{
	const struct ast_query *q = c->query;

	if (q->verb == AST_HOW && b->subjects.count != 1)
		return context_fail(c, e, q->subject.span,
			"'how can' needs one subject, and this is %u entities",
			b->subjects.count);
	if ((q->verb == AST_HOW || q->verb == AST_SHOW) && b->objects.count != 1)
		return context_fail(c, e, q->object.span,
			"'%s' needs one entity, and this is %u",
			q->verb == AST_HOW ? "how can" : "show", b->objects.count);
	if (q->verb == AST_WHAT && b->actions.each && !b->objects.given)
		return context_fail(c, e, q->action.span,
			"'do' needs 'on' and an entity; 'access' asks for all entities");
	if (q->verb == AST_WHAT && b->actions.each && b->group.count > 0)
		return context_fail(c, e, q->clauses.group_by.span,
			"'group by' does not go with 'do'");
	return 0;
}

int bind_query(struct bind *out, struct context *c, struct err *e)
{
	const struct ast_query *q = c->query;

	*out = (struct bind){ .query = q, .actions = actions_everything() };
	if (reserved_check(q, c->d, e) < 0 || check_clauses(c, e) < 0)
		return e->code;
	bind_context(c);
	if (bind_without(out, c, e) < 0 || bind_subjects(out, c, e) < 0 ||
		bind_objects(&out->objects, c, &q->object, e) < 0 ||
		bind_kinds(out, c, e) < 0)
		return e->code;
	if (q->action.count > 0 && actions_bind(&out->actions, c, &q->action, e) < 0)
		return e->code;
	if (bind_options(out, c, e) < 0 || bind_list(out, c, e) < 0 ||
		check_single(out, c, e) < 0)
		return e->code;
	return filter_bind(&out->where, c, q->clauses.where, about_of(q->verb), e);
}
