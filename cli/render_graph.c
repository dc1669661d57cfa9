#include "base/out.h"
#include "cli/label.h"
#include "cli/render.h"

/*
 * The drawing: every edge once, in order of first use. Nodes are numbered so that no name has to serve as
 * an id of the language.
 */
struct edge {
	node_id from, to;
	struct str label; /* in the arena */
	bool certain;     /* nothing left over */
};

struct drawing {
	struct world *w;
	struct buf edges; /* struct edge */
	struct buf nodes; /* node_id, in order of first use */
	struct arena arena;
};

static void add_node(struct drawing *g, node_id n)
{
	const node_id *nodes = VEC_DATA(&g->nodes, const node_id);

	for (size_t i = 0; i < VEC_COUNT(&g->nodes, node_id); i++) {
		if (nodes[i] == n)
			return;
	}
	VEC_ADD(&g->nodes, node_id, n);
}

static bool has_edge(const struct drawing *g, node_id from, node_id to, struct str label)
{
	const struct edge *edges = VEC_DATA(&g->edges, const struct edge);

	for (size_t i = 0; i < VEC_COUNT(&g->edges, struct edge); i++) {
		if (edges[i].from == from && edges[i].to == to &&
			str_eq(edges[i].label, label))
			return true;
	}
	return false;
}

static void add_edge(
	struct drawing *g, node_id from, node_id to, struct str label, bool certain)
{
	if (has_edge(g, from, to, label))
		return;
	add_node(g, from);
	add_node(g, to);
	VEC_ADD(&g->edges, struct edge, { from, to, label, certain });
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
			add_node(g, r->entities[i]);
			break;
		default:
			arena_release(&g->arena);
			return err_set(e, ERR_SYNTAX,
				"this answer has no paths to draw; use another --output");
		}
	}
	return 0;
}

static void release(struct drawing *g)
{
	buf_release(&g->edges);
	buf_release(&g->nodes);
	arena_release(&g->arena);
}

static size_t number_of(const struct drawing *g, node_id n)
{
	const node_id *nodes = VEC_DATA(&g->nodes, const node_id);
	size_t i = 0;

	while (nodes[i] != n)
		i++;
	return i;
}

static void write_dot(struct drawing *g, struct sink *sink)
{
	const node_id *nodes = VEC_DATA(&g->nodes, const node_id);
	const struct edge *edges = VEC_DATA(&g->edges, const struct edge);
	struct buf *b = &sink->buf;

	buf_add_str(
		b, STR_LIT("digraph latchkey {\n\trankdir=LR;\n\tnode [shape=box];\n"));
	for (size_t i = 0; i < VEC_COUNT(&g->nodes, node_id); i++) {
		buf_printf(b, "\tn%zu [label=", i);
		out_dot(b, label_place(g->w, nodes[i], &g->arena));
		buf_add_str(b, STR_LIT(", tooltip="));
		out_dot(b, world_node(g->w, nodes[i])->key);
		buf_add_str(b, STR_LIT("];\n"));
		sink_poll(sink);
	}
	for (size_t i = 0; i < VEC_COUNT(&g->edges, struct edge); i++) {
		buf_printf(b, "\tn%zu -> n%zu [label=", number_of(g, edges[i].from),
			number_of(g, edges[i].to));
		out_dot(b, edges[i].label);
		buf_add_str(b, edges[i].certain ? STR_LIT("];\n")
						: STR_LIT(", style=dashed];\n"));
		sink_poll(sink);
	}
	buf_add_str(b, STR_LIT("}\n"));
}

static void write_mermaid(struct drawing *g, struct sink *sink)
{
	const node_id *nodes = VEC_DATA(&g->nodes, const node_id);
	const struct edge *edges = VEC_DATA(&g->edges, const struct edge);
	struct buf *b = &sink->buf;

	buf_add_str(b, STR_LIT("flowchart LR\n"));
	for (size_t i = 0; i < VEC_COUNT(&g->nodes, node_id); i++) {
		buf_printf(b, "\tn%zu[", i);
		out_mermaid(b, label_place(g->w, nodes[i], &g->arena));
		buf_add_str(b, STR_LIT("]\n"));
		sink_poll(sink);
	}
	for (size_t i = 0; i < VEC_COUNT(&g->edges, struct edge); i++) {
		buf_printf(b, "\tn%zu %s", number_of(g, edges[i].from),
			edges[i].certain ? "-->" : "-.->");
		if (edges[i].label.n > 0) {
			buf_add_char(b, '|');
			out_mermaid(b, edges[i].label);
			buf_add_char(b, '|');
		}
		buf_printf(b, " n%zu\n", number_of(g, edges[i].to));
		sink_poll(sink);
	}
}

int render_graph_dot(const struct render *d, const struct result *r, struct err *e)
{
	struct drawing g;

	if (collect(&g, d, r, e) < 0)
		return e->code;
	write_dot(&g, d->sink);
	release(&g);
	return 0;
}

int render_graph_mermaid(const struct render *d, const struct result *r, struct err *e)
{
	struct drawing g;

	if (collect(&g, d, r, e) < 0)
		return e->code;
	write_mermaid(&g, d->sink);
	release(&g);
	return 0;
}
