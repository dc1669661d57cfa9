#include "benchmarks/target.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/record.h"
#include "ingest/decoder.h"

void target_open_directory(struct target *t, const char *directory)
{
	*t = (struct target){ .directory = directory };
}

void target_open_records(struct target *t, FILE *out)
{
	*t = (struct target){ .file = out };
	record_encode(&t->batch,
		&(struct record){ .type = RECORD_HEADER, .version = RECORD_VERSION });
}

void target_release(struct target *t)
{
	decoder_close(t->decoder);
	buf_release(&t->path);
	buf_release(&t->batch);
	buf_release(&t->metadata);
	buf_release(&t->place);
	*t = (struct target){ .directory = NULL };
}

static int make_parents(const char *path, struct err *e)
{
	struct buf b = { 0 };
	int rc = 0;

	for (const char *p = path; rc == 0 && *p; p++) {
		if (*p == '/' && b.n > 0) {
			buf_add_char(&b, '\0');
			if (mkdir(b.p, 0777) < 0 && errno != EEXIST)
				rc = err_set(e, ERR_IO, "cannot make '%s': %s", b.p,
					strerror(errno));
			b.n--;
		}
		buf_add_char(&b, *p);
	}
	buf_release(&b);
	return rc;
}

static int fail(const struct target *t, struct err *e)
{
	return err_set(e, ERR_IO, "cannot write '%s': %s",
		t->directory ? t->path.p : "the records", strerror(errno));
}

static int begin_file(struct target *t, struct err *e)
{
	int rc = 0;

	t->file = fopen(t->path.p, "wb");
	if (!t->file && errno == ENOENT) {
		rc = make_parents(t->path.p, e);
		if (rc == 0)
			t->file = fopen(t->path.p, "wb");
	}
	if (rc == 0 && !t->file)
		rc = fail(t, e);
	return rc;
}

/* The directory, with its last slash. */
static struct str place_of(struct str path)
{
	while (path.n > 0 && path.p[path.n - 1] != '/')
		path.n--;
	return path;
}

/* What a decoder is told beside the bytes, as ingest would find it in the directory. */
static void begin_records(struct target *t, struct str path)
{
	struct decoder_context context = { .path = path };
	struct str place = place_of(path);
	struct str name = decoder_companion(path);

	t->is_metadata = str_eq(str_skip(path, place.n), STR_LIT("metadata.json"));
	if (t->is_metadata) {
		buf_clear(&t->metadata);
		buf_clear(&t->place);
		buf_add_str(&t->place, place);
	} else if (str_eq(name, STR_LIT("metadata.json")) &&
		   str_eq(place, buf_str(&t->place))) {
		context.companion = buf_str(&t->metadata);
	}
	decoder_open(&t->decoder, &context);
}

int target_begin(struct target *t, const char *path, struct err *e)
{
	buf_clear(&t->path);
	buf_printf(&t->path, "%s%s%s", t->directory ? t->directory : "",
		t->directory ? "/" : "", path);
	buf_add_char(&t->path, '\0');
	if (t->directory)
		return begin_file(t, e);
	begin_records(t, str_from(t->path.p));
	return 0;
}

static int feed(struct target *t, struct str bytes, bool last, struct err *e)
{
	struct decoder_batch *batch = NULL;
	int rc;

	decoder_feed(t->decoder, bytes, last);
	while ((rc = decoder_next(t->decoder, &batch, e)) > 0) {
		rc = decoder_batch_run(batch, &t->batch, e);
		decoder_batch_free(batch);
		if (rc < 0)
			return rc;
		if (fwrite(t->batch.p, 1, t->batch.n, t->file) != t->batch.n)
			return fail(t, e);
		buf_clear(&t->batch);
	}
	return rc;
}

int target_write(struct target *t, struct str bytes, struct err *e)
{
	if (!t->directory) {
		if (t->is_metadata)
			buf_add_str(&t->metadata, bytes);
		return feed(t, bytes, false, e);
	}
	return fwrite(bytes.p, 1, bytes.n, t->file) == bytes.n ? 0 : fail(t, e);
}

int target_end(struct target *t, struct err *e)
{
	int rc = 0;

	if (t->directory) {
		if (fclose(t->file) != 0)
			rc = fail(t, e);
		t->file = NULL;
		return rc;
	}
	rc = feed(t, (struct str){ 0 }, true, e);
	decoder_close(t->decoder);
	t->decoder = NULL;
	return rc;
}
