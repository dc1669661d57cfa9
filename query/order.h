/*
 * order.h - rows in the order that was asked for, or in the one they have by default.
 *
 * Default: direct before indirect, fewer hops first, then name, key, and the key at the
 * other end. It also decides between rows that are equal by what was asked for, so the
 * order is total.
 */
#ifndef QUERY_ORDER_H
#define QUERY_ORDER_H

#include "query/column.h"

struct order_term {
	struct column column;
	bool descending;
};

struct order {
	const struct order_term *terms;
	uint32_t count;
};

int order_bind(struct order *out, struct context *c, const struct ast_orders *orders,
	struct err *e);

int order_rows(struct answer_row *rows, uint32_t count, const struct order *order,
	struct world *w, struct err *e);

int order_entities(node_id *nodes, uint32_t count, const struct order *order,
	struct world *w, struct err *e);

#endif
