/*
 * kind.h - the words by which users name kinds of entities.
 *
 * A kind is "aws:s3:bucket". A word means it when it is its type ("bucket"), its service
 * ("s3"), or a longer part ("s3:bucket", "aws:bucket"), with '-' for ':' too
 * ("s3-bucket"); '*' and '?' are wildcards, letters compare without case. A word that
 * fits several kinds means all of them.
 *
 * Owns nothing. Cost: a match is linear in the word; whether a word is known at all takes
 * a walk over the catalogue, and one over the kinds in the store when the catalogue does
 * not know it.
 */
#ifndef QUERY_KIND_H
#define QUERY_KIND_H

#include "query/context.h"

bool kind_match(struct str word, struct str kind);

/*
 * 1 when the catalogue or the store has a kind that the word means, else 0, or an ERR_
 * code.
 */
int kind_known(struct world *w, struct str word, struct err *e);

/* 0, or ERR_SYNTAX at the word with the nearest one that is known. */
int kind_check(struct context *c, const struct ast_word *word, struct err *e);

#endif
