#include "ingest/documents.h"

#include <assert.h>
#include <stdlib.h>

#include <uv.h>

#include "base/intern.h"
#include "base/limits.h"
#include "graphstore/packed.h"
#include "ingest/policy.h"

/* In front of each warning's text. */
struct warning_head {
	uint32_t statement, size;
};

struct block {
	struct spool_place texts, compiled;
	bool packed; /* the texts */
};

/* What one batch met. */
struct list {
	struct documents_place place;
	struct spool_place entries;
};

struct documents {
	uv_mutex_t mutex; /* of what follows */
	struct spool *spool;
	uint32_t known_max;
	struct intern digests; /* of those that are remembered */
	struct buf known;      /* struct documents_entry: by their numbers */
	struct buf blocks;     /* struct block */
	struct buf lists;      /* struct list */
};

void documents_new(struct documents **out, struct spool *spool, uint32_t known_max)
{
	struct documents *d = calloc(1, sizeof(*d));

	if (!d || uv_mutex_init(&d->mutex) != 0)
		abort();
	d->spool = spool;
	d->known_max = known_max > 0 ? known_max : LIMIT_DOCUMENTS_KNOWN;
	intern_init(&d->digests);
	*out = d;
}

void documents_free(struct documents *d)
{
	if (!d)
		return;
	for (size_t i = 0; i < VEC_COUNT(&d->blocks, struct block); i++) {
		struct block *b = &VEC_DATA(&d->blocks, struct block)[i];

		spool_forget(d->spool, &b->texts);
		spool_forget(d->spool, &b->compiled);
	}
	for (size_t i = 0; i < VEC_COUNT(&d->lists, struct list); i++)
		spool_forget(d->spool, &VEC_DATA(&d->lists, struct list)[i].entries);
	buf_release(&d->lists);
	buf_release(&d->blocks);
	buf_release(&d->known);
	intern_release(&d->digests);
	uv_mutex_destroy(&d->mutex);
	free(d);
}

static void note_warning(void *ctx, uint32_t statement, struct str text)
{
	struct buf *out = ctx;
	struct warning_head head = { statement, (uint32_t)text.n };

	buf_add(out, &head, sizeof(head));
	buf_add_str(out, text);
}

bool documents_next_warning(
	struct str warnings, size_t *at, uint32_t *statement, struct str *text)
{
	struct warning_head head;

	if (*at >= warnings.n)
		return false;
	assert(warnings.n - *at >= sizeof(head));
	memcpy(&head, warnings.p + *at, sizeof(head));
	*at += sizeof(head);
	assert(warnings.n - *at >= head.size);
	*statement = head.statement;
	*text = (struct str){ warnings.p + *at, head.size };
	*at += head.size;
	return true;
}

static struct str digest_str(const struct sha256 *digest)
{
	return (struct str){ (const char *)digest->bytes, sizeof(digest->bytes) };
}

static bool find(
	struct documents *d, const struct sha256 *digest, struct documents_entry *out)
{
	uint32_t number;

	uv_mutex_lock(&d->mutex);
	number = intern_find(&d->digests, digest_str(digest));
	if (number != INTERN_NONE)
		*out = VEC_DATA(&d->known, struct documents_entry)[number];
	uv_mutex_unlock(&d->mutex);
	return number != INTERN_NONE;
}

/* When all places are taken, all is forgotten: what comes next is more often new. */
static void remember(struct documents *d, const struct documents_entry *entry)
{
	uv_mutex_lock(&d->mutex);
	if (intern_count(&d->digests) == d->known_max) {
		intern_release(&d->digests);
		intern_init(&d->digests);
		buf_clear(&d->known);
	}
	if (intern_add(&d->digests, digest_str(&entry->digest)) ==
		VEC_COUNT(&d->known, struct documents_entry))
		buf_add(&d->known, entry, sizeof(*entry));
	uv_mutex_unlock(&d->mutex);
}

