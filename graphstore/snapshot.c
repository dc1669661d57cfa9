#include "graphstore/snapshot_priv.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/intern.h"
#include "graphstore/packed.h"
#include "graphstore/posting_priv.h"

struct snapshot {
	struct store *store;
	MDB_txn *txn;
	struct store_head head;
	struct segment *
		*segments; /* per scope, NULL until opened; NULL before the first */
	struct arena arena;
	struct intern digests; /* of the documents opened so far */
	struct buf documents;  /* const struct document * per digest, NULL: not yet */
	struct buf unpacked;   /* the block that was read last */
	enum store_table unpacked_table;
	struct table_place unpacked_place;
};

int snapshot_begin_in(
	struct snapshot **out, struct store *store, MDB_txn *txn, struct err *e)
{
	struct snapshot *snap = calloc(1, sizeof(*snap));

	if (!snap) {
		fprintf(stderr, "out of memory\n");
		abort();
	}
	snap->store = store;
	snap->txn = txn;
	arena_init(&snap->arena, ARENA_UNLIMITED);
	intern_init(&snap->digests);
	if (store_read_head(&snap->head, store, snap->txn, e) < 0) {
		snapshot_end(snap);
		return e->code;
	}
	*out = snap;
	return 0;
}

int snapshot_begin(struct snapshot **out, struct store *store, struct err *e)
{
	MDB_txn *txn = NULL;

	if (store_txn_begin(&txn, store, MDB_RDONLY, e) < 0)
		return e->code;
	return snapshot_begin_in(out, store, txn, e);
}

void snapshot_end(struct snapshot *snap)
{
	if (!snap)
		return;
	if (snap->txn)
		store_txn_end(snap->store, snap->txn);
	free(snap->segments);
	buf_release(&snap->documents);
	buf_release(&snap->unpacked);
	intern_release(&snap->digests);
	arena_release(&snap->arena);
	free(snap);
}

MDB_txn *snapshot_txn(const struct snapshot *snap)
{
	return snap->txn;
}

bool snapshot_is_unfinished(const struct snapshot *snap)
{
	return snap->head.unfinished != 0;
}

uint32_t snapshot_text_count(const struct snapshot *snap)
{
	return snap->head.text_count;
}

uint64_t snapshot_generation(const struct snapshot *snap)
{
	return snap->head.generation;
}

int64_t snapshot_time(const struct snapshot *snap)
{
	return snap->head.time;
}

uint32_t snapshot_scope_count(struct snapshot *snap)
{
	return snap->head.scope_count;
}

/* The same bytes, where they can be read as numbers. */
static struct str aligned(struct arena *arena, struct str s)
{
	return (uintptr_t)s.p % 8 == 0 ? s : arena_copy(arena, s);
}

/* A packed segment as its one part, in the arena. */
static int read_pieces(struct str *part, const struct store *store, MDB_txn *txn,
	const uint32_t place[2], struct arena *arena, struct err *e)
{
	uint32_t count = section_piece_count(*part);
	struct buf pieces = { 0 }, unpacked = { 0 };
	int rc = 1;

	for (uint32_t i = 0; rc > 0 && i < count; i++) {
		struct table_place at = table_place(place[0], place[1], i);
		struct str key = { (const char *)at.bytes, sizeof(at.bytes) }, piece;

		rc = table_get(&piece, store, txn, STORE_SEGMENTS, key, e);
		if (rc == 0)
			err_set(e, ERR_CORRUPT, "a piece of the segment is missing");
		if (rc > 0)
			buf_add_str(&pieces, piece);
	}
	if (rc > 0)
		rc = section_join(&unpacked, buf_str(&pieces), e) < 0 ? e->code : 1;
	if (rc > 0)
		*part = arena_copy(arena, buf_str(&unpacked));
	buf_release(&pieces);
	buf_release(&unpacked);
	return rc > 0 ? 0 : e->code;
}

static int read_part(struct str *out, const struct store *store, MDB_txn *txn,
	struct table_place place, struct err *e)
{
	struct str key = { (const char *)place.bytes, sizeof(place.bytes) };
	int rc = table_get(out, store, txn, STORE_SEGMENTS, key, e);

	return rc == 0 ? err_set(e, ERR_CORRUPT, "a part of the segment is missing") : rc;
}

