#include "query/column.h"

#include <time.h>

#include "base/nearest.h"
#include "query/entity.h"
#include "reachability/provider.h"

/* clang-format off */
static const struct {
	const char *text;
	enum column_name name;
	bool of_row, costly;
} columns[] = {
	{ "key",          COLUMN_KEY,            false, false },
	{ "name",         COLUMN_NAME,           false, false },
	{ "kind",         COLUMN_KIND,           false, false },
	{ "account",      COLUMN_ACCOUNT,        false, false },
	{ "account_name", COLUMN_ACCOUNT_NAME,   false, false },
	{ "provider",     COLUMN_PROVIDER,       false, false },
	{ "region",       COLUMN_REGION,         false, false },
	{ "other",        COLUMN_OTHER,          true,  false },
	{ "path",         COLUMN_PATH,           true,  false },
	{ "hops",         COLUMN_HOPS,           true,  false },
	{ "hop",          COLUMN_HOP,            true,  false },
	{ "verdict",      COLUMN_VERDICT,        true,  false },
	{ "level",        COLUMN_LEVEL,          true,  false },
	{ "action",       COLUMN_ACTION,         true,  false },
	{ "via",          COLUMN_VIA,            true,  false },
	{ "conditions",   COLUMN_CONDITIONS,     true,  false },
	{ "resources",    COLUMN_RESOURCES,      true,  false },
	{ "admin",        COLUMN_ADMIN,          false, true },
	{ "public",       COLUMN_PUBLIC,         false, true },
	{ "external",     COLUMN_EXTERNAL,       false, false },
	{ "enabled",      COLUMN_ENABLED,        false, false },
	{ "created",      COLUMN_CREATED,        false, false },
	{ "last_used",    COLUMN_LAST_USED,      false, false },
	{ "count",        COLUMN_COUNT_OF_GROUP, false, false },
	{ "type",         COLUMN_KIND,           false, false },
	{ "levels",       COLUMN_LEVEL,          true,  false },
	{ "actions",      COLUMN_ACTION,         true,  false },
};
/* clang-format on */

#define COLUMN_TOTAL (sizeof(columns) / sizeof(columns[0]))
#define TAG_PREFIX   STR_LIT("tag.")

int column_find(struct column *out, struct str name)
{
	if (name.n > TAG_PREFIX.n &&
		str_eq_fold(str_head(name, TAG_PREFIX.n), TAG_PREFIX)) {
		*out = (struct column){ .name = COLUMN_TAG,
			.tag = str_skip(name, TAG_PREFIX.n),
			.text = name };
		return 1;
	}
	for (size_t i = 0; i < COLUMN_TOTAL; i++) {
		if (!str_eq_fold(name, str_from(columns[i].text)))
			continue;
		*out = (struct column){ .name = columns[i].name,
			.text = str_from(columns[i].text),
			.of_row = columns[i].of_row,
			.costly = columns[i].costly };
		return 1;
	}
	return 0;
}

struct str column_nearest(struct str name)
{
	struct nearest near;

	nearest_init(&near, name);
	for (size_t i = 0; i < COLUMN_TOTAL; i++)
		nearest_offer(&near, str_from(columns[i].text));
	return near.best;
}

int column_bind(
	struct column *out, struct context *c, const struct ast_word *word, struct err *e)
{
	if (column_find(out, word->text) == 1)
		return 0;
	diagnostic_set(c->d, word->span, "unknown column '%.*s'", STR_ARG(word->text));
	diagnostic_expect(c->d, "a column such as name, account or tag.NAME");
	diagnostic_suggest(c->d, column_nearest(word->text));
	return context_refuse(c, e);
}

/* --- values --- */

static struct str finish(struct arena *arena, struct buf *b)
{
	struct str out = arena_copy(arena, buf_str(b));

	buf_release(b);
	return out;
}

static void add_item(struct buf *b, struct str item, const char *separator)
{
	if (b->n > 0)
		buf_printf(b, "%s", separator);
	buf_add_str(b, item);
}

static struct str levels_text(struct arena *arena, uint32_t mask)
{
	struct buf b = { 0 };

	for (uint32_t l = 0; l < CATALOG_LEVEL_COUNT; l++) {
		if (mask & (1u << l))
			add_item(&b, catalog_level_name((enum catalog_level)l), ",");
	}
	return finish(arena, &b);
}

static struct str actions_text(struct arena *arena, const struct answer_row *row)
{
	struct buf b = { 0 };

	for (uint32_t i = 0; i < row->action_count; i++)
		add_item(&b, catalog_action_get(row->actions[i]).name, ",");
	return finish(arena, &b);
}

static struct str resources_text(struct world *w, const struct answer_row *row)
{
	struct buf b = { 0 };
	uint32_t count;
	const struct str *resources = answer_resources(&count, w, row);

	for (uint32_t i = 0; i < count; i++)
		add_item(&b, resources[i], " ");
	return finish(world_arena(w), &b);
}

/* Each condition once; parts that share one differ in their actions only. */
static struct str conditions_text(struct world *w, const struct answer_row *row)
{
	struct buf b = { 0 };

