/*
 * Random small formulas over a tiny universe, compared with trying every assignment.
 *
 * What each test says of each value is written here by hand, not asked of the code. A
 * key's values have one of every class that its tests can tell apart, so the answer by
 * trial is the exact one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs the four above first */
#include <cmocka.h>

#include "reachability/comparison.h"
#include "reachability/expr.h"
#include "reachability/expr_priv.h"

#define KEY_COUNT  10u
#define LEAF_MAX   7u
#define WORLD_MAX  4096u
#define ROUNDS     6000
#define MAX_VALUES 16u
#define NODE_MAX   (2 * LEAF_MAX)

/* The number of values of each key; the first of most is "absent". */
static const uint32_t value_counts[KEY_COUNT] = {
	9, /* s: absent x y xy X q zz xq zy */
	7, /* f: absent ab AB aB zz ax Ab */
	/*
	 * n: absent 0 1 1.5 2 3; the last digit of its rows is for junk, which no request
	 * has
	 */
	6,
	6,  /* i: absent 10.1.0.1 10.2.0.1 11.0.0.1 ::1 10.3.0.1; likewise */
	3,  /* b: absent true false */
	16, /* m: the sets of x, y, xy, zz; bit 0 is x */
	2,  /* p: a, other; never absent */
	2,  /* u: no, yes */
	6,  /* d: absent 2023 2024-01-01 2024-03 2024-06-01 2025; likewise */
	/*
	 * a: absent, of account 1 role/a role/b user/x, of 2 role/a, arn:aws:s3:::x,
	 * arn:aws:sqs:::x, no ARN
	 */
	8,
};

/* What a test says: a digit per value, or, of the sets of key m, of each member. */
struct leaf {
	uint32_t key;
	enum document_operator op; /* 0 for an unknown */
	enum document_qualifier qualifier;
	bool if_exists;
	const char *values, *truth;
};

static const char *const key_names[KEY_COUNT] = { "s", "f", "n", "i", "b", "m", "p", "u",
	"d", "a" };

