/*
 * path_queue.h - states of a path search that wait, by price: those of one price are
 * sorted at once when their turn comes, because none can join them any more.
 *
 * Invariant: what is put costs more than what was taken last.
 */
#ifndef REACHABILITY_PATH_QUEUE_H
#define REACHABILITY_PATH_QUEUE_H

#include <stdbool.h>

#include "base/buf.h"

struct path_price {
	uint32_t cost, hops;
};

struct path_item {
	uint32_t group; /* sorted by this first */
	uint32_t state;
};

struct path_queue {
	struct buf buckets; /* struct bucket *, ascending */
	size_t at, next;    /* the bucket that is being taken, and the item in it */
	struct buf scratch;
	/* of one group: whether state a comes before state b */
	bool (*before)(const void *ctx, uint32_t a, uint32_t b);
	const void *ctx;
};

void path_queue_release(struct path_queue *q);
void path_queue_clear(struct path_queue *q);

void path_queue_put(struct path_queue *q, struct path_price price, struct path_item item);

/* false: empty. */
bool path_queue_take(uint32_t *state, struct path_queue *q);

#endif
