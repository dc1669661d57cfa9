#include "graphstore/table_priv.h"

#include "base/hash.h"
#include "base/limits.h"

void table_checked(struct buf *out, struct str value)
{
	uint64_t checksum = hash64(value);

	buf_reserve(out, sizeof(checksum) + value.n);
	buf_add(out, &checksum, sizeof(checksum));
	buf_add_str(out, value);
}

int table_verify(struct str *value, struct err *e)
{
	uint64_t checksum;
	struct str rest = str_skip(*value, sizeof(checksum));

	if (value->n < sizeof(checksum))
		return err_set(e, ERR_CORRUPT, "a value of %zu bytes", value->n);
	memcpy(&checksum, value->p, sizeof(checksum));
	if (hash64(rest) != checksum)
		return err_set(e, ERR_CORRUPT, "a value has a wrong checksum");
	*value = rest;
	return 0;
}

MDB_val table_val(struct str s)
{
	union {
		const char *in;
		void *out;
	} p = { .in = s.p };

	return (MDB_val){ s.n, p.out };
}

int table_get(struct str *out, const struct store *store, MDB_txn *txn,
	enum store_table table, struct str key, struct err *e)
{
	MDB_val k = table_val(key), v = { 0 };
	int rc = mdb_get(txn, store->dbi[table], &k, &v);

	if (rc == MDB_NOTFOUND)
		return 0;
	if (rc != 0)
		return store_err(e, store, rc, "read");
	*out = (struct str){ v.mv_data, v.mv_size };
	return 1;
}

int table_get_checked(struct str *out, const struct store *store, MDB_txn *txn,
	enum store_table table, struct str key, struct err *e)
{
	int rc = table_get(out, store, txn, table, key, e);

	if (rc == 1 && table_verify(out, e) < 0)
		return e->code;
	return rc;
}

static int write_err(struct store_write *w, int mdb_rc, struct err *e)
{
	w->failed = true;
	return store_err(e, w->store, mdb_rc, "write");
}

int table_put(struct store_write *w, enum store_table table, struct str key,
	struct str value, unsigned flags, struct err *e)
{
	MDB_val k = table_val(key), v = table_val(value);
	int rc = mdb_put(w->txn, w->store->dbi[table], &k, &v, flags);

	w->put_bytes += key.n + value.n;
	if (rc != 0 && !(rc == MDB_KEYEXIST && (flags & MDB_NOOVERWRITE)))
		return write_err(w, rc, e);
	return 0;
}

int table_put_pieces(struct store_write *w, enum store_table table, struct str key,
	const struct str pieces[2], unsigned flags, struct err *e)
{
	size_t size = pieces[0].n + pieces[1].n;
	uint64_t checksum;
	MDB_val k = table_val(key), v = { sizeof(checksum) + size, NULL };
	char *at;
	int rc;

	if (size > LIMIT_SEGMENT_BYTES) {
		w->failed = true;
		return err_set(e, ERR_LIMIT, "a value of %zu bytes, at most %u", size,
			LIMIT_SEGMENT_BYTES);
	}
	w->put_bytes += key.n + v.mv_size;
	rc = mdb_put(w->txn, w->store->dbi[table], &k, &v, flags | MDB_RESERVE);
	if (rc == MDB_KEYEXIST && (flags & MDB_NOOVERWRITE))
		return 0;
	if (rc != 0)
		return write_err(w, rc, e);
	at = (char *)v.mv_data + sizeof(checksum);
	for (size_t i = 0; i < 2; i++) {
		if (pieces[i].n > 0)
			memcpy(at, pieces[i].p, pieces[i].n);
		at += pieces[i].n;
	}
	checksum = hash64((struct str){ at - size, size });
	memcpy(v.mv_data, &checksum, sizeof(checksum));
	return 0;
}

int table_put_checked(struct store_write *w, enum store_table table, struct str key,
	struct str value, unsigned flags, struct err *e)
{
	const struct str pieces[2] = { value, { 0 } };

	return table_put_pieces(w, table, key, pieces, flags, e);
}

int table_delete(
	struct store_write *w, enum store_table table, struct str key, struct err *e)
{
	MDB_val k = table_val(key);
	int rc = mdb_del(w->txn, w->store->dbi[table], &k, NULL);

	return rc == 0 || rc == MDB_NOTFOUND ? 0 : write_err(w, rc, e);
}

int table_delete_prefix(
	struct store_write *w, enum store_table table, struct str prefix, struct err *e)
{
	MDB_cursor *cursor = NULL;
	MDB_val k = table_val(prefix), v = { 0 };
	int rc = mdb_cursor_open(w->txn, w->store->dbi[table], &cursor);

	if (rc != 0)
		return write_err(w, rc, e);
	for (;;) {
		/* From the start each time: a cursor that deleted has its own rules. */
		k = table_val(prefix);
		rc = mdb_cursor_get(cursor, &k, &v, MDB_SET_RANGE);
		if (rc != 0 || !str_starts((struct str){ k.mv_data, k.mv_size }, prefix))
			break;
		rc = mdb_cursor_del(cursor, 0);
		if (rc != 0)
			break;
	}
	mdb_cursor_close(cursor);
	return rc == 0 || rc == MDB_NOTFOUND ? 0 : write_err(w, rc, e);
}