static void begin_block(struct documents *d, struct documents_batch *batch)
{
	if (batch->block > 0)
		return;
	uv_mutex_lock(&d->mutex);
	VEC_ADD(&d->blocks, struct block, { .packed = false });
	batch->block = (uint32_t)VEC_COUNT(&d->blocks, struct block);
	uv_mutex_unlock(&d->mutex);
}

static int end_block(struct documents *d, struct documents_batch *batch, struct err *e)
{
	struct block block = { .packed = batch->texts.n >= PACKED_BLOCK_BYTES / 4 };
	struct buf packed = { 0 };
	int rc;

	if (block.packed)
		packed_add(&packed, buf_str(&batch->texts));
	rc = spool_append(d->spool, buf_str(block.packed ? &packed : &batch->texts),
		&block.texts, e);
	buf_release(&packed);
	if (rc == 0)
		rc = spool_append(
			d->spool, buf_str(&batch->compiled), &block.compiled, e);
	uv_mutex_lock(&d->mutex);
	VEC_DATA(&d->blocks, struct block)[batch->block - 1] = block;
	uv_mutex_unlock(&d->mutex);
	batch->block = 0;
	buf_clear(&batch->texts);
	buf_clear(&batch->compiled);
	return rc;
}

static int end_list(struct documents *d, struct documents_batch *batch, struct err *e)
{
	struct list list = { .place = batch->place };
	int rc = spool_append(d->spool, buf_str(&batch->entries), &list.entries, e);

	uv_mutex_lock(&d->mutex);
	buf_add(&d->lists, &list, sizeof(list));
	uv_mutex_unlock(&d->mutex);
	return rc;
}

int documents_end(struct documents *d, struct documents_batch *batch, struct err *e)
{
	int rc = batch->block > 0 ? end_block(d, batch, e) : 0;

	if (rc == 0 && batch->entries.n > 0)
		rc = end_list(d, batch, e);
	if (batch->entries.n > 0)
		intern_release(&batch->met);
	buf_release(&batch->entries);
	buf_release(&batch->texts);
	buf_release(&batch->compiled);
	buf_release(&batch->warnings);
	document_builder_release(&batch->builder);
	return rc;
}

/* Append what was compiled, and its warnings, to the block. */
static void compile(struct documents_batch *batch, struct documents_entry *entry,
	const struct record_document *document)
{
	const struct policy_dialect *dialect = policy_find(document->dialect);
	struct document_builder *builder = &batch->builder;
	struct policy_listener listener = { note_warning, &batch->warnings };

	document_builder_clear(builder);
	buf_clear(&batch->warnings);
	if (dialect)
		dialect->compile(builder, document->body, document->layer, &listener);
	else
		document_set_invalid(
			builder, STR_LIT("nobody here speaks the policy's dialect"));
	entry->invalid = (builder->flags & DOCUMENT_INVALID) != 0;
	buf_align(&batch->compiled, 8);
	entry->compiled = (uint32_t)batch->compiled.n;
	document_finish(builder, &batch->compiled);
	entry->compiled_size = (uint32_t)batch->compiled.n - entry->compiled;
	buf_align(&batch->compiled, 8);
	entry->warnings_size = (uint32_t)batch->warnings.n;
	buf_add_str(&batch->compiled, buf_str(&batch->warnings));
}

/* Compile it into the block at hand. */
static int add_new(struct documents *d, struct documents_batch *batch,
	const struct record_document *document, struct documents_entry *entry,
	struct err *e)
{
	begin_block(d, batch);
	entry->block = batch->block - 1;
	compile(batch, entry, document);
	entry->text = (uint32_t)batch->texts.n;
	entry->text_size = (uint32_t)document->body.n;
	buf_add_str(&batch->texts, document->body);
	remember(d, entry);
	return batch->texts.n < PACKED_BLOCK_BYTES ? 0 : end_block(d, batch, e);
}

int documents_add(struct documents *d, struct documents_batch *batch,
	const struct record_document *document, struct documents_entry *out,
	struct err *e)
{
	struct documents_entry entry = { .digest = policy_digest(document->dialect,
						 document->layer, document->body) };
	uint32_t number;

