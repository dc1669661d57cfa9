#include "graphstore/seal_priv.h"

#include <stdlib.h>

#define SEAL_BLOCK_BYTES ((size_t)16 << 20) /* of one value with records */

/* A record on its way into a block. */
struct record_row {
	uint32_t id;
	struct str bytes;
};

static int compare_record(const void *a, const void *b)
{
	const struct record_row *x = a, *y = b;
	int order = (x->id > y->id) - (x->id < y->id);

	return order != 0 ? order : str_cmp(x->bytes, y->bytes);
}

static struct buf *block_for(struct seal *s, size_t size)
{
	struct buf *blocks = &s->b->blocks;
	size_t count = VEC_COUNT(blocks, struct buf);

	if (count == 0 ||
		VEC_DATA(blocks, struct buf)[count - 1].n + size > SEAL_BLOCK_BYTES) {
		VEC_ADD(blocks, struct buf, { 0 });
		count++;
	}
	return &VEC_DATA(blocks, struct buf)[count - 1];
}

static size_t record_write(
	struct seal *s, const struct record_row *row, size_t count, uint32_t id)
{
	struct segment_record out = { 0 };
	struct buf *block;
	size_t i = 0, size = 0;

	for (; i < count && row[i].id == id; i++)
		size += row[i].bytes.n;
	if (size > 0) {
		block = block_for(s, size);
		out.block = (uint32_t)(VEC_COUNT(&s->b->blocks, struct buf) - 1);
		out.offset = (uint32_t)block->n;
		for (size_t k = 0; k < i; k++) {
			if (k == 0 || !str_eq(row[k - 1].bytes, row[k].bytes))
				buf_add_str(block, row[k].bytes);
		}
		out.size = (uint32_t)(block->n - out.offset);
	}
	buf_add(&s->set.section[SECTION_RECORDS], &out, sizeof(out));
	return i;
}

void seal_record_make(struct seal *s)
{
	const struct builder_ref *ref = VEC_DATA(&s->b->records, struct builder_ref);
	size_t count = VEC_COUNT(&s->b->records, struct builder_ref), i = 0;
	struct buf rows = { 0 };

	for (size_t k = 0; k < count; k++)
		VEC_ADD(&rows, struct record_row,
			{ seal_id(s, ref[k].owner),
				{ s->b->record_bytes.p + ref[k].offset, ref[k].size } });
	if (count > 0)
		qsort(rows.p, count, sizeof(struct record_row), compare_record);
	for (uint32_t id = 0; id < s->total; id++)
		i += record_write(
			s, VEC_DATA(&rows, struct record_row) + i, count - i, id);
	buf_release(&rows);
}
