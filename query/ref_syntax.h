/*
 * ref_syntax.h - references, actions and lists of words.
 */
#ifndef QUERY_REF_SYNTAX_H
#define QUERY_REF_SYNTAX_H

#include "query/cursor.h"

/* One plain word; `expected` is for the message. */
int ref_syntax_word(struct ast_word *out, struct cursor *c, const char *expected);

/* word { separator word }, where the separator is LEXER_PIPE or LEXER_COMMA. */
int ref_syntax_words(struct ast_words *out, struct cursor *c, enum lexer_kind separator,
	const char *expected);

/*
 * A word, and a list of them with commas, in a place where one of the keywords is a name
 * too: the column 'via', the kind 'group'.
 */
int ref_syntax_name(
	struct ast_word *out, struct cursor *c, enum keyword also, const char *expected);
int ref_syntax_names(
	struct ast_words *out, struct cursor *c, enum keyword also, const char *expected);

/* [article] item { "|" item }, where an item is a word, a string or {filter}. */
int ref_syntax_parse(struct ast_ref *out, struct cursor *c, const char *expected);

/* Whether the tokens from `ahead` on can begin a reference. */
bool ref_syntax_begins(const struct cursor *c, uint32_t ahead);

#endif
