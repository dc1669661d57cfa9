#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/out.h"
#include "base/utf8.h"

/* STR_LIT is no constant, which a table needs. */
#define TEXT(s)                                                                          \
	{                                                                                \
		(s), sizeof(s) - 1                                                       \
	}

typedef void (*encoder)(struct buf *out, struct str s);

/* clang-format off */
static const struct row {
	const char *name;
	encoder encode;
	struct str in;
	const char *want;
} rows[] = {
	{ "plain stays",              out_text, TEXT("role/ci"), "role/ci" },
	{ "letters of others stay",   out_text, TEXT("r\xc3\xb4le"), "r\xc3\xb4le" },
	{ "escape is spelled",        out_text, TEXT("a\x1b[31m"), "a\\x1b[31m" },
	{ "line feed is spelled",     out_text, TEXT("a\nb"), "a\\x0ab" },
	{ "NUL is spelled",           out_text, TEXT("a\0b"), "a\\x00b" },
	{ "DEL is spelled",           out_text, TEXT("\x7f"), "\\x7f" },
	{ "C1 is spelled",            out_text, TEXT("\xc2\x9b" "31m"), "\\u{9b}31m" },
	{ "right-to-left override",   out_text, TEXT("\xe2\x80\xaexe"), "\\u{202e}xe" },
	{ "zero-width space",         out_text, TEXT("a\xe2\x80\x8b" "b"), "a\\u{200b}b" },
	{ "byte order mark",          out_text, TEXT("\xef\xbb\xbfz"), "\\u{feff}z" },
	{ "no-break space",           out_text, TEXT("a\xc2\xa0"), "a\\u{a0}" },
	{ "variation selector",       out_text, TEXT("a\xef\xb8\x8f"), "a\\u{fe0f}" },
	{ "Hangul filler",            out_text, TEXT("\xe3\x85\xa4"), "\\u{3164}" },
	{ "tag character",            out_text, TEXT("\xf3\xa0\x81\x81"), "\\u{e0041}" },
	{ "half a character",         out_text, TEXT("a\xc3"), "a\\xc3" },
	{ "overlong slash",           out_text, TEXT("\xc0\xaf"), "\\xc0\\xaf" },
	{ "surrogate",                out_text, TEXT("\xed\xa0\x80"), "\\xed\\xa0\\x80" },
	{ "lines stay lines",         out_lines, TEXT("a\n\x1b\n"), "a\n\\x1b\n" },
	{ "json: quotes",             out_json, TEXT("a\"\\b"), "\"a\\\"\\\\b\"" },
	{ "json: controls",           out_json, TEXT("\n\t\x01\x7f"), "\"\\n\\t\\u0001\\u007f\"" },
	{ "json: direction",          out_json, TEXT("\xe2\x80\xae"), "\"\\u202e\"" },
	{ "json: beyond 16 bits",     out_json, TEXT("\xf3\xa0\x81\x81"), "\"\\udb40\\udc41\"" },
	{ "json: not UTF-8",          out_json, TEXT("\xff"), "\"\\ufffd\"" },
	{ "csv: always quoted",       out_csv, TEXT("a"), "\"a\"" },
	{ "csv: empty",               out_csv, TEXT(""), "\"\"" },
	{ "csv: quotes double",       out_csv, TEXT("a\"b"), "\"a\"\"b\"" },
	{ "csv: formula",             out_csv, TEXT("=1+1"), "\"'=1+1\"" },
	{ "csv: minus",               out_csv, TEXT("-1"), "\"'-1\"" },
	{ "csv: at",                  out_csv, TEXT("@SUM"), "\"'@SUM\"" },
	{ "csv: full-width equals",   out_csv, TEXT("\xef\xbc\x9d" "1"), "\"'\xef\xbc\x9d" "1\"" },
	{ "csv: tab",                 out_csv, TEXT("\t=1"), "\"'\\x09=1\"" },
	{ "csv: NUL",                 out_csv, TEXT("\0=1"), "\"'\\x00=1\"" },
	{ "csv: sign inside stays",   out_csv, TEXT("a=1"), "\"a=1\"" },
	{ "markdown: cell ends",      out_markdown, TEXT("a|b"), "a\\|b" },
	{ "markdown: html",           out_markdown, TEXT("<b>&"), "&lt;b&gt;&amp;" },
	{ "markdown: key stays",      out_markdown, TEXT("arn:x:y"), "arn:x:y" },
	{ "markdown: no link",        out_markdown, TEXT("http://x"), "http&#58;//x" },
	{ "markdown: no image",       out_markdown, TEXT("![x](y)"), "!\\[x\\](y)" },
	{ "dot: quotes",              out_dot, TEXT("a\"b\\n"), "\"a\\\"b\\\\n\"" },
	{ "dot: spelled controls",    out_dot, TEXT("\x1b"), "\"\\\\x1b\"" },
	{ "mermaid: label ends",      out_mermaid, TEXT("a\"]"), "\"a#34;]\"" },
	{ "mermaid: a line end",     out_mermaid, TEXT("a\nb"), "\"a#92;x0ab\"" },
	{ "mermaid: html",            out_mermaid, TEXT("<i>"), "\"#60;i#62;\"" },
};
/* clang-format on */

