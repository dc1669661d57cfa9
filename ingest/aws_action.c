#include "ingest/aws_action.h"

#include <stdlib.h>

#include "base/mutant.h"
#include "catalog/catalog.h"
#include "graphstore/document.h"

static bool same_letter(char a, char b)
{
	return a == b || str_lower_char(a) == str_lower_char(b);
}

/* Where in the name a star's successor can be: at or behind `from`. */
static size_t resume_at(struct str pattern, size_t i, struct str name, size_t from)
{
	char upper, lower;

	if (i == pattern.n || pattern.p[i] == '?' || pattern.p[i] == '*')
		return from;
	lower = str_lower_char(pattern.p[i]);
	upper = lower >= 'a' && lower <= 'z' ? (char)(lower - 'a' + 'A') : lower;
	while (from < name.n && name.p[from] != lower && name.p[from] != upper)
		from++;
	return from;
}

/* Linear but for the last star, which is tried again at each place: names are short. */
static bool name_match(struct str pattern, struct str name)
{
	size_t i = 0, j = 0, star = SIZE_MAX, resume = 0;

	while (j < name.n) {
		if (i < pattern.n && pattern.p[i] == '*') {
			star = i++;
			resume = j = resume_at(pattern, i, name, j);
		} else if (i < pattern.n &&
			   (pattern.p[i] == '?' ||
				   MUTANT(actions_have_case,
					   same_letter(pattern.p[i], name.p[j]),
					   pattern.p[i] == name.p[j]))) {
			i++;
			j++;
		} else if (star != SIZE_MAX) {
			i = star + 1;
			resume = j = resume_at(pattern, i, name, resume + 1);
		} else {
			return false;
		}
	}
	while (i < pattern.n && pattern.p[i] == '*')
		i++;
	return i == pattern.n;
}

static uint32_t aws_plane(void)
{
	return catalog_plane_find(STR_LIT("aws"), STR_LIT("actions"));
}

static void set_add(struct buf *set, uint32_t begin, uint32_t end)
{
	VEC_ADD(set, struct document_interval, { begin, end });
}

static bool is_everything(struct str pattern)
{
	bool star = false;

	for (size_t i = 0; i < pattern.n; i++) {
		if (pattern.p[i] == '*')
			star = true;
		else if (!(pattern.p[i] == ':' && i == 1 && pattern.n == 3))
			return false;
	}
	return star;
}

static size_t find_wildcard(struct str s)
{
	size_t i = 0;

	while (i < s.n && s.p[i] != '*' && s.p[i] != '?')
		i++;
	return i;
}

static bool is_service(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = str_lower_char(s.p[i]);

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'))
			return false;
	}
	return s.n > 0;
}

static int check(struct str pattern, struct err *e)
{
	size_t colon = str_find_char(pattern, ':', 0);

	if (colon == pattern.n)
		return err_set(e, ERR_FORMAT,
			"expected service:Name or '*', found '%.*s'",
			STR_ARG(str_head(pattern, 128)));
	if (!is_service(str_head(pattern, colon)))
		return err_set(e, ERR_FORMAT, "'%.*s' does not begin with a service name",
			STR_ARG(str_head(pattern, 128)));
	if (colon + 1 == pattern.n)
		return err_set(e, ERR_FORMAT, "'%.*s' has no action name",
			STR_ARG(str_head(pattern, 128)));
	return 0;
}

static int add_matches(struct buf *set, struct str pattern, size_t wildcard)
{
	uint32_t begin, end, run;
	struct str rest;
	int found = 0;

	catalog_action_prefix(aws_plane(), str_head(pattern, wildcard), &begin, &end);
	if (wildcard + 1 == pattern.n && pattern.p[wildcard] == '*') {
		if (begin < end)
			set_add(set, begin, end);
		return begin < end;
	}
	rest = str_skip(pattern, wildcard);
	for (uint32_t id = begin; id < end; id++) {
		run = id;
		while (id < end &&
			name_match(rest, str_skip(catalog_action_get(id).name, wildcard)))
			id++;
		if (id > run) {
			set_add(set, run, id);
			found = 1;
		}
	}
	return found;
}

static int interval_compare(const void *a, const void *b)
{
	const struct document_interval *x = a, *y = b;

	if (x->begin != y->begin)
		return x->begin < y->begin ? -1 : 1;
	return (x->end > y->end) - (x->end < y->end);
}

static void join(struct buf *set)
{
	struct document_interval *v = VEC_DATA(set, struct document_interval);
	size_t count = VEC_COUNT(set, struct document_interval), kept = 0;

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

/* In place: the gaps of n intervals are at most n + 1. */
static void invert(struct buf *set)
{
	size_t count = VEC_COUNT(set, struct document_interval), kept = 0;
	uint32_t from, all;
	struct document_interval *v;

	catalog_provider_actions(STR_LIT("aws"), &from, &all);
	buf_reserve(set, sizeof(*v));
	v = VEC_DATA(set, struct document_interval);
	for (size_t i = 0; i < count; i++) {
		struct document_interval taken = v[i];

		if (from < taken.begin)
			v[kept++] = (struct document_interval){ from, taken.begin };
		from = taken.end;
	}
	if (from < all)
		v[kept++] = (struct document_interval){ from, all };
	set->n = kept * sizeof(*v);
}

int aws_action_add(struct buf *set, struct str pattern, struct err *e)
{
	size_t wildcard = find_wildcard(pattern);
	action_id id, begin, end;

	if (is_everything(pattern)) {
		catalog_provider_actions(STR_LIT("aws"), &begin, &end);
		set_add(set, begin, end);
		return 1;
	}
	if (check(pattern, e) < 0)
		return e->code;
	if (wildcard < pattern.n)
		return add_matches(set, pattern, wildcard);
	id = catalog_action_find(pattern);
	if (id == CATALOG_NONE)
		return 0;
	set_add(set, id, id + 1);
	return 1;
}

void aws_action_finish(struct buf *set, bool complement)
{
	size_t count = VEC_COUNT(set, struct document_interval);

	if (count > 1)
		qsort(set->p, count, sizeof(struct document_interval), interval_compare);
	join(set);
	if (complement)
		invert(set);
}

uint32_t aws_action_service(const struct buf *set)
{
	const struct document_interval *v = VEC_DATA(set, struct document_interval);
	size_t count = VEC_COUNT(set, struct document_interval);
	uint32_t service, begin, end;

	if (count == 0)
		return DOCUMENT_ANY_SERVICE;
	service = catalog_action_get(v[0].begin).service_id;
	catalog_service_actions(service, &begin, &end);
	return v[count - 1].end <= end ? service : DOCUMENT_ANY_SERVICE;
}
