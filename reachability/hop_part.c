#include "reachability/hop_part.h"

#include <stdint.h>

#include "base/buf.h"

#define MAGIC 0x50504f48u /* "HOPP" */

/* magic, version, sections, 0, then offset and size of each in words (heap: bytes) */
#define HEAD_WORDS (4u + 2u * HOP_PART_SECTIONS)

static int corrupt(struct err *e, const char *what)
{
	return err_set(e, ERR_CORRUPT, "a part of the hop index has %s", what);
}

static int sections_open(
	struct hop_part *out, const uint32_t *words, struct str bytes, struct err *e)
{
	for (uint32_t i = 0; i < HOP_PART_SECTIONS; i++) {
		uint64_t offset = (uint64_t)words[4 + 2 * i] * sizeof(uint32_t);
		uint64_t size = (uint64_t)words[5 + 2 * i] *
				(i == HOP_PART_HEAP ? 1 : sizeof(uint32_t));

		if (offset > bytes.n || size > bytes.n - offset)
			return corrupt(e, "a section outside");
		out->words[i] = words + words[4 + 2 * i];
		out->counts[i] = words[5 + 2 * i];
	}
	return 0;
}

int hop_part_open(struct hop_part *out, struct str bytes, struct err *e)
{
	const void *start = bytes.p;
	const uint32_t *words = start, *counts = out->counts;

	*out = (struct hop_part){ .ref_count = 0 };
	if (bytes.n < HEAD_WORDS * sizeof(uint32_t) || (uintptr_t)start % 4 != 0 ||
		words[0] != MAGIC || words[1] != HOP_PART_VERSION ||
		words[2] != HOP_PART_SECTIONS)
		return corrupt(e, "another head");
	if (sections_open(out, words, bytes, e) < 0)
		return e->code;
	if (counts[HOP_PART_RANGE] != HOP_PART_RANGE_WORDS)
		return corrupt(e, "no range");
	out->entity_count = out->words[HOP_PART_RANGE][HOP_PART_ENTITIES];
	out->set_count = out->words[HOP_PART_RANGE][HOP_PART_SETS];
	out->ref_count = counts[HOP_PART_CLASS_OF];
	out->rule_count = counts[HOP_PART_RULES];
	out->hub_count = counts[HOP_PART_HUBS] / 2;
	if (counts[HOP_PART_LIST_BEGINS] == 0 || counts[HOP_PART_CLASS_BEGINS] == 0 ||
		counts[HOP_PART_TEXTS] == 0 || counts[HOP_PART_EXPR_BEGINS] == 0)
		return corrupt(e, "an empty section");
	out->list_count = counts[HOP_PART_LIST_BEGINS] - 1;
	out->class_count = counts[HOP_PART_CLASS_BEGINS] - 1;
	if ((uint64_t)out->entity_count + counts[HOP_PART_OTHERS] / 4 != out->ref_count ||
		(uint64_t)out->ref_count + 1 != counts[HOP_PART_INTO_BEGINS] ||
		(uint64_t)out->ref_count + 1 != counts[HOP_PART_FROM_BEGINS] ||
		(uint64_t)out->ref_count * 2 != counts[HOP_PART_WIDE] ||
		(uint64_t)out->list_count + 1 != counts[HOP_PART_LIST_HUB_BEGINS] ||
		(uint64_t)out->hub_count + 1 != counts[HOP_PART_TARGET_BEGINS] ||
		(uint64_t)out->class_count + 1 != counts[HOP_PART_CLASS_FROM_BEGINS])
		return corrupt(e, "sections that do not fit together");
	return 0;
}

const void *hop_part_slice(const struct hop_part *p, enum hop_part_section begins,
	enum hop_part_section items, uint32_t i, uint32_t size, uint32_t *count)
{
	uint32_t begin, end;

	*count = 0;
	if ((uint64_t)i + 1 >= p->counts[begins])
		return p->words[items];
	begin = p->words[begins][i];
	end = p->words[begins][i + 1];
	if (begin > end || (uint64_t)end * size > p->counts[items])
		return p->words[items];
	*count = end - begin;
	return p->words[items] + (size_t)begin * size;
}

const struct hop_part_other *hop_part_other(const struct hop_part *p, uint32_t index)
{
	const void *others = p->words[HOP_PART_OTHERS];

	return (const struct hop_part_other *)others + index;
}

const struct hop_part_hub *hop_part_hub(const struct hop_part *p, uint32_t index)
{
	const void *hubs = p->words[HOP_PART_HUBS];

	return index < p->hub_count ? (const struct hop_part_hub *)hubs + index : NULL;
}

const struct hop_part_entry *hop_part_entry(const struct hop_part *p, uint32_t index)
{
	const void *entries = p->words[HOP_PART_ENTRIES];

	return index < p->counts[HOP_PART_ENTRIES] / 3
		       ? (const struct hop_part_entry *)entries + index
		       : NULL;
}

struct str hop_part_text(const struct hop_part *p, uint32_t text)
{
	const uint32_t *ends = p->words[HOP_PART_TEXTS];
	const void *heap = p->words[HOP_PART_HEAP];
	const char *bytes = heap;

	if ((uint64_t)text + 1 >= p->counts[HOP_PART_TEXTS] ||
		ends[text] > ends[text + 1] || ends[text + 1] > p->counts[HOP_PART_HEAP])
		return (struct str){ 0 };
	return (struct str){ bytes + ends[text], ends[text + 1] - ends[text] };
}

