#include "query/run.h"

#include "query/bind.h"
#include "query/format.h"
#include "query/parser.h"
#include "query/plan.h"
#include "query/scan.h"
#include "reachability/provider.h"

struct run {
	struct result *out;
	struct world *w;
	const struct bind *b;
};

static const void *keep(struct world *w, struct buf *b)
{
	char *out = arena_alloc(world_arena(w), b->n + 1);

	if (b->n > 0)
		memcpy(out, b->p, b->n);
	buf_release(b);
	return out;
}

/*
 * The part of `count` things that offset and limit leave: where it begins; *count its
 * size.
 */
static uint32_t cut(const struct run *r, uint32_t *count)
{
	const struct ast_clauses *k = &r->b->query->clauses;
	uint32_t begin = k->offset.given ? k->offset.value : 0;

	if (begin > *count)
		begin = *count;
	*count -= begin;
	if (k->limit.given && *count > k->limit.value)
		*count = k->limit.value;
	return begin;
}

/* --- rows --- */

/* The rows that the filter lets through, in place. */
static int filter_rows(struct run *r, struct answer *a, struct err *e)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < a->row_count; i++) {
		int rc = filter_match(r->b->where, r->w, a->rows[i].node, &a->rows[i], e);

		if (rc < 0)
			return rc;
		if (rc == 1)
			a->rows[kept++] = a->rows[i];
	}
	a->row_count = kept;
	return 0;
}

static void take_notes(struct result *out, const struct answer *a)
{
	out->excluded = a->excluded;
	out->excluded_count = a->excluded_count;
	out->unknown = a->unknown;
	out->unknown_count = a->unknown_count;
}

static int finish_groups(struct run *r, struct buf *groups, struct err *e)
{
	struct result *out = r->out;
	uint32_t count, begin;
	struct str *names =
		ARENA_NEW_ARRAY(world_arena(r->w), struct str, r->b->group.count + 1);

	if (out->type == RESULT_BLAST && group_share(groups, &r->b->group, r->w, e) < 0)
		return e->code;
	group_sort(groups, &r->b->group, &r->b->order);
	for (uint32_t i = 0; i < r->b->group.count; i++)
		names[i] = r->b->group.items[i].text;
	out->group_by = names;
	out->group_by_count = r->b->group.count;
	count = (uint32_t)VEC_COUNT(groups, struct result_group);
	begin = cut(r, &count);
	out->groups = (const struct result_group *)keep(r->w, groups) + begin;
	out->count = count;
	return 0;
}

/* Rows as they are, or counted. */
static int finish_rows(struct run *r, struct answer *a, struct err *e)
{
	struct buf groups = { 0 };
	uint32_t count = a->row_count, begin;
	int rc;

	if (r->b->group.count > 0) {
		if (r->out->type != RESULT_BLAST)
			r->out->type = RESULT_GROUPS;
		rc = group_rows(&groups, &r->out->total, &r->b->group, r->w, a->rows,
			a->row_count, e);
		if (rc == 0)
			rc = finish_groups(r, &groups, e);
		buf_release(&groups);
		return rc;
	}
	if (order_rows(a->rows, a->row_count, &r->b->order, r->w, e) < 0)
		return e->code;
	r->out->total = a->row_count;
	begin = cut(r, &count);
	r->out->rows = a->rows + begin;
	r->out->count = count;
	return 0;
}

static bool has_node(const struct bind_objects *objects, node_id n)
{
	for (uint32_t i = 0; i < objects->node_count; i++) {
		if (objects->nodes[i] == n)
			return true;
	}
	return false;
}

/*
 * What the subjects can do on parts of entities: the rows of "who can" that are about
 * them, turned around. The engine promises that both directions agree.
 */
static int ask_parts(struct run *r, struct answer *a, struct err *e)
{
	const struct bind *b = r->b;
	uint32_t kept = 0;

	if (answer_who(a, r->w, b->objects.items, b->objects.count, &b->actions.query,
		    &b->options, e) < 0)
		return e->code;
	for (uint32_t i = 0; i < a->row_count; i++) {
		struct answer_row row = a->rows[i];

		if (!has_node(&b->subjects, row.node))
			continue;
		a->rows[kept] = row;
		a->rows[kept].node = row.other;
		a->rows[kept++].other = row.node;
	}
	a->row_count = kept;
	return 0;
}

