#include <stdlib.h>
#include <unistd.h>

#include "base/out.h"
#include "cli/cmd.h"
#include "cli/label.h"
#include "cli/listing.h"
#include "cli/session.h"
#include "reachability/blast.h"

#define FIXED 6u

/* The levels stand behind; a table has no room for them. */
static const char *const columns[FIXED + BLAST_LEVELS] = { "key", "kind", "account",
	"reach", "share", "direct", "list", "read", "write", "tag", "permissions" };

struct report {
	const struct command_context *c;
	enum options_format format;
	uint64_t estate; /* what shares are of */
	int64_t as_of;
	struct json_out json;
	struct buf rows;    /* struct blast_row, of forms in which the most come first */
	struct arena arena; /* their strings */
};

/* Forms made of lines are told row by row. */
static bool is_streamed(enum options_format format)
{
	return format == FORMAT_NDJSON || format == FORMAT_CSV;
}

static double share_of(const struct report *r, uint64_t reach)
{
	return r->estate > 0 ? (double)reach / (double)r->estate : 0;
}

/* --- rows as they come --- */

static void write_csv_names(struct sink *out)
{
	for (uint32_t i = 0; i < FIXED + BLAST_LEVELS; i++) {
		if (i > 0)
			buf_add_char(&out->buf, ',');
		out_csv(&out->buf, str_from(columns[i]));
	}
	buf_add_str(&out->buf, STR_LIT("\r\n"));
}

static void write_csv(struct report *r, const struct blast_row *row)
{
	struct buf *out = &r->c->out->buf;
	const struct str texts[] = { row->key, row->kind, row->account };

	for (uint32_t i = 0; i < 3; i++) {
		out_csv(out, texts[i]);
		buf_add_char(out, ',');
	}
	buf_printf(out, "\"%llu\",\"%.6f\",\"%llu\"", (unsigned long long)row->reach,
		share_of(r, row->reach), (unsigned long long)row->direct);
	for (uint32_t i = 0; i < BLAST_LEVELS; i++)
		buf_printf(out, ",\"%llu\"", (unsigned long long)row->levels[i]);
	buf_add_str(out, STR_LIT("\r\n"));
}

static void write_json(struct report *r, const struct blast_row *row)
{
	struct json_out *j = &r->json;

	if (r->format == FORMAT_JSON)
		json_out_line(j);
	else
		json_out_init(j, r->c->out);
	json_out_open(j, '{');
	json_out_pair(j, columns[0], row->key);
	json_out_pair(j, columns[1], row->kind);
	json_out_key(j, columns[2]);
	json_out_str_or_null(j, row->account);
	json_out_key(j, columns[3]);
	json_out_count(j, row->reach);
	json_out_key(j, columns[4]);
	json_out_fraction(j, share_of(r, row->reach));
	json_out_key(j, columns[5]);
	json_out_count(j, row->direct);
	for (uint32_t i = 0; i < BLAST_LEVELS; i++) {
		json_out_key(j, columns[FIXED + i]);
		json_out_count(j, row->levels[i]);
	}
	json_out_close(j, '}');
	if (r->format == FORMAT_NDJSON)
		buf_add_char(&r->c->out->buf, '\n');
}

static int begin(void *ctx, const struct blast_report *report, struct err *e)
{
	struct report *r = ctx;

	(void)e;
	r->estate = report->entities;
	r->as_of = report->as_of;
	if (r->format == FORMAT_CSV)
		write_csv_names(r->c->out);
	return 0;
}

static int add_row(void *ctx, const struct blast_row *row, struct err *e)
{
	struct report *r = ctx;

	(void)e;
	if (!is_streamed(r->format)) {
		struct blast_row kept = *row;

		kept.key = arena_copy(&r->arena, row->key);
		kept.kind = arena_copy(&r->arena, row->kind);
		kept.account = arena_copy(&r->arena, row->account);
		VEC_ADD(&r->rows, struct blast_row, kept);
		return 0;
	}
	if (r->format == FORMAT_CSV)
		write_csv(r, row);
	else
		write_json(r, row);
	sink_poll(r->c->out);
	return sink_broken(r->c->out);
}

