#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/nearest.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* clang-format off */
static const struct {
	const char *a, *b;
	uint32_t distance; /* 3: more than 2 */
} rows[] = {
	{ "",              "",               0 },
	{ "",              "ab",             2 },
	{ "",              "abc",            3 },
	{ "kind",          "Kind",           0 },
	{ "knid",          "kind",           1 }, /* a swap is one slip */
	{ "ab",            "ba",             1 },
	{ "kin",           "kind",           1 },
	{ "kinds",         "kind",           1 },
	{ "kond",          "kind",           1 },
	{ "wirte",         "write",          1 },
	{ "user/alcie",    "user/alice",     1 },
	{ "abcdef",        "badcfe",         3 },
	{ "abcd",          "badc",           2 },
	{ "ca",            "abc",            3 }, /* nothing is edited twice */
	{ "bucket/payrol", "bucket/payroll", 1 },
	{ "xucket/payrol", "bucket/payroll", 2 },
	{ "who",           "what",           2 },
	{ "abc",           "xyz",            3 },
};

static const char *const words[] = { "where", "with", "without", "via", "what", "who" };

static const struct {
	const char *word, *nearest;
} choices[] = {
	{ "wehre",   "where" },
	{ "wiht",    "with" },
	{ "witout",  "without" },
	{ "VIA",     "via" },
	{ "waht",    "what" },
	{ "xyz",     "" },
	{ "whxx",    "" },  /* a short word allows one slip */
	{ "x",       "" },
	{ "",        "" },
};
/* clang-format on */

/* Damerau's distance by its definition, over the whole table. */
static uint32_t slow_distance(struct str a, struct str b)
{
	uint32_t cells[10][10];

	for (size_t i = 0; i <= a.n; i++) {
		for (size_t j = 0; j <= b.n; j++) {
			uint32_t *cell = &cells[i][j];

			*cell = (uint32_t)(i + j);
			if (i > 0 && j > 0 &&
				cells[i - 1][j - 1] + (a.p[i - 1] != b.p[j - 1]) < *cell)
				*cell = cells[i - 1][j - 1] + (a.p[i - 1] != b.p[j - 1]);
			if (i > 0 && cells[i - 1][j] + 1 < *cell)
				*cell = cells[i - 1][j] + 1;
			if (j > 0 && cells[i][j - 1] + 1 < *cell)
				*cell = cells[i][j - 1] + 1;
			if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] &&
				a.p[i - 2] == b.p[j - 1] &&
				cells[i - 2][j - 2] + 1 < *cell)
				*cell = cells[i - 2][j - 2] + 1;
		}
	}
	return cells[a.n][b.n];
}

static void test_distance(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct str a = str_from(rows[i].a), b = str_from(rows[i].b);

		if (nearest_distance(a, b, 2) != rows[i].distance ||
			nearest_distance(b, a, 2) != rows[i].distance)
			fail_msg("'%s' and '%s': %u", rows[i].a, rows[i].b,
				nearest_distance(a, b, 2));
	}
}

static void test_random(void **state)
{
	uint64_t seed = 7;

	(void)state;
	for (int i = 0; i < 50000; i++) {
		char text[18];
		struct str a = { text, 0 }, b = { text + 9, 0 };

		for (size_t k = 0; k < sizeof(text); k++) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			text[k] = (char)('a' + (seed >> 60) % 3);
		}
		a.n = (seed >> 40) % 10;
		b.n = (seed >> 48) % 10;
		for (uint32_t max = 0; max <= 2; max++) {
			uint32_t slow = slow_distance(a, b);

			if (nearest_distance(a, b, max) != (slow > max ? max + 1 : slow))
				fail_msg("'%.*s' and '%.*s' within %u", STR_ARG(a),
					STR_ARG(b), max);
		}
	}
}

static void test_choice(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(choices); i++) {
		struct nearest n;

		nearest_init(&n, str_from(choices[i].word));
		for (size_t k = 0; k < ARRAY_LEN(words); k++)
			nearest_offer(&n, str_from(words[k]));
		if (!str_eq(n.best, str_from(choices[i].nearest)))
			fail_msg("'%s': '%.*s'", choices[i].word, STR_ARG(n.best));
	}
}

static void test_long_words_are_never_near(void **state)
{
	static char text[NEAREST_LENGTH_MAX + 1];

	(void)state;
	memset(text, 'x', sizeof(text));
	assert_int_equal(nearest_distance((struct str){ text, sizeof(text) },
				 (struct str){ text, sizeof(text) }, 2),
		3);
	assert_int_equal(nearest_distance((struct str){ text, sizeof(text) - 1 },
				 (struct str){ text, sizeof(text) - 2 }, 2),
		1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_distance),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_choice),
		cmocka_unit_test(test_long_words_are_never_near),
	};

	return cmocka_run_group_tests_name("nearest", tests, NULL, NULL);
}
