#include "reachability/action_bits.h"

#include <stdlib.h>

struct bits_slot {
	const void *of;       /* a statement, or a condition */
	uint32_t list;        /* number + 1; 0: free */
	const uint64_t *bits; /* NULL: it has none of the actions */
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

static struct bits_slot *slot_of(struct action_bits *b, const void *of, uint32_t list)
{
	uint64_t h = ((uint64_t)(uintptr_t)of >> 3) * 0x9e3779b97f4a7c15ull +
		     list * 0x85ebca6bull;
	uint32_t mask = b->slot_count - 1, i = (uint32_t)(h >> 20) & mask;

	while (b->slots[i].list != 0 &&
		(b->slots[i].of != of || b->slots[i].list != list + 1))
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
			*slot_of(b, old[i].of, old[i].list - 1) = old[i];
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

/* The slot of the pair; new ones are marked as taken: *found is false. */
static struct bits_slot *slot_take(
	struct action_bits *b, const void *of, uint32_t list, bool *found)
{
	struct bits_slot *slot = slot_of(b, of, list);

	*found = slot->list != 0;
	if (*found)
		return slot;
	if (b->slot_used++ > b->slot_count / 2) {
		slots_grow(b);
		slot = slot_of(b, of, list);
	}
	slot->of = of;
	slot->list = list + 1;
	return slot;
}

const uint64_t *action_bits_of(struct action_bits *b, const struct document *doc,
	const struct document_statement *s, const struct action_list *l)
{
	struct bits_slot *slot;
	bool found;

	if (apart(doc, s, l))
		return NULL;
	slot = slot_take(b, s, l->number, &found);
	if (!found)
		slot->bits = bits_make(b->arena, doc, s, l);
	return slot->bits;
}

const uint64_t *action_bits_carried(struct action_bits *b, const struct document *doc,
	const struct document_condition *condition, const struct provider *provider,
	const struct action_list *l)
{
	struct str key = document_str(doc, condition->key);
	struct bits_slot *slot;
	uint32_t total = 0;
	uint64_t *bits;
	bool found;

	if (!provider->key_tells)
		return l->all;
	slot = slot_take(b, condition, l->number, &found);
	if (found)
		return slot->bits;
	slot->bits = l->all;
	if (!provider->key_tells(key))
		return l->all;
	bits = ARENA_NEW_ARRAY(b->arena, uint64_t, l->words);
	for (uint32_t i = 0; i < l->count; i++) {
		if (!provider->may_carry(l->ids[i], key))
			continue;
		bits[i / 64] |= 1ull << (i % 64);
		total++;
	}
	if (total < l->count)
		slot->bits = bits;
	return slot->bits;
}
