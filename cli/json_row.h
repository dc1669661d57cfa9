/*
 * json_row.h - one row of a result as one JSON object: docs/output.md gives names and
 * order.
 */
#ifndef CLI_JSON_ROW_H
#define CLI_JSON_ROW_H

#include "cli/json_out.h"
#include "query/result.h"

/*
 * Row `index` of a result with rows (not SHOW, DECISION, PLAN). Where the query has a
 * "show" clause the object has those columns only.
 */
void json_row_write(
	struct json_out *j, struct world *w, const struct result *r, uint32_t index);

/* Parts that others share: arrays of steps, and of conditions. */
void json_row_via(struct json_out *j, struct world *w, const struct path *path);
/* "yields" of a step that makes more of an identity than it is; else nothing. */
void json_row_yields(struct json_out *j, const struct path_step *step);
void json_row_condition(struct json_out *j, struct world *w, expr residual);

#endif
