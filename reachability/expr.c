#include "reachability/expr.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mutant.h"
#include "reachability/comparison.h"
#include "reachability/expr_priv.h"
#include "reachability/literal.h"
#include "reachability/satisfy.h"

struct expr_pool *expr_pool_new(void)
{
	struct expr_pool *p = calloc(1, sizeof(*p));

	if (!p) {
		fprintf(stderr, "out of memory\n");
		abort();
	}
	intern_init(&p->content);
	intern_init(&p->keys);
	intern_init(&p->conjunctions);
	arena_init(&p->text, ARENA_UNLIMITED);
	intern_add(&p->content, STR_LIT(""));
	VEC_ADD(&p->nodes, struct expr_node, { .kind = EXPR_NODE_FALSE });
	return p;
}

void expr_pool_free(struct expr_pool *p)
{
	if (!p)
		return;
	intern_release(&p->content);
	intern_release(&p->keys);
	intern_release(&p->conjunctions);
	buf_release(&p->possible);
	buf_release(&p->nodes);
	buf_release(&p->operands);
	buf_release(&p->scratch);
	buf_release(&p->list);
	buf_release(&p->values);
	arena_release(&p->text);
	free(p);
}

/* The node whose content is in `scratch`; *fresh tells that the caller must fill it. */
static struct expr_node *expr_node_add(struct expr_pool *p, expr *out, bool *fresh)
{
	uint32_t id = intern_add(&p->content, buf_str(&p->scratch));

	*fresh = id == VEC_COUNT(&p->nodes, struct expr_node);
	*out = id << 1;
	if (*fresh)
		VEC_ADD(&p->nodes, struct expr_node, { .kind = EXPR_NODE_FALSE });
	return expr_node(p, *out);
}

static void expr_add_part(struct buf *b, struct str s)
{
	uint64_t size = s.n;

	buf_add(b, &size, sizeof(size));
	buf_add_str(b, s);
}

/* The number of a key, which compares without case. */
static uint32_t expr_key(struct expr_pool *p, struct str key)
{
	buf_clear(&p->scratch);
	for (size_t i = 0; i < key.n; i++)
		buf_add_char(&p->scratch, str_lower_char(key.p[i]));
	return intern_add(&p->keys, buf_str(&p->scratch));
}

/* The atom of a test that is in its normal form. Strings that last are copied here. */
static expr expr_test_atom(struct expr_pool *p, const struct expr_test *test)
{
	uint32_t key = expr_key(p, test->key);
	uint8_t head[] = { 'T', (uint8_t)test->op, (uint8_t)test->qualifier,
		test->present };
	struct expr_node *node;
	struct str *values;
	bool fresh;
	expr out;

	buf_clear(&p->scratch);
	buf_add(&p->scratch, head, sizeof(head));
	buf_add(&p->scratch, &key, sizeof(key));
	for (uint32_t i = 0; i < test->value_count; i++)
		expr_add_part(&p->scratch, test->values[i]);
	node = expr_node_add(p, &out, &fresh);
	if (!fresh)
		return out;
	values = ARENA_NEW_ARRAY(&p->text, struct str, test->value_count + 1u);
	for (uint32_t i = 0; i < test->value_count; i++)
		values[i] = arena_copy(&p->text, test->values[i]);
	node->kind = EXPR_NODE_TEST;
	node->key = key;
	node->test = *test;
	node->test.key = arena_copy(&p->text, test->key);
	node->test.values = values;
	return out;
}

static expr expr_absent(struct expr_pool *p, const struct expr_test *test)
{
	struct str yes = STR_LIT("true");
	struct expr_test absent = {
		.op = DOCUMENT_NULL, .key = test->key, .values = &yes, .value_count = 1
	};

	return test->present ? EXPR_FALSE : expr_test_atom(p, &absent);
}

/*
 * Null asks with "true" whether the key is absent and with "false" whether it is there.
 */
static expr expr_test_presence(struct expr_pool *p, const struct expr_test *test)
{
	expr absent = expr_absent(p, test), out = EXPR_FALSE;

	for (uint32_t i = 0; i < test->value_count; i++) {
		if (str_eq_fold(test->values[i], STR_LIT("true")))
			out = expr_or(p, out, absent);
		else if (str_eq_fold(test->values[i], STR_LIT("false")))
			out = expr_or(p, out, expr_not(p, absent));
	}
	return out;
}

static int expr_value_cmp(const void *a, const void *b)
{
	const struct str *x = a, *y = b;

	return str_cmp(*x, *y);
}

