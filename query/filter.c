#include "query/filter.h"

#include <stdlib.h>

#include "query/account.h"
#include "query/entity.h"
#include "query/kind.h"
#include "query/resolve.h"
#include "query/scan.h"
#include "reachability/pattern.h"

#define DAY_SECONDS 86400

struct filter {
	enum ast_filter_kind kind;
	const struct filter **children;
	uint32_t child_count;
	bool costly; /* asks for admin or public somewhere */

	enum filterkey key;
	struct str tag;
	enum ast_op op;
	const struct ast_value *values;
	uint32_t value_count;
	const struct str *texts; /* account: native ids */
	uint32_t text_count;
	const node_id *nodes; /* via: ascending */
	uint32_t node_count;
	int64_t now;
};

/* --- binding --- */

struct filter_binder {
	struct context *c;
	enum filterkey_about about;
};

static int bind_any(const struct filter **out, struct filter_binder *b,
	const struct ast_filter *f, struct err *e);

static const struct str *keep_texts(struct world *w, struct buf *texts, uint32_t *count)
{
	struct str *kept;

	*count = (uint32_t)VEC_COUNT(texts, struct str);
	kept = ARENA_NEW_ARRAY(world_arena(w), struct str, *count + 1);
	if (*count > 0)
		memcpy(kept, texts->p, texts->n);
	buf_release(texts);
	return kept;
}

static int compare_nodes(const void *a, const void *b)
{
	node_id x = *(const node_id *)a, y = *(const node_id *)b;

	return (x > y) - (x < y);
}

static void keep_nodes(struct filter *f, struct world *w, struct buf *nodes)
{
	node_id *kept;

	f->node_count = (uint32_t)VEC_COUNT(nodes, node_id);
	kept = ARENA_NEW_ARRAY(world_arena(w), node_id, f->node_count + 1);
	if (f->node_count > 0) {
		memcpy(kept, nodes->p, nodes->n);
		qsort(kept, f->node_count, sizeof(*kept), compare_nodes);
	}
	f->nodes = kept;
	buf_release(nodes);
}

/* Entities of key:{filter}. */
static int scan_inner(
	struct buf *nodes, struct context *c, const struct ast_filter *f, struct err *e)
{
	const struct filter *inner;
	struct scan_options o = { .shared = true };

	if (filter_bind(&inner, c, f, FILTERKEY_ABOUT_ENTITY, e) < 0)
		return e->code;
	return scan_entities(nodes, c->w, inner, &o, e);
}

static int bind_account(
	struct filter *out, struct context *c, const struct ast_filter *f, struct err *e)
{
	struct buf ids = { 0 }, nodes = { 0 };
	int rc = 0;

	if (f->inner)
		rc = scan_inner(&nodes, c, f->inner, e);
	for (size_t i = 0; i < VEC_COUNT(&nodes, node_id); i++) {
		node_id n = VEC_DATA(&nodes, node_id)[i];

		if (world_node(c->w, n)->flags & ENTITY_CONTAINER)
			VEC_ADD(&ids, struct str, entity_account(c->w, n));
	}
	for (uint32_t i = 0; i < f->value_count && rc == 0; i++) {
		struct str text = f->values[i].text;
		struct ast_word word = { text, f->values[i].span };

		if (str_starts(text, STR_LIT("account/")))
			word.text = str_skip(text, sizeof("account/") - 1);
		rc = account_bind(&ids, c, &word, e);
	}
	buf_release(&nodes);
	out->texts = keep_texts(c->w, &ids, &out->text_count);
	return rc;
}

static int bind_via(
	struct filter *out, struct context *c, const struct ast_filter *f, struct err *e)
{
	struct buf nodes = { 0 };
	int rc = 0;

