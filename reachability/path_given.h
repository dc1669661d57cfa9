/*
 * path_given.h - what a path search has given to things so far, as sets of bits by
 * number and level: to nodes, to bundles of hops, to nodes by one sort of hop.
 *
 * Where paths are told apart by the nodes that they pass or by their hops, each has sets
 * of its own, and a set counts for all ways of no more hops.
 */
#ifndef REACHABILITY_PATH_GIVEN_H
#define REACHABILITY_PATH_GIVEN_H

#include <stdbool.h>

#include "base/intern.h"

struct path_given {
	uint32_t words; /* of a set: of each level, of which there are `levels` */
	uint32_t levels;
	bool plain; /* neither masks nor numbers of hops tell ways apart */
	bool by_hops;
	struct buf slots;   /* uint32_t + 1, by number: of plain ones */
	struct intern keys; /* (number, mask, hops) -> slot: of others */
	struct buf bits;    /* uint64_t: words for each slot */
	uint32_t count;
	struct buf sum; /* uint64_t: scratch */
};

/* To what, by which way. */
struct path_way {
	uint32_t number, mask, hops;
};

void path_given_init(
	struct path_given *g, uint32_t words, uint32_t levels, bool plain, bool by_hops);
void path_given_release(struct path_given *g);

/* Forget everything. */
void path_given_clear(struct path_given *g);

/*
 * Of these levels (a bit for each) those at which some of the bits were not given yet;
 * bits[level * words]: what is to be given.
 */
uint32_t path_given_lacks(
	struct path_given *g, struct path_way way, const uint64_t *bits, uint32_t levels);
void path_given_add(
	struct path_given *g, struct path_way way, const uint64_t *bits, uint32_t levels);

#endif
