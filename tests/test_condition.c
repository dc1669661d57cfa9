#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs the four above first */
#include <cmocka.h>

#include "reachability/condition.h"
#include "reachability/literal.h"

/*
 * Facts are written in short: "-" missing, "?" open, "!" present, "~" not collected, "=v"
 * known, "[a|b" a known list, "[?" an open list, "[!" a list that is present, "[" an
 * empty list. Results are printed residuals: "always" and "never" are the constants.
 */
struct row {
	const char *claim;
	enum document_operator op;
	const char *how; /* "" or any of: if, all, any, var */
	const char *values, *fact, *expected;
};

#define MISSING "-"
#define K       "k"

struct world {
	const char *fact; /* of the key "k" */
	struct arena arena;
};

/* The pieces of "a|b|c". */
static uint32_t split(const struct str **out, const char *text, struct arena *arena)
{
	struct str rest = str_from(text);
	struct str *items = ARENA_NEW_ARRAY(arena, struct str, rest.n + 1);
	uint32_t count = 0;

	while (rest.n > 0) {
		size_t bar = str_find_char(rest, '|', 0);

		items[count++] = str_head(rest, bar);
		rest = str_skip(rest, bar + 1);
	}
	*out = items;
	return count;
}

static void read_fact(struct condition_fact *out, const char *text, struct arena *arena)
{
	*out = (struct condition_fact){ .multivalued = text[0] == '[' };
	if (out->multivalued)
		text++;
	switch (strlen(text) == 1 ? text[0] : '=') {
	case '-':
		out->knowledge = CONDITION_MISSING;
		break;
	case '?':
		out->knowledge = CONDITION_OPEN;
		break;
	case '!':
		out->knowledge = CONDITION_PRESENT;
		break;
	case '~':
		out->knowledge = CONDITION_UNCOLLECTED;
		out->scope = STR_LIT("aws:1");
		out->what = STR_LIT("tags were not collected");
		break;
	default:
		out->knowledge = CONDITION_KNOWN;
		out->value_count = split(&out->values, text + (text[0] == '='), arena);
		break;
	}
}

/*
 * Beside "k" every world has a user name, a star, a list, an open, an absent and a lost
 * key.
 */
static void look_up(
	void *ctx, struct str key, struct condition_fact *out, struct arena *arena)
{
	struct world *w = ctx;

	static const struct {
		const char *key, *fact;
	} others[] = { { "aws:username", "=bob" }, { "star", "=b*" }, { "list", "[a|b" },
		{ "open", "?" }, { "lost", "~" } };

	if (str_eq_fold(key, STR_LIT(K))) {
		read_fact(out, w->fact, arena);
		return;
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (str_eq_fold(key, str_from(others[i].key))) {
			read_fact(out, others[i].fact, arena);
			return;
		}
	}
	read_fact(out, MISSING, arena);
}

static void add_condition(
	struct document_builder *b, const struct row *row, struct arena *arena)
{
	struct document_condition *c =
		document_add_condition(b, STR_LIT(K), STR_LIT("AsWritten"));
	const struct str *values;
	uint32_t count = split(&values, row->values, arena);

	c->operator_ = (uint16_t)row->op;
	c->qualifier = strstr(row->how, "all")   ? DOCUMENT_FOR_ALL
		       : strstr(row->how, "any") ? DOCUMENT_FOR_ANY
						 : DOCUMENT_PLAIN;
	if (strstr(row->how, "if"))
		c->flags |= DOCUMENT_IF_EXISTS;
	if (strstr(row->how, "var"))
		c->flags |= DOCUMENT_CONDITION_VARIABLE;
	for (uint32_t i = 0; i < count; i++)
		document_add_value(b, values[i]);
}

/*
 * The statement with the rows' conditions, evaluated where "k" is the first row's fact.
 */
static struct str evaluate(const struct row *rows, size_t count, struct arena *arena)
{
	struct world world = { .fact = rows[0].fact };
	struct document_builder b = { 0 };
	struct condition_context c = { look_up, &world, expr_pool_new(), arena };
	struct buf bytes = { 0 }, text = { 0 };
	struct document d;
	struct str out;
	struct err e;

