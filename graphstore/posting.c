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

/* --- blocks --- */

/* Postings of one block, ascending by key, on their way into it. */
struct news {
	const struct posting *posting;
	size_t count;
	const uint32_t *items;
	uint32_t replaced; /* scope whose postings go first; SEGMENT_NONE: none */
};

/* The block with the news in it, and without the replaced scope's others. */
static int block_merge(struct buf *out, struct str old, const uint8_t *key,
	const struct news *n, struct err *e)
{
	struct posting_entry entry = { .count = 0 };
	int more = posting_block_next(&entry, &old, key);
	size_t i = 0;

	while (more > 0 || (more == 0 && i < n->count)) {
		const struct posting *p = &n->posting[i];
		int order = i == n->count ? -1
			    : more == 0   ? 1
					  : memcmp(entry.key, p->key, sizeof(p->key));

		if (order < 0 && entry.scope != n->replaced)
			posting_block_copy(out, &entry);
		if (order >= 0)
			posting_block_add(out, p->key, n->items + p->first, p->count);
		i += order >= 0;
		if (order <= 0)
			more = posting_block_next(&entry, &old, key);
	}
	return more < 0 ? err_set(e, ERR_CORRUPT, "an index table is damaged") : 0;
}

/* Bring one block up to date. `flags` as for mdb_put. */
static int block_write(struct store_write *w, enum store_table table, const uint8_t *key,
	const struct news *n, unsigned flags, struct err *e)
{
	struct str name = { (const char *)key, POSTING_BLOCK_KEY }, old = { 0 };
	struct buf block = { 0 };
	int rc = 0;

	if (!(flags & MDB_APPEND))
		rc = table_get(&old, w->store, w->txn, table, name, e);
	if (rc >= 0)
		rc = block_merge(&block, old, key, n, e);
	if (rc == 0 && !str_eq(old, buf_str(&block)))
		rc = block.n > 0 ? table_put(w, table, name, buf_str(&block), flags, e)
				 : table_delete(w, table, name, e);
	buf_release(&block);
	return rc;
}

/* How many postings from the first one on are of its block. */
static size_t block_size(const struct posting *p, size_t count)
{
	size_t n = 1;

	while (n < count && memcmp(p[n].key, p->key, POSTING_BLOCK_KEY) == 0)
		n++;
	return n;
}

int posting_clean(struct store_write *w, enum store_table table, struct str key,
	uint32_t count, struct err *e)
{
	const uint8_t *name = (const uint8_t *)key.p;
	struct posting_entry entry;
	struct buf block = { 0 };
	struct str left;
	bool strays = false;
	int rc = table_get(&left, w->store, w->txn, table, key, e);

	if (rc <= 0)
		return rc;
	while ((rc = posting_block_next(&entry, &left, name)) > 0) {
		strays |= entry.scope >= count;
		if (entry.scope < count)
			posting_block_copy(&block, &entry);
	}
	if (rc < 0)
		rc = err_set(e, ERR_CORRUPT, "an index table is damaged");
	else if (!strays)
		rc = 1;
	else if (block.n > 0)
		rc = table_put(w, table, key, buf_str(&block), 0, e);
	else
		rc = table_delete(w, table, key, e);
	buf_release(&block);
	return rc;
}

static bool same(const struct posting_set *x, const struct posting *p,
	const struct posting_set *y, const struct posting *q)
{
	return memcmp(p->key, q->key, sizeof(p->key)) == 0 && p->count == q->count &&
	       (p->count == 0 || memcmp(VEC_DATA(&x->items, const uint32_t) + p->first,
					 VEC_DATA(&y->items, const uint32_t) + q->first,
					 p->count * sizeof(uint32_t)) == 0);
}

