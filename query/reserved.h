/*
 * reserved.h - constructs that the language has but this version does not answer yet.
 */
#ifndef QUERY_RESERVED_H
#define QUERY_RESERVED_H

#include "base/err.h"
#include "query/ast.h"
#include "query/diagnostic.h"

/*
 * 0, or ERR_SYNTAX with "'when can' is not available yet" at the first reserved verb,
 * clause or filter key. The binder calls this before anything else.
 */
int reserved_check(const struct ast_query *query, struct diagnostic *d, struct err *e);

#endif
