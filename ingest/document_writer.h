/*
 * document_writer.h - the documents of a run on their way into the store.
 *
 *	digests, sorted in parts    which list has each first
 *	list after list             texts that the store lacks, packed together
 *	                            compiled documents, when the store has some
 *	documents, sorted in parts  compiled documents, appended, when it had none
 *
 * So equal inputs give equal bytes, and what is in memory at once is a part.
 *
 * Threads: the writing one; others may read the spool meanwhile.
 */
#ifndef INGEST_DOCUMENT_WRITER_H
#define INGEST_DOCUMENT_WRITER_H

#include "graphstore/store.h"
#include "ingest/documents.h"

struct document_writer;

/* Both are borrowed until document_writer_free. */
void document_writer_new(
	struct document_writer **out, struct documents *documents, struct spool *spool);
void document_writer_free(struct document_writer *d);

/* Put every document of the run that the store does not have. */
int document_writer_all(struct document_writer *d, struct store_write *w, struct err *e);

/* Put these, which are struct documents_entry. */
int document_writer_some(struct document_writer *d, const struct buf *entries,
	struct store_write *w, struct err *e);

/* How many different ones were written or there already; once, at the end. */
int document_writer_count(struct document_writer *d, uint64_t *out, struct err *e);

#endif
