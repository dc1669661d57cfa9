#include "tests/ingest_world.h"

#include "ingest/inputs.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define ANSWER                                                                           \
	"{\"Role\":{\"RoleName\":\"r\",\"Arn\":\"arn:aws:iam::111122223333:role/r\"}}"

/* In a directory: is a file of that name read? */
static const struct {
	const char *name;
	bool read;
} names[] = {
	{ "a.json", true },
	{ "a.ndjson", true },
	{ "a.jsonl", true },
	{ "a.msgpack", true },
	{ "a.json.gz", true },
	{ "a.json.zst", true },
	{ "a.gz", false },
	{ "a.json.bz2", false },
	{ "README.md", false },
	{ "json", false },
	{ ".hidden.json", false },
	{ "a.JSON", false },
};

static struct inputs *find(const char *const *paths, size_t count)
{
	struct inputs *in = NULL;
	struct err e = { 0 };

	if (inputs_find(&in, paths, count, &e) < 0)
		fail_msg("%s", e.text);
	return in;
}

static void test_names(void **state)
{
	struct ingest_world w;
	struct inputs *in;
	const char *path;
	size_t want = 0, hidden = 0;

	(void)state;
	ingest_world_init(&w);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		ingest_world_write(&w, names[i].name, STR_LIT("x"));
		want += names[i].read;
		hidden += names[i].name[0] == '.';
	}
	path = w.root;
	in = find(&path, 1);
	for (size_t i = 0; i < inputs_count(in); i++) {
		const char *name = inputs_get(in, i)->path + strlen(w.root) + 1;
		size_t k = 0;

		while (strcmp(names[k].name, name) != 0)
			k++;
		if (!names[k].read)
			fail_msg("'%s' is read", name);
		if (i > 0 &&
			strcmp(inputs_get(in, i - 1)->path, inputs_get(in, i)->path) >= 0)
			fail_msg("'%s' is out of order", name);
	}
	assert_int_equal(inputs_count(in), want);
	assert_int_equal(inputs_skipped(in), ARRAY_LEN(names) - want - hidden);
	inputs_free(in);
	ingest_world_release(&w);
}

/* A file that is named is read whatever its name, and once. */
static void test_named(void **state)
{
	struct ingest_world w;
	struct inputs *in;
	const char *paths[4];
	struct err e = { 0 };

	(void)state;
	ingest_world_init(&w);
	ingest_world_write(&w, "README.md", STR_LIT("xy"));
	ingest_world_write(&w, "b.json", STR_LIT("x"));
	paths[0] = ingest_world_path(&w, "b.json");
	paths[1] = ingest_world_path(&w, "README.md");
	paths[2] = "-";
	paths[3] = paths[0];
	in = find(paths, 4);
	assert_int_equal(inputs_count(in), 3);
	assert_string_equal(inputs_get(in, 0)->path, "-");
	assert_string_equal(inputs_get(in, 1)->path, paths[1]);
	assert_int_equal(inputs_get(in, 1)->size, 2);
	assert_string_equal(inputs_get(in, 2)->path, paths[0]);
	inputs_free(in);
	paths[0] = ingest_world_path(&w, "missing");
	assert_int_equal(inputs_find(&in, paths, 1, &e), ERR_IO);
	assert_non_null(strstr(e.text, paths[0]));
	ingest_world_release(&w);
}

/*
 * A directory speaks for its files and for what is below; links to directories are not
 * followed.
 */
static void test_context(void **state)
{
	struct ingest_world w;
	struct inputs *in;
	struct decoder_context context;
	struct buf companion = { 0 };
	struct err e = { 0 };
	const char *path;

	(void)state;
	ingest_world_init(&w);
	mkdir(ingest_world_path(&w, "x"), 0700);
	mkdir(ingest_world_path(&w, "x/y"), 0700);
	ingest_world_write(&w, "x/role.json", STR_LIT(ANSWER));
	ingest_world_write(&w, "x/y/list.json", STR_LIT("{\"Buckets\":[]}"));
	assert_int_equal(symlink("..", ingest_world_path(&w, "x/y/loop")), 0);
	path = w.root;
	in = find(&path, 1);
	assert_int_equal(inputs_count(in), 2);
	assert_int_equal(inputs_context(&context, in, 1, &companion, &e), 0);
	assert_non_null(strstr(inputs_get(in, 1)->path, "x/y/list.json"));
	assert_true(str_eq(context.hint, STR_LIT("aws:111122223333")));
	assert_true(context.siblings_known);
	assert_int_equal(context.sibling_count, 1);
	assert_true(str_eq(context.siblings[0], STR_LIT("list.json")));
	inputs_free(in);

	path = ingest_world_path(&w, "x/y/list.json");
	in = find(&path, 1);
	assert_int_equal(inputs_context(&context, in, 0, &companion, &e), 0);
	assert_int_equal(context.hint.n, 0);
	assert_false(context.siblings_known);
	inputs_free(in);
	buf_release(&companion);
	ingest_world_release(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_named),
		cmocka_unit_test(test_context),
	};

	return cmocka_run_group_tests_name("inputs", tests, NULL, NULL);
}
