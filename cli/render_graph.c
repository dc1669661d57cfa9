#include <string.h>

#include "base/intern.h"
#include "base/out.h"
#include "cli/label.h"
#include "cli/render.h"
#include "reachability/provider.h"

/*
 * The drawing: every edge once, in order of first use. Nodes are numbered so that no name
 * has to serve as an id of the language.
 */
struct edge {
	uint32_t from, to; /* numbers in the drawing */
	struct str label;  /* in the arena */
	bool certain;      /* nothing left over */
};

struct drawing {
	struct world *w;
	struct buf edges;    /* struct edge */
	struct intern nodes; /* bytes of a node_id each; their numbers in the drawing */
	struct intern drawn; /* what tells edges apart, each once */
	struct arena arena;
};

static uint32_t number_of(struct drawing *g, node_id n)
{
	return intern_add(&g->nodes, (struct str){ (const char *)&n, sizeof(n) });
}

static node_id node_at(const struct drawing *g, uint32_t number)
{
	node_id n;

	memcpy(&n, intern_get(&g->nodes, number).p, sizeof(n));
	return n;
}

static void add_edge(
	struct drawing *g, node_id from, node_id to, struct str label, bool certain)
{
	struct edge edge = { number_of(g, from), number_of(g, to), label, certain };
	uint32_t before = intern_count(&g->drawn);
	struct buf identity = { 0 };

	VEC_ADD(&identity, uint32_t, edge.from);
	VEC_ADD(&identity, uint32_t, edge.to);
	buf_add_str(&identity, label);
	if (intern_add(&g->drawn, buf_str(&identity)) == before)
		VEC_ADD(&g->edges, struct edge, edge);
	buf_release(&identity);
}

static void add_path(struct drawing *g, const struct path *path)
{
	for (uint32_t i = 0; i < path->step_count; i++) {
		const struct path_step *step = &path->steps[i];

		add_edge(g, step->from, step->to, step->rule,
			step->verdict == VERDICT_ALLOWED);
	}
}

/* The last edge of an access row: who ends up with access to what. */
static void add_row(
	struct drawing *g, const struct result *r, const struct answer_row *row)
{
	node_id subject = r->who ? row->node : row->other;
	node_id object = r->who ? row->other : row->node;
	const struct path *path = &row->path;

	if (row->indirect) {
		add_path(g, path);
		if (path->step_count > 0)
			subject = path->steps[path->step_count - 1].to;
	}
	if (r->type == RESULT_BECOME || subject == NODE_NONE || object == NODE_NONE)
		return;
	add_edge(g, subject, object, label_levels(row->level_mask, &g->arena),
		row->verdict == VERDICT_ALLOWED);
}

static void add_question(struct drawing *g, const struct result_question *q)
{
	const struct answer_decision *d = &q->decision;
	node_id actor = q->subject;

	if (d->verdict == VERDICT_DENIED)
		return;
	if (d->indirect) {
		add_path(g, &d->path);
		if (d->path.step_count > 0)
			actor = d->path.steps[d->path.step_count - 1].to;
	}
	add_edge(g, actor, q->object_node, q->action, d->verdict == VERDICT_ALLOWED);
}

static int collect(
	struct drawing *g, const struct render *d, const struct result *r, struct err *e)
{
	*g = (struct drawing){ .w = d->w };
	intern_init(&g->nodes);
	intern_init(&g->drawn);
	arena_init(&g->arena, ARENA_UNLIMITED);
	for (uint32_t i = 0; i < r->count; i++) {
		switch (r->type) {
		case RESULT_ACCESS:
		case RESULT_BECOME:
			add_row(g, r, &r->rows[i]);
			break;
		case RESULT_PATHS:
			add_path(g, &r->paths[i]);
			break;
		case RESULT_DECISION:
			add_question(g, &r->questions[i]);
			break;
		case RESULT_ENTITIES:
			number_of(g, r->entities[i]);
			break;
		default:
			return err_set(e, ERR_SYNTAX,
				"this answer has no paths to draw; use another --output");
		}
	}
	return 0;
}

static void release(struct drawing *g)
{
	buf_release(&g->edges);
	intern_release(&g->nodes);
	intern_release(&g->drawn);
	arena_release(&g->arena);
}

static void write_dot(struct drawing *g, struct sink *sink)
{
	const struct edge *edges = VEC_DATA(&g->edges, const struct edge);
	struct buf *b = &sink->buf;

	buf_add_str(
		b, STR_LIT("digraph latchkey {\n\trankdir=LR;\n\tnode [shape=box];\n"));
	for (uint32_t i = 0; i < intern_count(&g->nodes); i++) {
		node_id n = node_at(g, i);

		buf_printf(b, "\tn%u [label=", (unsigned)i);
		out_dot(b, label_changed(g->w, n, &g->arena));
		buf_add_str(b, STR_LIT(", tooltip="));
		out_dot(b, provider_written_key(g->w, n));
		buf_add_str(b, STR_LIT("];\n"));
		sink_poll(sink);
	}
	for (size_t i = 0; i < VEC_COUNT(&g->edges, struct edge); i++) {
		buf_printf(b, "\tn%u -> n%u [label=", (unsigned)edges[i].from,
			(unsigned)edges[i].to);
		out_dot(b, edges[i].label);
		buf_add_str(b, edges[i].certain ? STR_LIT("];\n")
						: STR_LIT(", style=dashed];\n"));
		sink_poll(sink);
	}
	buf_add_str(b, STR_LIT("}\n"));
}

static void write_mermaid(struct drawing *g, struct sink *sink)
{
	const struct edge *edges = VEC_DATA(&g->edges, const struct edge);
	struct buf *b = &sink->buf;

	buf_add_str(b, STR_LIT("flowchart LR\n"));
	for (uint32_t i = 0; i < intern_count(&g->nodes); i++) {
		node_id n = node_at(g, i);

		buf_printf(b, "\tn%u[", (unsigned)i);
		out_mermaid(b, label_changed(g->w, n, &g->arena));
		buf_add_str(b, STR_LIT("]\n"));
		sink_poll(sink);
	}
	for (size_t i = 0; i < VEC_COUNT(&g->edges, struct edge); i++) {
		buf_printf(b, "\tn%u %s", (unsigned)edges[i].from,
			edges[i].certain ? "-->" : "-.->");
		if (edges[i].label.n > 0) {
			buf_add_char(b, '|');
			out_mermaid(b, edges[i].label);
			buf_add_char(b, '|');
		}
		buf_printf(b, " n%u\n", (unsigned)edges[i].to);
		sink_poll(sink);
	}
}

int render_graph_dot(const struct render *d, const struct result *r, struct err *e)
{
	struct drawing g;
	int rc = collect(&g, d, r, e);

	if (rc == 0)
		write_dot(&g, d->sink);
	release(&g);
	return rc;
}

int render_graph_mermaid(const struct render *d, const struct result *r, struct err *e)
{
	struct drawing g;
	int rc = collect(&g, d, r, e);

	if (rc == 0)
		write_mermaid(&g, d->sink);
	release(&g);
	return rc;
}
