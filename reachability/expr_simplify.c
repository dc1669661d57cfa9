/*
 * expr_simplify.c - the same formula without what the rest of it decides.
 *
 * Each operand of an AND is looked at under the assumption that the others hold, each
 * operand of an OR under the assumption that the others do not: when it cannot hold
 * then it is false, when it cannot fail then it is true. Both are the same work on the
 * one node that stores AND and OR.
 */
#include "base/limits.h"
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
	return out;
}
