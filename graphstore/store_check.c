#include <stdio.h>
#include <stdlib.h>

#include "graphstore/packed.h"
#include "graphstore/pages_priv.h"
#include "graphstore/posting_priv.h"
#include "graphstore/snapshot_priv.h"
#include "graphstore/source_priv.h"

#define CHECK_TRIES 100 /* a writer that is faster than the walk takes its pages away */

struct check {
	struct store *store;
	struct snapshot *snap;
	MDB_txn *txn;
	void (*each)(void *ctx, const char *finding);
	void *ctx;
	uint64_t findings;
	uint64_t parts, blocks; /* that the scopes say there are */
	uint64_t postings[STORE_TABLE_COUNT];
	struct arena arena; /* for one value at a time */
};

static void report(struct check *c, const char *text)
{
	c->findings++;
	c->each(c->ctx, text);
}

static void report_err(struct check *c, const char *about, const struct err *cause)
{
	struct err e = *cause;

	err_wrap(&e, "%s", about);
	report(c, e.text);
}

static struct str aligned(struct arena *arena, struct str s)
{
	return (uintptr_t)s.p % 8 == 0 ? s : arena_copy(arena, s);
}

/* Call `each` for every value of a table. */
static int each_value(struct check *c, enum store_table table,
	void (*each)(struct check *c, struct str key, struct str value), struct err *e)
{
	MDB_cursor *cursor = NULL;
	MDB_val key, value;
	int rc = mdb_cursor_open(c->txn, c->store->dbi[table], &cursor);

	if (rc != 0)
		return store_err(e, c->store, rc, "read a table");
	rc = mdb_cursor_get(cursor, &key, &value, MDB_FIRST);
	while (rc == 0) {
		each(c, (struct str){ key.mv_data, key.mv_size },
			(struct str){ value.mv_data, value.mv_size });
		rc = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
	}
	mdb_cursor_close(cursor);
	return rc == MDB_NOTFOUND ? 0 : store_err(e, c->store, rc, "read a table");
}

static bool table_has(struct check *c, enum store_table table, struct str key)
{
	struct err ignored = { 0 };
	struct str value;

	return table_get(&value, c->store, c->txn, table, key, &ignored) == 1;
}

/* Whether a packed block of a table has so many bytes. */
static bool block_has(struct check *c, enum store_table table, struct str key,
	uint64_t offset, uint64_t size)
{
	struct err ignored = { 0 };
	struct str block;
	size_t all = 0;

	return table_get(&block, c->store, c->txn, table, key, &ignored) == 1 &&
	       packed_size(&all, str_skip(block, sizeof(uint64_t)), &ignored) == 0 &&
	       offset <= all && size <= all - offset;
}

static void check_doc(struct check *c, struct str key, struct str value)
{
	struct err e = { 0 };
	struct store_text text = { 0 };
	struct table_place at;
	struct document d;

	arena_reset(&c->arena);
	if (table_verify(&value, &e) < 0 ||
		document_open(&d, aligned(&c->arena, str_skip(value, sizeof(text))), &e) <
			0)
		report_err(c, "table docs", &e);
	if (key.n != sizeof(struct sha256))
		report(c, "table docs: a key is no digest");
	if (value.n >= sizeof(text))
		memcpy(&text, value.p, sizeof(text));
	at = table_place(text.block, 0, 0);
	if (!block_has(c, STORE_TEXTS,
		    (struct str){ (const char *)at.bytes, sizeof(uint32_t) }, text.offset,
		    text.size))
		report(c, "table docs: a document has no text");
}

static void check_packed(struct check *c, const char *table, struct str value)
{
	struct buf unpacked = { 0 };
	struct err e = { 0 };

	if (table_verify(&value, &e) < 0 || packed_read(&unpacked, value, &e) < 0)
		report_err(c, table, &e);
	buf_release(&unpacked);
}

static void check_text(struct check *c, struct str key, struct str value)
{
	(void)key;
	check_packed(c, "table texts", value);
}

static void check_block(struct check *c, struct str key, struct str value)
{
	(void)key;
	check_packed(c, "table sources", value);
}

static void check_kept(struct check *c, struct str key, struct str value)
{
	(void)key;
	check_packed(c, "table kept", value);
}