	for (uint32_t i = 0; i < row->part_count; i++) {
		uint32_t k = 0;

		while (k < i && row->parts[k].residual != row->parts[i].residual)
			k++;
		if (k < i || row->parts[i].residual == EXPR_TRUE)
			continue;
		add_item(&b, (struct str){ 0 }, "; ");
		expr_print(&b, world_pool(w), row->parts[i].residual);
	}
	return finish(world_arena(w), &b);
}

/* The names of those between the ends of the path, or of the group of a direct row. */
static struct str via_text(struct world *w, const struct answer_row *row)
{
	struct buf b = { 0 };

	for (uint32_t i = 0; row->indirect && i < row->path.step_count; i++) {
		node_id to = row->path.steps[i].to;

		if (to != row->node && to != row->other)
			add_item(&b, world_node_name(w, to), " > ");
	}
	if (!row->indirect)
		add_item(&b, row->via_group, "");
	return finish(world_arena(w), &b);
}

static struct column_value named(int64_t number, struct str text)
{
	return (struct column_value){ .number = number, .text = text };
}

static struct column_value counted(struct arena *arena, int64_t number)
{
	return named(number, arena_printf(arena, "%lld", (long long)number));
}

static struct column_value truth(bool yes)
{
	return named(yes, yes ? STR_LIT("true") : STR_LIT("false"));
}

static struct column_value moment(struct arena *arena, int64_t seconds)
{
	time_t t = (time_t)seconds;
	struct tm tm;

	if (seconds == -1)
		return named(0, STR_LIT("never"));
	if (seconds == 0 || !gmtime_r(&t, &tm))
		return named(-1, (struct str){ 0 });
	return named(seconds,
		arena_printf(arena, "%04d-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year + 1900,
			tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec));
}

static struct column_value row_value(
	enum column_name name, struct world *w, const struct answer_row *row)
{
	struct arena *arena = world_arena(w);

	switch (name) {
	case COLUMN_OTHER:
		return named(0, provider_written_key(w, row->other));
	case COLUMN_PATH:
		return named(row->indirect,
			row->indirect ? STR_LIT("indirect") : STR_LIT("direct"));
	case COLUMN_HOPS:
		return counted(arena, row->indirect ? row->path.step_count : 0);
	case COLUMN_HOP:
		return named(row->path.worst, answer_hop_name(row->path.worst));
	case COLUMN_VERDICT:
		return named(row->verdict, expr_verdict_name(row->verdict));
	case COLUMN_LEVEL:
		return named(row->level_mask, levels_text(arena, row->level_mask));
	case COLUMN_ACTION:
		return named(0, actions_text(arena, row));
	case COLUMN_VIA:
		return named(0, via_text(w, row));
	case COLUMN_CONDITIONS:
		return named(0, conditions_text(w, row));
	case COLUMN_RESOURCES:
		return named(0, resources_text(w, row));
	default:
		return named(0, (struct str){ 0 });
	}
}

static int flag_value(struct column_value *out, enum column_name name, struct world *w,
	node_id n, const struct answer_row *row, struct err *e)
{
	int yes;

	if (name == COLUMN_ADMIN)
		yes = row ? row->admin : entity_admin(w, n, e);
	else if (name == COLUMN_PUBLIC)
		yes = row ? row->public : entity_public(w, n, e);
	else
		yes = row ? row->external : entity_external(w, n);
	if (yes < 0)
		return yes;
	*out = truth(yes);
	return 0;
}

static struct column_value entity_value(
	const struct column *column, struct world *w, node_id n)
{
	struct str text = { 0 };
	int enabled;

	switch (column->name) {
	case COLUMN_KEY:
		return named(0, provider_written_key(w, n));
	case COLUMN_NAME:
		return named(0, world_node_name(w, n));
	case COLUMN_KIND:
		return named(0, world_node_kind(w, n));
	case COLUMN_ACCOUNT:
		return named(0, entity_account(w, n));
	case COLUMN_ACCOUNT_NAME:
		return named(0, world_account_name(w, entity_account(w, n)));
	case COLUMN_PROVIDER:
		return named(0, entity_provider(w, n));
	case COLUMN_REGION:
		return named(0, entity_region(w, n));
	case COLUMN_TAG:
		entity_tag(&text, w, n, column->tag);
		return named(0, text);
	case COLUMN_ENABLED:
		enabled = entity_enabled(w, n);
		return enabled < 0 ? named(-1, text) : truth(enabled);
	case COLUMN_CREATED:
		return moment(world_arena(w), entity_created(w, n));
	case COLUMN_LAST_USED:
		return moment(world_arena(w), entity_last_used(w, n));
	default:
		return named(0, text);
	}
}

int column_value(struct column_value *out, const struct column *column, struct world *w,
	node_id n, const struct answer_row *row, struct err *e)
{
	switch (column->name) {
	case COLUMN_ADMIN:
	case COLUMN_PUBLIC:
	case COLUMN_EXTERNAL:
		return flag_value(out, column->name, w, n, row, e);
	default:
		break;
	}
	if (column->of_row)
		*out = row ? row_value(column->name, w, row) : (struct column_value){ 0 };
	else
		*out = entity_value(column, w, n);
	return 0;
}