	document_add_statement(&b);
	for (size_t i = 0; i < count; i++)
		add_condition(&b, &rows[i], arena);
	document_finish(&b, &bytes);
	assert_int_equal(document_open(&d, buf_str(&bytes), &e), 0);
	expr_print(&text, c.pool, condition_statement(&c, &d, &d.statements[0]));
	out = arena_copy(arena, buf_str(&text));
	document_builder_release(&b);
	buf_release(&bytes);
	buf_release(&text);
	expr_pool_free(c.pool);
	return out;
}

/* The same but for what was asked of a fact that nobody collected, which is "..." in the rows. */
static bool is_expected(struct str got, const char *expected)
{
	struct str wanted = str_from(expected), gap = STR_LIT(" (asked: ...))");

	if (!str_ends(wanted, gap))
		return str_eq(got, wanted);
	return str_starts(got, str_head(wanted, wanted.n - 5)) &&
	       str_ends(got, STR_LIT("))"));
}

static void check_rows(const struct row *rows, size_t count)
{
	int failed = 0;

	for (size_t i = 0; i < count; i++) {
		struct arena arena;
		struct str got;

		arena_init(&arena, ARENA_UNLIMITED);
		got = evaluate(&rows[i], 1, &arena);
		if (!is_expected(got, rows[i].expected)) {
			print_error("%s (op %d %s [%s] of %s): got '%.*s', wanted '%s'\n",
				rows[i].claim, rows[i].op, rows[i].how, rows[i].values,
				rows[i].fact, STR_ARG(got), rows[i].expected);
			failed++;
		}
		arena_release(&arena);
	}
	assert_int_equal(failed, 0);
}

#define CHECK(rows) check_rows((rows), sizeof(rows) / sizeof((rows)[0]))

/*
 * An operator with values, a fact that matches it, one that does not, one of the wrong
 * type.
 */
struct shape {
	enum document_operator op;
	const char *values, *match, *mismatch, *malformed;
};

#define ARN_A "arn:aws:iam::111122223333:role/a"
#define ARN_B "arn:aws:iam::111122223333:role/b/c"

/* clang-format off */
static const struct shape shapes[] = {
	{ DOCUMENT_STRING_EQUALS, "a|b", "b", "B", NULL },
	{ DOCUMENT_STRING_NOT_EQUALS, "a|b", "c", "a", NULL },
	{ DOCUMENT_STRING_EQUALS_FOLD, "Ab|x", "aB", "abc", NULL },
	{ DOCUMENT_STRING_NOT_EQUALS_FOLD, "Ab|x", "abc", "aB", NULL },
	{ DOCUMENT_STRING_LIKE, "a*|x?", "abc", "x", NULL },
	{ DOCUMENT_STRING_NOT_LIKE, "a*|x?", "x", "xy", NULL },
	{ DOCUMENT_ARN_LIKE, "arn:aws:iam::*:role/*", ARN_A, "arn:aws:iam::1:user/a", "role/a" },
	{ DOCUMENT_ARN_NOT_LIKE, "arn:aws:iam::*:role/*", "arn:aws:iam::1:user/a", ARN_B, "role/a" },
	{ DOCUMENT_IP_ADDRESS, "10.0.0.0/8|::1", "10.2.3.4", "11.0.0.0", "ten" },
	{ DOCUMENT_NOT_IP_ADDRESS, "10.0.0.0/8|::1", "::2", "0:0:0:0:0:0:0:1", "ten" },
	{ DOCUMENT_NUMERIC_EQUALS, "10|2.50", "2.5", "10.01", "10abc" },
	{ DOCUMENT_NUMERIC_NOT_EQUALS, "10|2.50", "3", "+010.0", "1e3" },
	{ DOCUMENT_NUMERIC_LESS, "10", "-11", "10", "" },
	{ DOCUMENT_NUMERIC_LESS_EQUALS, "10", "10.0", "10.0000000000000000000000001", "ten" },
	{ DOCUMENT_NUMERIC_GREATER, "-2", "-1.5", "-2.5", "0x10" },
	{ DOCUMENT_NUMERIC_GREATER_EQUALS, "-0", "0", "-0.1", "." },
	{ DOCUMENT_DATE_EQUALS, "2024-01-01T00:00:00Z", "1704067200", "1704067201", "soon" },
	{ DOCUMENT_DATE_NOT_EQUALS, "2024-01-01", "2024-01-02", "2024-01-01T02:00:00+02:00", "2024-13-01" },
	{ DOCUMENT_DATE_LESS, "2024-01-01", "2023-12-31T23:59:59.999Z", "2024-01-01T00:00:00Z", "2024-1-1" },
	{ DOCUMENT_DATE_LESS_EQUALS, "2024-01-01", "2024", "2024-01-01T00:00:01Z", "2023-02-29" },
	{ DOCUMENT_DATE_GREATER, "1704067200", "2024-01-01T00:00:00.1Z", "2024-01-01T00:00:00Z", "" },
	{ DOCUMENT_DATE_GREATER_EQUALS, "1704067200", "2024-01-01T00:00:00Z", "2024-01-01T00:59:59+01:00", "tomorrow" },
	{ DOCUMENT_BOOL, "true", "TRUE", "false", "1" },
	{ DOCUMENT_BINARY_EQUALS, "YWJj|YQ==", "YQ==", "YQA=", NULL },
};
/* clang-format on */

