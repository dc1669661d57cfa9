/*
 * Made-up requests on which the engine and iam-simulate must agree.
 *
 *	differential SCRIPT PACKAGES [CASES [SEED [SHOWN]]]
 *	differential SCRIPT PACKAGES --case FILE
 *
 * SCRIPT is simulator.mjs, PACKAGES the directory where its package is installed; without
 * it the test is skipped (exit status 77). The requests of a batch lie in one store, each
 * in accounts of its own. A request on which they disagree is shown as a line of JSON,
 * which --case takes, unless the rewrites (rewrites.mjs) explain it: those are counted.
 * The run ends with the first batch that has others; SHOWN (1) is how many to wait for.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/intern.h"
#include "draft.h"
#include "replay.h"
#include "simulator.h"
#include "tests/oracle/estate.h"

#define EXIT_SKIPPED 77
#define BATCH        500u

struct run {
	struct simulator simulator;
	struct buf lines;      /* of the batch, one after the other */
	struct buf ends;       /* size_t: where each line ends */
	struct intern classes; /* names of rewrites */
	struct buf counts;     /* uint32_t per class */
	uint64_t cases, disagreements, shown, most_shown;
	uint64_t verdicts[REPLAY_VERDICT_COUNT];
};

static const char *scratch_directory(void)
{
	return access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
}

static struct str line_at(const struct run *run, size_t i)
{
	const size_t *ends = VEC_DATA(&run->ends, const size_t);
	size_t begin = i == 0 ? 0 : ends[i - 1];

	return (struct str){ run->lines.p + begin, ends[i] - begin };
}

static size_t line_count(const struct run *run)
{
	return VEC_COUNT(&run->ends, size_t);
}

static void count_class(struct run *run, struct str name)
{
	uint32_t id = intern_add(&run->classes, name);

	while (VEC_COUNT(&run->counts, uint32_t) <= id)
		VEC_ADD(&run->counts, uint32_t, 0);
	VEC_DATA(&run->counts, uint32_t)[id]++;
}

/* The engine said `answer`, the simulator `other`: ask it for the reason. */
static int judge(struct run *run, struct str line, const struct replay_answer *answer,
	enum replay_verdict other, struct err *e)
{
	const char *verdict = replay_verdict_name(answer->verdict);
	struct buf question = { 0 };
	struct str reply;

	run->disagreements++;
	buf_printf(
		&question, "%.*s,\"engine\":\"%s\"}", (int)line.n - 1, line.p, verdict);
	simulator_send(&run->simulator, buf_str(&question));
	int rc = simulator_receive(&reply, &run->simulator, e);

	if (rc == 0 && str_eq(reply, STR_LIT("-"))) {
		run->shown++;
		printf("engine: %s (%.*s)\nsimulator: %s\n%.*s\n", verdict,
			STR_ARG(answer->reason), replay_verdict_name(other),
			STR_ARG(line));
	} else if (rc == 0) {
		count_class(run, reply);
	}
	buf_release(&question);
	return rc;
}

static int ask_one(struct run *run, struct world *w, struct str line,
	enum replay_verdict other, struct err *e)
{
	struct replay_answer answer;
	struct replay r;
	int rc = replay_open(&r, line, e);

	if (rc == 0)
		rc = replay_ask(&answer, &r, w, e);
	if (rc == 0) {
		run->cases++;
		run->verdicts[answer.verdict]++;
		if (answer.verdict != other)
			rc = judge(run, line, &answer, other, e);
	}
	replay_close(&r);
	return rc;
}

static int receive_verdict(enum replay_verdict *out, struct simulator *s, struct err *e)
{
	struct str reply;
	int rc = simulator_receive(&reply, s, e);

	for (int v = 0; rc == 0 && v < REPLAY_VERDICT_COUNT; v++) {
		if (str_eq(reply,
			    str_from(replay_verdict_name((enum replay_verdict)v)))) {
			*out = (enum replay_verdict)v;
			return 0;
		}
	}
	return rc < 0 ? rc
		      : err_set(e, ERR_FORMAT, "the simulator says '%.*s'",
				STR_ARG(reply));
}

