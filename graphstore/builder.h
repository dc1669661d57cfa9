/*
 * builder.h - collect one scope's facts, then write them as the scope's next segment.
 *
 * The compiler of ingest fills a builder on a worker thread (no store needed);
 * builder_seal sorts, numbers and packs everything into section bytes; builder_write puts
 * these into an open write. All strings are copied in. Adding an entity twice merges the
 * two (see base/record.h, invariant 3).
 *
 * Threads: a builder belongs to one thread at a time; several may be filled at once.
 */
#ifndef GRAPHSTORE_BUILDER_H
#define GRAPHSTORE_BUILDER_H

#include "base/err.h"
#include "base/hash.h"
#include "base/record.h"
#include "graphstore/store.h"

struct builder;

struct builder *builder_new(struct str scope);
struct str builder_scope(const struct builder *b); /* borrowed from the builder */
void builder_free(struct builder *b);

void builder_set_scope(struct builder *b, const struct record_scope *scope);
void builder_add_entity(struct builder *b, const struct record_entity *entity);
void builder_add_relation(struct builder *b, const struct record_relation *relation);
void builder_add_coverage(struct builder *b, const struct record_coverage *coverage);

/*
 * A policy document on an entity: its digest and compiled bytes (kept by the builder
 * until written; given once per digest is enough, then empty). An empty `digest` (NULL)
 * says: known to have none. Documents whose holder is a policy entity (ENTITY_POLICY)
 * reach identities by RELATION_ATTACHED, RELATION_BOUNDARY and groups; the builder makes
 * grant classes from that when it seals. A policy that is attached but has no document
 * becomes a missing doc of the class.
 */
void builder_add_document(struct builder *b, const struct record_document *document,
	const struct sha256 *digest, struct str compiled);

bool builder_has_document(const struct builder *b, const struct sha256 *digest);

/*
 * Keep a record beside the segment, so that the scope can be compiled again when a part
 * of it is replaced (base/record.h); of a document `digest` stands for its body. Of
 * scopes that have parts only.
 */
void builder_keep(struct builder *b, const struct record *r, const struct sha256 *digest);

/* Number, sort, pack. ERR_LIMIT when something outgrows its field. Call once. */
int builder_seal(struct builder *b, struct err *e);

/* All documents are in the store, or in this write: builder_write need not look. */
void builder_documents_are_put(struct builder *b);

/*
 * Put the sealed segment, its sources and kept records, its documents and its links into
 * the write.
 */
int builder_write(struct builder *b, struct store_write *w, struct err *e);

/* Counts for progress and status, after seal. */
struct builder_counts {
	uint32_t entities, identities, documents, classes, relations;
};
struct builder_counts builder_counts(const struct builder *b);

#endif
