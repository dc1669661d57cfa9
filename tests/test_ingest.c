#include "tests/ingest_world.h"

#include <signal.h>

#include "graphstore/store.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define ONE          "111122223333"
#define TWO          "222233334444"

static void slurp(struct buf *out, const char *path)
{
	char chunk[4096];
	FILE *f = fopen(path, "rb");
	size_t n;

	assert_non_null(f);
	buf_clear(out);
	while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0)
		buf_add(out, chunk, n);
	fclose(f);
}

static void hear_finding(void *ctx, const char *finding)
{
	(void)ctx;
	fail_msg("check: %s", finding);
}

static void check_store(const struct ingest_world *w)
{
	struct store *store = NULL;
	struct err e = { 0 };

	if (store_open(&store, w->store, STORE_READ, &e) < 0 ||
		store_check(store, hear_finding, NULL, &e) < 0)
		fail_msg("%s", e.text);
	store_close(store);
}

static void check_contains(const struct buf *text, const char *part)
{
	if (!memmem(text->p, text->n, part, strlen(part)))
		fail_msg("'%s' is not in:\n%.*s", part, (int)text->n, text->p);
}

static void test_export(void **state)
{
	struct ingest_world w;
	struct ingest_report report;
	struct ingest_options options;
	struct buf text = { 0 };
	const char *path;

	(void)state;
	ingest_world_init(&w);
	ingest_world_write_export(&w, "a", ONE, 3, 0);
	path = ingest_world_path(&w, "a");
	options = ingest_world_options(&w, &path, 1);
	ingest_world_run(&options, &report);
	assert_int_equal(report.files, 1);
	assert_int_equal(report.scopes, 1);
	assert_int_equal(report.documents, 4); /* one trust policy, three buckets */
	assert_int_equal(report.invalid, 0);
	assert_false(report.incomplete);
	assert_true(report.identities >= 3);
	ingest_report_release(&report);
	ingest_world_dump(&text, &w);
	check_contains(&text, "scope aws:" ONE "\n");
	check_contains(&text, "arn:aws:iam::" ONE ":role/r2 ");
	check_contains(&text, "arn:aws:s3:::b2/*");
	check_contains(&text, "ec2.amazonaws.com");
	check_store(&w);
	buf_release(&text);
	ingest_world_release(&w);
}

/* Same facts, however they come: order of paths, workers, memory, files of one scope. */
static void test_same_bytes(void **state)
{
	static const struct {
		const char *first, *second;
		unsigned workers;
		size_t spool_bytes;
	} rows[] = {
		{ "a", "b", 1, 0 },
		{ "b", "a", 1, 0 },
		{ "a", "b", 4, 0 },
		{ "b", "a", 4, 1 },
	};
	struct buf first = { 0 }, other = { 0 };
	struct ingest_world w;

	(void)state;
	ingest_world_init(&w);
	ingest_world_write_export(&w, "a", ONE, 4000, 0);
	ingest_world_write_export(&w, "b", TWO, 4000, 2000);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *paths[2] = { ingest_world_path(&w, rows[i].first),
			ingest_world_path(&w, rows[i].second) };
		struct ingest_options options = ingest_world_options(&w, paths, 2);
		struct ingest_report report;

		snprintf(w.store, sizeof(w.store), "%s/store%zu", w.root, i);
		options.workers = rows[i].workers;
		options.spool_bytes = rows[i].spool_bytes;
		ingest_world_run(&options, &report);
		assert_int_equal(report.documents, 6001);
		ingest_report_release(&report);
		snprintf(w.store, sizeof(w.store), "%s/store%zu/data.mdb", w.root, i);
		slurp(i == 0 ? &first : &other, w.store);
		if (i > 0 && !str_eq(buf_str(&first), buf_str(&other)))
			fail_msg("row %zu: another file", i);
	}
	buf_release(&first);
	buf_release(&other);
	ingest_world_release(&w);
}

static void test_replaced_whole(void **state)
{
	struct ingest_world w;
	struct ingest_report report;
	struct buf before = { 0 }, after = { 0 };
	const char *paths[2];
	struct ingest_options options;

	(void)state;
	ingest_world_init(&w);
	ingest_world_write_export(&w, "a", ONE, 5, 0);
	ingest_world_write_export(&w, "b", TWO, 5, 0);
	paths[0] = ingest_world_path(&w, "a");
	paths[1] = ingest_world_path(&w, "b");
	options = ingest_world_options(&w, paths, 2);
	ingest_world_run(&options, &report);
	ingest_report_release(&report);
	ingest_world_dump(&before, &w);
	check_contains(&before, ONE ":role/r4");

	ingest_world_write_export(&w, "a", ONE, 2, 7);
	options.path_count = 1;
	ingest_world_run(&options, &report);
	ingest_report_release(&report);
	ingest_world_dump(&after, &w);
	assert_null(memmem(after.p, after.n, ONE ":role/r4", strlen(ONE ":role/r4")));
	check_contains(&after, ONE ":role/r1");
	check_contains(&after, "arn:aws:s3:::b8/*");
	check_contains(&after, TWO ":role/r4");
	check_store(&w);
	buf_release(&before);
	buf_release(&after);
	ingest_world_release(&w);
}