void hop_part_encode(struct buf *out, const struct buf sections[HOP_PART_SECTIONS])
{
	uint32_t head[HEAD_WORDS] = { MAGIC, HOP_PART_VERSION, HOP_PART_SECTIONS, 0 };
	uint32_t at = HEAD_WORDS;

	for (uint32_t i = 0; i < HOP_PART_SECTIONS; i++) {
		uint32_t words = (uint32_t)((sections[i].n + 3) / 4);

		head[4 + 2 * i] = at;
		head[5 + 2 * i] = i == HOP_PART_HEAP ? (uint32_t)sections[i].n : words;
		at += words;
	}
	buf_reserve(out, (size_t)at * sizeof(uint32_t));
	buf_add(out, head, sizeof(head));
	for (uint32_t i = 0; i < HOP_PART_SECTIONS; i++) {
		buf_add(out, sections[i].p, sections[i].n);
		buf_align(out, sizeof(uint32_t));
	}
}

/* --- check --- */

static bool begins_good(const struct hop_part *p, enum hop_part_section begins,
	enum hop_part_section items, uint32_t size)
{
	const uint32_t *v = p->words[begins];
	uint32_t count = p->counts[begins];

	for (uint32_t i = 0; i + 1 < count; i++) {
		if (v[i] > v[i + 1])
			return false;
	}
	return count > 0 && v[0] == 0 &&
	       (uint64_t)v[count - 1] * size == p->counts[items];
}

/* Word `at` of every item of `size` words is below the bound, or is none. */
static bool words_below(const struct hop_part *p, enum hop_part_section items,
	uint32_t at, uint32_t size, uint32_t bound)
{
	for (uint32_t i = at; i < p->counts[items]; i += size) {
		uint32_t n = p->words[items][i];

		if (n >= bound && n != HOP_PART_NONE)
			return false;
	}
	return p->counts[items] % size == 0;
}

static bool entries_good(const struct hop_part *p)
{
	for (uint32_t i = 0; i + 2 < p->counts[HOP_PART_ENTRIES]; i += 3) {
		const uint32_t *v = p->words[HOP_PART_ENTRIES] + i;
		uint32_t bound = v[0] & HOP_PART_CLASS ? p->class_count : p->ref_count;

		if ((v[0] & ~HOP_PART_CLASS) >= bound ||
			v[1] >> 1 >= p->counts[HOP_PART_EXPR_BEGINS])
			return false;
	}
	return true;
}

int hop_part_check(const struct hop_part *p, struct err *e)
{
	static const struct {
		enum hop_part_section begins, items;
		uint32_t size;
	} lists[] = {
		{ HOP_PART_LIST_BEGINS, HOP_PART_ENTRIES, 3 },
		{ HOP_PART_CLASS_BEGINS, HOP_PART_MEMBERS, 1 },
		{ HOP_PART_INTO_BEGINS, HOP_PART_INTO, 2 },
		{ HOP_PART_LIST_HUB_BEGINS, HOP_PART_LIST_HUBS, 1 },
		{ HOP_PART_TARGET_BEGINS, HOP_PART_TARGETS, 2 },
		{ HOP_PART_FROM_BEGINS, HOP_PART_FROM, 2 },
		{ HOP_PART_CLASS_FROM_BEGINS, HOP_PART_CLASS_FROM, 2 },
		{ HOP_PART_TEXTS, HOP_PART_HEAP, 1 },
	};

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		if (!begins_good(p, lists[i].begins, lists[i].items, lists[i].size))
			return corrupt(e, "a list that ends before it begins");
	}
	if (!entries_good(p) || !words_below(p, HOP_PART_MEMBERS, 0, 1, p->ref_count) ||
		!words_below(p, HOP_PART_HUBS, 0, 2, p->rule_count) ||
		!words_below(p, HOP_PART_HUBS, 1, 2, p->list_count) ||
		!words_below(p, HOP_PART_INTO, 0, 2, p->hub_count) ||
		!words_below(p, HOP_PART_INTO, 1, 2, p->ref_count) ||
		!words_below(p, HOP_PART_LIST_HUBS, 0, 1, p->hub_count) ||
		!words_below(p, HOP_PART_TARGETS, 0, 2, p->ref_count) ||
		!words_below(p, HOP_PART_TARGETS, 1, 2, p->ref_count) ||
		!words_below(p, HOP_PART_WIDE, 1, 2, p->set_count) ||
		!words_below(p, HOP_PART_CLASS_OF, 0, 1, p->class_count) ||
		!words_below(p, HOP_PART_FROM, 0, 2, p->list_count) ||
		!words_below(p, HOP_PART_CLASS_FROM, 0, 2, p->list_count) ||
		!words_below(p, HOP_PART_CHANGED, 0, 1, p->ref_count) ||
		!words_below(p, HOP_PART_CHANGES, 0, 6, p->ref_count) ||
		!words_below(p, HOP_PART_CHANGES, 1, 6, p->rule_count) ||
		!words_below(p, HOP_PART_CHANGES, 2, 6, p->ref_count) ||
		!words_below(p, HOP_PART_CHANGES, 3, 6, p->ref_count) ||
		p->counts[HOP_PART_READINGS] % 2 != 0 ||
		!words_below(p, HOP_PART_ABROAD, 0, 1, p->ref_count) ||
		!words_below(p, HOP_PART_NAMED, 0, 1, p->ref_count) ||
		!words_below(p, HOP_PART_DENIED, 0, 1, p->ref_count) ||
		!words_below(p, HOP_PART_OPENERS, 0, 1, p->entity_count))
		return corrupt(e, "a number that leads nowhere");
	return 0;
}