	if (f->inner)
		rc = scan_inner(&nodes, c, f->inner, e);
	for (uint32_t i = 0; i < f->value_count && rc == 0; i++) {
		struct ast_word word = { f->values[i].text, f->values[i].span };
		struct buf found = { 0 };

		rc = resolve_word(&found, c, &word, e);
		for (size_t k = 0; k < VEC_COUNT(&found, struct answer_object); k++)
			VEC_ADD(&nodes, node_id,
				VEC_DATA(&found, struct answer_object)[k].node);
		buf_release(&found);
	}
	keep_nodes(out, c->w, &nodes);
	return rc;
}

static int bind_kinds(struct context *c, const struct ast_filter *f, struct err *e)
{
	for (uint32_t i = 0; i < f->value_count; i++) {
		struct ast_word word = { f->values[i].text, f->values[i].span };

		if (kind_check(c, &word, e) < 0)
			return e->code;
	}
	return 0;
}

static int bind_term(struct filter *out, struct filter_binder *b,
	const struct ast_filter *f, struct err *e)
{
	const struct filterkey_info *info = filterkey_info(f->key);

	if (info->about == FILTERKEY_ABOUT_ROW && b->about == FILTERKEY_ABOUT_ENTITY)
		return context_fail(b->c, e, f->key_word.span,
			"'%s' is about an access, and here are only entities",
			info->name);
	out->key = f->key;
	out->tag = f->tag;
	out->op = f->op;
	out->values = f->values;
	out->value_count = f->value_count;
	out->now = snapshot_time(world_snapshot(b->c->w));
	out->costly = f->key == FILTERKEY_ADMIN || f->key == FILTERKEY_PUBLIC;
	if (f->key == FILTERKEY_ACCOUNT)
		return bind_account(out, b->c, f, e);
	if (f->key == FILTERKEY_VIA)
		return bind_via(out, b->c, f, e);
	return f->key == FILTERKEY_KIND ? bind_kinds(b->c, f, e) : 0;
}

/* Children in their order, the costly ones behind the others. */
static int bind_children(struct filter *out, struct filter_binder *b,
	const struct ast_filter *f, struct err *e)
{
	struct arena *arena = world_arena(b->c->w);
	const struct filter **list =
		ARENA_NEW_ARRAY(arena, const struct filter *, f->child_count + 1);
	const struct filter **sorted =
		ARENA_NEW_ARRAY(arena, const struct filter *, f->child_count + 1);
	uint32_t n = 0;

	for (uint32_t i = 0; i < f->child_count; i++) {
		if (bind_any(&list[i], b, f->children[i], e) < 0)
			return e->code;
		if (!list[i]->costly)
			sorted[n++] = list[i];
	}
	for (uint32_t i = 0; i < f->child_count; i++) {
		if (!list[i]->costly)
			continue;
		sorted[n++] = list[i];
		out->costly = true;
	}
	out->children = sorted;
	out->child_count = n;
	return 0;
}

static int bind_any(const struct filter **out, struct filter_binder *b,
	const struct ast_filter *f, struct err *e)
{
	struct filter *bound = ARENA_NEW(world_arena(b->c->w), struct filter);

	*out = bound;
	bound->kind = f->kind;
	switch (f->kind) {
	case AST_AND:
	case AST_OR:
	case AST_NOT:
		return bind_children(bound, b, f, e);
	case AST_TERM:
		return bind_term(bound, b, f, e);
	case AST_TEXT:
		bound->values = f->values;
		bound->value_count = f->value_count;
		return 0;
	}
	return 0;
}

int filter_bind(const struct filter **out, struct context *c, const struct ast_filter *f,
	enum filterkey_about about, struct err *e)
{
	struct filter_binder b = { c, about };

	*out = NULL;
	return f ? bind_any(out, &b, f, e) : 0;
}

/* --- matching --- */

static bool match_text(struct str value, struct str text)
{
	return pattern_literal_size(value) < value.n ? pattern_match_fold(value, text)
						     : str_eq_fold(value, text);
}

static bool match_texts(const struct filter *f, struct str text)
{
	for (uint32_t i = 0; i < f->value_count; i++) {
		if (match_text(f->values[i].text, text))
			return true;
	}
	return false;
}