/* Bytes that are no export: what ingest says, with the file and where in it. */
static const struct {
	const char *content, *problem;
} broken[] = {
	{ "", "'" },
	{ "{", "'" },
	{ "hello", "'" },
	{ "{\"RoleDetailList\":[{\"RoleName\":1}]}", "'" },
	{ "{\"RoleDetailList\":[{\"RoleName\":\"\xff\"}]}", "'" },
	{ "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
		"'" },
	{ "\x1f\x8b\x08\x00garbage", "'" },
};

static void test_broken(void **state)
{
	struct ingest_world w;
	struct ingest_report report;
	struct buf before = { 0 }, after = { 0 };
	const char *paths[2];
	struct ingest_options options;

	(void)state;
	ingest_world_init(&w);
	ingest_world_write_export(&w, "a", ONE, 5, 0);
	paths[0] = ingest_world_path(&w, "a");
	paths[1] = ingest_world_path(&w, "z");
	options = ingest_world_options(&w, paths, 1);
	ingest_world_run(&options, &report);
	ingest_report_release(&report);
	ingest_world_dump(&before, &w);
	ingest_world_write_export(&w, "a", ONE, 9, 0);
	options.path_count = 2;
	for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
		struct err e = { 0 };

		ingest_world_write(&w, "z", str_from(broken[i].content));
		if (ingest_run(&options, &report, &e) == 0)
			fail_msg("'%s' was taken", broken[i].content);
		ingest_report_release(&report);
		if (e.code != ERR_FORMAT && e.code != ERR_LIMIT)
			fail_msg("'%s': code %d: %s", broken[i].content, e.code, e.text);
		if (!strstr(e.text, paths[1]))
			fail_msg("'%s': does not name the file: %s", broken[i].content,
				e.text);
		ingest_world_dump(&after, &w);
		if (!str_eq(buf_str(&before), buf_str(&after)))
			fail_msg("'%s': the store changed", broken[i].content);
	}
	buf_release(&before);
	buf_release(&after);
	ingest_world_release(&w);
}

/* Cut an export at many places: an error each time, and the store as before. */
static void test_truncated(void **state)
{
	struct ingest_world w;
	struct ingest_report report;
	struct buf text = { 0 }, before = { 0 }, after = { 0 };
	const char *path;
	struct ingest_options options;

	(void)state;
	ingest_world_init(&w);
	ingest_world_write_export(&w, "a", ONE, 5, 0);
	path = ingest_world_path(&w, "a");
	options = ingest_world_options(&w, &path, 1);
	ingest_world_run(&options, &report);
	ingest_report_release(&report);
	ingest_world_dump(&before, &w);
	ingest_world_export(&text, ONE, 8, 50);
	for (size_t n = 0; n < text.n; n += 97) {
		struct err e = { 0 };

		ingest_world_write(&w, "a", str_head(buf_str(&text), n));
		if (ingest_run(&options, &report, &e) == 0)
			fail_msg("cut at %zu: was taken", n);
		ingest_report_release(&report);
		ingest_world_dump(&after, &w);
		if (!str_eq(buf_str(&before), buf_str(&after)))
			fail_msg("cut at %zu: the store changed", n);
	}
	buf_release(&text);
	buf_release(&before);
	buf_release(&after);
	ingest_world_release(&w);
}

static void test_first_failure_makes_no_store(void **state)
{
	struct ingest_world w;
	struct ingest_report report;
	struct err e = { 0 };
	const char *path;
	struct ingest_options options;

	(void)state;
	ingest_world_init(&w);
	ingest_world_write(&w, "a", STR_LIT("nothing"));
	path = ingest_world_path(&w, "a");
	options = ingest_world_options(&w, &path, 1);
	assert_int_equal(ingest_run(&options, &report, &e), ERR_FORMAT);
	ingest_report_release(&report);
	assert_int_not_equal(access(w.store, F_OK), 0);
	ingest_world_release(&w);
}

