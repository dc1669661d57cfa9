/*
 * lexer.h - query bytes to tokens.
 *
 * A word runs until white space (a no-break space counts) or one of , | ( ) { } and may
 * have quoted parts: user/"Alice Smith", tag."Cost Center":x, "a|b". Double quotes open
 * anywhere; a single quote only at the start of a word and after : = < >, so that o'brien
 * stays a word. Inside quotes \" \' \\ \n \r \t and \xHH (01 to 7f) are escapes.
 *
 * Invariants:
 *  (1) tokens are in source order, do not overlap, and the last one, only, is LEXER_END
 *  (2) the text of a word without quotes is the source itself; with quotes it is in the
 *      arena
 *  (3) keyword is KEYWORD_NONE when any part was quoted
 */
#ifndef QUERY_LEXER_H
#define QUERY_LEXER_H

#include "base/arena.h"
#include "base/buf.h"
#include "query/ast.h"
#include "query/diagnostic.h"
#include "query/keyword.h"

#define LEXER_NOWHERE UINT32_MAX

enum lexer_kind {
	LEXER_END,
	LEXER_WORD,
	LEXER_COMMA,
	LEXER_PIPE,
	LEXER_PAREN_OPEN,
	LEXER_PAREN_CLOSE,
	LEXER_BRACE_OPEN,
	LEXER_BRACE_CLOSE,
};

/* Where in a word a separator is: counted in its text and in the source. */
struct lexer_mark {
	uint32_t text, source; /* LEXER_NOWHERE: there is none */
};

struct lexer_token {
	enum lexer_kind kind;
	enum keyword keyword;
	bool quoted; /* any part of it */
	struct ast_span span;
	struct str text;           /* LEXER_WORD: decoded */
	struct lexer_mark colon;   /* the first ':' outside quotes */
	struct lexer_mark compare; /* the first of < > = outside quotes */
};

/*
 * Append every token of the source to out (VEC of struct lexer_token). 0 or ERR_SYNTAX
 * with *d.
 */
int lexer_run(
	struct buf *out, struct str source, struct arena *arena, struct diagnostic *d);

/* Whether this text can stand without quotes as part of a word that has other parts. */
bool lexer_is_plain(struct str text);

/* Whether a word with this text must be quoted: it is not plain, or a keyword. */
bool lexer_needs_quotes(struct str text);

#endif