static int pause_rows(void *ctx, struct err *e)
{
	struct report *r = ctx;

	(void)e;
	sink_flush(r->c->out);
	return sink_broken(r->c->out);
}

/* --- the most first --- */

/* Most first, then by key. */
static int compare(const void *a, const void *b)
{
	const struct blast_row *x = a, *y = b;

	if (x->reach != y->reach)
		return x->reach > y->reach ? -1 : 1;
	return str_cmp(x->key, y->key);
}

static void write_document(struct report *r)
{
	const struct blast_row *rows = VEC_DATA(&r->rows, const struct blast_row);

	json_out_init(&r->json, r->c->out);
	json_out_open(&r->json, '{');
	json_out_pair(&r->json, "report", STR_LIT("blast-radius"));
	json_out_key(&r->json, "as_of");
	json_out_time(&r->json, r->as_of);
	json_out_key(&r->json, "rows");
	json_out_open(&r->json, '[');
	for (size_t i = 0; i < VEC_COUNT(&r->rows, struct blast_row); i++)
		write_json(r, &rows[i]);
	json_out_close(&r->json, ']');
	json_out_close(&r->json, '}');
	buf_add_char(&r->c->out->buf, '\n');
}

static int write_list(struct report *r, struct err *e)
{
	const struct blast_row *rows = VEC_DATA(&r->rows, const struct blast_row);
	struct listing l;
	int rc;

	listing_init(&l, columns, FIXED);
	for (size_t i = 0; i < VEC_COUNT(&r->rows, struct blast_row); i++) {
		listing_text(&l, rows[i].key);
		listing_text(&l, rows[i].kind);
		listing_text(&l, rows[i].account);
		listing_count(&l, rows[i].reach);
		listing_text(&l, arena_printf(&r->arena, "%.1f%%",
					 share_of(r, rows[i].reach) * 100));
		listing_count(&l, rows[i].direct);
	}
	rc = listing_print(&l, r->c->out, r->format, e);
	listing_release(&l);
	return rc;
}

static int finish(struct report *r, struct err *e)
{
	if (is_streamed(r->format))
		return 0;
	if (r->rows.n > 0)
		qsort(r->rows.p, VEC_COUNT(&r->rows, struct blast_row),
			sizeof(struct blast_row), compare);
	if (r->format != FORMAT_JSON)
		return write_list(r, e);
	write_document(r);
	return 0;
}

static int report(struct store *store, const struct command_context *c, struct err *e)
{
	struct report r = { .c = c, .format = c->options->format };
	const struct blast_reader reader = { begin, add_row, pause_rows, &r };
	struct blast_options o = { .threads = 1 };
	struct blast_report done;
	struct rules *rules = NULL;
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	int rc;

	if (processors > 1)
		o.threads = (uint32_t)processors;
	arena_init(&r.arena, ARENA_UNLIMITED);
	rc = session_rules(&rules, c->options, e);
	o.rules = rules;
	if (rc == 0)
		rc = blast_all(&done, store, &o, &reader, e);
	if (rc == 0)
		rc = finish(&r, e);
	rules_free(rules);
	arena_release(&r.arena);
	buf_release(&r.rows);
	return rc;
}

/* Before any work: forms that draw have no rows. */
static int check_format(const struct command_context *c, struct err *e)
{
	enum options_format format = c->options->format;

	if (format != FORMAT_DOT && format != FORMAT_MERMAID)
		return 0;
	return err_set(
		e, ERR_SYNTAX, "this list has no form '%s'", options_format_name(format));
}

int cmd_report(const struct command_context *c, struct err *e)
{
	struct store *store = NULL;
	const char *name = c->options->operands[0];
	int rc;

	if (!str_eq(str_from(name), STR_LIT("blast-radius")))
		return err_set(e, ERR_SYNTAX,
			"unknown report '%s'; there is blast-radius", name);
	if (check_format(c, e) < 0 || store_open(&store, c->store, STORE_READ, e) < 0)
		return e->code;
	rc = report(store, c, e);
	store_close(store);
	return rc;
}
