#include "base/out.h"
#include "cli/detail.h"
#include "cli/grid.h"
#include "cli/label.h"
#include "cli/render.h"

static void write_titles(struct buf *b, const struct grid *g)
{
	for (uint32_t c = 0; c < g->column_count; c++) {
		buf_add_str(b, STR_LIT("| "));
		out_markdown(b, g->columns[c].title);
		buf_add_char(b, ' ');
	}
	buf_add_str(b, STR_LIT("|\n"));
	for (uint32_t c = 0; c < g->column_count; c++)
		buf_add_str(b, STR_LIT("| --- "));
	buf_add_str(b, STR_LIT("|\n"));
}

static void write_rows(struct sink *sink, const struct grid *g)
{
	struct arena arena;

	arena_init(&arena, ARENA_UNLIMITED);
	for (uint32_t i = 0; i < g->row_count && !sink_broken(sink); i++) {
		for (uint32_t c = 0; c < g->column_count; c++) {
			buf_add_str(&sink->buf, STR_LIT("| "));
			out_markdown(&sink->buf, grid_cell(g, i, c, &arena));
			buf_add_char(&sink->buf, ' ');
		}
		buf_add_str(&sink->buf, STR_LIT("|\n"));
		sink_poll(sink);
		arena_reset(&arena);
	}
	arena_release(&arena);
}

static void write_unknown(
	struct buf *b, const struct answer_unknown *unknown, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		buf_add_str(b, i == 0 ? STR_LIT("\nUnknown:\n\n- ") : STR_LIT("- "));
		out_markdown(b, unknown[i].scope);
		buf_add_str(b, STR_LIT(": "));
		out_markdown(b, unknown[i].what);
		buf_add_char(b, '\n');
	}
}

static void write_fact(struct buf *b, const char *what, struct str name, struct str value)
{
	if (value.n == 0)
		return;
	buf_printf(b, "| %s%s", what, name.n > 0 ? " " : "");
	out_markdown(b, name);
	buf_add_str(b, STR_LIT(" | "));
	out_markdown(b, value);
	buf_add_str(b, STR_LIT(" |\n"));
}

static void write_detail(struct buf *b, const struct detail *d)
{
	const struct str none = STR_LIT("");

	buf_add_str(b, STR_LIT("| what | value |\n| --- | --- |\n"));
	write_fact(b, "key", none, d->key);
	write_fact(b, "name", none, d->name);
	write_fact(b, "kind", none, d->kind);
	write_fact(b, "account", none, d->account);
	write_fact(b, "parent", none, d->parent);
	for (uint32_t i = 0; i < d->tag_count; i++)
		write_fact(b, "tag", d->tags[i].key, d->tags[i].value);
	for (uint32_t i = 0; i < d->attribute_count; i++)
		write_fact(b, "attribute", d->attributes[i].key, d->attributes[i].value);
	for (uint32_t i = 0; i < d->relation_count; i++)
		write_fact(b, d->relations[i].reverse ? "relation from" : "relation to",
			d->relations[i].name, d->relations[i].key);
	for (uint32_t i = 0; i < d->policy_count; i++)
		write_fact(b, "policy", d->policies[i].name, d->policies[i].text);
	write_fact(b, "source", none, d->source);
}

static int write_show(const struct render *d, const struct result *r, struct err *e)
{
	struct arena arena;
	struct detail detail;
	int rc;

	arena_init(&arena, ARENA_UNLIMITED);
	rc = detail_read(&detail, d->w, r->shown, &arena, e);
	if (rc == 0)
		write_detail(&d->sink->buf, &detail);
	arena_release(&arena);
	return rc;
}

int render_markdown(const struct render *d, const struct result *r, struct err *e)
{
	enum grid_form form = d->options->verbose ? GRID_WIDE : GRID_PEOPLE;
	struct buf *b = &d->sink->buf;
	struct grid g;

	if (r->type == RESULT_SHOW)
		return write_show(d, r, e);
	if (grid_init(&g, d->w, r, form, e) < 0)
		return e->code;
	write_titles(b, &g);
	write_rows(d->sink, &g);
	write_unknown(b, r->unknown, r->unknown_count);
	for (uint32_t i = 0; r->type == RESULT_DECISION && i < r->count; i++)
		write_unknown(b, r->questions[i].decision.unknown,
			r->questions[i].decision.unknown_count);
	return 0;
}