static void each_form(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf out = { 0 };

		rows[i].encode(&out, rows[i].in);
		if (!str_eq(buf_str(&out), str_from(rows[i].want)))
			fail_msg("%s: wrote '%.*s', not '%s'", rows[i].name,
				STR_ARG(buf_str(&out)), rows[i].want);
		buf_release(&out);
	}
}

static const encoder encoders[] = { out_text, out_json, out_csv, out_markdown, out_dot,
	out_mermaid };

/*
 * Every code point, and every pair of bytes, in every form: nothing but what may be
 * shown.
 */
static void check_clean(struct str in)
{
	struct buf out = { 0 };

	for (size_t k = 0; k < sizeof(encoders) / sizeof(encoders[0]); k++) {
		buf_clear(&out);
		encoders[k](&out, in);
		assert_int_equal(utf8_valid_size(buf_str(&out)), out.n);
		for (size_t i = 0; i < out.n; i++) {
			unsigned char c = (unsigned char)out.p[i];

			if (c < 0x20 || c == 0x7f)
				fail_msg("form %zu writes byte %02x", k, c);
			if (c == 0xc2 && (unsigned char)out.p[i + 1] < 0xa0)
				fail_msg("form %zu writes a C1 control", k);
			if (c == 0xe2 && (unsigned char)out.p[i + 1] == 0x80 &&
				((unsigned char)out.p[i + 2] <= 0x8f ||
					((unsigned char)out.p[i + 2] >= 0xa8 &&
						(unsigned char)out.p[i + 2] <= 0xae)))
				fail_msg("form %zu writes a direction mark", k);
		}
	}
	buf_release(&out);
}

static void every_character_is_clean(void **state)
{
	char bytes[4];

	(void)state;
	for (unsigned code = 0x80; code < 0x3000; code++) {
		size_t n = 2;

		if (code < 0x800) {
			bytes[0] = (char)(0xc0 | code >> 6);
			bytes[1] = (char)(0x80 | (code & 0x3f));
		} else {
			bytes[0] = (char)(0xe0 | code >> 12);
			bytes[1] = (char)(0x80 | (code >> 6 & 0x3f));
			bytes[2] = (char)(0x80 | (code & 0x3f));
			n = 3;
		}
		check_clean((struct str){ bytes, n });
	}
	for (unsigned pair = 0; pair < 0x10000; pair++) {
		bytes[0] = (char)(pair >> 8);
		bytes[1] = (char)(pair & 0xff);
		check_clean((struct str){ bytes, 2 });
	}
}

static void fits_in_columns(void **state)
{
	const struct str key = STR_LIT("arn:aws:iam::111122223333:role/finance");
	const struct str wide =
		STR_LIT("\xe5\x90\x8d\xe5\x89\x8d\xe5\x90\x8d\xe5\x89\x8d");
	struct buf out = { 0 };

	(void)state;
	for (size_t columns = 1; columns < 60; columns++) {
		buf_clear(&out);
		assert_true(out_fit(&out, key, columns) <= columns);
		assert_int_equal(utf8_valid_size(buf_str(&out)), out.n);
		buf_clear(&out);
		assert_true(out_fit(&out, wide, columns) <= columns);
		assert_int_equal(utf8_valid_size(buf_str(&out)), out.n);
	}
	buf_clear(&out);
	out_fit(&out, key, 20);
	assert_true(str_eq(buf_str(&out), STR_LIT("arn:aw\xe2\x80\xa6"
						  ":role/finance")));
	buf_clear(&out);
	assert_int_equal(out_fit(&out, key, key.n), key.n);
	assert_true(str_eq(buf_str(&out), key));
	buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_form),
		cmocka_unit_test(every_character_is_clean),
		cmocka_unit_test(fits_in_columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
