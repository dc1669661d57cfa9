#include "query/order.h"

#include <stdlib.h>

#define DEFAULT_MAX 5u

int order_bind(struct order *out, struct context *c, const struct ast_orders *orders,
	struct err *e)
{
	struct order_term *terms =
		ARENA_NEW_ARRAY(world_arena(c->w), struct order_term, orders->count + 1);

	for (uint32_t i = 0; i < orders->count; i++) {
		if (column_bind(&terms[i].column, c, &orders->items[i].column, e) < 0)
			return e->code;
		terms[i].descending = orders->items[i].descending;
	}
	out->terms = terms;
	out->count = orders->count;
	return 0;
}

/* What is sorted: the values to compare, and where it was. */
struct item {
	const struct order *order;
	const struct column_value *values;
	uint32_t index;
};

static int compare_value(const struct column_value *a, const struct column_value *b)
{
	return a->number != b->number ? (a->number > b->number) - (a->number < b->number)
				      : str_cmp(a->text, b->text);
}

static int compare(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	for (uint32_t i = 0; i < x->order->count; i++) {
		int rc = compare_value(&x->values[i], &y->values[i]);

		if (rc != 0)
			return x->order->terms[i].descending ? -rc : rc;
	}
	return (x->index > y->index) - (x->index < y->index);
}

/* What was asked for, and the default behind it. */
static struct order complete(
	struct arena *arena, const struct order *order, const char *const *names)
{
	struct order_term *terms =
		ARENA_NEW_ARRAY(arena, struct order_term, order->count + DEFAULT_MAX);
	uint32_t n = order->count;

	if (n > 0)
		memcpy(terms, order->terms, n * sizeof(*terms));
	for (; *names; names++)
		column_find(&terms[n++].column, str_from(*names));
	return (struct order){ terms, n };
}

static int fill(struct item *item, struct world *w, node_id node,
	const struct answer_row *row, struct err *e)
{
	const struct order *order = item->order;
	struct column_value *values =
		ARENA_NEW_ARRAY(world_arena(w), struct column_value, order->count + 1);

	for (uint32_t i = 0; i < order->count; i++) {
		if (column_value(&values[i], &order->terms[i].column, w, node, row, e) <
			0)
			return e->code;
	}
	item->values = values;
	return 0;
}

int order_rows(struct answer_row *rows, uint32_t count, const struct order *order,
	struct world *w, struct err *e)
{
	static const char *const names[] = { "path", "hops", "name", "key", "other",
		NULL };
	struct arena *arena = world_arena(w);
	struct order all = complete(arena, order, names);
	struct item *items = ARENA_NEW_ARRAY(arena, struct item, count + 1);
	struct answer_row *copy = ARENA_NEW_ARRAY(arena, struct answer_row, count + 1);

	for (uint32_t i = 0; i < count; i++) {
		items[i] = (struct item){ .order = &all, .index = i };
		if (fill(&items[i], w, rows[i].node, &rows[i], e) < 0)
			return e->code;
	}
	qsort(items, count, sizeof(*items), compare);
	for (uint32_t i = 0; i < count; i++)
		copy[i] = rows[items[i].index];
	if (count > 0)
		memcpy(rows, copy, count * sizeof(*rows));
	return 0;
}

int order_entities(node_id *nodes, uint32_t count, const struct order *order,
	struct world *w, struct err *e)
{
	static const char *const names[] = { "name", "key", NULL };
	struct arena *arena = world_arena(w);
	struct order all = complete(arena, order, names);
	struct item *items = ARENA_NEW_ARRAY(arena, struct item, count + 1);
	node_id *copy = ARENA_NEW_ARRAY(arena, node_id, count + 1);

	for (uint32_t i = 0; i < count; i++) {
		items[i] = (struct item){ .order = &all, .index = i };
		if (fill(&items[i], w, nodes[i], NULL, e) < 0)
			return e->code;
	}
	qsort(items, count, sizeof(*items), compare);
	for (uint32_t i = 0; i < count; i++)
		copy[i] = nodes[items[i].index];
	if (count > 0)
		memcpy(nodes, copy, count * sizeof(*nodes));
	return 0;
}
