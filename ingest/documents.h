/*
 * documents.h - the policy documents of a run, each compiled once, or few times.
 *
 * A document is named by policy_digest. Texts and compiled bytes wait in the spool, in
 * blocks, those of one batch together; so does a list of the documents that the batch
 * met. Up to LIMIT_DOCUMENTS_KNOWN documents are remembered; one that was forgotten is
 * compiled again, and found to be the same when it is written. So memory does not grow
 * with documents.
 *
 * Invariant: which documents a batch lists does not depend on what other threads do; only
 * where their bytes are does.
 *
 * Threads: documents_add from any number at once; what reads only after all adding is
 * done.
 */
#ifndef INGEST_DOCUMENTS_H
#define INGEST_DOCUMENTS_H

#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/intern.h"
#include "base/record.h"
#include "base/spool.h"
#include "graphstore/document.h"

struct documents;

/* A document and where it is. Only bytes, so that it can wait in the spool. */
struct documents_entry {
	struct sha256 digest;
	uint32_t block;
	uint32_t compiled, compiled_size; /* in the block's compiled bytes */
	uint32_t warnings_size;   /* of what stands there behind it, 8-byte aligned */
	uint32_t text, text_size; /* in the block's texts */
	uint32_t invalid;
	uint32_t reserved;
};

/*
 * The spool is borrowed until documents_free. `known_max` documents are remembered; 0:
 * LIMIT_DOCUMENTS_KNOWN.
 */
void documents_new(struct documents **out, struct spool *spool, uint32_t known_max);
void documents_free(struct documents *d);

/* Where a batch is in the run. */
struct documents_place {
	uint32_t input, batch;
};

/* The documents of one thread's batch; begins zeroed, ends with documents_end. */
struct documents_batch {
	struct documents_place place;
	struct intern met;  /* digests; begun when there is one */
	struct buf entries; /* struct documents_entry: of those */
	uint32_t block;     /* number + 1 of the block at hand; 0: none */
	struct buf texts, compiled;
	/* of the document at hand; kept for their memory */
	struct document_builder builder;
	struct buf warnings;
};

/* Compile the document if it is new. ERR_IO from the spool. */
int documents_add(struct documents *d, struct documents_batch *batch,
	const struct record_document *document, struct documents_entry *out,
	struct err *e);

/*
 * Put what the batch has into the spool and release it; also after a failure, because
 * other batches may have met the same documents.
 */
int documents_end(struct documents *d, struct documents_batch *batch, struct err *e);

/* Compiled bytes and warnings, borrowed from the spool or the buffer. */
int documents_read(struct documents *d, const struct documents_entry *entry,
	struct buf *buffer, struct str *compiled, struct str *warnings, struct err *e);

/* Walk the bytes of `warnings`; *at begins as 0. */
bool documents_next_warning(
	struct str warnings, size_t *at, uint32_t *statement, struct str *text);

/* Lists of the batches, in the order of their places; calls from one thread. */
uint32_t documents_list_count(struct documents *d);
/* struct documents_entry each, borrowed from the spool or the buffer. */
int documents_list(struct documents *d, uint32_t list, struct buf *buffer,
	const struct documents_entry **out, size_t *count, struct err *e);

/* Texts, one after the other; begins zeroed. */
#define DOCUMENTS_CACHE 8u
struct documents_reader {
	struct buf scratch, unpacked[DOCUMENTS_CACHE];
	uint32_t of[DOCUMENTS_CACHE]; /* number of the block + 1; 0: none */
	uint32_t next;
};

/* Borrowed from the reader until the next call. */
int documents_text(struct documents_reader *r, struct documents *d,
	const struct documents_entry *entry, struct str *out, struct err *e);
void documents_reader_release(struct documents_reader *r);

#endif
