#include "base/out.h"
#include "cli/detail.h"
#include "cli/grid.h"
#include "cli/label.h"
#include "cli/proof_text.h"
#include "cli/render.h"
#include "cli/table.h"
#include "reachability/provider.h"

static int write_grid(const struct render *d, const struct result *r, struct err *e)
{
	enum grid_form form = d->options->verbose ? GRID_WIDE : GRID_PEOPLE;
	struct arena arena;
	struct table t;
	struct grid g;

	if (grid_init(&g, d->w, r, form, e) < 0)
		return e->code;
	table_init(&t, g.column_count);
	arena_init(&arena, ARENA_UNLIMITED);
	for (uint32_t c = 0; c < g.column_count; c++)
		table_add(&t, g.columns[c].title);
	for (uint32_t i = 0; i < g.row_count; i++) {
		for (uint32_t c = 0; c < g.column_count; c++)
			table_add(&t, grid_cell(&g, i, c, &arena));
		arena_reset(&arena);
	}
	table_print(&t, d->sink);
	arena_release(&arena);
	table_release(&t);
	return 0;
}

static void write_unknown(
	struct buf *b, const struct answer_unknown *unknown, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		buf_add_str(b, STR_LIT("unknown: "));
		out_text(b, unknown[i].scope);
		buf_add_str(b, STR_LIT(": "));
		out_text(b, unknown[i].what);
		buf_add_char(b, '\n');
	}
}

static void write_count(const struct render *d, const struct result *r)
{
	struct buf *b = &d->sink->buf;

	if (d->options->quiet)
		return;
	buf_printf(b, "(%lu row%s", (unsigned long)r->count, r->count == 1 ? "" : "s");
	if (r->type == RESULT_BLAST || r->type == RESULT_GROUPS)
		buf_printf(b, ", total %llu", (unsigned long long)r->total);
	else if (r->total > r->count)
		buf_printf(b, " of %llu", (unsigned long long)r->total);
	if (r->excluded_count > 0)
		buf_printf(b, ", %lu excluded", (unsigned long)r->excluded_count);
	buf_add_str(b, STR_LIT(")\n"));
}

static void write_excluded(const struct render *d, const struct result *r)
{
	struct buf *b = &d->sink->buf;

	for (uint32_t i = 0; d->options->verbose && i < r->excluded_count; i++) {
		buf_add_str(b, STR_LIT("excluded: "));
		out_text(b, provider_written_key(d->w, r->excluded[i].node));
		buf_add_str(b, STR_LIT(": "));
		out_text(b, r->excluded[i].reason);
		buf_add_char(b, '\n');
	}
}

static void write_paths(const struct render *d, const struct result *r)
{
	struct buf *b = &d->sink->buf;

	for (uint32_t i = 0; i < r->count; i++) {
		const struct path *path = &r->paths[i];
		struct str verdict = expr_verdict_name(path->verdict);

		buf_printf(b, "%s%lu  ", i > 0 ? "\n" : "", (unsigned long)i + 1);
		table_color(d->sink, verdict);
		out_text(b, verdict);
		table_color_end(d->sink);
		buf_printf(b, ", %lu hop%s, cost %lu\n", (unsigned long)path->step_count,
			path->step_count == 1 ? "" : "s", (unsigned long)path->cost);
		proof_text_ladder(d, path, 3);
		sink_poll(d->sink);
	}
	if (r->count == 0)
		buf_add_str(b, STR_LIT("no path\n"));
}

static void write_fact(struct buf *b, const char *what, struct str value)
{
	if (value.n == 0)
		return;
	buf_printf(b, "%-16s", what);
	out_text(b, value);
	buf_add_char(b, '\n');
}

static void write_pairs(
	struct buf *b, const char *what, const struct detail_pair *pairs, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		buf_printf(b, "%-16s", what);
		out_text(b, pairs[i].key);
		buf_add_str(b, STR_LIT(" = "));
		out_text(b, pairs[i].value);
		buf_add_char(b, '\n');
	}
}

static void write_relations(struct buf *b, const struct detail *d)
{
	for (uint32_t i = 0; i < d->relation_count; i++) {
		const struct detail_relation *r = &d->relations[i];

		buf_printf(b, "%-16s", r->reverse ? "is target of" : "relation");
		if (r->reverse) {
			out_text(b, r->key);
			buf_add_char(b, ' ');
		}
		out_text(b, r->name);
		if (!r->reverse) {
			buf_add_char(b, ' ');
			out_text(b, r->key);
		}
		buf_add_char(b, '\n');
	}
}

