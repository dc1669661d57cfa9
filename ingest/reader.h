/*
 * reader.h - the bytes of one input, decompressed: a file or standard input, plain,
 * gzip or zstd.
 *
 * The compression is recognised by the first bytes, not by the name. Members that follow
 * each other in one file (as `cat a.gz b.gz` makes) are read as one.
 *
 * Owns its descriptor and buffers. A chunk is borrowed until the next call.
 *
 * Invariants:
 *  (1) a compressed input that ends early is ERR_FORMAT, never a short success
 *  (2) memory is two buffers of READER_CHUNK_BYTES and the decompressor's window
 */
#ifndef INGEST_READER_H
#define INGEST_READER_H

#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

#define READER_CHUNK_BYTES (1u << 18)

struct reader;

/* path "-" is standard input. ERR_IO names the path; a directory is ERR_IO too. */
int reader_open(struct reader **out, const char *path, struct err *e);
void reader_close(struct reader *r);

/* 1 and the next bytes (never none), 0 at the end, ERR_IO or ERR_FORMAT with the path. */
int reader_next(struct reader *r, struct str *out, struct err *e);

/*
 * Size of the file in bytes as it lies on disk, 0 when unknown (a pipe), and how far it
 * was read.
 */
uint64_t reader_size(const struct reader *r);
uint64_t reader_position(const struct reader *r);

#endif
