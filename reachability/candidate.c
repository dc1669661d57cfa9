#include "reachability/candidate.h"

#include <stdlib.h>

#include "base/date.h"
#include "base/decimal.h"
#include "base/ip.h"
#include "base/limits.h"
#include "reachability/comparison.h"
#include "reachability/literal.h"
#include "reachability/pattern.h"

#define CANDIDATE_PATTERNS_MAX 64u /* of pattern_atoms */
#define CANDIDATE_HARD_MAX     6u  /* their combinations are up to 2^6 */
#define CANDIDATE_ARNS_MAX     512u
#define CANDIDATE_LETTERS_MAX  6u /* 64 ways to write a word of six letters */

bool candidate_is_open(const struct expr_test *test)
{
	if (!comparison_takes_variables(test->op))
		return false;
	for (uint32_t i = 0; i < test->value_count; i++) {
		struct str value = test->values[i];
		size_t at = str_find_char(value, '$', 0);

		while (at + 1 < value.n && value.p[at + 1] != '{')
			at = str_find_char(value, '$', at + 1);
		if (at + 1 < value.n)
			return true;
	}
	return false;
}

static void candidate_add(struct candidates *c, struct str value)
{
	VEC_ADD(&c->values, struct str, value);
}

/* The finished text of a buffer, which is left empty. */
static void candidate_add_buf(struct candidates *c, struct buf *b)
{
	candidate_add(c, arena_copy(c->arena, buf_str(b)));
	buf_clear(b);
}

static int candidate_cmp(const void *a, const void *b)
{
	const struct str *x = a, *y = b;

	return str_cmp(*x, *y);
}

static uint32_t candidate_sort(struct buf *strings)
{
	struct str *items = VEC_DATA(strings, struct str);
	size_t count = VEC_COUNT(strings, struct str), kept = 0;

	if (count > 1)
		qsort(items, count, sizeof(*items), candidate_cmp);
	for (size_t i = 0; i < count; i++) {
		if (kept == 0 || !str_eq(items[kept - 1], items[i]))
			items[kept++] = items[i];
	}
	strings->n = kept * sizeof(struct str);
	return (uint32_t)kept;
}

/* Text that is longer than all that any test names, and of no type. */
static void candidate_add_fresh(
	struct candidates *c, const struct expr_test *const *tests, uint32_t count)
{
	size_t size = 0;
	char *p;

	for (uint32_t i = 0; i < count; i++) {
		for (uint32_t k = 0; k < tests[i]->value_count; k++) {
			if (tests[i]->values[k].n > size)
				size = tests[i]->values[k].n;
		}
	}
	p = arena_alloc(c->arena, size + 1);
	memset(p, 'x', size + 1);
	candidate_add(c, (struct str){ p, size + 1 });
}

/*
 * Patterns but for a literal and a star at its end: the combinations of many are too
 * many.
 */
static uint32_t candidate_count_hard(const struct str *patterns, uint32_t count)
{
	uint32_t hard = 0;

	for (uint32_t i = 0; i < count; i++) {
		size_t literal_size = pattern_literal_size(patterns[i]);

		if (literal_size + 1 < patterns[i].n ||
			str_ends(patterns[i], STR_LIT("?")))
			hard++;
	}
	return hard;
}

/* A string for each combination of the patterns, as pattern_witness spells them. */
static bool candidate_witnesses(
	struct buf *out, struct candidates *c, struct buf *patterns, struct str target)
{
	uint32_t count = candidate_sort(patterns);
	const struct str *items = VEC_DATA(patterns, const struct str);
	const uint64_t *atoms;
	struct err e;
	int atom_count;

	if (count > CANDIDATE_PATTERNS_MAX ||
		candidate_count_hard(items, count) > CANDIDATE_HARD_MAX)
		return false;
	atom_count = pattern_atoms(&atoms, items, count, target, c->arena, &e);
	if (atom_count < 0)
		return false;
	for (int i = 0; i < atom_count; i++) {
		struct str witness =
			pattern_witness(items, count, atoms[i], target, c->arena);

		if (!witness.p || literal_has_wildcard(witness))
			return false;
		VEC_ADD(out, struct str, witness);
	}
	return true;
}

/*
 * The ways to write the first letters of a word: all of them, or 1 <<
 * CANDIDATE_LETTERS_MAX.
 */
