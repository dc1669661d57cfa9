#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs the four above first */
#include <cmocka.h>

#include "reachability/expr.h"
#include "reachability/expr_priv.h"

/* One literal of a row: values are written "a|b". */
struct literal {
	bool negated;
	enum document_operator op;
	enum document_qualifier qualifier;
	const char *values;
	bool present;
};

static uint32_t split(struct str *out, uint32_t max, const char *text)
{
	struct str rest = str_from(text);
	uint32_t count = 0;

	while (rest.n > 0 && count < max) {
		size_t bar = str_find_char(rest, '|', 0);

		out[count++] = str_head(rest, bar);
		rest = str_skip(rest, bar + 1);
	}
	return count;
}

static expr literal_expr(struct expr_pool *p, const char *key, const struct literal *l)
{
	struct str values[8];
	struct expr_test test = { .op = l->op,
		.qualifier = l->qualifier,
		.present = l->present,
		.key = str_from(key),
		.values = values,
		.value_count = split(values, 8, l->values) };
	expr x = expr_test(p, &test);

	return l->negated ? expr_not(p, x) : x;
}

static expr text_test(struct expr_pool *p, const char *key, enum document_operator op,
	const char *values)
{
	struct literal l = { false, op, DOCUMENT_PLAIN, values, false };

	return literal_expr(p, key, &l);
}

static expr equals(struct expr_pool *p, const char *key, const char *values)
{
	return text_test(p, key, DOCUMENT_STRING_EQUALS, values);
}

static void assert_prints(const struct expr_pool *p, expr x, const char *wanted)
{
	struct buf out = { 0 };

	expr_print(&out, p, x);
	if (!str_eq(buf_str(&out), str_from(wanted)))
		fail_msg("'%.*s' is not '%s'", (int)out.n, out.p, wanted);
	buf_release(&out);
}

static void assert_prints_json(const struct expr_pool *p, expr x, const char *wanted)
{
	struct buf out = { 0 };

	expr_print_json(&out, p, x);
	if (!str_eq(buf_str(&out), str_from(wanted)))
		fail_msg("'%.*s' is not '%s'", (int)out.n, out.p, wanted);
	buf_release(&out);
}

static void equal_formulas_are_equal_numbers(void **state)
{
	struct expr_pool *p = expr_pool_new();
	expr a = equals(p, "k", "x|y"), b = equals(p, "K", "y|x"),
	     c = equals(p, "l", "x");
	expr u = expr_unknown(p, STR_LIT("aws:1"), STR_LIT("tags were not collected"));

	(void)state;
	assert_int_equal(a, b);
	assert_int_not_equal(a, c);
	assert_int_equal(expr_and(p, a, c), expr_and(p, c, b));
	assert_int_equal(expr_not(p, expr_and(p, a, c)),
		expr_or(p, expr_not(p, c), expr_not(p, a)));
	assert_int_equal(
		expr_not(p, text_test(p, "k", DOCUMENT_STRING_NOT_EQUALS, "x|y")), a);
	assert_int_equal(text_test(p, "l", DOCUMENT_STRING_LIKE, "x"), c);
	assert_int_equal(
		u, expr_unknown(p, STR_LIT("aws:1"), STR_LIT("tags were not collected")));
	assert_int_not_equal(
		u, expr_unknown(p, STR_LIT("aws:2"), STR_LIT("tags were not collected")));
	expr_pool_free(p);
}

