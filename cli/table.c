#include "cli/table.h"

#include <assert.h>
#include <stdlib.h>

#include "base/out.h"
#include "base/utf8.h"

#define GAP        2u /* columns between cells */
#define CELL_LEAST 8u /* narrower cells say nothing; the line wraps instead */

void table_init(struct table *t, uint32_t column_count)
{
	assert(column_count > 0);
	*t = (struct table){ .column_count = column_count };
}

void table_release(struct table *t)
{
	buf_release(&t->ends);
	buf_release(&t->texts);
}

void table_add(struct table *t, struct str cell)
{
	out_text(&t->texts, cell);
	VEC_ADD(&t->ends, uint64_t, t->texts.n);
}

void table_add_count(struct table *t, uint64_t number)
{
	buf_printf(&t->texts, "%llu", (unsigned long long)number);
	VEC_ADD(&t->ends, uint64_t, t->texts.n);
}

static struct str cell_at(const struct table *t, size_t index)
{
	const uint64_t *ends = VEC_DATA(&t->ends, const uint64_t);
	uint64_t begin = index > 0 ? ends[index - 1] : 0;

	return (struct str){ t->texts.p + begin, ends[index] - begin };
}

static size_t cell_count(const struct table *t)
{
	return VEC_COUNT(&t->ends, uint64_t);
}

static size_t *measure(const struct table *t)
{
	struct buf b = { 0 };
	size_t *widths;

	for (uint32_t c = 0; c < t->column_count; c++)
		VEC_ADD(&b, size_t, 0);
	widths = VEC_DATA(&b, size_t);
	for (size_t i = 0; i < cell_count(t); i++) {
		size_t width = utf8_width(cell_at(t, i));

		if (width > widths[i % t->column_count])
			widths[i % t->column_count] = width;
	}
	return widths;
}

static size_t total_width(const size_t *widths, uint32_t count, size_t cap)
{
	size_t sum = GAP * (count - 1);

	for (uint32_t c = 0; c < count; c++)
		sum += widths[c] < cap ? widths[c] : cap;
	return sum;
}

/* Lower the ceiling over the widest columns until the line fits. */
static void fit(size_t *widths, uint32_t count, size_t room)
{
	size_t cap = CELL_LEAST;

	if (total_width(widths, count, SIZE_MAX) <= room)
		return;
	while (total_width(widths, count, cap + 1) <= room)
		cap++;
	for (uint32_t c = 0; c < count; c++)
		widths[c] = widths[c] < cap ? widths[c] : cap;
}

void table_color(struct sink *sink, struct str verdict)
{
	const char *code = "33"; /* yellow: it depends */

	if (!sink->color)
		return;
	if (str_eq(verdict, STR_LIT("allowed")))
		code = "32";
	else if (str_eq(verdict, STR_LIT("denied")))
		code = "31";
	buf_printf(&sink->buf, "\x1b[%sm", code);
}

void table_color_end(struct sink *sink)
{
	if (sink->color)
		buf_add_str(&sink->buf, STR_LIT("\x1b[0m"));
}

static void pad(struct sink *sink, size_t columns)
{
	while (columns-- > 0)
		buf_add_char(&sink->buf, ' ');
}

/* No blanks behind the last cell that says something. */
static uint32_t used_columns(const struct table *t, size_t first)
{
	uint32_t used = t->column_count;

	while (used > 0 && cell_at(t, first + used - 1).n == 0)
		used--;
	return used;
}

static void print_row(
	const struct table *t, struct sink *sink, const size_t *widths, size_t first)
{
	uint32_t used = used_columns(t, first);

	for (uint32_t c = 0; c < used; c++) {
		bool verdict = first > 0 && str_eq(cell_at(t, c), STR_LIT("verdict"));
		struct str cell = cell_at(t, first + c);
		size_t width;

		if (verdict)
			table_color(sink, cell);
		width = out_fit(&sink->buf, cell, widths[c] > 0 ? widths[c] : 1);
		if (verdict)
			table_color_end(sink);
		if (c + 1 < used)
			pad(sink, widths[c] - width + GAP);
	}
	buf_add_char(&sink->buf, '\n');
	sink_poll(sink);
}

void table_print(const struct table *t, struct sink *sink)
{
	size_t *widths = measure(t);

	assert(cell_count(t) % t->column_count == 0);
	if (sink->width > 0)
		fit(widths, t->column_count, sink->width);
	if (sink->color)
		buf_add_str(&sink->buf, STR_LIT("\x1b[1m"));
	print_row(t, sink, widths, 0);
	table_color_end(sink);
	for (size_t i = t->column_count; i < cell_count(t) && !sink_broken(sink);
		i += t->column_count)
		print_row(t, sink, widths, i);
	free(widths);
}
