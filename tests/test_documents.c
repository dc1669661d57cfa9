#include "tests/store_world.h"

#include "ingest/document_writer.h"

#define BODY(sid)                                                                        \
	"{\"Version\":\"2012-10-17\",\"Statement\":"                                     \
	"{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\",\"Sid\":\"" sid       \
	"\"}}"

/* The letters name documents, in the order in which they are met; ' ' begins a batch. */
static const struct {
	const char *met;
	uint32_t known_max; /* 0: all */
	size_t memory;      /* of the spool */
	unsigned distinct;
} rows[] = {
	{ "a", 0, SIZE_MAX, 1 },
	{ "aaa", 0, 0, 1 },
	{ "abc", 0, 100, 3 },
	{ "abcabc", 0, SIZE_MAX, 3 },
	{ "abcabc", 1, SIZE_MAX, 3 },
	{ "abcabc", 2, 0, 3 },
	{ "ab ba cab", 1, 0, 3 },
	{ "ab ba cab", 2, SIZE_MAX, 3 },
	{ "a a b b a", 1, 10, 2 },
};

static const char *const bodies[] = { BODY("a"), BODY("b"), BODY("c") };

static void meet(struct documents *d, const char *met, struct buf *entries)
{
	struct documents_batch batch = { .place = { 0 } };
	struct documents_entry entry;
	struct err e = { 0 };

	for (; *met; met++) {
		const struct record_document document = {
			.dialect = STR_LIT("aws"),
			.layer = LAYER_IDENTITY,
			.body = str_from(*met == ' ' ? "" : bodies[*met - 'a']),
		};

		if (*met == ' ') {
			uint32_t next = batch.place.batch + 1;

			assert_int_equal(documents_end(d, &batch, &e), 0);
			batch = (struct documents_batch){ .place = { 0, next } };
			continue;
		}
		assert_int_equal(documents_add(d, &batch, &document, &entry, &e), 0);
		assert_int_equal(entry.invalid, 0);
		buf_add(entries, &entry, sizeof(entry));
	}
	assert_int_equal(documents_end(d, &batch, &e), 0);
}

/* Write all, or those of a scope; the count, and what the store has then. */
static void write_row(const struct world_place *place, size_t i, bool all)
{
	struct store *store = world_open(place, STORE_WRITE);
	struct store_statistics statistics;
	struct document_writer *writer = NULL;
	struct documents *d = NULL;
	struct store_write *w = NULL;
	struct spool *spool = NULL;
	struct buf entries = { 0 };
	struct err e = { 0 };
	uint64_t count = 0;

	spool_new(&spool, place->root, rows[i].memory);
	documents_new(&d, spool, rows[i].known_max);
	document_writer_new(&writer, d, spool);
	meet(d, rows[i].met, &entries);
	assert_int_equal(
		store_begin(&w, store, WORLD_LOCK_MS, STR_LIT("catalog-1"), 50, &e), 0);
	assert_int_equal(all ? document_writer_all(writer, w, &e)
			     : document_writer_some(writer, &entries, w, &e),
		0);
	assert_int_equal(document_writer_count(writer, &count, &e), 0);
	assert_int_equal(store_commit(w, &e), 0);
	assert_int_equal(count, rows[i].distinct);
	assert_int_equal(store_statistics(&statistics, store, &e), 0);
	assert_int_equal(statistics.documents, rows[i].distinct);
	assert_int_equal(world_check(store), 0);
	document_writer_free(writer);
	documents_free(d);
	spool_free(spool);
	buf_release(&entries);
	store_close(store);
}

static void each_document_is_stored_once(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (int all = 0; all < 2; all++) {
			struct world_place place;

			print_message("'%s', %u known, %s\n", rows[i].met,
				rows[i].known_max, all ? "all" : "some");
			world_place_init(&place);
			write_row(&place, i, all);
			/* again: it has them */
			write_row(&place, i, !all);
			world_place_release(&place);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_document_is_stored_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
