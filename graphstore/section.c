#include "graphstore/section_priv.h"

#include <assert.h>

#include "base/hash.h"
#include "base/limits.h"

#define SECTION_MAGIC 0x47534b4cu /* "LKSG" */

/* What docs/store-format.md promises; none of these has padding. */
_Static_assert(sizeof(struct section_table) == 24, "section table");
_Static_assert(sizeof(struct section_entry) == 24, "section entry");
_Static_assert(sizeof(struct segment_head) == 64, "INFO");
_Static_assert(sizeof(struct segment_entity) == 32, "ENTITIES");
_Static_assert(sizeof(struct segment_doc) == 48, "DOCS");
_Static_assert(sizeof(struct segment_index) == 20, "INDEX");
_Static_assert(sizeof(struct segment_statement) == 24, "STATEMENTS");
_Static_assert(sizeof(struct segment_class) == 8, "CLASSES");
_Static_assert(sizeof(struct segment_principal) == 28, "PRINCIPALS");
_Static_assert(sizeof(struct segment_coverage) == 24, "COVERAGES");
_Static_assert(sizeof(struct segment_holding) == 16, "HOLDINGS");
_Static_assert(sizeof(struct segment_pair) == 16, "TAGS");
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
		*total += (set->section[i].n + 7) & ~(size_t)7;
	}
	return 0;
}

static struct section_entry place(
	struct buf *part, uint32_t number, const struct buf *b, unsigned section)
{
	struct section_entry entry = {
		.checksum = hash64(buf_str(b)),
		.part = number,
		.size = (uint32_t)b->n,
		.count = (uint32_t)(b->n / section_element_size(section)),
	};

	buf_align(part, 8);
	entry.offset = (uint32_t)part->n;
	buf_add(part, b->p, b->n);
	return entry;
}

int section_pack(struct buf *parts, const struct section_set *set, struct err *e)
{
	struct section_entry entries[SECTION_COUNT] = { 0 };
	struct section_table table = { .magic = SECTION_MAGIC,
		.format = SECTION_FORMAT,
		.section_count = SECTION_COUNT,
		.part_count = 1 };
	struct buf first = { 0 };
	size_t total = 0;

	if (sizes_check(set, &total, e) < 0)
		return e->code;
	buf_reserve(&first, sizeof(table) + sizeof(entries) +
				    (total <= SECTION_TOGETHER ? total : 0));
	buf_add(&first, &table, sizeof(table));
	buf_add(&first, entries, sizeof(entries));
	VEC_ADD(parts, struct buf, { 0 });
	for (unsigned i = 0; i < SECTION_COUNT; i++) {
		const struct buf *b = &set->section[i];
		struct buf alone = { 0 };

		if (total <= SECTION_TOGETHER || b->n <= SECTION_ALONE) {
			entries[i] = place(&first, 0, b, i);
			continue;
		}
		entries[i] = place(&alone, table.part_count++, b, i);
		VEC_ADD(parts, struct buf, alone);
	}
	while (first.n < SECTION_PAGE)
		buf_add_char(&first, 0);
	memcpy(first.p + sizeof(table), entries, sizeof(entries));
	memcpy(first.p, &table, sizeof(table));
	table.checksum = hash64(
		(struct str){ first.p + 16, sizeof(table) + sizeof(entries) - 16 });
	memcpy(first.p, &table, sizeof(table));
	VEC_DATA(parts, struct buf)[0] = first;
	return 0;
}

uint32_t section_part_count(struct str part0)
{
	const struct section_table *table = (const void *)part0.p;

	if (part0.n < sizeof(*table) + SECTION_COUNT * sizeof(struct section_entry) ||
		table->magic != SECTION_MAGIC || table->format != SECTION_FORMAT ||
		table->section_count != SECTION_COUNT ||
		table->part_count > SECTION_COUNT + 1)
		return 0;
	return table->part_count;
}

static int entry_open(struct section_view *out, const struct section_entry *entry,
	unsigned section, const struct str *parts, uint32_t part_count)
{
	size_t element = section_element_size(section);

	if (entry->part >= part_count || entry->offset % 8 != 0 ||
		entry->offset > parts[entry->part].n ||
		entry->size > parts[entry->part].n - entry->offset ||
		(uint64_t)entry->count * element != entry->size)
		return -1;
	out->bytes = (struct str){ parts[entry->part].p + entry->offset, entry->size };
	out->count = entry->count;
	return 0;
}

int section_open(struct section_view view[SECTION_COUNT], const struct str *parts,
	uint32_t part_count, struct err *e)
{
	const struct section_table *table = (const void *)parts[0].p;
	const struct section_entry *entries = (const void *)(table + 1);

	if (section_part_count(parts[0]) != part_count || part_count == 0)
		return err_set(e, ERR_CORRUPT, "segment has a damaged head");
	if (table->checksum !=
		hash64((struct str){ parts[0].p + 16,
			sizeof(*table) + SECTION_COUNT * sizeof(*entries) - 16 }))
		return err_set(e, ERR_CORRUPT, "segment head has a wrong checksum");
	for (unsigned i = 0; i < SECTION_COUNT; i++) {
		if (entry_open(&view[i], &entries[i], i, parts, part_count) < 0)
			return err_set(e, ERR_CORRUPT, "section %s is out of place",
				section_name(i));
	}
	return 0;
}

int section_check(
	const struct section_view view[SECTION_COUNT], struct str part0, struct err *e)
{
	const struct section_entry *entries =
		(const void *)(part0.p + sizeof(struct section_table));

	for (unsigned i = 0; i < SECTION_COUNT; i++) {
		if (hash64(view[i].bytes) != entries[i].checksum)
			return err_set(e, ERR_CORRUPT, "section %s has a wrong checksum",
				section_name(i));
	}
	return 0;
}
