#include "graphstore/posting_priv.h"

#include <assert.h>
#include <stdlib.h>

#include "base/partition.h"
#include "graphstore/builder_priv.h"
#include "graphstore/scope_priv.h"

#define WAITING_MEMORY ((size_t)16 << 20) /* of a write, before they go to the disk */

void posting_set_release(struct posting_set *set)
{
	buf_release(&set->postings);
	buf_release(&set->items);
}

static int compare_posting(const void *a, const void *b)
{
	const struct posting *x = a, *y = b;
	int order = memcmp(x->key, y->key, POSTING_KEY_SIZE);

	return order != 0 ? order : (x->first > y->first) - (x->first < y->first);
}

/* Hash of the text as the table keys it: names fold. */
static void hash_text(
	uint8_t out[POSTING_HASH_SIZE], enum store_table table, struct str text)
{
	struct buf folded = { 0 };
	uint8_t hash[16];

	if (table == STORE_NAMES) {
		for (size_t i = 0; i < text.n; i++)
			buf_add_char(&folded, str_lower_char(text.p[i]));
		text = buf_str(&folded);
	}
	scope_hash(hash, text);
	memcpy(out, hash, POSTING_HASH_SIZE);
	buf_release(&folded);
}

static void add(struct posting_set *set, enum store_table table, struct str text,
	uint32_t scope, uint32_t first)
{
	struct posting p = { .first = first };

	hash_text(p.key, table, text);
	table_number(p.key + POSTING_HASH_SIZE, scope);
	p.count = (uint32_t)VEC_COUNT(&set->items, uint32_t) - first;
	buf_add(&set->postings, &p, sizeof(p));
}

enum posting_rank posting_rank(const struct segment *s, entity_id id, struct str key)
{
	if (str_eq(s->info.key, key))
		return POSTING_CONTAINER;
	return segment_entity(s, id)->flags & (ENTITY_SHARED | ENTITY_EXTERNAL)
		       ? POSTING_SHARED
		       : POSTING_OWN;
}

struct collect {
	struct posting_set *set;
	const struct segment *segment;
	uint32_t scope;
};

/* The value of a key is its id and rank. Keys that name their scope need no posting. */
static void collect_key(void *ctx, entity_id id, struct str key)
{
	const struct collect *c = ctx;
	uint32_t first = (uint32_t)VEC_COUNT(&c->set->items, uint32_t);

	if (scope_is_named(scope_native(c->segment->info.scope), key))
		return;
	VEC_ADD(&c->set->items, uint32_t, id);
	VEC_ADD(&c->set->items, uint32_t, posting_rank(c->segment, id, key));
	add(c->set, STORE_KEYS, key, c->scope, first);
}

static void collect_name(const struct collect *c, entity_id id, struct str name)
{
	uint32_t first = (uint32_t)VEC_COUNT(&c->set->items, uint32_t);

	if (name.n == 0)
		return;
	VEC_ADD(&c->set->items, uint32_t, id);
	add(c->set, STORE_NAMES, name, c->scope, first);
}

/* An entity is found by its name and by its unique id. */
static void collect_names_of(void *ctx, entity_id id, struct str key)
{
	const struct collect *c = ctx;
	struct str name = segment_name_of(c->segment, id, key);
	struct str unique = segment_unique_id(c->segment, id);

	collect_name(c, id, name);
	if (!str_eq_fold(name, unique))
		collect_name(c, id, unique);
}

static void collect_names(const struct collect *c)
{
	struct collect all = *c;

	segment_each_key(
		c->segment, 0, c->segment->info.entity_count, collect_names_of, &all);
}

/* By whom entities are named; not those who are only denied: that lets nobody in. */
static void collect_links(const struct collect *c)
{
	const struct segment_principal *p = segment_principals(c->segment);
	uint32_t count = c->segment->info.principal_count;

	for (uint32_t i = 0, next; i < count; i = next) {
		struct str text = segment_str(c->segment, p[i].text);
		bool lets = false;

		for (next = i; next < count &&
			       str_eq(segment_str(c->segment, p[next].text), text);
			next++)
			lets |= !p[next].is_deny;
		if (lets)
			add(c->set, STORE_LINKS, text, c->scope, 0);
	}
}

