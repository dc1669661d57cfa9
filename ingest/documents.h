/*
 * documents.h - the distinct policy documents of a run, each compiled once.
 *
 * A document is named by policy_digest. Texts and compiled bytes wait in the spool.
 *
 * Threads: documents_add from any number at once; what reads an entry only after all
 * adding is done. `written` belongs to the thread that writes the store.
 */
#ifndef INGEST_DOCUMENTS_H
#define INGEST_DOCUMENTS_H

#include "base/err.h"
#include "base/hash.h"
#include "base/record.h"
#include "ingest/spool.h"

struct documents;

struct documents_entry {
	struct sha256 digest;
	struct spool_place compiled, text;
	struct spool_place warnings; /* see documents_next_warning */
	bool invalid;
	bool written; /* for the writer's use; false at first */
};

/* The spool is borrowed until documents_free. */
void documents_new(struct documents **out, struct spool *spool);
void documents_free(struct documents *d);

/* The number of the document, compiled if it is new. ERR_IO from the spool. */
int documents_add(struct documents *d, const struct record_document *document,
	uint32_t *out, struct err *e);

uint32_t documents_count(const struct documents *d);
struct documents_entry *documents_get(const struct documents *d, uint32_t number);

/* Walk the bytes of `warnings`; *at begins as 0. */
bool documents_next_warning(
	struct str warnings, size_t *at, uint32_t *statement, struct str *text);

#endif