/* Block by block, those that say the same as before left alone. */
static int merge(struct store_write *w, enum store_table table,
	const struct posting_set *old, const struct posting_set *new, uint32_t scope,
	struct err *e)
{
	const struct posting *o = VEC_DATA(&old->postings, struct posting);
	const struct posting *n = VEC_DATA(&new->postings, struct posting);
	size_t old_count = VEC_COUNT(&old->postings, struct posting), i = 0;
	size_t new_count = VEC_COUNT(&new->postings, struct posting), k = 0;

	while (i < old_count || k < new_count) {
		int order = i == old_count ? 1
			    : k == new_count
				    ? -1
				    : memcmp(o[i].key, n[k].key, POSTING_BLOCK_KEY);
		size_t gone = order <= 0 ? block_size(o + i, old_count - i) : 0;
		size_t come = order >= 0 ? block_size(n + k, new_count - k) : 0;
		struct news news = { n + k, come, VEC_DATA(&new->items, const uint32_t),
			scope };
		bool equal = gone == come;

		for (size_t x = 0; x < come && equal; x++)
			equal = same(old, &o[i + x], new, &n[k + x]);
		if (!equal && block_write(w, table, order <= 0 ? o[i].key : n[k].key,
				      &news, 0, e) < 0)
			return e->code;
		i += gone;
		k += come;
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
	rc = merge(w, table, &before, &after, scope, e);
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

/* What waits, as postings. */
static void rows_join(struct posting_set *out, const struct buf *rows)
{
	const struct waiting *row = VEC_DATA(rows, struct waiting);
	size_t count = VEC_COUNT(rows, struct waiting);

	for (size_t i = 0; i < count; i++) {
		struct posting p = { .first =
					     (uint32_t)VEC_COUNT(&out->items, uint32_t) };

		memcpy(p.key, row[i].key, sizeof(p.key));
		if (i == 0 || memcmp(row[i - 1].key, row[i].key, sizeof(p.key)) != 0)
			buf_add(&out->postings, &p, sizeof(p));
		for (uint32_t k = 0; k < row[i].count; k++)
			VEC_ADD(&out->items, uint32_t, row[i].items[k]);
		VEC_DATA(&out->postings, struct posting)
		[VEC_COUNT(&out->postings, struct posting) - 1].count += row[i].count;
	}
}

static int flush_part(struct store_write *w, enum store_table table,
	const struct buf *rows, unsigned flags, struct err *e)
{
	struct posting_set set = { 0 };
	const struct posting *p;
	size_t count, n;
	int rc = 0;

	rows_join(&set, rows);
	p = VEC_DATA(&set.postings, const struct posting);
	count = VEC_COUNT(&set.postings, struct posting);
	for (size_t i = 0; rc == 0 && i < count; i += n) {
		struct news news = { p + i, 0, VEC_DATA(&set.items, const uint32_t),
			SEGMENT_NONE };

		news.count = n = block_size(p + i, count - i);
		rc = block_write(w, table, p[i].key, &news, flags, e);
	}
	posting_set_release(&set);
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
	uint8_t hash[POSTING_HASH_SIZE];
	struct posting_entry entry;
	struct buf items = { 0 };
	struct str left = { 0 };
	int rc, more, order = 1, result = 0;

	hash_text(hash, table, text);
	rc = table_get(&left, store, txn, table,
		(struct str){ (const char *)hash, POSTING_BLOCK_KEY }, e);
	if (rc <= 0)
		return rc;
	while (result == 0 && order >= 0 &&
		(more = posting_block_next(&entry, &left, hash)) != 0) {
		if (more > 0)
			order = memcmp(hash, entry.key, sizeof(hash));
		if (more > 0 && order != 0)
			continue;
		buf_clear(&items);
		if (more < 0 || !posting_block_items(&items, &entry))
			result = err_set(e, ERR_CORRUPT, "an index table is damaged");
		else
			result = each(ctx, entry.scope,
				items.n > 0 ? buf_str(&items) : STR_LIT(""), e);
	}
	buf_release(&items);
	return result;
}