static int ask_what(struct run *r, struct answer *a, struct err *e)
{
	const struct bind *b = r->b;
	const struct bind_objects *on = &b->objects;

	if (b->subjects.count == 0 || (on->given && on->count == 0))
		return 0;
	if (on->parts)
		return ask_parts(r, a, e);
	return answer_what(a, r->w, b->subjects.nodes, b->subjects.node_count,
		&b->actions.query, on->given ? on->nodes : NULL, on->node_count,
		&b->options, e);
}

static int ask_who(struct run *r, struct answer *a, struct err *e)
{
	const struct bind *b = r->b;

	if (b->objects.count == 0)
		return 0;
	return answer_who(a, r->w, b->objects.items, b->objects.count, &b->actions.query,
		&b->options, e);
}

/* --- do: rows about actions --- */

/* A row about one action of a row. */
static struct answer_row single(
	struct arena *arena, const struct answer_row *row, uint32_t index)
{
	struct answer_row one = *row;
	const action_id *action = &row->actions[index];

	one.actions = action;
	one.action_count = 1;
	one.level_mask = 1u << catalog_action_get(*action).level;
	one.verdict = VERDICT_ALLOWED;
	one.parts = NULL;
	one.part_count = 0;
	for (uint32_t p = 0; p < row->part_count; p++) {
		for (uint32_t i = 0; i < row->parts[p].action_count; i++) {
			struct row_part *part;

			if (row->parts[p].actions[i] != *action)
				continue;
			part = ARENA_NEW(arena, struct row_part);
			*part = row->parts[p];
			part->actions = action;
			part->action_count = 1;
			one.parts = part;
			one.part_count = 1;
			one.verdict = part->verdict;
		}
	}
	return one;
}

static bool is_better(const struct answer_row *a, const struct answer_row *b)
{
	return a->verdict != b->verdict ? a->verdict > b->verdict
					: !a->indirect && b->indirect;
}

/* One row per action, the best that any row gives, ascending by action. */
static void split_rows(struct run *r, struct answer *a)
{
	struct arena *arena = world_arena(r->w);
	uint32_t count = 0, total = catalog_action_count();
	struct answer_row **best = ARENA_NEW_ARRAY(arena, struct answer_row *, total + 1);
	struct answer_row *rows;

	for (uint32_t i = 0; i < a->row_count; i++) {
		for (uint32_t k = 0; k < a->rows[i].action_count; k++) {
			struct answer_row one = single(arena, &a->rows[i], k);
			action_id id = one.actions[0];

			if (best[id] && !is_better(&one, best[id]))
				continue;
			count += best[id] == NULL;
			best[id] = ARENA_NEW(arena, struct answer_row);
			*best[id] = one;
		}
	}
	rows = ARENA_NEW_ARRAY(arena, struct answer_row, count + 1);
	count = 0;
	for (action_id id = 0; id < total; id++) {
		if (best[id])
			rows[count++] = *best[id];
	}
	a->rows = rows;
	a->row_count = count;
}

static struct result_action action_of(struct world *w, const struct answer_row *row)
{
	uint32_t count;
	const struct str *resources = answer_resources(&count, w, row);

	return (struct result_action){
		.action = row->actions[0],
		.verdict = row->verdict,
		.residual = row->part_count > 0 ? row->parts[0].residual : EXPR_TRUE,
		.indirect = row->indirect,
		.path = row->indirect ? &row->path : NULL,
		.resources = resources,
		.resource_count = count,
	};
}

static int finish_actions(struct run *r, struct answer *a, struct err *e)
{
	struct result_action *actions;
	uint32_t count, begin;

	split_rows(r, a);
	if (filter_rows(r, a, e) < 0)
		return e->code;
	if (r->b->order.count > 0 &&
		order_rows(a->rows, a->row_count, &r->b->order, r->w, e) < 0)
		return e->code;
	actions = ARENA_NEW_ARRAY(
		world_arena(r->w), struct result_action, a->row_count + 1);
	for (uint32_t i = 0; i < a->row_count; i++)
		actions[i] = action_of(r->w, &a->rows[i]);
	r->out->type = RESULT_ACTIONS;
	r->out->total = count = a->row_count;
	begin = cut(r, &count);
	r->out->actions = actions + begin;
	r->out->count = count;
	return 0;
}

