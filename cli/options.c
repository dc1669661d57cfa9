#include "cli/options.h"

#include <assert.h>
#include <string.h>

#include "base/nearest.h"
#include "reachability/expr.h"

enum id {
	ID_STORE,
	ID_RULES,
	ID_OUTPUT,
	ID_SCRIPT,
	ID_EXIT_CODE,
	ID_EXPECT,
	ID_FAIL_ON,
	ID_STATS,
	ID_KEEP_GOING,
	ID_NO_COLOR,
	ID_QUIET,
	ID_VERBOSE,
	ID_HELP,
	ID_VERSION,
	ID_COUNT
};

/* clang-format off */
static const struct options_row rows[ID_COUNT] = {
	[ID_STORE]     = { 0,   "store",     "DIR",     OPTIONS_STORE,
		"the store; else $LATCHKEY_STORE, else latchkey in the data directory" },
	[ID_RULES]     = { 0,   "rules",     "DIR",     OPTIONS_RULES,
		"the hop rules of DIR (*.rules), beside those that are built in" },
	[ID_OUTPUT]    = { 'o', "output",    "FORMAT",  OPTIONS_OUTPUT,
		"table (the default), json, ndjson, csv, markdown, dot or mermaid" },
	[ID_SCRIPT]    = { 'f', "file",      "FILE",    OPTIONS_SCRIPT,
		"run the queries of FILE, one a line; - is standard input" },
	[ID_EXIT_CODE] = { 0,   "exit-code", NULL,      OPTIONS_VERDICT,
		"exit with 1 when the answer is no: denied, or no rows" },
	[ID_EXPECT]    = { 0,   "expect",    "VERDICT", OPTIONS_VERDICT,
		"exit with 1 unless every verdict is VERDICT" },
	[ID_FAIL_ON]   = { 0,   "fail-on",   "VERDICT", OPTIONS_VERDICT,
		"exit with 1 when some verdict is VERDICT or stronger" },
	[ID_STATS]     = { 0,   "stats",     NULL,      OPTIONS_STATS,
		"say how long it took: a member of the JSON, else on standard error" },
	[ID_KEEP_GOING] = { 'k', "keep-going", NULL,    OPTIONS_INGEST,
		"do without what cannot be read; status 5 then, and answers say so" },
	[ID_NO_COLOR]  = { 0,   "no-color",  NULL,      OPTIONS_ALWAYS,
		"no colours; so does NO_COLOR in the environment" },
	[ID_QUIET]     = { 'q', "quiet",     NULL,      OPTIONS_ALWAYS,
		"no progress, notes or row counts" },
	[ID_VERBOSE]   = { 'v', "verbose",   NULL,      OPTIONS_ALWAYS,
		"more: full keys, actions, resources, the query as understood" },
	[ID_HELP]      = { 'h', "help",      NULL,      OPTIONS_ALWAYS,
		"this text" },
	[ID_VERSION]   = { 0,   "version",   NULL,      OPTIONS_ALWAYS,
		"name and version" },
};
/* clang-format on */

static const char *const format_names[FORMAT_COUNT] = {
	[FORMAT_TABLE] = "table",
	[FORMAT_JSON] = "json",
	[FORMAT_NDJSON] = "ndjson",
	[FORMAT_CSV] = "csv",
	[FORMAT_MARKDOWN] = "markdown",
	[FORMAT_DOT] = "dot",
	[FORMAT_MERMAID] = "mermaid",
};

const struct options_row *options_row_get(uint32_t index)
{
	return index < ID_COUNT ? &rows[index] : NULL;
}

const char *options_format_name(enum options_format format)
{
	assert(format < FORMAT_COUNT);
	return format_names[format];
}

enum options_format options_format_find(struct str name)
{
	for (uint32_t f = 0; f < FORMAT_COUNT; f++) {
		if (str_eq(name, str_from(format_names[f])))
			return (enum options_format)f;
	}
	return FORMAT_COUNT;
}

/* "; did you mean '--store'?" appended to the message for a word that is not known. */
static int unknown_word(const char *what, struct str word, const struct nearest *near,
	const char *dashes, struct err *e)
{
	if (near->best.n == 0)
		return err_set(e, ERR_SYNTAX, "unknown %s '%.*s'", what, STR_ARG(word));
	return err_set(e, ERR_SYNTAX, "unknown %s '%.*s'; did you mean '%s%.*s'?", what,
		STR_ARG(word), dashes, STR_ARG(near->best));
}

static int parse_format(enum options_format *out, struct str value, struct err *e)
{
	struct nearest near;

	*out = options_format_find(value);
	if (*out < FORMAT_COUNT)
		return 0;
	nearest_init(&near, value);
	for (uint32_t f = 0; f < FORMAT_COUNT; f++)
		nearest_offer(&near, str_from(format_names[f]));
	return unknown_word("output format", value, &near, "", e);
}

static int parse_verdict(int *out, struct str value, struct err *e)
{
	struct nearest near;

	nearest_init(&near, value);
	for (int v = VERDICT_DENIED; v <= VERDICT_ALLOWED; v++) {
		struct str name = expr_verdict_name((enum expr_verdict)v);

		if (str_eq(name, value)) {
			*out = v;
			return 0;
		}
		nearest_offer(&near, name);
	}
	return unknown_word("verdict", value, &near, "", e);
}