static void constructors_simplify(void **state)
{
	struct expr_pool *p = expr_pool_new();
	expr a = equals(p, "a", "1"), b = equals(p, "b", "1"), c = equals(p, "c", "1");
	expr ab = expr_and(p, a, b), a_or_b = expr_or(p, a, b);

	(void)state;
	assert_int_equal(expr_and(p, a, EXPR_TRUE), a);
	assert_int_equal(expr_and(p, a, EXPR_FALSE), EXPR_FALSE);
	assert_int_equal(expr_or(p, a, EXPR_TRUE), EXPR_TRUE);
	assert_int_equal(expr_or(p, a, EXPR_FALSE), a);
	assert_int_equal(expr_and(p, a, a), a);
	assert_int_equal(expr_and(p, a, expr_not(p, a)), EXPR_FALSE);
	assert_int_equal(expr_or(p, a, expr_not(p, a)), EXPR_TRUE);
	assert_int_equal(expr_and(p, ab, a), ab);
	assert_int_equal(expr_or(p, ab, a), a);
	assert_int_equal(expr_and(p, a, a_or_b), a);
	assert_int_equal(expr_or(p, ab, expr_not(p, a)), expr_or(p, expr_not(p, a), b));
	assert_int_equal(expr_and(p, a_or_b, expr_or(p, a_or_b, c)), a_or_b);
	assert_int_equal(
		expr_and(p, ab, expr_or(p, expr_not(p, ab), c)), expr_and(p, ab, c));
	assert_int_equal(expr_not(p, expr_not(p, ab)), ab);
	expr_pool_free(p);
}

static void formulas_read_as_text(void **state)
{
	struct expr_pool *p = expr_pool_new();
	expr mfa = text_test(p, "aws:MultiFactorAuthPresent", DOCUMENT_BOOL, "true");
	expr ip = text_test(
		p, "aws:SourceIp", DOCUMENT_IP_ADDRESS, "192.168.0.0/16|10.0.0.0/8");
	expr tag = text_test(p, "aws:PrincipalTag/team", DOCUMENT_NULL, "true");
	expr like = text_test(p, "s3:prefix", DOCUMENT_STRING_LIKE, "home/*|a b*");
	expr lost = expr_unknown(p, STR_LIT("aws:1"), STR_LIT("policy of \"x\" is lost"));

	(void)state;
	assert_prints(p, EXPR_TRUE, "always");
	assert_prints(p, EXPR_FALSE, "never");
	assert_prints(p, mfa, "aws:MultiFactorAuthPresent = true");
	assert_prints(p, expr_not(p, mfa), "not (aws:MultiFactorAuthPresent = true)");
	assert_prints(
		p, expr_not(p, ip), "aws:SourceIp not in 10.0.0.0/8, 192.168.0.0/16");
	assert_prints(p, tag, "aws:PrincipalTag/team is absent");
	assert_prints(p, expr_not(p, tag), "aws:PrincipalTag/team is present");
	assert_prints(p, like, "s3:prefix like \"a b*\", home/*");
	assert_prints(p, expr_and(p, expr_or(p, tag, ip), mfa),
		"(aws:PrincipalTag/team is absent or aws:SourceIp in 10.0.0.0/8, "
		"192.168.0.0/16) and aws:MultiFactorAuthPresent = true");
	assert_prints(p, expr_or(p, lost, mfa),
		"aws:MultiFactorAuthPresent = true or unknown (policy of \"x\" is lost)");
	assert_prints_json(p, EXPR_TRUE, "true");
	assert_prints_json(p, expr_not(p, mfa),
		"{\"op\":\"Bool\",\"key\":\"aws:MultiFactorAuthPresent\",\"values\":[\"true\"],"
		"\"not\":true}");
	assert_prints_json(p, expr_or(p, lost, tag),
		"{\"or\":[{\"op\":\"Null\",\"key\":\"aws:PrincipalTag/team\",\"values\":"
		"[\"true\"]},{\"unknown\":\"policy of \\\"x\\\" is lost\",\"scope\":"
		"\"aws:1\"}]}");
	expr_pool_free(p);
}

static void count_unknown(void *ctx, struct str scope, struct str what)
{
	struct buf *out = ctx;

	buf_printf(out, "%.*s: %.*s; ", STR_ARG(scope), STR_ARG(what));
}

static void each_unknown_is_told_once(void **state)
{
	struct expr_pool *p = expr_pool_new();
	expr u = expr_unknown(p, STR_LIT("s"), STR_LIT("one"));
	expr v = expr_unknown(p, STR_LIT("s"), STR_LIT("two"));
	expr a = equals(p, "a", "1"), b = equals(p, "b", "1");
	struct buf seen = { 0 };

	(void)state;
	expr_each_unknown(p,
		expr_or(p, expr_and(p, a, u),
			expr_and(p, b, expr_or(p, expr_not(p, u), v))),
		count_unknown, &seen);
	assert_true(str_eq(buf_str(&seen), STR_LIT("s: one; s: two; ")));
	buf_release(&seen);
	expr_pool_free(p);
}

