#include "cli/help.h"

#include <string.h>

#define ALL_GROUPS UINT32_MAX

static void add_option(struct buf *out, const struct options_row *row)
{
	size_t start = out->n;

	if (row->letter)
		buf_printf(out, "  -%c, --%s", row->letter, row->name);
	else
		buf_printf(out, "      --%s", row->name);
	if (row->argument)
		buf_printf(out, " %s", row->argument);
	do
		buf_add_char(out, ' ');
	while (out->n - start < 25);
	buf_printf(out, "%s\n", row->help);
}

static void add_options(struct buf *out, uint32_t groups)
{
	const struct options_row *row;

	for (uint32_t i = 0; (row = options_row_get(i)) != NULL; i++) {
		if (row->group & groups)
			add_option(out, row);
	}
}

/* "command|what it does" */
static void add_example(struct buf *out, const char *line)
{
	const char *bar = strchr(line, '|');

	buf_printf(out, "  %.*s\n      %s\n", (int)(bar - line), line, bar + 1);
}

void help_program(struct buf *out)
{
	const struct command *c;

	buf_add_str(out,
		STR_LIT("latchkey answers two questions about a cloud estate, with proof: "
			"what can X\naccess, and who can access Y.\n\n"
			"usage: latchkey 'QUERY'\n"
			"       latchkey COMMAND [OPTION...] [OPERAND...]\n\ncommands:\n"));
	for (uint32_t i = 0; (c = command_get(i)) != NULL; i++)
		buf_printf(out, "  %-9s %s\n", c->name, c->title);
	buf_add_str(out, STR_LIT("\noptions:\n"));
	add_options(out, ALL_GROUPS);
	buf_add_str(out, STR_LIT("\nexamples:\n"));
	add_example(out, command_find(STR_LIT("ingest"))->examples[0]);
	add_example(out,
		"latchkey 'who can access bucket/payroll'|identities, by which path");
	add_example(out, command_find(STR_LIT("why"))->examples[0]);
	buf_add_str(out,
		STR_LIT("\nexit status: 0 answered; 1 the answer is no (--exit-code, --expect, "
			"--fail-on);\n2 bad usage or query; 3 bad input or store; 4 credentials; "
			"5 incomplete;\n130 interrupted\n"));
}

void help_command(struct buf *out, const struct command *command)
{
	buf_printf(out, "latchkey %s: %s\n\nusage: latchkey %s [OPTION...]%s%s\n\n%s\n\n",
		command->name, command->title, command->name,
		command->operands[0] ? " " : "", command->operands, command->text);
	buf_add_str(out, STR_LIT("options:\n"));
	add_options(out, command->options | OPTIONS_ALWAYS);
	buf_add_str(out, STR_LIT("\nexamples:\n"));
	for (const char *const *line = command->examples; *line; line++)
		add_example(out, *line);
}

/* Text for man(7): no backslash and no control line comes through. */
static void add_roff(struct buf *out, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		bool line_start = i == 0 || s.p[i - 1] == '\n';

		if (line_start && (s.p[i] == '.' || s.p[i] == '\''))
			buf_add_str(out, STR_LIT("\\&"));
		if (s.p[i] == '\\')
			buf_add_str(out, STR_LIT("\\e"));
		else if (s.p[i] == '-')
			buf_add_str(out, STR_LIT("\\-"));
		else if (s.p[i] == '\'')
			buf_add_str(out, STR_LIT("\\(aq"));
		else
			buf_add_char(out, s.p[i]);
	}
}

static void add_roff_options(struct buf *out, uint32_t groups)
{
	const struct options_row *row;

	buf_add_str(out, STR_LIT(".SH OPTIONS\n"));
	for (uint32_t i = 0; (row = options_row_get(i)) != NULL; i++) {
		if (!(row->group & groups))
			continue;
		buf_add_str(out, STR_LIT(".TP\n.B "));
		if (row->letter)
			buf_printf(out, "\\-%c, ", row->letter);
		buf_add_str(out, STR_LIT("\\-\\-"));
		add_roff(out, str_from(row->name));
		if (row->argument)
			buf_printf(out, " \\fI%s\\fR", row->argument);
		buf_add_char(out, '\n');
		add_roff(out, str_from(row->help));
		buf_add_char(out, '\n');
	}
}

static void add_roff_examples(struct buf *out, const char *const *examples)
{
	buf_add_str(out, STR_LIT(".SH EXAMPLES\n"));
	for (const char *const *line = examples; *line; line++) {
		const char *bar = strchr(*line, '|');

		buf_add_str(out, STR_LIT(".TP\n.B "));
		add_roff(out, (struct str){ *line, (size_t)(bar - *line) });
		buf_add_char(out, '\n');
		add_roff(out, str_from(bar + 1));
		buf_add_char(out, '\n');
	}
}

static void manual_program(struct buf *out)
{
	const struct command *c;

	buf_add_str(
		out, STR_LIT(".TH LATCHKEY 1\n.SH NAME\nlatchkey \\- what can X access, "
			     "who can access Y, with proof\n.SH SYNOPSIS\n.B latchkey\n"
			     "\\(aqQUERY\\(aq\n.br\n.B latchkey\nCOMMAND [OPTION...] "
			     "[OPERAND...]\n.SH COMMANDS\n"));
	for (uint32_t i = 0; (c = command_get(i)) != NULL; i++) {
		buf_printf(out, ".TP\n.BR latchkey\\-%s (1)\n", c->name);
		add_roff(out, str_from(c->title));
		buf_add_char(out, '\n');
	}
	add_roff_options(out, ALL_GROUPS);
	buf_add_str(out,
		STR_LIT(".SH EXIT STATUS\n0 answered; 1 the answer is no (\\-\\-exit\\-code, "
			"\\-\\-expect, \\-\\-fail\\-on); 2 bad usage or query; 3 bad input or "
			"store; 4 credentials; 5 incomplete; 130 interrupted.\n"));
}

void help_manual(struct buf *out, const struct command *command)
{
	if (!command) {
		manual_program(out);
		return;
	}
	buf_add_str(out, STR_LIT(".TH LATCHKEY\\-"));
	for (const char *p = command->name; *p; p++)
		buf_add_char(out, (char)(*p - 'a' + 'A'));
	buf_printf(out, " 1\n.SH NAME\nlatchkey\\-%s \\- ", command->name);
	add_roff(out, str_from(command->title));
	buf_printf(out, "\n.SH SYNOPSIS\n.B latchkey %s\n[OPTION...] ", command->name);
	add_roff(out, str_from(command->operands));
	buf_add_str(out, STR_LIT("\n.SH DESCRIPTION\n"));
	add_roff(out, str_from(command->text));
	buf_add_char(out, '\n');
	add_roff_options(out, command->options | OPTIONS_ALWAYS);
	add_roff_examples(out, command->examples);
	buf_add_str(out, STR_LIT(".SH SEE ALSO\n.BR latchkey (1)\n"));
}
