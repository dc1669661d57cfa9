/*
 * likeness.h - objects for which the question "who may do it to this one?" has the same
 * answer.
 *
 * Whoever may act on an object follows from the object's own policies, the statements of
 * identities and ceilings that cover it, its kind and account, and what is above it.
 * Objects that agree in all of them are alike: one search_who answers for each of them.
 * Statements come from the index by chains of literal prefixes that begin the object's
 * key; what a chain says of the question's actions is worked out once, not once for each
 * object.
 *
 * An object is alone where a statement covers it in part, reads its attributes or holds
 * a variable: then nothing stands for it.
 *
 * Ownership: keys are appended to the caller's buffer. Threads: as decide.h.
 */
#ifndef REACHABILITY_LIKENESS_H
#define REACHABILITY_LIKENESS_H

#include "reachability/decide.h"

struct likeness;

/* For the actions of `d`, which must outlive it. */
struct likeness *likeness_new(struct decide *d);
void likeness_free(struct likeness *l);

/*
 * Append bytes that are equal for objects that are alike; *alone: no other object is
 * like this one.
 */
int likeness_add(
	struct buf *out, bool *alone, struct likeness *l, node_id object, struct err *e);

#endif