/* clang-format off */
static const struct leaf leaves[] = {
	{ 0, DOCUMENT_STRING_EQUALS, DOCUMENT_PLAIN, false, "x", "010000000" },
	{ 0, DOCUMENT_STRING_EQUALS, DOCUMENT_PLAIN, false, "x|y", "011000000" },
	{ 0, DOCUMENT_STRING_LIKE, DOCUMENT_PLAIN, false, "x*", "010100010" },
	{ 0, DOCUMENT_STRING_NOT_EQUALS, DOCUMENT_PLAIN, false, "y", "110111111" },
	{ 0, DOCUMENT_STRING_NOT_LIKE, DOCUMENT_PLAIN, false, "?", "100100111" },
	{ 0, DOCUMENT_STRING_LIKE, DOCUMENT_PLAIN, false, "?y|X", "000110001" },
	{ 0, DOCUMENT_NULL, DOCUMENT_PLAIN, false, "true", "100000000" },
	{ 0, DOCUMENT_STRING_EQUALS, DOCUMENT_PLAIN, true, "y", "101000000" },
	{ 1, DOCUMENT_STRING_EQUALS_FOLD, DOCUMENT_PLAIN, false, "Ab", "0111001" },
	{ 1, DOCUMENT_STRING_NOT_EQUALS_FOLD, DOCUMENT_PLAIN, false, "Ab", "1000110" },
	{ 1, DOCUMENT_STRING_EQUALS, DOCUMENT_PLAIN, false, "ab", "0100000" },
	{ 1, DOCUMENT_STRING_NOT_EQUALS, DOCUMENT_PLAIN, false, "ab|AB", "1001111" },
	{ 2, DOCUMENT_NUMERIC_LESS, DOCUMENT_PLAIN, false, "2", "0111000" },
	{ 2, DOCUMENT_NUMERIC_GREATER_EQUALS, DOCUMENT_PLAIN, false, "2", "0000110" },
	{ 2, DOCUMENT_NUMERIC_EQUALS, DOCUMENT_PLAIN, false, "1.0|2", "0010100" },
	{ 2, DOCUMENT_NUMERIC_NOT_EQUALS, DOCUMENT_PLAIN, false, "1", "1101110" },
	{ 2, DOCUMENT_NUMERIC_GREATER, DOCUMENT_PLAIN, true, "1", "1001110" },
	{ 2, DOCUMENT_NUMERIC_GREATER, DOCUMENT_PLAIN, false, "1", "0001110" },
	{ 2, DOCUMENT_NULL, DOCUMENT_PLAIN, false, "false", "0111111" },
	{ 3, DOCUMENT_IP_ADDRESS, DOCUMENT_PLAIN, false, "10.0.0.0/8", "0110010" },
	{ 3, DOCUMENT_IP_ADDRESS, DOCUMENT_PLAIN, false, "10.1.0.0/16|::/0", "0100100" },
	{ 3, DOCUMENT_NOT_IP_ADDRESS, DOCUMENT_PLAIN, false, "10.0.0.0/8", "1001100" },
	{ 3, DOCUMENT_NOT_IP_ADDRESS, DOCUMENT_PLAIN, false, "0.0.0.0/0", "1000100" },
	{ 4, DOCUMENT_BOOL, DOCUMENT_PLAIN, false, "true", "0100" },
	{ 4, DOCUMENT_BOOL, DOCUMENT_PLAIN, false, "False", "0010" },
	{ 4, DOCUMENT_BOOL, DOCUMENT_PLAIN, true, "false", "1010" },
	{ 4, DOCUMENT_NULL, DOCUMENT_PLAIN, false, "true", "1000" },
	{ 5, DOCUMENT_STRING_EQUALS, DOCUMENT_FOR_ANY, false, "x", "1000" },
	{ 5, DOCUMENT_STRING_EQUALS, DOCUMENT_FOR_ANY, false, "y", "0100" },
	{ 5, DOCUMENT_STRING_EQUALS, DOCUMENT_FOR_ALL, false, "x|y", "1100" },
	{ 5, DOCUMENT_STRING_NOT_EQUALS, DOCUMENT_FOR_ANY, false, "x", "0111" },
	{ 5, DOCUMENT_STRING_NOT_LIKE, DOCUMENT_FOR_ALL, false, "x*", "0101" },
	{ 5, DOCUMENT_STRING_LIKE, DOCUMENT_FOR_ALL, false, "x*", "1010" },
	{ 5, DOCUMENT_NULL, DOCUMENT_FOR_ANY, false, "true", "" },
	{ 6, DOCUMENT_STRING_EQUALS, DOCUMENT_PLAIN, false, "a", "10" },
	{ 6, DOCUMENT_STRING_NOT_EQUALS, DOCUMENT_PLAIN, false, "a", "01" },
	{ 6, DOCUMENT_STRING_LIKE, DOCUMENT_PLAIN, true, "*", "11" },
	{ 7, 0, DOCUMENT_PLAIN, false, "", "01" },
	{ 8, DOCUMENT_DATE_LESS, DOCUMENT_PLAIN, false, "2024-01-01", "0100000" },
	{ 8, DOCUMENT_DATE_GREATER_EQUALS, DOCUMENT_PLAIN, false, "1704067200", "0011110" },
	{ 8, DOCUMENT_DATE_EQUALS, DOCUMENT_PLAIN, false, "2024-06-01T00:00Z", "0000100" },
	{ 8, DOCUMENT_DATE_GREATER, DOCUMENT_PLAIN, false, "2024-06", "0000010" },
	{ 8, DOCUMENT_DATE_NOT_EQUALS, DOCUMENT_PLAIN, false, "2024-01-01", "1101110" },
	{ 0, DOCUMENT_STRING_EQUALS, DOCUMENT_PLAIN, false, "X", "000010000" },
	{ 0, DOCUMENT_STRING_LIKE, DOCUMENT_PLAIN, false, "xy*|?", "011111000" },
	{ 3, DOCUMENT_IP_ADDRESS, DOCUMENT_PLAIN, false, "10.2.0.0/16", "0010000" },
	{ 1, DOCUMENT_STRING_LIKE, DOCUMENT_PLAIN, false, "a*", "0101010" },
	{ 9, DOCUMENT_ARN_LIKE, DOCUMENT_PLAIN, false, "arn:aws:iam::1:*", "01110000" },
	{ 9, DOCUMENT_ARN_LIKE, DOCUMENT_PLAIN, false, "arn:aws:iam::*:role/a", "01001000" },
	{ 9, DOCUMENT_ARN_LIKE, DOCUMENT_PLAIN, false, "arn:aws:s3:::*", "00000100" },
	{ 9, DOCUMENT_ARN_NOT_LIKE, DOCUMENT_PLAIN, false, "arn:aws:iam::1:role/*", "10011110" },
	{ 9, DOCUMENT_ARN_NOT_LIKE, DOCUMENT_PLAIN, false, "arn:aws:iam::*:role/a|arn:aws:s3:::*", "10110010" },
	{ 9, DOCUMENT_NULL, DOCUMENT_PLAIN, false, "true", "10000000" },
	{ 9, DOCUMENT_ARN_NOT_LIKE, DOCUMENT_PLAIN, true, "arn:aws:iam::1:*", "10001110" },
	{ 9, DOCUMENT_ARN_NOT_LIKE, DOCUMENT_PLAIN, false, "arn:aws:iam::1:*", "10001110" },
};
/* clang-format on */

