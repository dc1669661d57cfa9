#include "reachability/rule_cursor.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/utf8.h"

#define MESSAGE_BYTES 800u /* leaves an err room for file and place */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

void rule_cursor_init(struct rule_cursor *c, struct str file, struct str text)
{
	*c = (struct rule_cursor){ .file = file, .text = text };
}

/* A backslash before the end of a line: the line goes on. Its size, or 0. */
static size_t continuation_size(struct str text, size_t at)
{
	size_t n = 1;

	if (at >= text.n || text.p[at] != '\\')
		return 0;
	while (at + n < text.n && is_blank(text.p[at + n]))
		n++;
	if (at + n < text.n && text.p[at + n] == '\n')
		return n + 1;
	return 0;
}

static size_t line_end(struct str text, size_t at)
{
	while (at < text.n && text.p[at] != '\n') {
		size_t n = continuation_size(text, at);

		at += n > 0 ? n : 1;
	}
	return at;
}

bool rule_cursor_line(struct rule_cursor *c)
{
	while (c->next < c->text.n) {
		size_t begin = c->next, at = begin;

		while (at < c->text.n && is_blank(c->text.p[at]))
			at++;
		if (at < c->text.n && c->text.p[at] == '#') {
			c->end = str_find_char(c->text, '\n', at);
			c->next = c->end + 1;
			continue;
		}
		c->end = line_end(c->text, at);
		c->next = c->end + 1;
		if (at == c->end)
			continue;
		c->at = at;
		c->indented = at > begin;
		return true;
	}
	c->at = c->end = c->next = c->text.n;
	return false;
}

/* Behind blanks and continuations. */
static void skip_blanks(struct rule_cursor *c)
{
	while (c->at < c->end) {
		size_t n = continuation_size(c->text, c->at);

		if (n == 0 && !is_blank(c->text.p[c->at]))
			return;
		c->at += n > 0 ? n : 1;
	}
	if (c->at > c->end)
		c->at = c->end;
}

static bool word_goes_on(const struct rule_cursor *c)
{
	return c->at < c->end && !is_blank(c->text.p[c->at]) && c->text.p[c->at] != ',' &&
	       continuation_size(c->text, c->at) == 0;
}

struct str rule_cursor_word(struct rule_cursor *c)
{
	size_t begin;

	skip_blanks(c);
	begin = c->at;
	if (begin == c->end)
		return (struct str){ c->text.p, 0 };
	if (c->text.p[begin] == '"') {
		do
			c->at++;
		while (c->at < c->end && c->text.p[c->at] != '"' &&
			c->text.p[c->at] != '\n');
		c->at += c->at < c->end && c->text.p[c->at] == '"' ? 1 : 0;
	} else if (c->text.p[begin] == ',') {
		c->at++;
	} else {
		while (word_goes_on(c))
			c->at++;
	}
	return (struct str){ c->text.p + begin, c->at - begin };
}

struct str rule_cursor_rest(struct rule_cursor *c, struct arena *arena)
{
	struct buf out = { 0 };
	struct str copy;

	for (;;) {
		size_t begin;

		skip_blanks(c);
		begin = c->at;
		while (c->at < c->end && !is_blank(c->text.p[c->at]) &&
			continuation_size(c->text, c->at) == 0)
			c->at++;
		if (c->at == begin)
			break;
		if (out.n > 0)
			buf_add_char(&out, ' ');
		buf_add(&out, c->text.p + begin, c->at - begin);
	}
	copy = arena_copy(arena, buf_str(&out));
	buf_release(&out);
	return copy;
}

uint32_t rule_cursor_line_of(const struct rule_cursor *c, struct str piece)
{
	uint32_t line = 1;

	for (const char *p = c->text.p; p < piece.p; p++)
		line += *p == '\n';
	return line;
}

int rule_cursor_fail(const struct rule_cursor *c, struct str piece, struct err *e,
	const char *format, ...)
{
	struct str place = piece.n > 0 ? piece : (struct str){ c->text.p + c->at, 0 };
	const char *begin = place.p;
	char message[MESSAGE_BYTES];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	message[utf8_valid_size(str_from(message))] = '\0'; /* cut within a character */
	while (begin > c->text.p && begin[-1] != '\n')
		begin--;
	return err_set(e, ERR_FORMAT, "%.*s:%" PRIu32 ":%td: %s", STR_ARG(c->file),
		rule_cursor_line_of(c, place), place.p - begin + 1, message);
}
