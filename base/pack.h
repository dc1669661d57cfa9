/*
 * pack.h - read msgpack from foreign bytes, one token at a time, and write it.
 *
 * msgpack-c writes. Its unpacker trusts the count in an array or map header and
 * reserves gigabytes for five bytes, so reading has a cursor of its own, which allocates
 * nothing: a container is a token with a count, and who reads it takes that many values
 * after it.
 *
 * Functions return 1 when they read something, 0 when the bytes end first (the cursor
 * may have moved: keep the old position to try again), and an ERR_ code with the byte
 * offset.
 *
 * Lifetime: text of a token is borrowed from the cursor's bytes.
 */
#ifndef BASE_PACK_H
#define BASE_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

struct pack_cursor {
	struct str bytes;
	size_t at;
	size_t start; /* of the record, for messages */
	bool known;   /* texts were found to be UTF-8 before */
	struct err *e;
};

enum pack_type {
	PACK_NIL,
	PACK_BOOL,
	PACK_INT,
	PACK_FLOAT,
	PACK_TEXT,
	PACK_BYTES,
	PACK_ARRAY,
	PACK_MAP
};

struct pack_token {
	enum pack_type type;
	bool negative;   /* PACK_INT: value is the two's complement */
	uint64_t value;  /* bool, int; array and map: how many items or pairs */
	struct str text; /* text and bytes */
};

/* ERR_FORMAT that names the byte and the record. */
int pack_fail(const struct pack_cursor *c, const char *what);

/* The next token. */
int pack_take(struct pack_cursor *c, struct pack_token *out);

/* Write one value in its shortest form; of a container only how many values follow. */
void pack_put_uint(struct buf *out, uint64_t value);
void pack_put_int(struct buf *out, int64_t value);
void pack_put_true(struct buf *out);
void pack_put_text(struct buf *out, struct str s);
void pack_put_array(struct buf *out, uint32_t count);
void pack_put_map(struct buf *out, uint32_t count);

/* Step over one value, whatever it is; ERR_LIMIT below LIMIT_RECORD_DEPTH. */
int pack_skip(struct pack_cursor *c);

#endif