static int record_all(struct buf *stream, const struct run *run, struct err *e)
{
	for (size_t i = 0; i < line_count(run); i++) {
		struct replay r;
		int rc = replay_open(&r, line_at(run, i), e);

		if (rc == 0)
			replay_record(&r, stream);
		replay_close(&r);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* Put the lines to both. */
static int run_batch(struct run *run, struct err *e)
{
	enum replay_verdict others[BATCH];
	struct buf stream = { 0 };
	struct estate estate;
	int rc;

	for (size_t i = 0; i < line_count(run); i++)
		simulator_send(&run->simulator, line_at(run, i));
	rc = record_all(&stream, run, e);
	if (rc == 0)
		rc = estate_open(&estate, scratch_directory(), buf_str(&stream), e);
	buf_release(&stream);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < line_count(run) && rc == 0; i++)
		rc = receive_verdict(&others[i], &run->simulator, e);
	for (size_t i = 0; i < line_count(run) && rc == 0; i++)
		rc = ask_one(run, estate.world, line_at(run, i), others[i], e);
	estate_close(&estate);
	return rc;
}

static void add_line(struct run *run, struct str line)
{
	size_t end;

	buf_add_str(&run->lines, line);
	end = run->lines.n;
	VEC_ADD(&run->ends, size_t, end);
}

static void clear_lines(struct run *run)
{
	buf_clear(&run->lines);
	buf_clear(&run->ends);
}

static int run_made_up(struct run *run, uint64_t count, uint64_t seed, struct err *e)
{
	int rc = 0;

	for (uint64_t n = 0; n < count && run->shown < run->most_shown && rc == 0;) {
		clear_lines(run);
		for (; n < count && line_count(run) < BATCH; n++) {
			struct buf line = { 0 };

			draft_write(&line, seed, n);
			add_line(run, buf_str(&line));
			buf_release(&line);
		}
		rc = run_batch(run, e);
	}
	return rc;
}

/* Each line of the file, in a store of its own. */
static int run_file(struct run *run, const char *path, struct err *e)
{
	FILE *file = fopen(path, "r");
	size_t size = 0;
	char *line = NULL;
	int rc = 0;

	if (!file)
		return err_set(e, ERR_IO, "cannot open '%s'", path);
	for (ssize_t n = getline(&line, &size, file); n > 0 && rc == 0;
		n = getline(&line, &size, file)) {
		clear_lines(run);
		add_line(run, (struct str){ line, (size_t)n - (line[n - 1] == '\n') });
		rc = run_batch(run, e);
	}
	free(line);
	fclose(file);
	return rc;
}

static void print_summary(const struct run *run, double seconds)
{
	printf("%llu requests in %.1f s:", (unsigned long long)run->cases, seconds);
	for (int v = 0; v < REPLAY_VERDICT_COUNT; v++)
		printf(" %s %llu", replay_verdict_name((enum replay_verdict)v),
			(unsigned long long)run->verdicts[v]);
	printf("\n%llu disagreements, %llu not explained\n",
		(unsigned long long)run->disagreements, (unsigned long long)run->shown);
	for (uint32_t i = 0; i < intern_count(&run->classes); i++)
		printf("%8u %.*s\n", VEC_DATA(&run->counts, const uint32_t)[i],
			STR_ARG(intern_get(&run->classes, i)));
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	bool file = argc == 5 && strcmp(argv[3], "--case") == 0;
	uint64_t count = argc > 3 && !file ? strtoull(argv[3], NULL, 10) : 20000;
	uint64_t seed = argc > 4 && !file ? strtoull(argv[4], NULL, 10) : 1;
	struct run run = { .most_shown = argc > 5 ? strtoull(argv[5], NULL, 10) : 1 };
	struct err e = { 0 };
	double begin = now();
	char marker[4096];
	int rc;

	if (argc < 3) {
		fprintf(stderr, "usage: %s SCRIPT PACKAGES [CASES [SEED [SHOWN]]]\n",
			argv[0]);
		return EXIT_FAILURE;
	}
	snprintf(marker, sizeof(marker), "%s/node_modules/@cloud-copilot/iam-simulate",
		argv[2]);
	if (access(marker, R_OK) != 0) {
		printf("skipped: there is no %s\n", marker);
		return EXIT_SKIPPED;
	}
	intern_init(&run.classes);
	rc = simulator_open(&run.simulator, argv[1], argv[2], &e);
	if (rc == 0)
		rc = file ? run_file(&run, argv[4], &e)
			  : run_made_up(&run, count, seed, &e);
	if (rc < 0)
		printf("error: %s\n", e.text);
	printf("seed %llu: ", (unsigned long long)seed);
	print_summary(&run, now() - begin);
	simulator_close(&run.simulator);
	intern_release(&run.classes);
	buf_release(&run.counts);
	buf_release(&run.lines);
	buf_release(&run.ends);
	return rc == 0 && run.shown == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
