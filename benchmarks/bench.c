#include "benchmarks/bench.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/hash.h"
#include "reachability/blast.h"

static double clock_read(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

double bench_now(void)
{
	return clock_read(CLOCK_MONOTONIC);
}

double bench_used(void)
{
	return clock_read(CLOCK_THREAD_CPUTIME_ID);
}

static int tell(int fd, const struct bench_figures *figures)
{
	return write(fd, figures, sizeof(*figures)) == (ssize_t)sizeof(*figures) ? 0 : 1;
}

static void run_child(bench_job *run, const void *argument, int fd)
{
	struct bench_figures figures = { .seconds = 0 };
	struct err failure = { .code = 0 };

	figures.rc = run(argument, &figures, &failure);
	memcpy(figures.text, failure.text, sizeof(figures.text));
	_exit(tell(fd, &figures));
}

/* What the process has of its own right now, in KiB; 0 when nobody says. */
static double anonymous_kib(pid_t process)
{
	char path[64], line[256];
	unsigned long kib = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%ld/status", (long)process);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "RssAnon: %lu", &kib) == 1)
			break;
	}
	if (f)
		fclose(f);
	return (double)kib;
}

/* Wait for what the process tells, and see how much memory it has meanwhile. */
static ssize_t hear(int fd, pid_t process, struct bench_figures *out)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	double most = 0;
	ssize_t got;

	while (poll(&ready, 1, 10) == 0) {
		double kib = anonymous_kib(process);

		most = kib > most ? kib : most;
	}
	got = read(fd, out, sizeof(*out));
	out->anonymous_mib = most / 1024;
	return got;
}

