#include "query/scan.h"

#include <stdlib.h>

#include "query/entity.h"
#include "query/kind.h"

struct keyed {
	struct str key;
	node_id node;
};

static int compare(const void *a, const void *b)
{
	const struct keyed *x = a, *y = b;

	return str_cmp(x->key, y->key);
}

void scan_sort(struct buf *nodes, size_t from, struct world *w)
{
	size_t count = VEC_COUNT(nodes, node_id) - from, kept = 0;
	node_id *list = VEC_DATA(nodes, node_id);
	struct buf sorted = { 0 };

	for (size_t i = 0; i < count; i++)
		VEC_ADD(&sorted, struct keyed,
			{ world_node(w, list[from + i])->key, list[from + i] });
	if (count > 0)
		qsort(sorted.p, count, sizeof(struct keyed), compare);
	for (size_t i = 0; i < count; i++) {
		node_id n = VEC_DATA(&sorted, struct keyed)[i].node;

		if (kept == 0 || list[from + kept - 1] != n)
			list[from + kept++] = n;
	}
	nodes->n = (from + kept) * sizeof(node_id);
	buf_release(&sorted);
}

static bool kind_wanted(
	const struct filter *f, const struct scan_options *o, struct str kind)
{
	bool wanted = o->kind_count == 0;

	for (uint32_t i = 0; i < o->kind_count && !wanted; i++)
		wanted = kind_match(o->kinds[i], kind);
	return wanted && filter_may_match_kind(f, kind);
}

struct scan {
	struct world *w;
	const struct filter *filter;
	const struct scan_options *options;
	struct buf *out;
};

static int scan_entity(struct scan *scan, scope_number scope, entity_id id, struct err *e)
{
	node_id n;
	int rc;

	if (entity_node(&n, scan->w, scope, id, e) < 0)
		return e->code;
	if (world_node(scan->w, n)->flags & ENTITY_SHARED && !scan->options->shared)
		return 0;
	if (world_removed(scan->w, world_node(scan->w, n)->key))
		return 0;
	rc = filter_match(scan->filter, scan->w, n, NULL, e);
	if (rc == 1)
		VEC_ADD(scan->out, node_id, n);
	return rc;
}

static int scan_scope(struct scan *scan, scope_number scope, struct err *e)
{
	struct segment *s;
	const uint32_t *members;
	uint32_t count;

	if (world_segment(&s, scan->w, scope, e) < 0)
		return e->code;
	for (uint32_t k = 0; k < segment_info(s)->kind_count; k++) {
		if (!kind_wanted(scan->filter, scan->options, segment_kind(s, k)))
			continue;
		members = segment_kind_members(s, k, &count);
		for (uint32_t i = 0; i < count; i++) {
			if (scan_entity(scan, scope, members[i], e) < 0)
				return e->code;
		}
	}
	return 0;
}

int scan_entities(struct buf *out, struct world *w, const struct filter *f,
	const struct scan_options *o, struct err *e)
{
	struct scan scan = { w, f, o, out };
	size_t from = VEC_COUNT(out, node_id);

	for (scope_number n = 0; n < world_scope_count(w); n++) {
		if (scan_scope(&scan, n, e) < 0)
			return e->code;
	}
	scan_sort(out, from, w);
	return 0;
}
