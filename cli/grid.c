#include "cli/grid.h"

#include "cli/label.h"
#include "reachability/provider.h"

/* What a cell is made from. */
struct source {
	struct world *w;
	const struct result *r;
	uint32_t index;
	node_id node;
	const struct answer_row *row;
	struct arena *arena;
};

struct grid_spec {
	const char *title;
	uint32_t forms; /* GRID_ */
	struct str (*cell)(const struct source *s);
};

static struct str flag(bool value)
{
	return value ? STR_LIT("true") : STR_LIT("false");
}

static struct str number(uint64_t value, struct arena *arena)
{
	return arena_printf(arena, "%llu", (unsigned long long)value);
}

static struct str path_word(bool indirect)
{
	return indirect ? STR_LIT("indirect") : STR_LIT("direct");
}

/* Who is passed on the way, by key. */
static struct str stations(const struct source *s, const struct path *path)
{
	struct buf b = { 0 };
	struct str out;

	for (uint32_t i = 0; i < path->step_count; i++) {
		if (i == 0)
			buf_add_str(&b, provider_written_key(s->w, path->steps[i].from));
		buf_add_str(&b, STR_LIT(" > "));
		buf_add_str(&b, provider_written_key(s->w, path->steps[i].to));
	}
	out = arena_copy(s->arena, buf_str(&b));
	buf_release(&b);
	return out;
}

static struct str cell_label(const struct source *s)
{
	return label_entity(s->w, s->node, s->arena);
}

static struct str cell_key(const struct source *s)
{
	return provider_written_key(s->w, s->node);
}

static struct str cell_name(const struct source *s)
{
	return world_node_name(s->w, s->node);
}

static struct str cell_kind(const struct source *s)
{
	return world_node_kind(s->w, s->node);
}

static struct str cell_account(const struct source *s)
{
	return label_account(s->w, s->node);
}

static struct str cell_account_id(const struct source *s)
{
	return world_node(s->w, s->node)->account;
}

static struct str row_path(const struct source *s)
{
	return path_word(s->row->indirect);
}

static struct str row_hops(const struct source *s)
{
	return number(s->row->indirect ? s->row->path.step_count : 0, s->arena);
}

static struct str row_hop(const struct source *s)
{
	return s->row->indirect ? answer_hop_name(s->row->path.worst) : STR_LIT("");
}

static struct str row_verdict(const struct source *s)
{
	return expr_verdict_name(s->row->verdict);
}

static struct str row_levels(const struct source *s)
{
	return label_levels(s->row->level_mask, s->arena);
}

static struct str row_via(const struct source *s)
{
	return label_via(s->w, s->row, s->arena);
}

static struct str row_stations(const struct source *s)
{
	return s->row->indirect ? stations(s, &s->row->path) : STR_LIT("");
}

/* Distinct conditions; parts that share one are one part already. */
static struct str row_conditions(const struct source *s)
{
	const struct answer_row *row = s->row;
	struct buf b = { 0 };
	struct str out;

	if (row->part_count == 0)
		return row->indirect ? label_condition(s->w, row->path.residual, s->arena)
				     : STR_LIT("");
	for (uint32_t i = 0; i < row->part_count; i++) {
		struct str text = label_condition(s->w, row->parts[i].residual, s->arena);

		if (text.n > 0 && b.n > 0)
			buf_add_str(&b, STR_LIT("; "));
		buf_add_str(&b, text);
	}
	out = arena_copy(s->arena, buf_str(&b));
	buf_release(&b);
	return out;
}

static struct str row_actions(const struct source *s)
{
	return label_actions(s->row->actions, s->row->action_count, s->arena);
}

static struct str row_resources(const struct source *s)
{
	uint32_t count;
	const struct str *resources = answer_resources(&count, s->w, s->row);

	return label_list(resources, count, s->arena);
}

static struct str row_admin(const struct source *s)
{
	return flag(s->row->admin);
}

static struct str row_public(const struct source *s)
{
	return flag(s->row->public);
}

static struct str row_external(const struct source *s)
{
	return flag(s->row->external);
}

static struct str row_group(const struct source *s)
{
	return s->row->via_group;
}

static struct str row_other(const struct source *s)
{
	return s->row->other == NODE_NONE ? STR_LIT("")
					  : provider_written_key(s->w, s->row->other);
}

static struct str row_other_label(const struct source *s)
{
	return s->row->other == NODE_NONE ? STR_LIT("")
					  : label_entity(s->w, s->row->other, s->arena);
}

static const struct result_action *action_of(const struct source *s)
{
	return &s->r->actions[s->index];
}

static struct str action_name(const struct source *s)
{
	return catalog_action_get(action_of(s)->action).name;
}

