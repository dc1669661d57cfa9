/*
 * base/record: what is encoded comes back, and foreign bytes are refused with their
 * place.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/limits.h"
#include "base/record.h"

static const struct record_pair sample_tags[] = {
	{ { "team", 4 }, { "payments", 8 } },
	{ { "empty", 5 }, { "", 0 } },
};

static const struct record samples[] = {
	{ .type = RECORD_HEADER, .version = RECORD_VERSION },
	{ .type = RECORD_SCOPE,
		.scope = { .id = { "aws:111122223333", 16 },
			.key = { "arn:aws:account::111122223333:account", 37 },
			.parent = { "aws:o-example", 13 },
			.format = { "made-up", 7 },
			.collected_at = 1700000000 } },
	{ .type = RECORD_ENTITY,
		.entity = { .scope = { "aws:1", 5 },
			.key = { "arn:x", 5 },
			.kind = { "aws:iam:user", 12 },
			.name = { "\xc3\xa9ve", 4 },
			.flags = ENTITY_IDENTITY | ENTITY_EXEMPT,
			.created = 1,
			.last_used = -1,
			.tags = sample_tags,
			.tag_count = 2,
			.attributes = sample_tags,
			.attribute_count = 1,
			.tags_known = true,
			.source = { { "dump.json", 9 }, 1ull << 40 } } },
	{ .type = RECORD_RELATION,
		.relation = { .scope = { "aws:1", 5 },
			.from = { "a", 1 },
			.to = { "name:aws:iam:group:Admins", 25 },
			.type = RELATION_MEMBER_OF } },
	{ .type = RECORD_DOCUMENT,
		.document = { .scope = { "aws:1", 5 },
			.holder = { "a", 1 },
			.dialect = { "aws", 3 },
			.body = { "{}", 2 },
			.layer = LAYER_TRUST } },
	{ .type = RECORD_COVERAGE,
		.coverage = { .scope = { "aws:1", 5 },
			.what = { "identities", 10 },
			.detail = { "AccessDenied", 12 },
			.state = COVERAGE_REFUSED } },
};
#define SAMPLE_COUNT (sizeof(samples) / sizeof(samples[0]))

static void encode_all(struct buf *out)
{
	for (size_t i = 0; i < SAMPLE_COUNT; i++)
		record_encode(out, &samples[i]);
}

static void assert_str(struct str got, struct str want)
{
	assert_int_equal(got.n, want.n);
	if (want.n > 0)
		assert_memory_equal(got.p, want.p, want.n);
}

static void comes_back(void **state)
{
	struct buf bytes = { 0 }, again = { 0 };
	struct record r;
	struct arena arena;
	struct err e;
	size_t at = 0;

	(void)state;
	arena_init(&arena, ARENA_UNLIMITED);
	encode_all(&bytes);
	for (size_t i = 0; i < SAMPLE_COUNT; i++) {
		assert_int_equal(
			record_decode(&r, buf_str(&bytes), &at, false, &arena, &e), 1);
		assert_int_equal(r.type, samples[i].type);
		record_encode(&again, &r);
		if (r.type == RECORD_ENTITY) {
			assert_str(r.entity.name, samples[i].entity.name);
			assert_str(r.entity.tags[0].value, sample_tags[0].value);
			assert_int_equal(r.entity.last_used, -1);
			assert_true(r.entity.source.offset == 1ull << 40);
		}
	}
	assert_int_equal(record_decode(&r, buf_str(&bytes), &at, false, &arena, &e), 0);
	assert_str(buf_str(&again), buf_str(&bytes));
	buf_release(&again);
	buf_release(&bytes);
	arena_release(&arena);
}

/*
 * Every proper prefix ends at a record boundary, wants more, or is an error without more.
 */
static void every_prefix_wants_more(void **state)
{
	struct buf bytes = { 0 };
	struct arena arena;
	struct err e;

	(void)state;
	arena_init(&arena, ARENA_UNLIMITED);
	encode_all(&bytes);
	for (size_t n = 0; n < bytes.n; n++) {
		struct str part = { bytes.p, n };
		struct record r;
		size_t at = 0, records = 0;

		while (record_decode(&r, part, &at, true, &arena, &e) == 1)
			records++;
		assert_true(records < SAMPLE_COUNT && at <= n);
		assert_int_equal(record_decode(&r, part, &at, false, &arena, &e),
			at == n ? 0 : ERR_FORMAT);
	}
	buf_release(&bytes);
	arena_release(&arena);
}

#define BYTES(s)                                                                         \
	{                                                                                \
		s, sizeof(s) - 1                                                         \
	}

