/*
 * packed.h - bytes behind their size, compressed with zstd: for texts and sources, which
 * are read seldom and say much the same again and again. Bytes: docs/store-format.md.
 *
 * Threads: any.
 */
#ifndef GRAPHSTORE_PACKED_H
#define GRAPHSTORE_PACKED_H

#include "base/buf.h"
#include "base/err.h"

/* A block is packed when it has so many bytes, or when one value is larger alone. */
#define PACKED_BLOCK_BYTES ((size_t)256 << 10)

/* Append the packed bytes. At most UINT32_MAX. */
void packed_add(struct buf *out, struct str bytes);

/* How many bytes they unpack to: 0, or ERR_CORRUPT when there is not even a size. */
int packed_size(size_t *out, struct str packed, struct err *e);

/* Append what was packed. ERR_CORRUPT when that is not what its size says. */
int packed_read(struct buf *out, struct str packed, struct err *e);

#endif
