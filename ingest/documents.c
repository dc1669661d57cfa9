#include "ingest/documents.h"

#include <assert.h>
#include <stdlib.h>

#include <uv.h>

#include "base/intern.h"
#include "graphstore/packed.h"
#include "ingest/policy.h"

/* In front of each warning's text. */
struct warning_head {
	uint32_t statement, size;
};

struct documents {
	uv_mutex_t mutex; /* of digests, entries and texts */
	struct spool *spool;
	struct intern digests; /* ids are document numbers */
	struct buf entries;    /* struct documents_entry * */
	struct buf texts;      /* struct spool_place *; under the mutex */
};

void documents_new(struct documents **out, struct spool *spool)
{
	struct documents *d = calloc(1, sizeof(*d));

	if (!d || uv_mutex_init(&d->mutex) != 0)
		abort();
	d->spool = spool;
	intern_init(&d->digests);
	*out = d;
}

void documents_free(struct documents *d)
{
	if (!d)
		return;
	for (uint32_t i = 0; i < documents_count(d); i++) {
		struct documents_entry *entry = documents_get(d, i);

		spool_forget(d->spool, &entry->compiled);
		spool_forget(d->spool, &entry->warnings);
		free(entry);
	}
	for (size_t i = 0; i < VEC_COUNT(&d->texts, struct spool_place *); i++) {
		struct spool_place *texts = VEC_DATA(&d->texts, struct spool_place *)[i];

		spool_forget(d->spool, texts);
		free(texts);
	}
	buf_release(&d->texts);
	buf_release(&d->entries);
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

static int compile(struct documents *d, struct documents_batch *batch,
	struct documents_entry *entry, const struct record_document *document,
	struct err *e)
{
	const struct policy_dialect *dialect = policy_find(document->dialect);
	struct document_builder *builder = &batch->builder;
	struct policy_listener listener = { note_warning, &batch->warnings };
	int rc;

	document_builder_clear(builder);
	buf_clear(&batch->compiled);
	buf_clear(&batch->warnings);
	if (dialect)
		dialect->compile(builder, document->body, document->layer, &listener);
	else
		document_set_invalid(
			builder, STR_LIT("nobody here speaks the policy's dialect"));
	entry->invalid = (builder->flags & DOCUMENT_INVALID) != 0;
	document_finish(builder, &batch->compiled);
	rc = spool_append(d->spool, buf_str(&batch->compiled), &entry->compiled, e);
	if (rc == 0)
		rc = spool_append(
			d->spool, buf_str(&batch->warnings), &entry->warnings, e);
	return rc;
}

/* Those that are in the batch so far, as one block. */
static int end_block(struct documents *d, struct documents_batch *batch, struct err *e)
{
	struct spool_place *texts = calloc(1, sizeof(*texts));
	size_t count = VEC_COUNT(&batch->entries, struct documents_entry *);
	struct buf packed = { 0 };
	int rc;

	if (!texts)
		abort();
	packed_add(&packed, buf_str(&batch->texts));
	rc = spool_append(d->spool, buf_str(&packed), texts, e);
	buf_release(&packed);
	for (size_t i = 0; i < count; i++)
		VEC_DATA(&batch->entries, struct documents_entry *)[i]->texts = texts;
	uv_mutex_lock(&d->mutex);
	buf_add(&d->texts, &texts, sizeof(texts));
	uv_mutex_unlock(&d->mutex);
	buf_clear(&batch->entries);
	buf_clear(&batch->texts);
	return rc;
}

int documents_end(struct documents *d, struct documents_batch *batch, struct err *e)
{
	int rc = batch->entries.n > 0 ? end_block(d, batch, e) : 0;

	buf_release(&batch->texts);
	buf_release(&batch->entries);
	document_builder_release(&batch->builder);
	buf_release(&batch->compiled);
	buf_release(&batch->warnings);
	return rc;
}

static bool comes_before(struct documents_place a, struct documents_place b)
{
	if (a.input != b.input)
		return a.input < b.input;
	return a.batch != b.batch ? a.batch < b.batch : a.index < b.index;
}

/* The entry of a digest, and whether it is new. */
static bool find_entry(struct documents *d, const struct sha256 *digest,
	struct documents_place place, uint32_t *number, struct documents_entry **out)
{
	bool new;

	uv_mutex_lock(&d->mutex);
	*number = intern_add(&d->digests,
		(struct str){ (const char *)digest->bytes, sizeof(digest->bytes) });
	new = *number == VEC_COUNT(&d->entries, struct documents_entry *);
	if (new) {
		*out = calloc(1, sizeof(**out));
		if (!*out)
			abort();
		(*out)->digest = *digest;
		(*out)->first = place;
		buf_add(&d->entries, out, sizeof(*out));
	}
	*out = documents_get(d, *number);
	if (comes_before(place, (*out)->first))
		(*out)->first = place;
	uv_mutex_unlock(&d->mutex);
	return new;
}

int documents_add(struct documents *d, struct documents_batch *batch,
	const struct record_document *document, uint32_t *out, struct err *e)
{
	struct sha256 digest =
		policy_digest(document->dialect, document->layer, document->body);
	struct documents_entry *entry;
	bool new = find_entry(d, &digest, batch->place, out, &entry);

	batch->place.index++;
	if (!new)
		return 0;
	entry->text = (uint32_t)batch->texts.n;
	entry->text_size = (uint32_t)document->body.n;
	buf_add_str(&batch->texts, document->body);
	buf_add(&batch->entries, &entry, sizeof(entry));
	if (batch->texts.n >= PACKED_BLOCK_BYTES && end_block(d, batch, e) < 0)
		return e->code;
	return compile(d, batch, entry, document, e);
}

int documents_text(struct documents_reader *r, const struct documents *d,
	const struct documents_entry *entry, struct str *out, struct err *e)
{
	struct str packed;
	uint32_t i = 0;

	while (i < DOCUMENTS_CACHE && r->of[i] != entry->texts)
		i++;
	if (i == DOCUMENTS_CACHE) {
		i = r->next++ % DOCUMENTS_CACHE;
		r->of[i] = NULL;
		buf_clear(&r->unpacked[i]);
		if (spool_read(d->spool, entry->texts, &r->scratch, &packed, e) < 0 ||
			packed_read(&r->unpacked[i], packed, e) < 0)
			return e->code;
		r->of[i] = entry->texts;
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

uint32_t documents_count(const struct documents *d)
{
	return (uint32_t)VEC_COUNT(&d->entries, struct documents_entry *);
}

struct documents_entry *documents_get(const struct documents *d, uint32_t number)
{
	return VEC_DATA(&d->entries, struct documents_entry *)[number];
}