static void write_policies(struct buf *b, const struct detail *d, struct arena *arena)
{
	for (uint32_t i = 0; i < d->policy_count; i++) {
		const struct detail_policy *p = &d->policies[i];

		buf_printf(b, "%-16s", "policy");
		out_text(b, p->layer);
		buf_add_char(b, ' ');
		out_text(b, p->name);
		if (!p->collected)
			buf_add_str(b, STR_LIT(" (not collected)"));
		if (p->source.n > 0) {
			buf_add_str(b, STR_LIT(" from "));
			out_text(b, p->source);
		}
		buf_add_char(b, '\n');
		write_fact(b, "  invalid", p->problem);
		write_fact(b, "", label_policy(p->text, arena));
	}
}

static void write_detail(struct buf *b, const struct detail *d, struct arena *arena)
{
	write_fact(b, "key", d->key);
	write_fact(b, "name", d->name);
	write_fact(b, "kind", d->kind);
	write_fact(b, "account", d->account);
	write_fact(b, "scope", d->scope);
	write_fact(b, "parent", d->parent);
	write_fact(b, "enabled",
		d->flags & ENTITY_DISABLED ? STR_LIT("no") : STR_LIT("yes"));
	write_fact(b, "created", label_time(d->created, arena));
	write_fact(b, "last used", label_time(d->last_used, arena));
	if (!d->in_store)
		write_fact(b, "note", STR_LIT("only named by others; not collected"));
	else if (!d->tags_known)
		write_fact(b, "tags", STR_LIT("not collected"));
	write_pairs(b, "tag", d->tags, d->tag_count);
	write_pairs(b, "attribute", d->attributes, d->attribute_count);
	write_relations(b, d);
	write_fact(b, "own policy", d->resource_policy);
	write_policies(b, d, arena);
	for (uint32_t i = 0; i < d->coverage_count; i++) {
		buf_printf(b, "%-16s", "coverage");
		out_text(b, d->coverage[i].what);
		buf_add_char(b, ' ');
		out_text(b, d->coverage[i].state);
		buf_add_char(b, ' ');
		out_text(b, d->coverage[i].text);
		buf_add_char(b, '\n');
	}
	write_fact(b, "source", d->source);
}

static int write_show(const struct render *d, const struct result *r, struct err *e)
{
	struct arena arena;
	struct detail detail;
	int rc;

	arena_init(&arena, ARENA_UNLIMITED);
	rc = detail_read(&detail, d->w, r->shown, &arena, e);
	if (rc == 0)
		write_detail(&d->sink->buf, &detail, &arena);
	arena_release(&arena);
	return rc;
}

static int write_decisions(const struct render *d, const struct result *r, struct err *e)
{
	if (r->count > 1 && !d->options->verbose)
		return write_grid(d, r, e);
	for (uint32_t i = 0; i < r->count && !sink_broken(d->sink); i++) {
		if (i > 0)
			buf_add_char(&d->sink->buf, '\n');
		proof_text_question(d, &r->questions[i]);
		sink_poll(d->sink);
	}
	return 0;
}

static void write_plan(struct buf *b, const struct result *r)
{
	for (uint32_t i = 0; i < r->count; i++) {
		out_text(b, r->plan[i]);
		buf_add_char(b, '\n');
	}
}

int render_table(const struct render *d, const struct result *r, struct err *e)
{
	struct buf *b = &d->sink->buf;
	int rc = 0;

	switch (r->type) {
	case RESULT_SHOW:
		rc = write_show(d, r, e);
		break;
	case RESULT_PLAN:
		write_plan(b, r);
		break;
	case RESULT_PATHS:
		write_paths(d, r);
		break;
	case RESULT_DECISION:
		rc = write_decisions(d, r, e);
		break;
	default:
		rc = write_grid(d, r, e);
		write_count(d, r);
	}
	if (rc < 0)
		return rc;
	write_excluded(d, r);
	write_unknown(b, r->unknown, r->unknown_count);
	for (uint32_t i = 0; r->type == RESULT_DECISION && i < r->count; i++)
		write_unknown(b, r->questions[i].decision.unknown,
			r->questions[i].decision.unknown_count);
	return 0;
}
