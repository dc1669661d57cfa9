#include "query/diagnostic.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/utf8.h"

#define INDENT "  "
#define DOTS   "..."

/* The part of a line that is shown, in bytes of the source. */
struct view {
	size_t begin, end;
	bool cut_left, cut_right;
};

static void copy_text(char out[DIAGNOSTIC_TEXT_MAX], struct str s)
{
	size_t n = 0, bytes;

	while ((bytes = utf8_next(str_skip(s, n))) > 0 && n + bytes < DIAGNOSTIC_TEXT_MAX)
		n += bytes;
	for (size_t i = 0; i < n; i++)
		out[i] = (unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f ? '?' : s.p[i];
	out[n] = '\0';
}

/* printf, cut where a character ends; the span and its carets show the rest. */
static void print_text(char out[DIAGNOSTIC_TEXT_MAX], const char *fmt, va_list ap)
{
	char text[DIAGNOSTIC_TEXT_MAX];

	if (vsnprintf(text, sizeof(text), fmt, ap) < 0)
		text[0] = '\0';
	copy_text(out, str_from(text));
}

void diagnostic_set(struct diagnostic *d, struct ast_span span, const char *fmt, ...)
{
	va_list ap;

	*d = (struct diagnostic){ .span = span };
	va_start(ap, fmt);
	print_text(d->message, fmt, ap);
	va_end(ap);
}

void diagnostic_expect(struct diagnostic *d, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print_text(d->expected, fmt, ap);
	va_end(ap);
}

void diagnostic_suggest(struct diagnostic *d, struct str word)
{
	if (word.n > 0)
		copy_text(d->nearest, word);
}

/* Bytes of the character at `at`, at least 1. */
static size_t step(struct str source, size_t at)
{
	size_t bytes = utf8_next(str_skip(source, at));

	return bytes > 0 ? bytes : 1;
}

static size_t width_between(struct str source, size_t begin, size_t end)
{
	return utf8_width(str_head(str_skip(source, begin), end - begin));
}

/* Where the character before `at` begins; at > 0. */
static size_t step_back(struct str source, size_t at)
{
	size_t begin = at - 1;

	while (begin > 0 && at - begin < 4 &&
		((unsigned char)source.p[begin] & 0xc0) == 0x80)
		begin--;
	return begin;
}

static size_t line_begin(struct str source, size_t at)
{
	while (at > 0 && source.p[at - 1] != '\n')
		at--;
	return at;
}

static size_t clamp(size_t at, size_t max)
{
	return at < max ? at : max;
}

int diagnostic_err(
	const struct diagnostic *d, struct str source, enum err_code code, struct err *e)
{
	size_t at = clamp(d->span.begin, source.n), begin = line_begin(source, at);
	size_t line = 1, column = 1;
	const char *comma = d->expected[0] ? ", expected " : "";
	const char *open = d->nearest[0] ? "; did you mean '" : "";
	const char *close = d->nearest[0] ? "'?" : "";

	for (size_t i = 0; i < begin; i++)
		line += source.p[i] == '\n';
	for (size_t i = begin; i < at; i += step(source, i))
		column++;
	err_set(e, code, "column %zu: %s%s%s%s%s%s", column, d->message, comma,
		d->expected, open, d->nearest, close);
	if (str_find_char(source, '\n', 0) < source.n)
		err_wrap(e, "line %zu", line);
	return code;
}

/* Grow the view from the carets outwards, in turn, until it is `width` columns wide. */
static struct view choose_view(
	struct str source, struct view line, struct view marked, size_t width)
{
	size_t used = 0;

	if (width == 0 || width_between(source, line.begin, line.end) <= width)
		return line;
	width = width > 20 ? width - 2 * (sizeof(DOTS) - 1) : 20;
	marked.end = marked.begin;
	for (bool grew = true; grew && used < width;) {
		grew = marked.begin > line.begin || marked.end < line.end;
		if (marked.end < line.end) {
			size_t end =
				clamp(marked.end + step(source, marked.end), line.end);

			used += width_between(source, marked.end, end);
			marked.end = end;
		}
		if (marked.begin > line.begin) {
			size_t begin = step_back(source, marked.begin);

			used += width_between(source, begin, marked.begin);
			marked.begin = begin;
		}
	}
	marked.cut_left = marked.begin > line.begin;
	marked.cut_right = marked.end < line.end;
	return marked;
}

/* The bytes of [begin, end) with a stand-in for what a terminal would not just show. */
static void add_shown(struct buf *out, struct str source, size_t begin, size_t end)
{
	while (begin < end) {
		size_t bytes = utf8_next(str_skip(source, begin));
		unsigned char c = (unsigned char)source.p[begin];

		if (bytes == 0 || c < 0x20 || c == 0x7f)
			buf_add_char(out, c == '\t' ? ' ' : '?');
		else
			buf_add(out, source.p + begin, bytes);
		begin += bytes > 0 ? bytes : 1;
	}
}

static void add_repeated(struct buf *out, char c, size_t count)
{
	for (size_t i = 0; i < count; i++)
		buf_add_char(out, c);
}

static void add_picture(struct buf *out, struct str source, const struct view *view,
	const struct view *marked)
{
	size_t from = marked->begin, to = clamp(marked->end, view->end);
	size_t before = width_between(source, view->begin, from);
	size_t carets = to > from ? width_between(source, from, to) : 0;

	buf_printf(out, INDENT "%s", view->cut_left ? DOTS : "");
	add_shown(out, source, view->begin, view->end);
	buf_printf(out, "%s\n" INDENT "%s", view->cut_right ? DOTS : "",
		view->cut_left ? "   " : "");
	add_repeated(out, ' ', before);
	add_repeated(out, '^', carets > 0 ? carets : 1);
	buf_add_char(out, '\n');
}

void diagnostic_render(
	const struct diagnostic *d, struct str source, uint32_t width, struct buf *out)
{
	struct view marked = { .begin = clamp(d->span.begin, source.n) }, line, view;

	line = (struct view){ .begin = line_begin(source, marked.begin) };
	line.end = str_find_char(source, '\n', marked.begin);
	marked.end = clamp(d->span.end, line.end);
	buf_printf(out, "error: %s\n", d->message);
	if (source.n > 0) {
		view = choose_view(source, line, marked, width);
		add_picture(out, source, &view, &marked);
	}
	if (d->expected[0] && d->nearest[0])
		buf_printf(out, INDENT "expected %s; did you mean '%s'?\n", d->expected,
			d->nearest);
	else if (d->expected[0])
		buf_printf(out, INDENT "expected %s\n", d->expected);
	else if (d->nearest[0])
		buf_printf(out, INDENT "did you mean '%s'?\n", d->nearest);
}