static bool is_negated(enum document_operator op)
{
	return op == DOCUMENT_STRING_NOT_EQUALS ||
	       op == DOCUMENT_STRING_NOT_EQUALS_FOLD || op == DOCUMENT_STRING_NOT_LIKE ||
	       op == DOCUMENT_ARN_NOT_LIKE || op == DOCUMENT_NOT_IP_ADDRESS ||
	       op == DOCUMENT_NUMERIC_NOT_EQUALS || op == DOCUMENT_DATE_NOT_EQUALS;
}

static void each_operator_matches_mismatches_and_misses(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		const struct shape *s = &shapes[i];
		const char *missing = is_negated(s->op) ? "always" : "never";
		struct arena a;

		arena_init(&a, ARENA_UNLIMITED);
		const char *yes = arena_printf(&a, "=%s", s->match).p;
		const char *no = arena_printf(&a, "=%s", s->mismatch).p;
		const char *both = arena_printf(&a, "[%s|%s", s->match, s->mismatch).p;
		const char *only = arena_printf(&a, "[%s", s->match).p;
		const char *none = arena_printf(&a, "[%s", s->mismatch).p;
		const struct row rows[] = {
			{ "match", s->op, "", s->values, yes, "always" },
			{ "mismatch", s->op, "", s->values, no, "never" },
			{ "missing", s->op, "", s->values, MISSING, missing },
			{ "match if exists", s->op, "if", s->values, yes, "always" },
			{ "mismatch if exists", s->op, "if", s->values, no, "never" },
			{ "missing if exists", s->op, "if", s->values, MISSING,
				"always" },
			{ "all of both", s->op, "all", s->values, both, "never" },
			{ "any of both", s->op, "any", s->values, both, "always" },
			{ "all of matches", s->op, "all", s->values, only, "always" },
			{ "any of mismatches", s->op, "any", s->values, none, "never" },
			{ "all of none", s->op, "all", s->values, "[", "always" },
			{ "any of none", s->op, "any", s->values, "[", "never" },
			{ "all of missing", s->op, "all", s->values, MISSING, "always" },
			{ "any of missing", s->op, "any", s->values, MISSING, "never" },
			{ "all if exists", s->op, "all if", s->values, MISSING,
				"always" },
			{ "any if exists", s->op, "any if", s->values, MISSING,
				"always" },
			{ "a list without qualifier", s->op, "", s->values, only,
				"never" },
			{ "not collected", s->op, "", s->values, "~",
				"unknown (tags were not collected (asked: ...))" },
		};

		CHECK(rows);
		if (s->malformed) {
			const char *bad = arena_printf(&a, "=%s", s->malformed).p;
			const struct row row = { "malformed", s->op, "", s->values,
				s->malformed[0] == '\0' ? "= " : bad, "never" };

			check_rows(&row, 1);
		}
		arena_release(&a);
	}
}