static bool match_kind(const struct filter *f, struct str kind)
{
	for (uint32_t i = 0; i < f->value_count; i++) {
		if (kind_match(f->values[i].text, kind))
			return true;
	}
	return false;
}

static bool match_account(const struct filter *f, struct str account)
{
	for (uint32_t i = 0; i < f->text_count; i++) {
		if (str_eq(f->texts[i], account))
			return true;
	}
	return false;
}

static bool compare_number(enum ast_op op, int64_t have, int64_t want)
{
	switch (op) {
	case AST_LT:
		return have < want;
	case AST_LE:
		return have <= want;
	case AST_GT:
		return have > want;
	case AST_GE:
		return have >= want;
	case AST_EQ:
		break;
	}
	return have == want;
}

static bool match_number(const struct filter *f, int64_t have)
{
	for (uint32_t i = 0; i < f->value_count; i++) {
		if (compare_number(f->op, have, f->values[i].number))
			return true;
	}
	return false;
}

/* An age of 90d matches 90d as long as it is not 91d; a date matches for that day. */
static bool match_moment(
	const struct filter *f, const struct ast_value *value, int64_t moment)
{
	bool age = value->form == AST_FORM_AGE;
	int64_t have = age ? f->now - moment : moment;

	if (f->op == AST_EQ)
		return have >= value->number && have < value->number + DAY_SECONDS;
	return compare_number(f->op, have, value->number);
}

/* What was never used is older than any age and before any date. */
static bool match_never(const struct filter *f, const struct ast_value *value)
{
	if (value->form == AST_FORM_NEVER)
		return true;
	if (value->form == AST_FORM_AGE)
		return f->op == AST_GT || f->op == AST_GE;
	return f->op == AST_LT || f->op == AST_LE;
}

/* moment: 0 is not known and matches nothing, -1 is known never. */
static bool match_time(const struct filter *f, int64_t moment)
{
	for (uint32_t i = 0; i < f->value_count; i++) {
		const struct ast_value *value = &f->values[i];

		if (moment == -1 && match_never(f, value))
			return true;
		if (moment > 0 && value->form != AST_FORM_NEVER &&
			match_moment(f, value, moment))
			return true;
	}
	return false;
}

static bool match_bool(const struct filter *f, bool have)
{
	for (uint32_t i = 0; i < f->value_count; i++) {
		if ((f->values[i].number != 0) == have)
			return true;
	}
	return false;
}

static bool match_level(const struct filter *f, uint32_t mask)
{
	for (uint32_t i = 0; i < f->value_count; i++) {
		if (mask & (1u << f->values[i].number))
			return true;
	}
	return false;
}

static bool match_action(const struct filter *f, const struct answer_row *row)
{
	for (uint32_t i = 0; i < row->action_count; i++) {
		if (match_texts(f, catalog_action_get(row->actions[i]).name))
			return true;
	}
	return false;
}

static bool has_node(const struct filter *f, node_id n)
{
	return bsearch(&n, f->nodes, f->node_count, sizeof(n), compare_nodes) != NULL;
}

/* Whom the path visits between its two ends, and the group that a direct row comes by. */
static bool match_via(
	const struct filter *f, struct world *w, const struct answer_row *row)
{
	for (uint32_t i = 0; row->indirect && i < row->path.step_count; i++) {
		const struct path_step *step = &row->path.steps[i];

		if (step->from != row->node && step->from != row->other &&
			has_node(f, step->from))
			return true;
		if (step->to != row->node && step->to != row->other &&
			has_node(f, step->to))
			return true;
	}
	for (uint32_t i = 0; row->via_group.n > 0 && i < f->node_count; i++) {
		if (str_eq(world_node(w, f->nodes[i])->key, row->via_group))
			return true;
	}
	return false;
}