/* With keep_going the rest is stored and the store says what is missing. */
static void test_keep_going(void **state)
{
	struct ingest_world w;
	struct ingest_report report;
	struct buf text = { 0 };
	const char *paths[3];
	struct ingest_options options;
	const struct ingest_refusal *refusal;

	(void)state;
	ingest_world_init(&w);
	ingest_world_write_export(&w, "a", ONE, 3, 0);
	ingest_world_export(&text, TWO, 3000, 0);
	ingest_world_write(&w, "b", str_head(buf_str(&text), text.n - 10));
	ingest_world_write(&w, "c", STR_LIT("nothing"));
	paths[0] = ingest_world_path(&w, "a");
	paths[1] = ingest_world_path(&w, "b");
	paths[2] = ingest_world_path(&w, "c");
	options = ingest_world_options(&w, paths, 3);
	options.keep_going = true;
	ingest_world_run(&options, &report);
	assert_true(report.incomplete);
	assert_int_equal(report.scopes, 1);
	assert_int_equal(VEC_COUNT(&report.refusals, struct ingest_refusal), 2);
	refusal = VEC_DATA(&report.refusals, struct ingest_refusal);
	assert_true(str_eq(refusal[0].file, str_from(paths[1])));
	assert_true(str_eq(refusal[1].file, str_from(paths[2])));
	ingest_report_release(&report);
	ingest_world_dump(&text, &w);
	check_contains(&text, "coverage input 3 ");
	check_contains(&text, paths[2]);
	assert_null(memmem(text.p, text.n, TWO, strlen(TWO)));
	check_store(&w);
	buf_release(&text);
	ingest_world_release(&w);
}

static void test_interrupted(void **state)
{
	const volatile sig_atomic_t flag = 1;
	struct ingest_world w;
	struct ingest_report report;
	struct err e = { 0 };
	const char *path;
	struct ingest_options options;

	(void)state;
	ingest_world_init(&w);
	ingest_world_write_export(&w, "a", ONE, 3, 0);
	path = ingest_world_path(&w, "a");
	options = ingest_world_options(&w, &path, 1);
	options.interrupted = &flag;
	assert_int_equal(ingest_run(&options, &report, &e), ERR_INTERRUPTED);
	ingest_report_release(&report);
	assert_int_not_equal(access(w.store, F_OK), 0);
	ingest_world_release(&w);
}

/* What is wrong with policies is told with file, holder, name and statement. */
static void test_findings(void **state)
{
	static const char text[] =
		"{\"UserDetailList\":[],\"GroupDetailList\":[],\"RoleDetailList\":[{"
		"\"Path\":\"/\",\"RoleName\":\"r\",\"RoleId\":\"AROA0000000000000001\","
		"\"Arn\":\"arn:aws:iam::" ONE
		":role/r\",\"CreateDate\":\"2024-01-01T00:00:00+00:00\","
		"\"AssumeRolePolicyDocument\":{\"Statement\":{\"Effect\":\"allow\"}},"
		"\"InstanceProfileList\":[],\"RolePolicyList\":[{\"PolicyName\":\"p\","
		"\"PolicyDocument\":{\"Statement\":{\"Effect\":\"Allow\",\"Action\":"
		"\"s3:Nope\",\"Resource\":\"*\"}}}],"
		"\"AttachedManagedPolicies\":[],\"Tags\":[]}],\"Policies\":[],"
		"\"IsTruncated\":false}";
	struct ingest_world w;
	struct ingest_report report;
	struct ingest_options options;
	const struct compile_finding *invalid = NULL, *warning = NULL;
	const char *path;

	(void)state;
	ingest_world_init(&w);
	ingest_world_write(&w, "a", str_from(text));
	path = ingest_world_path(&w, "a");
	options = ingest_world_options(&w, &path, 1);
	ingest_world_run(&options, &report);
	assert_int_equal(report.invalid, 1);
	assert_int_equal(report.warnings, 1);
	assert_int_equal(VEC_COUNT(&report.findings, struct compile_finding), 2);
	for (size_t i = 0; i < 2; i++) {
		const struct compile_finding *f =
			&VEC_DATA(&report.findings, struct compile_finding)[i];

		if (f->type == COMPILE_INVALID)
			invalid = f;
		else
			warning = f;
	}
	assert_non_null(invalid);
	assert_non_null(warning);
	assert_true(str_eq(invalid->file, str_from(path)));
	assert_true(str_eq(invalid->holder, STR_LIT("arn:aws:iam::" ONE ":role/r")));
	assert_true(str_eq(invalid->text,
		STR_LIT("statement 0: Effect: expected 'Allow' or 'Deny', found 'allow'")));
	assert_true(str_eq(warning->name, STR_LIT("p")));
	assert_true(str_eq(warning->text, STR_LIT("no such action: 's3:Nope'")));
	ingest_report_release(&report);
	check_store(&w);
	ingest_world_release(&w);
}

struct heard {
	unsigned calls, phases;
	uint64_t bytes_done, bytes_total;
};