static int run_rows(struct run *r, struct err *e)
{
	struct answer a = { 0 };
	bool who = r->b->query->verb == AST_WHO;
	int rc = who ? ask_who(r, &a, e) : ask_what(r, &a, e);

	if (rc < 0)
		return rc;
	take_notes(r->out, &a);
	r->out->who = who;
	if (r->b->actions.each && !who)
		return finish_actions(r, &a, e);
	if (r->b->query->verb == AST_BLAST)
		r->out->type = RESULT_BLAST;
	else
		r->out->type = r->b->actions.query.become ? RESULT_BECOME : RESULT_ACCESS;
	if (filter_rows(r, &a, e) < 0)
		return e->code;
	return finish_rows(r, &a, e);
}

/* --- can --- */

static struct answer_row decision_row(const struct result_question *q)
{
	return (struct answer_row){
		.node = q->object_node,
		.other = q->subject,
		.indirect = q->decision.indirect,
		.path = q->decision.path,
		.verdict = q->decision.verdict,
	};
}

static int ask_can(struct run *r, struct buf *questions, node_id subject,
	const struct answer_object *object, struct err *e)
{
	struct result_question q = { .subject = subject,
		.object_node = object->node,
		.object = object->resource.n > 0 ? object->resource
						 : world_node(r->w, object->node)->key,
		.action = r->b->actions.text };
	struct answer_row row;
	int rc;

	if (answer_can(&q.decision, r->w, subject, &r->b->actions.query, object,
		    &r->b->options, e) < 0)
		return e->code;
	row = decision_row(&q);
	rc = filter_match(r->b->where, r->w, row.node, &row, e);
	if (rc == 1)
		VEC_ADD(questions, struct result_question, q);
	return rc < 0 ? rc : 0;
}

static int run_can(struct run *r, struct err *e)
{
	const struct bind *b = r->b;
	struct buf questions = { 0 };
	uint32_t count, begin;
	int rc = 0;

	for (uint32_t i = 0; i < b->subjects.node_count && rc == 0; i++) {
		for (uint32_t k = 0; k < b->objects.count && rc == 0; k++)
			rc = ask_can(r, &questions, b->subjects.nodes[i],
				&b->objects.items[k], e);
	}
	r->out->type = RESULT_DECISION;
	count = (uint32_t)VEC_COUNT(&questions, struct result_question);
	r->out->total = count;
	begin = cut(r, &count);
	r->out->questions =
		(const struct result_question *)keep(r->w, &questions) + begin;
	r->out->count = count;
	return rc;
}

/* --- how --- */

static int filter_paths(
	struct run *r, struct buf *out, const struct answer_paths *found, struct err *e)
{
	buf_clear(out);
	for (uint32_t i = 0; i < found->path_count; i++) {
		const struct path *path = &found->paths[i];
		struct answer_row row = { .node = r->b->objects.items[0].node,
			.other = r->b->subjects.nodes[0],
			.indirect = path->step_count > 0,
			.path = *path,
			.verdict = path->verdict };
		int rc = filter_match(r->b->where, r->w, row.node, &row, e);

		if (rc < 0)
			return rc;
		if (rc == 1)
			buf_add(out, path, sizeof(*path));
	}
	return 0;
}

/* Ask for more and more paths until enough of them match, or there are no more. */
static int ask_how(
	struct run *r, struct buf *paths, struct answer_paths *found, struct err *e)
{
	const struct bind *b = r->b;
	uint32_t ask = b->top;

	for (;;) {
		ask += ask < UINT32_MAX;
		if (answer_how(found, r->w, b->subjects.nodes[0], &b->actions.query,
			    &b->objects.items[0], ask, &b->options, e) < 0 ||
			filter_paths(r, paths, found, e) < 0)
			return e->code;
		if (found->path_count < ask || ask == UINT32_MAX ||
			VEC_COUNT(paths, struct path) > b->top)
			return 0;
		ask = ask < UINT32_MAX / 2 ? ask * 2 : UINT32_MAX;
	}
}

static int run_how(struct run *r, struct err *e)
{
	struct answer_paths found = { 0 };
	struct buf paths = { 0 };
	uint32_t count, begin;

	if (ask_how(r, &paths, &found, e) < 0) {
		buf_release(&paths);
		return e->code;
	}
	r->out->type = RESULT_PATHS;
	r->out->unknown = found.unknown;
	r->out->unknown_count = found.unknown_count;
	count = (uint32_t)VEC_COUNT(&paths, struct path);
	r->out->more = count > r->b->top;
	count = r->out->more ? r->b->top : count;
	r->out->total = count;
	begin = cut(r, &count);
	r->out->paths = (const struct path *)keep(r->w, &paths) + begin;
	r->out->count = count;
	return 0;
}

