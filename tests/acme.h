/*
 * acme.h - the sample organization of examples/acme in a temporary store, for tests that
 * ask it.
 */
#ifndef TESTS_ACME_H
#define TESTS_ACME_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "ingest/ingest.h"
#include "query/run.h"
#include "reachability/rule.h"

#define ACME_DATE 1796083200 /* 2026-12-01: what is "90 days ago" does not move */

static char acme_root[] = "/tmp/latchkey-acme-XXXXXX";
static char acme_directory[sizeof(acme_root) + 8];
static struct store *acme_store;
static struct rules *acme_rules;

/* For cmocka's group setup and teardown. */
static inline int acme_setup(void **state)
{
	const char *const paths[] = { SOURCE_DIR "/examples/acme" };
	struct ingest_options o = { .paths = paths,
		.path_count = 1,
		.store = acme_directory,
		.now = ACME_DATE,
		.workers = 1,
		.lock_timeout_ms = 2000 };
	struct ingest_report report;
	struct err e = { 0 };
	int rc;

	(void)state;
	if (!mkdtemp(acme_root))
		return -1;
	snprintf(acme_directory, sizeof(acme_directory), "%s/store", acme_root);
	rc = ingest_run(&o, &report, &e);
	ingest_report_release(&report);
	if (rc == 0)
		rc = rules_load(&acme_rules, NULL, 0, &e);
	if (rc == 0)
		rc = store_open(&acme_store, acme_directory, STORE_READ, &e);
	if (rc < 0)
		fprintf(stderr, "acme: %s\n", e.text);
	return rc;
}

static inline int acme_teardown(void **state)
{
	DIR *dir = opendir(acme_directory);
	struct dirent *entry;
	char path[sizeof(acme_directory) + 257];

	(void)state;
	store_close(acme_store);
	rules_free(acme_rules);
	while (dir && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), "%s/%s", acme_directory, entry->d_name);
		unlink(path);
	}
	if (dir)
		closedir(dir);
	rmdir(acme_directory);
	return rmdir(acme_root);
}

/* A world of the store and the answer to one query in it; release frees both. */
struct acme_answer {
	struct world *w;
	struct result result;
	struct buf diagnostic;
	struct err e;
	int rc;
};

static inline void acme_ask(struct acme_answer *a, struct str query)
{
	struct run_options o = { .diagnostic = &a->diagnostic };

	*a = (struct acme_answer){ 0 };
	a->rc = world_open(&a->w, acme_store, &a->e);
	if (a->rc == 0)
		world_set_rules(a->w, acme_rules);
	if (a->rc == 0)
		a->rc = run_query(&a->result, a->w, query, &o, &a->e);
}

static inline void acme_release(struct acme_answer *a)
{
	world_close(a->w);
	buf_release(&a->diagnostic);
}

#endif