/* The same text when it has no capital letter, else a copy without. */
static struct str expr_fold(struct expr_pool *p, struct str s)
{
	size_t i = 0;
	char *lower;

	while (i < s.n && str_lower_char(s.p[i]) == s.p[i])
		i++;
	if (i == s.n)
		return s;
	lower = arena_alloc(&p->text, s.n + 1);
	for (i = 0; i < s.n; i++)
		lower[i] = str_lower_char(s.p[i]);
	return (struct str){ lower, s.n };
}

/* Sorted and distinct, in work space; in lower case where case does not count. */
static void expr_normal_values(struct expr_pool *p, struct expr_test *test)
{
	bool fold = test->op == DOCUMENT_STRING_EQUALS_FOLD || test->op == DOCUMENT_BOOL;
	uint32_t count = 0;
	struct str *values;

	buf_clear(&p->values);
	values = (struct str *)(void *)buf_reserve(
		&p->values, (test->value_count + 1u) * sizeof(*values));
	for (uint32_t i = 0; i < test->value_count; i++)
		values[i] = fold ? expr_fold(p, test->values[i]) : test->values[i];
	if (test->value_count > 1)
		qsort(values, test->value_count, sizeof(*values), expr_value_cmp);
	for (uint32_t i = 0; i < test->value_count; i++) {
		if (count == 0 || !str_eq(values[count - 1], values[i]))
			values[count++] = values[i];
	}
	test->values = values;
	test->value_count = count;
}

/* Patterns without wildcards are plain values. */
static void expr_normal_pattern(struct expr_pool *p, struct expr_test *test)
{
	struct str *values = (struct str *)(void *)p->values.p;

	if (test->op != DOCUMENT_STRING_LIKE)
		return;
	for (uint32_t i = 0; i < test->value_count; i++) {
		if (literal_has_wildcard(values[i]))
			return;
	}
	for (uint32_t i = 0; i < test->value_count; i++)
		values[i] = literal_decode(values[i], &p->text);
	test->op = DOCUMENT_STRING_EQUALS;
}

/* Negated operators on text are exact negations: every value is well formed for them. */
static bool expr_normal_negation(struct expr_test *test)
{
	static const enum document_qualifier dual[] = {
		[DOCUMENT_PLAIN] = DOCUMENT_PLAIN,
		[DOCUMENT_FOR_ALL] = DOCUMENT_FOR_ANY,
		[DOCUMENT_FOR_ANY] = DOCUMENT_FOR_ALL,
	};

	if (test->op != DOCUMENT_STRING_NOT_EQUALS &&
		test->op != DOCUMENT_STRING_NOT_EQUALS_FOLD &&
		test->op != DOCUMENT_STRING_NOT_LIKE)
		return false;
	test->op = comparison_opposite(test->op);
	test->qualifier = dual[test->qualifier];
	return true;
}

expr expr_test(struct expr_pool *p, const struct expr_test *test)
{
	struct expr_test normal = *test;
	bool or_absent = test->if_exists, negated;
	expr out;

	if (test->op == DOCUMENT_NULL)
		return expr_test_presence(p, test);
	if (test->op == DOCUMENT_OPERATOR_UNKNOWN)
		return expr_unknown(p, STR_LIT(""),
			arena_printf(&p->text,
				"condition on %.*s has an unknown operator",
				STR_ARG(test->key)));
	normal.if_exists = false;
	negated = expr_normal_negation(&normal);
	expr_normal_values(p, &normal);
	expr_normal_pattern(p, &normal);
	out = expr_test_atom(p, &normal) ^ (negated ? 1u : 0u);
	return or_absent ? expr_or(p, out, expr_absent(p, test)) : out;
}

expr expr_unknown(struct expr_pool *p, struct str scope, struct str what)
{
	struct expr_node *node;
	bool fresh;
	expr out;

	buf_clear(&p->scratch);
	buf_add_char(&p->scratch, 'U');
	expr_add_part(&p->scratch, scope);
	expr_add_part(&p->scratch, what);
	node = expr_node_add(p, &out, &fresh);
	if (fresh) {
		node->kind = EXPR_NODE_UNKNOWN;
		node->scope = arena_copy(&p->text, scope);
		node->what = arena_copy(&p->text, what);
	}
	return out;
}

