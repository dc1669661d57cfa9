/*
 * seal_priv.h - from a builder's rows to the sections of a segment.
 *
 * Everything is sorted by content, never by the order of arrival, so that the same facts
 * always give the same bytes. Order of work: keys, documents, entities, holdings,
 * relations, classes, entries, sources; each needs those before it.
 */
#ifndef GRAPHSTORE_SEAL_PRIV_H
#define GRAPHSTORE_SEAL_PRIV_H

#include "graphstore/builder_priv.h"

/*
 * Fill parts, blocks and counts of the builder. ERR_LIMIT, or ERR_CORRUPT for a damaged
 * document.
 */
int seal_run(struct builder *b, struct err *e);

/* State of seal_run. Ids are entity ids; `total` counts foreign ones too. */
struct seal {
	struct builder *b;
	struct section_set set;
	uint32_t *id_of;   /* per text: entity id, or SEGMENT_NONE when it is no key */
	uint32_t id_texts; /* texts that id_of covers */
	text_id *text_of;  /* per id: its key */
	uint32_t entity_count, foreign_count, total;
	struct buf places;          /* uint32_t per text: offset in the heap, or 0 */
	struct buf holding_sources; /* struct builder_source per holding */
	uint32_t *doc_number;       /* per builder doc: its number */
	uint32_t *missing; /* per id: number of the missing doc of that policy, or NONE */
	uint8_t *
		/* per id: has an identity document, or is known to have none */
		policy_known;
	uint8_t *policy_bits; /* per id: 1 << enum segment_policy_state seen */
	uint32_t *class_of;   /* per entity */
	uint32_t doc_count, class_count;
	struct document *documents; /* per doc number with bytes */
	uint32_t document_count;
};

/* The id of a key; it was found to be one when the keys were numbered. */
uint32_t seal_id(const struct seal *s, text_id key);

/* Put the text into the heap, once. */
struct segment_text seal_text(struct seal *s, text_id t);
/* What is there; borrowed until the next text. */
struct str seal_str(const struct seal *s, struct segment_text t);

/*
 * The starts of `list_count` lists from rows in list order, each row beginning with its
 * list's number.
 */
void seal_starts(struct buf *out, uint32_t list_count, const void *rows, size_t row_size,
	size_t count);

/* Sort rows of (list << 32 | item), drop repeated ones, write starts and items. */
void seal_lists(struct seal *s, unsigned section, uint32_t list_count, struct buf *rows);

/* One list of ids that seal_lists wrote. */
const uint32_t *seal_list(
	const struct seal *s, unsigned section, uint32_t i, uint32_t *count);

/* The holdings of an id, as written. */
const struct segment_holding *seal_holdings(
	const struct seal *s, uint32_t id, uint32_t *count);

/* How many holdings an id has, and the first of them. */
uint32_t seal_holding_range(const struct seal *s, uint32_t id, uint32_t *begin);

/* The builder's entity of a local id. */
uint32_t seal_entity(const struct seal *s, uint32_t id);

/* seal_reference.c: references by name become keys. Before the keys are numbered. */
void seal_reference_resolve(struct builder *b);

/* seal_class.c: number the missing docs, make classes. Needs holdings and relations. */
void seal_class_missing(struct seal *s);
void seal_class_make(struct seal *s);
/* What the statements say of each class. Needs statements. */
void seal_class_finish(struct seal *s);

/* seal_statement.c: the classes' statements, each once. Needs classes. */
void seal_statement_make(struct seal *s);

/* seal_entry.c: index and principal entries. Needs statements and documents. */
void seal_entry_make(struct seal *s);

/* seal_coverage.c: what was read and what not. Fills policy_bits, too. */
void seal_coverage_make(struct seal *s);
/*
 * Whether all policies of the scope's entities were read, who has none has none: of all
 * ("policies"), or of all but containers ("policies-inside").
 */
bool seal_coverage_all_policies(const struct seal *s, const char *what);

/* seal_source.c: where each id was read, into blocks. Needs holdings. */
void seal_source_make(struct seal *s);

#endif
