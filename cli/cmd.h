/*
 * cmd.h - the entry points of the commands, one per cmd_*.c; the table is in command.c.
 *
 * Each returns the exit status for what it found, or an ERR_ code. Results go to c->out.
 */
#ifndef CLI_CMD_H
#define CLI_CMD_H

#include "cli/command.h"

int cmd_ingest(const struct command_context *c, struct err *e);
int cmd_query(const struct command_context *c, struct err *e);
int cmd_why(const struct command_context *c, struct err *e);
int cmd_shell(const struct command_context *c, struct err *e);
int cmd_report(const struct command_context *c, struct err *e);
int cmd_status(const struct command_context *c, struct err *e);
int cmd_check(const struct command_context *c, struct err *e);
int cmd_catalog(const struct command_context *c, struct err *e);
int cmd_rules(const struct command_context *c, struct err *e);

#endif
