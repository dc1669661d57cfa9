/*
 * message.h - what is said to the user beside the answer: one line each on standard
 * error.
 *
 * Everything goes through base/out.h, so names from outside cannot act on the terminal.
 */
#ifndef CLI_MESSAGE_H
#define CLI_MESSAGE_H

#include "base/str.h"

/* "latchkey: text" and a line feed. */
void message_print(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Lines that we composed, as they are but for what must not reach a terminal. */
void message_lines(struct str text);

#endif
