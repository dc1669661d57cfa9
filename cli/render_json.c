#include "cli/detail.h"
#include "cli/json_out.h"
#include "cli/json_proof.h"
#include "cli/json_row.h"
#include "cli/json_show.h"
#include "cli/render.h"
#include "reachability/provider.h"

static void write_head(struct json_out *j, const struct result *r)
{
	json_out_pair(j, "query", r->query);
	json_out_key(j, "as_of");
	json_out_time(j, r->as_of);
}

static void write_rows(struct json_out *j, const struct render *d, const struct result *r)
{
	json_out_key(j, "rows");
	json_out_open(j, '[');
	for (uint32_t i = 0; i < r->count && !sink_broken(d->sink); i++) {
		json_out_line(j);
		json_row_write(j, d->w, r, i);
	}
	json_out_close(j, ']');
}

static void write_excluded(
	struct json_out *j, const struct render *d, const struct result *r)
{
	json_out_key(j, "excluded");
	json_out_open(j, '[');
	for (uint32_t i = 0; i < r->excluded_count; i++) {
		json_out_line(j);
		json_out_open(j, '{');
		json_out_pair(j, "key", provider_written_key(d->w, r->excluded[i].node));
		json_out_pair(j, "reason", r->excluded[i].reason);
		json_out_pair(
			j, "other", provider_written_key(d->w, r->excluded[i].other));
		json_out_close(j, '}');
	}
	json_out_close(j, ']');
}

static void write_unknown(struct json_out *j, const struct result *r)
{
	json_out_key(j, "unknown");
	json_proof_unknown(j, r->unknown, r->unknown_count);
}

static void write_stats(struct json_out *j, const struct render *d)
{
	if (!d->time)
		return;
	json_out_key(j, "stats");
	json_out_open(j, '{');
	json_out_key(j, "open_us");
	json_out_count(j, d->time->open_us);
	json_out_key(j, "answer_us");
	json_out_count(j, d->time->answer_us);
	json_out_key(j, "rows");
	json_out_count(j, d->time->rows);
	json_out_close(j, '}');
}

static void write_row_answer(
	struct json_out *j, const struct render *d, const struct result *r)
{
	write_head(j, r);
	write_rows(j, d, r);
	if (r->type == RESULT_BLAST || r->type == RESULT_GROUPS) {
		json_out_key(j, "total");
		json_out_count(j, r->total);
	}
	write_excluded(j, d, r);
	write_unknown(j, r);
}

static void write_decisions(
	struct json_out *j, const struct render *d, const struct result *r)
{
	if (r->count == 1) {
		json_proof_write(j, d->w, r, &r->questions[0], JSON_PROOF_ANSWER);
		return;
	}
	write_head(j, r);
	json_out_key(j, "rows");
	json_out_open(j, '[');
	for (uint32_t i = 0; i < r->count; i++) {
		json_out_line(j);
		json_out_open(j, '{');
		json_proof_write(j, d->w, r, &r->questions[i], JSON_PROOF_ROW);
		json_out_close(j, '}');
	}
	json_out_close(j, ']');
	write_unknown(j, r);
}

static int write_shown(
	struct json_out *j, const struct render *d, const struct result *r, struct err *e)
{
	struct arena arena;
	struct detail detail;
	int rc;

	arena_init(&arena, ARENA_UNLIMITED);
	rc = detail_read(&detail, d->w, r->shown, &arena, e);
	if (rc == 0)
		json_show_write(j, &detail);
	arena_release(&arena);
	return rc;
}

static int write_show(
	struct json_out *j, const struct render *d, const struct result *r, struct err *e)
{
	write_head(j, r);
	json_out_key(j, "entity");
	if (write_shown(j, d, r, e) < 0)
		return e->code;
	write_unknown(j, r);
	return 0;
}

static void write_plan(struct json_out *j, const struct result *r)
{
	write_head(j, r);
	json_out_key(j, "plan");
	json_out_open(j, '[');
	for (uint32_t i = 0; i < r->count; i++)
		json_out_str(j, r->plan[i]);
	json_out_close(j, ']');
}

int render_json(const struct render *d, const struct result *r, struct err *e)
{
	struct json_out j;

	json_out_init(&j, d->sink);
	json_out_open(&j, '{');
	switch (r->type) {
	case RESULT_DECISION:
		write_decisions(&j, d, r);
		break;
	case RESULT_SHOW:
		if (write_show(&j, d, r, e) < 0)
			return e->code;
		break;
	case RESULT_PLAN:
		write_plan(&j, r);
		break;
	default:
		write_row_answer(&j, d, r);
	}
	write_stats(&j, d);
	json_out_close(&j, '}');
	buf_add_char(&d->sink->buf, '\n');
	return 0;
}

static void write_question_line(struct json_out *j, const struct render *d,
	const struct result *r, uint32_t index)
{
	const struct result_question *q = &r->questions[index];

	json_out_open(j, '{');
	if (r->count > 1) {
		json_out_pair(j, "query", r->query);
		json_out_key(j, "as_of");
		json_out_time(j, r->as_of);
	}
	json_proof_write(
		j, d->w, r, q, r->count > 1 ? JSON_PROOF_ROW : JSON_PROOF_ANSWER);
	json_out_close(j, '}');
}

static int write_line(struct json_out *j, const struct render *d, const struct result *r,
	uint32_t index, struct err *e)
{
	switch (r->type) {
	case RESULT_DECISION:
		write_question_line(j, d, r, index);
		return 0;
	case RESULT_SHOW:
		return write_shown(j, d, r, e);
	case RESULT_PLAN:
		json_out_open(j, '{');
		json_out_pair(j, "plan", r->plan[index]);
		json_out_close(j, '}');
		return 0;
	default:
		json_row_write(j, d->w, r, index);
		return 0;
	}
}

int render_json_lines(const struct render *d, const struct result *r, struct err *e)
{
	uint32_t count = r->type == RESULT_SHOW ? 1 : r->count;
	struct json_out j;

	for (uint32_t i = 0; i < count && !sink_broken(d->sink); i++) {
		json_out_init(&j, d->sink);
		if (write_line(&j, d, r, i, e) < 0)
			return e->code;
		buf_add_char(&d->sink->buf, '\n');
		sink_poll(d->sink);
	}
	return 0;
}