static bool candidate_add_cases(struct candidates *c, struct str word)
{
	size_t letters[CANDIDATE_LETTERS_MAX];
	uint32_t count = 0;
	bool all = true;

	for (size_t i = 0; i < word.n; i++) {
		if (word.p[i] < 'a' || word.p[i] > 'z')
			continue;
		if (count < CANDIDATE_LETTERS_MAX)
			letters[count++] = i;
		else
			all = false;
	}
	for (uint32_t mask = 1; mask < 1u << count; mask++) {
		char *p = arena_alloc(c->arena, word.n + 1);

		memcpy(p, word.p, word.n);
		for (uint32_t k = 0; k < count; k++) {
			if ((mask & 1u << k) != 0)
				p[letters[k]] = (char)(p[letters[k]] - 'a' + 'A');
		}
		candidate_add(c, (struct str){ p, word.n });
	}
	return all;
}

/* What the tests of texts on one key ask for. */
struct candidate_texts {
	struct buf patterns; /* struct str: of tests that tell cases apart, encoded */
	bool fold, exact, wildcard;
};

static void candidate_sort_texts(struct candidate_texts *out, struct candidates *c,
	const struct expr_test *const *tests, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		enum comparison_type type = comparison_type(tests[i]->op);

		out->fold |= type == COMPARISON_STRING_FOLD;
		out->exact |= type == COMPARISON_STRING || type == COMPARISON_PATTERN;
		for (uint32_t k = 0; k < tests[i]->value_count; k++) {
			struct str value = tests[i]->values[k];
			bool wildcard =
				type == COMPARISON_PATTERN && literal_has_wildcard(value);

			out->wildcard |= wildcard;
			if (!wildcard)
				candidate_add(c, literal_decode(value, c->arena));
			if (type == COMPARISON_STRING)
				value = literal_encode(value, c->arena);
			if (type != COMPARISON_STRING_FOLD)
				VEC_ADD(&out->patterns, struct str, value);
		}
	}
}

/*
 * Words in any case beside tests that tell cases apart. Some way to write a word is none
 * of theirs when there are more ways than values; beside wildcards each way is told
 * apart as a pattern of its own, so that a witness is no such word by chance.
 */
static void candidate_add_words(struct candidates *c, struct candidate_texts *t,
	const struct expr_test *const *tests, uint32_t count)
{
	bool few = VEC_COUNT(&t->patterns, struct str) < 1u << CANDIDATE_LETTERS_MAX;

	for (uint32_t i = 0; i < count; i++) {
		if (comparison_type(tests[i]->op) != COMPARISON_STRING_FOLD)
			continue;
		for (uint32_t k = 0; k < tests[i]->value_count; k++) {
			struct str word = tests[i]->values[k];
			size_t from = VEC_COUNT(&c->values, struct str);
			bool all = candidate_add_cases(c, word);

			c->complete &= all || (few && !t->wildcard);
			if (!t->wildcard || !all)
				continue;
			VEC_ADD(&t->patterns, struct str, literal_encode(word, c->arena));
			for (; from < VEC_COUNT(&c->values, struct str); from++) {
				struct str way =
					VEC_DATA(&c->values, const struct str)[from];

				VEC_ADD(&t->patterns, struct str,
					literal_encode(way, c->arena));
			}
		}
	}
}

/* Sets of texts: single ones, single ones in any case, patterns. */
static void candidate_add_texts(
	struct candidates *c, const struct expr_test *const *tests, uint32_t count)
{
	struct candidate_texts t = { 0 };
	struct buf witnesses = { 0 };

	candidate_sort_texts(&t, c, tests, count);
	if (t.fold && t.exact)
		candidate_add_words(c, &t, tests, count);
	if (t.wildcard && !candidate_witnesses(&witnesses, c, &t.patterns, STR_LIT("*")))
		c->complete = false;
	for (size_t i = 0; i < VEC_COUNT(&witnesses, struct str); i++)
		candidate_add(
			c, literal_decode(VEC_DATA(&witnesses, struct str)[i], c->arena));
	buf_release(&t.patterns);
	buf_release(&witnesses);
}

/* The texts that take one witness for each of the six segments. */
static void candidate_join_arns(struct candidates *c, const struct buf *witnesses)
{
	uint32_t at[COMPARISON_ARN_SEGMENTS] = { 0 }, i = 0;
	struct buf text = { 0 };

	while (i < COMPARISON_ARN_SEGMENTS) {
		for (i = 0; i < COMPARISON_ARN_SEGMENTS; i++) {
			if (i > 0)
				buf_add_char(&text, ':');
			buf_add_str(&text, VEC_DATA(&witnesses[i], struct str)[at[i]]);
		}
		candidate_add(c,
			literal_decode(arena_copy(c->arena, buf_str(&text)), c->arena));
		buf_clear(&text);
		for (i = 0; i < COMPARISON_ARN_SEGMENTS; i++) {
			if (++at[i] < VEC_COUNT(&witnesses[i], struct str))
				break;
			at[i] = 0;
		}
	}
	buf_release(&text);
}

