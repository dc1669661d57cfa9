/*
 * fuzz_query.c - any bytes parse, or fail at a place within them; what parses prints as a
 * query that parses to an equal tree, and prints the same again.
 */
#include "base/limits.h"
#include "base/utf8.h"
#include "query/format.h"
#include "query/parser.h"
#include "query/reserved.h"
#include "query/script.h"

#include "tests/fuzz/fuzz.h"

static void check_error(
	const struct diagnostic *d, struct str text, int rc, const struct err *e)
{
	struct buf out = { 0 };

	FUZZ_REQUIRE((rc == ERR_SYNTAX || rc == ERR_LIMIT) && e->code == rc);
	FUZZ_REQUIRE(d->message[0] != '\0');
	FUZZ_REQUIRE(d->span.begin <= d->span.end && d->span.end <= text.n);
	diagnostic_render(d, text, 60, &out);
	for (size_t i = 0; i < out.n; i++)
		FUZZ_REQUIRE((unsigned char)out.p[i] >= 0x20 || out.p[i] == '\n');
	FUZZ_REQUIRE(utf8_valid_size(buf_str(&out)) == out.n);
	buf_release(&out);
}

static void check_tree(const struct ast_query *query, struct arena *arena)
{
	struct buf first = { 0 }, second = { 0 };
	const struct ast_query *again;
	struct diagnostic d;
	struct err e = { 0 };

	reserved_check(query, &d, &e);
	format_query(query, &first);
	/* escapes may make a query longer than it was */
	if (first.n <= LIMIT_QUERY_BYTES) {
		FUZZ_REQUIRE(parser_parse(&again, buf_str(&first), arena, &d, &e) == 0);
		FUZZ_REQUIRE(ast_equal(query, again));
		format_query(again, &second);
		FUZZ_REQUIRE(str_eq(buf_str(&first), buf_str(&second)));
	}
	buf_release(&first);
	buf_release(&second);
}

static void check_query(struct str text)
{
	const struct ast_query *query;
	struct arena arena;
	struct diagnostic d;
	struct err e = { 0 };
	int rc;

	arena_init(&arena, ARENA_UNLIMITED);
	rc = parser_parse(&query, text, &arena, &d, &e);
	FUZZ_REQUIRE((rc == 0) == (query != NULL));
	if (rc == 0)
		check_tree(query, &arena);
	else
		check_error(&d, text, rc, &e);
	arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size }, query;
	struct script script;
	uint32_t line = 0, before = 0;

	check_query(text);
	script_init(&script, text);
	while (script_next(&script, &query, &line)) {
		FUZZ_REQUIRE(line > before && query.n > 0);
		before = line;
		if (query.n < size)
			check_query(query);
	}
	return 0;
}
