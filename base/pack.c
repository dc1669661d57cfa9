#include "base/pack.h"

#include <assert.h>

#include "base/limits.h"

int pack_fail(const struct pack_cursor *c, const char *what)
{
	return err_set(c->e, ERR_FORMAT, "byte %zu: record at byte %zu: %s", c->at,
		c->start, what);
}

static int take_be(struct pack_cursor *c, unsigned size, uint64_t *out)
{
	uint64_t v = 0;

	if (c->bytes.n - c->at < size)
		return 0;
	for (unsigned i = 0; i < size; i++)
		v = v << 8 | (unsigned char)c->bytes.p[c->at + i];
	c->at += size;
	*out = v;
	return 1;
}

static int take_run(struct pack_cursor *c, struct pack_token *out, unsigned size_bytes)
{
	uint64_t n = out->value;
	int rc = size_bytes > 0 ? take_be(c, size_bytes, &n) : 1;

	if (rc <= 0)
		return rc;
	if (n > LIMIT_RECORD_BYTES)
		return err_set(c->e, ERR_LIMIT,
			"byte %zu: string of %llu bytes is longer than LIMIT_RECORD_BYTES (%u)",
			c->at, (unsigned long long)n, LIMIT_RECORD_BYTES);
	if (c->bytes.n - c->at < n)
		return 0;
	out->text = (struct str){ c->bytes.p + c->at, (size_t)n };
	c->at += (size_t)n;
	return 1;
}

static int take_int(
	struct pack_cursor *c, struct pack_token *out, unsigned size, bool is_signed)
{
	int rc = take_be(c, size, &out->value);

	if (rc <= 0 || !is_signed)
		return rc;
	if (out->value >> (8 * size - 1)) {
		out->negative = true;
		if (size < 8)
			out->value |= UINT64_MAX << (8 * size);
	}
	return 1;
}

/* Tokens whose first byte holds their value or count. */
static int take_short(struct pack_cursor *c, unsigned char first, struct pack_token *out)
{
	if (first < 0x80) {
		*out = (struct pack_token){ .type = PACK_INT, .value = first };
		return 1;
	}
	if (first >= 0xe0) {
		*out = (struct pack_token){ .type = PACK_INT,
			.negative = true,
			.value = UINT64_MAX << 8 | first };
		return 1;
	}
	if (first < 0x90) {
		*out = (struct pack_token){ .type = PACK_MAP, .value = first & 0x0fu };
		return 1;
	}
	if (first < 0xa0) {
		*out = (struct pack_token){ .type = PACK_ARRAY, .value = first & 0x0fu };
		return 1;
	}
	*out = (struct pack_token){ .type = PACK_TEXT, .value = first & 0x1fu };
	return take_run(c, out, 0);
}

int pack_take(struct pack_cursor *c, struct pack_token *out)
{
	unsigned char first;

	if (c->at >= c->bytes.n)
		return 0;
	first = (unsigned char)c->bytes.p[c->at++];
	if (first < 0xc0 || first >= 0xe0)
		return take_short(c, first, out);
	*out = (struct pack_token){ 0 };
	switch (first) {
	case 0xc0:
		return 1;
	case 0xc2:
	case 0xc3:
		out->type = PACK_BOOL;
		out->value = first & 1u;
		return 1;
	case 0xc4:
	case 0xc5:
	case 0xc6:
		out->type = PACK_BYTES;
		return take_run(c, out, 1u << (first - 0xc4));
	case 0xca:
	case 0xcb:
		out->type = PACK_FLOAT;
		return take_be(c, first == 0xca ? 4 : 8, &out->value);
	case 0xcc:
	case 0xcd:
	case 0xce:
	case 0xcf:
		out->type = PACK_INT;
		return take_int(c, out, 1u << (first - 0xcc), false);
	case 0xd0:
	case 0xd1:
	case 0xd2:
	case 0xd3:
		out->type = PACK_INT;
		return take_int(c, out, 1u << (first - 0xd0), true);
	case 0xd9:
	case 0xda:
	case 0xdb:
		out->type = PACK_TEXT;
		return take_run(c, out, 1u << (first - 0xd9));
	case 0xdc:
	case 0xdd:
		out->type = PACK_ARRAY;
		return take_be(c, first == 0xdc ? 2 : 4, &out->value);
	case 0xde:
	case 0xdf:
		out->type = PACK_MAP;
		return take_be(c, first == 0xde ? 2 : 4, &out->value);
	default:
		c->at--;
		return pack_fail(c, "no msgpack value that records use");
	}
}

