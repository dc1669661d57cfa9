/*
 * table.h - rows of text in columns: as wide as the terminal, or as wide as they are.
 *
 * Used for query results (over a grid) and by commands with lists of their own. Cells are
 * added raw and encoded here. On a terminal that is too narrow the widest cells are cut
 * in their middle; elsewhere nothing is.
 *
 * Owns its cells until table_release.
 */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include "base/buf.h"
#include "base/str.h"
#include "cli/sink.h"

struct table {
	uint32_t column_count;
	struct buf
		ends; /* uint64_t: end of each cell in texts; titles are the first row */
	struct buf texts; /* encoded */
};

void table_init(struct table *t, uint32_t column_count);
void table_release(struct table *t);

/* Cells row by row; the first column_count of them are the titles. */
void table_add(struct table *t, struct str cell);
void table_add_count(struct table *t, uint64_t number);

/* A column titled "verdict" gets colours where the sink likes them. */
void table_print(const struct table *t, struct sink *sink);

/* The colour for a verdict and back, or nothing. */
void table_color(struct sink *sink, struct str verdict);
void table_color_end(struct sink *sink);

#endif
