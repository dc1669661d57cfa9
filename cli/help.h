/*
 * help.h - the command table as text: for --help, and as manual pages.
 */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include "base/buf.h"
#include "cli/command.h"

/* latchkey --help. */
void help_program(struct buf *out);

/* latchkey COMMAND --help. */
void help_command(struct buf *out, const struct command *command);

/* The manual page of a command in man(7) macros; NULL: of the program. */
void help_manual(struct buf *out, const struct command *command);

#endif
