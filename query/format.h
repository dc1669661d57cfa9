/*
 * format.h - a syntax tree back to text, in canonical form.
 *
 * Keywords in lower case (AND, OR in upper case), clauses in a fixed order, tolerated
 * forms replaced, names quoted only where they must be. Parsing the result gives an equal
 * tree.
 */
#ifndef QUERY_FORMAT_H
#define QUERY_FORMAT_H

#include "base/buf.h"
#include "query/ast.h"

/* Append the query as one line without a newline. */
void format_query(const struct ast_query *query, struct buf *out);

/* Append a filter as it would stand after where. */
void format_filter(const struct ast_filter *filter, struct buf *out);

/* Append a reference or one name so that it can be pasted into a query. */
void format_ref(const struct ast_ref *ref, struct buf *out);
void format_name(struct str name, struct buf *out);

#endif
