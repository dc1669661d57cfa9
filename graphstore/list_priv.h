/*
 * list_priv.h - where the lists of a section begin, dense or sparse.
 *
 * Dense: one start per list and one past the last. Sparse, where most lists are empty: a
 * bit per list that has items, behind each 32 bits how many came before, and starts for
 * those lists alone. Bytes: docs/store-format.md, "Starts".
 *
 * Cost: constant. Nothing is trusted: what a damaged section says is an empty list.
 */
#ifndef GRAPHSTORE_LIST_PRIV_H
#define GRAPHSTORE_LIST_PRIV_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

/* The bounds of list i among `size` words; returns how many items, at most to `limit`. */
uint32_t list_bounds(const uint32_t *words, uint32_t size, uint32_t i, uint32_t limit,
	uint32_t *begin);

/* Whether these are the starts of `count` lists with `limit` items altogether. */
bool list_check(const uint32_t *words, uint32_t size, uint32_t count, uint32_t limit);

/* The first start that is below the one before it, or `size` when none is. */
uint32_t list_falls(const uint32_t *words, uint32_t size);

/* Make dense starts sparse when that is smaller. */
void list_pack(struct buf *starts);

#endif
