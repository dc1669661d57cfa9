#include "graphstore/section_priv.h"

#include <assert.h>

#include "base/hash.h"
#include "base/limits.h"
#include "graphstore/packed.h"

#define SECTION_MAGIC 0x47534b4cu                          /* "LKSG" */
#define PIECE_MAGIC   0x50534b4cu                          /* "LKSP" */
#define PIECES_MAX    (2 * SECTION_PACKED / SECTION_PIECE) /* more than packing makes */

/* What docs/store-format.md promises; none of these has padding. */
_Static_assert(sizeof(struct section_table) == 24, "section table");
_Static_assert(sizeof(struct section_entry) == 12, "section entry");
_Static_assert(sizeof(struct segment_head) == 48, "INFO");
_Static_assert(sizeof(struct segment_entity) == 28, "ENTITIES");
_Static_assert(sizeof(struct segment_doc) == 40, "DOCS");
_Static_assert(sizeof(struct segment_index) == 16, "INDEX");
_Static_assert(sizeof(struct segment_statement) == 24, "STATEMENTS");
_Static_assert(sizeof(struct segment_class) == 8, "CLASSES");
_Static_assert(sizeof(struct segment_principal) == 20, "PRINCIPALS");
_Static_assert(sizeof(struct segment_coverage) == 16, "COVERAGES");
_Static_assert(sizeof(struct segment_holding) == 12, "HOLDINGS");
_Static_assert(sizeof(struct segment_pair) == 8, "TAGS");
_Static_assert(SECTION_COUNT == 68, "sections");

static const struct {
	const char *name;
	size_t size;
} sections[SECTION_RELATIONS] = {
#define X(name, type) [SECTION_##name] = { #name, sizeof(type) },
	SECTIONS(X)
#undef X
};

size_t section_element_size(unsigned section)
{
	return section < SECTION_RELATIONS ? sections[section].size : sizeof(uint32_t);
}

const char *section_name(unsigned section)
{
	return section < SECTION_RELATIONS ? sections[section].name : "RELATION";
}

void section_set_release(struct section_set *set)
{
	for (unsigned i = 0; i < SECTION_COUNT; i++)
		buf_release(&set->section[i]);
}

void section_parts_release(struct buf *parts)
{
	size_t count = VEC_COUNT(parts, struct buf);

	for (size_t i = 0; i < count; i++)
		buf_release(&VEC_DATA(parts, struct buf)[i]);
	buf_release(parts);
}

static int sizes_check(const struct section_set *set, size_t *total, struct err *e)
{
	*total = 0;
	for (unsigned i = 0; i < SECTION_COUNT; i++) {
		if (set->section[i].n > LIMIT_SEGMENT_BYTES)
			return err_set(e, ERR_LIMIT,
				"scope is too large: section %s has %zu bytes, at most %u",
				section_name(i), set->section[i].n, LIMIT_SEGMENT_BYTES);
		*total += (set->section[i].n + 3) & ~(size_t)3;
	}
	return 0;
}

static void place(struct buf *part, uint16_t number, const struct buf *b,
	uint16_t section, struct buf *entries)
{
	buf_align(part, 4);
	buf_add(part, b->p, b->n);
	VEC_ADD(entries, struct section_entry,
		{ .checksum = (uint32_t)hash64(buf_str(b)),
			.size = (uint32_t)b->n,
			.section = section,
			.part = number });
}

/* The head in front of what follows it in part 0. */
static struct buf part0_make(
	const struct buf *entries, const struct buf *rest, uint32_t part_count)
{
	struct section_table table = { .magic = SECTION_MAGIC,
		.format = SECTION_FORMAT,
		.entry_count = (uint32_t)VEC_COUNT(entries, struct section_entry),
		.part_count = part_count };
	struct buf first = { 0 };

	buf_reserve(&first, sizeof(table) + entries->n + rest->n);
	buf_add(&first, &table, sizeof(table));
	buf_add(&first, entries->p, entries->n);
	table.checksum = hash64((struct str){ first.p + 16, first.n - 16 });
	memcpy(first.p, &table, sizeof(table));
	buf_add(&first, rest->p, rest->n);
	while (first.n < SECTION_PAGE)
		buf_add_char(&first, 0);
	return first;
}

int section_pack(struct buf *parts, const struct section_set *set, struct err *e)
{
	struct buf entries = { 0 }, rest = { 0 }, first;
	uint16_t part_count = 1;
	size_t total = 0;

	if (sizes_check(set, &total, e) < 0)
		return e->code;
	buf_reserve(&rest, total <= SECTION_TOGETHER ? total : 0);
	VEC_ADD(parts, struct buf, { 0 });
	for (uint16_t i = 0; i < SECTION_COUNT; i++) {
		const struct buf *b = &set->section[i];
		struct buf alone = { 0 };

		if (b->n == 0)
			continue;
		if (total <= SECTION_TOGETHER || b->n <= SECTION_ALONE) {
			place(&rest, 0, b, i, &entries);
			continue;
		}
		place(&alone, part_count++, b, i, &entries);
		VEC_ADD(parts, struct buf, alone);
	}
	first = part0_make(&entries, &rest, part_count);
	VEC_DATA(parts, struct buf)[0] = first;
	buf_release(&entries);
	buf_release(&rest);
	return 0;
}

/* What the first piece begins with; then the packed part 0. */
struct piece_head {
	uint32_t magic, piece_count;
	uint64_t checksum; /* of what is packed */
};

