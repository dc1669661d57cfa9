#include "graphstore/seal_priv.h"

#include <stdlib.h>

#include "graphstore/packed.h"

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

/* The block that is being filled. */
struct record_block {
	struct buf *packed; /* struct buf each: those before it */
	struct buf bytes;
};

static void block_end(struct record_block *block)
{
	struct buf packed = { 0 };

	if (block->bytes.n == 0)
		return;
	packed_add(&packed, buf_str(&block->bytes));
	buf_add(block->packed, &packed, sizeof(packed));
	buf_clear(&block->bytes);
}

static size_t record_write(struct seal *s, struct record_block *block,
	const struct record_row *row, size_t count, uint32_t id)
{
	struct segment_record out = { 0 };
	size_t i = 0, size = 0;

	for (; i < count && row[i].id == id; i++)
		size += row[i].bytes.n;
	if (size > 0) {
		if (block->bytes.n + size > PACKED_BLOCK_BYTES)
			block_end(block);
		out.block = (uint32_t)VEC_COUNT(block->packed, struct buf);
		out.offset = (uint32_t)block->bytes.n;
		for (size_t k = 0; k < i; k++) {
			if (k == 0 || !str_eq(row[k - 1].bytes, row[k].bytes))
				buf_add_str(&block->bytes, row[k].bytes);
		}
		out.size = (uint32_t)(block->bytes.n - out.offset);
	}
	buf_add(&s->set.section[SECTION_RECORDS], &out, sizeof(out));
	return i;
}

void seal_record_make(struct seal *s)
{
	const struct builder_ref *ref = VEC_DATA(&s->b->records, struct builder_ref);
	size_t count = VEC_COUNT(&s->b->records, struct builder_ref), i = 0;
	struct record_block block = { .packed = &s->b->blocks };
	struct buf rows = { 0 };

	for (size_t k = 0; k < count; k++)
		VEC_ADD(&rows, struct record_row,
			{ seal_id(s, ref[k].owner),
				{ s->b->record_bytes.p + ref[k].offset, ref[k].size } });
	if (count > 0)
		qsort(rows.p, count, sizeof(struct record_row), compare_record);
	for (uint32_t id = 0; id < s->total; id++)
		i += record_write(
			s, &block, VEC_DATA(&rows, struct record_row) + i, count - i, id);
	block_end(&block);
	buf_release(&block.bytes);
	buf_release(&rows);
}
