#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/sparse.h"

/* Far apart, in one page, at both sides of a page's end, and beyond the first table. */
static const uint32_t places[] = { 0, 1, SPARSE_PAGE - 1, SPARSE_PAGE, 5 * SPARSE_PAGE,
	16 * SPARSE_PAGE, 1000000, 40000000 };

#define PLACES (sizeof(places) / sizeof(places[0]))

static void an_element_is_zero_until_it_is_set(void **state)
{
	struct sparse s;

	(void)state;
	sparse_init(&s, sizeof(uint64_t));
	assert_null(sparse_get(&s, 3));
	assert_int_equal(*(uint64_t *)sparse_at(&s, 3), 0);
	assert_non_null(sparse_get(&s, 3));
	assert_int_equal(*(uint64_t *)sparse_get(&s, 4), 0);
	assert_null(sparse_get(&s, SPARSE_PAGE));
	assert_null(sparse_get(&s, UINT32_MAX));
	sparse_release(&s);
	assert_null(sparse_get(&s, 3));
}

static void elements_keep_value_and_place(void **state)
{
	struct sparse s;
	uint64_t *at[PLACES];

	(void)state;
	sparse_init(&s, sizeof(uint64_t));
	for (size_t i = 0; i < PLACES; i++) {
		at[i] = sparse_at(&s, places[i]);
		*at[i] = 100 + i;
	}
	for (size_t i = 0; i < PLACES; i++) {
		assert_ptr_equal(sparse_at(&s, places[i]), at[i]);
		assert_ptr_equal(sparse_get(&s, places[i]), at[i]);
		assert_int_equal(*at[i], 100 + i);
	}
	sparse_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_element_is_zero_until_it_is_set),
		cmocka_unit_test(elements_keep_value_and_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