/* What it means, its writer checks. */
static void check_hops(struct check *c, struct str key, struct str value)
{
	struct err e = { 0 };

	(void)key;
	if (table_verify(&value, &e) < 0)
		report_err(c, "table hops", &e);
}

/* Principal entries point at statements that are there. */
static void check_principals(struct check *c, struct segment *s, const char *about)
{
	const struct segment_principal *p = segment_principals(s);

	for (uint32_t i = 0; i < s->info.principal_count; i++) {
		const struct document *d = NULL;
		struct err e = { 0 };

		if (p[i].type == 0)
			continue;
		if (segment_document(&d, s, p[i].doc, &e) == 0 && d &&
			p[i].statement < d->statement_count)
			continue;
		if (e.code == 0)
			err_set(&e, ERR_CORRUPT, "entry %u names statement %u", i,
				p[i].statement);
		report_err(c, about, &e);
	}
}

/* What the segment says of a statement is what its document says. */
static bool same_statement(const struct segment_statement *x, const struct document *d,
	const struct document_statement *st)
{
	uint32_t total = 0;

	for (uint32_t i = 0; i < st->action_count; i++) {
		const struct document_interval *v = &d->intervals[st->action_first + i];

		total += v->end - v->begin;
	}
	return x->flags == st->flags && x->service == st->service &&
	       x->action_total == total && x->condition_count == st->condition_count;
}

static void check_statements(struct check *c, struct segment *s, const char *about)
{
	for (uint32_t i = 0; i < s->info.statement_count; i++) {
		const struct document_statement *st;
		const struct document *d;
		struct err e = { 0 };

		if (segment_read_statement(&d, &st, s, i, &e) == 0 &&
			!same_statement(segment_statement(s, i), d, st))
			err_set(&e, ERR_CORRUPT, "statement %u is not as its document",
				i);
		if (e.code != 0)
			report_err(c, about, &e);
	}
}

static void check_docs_of(struct check *c, const struct segment *s, const char *about)
{
	for (uint32_t i = 0; i < s->info.doc_count; i++) {
		const struct segment_doc *d = segment_doc(s, i);
		struct str key = { (const char *)d->digest.bytes,
			sizeof(d->digest.bytes) };
		struct err e = { 0 };

		if (d->flags & SEGMENT_DOC_MISSING || table_has(c, STORE_DOCS, key))
			continue;
		err_set(&e, ERR_CORRUPT, "document %u is not in the store", i);
		report_err(c, about, &e);
	}
}

/* There is a source for each id and each of its holdings, known or not. */
static void check_sources_of(
	struct check *c, const struct segment *s, uint32_t scope, const char *about)
{
	uint32_t total = s->info.entity_count + s->info.foreign_count;
	struct err e = { 0 };

	for (uint32_t first = 0; first < total; first += SOURCE_IDS) {
		struct table_place at =
			table_place(scope, s->info.version, first / SOURCE_IDS);
		struct str key = { (const char *)at.bytes, sizeof(at.bytes) }, block;
		uint32_t last =
			total - first < SOURCE_IDS ? total - 1 : first + SOURCE_IDS - 1;
		struct buf unpacked = { 0 };
		struct source of;
		uint32_t count;

		segment_holdings(s, last, &count);
		if (table_get_checked(&block, c->store, c->txn, STORE_SOURCES, key, &e) !=
				1 ||
			packed_read(&unpacked, block, &e) < 0 ||
			!source_read(&of, buf_str(&unpacked), last - first, count)) {
			err_set(&e, ERR_CORRUPT, "the sources of entity %u are missing",
				last);
			report_err(c, about, &e);
		}
		buf_release(&unpacked);
	}
}

/* What is wrong with a posting in its table; NULL: it is as it must be. */
static const char *posting_wrong(struct check *c, const struct posting_set *set,
	const struct posting *p, enum store_table table)
{
	struct str key = { (const char *)p->key, POSTING_BLOCK_KEY }, left;
	struct str wanted = { set->items.p + p->first * sizeof(uint32_t),
		p->count * sizeof(uint32_t) };
	const char *wrong = "missing";
	struct posting_entry entry;
	struct buf items = { 0 };
	struct err ignored;

	if (table_get(&left, c->store, c->txn, table, key, &ignored) != 1)
		return wrong;
	while (posting_block_next(&entry, &left, p->key) > 0) {
		if (memcmp(entry.key, p->key, sizeof(p->key)) != 0)
			continue;
		wrong = posting_block_items(&items, &entry) &&
					(wanted.n == 0 ? items.n == 0
						       : str_eq(buf_str(&items), wanted))
				? NULL
				: "wrong";
	}
	buf_release(&items);
	return wrong;
}

