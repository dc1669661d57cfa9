#include "tests/store_world.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/wait.h>

#define SCOPE_A "aws:111122223333"
#define KEY_A   "arn:aws:iam::111122223333:root"
#define ALICE   "arn:aws:iam::111122223333:user/alice"
#define ADMIN   "arn:aws:iam::111122223333:role/admin"
#define DEVS    "arn:aws:iam::111122223333:group/devs"
#define READ    "arn:aws:iam::111122223333:policy/read"
#define BOUND   "arn:aws:iam::111122223333:policy/bound"
#define BUCKET  "arn:aws:s3:::payroll"
#define FRIEND  "arn:aws:iam::444455556666:role/friend"

static struct builder *scope_a(void)
{
	struct builder *b = builder_new(STR_LIT(SCOPE_A));
	struct buf read = { 0 }, open = { 0 };

	builder_set_scope(b, &(struct record_scope){ .id = STR_LIT(SCOPE_A),
				     .key = STR_LIT(KEY_A),
				     .parent = STR_LIT("aws:o-example"),
				     .format = STR_LIT("by-hand"),
				     .collected_at = 1000 });
	world_add_entity(b, SCOPE_A, ALICE, "aws:iam:user", "Alice", ENTITY_IDENTITY);
	world_add_entity(b, SCOPE_A, ADMIN, "aws:iam:role", "admin", ENTITY_IDENTITY);
	world_add_entity(b, SCOPE_A, DEVS, "aws:iam:group", "devs", ENTITY_GROUP);
	world_add_entity(b, SCOPE_A, READ, "aws:iam:policy", "read", ENTITY_POLICY);
	world_add_entity(b, SCOPE_A, BUCKET, "aws:s3:bucket", "payroll", 0);
	world_add_relation(b, SCOPE_A, ALICE, RELATION_MEMBER_OF, DEVS);
	world_add_relation(b, SCOPE_A, DEVS, RELATION_ATTACHED, READ);
	world_add_relation(b, SCOPE_A, ADMIN, RELATION_BOUNDARY, BOUND);
	world_pattern_document(&read, "arn:aws:s3:::pay*", 3, 0, NULL);
	world_pattern_document(&open, "arn:aws:s3:::payroll/*", 3, 0, FRIEND);
	world_add_document(
		b, SCOPE_A, READ, "read", LAYER_IDENTITY, "{read}", buf_str(&read));
	world_add_document(b, SCOPE_A, BUCKET, "bucket policy", LAYER_RESOURCE, "{open}",
		buf_str(&open));
	world_add_document(b, SCOPE_A, ADMIN, "trust", LAYER_TRUST, NULL, STR_LIT(""));
	buf_release(&read);
	buf_release(&open);
	return b;
}

static bool count_scope(void *ctx, scope_number scope)
{
	*(uint32_t *)ctx += scope + 1;
	return true;
}

static bool keep_id(void *ctx, scope_number scope, entity_id id)
{
	assert_int_equal(scope, 0);
	*(entity_id *)ctx = id;
	return true;
}

