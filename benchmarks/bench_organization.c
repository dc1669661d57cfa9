/*
 * bench_organization - a made-up organization into a fresh store, one of its accounts
 * again, then questions about it. One JSON line per case on stdout; README.md says what
 * each member means.
 *
 *	bench_organization --store DIR [--accounts N] [--identities N] [--resources N]
 *	                   [--seed S] [--exports DIR] [--questions N] [--seconds N]
 *	                   [--case NAME] [--paths direct|all] [--rules all] [--reuse yes]
 *
 * The organization comes as a record stream through a pipe, so that it needs no disk;
 * with --exports it is written there and read as JSON. No case takes longer than
 * --seconds by much; the ingest takes what it takes.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "benchmarks/account.h"
#include "benchmarks/bench.h"
#include "benchmarks/tree.h"
#include "reachability/rule.h"

#define HEAVY          10u
#define MOST_QUESTIONS 100000u
#define NOW            1795000000
#define ALL_ACCOUNTS   UINT32_MAX

struct options {
	const char *store, *exports, *only, *paths;
	uint64_t accounts, identities, resources, seed, questions, seconds;
	bool reuse, all_rules;
	struct rules *rules; /* NULL: those of the provider */
	struct organization organization;
};

/* What is read and where it goes. */
struct reading {
	const struct options *o;
	const char *store;
	uint32_t account; /* ALL_ACCOUNTS: all, and the tree */
};

static int write_world(struct target *target, const struct reading *r, struct err *e)
{
	const struct organization *o = &r->o->organization;
	uint32_t begin = r->account == ALL_ACCOUNTS ? 0 : r->account;
	uint32_t end = r->account == ALL_ACCOUNTS ? o->account_count : r->account + 1;
	int rc = r->account == ALL_ACCOUNTS ? tree_write(target, o, e) : 0;

	for (uint32_t i = begin; rc == 0 && i < end; i++)
		rc = account_write(target, o, i, ACCOUNT_EXPORTS, e);
	return rc;
}

/* The other end of standard input. */
static void run_generator(const struct reading *r, int fd)
{
	FILE *out = fdopen(fd, "wb");
	struct err e = { .code = 0 };
	struct target target;
	int rc;

	if (!out)
		_exit(1);
	target_open_records(&target, out);
	rc = write_world(&target, r, &e);
	target_release(&target);
	if (rc < 0)
		fprintf(stderr, "bench_organization: %s\n", e.text);
	_exit(rc < 0 || fclose(out) != 0);
}