static void verdicts_tell_what_is_left(void **state)
{
	struct expr_pool *p = expr_pool_new();
	expr a = equals(p, "k", "a"), b = equals(p, "k", "b"), c = equals(p, "c", "1");
	expr u = expr_unknown(p, STR_LIT("s"), STR_LIT("one"));
	expr yes = text_test(p, "m", DOCUMENT_BOOL, "true");
	expr less = text_test(p, "n", DOCUMENT_NUMERIC_LESS, "5");

	(void)state;
	assert_int_equal(expr_verdict(p, EXPR_TRUE), VERDICT_ALLOWED);
	assert_int_equal(expr_verdict(p, EXPR_FALSE), VERDICT_DENIED);
	assert_int_equal(expr_verdict(p, a), VERDICT_CONDITIONAL);
	assert_int_equal(expr_verdict(p, expr_and(p, a, b)), VERDICT_DENIED);
	assert_int_equal(expr_verdict(p, expr_or(p, expr_not(p, a), expr_not(p, b))),
		VERDICT_ALLOWED);
	assert_int_equal(expr_verdict(p, u), VERDICT_UNKNOWN);
	assert_int_equal(expr_verdict(p, expr_not(p, u)), VERDICT_UNKNOWN);
	assert_int_equal(expr_verdict(p, expr_and(p, a, u)), VERDICT_UNKNOWN);
	assert_int_equal(expr_verdict(p, expr_or(p, a, u)), VERDICT_CONDITIONAL);
	assert_int_equal(
		expr_verdict(p, expr_and(p, u, expr_and(p, a, b))), VERDICT_DENIED);
	assert_int_equal(
		expr_verdict(p, expr_or(p, u, expr_and(p, a, b))), VERDICT_UNKNOWN);
	assert_int_equal(
		expr_verdict(p, expr_or(p, c, expr_and(p, yes, u))), VERDICT_CONDITIONAL);
	assert_int_equal(
		expr_verdict(p, expr_and(p, less, expr_not(p, less))), VERDICT_DENIED);
	expr_pool_free(p);
}

struct row {
	const char *claim;
	struct literal literals[3];
	bool possible;
};

#define IS(op, values)                                                                   \
	{                                                                                \
		false, DOCUMENT_##op, DOCUMENT_PLAIN, values, false                      \
	}
#define NOT(op, values)                                                                  \
	{                                                                                \
		true, DOCUMENT_##op, DOCUMENT_PLAIN, values, false                       \
	}
#define SOME(op, values)                                                                 \
	{                                                                                \
		false, DOCUMENT_##op, DOCUMENT_FOR_ANY, values, false                    \
	}
#define ALL(op, values)                                                                  \
	{                                                                                \
		false, DOCUMENT_##op, DOCUMENT_FOR_ALL, values, false                    \
	}
#define PRESENT_NOT(op, values)                                                          \
	{                                                                                \
		true, DOCUMENT_##op, DOCUMENT_PLAIN, values, true                        \
	}