static int read_parts(struct segment *out, const struct store *store, MDB_txn *txn,
	const uint32_t place[2], struct arena *arena, struct err *e)
{
	struct str parts[SECTION_COUNT + 1] = { 0 };
	uint32_t count = 1;

	for (uint32_t i = 0; i < count; i++) {
		if (read_part(&parts[i], store, txn, table_place(place[0], place[1], i),
			    e) < 0)
			return e->code;
		if (i == 0 && section_piece_count(parts[0]) > 0 &&
			read_pieces(&parts[0], store, txn, place, arena, e) < 0)
			return e->code;
		parts[i] = aligned(arena, parts[i]);
		if (i == 0)
			count = section_part_count(parts[0]);
	}
	if (count == 0)
		return err_set(e, ERR_CORRUPT, "segment has a damaged head");
	return segment_open(out, parts, count, place[1], e);
}

int snapshot_open_segment(struct segment *out, const struct store *store, MDB_txn *txn,
	uint32_t scope, uint32_t version, struct arena *arena, struct err *e)
{
	const uint32_t place[2] = { scope, version };

	if (read_parts(out, store, txn, place, arena, e) < 0)
		return err_wrap(e, "scope %u, version %u", scope, version);
	return 0;
}

static int read_compiled(
	struct str *out, struct snapshot *snap, struct str digest, struct err *e)
{
	struct str bytes;
	int rc = table_get_checked(&bytes, snap->store, snap->txn, STORE_DOCS, digest, e);

	if (rc == 0)
		return err_set(e, ERR_CORRUPT, "a document is missing in the store");
	if (rc < 0)
		return rc;
	bytes = str_skip(bytes, sizeof(struct store_text));
	*out = aligned(&snap->arena, bytes);
	return 0;
}

static int read_document(const struct document **out, struct snapshot *snap,
	struct str digest, struct err *e)
{
	struct document *d;
	struct str bytes;

	if (read_compiled(&bytes, snap, digest, e) < 0)
		return e->code;
	d = ARENA_NEW(&snap->arena, struct document);
	if (document_open(d, bytes, e) < 0)
		return e->code;
	*out = d;
	return 0;
}

/* The callbacks of struct segment_reader. */
static int reader_compiled(void *ctx, const struct document **out,
	const struct sha256 *digest, struct err *e)
{
	struct snapshot *snap = ctx;
	struct str key = { (const char *)digest->bytes, sizeof(digest->bytes) };
	uint32_t i = intern_add(&snap->digests, key);

	if (i == VEC_COUNT(&snap->documents, const struct document *))
		VEC_ADD(&snap->documents, const struct document *, NULL);
	*out = VEC_DATA(&snap->documents, const struct document *)[i];
	if (*out)
		return 0;
	if (read_document(out, snap, key, e) < 0)
		return e->code;
	VEC_DATA(&snap->documents, const struct document *)[i] = *out;
	return 0;
}

/*
 * Unpack a block: 1, or 0 when it is missing. Neighbours are asked for one after the
 * other, so the last block is kept.
 */
static int unpack(struct snapshot *snap, enum store_table table, struct table_place place,
	struct err *e)
{
	size_t key_size = table == STORE_TEXTS ? sizeof(uint32_t) : sizeof(place.bytes);
	struct str key = { (const char *)place.bytes, key_size }, block;
	int rc;

	if (snap->unpacked.n > 0 && snap->unpacked_table == table &&
		memcmp(&snap->unpacked_place, &place, sizeof(place)) == 0)
		return 1;
	buf_clear(&snap->unpacked);
	rc = table_get_checked(&block, snap->store, snap->txn, table, key, e);
	if (rc == 1 && packed_read(&snap->unpacked, block, e) < 0)
		return e->code;
	snap->unpacked_table = table;
	snap->unpacked_place = place;
	return rc;
}

static int reader_text(
	void *ctx, struct str *out, const struct sha256 *digest, struct err *e)
{
	struct snapshot *snap = ctx;
	struct str key = { (const char *)digest->bytes, sizeof(digest->bytes) }, value;
	struct store_text text = { 0 };
	int rc = table_get_checked(&value, snap->store, snap->txn, STORE_DOCS, key, e);

	if (rc < 0)
		return rc;
	if (rc == 1 && value.n >= sizeof(text)) {
		memcpy(&text, value.p, sizeof(text));
		rc = unpack(snap, STORE_TEXTS, table_place(text.block, 0, 0), e);
	} else {
		rc = 0;
	}
	if (rc == 1 && (text.offset > snap->unpacked.n ||
			       text.size > snap->unpacked.n - text.offset))
		rc = 0;
	if (rc == 1)
		*out = arena_copy(&snap->arena,
			(struct str){ snap->unpacked.p + text.offset, text.size });
	if (rc == 0)
		return err_set(e, ERR_CORRUPT, "a document's text is missing");
	return rc < 0 ? rc : 0;
}

