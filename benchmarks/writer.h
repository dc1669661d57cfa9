/*
 * writer.h - JSON to a file of a target, set as the AWS command line sets it: four spaces
 * a level, one value a line.
 *
 * Owns: a buffer. Values come in order; `name` is NULL inside lists. Several values at
 * the top level follow each other in lines. A failure to write is kept and told by
 * writer_close.
 */
#ifndef BENCHMARKS_WRITER_H
#define BENCHMARKS_WRITER_H

#include <stdbool.h>

#include "benchmarks/target.h"

struct writer {
	struct target *target; /* borrowed */
	struct buf buf;
	unsigned depth;
	bool empty; /* nothing was written since the last opening bracket */
	int rc;     /* the first failure */
	struct err e;
};

/* Begins the file. */
int writer_open(struct writer *w, struct target *target, const char *path, struct err *e);

/* Ends the file. Releases in any case. */
int writer_close(struct writer *w, struct err *e);

void writer_object(struct writer *w, const char *name);
void writer_object_end(struct writer *w);
void writer_list(struct writer *w, const char *name);
void writer_list_end(struct writer *w);
void writer_text(struct writer *w, const char *name, struct str text);

/* A number, true or false, as it stands. */
void writer_plain(struct writer *w, const char *name, const char *value);

#endif
