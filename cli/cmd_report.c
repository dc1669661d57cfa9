#include <stdlib.h>

#include "cli/cmd.h"
#include "cli/label.h"
#include "cli/listing.h"
#include "cli/session.h"
#include "graphstore/snapshot.h"
#include "query/format.h"
#include "query/run.h"
#include "reachability/provider.h"

static const char *const columns[] = { "key", "kind", "account", "reach" };

/* One identity of the report; the strings live in the arena. */
struct entry {
	struct str key, kind, account;
	uint64_t reach;
};

static void add_identities(struct buf *out, struct world *w,
	const struct segment *segment, scope_number scope, struct arena *arena)
{
	for (entity_id id = 0; id < segment_info(segment)->entity_count; id++) {
		uint32_t flags = segment_entity(segment, id)->flags;
		node_id n;

		if (!(flags & ENTITY_IDENTITY) ||
			(flags & (ENTITY_DISABLED | ENTITY_SHARED)))
			continue;
		n = world_node_entity(w, scope, id);
		VEC_ADD(out, struct entry,
			{ .key = arena_copy(arena, provider_written_key(w, n)),
				.kind = arena_copy(arena, world_node_kind(w, n)),
				.account =
					arena_copy(arena, world_node(w, n)->account) });
	}
}

static int list_identities(
	struct buf *out, struct store *store, struct arena *arena, struct err *e)
{
	struct world *w = NULL;
	int rc = world_open(&w, store, e);

	for (scope_number n = 0; rc == 0 && n < world_scope_count(w); n++) {
		struct segment *segment;

		rc = world_segment(&segment, w, n, e);
		if (rc == 0)
			add_identities(out, w, segment, n, arena);
	}
	world_close(w);
	return rc;
}

static int measure(struct entry *entry, struct store *store, const struct rules *rules,
	struct err *e)
{
	struct buf query = { 0 };
	struct run_options options = { 0 };
	struct result r = { 0 };
	struct world *w = NULL;
	int rc = world_open(&w, store, e);

	buf_add_str(&query, STR_LIT("blast "));
	format_name(entry->key, &query);
	if (rc == 0)
		world_set_rules(w, rules);
	if (rc == 0)
		rc = run_query(&r, w, buf_str(&query), &options, e);
	if (rc == 0)
		entry->reach = r.total;
	else
		err_wrap(e, "%.*s", STR_ARG(buf_str(&query)));
	world_close(w);
	buf_release(&query);
	return rc;
}

/* Most first, then by key. */
static int compare(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->reach != y->reach)
		return x->reach > y->reach ? -1 : 1;
	return str_cmp(x->key, y->key);
}

static int write_report(const struct buf *entries, const struct command_context *c,
	int64_t as_of, struct err *e)
{
	const struct entry *all = VEC_DATA(entries, const struct entry);
	enum options_format format = c->options->format;
	struct listing l;
	int rc = 0;

	listing_init(&l, columns, sizeof(columns) / sizeof(columns[0]));
	for (size_t i = 0; i < VEC_COUNT(entries, struct entry); i++) {
		listing_text(&l, all[i].key);
		listing_text(&l, all[i].kind);
		listing_text(&l, all[i].account);
		listing_count(&l, all[i].reach);
	}
	if (format == FORMAT_JSON) {
		struct json_out j;

		json_out_init(&j, c->out);
		json_out_open(&j, '{');
		json_out_pair(&j, "report", STR_LIT("blast-radius"));
		json_out_key(&j, "as_of");
		json_out_time(&j, as_of);
		json_out_key(&j, "rows");
		listing_json(&l, &j);
		json_out_close(&j, '}');
		buf_add_char(&c->out->buf, '\n');
	} else {
		rc = listing_print(&l, c->out, format, e);
	}
	listing_release(&l);
	return rc;
}

static int store_time(int64_t *out, struct store *store, struct err *e)
{
	struct snapshot *snap = NULL;

	if (snapshot_begin(&snap, store, e) < 0)
		return e->code;
	*out = snapshot_time(snap);
	snapshot_end(snap);
	return 0;
}

static int report(struct store *store, const struct command_context *c, struct err *e)
{
	struct buf entries = { 0 };
	struct rules *rules = NULL;
	struct arena arena;
	int64_t as_of = 0;
	int rc;

	arena_init(&arena, ARENA_UNLIMITED);
	rc = session_rules(&rules, c->options, e);
	if (rc == 0)
		rc = store_time(&as_of, store, e);
	if (rc == 0)
		rc = list_identities(&entries, store, &arena, e);
	for (size_t i = 0; rc == 0 && i < VEC_COUNT(&entries, struct entry); i++)
		rc = measure(&VEC_DATA(&entries, struct entry)[i], store, rules, e);
	if (rc == 0 && entries.n > 0)
		qsort(entries.p, VEC_COUNT(&entries, struct entry), sizeof(struct entry),
			compare);
	if (rc == 0)
		rc = write_report(&entries, c, as_of, e);
	rules_free(rules);
	arena_release(&arena);
	buf_release(&entries);
	return rc;
}

int cmd_report(const struct command_context *c, struct err *e)
{
	struct store *store = NULL;
	const char *name = c->options->operands[0];
	int rc;

	if (!str_eq(str_from(name), STR_LIT("blast-radius")))
		return err_set(e, ERR_SYNTAX,
			"unknown report '%s'; there is blast-radius", name);
	if (store_open(&store, c->store, STORE_READ, e) < 0)
		return e->code;
	rc = report(store, c, e);
	store_close(store);
	return rc;
}
