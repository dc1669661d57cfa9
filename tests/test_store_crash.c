#include "tests/store_world.h"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#define CRASH_ROUNDS 200

/*
 * A child writes two scopes in one commit again and again, both with the same user name,
 * and is killed at a random moment. What it leaves must be one whole commit, never older
 * than the one before.
 */

static void write_once(struct store *store, uint32_t number)
{
	struct store_write *w = NULL;
	struct builder *first, *second;
	struct err e = { 0 };
	char name[32];

	snprintf(name, sizeof(name), "user-%u", number);
	first = world_scope("111", name, "*");
	second = world_scope("222", name, "*");
	if (builder_seal(first, &e) < 0 || builder_seal(second, &e) < 0 ||
		store_begin(&w, store, 5000, STR_LIT("catalog-1"), number, &e) < 0 ||
		builder_write(first, w, &e) < 0 || builder_write(second, w, &e) < 0 ||
		store_commit(w, &e) < 0) {
		fprintf(stderr, "%s\n", e.text);
		_exit(1);
	}
	builder_free(first);
	builder_free(second);
}

/* Tells each commit on `told`. */
static void write_until_killed(const char *directory, uint32_t from, int told)
{
	struct store *store = NULL;
	struct err e = { 0 };

	if (store_open(&store, directory, STORE_WRITE, &e) < 0) {
		fprintf(stderr, "%s\n", e.text);
		_exit(1);
	}
	for (uint32_t number = from;; number++) {
		write_once(store, number);
		if (write(told, "c", 1) != 1)
			_exit(1);
	}
}

/* The number that both scopes carry, which is also the commit's time. */
static uint32_t read_number(struct snapshot *snap)
{
	uint32_t number = (uint32_t)snapshot_time(snap);

	if (snapshot_scope_count(snap) == 0)
		return 0;
	for (int i = 1; i <= 2; i++) {
		char key[64];
		scope_number scope = 9;
		entity_id id;
		struct err e = { 0 };

		snprintf(key, sizeof(key), "arn:aws:iam::%d%d%d:user/user-%u", i, i, i,
			number);
		if (snapshot_find_key(&scope, &id, snap, str_from(key), &e) != 1)
			fail_msg("commit %u lost '%s': %s", number, key, e.text);
		assert_int_equal(scope, i - 1);
	}
	return number;
}

static uint32_t read_store(const struct world_place *place, bool check)
{
	struct store *store = NULL;
	struct snapshot *snap = NULL;
	struct err e = { 0 };
	uint32_t number;

	if (access(place->store, F_OK) < 0)
		return 0;
	if (store_open(&store, place->store, STORE_WRITE, &e) < 0 ||
		snapshot_begin(&snap, store, &e) < 0)
		fail_msg("%s", e.text);
	number = read_number(snap);
	snapshot_end(snap);
	if (check)
		assert_int_equal(world_check(store), 0);
	store_close(store);
	return number;
}

/* A child that writes, and the pipe on which it tells each commit. */
struct writer {
	pid_t pid;
	int told;
	uint32_t commits; /* told so far */
};

/* When this returns, the writer has made at least so many commits. */
static void writer_start(struct writer *w, const struct world_place *place, uint32_t from,
	uint32_t commits)
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	*w = (struct writer){ .pid = fork(), .told = ends[0] };
	assert_true(w->pid >= 0);
	if (w->pid == 0)
		write_until_killed(place->store, from, ends[1]);
	close(ends[1]);
	for (char byte; w->commits < commits; w->commits++)
		assert_int_equal(read(w->told, &byte, 1), 1);
}

/* Kill it; then `commits` are all that it told. */
static void writer_kill(struct writer *w, long microseconds)
{
	const struct timespec pause = { 0, microseconds * 1000 };
	int status = 0;

	nanosleep(&pause, NULL);
	kill(w->pid, SIGKILL);
	assert_int_equal(waitpid(w->pid, &status, 0), w->pid);
	assert_true(WIFSIGNALED(status));
	for (char byte; read(w->told, &byte, 1) == 1;)
		w->commits++;
	close(w->told);
}

/*
 * Even rounds kill at any moment, also while the store is made or opened; odd ones after
 * a commit.
 */
static void a_killed_writer_leaves_a_whole_commit(void **state)
{
	struct world_place place;
	uint32_t seed = 41, last = 0, commits = 0;
	char command[160];

	(void)state;
	world_place_init(&place);
	for (uint32_t round = 0; round < CRASH_ROUNDS; round++) {
		struct writer w;
		uint32_t number;

		writer_start(&w, &place, last + 1, round % 2);
		seed = seed * 1664525u + 1013904223u;
		writer_kill(&w, 500 + (long)((seed >> 8) % 10000));
		number = read_store(&place, round % 20 == 0);
		if (number != last + w.commits && number != last + w.commits + 1)
			fail_msg("round %u: commit %u after %u and %u told", round,
				number, last, w.commits);
		last = number;
		commits += w.commits;
	}
	assert_true(commits >= CRASH_ROUNDS / 2);
	assert_true(read_store(&place, true) == last);
	world_place_release(&place);
	snprintf(command, sizeof(command), "rm -rf %s", place.root);
	assert_int_equal(system(command), 0);
}

/* A reader in another process sees whole commits only, while a writer goes on. */
static void a_reader_sees_whole_commits(void **state)
{
	struct world_place place;
	struct store *store;
	struct writer w;
	uint32_t last = 0, seen = 0;

	(void)state;
	world_place_init(&place);
	writer_start(&w, &place, 1, 1);
	store = world_open(&place, STORE_READ);
	for (int i = 0; i < 5000 && seen < 20; i++) {
		struct snapshot *snap = NULL;
		struct err e = { 0 };
		uint32_t number;

		if (snapshot_begin(&snap, store, &e) < 0)
			fail_msg("%s", e.text);
		number = read_number(snap);
		assert_true(number >= last);
		seen += number > last;
		last = number;
		snapshot_end(snap);
		if (i % 4 == 0)
			assert_int_equal(world_check(store), 0);
		nanosleep(&(struct timespec){ 0, 1000000 }, NULL);
	}
	assert_true(seen > 1);
	store_close(store);
	writer_kill(&w, 1);
	world_place_release(&place);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_killed_writer_leaves_a_whole_commit),
		cmocka_unit_test(a_reader_sees_whole_commits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
