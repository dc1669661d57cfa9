/*
 * deciding_cover.h - what of the resource that is asked about a statement covers: all of
 * it, parts that become atoms, or nothing.
 */
#ifndef REACHABILITY_DECIDING_COVER_H
#define REACHABILITY_DECIDING_COVER_H

#include "reachability/deciding.h"

/*
 * Distinct patterns that may cover a part of one resource; more than this is an unknown.
 */
#define DECIDING_COVER_PARTS 64u

/*
 * Fill always, partial, also, except and inverted of a hit; false when it covers nothing
 * of the resource.
 */
bool deciding_cover_hit(struct deciding *g, struct decide_hit *h);

#endif
