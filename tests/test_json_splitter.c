/*
 * base/json_splitter: the same pieces whatever the chunks, and errors with their place.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/json_splitter.h"
#include "base/limits.h"

/* Split in chunks of `size`, one line a piece. */
static int split(struct str text, size_t size, bool whole, struct buf *out, struct err *e)
{
	struct json_splitter s;
	size_t at = 0;
	int rc = 0;
	bool open = false;

	json_splitter_init(&s);
	do {
		size_t n = text.n - at < size ? text.n - at : size;

		json_splitter_feed(&s, (struct str){ text.p + at, n }, at + n == text.n);
		at += n;
		for (;;) {
			struct json_shape shape;
			struct json_piece piece;

			if (!open) {
				rc = json_splitter_begin(&s, &shape, e);
				if (rc <= 0)
					break;
				open = true;
			}
			rc = whole ? json_splitter_whole(&s, &piece, e)
				   : json_splitter_next(&s, &piece, e);
			if (rc <= 0)
				break;
			buf_printf(out, "%c %.*s[%llu] %llu %.*s\n", "VLE."[piece.type],
				STR_ARG(piece.member), (unsigned long long)piece.index,
				(unsigned long long)piece.offset, STR_ARG(piece.text));
			if (piece.type == JSON_END || whole)
				open = false;
		}
	} while (rc >= 0 && at < text.n);
	json_splitter_release(&s);
	return rc;
}

static const struct {
	const char *text, *pieces;
	bool whole;
} rows[] = {
	{ "{\"A\":[1, {\"x\":\"]\"} ,[2]],\"B\":true,\"C\":{}}",
		"L A[0] 5 \nE A[0] 6 1\nE A[1] 9 {\"x\":\"]\"}\nE A[2] 20 [2]\n"
		"V B[0] 29 true\nV C[0] 38 {}\n. [0] 41 \n",
		false },
	{ "{}", ". [0] 2 \n", false },
	{ "[]", ". [0] 2 \n", false },
	{ " [ \"a\\\"\\\\\" , null ] ",
		"E [0] 3 \"a\\\"\\\\\"\nE [1] 13 null\n. [0] 19 \n", false },
	{ "{\"\\u0041\":[]}{\"A\":0}\n[7]",
		"L A[0] 10 \n. [0] 13 \nV A[0] 18 0\n. [0] 20 \nE [0] 22 7\n. [0] 24 \n",
		false },
	{ "{\"a\":1}\n{\"a\":2}\n", "V [0] 0 {\"a\":1}\nV [0] 8 {\"a\":2}\n", true },
	{ "1 \"x\"[2]", "V [0] 0 1\nV [0] 2 \"x\"\nV [0] 5 [2]\n", true },
	{ "", "", false },
	{ " \n ", "", true },
};

static void same_pieces_in_any_chunks(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct str text = str_from(rows[i].text);

		for (size_t size = 1; size <= text.n + 1; size++) {
			struct buf out = { 0 };
			struct err e = { 0 };
			int rc = split(text, size, rows[i].whole, &out, &e);

			if (rc != 0 || !str_eq(buf_str(&out), str_from(rows[i].pieces)))
				fail_msg("'%s' by %zu: %d '%s'\n%.*s", rows[i].text, size,
					rc, e.text, STR_ARG(buf_str(&out)));
			buf_release(&out);
		}
	}
}

static const struct {
	const char *text, *message;
} refused[] = {
	{ "{", "byte 1: input ends inside the document that begins at byte 0" },
	{ " {\"A\"", "byte 5: input ends inside the document that begins at byte 1" },
	{ "{\"A\":[1,2", "input ends inside" },
	{ "{\"A\":[\"x", "input ends inside" },
	{ "{\"A\":[1 2]}", "byte 8: expected ',' or ']', found '2'" },
	{ "{\"A\":1 \"B\":2}", "byte 7: expected ',' or '}', found '\"'" },
	{ "{\"A\" 1}", "byte 5: expected ':', found '1'" },
	{ "{A:1}", "byte 1: expected a name or '}', found 'A'" },
	{ "{\"A\":1,}", "byte 7: expected a name, found '}'" },
	{ "{\"A\":,}", "byte 5: expected a value, found ','" },
	{ "[,]", "byte 1: expected a value, found ','" },
	{ "[1,]", "byte 3: expected a value, found ']'" },
	{ "}", "expected '{' or '[', found '}'" },
	{ "{}}", "byte 2: expected '{' or '[', found '}'" },
	{ "{\"A\":1,\"\\u0041\":2}", "byte 7: name 'A' is in its object twice" },
	{ "\xef\xbb\xbf{}", "byte 0: expected JSON, found a byte order mark" },
	{ "\xff\xfe{", "byte 0: expected JSON in UTF-8, found UTF-16 text" },
	{ "\x01", "byte 0: expected '{' or '[', found byte 0x01" },
};

