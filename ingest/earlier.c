#include "ingest/earlier.h"

#include "graphstore/snapshot.h"

/* One scope's records on their way out of the store. */
struct reading {
	const struct earlier *from;
	struct snapshot *snap;
	earlier_take *take;
	void *ctx;
	struct arena arena;
};

/* "sha256:" and 64 digits. */
static bool read_digest(struct sha256 *out, struct str body)
{
	const struct str head = STR_LIT("sha256:");

	if (!str_starts(body, head) || body.n != head.n + 2 * sizeof(out->bytes))
		return false;
	for (size_t i = 0; i < 2 * sizeof(out->bytes); i++) {
		char c = body.p[head.n + i];
		unsigned digit = (unsigned)(c >= 'a'   ? c - 'a' + 10
					    : c >= '0' ? c - '0'
						       : 16);
		unsigned high = i % 2 == 0 ? 0 : out->bytes[i / 2];

		if (digit > 15)
			return false;
		out->bytes[i / 2] = (unsigned char)(high << 4 | digit);
	}
	return true;
}

static int give_document(struct reading *d, struct record *r, struct err *e)
{
	struct sha256 digest;
	struct str compiled;

	if (!read_digest(&digest, r->document.body))
		return err_set(e, ERR_CORRUPT, "a document of scope '%.*s' has no digest",
			STR_ARG(d->from->scope));
	if (snapshot_compiled(&compiled, d->snap, &digest, e) < 0)
		return e->code;
	r->document.body = (struct str){ 0 };
	return d->take(d->ctx, r, &digest, compiled, e);
}

static int give(struct reading *d, struct record *r, struct err *e)
{
	r->part = alias_scope(d->from->aliases, r->part);
	if (intern_find(d->from->parts, r->part) != INTERN_NONE)
		return 0;
	alias_apply(d->from->aliases, d->from->scope, r);
	if (r->type == RECORD_DOCUMENT && r->document.body.n > 0)
		return give_document(d, r, e);
	return d->take(d->ctx, r, NULL, (struct str){ 0 }, e);
}

static int read_block(struct reading *d, struct str records, struct err *e)
{
	struct record r;
	size_t at = 0;
	int rc;

	for (;;) {
		arena_reset(&d->arena);
		rc = record_decode(&r, records, &at, false, &d->arena, e);
		if (rc < 0)
			return err_set(e, ERR_CORRUPT,
				"the records of scope '%.*s' are damaged",
				STR_ARG(d->from->scope));
		if (rc == 0)
			return 0;
		if (give(d, &r, e) < 0)
			return e->code;
	}
}

static int read_scope(struct reading *d, struct err *e)
{
	scope_number scope;
	struct str records;
	int rc = snapshot_find_scope(&scope, d->snap, d->from->scope, e);

	for (uint32_t block = 0; rc == 1; block++) {
		rc = snapshot_kept(&records, d->snap, scope, block, e);
		if (rc == 1 && read_block(d, records, e) < 0)
			return e->code;
	}
	return rc;
}

int earlier_each(const struct earlier *from, earlier_take *take, void *ctx, struct err *e)
{
	struct reading d = { .from = from, .take = take, .ctx = ctx };
	int rc;

	if (!from->store)
		return 0;
	rc = snapshot_begin(&d.snap, from->store, e);
	if (rc < 0)
		return rc;
	arena_init(&d.arena, ARENA_UNLIMITED);
	rc = read_scope(&d, e);
	arena_release(&d.arena);
	snapshot_end(d.snap);
	return rc;
}
