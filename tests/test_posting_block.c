#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "graphstore/posting_block_priv.h"

static const struct {
	const char *hash; /* six bytes, the first two are the block's name */
	uint32_t scope, count;
	uint32_t items[3];
} rows[] = {
	{ "ab0000", 0, 0, { 0 } },
	{ "ab0000", 7, 1, { 0 } },
	{ "ab0000", 10000, 3, { 1, 127, 128 } },
	{ "ab\xff\xff\xff\xff", UINT32_MAX, 2, { UINT32_MAX, 1u << 28 } },
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

static void key_of(uint8_t out[POSTING_KEY_SIZE], size_t row)
{
	memcpy(out, rows[row].hash, POSTING_HASH_SIZE);
	for (unsigned i = 0; i < 4; i++)
		out[POSTING_HASH_SIZE + i] = (uint8_t)(rows[row].scope >> (24 - 8 * i));
}

static void write_rows(struct buf *block)
{
	for (size_t i = 0; i < ROWS; i++) {
		uint8_t key[POSTING_KEY_SIZE];

		key_of(key, i);
		posting_block_add(block, key, rows[i].items, rows[i].count);
	}
}

/* Rows are read in order; how many until the end or damage, which *more tells apart. */
static size_t read_rows(struct str block, int *more, struct buf *copy)
{
	struct posting_entry entry;
	size_t i = 0;

	while ((*more = posting_block_next(&entry, &block, (const uint8_t *)"ab")) > 0) {
		struct buf items = { 0 };
		uint8_t key[POSTING_KEY_SIZE];

		assert_true(i < ROWS);
		key_of(key, i);
		assert_memory_equal(entry.key, key, sizeof(key));
		assert_int_equal(entry.scope, rows[i].scope);
		assert_true(posting_block_items(&items, &entry));
		assert_int_equal(VEC_COUNT(&items, uint32_t), rows[i].count);
		if (items.n > 0)
			assert_memory_equal(items.p, rows[i].items, items.n);
		buf_release(&items);
		posting_block_copy(copy, &entry);
		i++;
	}
	return i;
}

static void what_was_written_is_read(void **state)
{
	struct buf block = { 0 }, copy = { 0 };
	int more;

	(void)state;
	write_rows(&block);
	assert_int_equal(read_rows(buf_str(&block), &more, &copy), ROWS);
	assert_int_equal(more, 0);
	assert_true(str_eq(buf_str(&block), buf_str(&copy)));
	buf_release(&block);
	buf_release(&copy);
}

/* Cut anywhere: the rows before, and damage unless a row ends there. */
static void a_cut_block_is_seen(void **state)
{
	struct buf block = { 0 }, copy = { 0 };
	unsigned ends = 0;
	int more;

	(void)state;
	write_rows(&block);
	for (size_t n = 0; n < block.n; n++) {
		buf_clear(&copy);
		read_rows((struct str){ block.p, n }, &more, &copy);
		assert_true(more == 0 ? copy.n == n : copy.n < n);
		ends += more == 0;
	}
	assert_int_equal(ends, ROWS);
	buf_release(&block);
	buf_release(&copy);
}

static void a_number_is_at_most_32_bits(void **state)
{
	static const char bytes[] = "0000\xff\xff\xff\xff\x1f\x01";
	struct str left = { bytes, sizeof(bytes) - 1 };
	struct posting_entry entry;

	(void)state;
	assert_int_equal(posting_block_next(&entry, &left, (const uint8_t *)"ab"), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_written_is_read),
		cmocka_unit_test(a_cut_block_is_seen),
		cmocka_unit_test(a_number_is_at_most_32_bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
