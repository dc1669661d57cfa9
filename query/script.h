/*
 * script.h - the queries of a script, one after the other.
 *
 * A query is a line; a line that begins with white space continues the query above it.
 * Lines that are blank or begin with '#' are skipped, and end a query.
 *
 * Owns nothing: queries are borrowed from the text, which must outlive them.
 */
#ifndef QUERY_SCRIPT_H
#define QUERY_SCRIPT_H

#include <stdint.h>

#include "base/str.h"

struct script {
	struct str text;
	size_t at;     /* the byte to go on from */
	uint32_t line; /* its line, from 1 */
};

void script_init(struct script *s, struct str text);

/* 1 and the next query with the line it begins at, or 0 at the end. */
int script_next(struct script *s, struct str *query, uint32_t *line);

#endif
