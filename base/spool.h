/*
 * spool.h - bytes that wait for their turn: in memory at first, in an unlinked file when
 * they are many.
 *
 * The file has no name, so nothing is left behind however the process ends. It is
 * created, 0600, in the directory that is given, when the first byte goes there.
 *
 * Threads: any number may append and read at once; spool_forget of one place by one
 * thread.
 */
#ifndef BASE_SPOOL_H
#define BASE_SPOOL_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

struct spool;

/* Where some bytes are. Zeroed: nowhere, with no bytes. */
struct spool_place {
	char *memory; /* NULL: at `offset` of the file */
	uint64_t offset;
	size_t size;
};

/* At most memory_max bytes are kept in memory. `directory` is copied. */
void spool_new(struct spool **out, const char *directory, size_t memory_max);

/*
 * What was not forgotten must not be read any more, and leaks if it is in memory. NULL is
 * allowed.
 */
void spool_free(struct spool *s);

/* Copy the bytes; ERR_IO when the file cannot take them. */
int spool_append(
	struct spool *s, struct str bytes, struct spool_place *out, struct err *e);

/*
 * The bytes, 8-byte aligned: borrowed from the spool until they are forgotten, or from
 * `buffer`, which is overwritten.
 */
int spool_read(struct spool *s, const struct spool_place *place, struct buf *buffer,
	struct str *out, struct err *e);

/*
 * A part of them, which lies inside. In memory it is aligned as its offset is, else as
 * the buffer.
 */
struct spool_part {
	size_t offset, size;
};
int spool_read_part(struct spool *s, const struct spool_place *place,
	struct spool_part part, struct buf *buffer, struct str *out, struct err *e);

/* Give the memory back; zeroes the place. */
void spool_forget(struct spool *s, struct spool_place *place);

#endif
