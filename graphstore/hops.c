#include "graphstore/hops.h"

#include <stdlib.h>

#include "graphstore/snapshot_priv.h"
#include "graphstore/table_priv.h"

#define HEAD_KEY STR_LIT("head")

struct hops_write {
	struct store_write *write;
	int64_t time; /* of the ingest before */
};

struct key {
	uint8_t bytes[9];
};

static struct key key_of(struct hops_name name)
{
	struct key k = { { (uint8_t)name.type } };

	table_number(k.bytes + 1, name.scope);
	table_number(k.bytes + 5, name.number);
	return k;
}

static struct str key_str(const struct key *k)
{
	return (struct str){ (const char *)k->bytes, sizeof(k->bytes) };
}

int hops_any_head(struct hops_head *out, struct snapshot *snap, struct err *e)
{
	struct str value;
	int rc = snapshot_value(&value, snap, STORE_HOPS, HEAD_KEY, e);

	if (rc <= 0)
		return rc;
	if (value.n != sizeof(*out))
		return err_set(e, ERR_CORRUPT, "the hop index has no head");
	memcpy(out, value.p, sizeof(*out));
	return 1;
}

int hops_head(struct hops_head *out, struct snapshot *snap, struct err *e)
{
	int rc = hops_any_head(out, snap, e);

	return rc == 1 && out->generation != snapshot_generation(snap) ? 0 : rc;
}

int hops_get(struct str *out, struct snapshot *snap, struct hops_name name, struct err *e)
{
	struct key k = key_of(name);

	return snapshot_value(out, snap, STORE_HOPS, key_str(&k), e);
}

int hops_begin(struct hops_write **out, struct store *store, uint32_t lock_timeout_ms,
	uint64_t generation, struct err *e)
{
	struct store_head head = store->head;
	struct str catalog = { head.catalog, head.catalog_size };
	struct store_write *write;
	struct hops_write *w;

	if (store_begin(&write, store, lock_timeout_ms, catalog, head.time, e) < 0)
		return e->code;
	write->head.generation--; /* the data is the same as before */
	if (write->head.generation != generation) {
		store_abort(write);
		return 0;
	}
	w = calloc(1, sizeof(*w));
	if (!w)
		abort();
	w->write = write;
	*out = w;
	return 1;
}

int hops_put(struct hops_write *w, struct hops_name name, struct str value, struct err *e)
{
	struct key k = key_of(name);

	return table_put_checked(w->write, STORE_HOPS, key_str(&k), value, 0, e);
}

int hops_delete_from(struct hops_write *w, struct hops_name first, struct err *e)
{
	for (;; first.number++) {
		struct key k = key_of(first);
		struct str ignored;
		int rc = table_get(&ignored, w->write->store, w->write->txn, STORE_HOPS,
			key_str(&k), e);

		if (rc <= 0)
			return rc;
		if (table_delete(w->write, STORE_HOPS, key_str(&k), e) < 0)
			return e->code;
	}
}

int hops_commit(struct hops_write *w, const struct hops_head *head, struct err *e)
{
	struct store_write *write = w->write;

	free(w);
	if (head &&
		table_put_checked(write, STORE_HOPS, HEAD_KEY,
			(struct str){ (const char *)head, sizeof(*head) }, 0, e) < 0) {
		store_abort(write);
		return e->code;
	}
	return store_commit(write, e);
}

void hops_abort(struct hops_write *w)
{
	if (!w)
		return;
	store_abort(w->write);
	free(w);
}
