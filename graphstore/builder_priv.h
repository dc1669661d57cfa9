/*
 * builder_priv.h - what a builder holds while it is filled.
 *
 * Filling appends rows whose texts are numbers of one interner; seal_run makes the
 * segment of them.
 */
#ifndef GRAPHSTORE_BUILDER_PRIV_H
#define GRAPHSTORE_BUILDER_PRIV_H

#include "base/intern.h"
#include "graphstore/builder.h"
#include "graphstore/section_priv.h"

/* Texts are ids of builder.texts; 0 is the empty text. */
typedef uint32_t text_id;

#define BUILDER_NO_TEXT 0u

/* Where something was read; no file: not known. */
struct builder_source {
	text_id file;
	uint64_t offset;
};

struct builder_entity {
	text_id key, kind, name, parent;
	uint32_t flags;
	int64_t created, last_used;
	bool tags_known;
	struct builder_source source; /* of several the first */
};

/* A tag or attribute; of two with one key the later one wins. */
struct builder_pair {
	text_id owner, key, value;
	uint32_t order;
};

struct builder_relation {
	text_id from, to;
	uint32_t type;
};

struct builder_holding {
	text_id holder, name;
	struct builder_source source;
	uint32_t layer;
	uint32_t doc; /* into builder.docs, or SEGMENT_NONE: known to have none */
};

struct builder_coverage {
	text_id what, subject, detail;
	uint32_t state;
};

struct builder_doc {
	size_t compiled, text; /* where in builder.compiled and .bodies */
	uint32_t compiled_size, text_size;
};

struct builder {
	struct intern texts, digests;
	struct buf entity_of; /* uint32_t per text: index of its entity + 1, or 0 */
	struct buf entities, tags, attributes, relations, holdings, coverages;
	struct buf docs, compiled, bodies; /* docs: one per digest */
	struct buf doc_order;              /* uint32_t: docs by digest, once sealed */
	text_id scope, key, parent, format;
	int64_t collected_at;
	bool sealed;
	struct buf parts;       /* struct buf each: the segment */
	struct buf pieces;      /* struct buf each: the same, packed, of a small one */
	struct buf blocks;      /* struct buf each: the values of its sources */
	struct buf kept;        /* records of the block at hand */
	struct buf kept_blocks; /* struct buf each: the packed ones before it */
	struct builder_counts counts;
};

struct str builder_str(const struct builder *b, text_id t);

/* By file and offset; what is not known comes last. */
int builder_source_compare(const struct builder *b, const struct builder_source *x,
	const struct builder_source *y);

/* calloc that aborts; count may be 0. */
void *builder_memory(size_t count, size_t size);

#endif
