#include "reachability/satisfy.h"

#include <stdlib.h>

#include "base/limits.h"
#include "reachability/candidate.h"
#include "reachability/comparison.h"
#include "reachability/expr_priv.h"

#define SATISFY_STEP_VALUES 8u /* so many candidates count as one step */

/* The literals of one key that must hold together. */
struct satisfy_key {
	const struct expr_test **tests;
	bool *negated;
	bool *open;
	uint32_t count;
	struct candidates candidates;
	struct arena arena;
};

struct satisfy {
	struct expr_pool *pool;
	struct buf literals; /* expr: assumed to hold */
	struct buf pending;  /* expr: the ORs that must hold */
	struct buf same_key; /* expr: work space */
	uint32_t steps;
};

/* The literal's truth when the key is not in the request. */
static bool satisfy_absent_literal(const struct expr_test *t, bool negated)
{
	bool truth = comparison_is_negated(t->op);

	if (t->op == DOCUMENT_NULL || t->qualifier == DOCUMENT_FOR_ALL)
		truth = true;
	else if (t->qualifier == DOCUMENT_FOR_ANY)
		truth = false;
	return truth != negated;
}

static bool satisfy_absent(const struct satisfy_key *k)
{
	for (uint32_t i = 0; i < k->count; i++) {
		if (k->tests[i]->present ||
			!satisfy_absent_literal(k->tests[i], k->negated[i]))
			return false;
	}
	return true;
}

/* The literal's truth when the key has this value alone. */
static bool satisfy_value(struct satisfy_key *k, uint32_t i, struct str value)
{
	const struct expr_test *t = k->tests[i];

	if (k->open[i])
		return true;
	if (t->op == DOCUMENT_NULL)
		return k->negated[i];
	return comparison_holds(t->op, t->values, t->value_count, value, &k->arena) !=
	       k->negated[i];
}

/* Whether the literal admits only values that it names, all of them candidates. */
static bool satisfy_is_pin(const struct satisfy_key *k, uint32_t i)
{
	return comparison_type(k->tests[i]->op) == COMPARISON_STRING && !k->negated[i] &&
	       !k->open[i];
}

/* Whether the literal speaks of one value of several, and leaves the others alone. */
static bool satisfy_is_need(const struct satisfy_key *k, uint32_t i)
{
	if (k->tests[i]->op == DOCUMENT_NULL)
		return false;
	return (k->tests[i]->qualifier == DOCUMENT_FOR_ANY) != k->negated[i];
}

static bool satisfy_is_single(const struct satisfy_key *k)
{
	for (uint32_t i = 0; i < k->count; i++) {
		if (k->tests[i]->op != DOCUMENT_NULL &&
			k->tests[i]->qualifier == DOCUMENT_PLAIN)
			return true;
	}
	return false;
}

/*
 * Whether a candidate passes all literals of a single-valued key (need == count), or, of
 * a key with many values, those that speak of every value and the one need.
 */
static bool satisfy_some_value(struct satisfy_key *k, bool single, uint32_t need)
{
	const struct str *values = VEC_DATA(&k->candidates.values, const struct str);

	for (size_t v = 0; v < VEC_COUNT(&k->candidates.values, struct str); v++) {
		bool passes = true;

		for (uint32_t i = 0; passes && i < k->count; i++) {
			if (single || i == need || !satisfy_is_need(k, i))
				passes = satisfy_value(k, i, values[v]);
		}
		if (passes)
			return true;
	}
	return false;
}

/* Whether the candidates are all that could pass: then none passing is a proof. */
static bool satisfy_is_proof(const struct satisfy_key *k, bool single, uint32_t need)
{
	bool proof =
		k->candidates.complete || (need < k->count && satisfy_is_pin(k, need));

	for (uint32_t i = 0; i < k->count; i++)
		proof |= satisfy_is_pin(k, i) && (single || !satisfy_is_need(k, i));
	return proof;
}

/* Whether the candidates let all literals hold; `exact`: or do not rule it out. */
static bool satisfy_present(struct satisfy_key *k, bool exact)
{
	bool single = satisfy_is_single(k);

	for (uint32_t i = 0; i <= k->count; i++) {
		bool asked = i == k->count || (!single && satisfy_is_need(k, i));

		if (asked && !satisfy_some_value(k, single, i) &&
			!(exact && !satisfy_is_proof(k, single, i)))
			return false;
	}
	return true;
}

/* Cheap guesses first: they decide nearly all that is possible. */
static bool satisfy_decide(struct satisfy_key *k)
{
	if (satisfy_absent(k))
		return true;
	candidate_guess(&k->candidates, k->tests, k->count);
	if (satisfy_present(k, false))
		return true;
	buf_clear(&k->candidates.values);
	candidate_collect(&k->candidates, k->tests, k->count);
	return satisfy_present(k, true);
}

