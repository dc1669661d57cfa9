#include "ingest/document_writer.h"

#include <assert.h>
#include <stdlib.h>

#include "base/partition.h"
#include "graphstore/packed.h"

/* A document that some list has. */
struct met {
	struct sha256 digest;
	uint64_t number; /* of it in all lists */
};

/* A document whose text is, or will be, in the store; by digest it waits to be put. */
struct row {
	struct documents_entry entry;
	struct store_text stored;
};

struct document_writer {
	struct documents *documents;
	struct spool *spool;
	bool first;            /* the store has no documents: they are put in order */
	bool counted;          /* `count` is complete; else `met` has what is counted */
	uint64_t count;        /* of different ones */
	struct partition met;  /* struct met */
	struct partition rows; /* struct row */
	struct buf winners;    /* a bit for each number: it comes first */
	struct buf texts, packed; /* the block of texts that is being filled */
	struct buf pending;       /* struct row: whose texts these are */
	struct buf compiled;
	struct documents_reader reader;
};

void document_writer_new(
	struct document_writer **out, struct documents *documents, struct spool *spool)
{
	struct document_writer *d = calloc(1, sizeof(*d));

	if (!d)
		abort();
	d->documents = documents;
	d->spool = spool;
	partition_init(&d->met, spool, sizeof(struct met));
	partition_init(&d->rows, spool, sizeof(struct row));
	*out = d;
}

void document_writer_free(struct document_writer *d)
{
	if (!d)
		return;
	partition_release(&d->met);
	partition_release(&d->rows);
	buf_release(&d->winners);
	buf_release(&d->texts);
	buf_release(&d->packed);
	buf_release(&d->pending);
	buf_release(&d->compiled);
	documents_reader_release(&d->reader);
	free(d);
}

static int compare_met(const void *a, const void *b)
{
	const struct met *x = a, *y = b;
	int order = memcmp(&x->digest, &y->digest, sizeof(x->digest));

	return order != 0 ? order : (x->number > y->number) - (x->number < y->number);
}

static int add_met(struct document_writer *d, const struct documents_entry *entry,
	uint64_t *number, struct err *e)
{
	const struct met met = { entry->digest, (*number)++ };

	return partition_add(&d->met, &met, e);
}

/* Count the different ones, and mark where each is met first. */
static int find_winners(struct document_writer *d, struct err *e)
{
	size_t size = d->met.row_count / 8 + 1;
	struct buf rows = { 0 };
	int rc = 0;

	memset(buf_reserve(&d->winners, size), 0, size);
	d->winners.n = size;
	for (unsigned part = 0; rc == 0 && part < PARTITION_PARTS; part++) {
		const struct met *met;
		size_t count;

		buf_clear(&rows);
		rc = partition_take(&d->met, part, &rows, e);
		met = VEC_DATA(&rows, struct met);
		count = VEC_COUNT(&rows, struct met);
		if (rc == 0 && count > 1)
			qsort(rows.p, count, sizeof(*met), compare_met);
		for (size_t i = 0; rc == 0 && i < count; i++) {
			if (i > 0 && memcmp(&met[i].digest, &met[i - 1].digest,
					     sizeof(met->digest)) == 0)
				continue;
			d->winners.p[met[i].number / 8] |= (char)(1 << met[i].number % 8);
			d->count++;
		}
	}
	buf_release(&rows);
	d->counted = true;
	return rc;
}

static bool is_winner(const struct document_writer *d, uint64_t number)
{
	return d->winners.p[number / 8] >> number % 8 & 1;
}

static int put(struct document_writer *d, const struct row *row, struct store_write *w,
	struct err *e)
{
	struct str compiled, warnings;

	if (documents_read(
		    d->documents, &row->entry, &d->compiled, &compiled, &warnings, e) < 0)
		return e->code;
	return store_put_document(
		w, &row->entry.digest, &row->stored, compiled, d->first, e);
}

static int end_texts(struct document_writer *d, struct store_write *w, struct err *e)
{
	struct row *row = VEC_DATA(&d->pending, struct row);
	size_t count = VEC_COUNT(&d->pending, struct row);
	uint32_t block = 0;
	int rc = 0;

	if (count == 0)
		return 0;
	buf_clear(&d->packed);
	packed_add(&d->packed, buf_str(&d->texts));
	rc = store_put_texts(&block, w, buf_str(&d->packed), e);
	for (size_t i = 0; rc == 0 && i < count; i++) {
		row[i].stored.block = block;
		rc = d->first ? partition_add(&d->rows, &row[i], e)
			      : put(d, &row[i], w, e);
	}
	buf_clear(&d->texts);
	buf_clear(&d->pending);
	return rc == 0 ? store_slice(w, e) : rc;
}

