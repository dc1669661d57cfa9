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

#include "base/json.h"
#include "base/json_splitter.h"
#include "benchmarks/bench.h"
#include "benchmarks/estate.h"
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
	const struct options *o, struct bench_figures *out, bool parse, struct err *e)
{
	struct buf path = { 0 }, block = { 0 };
	struct json_splitter s;
	double start = bench_now();
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
	out->seconds = bench_now() - start;
	return rc;
}

static int split_elements(const void *o, struct bench_figures *out, struct err *e)
{
	return read_elements(o, out, false, e);
}

/* The least that reading it in bounded memory costs. */
static int parse_elements(const void *o, struct bench_figures *out, struct err *e)
{
	return read_elements(o, out, true, e);
}

static int ingest(const void *argument, struct bench_figures *out, struct err *e)
{
	const struct options *o = argument;
	const char *const paths[] = { o->data };
	const struct ingest_options options = {
		.paths = paths,
		.path_count = 1,
		.store = o->store,
		.now = 1795000000,
		.lock_timeout_ms = 1000,
	};
	double start = bench_now();
	struct ingest_report report;
	int rc = ingest_run(&options, &report, e);

	out->seconds = bench_now() - start;
	out->report = report;
	out->bytes = report.bytes;
	ingest_report_release(&report);
	return rc;
}

static int bench_reading(const struct options *o, struct err *e)
{
	static const struct {
		const char *name;
		bench_job *run;
	} jobs[] = { { "split", split_elements }, { "parse", parse_elements },
		{ "ingest", ingest } };

	for (size_t i = 0; i < sizeof(jobs) / sizeof(jobs[0]); i++) {
		struct bench_figures f = { .seconds = 0 };
		int rc = bench_apart(jobs[i].run, o, &f, e);

		if (rc < 0)
			return rc;
		printf("{\"case\":\"%s\"", jobs[i].name);
		if (jobs[i].run == ingest)
			bench_print_ingest(&f);
		else
			bench_print_bytes(&f);
		printf("}\n");
		fflush(stdout);
	}
	return o->only && strcmp(o->only, "ingest") == 0 ? 0 : bench_hops(o->store, e);
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

static int bench_question(const struct options *o, struct store *store,
	const struct question *q, bool direct, struct err *e)
{
	uint32_t most = q->policy ? HEAVY_QUESTIONS : (uint32_t)o->questions;
	struct subjects chosen = { calloc(most, sizeof(entity_id)), most };
	struct bench_times t;
	double end = bench_now() + (double)o->seconds;
	struct segment *segment;
	scope_number scope = 0;
	struct world *w;
	int rc = world_open(&w, store, e);

	bench_times_init(&t, most);
	if (rc == 0) {
		rc = largest_segment(&segment, &scope, w, e);
		if (rc == 0)
			choose(&chosen, segment, q, o->seed);
		world_close(w);
	}
	for (uint32_t i = 0; rc == 0 && i < chosen.count && bench_now() < end; i++)
		rc = bench_ask(&t, store,
			&(struct bench_question){ .action = q->action,
				.who = q->who,
				.direct = direct,
				.scope = scope,
				.id = chosen.ids[i],
				.rules = o->rules },
			e);
	if (rc == 0 && t.count > 0)
		bench_print_times(q->name, direct ? "direct" : "all", &t);
	free(chosen.ids);
	bench_times_release(&t);
	return rc;
}

static int bench_store(const struct options *o, struct err *e)
{
	struct store_statistics statistics;
	double start = bench_now(), opened;
	struct store *store;
	struct rusage usage;
	int rc = store_open(&store, o->store, STORE_READ, e);

	if (rc < 0)
		return rc;
	opened = bench_now();
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
	if (rc == 0 && (!o->only || strcmp(o->only, "blast-of-all") == 0) &&
		(!o->paths || strcmp(o->paths, "all") == 0))
		rc = bench_reach(store, o->rules, (double)o->seconds, e);
	store_close(store);
	getrusage(RUSAGE_SELF, &usage);
	if (rc == 0)
		printf("{\"case\":\"asking\",\"peak_mib\":%.1f}\n",
			(double)usage.ru_maxrss / 1024);
	return rc;
}

static bool read_option(struct options *o, const char *name, const char *value)
{
	if (strcmp(name, "--data") == 0)
		o->data = value;
	else if (strcmp(name, "--store") == 0)
		o->store = value;
	else if (strcmp(name, "--questions") == 0)
		return bench_read_number(value, &o->questions) && o->questions > 0 &&
		       o->questions <= MOST_QUESTIONS;
	else if (strcmp(name, "--seconds") == 0)
		return bench_read_number(value, &o->seconds);
	else if (strcmp(name, "--seed") == 0)
		return bench_read_number(value, &o->seed);
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
