#include "graphstore/scope_priv.h"
#include "graphstore/store_priv.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/limits.h"
#include "graphstore/lock_priv.h"
#include "graphstore/pages_priv.h"
#include "graphstore/pending_priv.h"
#include "graphstore/place_priv.h"
#include "graphstore/posting_priv.h"
#include "graphstore/registry_priv.h"
#include "graphstore/table_priv.h"

#define STORE_MAP_SIZE ((size_t)1 << 38) /* sparse; address space, not memory */
#define STORE_MAP_MIN  ((size_t)1 << 26)
#define STORE_READERS  510u
#define STORE_SLICE    ((size_t)64 << 20) /* put in one transaction; it is memory */

static const char *const table_names[STORE_TABLE_COUNT] = {
	[STORE_META] = "meta",
	[STORE_SCOPES] = "scopes",
	[STORE_SEGMENTS] = "segments",
	[STORE_SOURCES] = "sources",
	[STORE_KEPT] = "kept",
	[STORE_DOCS] = "docs",
	[STORE_TEXTS] = "texts",
	[STORE_KEYS] = "keys",
	[STORE_NAMES] = "names",
	[STORE_LINKS] = "links",
	[STORE_HOPS] = "hops",
};

static bool disk_is_full(const struct store *store)
{
	struct statvfs fs;

	return statvfs(store->directory, &fs) == 0 &&
	       (uint64_t)fs.f_bavail * fs.f_frsize < (uint64_t)1 << 20;
}

int store_err(struct err *e, const struct store *store, int mdb_rc, const char *doing)
{
	enum err_code code = ERR_IO;

	if (mdb_rc == ENOSPC || mdb_rc == EDQUOT ||
		(mdb_rc == EIO && disk_is_full(store)))
		return err_set(e, ERR_IO, "cannot %s: disk full", doing);
	if (mdb_rc == EAGAIN)
		return err_set(e, ERR_IO,
			"cannot %s: a process with the same id in another container has the store open",
			doing);
	if (mdb_rc == MDB_CORRUPTED || mdb_rc == MDB_PAGE_NOTFOUND ||
		mdb_rc == MDB_INVALID || mdb_rc == MDB_VERSION_MISMATCH ||
		mdb_rc == MDB_NOTFOUND || mdb_rc == MDB_INCOMPATIBLE)
		code = ERR_CORRUPT;
	if (mdb_rc == MDB_MAP_FULL || mdb_rc == MDB_READERS_FULL ||
		mdb_rc == MDB_TXN_FULL)
		code = ERR_LIMIT;
	return err_set(e, code, "cannot %s: %s", doing, mdb_strerror(mdb_rc));
}

static int env_new(MDB_env **out, const char *directory, unsigned flags, size_t map_size)
{
	MDB_env *env = NULL;
	int rc = mdb_env_create(&env);

	if (rc != 0)
		return rc;
	rc = mdb_env_set_maxdbs(env, STORE_TABLE_COUNT);
	if (rc == 0)
		rc = mdb_env_set_maxreaders(env, STORE_READERS);
	if (rc == 0)
		rc = mdb_env_set_mapsize(env, map_size);
	if (rc == 0)
		rc = mdb_env_open(env, directory, flags | MDB_NOTLS, 0600);
	if (rc == 0)
		*out = env;
	else
		mdb_env_close(env);
	return rc;
}

/* Open with the largest map that the process may have; no child inherits the file. */
static int env_open(MDB_env **out, const char *directory, unsigned flags)
{
	size_t size = STORE_MAP_SIZE;
	int rc = env_new(out, directory, flags, size), fd = -1;

	/* EINVAL: so says valgrind, whose processes have less room. */
	while ((rc == ENOMEM || rc == EINVAL) && size > STORE_MAP_MIN) {
		size /= 2;
		rc = env_new(out, directory, flags, size);
	}
	if (rc == 0 && mdb_env_get_fd(*out, &fd) == 0)
		fcntl(fd, F_SETFD, FD_CLOEXEC);
	return rc;
}

