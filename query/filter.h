/*
 * filter.h - a filter with its meaning bound: which entities, or which rows, match.
 *
 * Kinds, accounts and entities named in the filter are looked up once, when it is bound;
 * what is costly to know (admin, public) is asked last. A term about a fact that an
 * entity does not have does not match, and its negation does.
 *
 * Lifetime: the world's arena. Depth of recursion: LIMIT_QUERY_DEPTH.
 */
#ifndef QUERY_FILTER_H
#define QUERY_FILTER_H

#include "query/context.h"
#include "reachability/answer.h"

struct filter;

/*
 * Bind a filter about entities, or about rows of an answer. ERR_SYNTAX for a kind,
 * account or entity that does not exist, and for a key of rows where there are none. f ==
 * NULL matches everything and gives NULL.
 */
int filter_bind(const struct filter **out, struct context *c, const struct ast_filter *f,
	enum filterkey_about about, struct err *e);

/*
 * 1, 0 or an ERR_ code. A NULL filter matches. row is NULL for a filter about entities.
 */
int filter_match(const struct filter *f, struct world *w, node_id n,
	const struct answer_row *row, struct err *e);

/*
 * Whether an entity of that kind can match, going by the terms about kinds that must
 * hold: lets a scan skip whole kinds.
 */
bool filter_may_match_kind(const struct filter *f, struct str kind);

#endif
