/* Packed blocks: what goes in comes out, and damage is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "graphstore/packed.h"

static void fill(struct buf *out, size_t size)
{
	for (size_t i = 0; i < size; i++)
		buf_add_char(out, (char)('a' + i * i % 23));
}

static void what_goes_in_comes_out(void **state)
{
	static const size_t sizes[] = { 0, 1, 7, 4096, 1000000 };

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct buf bytes = { 0 }, packed = { 0 }, out = { 0 };
		struct err e = { 0 };
		size_t size = 1;

		fill(&bytes, sizes[i]);
		packed_add(&packed, buf_str(&bytes));
		assert_int_equal(packed_size(&size, buf_str(&packed), &e), 0);
		assert_int_equal(size, sizes[i]);
		buf_add_char(&out, '!');
		assert_int_equal(packed_read(&out, buf_str(&packed), &e), 0);
		assert_int_equal(out.n, sizes[i] + 1);
		assert_true(str_eq(str_skip(buf_str(&out), 1), buf_str(&bytes)));
		buf_release(&bytes);
		buf_release(&packed);
		buf_release(&out);
	}
}

/* Cut anywhere, or with another size, it does not unpack. */
static void damage_is_told(void **state)
{
	struct buf bytes = { 0 }, packed = { 0 }, out = { 0 };
	uint32_t size;
	struct err e;

	(void)state;
	fill(&bytes, 3000);
	packed_add(&packed, buf_str(&bytes));
	for (size_t n = 0; n < packed.n; n++) {
		char *part = test_malloc(n + 1);

		memcpy(part, packed.p, n);
		assert_int_equal(
			packed_read(&out, (struct str){ part, n }, &e), ERR_CORRUPT);
		assert_int_equal(out.n, 0);
		test_free(part);
	}
	for (int step = -1; step <= 1; step += 2) {
		memcpy(&size, packed.p, sizeof(size));
		size += (uint32_t)step;
		memcpy(packed.p, &size, sizeof(size));
		assert_int_equal(packed_read(&out, buf_str(&packed), &e), ERR_CORRUPT);
		size -= (uint32_t)step;
		memcpy(packed.p, &size, sizeof(size));
	}
	size = UINT32_MAX;
	memcpy(packed.p, &size, sizeof(size));
	assert_int_equal(packed_read(&out, buf_str(&packed), &e), ERR_CORRUPT);
	buf_release(&bytes);
	buf_release(&packed);
	buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_goes_in_comes_out),
		cmocka_unit_test(damage_is_told),
	};

	return cmocka_run_group_tests_name("packed", tests, NULL, NULL);
}
