#include "query/clause_syntax.h"

#include "query/filter_syntax.h"
#include "query/ref_syntax.h"

#define EXPECTED_CLAUSE "a clause such as where, directly, via, group by or limit"
#define EXPECTED_NUMBER "a whole number"
#define EXPECTED_COLUMN "a column such as account, kind or hops"
#define EXPECTED_PAIR   "key=value"
#define NUMBER_DIGITS   9

static int fail_twice(struct cursor *c, struct ast_span span, enum keyword first)
{
	return cursor_fail(
		c, span, NULL, "a second '%.*s' clause", STR_ARG(keyword_name(first)));
}

static int fail_conflict(
	struct cursor *c, struct ast_span span, enum keyword this, enum keyword other)
{
	return cursor_fail(c, span, NULL, "'%.*s' contradicts '%.*s'",
		STR_ARG(keyword_name(this)), STR_ARG(keyword_name(other)));
}

int clause_syntax_path(struct clause_syntax *s, struct cursor *c)
{
	const struct lexer_token *t = cursor_peek(c, 0);
	bool directly = t->keyword == KEYWORD_DIRECTLY;
	enum ast_path path = directly ? AST_PATH_DIRECT : AST_PATH_INDIRECT;

	if (!directly && t->keyword != KEYWORD_INDIRECTLY)
		return 0;
	if (s->clauses.path == path)
		return fail_twice(c, t->span, t->keyword);
	if (s->clauses.path != AST_PATH_ANY)
		return fail_conflict(c, t->span, t->keyword,
			directly ? KEYWORD_INDIRECTLY : KEYWORD_DIRECTLY);
	s->clauses.path = path;
	s->clauses.path_span = t->span;
	cursor_take(c);
	return 0;
}

static int parse_where(struct clause_syntax *s, struct cursor *c)
{
	const struct ast_filter *filter;

	cursor_take(c);
	if (filter_syntax_parse(&filter, c) < 0)
		return c->code;
	s->clauses.where = filter_syntax_both(c, s->clauses.where, filter);
	return 0;
}

static int parse_refs(struct cursor_list *list, struct cursor *c)
{
	cursor_take(c);
	do {
		struct ast_ref *ref = cursor_append(c, list, sizeof(*ref));

		if (ref_syntax_parse(ref, c, "an entity or {filter}") < 0)
			return c->code;
	} while (cursor_accept_kind(c, LEXER_COMMA));
	return 0;
}

static bool begins_with_equals(const struct cursor *c, const struct lexer_token *t)
{
	return t->kind == LEXER_WORD && c->source.p[t->span.begin] == '=';
}

/* key=value, or with white space on either side of the '='. */
static int parse_pair(struct ast_pair *pair, struct cursor *c)
{
	const struct lexer_token *t = cursor_peek(c, 0), *value = t;
	struct lexer_mark at = t->compare;

	if (!cursor_is_name(t) || begins_with_equals(c, t))
		return cursor_unexpected(c, EXPECTED_PAIR);
	cursor_take(c);
	pair->key = (struct ast_word){ str_head(t->text, at.text), t->span };
	if (at.text != LEXER_NOWHERE) {
		pair->key.span.end = at.source;
	} else {
		value = cursor_peek(c, 0);
		if (!begins_with_equals(c, value))
			return cursor_fail(c, t->span, EXPECTED_PAIR,
				"no '=' after '%.*s'", STR_ARG(cursor_shown(c, t)));
		at = value->compare;
		cursor_take(c);
	}
	if (c->source.p[at.source] != '=')
		return cursor_fail(c, (struct ast_span){ at.source, at.source + 1 },
			"'='", "unexpected '%c'", c->source.p[at.source]);
	pair->value.text = str_skip(value->text, at.text + 1);
	pair->value.span = (struct ast_span){ at.source + 1, value->span.end };
	if (pair->key.text.n == 0)
		return cursor_fail(c, t->span, EXPECTED_PAIR, "empty quotes");
	if (pair->value.span.begin == pair->value.span.end)
		return ref_syntax_word(&pair->value, c, "a value after '='");
	return 0;
}

static int parse_with(struct clause_syntax *s, struct cursor *c)
{
	cursor_take(c);
	do {
		struct ast_pair *pair = cursor_append(c, &s->with, sizeof(*pair));

		if (parse_pair(pair, c) < 0)
			return c->code;
	} while (cursor_accept_kind(c, LEXER_COMMA));
	return 0;
}

static int parse_as_of(struct clause_syntax *s, struct cursor *c)
{
	const struct lexer_token *t = cursor_take(c);

	if (s->clauses.as_of.text.n > 0)
		return fail_twice(c, t->span, KEYWORD_AS);
	if (!cursor_accept(c, KEYWORD_OF))
		return cursor_unexpected(c, "'of' after 'as'");
	return ref_syntax_word(&s->clauses.as_of, c, "a snapshot or a date");
}

/* The number after a keyword that was just taken. */
static int parse_number(struct ast_number *out, struct cursor *c,
	const struct lexer_token *clause, uint32_t least)
{
	const struct lexer_token *t = cursor_peek(c, 0);
	uint32_t value = 0;

	if (out->given)
		return fail_twice(c, clause->span, clause->keyword);
	if (t->kind != LEXER_WORD)
		return cursor_unexpected(c, EXPECTED_NUMBER);
	for (size_t i = 0; i < t->text.n; i++) {
		if (t->text.p[i] < '0' || t->text.p[i] > '9' || i == NUMBER_DIGITS)
			return cursor_unexpected(c, EXPECTED_NUMBER);
		value = value * 10 + (uint32_t)(t->text.p[i] - '0');
	}
	if (t->text.n == 0 || value < least)
		return cursor_unexpected(
			c, least > 0 ? "a whole number of at least 1" : EXPECTED_NUMBER);
	cursor_take(c);
	*out = (struct ast_number){ true, value, { clause->span.begin, t->span.end } };
	return 0;
}

