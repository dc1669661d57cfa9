/*
 * context.h - what giving a query its meaning needs at hand: the world it is about, the
 * tree with its text, and where to say what is wrong.
 *
 * Owns nothing. All that binding allocates lies in the world's arena.
 */
#ifndef QUERY_CONTEXT_H
#define QUERY_CONTEXT_H

#include "query/ast.h"
#include "query/diagnostic.h"
#include "reachability/world.h"

struct context {
	struct world *w;
	const struct ast_query *query;
	struct diagnostic *d;
};

/* Refuse the query: the diagnostic with a message at the span. Returns ERR_SYNTAX. */
int context_fail(struct context *c, struct err *e, struct ast_span span, const char *fmt,
	...) __attribute__((format(printf, 4, 5)));

/* The same for a diagnostic that was already filled. */
int context_refuse(struct context *c, struct err *e);

/* The words as one text for "did you mean 'a', 'b' or 'c'?"; empty for none. */
struct str context_join(
	struct arena *arena, const struct str *words, uint32_t count, const char *last);

#endif
