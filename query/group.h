/*
 * group.h - rows or entities counted by columns.
 *
 * An entity counts once in a group however many rows it has there. `level` and `action`
 * put a row into a group for each of its levels or actions. Groups come with the largest
 * first, then by their values, unless another order is asked for.
 */
#ifndef QUERY_GROUP_H
#define QUERY_GROUP_H

#include "query/order.h"
#include "query/result.h"

struct group_columns {
	const struct column *items;
	uint32_t count;
};

int group_bind(struct group_columns *out, struct context *c,
	const struct ast_words *words, struct err *e);

/*
 * 0, or ERR_SYNTAX for an order by something else than count and the columns of the
 * groups.
 */
int group_check_order(const struct group_columns *columns, struct context *c,
	const struct ast_orders *orders, struct err *e);

/* Count rows. *total is the number of different entities. */
int group_rows(struct buf *out, uint64_t *total, const struct group_columns *columns,
	struct world *w, const struct answer_row *rows, uint32_t count, struct err *e);

int group_entities(struct buf *out, uint64_t *total, const struct group_columns *columns,
	struct world *w, const node_id *nodes, uint32_t count, struct err *e);

/*
 * Set the share of each group: its count by all entities of the store that are alike in
 * the columns that speak about entities.
 */
int group_share(struct buf *groups, const struct group_columns *columns, struct world *w,
	struct err *e);

void group_sort(struct buf *groups, const struct group_columns *columns,
	const struct order *order);

#endif
