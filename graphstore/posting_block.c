#include "graphstore/posting_block_priv.h"

#include <string.h>

#define REST (POSTING_HASH_SIZE - POSTING_BLOCK_KEY) /* of the hash, in the block */

static void add_number(struct buf *out, uint32_t value)
{
	while (value >= 0x80) {
		buf_add_char(out, (char)((value & 0x7f) | 0x80));
		value >>= 7;
	}
	buf_add_char(out, (char)value);
}

static bool read_number(struct str *left, uint32_t *out)
{
	uint32_t value = 0;

	for (unsigned shift = 0; shift < 35; shift += 7) {
		uint8_t byte;

		if (left->n == 0)
			return false;
		byte = (uint8_t)left->p[0];
		if (shift == 28 && byte > 15)
			return false;
		*left = str_skip(*left, 1);
		value |= (uint32_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80)) {
			*out = value;
			return true;
		}
	}
	return false;
}

static uint32_t scope_of(const uint8_t *key)
{
	const uint8_t *p = key + POSTING_HASH_SIZE;

	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

int posting_block_next(struct posting_entry *out, struct str *left, const uint8_t *key)
{
	uint32_t ignored;

	if (left->n == 0)
		return 0;
	if (left->n < REST)
		return -1;
	memcpy(out->key, key, POSTING_BLOCK_KEY);
	memcpy(out->key + POSTING_BLOCK_KEY, left->p, REST);
	*left = str_skip(*left, REST);
	if (!read_number(left, &out->scope) || !read_number(left, &out->count) ||
		out->count > left->n)
		return -1;
	for (unsigned i = 0; i < 4; i++)
		out->key[POSTING_HASH_SIZE + i] = (uint8_t)(out->scope >> (24 - 8 * i));
	out->items = *left;
	for (uint32_t i = 0; i < out->count; i++) {
		if (!read_number(left, &ignored))
			return -1;
	}
	out->items.n -= left->n;
	return 1;
}

bool posting_block_items(struct buf *out, const struct posting_entry *entry)
{
	struct str left = entry->items;

	for (uint32_t i = 0; i < entry->count; i++) {
		uint32_t value;

		if (!read_number(&left, &value))
			return false;
		VEC_ADD(out, uint32_t, value);
	}
	return left.n == 0;
}

static void add_head(struct buf *block, const uint8_t *key, uint32_t count)
{
	buf_add(block, key + POSTING_BLOCK_KEY, REST);
	add_number(block, scope_of(key));
	add_number(block, count);
}

void posting_block_add(
	struct buf *block, const uint8_t *key, const uint32_t *items, uint32_t count)
{
	add_head(block, key, count);
	for (uint32_t i = 0; i < count; i++)
		add_number(block, items[i]);
}

void posting_block_copy(struct buf *block, const struct posting_entry *entry)
{
	add_head(block, entry->key, entry->count);
	buf_add_str(block, entry->items);
}
