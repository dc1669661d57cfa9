#include <time.h>

#include "base/date.h"
#include "base/out.h"
#include "cli/cmd.h"
#include "cli/gaps.h"
#include "cli/invalid.h"
#include "cli/listing.h"
#include "graphstore/snapshot.h"

static const char *const scope_columns[] = { "scope", "name", "collected_at", "format",
	"entities", "identities", "documents", "gaps", "invalid", "version" };
static const char *const gap_columns[] = { "scope", "what", "state", "subject", "count",
	"detail" };
static const char *const invalid_columns[] = { "scope", "holder", "layer", "policy",
	"problem", "source" };

#define COUNT(a) (uint32_t)(sizeof(a) / sizeof((a)[0]))

struct status {
	struct world *w;
	struct store_statistics statistics;
	struct listing scopes, gaps, invalid;
	uint64_t entities, identities;
	int64_t oldest; /* collection of the oldest scope; 0: none says */

	struct str scope; /* that is being told of, with the number of its troubles */
	uint64_t gap_count, invalid_count;
};

static void add_gap(void *ctx, const struct gap *gap)
{
	struct status *s = ctx;

	s->gap_count++;
	listing_text(&s->gaps, s->scope);
	listing_text(&s->gaps, gap->what);
	listing_text(&s->gaps, gap->state);
	listing_text(&s->gaps, gap->subject);
	listing_count(&s->gaps, gap->count);
	listing_text(&s->gaps, gap->detail);
}

static void add_invalid(void *ctx, const struct invalid *invalid)
{
	struct status *s = ctx;

	s->invalid_count++;
	listing_text(&s->invalid, s->scope);
	listing_text(&s->invalid, invalid->holder);
	listing_text(&s->invalid, invalid->layer);
	listing_text(&s->invalid, invalid->policy);
	listing_text(&s->invalid, invalid->problem);
	listing_text(&s->invalid, invalid->source);
}

static uint64_t count_identities(const struct segment *segment)
{
	uint64_t count = 0;

	for (entity_id id = 0; id < segment_info(segment)->entity_count; id++)
		count += (segment_entity(segment, id)->flags & ENTITY_IDENTITY) != 0;
	return count;
}

static struct str scope_name(struct world *w, scope_number n)
{
	struct str account = world_scope_account(w, n);

	return account.n > 0 ? world_account_name(w, account) : account;
}

static int add_scope(struct status *s, scope_number n, struct arena *arena, struct err *e)
{
	const struct segment_info *info;
	struct segment *segment;
	uint64_t identities;

	if (world_segment(&segment, s->w, n, e) < 0)
		return e->code;
	info = segment_info(segment);
	s->scope = info->scope;
	s->gap_count = s->invalid_count = 0;
	if (gaps_each(s->w, n, arena, add_gap, s, e) < 0 ||
		invalid_each(s->w, n, arena, add_invalid, s, e) < 0)
		return e->code;
	identities = count_identities(segment);
	s->entities += info->entity_count;
	s->identities += identities;
	if (info->collected_at != 0 && (s->oldest == 0 || info->collected_at < s->oldest))
		s->oldest = info->collected_at;
	listing_text(&s->scopes, info->scope);
	listing_text(&s->scopes, scope_name(s->w, n));
	listing_time(&s->scopes, info->collected_at);
	listing_text(&s->scopes, info->format);
	listing_count(&s->scopes, info->entity_count);
	listing_count(&s->scopes, identities);
	listing_count(&s->scopes, info->doc_count);
	listing_count(&s->scopes, s->gap_count);
	listing_count(&s->scopes, s->invalid_count);
	listing_count(&s->scopes, info->version);
	return 0;
}

static int gather(struct status *s, struct err *e)
{
	struct arena arena;
	int rc = 0;

	arena_init(&arena, ARENA_UNLIMITED);
	for (scope_number n = 0; rc == 0 && n < world_scope_count(s->w); n++)
		rc = add_scope(s, n, &arena, e);
	arena_release(&arena);
	return rc;
}

