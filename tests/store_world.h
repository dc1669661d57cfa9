/*
 * store_world.h - hand-made scopes and temporary stores for the tests of graphstore.
 */
#ifndef TESTS_STORE_WORLD_H
#define TESTS_STORE_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/record.h"
#include "graphstore/builder.h"
#include "graphstore/snapshot.h"
#include "graphstore/store.h"

#define WORLD_LOCK_MS 2000u

/* A directory for one test, removed with what is in it. */
struct world_place {
	char root[64];
	char store[96];
};

static inline void world_place_init(struct world_place *p)
{
	snprintf(p->root, sizeof(p->root), "/tmp/latchkey-test-XXXXXX");
	assert_non_null(mkdtemp(p->root));
	snprintf(p->store, sizeof(p->store), "%s/store", p->root);
}

static inline void world_place_release(struct world_place *p)
{
	static const char *const names[] = { "store/data.mdb", "store/lock.mdb",
		"store/write.lock", "store/copy.mdb" };
	char path[160];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", p->root, names[i]);
		unlink(path);
	}
	rmdir(p->store);
	rmdir(p->root);
}

static inline struct store *world_open(const struct world_place *p, enum store_mode mode)
{
	struct store *store = NULL;
	struct err e = { 0 };

	if (store_open(&store, p->store, mode, &e) < 0)
		fail_msg("%s", e.text);
	return store;
}

/* Builds documents of one or two statements. */
static inline void world_pattern_document(struct buf *out, const char *pattern,
	uint32_t service, uint32_t flags, const char *principal)
{
	struct document_builder b = { 0 };
	struct document_statement *s = document_add_statement(&b);

	s->flags = flags;
	s->service = service;
	document_add_interval(&b, 10, 20);
	if (pattern)
		document_add_pattern(&b, str_from(pattern), true);
	if (principal)
		document_add_principal(&b,
			strcmp(principal, "*") == 0 ? DOCUMENT_ANYONE : DOCUMENT_KEY,
			str_from(principal));
	document_finish(&b, out);
	document_builder_release(&b);
}

static inline void world_add_document(struct builder *b, const char *scope,
	const char *holder, const char *name, enum record_layer layer, const char *body,
	struct str compiled)
{
	struct record_document d = {
		.scope = str_from(scope),
		.holder = str_from(holder),
		.name = str_from(name),
		.dialect = STR_LIT("aws"),
		.body = str_from(body),
		.layer = layer,
		.source = { STR_LIT("in.json"), 7 },
	};
	struct sha256 digest = hash_sha256(d.body);

	builder_add_document(b, &d, body ? &digest : NULL, compiled);
}

static inline void world_add_entity(struct builder *b, const char *scope, const char *key,
	const char *kind, const char *name, uint32_t flags)
{
	struct record_entity entity = {
		.scope = str_from(scope),
		.key = str_from(key),
		.kind = str_from(kind),
		.name = str_from(name),
		.flags = flags,
		.source = { STR_LIT("in.json"), 1 },
	};

	builder_add_entity(b, &entity);
}

static inline void world_add_relation(struct builder *b, const char *scope,
	const char *from, enum record_relation_type type, const char *to)
{
	struct record_relation relation = { .scope = str_from(scope),
		.from = str_from(from),
		.to = str_from(to),
		.type = type };

	builder_add_relation(b, &relation);
}

/* Seal it and write it as one commit. Frees the builder. */
static inline void world_commit(struct store *store, struct builder *b, int64_t now)
{
	struct store_write *w = NULL;
	struct err e = { 0 };

	if (builder_seal(b, &e) < 0 ||
		store_begin(&w, store, WORLD_LOCK_MS, STR_LIT("catalog-1"), now, &e) <
			0 ||
		builder_write(b, w, &e) < 0 || store_commit(w, &e) < 0)
		fail_msg("%s", e.text);
	builder_free(b);
}

/*
 * A small scope with one of everything: an account, a user called `name` with an inline
 * document, a bucket that lets `principal` in, and a policy that belongs to the provider.
 */
static inline struct builder *world_scope(
	const char *account, const char *name, const char *principal)
{
	char scope[64], root[64], user[128], bucket[64], text[256];
	struct builder *b;
	struct buf grant = { 0 }, open = { 0 };

	snprintf(scope, sizeof(scope), "aws:%s", account);
	snprintf(root, sizeof(root), "arn:aws:iam::%s:root", account);
	snprintf(user, sizeof(user), "arn:aws:iam::%s:user/%s", account, name);
	snprintf(bucket, sizeof(bucket), "arn:aws:s3:::bucket-%s", account);
	b = builder_new(str_from(scope));
	builder_set_scope(b,
		&(struct record_scope){ .id = str_from(scope), .key = str_from(root) });
	world_add_entity(b, scope, root, "aws:account", account, ENTITY_CONTAINER);
	world_add_entity(b, scope, user, "aws:iam:user", name, ENTITY_IDENTITY);
	world_add_entity(b, scope, bucket, "aws:s3:bucket", "data", 0);
	world_add_entity(b, scope, "arn:aws:iam::aws:policy/Shared", "aws:iam:policy",
		"Shared", ENTITY_POLICY | ENTITY_SHARED);
	world_pattern_document(&grant, "arn:aws:s3:::*", 3, 0, NULL);
	world_pattern_document(
		&open, NULL, DOCUMENT_ANY_SERVICE, DOCUMENT_ANY_RESOURCE, principal);
	world_add_document(b, scope, user, "inline", LAYER_IDENTITY,
		"{\"Effect\":\"Allow\"}", buf_str(&grant));
	snprintf(text, sizeof(text), "{\"Principal\":\"%s\"}", principal);
	world_add_document(
		b, scope, bucket, "bucket policy", LAYER_RESOURCE, text, buf_str(&open));
	buf_release(&grant);
	buf_release(&open);
	return b;
}

static inline void world_finding(void *ctx, const char *finding)
{
	uint32_t *count = ctx;

	assert_non_null(finding);
	(*count)++;
}

/* The number of findings; none means that the check said so too. */
static inline uint32_t world_check(struct store *store)
{
	uint32_t count = 0;
	struct err e = { 0 };
	int rc = store_check(store, world_finding, &count, &e);

	assert_true((rc == 0) == (count == 0));
	return count;
}

#endif