#define LEAF_COUNT (sizeof(leaves) / sizeof(leaves[0]))

enum shape { SHAPE_LEAF, SHAPE_NOT, SHAPE_AND, SHAPE_OR };

/* A formula as it was made up; operands come before the node. */
struct node {
	enum shape shape;
	uint32_t leaf, left, right;
};

struct formula {
	struct node nodes[NODE_MAX + LEAF_MAX];
	uint32_t count;
	uint32_t keys[3]; /* the keys in use */
};

/* Which value each key has. */
struct assignment {
	uint32_t value[KEY_COUNT];
};

static uint32_t next_random(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(*seed >> 33);
}

static bool leaf_truth(const struct leaf *l, const struct assignment *a)
{
	uint32_t value = a->value[l->key];
	bool all = true, any = false;

	if (l->key != 5)
		return l->truth[value] == '1';
	if (l->op == DOCUMENT_NULL)
		return value == 0;
	for (uint32_t i = 0; i < 4; i++) {
		if ((value & 1u << i) == 0)
			continue;
		all &= l->truth[i] == '1';
		any |= l->truth[i] == '1';
	}
	return l->qualifier == DOCUMENT_FOR_ANY ? any : all;
}

static bool formula_truth(const struct formula *f, const struct assignment *a)
{
	bool truth[NODE_MAX + LEAF_MAX];

	for (uint32_t i = 0; i < f->count; i++) {
		const struct node *n = &f->nodes[i];

		switch (n->shape) {
		case SHAPE_LEAF:
			truth[i] = leaf_truth(&leaves[n->leaf], a);
			break;
		case SHAPE_NOT:
			truth[i] = !truth[n->left];
			break;
		case SHAPE_AND:
			truth[i] = truth[n->left] && truth[n->right];
			break;
		case SHAPE_OR:
			truth[i] = truth[n->left] || truth[n->right];
			break;
		}
	}
	return truth[f->count - 1];
}

