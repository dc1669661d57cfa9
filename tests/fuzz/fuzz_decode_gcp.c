/*
 * fuzz_decode_gcp.c - any bytes decode to valid records or to an error that names the
 * file, the same in any chunks. The first byte chooses what the path and the directory
 * say.
 */
#include "base/limits.h"
#include "base/record.h"
#include "ingest/decoder.h"

#include "tests/fuzz/fuzz.h"

static const char *const paths[] = { "f.json", "projects/p/f.json", "folders/12/f.json",
	"organizations/34/f.json", "projects/p/buckets/b/f.json",
	"projects/p/secrets/s/f.json", "groups/g@x.com/f.json",
	"x/cloudkms.googleapis.com/projects/p/locations/l/keyRings/r/f.json" };

static int decode(const struct decoder_context *context, struct str input, size_t chunk,
	struct buf *out, struct err *e)
{
	struct decoder *d = NULL;
	struct decoder_batch *batch = NULL;
	size_t at = 0;
	int rc = 0;

	decoder_open(&d, context);
	do {
		size_t n = input.n - at < chunk ? input.n - at : chunk;

		decoder_feed(d, (struct str){ input.p + at, n }, at + n == input.n);
		at += n;
		while (rc >= 0 && (rc = decoder_next(d, &batch, e)) == 1) {
			rc = decoder_batch_run(batch, out, e);
			decoder_batch_free(batch);
		}
	} while (rc >= 0 && at < input.n);
	decoder_close(d);
	return rc;
}

static void check_records(struct str bytes)
{
	struct arena arena;
	struct record r;
	struct err e = { 0 };
	size_t at = 0;
	int rc;

	arena_init(&arena, ARENA_UNLIMITED);
	while ((rc = record_decode(&r, bytes, &at, false, &arena, &e)) == 1)
		FUZZ_REQUIRE(r.type != RECORD_HEADER);
	FUZZ_REQUIRE(rc == 0);
	arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct decoder_context context = { .siblings_known = true };
	struct str input = { (const char *)data, size };
	struct buf whole = { 0 }, parts = { 0 };
	struct err e = { 0 };
	int rc;

	if (size == 0)
		return 0;
	context.path = str_from(paths[data[0] % 8]);
	if (data[0] & 8)
		context.hint = STR_LIT("gcp:organizations/34");
	input = str_skip(input, 1);
	rc = decode(&context, input, SIZE_MAX, &whole, &e);
	FUZZ_REQUIRE(rc == 0 || rc == ERR_FORMAT || rc == ERR_LIMIT);
	FUZZ_REQUIRE(rc == 0 || strncmp(e.text, context.path.p, context.path.n) == 0);
	FUZZ_REQUIRE(decode(&context, input, 5, &parts, &e) == rc);
	if (rc == 0) {
		check_records(buf_str(&whole));
		FUZZ_REQUIRE(str_eq(buf_str(&whole), buf_str(&parts)));
	}
	buf_release(&whole);
	buf_release(&parts);
	return 0;
}