static int reader_source(void *ctx, struct source *out, const struct segment *s,
	entity_id id, uint32_t which, struct err *e)
{
	struct snapshot *snap = ctx;
	int rc = unpack(snap, STORE_SOURCES,
		table_place(s->reader.scope, s->info.version, id / SOURCE_IDS), e);

	if (rc == 1 &&
		!source_read(out, buf_str(&snap->unpacked), id % SOURCE_IDS, which))
		rc = 0;
	if (rc == 0)
		return err_set(e, ERR_CORRUPT, "the sources of scope %u are damaged",
			s->reader.scope);
	return rc < 0 ? rc : 0;
}

int snapshot_segment(
	struct segment **out, struct snapshot *snap, scope_number n, struct err *e)
{
	struct scope_entry entry;
	struct segment *s;
	struct str id;

	assert(n < snap->head.scope_count);
	if (!snap->segments) {
		snap->segments = calloc(snap->head.scope_count, sizeof(struct segment *));
		if (!snap->segments) {
			fprintf(stderr, "out of memory\n");
			abort();
		}
	}
	if (!snap->segments[n]) {
		if (scope_read(&entry, &id, snap->store, snap->txn, n, e) < 0)
			return e->code;
		s = ARENA_NEW(&snap->arena, struct segment);
		s->reader = (struct segment_reader){ reader_compiled, reader_text,
			reader_source, n, snap };
		if (snapshot_open_segment(s, snap->store, snap->txn, n,
			    entry.versions[0].version, &snap->arena, e) < 0)
			return e->code;
		snap->segments[n] = s;
	}
	*out = snap->segments[n];
	return 0;
}

int snapshot_find_scope(
	scope_number *out, struct snapshot *snap, struct str scope, struct err *e)
{
	return scope_find(out, snap->store, snap->txn, scope, e);
}

/* The best answer so far for "who has this key". */
struct search {
	struct snapshot *snap;
	struct str key;
	bool found;
	scope_number scope;
	entity_id id;
	enum posting_rank rank;
};

/*
 * Whether the snapshot has a scope that an index table names; else *rc is 0 when a write
 * that has not ended may have put it there.
 */
static bool is_there(const struct snapshot *snap, uint32_t scope, int *rc, struct err *e)
{
	if (scope < snap->head.scope_count)
		return true;
	*rc = snap->head.unfinished
		      ? 0
		      : err_set(e, ERR_CORRUPT, "an index names scope %u of %u", scope,
				snap->head.scope_count);
	return false;
}

static int search_scope(void *ctx, uint32_t scope, struct err *e)
{
	struct search *search = ctx;
	enum posting_rank rank;
	struct segment *s;
	entity_id id;
	int rc;

	if (!is_there(search->snap, scope, &rc, e))
		return rc;
	if (snapshot_segment(&s, search->snap, scope, e) < 0)
		return e->code;
	id = segment_find(s, search->key);
	if (id >= s->info.entity_count)
		return 0;
	rank = posting_rank(s, id, search->key);
	if (search->found &&
		(rank > search->rank || (rank == search->rank && scope >= search->scope)))
		return 0;
	search->found = true;
	search->scope = scope;
	search->id = id;
	search->rank = rank;
	return 0;
}

/*
 * Open only scopes whose posting could better the answer: shared keys may be in all of
 * them.
 */
static int search_posting(void *ctx, uint32_t scope, struct str value, struct err *e)
{
	const struct search *search = ctx;
	uint32_t item[2] = { 0, POSTING_CONTAINER };

	if (value.n == sizeof(item))
		memcpy(item, value.p, sizeof(item));
	if (search->found && item[1] >= (uint32_t)search->rank &&
		(item[1] > (uint32_t)search->rank || scope >= search->scope))
		return 0;
	return search_scope(ctx, scope, e);
}

int snapshot_find_key(scope_number *scope, entity_id *id, struct snapshot *snap,
	struct str key, struct err *e)
{
	struct search search = { .snap = snap, .key = key };
	struct str piece;
	size_t at = 0;
	int rc = 0;

	while (rc == 0 && scope_piece(&piece, key, &at)) {
		if (piece.n > 0)
			rc = scope_each_native(
				snap->store, snap->txn, piece, search_scope, &search, e);
	}
	if (rc == 0)
		rc = posting_each(snap->store, snap->txn, STORE_KEYS, key, search_posting,
			&search, e);
	if (rc < 0)
		return rc;
	*scope = search.scope;
	*id = search.id;
	return search.found;
}

/* Every scope that has an entity of a key. */
struct place_search {
	struct snapshot *snap;
	struct str key;
	void (*each)(void *ctx, scope_number scope);
	void *ctx;
};

