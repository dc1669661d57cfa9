/*
 * blast_graph.h - the hops of whoever was asked about as one graph of small numbers.
 *
 * Vertices are nodes and bundles of hops (graph.h); a vertex is entered once, whoever
 * comes by. Components are strongly connected ones: all of their nodes reach the same.
 *
 * Ownership: everything until blast_graph_free. Threads: one.
 */
#ifndef REACHABILITY_BLAST_GRAPH_H
#define REACHABILITY_BLAST_GRAPH_H

#include "base/buf.h"
#include "reachability/graph.h"

#define BLAST_NONE UINT32_MAX

struct blast_graph;

struct blast_graph *blast_graph_new(struct graph *g);
void blast_graph_free(struct blast_graph *b);

/* The vertex of a node with all that it reaches. */
int blast_graph_add(uint32_t *out, struct blast_graph *b, node_id n, struct err *e);

/* Vertices that are nodes: the node, else NODE_NONE. */
node_id blast_graph_node(const struct blast_graph *b, uint32_t vertex);
uint32_t blast_graph_count(const struct blast_graph *b);

/*
 * Number the components from the vertex on that have none, those behind before those in
 * front; each is told with its vertices once.
 */
typedef void blast_graph_each(
	void *ctx, uint32_t component, const uint32_t *vertices, uint32_t count);
void blast_graph_components(
	struct blast_graph *b, uint32_t vertex, blast_graph_each *each, void *ctx);

/* BLAST_NONE: not numbered yet. */
uint32_t blast_graph_component(const struct blast_graph *b, uint32_t vertex);

/* Where a vertex leads to. */
const uint32_t *blast_graph_from(
	const struct blast_graph *b, uint32_t vertex, uint32_t *count);

#endif