/* clang-format off */
static const struct row rows[] = {
	{ "a value of two sets", { IS(STRING_EQUALS, "a|b"), IS(STRING_EQUALS, "b|c") }, true },
	{ "disjoint sets", { IS(STRING_EQUALS, "a|b"), IS(STRING_EQUALS, "c") }, false },
	{ "all values taken away", { IS(STRING_EQUALS, "a|b"), NOT(STRING_EQUALS, "a"), NOT(STRING_EQUALS, "b") }, false },
	{ "one is left", { IS(STRING_EQUALS, "a|b"), NOT(STRING_EQUALS, "a") }, true },
	{ "no value and a value", { IS(NULL, "true"), IS(STRING_EQUALS, "a") }, false },
	{ "no value and not a value", { IS(NULL, "true"), NOT(STRING_EQUALS, "a") }, true },
	{ "an empty set", { IS(STRING_EQUALS, "") }, false },
	{ "not an empty set", { NOT(STRING_EQUALS, "") }, true },
	{ "patterns that overlap", { IS(STRING_LIKE, "a*"), IS(STRING_LIKE, "*b") }, true },
	{ "patterns apart", { IS(STRING_LIKE, "a*"), IS(STRING_LIKE, "b*") }, false },
	{ "a pattern within another", { IS(STRING_LIKE, "ab*"), NOT(STRING_LIKE, "a*") }, false },
	{ "a pattern without a part", { IS(STRING_LIKE, "a*"), NOT(STRING_LIKE, "ab*") }, true },
	{ "a pattern without its only value", { IS(STRING_LIKE, "a|b?"), NOT(STRING_EQUALS, "a"), NOT(STRING_LIKE, "b*") }, false },
	{ "everything taken away by two", { IS(STRING_LIKE, "a*"), NOT(STRING_EQUALS, "a"), NOT(STRING_LIKE, "a?*") }, false },
	{ "a value outside a pattern", { IS(STRING_EQUALS, "ab"), IS(STRING_LIKE, "b*") }, false },
	{ "case matters", { IS(STRING_EQUALS, "A"), IS(STRING_EQUALS, "a") }, false },
	{ "case does not matter", { IS(STRING_EQUALS, "A"), IS(STRING_EQUALS_FOLD, "a") }, true },
	{ "every case taken away", { IS(STRING_EQUALS_FOLD, "a"), NOT(STRING_EQUALS, "a|A") }, false },
	{ "a case is left", { IS(STRING_EQUALS_FOLD, "department"), NOT(STRING_EQUALS, "Department|department") }, true },
	{ "a word in any case within a pattern", { IS(STRING_EQUALS_FOLD, "ab"), IS(STRING_LIKE, "A*") }, true },
	{ "addresses within", { IS(IP_ADDRESS, "10.0.0.0/8"), IS(IP_ADDRESS, "10.2.0.0/16") }, true },
	{ "addresses apart", { IS(IP_ADDRESS, "10.0.0.0/8"), IS(IP_ADDRESS, "11.0.0.0/8") }, false },
	{ "a block without its halves", { IS(IP_ADDRESS, "10.0.0.0/8"), NOT(IP_ADDRESS, "10.0.0.0/9|10.128.0.0/9") }, false },
	{ "a block without most of it", { IS(IP_ADDRESS, "10.0.0.0/8"), NOT(IP_ADDRESS, "10.0.0.0/9|10.128.0.0/10") }, true },
	{ "the last address", { IS(IP_ADDRESS, "255.255.255.255"), IS(NOT_IP_ADDRESS, "0.0.0.0/0") }, false },
	{ "the versions are apart", { IS(IP_ADDRESS, "0.0.0.0/0"), IS(IP_ADDRESS, "::/0") }, false },
	{ "a block of version 6", { IS(IP_ADDRESS, "2001:db8::/32"), NOT(IP_ADDRESS, "2001:db8::/33") }, true },
	{ "between two numbers", { IS(NUMERIC_GREATER, "1"), IS(NUMERIC_LESS, "1.01") }, true },
	{ "between negative numbers", { IS(NUMERIC_GREATER, "-2"), IS(NUMERIC_LESS, "-1.99") }, true },
	{ "around zero", { IS(NUMERIC_GREATER, "-1"), IS(NUMERIC_LESS, "1"), IS(NUMERIC_NOT_EQUALS, "0") }, true },
	{ "an empty interval", { IS(NUMERIC_GREATER, "1"), IS(NUMERIC_LESS, "1.0") }, false },
	{ "a point", { IS(NUMERIC_GREATER_EQUALS, "1"), IS(NUMERIC_LESS_EQUALS, "1.0") }, true },
	{ "the point taken away", { IS(NUMERIC_GREATER_EQUALS, "1"), IS(NUMERIC_LESS_EQUALS, "1.0"), IS(NUMERIC_NOT_EQUALS, "1") }, false },
	{ "above all numbers", { IS(NUMERIC_GREATER, "99"), NOT(NUMERIC_LESS, "1000") }, true },
	{ "below all numbers", { IS(NUMERIC_LESS, "-99"), IS(NUMERIC_LESS, "5") }, true },
	{ "neither less nor not less: absent", { NOT(NUMERIC_LESS, "5"), NOT(NUMERIC_GREATER_EQUALS, "5") }, true },
	{ "not a number", { IS(NUMERIC_LESS, "ten") }, false },
	{ "between two instants", { IS(DATE_GREATER, "2024-01-01T00:00:00Z"), IS(DATE_LESS, "1704067201") }, true },
	{ "the same instant", { IS(DATE_GREATER, "2024-01-01T00:00:00Z"), IS(DATE_LESS, "1704067200") }, false },
	{ "after all instants", { IS(DATE_GREATER, "1704067200000") }, true },
	{ "before all instants", { IS(DATE_LESS, "1960-01-01") }, true },
	{ "both booleans", { IS(BOOL, "true"), IS(BOOL, "false") }, false },
	{ "neither boolean: absent", { NOT(BOOL, "true"), NOT(BOOL, "false") }, true },
	{ "neither boolean, present", { PRESENT_NOT(BOOL, "true"), PRESENT_NOT(BOOL, "false") }, false },
	{ "a boolean in another case", { NOT(BOOL, "TRUE"), IS(BOOL, "True") }, false },
	{ "a present key is not absent", { PRESENT_NOT(STRING_EQUALS, "a"), IS(NULL, "true") }, false },
	{ "binary", { IS(BINARY_EQUALS, "YQ=="), NOT(BINARY_EQUALS, "YQ") }, false },
	{ "ARNs that overlap", { IS(ARN_LIKE, "arn:aws:iam::1:role/*"), IS(ARN_LIKE, "arn:aws:*::*:*/x") }, true },
	{ "ARNs apart", { IS(ARN_LIKE, "arn:aws:iam::1:role/*"), IS(ARN_LIKE, "arn:aws:*::2:*") }, false },
	{ "ARN segments do not run over", { IS(ARN_LIKE, "arn:aws:*:eu:*:x"), IS(ARN_LIKE, "arn:aws:a:*:*:y*") }, false },
	{ "an ARN within another", { IS(ARN_LIKE, "arn:aws:iam::1:role/a/*"), NOT(ARN_LIKE, "arn:aws:iam::1:role/*") }, false },
	{ "an ARN without a part", { IS(ARN_LIKE, "arn:aws:iam::*:role/a"), IS(ARN_NOT_LIKE, "arn:aws:iam::1:*") }, true },
	{ "types that agree", { IS(STRING_LIKE, "10.*"), IS(IP_ADDRESS, "10.1.0.0/16") }, true },
	{ "types that may agree", { IS(STRING_LIKE, "1*.7"), IS(IP_ADDRESS, "10.1.0.0/16") }, true },
	{ "a value of another type", { IS(STRING_EQUALS, "10.1.0.1"), IS(IP_ADDRESS, "11.0.0.0/8") }, false },
	{ "an open variable", { IS(STRING_EQUALS, "${aws:username}"), IS(STRING_EQUALS, "a") }, true },
	{ "an open variable needs the key", { IS(STRING_EQUALS, "${aws:username}"), IS(NULL, "true") }, false },
	{ "some a and some b", { SOME(STRING_EQUALS, "a"), SOME(STRING_EQUALS, "b") }, true },
	{ "some a, all b", { SOME(STRING_EQUALS, "a"), ALL(STRING_EQUALS, "b") }, false },
	{ "all a, all b: none", { ALL(STRING_EQUALS, "a"), ALL(STRING_EQUALS, "b") }, true },
	{ "all a, all b, present", { ALL(STRING_EQUALS, "a"), ALL(STRING_EQUALS, "b"), NOT(NULL, "true") }, false },
	{ "some a, some not a", { SOME(STRING_EQUALS, "a"), SOME(STRING_NOT_EQUALS, "a") }, true },
	{ "some a, all unlike a", { SOME(STRING_EQUALS, "a"), ALL(STRING_NOT_LIKE, "a*") }, false },
	{ "some a and only b", { SOME(STRING_EQUALS, "a"), IS(STRING_EQUALS, "b") }, false },
	{ "a literal star is not every text", { IS(STRING_LIKE, "a\xfe*"), IS(STRING_EQUALS, "ab") }, false },
	{ "a literal star is a star", { IS(STRING_LIKE, "a\xfe*"), IS(STRING_EQUALS, "a*b") }, true },
	{ "patterns of many stars that overlap", { IS(STRING_LIKE, "*a*b*"), IS(STRING_LIKE, "*b*c*"), NOT(STRING_LIKE, "*c*d*|*e*|*f*|*g*|*h*|*i*") }, true },
	{ "some less, some greater", { SOME(NUMERIC_LESS, "1"), SOME(NUMERIC_GREATER, "2") }, true },
};
/* clang-format on */

