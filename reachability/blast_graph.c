#include "reachability/blast_graph.h"

#include <assert.h>
#include <stdlib.h>

#include "base/sparse.h"
#include "reachability/rule.h"

/* Bundles in bundles: the lists of a class hold hubs. */
#define NESTING 8u

struct vertex {
	node_id node; /* or NODE_NONE */
	size_t first; /* of its edges, once it was entered */
	uint32_t count;
	uint32_t seen; /* order in which components were looked for, from 1 */
	uint32_t low;
	uint32_t component;
	bool entered;
};

struct frame {
	uint32_t vertex, edge;
};

struct blast_graph {
	struct graph *graph;
	struct world *w;
	struct buf vertices;        /* struct vertex */
	struct buf edges;           /* uint32_t: vertices */
	struct sparse nodes, marks; /* uint32_t: vertex + 1 */
	struct buf pending;         /* uint32_t: vertices to be entered */
	uint32_t open[NESTING];     /* the vertex being entered, and bundles in it */
	struct buf lists[NESTING];  /* uint32_t: what they lead to */
	uint32_t depth;
	uint32_t seen, component_count;
	struct buf frames, stack; /* struct frame; uint32_t */
};

struct blast_graph *blast_graph_new(struct graph *g)
{
	struct blast_graph *b = calloc(1, sizeof(*b));

	if (!b)
		abort();
	b->graph = g;
	b->w = graph_world(g);
	sparse_init(&b->nodes, sizeof(uint32_t));
	sparse_init(&b->marks, sizeof(uint32_t));
	return b;
}

void blast_graph_free(struct blast_graph *b)
{
	if (!b)
		return;
	for (uint32_t i = 0; i < NESTING; i++)
		buf_release(&b->lists[i]);
	sparse_release(&b->nodes);
	sparse_release(&b->marks);
	buf_release(&b->vertices);
	buf_release(&b->edges);
	buf_release(&b->pending);
	buf_release(&b->frames);
	buf_release(&b->stack);
	free(b);
}

static struct vertex *vertex_at(const struct blast_graph *b, uint32_t n)
{
	return &VEC_DATA(&b->vertices, struct vertex)[n];
}

uint32_t blast_graph_count(const struct blast_graph *b)
{
	return (uint32_t)VEC_COUNT(&b->vertices, struct vertex);
}

node_id blast_graph_node(const struct blast_graph *b, uint32_t vertex)
{
	return vertex_at(b, vertex)->node;
}

uint32_t blast_graph_component(const struct blast_graph *b, uint32_t vertex)
{
	return vertex_at(b, vertex)->component;
}

const uint32_t *blast_graph_from(
	const struct blast_graph *b, uint32_t vertex, uint32_t *count)
{
	const struct vertex *v = vertex_at(b, vertex);

	*count = v->count;
	return VEC_DATA(&b->edges, const uint32_t) + v->first;
}

/* --- entering --- */

static uint32_t vertex_of(
	struct blast_graph *b, struct sparse *by, uint32_t number, node_id n)
{
	uint32_t *known = sparse_at(by, number);

	if (*known == 0) {
		VEC_ADD(&b->vertices, struct vertex,
			{ .node = n, .component = BLAST_NONE });
		*known = blast_graph_count(b);
		if (n != NODE_NONE)
			VEC_ADD(&b->pending, uint32_t, *known - 1);
	}
	return *known - 1;
}

static void lead_to(struct blast_graph *b, uint32_t vertex)
{
	VEC_ADD(&b->lists[b->depth - 1], uint32_t, vertex);
}

static void open_vertex(struct blast_graph *b, uint32_t vertex)
{
	assert(b->depth < NESTING);
	b->open[b->depth] = vertex;
	buf_clear(&b->lists[b->depth++]);
	vertex_at(b, vertex)->entered = true;
}

static void close_vertex(struct blast_graph *b)
{
	const struct buf *list = &b->lists[--b->depth];
	struct vertex *v = vertex_at(b, b->open[b->depth]);

	v->first = VEC_COUNT(&b->edges, uint32_t);
	v->count = (uint32_t)VEC_COUNT(list, uint32_t);
	buf_add(&b->edges, list->p, list->n);
}