/* Two to seven leaves on at most three keys, joined at random. */
static void make_formula(struct formula *f, uint64_t *seed)
{
	uint32_t roots[LEAF_MAX], root_count = 2 + next_random(seed) % (LEAF_MAX - 1);

	*f = (struct formula){ 0 };
	for (uint32_t i = 0; i < 3; i++)
		f->keys[i] = next_random(seed) % KEY_COUNT;
	for (uint32_t i = 0; i < root_count; i++) {
		struct node n = { .shape = SHAPE_LEAF };

		do
			n.leaf = next_random(seed) % LEAF_COUNT;
		while (leaves[n.leaf].key != f->keys[0] &&
			leaves[n.leaf].key != f->keys[1] &&
			leaves[n.leaf].key != f->keys[2]);
		roots[i] = f->count;
		f->nodes[f->count++] = n;
	}
	while (root_count > 1) {
		uint32_t i = next_random(seed) % root_count, k = next_random(seed) % 5;
		struct node n = { k == 0  ? SHAPE_NOT
				  : k < 3 ? SHAPE_AND
					  : SHAPE_OR,
			0, roots[i], roots[(i + 1) % root_count] };

		if (k == 0 && (f->nodes[roots[i]].shape == SHAPE_NOT ||
				      f->count >= NODE_MAX + LEAF_MAX - root_count))
			continue;
		f->nodes[f->count] = n;
		roots[i] = f->count++;
		if (k == 0)
			continue;
		roots[(i + 1) % root_count] = roots[root_count - 1];
		root_count--;
	}
	assert_int_equal(roots[0], f->count - 1);
}

static expr leaf_expr(struct expr_pool *p, const struct leaf *l)
{
	struct str values[4], rest = str_from(l->values);
	struct expr_test test = { .op = l->op,
		.qualifier = l->qualifier,
		.if_exists = l->if_exists,
		.present = l->key == 6,
		.key = str_from(key_names[l->key]),
		.values = values };

	if (l->op == 0)
		return expr_unknown(p, STR_LIT("scope"), STR_LIT("lost"));
	while (rest.n > 0) {
		size_t bar = str_find_char(rest, '|', 0);

		values[test.value_count++] = str_head(rest, bar);
		rest = str_skip(rest, bar + 1);
	}
	return expr_test(p, &test);
}

static expr formula_expr(struct expr_pool *p, const struct formula *f)
{
	expr x[NODE_MAX + LEAF_MAX];

	for (uint32_t i = 0; i < f->count; i++) {
		const struct node *n = &f->nodes[i];

		switch (n->shape) {
		case SHAPE_LEAF:
			x[i] = leaf_expr(p, &leaves[n->leaf]);
			break;
		case SHAPE_NOT:
			x[i] = expr_not(p, x[n->left]);
			break;
		case SHAPE_AND:
			x[i] = expr_and(p, x[n->left], x[n->right]);
			break;
		case SHAPE_OR:
			x[i] = expr_or(p, x[n->left], x[n->right]);
			break;
		}
	}
	return x[f->count - 1];
}

/* The next assignment of the formula's keys; false after the last. */
static bool next_assignment(const struct formula *f, struct assignment *a)
{
	for (uint32_t i = 0; i < 3; i++) {
		uint32_t key = f->keys[i];
		bool again = (i > 0 && key == f->keys[0]) || (i > 1 && key == f->keys[1]);

		if (again)
			continue;
		if (++a->value[key] < value_counts[key])
			return true;
		a->value[key] = 0;
	}
	return false;
}

/* An atom as the leaves say it: one, or, where tests were merged, all that it is of. */
struct atom {
	const struct leaf *leaves[LEAF_COUNT];
	bool negated[LEAF_COUNT]; /* the leaf is the atom's negation */
	uint32_t count;
	bool all; /* all leaves must hold, else one */
};

static bool has_value(const struct expr_test *t, struct str value)
{
	for (uint32_t i = 0; i < t->value_count; i++) {
		if (str_eq(t->values[i], value))
			return true;
	}
	return false;
}

