#include "query/plan.h"

#include "query/format.h"
#include "query/resolve.h"

#define NAMES_SHOWN 5u

static void add_line(struct buf *out, struct world *w, struct buf *line)
{
	VEC_ADD(out, struct str, arena_copy(world_arena(w), buf_str(line)));
	buf_clear(line);
}

static int add_objects(struct buf *line, const char *title,
	const struct bind_objects *objects, struct world *w, struct err *e)
{
	struct str name;

	buf_printf(line, "%s: %u %s", title, objects->count,
		objects->count == 1 ? "entity" : "entities");
	for (uint32_t i = 0; i < objects->count && i < NAMES_SHOWN; i++) {
		const struct answer_object *o = &objects->items[i];

		if (resolve_name(&name, w, o->node, e) < 0)
			return e->code;
		buf_printf(line, "%s%.*s", i == 0 ? ": " : ", ", STR_ARG(name));
		if (o->resource.n > 0)
			buf_printf(line, ", of it %.*s", STR_ARG(o->resource));
	}
	if (objects->count > NAMES_SHOWN)
		buf_printf(line, " and %u more", objects->count - NAMES_SHOWN);
	return 0;
}

static const char *method(const struct bind *b)
{
	bool hops = !b->options.direct_only;

	switch (b->query->verb) {
	case AST_WHAT:
		if (b->objects.parts)
			return "search: who can, from each object backwards; the "
			       "subjects' rows of it";
		return hops ? "search: forwards over hops from each subject, then what "
			      "each identity reaches by its own policies"
			    : "search: what each subject reaches by its own policies";
	case AST_WHO:
		return hops ? "search: identities whose policies reach each object, then "
			      "backwards over hops"
			    : "search: identities whose policies reach each object";
	case AST_CAN:
		return hops ? "decide: each subject on each object, then each identity "
			      "that it can become"
			    : "decide: each subject on each object";
	case AST_HOW:
		return "search: paths over hops from the subject to whoever may act on "
		       "the object, cheapest first";
	case AST_BLAST:
		return "search: forwards over hops from each subject, then count what "
		       "all of them reach";
	default:
		return "scan: the entities of the kinds that can match";
	}
}

static void add_options(struct buf *out, const struct bind *b, struct world *w)
{
	const struct ast_clauses *k = &b->query->clauses;
	struct buf line = { 0 };

	for (uint32_t i = 0; i < b->removed_count; i++) {
		buf_printf(&line, "suppose: %.*s does not exist", STR_ARG(b->removed[i]));
		add_line(out, w, &line);
	}
	for (uint32_t i = 0; i < k->with.count; i++) {
		buf_printf(&line, "suppose: %.*s is %.*s",
			STR_ARG(k->with.items[i].key.text),
			STR_ARG(k->with.items[i].value.text));
		add_line(out, w, &line);
	}
	for (uint32_t i = 0; i < b->options.via_count; i++) {
		buf_printf(&line, "paths: through %.*s",
			STR_ARG(world_node(w, b->options.via[i])->key));
		add_line(out, w, &line);
	}
	for (uint32_t i = 0; i < b->options.avoiding_count; i++) {
		buf_printf(&line, "paths: not through %.*s",
			STR_ARG(world_node(w, b->options.avoiding[i])->key));
		add_line(out, w, &line);
	}
	if (k->max_hops.given) {
		buf_printf(&line, "paths: at most %u hops", k->max_hops.value);
		add_line(out, w, &line);
	}
	if (b->options.indirect_only) {
		buf_printf(&line, "paths: only those with a hop");
		add_line(out, w, &line);
	}
	buf_release(&line);
}

static void add_list(struct buf *out, const struct bind *b, struct world *w)
{
	const struct ast_clauses *k = &b->query->clauses;
	struct buf line = { 0 };

	if (k->where) {
		buf_printf(&line, "filter: ");
		format_filter(k->where, &line);
		add_line(out, w, &line);
	}
	for (uint32_t i = 0; i < b->group.count; i++)
		buf_printf(&line, "%s%.*s", i == 0 ? "count: by " : ", ",
			STR_ARG(b->group.items[i].text));
	if (line.n > 0)
		add_line(out, w, &line);
	for (uint32_t i = 0; i < b->order.count; i++)
		buf_printf(&line, "%s%.*s%s", i == 0 ? "order: by " : ", ",
			STR_ARG(b->order.terms[i].column.text),
			b->order.terms[i].descending ? " descending" : "");
	if (line.n > 0)
		add_line(out, w, &line);
	if (k->offset.given || k->limit.given) {
		buf_printf(&line, "part: from row %u",
			k->offset.given ? k->offset.value : 0);
		if (k->limit.given)
			buf_printf(&line, ", at most %u", k->limit.value);
		add_line(out, w, &line);
	}
	buf_release(&line);
}

int plan_lines(struct buf *out, const struct bind *b, struct world *w, struct err *e)
{
	struct buf line = { 0 };
	int rc = 0;

	if (b->subjects.given) {
		rc = add_objects(&line, "subject", &b->subjects, w, e);
		add_line(out, w, &line);
	}
	if (b->objects.given && rc == 0) {
		rc = add_objects(&line, "object", &b->objects, w, e);
		add_line(out, w, &line);
	}
	if (b->query->action.count > 0) {
		buf_printf(&line, "action: %.*s", STR_ARG(b->actions.text));
		add_line(out, w, &line);
	}
	buf_printf(&line, "%s", method(b));
	add_line(out, w, &line);
	buf_release(&line);
	add_options(out, b, w);
	add_list(out, b, w);
	return rc;
}
