#include "cli/session.h"

#include "cli/message.h"
#include "cli/render.h"
#include "query/run.h"

int session_rules(struct rules **out, const struct options *o, struct err *e)
{
	struct str directory = str_from(o->rules);

	return rules_load(out, &directory, o->rules ? 1 : 0, e);
}

void session_close(struct session *s)
{
	store_close(s->store);
	rules_free(s->rules);
	s->store = NULL;
	s->rules = NULL;
}

int session_open(struct session *s, const char *directory, const struct options *o,
	struct sink *out, struct err *e)
{
	uint64_t begin = render_clock_us();

	*s = (struct session){ .options = o, .out = out };
	if (session_rules(&s->rules, o, e) < 0)
		return e->code;
	if (store_open(&s->store, directory, STORE_READ, e) < 0) {
		session_close(s);
		return e->code;
	}
	s->open_us = render_clock_us() - begin;
	return 0;
}

/* The verdict of row i; what is found at all counts as allowed. */
static enum expr_verdict verdict_at(const struct result *r, uint32_t i)
{
	switch (r->type) {
	case RESULT_ACCESS:
	case RESULT_BECOME:
		return r->rows[i].verdict;
	case RESULT_ACTIONS:
		return r->actions[i].verdict;
	case RESULT_DECISION:
		return r->questions[i].decision.verdict;
	case RESULT_PATHS:
		return r->paths[i].verdict;
	case RESULT_ENTITIES:
	case RESULT_GROUPS:
	case RESULT_BLAST:
	case RESULT_SHOW:
	case RESULT_PLAN:
		break;
	}
	return VERDICT_ALLOWED;
}

static bool is_no(const struct result *r)
{
	if (r->type != RESULT_DECISION)
		return r->count == 0 && r->type != RESULT_SHOW;
	for (uint32_t i = 0; i < r->count; i++) {
		if (verdict_at(r, i) == VERDICT_DENIED)
			return true;
	}
	return r->count == 0;
}

int session_status(const struct options *o, const struct result *r)
{
	if (o->exit_code && is_no(r))
		return 1;
	for (uint32_t i = 0; i < r->count; i++) {
		int verdict = (int)verdict_at(r, i);

		if (o->expect != OPTIONS_NO_VERDICT && verdict != o->expect)
			return 1;
		if (o->fail_on != OPTIONS_NO_VERDICT && verdict >= o->fail_on)
			return 1;
	}
	/* Nobody can: that is what "denied" looks like as a list, and nothing else is. */
	if (o->expect != OPTIONS_NO_VERDICT && r->count == 0)
		return o->expect == (int)VERDICT_DENIED ? 0 : 1;
	return 0;
}

static int answer(struct session *s, struct world *w, struct str query,
	struct buf *diagnostic, struct err *e)
{
	struct run_options options = { .want_excluded = true, .diagnostic = diagnostic };
	struct render_time time = { .open_us = s->open_us };
	struct render d = { s->out, w, s->options, s->options->stats ? &time : NULL };
	uint64_t begin = render_clock_us();
	struct result r = { 0 };

	if (run_query(&r, w, query, &options, e) < 0)
		return e->code;
	time.answer_us = render_clock_us() - begin;
	time.rows = r.count;
	for (uint32_t i = 0; i < r.warning_count && !s->options->quiet; i++)
		message_print("warning: %.*s", STR_ARG(r.warnings[i]));
	if (render_result(&d, &r, e) < 0)
		return e->code;
	return session_status(s->options, &r);
}

int session_ask(
	struct session *s, struct str query, struct buf *diagnostic, struct err *e)
{
	struct world *w = NULL;
	int status;

	if (world_open(&w, s->store, e) < 0)
		return e->code;
	world_set_rules(w, s->rules);
	status = answer(s, w, query, diagnostic, e);
	world_close(w);
	return status;
}

static bool is_said(struct str line, struct str words, struct str message)
{
	bool hint = str_starts(words, STR_LIT("expected ")) ||
		    str_starts(words, STR_LIT("did you mean "));

	return str_starts(line, STR_LIT("error: ")) ||
	       (hint && str_contains_fold(message, words));
}

/* The picture without the lines that the message has said already. */
static void add_picture(struct buf *out, struct str picture, struct str message)
{
	while (picture.n > 0) {
		size_t end = str_find_char(picture, '\n', 0), blank = 0;
		struct str line = { picture.p, end }, words;

		while (blank < line.n && line.p[blank] == ' ')
			blank++;
		words = str_skip(line, blank);
		if (!is_said(line, words, message)) {
			buf_add_str(out, line);
			buf_add_char(out, '\n');
		}
		picture = str_skip(picture, end + 1);
	}
}

void session_complain(const struct err *e, const struct buf *diagnostic)
{
	struct buf picture = { 0 };

	add_picture(&picture, buf_str(diagnostic), str_from(e->text));
	message_print("%s", e->text);
	message_lines(buf_str(&picture));
	buf_release(&picture);
}

int session_tell(struct session *s, struct str query)
{
	struct buf diagnostic = { 0 };
	struct err e = { 0 };
	int status = session_ask(s, query, &diagnostic, &e);

	if (status < 0) {
		sink_flush(s->out); /* what was answered stands before the complaint */
		session_complain(&e, &diagnostic);
		status = err_exit_status(status);
	}
	buf_release(&diagnostic);
	return status;
}
