/*
 * ingest/reader: plain, gzip and zstd give the same bytes; what ends early is an error.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>
#include <zlib.h>
#include <zstd.h>

#include "base/buf.h"
#include "ingest/reader.h"

static char *path;

static void write_file(struct str bytes)
{
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	if (bytes.n > 0)
		assert_int_equal(fwrite(bytes.p, 1, bytes.n, f), bytes.n);
	assert_int_equal(fclose(f), 0);
}

static int read_all(struct buf *out, struct err *e)
{
	struct reader *r = NULL;
	struct str chunk;
	int rc = reader_open(&r, path, e);

	while (rc >= 0 && (rc = reader_next(r, &chunk, e)) == 1) {
		assert_true(chunk.n > 0);
		buf_add_str(out, chunk);
	}
	reader_close(r);
	return rc;
}

static void gzip(struct buf *out, struct str in)
{
	z_stream z = { 0 };
	size_t room = in.n + in.n / 1000 + 1024;

	assert_int_equal(
		deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_in = (z_const Bytef *)(uintptr_t)in.p;
	z.avail_in = (uInt)in.n;
	z.next_out = (Bytef *)buf_reserve(out, room);
	z.avail_out = (uInt)room;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	out->n += room - z.avail_out;
	deflateEnd(&z);
}

static void zstd(struct buf *out, struct str in)
{
	size_t room = ZSTD_compressBound(in.n);

	out->n += ZSTD_compress(buf_reserve(out, room), room, in.p, in.n, 3);
}

static void plain(struct buf *out, struct str in)
{
	buf_add_str(out, in);
}

static const struct {
	const char *name;
	void (*pack)(struct buf *out, struct str in);
} packings[] = { { "plain", plain }, { "gzip", gzip }, { "zstd", zstd } };

static void make_text(struct buf *out, size_t lines)
{
	for (size_t i = 0; i < lines; i++)
		buf_printf(out, "line %zu %zx\n", i, i * 2654435761u);
}

static void gives_the_same_bytes(void **state)
{
	static const size_t sizes[] = { 0, 1, 1000, 60000 };

	(void)state;
	for (size_t i = 0; i < 12; i++) {
		struct buf text = { 0 }, packed = { 0 }, back = { 0 };
		struct err e = { 0 };

		make_text(&text, sizes[i / 3]);
		packings[i % 3].pack(&packed, buf_str(&text));
		write_file(buf_str(&packed));
		if (read_all(&back, &e) != 0 || !str_eq(buf_str(&back), buf_str(&text)))
			fail_msg("%s of %zu: '%s', %zu bytes", packings[i % 3].name,
				text.n, e.text, back.n);
		buf_release(&back);
		buf_release(&packed);
		buf_release(&text);
	}
}

static void reads_members_as_one(void **state)
{
	(void)state;
	for (size_t i = 1; i < 3; i++) {
		struct buf text = { 0 }, packed = { 0 }, back = { 0 };
		struct err e = { 0 };

		make_text(&text, 5000);
		packings[i].pack(&packed, str_head(buf_str(&text), 1000));
		packings[i].pack(&packed, str_skip(buf_str(&text), 1000));
		write_file(buf_str(&packed));
		assert_int_equal(read_all(&back, &e), 0);
		assert_true(str_eq(buf_str(&back), buf_str(&text)));
		buf_release(&back);
		buf_release(&packed);
		buf_release(&text);
	}
}

static void refuses_what_ends_early(void **state)
{
	(void)state;
	for (size_t i = 1; i < 3; i++) {
		struct buf text = { 0 }, packed = { 0 };

		make_text(&text, 20000);
		packings[i].pack(&packed, buf_str(&text));
		for (size_t cut = 5; cut < packed.n; cut += packed.n / 13) {
			struct buf back = { 0 };
			struct err e = { 0 };

			write_file(str_head(buf_str(&packed), cut));
			if (read_all(&back, &e) != ERR_FORMAT || !strstr(e.text, path))
				fail_msg("%s cut at %zu: %d '%s'", packings[i].name, cut,
					e.code, e.text);
			buf_release(&back);
		}
		buf_release(&packed);
		buf_release(&text);
	}
}

static void refuses_damage(void **state)
{
	(void)state;
	for (size_t i = 1; i < 3; i++) {
		struct buf text = { 0 }, packed = { 0 }, back = { 0 };
		struct err e = { 0 };

		make_text(&text, 20000);
		packings[i].pack(&packed, buf_str(&text));
		memset(packed.p + packed.n / 2, 0xff, 64);
		write_file(buf_str(&packed));
		/*
		 * zstd writes no checksum by default, so only its structure can be wrong.
		 */
		if (read_all(&back, &e) == 0)
			assert_false(str_eq(buf_str(&back), buf_str(&text)));
		else
			assert_int_equal(e.code, ERR_FORMAT);
		buf_release(&back);
		buf_release(&packed);
		buf_release(&text);
	}
}

static void names_what_it_cannot_open(void **state)
{
	struct reader *r = NULL;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(reader_open(&r, "/nonexistent/x", &e), ERR_IO);
	assert_non_null(strstr(e.text, "cannot open '/nonexistent/x'"));
	assert_int_equal(reader_open(&r, "/", &e), ERR_IO);
	assert_non_null(strstr(e.text, "is a directory"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_the_same_bytes),
		cmocka_unit_test(reads_members_as_one),
		cmocka_unit_test(refuses_what_ends_early),
		cmocka_unit_test(refuses_damage),
		cmocka_unit_test(names_what_it_cannot_open),
	};
	char name[] = "/tmp/test_reader_XXXXXX";
	int fd = mkstemp(name), rc;

	if (fd < 0)
		return 1;
	close(fd);
	path = name;
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(name);
	return rc;
}
