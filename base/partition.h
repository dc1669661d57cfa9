/*
 * partition.h - many rows of one size, to be read back in the order of their keys.
 *
 * Rows are spread over 256 parts by their first byte and wait in the spool; each part is
 * then read whole. When keys are spread evenly, 1/256 of the rows is in memory at once.
 *
 * Threads: one at a time.
 */
#ifndef BASE_PARTITION_H
#define BASE_PARTITION_H

#include "base/spool.h"

#define PARTITION_PARTS 256u

struct partition {
	struct spool *spool; /* borrowed */
	size_t row_size;
	uint64_t row_count;
	struct partition_part *parts;
};

void partition_init(struct partition *p, struct spool *spool, size_t row_size);
void partition_release(struct partition *p);

/* Copy a row; ERR_IO from the spool. */
int partition_add(struct partition *p, const void *row, struct err *e);

/*
 * Append the rows of a part to `out`, in the order in which they were added, and forget
 * them.
 */
int partition_take(struct partition *p, unsigned part, struct buf *out, struct err *e);

#endif