static int tables_open(MDB_txn *txn, MDB_dbi dbi[STORE_TABLE_COUNT], unsigned flags)
{
	int rc = 0;

	for (int t = 0; rc == 0 && t < STORE_TABLE_COUNT; t++)
		rc = mdb_dbi_open(txn, table_names[t], flags, &dbi[t]);
	return rc;
}

static int first_commit(MDB_env *env)
{
	struct store_head head = { .format = STORE_FORMAT };
	struct buf value = { 0 };
	MDB_dbi dbi[STORE_TABLE_COUNT];
	MDB_val key = table_val(STR_LIT("head")), data;
	MDB_txn *txn = NULL;
	int rc = mdb_txn_begin(env, NULL, 0, &txn);

	if (rc != 0)
		return rc;
	table_checked(&value, (struct str){ (const char *)&head, sizeof(head) });
	data = (MDB_val){ value.n, value.p };
	rc = tables_open(txn, dbi, MDB_CREATE);
	if (rc == 0)
		rc = mdb_put(txn, dbi[STORE_META], &key, &data, 0);
	if (rc == 0)
		rc = mdb_txn_commit(txn);
	else
		mdb_txn_abort(txn);
	buf_release(&value);
	return rc;
}

/* The callback of place_create: an empty store in a directory that nobody knows yet. */
static int fill_new(const char *directory, struct err *e)
{
	MDB_env *env = NULL;
	int rc = env_open(&env, directory, 0);

	if (rc == 0) {
		rc = first_commit(env);
		mdb_env_close(env);
	}
	if (rc == ENOSPC)
		return err_set(e, ERR_IO, "cannot create the store: disk full");
	return rc == 0 ? 0
		       : err_set(e, ERR_IO, "cannot create the store: %s",
				 mdb_strerror(rc));
}

static char *directory_copy(const char *directory)
{
	size_t n = strlen(directory);
	char *copy;

	while (n > 1 && directory[n - 1] == '/')
		n--;
	copy = calloc(1, n + 1);
	if (!copy) {
		fprintf(stderr, "out of memory\n");
		abort();
	}
	memcpy(copy, directory, n);
	return copy;
}

static int prepare(struct store *store, struct err *e)
{
	int there = place_has_store(store->directory, e);

	if (there < 0)
		return there;
	if (there == 0 && store->mode == STORE_READ)
		return err_set(e, ERR_IO, "there is no store in '%s'", store->directory);
	if (there == 0 && place_create(store->directory, fill_new, e) < 0)
		return e->code;
	return place_check(store->directory, store->warning, sizeof(store->warning), e);
}

/* A store of another format, which may have other tables, is known by its head. */
static int start_tables(struct store *store, MDB_txn *txn, struct err *e)
{
	int rc = mdb_dbi_open(txn, table_names[STORE_META], 0, &store->dbi[STORE_META]);

	if (rc == 0 && store_read_head(&store->head, store, txn, e) < 0)
		return e->code;
	if (rc == 0)
		rc = tables_open(txn, store->dbi, 0);
	return rc == 0 ? 0 : store_err(e, store, rc, "open the tables");
}

static int environment_start(struct store *store, struct err *e)
{
	unsigned flags = store->mode == STORE_READ ? MDB_RDONLY : 0;
	MDB_txn *txn = NULL;
	int dead = 0, rc;

	if (place_allocate_lock(store->directory, e) < 0 ||
		pages_preopen(store->directory, e) < 0)
		return e->code;
	rc = env_open(&store->env, store->directory, flags);
	if (rc != 0)
		return store_err(e, store, rc, "open the store");
	mdb_reader_check(store->env, &dead);
	if (store_txn_begin(&txn, store, MDB_RDONLY, e) < 0)
		return e->code;
	rc = start_tables(store, txn, e);
	if (rc == 0) {
		/* Only a commit keeps the table handles for later transactions. */
		mdb_txn_commit(txn);
		txn = NULL;
	}
	store_txn_end(store, txn);
	return rc == 0 ? 0 : e->code;
}

int store_open(
	struct store **out, const char *directory, enum store_mode mode, struct err *e)
{
	struct store *store = calloc(1, sizeof(*store));

