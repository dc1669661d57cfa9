#include "cli/command.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/nearest.h"
#include "cli/cmd.h"
#include "cli/help.h"
#include "cli/location.h"
#include "cli/message.h"

#define ANY_COUNT UINT32_MAX
#define ANSWERS                                                                          \
	(OPTIONS_STORE | OPTIONS_OUTPUT | OPTIONS_VERDICT | OPTIONS_STATS | OPTIONS_RULES)

/* clang-format off */
static const char *const ingest_examples[] = {
	"latchkey ingest account-details.json|the answer of get-account-authorization-details",
	"latchkey ingest exports/ org.json.gz|a directory and a compressed file, as one estate",
	"zstd -dc bundle.zst \174 latchkey ingest -|records from another collector",
	NULL
};
static const char *const query_examples[] = {
	"latchkey query 'who can access bucket/payroll'|identities, by which path, how",
	"latchkey query 'what can role/ci write where type:s3-bucket directly' -o csv|for a spreadsheet",
	"latchkey query -f questions.txt -o ndjson|one line a question",
	NULL
};
static const char *const why_examples[] = {
	"latchkey why user/alice s3:GetObject s3://payroll/2026/q1.csv|the verdict and its proof",
	"latchkey why user/bob write bucket/payroll -o json|the same for a program",
	"latchkey why role/ci iam:PassRole role/admin --exit-code|status 1 when denied",
	NULL
};
static const char *const shell_examples[] = {
	"latchkey shell|asks for queries until .quit or the end of input",
	"echo 'find user' \174 latchkey shell -o csv|queries from a pipe",
	NULL
};
static const char *const report_examples[] = {
	"latchkey report blast-radius|how much each identity reaches, most first",
	"latchkey report blast-radius -o csv|the same for a spreadsheet, also by level of access",
	"latchkey report blast-radius -o ndjson|each identity as soon as it is known",
	NULL
};
static const char *const status_examples[] = {
	"latchkey status|scopes, their age and size, and what is missing",
	"latchkey status -o json|the same for a program",
	NULL
};
static const char *const check_examples[] = {
	"latchkey check|says nothing wrong, or each thing that is",
	"latchkey check --store /srv/latchkey -o json|another store, for a program",
	NULL
};
static const char *const catalog_examples[] = {
	"latchkey catalog show s3:GetObject|level and resource types of an action",
	"latchkey catalog show 'iam:*Policy*' -o csv|actions that match a pattern",
	"latchkey catalog show s3|a service: its actions by level and its resource types",
	NULL
};
static const char *const rules_examples[] = {
	"latchkey rules|every way to become somebody else that is known",
	"latchkey rules show lambda-001|what one of them needs and yields, and what helps against it",
	"latchkey rules -o csv|the list for a spreadsheet",
	NULL
};

static const struct command commands[] = {
	{ "ingest", "PATH...", "read exports into the store",
		"Reads files and directories (all below them) of JSON, also .gz and .zst, and - for\n"
		"standard input. What a file is, its content decides, not its name. All that one\n"
		"call names becomes visible at once; when it fails or is stopped, the store answers\n"
		"as before. A file that cannot be read is a failure, unless --keep-going says that\n"
		"the rest will do; then the status is 5.",
		ingest_examples, OPTIONS_STORE | OPTIONS_STATS | OPTIONS_INGEST, 1, ANY_COUNT, cmd_ingest },
	{ "query", "'QUERY'", "answer one query, or a script of them",
		"The word query may be left out. The language: what can X access, who can ACTION Y,\n"
		"can X ACTION Y, how can X ACTION Y, blast X, find KIND, show X, with clauses such as\n"
		"where, directly, via, without, max hops, order by, limit; docs/query-language.md\n"
		"is its manual.",
		query_examples, ANSWERS | OPTIONS_SCRIPT, 0, ANY_COUNT, cmd_query },
	{ "why", "IDENTITY ACTION RESOURCE", "one verdict with its full proof",
		"The same as the query can IDENTITY ACTION RESOURCE: the statements that allow or\n"
		"deny, the ceilings that were asked, and what each hop of an indirect way needs.",
		why_examples, ANSWERS, 3, 3, cmd_why },
	{ "shell", "", "ask queries one after the other",
		"One query a line, from a terminal or a pipe. .help lists the dot commands: .mode\n"
		"FORMAT, .timer on|off, .quit.",
		shell_examples, OPTIONS_STORE | OPTIONS_OUTPUT | OPTIONS_STATS | OPTIONS_RULES, 0, 0, cmd_shell },
	{ "report", "blast-radius", "reports over many identities",
		"blast-radius: for each identity, how many entities are reachable if it is taken\n"
		"over, most first; in csv and ndjson each as soon as it is known, by account and key.",
		report_examples, OPTIONS_STORE | OPTIONS_OUTPUT | OPTIONS_RULES, 1, 1, cmd_report },
	{ "status", "", "scopes in the store: age, counts, what was not collected",
		"Answers can only be as complete as what was read: every part that was refused,\n"
		"read in part or never asked for is listed with its scope.",
		status_examples, OPTIONS_STORE | OPTIONS_OUTPUT, 0, 0, cmd_status },
	{ "check", "", "verify every invariant of the store",
		"Checks the database's own structure, every checksum, every bound and every\n"
		"reference. Status 3 when something is wrong.",
		check_examples, OPTIONS_STORE | OPTIONS_OUTPUT, 0, 0, cmd_check },
	{ "catalog", "show [NAME]", "look things up in the catalogue of actions",
		"NAME is an action, a pattern of actions, a service or a kind of entity; without\n"
		"it: where the catalogue comes from and how much is in it.",
		catalog_examples, OPTIONS_OUTPUT, 1, 2, cmd_catalog },
	{ "rules", "[show ID]", "list the hop rules, or show one",
		"A hop rule says what an identity needs to be able to do, so that it can act as\n"
		"another one afterwards. docs/hop-rules.md describes their language.",
		rules_examples, OPTIONS_OUTPUT | OPTIONS_RULES, 0, 2, cmd_rules },
};
/* clang-format on */