/* A first byte and a big-endian number of `size` bytes behind it. */
static void put_be(struct buf *out, unsigned first, uint64_t value, unsigned size)
{
	char bytes[9];

	bytes[0] = (char)first;
	for (unsigned i = size; i > 0; i--) {
		bytes[i] = (char)(value & 0xff);
		value >>= 8;
	}
	buf_add(out, bytes, size + 1);
}

void pack_put_uint(struct buf *out, uint64_t value)
{
	if (value < 0x80)
		buf_add_char(out, (char)value);
	else if (value <= UINT8_MAX)
		put_be(out, 0xcc, value, 1);
	else if (value <= UINT16_MAX)
		put_be(out, 0xcd, value, 2);
	else if (value <= UINT32_MAX)
		put_be(out, 0xce, value, 4);
	else
		put_be(out, 0xcf, value, 8);
}

void pack_put_int(struct buf *out, int64_t value)
{
	if (value >= 0)
		pack_put_uint(out, (uint64_t)value);
	else if (value >= -32)
		buf_add_char(out, (char)value);
	else if (value >= INT8_MIN)
		put_be(out, 0xd0, (uint64_t)value, 1);
	else if (value >= INT16_MIN)
		put_be(out, 0xd1, (uint64_t)value, 2);
	else if (value >= INT32_MIN)
		put_be(out, 0xd2, (uint64_t)value, 4);
	else
		put_be(out, 0xd3, (uint64_t)value, 8);
}

void pack_put_true(struct buf *out)
{
	buf_add_char(out, (char)0xc3);
}

void pack_put_text(struct buf *out, struct str s)
{
	assert(s.n <= UINT32_MAX);
	if (s.n < 32)
		buf_add_char(out, (char)(0xa0 | s.n));
	else if (s.n <= UINT8_MAX)
		put_be(out, 0xd9, s.n, 1);
	else if (s.n <= UINT16_MAX)
		put_be(out, 0xda, s.n, 2);
	else
		put_be(out, 0xdb, s.n, 4);
	buf_add_str(out, s);
}

/* The three forms of a container: its short one, and those with two and four bytes. */
static void put_count(struct buf *out, unsigned few, unsigned first, uint32_t count)
{
	if (count < 16)
		buf_add_char(out, (char)(few | count));
	else if (count <= UINT16_MAX)
		put_be(out, first, count, 2);
	else
		put_be(out, first + 1, count, 4);
}

void pack_put_array(struct buf *out, uint32_t count)
{
	put_count(out, 0x90, 0xdc, count);
}

void pack_put_map(struct buf *out, uint32_t count)
{
	put_count(out, 0x80, 0xde, count);
}

int pack_skip(struct pack_cursor *c)
{
	uint64_t left[LIMIT_RECORD_DEPTH + 1] = { 1 };
	unsigned depth = 0;

	for (;;) {
		struct pack_token t;
		int rc;

		while (depth > 0 && left[depth] == 0)
			depth--;
		if (left[depth] == 0)
			return 1;
		left[depth]--;
		rc = pack_take(c, &t);
		if (rc <= 0)
			return rc;
		if (t.type != PACK_ARRAY && t.type != PACK_MAP)
			continue;
		if (depth == LIMIT_RECORD_DEPTH)
			return err_set(c->e, ERR_LIMIT,
				"byte %zu: nested deeper than LIMIT_RECORD_DEPTH (%u)",
				c->at, LIMIT_RECORD_DEPTH);
		left[++depth] = t.type == PACK_MAP ? 2 * t.value : t.value;
	}
}
