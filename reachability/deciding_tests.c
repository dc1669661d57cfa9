#include "reachability/deciding_tests.h"

static void test_once(struct buf *tests, const struct decide_test *test)
{
	const struct decide_test *v = VEC_DATA(tests, const struct decide_test);

	for (size_t i = 0; i < VEC_COUNT(tests, struct decide_test); i++) {
		if (v[i].condition == test->condition &&
			str_eq(v[i].resource, test->resource))
			return;
	}
	buf_add(tests, test, sizeof(*test));
}

void deciding_tests_record(struct deciding *g, const struct decide_statement *st)
{
	const struct document_statement *s = st->statement;

	if (!g->scratch->tests || !(s->flags & DOCUMENT_STATEMENT_READS_PRINCIPAL))
		return;
	for (uint32_t i = 0; i < s->condition_count; i++) {
		struct decide_test test = { st->document,
			&st->document->conditions[s->condition_first + i], g->resource };

		if (test.condition->flags & DOCUMENT_CONDITION_READS_PRINCIPAL)
			test_once(g->scratch->tests, &test);
	}
	if (s->flags & DOCUMENT_ELIGIBLE || s->role.size > 0)
		deciding_tests_other(g);
}

void deciding_tests_other(struct deciding *g)
{
	if (g->scratch->tests)
		*g->scratch->others = true;
}