static bool candidate_has_colon(const struct buf *strings)
{
	for (size_t i = 0; i < VEC_COUNT(strings, struct str); i++) {
		struct str s = VEC_DATA(strings, struct str)[i];

		if (str_find_char(s, ':', 0) < s.n)
			return true;
	}
	return false;
}

/*
 * Segments are independent of each other, so their witnesses are combined in every way.
 */
static void candidate_add_arns(
	struct candidates *c, const struct expr_test *const *tests, uint32_t count)
{
	struct buf patterns[COMPARISON_ARN_SEGMENTS] = { 0 };
	struct buf witnesses[COMPARISON_ARN_SEGMENTS] = { 0 };
	struct str segments[COMPARISON_ARN_SEGMENTS];
	size_t product = 1;

	for (uint32_t i = 0; i < count; i++) {
		for (uint32_t k = 0; k < tests[i]->value_count; k++) {
			if (!comparison_split_arn(segments, tests[i]->values[k], true))
				continue;
			for (uint32_t s = 0; s < COMPARISON_ARN_SEGMENTS; s++)
				VEC_ADD(&patterns[s], struct str, segments[s]);
		}
	}
	for (uint32_t s = 0; s < COMPARISON_ARN_SEGMENTS; s++) {
		struct str target = s == 0 ? STR_LIT("arn") : STR_LIT("*");
		bool last = s + 1 == COMPARISON_ARN_SEGMENTS;

		if (!candidate_witnesses(&witnesses[s], c, &patterns[s], target) ||
			(!last && candidate_has_colon(&witnesses[s])))
			product = CANDIDATE_ARNS_MAX + 1;
		product *= VEC_COUNT(&witnesses[s], struct str);
		if (product == 0 || product > CANDIDATE_ARNS_MAX)
			product = CANDIDATE_ARNS_MAX + 1;
	}
	if (product <= CANDIDATE_ARNS_MAX)
		candidate_join_arns(c, witnesses);
	else
		c->complete = false;
	for (uint32_t s = 0; s < COMPARISON_ARN_SEGMENTS; s++) {
		buf_release(&patterns[s]);
		buf_release(&witnesses[s]);
	}
}

/* Membership changes only at a block's first address and behind its last. */
static void candidate_add_addresses(struct candidates *c, struct str value)
{
	struct buf text = { 0 };
	struct ip_block block;

	candidate_add(c, STR_LIT("0.0.0.0"));
	candidate_add(c, STR_LIT("::"));
	if (!ip_block_parse(&block, value))
		return;
	ip_print(&text, &block.first);
	candidate_add_buf(c, &text);
	if (ip_next(&block.last)) {
		ip_print(&text, &block.last);
		candidate_add_buf(c, &text);
	}
	buf_release(&text);
}

/*
 * A number, its neighbour away from zero (nearer than any other of the tests), and
 * those of zero.
 */
static void candidate_add_numbers(struct candidates *c, struct str value, size_t digits)
{
	struct buf text = { 0 };
	struct decimal d;

	if (!decimal_parse(&d, value))
		return;
	candidate_add(c, value);
	for (int i = 0; i < 3; i++) {
		struct decimal from = i == 0 ? d : (struct decimal){ .negative = i == 2 };

		buf_printf(&text, "%s%.*s.%.*s", from.negative ? "-" : "",
			STR_ARG(from.whole), STR_ARG(from.fraction));
		for (size_t k = from.fraction.n; k < digits; k++)
			buf_add_char(&text, '0');
		buf_add_char(&text, '1');
		candidate_add_buf(c, &text);
	}
	buf_release(&text);
}

/* In seconds where that is possible: years end at 9999, seconds do not. */
static void candidate_add_instant(struct candidates *c, struct date d)
{
	struct buf text = { 0 };

	if (d.second >= 0)
		buf_printf(&text, "%lld.%09u", (long long)d.second, d.nanosecond);
	else
		date_print(&text, d);
	candidate_add_buf(c, &text);
	buf_release(&text);
}

/* An instant and those a nanosecond beside it. */
static void candidate_add_dates(struct candidates *c, struct str value)
{
	struct date d, after, before;

	if (!date_parse(&d, value))
		return;
	candidate_add(c, value);
	after = (struct date){ d.second + (d.nanosecond == 999999999),
		(d.nanosecond + 1) % 1000000000 };
	before = (struct date){ d.second - (d.nanosecond == 0),
		(d.nanosecond + 999999999) % 1000000000 };
	candidate_add_instant(c, after);
	candidate_add_instant(c, before);
}

static size_t candidate_digits(const struct expr_test *const *tests, uint32_t count)
{
	struct decimal d;
	size_t digits = 0;

	for (uint32_t i = 0; i < count; i++) {
		for (uint32_t k = 0; k < tests[i]->value_count; k++) {
			if (decimal_parse(&d, tests[i]->values[k]) &&
				d.fraction.n > digits)
				digits = d.fraction.n;
		}
	}
	return digits;
}

