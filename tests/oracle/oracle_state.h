/*
 * oracle_state.h - identities as hops have changed them, and what each of them may do.
 *
 * A state is an identity of the world with policies of its own, without its boundary or
 * its denies, in more groups, or with one resource that admits it. The first states are
 * the nodes as they are, in their order. Steps lead from one state to another.
 */
#ifndef TESTS_ORACLE_ORACLE_STATE_H
#define TESTS_ORACLE_ORACLE_STATE_H

#include "oracle.h"

#include "reachability/rule.h"

struct oracle_step {
	uint32_t to;
	struct oracle_range verdict;
	uint32_t cost;
};

struct oracle_state {
	struct oracle_node node; /* the identity as it is now */
	uint32_t base;           /* whom it is made of */
	uint32_t gains;          /* enum rule_yield: RULE_GAINS */
	uint64_t groups;         /* it joined: bits of the groups in node order */
	uint32_t opened;         /* the resource, or ORACLE_NONE */
	const struct rule *opener;
	struct buf steps;    /* struct oracle_step, one for each end and cost */
	uint8_t **decisions; /* per object: per class, 0 or a range and one; lazily */
};

struct oracle_states {
	struct oracle *o;
	struct arena arena;
	bool strict;      /* what nobody read may let in whoever asks */
	struct buf items; /* struct oracle_state * */
	struct intern keys;
	struct buf groups; /* uint32_t: nodes */
};

void oracle_states_init(struct oracle_states *s, struct oracle *o, bool strict);
void oracle_states_release(struct oracle_states *s);

uint32_t oracle_states_count(const struct oracle_states *s);
struct oracle_state *oracle_states_get(const struct oracle_states *s, uint32_t state);

/* State numbers. What changes nothing is the state itself. */
uint32_t oracle_states_gain(struct oracle_states *s, uint32_t state, uint32_t gains);
uint32_t oracle_states_join(struct oracle_states *s, uint32_t state, uint32_t group);
uint32_t oracle_states_open(struct oracle_states *s, uint32_t state, uint32_t resource,
	const struct rule *rule);

/* The better of this and what there is between the two for no more. */
void oracle_states_step(struct oracle_states *s, uint32_t from, struct oracle_step step);

/* What the state may do of one class of an object, which may be of no question. */
struct oracle_range oracle_states_decide(struct oracle_states *s, uint32_t state,
	uint32_t n, const struct oracle_object *object, uint32_t class);

#endif