/* clang-format off */
static const struct row value_rows[] = {
	{ "equality takes wildcards as text", DOCUMENT_STRING_EQUALS, "", "a*", "=ab", "never" },
	{ "an ARN's wildcard stays within its segment", DOCUMENT_ARN_LIKE, "", "arn:aws:s*:b", "=arn:aws:s3:::b", "never" },
	{ "each segment is compared", DOCUMENT_ARN_LIKE, "", "arn:aws:sqs:*:1:q", "=arn:aws:sqs:eu:2:1:q", "never" },
	{ "the last segment crosses colons", DOCUMENT_ARN_LIKE, "", "arn:aws:sns:*:*:t*x", "=arn:aws:sns:eu:1:t:y:x", "always" },
	{ "a final star runs on over missing segments", DOCUMENT_ARN_LIKE, "", "*", "=arn:aws:s3:::b", "always" },
	{ "but takes ARNs only", DOCUMENT_ARN_LIKE, "", "*", "=b", "never" },
	{ "a text pattern crosses colons", DOCUMENT_STRING_LIKE, "", "arn:aws:sqs:*:q", "=arn:aws:sqs:eu:1:q", "always" },
	{ "a star in the request is no wildcard", DOCUMENT_STRING_LIKE, "", "ab", "=a*", "never" },
	{ "a pattern's star takes a star", DOCUMENT_STRING_LIKE, "", "a*", "=a*", "always" },
	{ "a question mark takes one byte", DOCUMENT_STRING_LIKE, "", "a?", "=a", "never" },
	{ "every address of version 4", DOCUMENT_IP_ADDRESS, "", "0.0.0.0/0", "=203.0.113.9", "always" },
	{ "but none of version 6", DOCUMENT_IP_ADDRESS, "", "0.0.0.0/0", "=2001:db8::1", "never" },
	{ "addresses are compared, not their text", DOCUMENT_IP_ADDRESS, "", "2001:DB8:0:0::1", "=2001:db8::1", "always" },
	{ "odd prefix lengths", DOCUMENT_IP_ADDRESS, "", "10.1.2.0/23", "=10.1.3.255", "always" },
	{ "odd prefix lengths end", DOCUMENT_IP_ADDRESS, "", "10.1.2.0/23", "=10.1.4.0", "never" },
	{ "too long a prefix", DOCUMENT_IP_ADDRESS, "", "10.0.0.0/33", "=10.0.0.0", "never" },
	{ "a malformed block spoils the negation", DOCUMENT_NOT_IP_ADDRESS, "", "ten", "=10.0.0.1", "never" },
	{ "leading and trailing zeros", DOCUMENT_NUMERIC_EQUALS, "", "007.50", "=7.5", "always" },
	{ "large numbers are exact", DOCUMENT_NUMERIC_EQUALS, "", "9007199254740993", "=9007199254740992", "never" },
	{ "no exponent", DOCUMENT_NUMERIC_LESS, "", "1e3", "=5", "never" },
	{ "four digits are a year", DOCUMENT_DATE_EQUALS, "", "2024", "=2024-01-01", "always" },
	{ "before the epoch", DOCUMENT_DATE_LESS, "", "1970-01-01", "=1969-12-31T23:59:59Z", "always" },
	{ "null of a missing key", DOCUMENT_NULL, "", "true", MISSING, "always" },
	{ "null of a known key", DOCUMENT_NULL, "", "true", "=a", "never" },
	{ "not null of a known key", DOCUMENT_NULL, "", "false", "=a", "always" },
	{ "not null of a missing key", DOCUMENT_NULL, "", "False", MISSING, "never" },
	{ "null of an empty list", DOCUMENT_NULL, "", "true", "[", "always" },
	{ "null of a list", DOCUMENT_NULL, "", "false", "[a", "always" },
	{ "null of an open key", DOCUMENT_NULL, "", "true", "?", "k is absent" },
	{ "not null of an open key", DOCUMENT_NULL, "", "false", "?", "k is present" },
	{ "null of a present key", DOCUMENT_NULL, "", "true", "!", "never" },
	{ "null either way", DOCUMENT_NULL, "", "true|false", "?", "always" },
	{ "an operator that we do not know", DOCUMENT_OPERATOR_UNKNOWN, "", "a", "=a", "unknown (condition operator 'AsWritten' is not known)" },
	{ "nothing is equal to no value", DOCUMENT_STRING_EQUALS, "", "", "=a", "never" },
};