static void a_scope_reads_back(void **state)
{
	struct world_place place;
	struct snapshot *snap = NULL;
	struct segment *s = NULL;
	struct store *store;
	struct err e = { 0 };
	scope_number scope = 9;
	entity_id id = 9, bucket;
	struct arena arena;
	uint32_t count, links = 0;
	const struct document *d = NULL;
	const struct segment_holding *held;
	struct str source;

	(void)state;
	world_place_init(&place);
	arena_init(&arena, ARENA_UNLIMITED);
	store = world_open(&place, STORE_WRITE);
	world_commit(store, scope_a(), 5000);
	assert_int_equal(snapshot_begin(&snap, store, &e), 0);
	assert_int_equal(snapshot_scope_count(snap), 1);
	assert_int_equal(snapshot_generation(snap), 1);
	assert_int_equal(snapshot_time(snap), 5000);
	assert_int_equal(snapshot_find_key(&scope, &id, snap, STR_LIT(ALICE), &e), 1);
	assert_int_equal(scope, 0);
	if (snapshot_segment(&s, snap, scope, &e) < 0)
		fail_msg("%s", e.text);
	assert_true(str_eq(segment_key(s, id, &arena), STR_LIT(ALICE)));
	assert_true(str_eq(segment_name(s, id, &arena), STR_LIT("Alice")));
	assert_true(str_eq(segment_info(s)->parent, STR_LIT("aws:o-example")));
	assert_int_equal(segment_info(s)->entity_count, 5);
	segment_class_docs(s, segment_entity(s, id)->class, &count);
	assert_int_equal(count, 1);
	assert_int_equal(snapshot_find_key(&scope, &id, snap, STR_LIT(BUCKET), &e), 1);
	assert_int_equal(segment_entity(s, id)->policy_state, SEGMENT_POLICY_GOT);
	bucket = id;
	assert_int_equal(snapshot_find_key(&scope, &id, snap, STR_LIT(FRIEND), &e), 0);
	id = 99;
	assert_int_equal(snapshot_find_name(snap, STR_LIT("ALICE"), keep_id, &id, &e), 0);
	assert_int_equal(id, segment_find(s, STR_LIT(ALICE)));
	assert_int_equal(
		snapshot_links(snap, STR_LIT(FRIEND), count_scope, &links, &e), 0);
	assert_int_equal(links, 1);
	assert_int_equal(segment_document(&d, s, segment_statement(s, 0)->doc, &e), 0);
	assert_non_null(d);
	assert_int_equal(d->statement_count, 1);
	assert_int_equal(segment_source(&source, s, id, NULL, &arena, &e), 0);
	assert_true(str_eq(source, STR_LIT("in.json@1")));
	held = segment_holdings(s, bucket, &count);
	assert_int_equal(count, 1);
	assert_int_equal(segment_source(&source, s, bucket, held, &arena, &e), 0);
	assert_true(str_eq(source, STR_LIT("in.json@7")));
	snapshot_end(snap);
	store_close(store);
	arena_release(&arena);
	world_place_release(&place);
}

/* A store with two accounts, for the tests below. */
struct fixture {
	struct world_place place;
	struct store *store;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	world_place_init(&f->place);
	f->store = world_open(&f->place, STORE_WRITE);
	world_commit(f->store, world_scope("111", "Alice", FRIEND), 10);
	world_commit(f->store, world_scope("222", "alice", FRIEND), 20);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	store_close(f->store);
	world_place_release(&f->place);
	free(f);
	return 0;
}

static struct snapshot *snapshot_of(struct store *store)
{
	struct snapshot *snap = NULL;
	struct err e = { 0 };

	if (snapshot_begin(&snap, store, &e) < 0)
		fail_msg("%s", e.text);
	return snap;
}

static bool append(void *ctx, scope_number scope, entity_id id)
{
	char *text = ctx;

	(void)id;
	text[strlen(text)] = (char)('0' + scope);
	return true;
}

static bool append_scope(void *ctx, scope_number scope)
{
	return append(ctx, scope, 0);
}

/* Which scopes have an entity of this name, which are linked to this principal: "01". */
static void assert_scopes(struct store *store, const char *name, const char *principal,
	const char *expected)
{
	struct snapshot *snap = snapshot_of(store);
	char text[16] = "";
	struct err e = { 0 };

	if (name)
		assert_int_equal(
			snapshot_find_name(snap, str_from(name), append, text, &e), 0);
	else
		assert_int_equal(
			snapshot_links(snap, str_from(principal), append_scope, text, &e),
			0);
	assert_string_equal(text, expected);
	snapshot_end(snap);
}

static void keys_are_found_in_their_scope(void **state)
{
	static const struct {
		const char *key;
		int found;
		scope_number scope;
	} rows[] = {
		{ "arn:aws:iam::111:user/Alice", 1, 0 },
		{ "arn:aws:iam::222:user/alice", 1, 1 },
		{ "arn:aws:s3:::bucket-222", 1, 1 },
		{ "arn:aws:s3:::bucket-333", 0, 0 },
		{ "arn:aws:iam::aws:policy/Shared", 1, 0 },
		{ "arn:aws:iam::222:root", 1, 1 },
		{ FRIEND, 0, 0 },
		{ "", 0, 0 },
	};
	const struct fixture *f = *state;
	struct snapshot *snap = snapshot_of(f->store);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		scope_number scope = 99;
		entity_id id;
		struct err e = { 0 };
		int found =
			snapshot_find_key(&scope, &id, snap, str_from(rows[i].key), &e);

		if (found != rows[i].found || (found && scope != rows[i].scope))
			fail_msg("%s: %d in %u", rows[i].key, found, scope);
	}
	snapshot_end(snap);
}

