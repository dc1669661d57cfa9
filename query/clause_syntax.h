/*
 * clause_syntax.h - the clauses that follow a sentence.
 *
 * where, via, avoiding, without and with add up when they are repeated; every other
 * clause may stand once, directly excludes indirectly, and top excludes all.
 */
#ifndef QUERY_CLAUSE_SYNTAX_H
#define QUERY_CLAUSE_SYNTAX_H

#include "query/cursor.h"

/* Clauses being collected; zeroed to begin with. */
struct clause_syntax {
	struct ast_clauses clauses;
	struct cursor_list via, avoiding, without; /* struct ast_ref */
	struct cursor_list with;                   /* struct ast_pair */
};

/* Take directly or indirectly if it is next: it may also stand before the action. */
int clause_syntax_path(struct clause_syntax *s, struct cursor *c);

/* Every clause up to the end of the query, which must follow. */
int clause_syntax_parse(struct clause_syntax *s, struct cursor *c);

#endif
