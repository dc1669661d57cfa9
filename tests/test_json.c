/*
 * base/json: strict parsing with places, typed members with paths, the bytes of a value.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/limits.h"

#define BYTES(s)                                                                         \
	{                                                                                \
		s, sizeof(s) - 1                                                         \
	}

static const struct {
	const char *what;
	struct str text;
	const char *message; /* part of it; offsets count from 100 */
} refused[] = {
	{ "nothing", BYTES(""), "byte 100: expected a value, found nothing" },
	{ "white space", BYTES("  "), "byte 10" },
	{ "an open object", BYTES("{\"a\":1"), "byte 106: " },
	{ "an open string", BYTES("\"a"), "byte 10" },
	{ "a trailing comma", BYTES("[1,]"), "byte 102: " },
	{ "a bare word", BYTES("[true,nope]"), "byte 106: " },
	{ "NaN", BYTES("{\"a\":NaN}"), "byte 105: " },
	{ "Infinity", BYTES("[-Infinity]"), "byte 10" },
	{ "a leading zero", BYTES("[01]"), "byte 10" },
	{ "a comment", BYTES("{/**/}"), "byte 101: " },
	{ "garbage behind", BYTES("{} x"), "byte 103: " },
	{ "two values", BYTES("{}{}"), "byte 102: " },
	{ "a mark", BYTES("\xef\xbb\xbf{}"), "byte 100: " },
	{ "a lone byte", BYTES("[\"a\xff\"]"), "byte 103: " },
	{ "an overlong slash", BYTES("[\"\xc0\xaf\"]"), "byte 102: " },
	{ "a surrogate in UTF-8", BYTES("[\"\xed\xa0\x80\"]"), "byte 102: " },
	{ "half a surrogate pair", BYTES("[\"\\ud800\"]"), "byte 10" },
	{ "a control character", BYTES("[\"a\nb\"]"), "byte 103: " },
	{ "a name twice", BYTES("{\"a\":1,\"b\":2,\"a\":3}"),
		"byte 113: name 'a' is in its object twice" },
	{ "a name twice, escaped", BYTES("{\"Effect\":1,\"\\u0045ffect\":2}"),
		"byte 112: name 'Effect'" },
	{ "a name twice, far down", BYTES("[{\"x\":[{\"k\":{},\"k\":[]}]}]"),
		"byte 115: name 'k'" },
	{ "a name twice among many",
		BYTES("{\"a\":0,\"b\":0,\"c\":0,\"d\":0,\"e\":0,\"f\":0,\"g\":0,\"h\":0,\"i\":0,\"j\":0,"
		      "\"k\":0,\"l\":0,\"m\":0,\"n\":0,\"o\":0,\"p\":0,\"q\":0,\"b\":0}"),
		"byte 203: name 'b'" },
};

static void refuses(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct json_origin origin = { .offset = 100 };
		struct json j;
		struct err e = { 0 };

		if (json_parse(&j, refused[i].text, origin, &e) != ERR_FORMAT ||
			!strstr(e.text, refused[i].message))
			fail_msg("%s: %d '%s', not '%s'", refused[i].what, e.code, e.text,
				refused[i].message);
		json_release(&j);
	}
}

static void nests_to_the_limit(void **state)
{
	static const size_t depths[] = { LIMIT_JSON_DEPTH, LIMIT_JSON_DEPTH + 1, 1000 };
	char text[4096];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		size_t depth = depths[i];
		struct json j;
		struct err e = { 0 };
		int rc;

		memset(text, '[', depth);
		memset(text + depth, ']', depth);
		rc = json_parse(&j, (struct str){ text, 2 * depth },
			(struct json_origin){ 0 }, &e);
		assert_int_equal(rc, depth == LIMIT_JSON_DEPTH ? 0 : ERR_FORMAT);
		if (rc < 0)
			assert_non_null(strstr(e.text, "byte 64: nested deeper"));
		json_release(&j);
	}
}

static const struct json_origin third = {
	.offset = 1000, .member = { "Roles", 5 }, .index = 3, .indexed = true
};