#define COMMAND_COUNT (uint32_t)(sizeof(commands) / sizeof(commands[0]))

const struct command *command_get(uint32_t index)
{
	return index < COMMAND_COUNT ? &commands[index] : NULL;
}

const struct command *command_find(struct str name)
{
	for (uint32_t i = 0; i < COMMAND_COUNT; i++) {
		if (str_eq(name, str_from(commands[i].name)))
			return &commands[i];
	}
	return NULL;
}

/* A lone word is a command, perhaps misspelt; what has more to it is a query. */
static bool looks_like_query(const struct options *o)
{
	const char *first = o->operands[0];

	return o->operand_count > 1 || strpbrk(first, " \t\n:/{\"") != NULL;
}

static int unknown_command(const char *word, struct err *e)
{
	struct nearest near;

	nearest_init(&near, str_from(word));
	for (uint32_t i = 0; i < COMMAND_COUNT; i++)
		nearest_offer(&near, str_from(commands[i].name));
	if (near.best.n > 0)
		return err_set(e, ERR_SYNTAX,
			"unknown command '%s'; did you mean '%.*s'?", word,
			STR_ARG(near.best));
	return err_set(e, ERR_SYNTAX,
		"unknown command '%s'; a query of one word goes behind 'latchkey query'",
		word);
}

/*
 * A misspelt command with operands of its own is told apart from a query by its first
 * word.
 */
static int choose(const struct command **out, struct options *o, struct err *e)
{
	struct str first = str_from(o->operands[0]);

	*out = command_find(first);
	if (*out) {
		o->operands++;
		o->operand_count--;
		return 0;
	}
	if (!looks_like_query(o))
		return unknown_command(o->operands[0], e);
	*out = command_find(STR_LIT("query"));
	return 0;
}

static int check_operands(const struct command *c, const struct options *o, struct err *e)
{
	if (options_check(o, c->options, c->name, e) < 0)
		return e->code;
	if (o->operand_count > c->operand_max)
		return err_set(e, ERR_SYNTAX, "'%s' has no use for '%s'", c->name,
			o->operands[c->operand_max]);
	if (o->operand_count < c->operand_min)
		return err_set(
			e, ERR_SYNTAX, "usage: latchkey %s %s", c->name, c->operands);
	return 0;
}

static int run(const struct command *command, const struct options *o, struct sink *out,
	struct err *e)
{
	struct command_context c = { o, out, "" };
	struct buf place = { 0 };
	int status;

	if (check_operands(command, o, e) < 0)
		return e->code;
	if (command->options & OPTIONS_STORE) {
		if (location_store(&place, o->store, e) < 0)
			return e->code;
		c.store = place.p;
	}
	status = command->run(&c, e);
	buf_release(&place);
	return status;
}

static int answer(struct options *o, struct sink *out, struct err *e)
{
	const struct command *command = NULL;

	if (o->version) {
		buf_add_str(&out->buf, STR_LIT("latchkey " LATCHKEY_VERSION "\n"));
		return 0;
	}
	if (o->operand_count == 0 && o->help) {
		help_program(&out->buf);
		return 0;
	}
	if (o->operand_count == 0 && !o->script)
		return err_set(e, ERR_SYNTAX,
			"no command and no query; latchkey --help lists what there is");
	if (o->operand_count > 0) {
		if (choose(&command, o, e) < 0)
			return e->code;
	} else {
		command = command_find(STR_LIT("query"));
	}
	if (o->help) {
		help_command(&out->buf, command);
		return 0;
	}
	return run(command, o, out, e);
}

int command_main(int argc, char **argv)
{
	struct err e = { 0 };
	struct options o;
	struct sink out;
	int status;

	if (options_parse(&o, argc, argv, &e) < 0) {
		message_print("%s", e.text);
		return err_exit_status(e.code);
	}
	sink_open(&out, STDOUT_FILENO, o.no_color);
	status = answer(&o, &out, &e);
	sink_flush(&out); /* what was answered stands before the complaint */
	if (status < 0) {
		message_print("%s", e.text);
		status = err_exit_status(status);
	}
	if (sink_close(&out, &e) < 0) {
		message_print("%s", e.text);
		return err_exit_status(e.code);
	}
	return status;
}
