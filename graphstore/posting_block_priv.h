/*
 * posting_block_priv.h - the postings whose hashes begin alike, as one value of an index
 * table.
 *
 * Bytes: docs/store-format.md, "index tables". Entries ascend by key. A reader stops at
 * bytes that make no sense; posting_block_next tells that from the end.
 *
 * Ownership: entries borrow the block. Cost: reading is one walk.
 */
#ifndef GRAPHSTORE_POSTING_BLOCK_PRIV_H
#define GRAPHSTORE_POSTING_BLOCK_PRIV_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"

#define POSTING_BLOCK_KEY 2u /* bytes of the hash that name the block */
#define POSTING_HASH_SIZE 6u
#define POSTING_KEY_SIZE  (POSTING_HASH_SIZE + 4)

struct posting_entry {
	uint8_t key[POSTING_KEY_SIZE]; /* hash, scope (big-endian) */
	uint32_t scope, count;
	struct str items; /* as written: see posting_block_items */
};

/*
 * The next entry of a block with the name `key`: 1, 0 at its end, -1 where it is damaged.
 */
int posting_block_next(struct posting_entry *out, struct str *left, const uint8_t *key);

/* Append the entry's numbers as uint32_t; false when they are damaged. */
bool posting_block_items(struct buf *out, const struct posting_entry *entry);

/* Append an entry with these numbers, or one as it was read. */
void posting_block_add(
	struct buf *block, const uint8_t *key, const uint32_t *items, uint32_t count);
void posting_block_copy(struct buf *block, const struct posting_entry *entry);

#endif
