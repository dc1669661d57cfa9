#include "cli/json_row.h"

#include "cli/label.h"
#include "cli/rule_text.h"
#include "reachability/provider.h"
#include "reachability/rule.h"

/* What a member is written from. */
struct source {
	struct world *w;
	const struct result *r;
	uint32_t index;
	node_id node; /* of rows about entities */
	const struct answer_row *row;
	const struct result_action *action;
};

struct member {
	const char *name;
	void (*write)(struct json_out *j, const struct source *s);
};

static void write_actions(struct json_out *j, const action_id *actions, uint32_t count)
{
	json_out_open(j, '[');
	for (uint32_t i = 0; i < count; i++)
		json_out_str(j, catalog_action_get(actions[i]).name);
	json_out_close(j, ']');
}

static void write_strings(struct json_out *j, const struct str *items, uint32_t count)
{
	json_out_open(j, '[');
	for (uint32_t i = 0; i < count; i++)
		json_out_str(j, items[i]);
	json_out_close(j, ']');
}

static void write_expr(struct json_out *j, struct world *w, expr residual)
{
	struct buf text = { 0 };

	expr_print(&text, world_pool(w), residual);
	json_out_str(j, buf_str(&text));
	buf_release(&text);
}

static bool left_over(expr residual)
{
	return residual != EXPR_TRUE && residual != EXPR_FALSE;
}

static void write_condition(struct json_out *j, struct world *w, expr residual,
	const action_id *actions, uint32_t count)
{
	if (!left_over(residual))
		return;
	json_out_open(j, '{');
	json_out_key(j, "text");
	write_expr(j, w, residual);
	json_out_key(j, "actions");
	write_actions(j, actions, count);
	json_out_close(j, '}');
}

void json_row_condition(struct json_out *j, struct world *w, expr residual)
{
	json_out_open(j, '[');
	write_condition(j, w, residual, NULL, 0);
	json_out_close(j, ']');
}

static void write_verdict(struct json_out *j, enum expr_verdict v)
{
	json_out_str(j, expr_verdict_name(v));
}

void json_row_yields(struct json_out *j, const struct path_step *step)
{
	struct buf text = { 0 };

	if (!step->hop || !(step->hop->yields & ~(uint32_t)RULE_AS_TARGET))
		return;
	rule_text_yields(&text, step->hop);
	json_out_pair(j, "yields", buf_str(&text));
	buf_release(&text);
}

static void write_step(struct json_out *j, struct world *w, const struct path_step *step,
	bool conditions)
{
	json_out_open(j, '{');
	json_out_pair(j, "from", provider_written_key(w, step->from));
	json_out_pair(j, "to", provider_written_key(w, step->to));
	json_out_pair(j, "rule", step->rule);
	json_out_pair(j, "hop", answer_hop_name(step->class));
	json_row_yields(j, step);
	if (step->through != NODE_NONE)
		json_out_pair(j, "through", provider_written_key(w, step->through));
	json_out_key(j, "verdict");
	write_verdict(j, step->verdict);
	if (conditions) {
		json_out_key(j, "conditions");
		json_row_condition(j, w, step->residual);
	}
	json_out_close(j, '}');
}

static void write_steps(
	struct json_out *j, struct world *w, const struct path *path, bool conditions)
{
	json_out_open(j, '[');
	for (uint32_t i = 0; path && i < path->step_count; i++)
		write_step(j, w, &path->steps[i], conditions);
	json_out_close(j, ']');
}

void json_row_via(struct json_out *j, struct world *w, const struct path *path)
{
	write_steps(j, w, path, false);
}

static void put_key(struct json_out *j, const struct source *s)
{
	json_out_str(j, provider_written_key(s->w, s->node));
}

static void put_name(struct json_out *j, const struct source *s)
{
	json_out_str_or_null(j, world_node_name(s->w, s->node));
}

static void put_kind(struct json_out *j, const struct source *s)
{
	json_out_str_or_null(j, world_node_kind(s->w, s->node));
}

static void put_account(struct json_out *j, const struct source *s)
{
	json_out_str_or_null(j, world_node(s->w, s->node)->account);
}

static void put_path_word(struct json_out *j, bool indirect)
{
	json_out_str(j, indirect ? STR_LIT("indirect") : STR_LIT("direct"));
}

static void put_hop(struct json_out *j, bool indirect, const struct path *path)
{
	if (indirect && path && path->step_count > 0)
		json_out_str(j, answer_hop_name(path->worst));
	else
		json_out_null(j);
}

static void row_path(struct json_out *j, const struct source *s)
{
	put_path_word(j, s->row->indirect);
}

static void row_hops(struct json_out *j, const struct source *s)
{
	json_out_count(j, s->row->indirect ? s->row->path.step_count : 0);
}

