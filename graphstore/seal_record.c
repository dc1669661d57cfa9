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

	return str_cmp(x->bytes, y->bytes);
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

/* The rows of the next id. */
static void record_write(struct seal *s, struct record_block *block,
	const struct record_row *row, size_t count)
{
	struct segment_record out = { 0 };
	size_t size = 0;

	for (size_t i = 0; i < count; i++)
		size += row[i].bytes.n;
	if (size > 0) {
		if (block->bytes.n + size > PACKED_BLOCK_BYTES)
			block_end(block);
		out.block = (uint32_t)VEC_COUNT(block->packed, struct buf);
		out.offset = (uint32_t)block->bytes.n;
		for (size_t k = 0; k < count; k++) {
			if (k == 0 || !str_eq(row[k - 1].bytes, row[k].bytes))
				buf_add_str(&block->bytes, row[k].bytes);
		}
		out.size = (uint32_t)(block->bytes.n - out.offset);
	}
	buf_add(&s->set.section[SECTION_RECORDS], &out, sizeof(out));
}

/* Rows of equal ids stand together, in the order of the ids. */
static void rows_place(const struct seal *s, struct record_row *rows, size_t count)
{
	const struct builder_ref *ref = VEC_DATA(&s->b->records, struct builder_ref);
	size_t *next = builder_memory((size_t)s->total + 1, sizeof(*next));

	for (size_t k = 0; k < count; k++)
		next[seal_id(s, ref[k].owner) + 1]++;
	for (uint32_t id = 0; id < s->total; id++)
		next[id + 1] += next[id];
	for (size_t k = 0; k < count; k++) {
		uint32_t id = seal_id(s, ref[k].owner);

		rows[next[id]++] = (struct record_row){ id,
			{ s->b->record_bytes.p + ref[k].offset, ref[k].size } };
	}
	free(next);
}

void seal_record_make(struct seal *s)
{
	size_t count = VEC_COUNT(&s->b->records, struct builder_ref), i = 0;
	struct record_row *rows = builder_memory(count, sizeof(*rows));
	struct record_block block = { .packed = &s->b->blocks };

	rows_place(s, rows, count);
	for (uint32_t id = 0; id < s->total; id++) {
		size_t begin = i;

		while (i < count && rows[i].id == id)
			i++;
		if (i - begin > 1)
			qsort(rows + begin, i - begin, sizeof(*rows), compare_record);
		record_write(s, &block, rows + begin, i - begin);
	}
	block_end(&block);
	buf_release(&block.bytes);
	free(rows);
}
