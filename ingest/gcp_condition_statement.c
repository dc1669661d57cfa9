/* gcp_condition_statement.c - alternatives of a condition as parts of a statement. */
#include "ingest/gcp_condition.h"

/* '*' is any text. */
static bool fits(struct str pattern, struct str text)
{
	size_t p = 0, i = 0, star = SIZE_MAX, resume = 0;

	while (i < text.n) {
		if (p < pattern.n && pattern.p[p] == '*') {
			star = p++;
			resume = i;
		} else if (p < pattern.n && pattern.p[p] == text.p[i]) {
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

/* The narrower of two patterns, where one has all that the other has. */
static void narrower(struct str a, struct str b, struct str *out)
{
	if (fits(a, b))
		*out = b;
	else if (fits(b, a))
		*out = a;
}

/* The narrowest pattern that must hold; empty: none must. */
static struct str choose_resource(const struct gcp_alternative *a)
{
	struct str found = { 0 };

	for (uint32_t i = 0; i < a->count; i++) {
		const struct gcp_test *t = &a->tests[i];

		if (t->pattern.n == 0 || t->negated)
			continue;
		if (found.n == 0)
			found = t->pattern;
		else
			narrower(found, t->pattern, &found);
	}
	return found;
}

/* The tests on things in buckets, as resources of the statement. */
static uint32_t add_resources(
	struct document_builder *out, const struct gcp_alternative *a)
{
	struct str resource = choose_resource(a);
	bool outside = false;

	if (resource.n > 0)
		document_add_pattern(out, resource, false);
	for (uint32_t i = 0; i < a->count; i++) {
		const struct gcp_test *t = &a->tests[i];

		if (t->pattern.n == 0 || (!t->negated && fits(t->pattern, resource)))
			continue;
		document_add_pattern(out, t->pattern, false);
		if (resource.n > 0)
			document_narrow(out, t->negated ? DOCUMENT_PATTERN_EXCEPT
							: DOCUMENT_PATTERN_ALSO);
		outside = true;
	}
	if (resource.n > 0)
		return 0;
	return outside ? DOCUMENT_NOT_RESOURCE : DOCUMENT_ANY_RESOURCE;
}

static void add_test(struct document_builder *out, const struct gcp_test *t)
{
	const struct str written = STR_LIT("");
	struct document_condition *c;

	c = document_add_condition(out, t->key, written);
	c->operator_ = (uint16_t)t->op;
	c->qualifier = (uint8_t)t->qualifier;
	if (str_starts(t->key, STR_LIT("resource.")) ||
		str_ends(t->key, STR_LIT(":resource.name")))
		c->flags |= DOCUMENT_CONDITION_READS_RESOURCE;
	if (str_starts(t->key, STR_LIT("principal.")))
		c->flags |= DOCUMENT_CONDITION_READS_PRINCIPAL;
	for (uint32_t i = 0; i < t->value_count; i++)
		document_add_value(out, t->values[i]);
}

/* A test that resources could not say: the request decides. */
static void add_pattern_test(struct document_builder *out, const struct gcp_test *t)
{
	struct gcp_test open = *t;

	if (open.key.n == 0) {
		open.key = STR_LIT("storage:key");
		open.op = open.negated ? DOCUMENT_STRING_NOT_LIKE : DOCUMENT_STRING_LIKE;
		open.values = &t->pattern;
		open.value_count = 1;
	}
	add_test(out, &open);
}

static uint32_t reads_of(const struct gcp_test *t)
{
	return str_starts(t->key, STR_LIT("principal."))
		       ? DOCUMENT_STATEMENT_READS_PRINCIPAL
		       : DOCUMENT_STATEMENT_READS_RESOURCE;
}

uint32_t gcp_condition_add_tests(
	struct document_builder *out, const struct gcp_alternative *a)
{
	uint32_t flags = 0;

	for (uint32_t i = 0; i < a->count; i++) {
		if (a->tests[i].pattern.n > 0)
			add_pattern_test(out, &a->tests[i]);
		else
			add_test(out, &a->tests[i]);
		flags |= reads_of(&a->tests[i]);
	}
	return flags;
}

uint32_t gcp_condition_add(struct document_builder *out, const struct gcp_alternative *a)
{
	uint32_t flags = add_resources(out, a);

	for (uint32_t i = 0; i < a->count; i++) {
		if (a->tests[i].pattern.n > 0)
			continue;
		add_test(out, &a->tests[i]);
		flags |= reads_of(&a->tests[i]);
	}
	return flags;
}