static const struct row open_rows[] = {
	{ "equality", DOCUMENT_STRING_EQUALS, "", "a", "?", "k = a" },
	{ "values are sorted", DOCUMENT_STRING_EQUALS, "", "b|a|b", "?", "k in a, b" },
	{ "negated", DOCUMENT_STRING_NOT_EQUALS, "", "a", "?", "k != a" },
	{ "negated list", DOCUMENT_STRING_NOT_EQUALS, "", "a|b", "?", "k not in a, b" },
	{ "if exists", DOCUMENT_BOOL, "if", "True", "?", "k = true or k is absent" },
	{ "if exists of a present key", DOCUMENT_BOOL, "if", "true", "!", "k = true" },
	{ "negated if exists", DOCUMENT_STRING_NOT_LIKE, "if", "a*", "?", "k is absent or k not like a*" },
	{ "pattern", DOCUMENT_STRING_LIKE, "", "a*", "?", "k like a*" },
	{ "pattern without wildcards", DOCUMENT_STRING_LIKE, "", "a", "?", "k = a" },
	{ "addresses", DOCUMENT_IP_ADDRESS, "", "10.0.0.0/8|192.168.0.0/16", "?", "k in 10.0.0.0/8, 192.168.0.0/16" },
	{ "no addresses", DOCUMENT_NOT_IP_ADDRESS, "", "10.0.0.0/8", "?", "k not in 10.0.0.0/8" },
	{ "numbers", DOCUMENT_NUMERIC_LESS, "", "10", "?", "k < 10" },
	{ "dates", DOCUMENT_DATE_GREATER_EQUALS, "", "2024-01-01", "?", "k >= 2024-01-01" },
	{ "every value", DOCUMENT_STRING_EQUALS, "all", "a|b", "[?", "every k in a, b" },
	{ "some value", DOCUMENT_STRING_LIKE, "any", "a*", "[?", "some k like a*" },
	{ "some value unlike", DOCUMENT_STRING_NOT_LIKE, "any", "a*", "[?", "some k not like a*" },
	{ "some value if exists", DOCUMENT_STRING_EQUALS, "any if", "a", "[?", "k is absent or some k = a" },
	{ "an open list without qualifier", DOCUMENT_STRING_EQUALS, "", "a", "[?", "never" },
	{ "the same, negated", DOCUMENT_STRING_NOT_EQUALS, "", "a", "[?", "k is absent" },
	{ "the same, present", DOCUMENT_STRING_NOT_EQUALS, "", "a", "[!", "never" },
};

static const struct row variable_rows[] = {
	{ "replaced", DOCUMENT_STRING_EQUALS, "var", "u/${aws:UserName}", "=u/bob", "always" },
	{ "not replaced without the version", DOCUMENT_STRING_EQUALS, "", "u/${aws:username}", "=u/bob", "never" },
	{ "replaced in a pattern", DOCUMENT_STRING_LIKE, "var", "u/${aws:username}/*", "=u/bob/x", "always" },
	{ "replaced in an ARN", DOCUMENT_ARN_LIKE, "var", "arn:aws:iam::*:user/${aws:username}", "=arn:aws:iam::1:user/bob", "always" },
	{ "replaced text is literal", DOCUMENT_STRING_LIKE, "var", "${star}", "=bob", "never" },
	{ "and equals itself", DOCUMENT_STRING_LIKE, "var", "${star}", "=b*", "always" },
	{ "literal in equality", DOCUMENT_STRING_EQUALS, "var", "${star}", "=b*", "always" },
	{ "literal star", DOCUMENT_STRING_LIKE, "var", "a${*}*", "=a*b", "always" },
	{ "literal star is no wildcard", DOCUMENT_STRING_LIKE, "var", "a${*}", "=ab", "never" },
	{ "literal question mark", DOCUMENT_STRING_LIKE, "var", "a${?}", "=ab", "never" },
	{ "dollar", DOCUMENT_STRING_EQUALS, "var", "${$}{x}", "=${x}", "always" },
	{ "default", DOCUMENT_STRING_EQUALS, "var", "${gone, 'x}y'}z", "=x}yz", "always" },
	{ "default unused", DOCUMENT_STRING_EQUALS, "var", "${aws:username, 'eve'}", "=bob", "always" },
	{ "no value", DOCUMENT_STRING_EQUALS, "var", "${gone}", "=a", "never" },
	{ "no value, negated", DOCUMENT_STRING_NOT_EQUALS, "var", "${gone}", "=a", "always" },
	{ "no value beside another", DOCUMENT_STRING_EQUALS, "var", "${gone}|a", "=a", "always" },
	{ "a list is no value", DOCUMENT_STRING_LIKE, "var", "${list}", "=a", "never" },
	{ "numbers take no variables", DOCUMENT_NUMERIC_EQUALS, "var", "${gone, '1'}", "=1", "never" },
	{ "booleans do", DOCUMENT_BOOL, "var", "${gone, 'true'}", "=True", "always" },
	{ "an open boolean that cannot fit", DOCUMENT_BOOL, "var", "t${open}", "=False", "never" },
	{ "without an end it is text", DOCUMENT_STRING_EQUALS, "var", "${x", "=${x", "always" },
	{ "an open variable", DOCUMENT_STRING_LIKE, "var", "t-${open}", "=t-1", "k = t-${open}" },
	{ "an open variable that cannot fit", DOCUMENT_STRING_LIKE, "var", "t-${open}", "=u-1", "never" },
	{ "negated, it cannot fit", DOCUMENT_STRING_NOT_EQUALS, "var", "t-${open}", "=u-1", "always" },
	{ "an open variable beside a match", DOCUMENT_STRING_EQUALS, "var", "a|${open}", "=a", "always" },
	{ "an uncollected variable", DOCUMENT_STRING_EQUALS, "var", "${lost}", "=a", "unknown (tags were not collected)" },
	{ "an uncollected variable beside a match", DOCUMENT_STRING_EQUALS, "var", "a|${lost}", "=a", "always" },
	{ "the negation of an uncollected one", DOCUMENT_STRING_NOT_EQUALS, "var", "a|${lost}", "=a", "never" },
	{ "both open", DOCUMENT_STRING_EQUALS, "var", "x|${open}|${lost}", "?", "k in ${open}, x or unknown (tags were not collected)" },
	{ "a known variable of an open key", DOCUMENT_STRING_LIKE, "var", "${star}/*", "?", "k like b${*}/*" },
};
/* clang-format on */

