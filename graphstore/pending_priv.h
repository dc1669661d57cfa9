/*
 * pending_priv.h - the scopes of a write, which wait for its end.
 *
 * Segments, sources and documents may be committed before the write ends: nothing refers
 * to them (store_slice). What makes them current is small and comes last, in one
 * transaction: entries of scopes, what replaced scopes say in the index tables, and the
 * end of versions that are no longer kept.
 */
#ifndef GRAPHSTORE_PENDING_PRIV_H
#define GRAPHSTORE_PENDING_PRIV_H

#include "graphstore/scope_priv.h"

/* The entry of a scope, as this write has it so far; a new one has no versions. */
int pending_claim(
	struct scope_entry *out, struct store_write *w, struct str id, struct err *e);

/* What the entry will be. The id is copied. */
void pending_put(struct store_write *w, const struct scope_entry *entry, struct str id);

/* A version whose values go. */
void pending_drop(struct store_write *w, uint32_t scope, uint32_t version);

/* Whether this write has a version of the scope. */
bool pending_has(const struct store_write *w, struct str id);

/* Put everything that waits. */
int pending_flush(struct store_write *w, struct err *e);

/* NULL is allowed. */
void pending_free(struct pending *p);

/* Delete what a write left that did not end. */
int pending_clean(struct store_write *w, struct err *e);

#endif