static bool satisfy_key(struct satisfy *s, const expr *literals, uint32_t count)
{
	struct satisfy_key k = { .count = count };
	bool possible;

	arena_init(&k.arena, ARENA_UNLIMITED);
	k.candidates.arena = &k.arena;
	k.tests = ARENA_NEW_ARRAY(&k.arena, const struct expr_test *, count);
	k.negated = ARENA_NEW_ARRAY(&k.arena, bool, count);
	k.open = ARENA_NEW_ARRAY(&k.arena, bool, count);
	for (uint32_t i = 0; i < count; i++) {
		k.tests[i] = &expr_node(s->pool, literals[i])->test;
		k.negated[i] = (literals[i] & 1) != 0;
		k.open[i] = candidate_is_open(k.tests[i]);
	}
	possible = satisfy_decide(&k);
	s->steps += (uint32_t)(VEC_COUNT(&k.candidates.values, struct str) /
			       SATISFY_STEP_VALUES);
	buf_release(&k.candidates.values);
	arena_release(&k.arena);
	return possible;
}

static int satisfy_cmp(const void *a, const void *b)
{
	const expr *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/*
 * Whether the literals that share the new one's key can hold with it. Each set is
 * decided once.
 */
static bool satisfy_literal(struct satisfy *s, expr x)
{
	struct expr_pool *p = s->pool;
	const expr *literals = VEC_DATA(&s->literals, const expr);
	uint32_t key = expr_node(p, x)->key, id;
	size_t count;

	if (expr_node(p, x)->kind != EXPR_NODE_TEST)
		return true;
	buf_clear(&s->same_key);
	for (size_t i = 0; i < VEC_COUNT(&s->literals, expr); i++) {
		const struct expr_node *node = expr_node(p, literals[i]);

		if (node->kind == EXPR_NODE_TEST && node->key == key)
			VEC_ADD(&s->same_key, expr, literals[i]);
	}
	count = VEC_COUNT(&s->same_key, expr);
	qsort(s->same_key.p, count, sizeof(expr), satisfy_cmp);
	id = intern_add(&p->conjunctions, buf_str(&s->same_key));
	if (id == p->possible.n)
		VEC_ADD(&p->possible, uint8_t,
			satisfy_key(
				s, VEC_DATA(&s->same_key, const expr), (uint32_t)count));
	return VEC_DATA(&p->possible, const uint8_t)[id] != 0;
}

static bool satisfy_is_assumed(const struct satisfy *s, expr x)
{
	const expr *literals = VEC_DATA(&s->literals, const expr);

	for (size_t i = 0; i < VEC_COUNT(&s->literals, expr); i++) {
		if (literals[i] == x)
			return true;
	}
	return false;
}

/* Take x, no AND, as true: a literal at once, an OR later. False when that cannot be. */
static bool satisfy_assume(struct satisfy *s, expr x)
{
	if (x == EXPR_FALSE || x == EXPR_TRUE)
		return x == EXPR_TRUE;
	if (!expr_is_literal(s->pool, x)) {
		VEC_ADD(&s->pending, expr, x);
		return true;
	}
	if (satisfy_is_assumed(s, x))
		return true;
	if (satisfy_is_assumed(s, x ^ 1))
		return false;
	VEC_ADD(&s->literals, expr, x);
	return satisfy_literal(s, x);
}

static bool satisfy_assume_all(struct satisfy *s, expr x)
{
	const struct expr_node *node = expr_node(s->pool, x);

	if (!expr_is_and(s->pool, x))
		return satisfy_assume(s, x);
	for (uint32_t i = 0; i < node->count; i++) {
		if (!satisfy_assume(s, expr_operands(s->pool, node)[i]))
			return false;
	}
	return true;
}

/*
 * Choose a disjunct for each pending OR from `at` on; recursion ends at
 * LIMIT_FORMULA_DEPTH.
 */
static bool satisfy_search(struct satisfy *s, size_t at)
{
	const struct expr_node *node;
	const expr *operands;

	if (at == VEC_COUNT(&s->pending, expr) || at >= LIMIT_FORMULA_DEPTH)
		return true;
	node = expr_node(s->pool, VEC_DATA(&s->pending, expr)[at]);
	operands = expr_operands(s->pool, node);
	for (uint32_t i = 0; i < node->count; i++) {
		if (satisfy_is_assumed(s, operands[i] ^ 1))
			return satisfy_search(s, at + 1);
	}
	for (uint32_t i = 0; i < node->count; i++) {
		size_t literals_size = s->literals.n, pending_size = s->pending.n;

		if (s->steps++ >= LIMIT_FORMULA_STEPS)
			return true;
		if (satisfy_assume_all(s, operands[i] ^ 1) && satisfy_search(s, at + 1))
			return true;
		s->literals.n = literals_size;
		s->pending.n = pending_size;
	}
	return false;
}

bool satisfy_all(struct expr_pool *p, const expr *formulas, size_t count)
{
	struct satisfy s = { .pool = p };
	bool possible = true;

	for (size_t i = 0; possible && i < count; i++)
		possible = satisfy_assume_all(&s, formulas[i]);
	possible = possible && satisfy_search(&s, 0);
	buf_release(&s.literals);
	buf_release(&s.pending);
	buf_release(&s.same_key);
	return possible;
}
