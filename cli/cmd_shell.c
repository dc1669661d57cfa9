#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/cmd.h"
#include "cli/session.h"

static const char help[] =
	".help           these lines\n"
	".mode [FORMAT]  table, json, ndjson, csv, markdown, dot, mermaid\n"
	".timer on|off   say how long each answer took\n"
	".quit           leave; so does the end of input\n"
	"anything else is a query: who can access bucket/payroll\n";

struct shell {
	struct session session;
	struct options options; /* of the session; dot commands change it */
	struct sink *out;
	bool prompts; /* a person types */
	bool done;
	int status; /* of the worst query */
};

static void say(struct shell *s, const char *text)
{
	buf_add_str(&s->out->buf, str_from(text));
}

static void complain(struct shell *s, const char *text)
{
	struct err e = { .code = ERR_SYNTAX };
	const struct buf none = { 0 };

	err_set(&e, ERR_SYNTAX, "%s", text);
	session_complain(&e, &none);
	s->status = 2;
}

static void set_mode(struct shell *s, struct str name)
{
	enum options_format format = options_format_find(name);

	if (name.n == 0) {
		say(s, options_format_name(s->options.format));
		say(s, "\n");
	} else if (format == FORMAT_COUNT) {
		complain(s, "unknown output format; .help lists them");
	} else {
		s->options.format = format;
	}
}

static void set_timer(struct shell *s, struct str word)
{
	if (str_eq(word, STR_LIT("on")))
		s->options.stats = true;
	else if (str_eq(word, STR_LIT("off")))
		s->options.stats = false;
	else
		complain(s, ".timer takes on or off");
}

static struct str trim(struct str s)
{
	while (s.n > 0 && strchr(" \t\r\n", s.p[0]))
		s = str_skip(s, 1);
	while (s.n > 0 && strchr(" \t\r\n", s.p[s.n - 1]))
		s.n--;
	return s;
}

static void run_dot(struct shell *s, struct str line)
{
	size_t blank = str_find_char(line, ' ', 0);
	struct str name = { line.p, blank }, rest = trim(str_skip(line, blank));

	if (str_eq(name, STR_LIT(".help")))
		say(s, help);
	else if (str_eq(name, STR_LIT(".mode")))
		set_mode(s, rest);
	else if (str_eq(name, STR_LIT(".timer")))
		set_timer(s, rest);
	else if (str_eq(name, STR_LIT(".quit")) || str_eq(name, STR_LIT(".exit")))
		s->done = true;
	else
		complain(s, "unknown dot command; .help lists them");
}

static void run_line(struct shell *s, struct str line)
{
	int status;

	if (line.n == 0 || line.p[0] == '#')
		return;
	if (line.p[0] == '.') {
		run_dot(s, line);
		return;
	}
	status = session_tell(&s->session, line);
	if (status > s->status)
		s->status = status;
}

static void run_lines(struct shell *s)
{
	char *line = NULL;
	size_t size = 0;

	while (!s->done && !sink_broken(s->out)) {
		ssize_t n;

		if (s->prompts)
			say(s, "latchkey> ");
		sink_flush(s->out);
		n = getline(&line, &size, stdin);
		if (n < 0)
			break;
		run_line(s, trim((struct str){ line, (size_t)n }));
	}
	if (s->prompts && !s->done)
		say(s, "\n");
	free(line);
}

int cmd_shell(const struct command_context *c, struct err *e)
{
	struct shell s = { .options = *c->options, .out = c->out };

	if (session_open(&s.session, c->store, &s.options, c->out, e) < 0)
		return e->code;
	s.prompts = isatty(STDIN_FILENO) == 1 && c->out->terminal;
	run_lines(&s);
	session_close(&s.session);
	return s.prompts ? 0 : s.status;
}