static void row_hop(struct json_out *j, const struct source *s)
{
	put_hop(j, s->row->indirect, &s->row->path);
}

static void row_verdict(struct json_out *j, const struct source *s)
{
	write_verdict(j, s->row->verdict);
}

static void row_levels(struct json_out *j, const struct source *s)
{
	json_out_open(j, '[');
	for (uint32_t i = 0; i < CATALOG_LEVEL_COUNT; i++) {
		if (s->row->level_mask >> i & 1u)
			json_out_str(j, catalog_level_name((enum catalog_level)i));
	}
	json_out_close(j, ']');
}

static void row_actions(struct json_out *j, const struct source *s)
{
	write_actions(j, s->row->actions, s->row->action_count);
}

/* Of a row without actions the path has the condition. */
static void row_conditions(struct json_out *j, const struct source *s)
{
	const struct answer_row *row = s->row;

	json_out_open(j, '[');
	for (uint32_t i = 0; i < row->part_count; i++)
		write_condition(j, s->w, row->parts[i].residual, row->parts[i].actions,
			row->parts[i].action_count);
	if (row->part_count == 0 && row->indirect)
		write_condition(j, s->w, row->path.residual, NULL, 0);
	json_out_close(j, ']');
}

static void row_resources(struct json_out *j, const struct source *s)
{
	uint32_t count;
	const struct str *resources = answer_resources(&count, s->w, s->row);

	write_strings(j, resources, count);
}

static void row_via(struct json_out *j, const struct source *s)
{
	json_row_via(j, s->w, s->row->indirect ? &s->row->path : NULL);
}

static void row_admin(struct json_out *j, const struct source *s)
{
	json_out_bool(j, s->row->admin);
}

static void row_public(struct json_out *j, const struct source *s)
{
	json_out_bool(j, s->row->public);
}

static void row_external(struct json_out *j, const struct source *s)
{
	json_out_bool(j, s->row->external);
}

static void row_group(struct json_out *j, const struct source *s)
{
	json_out_str_or_null(j, s->row->via_group);
}

static void row_other(struct json_out *j, const struct source *s)
{
	if (s->row->other == NODE_NONE)
		json_out_null(j);
	else
		json_out_str(j, provider_written_key(s->w, s->row->other));
}

static void action_name(struct json_out *j, const struct source *s)
{
	json_out_str(j, catalog_action_get(s->action->action).name);
}

static void action_level(struct json_out *j, const struct source *s)
{
	json_out_str(j, catalog_level_name(catalog_action_get(s->action->action).level));
}

static void action_path(struct json_out *j, const struct source *s)
{
	put_path_word(j, s->action->indirect);
}

static const struct path *path_of(const struct result_action *a)
{
	return a->indirect ? a->path : NULL;
}

static void action_hops(struct json_out *j, const struct source *s)
{
	const struct path *path = path_of(s->action);

	json_out_count(j, path ? path->step_count : 0);
}

static void action_hop(struct json_out *j, const struct source *s)
{
	put_hop(j, s->action->indirect, path_of(s->action));
}

static void action_verdict(struct json_out *j, const struct source *s)
{
	write_verdict(j, s->action->verdict);
}

static void action_conditions(struct json_out *j, const struct source *s)
{
	json_out_open(j, '[');
	write_condition(j, s->w, s->action->residual, &s->action->action, 1);
	json_out_close(j, ']');
}

static void action_resources(struct json_out *j, const struct source *s)
{
	write_strings(j, s->action->resources, s->action->resource_count);
}

static void action_via(struct json_out *j, const struct source *s)
{
	json_row_via(j, s->w, path_of(s->action));
}

static void entity_tags(struct json_out *j, const struct source *s)
{
	const struct segment_entity *entity = world_entity(s->w, s->node);
	struct segment *segment = world_node_segment(s->w, s->node);
	const struct segment_pair *tags;
	uint32_t count;

	if (!entity || !entity->tags_known) {
		json_out_null(j);
		return;
	}
	tags = segment_tags(segment, world_node(s->w, s->node)->id, &count);
	json_out_open(j, '{');
	for (uint32_t i = 0; i < count; i++) {
		json_out_key_str(j, segment_str(segment, tags[i].key));
		json_out_str(j, segment_str(segment, tags[i].value));
	}
	json_out_close(j, '}');
}

static void entity_enabled(struct json_out *j, const struct source *s)
{
	json_out_bool(j, !(world_node(s->w, s->node)->flags & ENTITY_DISABLED));
}

static void entity_created(struct json_out *j, const struct source *s)
{
	const struct segment_entity *entity = world_entity(s->w, s->node);

	json_out_time(j, entity ? entity->created : 0);
}

