/*
 * documents.h - the distinct policy documents of a run, each compiled once.
 *
 * A document is named by policy_digest. Texts and compiled bytes wait in the spool, texts
 * packed, those of one batch together.
 *
 * Threads: documents_add from any number at once; what reads an entry only after all
 * adding is done. `written` belongs to the thread that writes the store.
 */
#ifndef INGEST_DOCUMENTS_H
#define INGEST_DOCUMENTS_H

#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/record.h"
#include "graphstore/document.h"
#include "graphstore/store.h"
#include "ingest/spool.h"

struct documents;

/* Where a document was met: the same run has the same places, whatever its threads do. */
struct documents_place {
	uint32_t input, batch, index;
};

struct documents_entry {
	struct sha256 digest;
	struct documents_place first; /* of all places where it was met */
	struct spool_place compiled;
	struct spool_place *texts; /* packed, borrowed; has its text at: */
	uint32_t text, text_size;
	struct spool_place warnings; /* see documents_next_warning */
	bool invalid;
	bool written; /* with `stored`, for the writer's use; at first false and zero */
	struct store_text stored;
};

/* The spool is borrowed until documents_free. */
void documents_new(struct documents **out, struct spool *spool);
void documents_free(struct documents *d);

/* The texts of one thread's batch; begins zeroed, ends with documents_end. */
struct documents_batch {
	struct documents_place place; /* of the next document */
	struct buf texts;
	struct buf entries; /* struct documents_entry *: whose texts they are */
	/* of the document at hand; kept for their memory */
	struct document_builder builder;
	struct buf compiled, warnings;
};

/* The number of the document, compiled if it is new. ERR_IO from the spool. */
int documents_add(struct documents *d, struct documents_batch *batch,
	const struct record_document *document, uint32_t *out, struct err *e);

/*
 * Put the texts into the spool and release the batch; also after a failure, because other
 * batches may have met the same documents.
 */
int documents_end(struct documents *d, struct documents_batch *batch, struct err *e);

/* Texts, one after the other; begins zeroed. */
#define DOCUMENTS_CACHE 8u
struct documents_reader {
	struct buf scratch, unpacked[DOCUMENTS_CACHE];
	const struct spool_place *of[DOCUMENTS_CACHE];
	uint32_t next;
};

/* Borrowed from the reader until the next call. */
int documents_text(struct documents_reader *r, const struct documents *d,
	const struct documents_entry *entry, struct str *out, struct err *e);
void documents_reader_release(struct documents_reader *r);

uint32_t documents_count(const struct documents *d);
struct documents_entry *documents_get(const struct documents *d, uint32_t number);

/* Walk the bytes of `warnings`; *at begins as 0. */
bool documents_next_warning(
	struct str warnings, size_t *at, uint32_t *statement, struct str *text);

#endif
