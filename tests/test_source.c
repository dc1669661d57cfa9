#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "graphstore/source_priv.h"

static const struct {
	const char *file;
	uint64_t offset;
	uint32_t holdings; /* that follow, in rows of their own; NOT_AN_ID: it is one */
} rows[] = {
#define NOT_AN_ID UINT32_MAX
	{ "a.json", 0, 0 },
	{ "a.json", 300, 2 },
	{ "a.json", 300, NOT_AN_ID },
	{ "b.json", 300, NOT_AN_ID },
	{ "", 0, 1 },
	{ "a.json", UINT64_MAX, NOT_AN_ID },
	{ "a.json", UINT64_MAX, 0 },
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

static void write_rows(struct buf *out)
{
	struct source_writer w = { 0 };

	for (size_t i = 0; i < ROWS; i++) {
		struct source of = { str_from(rows[i].file), rows[i].offset };

		if (rows[i].holdings == NOT_AN_ID)
			source_add_holding(&w, &of);
		else
			source_add(&w, &of, rows[i].holdings);
	}
	source_end(&w, out);
	source_writer_release(&w);
}

/* Each row is read again; of a cut block the row, or nothing. */
static void read_rows(struct str block, bool whole)
{
	uint32_t id = UINT32_MAX, which = 0;

	for (size_t i = 0; i < ROWS; i++) {
		struct source of;
		bool found;

		which = rows[i].holdings == NOT_AN_ID ? which + 1 : 0;
		id += which == 0;
		found = source_read(&of, block, id, which);
		assert_true(found || !whole);
		if (!found)
			continue;
		assert_true(str_eq(of.file, str_from(rows[i].file)));
		assert_true(of.offset == (of.file.n > 0 ? rows[i].offset : 0));
	}
}

static void what_was_written_is_read(void **state)
{
	struct buf block = { 0 };
	struct source of;

	(void)state;
	write_rows(&block);
	read_rows(buf_str(&block), true);
	assert_false(source_read(&of, buf_str(&block), 1, 3));
	assert_false(source_read(&of, buf_str(&block), 4, 0));
	buf_release(&block);
}

static void a_cut_block_gives_nothing_else(void **state)
{
	struct buf block = { 0 };

	(void)state;
	write_rows(&block);
	for (size_t n = 0; n < block.n; n++)
		read_rows((struct str){ block.p, n }, false);
	buf_release(&block);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_written_is_read),
		cmocka_unit_test(a_cut_block_gives_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