static int ingest(
	const char *path, const char *store, struct bench_figures *out, struct err *e)
{
	const struct ingest_options options = {
		.paths = &path,
		.path_count = 1,
		.store = store,
		.now = NOW,
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

/* The generator has a process of its own; what it takes is not ours. */
static int read_records(const void *argument, struct bench_figures *out, struct err *e)
{
	const struct reading *r = argument;
	int fds[2], status = 0, rc;
	pid_t child;

	if (pipe(fds) < 0 || (child = fork()) < 0)
		return err_set(e, ERR_IO, "no process for the generator");
	if (child == 0) {
		close(fds[0]);
		run_generator(r, fds[1]);
	}
	close(fds[1]);
	dup2(fds[0], STDIN_FILENO);
	close(fds[0]);
	rc = ingest("-", r->store, out, e);
	close(STDIN_FILENO);
	if (waitpid(child, &status, WNOHANG) == 0 && rc < 0)
		kill(child, SIGTERM);
	return rc;
}

static int read_exports(const void *argument, struct bench_figures *out, struct err *e)
{
	const struct reading *r = argument;

	return ingest(r->o->exports, r->store, out, e);
}

static void print_reading(const char *name, const struct bench_figures *f)
{
	printf("{\"case\":\"%s\"", name);
	bench_print_ingest(f);
	printf("}\n");
	fflush(stdout);
}

/* Everything into the fresh store. */
static int bench_reading(const struct options *o, struct err *e)
{
	struct reading all = { o, o->store, ALL_ACCOUNTS };
	struct bench_figures f = { .rc = 0 };
	struct target target;
	int rc = 0;

	if (o->exports) {
		target_open_directory(&target, o->exports);
		rc = write_world(&target, &all, e);
		target_release(&target);
	}
	if (rc == 0)
		rc = bench_apart(o->exports ? read_exports : read_records, &all, &f, e);
	if (rc == 0)
		print_reading(o->exports ? "ingest-exports" : "ingest-records", &f);
	return rc;
}

/* One account of middling size into an empty store, then again among all others. */
static int bench_again(const struct options *o, struct err *e)
{
	uint32_t account = (uint32_t)(o->accounts / 2);
	struct bench_figures alone = { .rc = 0 }, again = { .rc = 0 };
	struct buf place = { 0 };
	struct reading r = { o, NULL, account };
	int rc;

	buf_printf(&place, "%s.alone", o->store);
	buf_add_char(&place, '\0');
	r.store = place.p;
	rc = bench_apart(read_records, &r, &alone, e);
	r.store = o->store;
	if (rc == 0)
		rc = bench_apart(read_records, &r, &again, e);
	if (rc == 0) {
		print_reading("one-account-alone", &alone);
		print_reading("one-account-again", &again);
		printf("{\"case\":\"again-over-alone\",\"accounts\":%" PRIu64
		       ",\"seconds_ratio\":%.2f,\"cpu_ratio\":%.2f}\n",
			o->accounts, again.seconds / alone.seconds,
			again.cpu_seconds / alone.cpu_seconds);
	}
	buf_release(&place);
	return rc;
}

struct sort {
	const char *name, *kind, *action;
	const char *named; /* only entities that are called so: the heaviest */
	bool who;
};

static const struct sort sorts[] = {
	{ "what-access-role", "aws:iam:role", NULL, NULL, false },
	{ "what-access-user", "aws:iam:user", NULL, NULL, false },
	{ "what-s3:GetObject-role", "aws:iam:role", "s3:GetObject", NULL, false },
	{ "what-access-heaviest", "aws:iam:role", NULL, "org-breakglass", false },
	{ "who-access-bucket", "aws:s3:bucket", NULL, NULL, true },
	{ "who-s3:GetObject-bucket", "aws:s3:bucket", "s3:GetObject", NULL, true },
	{ "who-access-queue", "aws:sqs:queue", NULL, NULL, true },
	{ "who-access-function", "aws:lambda:function", NULL, NULL, true },
	{ "who-sts:AssumeRole-role", "aws:iam:role", "sts:AssumeRole", NULL, true },
	{ "who-sts:AssumeRole-heaviest", "aws:iam:role", "sts:AssumeRole", "org-deploy",
		true },
};
#define SORT_COUNT (sizeof(sorts) / sizeof(sorts[0]))

static const uint32_t *members(struct segment *s, const char *kind, uint32_t *count)
{
	*count = 0;
	for (uint32_t i = 0; i < segment_info(s)->kind_count; i++) {
		if (str_eq(segment_kind(s, i), str_from(kind)))
			return segment_kind_members(s, i, count);
	}
	return NULL;
}

/* Half of the draws are of a random entity, half of a random account, mostly small. */
static uint32_t draw_account(const struct options *o, struct estate_random *r)
{
	const uint64_t *sums = o->organization.weight_sums;
	uint64_t at = estate_next(r) % sums[o->accounts];
	uint32_t low = 0, high = (uint32_t)o->accounts;

	if (estate_below(r, 2) == 0)
		return estate_below(r, high);
	while (high - low > 1) {
		uint32_t middle = (low + high) / 2;

		*(sums[middle] <= at ? &low : &high) = middle;
	}
	return low;
}

/* A random entity of the kind, from any account. */
static bool draw(struct bench_question *q, struct world *w, const struct options *o,
	const struct sort *sort, struct estate_random *r, struct err *e)
{
	const uint32_t *all;
	struct segment *s;
	char id[17] = "aws:";
	uint32_t count;

	organization_account(&o->organization, draw_account(o, r), id + 4);
	if (snapshot_find_scope(&q->scope, world_snapshot(w), str_from(id), e) != 1 ||
		world_segment(&s, w, q->scope, e) < 0)
		return false;
	all = members(s, sort->kind, &count);
	if (count == 0)
		return false;
	q->id = all[estate_below(r, count)];
	return true;
}

/* Those that are called so in the largest accounts. */
static bool choose_named(struct bench_question *q, struct world *w,
	const struct options *o, const struct sort *sort, uint32_t i, struct err *e)
{
	char account[13];
	struct buf key = { 0 };
	bool found;

	/* Behind the three central ones they are in the order of their size. */
	organization_account(&o->organization,
		(uint32_t)((i + (o->accounts > 3 ? 3 : 0)) % o->accounts), account);
	buf_printf(&key, "arn:aws:iam::%s:role/%s", account, sort->named);
	found = snapshot_find_key(
			&q->scope, &q->id, world_snapshot(w), buf_str(&key), e) == 1;
	buf_release(&key);
	return found;
}

/* Whom to ask about; how many. */
static uint32_t choose(struct bench_question *out, uint32_t most, struct store *store,
	const struct options *o, const struct sort *sort)
{
	struct estate_random r = { o->seed };
	struct err e = { .code = 0 };
	uint32_t count = 0;
	struct world *w;

	if (world_open(&w, store, &e) < 0)
		return 0;
	for (uint32_t i = 0; i < most; i++) {
		struct bench_question q = {
			.action = sort->action, .who = sort->who, .rules = o->rules
		};

		if (sort->named ? choose_named(&q, w, o, sort, i, &e)
				: draw(&q, w, o, sort, &r, &e))
			out[count++] = q;
	}
	world_close(w);
	return count;
}

static int bench_sort_of(const struct options *o, struct store *store,
	const struct sort *sort, bool direct, struct err *e)
{
	uint32_t most = sort->named ? HEAVY : (uint32_t)o->questions, count;
	struct bench_question *q = calloc(most, sizeof(*q));
	double end = bench_now() + (double)o->seconds;
	struct bench_times t;
	int rc = 0;

	if (!q)
		abort();
	bench_times_init(&t, most);
	count = choose(q, most, store, o, sort);
	for (uint32_t i = 0; rc == 0 && i < count && bench_now() < end; i++) {
		q[i].direct = direct;
		rc = bench_ask(&t, store, &q[i], e);
	}
	if (rc == 0 && t.count > 0)
		bench_print_times(sort->name, direct ? "direct" : "all", &t);
	bench_times_release(&t);
	free(q);
	return rc;
}

/* The best three ways of a random role to a random bucket. */
static int how_one(struct bench_times *t, struct store *store, const struct options *o,
	struct estate_random *r, struct err *e)
{
	static const struct sort roles = { NULL, "aws:iam:role", NULL, NULL, false };
	static const struct sort buckets = { NULL, "aws:s3:bucket", NULL, NULL, false };
	const struct action_query actions = { .everything = true };
	const struct answer_options options = { .max_hops = UINT32_MAX };
	struct bench_question from = { .who = false }, to = { .who = false };
	struct answer_paths paths = { .path_count = 0 };
	struct answer_object object = { .node = 0 };
	double start = bench_now(), used;
	struct world *w;
	node_id subject;
	int rc = world_open(&w, store, e);

	if (rc < 0)
		return rc;
	world_set_rules(w, o->rules);
	if (draw(&from, w, o, &roles, r, e) && draw(&to, w, o, &buckets, r, e)) {
		subject = world_node_entity(w, from.scope, from.id);
		object.node = world_node_entity(w, to.scope, to.id);
		t->open[t->count] = (bench_now() - start) * 1e3;
		start = bench_now();
		used = bench_used();
		rc = answer_how(&paths, w, subject, &actions, &object, 3, &options, e);
		t->cpu[t->count] = (bench_used() - used) * 1e3;
		t->answer[t->count] = (bench_now() - start) * 1e3;
		t->rows[t->count++] = paths.path_count;
	}
	world_close(w);
	return rc;
}

static int bench_how(const struct options *o, struct store *store, struct err *e)
{
	double end = bench_now() + (double)o->seconds;
	struct estate_random r = { o->seed };
	struct bench_times t;
	int rc = 0;

	bench_times_init(&t, (uint32_t)o->questions);
	for (uint32_t i = 0; rc == 0 && i < t.most && bench_now() < end; i++)
		rc = how_one(&t, store, o, &r, e);
	if (rc == 0 && t.count > 0)
		bench_print_times("how-access-bucket", "all", &t);
	bench_times_release(&t);
	return rc;
}

/* What each identity of an account reaches, one after the other in one world. */
static int blast_scope(struct world *w, scope_number scope, bool direct, double end,
	uint64_t *identities, uint64_t *rows, struct err *e)
{
	const struct action_query actions = { .everything = true };
	const struct answer_options options = { .direct_only = direct,
		.max_hops = UINT32_MAX };
	struct segment *s;
	int rc = world_segment(&s, w, scope, e);

	for (entity_id id = 0; rc == 0 && id < segment_info(s)->entity_count; id++) {
		node_id node = world_node_entity(w, scope, id);
		struct answer a;

		if (!(segment_entity(s, id)->flags & ENTITY_IDENTITY))
			continue;
		if (bench_now() > end)
			return 1;
		rc = answer_what(&a, w, &node, 1, &actions, NULL, 0, &options, e);
		*rows += rc == 0 ? a.row_count : 0;
		*identities += 1;
	}
	return rc;
}

/* Scope after scope, each in a world of its own; how far it gets is told. */
static int bench_blast(
	const struct options *o, struct store *store, bool direct, struct err *e)
{
	uint64_t identities = 0, rows = 0;
	double start = bench_now(), used = bench_used(), end = start + (double)o->seconds;
	uint32_t scopes = 1, n = 0;
	int rc = 0;

	for (; rc == 0 && n < scopes; n++) {
		struct world *w;

		if (world_open(&w, store, e) < 0)
			return e->code;
		world_set_rules(w, o->rules);
		scopes = snapshot_scope_count(world_snapshot(w));
		rc = blast_scope(w, n, direct, end, &identities, &rows, e);
		world_close(w);
	}
	if (rc < 0)
		return rc;
	printf("{\"case\":\"blast\",\"paths\":\"%s\",\"complete\":%s,\"scopes\":%u,\"identities\":%" PRIu64
	       ",\"rows\":%" PRIu64 ",\"seconds\":%.3f,\"cpu_seconds\":%.3f}\n",
		direct ? "direct" : "all", rc == 0 ? "true" : "false", n, identities,
		rows, bench_now() - start, bench_used() - used);
	fflush(stdout);
	return 0;
}

static bool wanted(const struct options *o, const char *name, bool direct)
{
	return (!o->only || strcmp(o->only, name) == 0) &&
	       (!o->paths || strcmp(o->paths, direct ? "direct" : "all") == 0);
}

static int bench_questions(const struct options *o, struct store *store, struct err *e)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < SORT_COUNT * 2; i++) {
		const struct sort *sort = &sorts[i / 2];

		if (wanted(o, sort->name, i % 2 == 0))
			rc = bench_sort_of(o, store, sort, i % 2 == 0, e);
	}
	if (rc == 0 && wanted(o, "how-access-bucket", false))
		rc = bench_how(o, store, e);
	for (int direct = 1; rc == 0 && direct >= 0; direct--) {
		if (wanted(o, "blast", direct))
			rc = bench_blast(o, store, direct, e);
	}
	if (rc == 0 && wanted(o, "blast-of-all", false))
		rc = bench_reach(store, o->rules, (double)o->seconds, e);
	return rc;
}