/* --- entities --- */

static int finish_entities(struct run *r, struct buf *nodes, struct err *e)
{
	struct buf groups = { 0 };
	uint32_t count = (uint32_t)VEC_COUNT(nodes, node_id), begin;
	int rc;

	if (r->b->group.count > 0) {
		r->out->type = RESULT_GROUPS;
		rc = group_entities(&groups, &r->out->total, &r->b->group, r->w,
			VEC_DATA(nodes, const node_id), count, e);
		if (rc == 0)
			rc = finish_groups(r, &groups, e);
		buf_release(&groups);
		return rc;
	}
	if (order_entities(VEC_DATA(nodes, node_id), count, &r->b->order, r->w, e) < 0)
		return e->code;
	r->out->type = RESULT_ENTITIES;
	r->out->total = count;
	begin = cut(r, &count);
	r->out->entities = (const node_id *)keep(r->w, nodes) + begin;
	r->out->count = count;
	return 0;
}

static int run_find(struct run *r, struct err *e)
{
	struct scan_options o = {
		.kinds = r->b->kinds, .kind_count = r->b->kind_count, .shared = true
	};
	struct buf nodes = { 0 };
	int rc = scan_entities(&nodes, r->w, r->b->where, &o, e);

	if (rc == 0)
		rc = finish_entities(r, &nodes, e);
	buf_release(&nodes);
	return rc;
}

static int run_show(struct run *r)
{
	r->out->type = RESULT_SHOW;
	r->out->shown = r->b->objects.nodes[0];
	r->out->count = 1;
	r->out->total = 1;
	return 0;
}

static int run_plan(struct run *r, struct err *e)
{
	struct buf lines = { 0 };
	int rc = plan_lines(&lines, r->b, r->w, e);

	r->out->type = RESULT_PLAN;
	r->out->count = (uint32_t)VEC_COUNT(&lines, struct str);
	r->out->total = r->out->count;
	r->out->plan = keep(r->w, &lines);
	return rc;
}

static int run_bound(struct run *r, struct err *e)
{
	if (r->b->query->explain)
		return run_plan(r, e);
	switch (r->b->query->verb) {
	case AST_WHAT:
	case AST_WHO:
	case AST_BLAST:
		return run_rows(r, e);
	case AST_CAN:
		return run_can(r, e);
	case AST_HOW:
		return run_how(r, e);
	case AST_SHOW:
		return run_show(r);
	default:
		return run_find(r, e);
	}
}

static struct str canonical(struct world *w, const struct ast_query *query)
{
	struct buf text = { 0 };
	struct str out;

	format_query(query, &text);
	out = arena_copy(world_arena(w), buf_str(&text));
	buf_release(&text);
	return out;
}

/* What no provider knows among the keys that the query gives. */
static void take_warnings(struct result *out, struct world *w)
{
	const struct world_context *c = world_context(w);
	struct str *warnings = ARENA_NEW_ARRAY(world_arena(w), struct str, c->count + 1);

	for (uint32_t i = 0; i < c->count; i++) {
		struct str first = { 0 }, text = { 0 };
		const struct provider *p;

		for (uint32_t k = 0; (p = provider_get(k)); k++) {
			text = p->check_key(c->keys[i], c->values[i], world_arena(w));
			if (text.n == 0)
				break;
			first = first.n > 0 ? first : text;
		}
		if (text.n > 0)
			warnings[out->warning_count++] = first;
	}
	out->warnings = warnings;
}

int run_query(struct result *out, struct world *w, struct str text,
	const struct run_options *o, struct err *e)
{
	struct diagnostic d = { 0 };
	struct context c = { .w = w, .d = &d };
	struct bind bound;
	struct run r = { out, w, &bound };
	struct str source = text;
	int rc = parser_parse(&c.query, text, world_arena(w), &d, e);

	*out = (struct result){ .shown = NODE_NONE };
	if (rc == 0) {
		source = c.query->source;
		rc = bind_query(&bound, &c, e);
	}
	if (rc == 0) {
		bound.options.want_excluded = o->want_excluded;
		out->query = canonical(w, c.query);
		out->as_of = snapshot_time(world_snapshot(w));
		out->columns = bound.columns;
		out->column_count = bound.column_count;
		take_warnings(out, w);
		rc = run_bound(&r, e);
	}
	if (rc < 0 && d.message[0] && o->diagnostic)
		diagnostic_render(&d, source, 0, o->diagnostic);
	return rc;
}