static uint32_t enter(void *ctx, uint32_t mark, uint32_t sure)
{
	struct blast_graph *b = ctx;
	uint32_t vertex = vertex_of(b, &b->marks, mark, NODE_NONE);

	lead_to(b, vertex);
	if (vertex_at(b, vertex)->entered)
		return 0;
	open_vertex(b, vertex);
	return sure;
}

static void leave(void *ctx)
{
	close_vertex(ctx);
}

static void edge(void *ctx, const struct graph_edge *e, uint32_t sure)
{
	struct blast_graph *b = ctx;

	(void)sure;
	if (!(world_glance(b->w, e->node).flags & ENTITY_DISABLED))
		lead_to(b, vertex_of(b, &b->nodes, e->node, e->node));
}

static int enter_node(struct blast_graph *b, uint32_t vertex, struct err *e)
{
	struct graph_walk walk = { .enter = enter,
		.edge = edge,
		.leave = leave,
		.ctx = b,
		.sure = 1u << VERDICT_UNKNOWN };

	if (vertex_at(b, vertex)->entered)
		return 0;
	open_vertex(b, vertex);
	if (graph_each(&walk, b->graph, vertex_at(b, vertex)->node, false, e) < 0)
		return e->code;
	close_vertex(b);
	assert(b->depth == 0);
	return 0;
}

int blast_graph_add(uint32_t *out, struct blast_graph *b, node_id n, struct err *e)
{
	*out = vertex_of(b, &b->nodes, n, n);
	while (b->pending.n > 0) {
		uint32_t vertex = VEC_DATA(
			&b->pending, uint32_t)[VEC_COUNT(&b->pending, uint32_t) - 1];

		b->pending.n -= sizeof(uint32_t);
		if (enter_node(b, vertex, e) < 0)
			return e->code;
	}
	return 0;
}

/* --- components --- */

static void visit(struct blast_graph *b, uint32_t vertex)
{
	struct vertex *v = vertex_at(b, vertex);

	v->seen = v->low = ++b->seen;
	VEC_ADD(&b->frames, struct frame, { vertex, 0 });
	VEC_ADD(&b->stack, uint32_t, vertex);
}

static void component_end(
	struct blast_graph *b, uint32_t vertex, blast_graph_each *each, void *ctx)
{
	const uint32_t *stack = VEC_DATA(&b->stack, const uint32_t);
	size_t end = VEC_COUNT(&b->stack, uint32_t), begin = end;
	uint32_t component = b->component_count++;

	do {
		vertex_at(b, stack[--begin])->component = component;
	} while (stack[begin] != vertex);
	each(ctx, component, stack + begin, (uint32_t)(end - begin));
	b->stack.n = begin * sizeof(uint32_t);
}

/* One edge of the vertex on top, or its end. */
static void advance(struct blast_graph *b, blast_graph_each *each, void *ctx)
{
	size_t top = VEC_COUNT(&b->frames, struct frame) - 1;
	struct frame *f = &VEC_DATA(&b->frames, struct frame)[top];
	struct vertex *v = vertex_at(b, f->vertex);

	if (f->edge < v->count) {
		uint32_t next = VEC_DATA(&b->edges, const uint32_t)[v->first + f->edge++];
		const struct vertex *to = vertex_at(b, next);

		if (to->seen == 0)
			visit(b, next);
		else if (to->component == BLAST_NONE && to->seen < v->low)
			v->low = to->seen;
		return;
	}
	b->frames.n -= sizeof(struct frame);
	if (top > 0) {
		struct vertex *before = vertex_at(b, (f - 1)->vertex);

		if (v->low < before->low)
			before->low = v->low;
	}
	if (v->low == v->seen)
		component_end(b, (uint32_t)(v - vertex_at(b, 0)), each, ctx);
}

void blast_graph_components(
	struct blast_graph *b, uint32_t vertex, blast_graph_each *each, void *ctx)
{
	if (vertex_at(b, vertex)->seen == 0)
		visit(b, vertex);
	while (b->frames.n > 0)
		advance(b, each, ctx);
}
