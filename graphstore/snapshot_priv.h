/*
 * snapshot_priv.h - opening segments inside a transaction; shared by snapshot, builder
 * and check.
 */
#ifndef GRAPHSTORE_SNAPSHOT_PRIV_H
#define GRAPHSTORE_SNAPSHOT_PRIV_H

#include "graphstore/scope_priv.h"
#include "graphstore/segment_priv.h"
#include "graphstore/snapshot.h"
#include "graphstore/table_priv.h"

/*
 * Open one version of a scope's segment. Its bytes stay in the map; what LMDB did not
 * align is copied into the arena.
 */
int snapshot_open_segment(struct segment *out, const struct store *store, MDB_txn *txn,
	uint32_t scope, uint32_t version, struct arena *arena, struct err *e);

/* The transaction of a snapshot; it stays the snapshot's. */
/* A checked value, aligned to 8: 1, 0 when there is none, or an ERR_ code. */
int snapshot_value(struct str *out, struct snapshot *snap, enum store_table table,
	struct str key, struct err *e);

MDB_txn *snapshot_txn(const struct snapshot *snap);

/* Whether there may be values that nothing refers to (store_slice). */
bool snapshot_is_unfinished(const struct snapshot *snap);

/* How many blocks of texts there are. */
uint32_t snapshot_text_count(const struct snapshot *snap);

/*
 * A snapshot in a transaction that was begun already and belongs to it now, also when
 * this fails.
 */
int snapshot_begin_in(
	struct snapshot **out, struct store *store, MDB_txn *txn, struct err *e);

#endif