static void candidate_add_typed(
	struct candidates *c, const struct expr_test *test, size_t digits)
{
	for (uint32_t i = 0; i < test->value_count; i++) {
		switch (comparison_type(test->op)) {
		case COMPARISON_IP:
			candidate_add_addresses(c, test->values[i]);
			break;
		case COMPARISON_NUMBER:
			candidate_add_numbers(c, test->values[i], digits);
			break;
		case COMPARISON_DATE:
			candidate_add_dates(c, test->values[i]);
			break;
		case COMPARISON_BOOL:
			candidate_add(c, STR_LIT("true"));
			candidate_add(c, STR_LIT("false"));
			break;
		default:
			candidate_add(c, test->values[i]);
			break;
		}
	}
}

static uint32_t candidate_family(const struct expr_test *test)
{
	enum comparison_type type = comparison_type(test->op);

	if (type == COMPARISON_STRING_FOLD || type == COMPARISON_PATTERN)
		type = COMPARISON_STRING;
	return 1u << type;
}

/* The tests that bear on the value, in the arena. */
static const struct expr_test **candidate_select(
	struct candidates *c, const struct expr_test *const *tests, uint32_t *count)
{
	const struct expr_test **used =
		ARENA_NEW_ARRAY(c->arena, const struct expr_test *, *count + 1u);
	uint32_t used_count = 0;

	for (uint32_t i = 0; i < *count; i++) {
		if (tests[i]->op != DOCUMENT_NULL && !candidate_is_open(tests[i]))
			used[used_count++] = tests[i];
	}
	*count = used_count;
	return used;
}

/* The pattern with `filler` for each star and 'x' for each question mark. */
static void candidate_fill(struct candidates *c, struct str pattern, struct str filler)
{
	struct buf text = { 0 };

	for (size_t i = 0; i < pattern.n; i++) {
		if (pattern.p[i] == '*')
			buf_add_str(&text, filler);
		else
			buf_add_char(&text, pattern.p[i] == '?' ? 'x' : pattern.p[i]);
	}
	candidate_add(c, literal_decode(arena_copy(c->arena, buf_str(&text)), c->arena));
	buf_release(&text);
}

/*
 * Whether all tests compare values of one type that has a grammar. A request's address,
 * number, instant or truth is one: text of no type is no way out of a test and its
 * opposite.
 */
static bool candidate_well_formed(const struct expr_test *const *tests, uint32_t count)
{
	uint32_t families = 0;

	for (uint32_t i = 0; i < count; i++)
		families |= candidate_family(tests[i]);
	return families == 1u << COMPARISON_IP || families == 1u << COMPARISON_NUMBER ||
	       families == 1u << COMPARISON_DATE || families == 1u << COMPARISON_BOOL;
}

void candidate_guess(
	struct candidates *out, const struct expr_test *const *tests, uint32_t count)
{
	const struct expr_test **used = candidate_select(out, tests, &count);
	struct str fresh;

	out->complete = false;
	if (candidate_well_formed(used, count))
		return;
	candidate_add_fresh(out, used, count);
	fresh = VEC_DATA(&out->values, struct str)[0];
	for (uint32_t i = 0; i < count; i++) {
		enum comparison_type type = comparison_type(used[i]->op);
		bool pattern = type == COMPARISON_PATTERN || type == COMPARISON_ARN;

		for (uint32_t k = 0; k < used[i]->value_count; k++) {
			struct str value = used[i]->values[k];

			candidate_fill(out,
				pattern ? value : literal_encode(value, out->arena),
				STR_LIT(""));
			if (pattern)
				candidate_fill(out, value, fresh);
		}
	}
}

void candidate_collect(
	struct candidates *out, const struct expr_test *const *tests, uint32_t count)
{
	const struct expr_test **used = candidate_select(out, tests, &count);
	uint32_t families = 0;
	size_t digits = candidate_digits(used, count);

	for (uint32_t i = 0; i < count; i++)
		families |= candidate_family(used[i]);
	out->complete = (families & (families - 1)) == 0;
	if (!candidate_well_formed(used, count))
		candidate_add_fresh(out, used, count);
	for (uint32_t i = 0; i < count; i++)
		candidate_add_typed(out, used[i], digits);
	if ((families & 1u << COMPARISON_STRING) != 0)
		candidate_add_texts(out, used, count);
	if ((families & 1u << COMPARISON_ARN) != 0)
		candidate_add_arns(out, used, count);
	candidate_sort(&out->values);
	if (VEC_COUNT(&out->values, struct str) > LIMIT_CANDIDATES) {
		out->values.n = LIMIT_CANDIDATES * sizeof(struct str);
		out->complete = false;
	}
}
