#include "cli/label.h"

#include "base/buf.h"
#include "base/date.h"
#include "query/format.h"
#include "reachability/imagined.h"
#include "reachability/provider.h"

/* The buffer's bytes in the arena; the buffer is released. */
static struct str keep(struct buf *b, struct arena *arena)
{
	struct str kept = arena_copy(arena, buf_str(b));

	buf_release(b);
	return kept;
}

static struct str short_kind(struct str kind)
{
	for (size_t i = kind.n; i > 0; i--) {
		if (kind.p[i - 1] == ':')
			return str_skip(kind, i);
	}
	return kind;
}

static struct str quote(struct buf *plain, struct arena *arena)
{
	struct buf quoted = { 0 };

	format_name(buf_str(plain), &quoted);
	buf_release(plain);
	return keep(&quoted, arena);
}

static bool has_label(struct world *w, node_id n)
{
	return world_node(w, n)->type == NODE_ENTITY && world_node_name(w, n).n > 0;
}

static void add_label(struct buf *b, struct world *w, node_id n)
{
	buf_add_str(b, short_kind(world_node_kind(w, n)));
	buf_add_char(b, '/');
	buf_add_str(b, world_node_name(w, n));
}

struct str label_entity(struct world *w, node_id n, struct arena *arena)
{
	struct buf b = { 0 };

	if (has_label(w, n))
		add_label(&b, w, n);
	else
		buf_add_str(&b, provider_written_key(w, n));
	return quote(&b, arena);
}

struct str label_place(struct world *w, node_id n, struct arena *arena)
{
	struct str account = label_account(w, n);
	struct buf b = { 0 };
	const struct segment_entity *entity = world_entity(w, n);
	bool container = entity && (entity->flags & ENTITY_CONTAINER);

	if (!has_label(w, n) || account.n == 0 || container)
		return label_entity(w, n, arena);
	add_label(&b, w, n);
	buf_add_char(&b, '@');
	buf_add_str(&b, account);
	return quote(&b, arena);
}

/* What hops gave the identity, in words. */
static void add_changes(
	struct buf *b, struct world *w, const struct imagined *im, struct arena *arena)
{
	static const struct {
		uint32_t flag;
		const char *words;
	} gains[] = {
		{ RULE_ANY_POLICY, "any policy" },
		{ RULE_NO_BOUNDARY, "no boundary" },
		{ RULE_NO_DENY, "no denies" },
	};
	const char *between = " (";

	for (size_t i = 0; i < sizeof(gains) / sizeof(gains[0]); i++) {
		if (!(im->yields & gains[i].flag))
			continue;
		buf_printf(b, "%s%s", between, gains[i].words);
		between = ", ";
	}
	for (uint32_t i = 0; i < im->group_count; i++) {
		buf_printf(b, "%sin %.*s", between,
			STR_ARG(label_entity(w, im->groups[i], arena)));
		between = ", ";
	}
	if (im->resource != NODE_NONE)
		buf_printf(b, "%s%.*s open to it", between,
			STR_ARG(label_entity(w, im->resource, arena)));
	buf_add_char(b, ')');
}

struct str label_changed(struct world *w, node_id n, struct arena *arena)
{
	const struct imagined *im = world_node(w, n)->imagined;
	struct buf b = { 0 };

	buf_add_str(&b, label_place(w, n, arena));
	if (im)
		add_changes(&b, w, im, arena);
	return keep(&b, arena);
}

struct str label_account(struct world *w, node_id n)
{
	struct str id = world_node(w, n)->account, name = { 0 };

	if (id.n > 0)
		name = world_account_name(w, id);
	return name.n > 0 ? name : id;
}

struct str label_path(struct world *w, const struct path *path, struct arena *arena)
{
	struct buf b = { 0 };

	for (uint32_t i = 0; i < path->step_count; i++) {
		if (i > 0)
			buf_add_str(&b, STR_LIT(" > "));
		buf_add_str(&b, label_changed(w, path->steps[i].to, arena));
	}
	return keep(&b, arena);
}

struct str label_via(struct world *w, const struct answer_row *row, struct arena *arena)
{
	node_id group;
	struct err e;

	if (row->indirect)
		return label_path(w, &row->path, arena);
	if (row->via_group.n == 0)
		return (struct str){ "", 0 };
	if (world_node_of_key(&group, w, row->via_group, &e) < 0)
		return row->via_group;
	return label_entity(w, group, arena);
}

struct str label_condition(struct world *w, expr residual, struct arena *arena)
{
	struct buf b = { 0 };

	if (residual != EXPR_TRUE && residual != EXPR_FALSE)
		expr_print(&b, world_pool(w), residual);
	return keep(&b, arena);
}

struct str label_time(int64_t seconds, struct arena *arena)
{
	struct buf b = { 0 };

	if (seconds == -1)
		return STR_LIT("never");
	if (seconds != 0)
		date_print(&b, (struct date){ seconds, 0 });
	return keep(&b, arena);
}

struct str label_policy(struct str text, struct arena *arena)
{
	bool quoted = false;
	struct buf b = { 0 };

	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (!quoted && (c == ' ' || c == '\t' || c == '\r' || c == '\n'))
			continue;
		buf_add_char(&b, c);
		if (quoted && c == '\\' && i + 1 < text.n)
			buf_add_char(&b, text.p[++i]);
		else if (c == '"')
			quoted = !quoted;
	}
	return keep(&b, arena);
}

struct str label_list(const struct str *items, uint32_t count, struct arena *arena)
{
	struct buf b = { 0 };

	for (uint32_t i = 0; i < count; i++) {
		if (i > 0)
			buf_add_str(&b, STR_LIT(", "));
		buf_add_str(&b, items[i]);
	}
	return keep(&b, arena);
}

struct str label_actions(const action_id *actions, uint32_t count, struct arena *arena)
{
	struct buf b = { 0 };

	for (uint32_t i = 0; i < count; i++) {
		if (i > 0)
			buf_add_str(&b, STR_LIT(", "));
		buf_add_str(&b, catalog_action_get(actions[i]).name);
	}
	return keep(&b, arena);
}

struct str label_levels(uint32_t level_mask, struct arena *arena)
{
	struct buf b = { 0 };

	for (uint32_t i = 0; i < CATALOG_LEVEL_COUNT; i++) {
		if (!(level_mask >> i & 1u))
			continue;
		if (b.n > 0)
			buf_add_str(&b, STR_LIT(", "));
		buf_add_str(&b, catalog_level_name((enum catalog_level)i));
	}
	return keep(&b, arena);
}
