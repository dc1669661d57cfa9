/*
 * hop_part_build.h - finds all hops into a range of a scope's identities and writes them
 * as a part of the hop index (hop_part.h).
 */
#ifndef REACHABILITY_HOP_PART_BUILD_H
#define REACHABILITY_HOP_PART_BUILD_H

#include "reachability/world.h"

struct hop_part_range {
	scope_number scope;
	entity_id begin, end; /* of the targets; behind the last one: the scope's end */
	uint64_t digest;      /* of what the index is made by */
	bool plain;           /* without imagined actors */
};

struct hop_part_maker;

/*
 * Makes parts one after the other in the world, which has the rules and has answered
 * nothing yet: what it learns for one serves the next. Each then depends on all that the
 * world had read by then.
 */
struct hop_part_maker *hop_part_maker_new(struct world *w);

/* What hop_part_build_changes gave, per scope; those without bytes are found anew. */
void hop_part_maker_set_changes(struct hop_part_maker *m, const struct str *parts);
void hop_part_maker_free(struct hop_part_maker *m);

/*
 * Append the part. Costs what searching backwards from all of the identities costs.
 * *spent: the maker is good for nothing else.
 */
int hop_part_build(struct buf *out, bool *spent, struct hop_part_maker *m,
	const struct hop_part_range *range, struct err *e);

/*
 * Append a part that has nothing but what identities of the range's scope make of
 * themselves; nothing when that is too much, and then the maker is spent.
 */
int hop_part_build_changes(struct buf *out, bool *spent, struct hop_part_maker *m,
	const struct hop_part_range *range, struct err *e);

#endif
