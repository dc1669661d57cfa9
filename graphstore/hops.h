/*
 * hops.h - the hop index as the store keeps it: checked values that the engine writes
 * after an ingest and reads in place. What they mean is the engine's.
 *
 * A head says of which commit the index is; any later ingest makes it stale without
 * touching it. A value has two numbers for a name: what it is of and which one.
 *
 * Lifetime of what is read: as of snapshot.h.
 */
#ifndef GRAPHSTORE_HOPS_H
#define GRAPHSTORE_HOPS_H

#include "graphstore/snapshot.h"

struct hops_head {
	uint64_t generation; /* of the commit that it was made from */
	uint64_t rules;      /* digest of what else it was made by */
};

enum hops_type {
	HOPS_PART = 'p', /* scope, part */
	HOPS_FROM = 'f'  /* scope, 0 */
};

struct hops_name {
	enum hops_type type;
	uint32_t scope, number;
};

/* 1 when there is an index of the snapshot's own commit, 0 when not, or an ERR_ code. */
int hops_head(struct hops_head *out, struct snapshot *snap, struct err *e);

/* The same, of whatever commit. */
int hops_any_head(struct hops_head *out, struct snapshot *snap, struct err *e);

/* A value, aligned to 8: 1, 0 when there is none, or an ERR_ code. */
int hops_get(
	struct str *out, struct snapshot *snap, struct hops_name name, struct err *e);

/*
 * A write of the index alone: store_begin and store_commit around it, but the commit
 * counter stays. 1, or 0 without a write when the store is not at `generation` any more.
 */
struct hops_write;
int hops_begin(struct hops_write **out, struct store *store, uint32_t lock_timeout_ms,
	uint64_t generation, struct err *e);
int hops_put(
	struct hops_write *w, struct hops_name name, struct str value, struct err *e);

/* Delete all values of the type and scope whose number is not below `first`. */
int hops_delete_from(struct hops_write *w, struct hops_name first, struct err *e);

/* Put the head (NULL: it stays) and commit. */
int hops_commit(struct hops_write *w, const struct hops_head *head, struct err *e);
void hops_abort(struct hops_write *w);

#endif
