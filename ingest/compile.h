/*
 * compile.h - the records of a run, sorted into scopes, and each scope made into a
 * segment.
 *
 *	batch of records --compile_add--> scope's chunks (spool)   any thread
 *	compile_finish                                             once
 *	chunks --compile_scope--> sealed builder                   any thread, one scope each
 *	sealed builder --compile_write--> store                    the writing thread
 *
 * Invariants:
 *  (1) a scope is compiled from its records in the order of their inputs and places,
 *      whichever thread decoded them when, so that equal inputs give equal bytes
 *  (2) of an input that was refused no record is used
 */
#ifndef INGEST_COMPILE_H
#define INGEST_COMPILE_H

#include "base/arena.h"
#include "base/err.h"
#include "graphstore/builder.h"
#include "ingest/documents.h"

struct compile;

/* Where a batch of records stands in the run. */
struct compile_order {
	uint32_t input; /* number of the input */
	uint32_t batch; /* number of the batch in it */
};

enum compile_finding_type { COMPILE_INVALID, COMPILE_WARNING };

/*
 * Something wrong with a policy; told once per scope and document. In the result's arena.
 */
struct compile_finding {
	enum compile_finding_type type;
	struct str scope, file, holder, name;
	uint64_t offset;    /* in the file */
	uint32_t statement; /* of a warning */
	struct str text;
};

/* One scope, ready to be written. */
struct compile_result {
	struct builder *builder;
	struct buf documents; /* struct documents_entry: those of the scope */
	struct buf findings;  /* struct compile_finding */
	struct arena arena;
};

/*
 * Spool and documents are borrowed. `collected_at` is for scopes whose records do not
 * know; 0 unknown.
 */
void compile_new(struct compile **out, struct spool *spool, struct documents *documents,
	int64_t collected_at);
void compile_free(struct compile *c);

/*
 * Take encoded records, without header. ERR_FORMAT for bytes that are none; ERR_IO from
 * the spool.
 */
int compile_add(
	struct compile *c, struct str records, struct compile_order order, struct err *e);

/*
 * Use nothing of the input. The scopes that it spoke of, or all when that is not known,
 * will say that it is missing. Before compile_finish; the texts are copied.
 */
void compile_refuse(struct compile *c, uint32_t input, struct str reason);

/* Scopes that the store has may stay in part (ingest/earlier.h). Before compile_scope. */
void compile_set_store(struct compile *c, struct store *store);

/*
 * No more will be added. Returns the number of scopes, in the order of their names from
 * now on.
 */
uint32_t compile_finish(struct compile *c);

/* Each scope once. On failure *out holds nothing. */
int compile_scope(
	struct compile_result *out, struct compile *c, uint32_t scope, struct err *e);
void compile_result_release(struct compile_result *r);

/*
 * Put all documents, when all are known to be used; else compile_write puts each scope's.
 * While scopes are being compiled, so that the writing thread does not wait for the first
 * of them.
 */
int compile_write_documents(struct compile *c, struct store_write *w, struct err *e);

/* Put the scope's documents that are not there yet, and its segment. */
int compile_write(struct compile_result *r, struct compile *c, struct store_write *w,
	struct err *e);

/* How many different documents were written, or there already; once, after all scopes. */
int compile_count_documents(struct compile *c, uint64_t *out, struct err *e);

#endif
