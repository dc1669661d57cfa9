/*
 * store.h - the LMDB environment: create, open, write one scope, check.
 *
 * One directory, 0700, with data.mdb and lock.mdb, 0600. Everything LMDB 0.9.24 does
 * badly is kept out here: the file is checked before LMDB maps it, it is created aside
 * and renamed into place, the map grows only when no transaction is open, a failed commit
 * closes the store to further writes, writers queue on our own lock with a deadline, and
 * network file systems are refused.
 *
 * Threads: one writer at a time (store_begin takes the lock); snapshots may be read by
 * others meanwhile. Processes: any number; one store_open per directory and process.
 */
#ifndef GRAPHSTORE_STORE_H
#define GRAPHSTORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/hash.h"
#include "base/str.h"

struct store;

enum store_mode {
	STORE_READ, /* must exist */
	STORE_WRITE /* created when absent */
};

int store_open(
	struct store **out, const char *directory, enum store_mode mode, struct err *e);
void store_close(struct store *store);

const char *store_directory(const struct store *store);

/*
 * What is doubtful about the place of the store, as one line, or "". Borrowed until
 * close.
 */
const char *store_warning(const struct store *store);

/*
 * The digest of the catalogue that compiled the store; empty for a new store. Borrowed
 * until close.
 */
struct str store_catalog(const struct store *store);

/*
 * A write: all that is put between begin and commit becomes visible at once, or not at
 * all. Waits at most lock_timeout_ms for another writer ("locked by process P since T").
 * abort accepts NULL.
 */
struct store_write;
int store_begin(struct store_write **out, struct store *store, uint32_t lock_timeout_ms,
	struct str catalog, int64_t now, struct err *e);
int store_commit(struct store_write *w, struct err *e);
void store_abort(struct store_write *w);

/*
 * Commit what was put so far, out of sight, when it has become much: no snapshot refers
 * to it before store_commit. What is left of a write that did not end is deleted by the
 * next one. ERR_IO: the write has failed.
 */
int store_slice(struct store_write *w, struct err *e);

/* How much is much; 0: 64 MiB. */
void store_set_slice(struct store *store, size_t bytes);

/*
 * 1 when the store has a version of the scope (before this write or by it), 0 when not,
 * or an ERR_ code.
 */
int store_has_scope(struct store_write *w, struct str scope, struct err *e);

/* Whether the docs table has the document already, in this write or before. */
bool store_has_document(struct store_write *w, const uint8_t digest[32]);

/*
 * Put a block of texts of documents, packed (packed.h); its number. ERR_LIMIT when there
 * are UINT32_MAX.
 */
int store_put_texts(
	uint32_t *block, struct store_write *w, struct str packed, struct err *e);

/* Where the text of a document is in what was packed. */
struct store_text {
	uint32_t block, offset, size, reserved;
};

/* Whether no document was ever put. */
bool store_has_no_documents(const struct store_write *w);

/*
 * Put a compiled document, unless it is there. `append`: it is not, and all that there
 * are come before it.
 */
int store_put_document(struct store_write *w, const struct sha256 *digest,
	const struct store_text *text, struct str compiled, bool append, struct err *e);

/*
 * Verify everything: LMDB's own structure, checksums, bounds, references across tables.
 * Each finding is told to `each` as one line; 0 when there was none, ERR_CORRUPT
 * otherwise.
 */
int store_check(struct store *store, void (*each)(void *ctx, const char *finding),
	void *ctx, struct err *e);

/* Counts for `status`. */
#define STORE_TABLES 11
struct store_statistics {
	uint64_t file_bytes, used_bytes, scopes, documents, generation;
	struct {
		const char *name; /* static */
		uint64_t entries, bytes;
	} tables[STORE_TABLES];
};
int store_statistics(struct store_statistics *out, struct store *store, struct err *e);

#endif