static int parse_max(struct clause_syntax *s, struct cursor *c)
{
	const struct lexer_token *t = cursor_take(c);

	if (cursor_peek(c, 0)->kind != LEXER_WORD ||
		!str_eq_fold(cursor_peek(c, 0)->text, STR_LIT("hops")))
		return cursor_unexpected(c, "'hops' after 'max'");
	cursor_take(c);
	return parse_number(&s->clauses.max_hops, c, t, 0);
}

static int parse_top(struct clause_syntax *s, struct cursor *c)
{
	const struct lexer_token *t = cursor_take(c);

	if (s->clauses.all)
		return fail_conflict(c, t->span, KEYWORD_TOP, KEYWORD_ALL);
	return parse_number(&s->clauses.top, c, t, 1);
}

static int parse_all(struct clause_syntax *s, struct cursor *c)
{
	const struct lexer_token *t = cursor_take(c);

	if (s->clauses.all)
		return fail_twice(c, t->span, KEYWORD_ALL);
	if (s->clauses.top.given)
		return fail_conflict(c, t->span, KEYWORD_ALL, KEYWORD_TOP);
	s->clauses.all = true;
	s->clauses.all_span = t->span;
	return 0;
}

/* The keyword, and the 'by' that group and order need. */
static int take_by(struct cursor *c, bool twice)
{
	const struct lexer_token *t = cursor_take(c);

	if (twice)
		return fail_twice(c, t->span, t->keyword);
	if (!cursor_accept(c, KEYWORD_BY))
		return cursor_unexpected(c, t->keyword == KEYWORD_GROUP
						    ? "'by' after 'group'"
						    : "'by' after 'order'");
	return 0;
}

static int parse_group(struct clause_syntax *s, struct cursor *c)
{
	if (take_by(c, s->clauses.group_by.count > 0) < 0)
		return c->code;
	return ref_syntax_names(&s->clauses.group_by, c, KEYWORD_VIA, EXPECTED_COLUMN);
}

static bool accept_word(struct cursor *c, struct str word)
{
	const struct lexer_token *t = cursor_peek(c, 0);

	if (t->quoted || t->kind != LEXER_WORD || !str_eq_fold(t->text, word))
		return false;
	cursor_take(c);
	return true;
}

static int parse_order(struct clause_syntax *s, struct cursor *c)
{
	struct cursor_list list = { NULL, 0 };
	uint32_t begin = cursor_peek(c, 0)->span.begin;

	if (take_by(c, s->clauses.order_by.count > 0) < 0)
		return c->code;
	do {
		struct ast_order *order = cursor_append(c, &list, sizeof(*order));

		if (ref_syntax_name(&order->column, c, KEYWORD_VIA, EXPECTED_COLUMN) < 0)
			return c->code;
		order->descending = accept_word(c, STR_LIT("desc"));
		if (!order->descending)
			accept_word(c, STR_LIT("asc"));
	} while (cursor_accept_kind(c, LEXER_COMMA));
	s->clauses.order_by =
		(struct ast_orders){ list.items, list.count, { begin, cursor_end(c) } };
	return 0;
}

static int parse_show(struct clause_syntax *s, struct cursor *c)
{
	const struct lexer_token *t = cursor_take(c);

	if (s->clauses.show.count > 0)
		return fail_twice(c, t->span, KEYWORD_SHOW);
	return ref_syntax_names(&s->clauses.show, c, KEYWORD_VIA, EXPECTED_COLUMN);
}

static int parse_clause(struct clause_syntax *s, struct cursor *c)
{
	switch (cursor_peek(c, 0)->keyword) {
	case KEYWORD_WHERE:
		return parse_where(s, c);
	case KEYWORD_DIRECTLY:
	case KEYWORD_INDIRECTLY:
		return clause_syntax_path(s, c);
	case KEYWORD_VIA:
		return parse_refs(&s->via, c);
	case KEYWORD_AVOIDING:
		return parse_refs(&s->avoiding, c);
	case KEYWORD_WITHOUT:
		return parse_refs(&s->without, c);
	case KEYWORD_WITH:
		return parse_with(s, c);
	case KEYWORD_AS:
		return parse_as_of(s, c);
	case KEYWORD_MAX:
		return parse_max(s, c);
	case KEYWORD_TOP:
		return parse_top(s, c);
	case KEYWORD_ALL:
		return parse_all(s, c);
	case KEYWORD_GROUP:
		return parse_group(s, c);
	case KEYWORD_ORDER:
		return parse_order(s, c);
	case KEYWORD_LIMIT:
		return parse_number(&s->clauses.limit, c, cursor_take(c), 0);
	case KEYWORD_OFFSET:
		return parse_number(&s->clauses.offset, c, cursor_take(c), 0);
	case KEYWORD_SHOW:
		return parse_show(s, c);
	default:
		return cursor_unexpected_near(c, EXPECTED_CLAUSE, KEYWORD_CLAUSE);
	}
}

int clause_syntax_parse(struct clause_syntax *s, struct cursor *c)
{
	while (cursor_peek(c, 0)->kind != LEXER_END) {
		if (parse_clause(s, c) < 0)
			return c->code;
	}
	s->clauses.via = (struct ast_refs){ s->via.items, s->via.count };
	s->clauses.avoiding = (struct ast_refs){ s->avoiding.items, s->avoiding.count };
	s->clauses.without = (struct ast_refs){ s->without.items, s->without.count };
	s->clauses.with = (struct ast_pairs){ s->with.items, s->with.count };
	return 0;
}
