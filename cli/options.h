/*
 * options.h - the options of the program: one table that parses, checks and documents
 * them.
 *
 * Long names are never abbreviated. Options may stand before, between and behind
 * operands; "--" ends them. `--name value` and `--name=value`, `-o json` and `-ojson`,
 * `-qv` all work.
 *
 * Everything in struct options is borrowed from argv or static; `operands` is the front
 * of the argument vector, which options_parse reorders.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

enum options_format {
	FORMAT_TABLE,
	FORMAT_JSON,
	FORMAT_NDJSON,
	FORMAT_CSV,
	FORMAT_MARKDOWN,
	FORMAT_DOT,
	FORMAT_MERMAID,
	FORMAT_COUNT
};

/* Which options a command takes besides --help. */
#define OPTIONS_STORE   0x01u /* --store */
#define OPTIONS_OUTPUT  0x02u /* -o */
#define OPTIONS_VERDICT 0x04u /* --exit-code, --expect, --fail-on */
#define OPTIONS_STATS   0x08u /* --stats */
#define OPTIONS_SCRIPT  0x10u /* -f */
#define OPTIONS_INGEST  0x20u /* --keep-going */
#define OPTIONS_RULES   0x80u /* --rules */
#define OPTIONS_ALWAYS  0x40u /* -q -v --no-color --help --version */

#define OPTIONS_NO_VERDICT (-1)

struct options {
	const char *store;  /* --store, or NULL */
	const char *script; /* -f, or NULL */
	const char *rules;  /* --rules, or NULL */
	enum options_format format;
	int expect;  /* an enum expr_verdict, or OPTIONS_NO_VERDICT */
	int fail_on; /* likewise */
	bool no_color, quiet, stats, exit_code, keep_going, help, version;
	uint32_t verbose; /* how often -v was given */
	uint32_t given;   /* 1 << row of the table */

	char **operands;
	uint32_t operand_count;
};

/* One row of the table, for help and manual pages. */
struct options_row {
	char letter;          /* 0: none */
	const char *name;     /* without the dashes */
	const char *argument; /* "DIR"; NULL: takes none */
	uint32_t group;       /* OPTIONS_ */
	const char *help;
};

/* Rows until NULL. */
const struct options_row *options_row_get(uint32_t index);

/* Parse argv[1..]. ERR_SYNTAX names the argument and the nearest option. */
int options_parse(struct options *out, int argc, char **argv, struct err *e);

/* ERR_SYNTAX when an option was given that a command with these groups does not take. */
int options_check(
	const struct options *o, uint32_t groups, const char *command, struct err *e);

/* "json"; and the format of a name, or FORMAT_COUNT. */
const char *options_format_name(enum options_format format);
enum options_format options_format_find(struct str name);

#endif
