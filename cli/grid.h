/*
 * grid.h - a result as columns and rows of text, for the forms that are tables.
 *
 * Cells are made when asked for and hold text from outside, which the caller encodes.
 * Lists are joined by ", ", conditions by "; ", a path's stations by " > ".
 */
#ifndef CLI_GRID_H
#define CLI_GRID_H

#include "base/arena.h"
#include "query/result.h"

enum grid_form {
	GRID_PEOPLE = 1, /* labels and names: what one reads */
	GRID_WIDE = 2,   /* the same with keys, actions and resources */
	GRID_FIELDS = 4  /* every field of the JSON row under its name */
};

#define GRID_COLUMN_MAX 64u

struct grid_spec;

struct grid_column {
	struct str title;
	const struct grid_spec *spec; /* NULL: a field by its title */
	uint32_t group;               /* of groups: which value */
};

struct grid {
	struct world *w;
	const struct result *r;
	uint32_t column_count;
	struct grid_column columns[GRID_COLUMN_MAX];
	uint32_t row_count;
};

/* ERR_LIMIT when the query asks for more columns than GRID_COLUMN_MAX. Not for SHOW. */
int grid_init(struct grid *g, struct world *w, const struct result *r,
	enum grid_form form, struct err *e);

struct str grid_cell(
	const struct grid *g, uint32_t row, uint32_t column, struct arena *arena);

#endif
