/*
 * snapshot.h - a read-only view of the store at one commit: the current segment of each
 * scope.
 *
 * Lifetime: every str and segment got here points into the LMDB map and is valid until
 * snapshot_end. Cost: begin is O(1) and reads nothing; scopes are listed and segments
 * opened when first asked for. An open snapshot pins the pages freed after it began, so
 * take one per query.
 *
 * Threads: used by one at a time.
 */
#ifndef GRAPHSTORE_SNAPSHOT_H
#define GRAPHSTORE_SNAPSHOT_H

#include "base/err.h"
#include "base/str.h"
#include "graphstore/segment.h"
#include "graphstore/store.h"

struct snapshot;

/* Scopes are numbered densely in the order in which the store first saw them. */
typedef uint32_t scope_number;

int snapshot_begin(struct snapshot **out, struct store *store, struct err *e);
void snapshot_end(struct snapshot *snap);

/* The newest commit's counter and time (seconds since 1970; 0 for an empty store). */
uint64_t snapshot_generation(const struct snapshot *snap);
int64_t snapshot_time(const struct snapshot *snap);

uint32_t snapshot_scope_count(struct snapshot *snap);

/* The scope's current segment, opened once; number < snapshot_scope_count. */
int snapshot_segment(
	struct segment **out, struct snapshot *snap, scope_number n, struct err *e);

/*
 * 1 and its number when the store has the scope "aws:111122223333", else 0, or an ERR_
 * code.
 */
int snapshot_find_scope(
	scope_number *out, struct snapshot *snap, struct str scope, struct err *e);

/*
 * Where an entity is: 1 and its scope and local id, 0 when no scope has an entity of that
 * key. When several scopes have it (shared entities, accounts), the first by number that
 * has it as its own.
 */
int snapshot_find_key(scope_number *scope, entity_id *id, struct snapshot *snap,
	struct str key, struct err *e);

/* Every scope that has an entity of that key, as its own or not; some perhaps twice. */
int snapshot_each_place(struct snapshot *snap, struct str key,
	void (*each)(void *ctx, scope_number scope), void *ctx, struct err *e);

/*
 * Entities by short name (exact, folded): calls `each` for each, in (scope, id) order,
 * until it returns false.
 */
int snapshot_find_name(struct snapshot *snap, struct str name,
	bool (*each)(void *ctx, scope_number scope, entity_id id), void *ctx,
	struct err *e);

/*
 * The scopes whose policies name a principal (text as in struct segment_principal), in
 * scope order: how one finds, of 10,000 accounts, the few that let somebody in.
 */
int snapshot_links(struct snapshot *snap, struct str principal,
	bool (*each)(void *ctx, scope_number scope), void *ctx, struct err *e);

/*
 * A block of the records that were kept of the scope's current version (builder_keep), in
 * their order, of documents with "sha256:" and the digest's digits as their body; borrowed
 * until the snapshot ends. 1, 0 when there are no more, or an ERR_ code.
 */
int snapshot_kept(struct str *out, struct snapshot *snap, scope_number scope,
	uint32_t block, struct err *e);

/*
 * A document's compiled bytes by its digest; borrowed until the snapshot ends. 0, or
 * ERR_CORRUPT when the store has none.
 */
int snapshot_compiled(struct str *out, struct snapshot *snap, const struct sha256 *digest,
	struct err *e);

#endif