static int apply(struct options *o, enum id id, const char *value, struct err *e)
{
	switch (id) {
	case ID_STORE:
		o->store = value;
		return 0;
	case ID_RULES:
		o->rules = value;
		return 0;
	case ID_OUTPUT:
		return parse_format(&o->format, str_from(value), e);
	case ID_SCRIPT:
		o->script = value;
		return 0;
	case ID_EXIT_CODE:
		o->exit_code = true;
		return 0;
	case ID_EXPECT:
		return parse_verdict(&o->expect, str_from(value), e);
	case ID_FAIL_ON:
		return parse_verdict(&o->fail_on, str_from(value), e);
	case ID_STATS:
		o->stats = true;
		return 0;
	case ID_KEEP_GOING:
		o->keep_going = true;
		return 0;
	case ID_NO_COLOR:
		o->no_color = true;
		return 0;
	case ID_QUIET:
		o->quiet = true;
		return 0;
	case ID_VERBOSE:
		o->verbose++;
		return 0;
	case ID_HELP:
		o->help = true;
		return 0;
	case ID_VERSION:
		o->version = true;
		return 0;
	case ID_COUNT:
		break;
	}
	return 0;
}

/* Where the parser stands in the argument vector. */
struct walk {
	char **argv;
	int argc, at;
};

/* The value of an option: what is attached, else the next argument. */
static int take_value(const char **out, struct walk *w, const struct options_row *row,
	const char *attached, struct err *e)
{
	*out = attached;
	if (!attached) {
		if (w->at + 1 >= w->argc)
			return err_set(e, ERR_SYNTAX, "option '--%s' needs %s", row->name,
				row->argument);
		*out = w->argv[++w->at];
	}
	if (!(*out)[0])
		return err_set(e, ERR_SYNTAX, "option '--%s' needs %s, not nothing",
			row->name, row->argument);
	return 0;
}

static int use(struct options *o, struct walk *w, enum id id, const char *attached,
	struct err *e)
{
	const char *value = NULL;

	if (rows[id].argument && take_value(&value, w, &rows[id], attached, e) < 0)
		return e->code;
	o->given |= 1u << id;
	return apply(o, id, value, e);
}

static int parse_long(struct options *o, struct walk *w, struct err *e)
{
	const char *text = w->argv[w->at] + 2, *equals = strchr(text, '=');
	struct str name = { text, equals ? (size_t)(equals - text) : strlen(text) };
	struct nearest near;

	nearest_init(&near, name);
	for (uint32_t i = 0; i < ID_COUNT; i++) {
		nearest_offer(&near, str_from(rows[i].name));
		if (!str_eq(name, str_from(rows[i].name)))
			continue;
		if (equals && !rows[i].argument)
			return err_set(e, ERR_SYNTAX, "option '--%s' takes no value",
				rows[i].name);
		return use(o, w, (enum id)i, equals ? equals + 1 : NULL, e);
	}
	return unknown_word(
		"option", (struct str){ text - 2, name.n + 2 }, &near, "--", e);
}

static enum id find_letter(char letter)
{
	for (uint32_t i = 0; i < ID_COUNT; i++) {
		if (rows[i].letter == letter)
			return (enum id)i;
	}
	return ID_COUNT;
}

static int parse_short(struct options *o, struct walk *w, struct err *e)
{
	for (const char *p = w->argv[w->at] + 1; *p; p++) {
		enum id id = find_letter(*p);

		if (id == ID_COUNT)
			return err_set(e, ERR_SYNTAX,
				"unknown option '-%c'; a query that begins with '-' goes behind '--'",
				*p);
		if (rows[id].argument)
			return use(o, w, id, p[1] ? p + 1 : NULL, e);
		if (use(o, w, id, NULL, e) < 0)
			return e->code;
	}
	return 0;
}

int options_parse(struct options *out, int argc, char **argv, struct err *e)
{
	struct walk w = { .argv = argv, .argc = argc, .at = 1 };
	bool ended = false;

	*out = (struct options){ .operands = argv,
		.expect = OPTIONS_NO_VERDICT,
		.fail_on = OPTIONS_NO_VERDICT };
	for (; w.at < argc; w.at++) {
		const char *arg = argv[w.at];

		if (ended || arg[0] != '-' || !arg[1])
			out->operands[out->operand_count++] = argv[w.at];
		else if (strcmp(arg, "--") == 0)
			ended = true;
		else if ((arg[1] == '-' ? parse_long : parse_short)(out, &w, e) < 0)
			return e->code;
	}
	return 0;
}

int options_check(
	const struct options *o, uint32_t groups, const char *command, struct err *e)
{
	for (uint32_t i = 0; i < ID_COUNT; i++) {
		bool given = (o->given >> i & 1u) != 0;

		if (given && !(rows[i].group & (groups | OPTIONS_ALWAYS)))
			return err_set(e, ERR_SYNTAX, "'%s' takes no option '--%s'",
				command, rows[i].name);
	}
	return 0;
}