	if (batch->entries.n == 0)
		intern_init(&batch->met);
	number = intern_add(&batch->met, digest_str(&entry.digest));
	if (number < VEC_COUNT(&batch->entries, struct documents_entry)) {
		*out = VEC_DATA(&batch->entries, struct documents_entry)[number];
		return 0;
	}
	if (!find(d, &entry.digest, out)) {
		*out = entry;
		if (add_new(d, batch, document, out, e) < 0)
			return e->code;
	}
	buf_add(&batch->entries, out, sizeof(*out));
	return 0;
}

int documents_read(struct documents *d, const struct documents_entry *entry,
	struct buf *buffer, struct str *compiled, struct str *warnings, struct err *e)
{
	const struct block *b = &VEC_DATA(&d->blocks, struct block)[entry->block];
	size_t aligned = (entry->compiled_size + (size_t)7) & ~(size_t)7;
	struct spool_part part = { entry->compiled, entry->compiled_size };
	struct str both;

	if (entry->warnings_size > 0)
		part.size = aligned + entry->warnings_size;
	if (spool_read_part(d->spool, &b->compiled, part, buffer, &both, e) < 0)
		return e->code;
	*compiled = str_head(both, entry->compiled_size);
	*warnings = str_skip(both, aligned);
	return 0;
}

static int compare_lists(const void *a, const void *b)
{
	const struct documents_place *x = &((const struct list *)a)->place;
	const struct documents_place *y = &((const struct list *)b)->place;

	if (x->input != y->input)
		return x->input < y->input ? -1 : 1;
	return (x->batch > y->batch) - (x->batch < y->batch);
}

uint32_t documents_list_count(struct documents *d)
{
	size_t count = VEC_COUNT(&d->lists, struct list);

	if (count > 1)
		qsort(d->lists.p, count, sizeof(struct list), compare_lists);
	return (uint32_t)count;
}

int documents_list(struct documents *d, uint32_t list, struct buf *buffer,
	const struct documents_entry **out, size_t *count, struct err *e)
{
	const struct list *l = &VEC_DATA(&d->lists, struct list)[list];
	struct str bytes;

	if (spool_read(d->spool, &l->entries, buffer, &bytes, e) < 0)
		return e->code;
	*out = (const struct documents_entry *)(const void *)bytes.p;
	*count = bytes.n / sizeof(**out);
	return 0;
}

/* The texts of a block into one of the reader's places. */
static int read_texts(struct documents_reader *r, struct documents *d, uint32_t number,
	struct buf *out, struct err *e)
{
	const struct block *b = &VEC_DATA(&d->blocks, struct block)[number];
	struct str texts;

	buf_clear(out);
	if (spool_read(d->spool, &b->texts, &r->scratch, &texts, e) < 0)
		return e->code;
	if (b->packed)
		return packed_read(out, texts, e);
	buf_add_str(out, texts);
	return 0;
}

int documents_text(struct documents_reader *r, struct documents *d,
	const struct documents_entry *entry, struct str *out, struct err *e)
{
	uint32_t i = 0;

	while (i < DOCUMENTS_CACHE && r->of[i] != entry->block + 1)
		i++;
	if (i == DOCUMENTS_CACHE) {
		i = r->next++ % DOCUMENTS_CACHE;
		r->of[i] = 0;
		if (read_texts(r, d, entry->block, &r->unpacked[i], e) < 0)
			return e->code;
		r->of[i] = entry->block + 1;
	}
	assert(entry->text + entry->text_size <= r->unpacked[i].n);
	*out = (struct str){ r->unpacked[i].p + entry->text, entry->text_size };
	return 0;
}

void documents_reader_release(struct documents_reader *r)
{
	for (uint32_t i = 0; i < DOCUMENTS_CACHE; i++)
		buf_release(&r->unpacked[i]);
	buf_release(&r->scratch);
	*r = (struct documents_reader){ .next = 0 };
}