static void scopes_are_found_by_name(void **state)
{
	const struct fixture *f = *state;
	struct snapshot *snap = snapshot_of(f->store);
	scope_number n = 9;
	struct err e = { 0 };

	assert_int_equal(snapshot_find_scope(&n, snap, STR_LIT("aws:222"), &e), 1);
	assert_int_equal(n, 1);
	assert_int_equal(snapshot_find_scope(&n, snap, STR_LIT("aws:333"), &e), 0);
	snapshot_end(snap);
}

static void names_and_links_cross_scopes(void **state)
{
	const struct fixture *f = *state;

	assert_scopes(f->store, "ALICE", NULL, "01");
	assert_scopes(f->store, "shared", NULL, "01");
	assert_scopes(f->store, "bob", NULL, "");
	assert_scopes(f->store, NULL, FRIEND, "01");
	assert_scopes(f->store, NULL, "*", "");
}

static void a_new_version_replaces_names_and_links(void **state)
{
	const struct fixture *f = *state;

	world_commit(f->store, world_scope("111", "bob", "*"), 30);
	assert_scopes(f->store, "alice", NULL, "1");
	assert_scopes(f->store, "bob", NULL, "0");
	assert_scopes(f->store, NULL, FRIEND, "1");
	assert_scopes(f->store, NULL, "*", "0");
	assert_int_equal(world_check(f->store), 0);
}

static void the_newest_versions_are_kept(void **state)
{
	const struct fixture *f = *state;
	struct snapshot *snap;
	struct segment *s = NULL;
	struct err e = { 0 };

	for (int i = 0; i < 6; i++) {
		char name[24];

		snprintf(name, sizeof(name), "user-%d", i);
		world_commit(f->store, world_scope("111", name, "*"), 30 + i);
		assert_int_equal(world_check(f->store), 0);
	}
	snap = snapshot_of(f->store);
	assert_int_equal(snapshot_segment(&s, snap, 0, &e), 0);
	assert_int_equal(segment_info(s)->version, 7);
	assert_int_equal(snapshot_generation(snap), 8);
	assert_int_equal(snapshot_time(snap), 35);
	snapshot_end(snap);
}

static void a_snapshot_does_not_see_later_writes(void **state)
{
	const struct fixture *f = *state;
	struct snapshot *old = snapshot_of(f->store), *new;
	scope_number scope;
	entity_id id;
	struct err e = { 0 };

	for (int i = 0; i < 6; i++)
		world_commit(f->store, world_scope("111", "bob", "*"), 30 + i);
	world_commit(f->store, world_scope("333", "carol", "*"), 40);
	new = snapshot_of(f->store);
	assert_int_equal(snapshot_scope_count(old), 2);
	assert_int_equal(snapshot_scope_count(new), 3);
	assert_int_equal(snapshot_find_key(&scope, &id, old,
				 STR_LIT("arn:aws:iam::111:user/Alice"), &e),
		1);
	assert_int_equal(snapshot_find_key(&scope, &id, new,
				 STR_LIT("arn:aws:iam::111:user/Alice"), &e),
		0);
	snapshot_end(old);
	snapshot_end(new);
}

static void an_aborted_write_leaves_nothing(void **state)
{
	const struct fixture *f = *state;
	struct builder *b = world_scope("333", "carol", "*");
	struct store_write *w = NULL;
	struct err e = { 0 };

	assert_int_equal(builder_seal(b, &e), 0);
	assert_int_equal(
		store_begin(&w, f->store, WORLD_LOCK_MS, STR_LIT("catalog-1"), 50, &e),
		0);
	assert_int_equal(builder_write(b, w, &e), 0);
	store_abort(w);
	builder_free(b);
	assert_scopes(f->store, "carol", NULL, "");
	assert_int_equal(world_check(f->store), 0);
}

