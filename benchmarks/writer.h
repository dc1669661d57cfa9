/*
 * writer.h - JSON to a file, set as the AWS command line sets it: four spaces a level,
 * one value a line.
 *
 * Owns: the file and a buffer. Values come in order; `name` is NULL inside lists. A
 * failure to write is kept and told by writer_close.
 */
#ifndef BENCHMARKS_WRITER_H
#define BENCHMARKS_WRITER_H

#include <stdbool.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/err.h"

struct writer {
	FILE *file;
	struct buf buf;
	unsigned depth;
	bool empty; /* nothing was written since the last opening bracket */
	bool failed;
};

/* Creates the file and the directories above it. */
int writer_open(struct writer *w, const char *path, struct err *e);

/* The path in the error is the one given to writer_open. Releases in any case. */
int writer_close(struct writer *w, const char *path, struct err *e);

void writer_object(struct writer *w, const char *name);
void writer_object_end(struct writer *w);
void writer_list(struct writer *w, const char *name);
void writer_list_end(struct writer *w);
void writer_text(struct writer *w, const char *name, struct str text);

/* A number, true or false, as it stands. */
void writer_plain(struct writer *w, const char *name, const char *value);

#endif
