/*
 * fuzz_json.c - the splitter gives the same pieces in any chunks; a piece that parses has
 * values whose texts parse to values of the same type again.
 */
#include "base/json.h"
#include "base/json_splitter.h"

#include "tests/fuzz/fuzz.h"

static void check_value(const struct json *j, const struct json_value *v)
{
	struct str text = json_text(j, v), name;
	const struct json_value *child;
	struct json_iter it = json_iterate(v);
	struct json again;
	struct err e = { 0 };

	FUZZ_REQUIRE(text.p >= j->text.p && text.p + text.n <= j->text.p + j->text.n);
	FUZZ_REQUIRE(
		json_offset(j, v) == j->origin.offset + (uint64_t)(text.p - j->text.p));
	FUZZ_REQUIRE(json_parse(&again, text, (struct json_origin){ 0 }, &e) == 0);
	FUZZ_REQUIRE(json_type(again.root) == json_type(v));
	json_release(&again);
	FUZZ_REQUIRE(json_fail(j, v, &e, "x") == ERR_FORMAT);
	while (json_next(&it, &name, &child))
		check_value(j, child);
}

static void check_text(struct str text)
{
	struct json j;
	struct err e = { 0 };
	int rc = json_parse(&j, text, (struct json_origin){ .offset = 7 }, &e);

	FUZZ_REQUIRE(rc == 0 || ((rc == ERR_FORMAT || rc == ERR_LIMIT) &&
					strncmp(e.text, "byte ", 5) == 0));
	if (rc == 0)
		check_value(&j, j.root);
	json_release(&j);
}

static int split(struct str text, size_t size, struct buf *out, struct err *e)
{
	struct json_splitter s;
	struct json_shape shape;
	struct json_piece piece;
	size_t at = 0;
	bool open = false;
	int rc = 0;

	json_splitter_init(&s);
	do {
		size_t n = text.n - at < size ? text.n - at : size;

		json_splitter_feed(&s, (struct str){ text.p + at, n }, at + n == text.n);
		at += n;
		do {
			rc = open ? json_splitter_next(&s, &piece, e)
				  : json_splitter_begin(&s, &shape, e);
			if (rc == 1 && open)
				buf_printf(out, "%d %.*s %llu %llu %.*s\n",
					(int)piece.type, STR_ARG(piece.member),
					(unsigned long long)piece.index,
					(unsigned long long)piece.offset,
					STR_ARG(piece.text));
			if (rc == 1)
				open = !open || piece.type != JSON_END;
		} while (rc == 1);
	} while (rc >= 0 && at < text.n);
	json_splitter_release(&s);
	return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size };
	struct buf whole = { 0 }, parts = { 0 };
	struct err e = { 0 };
	int rc;

	if (size == 0)
		return 0;
	check_text(text);
	rc = split(text, SIZE_MAX, &whole, &e);
	FUZZ_REQUIRE(rc == 0 || rc == ERR_FORMAT || rc == ERR_LIMIT);
	FUZZ_REQUIRE(split(text, 3, &parts, &e) == rc);
	FUZZ_REQUIRE(str_eq(buf_str(&whole), buf_str(&parts)));
	buf_release(&whole);
	buf_release(&parts);
	return 0;
}
