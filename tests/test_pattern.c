/*
 * test_pattern.c - pattern.h against tables, enumeration, and a bound of work.
 *
 * The reference is a set of places kept in one word and moved byte by byte, which shares
 * nothing with the greedy walk that it judges. Where short strings could miss a
 * difference a witness decides: "not contained" needs a string that the reference
 * confirms.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "reachability/pattern.h"
#include "reachability/pattern_priv.h"

#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))

static const char *cover_name(enum pattern_cover cover)
{
	return cover == PATTERN_NONE ? "none" : cover == PATTERN_SOME ? "some" : "all";
}

/* The reference: places of a pattern of at most 30 bytes. */

static uint32_t places_close(struct str pattern, uint32_t places)
{
	for (size_t i = 0; i < pattern.n; i++)
		if (pattern.p[i] == '*' && (places >> i) & 1)
			places |= (uint32_t)1 << (i + 1);
	return places;
}

static uint32_t places_step(struct str pattern, uint32_t places, char c)
{
	uint32_t next = 0;

	for (size_t i = 0; i < pattern.n; i++) {
		if (!((places >> i) & 1))
			continue;
		if (pattern.p[i] == '*')
			next |= (uint32_t)1 << i;
		else if (pattern.p[i] == '?' || pattern.p[i] == c)
			next |= (uint32_t)1 << (i + 1);
	}
	return places_close(pattern, next);
}

static bool reference_match(struct str pattern, struct str text)
{
	uint32_t places = places_close(pattern, 1);

	assert_true(pattern.n <= 30);
	for (size_t i = 0; i < text.n; i++)
		places = places_step(pattern, places, text.p[i]);
	return (places >> pattern.n) & 1;
}

