/*
 * scope_priv.h - the store's table of scopes: names, numbers, versions.
 *
 * Three kinds of keys: 'n' number -> the scope; 't' hash of its id -> number; 'i' hash of
 * its native id (behind the first colon), number -> nothing. Bytes: docs/store-format.md,
 * "scopes".
 */
#ifndef GRAPHSTORE_SCOPE_PRIV_H
#define GRAPHSTORE_SCOPE_PRIV_H

#include <stdbool.h>

#include "base/hash.h"
#include "graphstore/table_priv.h"

#define SCOPE_VERSIONS 3u /* kept, the newest one is the current one */

struct scope_version {
	uint32_t version, part_count, block_count, reserved;
	int64_t collected_at, written_at;
};

/* The value of key 'n', followed by the scope's id. */
struct scope_entry {
	uint32_t number, version_count;
	struct scope_version versions[SCOPE_VERSIONS]; /* newest first */
};

/*
 * The entry of a number; `id` is borrowed from the map. ERR_CORRUPT when there is none.
 */
int scope_read(struct scope_entry *out, struct str *id, const struct store *store,
	MDB_txn *txn, uint32_t number, struct err *e);

/* 1 and its number, 0 when the store does not know the scope, or an ERR_ code. */
int scope_find(uint32_t *out, const struct store *store, MDB_txn *txn, struct str id,
	struct err *e);

int scope_write(struct store_write *w, const struct scope_entry *entry, struct str id,
	struct err *e);

/* The part of a scope's id that its keys may name. */
static inline struct str scope_native(struct str id)
{
	return str_skip(id, str_find_char(id, ':', 0) + 1);
}

/* The next piece of a key between ':' and '/', from *at on; false behind the last one. */
bool scope_piece(struct str *out, struct str key, size_t *at);

/* Whether a piece of the key is the native id, so that the key leads to the scope. */
bool scope_is_named(struct str native, struct str key);

/*
 * Calls `each` for every scope with this native id, until it returns other than 0; that
 * is the result.
 */
int scope_each_native(const struct store *store, MDB_txn *txn, struct str native,
	int (*each)(void *ctx, uint32_t number, struct err *e), void *ctx, struct err *e);

/* 16 bytes of a hash, big-endian. */
void scope_hash(uint8_t out[16], struct str s);

#endif