	if (!store) {
		fprintf(stderr, "out of memory\n");
		abort();
	}
	store->directory = directory_copy(directory);
	store->mode = mode;
	store->pid = getpid();
	pthread_mutex_init(&store->mutex, NULL);
	if (prepare(store, e) < 0 || registry_add(store->directory, e) < 0)
		goto fail;
	if (environment_start(store, e) < 0) {
		if (store->env)
			mdb_env_close(store->env);
		registry_remove(store->directory);
		goto fail;
	}
	*out = store;
	return 0;
fail:
	err_wrap(e, "store '%s'", store->directory);
	pthread_mutex_destroy(&store->mutex);
	free(store->directory);
	free(store);
	return e->code;
}

void store_close(struct store *store)
{
	if (!store)
		return;
	assert(store->live == 0 || store->pid != getpid());
	if (store->pid == getpid()) {
		mdb_env_close(store->env);
		registry_remove(store->directory);
	}
	pthread_mutex_destroy(&store->mutex);
	free(store->directory);
	free(store);
}

const char *store_directory(const struct store *store)
{
	return store->directory;
}

const char *store_warning(const struct store *store)
{
	return store->warning;
}

struct str store_catalog(const struct store *store)
{
	return (struct str){ store->head.catalog, store->head.catalog_size };
}

/*
 * Under the mutex. Another process may have grown the map; ours follows when nobody
 * reads.
 */
static int txn_begin_locked(MDB_txn **out, struct store *store, unsigned flags)
{
	int rc = mdb_txn_begin(store->env, NULL, flags, out);

	if (rc == MDB_MAP_RESIZED && store->live == 0) {
		rc = mdb_env_set_mapsize(store->env, 0);
		if (rc == 0)
			rc = mdb_txn_begin(store->env, NULL, flags, out);
	}
	if (rc == 0)
		store->live++;
	return rc;
}

int store_txn_begin(MDB_txn **out, struct store *store, unsigned flags, struct err *e)
{
	int rc;

	if (store->pid != getpid())
		return err_set(e, ERR_IO,
			"the store was opened by process %ld, before a fork",
			(long)store->pid);
	pthread_mutex_lock(&store->mutex);
	rc = txn_begin_locked(out, store, flags);
	pthread_mutex_unlock(&store->mutex);
	return rc == 0 ? 0 : store_err(e, store, rc, "begin a transaction");
}

void store_txn_end(struct store *store, MDB_txn *txn)
{
	if (store->pid != getpid())
		return;
	if (txn)
		mdb_txn_abort(txn);
	pthread_mutex_lock(&store->mutex);
	assert(store->live > 0);
	store->live--;
	pthread_mutex_unlock(&store->mutex);
}

int store_read_head(
	struct store_head *out, const struct store *store, MDB_txn *txn, struct err *e)
{
	struct str value;
	int rc = table_get_checked(&value, store, txn, STORE_META, STR_LIT("head"), e);

	if (rc < 0)
		return rc;
	if (rc == 0 || value.n < sizeof(out->format))
		return err_set(e, ERR_CORRUPT, "the store has no head");
	/* whatever else changes, the number of the format comes first */
	memcpy(&out->format, value.p, sizeof(out->format));
	if (out->format != STORE_FORMAT)
		return err_set(e, ERR_FORMAT,
			"the store has format %u, expected %u: it has to be made again, "
			"by an ingest into another directory",
			out->format, STORE_FORMAT);
	if (value.n != sizeof(*out))
		return err_set(e, ERR_CORRUPT, "the store has no head");
	memcpy(out, value.p, sizeof(*out));
	if (out->catalog_size > STORE_CATALOG_MAX)
		return err_set(e, ERR_CORRUPT, "the store's head is damaged");
	return 0;
}

/* Double the map while more than half of it is used. Nobody may hold a transaction. */
static void grow_map(struct store *store)
{
	MDB_envinfo info;
	MDB_stat stat;

	pthread_mutex_lock(&store->mutex);
	if (store->live == 0 && mdb_env_info(store->env, &info) == 0 &&
		mdb_env_stat(store->env, &stat) == 0 &&
		(info.me_last_pgno + 1) * stat.ms_psize > info.me_mapsize / 2)
		mdb_env_set_mapsize(store->env, info.me_mapsize * 2);
	pthread_mutex_unlock(&store->mutex);
}

