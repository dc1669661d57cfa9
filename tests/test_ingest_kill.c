/*
 * A process that ingests is killed at a random moment, two hundred times. The store must
 * then be what it was before the run, or what the run would have made of it, and nothing
 * else.
 */
#include "tests/ingest_world.h"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "base/hash.h"

#define KILLS 200u
#define ROLES 60u

static void run_in_child(const struct ingest_options *options)
{
	struct ingest_report report;
	struct err e = { 0 };

	_exit(ingest_run(options, &report, &e) == 0 ? 0 : 1);
}

/* 0 when it ended by itself, 1 when it was killed. */
static int run_and_kill(const struct ingest_options *options, unsigned delay_us)
{
	struct timespec delay = { 0, (long)delay_us * 1000 };
	int status;
	pid_t child;

	fflush(NULL);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		run_in_child(options);
	nanosleep(&delay, NULL);
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
		fail_msg("the child failed");
	return WIFSIGNALED(status);
}

static double seconds_of(const struct ingest_options *options)
{
	struct timespec begin, end;
	struct ingest_report report;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	ingest_world_run(options, &report);
	clock_gettime(CLOCK_MONOTONIC, &end);
	ingest_report_release(&report);
	return (double)(end.tv_sec - begin.tv_sec) +
	       (double)(end.tv_nsec - begin.tv_nsec) / 1e9;
}

static void test_kill(void **state)
{
	struct buf now = { 0 }, states[2] = { { 0 }, { 0 } };
	struct ingest_options options;
	struct ingest_world w;
	const char *paths[2];
	unsigned killed = 0, changed = 0, is = 1;
	double span_us = 0;

	(void)state;
	ingest_world_init(&w);
	paths[0] = ingest_world_path(&w, "a");
	paths[1] = ingest_world_path(&w, "b");
	options = ingest_world_options(&w, paths, 2);
	for (unsigned i = 0; i < 2; i++) {
		ingest_world_write_export(&w, "a", "111122223333", ROLES, i * 7);
		ingest_world_write_export(&w, "b", "222233334444", ROLES, i * 9);
		span_us = seconds_of(&options) * 1e6;
		ingest_world_dump(&states[i], &w);
	}
	assert_false(str_eq(buf_str(&states[0]), buf_str(&states[1])));
	for (unsigned i = 0; i < KILLS; i++) {
		uint64_t random = hash64_seeded(STR_LIT("moment"), i) % 1000;
		unsigned delay = (unsigned)(span_us * (double)random / 1000);
		unsigned next = i % 2;

		ingest_world_write_export(&w, "a", "111122223333", ROLES, next * 7);
		ingest_world_write_export(&w, "b", "222233334444", ROLES, next * 9);
		/* every other pair of runs commits after each scope and block of texts */
		options.slice_bytes = i / 2 % 2;
		if (run_and_kill(&options, delay)) {
			killed++;
			span_us *= 1.1;
		} else {
			span_us *= 0.8; /* the machine has become faster */
		}
		ingest_world_dump(&now, &w);
		if (str_eq(buf_str(&now), buf_str(&states[next]))) {
			changed += is != next;
			is = next;
		} else if (!str_eq(buf_str(&now), buf_str(&states[is]))) {
			fail_msg("kill %u after %u us: the store is neither old nor new",
				i, delay);
		}
	}
	if (killed < KILLS / 10)
		fail_msg("only %u of %u runs were killed", killed, KILLS);
	if (changed == 0)
		fail_msg("no run got as far as the commit");
	buf_release(&now);
	buf_release(&states[0]);
	buf_release(&states[1]);
	ingest_world_release(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kill),
	};

	return cmocka_run_group_tests_name("ingest_kill", tests, NULL, NULL);
}