static struct str action_level(const struct source *s)
{
	return catalog_level_name(catalog_action_get(action_of(s)->action).level);
}

static struct str action_path(const struct source *s)
{
	return path_word(action_of(s)->indirect);
}

static struct str action_hops(const struct source *s)
{
	const struct path *path = action_of(s)->path;

	return number(action_of(s)->indirect && path ? path->step_count : 0, s->arena);
}

static struct str action_verdict(const struct source *s)
{
	return expr_verdict_name(action_of(s)->verdict);
}

static struct str action_via(const struct source *s)
{
	const struct path *path = action_of(s)->path;

	return action_of(s)->indirect && path ? label_path(s->w, path, s->arena)
					      : STR_LIT("");
}

static struct str action_stations(const struct source *s)
{
	const struct path *path = action_of(s)->path;

	return action_of(s)->indirect && path ? stations(s, path) : STR_LIT("");
}

static struct str action_conditions(const struct source *s)
{
	return label_condition(s->w, action_of(s)->residual, s->arena);
}

static struct str action_resources(const struct source *s)
{
	return label_list(
		action_of(s)->resources, action_of(s)->resource_count, s->arena);
}

static struct str entity_tags(const struct source *s)
{
	struct segment *segment = world_node_segment(s->w, s->node);
	const struct segment_pair *tags;
	struct buf b = { 0 };
	struct str out;
	uint32_t count;

	if (!segment)
		return STR_LIT("");
	tags = segment_tags(segment, world_node(s->w, s->node)->id, &count);
	for (uint32_t i = 0; i < count; i++) {
		if (i > 0)
			buf_add_str(&b, STR_LIT(", "));
		buf_add_str(&b, segment_str(segment, tags[i].key));
		buf_add_char(&b, '=');
		buf_add_str(&b, segment_str(segment, tags[i].value));
	}
	out = arena_copy(s->arena, buf_str(&b));
	buf_release(&b);
	return out;
}

static struct str entity_enabled(const struct source *s)
{
	return flag(!(world_node(s->w, s->node)->flags & ENTITY_DISABLED));
}

static struct str entity_created(const struct source *s)
{
	const struct segment_entity *entity = world_entity(s->w, s->node);

	return label_time(entity ? entity->created : 0, s->arena);
}

static struct str entity_last_used(const struct source *s)
{
	const struct segment_entity *entity = world_entity(s->w, s->node);

	return label_time(entity ? segment_last_used(entity) : 0, s->arena);
}

static struct str entity_admin(const struct source *s)
{
	return result_entity_field(s->w, s->node, STR_LIT("admin"));
}

static const struct path *path_of(const struct source *s)
{
	return &s->r->paths[s->index];
}

static struct str path_cost(const struct source *s)
{
	return number(path_of(s)->cost, s->arena);
}

static struct str path_hops(const struct source *s)
{
	return number(path_of(s)->step_count, s->arena);
}

static struct str path_hop(const struct source *s)
{
	return path_of(s)->step_count > 0 ? answer_hop_name(path_of(s)->worst)
					  : STR_LIT("");
}

static struct str path_verdict(const struct source *s)
{
	return expr_verdict_name(path_of(s)->verdict);
}

static struct str path_via(const struct source *s)
{
	return path_of(s)->step_count > 0 ? label_path(s->w, path_of(s), s->arena)
					  : STR_LIT("direct");
}

static struct str path_stations(const struct source *s)
{
	return stations(s, path_of(s));
}

static struct str path_conditions(const struct source *s)
{
	return label_condition(s->w, path_of(s)->residual, s->arena);
}

static const struct result_question *question_of(const struct source *s)
{
	return &s->r->questions[s->index];
}

static struct str question_subject(const struct source *s)
{
	return provider_written_key(s->w, question_of(s)->subject);
}

static struct str question_subject_label(const struct source *s)
{
	return label_place(s->w, question_of(s)->subject, s->arena);
}

static struct str question_action(const struct source *s)
{
	return question_of(s)->action;
}

static struct str question_object(const struct source *s)
{
	return question_of(s)->object;
}

static struct str question_verdict(const struct source *s)
{
	return expr_verdict_name(question_of(s)->decision.verdict);
}

static struct str question_path(const struct source *s)
{
	const struct answer_decision *d = &question_of(s)->decision;

	return d->verdict == VERDICT_DENIED ? STR_LIT("") : path_word(d->indirect);
}

static struct str question_hops(const struct source *s)
{
	const struct answer_decision *d = &question_of(s)->decision;

	return number(d->indirect ? d->path.step_count : 0, s->arena);
}

static struct str question_via(const struct source *s)
{
	const struct answer_decision *d = &question_of(s)->decision;

	return d->indirect ? label_path(s->w, &d->path, s->arena) : STR_LIT("");
}

