/*
 * earlier.h - what stays of a scope when a run replaces a part of it.
 *
 * Some scopes are told of by several collections: an organization by its own export, and
 * by those of its projects, which say in what they lie and whom their policies name. Each
 * collection's records are a part of the scope (base/record.h). What a run has of a part
 * takes the place of what the store had of it; the records of all other parts, which the
 * store keeps, are compiled again beside the new ones, so that any order of runs ends
 * where one run of all inputs does.
 *
 * Of a scope without parts nothing is kept, and it is replaced as a whole.
 */
#ifndef INGEST_EARLIER_H
#define INGEST_EARLIER_H

#include "base/hash.h"
#include "base/intern.h"
#include "graphstore/store.h"
#include "ingest/alias.h"

struct earlier {
	struct store *store; /* NULL: nothing was there */
	struct str scope;
	const struct intern *parts; /* that the run has; "" is the scope's own */
	const struct alias_table *aliases;
};

/*
 * One record that stays, by its present names; lent for the call. Of a document that is
 * not empty its digest and compiled bytes, and no body; else NULL.
 */
typedef int earlier_take(void *ctx, struct record *r, const struct sha256 *digest,
	struct str compiled, struct err *e);

/* Each, in the order in which they were kept. ERR_CORRUPT, or what `take` returns. */
int earlier_each(
	const struct earlier *from, earlier_take *take, void *ctx, struct err *e);

#endif