static void entity_last_used(struct json_out *j, const struct source *s)
{
	const struct segment_entity *entity = world_entity(s->w, s->node);

	json_out_time(j, entity ? segment_last_used(entity) : 0);
}

static void entity_admin(struct json_out *j, const struct source *s)
{
	json_out_bool(j, str_eq(result_entity_field(s->w, s->node, STR_LIT("admin")),
				 STR_LIT("true")));
}

/* clang-format off */
static const struct member row_members[] = {
	{ "key", put_key }, { "name", put_name }, { "kind", put_kind },
	{ "account", put_account }, { "path", row_path }, { "hops", row_hops },
	{ "hop", row_hop }, { "verdict", row_verdict }, { "levels", row_levels },
	{ "actions", row_actions }, { "conditions", row_conditions },
	{ "resources", row_resources }, { "via", row_via }, { "admin", row_admin },
	{ "public", row_public }, { "external", row_external }, { "group", row_group },
	{ "other", row_other }, { NULL, NULL },
};
static const struct member action_members[] = {
	{ "action", action_name }, { "level", action_level }, { "path", action_path },
	{ "hops", action_hops }, { "hop", action_hop }, { "verdict", action_verdict },
	{ "conditions", action_conditions }, { "resources", action_resources },
	{ "via", action_via }, { NULL, NULL },
};
static const struct member entity_members[] = {
	{ "key", put_key }, { "name", put_name }, { "kind", put_kind },
	{ "account", put_account }, { "tags", entity_tags }, { "enabled", entity_enabled },
	{ "created", entity_created }, { "last_used", entity_last_used },
	{ "admin", entity_admin }, { NULL, NULL },
};
/* clang-format on */

static const struct member *find_member(const struct member *members, struct str name)
{
	for (const struct member *m = members; m->name; m++) {
		if (str_eq(name, str_from(m->name)))
			return m;
	}
	return NULL;
}

/* A column that is no member is a filter key: "tag.team", "region". */
static void write_column(struct json_out *j, const struct member *members,
	const struct source *s, struct str name)
{
	const struct member *m = find_member(members, name);
	struct str value;

	json_out_key_str(j, name);
	if (m) {
		m->write(j, s);
		return;
	}
	value = s->row ? result_field(s->w, s->row, name)
		       : result_entity_field(s->w, s->node, name);
	json_out_str_or_null(j, value);
}

static void write_members(
	struct json_out *j, const struct member *members, const struct source *s)
{
	json_out_open(j, '{');
	for (uint32_t i = 0; i < s->r->column_count && !s->action; i++)
		write_column(j, members, s, s->r->columns[i]);
	for (const struct member *m = members;
		m->name && (s->r->column_count == 0 || s->action); m++) {
		json_out_key(j, m->name);
		m->write(j, s);
	}
	json_out_close(j, '}');
}

static void write_group(struct json_out *j, const struct result *r, uint32_t index)
{
	const struct result_group *group = &r->groups[index];

	json_out_open(j, '{');
	for (uint32_t i = 0; i < r->group_by_count; i++) {
		json_out_key_str(j, r->group_by[i]);
		json_out_str(j, group->values[i]);
	}
	json_out_key(j, "count");
	json_out_count(j, group->count);
	if (r->type == RESULT_BLAST) {
		json_out_key(j, "share");
		json_out_fraction(j, group->share);
	}
	json_out_close(j, '}');
}

static void write_path(struct json_out *j, struct world *w, const struct path *path)
{
	json_out_open(j, '{');
	json_out_key(j, "cost");
	json_out_count(j, path->cost);
	json_out_key(j, "hops");
	json_out_count(j, path->step_count);
	json_out_key(j, "hop");
	put_hop(j, path->step_count > 0, path);
	json_out_key(j, "verdict");
	write_verdict(j, path->verdict);
	json_out_key(j, "steps");
	write_steps(j, w, path, true);
	json_out_close(j, '}');
}

void json_row_write(
	struct json_out *j, struct world *w, const struct result *r, uint32_t index)
{
	struct source s = { .w = w, .r = r, .index = index, .node = NODE_NONE };

	switch (r->type) {
	case RESULT_ACCESS:
	case RESULT_BECOME:
		s.row = &r->rows[index];
		s.node = s.row->node;
		write_members(j, row_members, &s);
		return;
	case RESULT_ACTIONS:
		s.action = &r->actions[index];
		write_members(j, action_members, &s);
		return;
	case RESULT_ENTITIES:
		s.node = r->entities[index];
		write_members(j, entity_members, &s);
		return;
	case RESULT_GROUPS:
	case RESULT_BLAST:
		write_group(j, r, index);
		return;
	case RESULT_PATHS:
		write_path(j, w, &r->paths[index]);
		return;
	case RESULT_DECISION:
	case RESULT_SHOW:
	case RESULT_PLAN:
		return;
	}
}
