/*
 * section_priv.h - the parts of a segment: named arrays with checksums in one or a few
 * values.
 *
 * A small segment is packed, and cut into pieces of which LMDB puts four on a page: of
 * 10,000 small scopes a third of the bytes were ends of pages. When a segment grows over
 * SECTION_TOGETHER, sections over SECTION_ALONE get values of their own. Bytes:
 * docs/store-format.md, "segment".
 *
 * Invariants: every section begins at a multiple of 4 bytes; the first value is at least
 * SECTION_PAGE bytes, so that LMDB puts it on pages of its own, where it is aligned; no
 * value is larger than LIMIT_SEGMENT_BYTES.
 */
#ifndef GRAPHSTORE_SECTION_PRIV_H
#define GRAPHSTORE_SECTION_PRIV_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "graphstore/segment.h"

#define SECTION_FORMAT   8u
#define SECTION_PAGE     4096u
#define SECTION_PACKED   ((size_t)64 << 10)
#define SECTION_PIECE    998u
#define SECTION_TOGETHER ((size_t)64 << 20)
#define SECTION_ALONE    ((size_t)1 << 20)

/* name, type of one element */
#define SECTIONS(X)                                                                      \
	X(INFO, struct segment_head)                                                     \
	X(TEXT, char)                                                                    \
	X(KEY_STARTS, uint32_t)                                                          \
	X(KEY_BYTES, char)                                                               \
	X(FOREIGN_STARTS, uint32_t)                                                      \
	X(FOREIGN_BYTES, char)                                                           \
	X(ENTITIES, struct segment_entity)                                               \
	X(KINDS, struct segment_text)                                                    \
	X(DOCS, struct segment_doc)                                                      \
	X(INDEX, struct segment_index)                                                   \
	X(PRINCIPALS, struct segment_principal)                                          \
	X(COVERAGES, struct segment_coverage)                                            \
	X(HOLDING_STARTS, uint32_t)                                                      \
	X(HOLDINGS, struct segment_holding)                                              \
	X(TAG_STARTS, uint32_t)                                                          \
	X(TAGS, struct segment_pair)                                                     \
	X(ATTRIBUTE_STARTS, uint32_t)                                                    \
	X(ATTRIBUTES, struct segment_pair)                                               \
	X(KIND_MEMBER_STARTS, uint32_t)                                                  \
	X(KIND_MEMBERS, uint32_t)                                                        \
	X(CLASS_DOC_STARTS, uint32_t)                                                    \
	X(CLASS_DOCS, struct segment_class_doc)                                          \
	X(CLASS_MEMBER_STARTS, uint32_t)                                                 \
	X(CLASS_MEMBERS, uint32_t)                                                       \
	X(DOC_CLASS_STARTS, uint32_t)                                                    \
	X(DOC_CLASSES, uint32_t)                                                         \
	X(STATEMENTS, struct segment_statement)                                          \
	X(STATEMENT_DOC_STARTS, uint32_t)                                                \
	X(STATEMENT_DOCS, uint32_t)                                                      \
	X(DOC_STATEMENT_STARTS, uint32_t)                                                \
	X(DOC_STATEMENTS, uint32_t)                                                      \
	X(CLASSES, struct segment_class)                                                 \
	X(GAPS, uint32_t)                                                                \
	X(REFUSED, uint32_t)                                                             \
	X(COVERAGE_SUBJECT_STARTS, uint32_t)                                             \
	X(COVERAGE_SUBJECTS, uint32_t)

/*
 * Behind these: for each relation type forward starts and items, reverse starts and
 * items.
 */
#define SECTION_RELATION_PARTS 4u

enum section {
#define X(name, type) SECTION_##name,
	SECTIONS(X)
#undef X
		SECTION_RELATIONS,
	SECTION_COUNT = SECTION_RELATIONS +
			SECTION_RELATION_PARTS * (RELATION_TYPE_END - RELATION_MEMBER_OF)
};

static inline unsigned section_relation(enum record_relation_type type, bool reverse)
{
	return (unsigned)SECTION_RELATIONS +
	       SECTION_RELATION_PARTS * ((unsigned)type - RELATION_MEMBER_OF) +
	       (reverse ? 2 : 0);
}

/* The INFO section. Counts are those of the other sections. */
struct segment_head {
	struct segment_text scope, key, parent, format;
	int64_t collected_at;
	uint32_t entity_count, foreign_count;
	uint32_t identity_count, document_count; /* for status; relations as well */
	uint32_t relation_count, reserved;
};

/* The text of the heap, or false when it does not lie inside. */
static inline bool section_text(struct str *out, struct str heap, struct segment_text t)
{
	uint32_t size = 0, at = t.offset;

	for (unsigned shift = 0; shift < 32; shift += 7) {
		uint8_t byte;

		if (at >= heap.n)
			return false;
		byte = (uint8_t)heap.p[at++];
		size |= (uint32_t)(byte & 0x7f) << shift;
		if (byte & 0x80)
			continue;
		*out = (struct str){ heap.p + at, size };
		return size <= heap.n - at;
	}
	return false;
}

size_t section_element_size(unsigned section);
const char *section_name(unsigned section);

/*
 * The head of part 0: this, then one entry for each section that has bytes, ascending.
 * The sections of a part stand behind each other in this order, each at the next multiple
 * of 4; those of part 0 begin behind the entries.
 */
struct section_table {
	uint32_t magic, format;
	uint64_t checksum; /* of what follows in the head, entries included */
	uint32_t entry_count, part_count;
};

struct section_entry {
	uint32_t checksum; /* low half of the XXH3 */
	uint32_t size;
	uint16_t section, part;
};

/* What a writer fills: one buffer for each section. */
struct section_set {
	struct buf section[SECTION_COUNT];
};

void section_set_release(struct section_set *set);

/*
 * The values to write, part 0 first, into `parts` (struct buf each). ERR_LIMIT past a
 * limit.
 */
int section_pack(struct buf *parts, const struct section_set *set, struct err *e);
void section_parts_release(struct buf *parts);

/*
 * The pieces of a packed segment, when its parts are one part of at most SECTION_PACKED
 * bytes; otherwise none.
 */
void section_cut(struct buf *pieces, const struct buf *parts);

/* How many pieces there are of the one that comes first; 0 when it is none. */
uint32_t section_piece_count(struct str piece0);

/* Part 0 from all pieces, which stand in `pieces` behind each other. */
int section_join(struct buf *part0, struct str pieces, struct err *e);

/* What a reader gets: the bytes of each section, checked to lie inside their part. */
struct section_view {
	struct str bytes;
	uint32_t count;
};

/* How many parts the segment has whose part 0 this is; 0 when it is none. */
uint32_t section_part_count(struct str part0);

/* `parts` are all of them; each pointer aligned to 4. */
int section_open(struct section_view view[SECTION_COUNT], const struct str *parts,
	uint32_t part_count, struct err *e);

/* Verify the checksums. ERR_CORRUPT names the first section that is damaged. */
int section_check(
	const struct section_view view[SECTION_COUNT], struct str part0, struct err *e);

#endif
