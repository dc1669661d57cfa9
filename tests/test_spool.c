#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/partition.h"
#include "base/spool.h"
#include "ingest/pool.h"

#define JOBS 200u

struct work {
	struct spool *spool;
	struct spool_place places[JOBS];
	unsigned number[JOBS];
};

struct job {
	struct work *work;
	unsigned i;
};

static size_t size_of(unsigned i)
{
	return (size_t)i * 37 % 5000;
}

static void append(void *argument)
{
	struct job *job = argument;
	char bytes[5000];
	struct err e = { 0 };

	memset(bytes, (int)(job->i % 251), sizeof(bytes));
	if (spool_append(job->work->spool, (struct str){ bytes, size_of(job->i) },
		    &job->work->places[job->i], &e) == 0)
		job->work->number[job->i]++;
}

static void check_place(struct work *w, unsigned i)
{
	struct buf buffer = { 0 };
	struct err e = { 0 };
	struct str bytes;

	assert_int_equal(w->number[i], 1);
	if (spool_read(w->spool, &w->places[i], &buffer, &bytes, &e) < 0)
		fail_msg("%s", e.text);
	assert_int_equal(bytes.n, size_of(i));
	for (size_t k = 0; k < bytes.n; k++) {
		if ((unsigned char)bytes.p[k] != i % 251)
			fail_msg("place %u has another's bytes", i);
	}
	buf_release(&buffer);
}

static unsigned count_files(const char *directory)
{
	DIR *d = opendir(directory);
	unsigned n = 0;

	assert_non_null(d);
	for (const struct dirent *entry; (entry = readdir(d));)
		n += entry->d_name[0] != '.' || strlen(entry->d_name) > 2;
	closedir(d);
	return n;
}

/* What goes in comes out, from memory and from the file, and the file has no name. */
static void test_spool(void **state)
{
	static const size_t memory[] = { 0, 1, 10000, SIZE_MAX };
	char directory[] = "/tmp/latchkey-test-XXXXXX";

	(void)state;
	assert_non_null(mkdtemp(directory));
	for (size_t m = 0; m < sizeof(memory) / sizeof(memory[0]); m++) {
		struct work w = { 0 };
		struct job jobs[JOBS];
		struct pool *pool = NULL;
		struct err e = { 0 };

		spool_new(&w.spool, directory, memory[m]);
		assert_int_equal(pool_new(&pool, 4, 3, &e), 0);
		for (unsigned i = 0; i < JOBS; i++) {
			jobs[i] = (struct job){ &w, i };
			pool_submit(pool, append, &jobs[i]);
		}
		pool_wait(pool);
		assert_int_equal(count_files(directory), 0);
		for (unsigned i = 0; i < JOBS; i++)
			check_place(&w, i);
		for (unsigned i = 0; i < JOBS; i++)
			spool_forget(w.spool, &w.places[i]);
		pool_free(pool);
		spool_free(w.spool);
	}
	rmdir(directory);
}

/* pool_free runs what is still queued. */
static void test_pool_end(void **state)
{
	struct work w = { 0 };
	struct job jobs[JOBS];
	struct pool *pool = NULL;
	struct err e = { 0 };

	(void)state;
	spool_new(&w.spool, "/tmp", SIZE_MAX);
	assert_int_equal(pool_new(&pool, 1, JOBS, &e), 0);
	for (unsigned i = 0; i < JOBS; i++) {
		jobs[i] = (struct job){ &w, i };
		pool_submit(pool, append, &jobs[i]);
	}
	pool_free(pool);
	for (unsigned i = 0; i < JOBS; i++) {
		check_place(&w, i);
		spool_forget(w.spool, &w.places[i]);
	}
	spool_free(w.spool);
	pool_free(NULL);
	spool_free(NULL);
}

static void test_no_directory(void **state)
{
	struct spool *spool = NULL;
	struct spool_place place;
	struct err e = { 0 };

	(void)state;
	spool_new(&spool, "/nonexistent/directory", 0);
	assert_int_equal(spool_append(spool, STR_LIT("x"), &place, &e), ERR_IO);
	assert_non_null(strstr(e.text, "/nonexistent/directory"));
	spool_free(spool);
}

/* Every row comes back once, in its part, in the order of adding. */
static void test_partition(void **state)
{
	static const size_t memory[] = { 0, 100000, SIZE_MAX };
	const uint32_t rows = 20000;

	(void)state;
	for (size_t m = 0; m < sizeof(memory) / sizeof(memory[0]); m++) {
		struct spool *spool = NULL;
		struct partition p;
		struct buf out = { 0 };
		struct err e = { 0 };
		uint32_t seen = 0;

		spool_new(&spool, "/tmp", memory[m]);
		partition_init(&p, spool, 3 * sizeof(uint32_t));
		for (uint32_t i = 0; i < rows; i++) {
			/* two parts have half of all */
			uint32_t row[3] = { i % 2 == 0 ? i % 4 : i * 2654435761u, i, ~i };

			assert_int_equal(partition_add(&p, row, &e), 0);
		}
		assert_int_equal(p.row_count, rows);
		for (unsigned part = 0; part < PARTITION_PARTS; part++) {
			uint32_t before = 0;

			buf_clear(&out);
			assert_int_equal(partition_take(&p, part, &out, &e), 0);
			for (size_t at = 0; at < out.n; at += sizeof(uint32_t[3])) {
				uint32_t row[3];

				memcpy(row, out.p + at, sizeof(row));
				assert_int_equal(*(unsigned char *)row, part);
				assert_int_equal(row[2], ~row[1]);
				assert_true(at == 0 || row[1] > before);
				before = row[1];
				seen++;
			}
		}
		assert_int_equal(seen, rows);
		buf_release(&out);
		partition_release(&p);
		spool_free(spool);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_spool),
		cmocka_unit_test(test_partition),
		cmocka_unit_test(test_pool_end),
		cmocka_unit_test(test_no_directory),
	};

	return cmocka_run_group_tests_name("spool", tests, NULL, NULL);
}
