/*
 * table_priv.h - values of the store's tables, with LMDB's results turned into ours.
 *
 * Everything but the index tables (keys, names, links) lies behind an 8-byte XXH3
 * checksum.
 */
#ifndef GRAPHSTORE_TABLE_PRIV_H
#define GRAPHSTORE_TABLE_PRIV_H

#include "base/buf.h"
#include "graphstore/store_priv.h"

/* Append the value behind its checksum. */
void table_checked(struct buf *out, struct str value);

/* The value without its checksum: 0, or ERR_CORRUPT when the two do not fit. */
int table_verify(struct str *value, struct err *e);

/* As LMDB wants it, which does not write through keys and values that it is given. */
MDB_val table_val(struct str s);

/* One value: 1, 0 when there is none, or an ERR_ code. Borrowed from the map. */
int table_get(struct str *out, const struct store *store, MDB_txn *txn,
	enum store_table table, struct str key, struct err *e);

/* The same for values with a checksum before them, which is verified and skipped. */
int table_get_checked(struct str *out, const struct store *store, MDB_txn *txn,
	enum store_table table, struct str key, struct err *e);

/* Put a value, `flags` as for mdb_put. MDB_KEYEXIST with MDB_NOOVERWRITE is fine. */
int table_put(struct store_write *w, enum store_table table, struct str key,
	struct str value, unsigned flags, struct err *e);

/* Put a value behind its checksum. */
int table_put_checked(struct store_write *w, enum store_table table, struct str key,
	struct str value, unsigned flags, struct err *e);

/* The same for a value in two pieces. */
int table_put_pieces(struct store_write *w, enum store_table table, struct str key,
	const struct str pieces[2], unsigned flags, struct err *e);

/* Delete the key if it is there. */
int table_delete(
	struct store_write *w, enum store_table table, struct str key, struct err *e);

/* Delete all keys that start with the prefix. */
int table_delete_prefix(
	struct store_write *w, enum store_table table, struct str prefix, struct err *e);

/* Big-endian, so that LMDB's byte order is number order. */
static inline void table_number(uint8_t out[4], uint32_t n)
{
	out[0] = (uint8_t)(n >> 24);
	out[1] = (uint8_t)(n >> 16);
	out[2] = (uint8_t)(n >> 8);
	out[3] = (uint8_t)n;
}

static inline uint32_t table_number_read(const uint8_t in[4])
{
	return (uint32_t)in[0] << 24 | (uint32_t)in[1] << 16 | (uint32_t)in[2] << 8 |
	       in[3];
}

/* Key of the tables segments and sources: scope, version, part. */
struct table_place {
	uint8_t bytes[12];
};

static inline struct table_place table_place(
	uint32_t scope, uint32_t version, uint32_t part)
{
	struct table_place k;

	table_number(k.bytes, scope);
	table_number(k.bytes + 4, version);
	table_number(k.bytes + 8, part);
	return k;
}

#endif