int bench_apart(
	bench_job *run, const void *argument, struct bench_figures *out, struct err *e)
{
	struct rusage usage = { .ru_maxrss = 0 };
	int fds[2], status = 0;
	pid_t child;
	ssize_t got;

	if (pipe(fds) < 0)
		return err_set(e, ERR_IO, "no pipe: %s", strerror(errno));
	child = fork();
	if (child < 0)
		return err_set(e, ERR_IO, "no process: %s", strerror(errno));
	if (child == 0)
		run_child(run, argument, fds[1]);
	close(fds[1]);
	got = hear(fds[0], child, out);
	close(fds[0]);
	while (wait4(child, &status, 0, &usage) < 0 && errno == EINTR)
		continue;
	if (got != (ssize_t)sizeof(*out))
		return err_set(e, ERR_IO, "the child ended with status %d", status);
	out->peak_mib = (double)usage.ru_maxrss / 1024;
	out->cpu_seconds =
		(double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
		(double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
	return out->rc < 0 ? err_set(e, (enum err_code)out->rc, "%s", out->text) : 0;
}

void bench_print_bytes(const struct bench_figures *f)
{
	printf(",\"bytes\":%" PRIu64 ",\"seconds\":%.3f,\"cpu_seconds\":%.3f,"
	       "\"mb_per_second\":%.1f,\"mb_per_cpu_second\":%.1f,\"peak_mib\":%.1f,"
	       "\"anonymous_mib\":%.1f",
		f->bytes, f->seconds, f->cpu_seconds, (double)f->bytes / 1e6 / f->seconds,
		(double)f->bytes / 1e6 / f->cpu_seconds, f->peak_mib, f->anonymous_mib);
}

static int make_hops(const void *store, struct bench_figures *out, struct err *e)
{
	struct hop_index_options options = { .threads = 2, .lock_timeout_ms = 1000 };
	double start = bench_now();
	struct rules *rules;
	struct store *opened;
	int rc = rules_load(&rules, NULL, 0, e);

	if (rc < 0)
		return rc;
	options.rules = rules;
	rc = store_open(&opened, store, STORE_WRITE, e);
	if (rc == 0) {
		rc = hop_index_make(&out->hops, opened, &options, e);
		store_close(opened);
	}
	rules_free(rules);
	out->seconds = bench_now() - start;
	return rc;
}

int bench_hops(const char *store, struct err *e)
{
	struct bench_figures f = { .rc = 0 };

	if (bench_apart(make_hops, store, &f, e) < 0)
		return e->code;
	printf("{\"case\":\"hops\",\"seconds\":%.3f,\"cpu_seconds\":%.3f,"
	       "\"peak_mib\":%.1f,\"hops_bytes\":%" PRIu64 "}\n",
		f.seconds, f.cpu_seconds, f.peak_mib, f.hops.bytes);
	fflush(stdout);
	return 0;
}

void bench_print_ingest(const struct bench_figures *f)
{
	const struct ingest_report *r = &f->report;

	bench_print_bytes(f);
	printf(",\"read_seconds\":%.3f,\"compile_seconds\":%.3f,\"write_seconds\":%.3f,"
	       "\"files\":%" PRIu64 ",\"scopes\":%" PRIu64 ",\"entities\":%" PRIu64
	       ",\"identities\":%" PRIu64 ",\"documents\":%" PRIu64
	       ",\"invalid\":%" PRIu64 ",\"entities_per_second\":%.0f",
		r->seconds[INGEST_READ], r->seconds[INGEST_COMPILE],
		r->seconds[INGEST_WRITE], r->files, r->scopes, r->entities, r->identities,
		r->documents, r->invalid, (double)r->entities / f->seconds);
}

void bench_times_init(struct bench_times *t, uint32_t most)
{
	*t = (struct bench_times){ .open = calloc(most, sizeof(double)),
		.answer = calloc(most, sizeof(double)),
		.cpu = calloc(most, sizeof(double)),
		.rows = calloc(most, sizeof(uint32_t)),
		.most = most };
	if (!t->open || !t->answer || !t->cpu || !t->rows)
		abort();
}

void bench_times_release(struct bench_times *t)
{
	free(t->open);
	free(t->answer);
	free(t->cpu);
	free(t->rows);
	*t = (struct bench_times){ .count = 0 };
}

static int answer(struct answer *out, struct world *w, node_id node,
	const struct bench_question *q, struct err *e)
{
	const struct str pattern = str_from(q->action);
	const struct action_query actions = {
		.patterns = &pattern,
		.pattern_count = q->action ? 1 : 0,
		.everything = !q->action,
	};
	const struct answer_options options = {
		.direct_only = q->direct,
		.max_hops = UINT32_MAX,
	};
	const struct answer_object object = { .node = node };

	return q->who ? answer_who(out, w, &object, 1, &actions, &options, e)
		      : answer_what(out, w, &node, 1, &actions, NULL, 0, &options, e);
}

/*
 * Sums up an answer, whatever the order of its rows: equal programs give equal digests.
 */
static uint64_t digest_of(struct world *w, const struct answer *a)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < a->row_count; i++) {
		const struct answer_row *row = &a->rows[i];
		uint64_t h = hash64(world_node(w, row->node)->key);
		uint32_t resource_count = 0;

		answer_resources(&resource_count, w, row);
		const uint32_t marks[] = { row->verdict, row->indirect, row->admin,
			row->public, row->path.cost, row->path.step_count,
			row->part_count, resource_count };

		h = hash64_seeded((struct str){ (const char *)marks, sizeof(marks) }, h);
		sum += hash64_seeded((struct str){ (const char *)row->actions,
					     row->action_count * sizeof(action_id) },
			h);
	}
	return sum;
}

int bench_ask(struct bench_times *t, struct store *store, const struct bench_question *q,
	struct err *e)
{
	double start = bench_now(), opened, begun;
	struct answer found;
	struct world *w;
	struct segment *segment;
	int rc = world_open(&w, store, e);

	if (rc < 0)
		return rc;
	rc = world_segment(&segment, w, q->scope, e);
	if (rc < 0) {
		world_close(w);
		return rc;
	}
	world_set_rules(w, q->rules);
	opened = bench_now();
	begun = bench_used();
	rc = answer(&found, w, world_node_entity(w, q->scope, q->id), q, e);
	t->open[t->count] = (opened - start) * 1e3;
	t->cpu[t->count] = (bench_used() - begun) * 1e3;
	t->answer[t->count] = (bench_now() - opened) * 1e3;
	t->rows[t->count++] = rc < 0 ? 0 : found.row_count;
	if (rc == 0)
		t->digest += digest_of(w, &found);
	world_close(w);
	return rc;
}

static int compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

void bench_sort(double *values, uint32_t count)
{
	qsort(values, count, sizeof(*values), compare);
}