static void documents_are_stored_once(void **state)
{
	const struct fixture *f = *state;
	struct store_statistics statistics;
	struct sha256 digest = hash_sha256(STR_LIT("{\"Effect\":\"Allow\"}"));
	struct store_write *w = NULL;
	struct err e = { 0 };

	assert_int_equal(store_statistics(&statistics, f->store, &e), 0);
	assert_int_equal(statistics.documents, 2);
	assert_int_equal(statistics.scopes, 2);
	assert_int_equal(statistics.generation, 2);
	assert_true(statistics.used_bytes <= statistics.file_bytes);
	assert_int_equal(
		store_begin(&w, f->store, WORLD_LOCK_MS, STR_LIT("catalog-1"), 50, &e),
		0);
	assert_true(store_has_document(w, digest.bytes));
	digest.bytes[0] ^= 1;
	assert_false(store_has_document(w, digest.bytes));
	store_abort(w);
}

static void texts_of_documents_are_kept(void **state)
{
	const struct fixture *f = *state;
	struct snapshot *snap = snapshot_of(f->store);
	struct segment *s = NULL;
	struct err e = { 0 };
	struct str text;

	assert_int_equal(snapshot_segment(&s, snap, 1, &e), 0);
	assert_int_equal(
		segment_document_text(&text, s, segment_statement(s, 0)->doc, &e), 0);
	assert_true(str_eq(text, STR_LIT("{\"Effect\":\"Allow\"}")));
	snapshot_end(snap);
}

static void another_catalogue_is_refused(void **state)
{
	const struct fixture *f = *state;
	struct store_write *w = NULL;
	struct err e = { 0 };

	assert_true(str_eq(store_catalog(f->store), STR_LIT("catalog-1")));
	assert_int_equal(
		store_begin(&w, f->store, WORLD_LOCK_MS, STR_LIT("catalog-2"), 50, &e),
		ERR_FORMAT);
	assert_int_equal(
		store_begin(&w, f->store, WORLD_LOCK_MS, STR_LIT("catalog-1"), 50, &e),
		0);
	store_abort(w);
}

static void a_second_writer_waits_until_its_deadline(void **state)
{
	const struct fixture *f = *state;
	struct store_write *first = NULL, *second = NULL;
	struct err e = { 0 };
	char expected[64];

	assert_int_equal(store_begin(&first, f->store, WORLD_LOCK_MS,
				 STR_LIT("catalog-1"), 1000000000, &e),
		0);
	assert_int_equal(
		store_begin(&second, f->store, 50, STR_LIT("catalog-1"), 60, &e), ERR_IO);
	snprintf(expected, sizeof(expected),
		"locked by process %ld since 2001-09-09T01:46:40Z", (long)getpid());
	assert_string_equal(e.text, expected);
	store_abort(first);
	assert_int_equal(
		store_begin(&second, f->store, 50, STR_LIT("catalog-1"), 60, &e), 0);
	store_abort(second);
}

static void a_process_opens_a_store_once(void **state)
{
	const struct fixture *f = *state;
	struct store *again = NULL;
	struct err e = { 0 };

	assert_int_equal(store_open(&again, f->place.store, STORE_READ, &e), ERR_IO);
	assert_non_null(strstr(e.text, "open in this process already"));
}

