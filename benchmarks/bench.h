/*
 * bench.h - what benchmark programs share: clocks, work in a process of its own, the
 * times of many questions and their line of JSON.
 */
#ifndef BENCHMARKS_BENCH_H
#define BENCHMARKS_BENCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "ingest/ingest.h"
#include "reachability/answer.h"
#include "reachability/hop_index.h"
#include "reachability/rule.h"

/* Seconds that have passed; seconds of processor time of this thread. */
double bench_now(void);
double bench_used(void);

/* What a process of its own tells. */
struct bench_figures {
	int rc;
	double seconds; /* of the part that counts */
	uint64_t bytes;
	struct ingest_report report; /* numbers only */
	struct hop_index_report hops;
	char text[ERR_TEXT_MAX];
	double cpu_seconds, peak_mib; /* of the process */
	/* its own memory at most, without pages of files; seen every 10 ms */
	double anonymous_mib;
};

/*
 * Run a job in a process of its own, so that its memory and time are its own. The
 * failure's text in the figures becomes the error.
 */
typedef int bench_job(const void *argument, struct bench_figures *out, struct err *e);
int bench_apart(
	bench_job *run, const void *argument, struct bench_figures *out, struct err *e);

/* What the command does after an ingest, in a process of its own; one line. */
int bench_hops(const char *store, struct err *e);

/* Members of the line that is being printed: bytes and times, then the report too. */
void bench_print_bytes(const struct bench_figures *f);
void bench_print_ingest(const struct bench_figures *f);

/* The times of the questions of a case, in milliseconds. */
struct bench_times {
	double *open, *answer, *cpu;
	uint32_t *rows;
	uint32_t count, most;
	uint64_t digest;
};

void bench_times_init(struct bench_times *t, uint32_t most);
void bench_times_release(struct bench_times *t);

/* One question and what it is asked of. */
struct bench_question {
	const char *action; /* NULL: access */
	bool who, direct;
	scope_number scope;
	entity_id id;
	const struct rules *rules; /* NULL: those of the provider */
};

/* Ask in a world of its own, as a command does. */
int bench_ask(struct bench_times *t, struct store *store, const struct bench_question *q,
	struct err *e);

/* One line; sorts the times. */
void bench_print_times(const char *name, const char *paths, struct bench_times *t);

/* The reach of everybody (blast.h): one line. After `seconds` no batch is begun. */
int bench_reach(
	struct store *store, const struct rules *rules, double seconds, struct err *e);

/* Of values in ascending order. */
double bench_percentile(const double *values, uint32_t count, uint32_t percent);
void bench_sort(double *values, uint32_t count);

bool bench_read_number(const char *text, uint64_t *out);

#endif