static int add_text(struct document_writer *d, const struct documents_entry *entry,
	struct store_write *w, struct err *e)
{
	struct row row = { .entry = *entry };
	struct str text;

	if (documents_text(&d->reader, d->documents, entry, &text, e) < 0)
		return e->code;
	row.stored.offset = (uint32_t)d->texts.n;
	row.stored.size = (uint32_t)text.n;
	buf_add_str(&d->texts, text);
	buf_add(&d->pending, &row, sizeof(row));
	return d->texts.n < PACKED_BLOCK_BYTES ? 0 : end_texts(d, w, e);
}

/* Call `each` for what the lists have, until it fails; numbers count from 0. */
static int each_entry(struct document_writer *d,
	int (*each)(struct document_writer *d, const struct documents_entry *entry,
		uint64_t *number, struct store_write *w, struct err *e),
	struct store_write *w, struct err *e)
{
	uint32_t lists = documents_list_count(d->documents);
	struct buf buffer = { 0 };
	uint64_t number = 0;
	int rc = 0;

	for (uint32_t i = 0; rc == 0 && i < lists; i++) {
		const struct documents_entry *entry = NULL;
		size_t count = 0;

		rc = documents_list(d->documents, i, &buffer, &entry, &count, e);
		for (size_t k = 0; rc == 0 && k < count; k++)
			rc = each(d, &entry[k], &number, w, e);
	}
	buf_release(&buffer);
	return rc;
}

static int meet_entry(struct document_writer *d, const struct documents_entry *entry,
	uint64_t *number, struct store_write *w, struct err *e)
{
	(void)w;
	return add_met(d, entry, number, e);
}

static int write_entry(struct document_writer *d, const struct documents_entry *entry,
	uint64_t *number, struct store_write *w, struct err *e)
{
	if (!is_winner(d, (*number)++) ||
		(!d->first && store_has_document(w, entry->digest.bytes)))
		return 0;
	return add_text(d, entry, w, e);
}

static int compare_rows(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	return memcmp(&x->entry.digest, &y->entry.digest, sizeof(struct sha256));
}

/* Into a table without any they are appended, so that its pages are full. */
static int write_rows(struct document_writer *d, struct store_write *w, struct err *e)
{
	struct buf rows = { 0 };
	int rc = 0;

	for (unsigned part = 0; rc == 0 && part < PARTITION_PARTS; part++) {
		size_t count;

		buf_clear(&rows);
		rc = partition_take(&d->rows, part, &rows, e);
		count = VEC_COUNT(&rows, struct row);
		if (rc == 0 && count > 1)
			qsort(rows.p, count, sizeof(struct row), compare_rows);
		for (size_t i = 0; rc == 0 && i < count; i++)
			rc = put(d, &VEC_DATA(&rows, struct row)[i], w, e);
		if (rc == 0)
			rc = store_slice(w, e);
	}
	buf_release(&rows);
	return rc;
}

int document_writer_all(struct document_writer *d, struct store_write *w, struct err *e)
{
	assert(!d->counted);
	d->first = store_has_no_documents(w);
	if (each_entry(d, meet_entry, w, e) < 0 || find_winners(d, e) < 0 ||
		each_entry(d, write_entry, w, e) < 0 || end_texts(d, w, e) < 0)
		return e->code;
	return write_rows(d, w, e);
}

int document_writer_some(struct document_writer *d, const struct buf *entries,
	struct store_write *w, struct err *e)
{
	const struct documents_entry *entry =
		VEC_DATA(entries, const struct documents_entry);
	size_t count = VEC_COUNT(entries, struct documents_entry);
	uint64_t number = 0;

	for (size_t i = 0; i < count; i++) {
		if (add_met(d, &entry[i], &number, e) < 0)
			return e->code;
		if (!store_has_document(w, entry[i].digest.bytes) &&
			add_text(d, &entry[i], w, e) < 0)
			return e->code;
	}
	return end_texts(d, w, e);
}

int document_writer_count(struct document_writer *d, uint64_t *out, struct err *e)
{
	int rc = d->counted ? 0 : find_winners(d, e);

	*out = d->count;
	return rc;
}
