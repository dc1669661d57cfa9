/* Starts of lists, dense and sparse: both give the same bounds; damage gives none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "graphstore/list_priv.h"

/* Lists of one or two items, of which `every`-th is not empty. */
static uint32_t make(struct buf *out, uint32_t lists, uint32_t every)
{
	uint32_t at = 0;

	for (uint32_t i = 0; i < lists; i++) {
		VEC_ADD(out, uint32_t, at);
		if (i % every == every - 1)
			at += 1 + i % 2;
	}
	VEC_ADD(out, uint32_t, at);
	return at;
}

static void sparse_says_what_dense_says(void **state)
{
	static const uint32_t lists[] = { 1, 31, 32, 33, 64, 1000 };
	static const uint32_t every[] = { 1, 2, 7, 40, 2000 };

	(void)state;
	for (size_t n = 0; n < 6 * 5; n++) {
		struct buf dense = { 0 }, packed = { 0 };
		uint32_t count = lists[n / 5], items = make(&dense, count, every[n % 5]);
		uint32_t size;

		make(&packed, count, every[n % 5]);
		list_pack(&packed);
		size = (uint32_t)VEC_COUNT(&packed, uint32_t);
		assert_true(size <= count + 1);
		if (count == 1000 && every[n % 5] > 2)
			assert_true(size < count / 2);
		assert_true(list_check(VEC_DATA(&packed, uint32_t), size, count, items));
		assert_false(
			list_check(VEC_DATA(&packed, uint32_t), size, count + 40, items));
		assert_false(
			list_check(VEC_DATA(&packed, uint32_t), size, count, items + 1));
		assert_int_equal(list_falls(VEC_DATA(&packed, uint32_t), size), size);
		for (uint32_t i = 0; i < count + 3; i++) {
			uint32_t a, b;
			uint32_t x = list_bounds(
				VEC_DATA(&dense, uint32_t), count + 1, i, items, &a);
			uint32_t y = list_bounds(
				VEC_DATA(&packed, uint32_t), size, i, items, &b);

			assert_int_equal(x, y);
			if (x > 0)
				assert_int_equal(a, b);
		}
		buf_release(&dense);
		buf_release(&packed);
	}
}

/* Any word changed: a list may be another, but never one that is not there. */
static void damage_stays_inside(void **state)
{
	static const uint32_t wrong[] = { 0, 1, 77, 0x80000000u, UINT32_MAX };
	struct buf starts = { 0 };
	uint32_t items = make(&starts, 200, 9), size, begin;

	(void)state;
	list_pack(&starts);
	size = (uint32_t)VEC_COUNT(&starts, uint32_t);
	for (uint32_t k = 0; k < size * 5; k++) {
		uint32_t *word = &VEC_DATA(&starts, uint32_t)[k / 5], kept = *word;

		*word = wrong[k % 5];
		for (uint32_t i = 0; i < 260; i++) {
			uint32_t n = list_bounds(
				VEC_DATA(&starts, uint32_t), size, i, items, &begin);

			assert_true(n <= items && begin <= items - n);
		}
		*word = kept;
	}
	for (uint32_t cut = 0; cut < size; cut++)
		assert_false(list_check(VEC_DATA(&starts, uint32_t), cut, 200, items));
	buf_release(&starts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sparse_says_what_dense_says),
		cmocka_unit_test(damage_stays_inside),
	};

	return cmocka_run_group_tests_name("list", tests, NULL, NULL);
}
