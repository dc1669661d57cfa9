#include "estate.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

#include "ingest/ingest.h"

static int write_scopes(struct compile *c, uint32_t count, struct store_write *w,
	bool lenient, struct err *e)
{
	int rc = 0;

	for (uint32_t i = 0; rc == 0 && i < count; i++) {
		struct compile_result r;

		rc = compile_scope(&r, c, i, e);
		if (rc < 0)
			return rc;
		if (!lenient && VEC_COUNT(&r.findings, struct compile_finding) > 0) {
			const struct compile_finding *f =
				&VEC_DATA(&r.findings, struct compile_finding)[0];

			if (f->type == COMPILE_INVALID)
				rc = err_set(e, ERR_FORMAT, "%.*s: %.*s",
					STR_ARG(f->holder), STR_ARG(f->text));
		}
		if (rc == 0)
			rc = compile_write(&r, c, w, e);
		compile_result_release(&r);
	}
	return rc;
}

static int write_stream(struct store *store, const char *directory, struct str stream,
	bool lenient, struct err *e)
{
	struct store_write *w = NULL;
	struct documents *documents;
	struct compile *c;
	struct spool *spool;

	spool_new(&spool, directory, 64u << 20);
	documents_new(&documents, spool, 0);
	compile_new(&c, spool, documents, 1700000000);
	int rc = compile_add(c, stream, (struct compile_order){ 0 }, e);

	if (rc == 0)
		rc = store_begin(&w, store, 10000, catalog_digest(), 1700000000, e);
	if (rc == 0)
		rc = write_scopes(c, compile_finish(c), w, lenient, e);
	if (rc == 0) {
		rc = store_commit(w, e);
		w = NULL;
	}
	store_abort(w);
	compile_free(c);
	documents_free(documents);
	spool_free(spool);
	return rc;
}

static int remove_one(
	const char *path, const struct stat *status, int type, struct FTW *ftw)
{
	(void)status;
	(void)type;
	(void)ftw;
	return remove(path);
}

static int make_directory(struct estate *out, const char *parent, struct err *e)
{
	*out = (struct estate){ 0 };
	snprintf(out->directory, sizeof(out->directory), "%s/latchkey-duel-XXXXXX",
		parent);
	if (!mkdtemp(out->directory))
		return err_set(e, ERR_IO, "cannot make a directory in '%s'", parent);
	return 0;
}

static int open_any(struct estate *out, const char *parent, const struct str *streams,
	uint32_t count, bool lenient, struct err *e)
{
	char store[160];

	if (make_directory(out, parent, e) < 0)
		return e->code;
	snprintf(store, sizeof(store), "%s/store", out->directory);
	int rc = store_open(&out->store, store, STORE_WRITE, e);

	for (uint32_t i = 0; i < count && rc == 0; i++)
		rc = write_stream(out->store, parent, streams[i], lenient, e);
	if (rc == 0)
		rc = world_open(&out->world, out->store, e);
	if (rc < 0)
		estate_close(out);
	return rc;
}

int estate_open(struct estate *out, const char *parent, struct str stream, struct err *e)
{
	return open_any(out, parent, &stream, 1, false, e);
}

int estate_open_lenient(
	struct estate *out, const char *parent, struct str stream, struct err *e)
{
	return open_any(out, parent, &stream, 1, true, e);
}

int estate_open_parts(struct estate *out, const char *parent, const struct str *streams,
	uint32_t count, struct err *e)
{
	return open_any(out, parent, streams, count, true, e);
}

static int ingest_one(const struct estate *s, struct str stream, struct err *e)
{
	struct ingest_report report;
	char store[160], path[160];
	const char *paths[] = { path };
	struct buf all = { 0 };
	FILE *file;

	snprintf(store, sizeof(store), "%s/store", s->directory);
	snprintf(path, sizeof(path), "%s/records", s->directory);
	record_encode(&all,
		&(struct record){ .type = RECORD_HEADER, .version = RECORD_VERSION });
	buf_add_str(&all, stream);
	file = fopen(path, "w");
	if (!file || fwrite(all.p, 1, all.n, file) != all.n)
		return err_set(e, ERR_IO, "cannot write '%s'", path);
	fclose(file);
	buf_release(&all);
	int rc = ingest_run(&(struct ingest_options){ .paths = paths,
				    .path_count = 1,
				    .store = store,
				    .now = 1700000000,
				    .workers = 1 },
		&report, e);

	ingest_report_release(&report);
	return rc;
}

int estate_open_files(struct estate *out, const char *parent, const struct str *streams,
	uint32_t count, struct err *e)
{
	char store[160];

	if (make_directory(out, parent, e) < 0)
		return e->code;
	int rc = 0;

	for (uint32_t i = 0; i < count && rc == 0; i++)
		rc = ingest_one(out, streams[i], e);
	snprintf(store, sizeof(store), "%s/store", out->directory);
	if (rc == 0)
		rc = store_open(&out->store, store, STORE_READ, e);
	if (rc == 0)
		rc = world_open(&out->world, out->store, e);
	if (rc < 0)
		estate_close(out);
	return rc;
}

void estate_close(struct estate *s)
{
	if (s->world)
		world_close(s->world);
	store_close(s->store);
	nftw(s->directory, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
