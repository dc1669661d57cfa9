/*
 * out.h - text from outside, written so that it is only ever text: the one encoder for
 * everything that leaves the program.
 *
 * Names, tags, policies and error bodies come from whoever could write them. A name may
 * hold terminal escapes, direction marks, invisible characters, bytes that are no UTF-8,
 * or a spreadsheet formula. Each function here appends one form to a buffer:
 *
 *   out_text      for people (terminal, also when it is a file): what cannot be seen as
 *                 itself is spelled out, "\x1b" for controls and bytes, "\u{202e}" for
 *                 others
 *   out_json      a JSON string with its quotes; the same characters as \u escapes, a
 *                 byte that is no UTF-8 as U+FFFD
 *   out_csv       a field of RFC 4180, always quoted; a field that a spreadsheet would
 *                 take for a formula gets a leading apostrophe
 *   out_markdown  one cell of a table
 *   out_dot       a quoted id of the dot language
 *   out_mermaid   a quoted label
 *
 * Invariant: none of them writes a byte below 0x20, DEL, a C1 control, or a character
 * that is invisible or changes direction. Printing them never moves, hides or colours
 * anything.
 */
#ifndef BASE_OUT_H
#define BASE_OUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"

void out_text(struct buf *out, struct str s);
void out_json(struct buf *out, struct str s);
void out_csv(struct buf *out, struct str s);
void out_markdown(struct buf *out, struct str s);
void out_dot(struct buf *out, struct str s);
void out_mermaid(struct buf *out, struct str s);

/*
 * out_text of several lines: line feeds stay, a last one is not added. For text
 * that we composed ourselves around quoted words (a query with its carets).
 */
void out_lines(struct buf *out, struct str s);

/*
 * Append `text`, which out_text wrote, in at most `columns` (1 or more) terminal columns:
 * whole, or head and tail around an ellipsis. Returns the columns used.
 */
size_t out_fit(struct buf *out, struct str text, size_t columns);

#endif