/*
 * Whether a leaf is one of those that an atom was merged of. A value that another one
 * covers is not in the atom: a leaf with a value that another leaf has, and with one
 * that the atom lacks, may yet be none of them.
 */
static bool is_part(struct expr_pool *p, expr leaf, expr atom, bool strict)
{
	const struct expr_node *a = expr_node(p, atom), *l = expr_node(p, leaf);
	uint32_t shared = 0;

	if (l->kind != EXPR_NODE_TEST || a->kind != EXPR_NODE_TEST || l->key != a->key ||
		l->test.op != a->test.op || l->test.qualifier != a->test.qualifier)
		return false;
	for (uint32_t i = 0; i < l->test.value_count; i++)
		shared += has_value(&a->test, l->test.values[i]);
	return shared == l->test.value_count || (!strict && shared > 0);
}

static void atom_add(struct atom *out, const struct leaf *leaf, expr x)
{
	out->leaves[out->count] = leaf;
	out->negated[out->count++] = (x & 1) != 0;
}

/* Whether the leaves have all values of the atom. */
static bool covers(struct expr_pool *p, const struct atom *parts, expr atom)
{
	for (uint32_t v = 0; v < expr_node(p, atom)->test.value_count; v++) {
		struct str value = expr_node(p, atom)->test.values[v];
		bool found = false;

		for (uint32_t i = 0; i < parts->count; i++) {
			expr x = leaf_expr(p, parts->leaves[i]);

			found |= has_value(&expr_node(p, x)->test, value);
		}
		if (!found)
			return false;
	}
	return true;
}

static void find_leaves(struct atom *out, struct expr_pool *p, expr atom)
{
	*out = (struct atom){ 0 };
	for (size_t i = 0; i < LEAF_COUNT && out->count == 0; i++) {
		expr x = leaf_expr(p, &leaves[i]);

		if ((x & ~1u) == atom && expr_is_literal(p, x))
			atom_add(out, &leaves[i], x);
	}
	if (out->count > 0)
		return;
	out->all = comparison_is_negated(expr_node(p, atom)->test.op);
	for (int strict = 1; strict >= 0 && !covers(p, out, atom); strict--) {
		out->count = 0;
		for (size_t i = 0; i < LEAF_COUNT; i++) {
			expr x = leaf_expr(p, &leaves[i]);

			if (expr_is_literal(p, x) && is_part(p, x, atom, strict != 0))
				atom_add(out, &leaves[i], x);
		}
	}
	if (out->count < 2) {
		struct buf text = { 0 };

		expr_print(&text, p, atom);
		fail_msg("'%.*s' is of no leaves", STR_ARG(buf_str(&text)));
	}
}

static bool atom_truth(const struct atom *atom, const struct assignment *a)
{
	for (uint32_t i = 0; i < atom->count; i++) {
		if ((leaf_truth(atom->leaves[i], a) != atom->negated[i]) != atom->all)
			return !atom->all;
	}
	return atom->all;
}

/* A formula of the pool, ready to be evaluated many times. */
struct program {
	struct buf ids;
	expr x;
	struct atom atoms[64]; /* per id; no leaves: an AND or the constant */
};

static void program_make(struct program *g, struct expr_pool *p, expr x)
{
	*g = (struct program){ .x = x };
	expr_collect(&g->ids, p, x);
	assert_true(VEC_COUNT(&g->ids, uint32_t) <= 64);
	for (size_t i = 0; i < VEC_COUNT(&g->ids, uint32_t); i++) {
		expr atom = VEC_DATA(&g->ids, uint32_t)[i] << 1;

		if (atom > 0 && expr_is_literal(p, atom))
			find_leaves(&g->atoms[i], p, atom);
	}
}

static bool operand_truth(const struct program *g, const bool *truth, expr x)
{
	size_t i = 0;

	while (VEC_DATA(&g->ids, uint32_t)[i] != x >> 1)
		i++;
	return truth[i] != ((x & 1) != 0);
}

