#include "base/out.h"
#include "cli/detail.h"
#include "cli/grid.h"
#include "cli/render.h"

static void write_line_end(struct sink *sink)
{
	buf_add_str(&sink->buf, STR_LIT("\r\n"));
	sink_poll(sink);
}

static void write_titles(struct sink *sink, const struct grid *g)
{
	for (uint32_t c = 0; c < g->column_count; c++) {
		if (c > 0)
			buf_add_char(&sink->buf, ',');
		out_csv(&sink->buf, g->columns[c].title);
	}
	write_line_end(sink);
}

static void write_rows(struct sink *sink, const struct grid *g)
{
	struct arena arena;

	arena_init(&arena, ARENA_UNLIMITED);
	for (uint32_t i = 0; i < g->row_count && !sink_broken(sink); i++) {
		for (uint32_t c = 0; c < g->column_count; c++) {
			if (c > 0)
				buf_add_char(&sink->buf, ',');
			out_csv(&sink->buf, grid_cell(g, i, c, &arena));
		}
		write_line_end(sink);
		arena_reset(&arena);
	}
	arena_release(&arena);
}

static void write_fact(
	struct sink *sink, const char *what, struct str name, struct str value)
{
	if (value.n == 0)
		return;
	out_csv(&sink->buf, str_from(what));
	buf_add_char(&sink->buf, ',');
	out_csv(&sink->buf, name);
	buf_add_char(&sink->buf, ',');
	out_csv(&sink->buf, value);
	write_line_end(sink);
}

static void write_detail(struct sink *sink, const struct detail *d)
{
	const struct str none = STR_LIT("");

	write_fact(sink, "what", STR_LIT("name"), STR_LIT("value"));
	write_fact(sink, "key", none, d->key);
	write_fact(sink, "name", none, d->name);
	write_fact(sink, "kind", none, d->kind);
	write_fact(sink, "account", none, d->account);
	write_fact(sink, "parent", none, d->parent);
	for (uint32_t i = 0; i < d->tag_count; i++)
		write_fact(sink, "tag", d->tags[i].key, d->tags[i].value);
	for (uint32_t i = 0; i < d->attribute_count; i++)
		write_fact(
			sink, "attribute", d->attributes[i].key, d->attributes[i].value);
	for (uint32_t i = 0; i < d->relation_count; i++)
		write_fact(sink,
			d->relations[i].reverse ? "relation from" : "relation to",
			d->relations[i].name, d->relations[i].key);
	for (uint32_t i = 0; i < d->policy_count; i++)
		write_fact(sink, "policy", d->policies[i].name, d->policies[i].text);
	write_fact(sink, "source", none, d->source);
}

static int write_show(const struct render *d, const struct result *r, struct err *e)
{
	struct arena arena;
	struct detail detail;
	int rc;

	arena_init(&arena, ARENA_UNLIMITED);
	rc = detail_read(&detail, d->w, r->shown, &arena, e);
	if (rc == 0)
		write_detail(d->sink, &detail);
	arena_release(&arena);
	return rc;
}

int render_csv(const struct render *d, const struct result *r, struct err *e)
{
	struct grid g;

	if (r->type == RESULT_SHOW)
		return write_show(d, r, e);
	if (grid_init(&g, d->w, r, GRID_FIELDS, e) < 0)
		return e->code;
	write_titles(d->sink, &g);
	write_rows(d->sink, &g);
	return 0;
}
