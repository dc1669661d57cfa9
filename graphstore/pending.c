#include "graphstore/pending_priv.h"

#include <stdlib.h>

#include "base/intern.h"
#include "graphstore/builder_priv.h"
#include "graphstore/posting_priv.h"
#include "graphstore/snapshot_priv.h"

static const enum store_table index_tables[] = { STORE_KEYS, STORE_NAMES, STORE_LINKS };
#define INDEX_TABLES (sizeof(index_tables) / sizeof(index_tables[0]))

struct pending_scope {
	struct scope_entry entry;
	uint32_t before; /* the current version until now, or 0 */
};

struct pending {
	struct intern ids;
	struct buf scopes;  /* struct pending_scope: by the numbers of the ids */
	struct buf dropped; /* struct table_place */
};

static struct pending *begin(struct store_write *w)
{
	if (w->pending)
		return w->pending;
	w->pending = builder_memory(1, sizeof(*w->pending));
	intern_init(&w->pending->ids);
	return w->pending;
}

void pending_free(struct pending *p)
{
	if (!p)
		return;
	intern_release(&p->ids);
	buf_release(&p->scopes);
	buf_release(&p->dropped);
	free(p);
}

bool pending_has(const struct store_write *w, struct str id)
{
	return w->pending && intern_find(&w->pending->ids, id) != INTERN_NONE;
}

int pending_claim(
	struct scope_entry *out, struct store_write *w, struct str id, struct err *e)
{
	struct pending *p = begin(w);
	uint32_t known = intern_find(&p->ids, id), number = 0;
	struct str have;
	int rc;

	if (known != INTERN_NONE) {
		*out = VEC_DATA(&p->scopes, struct pending_scope)[known].entry;
		return 0;
	}
	rc = scope_find(&number, w->store, w->txn, id, e);
	if (rc < 0)
		return rc;
	if (rc == 1)
		return scope_read(out, &have, w->store, w->txn, number, e);
	*out = (struct scope_entry){ .number = w->head.scope_count++ };
	return 0;
}

void pending_put(struct store_write *w, const struct scope_entry *entry, struct str id)
{
	struct pending *p = begin(w);
	uint32_t number = intern_add(&p->ids, id);

	if (number == VEC_COUNT(&p->scopes, struct pending_scope))
		VEC_ADD(&p->scopes, struct pending_scope,
			{ .before = entry->version_count > 1 ? entry->versions[1].version
							     : 0 });
	VEC_DATA(&p->scopes, struct pending_scope)[number].entry = *entry;
}

void pending_drop(struct store_write *w, uint32_t scope, uint32_t version)
{
	VEC_ADD(&begin(w)->dropped, struct table_place, table_place(scope, version, 0));
}

/* What a new scope says in the index tables, into the order of their keys. */
static int defer_new(
	struct store_write *w, const struct scope_entry *entry, struct err *e)
{
	struct segment s = { 0 };
	struct arena arena;
	int rc;

	arena_init(&arena, ARENA_UNLIMITED);
	rc = snapshot_open_segment(&s, w->store, w->txn, entry->number,
		entry->versions[0].version, &arena, e);
	for (size_t i = 0; rc == 0 && i < INDEX_TABLES; i++)
		rc = posting_defer(w, &s, entry->number, index_tables[i], e);
	arena_release(&arena);
	return rc;
}

/* Both are opened for each table: writing may move what LMDB lent. */
static int replace_old(struct store_write *w, const struct pending_scope *scope,
	enum store_table table, struct err *e)
{
	const struct scope_entry *entry = &scope->entry;
	struct segment old = { 0 }, new = { 0 };
	struct arena arena;
	int rc;

	arena_init(&arena, ARENA_UNLIMITED);
	rc = snapshot_open_segment(
		&old, w->store, w->txn, entry->number, scope->before, &arena, e);
	if (rc == 0)
		rc = snapshot_open_segment(&new, w->store, w->txn, entry->number,
			entry->versions[0].version, &arena, e);
	if (rc == 0)
		rc = posting_replace(w, &old, &new, entry->number, table, e);
	arena_release(&arena);
	return rc;
}

static int drop(struct store_write *w, const struct table_place *at, struct err *e)
{
	struct str prefix = { (const char *)at->bytes, 8 };

	if (table_delete_prefix(w, STORE_SEGMENTS, prefix, e) < 0 ||
		table_delete_prefix(w, STORE_KEPT, prefix, e) < 0)
		return e->code;
	return table_delete_prefix(w, STORE_SOURCES, prefix, e);
}

/* From here on there is no slice: all of this is one transaction. */
static int switch_scopes(struct store_write *w, struct pending *p, struct err *e)
{
	const struct pending_scope *scope = VEC_DATA(&p->scopes, struct pending_scope);
	size_t count = VEC_COUNT(&p->scopes, struct pending_scope);
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < count; i++) {
		for (size_t k = 0; rc == 0 && scope[i].before > 0 && k < INDEX_TABLES;
			k++)
			rc = replace_old(w, &scope[i], index_tables[k], e);
		if (rc == 0)
			rc = scope_write(
				w, &scope[i].entry, intern_get(&p->ids, (uint32_t)i), e);
	}
	for (size_t i = 0; rc == 0 && i < VEC_COUNT(&p->dropped, struct table_place); i++)
		rc = drop(w, &VEC_DATA(&p->dropped, struct table_place)[i], e);
	return rc;
}

