/*
 * parser.h - query text to syntax tree.
 *
 * The language and its grammar: docs/query-language.md. The parser knows words, not
 * entities: that 'bucket/payroll' exists, that a kind is known, is the binder's business.
 * It does check filter keys and the types of their values, because they are part of the
 * grammar.
 *
 * Reserved constructs (when, diff, choke, risks, gap, suggest, snapshots, as of, some
 * filter keys) parse like all others; reserved_check refuses them, so there is one place
 * to open them.
 *
 * Lifetime: the tree, and its copy of the text, live as long as the arena.
 * Cost: linear in the text. Depth of recursion: at most LIMIT_QUERY_DEPTH and a constant.
 */
#ifndef QUERY_PARSER_H
#define QUERY_PARSER_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "query/ast.h"
#include "query/diagnostic.h"

/*
 * Parse one query. On failure returns ERR_SYNTAX, or ERR_LIMIT (LIMIT_QUERY_BYTES,
 * LIMIT_QUERY_DEPTH), with *e the one-line message and *d the place; *out is then NULL.
 */
int parser_parse(const struct ast_query **out, struct str text, struct arena *arena,
	struct diagnostic *d, struct err *e);

/*
 * Whether a word that begins a line is nearly a verb, so that it must be quoted when it
 * is meant as search text.
 */
bool parser_near_verb(struct str word);

#endif
