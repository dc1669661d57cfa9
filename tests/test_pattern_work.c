/*
 * test_pattern_work.c - what pattern.h costs on patterns that were made to be slow, and
 * where it gives up.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/limits.h"
#include "reachability/pattern.h"
#include "reachability/pattern_priv.h"

#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))

/* The bytes of `unit`, n times, between a beginning and an end. */
static struct str repeat(struct arena *arena, const char *begin, const char *unit,
	size_t n, const char *end)
{
	struct str out = str_from(begin);
	size_t unit_size = strlen(unit);
	char *p = (char *)arena_alloc(arena, out.n + unit_size * n + strlen(end));

	memcpy(p, begin, out.n);
	for (size_t i = 0; i < n; i++)
		memcpy(p + out.n + i * unit_size, unit, unit_size);
	memcpy(p + out.n + unit_size * n, end, strlen(end));
	return (struct str){ p, out.n + unit_size * n + strlen(end) };
}

/* Long parts with '?' are searched by words of 64 bytes: against one place at a time. */
static void test_long_parts(void **state)
{
	char pattern[402], text[1600];
	uint64_t seed = 7, places = 0;

	(void)state;
	for (uint32_t round = 0; round < 4000; round++) {
		size_t n = 9 + round % 180, size = n + (size_t)(round * 7 % 1200);
		bool fits = false;

		for (size_t i = 0; i < size; i++) {
			seed = seed * 6364136223846793005ull + 1442695040888963407ull;
			text[i] = "aaaaab"[(seed >> 40) % 6];
		}
		pattern[0] = pattern[n + 1] = '*';
		for (size_t i = 0; i < n; i++) {
			seed = seed * 6364136223846793005ull + 1442695040888963407ull;
			pattern[i + 1] = (seed >> 40) % 3 == 0 ? '?'
					 : round % 2 ? text[(size_t)(seed >> 44) % size]
						     : 'a';
		}
		/* half of them fit somewhere */
		for (size_t i = 0; round % 4 < 2 && i < n; i++) {
			if (pattern[i + 1] != '?')
				pattern[i + 1] = text[size - n + i];
		}
		for (size_t at = 0; at + n <= size && !fits; at++) {
			size_t i = 0;

			while (i < n &&
				(pattern[i + 1] == '?' || pattern[i + 1] == text[at + i]))
				i++;
			fits = i == n;
		}
		places += fits;
		struct str p = { pattern, n + 2 }, t = { text, size };

		assert_int_equal(pattern_match(p, t), fits);
		assert_int_equal(pattern_match_fold(p, t), fits);
		assert_int_equal(pattern_contains(p, t), fits);
		assert_int_equal(pattern_intersects(t, p), fits);
	}
	assert_in_range(places, 1500, 3900);
}

static void test_work_is_bounded(void **state)
{
	static const struct {
		const char *begin, *unit, *end;
		size_t times;
		size_t part; /* bytes of the longest part that holds a '?' */
	} rows[] = {
		{ "", "a*", "b", 2000, 0 },
		{ "*", "a*", "b*", 2000, 0 },
		{ "*", "a", "b*", 4000, 0 },
		{ "*", "aa*", "ab*", 2000, 0 },
		{ "*", "?*", "b", 4000, 0 },
		{ "*", "?", "b*", 4000, 0 },
		{ "*", "*", "b", 8000, 0 },
		{ "*a", "?", "b*", 4000, 4002 },
		{ "*a", "?", "b*", 8000, 8002 },
		{ "*", "a?a*", "b*", 1000, 3 },
		{ "*", "a?", "ab*", 2000, 4002 },
		{ "*", "a?aaaaaaaa*", "a?aaaaaaaab*", 700, 11 },
		{ "*", "aaaaaaa?aaaaaaaaaaaa*", "b*", 380, 20 },
		{ "*", "a?a", "b*", 2600, 7801 },
		{ "*b?", "a?", "*", 3000, 6002 },
	};
	struct arena arena;

	(void)state;
	arena_init(&arena, 1 << 20);
	struct str text = repeat(&arena, "", "a", LIMIT_PATTERN_BYTES, "");
	struct str wild = repeat(&arena, "", "a*", LIMIT_PATTERN_BYTES / 2, "");
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct str pattern = repeat(
			&arena, rows[i].begin, rows[i].unit, rows[i].times, rows[i].end);
		uint64_t match = 0, contains = 0, intersects = 0;
		uint64_t linear = 2 * (uint64_t)(text.n + pattern.n);
		/* once more for each word of a part, a few times for a short one */
		uint64_t parted = linear * (rows[i].part / 64 + 8);

		assert_false(pattern_match_counted(pattern, text, &match));
		assert_false(pattern_contains_counted(pattern, wild, &contains));
		pattern_intersects_counted(pattern, wild, &intersects);
		if (match > (rows[i].part == 0 ? linear : parted) ||
			contains > (rows[i].part == 0 ? linear : parted) ||
			intersects > linear)
			fail_msg("row %zu: %llu, %llu and %llu bytes looked at", i,
				(unsigned long long)match, (unsigned long long)contains,
				(unsigned long long)intersects);
	}
	arena_release(&arena);
}

static void test_limits_are_named(void **state)
{
	struct arena arena;
	struct err e = { 0 };
	const uint64_t *atoms;
	struct str patterns[PATTERN_MAX_COUNT + 1];

	(void)state;
	arena_init(&arena, 8 << 20);
	for (uint32_t i = 0; i <= PATTERN_MAX_COUNT; i++)
		patterns[i] = arena_printf(&arena, "*%c%u*", 'a' + (int)(i % 26), i);
	assert_int_equal(pattern_atoms(&atoms, patterns, PATTERN_MAX_COUNT + 1,
				 STR_LIT("*"), &arena, &e),
		ERR_LIMIT);
	assert_int_equal(pattern_atoms(&atoms, patterns, PATTERN_MAX_COUNT, STR_LIT("*"),
				 &arena, &e),
		ERR_LIMIT);
	assert_non_null(strstr(e.text, "LIMIT_"));
	assert_null(
		pattern_witness(patterns, PATTERN_MAX_COUNT + 1, 0, STR_LIT("*"), &arena)
			.p);

	struct str out[1] = { STR_LIT("kept") };
	struct str left = repeat(&arena, "*", "ab*", 40, "");
	struct str right = repeat(&arena, "*", "bc*", 40, "");
	assert_true(
		pattern_intersection(out, 1, left, right, &arena) == PATTERN_TOO_MANY);
	assert_true(str_eq(out[0], STR_LIT("kept")));
	arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_long_parts),
		cmocka_unit_test(test_work_is_bounded),
		cmocka_unit_test(test_limits_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
