#include "ingest/azure_action.h"

#include <stdlib.h>

#include "catalog/catalog.h"
#include "graphstore/document.h"

static uint32_t plane_of(enum azure_action_plane plane)
{
	static const struct str names[] = { { "control", 7 }, { "data", 4 },
		{ "directory", 9 } };

	return catalog_plane_find(STR_LIT("azure"), names[plane]);
}

static void set_add(struct buf *set, uint32_t begin, uint32_t end)
{
	if (begin < end)
		VEC_ADD(set, struct document_interval, { begin, end });
}

static bool name_fits(struct str pattern, struct str name)
{
	size_t p = 0, i = 0, star = SIZE_MAX, resume = 0;

	while (i < name.n) {
		if (p < pattern.n && pattern.p[p] == '*') {
			star = p++;
			resume = i;
		} else if (p < pattern.n &&
			   str_lower_char(pattern.p[p]) == str_lower_char(name.p[i])) {
			p++;
			i++;
		} else if (star != SIZE_MAX) {
			p = star + 1;
			i = ++resume;
		} else {
			return false;
		}
	}
	while (p < pattern.n && pattern.p[p] == '*')
		p++;
	return p == pattern.n;
}

static bool add_matches(struct buf *set, uint32_t plane, struct str pattern)
{
	size_t star = str_find_char(pattern, '*', 0), before = set->n;
	action_id begin, end;

	catalog_action_prefix(plane, str_head(pattern, star), &begin, &end);
	if (star + 1 == pattern.n) {
		set_add(set, begin, end);
		return set->n > before;
	}
	for (action_id id = begin; id < end; id++) {
		if (name_fits(pattern, catalog_action_get(id).name))
			set_add(set, id, id + 1);
	}
	return set->n > before;
}

/* ".../<star>/assign/action" without its star. */
static bool add_starred(struct buf *set, uint32_t plane, struct str pattern)
{
	static const struct str tail = { "/*/assign/action", 16 };
	struct buf plain = { 0 };
	bool found;

	if (pattern.n < tail.n ||
		!str_eq_fold(str_skip(pattern, pattern.n - tail.n), tail))
		return false;
	buf_add_str(&plain, str_head(pattern, pattern.n - tail.n));
	buf_add_str(&plain, STR_LIT("/assign/action"));
	found = add_matches(set, plane, buf_str(&plain));
	buf_release(&plain);
	return found;
}

static bool ends_fold(struct str s, struct str tail)
{
	return s.n > tail.n && str_eq_fold(str_skip(s, s.n - tail.n), tail);
}

/* What "allProperties" of the directory stands for. */
static bool add_properties(struct buf *set, uint32_t plane, struct str pattern)
{
	static const struct {
		struct str tail, instead;
	} rows[] = {
		{ { "/allProperties/allTasks", 23 }, { "/*", 2 } },
		{ { "/allEntities/allTasks", 21 }, { "/*", 2 } },
		{ { "/allTasks", 9 }, { "/*", 2 } },
		{ { "/allProperties/update", 21 }, { "/*update", 8 } },
		{ { "/allProperties/read", 19 }, { "/*read", 6 } },
	};
	struct buf wide = { 0 };
	bool found = false;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) && !found; i++) {
		if (!ends_fold(pattern, rows[i].tail))
			continue;
		buf_add_str(&wide, str_head(pattern, pattern.n - rows[i].tail.n));
		buf_add_str(&wide, rows[i].instead);
		found = add_matches(set, plane, buf_str(&wide));
	}
	buf_release(&wide);
	return found;
}

bool azure_action_add(struct buf *set, enum azure_action_plane plane, struct str pattern)
{
	uint32_t number = plane_of(plane);
	bool found = add_matches(set, number, pattern);

	if (plane == AZURE_ACTION_DIRECTORY)
		found |= add_properties(set, number, pattern);
	else
		found |= add_starred(set, number, pattern);
	return found;
}

void azure_action_all(struct buf *set, enum azure_action_plane plane)
{
	struct catalog_plane p = catalog_plane_get(plane_of(plane));

	set_add(set, p.action_begin, p.action_end);
}

static int interval_compare(const void *a, const void *b)
{
	const struct document_interval *x = a, *y = b;

	if (x->begin != y->begin)
		return x->begin < y->begin ? -1 : 1;
	return (x->end > y->end) - (x->end < y->end);
}

void azure_action_finish(struct buf *set)
{
	struct document_interval *v = VEC_DATA(set, struct document_interval);
	size_t count = VEC_COUNT(set, struct document_interval), kept = 0;

	if (count > 1)
		qsort(v, count, sizeof(*v), interval_compare);
	for (size_t i = 0; i < count; i++) {
		if (kept > 0 && v[i].begin <= v[kept - 1].end) {
			if (v[i].end > v[kept - 1].end)
				v[kept - 1].end = v[i].end;
		} else {
			v[kept++] = v[i];
		}
	}
	set->n = kept * sizeof(*v);
}

void azure_action_subtract(struct buf *set, const struct buf *less)
{
	const struct document_interval *a = VEC_DATA(set, const struct document_interval);
	const struct document_interval *b =
		VEC_DATA(less, const struct document_interval);
	size_t count = VEC_COUNT(set, struct document_interval);
	size_t less_count = VEC_COUNT(less, struct document_interval);
	struct buf out = { 0 };

	for (size_t i = 0; i < count; i++) {
		uint32_t from = a[i].begin;

		for (size_t k = 0; k < less_count && b[k].begin < a[i].end; k++) {
			if (b[k].end <= from)
				continue;
			set_add(&out, from, b[k].begin);
			from = b[k].end;
		}
		set_add(&out, from, a[i].end);
	}
	buf_release(set);
	*set = out;
}

void azure_action_intersect(struct buf *set, const struct buf *other)
{
	struct buf rest = { 0 };

	buf_add(&rest, set->p, set->n);
	azure_action_subtract(&rest, other);
	azure_action_subtract(set, &rest);
	buf_release(&rest);
}