static int catalog_check(struct store_head *head, struct str catalog, struct err *e)
{
	struct str have = { head->catalog, head->catalog_size };

	if (catalog.n > STORE_CATALOG_MAX)
		return err_set(e, ERR_LIMIT, "catalogue digest has %zu bytes, at most %u",
			catalog.n, STORE_CATALOG_MAX);
	if (have.n > 0 && head->scope_count > 0 && !str_eq(have, catalog))
		return err_set(e, ERR_FORMAT,
			"the store was compiled with another action catalogue: it has to be made again");
	memcpy(head->catalog, catalog.p, catalog.n);
	head->catalog_size = (uint32_t)catalog.n;
	return 0;
}

static int write_start(struct store_write *w, uint32_t lock_timeout_ms,
	struct str catalog, int64_t now, struct err *e)
{
	int dead = 0;

	w->lock = lock_take(w->store->directory, lock_timeout_ms, now, e);
	if (w->lock < 0)
		return e->code;
	mdb_reader_check(w->store->env, &dead);
	grow_map(w->store);
	if (store_txn_begin(&w->txn, w->store, 0, e) < 0 ||
		store_read_head(&w->head, w->store, w->txn, e) < 0)
		return e->code;
	w->before = w->head;
	if (pending_clean(w, e) < 0)
		return e->code;
	w->before.text_count = w->head.text_count;
	w->head.generation++;
	w->head.time = now;
	return catalog_check(&w->head, catalog, e);
}

int store_begin(struct store_write **out, struct store *store, uint32_t lock_timeout_ms,
	struct str catalog, int64_t now, struct err *e)
{
	struct store_write *w;

	if (store->mode != STORE_WRITE)
		return err_set(e, ERR_IO, "the store is open for reading only");
	if (store->pid != getpid())
		return err_set(e, ERR_IO,
			"the store was opened by process %ld, before a fork",
			(long)store->pid);
	if (store->failed)
		return err_set(e, ERR_IO,
			"a commit failed: the store must be opened and checked again");
	w = calloc(1, sizeof(*w));
	if (!w) {
		fprintf(stderr, "out of memory\n");
		abort();
	}
	w->store = store;
	w->lock = -1;
	if (write_start(w, lock_timeout_ms, catalog, now, e) < 0) {
		store_abort(w);
		return e->code;
	}
	*out = w;
	return 0;
}

int store_commit(struct store_write *w, struct err *e)
{
	struct str head = { (const char *)&w->head, sizeof(w->head) };
	int rc;

	if (w->failed)
		err_set(e, ERR_IO, "a part of the write failed: nothing was committed");
	else if (pending_flush(w, e) < 0)
		w->failed = true;
	else
		table_put_checked(w, STORE_META, STR_LIT("head"), head, 0, e);
	if (w->failed) {
		store_abort(w);
		return e->code;
	}
	rc = mdb_txn_commit(w->txn);
	if (rc != 0) {
		w->store->failed = true;
		store_err(e, w->store, rc, "commit");
	} else {
		w->store->head = w->head;
	}
	store_txn_end(w->store, NULL);
	lock_drop(w->lock);
	free(w);
	return rc == 0 ? 0 : e->code;
}

void store_set_slice(struct store *store, size_t bytes)
{
	store->slice_bytes = bytes;
}

/* The head of before, but for what tells the next write that this one was here. */
static int slice_commit(struct store_write *w, struct err *e)
{
	struct store_head head = w->before;
	int rc;

	head.text_count = w->head.text_count;
	head.unfinished = 1;
	if (table_put_checked(w, STORE_META, STR_LIT("head"),
		    (struct str){ (const char *)&head, sizeof(head) }, 0, e) < 0)
		return e->code;
	rc = mdb_txn_commit(w->txn);
	w->txn = NULL;
	store_txn_end(w->store, NULL);
	if (rc != 0) {
		w->store->failed = true;
		return store_err(e, w->store, rc, "commit");
	}
	w->put_bytes = 0;
	grow_map(w->store);
	return store_txn_begin(&w->txn, w->store, 0, e);
}