static bool match_row(
	const struct filter *f, struct world *w, const struct answer_row *row)
{
	switch (f->key) {
	case FILTERKEY_PATH:
		return match_number(f, row->indirect);
	case FILTERKEY_HOPS:
		return match_number(f, row->indirect ? row->path.step_count : 0);
	case FILTERKEY_HOP:
		return row->indirect && row->path.worst != HOP_NONE &&
		       match_number(f, (int64_t)row->path.worst - HOP_ASSUME);
	case FILTERKEY_VERDICT:
		return match_number(f, row->verdict);
	case FILTERKEY_LEVEL:
		return match_level(f, row->level_mask);
	case FILTERKEY_ACTION:
		return match_action(f, row);
	case FILTERKEY_VIA:
		return match_via(f, w, row);
	default:
		return false;
	}
}

/* The flags of a row were worked out with it; those of an entity are worked out here. */
static int match_flag(const struct filter *f, struct world *w, node_id n,
	const struct answer_row *row, struct err *e)
{
	int have;

	switch (f->key) {
	case FILTERKEY_ADMIN:
		have = row ? row->admin : entity_admin(w, n, e);
		break;
	case FILTERKEY_PUBLIC:
		have = row ? row->public : entity_public(w, n, e);
		break;
	case FILTERKEY_EXTERNAL:
		have = row ? row->external : entity_external(w, n);
		break;
	default:
		have = entity_enabled(w, n);
		return have < 0 ? 0 : match_bool(f, have);
	}
	return have < 0 ? have : match_bool(f, have);
}

static int match_term(const struct filter *f, struct world *w, node_id n,
	const struct answer_row *row, struct err *e)
{
	struct str text;

	switch (f->key) {
	case FILTERKEY_KEY:
		return match_texts(f, world_node(w, n)->key);
	case FILTERKEY_NAME:
		return match_texts(f, world_node_name(w, n));
	case FILTERKEY_KIND:
		return match_kind(f, world_node_kind(w, n));
	case FILTERKEY_ACCOUNT:
		return match_account(f, entity_account(w, n));
	case FILTERKEY_PROVIDER:
		return match_texts(f, entity_provider(w, n));
	case FILTERKEY_REGION:
		return match_texts(f, entity_region(w, n));
	case FILTERKEY_TAG:
		return entity_tag(&text, w, n, f->tag) == 1 && match_texts(f, text);
	case FILTERKEY_CREATED:
		return match_time(f, entity_created(w, n));
	case FILTERKEY_LAST_USED:
		return match_time(f, entity_last_used(w, n));
	case FILTERKEY_ADMIN:
	case FILTERKEY_PUBLIC:
	case FILTERKEY_EXTERNAL:
	case FILTERKEY_ENABLED:
		return match_flag(f, w, n, row, e);
	default:
		return row && match_row(f, w, row);
	}
}

int filter_match(const struct filter *f, struct world *w, node_id n,
	const struct answer_row *row, struct err *e)
{
	bool want = f && f->kind == AST_OR; /* the result that decides */
	int rc;

	if (!f)
		return 1;
	if (f->kind == AST_TERM)
		return match_term(f, w, n, row, e);
	if (f->kind == AST_TEXT)
		return entity_search(w, n, f->values[0].text);
	if (f->kind == AST_NOT) {
		rc = filter_match(f->children[0], w, n, row, e);
		return rc < 0 ? rc : !rc;
	}
	for (uint32_t i = 0; i < f->child_count; i++) {
		rc = filter_match(f->children[i], w, n, row, e);
		if (rc < 0 || (rc == 1) == want)
			return rc;
	}
	return !want;
}

bool filter_may_match_kind(const struct filter *f, struct str kind)
{
	if (!f)
		return true;
	if (f->kind == AST_TERM)
		return f->key != FILTERKEY_KIND || match_kind(f, kind);
	if (f->kind != AST_AND)
		return true;
	for (uint32_t i = 0; i < f->child_count; i++) {
		if (!filter_may_match_kind(f->children[i], kind))
			return false;
	}
	return true;
}