/*
 * Documents and their texts grow with statements, everything else with entities: those
 * bytes are told against 120 a resource and 400 an identity.
 */
static void print_store(
	const struct options *o, const struct store_statistics *s, double open_ms)
{
	uint64_t documents = 0, rest = 0;

	for (size_t i = 0; i < STORE_TABLES; i++) {
		struct str name = str_from(s->tables[i].name);

		*(str_eq(name, STR_LIT("docs")) || str_eq(name, STR_LIT("texts"))
				? &documents
				: &rest) += s->tables[i].bytes;
	}
	printf("{\"case\":\"store\",\"open_ms\":%.3f,\"file_bytes\":%" PRIu64
	       ",\"used_bytes\":%" PRIu64 ",\"scopes\":%" PRIu64 ",\"documents\":%" PRIu64
	       ",\"document_bytes\":%" PRIu64 ",\"bytes_per_document\":%.1f"
	       ",\"entity_bytes\":%" PRIu64 ",\"over_budget\":%.3f",
		open_ms, s->file_bytes, s->used_bytes, s->scopes, s->documents, documents,
		s->documents > 0 ? (double)documents / (double)s->documents : 0, rest,
		(double)rest /
			(120.0 * (double)o->resources + 400.0 * (double)o->identities));
	for (size_t i = 0; i < STORE_TABLES; i++)
		printf(",\"%s_bytes\":%" PRIu64, s->tables[i].name, s->tables[i].bytes);
	printf("}\n");
	fflush(stdout);
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
		print_store(o, &statistics, (opened - start) * 1e3);
	if (rc == 0)
		rc = bench_questions(o, store, e);
	store_close(store);
	getrusage(RUSAGE_SELF, &usage);
	if (rc == 0)
		printf("{\"case\":\"asking\",\"peak_mib\":%.1f}\n",
			(double)usage.ru_maxrss / 1024);
	return rc;
}

