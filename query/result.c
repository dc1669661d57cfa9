#include "query/result.h"

#include "query/column.h"

static struct str field(
	struct world *w, node_id n, const struct answer_row *row, struct str name)
{
	struct column_value value = { 0 };
	struct column column;
	struct err e;

	if (column_find(&column, name) == 0 ||
		column_value(&value, &column, w, n, row, &e) < 0)
		return (struct str){ 0 };
	return value.text;
}

struct str result_field(struct world *w, const struct answer_row *row, struct str name)
{
	return field(w, row->node, row, name);
}

struct str result_entity_field(struct world *w, node_id n, struct str name)
{
	return field(w, n, NULL, name);
}
