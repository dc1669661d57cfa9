/*
 * posting_priv.h - the index tables over all scopes: keys, names, links.
 *
 * A posting is (hash of a text, scope) -> value; a scope's postings follow from its
 * current segment alone, so replacing a segment deletes what the old one said and the new
 * one does not. Bytes: docs/store-format.md, "index tables". Hashes find candidates; the
 * segment decides.
 */
#ifndef GRAPHSTORE_POSTING_PRIV_H
#define GRAPHSTORE_POSTING_PRIV_H

#include "graphstore/posting_block_priv.h"
#include "graphstore/segment_priv.h"
#include "graphstore/table_priv.h"

/* How good an answer "this scope has the key" is; the smaller the better. */
enum posting_rank {
	POSTING_CONTAINER, /* the scope is that entity */
	POSTING_OWN,
	POSTING_SHARED /* shared with other scopes, or only named */
};

/* One posting; its value is items [first, first + count) of the set. */
struct posting {
	uint8_t key[POSTING_KEY_SIZE]; /* hash, scope */
	uint32_t first, count;
};

struct posting_set {
	struct buf postings; /* ascending by key */
	struct buf items;    /* uint32_t */
};

void posting_set_release(struct posting_set *set);

/* What a segment says in one of the three tables. */
void posting_collect(struct posting_set *out, const struct segment *s, uint32_t scope,
	enum store_table table);

/* Bring the table from what `old` said to what `new` says. */
int posting_replace(struct store_write *w, const struct segment *old,
	const struct segment *new, uint32_t scope, enum store_table table, struct err *e);

/*
 * What the segment of a new scope says waits for the end of the write, so that it goes
 * into the table in the order of its keys.
 */
int posting_defer(struct store_write *w, const struct segment *new, uint32_t scope,
	enum store_table table, struct err *e);

/* NULL is allowed. */
void posting_wait_free(struct posting_wait *wait);

/*
 * Delete what a block says of scopes from `count` on. 1: it says nothing of them, and is
 * as it was; 0 or an ERR_ code.
 */
int posting_clean(struct store_write *w, enum store_table table, struct str key,
	uint32_t count, struct err *e);

/* Put what waits. */
int posting_flush(struct store_write *w, struct err *e);

enum posting_rank posting_rank(const struct segment *s, entity_id id, struct str key);

/*
 * Walk the postings of one text: `each` until it returns other than 0, which is the
 * result.
 */
int posting_each(const struct store *store, MDB_txn *txn, enum store_table table,
	struct str text,
	int (*each)(void *ctx, uint32_t scope, struct str value, struct err *e),
	void *ctx, struct err *e);

#endif
