/*
 * listing.h - a list of records that a command makes itself, in every form that has rows.
 *
 * Owns copies of its cells until listing_release.
 */
#ifndef CLI_LISTING_H
#define CLI_LISTING_H

#include "base/buf.h"
#include "base/err.h"
#include "cli/json_out.h"
#include "cli/options.h"

struct listing {
	const char *const *names; /* of the columns: titles, and members of JSON */
	uint32_t column_count;
	struct buf cells; /* struct listing_cell, row by row */
	struct buf texts;
};

/* names is borrowed. */
void listing_init(struct listing *l, const char *const *names, uint32_t column_count);
void listing_release(struct listing *l);

/* Cells in order. */
void listing_text(struct listing *l, struct str text); /* empty: null in JSON */
void listing_count(struct listing *l, uint64_t number);
void listing_time(struct listing *l, int64_t seconds);

/* As an array of objects, one a line. */
void listing_json(const struct listing *l, struct json_out *j);

/* In a form other than FORMAT_JSON; ERR_SYNTAX for those that have no rows. */
int listing_print(const struct listing *l, struct sink *sink, enum options_format format,
	struct err *e);

#endif