/* Entities of one name come one by one; their ids become one value. */
static void join(struct posting_set *set)
{
	struct posting *p = VEC_DATA(&set->postings, struct posting);
	size_t count = VEC_COUNT(&set->postings, struct posting), kept = 0;
	const uint32_t *from = VEC_DATA(&set->items, uint32_t);
	struct buf items = { 0 };

	for (size_t i = 0; i < count; i++) {
		uint32_t first = (uint32_t)VEC_COUNT(&items, uint32_t);

		for (uint32_t k = 0; k < p[i].count; k++)
			VEC_ADD(&items, uint32_t, from[p[i].first + k]);
		if (kept > 0 &&
			memcmp(p[kept - 1].key, p[i].key, POSTING_KEY_SIZE) == 0) {
			p[kept - 1].count += p[i].count;
			continue;
		}
		p[kept] = p[i];
		p[kept++].first = first;
	}
	set->postings.n = kept * sizeof(*p);
	buf_release(&set->items);
	set->items = items;
}

void posting_collect(struct posting_set *out, const struct segment *s, uint32_t scope,
	enum store_table table)
{
	struct collect c = { out, s, scope };

	assert(table == STORE_KEYS || table == STORE_NAMES || table == STORE_LINKS);
	if (table == STORE_KEYS)
		segment_each_key(s, 0, s->info.entity_count, collect_key, &c);
	else if (table == STORE_NAMES)
		collect_names(&c);
	else
		collect_links(&c);
	if (out->postings.n > 0)
		qsort(out->postings.p, VEC_COUNT(&out->postings, struct posting),
			sizeof(struct posting), compare_posting);
	join(out);
}

static struct str key_of(const struct posting *p)
{
	return (struct str){ (const char *)p->key, POSTING_KEY_SIZE };
}

static struct str value_of(const struct posting_set *set, const struct posting *p)
{
	return p->count == 0 ? STR_LIT("")
			     : (struct str){ set->items.p + p->first * sizeof(uint32_t),
				       p->count * sizeof(uint32_t) };
}

static int merge(struct store_write *w, enum store_table table,
	const struct posting_set *old, const struct posting_set *new, struct err *e)
{
	const struct posting *o = VEC_DATA(&old->postings, struct posting);
	const struct posting *n = VEC_DATA(&new->postings, struct posting);
	size_t old_count = VEC_COUNT(&old->postings, struct posting), i = 0;
	size_t new_count = VEC_COUNT(&new->postings, struct posting), k = 0;

	while (i < old_count || k < new_count) {
		int order = i == old_count   ? 1
			    : k == new_count ? -1
					     : str_cmp(key_of(&o[i]), key_of(&n[k]));
		int rc = 0;

		if (order < 0)
			rc = table_delete(w, table, key_of(&o[i]), e);
		else if (order > 0 || !str_eq(value_of(old, &o[i]), value_of(new, &n[k])))
			rc = table_put(
				w, table, key_of(&n[k]), value_of(new, &n[k]), 0, e);
		if (rc < 0)
			return rc;
		i += order <= 0;
		k += order >= 0;
	}
	return 0;
}

int posting_replace(struct store_write *w, const struct segment *old,
	const struct segment *new, uint32_t scope, enum store_table table, struct err *e)
{
	struct posting_set before = { 0 }, after = { 0 };
	int rc;

	posting_collect(&before, old, scope, table);
	posting_collect(&after, new, scope, table);
	rc = merge(w, table, &before, &after, e);
	posting_set_release(&before);
	posting_set_release(&after);
	return rc;
}

/* A posting that waits, or a part of one: the number of items that follow is 0 to 2. */
struct waiting {
	uint8_t key[POSTING_KEY_SIZE];
	uint32_t count, items[2];
};

struct posting_wait {
	struct spool *spool;
	struct partition rows[STORE_TABLE_COUNT]; /* struct waiting; of three tables */
};

static const enum store_table waiting_tables[] = { STORE_KEYS, STORE_NAMES, STORE_LINKS };
#define WAITING_TABLES (sizeof(waiting_tables) / sizeof(waiting_tables[0]))

static struct posting_wait *wait_begin(struct store_write *w)
{
	struct posting_wait *wait = w->waiting;

	if (wait)
		return wait;
	wait = w->waiting = builder_memory(1, sizeof(*wait));
	spool_new(&wait->spool, w->store->directory, WAITING_MEMORY);
	for (size_t i = 0; i < WAITING_TABLES; i++)
		partition_init(&wait->rows[waiting_tables[i]], wait->spool,
			sizeof(struct waiting));
	return wait;
}

void posting_wait_free(struct posting_wait *wait)
{
	if (!wait)
		return;
	for (size_t i = 0; i < WAITING_TABLES; i++)
		partition_release(&wait->rows[waiting_tables[i]]);
	spool_free(wait->spool);
	free(wait);
}

int posting_defer(struct store_write *w, const struct segment *new, uint32_t scope,
	enum store_table table, struct err *e)
{
	struct partition *rows = &wait_begin(w)->rows[table];
	struct posting_set set = { 0 };
	const struct posting *p;
	int rc = 0;

