/*
 * account.h - the words by which users name accounts: native id or name.
 *
 * Names compare without case, '*' and '?' are wildcards. Ids are borrowed until
 * world_close.
 *
 * Cost: an exact word takes a lookup; wildcards and searches for a near word visit the
 * containers of every scope.
 */
#ifndef QUERY_ACCOUNT_H
#define QUERY_ACCOUNT_H

#include "query/context.h"

/*
 * Append the native ids (struct str) of all accounts that the word means, in byte order.
 */
int account_find(struct buf *ids, struct world *w, struct str word, struct err *e);

/* The nearest name or id of an account; empty when none is near. */
int account_nearest(struct str *out, struct world *w, struct str word, struct err *e);

/*
 * The same as account_find for a word of a query: ERR_SYNTAX at the word when no account
 * is meant. An id of digits is taken as it is: others' accounts are not in the store.
 */
int account_bind(
	struct buf *ids, struct context *c, const struct ast_word *word, struct err *e);

#endif
