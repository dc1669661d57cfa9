#include "query/ast.h"

struct ast_span ast_span_join(struct ast_span a, struct ast_span b)
{
	if (a.end == 0)
		return b;
	if (b.end == 0)
		return a;
	return (struct ast_span){ a.begin < b.begin ? a.begin : b.begin,
		a.end > b.end ? a.end : b.end };
}

static bool words_equal(const struct ast_words *a, const struct ast_words *b)
{
	if (a->count != b->count)
		return false;
	for (uint32_t i = 0; i < a->count; i++) {
		if (!str_eq(a->items[i].text, b->items[i].text))
			return false;
	}
	return true;
}

static bool value_equal(const struct ast_value *a, const struct ast_value *b)
{
	if (a->form != b->form || a->number != b->number)
		return false;
	return a->form != AST_FORM_TEXT || str_eq(a->text, b->text);
}

static bool term_equal(const struct ast_filter *a, const struct ast_filter *b)
{
	if (a->key != b->key || a->op != b->op || !str_eq(a->tag, b->tag) ||
		a->value_count != b->value_count)
		return false;
	for (uint32_t i = 0; i < a->value_count; i++) {
		if (!value_equal(&a->values[i], &b->values[i]))
			return false;
	}
	return ast_filter_equal(a->inner, b->inner);
}

bool ast_filter_equal(const struct ast_filter *a, const struct ast_filter *b)
{
	if (!a || !b)
		return a == b;
	if (a->kind != b->kind || a->child_count != b->child_count)
		return false;
	if (a->kind == AST_TERM || a->kind == AST_TEXT)
		return term_equal(a, b);
	for (uint32_t i = 0; i < a->child_count; i++) {
		if (!ast_filter_equal(a->children[i], b->children[i]))
			return false;
	}
	return true;
}

static bool ref_equal(const struct ast_ref *a, const struct ast_ref *b)
{
	if (a->count != b->count)
		return false;
	for (uint32_t i = 0; i < a->count; i++) {
		if (!str_eq(a->items[i].name.text, b->items[i].name.text) ||
			!ast_filter_equal(a->items[i].filter, b->items[i].filter))
			return false;
	}
	return true;
}

static bool refs_equal(const struct ast_refs *a, const struct ast_refs *b)
{
	if (a->count != b->count)
		return false;
	for (uint32_t i = 0; i < a->count; i++) {
		if (!ref_equal(&a->items[i], &b->items[i]))
			return false;
	}
	return true;
}

static bool pairs_equal(const struct ast_pairs *a, const struct ast_pairs *b)
{
	if (a->count != b->count)
		return false;
	for (uint32_t i = 0; i < a->count; i++) {
		if (!str_eq(a->items[i].key.text, b->items[i].key.text) ||
			!str_eq(a->items[i].value.text, b->items[i].value.text))
			return false;
	}
	return true;
}

static bool orders_equal(const struct ast_orders *a, const struct ast_orders *b)
{
	if (a->count != b->count)
		return false;
	for (uint32_t i = 0; i < a->count; i++) {
		if (!str_eq(a->items[i].column.text, b->items[i].column.text) ||
			a->items[i].descending != b->items[i].descending)
			return false;
	}
	return true;
}

static bool number_equal(const struct ast_number *a, const struct ast_number *b)
{
	return a->given == b->given && (!a->given || a->value == b->value);
}

static bool clauses_equal(const struct ast_clauses *a, const struct ast_clauses *b)
{
	return ast_filter_equal(a->where, b->where) && a->path == b->path &&
	       refs_equal(&a->via, &b->via) && refs_equal(&a->avoiding, &b->avoiding) &&
	       refs_equal(&a->without, &b->without) && pairs_equal(&a->with, &b->with) &&
	       str_eq(a->as_of.text, b->as_of.text) &&
	       number_equal(&a->max_hops, &b->max_hops) &&
	       number_equal(&a->top, &b->top) && number_equal(&a->limit, &b->limit) &&
	       number_equal(&a->offset, &b->offset) && a->all == b->all &&
	       words_equal(&a->group_by, &b->group_by) &&
	       orders_equal(&a->order_by, &b->order_by) &&
	       words_equal(&a->show, &b->show);
}

bool ast_equal(const struct ast_query *a, const struct ast_query *b)
{
	if (a->verb != b->verb || a->explain != b->explain || !a->inner != !b->inner)
		return false;
	return ref_equal(&a->subject, &b->subject) &&
	       words_equal(&a->action, &b->action) && ref_equal(&a->object, &b->object) &&
	       words_equal(&a->kinds, &b->kinds) && str_eq(a->from.text, b->from.text) &&
	       str_eq(a->to.text, b->to.text) &&
	       clauses_equal(&a->clauses, &b->clauses) &&
	       (!a->inner || ast_equal(a->inner, b->inner));
}