int store_slice(struct store_write *w, struct err *e)
{
	size_t most = w->store->slice_bytes > 0 ? w->store->slice_bytes : STORE_SLICE;

	if (w->failed || w->put_bytes < most)
		return 0;
	w->failed = true;
	if (slice_commit(w, e) < 0)
		return e->code;
	w->failed = false;
	return 0;
}

void store_abort(struct store_write *w)
{
	if (!w)
		return;
	if (w->txn)
		store_txn_end(w->store, w->txn);
	posting_wait_free(w->waiting);
	pending_free(w->pending);
	lock_drop(w->lock);
	free(w);
}

int store_has_scope(struct store_write *w, struct str scope, struct err *e)
{
	uint32_t number;

	if (pending_has(w, scope))
		return 1;
	return scope_find(&number, w->store, w->txn, scope, e);
}

bool store_has_document(struct store_write *w, const uint8_t digest[32])
{
	struct str key = { (const char *)digest, 32 }, value;
	struct err ignored = { 0 };

	return table_get(&value, w->store, w->txn, STORE_DOCS, key, &ignored) == 1;
}

int store_put_texts(
	uint32_t *block, struct store_write *w, struct str packed, struct err *e)
{
	uint8_t key[4];

	if (w->head.text_count == UINT32_MAX)
		return err_set(e, ERR_LIMIT, "the store has %u blocks of texts",
			w->head.text_count);
	*block = w->head.text_count++;
	table_number(key, *block);
	return table_put_checked(w, STORE_TEXTS,
		(struct str){ (const char *)key, sizeof(key) }, packed, MDB_APPEND, e);
}

bool store_has_no_documents(const struct store_write *w)
{
	return w->head.text_count == 0;
}

int store_put_document(struct store_write *w, const struct sha256 *digest,
	const struct store_text *text, struct str compiled, bool append, struct err *e)
{
	const struct str pieces[] = { { (const char *)text, sizeof(*text) }, compiled };
	struct str key = { (const char *)digest->bytes, sizeof(digest->bytes) };

	return table_put_pieces(
		w, STORE_DOCS, key, pieces, append ? MDB_APPEND : MDB_NOOVERWRITE, e);
}

_Static_assert(STORE_TABLES == STORE_TABLE_COUNT, "each table has its statistics");

static int measure_tables(struct store_statistics *out, const struct store *store,
	MDB_txn *txn, struct err *e)
{
	for (size_t i = 0; i < STORE_TABLE_COUNT; i++) {
		MDB_stat stat;
		int rc = mdb_stat(txn, store->dbi[i], &stat);

		if (rc != 0)
			return store_err(e, store, rc, "read the statistics");
		out->tables[i].name = table_names[i];
		out->tables[i].entries = stat.ms_entries;
		out->tables[i].bytes = (uint64_t)stat.ms_psize *
				       (stat.ms_branch_pages + stat.ms_leaf_pages +
					       stat.ms_overflow_pages);
	}
	out->documents = out->tables[STORE_DOCS].entries;
	return 0;
}

int store_statistics(struct store_statistics *out, struct store *store, struct err *e)
{
	struct store_head head;
	MDB_txn *txn = NULL;
	MDB_envinfo info;
	MDB_stat stat;
	struct stat file;
	int fd = -1;

	*out = (struct store_statistics){ 0 };
	if (store_txn_begin(&txn, store, MDB_RDONLY, e) < 0)
		return e->code;
	mdb_env_get_fd(store->env, &fd);
	mdb_env_info(store->env, &info);
	mdb_env_stat(store->env, &stat);
	if (fstat(fd, &file) < 0)
		err_set(e, ERR_IO, "cannot look at the data file: %s", strerror(errno));
	else if (store_read_head(&head, store, txn, e) == 0 &&
		 measure_tables(out, store, txn, e) == 0) {
		out->file_bytes = (uint64_t)file.st_size;
		out->used_bytes = (info.me_last_pgno + 1) * (uint64_t)stat.ms_psize;
		out->scopes = head.scope_count;
		out->generation = head.generation;
	}
	store_txn_end(store, txn);
	return out->file_bytes > 0 ? 0 : e->code;
}