void section_cut(struct buf *pieces, const struct buf *parts)
{
	const struct buf *part0 = VEC_DATA(parts, struct buf);
	struct piece_head head = { .magic = PIECE_MAGIC };
	struct buf packed = { 0 };

	if (VEC_COUNT(parts, struct buf) != 1 || part0->n > SECTION_PACKED)
		return;
	buf_add(&packed, &head, sizeof(head));
	packed_add(&packed, buf_str(part0));
	head.piece_count = (uint32_t)((packed.n + SECTION_PIECE - 1) / SECTION_PIECE);
	head.checksum = hash64(str_skip(buf_str(&packed), sizeof(head)));
	memcpy(packed.p, &head, sizeof(head));
	for (size_t at = 0; at < packed.n; at += SECTION_PIECE) {
		size_t left = packed.n - at;
		struct buf piece = { 0 };

		buf_add(&piece, packed.p + at,
			left < SECTION_PIECE ? left : SECTION_PIECE);
		VEC_ADD(pieces, struct buf, piece);
	}
	buf_release(&packed);
}

static bool piece_head(struct str pieces, struct piece_head *head)
{
	if (pieces.n < sizeof(*head))
		return false;
	memcpy(head, pieces.p, sizeof(*head));
	return head->magic == PIECE_MAGIC && head->piece_count <= PIECES_MAX;
}

uint32_t section_piece_count(struct str piece0)
{
	struct piece_head head;

	return piece_head(piece0, &head) ? head.piece_count : 0;
}

int section_join(struct buf *part0, struct str pieces, struct err *e)
{
	struct piece_head head;
	struct str packed = str_skip(pieces, sizeof(head));
	size_t size;

	if (!piece_head(pieces, &head) || hash64(packed) != head.checksum)
		return err_set(e, ERR_CORRUPT, "a packed segment has a wrong checksum");
	if (packed_size(&size, packed, e) < 0)
		return e->code;
	if (size > SECTION_PACKED)
		return err_set(e, ERR_CORRUPT, "a packed segment of %zu bytes", size);
	return packed_read(part0, packed, e);
}

/* The table at the begin of part 0, or NULL; its entries lie inside the part. */
static const struct section_table *table_of(struct str part0)
{
	const struct section_table *table = (const void *)part0.p;

	if (part0.n < sizeof(*table) || table->magic != SECTION_MAGIC ||
		table->format != SECTION_FORMAT || table->entry_count > SECTION_COUNT ||
		table->part_count > SECTION_COUNT + 1 ||
		part0.n - sizeof(*table) <
			table->entry_count * sizeof(struct section_entry))
		return NULL;
	return table;
}

uint32_t section_part_count(struct str part0)
{
	const struct section_table *table = table_of(part0);

	return table ? table->part_count : 0;
}

/* Where the next section of each part begins. */
struct places {
	const struct str *parts;
	uint32_t part_count;
	size_t at[SECTION_COUNT + 1];
};

static int entry_open(struct section_view view[SECTION_COUNT], struct places *p,
	const struct section_entry *entry)
{
	size_t begin;

	if (entry->section >= SECTION_COUNT || entry->part >= p->part_count ||
		entry->size == 0 || view[entry->section].bytes.n > 0 ||
		entry->size % section_element_size(entry->section) != 0)
		return -1;
	begin = (p->at[entry->part] + 3) & ~(size_t)3;
	if (begin > p->parts[entry->part].n ||
		entry->size > p->parts[entry->part].n - begin)
		return -1;
	view[entry->section].bytes =
		(struct str){ p->parts[entry->part].p + begin, entry->size };
	view[entry->section].count =
		(uint32_t)(entry->size / section_element_size(entry->section));
	p->at[entry->part] = begin + entry->size;
	return 0;
}

int section_open(struct section_view view[SECTION_COUNT], const struct str *parts,
	uint32_t part_count, struct err *e)
{
	const struct section_table *table = table_of(parts[0]);
	const struct section_entry *entries = (const void *)(table + 1);
	struct places places = { .parts = parts, .part_count = part_count };

	if (!table || table->part_count != part_count || part_count == 0)
		return err_set(e, ERR_CORRUPT, "segment has a damaged head");
	places.at[0] = sizeof(*table) + table->entry_count * sizeof(*entries);
	if (table->checksum != hash64((struct str){ parts[0].p + 16, places.at[0] - 16 }))
		return err_set(e, ERR_CORRUPT, "segment head has a wrong checksum");
	for (unsigned i = 0; i < SECTION_COUNT; i++)
		view[i] = (struct section_view){ .bytes = { parts[0].p, 0 } };
	for (uint32_t i = 0; i < table->entry_count; i++) {
		if (entry_open(view, &places, &entries[i]) < 0)
			return err_set(e, ERR_CORRUPT, "section %s is out of place",
				section_name(entries[i].section));
	}
	return 0;
}

int section_check(
	const struct section_view view[SECTION_COUNT], struct str part0, struct err *e)
{
	const struct section_table *table = table_of(part0);
	const struct section_entry *entries = (const void *)(table + 1);

	for (uint32_t i = 0; table && i < table->entry_count; i++) {
		unsigned section = entries[i].section;

		if (section >= SECTION_COUNT ||
			(uint32_t)hash64(view[section].bytes) != entries[i].checksum)
			return err_set(e, ERR_CORRUPT, "section %s has a wrong checksum",
				section_name(section));
	}
	return 0;
}
