/*
 * fuzz_record.c - any bytes are records or an error at a place within them; what decodes
 * encodes to bytes that decode to the same again, and any prefix wants more or fails
 * alike.
 */
#include "base/limits.h"
#include "base/record.h"

#include "tests/fuzz/fuzz.h"

static void check_again(const struct record *r, struct arena *arena)
{
	struct buf first = { 0 }, second = { 0 };
	struct record again;
	struct err e = { 0 };
	size_t at = 0;

	record_encode(&first, r);
	FUZZ_REQUIRE(record_decode(&again, buf_str(&first), &at, false, arena, &e) == 1);
	FUZZ_REQUIRE(at == first.n);
	record_encode(&second, &again);
	FUZZ_REQUIRE(str_eq(buf_str(&first), buf_str(&second)));
	buf_release(&first);
	buf_release(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str bytes = { (const char *)data, size };
	struct arena arena;
	struct record r;
	struct err e = { 0 };
	size_t at = 0, before = 0;
	int rc;

	arena_init(&arena, ARENA_UNLIMITED);
	while ((rc = record_decode(&r, bytes, &at, false, &arena, &e)) == 1) {
		FUZZ_REQUIRE(at > before && at <= size);
		check_again(&r, &arena);
		before = at;
	}
	FUZZ_REQUIRE(rc == 0 || rc == ERR_FORMAT || rc == ERR_LIMIT);
	FUZZ_REQUIRE(at == before && (rc < 0 || at == size));
	if (rc == 0 && size > 0)
		FUZZ_REQUIRE(record_decode(&r, str_head(bytes, size - 1),
				     &(size_t){ size - 1 }, true, &arena, &e) == 0);
	arena_release(&arena);
	return 0;
}