/* What the index tables must say about the scope's current segment. */
static void check_postings_of(struct check *c, const struct segment *s, uint32_t scope,
	enum store_table table, const char *about)
{
	struct posting_set set = { 0 };
	const struct posting *p;
	size_t count;

	posting_collect(&set, s, scope, table);
	p = VEC_DATA(&set.postings, struct posting);
	count = VEC_COUNT(&set.postings, struct posting);
	c->postings[table] += count;
	for (size_t i = 0; i < count; i++) {
		const char *wrong = posting_wrong(c, &set, &p[i], table);
		struct err e = { 0 };

		if (!wrong)
			continue;
		err_set(&e, ERR_CORRUPT, "an index entry is %s", wrong);
		report_err(c, about, &e);
	}
	posting_set_release(&set);
}

static void check_current(
	struct check *c, uint32_t scope, const char *about, struct err *e)
{
	struct segment *s;

	if (snapshot_segment(&s, c->snap, scope, e) < 0) {
		report_err(c, about, e);
		return;
	}
	check_statements(c, s, about);
	check_principals(c, s, about);
	check_postings_of(c, s, scope, STORE_KEYS, about);
	check_postings_of(c, s, scope, STORE_NAMES, about);
	check_postings_of(c, s, scope, STORE_LINKS, about);
}

static void check_version(struct check *c, const struct scope_entry *entry, uint32_t i,
	struct str id, const char *about)
{
	const struct scope_version *v = &entry->versions[i];
	struct segment s = { 0 };
	struct err e = { 0 };
	struct arena arena;

	c->parts += v->part_count;
	c->blocks += v->block_count;
	arena_init(&arena, ARENA_UNLIMITED);
	if (snapshot_open_segment(
		    &s, c->store, c->txn, entry->number, v->version, &arena, &e) < 0 ||
		segment_check(&s, &e) < 0) {
		report_err(c, about, &e);
		goto done;
	}
	if (!str_eq(s.info.scope, id))
		report(c, "a segment belongs to another scope");
	check_docs_of(c, &s, about);
	check_sources_of(c, &s, entry->number, about);
	if (i == 0)
		check_current(c, entry->number, about, &e);
done:
	arena_release(&arena);
}

static void check_scope(struct check *c, uint32_t scope)
{
	struct scope_entry entry;
	struct err e = { 0 };
	uint32_t number = 0;
	char about[160];
	struct str id;

	snprintf(about, sizeof(about), "scope %u", scope);
	if (scope_read(&entry, &id, c->store, c->txn, scope, &e) < 0) {
		report_err(c, about, &e);
		return;
	}
	snprintf(
		about, sizeof(about), "scope '%.*s'", id.n < 128 ? (int)id.n : 128, id.p);
	if (scope_find(&number, c->store, c->txn, id, &e) != 1 || number != scope) {
		err_set(&e, ERR_CORRUPT, "its name does not lead to it");
		report_err(c, about, &e);
	}
	for (uint32_t i = 0; i < entry.version_count; i++)
		check_version(c, &entry, i, id, about);
}

/* A write that has not ended may have put more. */
static bool may_have_more(const struct check *c, enum store_table table)
{
	return snapshot_is_unfinished(c->snap) && table != STORE_META &&
	       table != STORE_SCOPES && table != STORE_TEXTS;
}

static void check_count(
	struct check *c, enum store_table table, uint64_t expected, const char *name)
{
	struct err e = { 0 };
	MDB_stat stat;

	if (mdb_stat(c->txn, c->store->dbi[table], &stat) == 0 &&
		(stat.ms_entries == expected ||
			(stat.ms_entries > expected && may_have_more(c, table))))
		return;
	err_set(&e, ERR_CORRUPT, "table %s does not have the %llu entries expected", name,
		(unsigned long long)expected);
	report(c, e.text);
}

