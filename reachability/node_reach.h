/*
 * node_reach.h - all that one node has access to by itself, in numbers.
 *
 * By itself: by its own credentials, and by what it opens to itself on the way; without
 * any other identity that it could become. Entities of scopes have numbers below the
 * count of node_reach_numbers, so that answers of several worlds over one snapshot are
 * comparable; what lies in no scope is told by its key.
 *
 * Ownership: the caller's buffers; keys live in the world's arena. Threads: one per
 * world; the numbers are shared and constant.
 */
#ifndef REACHABILITY_NODE_REACH_H
#define REACHABILITY_NODE_REACH_H

#include "base/buf.h"
#include "reachability/world.h"

/* The first number of each scope. */
struct node_reach_numbers {
	uint32_t *first; /* by scope; owned */
	uint32_t scope_count;
	uint32_t count;
};

int node_reach_numbers_make(
	struct node_reach_numbers *out, struct world *w, struct err *e);
void node_reach_numbers_release(struct node_reach_numbers *n);

struct node_reach;

struct node_reach *node_reach_new(
	struct world *w, const struct node_reach_numbers *numbers);
void node_reach_free(struct node_reach *r);

/* An entity, and the levels of what is not denied there (1 << enum catalog_level). */
struct node_reach_item {
	uint32_t number; /* from numbers.count on: keys[number - count] of the answer */
	uint32_t levels;
};

struct node_reach_answer {
	struct buf items; /* struct node_reach_item; an entity may be there again */
	struct buf keys;  /* struct str */
	size_t direct;    /* items in front: what needs no opening */
};

int node_reach_of(
	struct node_reach_answer *out, struct node_reach *r, node_id n, struct err *e);
void node_reach_release(struct node_reach_answer *a);

#endif