int pending_flush(struct store_write *w, struct err *e)
{
	struct pending *p = w->pending;
	int rc = 0;

	for (size_t i = 0;
		p && rc == 0 && i < VEC_COUNT(&p->scopes, struct pending_scope); i++) {
		const struct pending_scope *scope =
			&VEC_DATA(&p->scopes, struct pending_scope)[i];

		if (scope->before == 0)
			rc = defer_new(w, &scope->entry, e);
	}
	if (rc == 0)
		rc = posting_flush(w, e);
	if (rc == 0 && p)
		rc = switch_scopes(w, p, e);
	pending_free(p);
	w->pending = NULL;
	return rc;
}

/* Whether the store's scopes have the version. */
static int is_current(bool *out, struct store_write *w, uint32_t number, uint32_t version,
	struct err *e)
{
	struct scope_entry entry;
	struct str id;

	*out = false;
	if (number >= w->head.scope_count)
		return 0;
	if (scope_read(&entry, &id, w->store, w->txn, number, e) < 0)
		return e->code;
	for (uint32_t i = 0; i < entry.version_count; i++)
		*out |= entry.versions[i].version == version;
	return 0;
}

/* The first key of a table at or behind `from`, as scope and version. */
static int next_version(struct store_write *w, enum store_table table,
	const struct table_place *from, uint32_t out[2], struct err *e)
{
	MDB_val key = table_val(
			(struct str){ (const char *)from->bytes, sizeof(from->bytes) }),
		value;
	MDB_cursor *cursor = NULL;
	int rc = mdb_cursor_open(w->txn, w->store->dbi[table], &cursor);

	if (rc == 0)
		rc = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);
	if (rc == 0 && key.mv_size != sizeof(from->bytes))
		rc = MDB_CORRUPTED;
	if (rc == 0) {
		out[0] = table_number_read(key.mv_data);
		out[1] = table_number_read((const uint8_t *)key.mv_data + 4);
	}
	if (cursor)
		mdb_cursor_close(cursor);
	if (rc == MDB_NOTFOUND)
		return 0;
	return rc == 0 ? 1 : store_err(e, w->store, rc, "read a table");
}

static int clean_versions(struct store_write *w, enum store_table table, struct err *e)
{
	struct table_place at = table_place(0, 0, 0);
	uint32_t found[2] = { 0, 0 };
	int rc;

	while ((rc = next_version(w, table, &at, found, e)) > 0) {
		struct table_place here = table_place(found[0], found[1], 0);
		bool current;

		if (is_current(&current, w, found[0], found[1], e) < 0)
			return e->code;
		if (!current &&
			table_delete_prefix(w, table,
				(struct str){ (const char *)here.bytes, 8 }, e) < 0)
			return e->code;
		at = table_place(found[0], found[1], UINT32_MAX);
	}
	return rc;
}

/* The first key of an index table at or behind `from`: 1, or 0. */
static int next_block(struct store_write *w, enum store_table table, uint32_t from,
	uint8_t out[POSTING_BLOCK_KEY], struct err *e)
{
	uint8_t first[POSTING_BLOCK_KEY] = { (uint8_t)(from >> 8), (uint8_t)from };
	MDB_val key = { sizeof(first), first }, value;
	MDB_cursor *cursor = NULL;
	int rc = mdb_cursor_open(w->txn, w->store->dbi[table], &cursor);

	if (rc == 0)
		rc = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);
	if (rc == 0 && key.mv_size != POSTING_BLOCK_KEY)
		rc = MDB_CORRUPTED;
	if (rc == 0)
		memcpy(out, key.mv_data, POSTING_BLOCK_KEY);
	if (cursor)
		mdb_cursor_close(cursor);
	if (rc == MDB_NOTFOUND)
		return 0;
	return rc == 0 ? 1 : store_err(e, w->store, rc, "read an index table");
}

/* Nothing is left that names scopes which are not there. */
static int clean_index(struct store_write *w, enum store_table table, struct err *e)
{
	uint8_t key[POSTING_BLOCK_KEY];
	uint32_t from = 0;
	int rc = 1;

	while (from <= UINT16_MAX && (rc = next_block(w, table, from, key, e)) > 0) {
		struct str name = { (const char *)key, sizeof(key) };

		if (posting_clean(w, table, name, w->head.scope_count, e) < 0)
			return e->code;
		from = ((uint32_t)key[0] << 8 | key[1]) + 1;
	}
	return rc < 0 ? rc : 0;
}

/*
 * Documents stay: the next ingest most likely has them again. Without any scope they may
 * be of another catalogue of actions.
 */
static int clean_documents(struct store_write *w, struct err *e)
{
	int rc;

	if (w->head.scope_count > 0)
		return 0;
	rc = mdb_drop(w->txn, w->store->dbi[STORE_DOCS], 0);
	if (rc == 0)
		rc = mdb_drop(w->txn, w->store->dbi[STORE_TEXTS], 0);
	w->head.text_count = 0;
	return rc == 0 ? 0 : store_err(e, w->store, rc, "write");
}

int pending_clean(struct store_write *w, struct err *e)
{
	if (!w->head.unfinished)
		return 0;
	if (clean_versions(w, STORE_SEGMENTS, e) < 0 ||
		clean_versions(w, STORE_SOURCES, e) < 0 ||
		clean_versions(w, STORE_KEPT, e) < 0 || clean_documents(w, e) < 0)
		return e->code;
	for (size_t i = 0; i < INDEX_TABLES; i++) {
		if (clean_index(w, index_tables[i], e) < 0)
			return e->code;
	}
	w->head.unfinished = 0;
	return 0;
}