/* How many postings a table has, each in its place. */
static int count_postings(uint64_t *out, struct check *c, enum store_table table,
	const char *name, struct err *e)
{
	struct posting_entry entry, last = { .count = 0 };
	MDB_cursor *cursor = NULL;
	MDB_val key, value;
	int rc = mdb_cursor_open(c->txn, c->store->dbi[table], &cursor), more = 0;

	*out = 0;
	if (rc != 0)
		return store_err(e, c->store, rc, "read a table");
	rc = mdb_cursor_get(cursor, &key, &value, MDB_FIRST);
	while (rc == 0 && more == 0 && key.mv_size == POSTING_BLOCK_KEY) {
		struct str left = { value.mv_data, value.mv_size };

		while ((more = posting_block_next(&entry, &left, key.mv_data)) > 0) {
			if (++*out > 1 &&
				memcmp(last.key, entry.key, sizeof(last.key)) >= 0)
				break;
			last = entry;
		}
		rc = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
	}
	mdb_cursor_close(cursor);
	if (rc == 0 || more != 0) {
		err_set(e, ERR_CORRUPT, "table %s is damaged", name);
		report(c, e->text);
		e->code = 0;
	}
	return rc == 0 || rc == MDB_NOTFOUND ? 0
					     : store_err(e, c->store, rc, "read a table");
}

static int check_index(
	struct check *c, enum store_table table, const char *name, struct err *e)
{
	uint64_t have;

	if (count_postings(&have, c, table, name, e) < 0)
		return e->code;
	if (have != c->postings[table] &&
		!(have > c->postings[table] && may_have_more(c, table))) {
		err_set(e, ERR_CORRUPT,
			"table %s does not have the %llu entries expected", name,
			(unsigned long long)c->postings[table]);
		report(c, e->text);
		e->code = 0;
	}
	return 0;
}

static int check_tables(struct check *c, struct err *e)
{
	uint32_t scopes = snapshot_scope_count(c->snap);

	if (each_value(c, STORE_DOCS, check_doc, e) < 0 ||
		each_value(c, STORE_TEXTS, check_text, e) < 0 ||
		each_value(c, STORE_SOURCES, check_block, e) < 0 ||
		each_value(c, STORE_KEPT, check_kept, e) < 0 ||
		each_value(c, STORE_HOPS, check_hops, e) < 0)
		return e->code;
	for (uint32_t i = 0; i < scopes; i++)
		check_scope(c, i);
	check_count(c, STORE_META, 1, "meta");
	check_count(c, STORE_SCOPES, 3 * (uint64_t)scopes, "scopes");
	check_count(c, STORE_SEGMENTS, c->parts, "segments");
	check_count(c, STORE_SOURCES, c->blocks, "sources");
	check_count(c, STORE_TEXTS, snapshot_text_count(c->snap), "texts");
	if (check_index(c, STORE_KEYS, "keys", e) < 0 ||
		check_index(c, STORE_NAMES, "names", e) < 0)
		return e->code;
	return check_index(c, STORE_LINKS, "links", e);
}

/* A snapshot whose pages were walked: nothing may be read through LMDB before. */
static int begin(struct check *c, struct err *e)
{
	for (int i = 0; i < CHECK_TRIES; i++) {
		MDB_txn *txn = NULL;
		int rc;

		if (store_txn_begin(&txn, c->store, MDB_RDONLY, e) < 0)
			return e->code;
		rc = pages_check(c->store->directory, mdb_txn_id(txn), e);
		if (rc == ERR_CORRUPT)
			report(c, e->text);
		if (rc == 1)
			rc = snapshot_begin_in(&c->snap, c->store, txn, e);
		else
			store_txn_end(c->store, txn);
		if (rc < 0 || c->snap)
			return rc;
	}
	return err_set(e, ERR_IO, "the store changes faster than it can be checked");
}

int store_check(struct store *store, void (*each)(void *ctx, const char *finding),
	void *ctx, struct err *e)
{
	struct check c = { .store = store, .each = each, .ctx = ctx };
	int rc;

	arena_init(&c.arena, ARENA_UNLIMITED);
	rc = begin(&c, e);
	if (rc == 0) {
		c.txn = snapshot_txn(c.snap);
		rc = check_tables(&c, e);
	}
	snapshot_end(c.snap);
	arena_release(&c.arena);
	if (rc == 0 && c.findings > 0)
		rc = err_set(
			e, ERR_CORRUPT, "%llu findings", (unsigned long long)c.findings);
	return rc;
}
