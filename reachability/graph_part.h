/*
 * graph_part.h - the parts of the store's hop index that a query has opened: refs as
 * nodes of its world, codes as formulas of its pool.
 *
 * Ownership: everything lies in the world's arena, or in the store. Threads: one.
 */
#ifndef REACHABILITY_GRAPH_PART_H
#define REACHABILITY_GRAPH_PART_H

#include "reachability/expr_code.h"
#include "reachability/hop_part.h"
#include "reachability/world.h"

struct hop_facts;

struct graph_part {
	struct hop_part part;
	scope_number scope;
	uint32_t begin, end; /* ids of the targets */
	uint32_t mark;       /* the first of its marks, see graph_walk */
	node_id *nodes;      /* per ref + 1; 0: not yet */
	struct expr_reader exprs;
	/* of imagined nodes, ascending; NULL: not yet */
	const struct graph_named *imagined;
	uint32_t imagined_count;
};

/* A node and its number in a part. */
struct graph_named {
	node_id node;
	uint32_t ref;
};

/* Marks that a part has for each of its classes (graph.c). */
#define GRAPH_PART_CLASS_MARKS 33u

struct graph_parts;

struct graph_parts *graph_parts_new(struct world *w);
void graph_parts_free(struct graph_parts *p);

/* The index is not to be used. */
void graph_parts_forbid(struct graph_parts *p);

/*
 * While an index is made: per scope a part (hop_part_build_changes) that has its changes,
 * or no bytes. Borrowed.
 */
void graph_parts_set_changes(struct graph_parts *p, const struct str *parts);

/* A node in a part. */
struct graph_place {
	struct graph_part *part;
	uint32_t ref;
};

/* 1 when a part has all hops into the node; 0 when the rules have to tell. */
int graph_parts_into(
	struct graph_place *out, struct graph_parts *p, node_id n, struct err *e);

/*
 * Append every place (struct graph_place) that has hops from the node: 1; 0 when the
 * rules have to tell.
 */
int graph_parts_from(struct buf *out, struct graph_parts *p, node_id n, struct err *e);

/*
 * Whether the parts have all that identities of the store make of each other and of
 * themselves.
 */
int graph_parts_whole(bool *out, struct graph_parts *p, struct err *e);

/* A hop_change_source: what a part has of the scope's changes. */
int graph_parts_changes(struct graph_parts *p, struct buf *nodes, struct buf *steps,
	scope_number scope, struct err *e);

/* A hop_kin_source: what a part has of what policies of the scope say of callers. */
int graph_parts_kin(
	struct graph_parts *p, struct hop_facts *out, scope_number scope, struct err *e);

int graph_part_node(node_id *out, struct graph_parts *p, struct graph_part *part,
	uint32_t ref, struct err *e);

#endif
