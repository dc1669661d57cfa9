#include "reachability/action_bits.h"

#include <stdlib.h>

struct bits_slot {
	const struct document_statement *statement;
	uint32_t list;        /* number + 1; 0: free */
	const uint64_t *bits; /* NULL: the statement has none of the actions */
};

struct action_bits {
	struct arena *arena;
	struct bits_slot *slots; /* open addressing */
	uint32_t slot_count, slot_used;
};

struct action_bits *action_bits_new(struct arena *arena)
{
	struct action_bits *b = calloc(1, sizeof(*b));

	if (!b)
		abort();
	b->arena = arena;
	b->slot_count = 1024;
	b->slots = calloc(b->slot_count, sizeof(*b->slots));
	if (!b->slots)
		abort();
	return b;
}

void action_bits_free(struct action_bits *b)
{
	if (!b)
		return;
	free(b->slots);
	free(b);
}

static struct bits_slot *slot_of(
	struct action_bits *b, const struct document_statement *s, uint32_t list)
{
	uint64_t h = ((uint64_t)(uintptr_t)s >> 3) * 0x9e3779b97f4a7c15ull +
		     list * 0x85ebca6bull;
	uint32_t mask = b->slot_count - 1, i = (uint32_t)(h >> 20) & mask;

	while (b->slots[i].list != 0 &&
		(b->slots[i].statement != s || b->slots[i].list != list + 1))
		i = (i + 1) & mask;
	return &b->slots[i];
}

static void slots_grow(struct action_bits *b)
{
	struct bits_slot *old = b->slots;
	uint32_t count = b->slot_count;

	b->slot_count *= 2;
	b->slots = calloc(b->slot_count, sizeof(*b->slots));
	if (!b->slots)
		abort();
	for (uint32_t i = 0; i < count; i++) {
		if (old[i].list != 0)
			*slot_of(b, old[i].statement, old[i].list - 1) = old[i];
	}
	free(old);
}

uint32_t action_bits_index(const action_id *ids, uint32_t count, action_id id)
{
	uint32_t low = 0, high = count;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (ids[mid] < id)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static const uint64_t *bits_make(struct arena *arena, const struct document *doc,
	const struct document_statement *s, const struct action_list *l)
{
	uint64_t *bits = NULL;
	uint32_t total = 0;

	for (uint32_t k = 0; k < s->action_count; k++) {
		const struct document_interval *v = &doc->intervals[s->action_first + k];
		uint32_t i = action_bits_index(l->ids, l->count, v->begin);

		for (; i < l->count && l->ids[i] < v->end; i++) {
			if (!bits)
				bits = ARENA_NEW_ARRAY(arena, uint64_t, l->words);
			bits[i / 64] |= 1ull << (i % 64);
			total++;
		}
	}
	return total == l->count ? l->all : bits;
}

/* Whether the actions of both, which ascend, lie apart: those of most pairs do. */
static bool apart(const struct document *doc, const struct document_statement *s,
	const struct action_list *l)
{
	const struct document_interval *v = &doc->intervals[s->action_first];

	return s->action_count == 0 || l->count == 0 ||
	       v[s->action_count - 1].end <= l->ids[0] ||
	       v[0].begin > l->ids[l->count - 1];
}

const uint64_t *action_bits_of(struct action_bits *b, const struct document *doc,
	const struct document_statement *s, const struct action_list *l)
{
	struct bits_slot *slot;

	if (apart(doc, s, l))
		return NULL;
	slot = slot_of(b, s, l->number);
	if (slot->list != 0)
		return slot->bits;
	if (b->slot_used++ > b->slot_count / 2) {
		slots_grow(b);
		slot = slot_of(b, s, l->number);
	}
	slot->statement = s;
	slot->list = l->number + 1;
	slot->bits = bits_make(b->arena, doc, s, l);
	return slot->bits;
}