static struct str question_stations(const struct source *s)
{
	const struct answer_decision *d = &question_of(s)->decision;

	return d->indirect ? stations(s, &d->path) : STR_LIT("");
}

static struct str question_conditions(const struct source *s)
{
	return label_condition(s->w, question_of(s)->decision.residual, s->arena);
}

static struct str question_reason(const struct source *s)
{
	return question_of(s)->decision.proof.reason;
}

static struct str plan_line(const struct source *s)
{
	return s->r->plan[s->index];
}

#define PEOPLE (GRID_PEOPLE | GRID_WIDE)
#define ALL    (GRID_PEOPLE | GRID_WIDE | GRID_FIELDS)
#define MANY   8u /* for people, and only if not the same in every row */

/* clang-format off */
static const struct grid_spec access_specs[] = {
	{ "resource", PEOPLE, cell_label },
	{ "key", GRID_WIDE | GRID_FIELDS, cell_key },
	{ "name", GRID_FIELDS, cell_name },
	{ "kind", GRID_FIELDS, cell_kind },
	{ "account", PEOPLE, cell_account },
	{ "account", GRID_FIELDS, cell_account_id },
	{ "other", MANY, row_other_label },
	{ "path", ALL, row_path },
	{ "hops", ALL, row_hops },
	{ "hop", GRID_FIELDS | GRID_WIDE, row_hop },
	{ "verdict", ALL, row_verdict },
	{ "levels", ALL, row_levels },
	{ "actions", GRID_WIDE | GRID_FIELDS, row_actions },
	{ "conditions", GRID_FIELDS, row_conditions },
	{ "resources", GRID_WIDE | GRID_FIELDS, row_resources },
	{ "via", PEOPLE, row_via },
	{ "via", GRID_FIELDS, row_stations },
	{ "conditions", PEOPLE, row_conditions },
	{ "admin", GRID_FIELDS, row_admin },
	{ "public", GRID_FIELDS, row_public },
	{ "external", GRID_FIELDS, row_external },
	{ "group", GRID_FIELDS, row_group },
	{ "other", GRID_FIELDS, row_other },
	{ NULL, 0, NULL },
};
static const struct grid_spec action_specs[] = {
	{ "action", ALL, action_name },
	{ "level", ALL, action_level },
	{ "path", ALL, action_path },
	{ "hops", ALL, action_hops },
	{ "verdict", ALL, action_verdict },
	{ "via", PEOPLE, action_via },
	{ "conditions", ALL, action_conditions },
	{ "resources", GRID_WIDE | GRID_FIELDS, action_resources },
	{ "via", GRID_FIELDS, action_stations },
	{ NULL, 0, NULL },
};
static const struct grid_spec entity_specs[] = {
	{ "entity", PEOPLE, cell_label },
	{ "key", GRID_WIDE | GRID_FIELDS, cell_key },
	{ "name", GRID_FIELDS, cell_name },
	{ "kind", ALL, cell_kind },
	{ "account", PEOPLE, cell_account },
	{ "account", GRID_FIELDS, cell_account_id },
	{ "tags", ALL, entity_tags },
	{ "enabled", ALL, entity_enabled },
	{ "created", GRID_FIELDS | GRID_WIDE, entity_created },
	{ "last_used", ALL, entity_last_used },
	{ "admin", ALL, entity_admin },
	{ NULL, 0, NULL },
};
static const struct grid_spec path_specs[] = {
	{ "cost", ALL, path_cost },
	{ "hops", ALL, path_hops },
	{ "hop", ALL, path_hop },
	{ "verdict", ALL, path_verdict },
	{ "via", PEOPLE, path_via },
	{ "via", GRID_FIELDS, path_stations },
	{ "conditions", ALL, path_conditions },
	{ NULL, 0, NULL },
};
static const struct grid_spec question_specs[] = {
	{ "identity", PEOPLE, question_subject_label },
	{ "subject", GRID_FIELDS, question_subject },
	{ "action", ALL, question_action },
	{ "object", ALL, question_object },
	{ "verdict", ALL, question_verdict },
	{ "path", ALL, question_path },
	{ "hops", ALL, question_hops },
	{ "via", PEOPLE, question_via },
	{ "via", GRID_FIELDS, question_stations },
	{ "conditions", ALL, question_conditions },
	{ "reason", ALL, question_reason },
	{ NULL, 0, NULL },
};
static const struct grid_spec plan_specs[] = {
	{ "plan", ALL, plan_line },
	{ NULL, 0, NULL },
};
static const struct grid_spec no_specs[] = { { NULL, 0, NULL } };

