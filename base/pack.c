#include "base/pack.h"

#include <assert.h>
#include <msgpack/pack.h>

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

static int append(void *out, const char *bytes, size_t n)
{
	buf_add(out, bytes, n);
	return 0;
}

/* Writes into the buffer. */
static msgpack_packer packer_of(struct buf *out)
{
	msgpack_packer pk;

	msgpack_packer_init(&pk, out, append);
	return pk;
}

void pack_put_uint(struct buf *out, uint64_t value)
{
	msgpack_packer pk = packer_of(out);

	msgpack_pack_uint64(&pk, value);
}

void pack_put_int(struct buf *out, int64_t value)
{
	msgpack_packer pk = packer_of(out);

	msgpack_pack_int64(&pk, value);
}

void pack_put_true(struct buf *out)
{
	msgpack_packer pk = packer_of(out);

	msgpack_pack_true(&pk);
}

void pack_put_text(struct buf *out, struct str s)
{
	msgpack_packer pk = packer_of(out);

	assert(s.n <= UINT32_MAX);
	msgpack_pack_str(&pk, s.n);
	buf_add_str(out, s);
}

void pack_put_array(struct buf *out, uint32_t count)
{
	msgpack_packer pk = packer_of(out);

	msgpack_pack_array(&pk, count);
}

void pack_put_map(struct buf *out, uint32_t count)
{
	msgpack_packer pk = packer_of(out);

	msgpack_pack_map(&pk, count);
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
