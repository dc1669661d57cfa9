/*
 * ingest_world.h - a directory with exports and a store, for the tests of ingest.
 */
#ifndef TESTS_INGEST_WORLD_H
#define TESTS_INGEST_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "graphstore/snapshot.h"
#include "ingest/ingest.h"

struct ingest_world {
	char root[64];
	char store[96];
};

static inline void ingest_world_init(struct ingest_world *w)
{
	snprintf(w->root, sizeof(w->root), "/tmp/latchkey-test-XXXXXX");
	assert_non_null(mkdtemp(w->root));
	snprintf(w->store, sizeof(w->store), "%s/store", w->root);
}

static inline int ingest_world_remove(
	const char *path, const struct stat *status, int type, struct FTW *ftw)
{
	(void)status;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline void ingest_world_release(struct ingest_world *w)
{
	nftw(w->root, ingest_world_remove, 16, FTW_DEPTH | FTW_PHYS);
}

/* Full path of a name in the world; static for four calls. */
static inline const char *ingest_world_path(
	const struct ingest_world *w, const char *name)
{
	static char paths[4][192];
	static unsigned next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", w->root, name);
	return path;
}

static inline void ingest_world_write(
	const struct ingest_world *w, const char *name, struct str content)
{
	const char *path = ingest_world_path(w, name);
	FILE *f = fopen(path, "wb");

	if (!f || fwrite(content.p, 1, content.n, f) != content.n || fclose(f) != 0)
		fail_msg("cannot write '%s'", path);
}

#define INGEST_WORLD_ACTION "\"Action\":\"s3:GetObject\""

/* A policy that lets its holder read one bucket. */
static inline void ingest_world_policy(struct buf *out, unsigned bucket)
{
	buf_printf(out,
		"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\","
		"\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::b%u/*\"}]}",
		bucket);
}

/* An answer of get-account-authorization-details with roles r0, r1, ... */
static inline void ingest_world_export(
	struct buf *out, const char *account, unsigned roles, unsigned first_bucket)
{
	buf_printf(out, "{\"UserDetailList\":[],\"GroupDetailList\":[],"
			"\"RoleDetailList\":[");
	for (unsigned i = 0; i < roles; i++) {
		buf_printf(out,
			"%s{\"Path\":\"/\",\"RoleName\":\"r%u\",\"RoleId\":"
			"\"AROA%016u\",\"Arn\":\"arn:aws:iam::%s:role/r%u\","
			"\"CreateDate\":\"2024-01-01T00:00:00+00:00\","
			"\"AssumeRolePolicyDocument\":{\"Version\":\"2012-10-17\","
			"\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":"
			"\"ec2.amazonaws.com\"},\"Action\":\"sts:AssumeRole\"}]},"
			"\"InstanceProfileList\":[],\"RolePolicyList\":[{\"PolicyName\":"
			"\"p\",\"PolicyDocument\":",
			i > 0 ? "," : "", i, i, account, i);
		ingest_world_policy(out, first_bucket + i);
		buf_printf(out, "}],\"AttachedManagedPolicies\":[],\"Tags\":[]}");
	}
	buf_printf(out, "],\"Policies\":[],\"IsTruncated\":false}");
}

static inline void ingest_world_write_export(const struct ingest_world *w,
	const char *name, const char *account, unsigned roles, unsigned first_bucket)
{
	struct buf out = { 0 };

	ingest_world_export(&out, account, roles, first_bucket);
	ingest_world_write(w, name, buf_str(&out));
	buf_release(&out);
}

static inline struct ingest_options ingest_world_options(
	const struct ingest_world *w, const char *const *paths, size_t count)
{
	return (struct ingest_options){
		.paths = paths,
		.path_count = count,
		.store = w->store,
		.now = 1700000000,
		.workers = 2,
		.lock_timeout_ms = 5000,
	};
}

/* Run and expect success. */
static inline void ingest_world_run(
	const struct ingest_options *options, struct ingest_report *report)
{
	struct err e = { 0 };

	if (ingest_run(options, report, &e) != 0)
		fail_msg("%s", e.text);
}

/*
 * Everything that a scope's segment says about its entities, as text: keys, holdings and
 * the policy texts behind them.
 */
static inline void ingest_world_dump_scope(
	struct buf *out, struct snapshot *snap, scope_number n)
{
	struct segment *s = NULL;
	struct err e = { 0 };
	struct arena arena;

	arena_init(&arena, ARENA_UNLIMITED);
	if (snapshot_segment(&s, snap, n, &e) < 0)
		fail_msg("%s", e.text);
	buf_printf(out, "scope %.*s\n", STR_ARG(segment_info(s)->scope));
	for (uint32_t id = 0; id < segment_info(s)->entity_count; id++) {
		const struct segment_holding *holding;
		uint32_t count;

		buf_printf(out, "%.*s %u\n", STR_ARG(segment_key(s, id, &arena)),
			segment_entity(s, id)->flags);
		holding = segment_holdings(s, id, &count);
		for (uint32_t i = 0; i < count; i++) {
			struct str text;

			if (segment_document_text(&text, s, holding[i].doc, &e) < 0)
				fail_msg("%s", e.text);
			buf_printf(out, "  %u %.*s\n", holding[i].layer, STR_ARG(text));
		}
	}
	for (uint32_t i = 0; i < segment_info(s)->coverage_count; i++) {
		const struct segment_coverage *c = &segment_coverages(s)[i];

		buf_printf(out, "coverage %.*s %u %.*s\n",
			STR_ARG(segment_str(s, c->what)), c->state,
			STR_ARG(segment_str(s, c->detail)));
	}
	arena_release(&arena);
}

/* The whole store as text; empty when there is none. */
static inline void ingest_world_dump(struct buf *out, const struct ingest_world *w)
{
	struct store *store = NULL;
	struct snapshot *snap = NULL;
	struct err e = { 0 };

	buf_clear(out);
	if (access(w->store, F_OK) != 0)
		return;
	if (store_open(&store, w->store, STORE_READ, &e) < 0 ||
		snapshot_begin(&snap, store, &e) < 0)
		fail_msg("%s", e.text);
	for (scope_number n = 0; n < snapshot_scope_count(snap); n++)
		ingest_world_dump_scope(out, snap, n);
	snapshot_end(snap);
	store_close(store);
}

#endif
