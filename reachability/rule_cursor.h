/*
 * rule_cursor.h - a place in the text of a rules file: lines, words, and messages about
 * them.
 *
 * A logical line is a line and those that it goes on in by a backslash at its end; blank
 * lines and comments are none. All words are borrowed from the text.
 *
 * Invariant: at <= end <= text.n, and [at, end) lies in one logical line.
 */
#ifndef REACHABILITY_RULE_CURSOR_H
#define REACHABILITY_RULE_CURSOR_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct rule_cursor {
	struct str file, text;
	size_t at, end; /* what is left of the logical line */
	size_t next;    /* where the next line begins */
	bool indented;
};

void rule_cursor_init(struct rule_cursor *c, struct str file, struct str text);

/* The next logical line; false at the end of the text. */
bool rule_cursor_line(struct rule_cursor *c);

/*
 * The next word of the line, n == 0 when there is none: up to white space or a comma, or
 * a quoted string with its quotes (to the end of the line when the closing one is
 * missing). A comma is a word of its own.
 */
struct str rule_cursor_word(struct rule_cursor *c);

/* What is left of the line as one text, its pieces joined by single blanks. */
struct str rule_cursor_rest(struct rule_cursor *c, struct arena *arena);

/* 1-based line of a piece of the text. */
uint32_t rule_cursor_line_of(const struct rule_cursor *c, struct str piece);

/*
 * ERR_FORMAT "file:line:column: message" at a piece of the text; one without bytes: where
 * the cursor is.
 */
int rule_cursor_fail(const struct rule_cursor *c, struct str piece, struct err *e,
	const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
