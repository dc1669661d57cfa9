/*
 * command.h - the commands: one table that dispatches and documents them.
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "base/err.h"
#include "cli/options.h"
#include "cli/sink.h"

/* What a command works with. */
struct command_context {
	const struct options *options; /* operands without the command's name */
	struct sink *out;
	const char *store; /* directory; empty for commands without OPTIONS_STORE */
};

struct command {
	const char *name;
	const char *operands;        /* "PATH..." */
	const char *title;           /* one line without a full stop */
	const char *text;            /* paragraphs for --help and the manual page */
	const char *const *examples; /* lines "command|what it does"; NULL ends */
	uint32_t options;            /* OPTIONS_ groups */
	uint32_t operand_min, operand_max;

	/* The exit status (0, 1, 3, 5), or an ERR_ code. */
	int (*run)(const struct command_context *c, struct err *e);
};

/* Commands until NULL, in the order of the help text. */
const struct command *command_get(uint32_t index);
const struct command *command_find(struct str name);

/* The whole program behind main: parses, dispatches, reports; returns the exit status. */
int command_main(int argc, char **argv);

#endif
