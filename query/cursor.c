#include "query/cursor.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/limits.h"
#include "base/utf8.h"

#define SHOWN_MAX 64u /* bytes of a token in a message; the carets show the rest */

const struct lexer_token *cursor_peek(const struct cursor *c, uint32_t ahead)
{
	uint32_t last = c->count - 1;

	return &c->tokens[ahead < last - c->at ? c->at + ahead : last];
}

const struct lexer_token *cursor_take(struct cursor *c)
{
	const struct lexer_token *t = cursor_peek(c, 0);

	if (t->kind != LEXER_END)
		c->at++;
	return t;
}

bool cursor_accept(struct cursor *c, enum keyword k)
{
	if (cursor_peek(c, 0)->keyword != k)
		return false;
	cursor_take(c);
	return true;
}

bool cursor_accept_kind(struct cursor *c, enum lexer_kind kind)
{
	if (cursor_peek(c, 0)->kind != kind)
		return false;
	cursor_take(c);
	return true;
}

uint32_t cursor_end(const struct cursor *c)
{
	return c->at > 0 ? c->tokens[c->at - 1].span.end : 0;
}

bool cursor_is_name(const struct lexer_token *t)
{
	return t->kind == LEXER_WORD && t->keyword == KEYWORD_NONE;
}

int cursor_fail(struct cursor *c, struct ast_span span, const char *expected,
	const char *fmt, ...)
{
	char text[DIAGNOSTIC_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	if (vsnprintf(text, sizeof(text), fmt, ap) < 0)
		text[0] = '\0';
	va_end(ap);
	diagnostic_set(c->d, span, "%s", text);
	if (expected)
		diagnostic_expect(c->d, "%s", expected);
	c->code = ERR_SYNTAX;
	return c->code;
}

struct str cursor_shown(struct cursor *c, const struct lexer_token *t)
{
	struct str s = { c->source.p + t->span.begin, t->span.end - t->span.begin };
	size_t n = 0, bytes;

	if (s.n <= SHOWN_MAX)
		return s;
	while ((bytes = utf8_next(str_skip(s, n))) > 0 && n + bytes <= SHOWN_MAX)
		n += bytes;
	return arena_printf(c->arena, "%.*s...", (int)n, s.p);
}

int cursor_unexpected(struct cursor *c, const char *expected)
{
	const struct lexer_token *t = cursor_peek(c, 0);

	if (t->kind == LEXER_END)
		return cursor_fail(c, t->span, expected, "unexpected end of query");
	if (t->keyword != KEYWORD_NONE)
		return cursor_fail(c, t->span, expected,
			"'%.*s' is a keyword here; put it in quotes if it is a name",
			STR_ARG(keyword_name(t->keyword)));
	return cursor_fail(
		c, t->span, expected, "unexpected '%.*s'", STR_ARG(cursor_shown(c, t)));
}

int cursor_unexpected_near(struct cursor *c, const char *expected, unsigned roles)
{
	const struct lexer_token *t = cursor_peek(c, 0);
	int rc = cursor_unexpected(c, expected);

	if (cursor_is_name(t) && !t->quoted)
		diagnostic_suggest(c->d, keyword_nearest(t->text, roles));
	return rc;
}

int cursor_enter(struct cursor *c, struct ast_span span)
{
	if (c->depth == LIMIT_QUERY_DEPTH) {
		diagnostic_set(c->d, span, "nested deeper than LIMIT_QUERY_DEPTH (%u)",
			LIMIT_QUERY_DEPTH);
		c->code = ERR_LIMIT;
		return c->code;
	}
	c->depth++;
	return 0;
}

void cursor_leave(struct cursor *c, uint32_t levels)
{
	assert(c->depth >= levels);
	c->depth -= levels;
}

void *cursor_append(struct cursor *c, struct cursor_list *list, size_t size)
{
	uint32_t count = list->count++;
	char *items = list->items;

	/* the array is full whenever its count is a power of two */
	if ((count & (count - 1)) == 0) {
		items = arena_alloc(
			c->arena, size * (count == 0 ? 1 : 2 * (size_t)count));
		if (count > 0)
			memcpy(items, list->items, size * count);
		list->items = items;
	}
	return items + size * count;
}
