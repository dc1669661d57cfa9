/*
 * duel_priv.h - a duel that is going on; for the files that ask its questions.
 */
#ifndef TESTS_ORACLE_DUEL_PRIV_H
#define TESTS_ORACLE_DUEL_PRIV_H

#include "duel.h"
#include "estate.h"
#include "oracle.h"

struct duel {
	struct oracle oracle;
	struct estate estate;
	struct arena arena;
	node_id *nodes;      /* of the engine, per node of the oracle */
	uint16_t **class_of; /* per object, per action: class + 1, 0: none */
	uint8_t *verdict_of; /* per action, of the row in hand */
	struct duel_result *result;
};

#define DUEL_REPORTED 100u

/*
 * Sorts of differences: which question, which way, and both verdicts; the last one: all
 * others.
 */
enum question { QUESTION_WHAT, QUESTION_WHO, QUESTION_CAN, QUESTION_STRING };

static inline uint32_t duel_sort(enum question question, bool indirect,
	enum oracle_verdict got, enum oracle_verdict want)
{
	return (uint32_t)question * 32 + (indirect ? 16u : 0u) + (uint32_t)got * 4 +
	       (uint32_t)want;
}
#define DUEL_SORT_OTHER 127u

/* Count a difference; whether it is among the first of its world. */
static inline bool duel_reports(struct duel *d, uint32_t sort)
{
	d->result->sorts[sort / 64] |= 1ull << sort % 64;
	return d->result->differences++ < DUEL_REPORTED;
}

static inline enum oracle_verdict duel_verdict(enum expr_verdict v)
{
	switch (v) {
	case VERDICT_ALLOWED:
		return ORACLE_ALLOWED;
	case VERDICT_CONDITIONAL:
	case VERDICT_ELIGIBLE:
		return ORACLE_CONDITIONAL;
	case VERDICT_UNKNOWN:
		return ORACLE_UNKNOWN;
	case VERDICT_DENIED:
		return ORACLE_DENIED;
	}
	return ORACLE_DENIED;
}

static inline struct str duel_key(const struct duel *d, uint32_t n)
{
	return oracle_world_node(&d->oracle.world, n)->key;
}

/*
 * The keys that an action of the class may be about, where it has one target and that
 * stands for many; or NULL.
 */
static inline const struct buf *duel_strings(
	const struct duel *d, uint32_t y, uint32_t class)
{
	const struct oracle_object *o = oracle_object(&d->oracle, y);
	uint32_t targets = o->classes[class].targets, t = 0;

	if (targets == 0 || (targets & (targets - 1)) != 0)
		return NULL;
	while (!(targets >> t & 1))
		t++;
	return VEC_COUNT(&o->strings[t], struct oracle_string) > 1 ? &o->strings[t]
								   : NULL;
}

/* What of an object a direct row says that it reaches. */
void duel_reach_compare(
	struct duel *d, uint32_t x, uint32_t y, const struct answer_row *row);

/* Some questions about one pair each, by the seed. */
int duel_single_ask(struct duel *d, uint64_t seed, struct err *e);

#endif
