#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/sort.h"

/* How many numbers, and which of their bits may be set. */
static const struct {
	size_t count;
	uint64_t mask;
} rows[] = {
	{ 0, UINT64_MAX },
	{ 1, UINT64_MAX },
	{ 2, 1 },
	{ 64, 0xff00 },
	{ 65, 0xff00 },
	{ 65, 0 },
	{ 1000, UINT64_MAX },
	{ 1000, 0xff },
	{ 1000, UINT64_C(0xff000000000000ff) },
	{ 1001, UINT64_C(0x000000ff00ff0000) },
	{ 50000, 0x3ff },
	{ 50000, UINT64_C(0x0000ffff0000ffff) },
};

static int compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void numbers_ascend_and_none_is_lost(void **state)
{
	uint64_t random = 1;

	(void)state;
	for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
		size_t size = rows[r].count * sizeof(uint64_t);
		uint64_t *have = calloc(1, size + 1), *want = calloc(1, size + 1);

		assert_non_null(have);
		assert_non_null(want);
		for (size_t i = 0; i < rows[r].count; i++) {
			random = random * UINT64_C(6364136223846793005) + 1442695041;
			have[i] = want[i] = (random ^ random >> 29) & rows[r].mask;
		}
		sort_u64(have, rows[r].count);
		qsort(want, rows[r].count, sizeof(*want), compare);
		if (memcmp(have, want, size) != 0)
			print_message("row %zu\n", r);
		assert_memory_equal(have, want, size);
		free(have);
		free(want);
	}
}

/* A number, and where it was. */
struct item {
	uint64_t number;
	uint32_t place;
};

static uint64_t number_of(const void *item)
{
	return ((const struct item *)item)->number;
}

static void items_of_one_number_stay_in_order(void **state)
{
	uint64_t random = 7;

	(void)state;
	for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
		size_t count = rows[r].count;
		struct item *v = calloc(count + 1, sizeof(*v));
		uint64_t sum = 0;

		assert_non_null(v);
		for (size_t i = 0; i < count; i++) {
			random = random * UINT64_C(6364136223846793005) + 1442695041;
			v[i] = (struct item){ (random ^ random >> 29) & rows[r].mask,
				(uint32_t)i };
			sum += v[i].number;
		}
		sort_items(v, count, sizeof(*v), number_of);
		for (size_t i = 0; i < count; i++) {
			sum -= v[i].number;
			if (i == 0)
				continue;
			assert_true(v[i - 1].number < v[i].number ||
				    (v[i - 1].number == v[i].number &&
					    v[i - 1].place < v[i].place));
		}
		assert_int_equal(sum, 0);
		free(v);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_ascend_and_none_is_lost),
		cmocka_unit_test(items_of_one_number_stay_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
