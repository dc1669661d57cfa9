#include "cli/listing.h"

#include "base/date.h"
#include "base/out.h"
#include "cli/table.h"

enum cell_type { CELL_TEXT, CELL_COUNT, CELL_TIME };

struct listing_cell {
	enum cell_type type;
	uint64_t number; /* of a time, its bits */
	size_t begin, size;
};

void listing_init(struct listing *l, const char *const *names, uint32_t column_count)
{
	*l = (struct listing){ .names = names, .column_count = column_count };
}

void listing_release(struct listing *l)
{
	buf_release(&l->cells);
	buf_release(&l->texts);
}

static void add_cell(
	struct listing *l, enum cell_type type, uint64_t number, size_t begin)
{
	VEC_ADD(&l->cells, struct listing_cell,
		{ type, number, begin, l->texts.n - begin });
}

void listing_text(struct listing *l, struct str text)
{
	size_t begin = l->texts.n;

	buf_add_str(&l->texts, text);
	add_cell(l, CELL_TEXT, 0, begin);
}

void listing_count(struct listing *l, uint64_t number)
{
	size_t begin = l->texts.n;

	buf_printf(&l->texts, "%llu", (unsigned long long)number);
	add_cell(l, CELL_COUNT, number, begin);
}

void listing_time(struct listing *l, int64_t seconds)
{
	size_t begin = l->texts.n;

	if (seconds == -1)
		buf_add_str(&l->texts, STR_LIT("never"));
	else if (seconds != 0)
		date_print(&l->texts, (struct date){ seconds, 0 });
	add_cell(l, CELL_TIME, (uint64_t)seconds, begin);
}

static const struct listing_cell *cell_at(const struct listing *l, size_t index)
{
	return &VEC_DATA(&l->cells, const struct listing_cell)[index];
}

static struct str cell_text(const struct listing *l, size_t index)
{
	const struct listing_cell *cell = cell_at(l, index);

	return (struct str){ cell->size > 0 ? l->texts.p + cell->begin : "", cell->size };
}

static size_t cell_count(const struct listing *l)
{
	return VEC_COUNT(&l->cells, struct listing_cell);
}

static void write_cell(const struct listing *l, struct json_out *j, size_t index)
{
	const struct listing_cell *cell = cell_at(l, index);

	switch (cell->type) {
	case CELL_COUNT:
		json_out_count(j, cell->number);
		return;
	case CELL_TEXT:
	case CELL_TIME:
		json_out_str_or_null(j, cell_text(l, index));
		return;
	}
}

static void write_object(const struct listing *l, struct json_out *j, size_t first)
{
	json_out_open(j, '{');
	for (uint32_t c = 0; c < l->column_count; c++) {
		json_out_key(j, l->names[c]);
		write_cell(l, j, first + c);
	}
	json_out_close(j, '}');
}

void listing_json(const struct listing *l, struct json_out *j)
{
	json_out_open(j, '[');
	for (size_t i = 0; i < cell_count(l); i += l->column_count) {
		json_out_line(j);
		write_object(l, j, i);
	}
	json_out_close(j, ']');
}

static void print_lines(const struct listing *l, struct sink *sink)
{
	for (size_t i = 0; i < cell_count(l) && !sink_broken(sink);
		i += l->column_count) {
		struct json_out j;

		json_out_init(&j, sink);
		write_object(l, &j, i);
		buf_add_char(&sink->buf, '\n');
		sink_poll(sink);
	}
}

static void print_csv(const struct listing *l, struct sink *sink)
{
	for (uint32_t c = 0; c < l->column_count; c++) {
		buf_add_str(&sink->buf, c > 0 ? STR_LIT(",") : STR_LIT(""));
		out_csv(&sink->buf, str_from(l->names[c]));
	}
	for (size_t i = 0; i < cell_count(l); i++) {
		buf_add_str(&sink->buf,
			i % l->column_count > 0 ? STR_LIT(",") : STR_LIT("\r\n"));
		out_csv(&sink->buf, cell_text(l, i));
		sink_poll(sink);
	}
	buf_add_str(&sink->buf, STR_LIT("\r\n"));
}

static void print_markdown(const struct listing *l, struct sink *sink)
{
	for (uint32_t c = 0; c < l->column_count; c++)
		buf_printf(&sink->buf, "| %s ", l->names[c]);
	buf_add_str(&sink->buf, STR_LIT("|\n"));
	for (uint32_t c = 0; c < l->column_count; c++)
		buf_add_str(&sink->buf, STR_LIT("| --- "));
	for (size_t i = 0; i < cell_count(l); i++) {
		buf_add_str(&sink->buf,
			i % l->column_count > 0 ? STR_LIT("| ") : STR_LIT("|\n| "));
		out_markdown(&sink->buf, cell_text(l, i));
		buf_add_char(&sink->buf, ' ');
		sink_poll(sink);
	}
	buf_add_str(&sink->buf, STR_LIT("|\n"));
}

static void print_table(const struct listing *l, struct sink *sink)
{
	struct table t;

	table_init(&t, l->column_count);
	for (uint32_t c = 0; c < l->column_count; c++)
		table_add(&t, str_from(l->names[c]));
	for (size_t i = 0; i < cell_count(l); i++)
		table_add(&t, cell_text(l, i));
	table_print(&t, sink);
	table_release(&t);
}

int listing_print(const struct listing *l, struct sink *sink, enum options_format format,
	struct err *e)
{
	switch (format) {
	case FORMAT_TABLE:
		print_table(l, sink);
		return 0;
	case FORMAT_NDJSON:
		print_lines(l, sink);
		return 0;
	case FORMAT_CSV:
		print_csv(l, sink);
		return 0;
	case FORMAT_MARKDOWN:
		print_markdown(l, sink);
		return 0;
	case FORMAT_JSON:
	case FORMAT_DOT:
	case FORMAT_MERMAID:
	case FORMAT_COUNT:
		break;
	}
	return err_set(
		e, ERR_SYNTAX, "this list has no form '%s'", options_format_name(format));
}
