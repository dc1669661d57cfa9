/*
 * instructions - one fixed small case, to be run under callgrind: how many instructions
 * it takes does not depend on what else the machine does. instructions.py runs them all.
 *
 *	instructions prepare DIR     exports, and a store made from them
 *	instructions CASE DIR        ingest, parse, who, what, hops
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "benchmarks/account.h"
#include "benchmarks/bench.h"
#include "benchmarks/tree.h"

#define SEED       7u
#define ACCOUNTS   3u
#define IDENTITIES 150u
#define RESOURCES  900u
#define REPEATS    20u /* so that what a process does before and after counts little */
#define NOW        1795000000

static int read_into(const char *exports, const char *store, struct err *e)
{
	const struct ingest_options options = {
		.paths = &exports,
		.path_count = 1,
		.store = store,
		.now = NOW,
		.lock_timeout_ms = 1000,
		.workers = 1,
	};
	struct ingest_report report;
	int rc = ingest_run(&options, &report, e);

	ingest_report_release(&report);
	return rc;
}

static const char *below(struct arena *a, const char *directory, const char *name)
{
	return arena_printf(a, "%s/%s", directory, name).p;
}

static int prepare(struct arena *a, const char *directory, struct err *e)
{
	struct organization o;
	struct target target;
	int rc;

	organization_init(&o, SEED, ACCOUNTS, IDENTITIES, RESOURCES);
	target_open_directory(&target, below(a, directory, "exports"));
	rc = tree_write(&target, &o, e);
	for (uint32_t i = 0; rc == 0 && i < ACCOUNTS; i++)
		rc = account_write(&target, &o, i, ACCOUNT_EXPORTS, e);
	target_release(&target);
	organization_release(&o);
	return rc == 0 ? read_into(below(a, directory, "exports"),
				 below(a, directory, "store"), e)
		       : rc;
}

static int ingest(struct arena *a, const char *directory, struct err *e)
{
	return read_into(below(a, directory, "exports"), below(a, directory, "fresh"), e);
}

/* The identities of the largest account as one tree. */
static int parse(struct arena *a, const char *directory, struct err *e)
{
	const char *path = below(a, directory, "largest.json");
	FILE *f = fopen(path, "rb");
	struct buf text = { 0 };
	struct json j;
	size_t n = 1;
	int rc = 0;

	if (!f)
		return err_set(e, ERR_IO, "cannot read '%s'", path);
	while (n > 0) {
		n = fread(buf_reserve(&text, 65536), 1, 65536, f);
		text.n += n;
	}
	fclose(f);
	for (uint32_t i = 0; rc == 0 && i < REPEATS / 4; i++) {
		rc = json_parse(&j, buf_str(&text), (struct json_origin){ 0 }, e);
		if (rc == 0)
			json_release(&j);
	}
	buf_release(&text);
	return rc;
}

/* Every n-th of a kind, in the scope that has the most entities. */
static int questions(
	struct store *store, const char *kind, bool who, bool direct, struct err *e)
{
	const uint32_t repeats = direct ? REPEATS : REPEATS / 10;
	struct bench_question q = { .who = who, .direct = direct };
	struct bench_times t;
	uint32_t count = 0, most = 0, of = 0;
	const uint32_t *members = NULL;
	struct segment *s, *largest = NULL;
	struct world *w;
	int rc = world_open(&w, store, e);

	if (rc < 0)
		return rc;
	for (uint32_t n = 0; rc == 0 && n < snapshot_scope_count(world_snapshot(w));
		n++) {
		rc = world_segment(&s, w, n, e);
		if (rc == 0 && segment_info(s)->entity_count > most) {
			most = segment_info(s)->entity_count;
			largest = s;
			q.scope = n;
		}
	}
	for (uint32_t i = 0; largest && i < segment_info(largest)->kind_count; i++) {
		if (str_eq(segment_kind(largest, i), str_from(kind)))
			members = segment_kind_members(largest, i, &of);
	}
	bench_times_init(&t, repeats);
	for (uint32_t i = 0; rc == 0 && i < repeats && of > 0; i++) {
		q.id = members[(uint64_t)i * of / repeats];
		rc = bench_ask(&t, store, &q, e);
		count += rc == 0 ? t.rows[t.count - 1] : 0;
	}
	bench_times_release(&t);
	world_close(w);
	if (rc == 0 && count == 0)
		return err_set(e, ERR_FORMAT, "no question about %s has rows", kind);
	return rc;
}

static int ask(struct arena *a, const char *name, const char *directory, struct err *e)
{
	struct store *store;
	int rc = store_open(&store, below(a, directory, "store"), STORE_READ, e);

	if (rc < 0)
		return rc;
	if (strcmp(name, "who") == 0)
		rc = questions(store, "aws:s3:bucket", true, true, e);
	else if (strcmp(name, "what") == 0)
		rc = questions(store, "aws:iam:role", false, true, e);
	else if (strcmp(name, "hops") == 0)
		rc = questions(store, "aws:iam:role", false, false, e);
	else
		rc = err_set(e, ERR_FORMAT, "no case '%s'", name);
	store_close(store);
	return rc;
}

int main(int argc, char **argv)
{
	struct err e = { .code = 0 };
	struct arena a;
	int rc;

	if (argc != 3) {
		fprintf(stderr,
			"usage: instructions prepare|ingest|parse|who|what|hops DIR\n");
		return 2;
	}
	arena_init(&a, ARENA_UNLIMITED);
	if (strcmp(argv[1], "prepare") == 0)
		rc = prepare(&a, argv[2], &e);
	else if (strcmp(argv[1], "ingest") == 0)
		rc = ingest(&a, argv[2], &e);
	else if (strcmp(argv[1], "parse") == 0)
		rc = parse(&a, argv[2], &e);
	else
		rc = ask(&a, argv[1], argv[2], &e);
	arena_release(&a);
	if (rc < 0)
		fprintf(stderr, "instructions: %s\n", e.text);
	return err_exit_status(rc);
}
