/*
 * expr_simplify.c - the same formula without what the rest of it decides.
 *
 * Each operand of an AND is looked at under the assumption that the others hold, each
 * operand of an OR under the assumption that the others do not: when it cannot hold
 * then it is false, when it cannot fail then it is true. Both are the same work on the
 * one node that stores AND and OR.
 *
 * At the end tests of one key become one test with the values of all: k = a or k = b is
 * k in a, b.
 */
#include "base/limits.h"
#include "reachability/candidate.h"
#include "reachability/comparison.h"
#include "reachability/expr.h"
#include "reachability/expr_priv.h"
#include "reachability/satisfy.h"

struct expr_simplifier {
	struct expr_pool *pool;
	struct buf context; /* expr: what holds around the part at hand */
};

static bool expr_simplify_possible(struct expr_simplifier *s, expr x)
{
	bool possible;

	VEC_ADD(&s->context, expr, x);
	possible = satisfy_all(
		s->pool, VEC_DATA(&s->context, const expr), VEC_COUNT(&s->context, expr));
	s->context.n -= sizeof(expr);
	return possible;
}

static expr expr_simplify_node(struct expr_simplifier *s, expr x, uint32_t depth)
{
	struct buf operands = { 0 };
	size_t count = expr_node(s->pool, x)->count, context_size = s->context.n;
	expr out;

	if (!expr_simplify_possible(s, x))
		return EXPR_FALSE;
	if (!expr_simplify_possible(s, x ^ 1))
		return EXPR_TRUE;
	if (expr_is_literal(s->pool, x) || depth == LIMIT_FORMULA_DEPTH)
		return x;
	buf_add(&operands, expr_operands(s->pool, expr_node(s->pool, x)),
		count * sizeof(expr));
	for (size_t i = 0; i < count; i++) {
		expr *list = VEC_DATA(&operands, expr);

		for (size_t k = 0; k < count && count <= LIMIT_SIMPLIFY_OPERANDS; k++) {
			if (k != i)
				VEC_ADD(&s->context, expr, list[k]);
		}
		list[i] = expr_simplify_node(s, list[i], depth + 1);
		s->context.n = context_size;
	}
	out = expr_and_list(s->pool, VEC_DATA(&operands, const expr), count);
	buf_release(&operands);
	return out ^ (x & 1);
}

/*
 * Whether an operand of an AND can take the values of another: NOT (k = a) AND NOT
 * (k = b), which is what an OR is made of, or k != a AND k != b. A value that is still
 * open would make the others as open as itself.
 */
static bool expr_takes_values(const struct expr_pool *p, expr x)
{
	const struct expr_node *node = expr_node(p, x);
	bool negated = comparison_is_negated(node->test.op);

	if (node->kind != EXPR_NODE_TEST || node->test.op == DOCUMENT_NULL ||
		candidate_is_open(&node->test))
		return false;
	if ((x & 1) != 0)
		return !negated && node->test.qualifier != DOCUMENT_FOR_ALL;
	return negated && node->test.qualifier != DOCUMENT_FOR_ANY;
}

static bool expr_same_test(const struct expr_pool *p, expr x, expr y)
{
	const struct expr_node *a = expr_node(p, x), *b = expr_node(p, y);

	return (x & 1) == (y & 1) && b->kind == EXPR_NODE_TEST && a->key == b->key &&
	       a->test.op == b->test.op && a->test.qualifier == b->test.qualifier &&
	       a->test.present == b->test.present;
}

/* Whether the test says the same without its value v: another covers it. */
static bool expr_value_is_idle(
	struct expr_pool *p, const struct expr_test *test, struct str *values, size_t v)
{
	struct expr_test one = *test, rest = *test;
	struct str value = values[v];
	bool idle;
	expr both[2];

	values[v] = values[test->value_count - 1];
	one.values = &value;
	one.value_count = 1;
	rest.values = values;
	rest.value_count = test->value_count - 1;
	both[0] = expr_test(p, comparison_is_negated(test->op) ? &rest : &one);
	both[1] = expr_test(p, comparison_is_negated(test->op) ? &one : &rest) ^ 1;
	idle = !satisfy_all(p, both, 2);
	if (!idle) {
		values[test->value_count - 1] = values[v];
		values[v] = value;
	}
	return idle;
}

/* The literal list[i] with the values of all that follow and are like it. */
static expr expr_gather(struct expr_pool *p, expr *list, size_t count, size_t i)
{
	struct expr_test test = expr_node(p, list[i])->test;
	struct buf values = { 0 };
	bool merged = false;
	expr out;

	buf_add(&values, test.values, test.value_count * sizeof(struct str));
	for (size_t k = i + 1; k < count; k++) {
		const struct expr_test *other = &expr_node(p, list[k])->test;

		if (!expr_same_test(p, list[i], list[k]) ||
			!expr_takes_values(p, list[k]))
			continue;
		buf_add(&values, other->values, other->value_count * sizeof(struct str));
		list[k] = EXPR_TRUE;
		merged = true;
	}
	test.values = VEC_DATA(&values, const struct str);
	test.value_count = (uint32_t)VEC_COUNT(&values, struct str);
	for (size_t v = test.value_count; v-- > 0 && merged;) {
		if (test.value_count > 1 && test.value_count <= LIMIT_SIMPLIFY_OPERANDS &&
			expr_value_is_idle(p, &test, VEC_DATA(&values, struct str), v))
			test.value_count--;
	}
	out = expr_test(p, &test) ^ (list[i] & 1);
	buf_release(&values);
	return out;
}

static expr expr_merge(struct expr_pool *p, expr x, uint32_t depth)
{
	size_t count = expr_node(p, x)->count;
	struct buf operands = { 0 };
	expr out, *list;

	if (expr_is_literal(p, x) || depth == LIMIT_FORMULA_DEPTH)
		return x;
	buf_add(&operands, expr_operands(p, expr_node(p, x)), count * sizeof(expr));
	list = VEC_DATA(&operands, expr);
	for (size_t i = 0; i < count; i++) {
		if (!expr_is_literal(p, list[i]))
			list[i] = expr_merge(p, list[i], depth + 1);
		else if (expr_takes_values(p, list[i]) &&
			 count <= LIMIT_SIMPLIFY_OPERANDS)
			list[i] = expr_gather(p, list, count, i);
	}
	out = expr_and_list(p, list, count);
	buf_release(&operands);
	return out ^ (x & 1);
}

/*
 * What one operand loses can make another one redundant, hence the rounds; each loses
 * something.
 */
expr expr_simplify(struct expr_pool *p, expr x)
{
	struct expr_simplifier s = { .pool = p };
	expr before, out = x;

	do {
		before = out;
		out = expr_simplify_node(&s, before, 0);
	} while (out != before);
	buf_release(&s.context);
	return expr_merge(p, out, 0);
}