static void names_the_path(void **state)
{
	struct str text =
		BYTES("{\"RoleName\": 7, \"L\": [{}, {\"D\": \"x\"}], \"O\": [true]}");
	const struct json_value *v;
	struct json j;
	struct str s;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(json_parse(&j, text, third, &e), 0);
	assert_int_equal(json_need_string(&j, j.root, "RoleName", &s, &e), ERR_FORMAT);
	assert_string_equal(e.text,
		"byte 1013: Roles[3].RoleName: expected a string, found a number");
	assert_int_equal(json_need_string(&j, j.root, "Arn", &s, &e), ERR_FORMAT);
	assert_string_equal(e.text, "byte 1000: Roles[3]: expected a member 'Arn'");
	assert_int_equal(json_want_object(&j, j.root, "L", &v, &e), ERR_FORMAT);
	assert_string_equal(
		e.text, "byte 1021: Roles[3].L: expected an object, found an array");
	assert_int_equal(json_want_array(&j, j.root, "L", &v, &e), 0);
	struct json_iter it = json_iterate(v);
	assert_true(json_next(&it, &s, &v));
	assert_int_equal(json_want_type(&j, v, JSON_ARRAY, &e), ERR_FORMAT);
	assert_string_equal(
		e.text, "byte 1022: Roles[3].L[0]: expected an array, found an object");
	assert_true(json_next(&it, &s, &v));
	assert_int_equal(json_fail(&j, json_get(v, "D"), &e, "no"), ERR_FORMAT);
	assert_string_equal(e.text, "byte 1032: Roles[3].L[1].D: no");
	it = json_iterate(json_get(j.root, "O"));
	assert_true(json_next(&it, &s, &v));
	assert_int_equal(json_want_type(&j, v, JSON_NULL, &e), ERR_FORMAT);
	assert_non_null(strstr(e.text, "byte 1045: Roles[3].O[0]: "));
	json_release(&j);
}

/* Every value, found by walking the tree, has the bytes that parse to the same again. */
static void walk_texts(const struct json *j, const struct json_value *v, size_t *count)
{
	struct str text = json_text(j, v), name;
	const struct json_value *child;
	struct json_iter it = json_iterate(v);
	struct json again;
	struct err e = { 0 };

	(*count)++;
	assert_true(text.p >= j->text.p && text.p + text.n <= j->text.p + j->text.n);
	if (json_parse(&again, text, (struct json_origin){ 0 }, &e) != 0)
		fail_msg("'%.*s': %s", STR_ARG(text), e.text);
	assert_int_equal(json_type(again.root), json_type(v));
	if (json_type(v) == JSON_STRING)
		assert_true(str_eq(json_string(again.root), json_string(v)));
	if (json_type(v) == JSON_OBJECT || json_type(v) == JSON_ARRAY)
		assert_int_equal(json_size(again.root), json_size(v));
	json_release(&again);
	while (json_next(&it, &name, &child))
		walk_texts(j, child, count);
}

static void gives_back_the_bytes(void **state)
{
	struct str text = BYTES(
		" { \"a\" : [ 1 , -2.5e3 , [] , {} , \"]}\\\"\\u00e9\" ] , \"\\\"{\" : "
		"{ \"b\" : { \"c\" : null } , \"d\" : false } , \"e\":[[[\"x\"]]] } ");
	struct json j;
	struct err e = { 0 };
	size_t count = 0;

	(void)state;
	assert_int_equal(json_parse(&j, text, (struct json_origin){ 0 }, &e), 0);
	walk_texts(&j, j.root, &count);
	assert_int_equal(count, 15);
	assert_true(str_eq(json_text(&j, json_get(json_get(j.root, "\"{"), "b")),
		STR_LIT("{ \"c\" : null }")));
	json_release(&j);
}

static void reads_members(void **state)
{
	struct str text = BYTES(
		"{\"s\":\"x\",\"z\":null,\"t\":true,\"n\":1e30,\"i\":-5,\"u\":18446744073709551615}");
	const struct json_value *v;
	struct json j;
	struct str s;
	struct err e = { 0 };
	bool b;

	(void)state;
	assert_int_equal(json_parse(&j, text, (struct json_origin){ 0 }, &e), 0);
	assert_int_equal(json_want_string(&j, j.root, "s", &s, &e), 0);
	assert_true(str_eq(s, STR_LIT("x")));
	assert_int_equal(json_want_string(&j, j.root, "z", &s, &e), 0);
	assert_int_equal(s.n, 0);
	assert_int_equal(json_want_bool(&j, j.root, "t", &b, &e), 0);
	assert_true(b);
	assert_int_equal(json_want_bool(&j, j.root, "none", &b, &e), 0);
	assert_false(b);
	assert_int_equal(json_want_object(&j, j.root, "none", &v, &e), 0);
	assert_null(v);
	assert_null(json_get(NULL, "x"));
	assert_null(json_get(json_get(j.root, "s"), "x"));
	assert_true(json_integer(json_get(j.root, "n")) == INT64_MAX);
	assert_true(json_integer(json_get(j.root, "i")) == -5);
	assert_true(json_integer(json_get(j.root, "u")) == INT64_MAX);
	json_release(&j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses),
		cmocka_unit_test(nests_to_the_limit),
		cmocka_unit_test(names_the_path),
		cmocka_unit_test(gives_back_the_bytes),
		cmocka_unit_test(reads_members),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