static void test_match_table(void **state)
{
	static const struct {
		const char *pattern, *text;
		bool match, match_fold;
	} rows[] = {
		{ "", "", true, true },
		{ "", "a", false, false },
		{ "*", "", true, true },
		{ "*", "anything/at:all", true, true },
		{ "?", "", false, false },
		{ "?", "?", true, true },
		{ "*?", "", false, false },
		{ "*?*", "x", true, true },
		{ "abc", "abc", true, true },
		{ "abc", "abC", false, true },
		{ "abc", "abcd", false, false },
		{ "abc*", "ab", false, false },
		{ "abc*", "abc", true, true },
		{ "ab*ba", "aba", false, false },
		{ "ab*ba", "abba", true, true },
		{ "*abc", "ababc", true, true },
		{ "*a?c*", "xabxaxc", true, true },
		{ "a*b*c", "a-c-b", false, false },
		{ "a**c", "ac", true, true },
		{ "*?b", "b", false, false },
		{ "s3:get*", "s3:GetObject", false, true },
		{ "S3:*OBJECT", "s3:GetObject", false, true },
		{ "*G?tO*", "s3:getobject", false, true },
		{ "a", "*", false, false },
		{ "?", "*", true, true },
		{ "a*", "a*", true, true },
		{ "*/?x?/*", "a/b/cxd/e", true, true },
		{ "*/?x?/*", "a/b/cx/e", false, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct str pattern = str_from(rows[i].pattern);
		struct str text = str_from(rows[i].text);

		if (pattern_match(pattern, text) != rows[i].match ||
			pattern_match_fold(pattern, text) != rows[i].match_fold)
			fail_msg("row %zu: '%s' matches '%s'", i, rows[i].pattern,
				rows[i].text);
	}
	assert_int_equal(pattern_literal_size(STR_LIT("ab?c*")), 2);
	assert_int_equal(pattern_literal_size(STR_LIT("*")), 0);
	assert_int_equal(pattern_literal_size(STR_LIT("abc")), 3);
	assert_int_equal(pattern_literal_size((struct str){ NULL, 0 }), 0);
	assert_true(pattern_match((struct str){ NULL, 0 }, (struct str){ NULL, 0 }));
	assert_true(pattern_match(STR_LIT("*"), (struct str){ NULL, 0 }));
	assert_true(pattern_match(STR_LIT("a?c*"), (struct str){ "a\0c\xff", 4 }));
}

static void test_cover_table(void **state)
{
	static const struct {
		const char *pattern, *target;
		enum pattern_cover cover;
	} rows[] = {
		{ "*", "*", PATTERN_ALL },
		{ "*", "b/*", PATTERN_ALL },
		{ "b/*", "*", PATTERN_SOME },
		{ "b/*", "b/*", PATTERN_ALL },
		{ "b/2026/*", "b/*", PATTERN_SOME },
		{ "b", "b/*", PATTERN_NONE },
		{ "b*", "b/*", PATTERN_ALL },
		{ "c/*", "b/*", PATTERN_NONE },
		{ "*.csv", "b/*", PATTERN_SOME },
		{ "b/*.csv", "b/*.csv.gz", PATTERN_NONE },
		{ "?*", "*", PATTERN_SOME },
		{ "?*", "a*", PATTERN_ALL },
		{ "*?", "?*", PATTERN_ALL },
		{ "?*", "*?", PATTERN_ALL },
		{ "*?*?*", "??*", PATTERN_ALL },
		{ "*?*?*", "?*", PATTERN_SOME },
		{ "*a*", "?a?", PATTERN_ALL },
		{ "?", "*", PATTERN_SOME },
		{ "??", "?", PATTERN_NONE },
		{ "a?", "?b", PATTERN_SOME },
		{ "a*b", "ab", PATTERN_ALL },
		{ "ab*ba", "aba", PATTERN_NONE },
		{ "ab*ba", "*aba", PATTERN_SOME },
		{ "*ab*", "a*b", PATTERN_SOME },
		{ "*a?*", "*a*?b", PATTERN_ALL },
		{ "*a?", "*a*?", PATTERN_SOME },
		{ "*a??b*", "a*b", PATTERN_SOME },
		{ "*??b", "a*ab", PATTERN_ALL },
		{ "*??a*", "*a", PATTERN_SOME },
		{ "a??*b", "a*?b", PATTERN_SOME },
		{ "a?*b", "a*?b", PATTERN_ALL },
		{ "", "", PATTERN_ALL },
		{ "", "*", PATTERN_SOME },
		{ "*", "", PATTERN_ALL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct str pattern = str_from(rows[i].pattern);
		struct str target = str_from(rows[i].target);
		enum pattern_cover cover = pattern_cover(pattern, target);
		if (cover != rows[i].cover)
			fail_msg("row %zu: '%s' covers %s of '%s'", i, rows[i].pattern,
				cover_name(cover), rows[i].target);
		assert_int_equal(pattern_contains(pattern, target), cover == PATTERN_ALL);
		assert_int_equal(
			pattern_intersects(target, pattern), cover != PATTERN_NONE);
	}
}

static void test_intersection_table(void **state)
{
	static const struct {
		const char *pattern, *target, *expected; /* joined by spaces */
	} rows[] = {
		{ "*", "b/*", "b/*" },
		{ "b/2026/*", "b/*", "b/2026/*" },
		{ "b/*", "b/2026/q1.csv", "b/2026/q1.csv" },
		{ "c/*", "b/*", "" },
		{ "*.csv", "b/*", "b/*.csv" },
		{ "*/2026/*", "b/*", "b/*/2026/* b/2026/*" },
		{ "b*/x", "b/*", "b/*/x b/x" },
		{ "a*", "*b", "a*b" },
		{ "a*a", "*a", "a*a" },
		{ "ab*", "*bc", "ab*bc abc" },
		{ "*a*", "*b*", "*a*b* *b*a*" },
		{ "*a*", "*a*b*", "*a*b*" },
		{ "a?", "?b", "ab" },
		{ "?*", "*?*?", "??*" },
		{ "a***b", "ab**c*", "ab*c*b" },
		{ "x*", "?", "x" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct arena arena;
		struct str got[8];
		struct str text = STR_LIT("");

		arena_init(&arena, 1 << 20);
		uint32_t n = pattern_intersection(got, COUNT_OF(got),
			str_from(rows[i].pattern), str_from(rows[i].target), &arena);
		assert_true(n <= COUNT_OF(got));
		for (uint32_t k = 0; k < n; k++)
			text = arena_printf(&arena, "%.*s%s%.*s", STR_ARG(text),
				k ? " " : "", STR_ARG(got[k]));
		if (!str_eq(text, str_from(rows[i].expected)))
			fail_msg("row %zu: '%s' and '%s' have '%.*s' in common", i,
				rows[i].pattern, rows[i].target, STR_ARG(text));
		assert_int_equal(
			n, pattern_intersection(NULL, 0, str_from(rows[i].pattern),
				   str_from(rows[i].target), &arena));
		arena_release(&arena);
	}
}

static void test_atoms_table(void **state)
{
	static const struct {
		const char *target;
		const char *patterns[4];
		uint32_t count;
		uint64_t atoms[8];
		int atom_count;
	} rows[] = {
		{ "b/*", { NULL }, 0, { 0 }, 1 },
		{ "b/*", { "*" }, 1, { 1 }, 1 },
		{ "b/*", { "c" }, 1, { 0 }, 1 },
		{ "b/*", { "b/x*" }, 1, { 0, 1 }, 2 },
		{ "b/*", { "b/x*", "b/x*" }, 2, { 0, 3 }, 2 },
		{ "b/*", { "b/x*", "b/y*" }, 2, { 0, 1, 2 }, 3 },
		{ "b/*", { "b/x*", "b/xy*", "*", "z" }, 4, { 4, 5, 7 }, 3 },
		{ "b/*", { "b/x", "b/x*" }, 2, { 0, 2, 3 }, 3 },
		{ "b/*", { "*x", "b/y*" }, 2, { 0, 1, 2, 3 }, 4 },
		{ "b/*", { "*x", "*y" }, 2, { 0, 1, 2 }, 3 },
		{ "b/*", { "*?", "b/?*" }, 2, { 1, 3 }, 2 },
		{ "?", { "a", "b", "?" }, 3, { 4, 5, 6 }, 3 },
		{ "a", { "a", "?", "b", "*b" }, 4, { 3 }, 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct arena arena;
		struct str patterns[4];
		const uint64_t *atoms;
		struct err e = { 0 };

		arena_init(&arena, 1 << 20);
		for (uint32_t k = 0; k < rows[i].count; k++)
			patterns[k] = str_from(rows[i].patterns[k]);
		int n = pattern_atoms(&atoms, patterns, rows[i].count,
			str_from(rows[i].target), &arena, &e);
		if (n != rows[i].atom_count ||
			memcmp(atoms, rows[i].atoms, (size_t)n * sizeof(*atoms)) != 0)
			fail_msg("row %zu: atoms within '%s'", i, rows[i].target);
		arena_release(&arena);
	}
}

/* Every pattern of up to 4 bytes of a b ? *, against every string of up to 9 of a b /. */

#define SMALL_PATTERNS    341u
#define SMALL_STRINGS     29524u
#define SMALL_WORDS       ((SMALL_STRINGS + 63) / 64)
#define SMALL_TEXT_MAX    9u
#define SMALL_PATTERN_MAX 4u

struct small {
	struct str patterns[SMALL_PATTERNS];
	struct str strings[SMALL_STRINGS];
	uint64_t sets[SMALL_PATTERNS][SMALL_WORDS];
};

/* All strings over the alphabet up to a length, the shorter first. Returns how many. */
static uint32_t enumerate(
	struct str *out, const char *alphabet, size_t max, struct arena *a)
{
	uint32_t count = 1;

	out[0] = STR_LIT("");
	for (uint32_t from = 0; out[from].n < max; from++)
		for (const char *c = alphabet; *c; c++)
			out[count++] = arena_printf(a, "%.*s%c", STR_ARG(out[from]), *c);
	return count;
}

static bool small_has(const uint64_t *set, uint32_t i)
{
	return (set[i / 64] >> (i % 64)) & 1;
}

static struct small *small_new(struct arena *arena)
{
	struct small *small = ARENA_NEW(arena, struct small);

	assert_int_equal(enumerate(small->patterns, "ab?*", SMALL_PATTERN_MAX, arena),
		SMALL_PATTERNS);
	assert_int_equal(
		enumerate(small->strings, "ab/", SMALL_TEXT_MAX, arena), SMALL_STRINGS);
	uint32_t *places = ARENA_NEW_ARRAY(arena, uint32_t, SMALL_STRINGS);
	for (uint32_t i = 0; i < SMALL_PATTERNS; i++) {
		struct str pattern = small->patterns[i];

		for (uint32_t k = 0; k < SMALL_STRINGS; k++) {
			struct str text = small->strings[k];

			/* String k is string (k - 1) / 3 and one byte. */
			places[k] = k == 0 ? places_close(pattern, 1)
					   : places_step(pattern, places[(k - 1) / 3],
						     text.p[text.n - 1]);
			if ((places[k] >> pattern.n) & 1)
				small->sets[i][k / 64] |= (uint64_t)1 << (k % 64);
		}
	}
	return small;
}

static void check_small_pair(const struct small *small, uint32_t i, uint32_t k)
{
	const uint64_t *a = small->sets[i];
	const uint64_t *b = small->sets[k];
	bool meets = false;
	bool contains = true;

	for (uint32_t w = 0; w < SMALL_WORDS; w++) {
		meets = meets || (a[w] & b[w]) != 0;
		contains = contains && (b[w] & ~a[w]) == 0;
	}
	if (pattern_intersects(small->patterns[i], small->patterns[k]) != meets)
		fail_msg("'%.*s' intersects '%.*s'", STR_ARG(small->patterns[i]),
			STR_ARG(small->patterns[k]));
	if (pattern_contains(small->patterns[i], small->patterns[k]) != contains)
		fail_msg("'%.*s' contains '%.*s'", STR_ARG(small->patterns[i]),
			STR_ARG(small->patterns[k]));
}

static void check_small_intersection(const struct small *small, uint32_t i, uint32_t k)
{
	struct str parts[32];
	struct arena arena;

	arena_init(&arena, 1 << 20);
	uint32_t n = pattern_intersection(
		parts, COUNT_OF(parts), small->patterns[i], small->patterns[k], &arena);
	assert_true(n <= COUNT_OF(parts));
	for (uint32_t s = 0; s < SMALL_STRINGS && small->strings[s].n <= 6; s++) {
		bool both = small_has(small->sets[i], s) && small_has(small->sets[k], s);
		bool any = false;
		for (uint32_t p = 0; p < n; p++)
			any = any || reference_match(parts[p], small->strings[s]);
		if (any != both)
			fail_msg("'%.*s' and '%.*s': '%.*s'", STR_ARG(small->patterns[i]),
				STR_ARG(small->patterns[k]), STR_ARG(small->strings[s]));
	}
	arena_release(&arena);
}

static void test_all_small_pairs(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena, ARENA_UNLIMITED);
	struct small *small = small_new(&arena);
	for (uint32_t i = 0; i < SMALL_PATTERNS; i++) {
		for (uint32_t s = 0; s < SMALL_STRINGS && small->strings[s].n <= 7; s++)
			if (pattern_match(small->patterns[i], small->strings[s]) !=
				small_has(small->sets[i], s))
				fail_msg("'%.*s' matches '%.*s'",
					STR_ARG(small->patterns[i]),
					STR_ARG(small->strings[s]));
		for (uint32_t k = 0; k < SMALL_PATTERNS; k++)
			check_small_pair(small, i, k);
		for (uint32_t k = i % 29; k < SMALL_PATTERNS; k += 29)
			check_small_intersection(small, i, k);
	}
	arena_release(&arena);
}

/* Random patterns of up to 9 bytes, in families of up to 5. */

#define RANDOM_ROUNDS  500
#define RANDOM_STRINGS 400

struct random_case {
	uint64_t seed; /* of this case alone */
	uint64_t next;
	struct str target;
	struct str patterns[5];
	uint32_t count;
	struct arena arena;
};

static uint32_t random_below(struct random_case *c, uint32_t n)
{
	c->next = c->next * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)((c->next >> 33) % n);
}

static struct str random_string(struct random_case *c, const char *alphabet, uint32_t max)
{
	uint32_t n = random_below(c, max + 1);
	char *p = (char *)arena_alloc(&c->arena, max + 1);

	for (uint32_t i = 0; i < n; i++)
		p[i] = alphabet[random_below(c, (uint32_t)strlen(alphabet))];
	return (struct str){ p, n };
}

static _Noreturn void fail_case(
	const struct random_case *c, const char *claim, struct str text)
{
	fprintf(stderr, "seed %llu: %s '%.*s'; target '%.*s'",
		(unsigned long long)c->seed, claim, STR_ARG(text), STR_ARG(c->target));
	for (uint32_t i = 0; i < c->count; i++)
		fprintf(stderr, ", '%.*s'", STR_ARG(c->patterns[i]));
	fprintf(stderr, "\n");
	fail();
	abort();
}

static uint64_t reference_atom(const struct random_case *c, struct str text)
{
	uint64_t atom = 0;

	for (uint32_t i = 0; i < c->count; i++)
		if (reference_match(c->patterns[i], text))
			atom |= (uint64_t)1 << i;
	return atom;
}

static bool has_atom(const uint64_t *atoms, int n, uint64_t atom)
{
	while (n > 0 && atoms[n - 1] != atom)
		n--;
	return n > 0;
}

/* A string of the target, its wildcards filled. */
static struct str random_member(struct random_case *c)
{
	struct str out = { (char *)arena_alloc(&c->arena, 64), 0 };
	char *p = (char *)arena_alloc(&c->arena, 64);

	for (size_t i = 0; i < c->target.n; i++) {
		uint32_t n = c->target.p[i] == '*' ? random_below(c, 5) : 1;

		for (uint32_t k = 0; k < n; k++)
			p[out.n++] = c->target.p[i] == '*' || c->target.p[i] == '?'
					     ? "ab/z"[random_below(c, 4)]
					     : c->target.p[i];
	}
	out.p = p;
	return out;
}

static void check_atoms(struct random_case *c)
{
	const uint64_t *atoms;
	struct err e = { 0 };
	int n = pattern_atoms(&atoms, c->patterns, c->count, c->target, &c->arena, &e);

	assert_true(n >= 1);
	for (int i = 0; i < n; i++) {
		struct str text = pattern_witness(
			c->patterns, c->count, atoms[i], c->target, &c->arena);

		if (!text.p || !reference_match(c->target, text) ||
			reference_atom(c, text) != atoms[i])
			fail_case(c, "witness", text);
		if (i > 0 && atoms[i] <= atoms[i - 1])
			fail_case(c, "order of atoms", text);
	}
	for (int i = 0; i < RANDOM_STRINGS; i++) {
		struct str text = random_member(c);

		if (!reference_match(c->target, text) ||
			!has_atom(atoms, n, reference_atom(c, text)))
			fail_case(c, "atom missed by", text);
	}
	for (uint64_t atom = 0; atom < (uint64_t)1 << c->count; atom++)
		if (!has_atom(atoms, n, atom) &&
			pattern_witness(c->patterns, c->count, atom, c->target, &c->arena)
				.p)
			fail_case(c, "witness of no atom", c->target);
}

/* "Some" needs a string inside and one outside; "none" and "all" forbid one. */
static void check_cover(struct random_case *c)
{
	for (uint32_t i = 0; i < c->count; i++) {
		enum pattern_cover cover = pattern_cover(c->patterns[i], c->target);
		struct str inside =
			pattern_witness(&c->patterns[i], 1, 1, c->target, &c->arena);
		struct str outside =
			pattern_witness(&c->patterns[i], 1, 0, c->target, &c->arena);

		if ((inside.p != NULL) != (cover != PATTERN_NONE) ||
			(outside.p != NULL) != (cover != PATTERN_ALL))
			fail_case(c, cover_name(cover), c->patterns[i]);
		for (int k = 0; k < RANDOM_STRINGS / 4; k++) {
			struct str text = random_member(c);
			bool match = reference_match(c->patterns[i], text);

			if (match != pattern_match(c->patterns[i], text) ||
				(match && cover == PATTERN_NONE) ||
				(!match && cover == PATTERN_ALL))
				fail_case(c, "cover", text);
		}
	}
}

static void check_intersection(struct random_case *c)
{
	struct str parts[256];
	uint32_t n = pattern_intersection(
		parts, COUNT_OF(parts), c->patterns[0], c->target, &c->arena);

	assert_true(n <= COUNT_OF(parts));
	for (uint32_t i = 0; i < n; i++) {
		if (!pattern_contains(c->patterns[0], parts[i]) ||
			!pattern_contains(c->target, parts[i]))
			fail_case(c, "part outside", parts[i]);
		for (uint32_t k = 0; k < n; k++)
			if (k != i && pattern_contains(parts[k], parts[i]))
				fail_case(c, "part contained", parts[i]);
		if (i > 0 && str_cmp(parts[i - 1], parts[i]) >= 0)
			fail_case(c, "order of parts", parts[i]);
	}
	for (int i = 0; i < RANDOM_STRINGS; i++) {
		struct str text = random_member(c);
		bool any = false;

		for (uint32_t k = 0; k < n; k++)
			any = any || pattern_match(parts[k], text);
		if (any != reference_match(c->patterns[0], text))
			fail_case(c, "no part has", text);
	}
}

static void test_random_families(void **state)
{
	const char *given = getenv("LATCHKEY_SEED");
	uint64_t seed = given ? strtoull(given, NULL, 10) : 20260101;

	(void)state;
	for (int round = 0; round < RANDOM_ROUNDS; round++) {
		struct random_case c = { .seed = seed + (uint64_t)round };

		c.next = c.seed * 0x9e3779b97f4a7c15u;
		arena_init(&c.arena, ARENA_UNLIMITED);
		c.target = random_string(&c, round % 3 ? "ab/*?" : "ab***?", 8);
		c.count = 1 + random_below(&c, COUNT_OF(c.patterns));
		for (uint32_t i = 0; i < c.count; i++)
			c.patterns[i] = random_string(&c, i % 2 ? "ab/*?" : "ab***?", 9);
		check_cover(&c);
		check_atoms(&c);
		check_intersection(&c);
		arena_release(&c.arena);
	}
}

/* What an engine asks most: 64 folders of one bucket. */
static void test_many_prefixes(void **state)
{
	struct arena arena;
	struct err e = { 0 };
	const uint64_t *atoms;
	struct str patterns[PATTERN_MAX_COUNT];

	(void)state;
	arena_init(&arena, 1 << 20);
	for (uint32_t i = 0; i < PATTERN_MAX_COUNT; i++)
		patterns[i] = arena_printf(&arena, "arn:aws:s3:::payroll/%u/*", i);
	int n = pattern_atoms(&atoms, patterns, PATTERN_MAX_COUNT,
		STR_LIT("arn:aws:s3:::payroll/*"), &arena, &e);
	assert_int_equal(n, PATTERN_MAX_COUNT + 1);
	for (int i = 0; i < n; i++) {
		assert_true(atoms[i] == (i == 0 ? 0 : (uint64_t)1 << (i - 1)));
		struct str text = pattern_witness(patterns, PATTERN_MAX_COUNT, atoms[i],
			STR_LIT("arn:aws:s3:::payroll/*"), &arena);
		for (uint32_t k = 0; k < PATTERN_MAX_COUNT; k++)
			assert_int_equal(pattern_match(patterns[k], text),
				(int)((atoms[i] >> k) & 1));
	}
	arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_match_table),
		cmocka_unit_test(test_cover_table),
		cmocka_unit_test(test_intersection_table),
		cmocka_unit_test(test_atoms_table),
		cmocka_unit_test(test_all_small_pairs),
		cmocka_unit_test(test_random_families),
		cmocka_unit_test(test_many_prefixes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
