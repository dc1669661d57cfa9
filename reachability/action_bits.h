/*
 * action_bits.h - which actions of a list a statement has: bit sets, made once per pair.
 *
 * Cost: a hash look-up after the first time. Everything lies in the arena given; the
 * table is freed.
 */
#ifndef REACHABILITY_ACTION_BITS_H
#define REACHABILITY_ACTION_BITS_H

#include "graphstore/document.h"
#include "reachability/action_plan.h"

struct action_bits;

struct action_bits *action_bits_new(struct arena *arena);
void action_bits_free(struct action_bits *b);

/* The bits, l->all itself when all of them are set, or NULL when none is. */
const uint64_t *action_bits_of(struct action_bits *b, const struct document *document,
	const struct document_statement *s, const struct action_list *l);

/*
 * The actions whose requests may carry the condition's key: l->all itself when all of
 * them may.
 */
const uint64_t *action_bits_carried(struct action_bits *b,
	const struct document *document, const struct document_condition *condition,
	const struct provider *provider, const struct action_list *l);

/* Index of the first id that is not below `id`. */
uint32_t action_bits_index(const action_id *ids, uint32_t count, action_id id);

static inline bool action_bits_have(const uint64_t *bits, uint32_t i)
{
	return bits[i / 64] >> (i % 64) & 1u;
}

#endif