static const struct {
	const char *what;
	struct str bytes;
	int rc;
	const char *text;
} refused[] = {
	{ "not msgpack", BYTES("\xc1"), ERR_FORMAT, "byte 0" },
	{ "no array", BYTES("\x81\x01\x80"), ERR_FORMAT, "expected an array" },
	{ "array of 268,435,455", BYTES("\xdd\x0f\xff\xff\xff"), ERR_FORMAT,
		"expected an array" },
	{ "type 9", BYTES("\x92\x09\x80"), ERR_FORMAT, "unknown record type" },
	{ "type 0", BYTES("\x92\x00\x80"), ERR_FORMAT, "unknown record type" },
	{ "no map", BYTES("\x92\x01\x90"), ERR_FORMAT, "expected a map" },
	{ "no version", BYTES("\x92\x01\x80"), ERR_FORMAT, "has no 'v'" },
	{ "version 2", BYTES("\x92\x01\x81\xa1v\x02"), ERR_FORMAT, "version 2" },
	{ "number as key", BYTES("\x92\x01\x81\x01\x01"), ERR_FORMAT,
		"expected a string" },
	{ "version is text",
		BYTES("\x92\x01\x81\xa1v\xa1"
		      "1"),
		ERR_FORMAT, "whole number" },
	{ "version is negative", BYTES("\x92\x01\x81\xa1v\xff"), ERR_FORMAT,
		"out of range" },
	{ "no scope", BYTES("\x92\x03\x81\xa1k\xa1x"), ERR_FORMAT, "has no 's'" },
	{ "layer 13", BYTES("\x92\x05\x81\xa1l\x0d"), ERR_FORMAT, "out of range" },
	{ "pairs are a list", BYTES("\x92\x03\x81\xa1t\x90"), ERR_FORMAT,
		"expected a map" },
	{ "4 billion pairs", BYTES("\x92\x03\x81\xa1t\xdf\xff\xff\xff\xff"), ERR_LIMIT,
		"LIMIT_RECORD_PAIRS" },
	{ "string of 4 GB", BYTES("\x92\x03\x81\xa1k\xdb\xff\xff\xff\xff"), ERR_LIMIT,
		"LIMIT_RECORD_BYTES" },
	{ "not UTF-8",
		BYTES("\x92\x03\x81\xa1k\xa3"
		      "a\xc0\x80"),
		ERR_FORMAT, "byte 7" },
	{ "a surrogate", BYTES("\x92\x03\x81\xa1k\xa3\xed\xa0\x80"), ERR_FORMAT,
		"not UTF-8" },
	{ "unknown field too deep",
		BYTES("\x92\x03\x81\xa1z\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91"),
		ERR_LIMIT, "LIMIT_RECORD_DEPTH" },
};

static void refuses(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct arena arena;
		struct record r;
		struct err e = { 0 };
		size_t at = 0;
		int rc;

		arena_init(&arena, ARENA_UNLIMITED);
		rc = record_decode(&r, refused[i].bytes, &at, false, &arena, &e);
		if (rc != refused[i].rc || !strstr(e.text, refused[i].text) || at != 0)
			fail_msg("%s: %d '%s'", refused[i].what, rc, e.text);
		arena_release(&arena);
	}
}

static void skips_unknown_fields(void **state)
{
	struct str bytes = BYTES("\x92\x01\x83\xa1z\x92\x81\xa1q\xc0\xcb"
				 "01234567"
				 "\xa1y\xc4\x02"
				 "ab"
				 "\xa1v\x01");
	struct arena arena;
	struct record r;
	struct err e = { 0 };
	size_t at = 0;

	(void)state;
	arena_init(&arena, ARENA_UNLIMITED);
	assert_int_equal(record_decode(&r, bytes, &at, false, &arena, &e), 1);
	assert_int_equal(r.version, 1);
	assert_int_equal(at, bytes.n);
	arena_release(&arena);
}

static void takes_references_apart(void **state)
{
	struct str kind, name;

	(void)state;
	assert_true(
		record_key_reference(STR_LIT("name:aws:iam:group:a:b"), &kind, &name));
	assert_str(kind, STR_LIT("aws:iam:group"));
	assert_str(name, STR_LIT("a:b"));
	assert_false(
		record_key_reference(STR_LIT("arn:aws:iam::1:user/x"), &kind, &name));
	assert_false(record_key_reference(STR_LIT("name:aws:iam:group"), &kind, &name));
	assert_false(record_key_reference(STR_LIT("name:aws:iam:group:"), &kind, &name));
	assert_false(record_key_reference(STR_LIT("name:::x:y"), &kind, &name));
}

static void names_every_value(void **state)
{
	(void)state;
	for (unsigned i = 1; i < LAYER_END; i++)
		assert_false(str_eq(record_layer_name(i), STR_LIT("unknown")));
	for (unsigned i = 1; i < RELATION_TYPE_END; i++)
		assert_false(str_eq(record_relation_name(i), STR_LIT("unknown")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comes_back),
		cmocka_unit_test(every_prefix_wants_more),
		cmocka_unit_test(refuses),
		cmocka_unit_test(skips_unknown_fields),
		cmocka_unit_test(takes_references_apart),
		cmocka_unit_test(names_every_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
