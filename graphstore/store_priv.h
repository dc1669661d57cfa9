/*
 * store_priv.h - the environment behind struct store, for the files of this folder that
 * touch LMDB.
 */
#ifndef GRAPHSTORE_STORE_PRIV_H
#define GRAPHSTORE_STORE_PRIV_H

#include <lmdb.h>
#include <pthread.h>
#include <sys/types.h>

#include "graphstore/store.h"

#define STORE_FORMAT      12u
#define STORE_CATALOG_MAX 64u

enum store_table {
	STORE_META,
	STORE_SCOPES,
	STORE_SEGMENTS,
	STORE_SOURCES,
	STORE_KEPT,
	STORE_DOCS,
	STORE_TEXTS,
	STORE_KEYS,
	STORE_NAMES,
	STORE_LINKS,
	STORE_HOPS,
	STORE_TABLE_COUNT
};

/* The one value of the meta table. */
struct store_head {
	uint32_t format, scope_count;
	uint64_t generation;               /* commits so far */
	int64_t time;                      /* of the newest commit */
	uint32_t catalog_size, text_count; /* blocks of texts */
	char catalog[STORE_CATALOG_MAX];
	uint32_t unfinished; /* 1: a write has left values that nothing refers to */
	uint32_t reserved;
};

struct store {
	char *directory;
	enum store_mode mode;
	MDB_env *env;
	MDB_dbi dbi[STORE_TABLE_COUNT];
	pid_t pid; /* of the process that opened it; LMDB does not survive fork */
	pthread_mutex_t mutex; /* guards what follows, and the size of the map */
	uint32_t live;         /* open transactions: while there are, the map stays */
	bool failed;           /* a commit failed: what is on disk is not known */
	size_t slice_bytes;    /* see store_set_slice */
	struct store_head head;
	char warning[256];
};

struct store_write {
	struct store *store;
	MDB_txn *txn;
	int lock;
	struct store_head head, before; /* what it will be, and was */
	bool failed;
	size_t put_bytes; /* since the last slice */
	/* What is for the end of the write; NULL when there is nothing. */
	struct pending *pending;
	struct posting_wait *waiting;
};

/* Say what LMDB said. EIO on a full disk is told as such. */
int store_err(struct err *e, const struct store *store, int mdb_rc, const char *doing);

/*
 * A transaction of the environment, counted; ends with store_txn_end, which aborts what
 * is not committed.
 */
int store_txn_begin(MDB_txn **out, struct store *store, unsigned flags, struct err *e);
void store_txn_end(struct store *store, MDB_txn *txn);

int store_read_head(
	struct store_head *out, const struct store *store, MDB_txn *txn, struct err *e);

#endif
