/*
 * bench_account - reads the exports of an account into a fresh store, then asks about
 * it. One JSON line per case on stdout; README.md says what each member means.
 *
 *	bench_account --data DIR --store DIR [--questions N] [--seconds N] [--seed S]
 *	              [--case NAME] [--paths direct|all] [--rules all] [--reuse yes]
 *
 * What reads runs in a child process, so that its peak memory is its own. --reuse yes
 * asks a store that an earlier run has made.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/json_splitter.h"
#include "benchmarks/estate.h"
#include "ingest/ingest.h"
#include "reachability/answer.h"
#include "reachability/rule.h"

#define DETAILS         "iam/get-account-authorization-details.json"
#define HEAVY_QUESTIONS 10u
#define MOST_QUESTIONS  100000u
#define READ_BYTES      (1u << 20)

struct options {
	const char *data, *store, *only, *paths;
	uint64_t questions, seconds, seed;
	bool reuse, all_rules;
	struct rules *rules; /* NULL: those of the provider */
};

/* What a child tells its parent. */
struct figures {
	int rc;
	double seconds;
	uint64_t bytes;
	struct ingest_report report; /* numbers only */
	char text[ERR_TEXT_MAX];
};

static double clock_read(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double now(void)
{
	return clock_read(CLOCK_MONOTONIC);
}

/* Processor seconds of this thread: what a busy machine does not stretch. */
static double used(void)
{
	return clock_read(CLOCK_THREAD_CPUTIME_ID);
}

static int parse_piece(const struct json_piece *piece, struct err *e)
{
	struct json j;
	int rc;

	if (piece->type == JSON_LIST || piece->type == JSON_END)
		return 0;
	rc = json_parse(&j, piece->text, (struct json_origin){ 0 }, e);
	if (rc == 0)
		json_release(&j);
	return rc;
}

/* Every piece that can be handed out now. */
static int take_pieces(struct json_splitter *s, bool *begun, bool parse, struct err *e)
{
	struct json_shape shape;
	struct json_piece piece;
	int rc = 1;

	if (!*begun)
		rc = json_splitter_begin(s, &shape, e);
	if (rc <= 0)
		return rc;
	*begun = true;
	while ((rc = json_splitter_next(s, &piece, e)) > 0) {
		if (piece.type == JSON_END)
			return 0;
		rc = parse ? parse_piece(&piece, e) : 0;
		if (rc < 0)
			return rc;
	}
	return rc;
}

/*
 * The identities' file cut into its elements on one thread; `parse`: and each made a
 * tree.
 */
static int read_elements(
	const struct options *o, struct figures *out, bool parse, struct err *e)
{
	struct buf path = { 0 }, block = { 0 };
	struct json_splitter s;
	double start = now();
	bool begun = false, last = false;
	int rc = 0;
	FILE *f;

	buf_printf(&path, "%s/" DETAILS, o->data);
	buf_add_char(&path, '\0');
	f = fopen(path.p, "rb");
	json_splitter_init(&s);
	if (!f)
		rc = err_set(e, ERR_IO, "cannot read '%s': %s", path.p, strerror(errno));
	while (rc == 0 && !last) {
		char *p = buf_reserve(&block, READ_BYTES);
		size_t n = fread(p, 1, READ_BYTES, f);

		last = n < READ_BYTES;
		out->bytes += n;
		json_splitter_feed(&s, (struct str){ p, n }, last);
		rc = take_pieces(&s, &begun, parse, e);
	}
	if (f)
		fclose(f);
	json_splitter_release(&s);
	buf_release(&block);
	buf_release(&path);
	out->seconds = now() - start;
	return rc;
}

static int split_elements(const struct options *o, struct figures *out, struct err *e)
{
	return read_elements(o, out, false, e);
}

/* The least that reading it in bounded memory costs. */
static int parse_elements(const struct options *o, struct figures *out, struct err *e)
{
	return read_elements(o, out, true, e);
}

static int ingest(const struct options *o, struct figures *out, struct err *e)
{
	const char *const paths[] = { o->data };
	const struct ingest_options options = {
		.paths = paths,
		.path_count = 1,
		.store = o->store,
		.now = 1795000000,
		.lock_timeout_ms = 1000,
	};
	double start = now();
	struct ingest_report report;
	int rc = ingest_run(&options, &report, e);

	out->seconds = now() - start;
	out->report = report;
	out->bytes = report.bytes;
	ingest_report_release(&report);
	return rc;
}

typedef int job(const struct options *o, struct figures *out, struct err *e);

static int tell(int fd, const struct figures *figures)
{
	return write(fd, figures, sizeof(*figures)) == (ssize_t)sizeof(*figures) ? 0 : 1;
}

/*
 * Run a job in a child. *peak: bytes of memory it had resident at most; *cpu: processor
 * seconds.
 */
static int run_apart(job *run, const struct options *o, struct figures *out, double *peak,
	double *cpu, struct err *e)
{
	struct rusage usage = { .ru_maxrss = 0 };
	int fds[2], status;
	pid_t child;
	ssize_t got;

	if (pipe(fds) < 0)
		return err_set(e, ERR_IO, "no pipe: %s", strerror(errno));
	child = fork();
	if (child < 0)
		return err_set(e, ERR_IO, "no process: %s", strerror(errno));
	if (child == 0) {
		struct figures figures = { .seconds = 0 };
		struct err failure = { .code = 0 };

		figures.rc = run(o, &figures, &failure);
		memcpy(figures.text, failure.text, sizeof(figures.text));
		_exit(tell(fds[1], &figures));
	}
	close(fds[1]);
	got = read(fds[0], out, sizeof(*out));
	close(fds[0]);
	while (wait4(child, &status, 0, &usage) < 0 && errno == EINTR)
		continue;
	*peak = (double)usage.ru_maxrss * 1024;
	*cpu = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
	if (got != (ssize_t)sizeof(*out))
		return err_set(e, ERR_IO, "the child ended with status %d", status);
	return out->rc < 0 ? err_set(e, (enum err_code)out->rc, "%s", out->text) : 0;
}

static int bench_reading(const struct options *o, struct err *e)
{
	static const struct {
		const char *name;
		job *run;
	} jobs[] = { { "split", split_elements }, { "parse", parse_elements },
		{ "ingest", ingest } };

	for (size_t i = 0; i < sizeof(jobs) / sizeof(jobs[0]); i++) {
		struct figures f = { .seconds = 0 };
		double peak = 0, cpu = 0;
		int rc = run_apart(jobs[i].run, o, &f, &peak, &cpu, e);

		if (rc < 0)
			return rc;
		printf("{\"case\":\"%s\",\"bytes\":%" PRIu64
		       ",\"seconds\":%.3f,\"cpu_seconds\":%.3f,"
		       "\"mb_per_second\":%.1f,\"peak_mib\":%.1f",
			jobs[i].name, f.bytes, f.seconds, cpu,
			(double)f.bytes / 1e6 / f.seconds, peak / 1048576);
		if (jobs[i].run == ingest)
			printf(",\"read_seconds\":%.3f,\"compile_seconds\":%.3f,\"write_seconds\":%.3f,"
			       "\"files\":%" PRIu64 ",\"entities\":%" PRIu64
			       ",\"identities\":%" PRIu64 ",\"documents\":%" PRIu64
			       ",\"invalid\":%" PRIu64 ",\"entities_per_second\":%.0f",
				f.report.seconds[INGEST_READ],
				f.report.seconds[INGEST_COMPILE],
				f.report.seconds[INGEST_WRITE], f.report.files,
				f.report.entities, f.report.identities,
				f.report.documents, f.report.invalid,
				(double)f.report.entities / f.seconds);
		printf("}\n");
		fflush(stdout);
	}
	return 0;
}

/* A case: one sort of question about one kind of entity. */
struct question {
	const char *name;
	const char *kind;   /* of the entities that are asked about */
	const char *action; /* NULL: access */
	const char *policy; /* ask about those that it is attached to */
	bool who;
};

#define MANAGED "arn:aws:iam::aws:policy/"

static const struct question questions[] = {
	{ "who-s3:GetObject-bucket", "aws:s3:bucket", "s3:GetObject", NULL, true },
	{ "who-access-bucket", "aws:s3:bucket", NULL, NULL, true },
	{ "who-access-queue", "aws:sqs:queue", NULL, NULL, true },
	{ "who-access-role", "aws:iam:role", NULL, NULL, true },
	{ "who-sts:AssumeRole-role", "aws:iam:role", "sts:AssumeRole", NULL, true },
	{ "what-access-role", "aws:iam:role", NULL, NULL, false },
	{ "what-s3:GetObject-role", "aws:iam:role", "s3:GetObject", NULL, false },
	{ "what-access-user", "aws:iam:user", NULL, NULL, false },
	{ "what-access-administrator", "aws:iam:role", NULL,
		MANAGED "AdministratorAccess", false },
	{ "what-access-reader", "aws:iam:role", NULL, MANAGED "ReadOnlyAccess", false },
};

struct subjects {
	entity_id *ids;
	uint32_t count;
};

/* The time of every question of a case, in milliseconds. */
struct times {
	double *open, *answer, *cpu;
	uint32_t *rows;
	uint32_t count;
	uint64_t digest;
};

static int largest_segment(
	struct segment **out, scope_number *number, struct world *w, struct err *e)
{
	uint32_t most = 0;

	*out = NULL;
	for (scope_number n = 0; n < world_scope_count(w); n++) {
		struct segment *s;
		int rc = world_segment(&s, w, n, e);

		if (rc < 0)
			return rc;
		if (segment_info(s)->entity_count > most) {
			most = segment_info(s)->entity_count;
			*out = s;
			*number = n;
		}
	}
	return *out ? 0 : err_set(e, ERR_FORMAT, "the store is empty");
}

static const uint32_t *members(
	struct segment *s, const struct question *q, uint32_t *count)
{
	*count = 0;
	if (q->policy) {
		entity_id policy = segment_find(s, str_from(q->policy));

		if (policy == SEGMENT_NONE)
			return NULL;
		return segment_related(s, RELATION_ATTACHED, true, policy, count);
	}
	for (uint32_t i = 0; i < segment_info(s)->kind_count; i++) {
		if (str_eq(segment_kind(s, i), str_from(q->kind)))
			return segment_kind_members(s, i, count);
	}
	return NULL;
}

/* Whom to ask about: random ones, or the first that hold the policy. */
static void choose(
	struct subjects *out, struct segment *s, const struct question *q, uint64_t seed)
{
	struct estate_random r = { seed };
	uint32_t count, n = 0;
	const uint32_t *all = members(s, q, &count);

	for (uint32_t i = 0; count > 0 && i < out->count; i++) {
		uint32_t at = q->policy ? i : estate_below(&r, count);

		if (at < count)
			out->ids[n++] = all[at];
	}
	out->count = n;
}

static int ask(struct answer *out, struct world *w, node_id node,
	const struct question *q, bool direct, struct err *e)
{
	const struct str pattern = str_from(q->action);
	const struct action_query actions = {
		.patterns = &pattern,
		.pattern_count = q->action ? 1 : 0,
		.everything = !q->action,
	};
	const struct answer_options options = {
		.direct_only = direct,
		.max_hops = UINT32_MAX,
	};
	const struct answer_object object = { .node = node };

	return q->who ? answer_who(out, w, &object, 1, &actions, &options, e)
		      : answer_what(out, w, &node, 1, &actions, NULL, 0, &options, e);
}

/*
 * Sums up an answer, whatever the order of its rows: equal programs give equal digests.
 */
static uint64_t digest_of(struct world *w, const struct answer *answer)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < answer->row_count; i++) {
		const struct answer_row *row = &answer->rows[i];
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

static int time_one(struct times *t, struct store *store, scope_number scope,
	entity_id id, const struct question *q, bool direct, const struct rules *rules,
	struct err *e)
{
	double start = now(), opened, begun;
	struct answer answer;
	struct world *w;
	struct segment *segment;
	int rc = world_open(&w, store, e);

	if (rc < 0)
		return rc;
	rc = world_segment(&segment, w, scope, e);
	if (rc < 0) {
		world_close(w);
		return rc;
	}
	world_set_rules(w, rules);
	opened = now();
	begun = used();
	rc = ask(&answer, w, world_node_entity(w, scope, id), q, direct, e);
	t->open[t->count] = (opened - start) * 1e3;
	t->cpu[t->count] = (used() - begun) * 1e3;
	t->answer[t->count] = (now() - opened) * 1e3;
	t->rows[t->count++] = rc < 0 ? 0 : answer.row_count;
	if (rc == 0)
		t->digest += digest_of(w, &answer);
	world_close(w);
	return rc;
}

static int compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Of sorted values. */
static double percentile(const double *values, uint32_t count, uint32_t percent)
{
	uint32_t i = (uint32_t)((uint64_t)count * percent / 100);

	return values[i < count ? i : count - 1];
}

static void print_times(const struct question *q, bool direct, struct times *t)
{
	uint64_t rows = 0;
	uint32_t most = 0;
	double first = t->answer[0], sum = 0;

	for (uint32_t i = 0; i < t->count; i++) {
		rows += t->rows[i];
		most = t->rows[i] > most ? t->rows[i] : most;
		sum += t->cpu[i];
	}
	qsort(t->open, t->count, sizeof(double), compare);
	qsort(t->cpu, t->count, sizeof(double), compare);
	qsort(t->answer, t->count, sizeof(double), compare);
	printf("{\"case\":\"%s\",\"paths\":\"%s\",\"questions\":%u,\"rows_mean\":%.1f,\"rows_max\":%u,"
	       "\"open_ms_p50\":%.3f,\"open_ms_max\":%.3f,\"first_ms\":%.3f,"
	       "\"ms_p50\":%.3f,\"ms_p99\":%.3f,\"ms_max\":%.3f,\"cpu_ms_p50\":%.3f,\"cpu_ms_p99\":%.3f,\"cpu_us_per_row\":%.2f,\"digest\":\"%016" PRIx64
	       "\"}\n",
		q->name, direct ? "direct" : "all", t->count,
		(double)rows / (double)t->count, most, percentile(t->open, t->count, 50),
		t->open[t->count - 1], first, percentile(t->answer, t->count, 50),
		percentile(t->answer, t->count, 99), t->answer[t->count - 1],
		percentile(t->cpu, t->count, 50), percentile(t->cpu, t->count, 99),
		rows > 0 ? sum * 1e3 / (double)rows : 0, t->digest);
	fflush(stdout);
}

static int bench_question(const struct options *o, struct store *store,
	const struct question *q, bool direct, struct err *e)
{
	uint32_t most = q->policy ? HEAVY_QUESTIONS : (uint32_t)o->questions;
	struct subjects chosen = { calloc(most, sizeof(entity_id)), most };
	struct times t = { calloc(most, sizeof(double)), calloc(most, sizeof(double)),
		calloc(most, sizeof(double)), calloc(most, sizeof(uint32_t)), 0, 0 };
	double end = now() + (double)o->seconds;
	struct segment *segment;
	scope_number scope = 0;
	struct world *w;
	int rc = world_open(&w, store, e);

	if (rc == 0) {
		rc = largest_segment(&segment, &scope, w, e);
		if (rc == 0)
			choose(&chosen, segment, q, o->seed);
		world_close(w);
	}
	for (uint32_t i = 0; rc == 0 && i < chosen.count && now() < end; i++)
		rc = time_one(&t, store, scope, chosen.ids[i], q, direct, o->rules, e);
	if (rc == 0 && t.count > 0)
		print_times(q, direct, &t);
	free(chosen.ids);
	free(t.open);
	free(t.answer);
	free(t.cpu);
	free(t.rows);
	return rc;
}

static int bench_store(const struct options *o, struct err *e)
{
	struct store_statistics statistics;
	double start = now(), opened;
	struct store *store;
	struct rusage usage;
	int rc = store_open(&store, o->store, STORE_READ, e);

	if (rc < 0)
		return rc;
	opened = now();
	rc = store_statistics(&statistics, store, e);
	if (rc == 0)
		printf("{\"case\":\"store\",\"open_ms\":%.3f,\"file_bytes\":%" PRIu64
		       ",\"used_bytes\":%" PRIu64 ",\"scopes\":%" PRIu64
		       ",\"documents\":%" PRIu64 "}\n",
			(opened - start) * 1e3, statistics.file_bytes,
			statistics.used_bytes, statistics.scopes, statistics.documents);
	for (size_t i = 0; rc == 0 && i < sizeof(questions) / sizeof(questions[0]); i++) {
		if (o->only && strcmp(o->only, questions[i].name) != 0)
			continue;
		if (!o->paths || strcmp(o->paths, "direct") == 0)
			rc = bench_question(o, store, &questions[i], true, e);
		if (rc == 0 && (!o->paths || strcmp(o->paths, "all") == 0))
			rc = bench_question(o, store, &questions[i], false, e);
	}
	store_close(store);
	getrusage(RUSAGE_SELF, &usage);
	if (rc == 0)
		printf("{\"case\":\"asking\",\"peak_mib\":%.1f}\n",
			(double)usage.ru_maxrss / 1024);
	return rc;
}

static bool read_number(const char *text, uint64_t *out)
{
	char *end;

	*out = strtoull(text, &end, 10);
	return *text >= '0' && *text <= '9' && *end == '\0';
}

static bool read_option(struct options *o, const char *name, const char *value)
{
	if (strcmp(name, "--data") == 0)
		o->data = value;
	else if (strcmp(name, "--store") == 0)
		o->store = value;
	else if (strcmp(name, "--questions") == 0)
		return read_number(value, &o->questions) && o->questions > 0 &&
		       o->questions <= MOST_QUESTIONS;
	else if (strcmp(name, "--seconds") == 0)
		return read_number(value, &o->seconds);
	else if (strcmp(name, "--seed") == 0)
		return read_number(value, &o->seed);
	else if (strcmp(name, "--case") == 0)
		o->only = value;
	else if (strcmp(name, "--paths") == 0)
		o->paths = value;
	else if (strcmp(name, "--rules") == 0)
		o->all_rules = strcmp(value, "all") == 0;
	else if (strcmp(name, "--reuse") == 0)
		o->reuse = strcmp(value, "yes") == 0;
	else
		return false;
	return true;
}

int main(int argc, char **argv)
{
	struct options o = { .questions = 200, .seconds = 20, .seed = 1 };
	struct err e;
	bool good = argc % 2 == 1;
	int rc = 0;

	for (int i = 1; good && i + 1 < argc; i += 2)
		good = read_option(&o, argv[i], argv[i + 1]);
	if (!good || !o.store || (!o.data && !o.reuse)) {
		fprintf(stderr,
			"usage: bench_account --data DIR --store DIR [--questions N] [--seconds N]"
			" [--seed S] [--case NAME] [--paths direct|all] [--rules all] [--reuse yes]\n");
		return 2;
	}
	if (o.all_rules)
		rc = rules_load(&o.rules, NULL, 0, &e);
	if (rc == 0 && !o.reuse)
		rc = bench_reading(&o, &e);
	if (rc == 0)
		rc = bench_store(&o, &e);
	if (rc < 0)
		fprintf(stderr, "bench_account: %s\n", e.text);
	rules_free(o.rules);
	return err_exit_status(rc);
}
