/*
 * node_table.h - the nodes of a world: numbers now, their strings when somebody asks.
 *
 * The entities of a scope get one block of numbers, in the order of their ids, when the
 * first of them is named; a node of the block is made when it is looked at. So a list of
 * many entities costs their numbers, and keys are decoded for those that are printed.
 * Nodes that are in no scope, and entities that several scopes have, are known by their
 * name and numbered one by one.
 *
 *	number   0 ........ 127 | 128 ..................... | ...
 *	         by name        | block of scope 7          | by name
 *
 * Invariant: node_table_get of a number that was given out never fails, and its result
 * stays at its place. Ownership: the table's, until node_table_free.
 */
#ifndef REACHABILITY_NODE_TABLE_H
#define REACHABILITY_NODE_TABLE_H

#include "reachability/world.h"

struct provider;

struct node_table;

struct node_table *node_table_new(void);
void node_table_free(struct node_table *t);

/* A block for all entities of a scope's segment; the number of the first one. */
node_id node_table_block(struct node_table *t, const struct provider *provider,
	struct segment *s, scope_number scope, struct str account);

/* A node of that name; the first one keeps the name. */
node_id node_table_add(struct node_table *t, struct str name, struct node n);

/* The node of a name, or NODE_NONE. */
node_id node_table_find(const struct node_table *t, struct str name);

/* What the number tells, without making the node. */
struct node_glance node_table_glance(const struct node_table *t, node_id n);

const struct node *node_table_get(struct node_table *t, node_id n);

#endif
