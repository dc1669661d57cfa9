/*
 * cursor.h - a place among the tokens of one query, and how to complain about it.
 *
 * What the *_syntax files and the parser share. A function that fails has filled the
 * diagnostic and returns cursor->code, an ERR_ code; the first failure is the one that is
 * kept.
 *
 * Lifetime: of one parser_parse. Lists built here live in the arena.
 */
#ifndef QUERY_CURSOR_H
#define QUERY_CURSOR_H

#include "base/arena.h"
#include "query/ast.h"
#include "query/diagnostic.h"
#include "query/lexer.h"

struct cursor {
	struct str source;
	struct arena *arena;
	struct lexer_token *tokens; /* the last is LEXER_END */
	uint32_t count, at;
	uint32_t depth; /* of nesting; counted by cursor_enter */
	struct diagnostic *d;
	int code;
};

/* An array that grows in the arena. */
struct cursor_list {
	void *items;
	uint32_t count;
};

/* The token `ahead` of the next one; LEXER_END from the end on. */
const struct lexer_token *cursor_peek(const struct cursor *c, uint32_t ahead);

/* The next token, and go past it; at the end stay. */
const struct lexer_token *cursor_take(struct cursor *c);

/* Whether the next token is this keyword, or of this kind; if so go past it. */
bool cursor_accept(struct cursor *c, enum keyword k);
bool cursor_accept_kind(struct cursor *c, enum lexer_kind kind);

/* The end of the token before the next one. */
uint32_t cursor_end(const struct cursor *c);

/* Whether a token can be a name: a word that is no keyword. */
bool cursor_is_name(const struct lexer_token *t);

/* Fail at a span with a message, and with what was expected (NULL: nothing to say). */
int cursor_fail(struct cursor *c, struct ast_span span, const char *expected,
	const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/*
 * Fail at the next token: "unexpected 'x'", "unexpected end of query", "'via' is a
 * keyword...".
 */
int cursor_unexpected(struct cursor *c, const char *expected);

/* The same, with the nearest keyword that has one of the roles. */
int cursor_unexpected_near(struct cursor *c, const char *expected, unsigned roles);

/* A token's source text, shortened if it is long, for a message. */
struct str cursor_shown(struct cursor *c, const struct lexer_token *t);

/*
 * One level deeper, or ERR_LIMIT (LIMIT_QUERY_DEPTH). Leave as many levels as were
 * entered.
 */
int cursor_enter(struct cursor *c, struct ast_span span);
void cursor_leave(struct cursor *c, uint32_t levels);

/* Room at the end of the list for one more item of that size, zeroed. */
void *cursor_append(struct cursor *c, struct cursor_list *list, size_t size);

#endif