static void a_forked_child_is_refused(void **state)
{
	const struct fixture *f = *state;
	pid_t child = fork();
	int status = 0;

	if (child == 0) {
		struct snapshot *snap = NULL;
		struct store_write *w = NULL;
		struct err e = { 0 };
		bool refused = snapshot_begin(&snap, f->store, &e) == ERR_IO &&
			       store_begin(&w, f->store, 10, STR_LIT("catalog-1"), 1,
				       &e) == ERR_IO;

		_exit(refused ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

/*
 * In a child, where files may not grow any more: the commit fails, and no further write
 * is begun.
 */
static int write_without_room(const char *directory)
{
	struct store *store = NULL;
	struct store_write *w = NULL;
	struct builder *b;
	struct err e = { 0 };
	struct stat st;
	char data[128];

	snprintf(data, sizeof(data), "%s/data.mdb", directory);
	signal(SIGXFSZ, SIG_IGN);
	if (store_open(&store, directory, STORE_WRITE, &e) < 0 || stat(data, &st) < 0)
		return 1;
	setrlimit(
		RLIMIT_FSIZE, &(struct rlimit){ (rlim_t)st.st_size, (rlim_t)st.st_size });
	for (int i = 0;; i++) {
		char account[16];

		snprintf(account, sizeof(account), "%d", 1000 + i);
		b = world_scope(account, "carol", "*");
		if (i == 100 || builder_seal(b, &e) < 0 ||
			store_begin(&w, store, 100, STR_LIT("catalog-1"), 70, &e) < 0 ||
			builder_write(b, w, &e) < 0)
			return 2;
		builder_free(b);
		if (store_commit(w, &e) < 0)
			break;
	}
	if (e.code != ERR_IO ||
		store_begin(&w, store, 100, STR_LIT("catalog-1"), 70, &e) != ERR_IO ||
		!strstr(e.text, "a commit failed"))
		return 3;
	store_close(store);
	return 0;
}

static void a_failed_commit_ends_writing(void **state)
{
	struct fixture *f = *state;
	int status = 0;
	pid_t child;

	store_close(f->store);
	child = fork();
	if (child == 0)
		_exit(write_without_room(f->place.store));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	f->store = world_open(&f->place, STORE_WRITE);
	assert_int_equal(world_check(f->store), 0);
	assert_scopes(f->store, "alice", NULL, "01");
	world_commit(f->store, world_scope("111", "dave", "*"), 80);
	assert_scopes(f->store, "dave", NULL, "0");
}

/*
 * Readers on other threads while this one writes. No assertion of cmocka may fail on
 * theirs.
 */
struct reader {
	struct store *store;
	atomic_bool stop;
	atomic_uint snapshots, wrong;
};

static void *read_until_stopped(void *ctx)
{
	struct reader *r = ctx;

	while (!atomic_load(&r->stop)) {
		struct snapshot *snap = NULL;
		struct segment *s = NULL;
		const struct document *d = NULL;
		struct err e = { 0 };
		scope_number scope;
		entity_id id;

		if (snapshot_begin(&snap, r->store, &e) < 0 ||
			snapshot_find_key(&scope, &id, snap,
				STR_LIT("arn:aws:iam::222:user/alice"), &e) != 1 ||
			snapshot_segment(&s, snap, 0, &e) < 0 ||
			segment_document(&d, s, segment_statement(s, 0)->doc, &e) < 0)
			atomic_fetch_add(&r->wrong, 1);
		atomic_fetch_add(&r->snapshots, 1);
		snapshot_end(snap);
	}
	return NULL;
}

static void threads_read_while_one_writes(void **state)
{
	const struct fixture *f = *state;
	struct reader r = { .store = f->store };
	pthread_t threads[3];

	for (int i = 0; i < 3; i++)
		assert_int_equal(
			pthread_create(&threads[i], NULL, read_until_stopped, &r), 0);
	for (int i = 0; i < 30 || atomic_load(&r.snapshots) < 30; i++)
		world_commit(f->store, world_scope("111", "bob", "*"), 30 + i);
	atomic_store(&r.stop, true);
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(atomic_load(&r.wrong), 0);
	assert_int_equal(world_check(f->store), 0);
}

static void a_reader_may_not_write(void **state)
{
	struct fixture *f = *state;
	struct store_write *w = NULL;
	struct err e = { 0 };

	store_close(f->store);
	f->store = world_open(&f->place, STORE_READ);
	assert_scopes(f->store, "alice", NULL, "01");
	assert_int_equal(
		store_begin(&w, f->store, 10, STR_LIT("catalog-1"), 1, &e), ERR_IO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_scope_reads_back),
		cmocka_unit_test_setup_teardown(
			keys_are_found_in_their_scope, setup, teardown),
		cmocka_unit_test_setup_teardown(
			scopes_are_found_by_name, setup, teardown),
		cmocka_unit_test_setup_teardown(
			names_and_links_cross_scopes, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_new_version_replaces_names_and_links, setup, teardown),
		cmocka_unit_test_setup_teardown(
			the_newest_versions_are_kept, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_snapshot_does_not_see_later_writes, setup, teardown),
		cmocka_unit_test_setup_teardown(
			an_aborted_write_leaves_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(
			documents_are_stored_once, setup, teardown),
		cmocka_unit_test_setup_teardown(
			texts_of_documents_are_kept, setup, teardown),
		cmocka_unit_test_setup_teardown(
			another_catalogue_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_second_writer_waits_until_its_deadline, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_process_opens_a_store_once, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_forked_child_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_failed_commit_ends_writing, setup, teardown),
		cmocka_unit_test_setup_teardown(
			threads_read_while_one_writes, setup, teardown),
		cmocka_unit_test_setup_teardown(a_reader_may_not_write, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
