/*
 * Runs aws-condition-operators.ndjson through condition_test: one JSON object a line,
 * {op, name, policyValues[], testValue, requestContext{}, expected}. The folder is
 * $LATCHKEY_ORACLES or the first argument; without the file the test is skipped (exit
 * status 77).
 *
 * Where the cases differ from the provider's documentation, the documentation decides:
 * such cases are listed below with the page, and must differ.
 */
#include <stdio.h>
#include <stdlib.h>
#include <yyjson.h>

#include "reachability/comparison.h"
#include "reachability/condition.h"

#define EXIT_SKIPPED 77
#define FILE_NAME    "aws-condition-operators.ndjson"

struct exception {
	const char *op, *name, *source;
};

#define PAGES "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
#define NO_VALUE                                                                         \
	PAGES "reference_policies_variables.html: a negated condition with a variable "  \
	      "that has no value is true"
#define EPOCH                                                                            \
	PAGES "reference_policies_elements_condition_operators.html: epoch (UNIX) time " \
	      "is in seconds"

/* clang-format off */
static const struct exception exceptions[] = {
	{ "ArnNotLike", "should return an error if a variable is not defined", NO_VALUE },
	{ "StringNotEquals", "should return replacement errors", NO_VALUE },
	{ "StringNotEqualsIgnoreCase", "should return replacement errors", NO_VALUE },
	{ "StringNotLike", "Should return replacement errors", NO_VALUE },
	{ "DateEquals", "should match dates to epochs", EPOCH },
};
/* clang-format on */

/* One case: its request, and the key under test with its value. */
struct request {
	yyjson_val *context;
	struct str value;
};

static struct str json_str(yyjson_val *v)
{
	return (struct str){ yyjson_get_str(v), yyjson_get_len(v) };
}

static void look_up(
	void *ctx, struct str key, struct condition_fact *out, struct arena *arena)
{
	struct request *r = ctx;
	yyjson_val *v = yyjson_obj_getn(r->context, key.p, key.n);
	uint32_t count = v ? (uint32_t)(yyjson_is_arr(v) ? yyjson_arr_size(v) : 1) : 0;
	struct str *values = ARENA_NEW_ARRAY(arena, struct str, count + 1u);

	*out = (struct condition_fact){ .knowledge = CONDITION_MISSING };
	if (str_eq(key, STR_LIT("key under test"))) {
		out->knowledge = CONDITION_KNOWN;
		out->values = &r->value;
		out->value_count = 1;
	} else if (v) {
		for (uint32_t i = 0; i < count; i++)
			values[i] = json_str(yyjson_is_arr(v) ? yyjson_arr_get(v, i) : v);
		out->knowledge = CONDITION_KNOWN;
		out->multivalued = yyjson_is_arr(v);
		out->values = values;
		out->value_count = count;
	}
}

static enum document_operator find_operator(struct str name)
{
	for (int op = 1; op < DOCUMENT_OPERATOR_UNKNOWN; op++) {
		if (str_eq(comparison_name((enum document_operator)op), name))
			return (enum document_operator)op;
	}
	return DOCUMENT_OPERATOR_UNKNOWN;
}

static expr evaluate(yyjson_val *row, struct expr_pool *pool, struct arena *arena)
{
	struct request r = { yyjson_obj_get(row, "requestContext"),
		json_str(yyjson_obj_get(row, "testValue")) };
	struct condition_context c = { look_up, &r, pool, arena };
	struct str op = json_str(yyjson_obj_get(row, "op"));
	yyjson_val *values = yyjson_obj_get(row, "policyValues");
	struct document_builder b = { 0 };
	struct document_condition *condition;
	struct buf bytes = { 0 };
	struct document d;
	expr out = EXPR_FALSE;
	struct err e;

	document_add_statement(&b);
	condition = document_add_condition(&b, STR_LIT("key under test"), op);
	condition->operator_ = (uint16_t)find_operator(op);
	condition->flags |= DOCUMENT_CONDITION_VARIABLE;
	for (size_t i = 0; i < yyjson_arr_size(values); i++)
		document_add_value(&b, json_str(yyjson_arr_get(values, i)));
	document_finish(&b, &bytes);
	if (document_open(&d, buf_str(&bytes), &e) == 0)
		out = condition_test(&c, &d, &d.conditions[0]);
	document_builder_release(&b);
	buf_release(&bytes);
	return out;
}

static const struct exception *find_exception(yyjson_val *row)
{
	for (size_t i = 0; i < sizeof(exceptions) / sizeof(exceptions[0]); i++) {
		if (yyjson_equals_str(yyjson_obj_get(row, "op"), exceptions[i].op) &&
			yyjson_equals_str(
				yyjson_obj_get(row, "name"), exceptions[i].name))
			return &exceptions[i];
	}
	return NULL;
}

/* Whether the case came out as it should; tells when not. */
static bool check(yyjson_val *row)
{
	struct expr_pool *pool = expr_pool_new();
	bool expected = yyjson_get_bool(yyjson_obj_get(row, "expected"));
	const struct exception *exception = find_exception(row);
	struct arena arena;
	bool agrees;

	arena_init(&arena, ARENA_UNLIMITED);
	agrees = evaluate(row, pool, &arena) == (expected ? EXPR_TRUE : EXPR_FALSE);
	if (agrees == (exception != NULL))
		printf("%s, %s: expected %s%s%s\n",
			yyjson_get_str(yyjson_obj_get(row, "op")),
			yyjson_get_str(yyjson_obj_get(row, "name")),
			expected ? "true" : "false",
			exception ? ", which was to differ: " : "",
			exception ? exception->source : "");
	arena_release(&arena);
	expr_pool_free(pool);
	return agrees != (exception != NULL);
}

static int run(FILE *file)
{
	int count = 0, failed = 0;
	size_t size = 0;
	char *line = NULL;

	for (ssize_t n = getline(&line, &size, file); n > 0;
		n = getline(&line, &size, file)) {
		yyjson_doc *doc = yyjson_read(line, (size_t)n, 0);

		count++;
		if (!doc || !check(yyjson_doc_get_root(doc)))
			failed++;
		yyjson_doc_free(doc);
	}
	free(line);
	printf("%d cases, %d failed\n", count, failed);
	return count > 0 && failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	const char *folder = getenv("LATCHKEY_ORACLES");
	char path[4096];
	FILE *file;
	int status;

	if (!folder)
		folder = argc > 1 ? argv[1] : ".";
	snprintf(path, sizeof(path), "%s/%s", folder, FILE_NAME);
	file = fopen(path, "r");
	if (!file) {
		printf("skipped: there is no %s\n", path);
		return EXIT_SKIPPED;
	}
	status = run(file);
	fclose(file);
	return status;
}
