/*
 * touched.h - what the index of one scope says about one object: the statements that
 * touch it, the classes that may be granted something by them, and which of them each
 * class holds.
 *
 * A statement touches an object when it has an action that is asked about and may cover
 * the object. Two classes that hold the same touching statements, be it in different
 * documents, get the same verdict.
 *
 * Lifetime: from touched_begin to touched_end, which leaves the decide's room as it was.
 * Cost: what touches the object, and what the classes hold; no document is read but one
 * per statement.
 */
#ifndef REACHABILITY_TOUCHED_H
#define REACHABILITY_TOUCHED_H

#include "reachability/decide.h"

struct touched {
	struct decide *decide;
	const struct decide_object *object;
	struct segment *segment;
	scope_number scope;
	struct decide_room *room;
	struct buf classes;    /* uint32_t: that may be granted something */
	struct buf docs;       /* uint32_t: that hold a touching statement */
	struct buf links;      /* struct touched_link */
	struct buf statements; /* struct touched_statement, by number */
	struct buf looked_at;  /* uint32_t: statements with an entry in the room */
	struct buf key;        /* uint32_t: of the class in hand, see touched_class */
	bool bounded;          /* the class in hand has a boundary */
	struct intern keys;    /* what decides -> verdict number */
	struct buf verdicts;   /* struct decide_shared per number */
};

/*
 * `all`: every class may be granted something. touched_end is due also when this fails.
 */
int touched_begin(struct touched *t, struct decide *d, const struct decide_object *object,
	scope_number scope, bool all, struct err *e);
void touched_end(struct touched *t);

/* The classes, ascending. */
const uint32_t *touched_classes(struct touched *t, uint32_t *count);

/* Take a class in hand. */
void touched_class(struct touched *t, uint32_t class);

/*
 * Where the verdict of the class in hand is kept, for members with these flags; *number:
 * of that place.
 */
struct decide_shared *touched_verdict(
	struct touched *t, uint32_t flags, uint32_t *number);

struct decide_shared *touched_verdict_at(struct touched *t, uint32_t number);

/*
 * The touching statements of the class in hand, in the arena: identity ones in front,
 * then its boundary's.
 */
const struct decide_statement *touched_statements(const struct touched *t,
	uint32_t *count, uint32_t *identity_count, struct arena *arena);

#endif
