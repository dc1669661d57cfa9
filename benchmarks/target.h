/*
 * target.h - where generated files go: below a directory, or, read at once by the
 * decoders of ingest, as records into a stream, so that large worlds need no disk.
 *
 * One file is open at a time. Paths are relative, with '/' between their parts.
 */
#ifndef BENCHMARKS_TARGET_H
#define BENCHMARKS_TARGET_H

#include <stdio.h>

#include "base/buf.h"
#include "base/err.h"

struct decoder;

struct target {
	const char *directory; /* borrowed; NULL: records */
	FILE *file;            /* the open file, or the stream of records (borrowed) */
	struct buf path;       /* of the open file, with its NUL */
	struct decoder *decoder;
	struct buf batch;    /* records */
	struct buf metadata; /* what was written to the last metadata.json */
	struct buf place;    /* its directory, with the last slash */
	bool is_metadata;    /* the open file is one */
};

void target_open_directory(struct target *t, const char *directory);

/* Writes the header of the stream. */
void target_open_records(struct target *t, FILE *out);
void target_release(struct target *t);

int target_begin(struct target *t, const char *path, struct err *e);
int target_write(struct target *t, struct str bytes, struct err *e);
int target_end(struct target *t, struct err *e);

#endif