static void values_compare_by_their_type(void **state)
{
	(void)state;
	CHECK(value_rows);
}

static void open_keys_leave_a_residual(void **state)
{
	(void)state;
	CHECK(open_rows);
}

static void variables_are_replaced(void **state)
{
	(void)state;
	CHECK(variable_rows);
}

static void a_statement_needs_all_its_conditions(void **state)
{
	const struct row rows[] = {
		{ "", DOCUMENT_STRING_LIKE, "", "a*", "?", "" },
		{ "", DOCUMENT_NULL, "", "false", "?", "" },
	};
	const struct row none[] = { { "", DOCUMENT_STRING_LIKE, "", "a*", "=b", "" } };
	struct arena a;

	(void)state;
	arena_init(&a, ARENA_UNLIMITED);
	assert_true(str_eq(evaluate(rows, 2, &a), STR_LIT("k is present and k like a*")));
	assert_true(str_eq(evaluate(rows, 0, &a), STR_LIT("always")));
	assert_true(str_eq(evaluate(none, 1, &a), STR_LIT("never")));
	arena_release(&a);
}

static void resource_patterns_are_substituted(void **state)
{
	/* clang-format off */
	static const struct {
		const char *pattern;
		int rc;
		bool literal_ok;
		const char *expected;
	} rows[] = {
		{ "arn:x/${aws:username}/*", 1, true, "arn:x/bob/*" },
		{ "arn:x/${star}", 1, false, "arn:x/b\xfe" },
		{ "arn:x/${?}", 1, false, "arn:x/\xff" },
		{ "arn:x/${gone}", 0, true, NULL },
		{ "arn:x/${list}", 0, true, NULL },
		{ "arn:x/${open}/y", 2, true, "arn:x/*/y" },
		{ "arn:x/${lost}", 2, true, "arn:x/*" },
		{ "arn:x/${open}${gone}", 0, true, NULL },
		{ "plain", 1, true, "plain" },
	};
	/* clang-format on */
	struct world w = { .fact = MISSING };
	struct condition_context c = { look_up, &w, expr_pool_new(), &w.arena };

	(void)state;
	arena_init(&w.arena, ARENA_UNLIMITED);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool literal_ok;
		struct str out;
		int rc = condition_substitute(
			&out, &literal_ok, &c, str_from(rows[i].pattern));

		if (rc != rows[i].rc || (rc > 0 && literal_ok != rows[i].literal_ok) ||
			(rc > 0 && !str_eq(out, str_from(rows[i].expected))))
			fail_msg("%s: %d '%.*s'", rows[i].pattern, rc, STR_ARG(out));
	}
	expr_pool_free(c.pool);
	arena_release(&w.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_operator_matches_mismatches_and_misses),
		cmocka_unit_test(values_compare_by_their_type),
		cmocka_unit_test(open_keys_leave_a_residual),
		cmocka_unit_test(variables_are_replaced),
		cmocka_unit_test(a_statement_needs_all_its_conditions),
		cmocka_unit_test(resource_patterns_are_substituted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
