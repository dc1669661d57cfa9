#include "graphstore/scope_priv.h"

#define SCOPE_KEY_MAX 21

_Static_assert(sizeof(struct scope_entry) == 104, "docs/store-format.md, scopes");
_Static_assert(sizeof(struct store_head) == 104, "docs/store-format.md, store head");

static void put_u64(uint8_t out[8], uint64_t n)
{
	table_number(out, (uint32_t)(n >> 32));
	table_number(out + 4, (uint32_t)n);
}

void scope_hash(uint8_t out[16], struct str s)
{
	struct hash128 h = hash128(s);

	put_u64(out, h.high);
	put_u64(out + 8, h.low);
}

/* Key 'n'. */
static struct str number_key(char room[SCOPE_KEY_MAX], uint32_t number)
{
	uint8_t bytes[4];

	room[0] = 'n';
	table_number(bytes, number);
	memcpy(room + 1, bytes, sizeof(bytes));
	return (struct str){ room, 5 };
}

/* Keys 't' and, with a number, 'i'. */
static struct str hash_key(
	char room[SCOPE_KEY_MAX], char kind, struct str text, const uint32_t *number)
{
	uint8_t bytes[20];

	scope_hash(bytes, text);
	if (number)
		table_number(bytes + 16, *number);
	room[0] = kind;
	memcpy(room + 1, bytes, number ? 20 : 16);
	return (struct str){ room, number ? 21 : 17 };
}

int scope_read(struct scope_entry *out, struct str *id, const struct store *store,
	MDB_txn *txn, uint32_t number, struct err *e)
{
	char room[SCOPE_KEY_MAX];
	struct str value;
	int rc = table_get_checked(
		&value, store, txn, STORE_SCOPES, number_key(room, number), e);

	if (rc < 0)
		return rc;
	if (rc == 0 || value.n < sizeof(*out))
		return err_set(e, ERR_CORRUPT, "scope %u has no entry", number);
	memcpy(out, value.p, sizeof(*out));
	if (out->number != number || out->version_count == 0 ||
		out->version_count > SCOPE_VERSIONS)
		return err_set(e, ERR_CORRUPT, "scope %u has a damaged entry", number);
	*id = str_skip(value, sizeof(*out));
	return 0;
}

int scope_find(uint32_t *out, const struct store *store, MDB_txn *txn, struct str id,
	struct err *e)
{
	char room[SCOPE_KEY_MAX];
	struct scope_entry entry;
	struct str value, have;
	int rc = table_get_checked(
		&value, store, txn, STORE_SCOPES, hash_key(room, 't', id, NULL), e);

	if (rc <= 0)
		return rc;
	if (value.n != sizeof(*out))
		return err_set(
			e, ERR_CORRUPT, "scope '%.*s' has a damaged number", STR_ARG(id));
	memcpy(out, value.p, sizeof(*out));
	if (scope_read(&entry, &have, store, txn, *out, e) < 0)
		return e->code;
	return str_eq(have, id);
}

int scope_write(struct store_write *w, const struct scope_entry *entry, struct str id,
	struct err *e)
{
	struct str number = { (const char *)&entry->number, sizeof(entry->number) };
	char room[SCOPE_KEY_MAX];
	struct buf value = { 0 };
	int rc;

	buf_add(&value, entry, sizeof(*entry));
	buf_add_str(&value, id);
	rc = table_put_checked(
		w, STORE_SCOPES, number_key(room, entry->number), buf_str(&value), 0, e);
	buf_release(&value);
	if (rc < 0 || table_put_checked(w, STORE_SCOPES, hash_key(room, 't', id, NULL),
			      number, 0, e) < 0)
		return e->code;
	return table_put(w, STORE_SCOPES,
		hash_key(room, 'i', scope_native(id), &entry->number), STR_LIT(""), 0, e);
}

bool scope_piece(struct str *out, struct str key, size_t *at)
{
	size_t end = *at;

	if (*at > key.n)
		return false;
	while (end < key.n && key.p[end] != ':' && key.p[end] != '/')
		end++;
	*out = (struct str){ key.p + *at, end - *at };
	*at = end + 1;
	return true;
}

bool scope_is_named(struct str native, struct str key)
{
	struct str piece;
	size_t at = 0;

	while (native.n > 0 && scope_piece(&piece, key, &at)) {
		if (str_eq(piece, native))
			return true;
	}
	return false;
}

int scope_each_native(const struct store *store, MDB_txn *txn, struct str native,
	int (*each)(void *ctx, uint32_t number, struct err *e), void *ctx, struct err *e)
{
	char room[SCOPE_KEY_MAX];
	uint32_t zero = 0;
	struct str first = hash_key(room, 'i', native, &zero);
	MDB_val key = { first.n, room }, value;
	MDB_cursor *cursor = NULL;
	int rc = mdb_cursor_open(txn, store->dbi[STORE_SCOPES], &cursor), result = 0;

	if (rc != 0)
		return store_err(e, store, rc, "read the scopes");
	rc = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);
	while (rc == 0 && result == 0 && key.mv_size == first.n &&
		memcmp(key.mv_data, room, 17) == 0) {
		result = each(
			ctx, table_number_read((const uint8_t *)key.mv_data + 17), e);
		rc = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
	}
	mdb_cursor_close(cursor);
	if (rc != 0 && rc != MDB_NOTFOUND)
		return store_err(e, store, rc, "read the scopes");
	return result;
}
