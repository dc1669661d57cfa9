/*
 * dictionary_priv.h - sorted byte strings, front-coded, searched in place.
 *
 * Every DICTIONARY_GROUP-th key is written whole, the others as what they share with the
 * key before them and the rest. Bytes: docs/store-format.md, "key dictionary".
 *
 * Invariants: keys ascend strictly in byte order; none is longer than LIMIT_KEY_BYTES.
 * Bytes may come from a damaged file: every function stays inside them, and finds nothing
 * where they make no sense. dictionary_check tells whether they do.
 *
 * Ownership: a dictionary borrows its bytes. Cost: find and bound are O(log n), no
 * memory.
 */
#ifndef GRAPHSTORE_DICTIONARY_PRIV_H
#define GRAPHSTORE_DICTIONARY_PRIV_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/str.h"

#define DICTIONARY_GROUP 16u
#define DICTIONARY_NONE  UINT32_MAX

struct dictionary {
	const uint32_t *starts; /* of each group, in bytes */
	struct str bytes;
	uint32_t count; /* keys */
};

static inline uint32_t dictionary_groups(uint32_t count)
{
	return count / DICTIONARY_GROUP + (count % DICTIONARY_GROUP != 0);
}

/* The index of a key, or DICTIONARY_NONE. */
uint32_t dictionary_find(const struct dictionary *d, struct str key);

/*
 * The first index whose key is not before `key`; with `after_prefix` the first behind all
 * keys that start with it.
 */
uint32_t dictionary_bound(const struct dictionary *d, struct str key, bool after_prefix);

/* Key `index` in the arena; empty when bytes are damaged or the index is too large. */
struct str dictionary_copy(
	const struct dictionary *d, uint32_t index, struct arena *arena);

/* Where a walk over one group stands. */
struct dictionary_walk {
	const uint8_t *next, *end;
	uint32_t left;   /* entries not read yet */
	uint32_t shared; /* of the entry just read */
	struct str rest;
};

/* The key last read: those behind it in its group are near. Zeroed at first. */
struct dictionary_cursor {
	struct dictionary_walk walk;
	uint32_t next; /* index behind the key in `room`; 0: there is none */
	size_t size;
	char room[LIMIT_KEY_BYTES];
};

/* As dictionary_copy, in the cursor's room: valid until the next call. */
struct str dictionary_cursor_get(
	struct dictionary_cursor *c, const struct dictionary *d, uint32_t index);

/* Keys [begin, end) in order; the key is valid during the call. Stops at damage. */
void dictionary_each(const struct dictionary *d, uint32_t begin, uint32_t end,
	void (*each)(void *ctx, uint32_t index, struct str key), void *ctx);

/* Whether every byte is as it must be. */
bool dictionary_check(const struct dictionary *d);

/* Writes one: zero it, add keys in order, take `starts` and `bytes`. */
struct dictionary_builder {
	struct buf starts, bytes;
	struct str last; /* borrowed from the caller until the next key */
	uint32_t count;
};

void dictionary_builder_release(struct dictionary_builder *b);
void dictionary_add(struct dictionary_builder *b, struct str key);

#endif
