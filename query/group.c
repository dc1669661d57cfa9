#include "query/group.h"

#include <stdlib.h>

#include "query/scan.h"

int group_bind(struct group_columns *out, struct context *c,
	const struct ast_words *words, struct err *e)
{
	struct column *items =
		ARENA_NEW_ARRAY(world_arena(c->w), struct column, words->count + 1);

	for (uint32_t i = 0; i < words->count; i++) {
		if (column_bind(&items[i], c, &words->items[i], e) < 0)
			return e->code;
		if (items[i].name == COLUMN_COUNT_OF_GROUP)
			return context_fail(c, e, words->items[i].span,
				"groups have a count and cannot be made by it");
	}
	out->items = items;
	out->count = words->count;
	return 0;
}

static bool has_column(const struct group_columns *columns, const struct column *column)
{
	for (uint32_t i = 0; i < columns->count; i++) {
		if (columns->items[i].name == column->name &&
			str_eq(columns->items[i].tag, column->tag))
			return true;
	}
	return false;
}

int group_check_order(const struct group_columns *columns, struct context *c,
	const struct ast_orders *orders, struct err *e)
{
	struct column column;

	for (uint32_t i = 0; i < orders->count; i++) {
		const struct ast_word *word = &orders->items[i].column;

		if (column_bind(&column, c, word, e) < 0)
			return e->code;
		if (column.name != COLUMN_COUNT_OF_GROUP && !has_column(columns, &column))
			return context_fail(c, e, word->span,
				"groups have no column '%.*s'", STR_ARG(word->text));
	}
	return 0;
}

/* --- counting --- */

/* Groups while they are counted: by the joined text of their values. */
struct counter {
	const struct group_columns *columns;
	struct world *w;
	struct intern keys;
	struct buf *groups;  /* struct result_group, by number of the key */
	struct buf members;  /* struct member: who was counted where */
	struct buf entities; /* node_id: who was counted at all */
	struct buf text;
};

struct member {
	uint32_t group;
	node_id node;
};

static int compare_members(const void *a, const void *b)
{
	const struct member *x = a, *y = b;

	if (x->group != y->group)
		return x->group < y->group ? -1 : 1;
	return (x->node > y->node) - (x->node < y->node);
}

static void counter_init(struct counter *k, const struct group_columns *columns,
	struct world *w, struct buf *groups)
{
	*k = (struct counter){ .columns = columns, .w = w, .groups = groups };
	intern_init(&k->keys);
}

static void counter_release(struct counter *k)
{
	intern_release(&k->keys);
	buf_release(&k->members);
	buf_release(&k->text);
}

/*
 * The group of these values; parts are joined with their sizes, so that no two look
 * alike.
 */
static uint32_t find_group(struct counter *k, const struct str *values)
{
	struct arena *arena = world_arena(k->w);
	uint32_t n = k->columns->count, before = intern_count(&k->keys), id;
	struct str *kept;

	buf_clear(&k->text);
	for (uint32_t i = 0; i < n; i++) {
		buf_printf(&k->text, "%zu:", values[i].n);
		buf_add_str(&k->text, values[i]);
	}
	id = intern_add(&k->keys, buf_str(&k->text));
	if (id < before)
		return id;
	kept = ARENA_NEW_ARRAY(arena, struct str, n + 1);
	if (n > 0)
		memcpy(kept, values, n * sizeof(*kept));
	VEC_ADD(k->groups, struct result_group, { .values = kept });
	return id;
}

/*
 * Count a node in the groups of its values; a column with several values has them in
 * turn.
 */
static void count_values(
	struct counter *k, node_id n, struct str *values, uint32_t column)
{
	const struct column *c = &k->columns->items[column];
	struct str all;

	if (column == k->columns->count) {
		VEC_ADD(&k->members, struct member, { find_group(k, values), n });
		return;
	}
	if (c->name != COLUMN_LEVEL && c->name != COLUMN_ACTION) {
		count_values(k, n, values, column + 1);
		return;
	}
	all = values[column];
	for (size_t at = 0; at <= all.n;) {
		size_t comma = str_find_char(all, ',', at);

		values[column] = str_head(str_skip(all, at), comma - at);
		count_values(k, n, values, column + 1);
		at = comma + 1;
	}
	values[column] = all;
}

static int count_one(
	struct counter *k, node_id n, const struct answer_row *row, struct err *e)
{
	struct str *values =
		ARENA_NEW_ARRAY(world_arena(k->w), struct str, k->columns->count + 1);
	struct column_value value;

	for (uint32_t i = 0; i < k->columns->count; i++) {
		if (column_value(&value, &k->columns->items[i], k->w, n, row, e) < 0)
			return e->code;
		values[i] = value.text;
	}
	count_values(k, n, values, 0);
	return 0;
}

static void finish_counts(struct counter *k, uint64_t *total)
{
	struct member *members = VEC_DATA(&k->members, struct member);
	struct result_group *groups = VEC_DATA(k->groups, struct result_group);
	size_t count = VEC_COUNT(&k->members, struct member);

	*total = 0;
	if (count > 0)
		qsort(members, count, sizeof(*members), compare_members);
	for (size_t i = 0; i < count; i++) {
		if (i == 0 || compare_members(&members[i - 1], &members[i]) != 0)
			groups[members[i].group].count++;
	}
	for (size_t i = 0; i < count; i++)
		members[i].group = 0;
	if (count > 0)
		qsort(members, count, sizeof(*members), compare_members);
	for (size_t i = 0; i < count; i++)
		*total += i == 0 || members[i - 1].node != members[i].node;
}

