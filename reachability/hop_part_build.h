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

/*
 * Append the part. The world has the rules and has answered nothing yet. Costs what
 * searching backwards from all of the identities costs.
 */
int hop_part_build(struct buf *out, struct world *w, const struct hop_part_range *range,
	struct err *e);

#endif
