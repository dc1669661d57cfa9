/*
 * tree_sweep.h - what can X access, where policies hold beneath their holder.
 *
 * Entities that grants name the subject on, and all that is beneath these in every scope,
 * are candidates. Entities of one kind below the same nearest policies get the same, so
 * cost follows the distinct decisions and a look at each entity of the scopes reached;
 * scopes are found through the ties in the segments' indexes.
 */
#ifndef REACHABILITY_TREE_SWEEP_H
#define REACHABILITY_TREE_SWEEP_H

#include "reachability/decide.h"

/*
 * Appends struct search_found, in no order, each entity at most once; nothing for a
 * subject of providers without inheritance.
 */
int tree_sweep(struct buf *out, struct decide *d, node_id subject, struct err *e);

/* The containers (node_id) on which grants name the subject. */
int tree_sweep_holders(struct buf *out, struct decide *d, node_id subject, struct err *e);

#endif
