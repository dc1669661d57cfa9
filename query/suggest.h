/*
 * suggest.h - the entities that were probably meant by a name that nothing has.
 *
 * Cost: one look at every name in the store; only for queries that are wrong.
 */
#ifndef QUERY_SUGGEST_H
#define QUERY_SUGGEST_H

#include "query/context.h"

/*
 * Refuse the query at the word: "no role named 'cii'; did you mean 'role/ci'?", with up
 * to three names. kind is the kind that was asked for, or empty; name is what was looked
 * for. Always an ERR_ code.
 */
int suggest_missing(struct context *c, const struct ast_word *word, struct str kind,
	struct str name, struct err *e);

#endif
