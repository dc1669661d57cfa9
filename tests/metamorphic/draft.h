/*
 * draft.h - a world as a list of records that can be changed.
 *
 * Strings of the records are borrowed from the stream that was read, from the draft that
 * was copied, or lie in the draft's own arena.
 */
#ifndef TESTS_METAMORPHIC_DRAFT_H
#define TESTS_METAMORPHIC_DRAFT_H

#include "base/record.h"

struct draft {
	struct arena arena;
	struct buf records; /* of struct record */
};

void draft_read(struct draft *out, struct str stream);
void draft_copy(struct draft *out, const struct draft *d);
void draft_release(struct draft *d);

size_t draft_count(const struct draft *d);
struct record *draft_at(const struct draft *d, size_t i);
void draft_drop(struct draft *d, size_t i);
void draft_insert(struct draft *d, size_t i, const struct record *r);

/* The entity of a key, or NULL. */
const struct record_entity *draft_entity(const struct draft *d, struct str key);

/* Which scope it is of. */
struct str draft_scope(const struct record *r);

/* Append all records. */
void draft_encode(struct buf *out, const struct draft *d);

#endif
