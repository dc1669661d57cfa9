#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/pack.h"

/* The ends of each form, as the msgpack specification has them. */
static const struct {
	int64_t value;
	const char *bytes;
	size_t size;
} numbers[] = {
	{ 0, "\x00", 1 },
	{ 127, "\x7f", 1 },
	{ 128, "\xcc\x80", 2 },
	{ 255, "\xcc\xff", 2 },
	{ 256, "\xcd\x01\x00", 3 },
	{ 65535, "\xcd\xff\xff", 3 },
	{ 65536, "\xce\x00\x01\x00\x00", 5 },
	{ UINT32_MAX, "\xce\xff\xff\xff\xff", 5 },
	{ INT64_C(0x100000000), "\xcf\x00\x00\x00\x01\x00\x00\x00\x00", 9 },
	{ INT64_MAX, "\xcf\x7f\xff\xff\xff\xff\xff\xff\xff", 9 },
	{ -1, "\xff", 1 },
	{ -32, "\xe0", 1 },
	{ -33, "\xd0\xdf", 2 },
	{ -128, "\xd0\x80", 2 },
	{ -129, "\xd1\xff\x7f", 3 },
	{ -32768, "\xd1\x80\x00", 3 },
	{ -32769, "\xd2\xff\xff\x7f\xff", 5 },
	{ INT32_MIN, "\xd2\x80\x00\x00\x00", 5 },
	{ INT64_MIN, "\xd3\x80\x00\x00\x00\x00\x00\x00\x00", 9 },
};

static void a_number_takes_its_shortest_form(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		struct pack_token t;
		struct buf out = { 0 };

		pack_put_int(&out, numbers[i].value);
		if (out.n != numbers[i].size)
			print_message("number %lld\n", (long long)numbers[i].value);
		assert_int_equal(out.n, numbers[i].size);
		assert_memory_equal(out.p, numbers[i].bytes, out.n);
		assert_int_equal(
			pack_take(&(struct pack_cursor){ .bytes = buf_str(&out) }, &t),
			1);
		assert_int_equal(t.type, PACK_INT);
		assert_int_equal(t.negative, numbers[i].value < 0);
		assert_int_equal(t.value, (uint64_t)numbers[i].value);
		buf_release(&out);
	}
}

/* Size of a text, and of what stands in front of it. */
static const struct {
	size_t size, head;
} texts[] = { { 0, 1 }, { 31, 1 }, { 32, 2 }, { 255, 2 }, { 256, 3 }, { 65535, 3 },
	{ 65536, 5 } };

static void a_text_of_any_size_comes_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct pack_token t;
		struct buf out = { 0 };
		char *text = malloc(texts[i].size + 1);

		assert_non_null(text);
		memset(text, 'x', texts[i].size);
		pack_put_text(&out, (struct str){ text, texts[i].size });
		assert_int_equal(out.n, texts[i].head + texts[i].size);
		assert_int_equal(
			pack_take(&(struct pack_cursor){ .bytes = buf_str(&out) }, &t),
			1);
		assert_int_equal(t.type, PACK_TEXT);
		assert_int_equal(t.text.n, texts[i].size);
		if (texts[i].size > 0)
			assert_memory_equal(t.text.p, text, texts[i].size);
		free(text);
		buf_release(&out);
	}
}

static const uint32_t counts[] = { 0, 15, 16, 65535, 65536, UINT32_MAX };

static void a_container_says_how_many_follow(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		struct buf out = { 0 };
		struct pack_cursor c;
		struct pack_token t;

		pack_put_array(&out, counts[i]);
		pack_put_map(&out, counts[i]);
		pack_put_true(&out);
		c = (struct pack_cursor){ .bytes = buf_str(&out) };
		assert_int_equal(pack_take(&c, &t), 1);
		assert_int_equal(t.type, PACK_ARRAY);
		assert_int_equal(t.value, counts[i]);
		assert_int_equal(pack_take(&c, &t), 1);
		assert_int_equal(t.type, PACK_MAP);
		assert_int_equal(t.value, counts[i]);
		assert_int_equal(pack_take(&c, &t), 1);
		assert_int_equal(t.type, PACK_BOOL);
		assert_int_equal(t.value, 1);
		assert_int_equal(pack_take(&c, &t), 0);
		buf_release(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_number_takes_its_shortest_form),
		cmocka_unit_test(a_text_of_any_size_comes_back),
		cmocka_unit_test(a_container_says_how_many_follow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