static void conjunctions_on_one_key_are_decided(void **state)
{
	int failed = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct expr_pool *p = expr_pool_new();
		expr x = EXPR_TRUE;

		for (size_t k = 0; k < 3 && rows[i].literals[k].op != 0; k++)
			x = expr_and(p, x, literal_expr(p, "k", &rows[i].literals[k]));
		if (expr_satisfiable(p, x) != rows[i].possible) {
			print_error("%s: %spossible\n", rows[i].claim,
				rows[i].possible ? "im" : "");
			failed++;
		}
		expr_pool_free(p);
	}
	assert_int_equal(failed, 0);
}

static void simplify_drops_what_the_rest_decides(void **state)
{
	struct expr_pool *p = expr_pool_new();
	expr a = equals(p, "k", "a"), b = equals(p, "k", "b"), ab = equals(p, "k", "a|b");
	expr c = equals(p, "c", "1"), d = equals(p, "d", "1");
	expr wide = text_test(p, "i", DOCUMENT_IP_ADDRESS, "10.0.0.0/8");
	expr narrow = text_test(p, "i", DOCUMENT_IP_ADDRESS, "10.1.0.0/16");

	(void)state;
	assert_int_equal(expr_simplify(p, expr_and(p, a, b)), EXPR_FALSE);
	assert_int_equal(expr_simplify(p, expr_or(p, expr_and(p, a, b), c)), c);
	assert_int_equal(expr_simplify(p, expr_and(p, a, ab)), a);
	assert_int_equal(expr_simplify(p, expr_or(p, a, ab)), ab);
	assert_int_equal(expr_simplify(p, expr_and(p, wide, narrow)), narrow);
	assert_int_equal(
		expr_simplify(p, expr_or(p, wide, expr_and(p, narrow, c))), wide);
	assert_int_equal(
		expr_simplify(p, expr_and(p, a, expr_or(p, expr_and(p, b, c), d))),
		expr_and(p, a, d));
	assert_int_equal(
		expr_simplify(p, expr_or(p, expr_not(p, a), expr_not(p, b))), EXPR_TRUE);
	assert_int_equal(expr_simplify(p, expr_or(p, a, c)), expr_or(p, a, c));
	expr_pool_free(p);
}

