#include "tests/store_world.h"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#define CRASH_ROUNDS 200

/*
 * A child writes two scopes in one commit again and again, both with the same user name, and is
 * killed at a random moment. What it leaves must be one whole commit, never older than the one before.
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

static void write_until_killed(const char *directory, uint32_t from)
{
	struct store *store = NULL;
	struct err e = { 0 };

	if (store_open(&store, directory, STORE_WRITE, &e) < 0) {
		fprintf(stderr, "%s\n", e.text);
		_exit(1);
	}
	for (uint32_t number = from;; number++)
		write_once(store, number);
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

static void kill_after(pid_t child, long microseconds)
{
	const struct timespec pause = { 0, microseconds * 1000 };
	int status = 0;

	nanosleep(&pause, NULL);
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
}

static void a_killed_writer_leaves_a_whole_commit(void **state)
{
	struct world_place place;
	uint32_t seed = 41, last = 0, first = 0;
	char command[160];

	(void)state;
	world_place_init(&place);
	for (uint32_t round = 0; round < CRASH_ROUNDS; round++) {
		uint32_t number;
		pid_t child = fork();

		if (child == 0)
			write_until_killed(place.store, last + 1);
		seed = seed * 1664525u + 1013904223u;
		kill_after(child, 500 + (long)((seed >> 8) % 20000));
		number = read_store(&place, round % 20 == 0);
		if (number < last)
			fail_msg("round %u: commit %u after %u", round, number, last);
		first += number > last;
		last = number;
	}
	/* The test must have seen commits, or it proved nothing. */
	assert_true(first > CRASH_ROUNDS / 10);
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
	uint32_t last = 0, seen = 0;
	pid_t child;

	(void)state;
	world_place_init(&place);
	child = fork();
	if (child == 0)
		write_until_killed(place.store, 1);
	while (access(place.store, F_OK) < 0)
		nanosleep(&(struct timespec){ 0, 1000000 }, NULL);
	store = world_open(&place, STORE_READ);
	for (int i = 0; i < 2000 && seen < 20; i++) {
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
		nanosleep(&(struct timespec){ 0, 1000000 }, NULL);
	}
	assert_true(seen > 1);
	store_close(store);
	kill_after(child, 1);
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