static void write_json(
	const struct status *s, const struct command_context *c, struct sink *out)
{
	struct json_out j;

	json_out_init(&j, out);
	json_out_open(&j, '{');
	json_out_pair(&j, "store", str_from(c->store));
	json_out_key(&j, "as_of");
	json_out_time(&j, snapshot_time(world_snapshot(s->w)));
	json_out_key(&j, "generation");
	json_out_count(&j, s->statistics.generation);
	json_out_key(&j, "file_bytes");
	json_out_count(&j, s->statistics.file_bytes);
	json_out_key(&j, "used_bytes");
	json_out_count(&j, s->statistics.used_bytes);
	json_out_key(&j, "documents");
	json_out_count(&j, s->statistics.documents);
	json_out_key(&j, "entities");
	json_out_count(&j, s->entities);
	json_out_key(&j, "identities");
	json_out_count(&j, s->identities);
	json_out_key(&j, "scopes");
	listing_json(&s->scopes, &j);
	json_out_key(&j, "not_collected");
	listing_json(&s->gaps, &j);
	json_out_key(&j, "invalid_policies");
	listing_json(&s->invalid, &j);
	json_out_close(&j, '}');
	buf_add_char(&out->buf, '\n');
}

/* "3 days" */
static void add_age(struct buf *b, int64_t then)
{
	int64_t age = (int64_t)time(NULL) - then;

	if (age < 0)
		buf_add_str(b, STR_LIT("in the future"));
	else if (age < 2 * 3600)
		buf_printf(b, "%lld minutes ago", (long long)(age / 60));
	else if (age < 2 * 86400)
		buf_printf(b, "%lld hours ago", (long long)(age / 3600));
	else
		buf_printf(b, "%lld days ago", (long long)(age / 86400));
}

static void write_head(
	const struct status *s, const struct command_context *c, struct buf *b)
{
	int64_t written = snapshot_time(world_snapshot(s->w));

	buf_add_str(b, STR_LIT("store    "));
	out_text(b, str_from(c->store));
	buf_printf(b, "\nsize     %.1f MiB in use of %.1f MiB, generation %llu\n",
		(double)s->statistics.used_bytes / 1048576,
		(double)s->statistics.file_bytes / 1048576,
		(unsigned long long)s->statistics.generation);
	buf_printf(b,
		"holds    %llu scopes, %llu entities, %llu identities, %llu documents\n",
		(unsigned long long)world_scope_count(s->w),
		(unsigned long long)s->entities, (unsigned long long)s->identities,
		(unsigned long long)s->statistics.documents);
	if (written != 0) {
		buf_add_str(b, STR_LIT("written  "));
		date_print(b, (struct date){ written, 0 });
		buf_add_str(b, STR_LIT(", "));
		add_age(b, written);
		buf_add_char(b, '\n');
	}
	if (s->oldest != 0) {
		buf_add_str(b, STR_LIT("oldest   collected "));
		add_age(b, s->oldest);
		buf_add_char(b, '\n');
	}
	buf_add_char(b, '\n');
}

static int write_table(const struct status *s, const struct command_context *c,
	struct sink *out, struct err *e)
{
	write_head(s, c, &out->buf);
	if (listing_print(&s->scopes, out, FORMAT_TABLE, e) < 0)
		return e->code;
	if (s->invalid.cells.n > 0) {
		buf_add_str(&out->buf, STR_LIT("\ninvalid policies\n"));
		if (listing_print(&s->invalid, out, FORMAT_TABLE, e) < 0)
			return e->code;
	}
	if (s->gaps.cells.n == 0) {
		buf_add_str(
			&out->buf, STR_LIT("\nall that was asked for was collected\n"));
		return 0;
	}
	buf_add_str(&out->buf, STR_LIT("\nnot collected\n"));
	return listing_print(&s->gaps, out, FORMAT_TABLE, e);
}

static int write_status(
	const struct status *s, const struct command_context *c, struct err *e)
{
	switch (c->options->format) {
	case FORMAT_JSON:
		write_json(s, c, c->out);
		return 0;
	case FORMAT_TABLE:
		return write_table(s, c, c->out, e);
	default:
		return listing_print(&s->scopes, c->out, c->options->format, e);
	}
}

int cmd_status(const struct command_context *c, struct err *e)
{
	struct status s = { 0 };
	struct store *store = NULL;
	int rc = -1;

	listing_init(&s.scopes, scope_columns, COUNT(scope_columns));
	listing_init(&s.gaps, gap_columns, COUNT(gap_columns));
	listing_init(&s.invalid, invalid_columns, COUNT(invalid_columns));
	if (store_open(&store, c->store, STORE_READ, e) < 0 ||
		store_statistics(&s.statistics, store, e) < 0 ||
		world_open(&s.w, store, e) < 0)
		goto done;
	rc = gather(&s, e);
	if (rc == 0)
		rc = write_status(&s, c, e);
done:
	world_close(s.w);
	store_close(store);
	listing_release(&s.invalid);
	listing_release(&s.gaps);
	listing_release(&s.scopes);
	return rc < 0 ? e->code : 0;
}