/*
 * Nine pigeons in eight holes: impossible, but not refuted within the steps that we
 * allow.
 */
static void what_is_too_hard_counts_as_possible(void **state)
{
	struct expr_pool *p = expr_pool_new();
	expr x = EXPR_TRUE, in[9][8];

	(void)state;
	for (int i = 0; i < 9; i++) {
		expr some = EXPR_FALSE;

		for (int k = 0; k < 8; k++) {
			char key[] = { (char)('a' + i), (char)('0' + k), '\0' };

			in[i][k] = equals(p, key, "x");
			some = expr_or(p, some, in[i][k]);
		}
		x = expr_and(p, x, some);
	}
	for (int k = 0; k < 8; k++) {
		for (int i = 0; i < 9; i++) {
			for (int j = 0; j < i; j++)
				x = expr_and(p, x,
					expr_not(p, expr_and(p, in[i][k], in[j][k])));
		}
	}
	assert_true(expr_satisfiable(p, x));
	expr_pool_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_formulas_are_equal_numbers),
		cmocka_unit_test(constructors_simplify),
		cmocka_unit_test(formulas_read_as_text),
		cmocka_unit_test(each_unknown_is_told_once),
		cmocka_unit_test(verdicts_tell_what_is_left),
		cmocka_unit_test(conjunctions_on_one_key_are_decided),
		cmocka_unit_test(simplify_drops_what_the_rest_decides),
		cmocka_unit_test(what_is_too_hard_counts_as_possible),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
