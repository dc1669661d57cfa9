#include "base/partition.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#define PENDING_BYTES ((size_t)16 * 1024) /* of a part, before they go to the spool */

struct partition_part {
	struct buf pending;
	struct buf places; /* struct spool_place: those before them */
};

void partition_init(struct partition *p, struct spool *spool, size_t row_size)
{
	*p = (struct partition){ .spool = spool, .row_size = row_size };
	p->parts = calloc(PARTITION_PARTS, sizeof(*p->parts));
	if (!p->parts) {
		fprintf(stderr, "out of memory\n");
		abort();
	}
}

static void forget(struct partition *p, struct partition_part *part)
{
	struct spool_place *place = VEC_DATA(&part->places, struct spool_place);

	for (size_t i = 0; i < VEC_COUNT(&part->places, struct spool_place); i++)
		spool_forget(p->spool, &place[i]);
	buf_release(&part->places);
	buf_release(&part->pending);
}

void partition_release(struct partition *p)
{
	for (unsigned i = 0; p->parts && i < PARTITION_PARTS; i++)
		forget(p, &p->parts[i]);
	free(p->parts);
	*p = (struct partition){ .row_size = 0 };
}

int partition_add(struct partition *p, const void *row, struct err *e)
{
	struct partition_part *part = &p->parts[*(const unsigned char *)row];
	struct spool_place place;

	buf_add(&part->pending, row, p->row_size);
	p->row_count++;
	if (part->pending.n < PENDING_BYTES)
		return 0;
	if (spool_append(p->spool, buf_str(&part->pending), &place, e) < 0)
		return e->code;
	buf_add(&part->places, &place, sizeof(place));
	buf_clear(&part->pending);
	return 0;
}

int partition_take(struct partition *p, unsigned part, struct buf *out, struct err *e)
{
	struct partition_part *from = &p->parts[part];
	const struct spool_place *place = VEC_DATA(&from->places, struct spool_place);
	struct buf buffer = { 0 };
	struct str rows;
	int rc = 0;

	assert(part < PARTITION_PARTS);
	for (size_t i = 0; rc == 0 && i < VEC_COUNT(&from->places, struct spool_place);
		i++) {
		rc = spool_read(p->spool, &place[i], &buffer, &rows, e);
		if (rc == 0)
			buf_add_str(out, rows);
	}
	if (rc == 0)
		buf_add_str(out, buf_str(&from->pending));
	buf_release(&buffer);
	forget(p, from);
	return rc;
}
