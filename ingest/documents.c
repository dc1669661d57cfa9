#include "ingest/documents.h"

#include <assert.h>
#include <stdlib.h>

#include <uv.h>

#include "base/intern.h"
#include "ingest/policy.h"

/* In front of each warning's text. */
struct warning_head {
	uint32_t statement, size;
};

struct documents {
	uv_mutex_t mutex; /* of digests and entries */
	struct spool *spool;
	struct intern digests; /* ids are document numbers */
	struct buf entries;    /* struct documents_entry * */
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
		spool_forget(d->spool, &entry->text);
		spool_forget(d->spool, &entry->warnings);
		free(entry);
	}
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

static int compile(struct documents *d, struct documents_entry *entry,
	const struct record_document *document, struct err *e)
{
	const struct policy_dialect *dialect = policy_find(document->dialect);
	struct document_builder builder = { 0 };
	struct buf compiled = { 0 }, warnings = { 0 };
	struct policy_listener listener = { note_warning, &warnings };
	int rc;

	if (dialect)
		dialect->compile(&builder, document->body, document->layer, &listener);
	else
		document_set_invalid(
			&builder, STR_LIT("nobody here speaks the policy's dialect"));
	entry->invalid = (builder.flags & DOCUMENT_INVALID) != 0;
	document_finish(&builder, &compiled);
	document_builder_release(&builder);
	rc = spool_append(d->spool, buf_str(&compiled), &entry->compiled, e);
	if (rc == 0)
		rc = spool_append(d->spool, document->body, &entry->text, e);
	if (rc == 0)
		rc = spool_append(d->spool, buf_str(&warnings), &entry->warnings, e);
	buf_release(&compiled);
	buf_release(&warnings);
	return rc;
}

int documents_add(struct documents *d, const struct record_document *document,
	uint32_t *out, struct err *e)
{
	struct sha256 digest =
		policy_digest(document->dialect, document->layer, document->body);
	struct documents_entry *entry = NULL;

	uv_mutex_lock(&d->mutex);
	*out = intern_add(&d->digests,
		(struct str){ (const char *)digest.bytes, sizeof(digest.bytes) });
	if (*out == VEC_COUNT(&d->entries, struct documents_entry *)) {
		entry = calloc(1, sizeof(*entry));
		if (!entry)
			abort();
		entry->digest = digest;
		buf_add(&d->entries, &entry, sizeof(entry));
	}
	uv_mutex_unlock(&d->mutex);
	return entry ? compile(d, entry, document, e) : 0;
}

uint32_t documents_count(const struct documents *d)
{
	return (uint32_t)VEC_COUNT(&d->entries, struct documents_entry *);
}

struct documents_entry *documents_get(const struct documents *d, uint32_t number)
{
	return VEC_DATA(&d->entries, struct documents_entry *)[number];
}