double bench_percentile(const double *values, uint32_t count, uint32_t percent)
{
	uint32_t i = (uint32_t)((uint64_t)count * percent / 100);

	return values[i < count ? i : count - 1];
}

void bench_print_times(const char *name, const char *paths, struct bench_times *t)
{
	uint64_t rows = 0;
	uint32_t most = 0;
	double first = t->answer[0], sum = 0;

	for (uint32_t i = 0; i < t->count; i++) {
		rows += t->rows[i];
		most = t->rows[i] > most ? t->rows[i] : most;
		sum += t->cpu[i];
	}
	bench_sort(t->open, t->count);
	bench_sort(t->cpu, t->count);
	bench_sort(t->answer, t->count);
	printf("{\"case\":\"%s\",\"paths\":\"%s\",\"questions\":%u,\"rows_mean\":%.1f,\"rows_max\":%u,"
	       "\"open_ms_p50\":%.3f,\"open_ms_max\":%.3f,\"first_ms\":%.3f,"
	       "\"ms_p50\":%.3f,\"ms_p99\":%.3f,\"ms_max\":%.3f,\"cpu_ms_p50\":%.3f,\"cpu_ms_p99\":%.3f,"
	       "\"cpu_us_per_row\":%.2f,\"rows_per_cpu_second\":%.0f,\"digest\":\"%016" PRIx64
	       "\"}\n",
		name, paths, t->count, (double)rows / (double)t->count, most,
		bench_percentile(t->open, t->count, 50), t->open[t->count - 1], first,
		bench_percentile(t->answer, t->count, 50),
		bench_percentile(t->answer, t->count, 99), t->answer[t->count - 1],
		bench_percentile(t->cpu, t->count, 50),
		bench_percentile(t->cpu, t->count, 99),
		rows > 0 ? sum * 1e3 / (double)rows : 0,
		sum > 0 ? (double)rows * 1e3 / sum : 0, t->digest);
	fflush(stdout);
}

bool bench_read_number(const char *text, uint64_t *out)
{
	char *end;

	*out = strtoull(text, &end, 10);
	return *text >= '0' && *text <= '9' && *end == '\0';
}

/* --- everybody --- */

struct reading {
	double start, end, first;
	uint64_t rows, reached, direct;
	bool stopped;
};

static int reach_begin(void *ctx, const struct blast_report *report, struct err *e)
{
	(void)ctx;
	(void)report;
	(void)e;
	return 0;
}

static int reach_row(void *ctx, const struct blast_row *row, struct err *e)
{
	struct reading *r = ctx;

	(void)e;
	if (r->rows++ == 0)
		r->first = bench_now() - r->start;
	r->reached += row->reach;
	r->direct += row->direct;
	return 0;
}

static int reach_pause(void *ctx, struct err *e)
{
	struct reading *r = ctx;

	(void)e;
	r->stopped = bench_now() > r->end;
	return r->stopped;
}

int bench_reach(
	struct store *store, const struct rules *rules, double seconds, struct err *e)
{
	struct reading r = { .start = bench_now(), .end = bench_now() + seconds };
	const struct blast_reader reader = { reach_begin, reach_row, reach_pause, &r };
	const long processors = sysconf(_SC_NPROCESSORS_ONLN);
	const struct blast_options o = { .rules = rules,
		.threads = processors > 1 ? (uint32_t)processors : 1 };
	double used = clock_read(CLOCK_PROCESS_CPUTIME_ID);
	struct blast_report report;

	if (blast_all(&report, store, &o, &reader, e) < 0)
		return e->code;
	printf("{\"case\":\"blast-of-all\",\"threads\":%u,\"complete\":%s,\"identities\":%" PRIu64
	       ",\"reached\":%" PRIu64 ",\"direct\":%" PRIu64 ",\"nodes\":%" PRIu64
	       ",\"forgotten\":%" PRIu64
	       ",\"first_ms\":%.1f,\"seconds\":%.3f,\"cpu_seconds\":%.3f}\n",
		o.threads, r.stopped ? "false" : "true", r.rows, r.reached, r.direct,
		report.nodes, report.forgotten, r.first * 1e3, bench_now() - r.start,
		clock_read(CLOCK_PROCESS_CPUTIME_ID) - used);
	fflush(stdout);
	return 0;
}
