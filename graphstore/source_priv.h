/*
 * source_priv.h - where facts were read, as a packed block for each SOURCE_IDS ids.
 *
 * Sources are told of an entity and of each policy that it holds, in the order of its
 * holdings. They are read for `show` and proofs only, so they lie apart from the segment.
 * Bytes: docs/store-format.md, "Sources".
 *
 * Ownership: what source_read gives is borrowed from the block. Cost: source_read goes
 * through the block from its begin.
 */
#ifndef GRAPHSTORE_SOURCE_PRIV_H
#define GRAPHSTORE_SOURCE_PRIV_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"

#define SOURCE_IDS 4096u /* of one block */

/* No file: not known. */
struct source {
	struct str file;
	uint64_t offset;
};

/* Zero it, add the ids of a block in order, each followed by its holdings; end. */
struct source_writer {
	struct buf files; /* struct str each, borrowed from the caller until the end */
	struct buf places;
	struct source last;
};

/* The next id, and how many holdings follow. */
void source_add(struct source_writer *w, const struct source *of, uint32_t holdings);
void source_add_holding(struct source_writer *w, const struct source *of);

/* The block, not packed yet; the writer is as new. */
void source_end(struct source_writer *w, struct buf *out);
void source_writer_release(struct source_writer *w);

/*
 * Place `which` of id `i` in the block: 0 the entity's own, n that of its holding n - 1.
 * False when the block does not have it.
 */
bool source_read(struct source *out, struct str block, uint32_t i, uint32_t which);

#endif
