#include "cli/render.h"

#include <time.h>

#include "cli/json_out.h"
#include "cli/message.h"

typedef int (*form)(const struct render *d, const struct result *r, struct err *e);

static const form forms[FORMAT_COUNT] = {
	[FORMAT_TABLE] = render_table,
	[FORMAT_JSON] = render_json,
	[FORMAT_NDJSON] = render_json_lines,
	[FORMAT_CSV] = render_csv,
	[FORMAT_MARKDOWN] = render_markdown,
	[FORMAT_DOT] = render_graph_dot,
	[FORMAT_MERMAID] = render_graph_mermaid,
};

uint64_t render_clock_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
}

static bool carries_unknown(enum options_format format, const struct result *r)
{
	if (format == FORMAT_NDJSON)
		return r->type == RESULT_DECISION;
	return format == FORMAT_TABLE || format == FORMAT_JSON ||
	       format == FORMAT_MARKDOWN;
}

static void tell_unknown(const struct answer_unknown *unknown, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		message_print("unknown: %.*s: %.*s", STR_ARG(unknown[i].scope),
			STR_ARG(unknown[i].what));
}

static void tell_all_unknown(const struct result *r)
{
	tell_unknown(r->unknown, r->unknown_count);
	for (uint32_t i = 0; r->type == RESULT_DECISION && i < r->count; i++)
		tell_unknown(r->questions[i].decision.unknown,
			r->questions[i].decision.unknown_count);
}

static void tell_time(const struct render_time *t)
{
	message_print("open %.3f ms, answer %.3f ms, %llu rows",
		(double)t->open_us / 1000, (double)t->answer_us / 1000,
		(unsigned long long)t->rows);
}

int render_result(const struct render *d, const struct result *r, struct err *e)
{
	enum options_format format = d->options->format;

	if (d->options->verbose && format != FORMAT_JSON && !d->options->quiet)
		message_print("query: %.*s", STR_ARG(r->query));
	if (forms[format](d, r, e) < 0)
		return e->code;
	if (!carries_unknown(format, r) && !d->options->quiet)
		tell_all_unknown(r);
	if (d->time && format != FORMAT_JSON)
		tell_time(d->time);
	return 0;
}

void render_failure(struct sink *sink, struct str query, struct str message)
{
	struct json_out j;

	json_out_init(&j, sink);
	json_out_open(&j, '{');
	json_out_pair(&j, "query", query);
	json_out_pair(&j, "error", message);
	json_out_close(&j, '}');
	buf_add_char(&sink->buf, '\n');
}
