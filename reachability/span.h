/*
 * span.h - where in a scope's entities the statements of a subject have something to say:
 * intervals of entity ids, in which keys that begin alike lie together.
 *
 * Lifetime: patterns are borrowed from documents or lie in the world's arena.
 */
#ifndef REACHABILITY_SPAN_H
#define REACHABILITY_SPAN_H

#include "reachability/decide.h"

struct span {
	entity_id begin, end;
	uint32_t statement; /* of the subject's */
	bool test;  /* it covers some of them, perhaps in part; else each of them whole */
	bool keyed; /* it tells them by their keys: it says nothing of "*" */
	struct str pattern; /* of a test: what must meet the entity; empty: always look */
};

/* Append the spans of all of the subject's statements. */
void span_collect(struct buf *out, struct world *w, struct segment *segment,
	const struct decide_subject *subject);

/*
 * Append the patterns of those that do not speak of every resource, as spans of no
 * entities: with variables replaced, without those that cover nothing.
 */
void span_patterns(
	struct buf *out, struct world *w, const struct decide_subject *subject);

#endif
