/*
 * filter_syntax.h - filters: terms joined by AND, OR and NOT.
 */
#ifndef QUERY_FILTER_SYNTAX_H
#define QUERY_FILTER_SYNTAX_H

#include "query/cursor.h"

/* A filter up to a clause keyword, a closing bracket or the end. */
int filter_syntax_parse(const struct ast_filter **out, struct cursor *c);

/* { filter } */
int filter_syntax_braces(const struct ast_filter **out, struct cursor *c);

/* Both (either may be NULL), joined by AND. */
const struct ast_filter *filter_syntax_both(
	struct cursor *c, const struct ast_filter *a, const struct ast_filter *b);

/*
 * Whether a bare word must be quoted to be searched for, because it would otherwise be
 * read as key:value, as a comparison or as NOT.
 */
bool filter_syntax_needs_quotes(struct str text);

/* Whether an unquoted word would be read as key:value or as a comparison. */
bool filter_syntax_is_term(struct str text);

#endif
