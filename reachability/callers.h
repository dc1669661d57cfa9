/*
 * callers.h - who is alike to a decision: of identities that hold the same statements
 * about an object, those of whom all conditions that read who calls say the same share
 * it.
 *
 * Lifetime: of one object and one scope; answers lie in the world's arena.
 */
#ifndef REACHABILITY_CALLERS_H
#define REACHABILITY_CALLERS_H

#include "base/intern.h"
#include "reachability/decide.h"

struct callers {
	struct decide *decide;
	const struct decide_object *object;
	struct buf classes; /* struct callers_class, by number */
	struct intern said; /* class, what its tests say */
	struct buf answers; /* struct decide_shared, by number of what is said */
	struct buf tests;   /* struct decide_test: of the decision in hand */
	bool others;        /* it asked more */
	struct buf key;
};

void callers_begin(struct callers *c, struct decide *d, const struct decide_object *o);
void callers_end(struct callers *c);

/* The answer of another of the class that is alike; NULL: none is known. */
int callers_recall(const struct decide_shared **out, struct callers *c, uint32_t class,
	node_id n, struct err *e);

/* Around the decision for one of the class. */
void callers_record(struct callers *c);
void callers_stop(struct callers *c);

/* What it gave is for all that are alike to this one. */
int callers_keep(struct callers *c, uint32_t class, node_id n,
	const struct decide_shared *answer, struct err *e);

#endif
