#include "query/ref_syntax.h"

#include "query/filter_syntax.h"

int ref_syntax_word(struct ast_word *out, struct cursor *c, const char *expected)
{
	const struct lexer_token *t = cursor_peek(c, 0);

	if (!cursor_is_name(t))
		return cursor_unexpected(c, expected);
	if (t->text.n == 0)
		return cursor_fail(c, t->span, expected, "empty quotes");
	*out = (struct ast_word){ t->text, t->span };
	cursor_take(c);
	return 0;
}

int ref_syntax_words(struct ast_words *out, struct cursor *c, enum lexer_kind separator,
	const char *expected)
{
	struct cursor_list list = { NULL, 0 };
	struct ast_word *word;
	uint32_t begin = cursor_peek(c, 0)->span.begin;

	do {
		word = cursor_append(c, &list, sizeof(*word));
		if (ref_syntax_word(word, c, expected) < 0)
			return c->code;
	} while (cursor_accept_kind(c, separator));
	*out = (struct ast_words){ list.items, list.count, { begin, cursor_end(c) } };
	return 0;
}

int ref_syntax_name(
	struct ast_word *out, struct cursor *c, enum keyword also, const char *expected)
{
	const struct lexer_token *t = cursor_peek(c, 0);

	if (t->keyword != also)
		return ref_syntax_word(out, c, expected);
	*out = (struct ast_word){ t->text, t->span };
	cursor_take(c);
	return 0;
}

int ref_syntax_names(
	struct ast_words *out, struct cursor *c, enum keyword also, const char *expected)
{
	struct cursor_list list = { NULL, 0 };
	uint32_t begin = cursor_peek(c, 0)->span.begin;

	do {
		struct ast_word *word = cursor_append(c, &list, sizeof(*word));

		if (ref_syntax_name(word, c, also, expected) < 0)
			return c->code;
	} while (cursor_accept_kind(c, LEXER_COMMA));
	*out = (struct ast_words){ list.items, list.count, { begin, cursor_end(c) } };
	return 0;
}

static int parse_item(struct ast_ref_item *out, struct cursor *c, const char *expected)
{
	const struct lexer_token *t = cursor_peek(c, 0);

	if (t->kind == LEXER_BRACE_OPEN) {
		if (filter_syntax_braces(&out->filter, c) < 0)
			return c->code;
		out->span = (struct ast_span){ t->span.begin, cursor_end(c) };
		return 0;
	}
	out->span = t->span;
	return ref_syntax_word(&out->name, c, expected);
}

bool ref_syntax_begins(const struct cursor *c, uint32_t ahead)
{
	const struct lexer_token *t = cursor_peek(c, ahead);

	return t->kind == LEXER_BRACE_OPEN || cursor_is_name(t);
}

int ref_syntax_parse(struct ast_ref *out, struct cursor *c, const char *expected)
{
	struct cursor_list list = { NULL, 0 };
	struct ast_ref_item *item;
	uint32_t begin;

	if (keyword_is(cursor_peek(c, 0)->keyword, KEYWORD_ARTICLE) &&
		ref_syntax_begins(c, 1))
		cursor_take(c);
	begin = cursor_peek(c, 0)->span.begin;
	do {
		item = cursor_append(c, &list, sizeof(*item));
		if (parse_item(item, c, expected) < 0)
			return c->code;
	} while (cursor_accept_kind(c, LEXER_PIPE));
	*out = (struct ast_ref){ list.items, list.count, { begin, cursor_end(c) } };
	return 0;
}