int group_rows(struct buf *out, uint64_t *total, const struct group_columns *columns,
	struct world *w, const struct answer_row *rows, uint32_t count, struct err *e)
{
	struct counter k;
	int rc = 0;

	counter_init(&k, columns, w, out);
	for (uint32_t i = 0; i < count && rc == 0; i++)
		rc = count_one(&k, rows[i].node, &rows[i], e);
	finish_counts(&k, total);
	counter_release(&k);
	return rc;
}

int group_entities(struct buf *out, uint64_t *total, const struct group_columns *columns,
	struct world *w, const node_id *nodes, uint32_t count, struct err *e)
{
	struct counter k;
	int rc = 0;

	counter_init(&k, columns, w, out);
	for (uint32_t i = 0; i < count && rc == 0; i++)
		rc = count_one(&k, nodes[i], NULL, e);
	finish_counts(&k, total);
	counter_release(&k);
	return rc;
}

/* --- shares --- */

/* The columns that speak about entities and cost nothing; the rest is left empty. */
static bool is_shared(const struct column *column)
{
	return !column->of_row && !column->costly;
}

static bool alike(
	const struct group_columns *columns, const struct str *a, const struct str *b)
{
	for (uint32_t i = 0; i < columns->count; i++) {
		if (is_shared(&columns->items[i]) && !str_eq(a[i], b[i]))
			return false;
	}
	return true;
}

static void set_share(struct result_group *group, const struct buf *all,
	const struct group_columns *columns)
{
	const struct result_group *estate = VEC_DATA(all, const struct result_group);
	uint64_t count = 0;

	for (size_t i = 0; i < VEC_COUNT(all, struct result_group); i++) {
		if (alike(columns, estate[i].values, group->values))
			count += estate[i].count;
	}
	group->share = count > 0 ? (double)group->count / (double)count : 0;
}

int group_share(struct buf *groups, const struct group_columns *columns, struct world *w,
	struct err *e)
{
	struct column *plain =
		ARENA_NEW_ARRAY(world_arena(w), struct column, columns->count + 1);
	struct group_columns entity_columns = { plain, columns->count };
	struct scan_options o = { 0 };
	struct buf nodes = { 0 }, all = { 0 };
	uint64_t total;
	int rc = scan_entities(&nodes, w, NULL, &o, e);

	for (uint32_t i = 0; i < columns->count; i++) {
		plain[i] = columns->items[i];
		if (!is_shared(&plain[i]))
			plain[i].name = COLUMN_COUNT_OF_GROUP; /* empty for entities */
		if (!is_shared(&columns->items[i]))
			plain[i].of_row = true;
	}
	if (rc == 0)
		rc = group_entities(&all, &total, &entity_columns, w,
			VEC_DATA(&nodes, const node_id),
			(uint32_t)VEC_COUNT(&nodes, node_id), e);
	for (size_t i = 0; i < VEC_COUNT(groups, struct result_group) && rc == 0; i++)
		set_share(&VEC_DATA(groups, struct result_group)[i], &all, columns);
	buf_release(&nodes);
	buf_release(&all);
	return rc;
}

/* --- order --- */

struct item {
	const struct group_columns *columns;
	const struct order *order;
	struct result_group group;
};

static uint32_t index_of(const struct group_columns *columns, const struct column *column)
{
	uint32_t i = 0;

	while (i < columns->count && (columns->items[i].name != column->name ||
					     !str_eq(columns->items[i].tag, column->tag)))
		i++;
	return i;
}

static int compare_counts(const struct result_group *a, const struct result_group *b)
{
	return (a->count > b->count) - (a->count < b->count);
}

static int compare_items(const void *a, const void *b)
{
	const struct item *x = a, *y = b;
	int rc = 0;

	for (uint32_t i = 0; i < x->order->count && rc == 0; i++) {
		const struct order_term *term = &x->order->terms[i];
		uint32_t at = index_of(x->columns, &term->column);

		rc = at == x->columns->count
			     ? compare_counts(&x->group, &y->group)
			     : str_cmp(x->group.values[at], y->group.values[at]);
		rc = term->descending ? -rc : rc;
	}
	if (rc == 0)
		rc = -compare_counts(&x->group, &y->group);
	for (uint32_t i = 0; i < x->columns->count && rc == 0; i++)
		rc = str_cmp(x->group.values[i], y->group.values[i]);
	return rc;
}

void group_sort(struct buf *groups, const struct group_columns *columns,
	const struct order *order)
{
	struct result_group *list = VEC_DATA(groups, struct result_group);
	size_t count = VEC_COUNT(groups, struct result_group);
	struct buf items = { 0 };

	for (size_t i = 0; i < count; i++)
		VEC_ADD(&items, struct item, { columns, order, list[i] });
	if (count > 0)
		qsort(items.p, count, sizeof(struct item), compare_items);
	for (size_t i = 0; i < count; i++)
		list[i] = VEC_DATA(&items, struct item)[i].group;
	buf_release(&items);
}