expr expr_activation(struct expr_pool *p, struct str what)
{
	struct expr_node *node;
	bool fresh;
	expr out;

	buf_clear(&p->scratch);
	buf_add_char(&p->scratch, 'E');
	expr_add_part(&p->scratch, what);
	node = expr_node_add(p, &out, &fresh);
	if (fresh) {
		node->kind = EXPR_NODE_ACTIVATION;
		node->what = arena_copy(&p->text, what);
	}
	return out;
}

expr expr_not(struct expr_pool *p, expr x)
{
	(void)p;
	return x ^ 1;
}

static int expr_cmp(const void *a, const void *b)
{
	const expr *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static uint64_t expr_bit(expr x)
{
	return (uint64_t)1 << ((x * UINT32_C(2654435769)) >> 26);
}

static bool expr_list_has(const expr *list, size_t count, expr x)
{
	return count > 0 && bsearch(&x, list, count, sizeof(x), expr_cmp) != NULL;
}

/* Whether all operands of an AND node are in the list. */
static bool expr_list_has_all(const struct expr_pool *p, const expr *list, size_t count,
	const struct expr_node *n)
{
	const expr *operands = expr_operands(p, n);

	for (uint32_t i = 0; i < n->count; i++) {
		if (!expr_list_has(list, count, operands[i]))
			return false;
	}
	return true;
}

/* Whether the list has the complement of an operand of an AND node. */
static bool expr_list_refutes(const struct expr_pool *p, const expr *list, size_t count,
	const struct expr_node *n)
{
	const expr *operands = expr_operands(p, n);

	for (uint32_t i = 0; i < n->count; i++) {
		if (expr_list_has(list, count, operands[i] ^ 1))
			return true;
	}
	return false;
}

static bool expr_list_implies(
	const struct expr_pool *p, const expr *list, size_t count, expr x)
{
	return expr_list_has(list, count, x) ||
	       (expr_is_and(p, x) && expr_list_has_all(p, list, count, expr_node(p, x)));
}

static bool expr_list_excludes(
	const struct expr_pool *p, const expr *list, size_t count, expr x)
{
	return expr_list_has(list, count, x ^ 1) ||
	       (expr_is_and(p, x) && expr_list_refutes(p, list, count, expr_node(p, x)));
}

/*
 * The AND node of operands that are in normal form, or what stands for none and for
 * one.
 */
static expr expr_and_node(struct expr_pool *p, const expr *operands, size_t count)
{
	struct expr_node *node;
	bool fresh;
	expr out;

	if (count == 0)
		return EXPR_TRUE;
	if (count == 1)
		return operands[0];
	buf_clear(&p->scratch);
	buf_add_char(&p->scratch, 'A');
	buf_add(&p->scratch, operands, count * sizeof(*operands));
	node = expr_node_add(p, &out, &fresh);
	if (!fresh)
		return out;
	node->kind = EXPR_NODE_AND;
	node->first = (uint32_t)VEC_COUNT(&p->operands, expr);
	node->count = (uint32_t)count;
	for (size_t i = 0; i < count; i++)
		node->operand_bits |= expr_bit(operands[i]);
	buf_add(&p->operands, operands, count * sizeof(*operands));
	return out;
}

/* Append x to the list, an AND as its operands. False when the whole AND is false. */
static bool expr_flatten(struct expr_pool *p, struct buf *list, expr x)
{
	if (x == EXPR_FALSE)
		return false;
	if (x == EXPR_TRUE)
		return true;
	if (expr_is_and(p, x))
		buf_add(list, expr_operands(p, expr_node(p, x)),
			expr_node(p, x)->count * sizeof(expr));
	else
		VEC_ADD(list, expr, x);
	return true;
}

/* Sort and drop duplicates. False when x and NOT x meet; they are neighbours. */
static bool expr_sort(struct buf *list)
{
	expr *items = VEC_DATA(list, expr);
	size_t count = VEC_COUNT(list, expr), kept = 0;

	if (count > 1)
		qsort(items, count, sizeof(*items), expr_cmp);
	for (size_t i = 0; i < count; i++) {
		if (kept > 0 && items[kept - 1] == items[i])
			continue;
		if (kept > 0 && (items[kept - 1] ^ 1) == items[i])
			return false;
		items[kept++] = items[i];
	}
	list->n = kept * sizeof(expr);
	return true;
}

/* Whether another OR of the list has only disjuncts of this one. */
static bool expr_is_absorbed(
	const struct expr_pool *p, const expr *list, size_t count, expr x)
{
	const struct expr_node *wide = expr_node(p, x);

	for (size_t i = 0; i < count; i++) {
		const struct expr_node *n = expr_node(p, list[i]);

		if (list[i] != x && expr_is_or(p, list[i]) && n->count < wide->count &&
			(n->operand_bits & ~wide->operand_bits) == 0 &&
			expr_list_has_all(p, expr_operands(p, wide), wide->count, n))
			return true;
	}
	return false;
}

/*
 * An OR beside the other conjuncts: EXPR_TRUE when one of its disjuncts follows from
 * them, else without the disjuncts that they exclude.
 */
static expr expr_reduce_or(struct expr_pool *p, const expr *list, size_t count, expr x)
{
	const struct expr_node *node = expr_node(p, x);
	const expr *operands = expr_operands(p, node);
	struct buf kept = { 0 };
	expr out = EXPR_TRUE;

	for (uint32_t i = 0; i < node->count; i++) {
		if (expr_list_implies(p, list, count, operands[i] ^ 1))
			goto done;
		if (!expr_list_excludes(p, list, count, operands[i] ^ 1))
			VEC_ADD(&kept, expr, operands[i]);
	}
	out = x;
	if (VEC_COUNT(&kept, expr) < node->count)
		out = expr_and_node(p, VEC_DATA(&kept, expr), VEC_COUNT(&kept, expr)) ^ 1;
	else if (expr_is_absorbed(p, list, count, x))
		out = EXPR_TRUE;
done:
	buf_release(&kept);
	return out;
}

/*
 * One round over the ORs of a sorted list. 1 when something changed, 0 when not, -1
 * when the AND is false.
 */
static int expr_reduce(struct expr_pool *p, struct buf *list)
{
	for (size_t i = 0; i < VEC_COUNT(list, expr); i++) {
		expr *items = VEC_DATA(list, expr), old = items[i], new;
		size_t count = VEC_COUNT(list, expr);

		if (!expr_is_or(p, old))
			continue;
		new = expr_reduce_or(p, items, count, old);
		if (new == old)
			continue;
		memmove(items + i, items + i + 1, (count - i - 1) * sizeof(*items));
		list->n -= sizeof(*items);
		return expr_flatten(p, list, new) && expr_sort(list) ? 1 : -1;
	}
	return 0;
}

expr expr_and_list(struct expr_pool *p, const expr *list, size_t count)
{
	struct buf *work = &p->list;
	int rc = 1;

	buf_clear(work);
	for (size_t i = 0; i < count; i++) {
		if (!expr_flatten(p, work, list[i]))
			return EXPR_FALSE;
	}
	if (!expr_sort(work))
		return EXPR_FALSE;
	while (rc > 0)
		rc = expr_reduce(p, work);
	if (rc < 0)
		return EXPR_FALSE;
	return expr_and_node(p, VEC_DATA(work, expr), VEC_COUNT(work, expr));
}

expr expr_and(struct expr_pool *p, expr a, expr b)
{
	expr both[] = { a, b };

	return expr_and_list(p, both, 2);
}

expr expr_or(struct expr_pool *p, expr a, expr b)
{
	return expr_and(p, a ^ 1, b ^ 1) ^ 1;
}

static void expr_reverse(uint32_t *ids, size_t count)
{
	for (size_t i = 0; i < count / 2; i++) {
		uint32_t id = ids[i];

		ids[i] = ids[count - 1 - i];
		ids[count - 1 - i] = id;
	}
}

void expr_collect(struct buf *out, const struct expr_pool *p, expr x)
{
	uint8_t *seen = calloc((x >> 1) / 8 + 1, 1);

	if (!seen) {
		fprintf(stderr, "out of memory\n");
		abort();
	}
	seen[(x >> 1) / 8] |= (uint8_t)(1u << ((x >> 1) % 8));
	for (uint32_t i = (x >> 1) + 1; i-- > 0;) {
		const struct expr_node *node = expr_node(p, i << 1);
		const expr *operands = expr_operands(p, node);

		if ((seen[i / 8] & 1u << (i % 8)) == 0)
			continue;
		VEC_ADD(out, uint32_t, i);
		for (uint32_t k = 0; k < node->count; k++)
			seen[(operands[k] >> 1) / 8] |=
				(uint8_t)(1u << ((operands[k] >> 1) % 8));
	}
	free(seen);
	if (out->n > 0)
		expr_reverse(VEC_DATA(out, uint32_t), VEC_COUNT(out, uint32_t));
}

void expr_each_unknown(const struct expr_pool *p, expr x,
	void (*each)(void *ctx, struct str scope, struct str what), void *ctx)
{
	struct buf ids = { 0 };

	expr_collect(&ids, p, x);
	for (size_t i = 0; i < VEC_COUNT(&ids, uint32_t); i++) {
		const struct expr_node *node =
			expr_node(p, VEC_DATA(&ids, uint32_t)[i] << 1);

		if (node->kind == EXPR_NODE_UNKNOWN)
			each(ctx, node->scope, node->what);
	}
	buf_release(&ids);
}

bool expr_satisfiable(struct expr_pool *p, expr x)
{
	uint8_t *answers = &expr_node(p, x)->answers[x & 1];

	if ((*answers & EXPR_SATISFIABLE_KNOWN) == 0) {
		*answers |= EXPR_SATISFIABLE_KNOWN;
		if (satisfy_all(p, &x, 1))
			*answers |= EXPR_SATISFIABLE;
	}
	return (*answers & EXPR_SATISFIABLE) != 0;
}

/*
 * The same for one node whose operands are mapped already. What nobody activated does
 * not hold, and its negation does.
 */
static expr expr_known_part(struct expr_pool *p, struct buf *parts, const expr *map,
	uint32_t id, expr not, bool inactive)
{
	const struct expr_node *node = expr_node(p, id << 1);
	const expr *operands = expr_operands(p, node);

	if (node->kind == EXPR_NODE_UNKNOWN)
		return EXPR_FALSE;
	if (node->kind == EXPR_NODE_ACTIVATION && inactive)
		return EXPR_FALSE ^ not ;
	if (node->kind != EXPR_NODE_AND)
		return (id << 1) + not ;
	buf_clear(parts);
	for (uint32_t i = 0; i < node->count; i++)
		VEC_ADD(parts, expr, map[operands[i] ^ not ] ^ not );
	return expr_and_list(p, VEC_DATA(parts, expr), VEC_COUNT(parts, expr)) ^ not ;
}

/*
 * What x comes to when every unknown, negated or not, reads as false; `inactive`: and
 * nothing is activated.
 */
static expr expr_without_unknowns(struct expr_pool *p, expr x, bool inactive)
{
	struct buf ids = { 0 }, mapped = { 0 }, parts = { 0 };
	const uint32_t *id;
	expr *map, out;

	expr_collect(&ids, p, x);
	id = VEC_DATA(&ids, const uint32_t);
	/* two per node of the pool up to x: for the node and for its negation */
	map = (expr *)(void *)buf_reserve(&mapped, ((size_t)x + 2) * sizeof(expr));
	for (size_t i = 0; i < VEC_COUNT(&ids, uint32_t); i++) {
		for (expr not = 0; not < 2; not ++)
			map[(id[i] << 1) + not ] =
				expr_known_part(p, &parts, map, id[i], not, inactive);
	}
	out = map[x];
	buf_release(&ids);
	buf_release(&mapped);
	buf_release(&parts);
	return out;
}

enum expr_verdict expr_verdict(struct expr_pool *p, expr x)
{
	uint8_t answers = expr_node(p, x)->answers[x & 1];
	enum expr_verdict v = MUTANT(unknown_as_denied, VERDICT_UNKNOWN, VERDICT_DENIED);

	if (x == EXPR_FALSE || x == EXPR_TRUE)
		return x == EXPR_TRUE ? VERDICT_ALLOWED : VERDICT_DENIED;
	if ((answers & EXPR_VERDICT_KNOWN) != 0)
		return (enum expr_verdict)(answers >> EXPR_VERDICT_SHIFT);
	if (MUTANT(impossible_is_conditional, !expr_satisfiable(p, x), false))
		v = VERDICT_DENIED;
	else if (!expr_satisfiable(p, x ^ 1))
		v = VERDICT_ALLOWED;
	else if (expr_satisfiable(p, expr_without_unknowns(p, x, true)))
		v = VERDICT_CONDITIONAL;
	else if (expr_satisfiable(p, expr_without_unknowns(p, x, false)))
		v = VERDICT_ELIGIBLE;
	expr_node(p, x)->answers[x & 1] |=
		(uint8_t)(EXPR_VERDICT_KNOWN | (unsigned)v << EXPR_VERDICT_SHIFT);
	return v;
}

struct str expr_verdict_name(enum expr_verdict v)
{
	static const char *const names[] = { "denied", "unknown", "eligible",
		"conditional", "allowed" };

	assert(v >= VERDICT_DENIED && v <= VERDICT_ALLOWED);
	return str_from(names[v]);
}