static void refuses_in_any_chunks(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct str text = str_from(refused[i].text);

		/* A mark is recognised when all of it is there. */
		for (size_t size = 3; size <= text.n + 3; size++) {
			struct buf out = { 0 };
			struct err e = { 0 };
			int rc = split(text, size, false, &out, &e);

			if (rc != ERR_FORMAT || !strstr(e.text, refused[i].message))
				fail_msg("'%s' by %zu: %d '%s', not '%s'",
					refused[i].text, size, rc, e.text,
					refused[i].message);
			buf_release(&out);
		}
	}
}

static void nests_to_the_limit(void **state)
{
	(void)state;
	for (size_t depth = LIMIT_JSON_DEPTH; depth <= LIMIT_JSON_DEPTH + 1; depth++) {
		for (int shape = 0; shape < 3; shape++) {
			struct buf text = { 0 }, out = { 0 };
			struct err e = { 0 };
			size_t outer = shape == 1 ? 2 : 0;
			int rc;

			if (shape == 1)
				buf_add_str(&text, STR_LIT("{\"A\":["));
			for (size_t i = outer; i < depth; i++)
				buf_add_char(&text, '[');
			for (size_t i = outer; i < depth; i++)
				buf_add_char(&text, ']');
			if (shape == 1)
				buf_add_str(&text, STR_LIT("]}"));
			rc = split(buf_str(&text), 7, shape == 2, &out, &e);
			assert_int_equal(rc, depth == LIMIT_JSON_DEPTH ? 0 : ERR_FORMAT);
			if (rc < 0)
				assert_non_null(strstr(e.text, "LIMIT_JSON_DEPTH"));
			buf_release(&out);
			buf_release(&text);
		}
	}
}

static void bounds_one_element(void **state)
{
	struct json_splitter s;
	struct json_shape shape;
	struct json_piece piece;
	struct buf chunk = { 0 };
	struct err e = { 0 };
	int rc;

	(void)state;
	memset(buf_reserve(&chunk, 1u << 20), 'x', 1u << 20);
	chunk.n = 1u << 20;
	json_splitter_init(&s);
	json_splitter_feed(&s, STR_LIT("[\""), false);
	json_splitter_feed(&s, buf_str(&chunk), false);
	rc = json_splitter_begin(&s, &shape, &e);
	assert_int_equal(rc, 1);
	for (size_t fed = 1u << 20; rc >= 0 && fed <= LIMIT_DOCUMENT_BYTES + (2u << 20);
		fed += chunk.n) {
		rc = json_splitter_next(&s, &piece, &e);
		json_splitter_feed(&s, buf_str(&chunk), false);
	}
	assert_int_equal(rc, ERR_LIMIT);
	assert_non_null(
		strstr(e.text, "byte 1: value is longer than LIMIT_DOCUMENT_BYTES"));
	json_splitter_release(&s);
	buf_release(&chunk);
}

static void shows_the_shape(void **state)
{
	struct json_splitter s;
	struct json_shape shape;
	struct err e = { 0 };

	(void)state;
	json_splitter_init(&s);
	json_splitter_feed(&s, STR_LIT(" [{\"a\":[1],\"b\":\"x\"},7]"), true);
	assert_int_equal(json_splitter_begin(&s, &shape, &e), 1);
	assert_int_equal(shape.top, '[');
	assert_int_equal(shape.offset, 1);
	assert_int_equal(shape.member_count, 2);
	assert_true(str_eq(shape.members[0].name, STR_LIT("a")));
	assert_int_equal(shape.members[0].first, '[');
	assert_true(str_eq(shape.members[1].value, STR_LIT("\"x\"")));
	json_splitter_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_pieces_in_any_chunks),
		cmocka_unit_test(refuses_in_any_chunks),
		cmocka_unit_test(nests_to_the_limit),
		cmocka_unit_test(bounds_one_element),
		cmocka_unit_test(shows_the_shape),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