/* From the operands up. */
static bool program_truth(
	const struct program *g, const struct expr_pool *p, const struct assignment *a)
{
	bool truth[64];

	for (size_t i = 0; i < VEC_COUNT(&g->ids, uint32_t); i++) {
		const struct expr_node *n =
			expr_node(p, VEC_DATA(&g->ids, uint32_t)[i] << 1);
		const expr *operands = expr_operands(p, n);

		truth[i] = n->kind == EXPR_NODE_AND;
		if (g->atoms[i].count > 0)
			truth[i] = atom_truth(&g->atoms[i], a);
		for (uint32_t k = 0; k < n->count; k++)
			truth[i] &= operand_truth(g, truth, operands[k]);
	}
	return operand_truth(g, truth, g->x);
}

/* What trial says of a formula. */
struct trial {
	bool some, all;
	bool some_certain; /* some assignment that holds whatever the unknown is */
};

static void fail_formula(const struct expr_pool *p, int round, expr x, const char *what)
{
	struct buf text = { 0 };

	expr_print(&text, p, x);
	print_error("round %d: %s: %.*s\n", round, what, STR_ARG(buf_str(&text)));
	buf_release(&text);
	fail();
}

static struct trial try_all(
	struct expr_pool *p, const struct formula *f, expr x, expr simple, int round)
{
	struct trial out = { .all = true };
	struct assignment a = { 0 };
	struct program made, simpler;

	program_make(&made, p, x);
	program_make(&simpler, p, simple);
	do {
		struct assignment other = a;
		bool truth = formula_truth(f, &a);

		if (program_truth(&made, p, &a) != truth)
			fail_formula(p, round, x, "the constructors changed");
		if (program_truth(&simpler, p, &a) != truth)
			fail_formula(p, round, x, "simplify changed");
		other.value[7] = 1 - a.value[7];
		out.some |= truth;
		out.all &= truth;
		out.some_certain |= truth && formula_truth(f, &other);
	} while (next_assignment(f, &a));
	buf_release(&made.ids);
	buf_release(&simpler.ids);
	return out;
}

static void formulas_agree_with_trial(void **state)
{
	uint64_t seed = 20260101;
	int certain = 0, never = 0, always = 0;

	(void)state;
	print_message("%d formulas from seed %llu\n", ROUNDS, (unsigned long long)seed);
	for (int round = 0; round < ROUNDS; round++) {
		struct expr_pool *p = expr_pool_new();
		struct formula f;
		enum expr_verdict v;
		struct trial t;
		expr x, simple;

		make_formula(&f, &seed);
		x = formula_expr(p, &f);
		simple = expr_simplify(p, x);
		t = try_all(p, &f, x, simple, round);
		v = expr_verdict(p, x);
		if (expr_satisfiable(p, x) != t.some)
			fail_formula(p, round, x, "wrong about whether it can hold");
		if ((v == VERDICT_ALLOWED) != t.all || (v == VERDICT_DENIED) != !t.some)
			fail_formula(p, round, x, "wrong verdict");
		if (v == VERDICT_CONDITIONAL && !t.some_certain)
			fail_formula(
				p, round, x, "conditional, but only the unknown tells");
		if ((simple == EXPR_TRUE) != t.all || (simple == EXPR_FALSE) != !t.some)
			fail_formula(p, round, x, "a constant that simplify did not see");
		if (expr_simplify(p, simple) != simple)
			fail_formula(p, round, x, "simplify can go on");
		certain += v == VERDICT_CONDITIONAL;
		never += v == VERDICT_DENIED;
		always += v == VERDICT_ALLOWED;
		expr_pool_free(p);
	}
	/* each sort came up often enough to mean something */
	assert_true(certain > ROUNDS / 10 && never > ROUNDS / 50 && always > ROUNDS / 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(formulas_agree_with_trial) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
