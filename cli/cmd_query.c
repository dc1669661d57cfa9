#include <string.h>

#include "cli/cmd.h"
#include "cli/render.h"
#include "cli/session.h"
#include "cli/textfile.h"
#include "query/script.h"

static bool has_blank(const char *text)
{
	return text[strcspn(text, " \t\n")] != '\0';
}

/*
 * `latchkey query who can read bucket/x`: the words as the query; a word with blanks lost
 * its quotes.
 */
static int join_operands(struct buf *out, const struct options *o, struct err *e)
{
	for (uint32_t i = 0; i < o->operand_count; i++) {
		if (o->operand_count > 1 && has_blank(o->operands[i]))
			return err_set(e, ERR_SYNTAX,
				"'%s': give the whole query as one argument, in quotes",
				o->operands[i]);
		if (i > 0)
			buf_add_char(out, ' ');
		buf_add_str(out, str_from(o->operands[i]));
	}
	return 0;
}

/* A question of a script that failed says where; the others are still answered. */
static int ask_scripted(
	struct session *s, const char *file, uint32_t line, struct str query)
{
	struct buf diagnostic = { 0 };
	struct err e = { 0 };
	int status = session_ask(s, query, &diagnostic, &e);

	if (status < 0) {
		if (s->options->format == FORMAT_NDJSON)
			render_failure(s->out, query, str_from(e.text));
		sink_flush(s->out);
		status = err_exit_status(e.code);
		err_wrap(&e, "%s:%u", file, (unsigned)line);
		session_complain(&e, &diagnostic);
	}
	buf_release(&diagnostic);
	return status;
}

/* "1" only says that an answer was no; anything else was a failure and stays. */
static int worse(int a, int b)
{
	if (a <= 1 || b <= 1)
		return a > b ? a : b;
	return a;
}

static int run_script(struct session *s, const char *file, struct err *e)
{
	struct buf text = { 0 };
	struct script script;
	struct str query;
	uint32_t line;
	int status = 0;
	bool first = true, gaps = s->options->format == FORMAT_TABLE ||
				  s->options->format == FORMAT_MARKDOWN;

	if (textfile_read(&text, file, e) < 0) {
		buf_release(&text);
		return e->code;
	}
	script_init(&script, buf_str(&text));
	while (script_next(&script, &query, &line) == 1 && !sink_broken(s->out)) {
		if (gaps && !first)
			buf_add_char(&s->out->buf, '\n');
		first = false;
		status = worse(status, ask_scripted(s, file, line, query));
		sink_poll(s->out);
	}
	buf_release(&text);
	return status;
}

static int run_text(struct session *s, const struct options *o, struct err *e)
{
	struct buf text = { 0 };
	int status = join_operands(&text, o, e);

	if (status == 0)
		status = session_tell(s, buf_str(&text));
	buf_release(&text);
	return status;
}

int cmd_query(const struct command_context *c, struct err *e)
{
	const struct options *o = c->options;
	struct session s;
	int status;

	if (o->script && o->operand_count > 0)
		return err_set(
			e, ERR_SYNTAX, "a query and a script (-f) exclude each other");
	if (!o->script && o->operand_count == 0)
		return err_set(e, ERR_SYNTAX, "usage: latchkey query 'QUERY'");
	if (session_open(&s, c->store, o, c->out, e) < 0)
		return e->code;
	status = o->script ? run_script(&s, o->script, e) : run_text(&s, o, e);
	session_close(&s);
	return status;
}