static int place_scope(void *ctx, uint32_t scope, struct err *e)
{
	const struct place_search *search = ctx;
	struct segment *s;
	int rc;

	if (!is_there(search->snap, scope, &rc, e))
		return rc;
	if (snapshot_segment(&s, search->snap, scope, e) < 0)
		return e->code;
	if (segment_find(s, search->key) < s->info.entity_count)
		search->each(search->ctx, scope);
	return 0;
}

static int place_posting(void *ctx, uint32_t scope, struct str value, struct err *e)
{
	(void)value;
	return place_scope(ctx, scope, e);
}

int snapshot_each_place(struct snapshot *snap, struct str key,
	void (*each)(void *ctx, scope_number scope), void *ctx, struct err *e)
{
	struct place_search search = { snap, key, each, ctx };
	struct str piece;
	size_t at = 0;
	int rc = 0;

	while (rc == 0 && scope_piece(&piece, key, &at)) {
		if (piece.n > 0)
			rc = scope_each_native(
				snap->store, snap->txn, piece, place_scope, &search, e);
	}
	return rc < 0 ? rc
		      : posting_each(snap->store, snap->txn, STORE_KEYS, key,
				place_posting, &search, e);
}

/* A caller's callback behind a posting. */
struct name_search {
	struct snapshot *snap;
	struct str name;
	bool (*each)(void *ctx, scope_number scope, entity_id id);
	void *ctx;
};

static int each_name(void *ctx, uint32_t scope, struct str value, struct err *e)
{
	const struct name_search *search = ctx;
	struct segment *s;
	int rc;

	if (!is_there(search->snap, scope, &rc, e))
		return rc;
	if (snapshot_segment(&s, search->snap, scope, e) < 0)
		return e->code;
	for (size_t i = 0; i + sizeof(entity_id) <= value.n; i += sizeof(entity_id)) {
		entity_id id;

		memcpy(&id, value.p + i, sizeof(id));
		if (id < s->info.entity_count &&
			(str_eq_fold(segment_name(s, id, &search->snap->arena),
				 search->name) ||
				str_eq_fold(segment_unique_id(s, id), search->name)) &&
			!search->each(search->ctx, scope, id))
			return 1;
	}
	return 0;
}

int snapshot_find_name(struct snapshot *snap, struct str name,
	bool (*each)(void *ctx, scope_number scope, entity_id id), void *ctx,
	struct err *e)
{
	struct name_search search = { snap, name, each, ctx };
	int rc = posting_each(
		snap->store, snap->txn, STORE_NAMES, name, each_name, &search, e);

	return rc < 0 ? rc : 0;
}

struct link_search {
	struct snapshot *snap;
	struct str principal;
	bool (*each)(void *ctx, scope_number scope);
	void *ctx;
};

static int each_link(void *ctx, uint32_t scope, struct str value, struct err *e)
{
	const struct link_search *search = ctx;
	uint32_t begin, end;
	struct segment *s;
	int rc;

	(void)value;
	if (!is_there(search->snap, scope, &rc, e))
		return rc;
	if (snapshot_segment(&s, search->snap, scope, e) < 0)
		return e->code;
	segment_principal_range(s, search->principal, &begin, &end);
	return begin < end && !search->each(search->ctx, scope);
}

int snapshot_links(struct snapshot *snap, struct str principal,
	bool (*each)(void *ctx, scope_number scope), void *ctx, struct err *e)
{
	struct link_search search = { snap, principal, each, ctx };
	int rc = posting_each(
		snap->store, snap->txn, STORE_LINKS, principal, each_link, &search, e);

	return rc < 0 ? rc : 0;
}

int snapshot_kept(struct str *out, struct snapshot *snap, scope_number scope,
	uint32_t block, struct err *e)
{
	struct segment *s;
	int rc;

	if (snapshot_segment(&s, snap, scope, e) < 0)
		return e->code;
	rc = unpack(snap, STORE_KEPT, table_place(scope, s->info.version, block), e);
	if (rc == 1)
		*out = arena_copy(&snap->arena, buf_str(&snap->unpacked));
	return rc;
}

int snapshot_compiled(struct str *out, struct snapshot *snap, const struct sha256 *digest,
	struct err *e)
{
	struct str key = { (const char *)digest->bytes, sizeof(digest->bytes) };

	return read_compiled(out, snap, key, e);
}

int snapshot_value(struct str *out, struct snapshot *snap, enum store_table table,
	struct str key, struct err *e)
{
	int rc = table_get_checked(out, snap->store, snap->txn, table, key, e);

	if (rc == 1)
		*out = aligned(&snap->arena, *out);
	return rc;
}