	posting_collect(&set, new, scope, table);
	p = VEC_DATA(&set.postings, struct posting);
	for (size_t i = 0; rc == 0 && i < VEC_COUNT(&set.postings, struct posting); i++) {
		const uint32_t *item = VEC_DATA(&set.items, uint32_t) + p[i].first;
		uint32_t done = 0;

		do {
			struct waiting row = { .count = 0 };

			memcpy(row.key, p[i].key, sizeof(row.key));
			for (; done < p[i].count && row.count < 2; done++)
				row.items[row.count++] = item[done];
			rc = partition_add(rows, &row, e);
		} while (rc == 0 && done < p[i].count);
	}
	posting_set_release(&set);
	return rc;
}

/* Rows of one key keep their order: their items ascend, and keys have one row. */
static int compare_waiting(const void *a, const void *b)
{
	const struct waiting *x = a, *y = b;
	int order = memcmp(x->key, y->key, sizeof(x->key));

	return order != 0 ? order
			  : (x->items[0] > y->items[0]) - (x->items[0] < y->items[0]);
}

static int flush_part(struct store_write *w, enum store_table table,
	const struct buf *rows, unsigned flags, struct err *e)
{
	const struct waiting *row = VEC_DATA(rows, struct waiting);
	size_t count = VEC_COUNT(rows, struct waiting);
	struct buf value = { 0 };
	int rc = 0;

	for (size_t i = 0, next; rc == 0 && i < count; i = next) {
		struct str key = { (const char *)row[i].key, sizeof(row[i].key) };

		buf_clear(&value);
		for (next = i; next < count &&
			       memcmp(row[next].key, row[i].key, sizeof(row->key)) == 0;
			next++)
			buf_add(&value, row[next].items,
				row[next].count * sizeof(uint32_t));
		rc = table_put(w, table, key, value.n > 0 ? buf_str(&value) : STR_LIT(""),
			flags, e);
	}
	buf_release(&value);
	return rc;
}

static int flush_table(struct store_write *w, enum store_table table, struct err *e)
{
	struct partition *p = &w->waiting->rows[table];
	struct buf rows = { 0 };
	unsigned flags = 0;
	MDB_stat stat;
	int rc = mdb_stat(w->txn, w->store->dbi[table], &stat);

	if (rc != 0)
		return store_err(e, w->store, rc, "write an index table");
	if (stat.ms_entries == 0)
		flags = MDB_APPEND;
	for (unsigned part = 0; rc == 0 && part < PARTITION_PARTS; part++) {
		buf_clear(&rows);
		rc = partition_take(p, part, &rows, e);
		if (rc == 0 && rows.n > sizeof(struct waiting))
			qsort(rows.p, VEC_COUNT(&rows, struct waiting),
				sizeof(struct waiting), compare_waiting);
		if (rc == 0)
			rc = flush_part(w, table, &rows, flags, e);
		if (rc == 0)
			rc = store_slice(w, e);
	}
	buf_release(&rows);
	return rc;
}

int posting_flush(struct store_write *w, struct err *e)
{
	int rc = 0;

	for (size_t i = 0; w->waiting && rc == 0 && i < WAITING_TABLES; i++)
		rc = flush_table(w, waiting_tables[i], e);
	posting_wait_free(w->waiting);
	w->waiting = NULL;
	return rc;
}

int posting_each(const struct store *store, MDB_txn *txn, enum store_table table,
	struct str text,
	int (*each)(void *ctx, uint32_t scope, struct str value, struct err *e),
	void *ctx, struct err *e)
{
	uint8_t first[POSTING_KEY_SIZE] = { 0 };
	MDB_val key = { sizeof(first), first }, value;
	MDB_cursor *cursor = NULL;
	int rc = mdb_cursor_open(txn, store->dbi[table], &cursor), result = 0;

	if (rc != 0)
		return store_err(e, store, rc, "read an index table");
	hash_text(first, table, text);
	rc = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);
	while (rc == 0 && result == 0 && key.mv_size == sizeof(first) &&
		memcmp(key.mv_data, first, POSTING_HASH_SIZE) == 0) {
		result = each(ctx,
			table_number_read(
				(const uint8_t *)key.mv_data + POSTING_HASH_SIZE),
			(struct str){ value.mv_data, value.mv_size }, e);
		rc = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
	}
	mdb_cursor_close(cursor);
	if (rc != 0 && rc != MDB_NOTFOUND)
		return store_err(e, store, rc, "read an index table");
	return result;
}