static const struct grid_spec *const specs_of[] = {
	[RESULT_ACCESS] = access_specs,
	[RESULT_ACTIONS] = action_specs,
	[RESULT_BECOME] = access_specs,
	[RESULT_ENTITIES] = entity_specs,
	[RESULT_GROUPS] = no_specs,
	[RESULT_BLAST] = no_specs,
	[RESULT_DECISION] = question_specs,
	[RESULT_PATHS] = path_specs,
	[RESULT_SHOW] = no_specs,
	[RESULT_PLAN] = plan_specs,
};
/* clang-format on */

static bool has_rows(const struct result *r)
{
	return r->type == RESULT_ACCESS || r->type == RESULT_BECOME;
}

static bool others_differ(const struct result *r)
{
	for (uint32_t i = 1; has_rows(r) && i < r->count; i++) {
		if (r->rows[i].other != r->rows[0].other)
			return true;
	}
	return false;
}

static const struct grid_spec *find_spec(
	const struct grid_spec *specs, struct str title, enum grid_form form)
{
	const struct grid_spec *any = NULL;

	for (; specs->title; specs++) {
		if (!str_eq(title, str_from(specs->title)))
			continue;
		if (specs->forms & form)
			return specs;
		any = any ? any : specs;
	}
	return any;
}

static void add_column(
	struct grid *g, struct str title, const struct grid_spec *spec, uint32_t group)
{
	g->columns[g->column_count++] = (struct grid_column){ title, spec, group };
}

static struct str title_of(const struct result *r, const struct grid_spec *spec)
{
	struct str title = str_from(spec->title);
	bool identity = r->who || r->type == RESULT_BECOME;

	if (str_eq(title, STR_LIT("resource")) && identity)
		return STR_LIT("identity");
	if (spec->forms == MANY)
		return r->who ? STR_LIT("on") : STR_LIT("as");
	return title;
}

static void choose_columns(struct grid *g, enum grid_form form)
{
	const struct result *r = g->r;
	bool many = others_differ(r);

	for (const struct grid_spec *s = specs_of[r->type]; s->title; s++) {
		bool become = r->type == RESULT_BECOME &&
			      str_eq(str_from(s->title), STR_LIT("levels"));

		if (form != GRID_FIELDS && (become || (s->forms == MANY && !many)))
			continue;
		if ((s->forms & form) || (s->forms == MANY && form != GRID_FIELDS))
			add_column(g, title_of(r, s), s, 0);
	}
}

static void choose_group_columns(struct grid *g)
{
	for (uint32_t i = 0; i < g->r->group_by_count; i++)
		add_column(g, g->r->group_by[i], NULL, i);
	add_column(g, STR_LIT("count"), NULL, g->r->group_by_count);
	if (g->r->type == RESULT_BLAST)
		add_column(g, STR_LIT("share"), NULL, g->r->group_by_count + 1);
}

static bool has_groups(const struct result *r)
{
	return r->type == RESULT_GROUPS || r->type == RESULT_BLAST;
}

int grid_init(struct grid *g, struct world *w, const struct result *r,
	enum grid_form form, struct err *e)
{
	bool chosen = r->column_count > 0 && (has_rows(r) || r->type == RESULT_ENTITIES);

	*g = (struct grid){ .w = w, .r = r, .row_count = r->count };
	if (r->column_count > GRID_COLUMN_MAX || r->group_by_count + 2 > GRID_COLUMN_MAX)
		return err_set(e, ERR_LIMIT, "more than %u columns", GRID_COLUMN_MAX);
	for (uint32_t i = 0; chosen && i < r->column_count; i++)
		add_column(g, r->columns[i],
			find_spec(specs_of[r->type], r->columns[i], form), 0);
	if (chosen)
		return 0;
	if (has_groups(r))
		choose_group_columns(g);
	else
		choose_columns(g, form);
	return 0;
}

static struct str group_cell(
	const struct grid *g, uint32_t row, uint32_t part, struct arena *arena)
{
	const struct result_group *group = &g->r->groups[row];

	if (part < g->r->group_by_count)
		return group->values[part];
	if (part == g->r->group_by_count)
		return number(group->count, arena);
	return arena_printf(arena, "%.1f%%", group->share * 100);
}

struct str grid_cell(
	const struct grid *g, uint32_t row, uint32_t column, struct arena *arena)
{
	const struct grid_column *c = &g->columns[column];
	struct source s = { g->w, g->r, row, NODE_NONE, NULL, arena };

	if (has_groups(g->r))
		return group_cell(g, row, c->group, arena);
	if (has_rows(g->r)) {
		s.row = &g->r->rows[row];
		s.node = s.row->node;
	} else if (g->r->type == RESULT_ENTITIES) {
		s.node = g->r->entities[row];
	}
	if (c->spec)
		return c->spec->cell(&s);
	return s.row ? result_field(g->w, s.row, c->title)
		     : result_entity_field(g->w, s.node, c->title);
}