static void hear_progress(void *ctx, const struct ingest_progress *p)
{
	struct heard *heard = ctx;

	assert_true(p->bytes_done >= heard->bytes_done);
	heard->calls++;
	heard->phases |= 1u << p->phase;
	heard->bytes_done = p->bytes_done;
	heard->bytes_total = p->bytes_total;
}

static void test_progress(void **state)
{
	struct ingest_world w;
	struct ingest_report report;
	struct heard heard = { 0 };
	struct ingest_options options;
	const char *path;

	(void)state;
	ingest_world_init(&w);
	ingest_world_write_export(&w, "a", ONE, 300, 0);
	path = ingest_world_path(&w, "a");
	options = ingest_world_options(&w, &path, 1);
	options.progress = hear_progress;
	options.ctx = &heard;
	ingest_world_run(&options, &report);
	ingest_report_release(&report);
	assert_int_equal(heard.phases, 7);
	assert_true(heard.bytes_done > 0);
	assert_int_equal(heard.bytes_done, heard.bytes_total);
	ingest_world_release(&w);
}

static void put_record(struct buf *out, struct record r)
{
	record_encode(out, &r);
}

/* What another collector sends: a header, then records in any order. */
static void record_stream(struct buf *out, const char *policy, const char *dialect)
{
	const struct str scope = STR_LIT("aws:" ONE);
	const struct str role = STR_LIT("arn:aws:iam::" ONE ":role/sent");

	buf_clear(out);
	put_record(
		out, (struct record){ .type = RECORD_HEADER, .version = RECORD_VERSION });
	put_record(out, (struct record){ .type = RECORD_DOCUMENT,
				.document = { .scope = scope,
					.holder = role,
					.name = STR_LIT("inline"),
					.dialect = str_from(dialect),
					.layer = LAYER_IDENTITY,
					.body = str_from(policy) } });
	put_record(out, (struct record){ .type = RECORD_ENTITY,
				.entity = { .scope = scope,
					.key = role,
					.kind = STR_LIT("aws:iam:role"),
					.name = STR_LIT("sent"),
					.flags = ENTITY_IDENTITY } });
	put_record(out, (struct record){ .type = RECORD_SCOPE,
				.scope = { .id = scope, .format = STR_LIT("test") } });
}

/* Policies in a record stream: how many of them are invalid. */
static const struct {
	const char *policy, *dialect;
	uint64_t invalid;
} sent[] = {
	{ "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}}",
		"aws", 0 },
	{ "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}}",
		"elsewhere", 1 },
	{ "not a policy", "aws", 1 },
};

static void test_record_stream(void **state)
{
	struct buf bytes = { 0 }, text = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sent); i++) {
		struct ingest_world w;
		struct ingest_report report;
		struct ingest_options options;
		const char *path;

		ingest_world_init(&w);
		record_stream(&bytes, sent[i].policy, sent[i].dialect);
		ingest_world_write(&w, "a", buf_str(&bytes));
		path = ingest_world_path(&w, "a");
		options = ingest_world_options(&w, &path, 1);
		options.collected_at = 1600000000;
		ingest_world_run(&options, &report);
		assert_int_equal(report.documents, 1);
		if (report.invalid != sent[i].invalid)
			fail_msg("row %zu: %u invalid", i, (unsigned)report.invalid);
		ingest_report_release(&report);
		ingest_world_dump(&text, &w);
		check_contains(&text, "role/sent ");
		check_contains(&text, sent[i].policy);
		check_store(&w);
		ingest_world_release(&w);
	}
	buf_release(&bytes);
	buf_release(&text);
}

/*
 * The sample organization: exports, raw answers and what iam-collect writes, in one
 * directory.
 */
static void test_sample(void **state)
{
	const char *path = SOURCE_DIR "/examples/acme";
	struct ingest_world w;
	struct ingest_report report;
	struct ingest_options options;
	struct buf text = { 0 };

	(void)state;
	if (access(path, F_OK) != 0)
		skip();
	ingest_world_init(&w);
	options = ingest_world_options(&w, &path, 1);
	ingest_world_run(&options, &report);
	assert_true(report.scopes >= 4);
	assert_int_equal(report.invalid, 0);
	ingest_report_release(&report);
	ingest_world_dump(&text, &w);
	check_contains(&text, "scope aws:222233334444\n");
	check_store(&w);
	buf_release(&text);
	ingest_world_release(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_export),
		cmocka_unit_test(test_same_bytes),
		cmocka_unit_test(test_replaced_whole),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_first_failure_makes_no_store),
		cmocka_unit_test(test_keep_going),
		cmocka_unit_test(test_interrupted),
		cmocka_unit_test(test_findings),
		cmocka_unit_test(test_progress),
		cmocka_unit_test(test_record_stream),
		cmocka_unit_test(test_sample),
	};

	return cmocka_run_group_tests_name("ingest", tests, NULL, NULL);
}