static bool read_option(struct options *o, const char *name, const char *value)
{
	const struct {
		const char *name;
		uint64_t *number, least, most;
	} numbers[] = {
		{ "--accounts", &o->accounts, 1, ORGANIZATION_ACCOUNTS },
		{ "--identities", &o->identities, 0, 100000000 },
		{ "--resources", &o->resources, 0, 1000000000 },
		{ "--seed", &o->seed, 0, UINT64_MAX },
		{ "--questions", &o->questions, 1, MOST_QUESTIONS },
		{ "--seconds", &o->seconds, 0, 1000000 },
	};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (strcmp(name, numbers[i].name) == 0)
			return bench_read_number(value, numbers[i].number) &&
			       *numbers[i].number >= numbers[i].least &&
			       *numbers[i].number <= numbers[i].most;
	}
	if (strcmp(name, "--store") == 0)
		o->store = value;
	else if (strcmp(name, "--exports") == 0)
		o->exports = value;
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

static int run(struct options *o, struct err *e)
{
	int rc = o->all_rules ? rules_load(&o->rules, NULL, 0, e) : 0;

	organization_init(&o->organization, o->seed, (uint32_t)o->accounts, o->identities,
		o->resources);
	if (rc == 0 && !o->reuse)
		rc = bench_reading(o, e);
	if (rc == 0 && !o->reuse)
		rc = bench_again(o, e);
	if (rc == 0)
		rc = bench_store(o, e);
	organization_release(&o->organization);
	rules_free(o->rules);
	return rc;
}

int main(int argc, char **argv)
{
	struct options o = { .accounts = 10,
		.identities = 1000,
		.resources = 10000,
		.seed = 1,
		.questions = 1000,
		.seconds = 10 };
	bool good = argc % 2 == 1;
	struct err e;
	int rc;

	for (int i = 1; good && i + 1 < argc; i += 2)
		good = read_option(&o, argv[i], argv[i + 1]);
	if (!good || !o.store) {
		fprintf(stderr,
			"usage: bench_organization --store DIR [--accounts N] [--identities N]"
			" [--resources N] [--seed S] [--exports DIR] [--questions N] [--seconds N]"
			" [--case NAME] [--paths direct|all] [--rules all] [--reuse yes]\n");
		return 2;
	}
	rc = run(&o, &e);
	if (rc < 0)
		fprintf(stderr, "bench_organization: %s\n", e.text);
	return err_exit_status(rc);
}
