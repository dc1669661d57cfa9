#include "ingest/inputs.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/intern.h"
#include "base/limits.h"
#include "ingest/reader.h"

struct directory {
	struct buf names; /* struct str: files in it, sorted */
	bool walked;      /* the names are all that there are */
	bool identified;  /* the hint was looked for */
	char hint[DECODER_HINT_MAX];
};

struct inputs {
	struct arena arena;
	struct intern directory_names; /* their ids are indexes of `directories` */
	struct buf directories;        /* struct directory */
	struct buf files;              /* struct input */
	uint64_t skipped;
};

static const char *const endings[] = { ".json", ".jsonl", ".ndjson", ".msgpack",
	"credential-report.csv", "credential_report.csv" };
static const char *const codings[] = { "", ".gz", ".zst" };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct directory *directory_get(const struct inputs *in, uint32_t id)
{
	return &VEC_DATA(&in->directories, struct directory)[id];
}

static uint32_t directory_add(struct inputs *in, struct str path)
{
	uint32_t id = intern_add(&in->directory_names, path);

	if (id == VEC_COUNT(&in->directories, struct directory))
		VEC_ADD(&in->directories, struct directory, { .walked = false });
	return id;
}

static bool is_input_name(struct str name)
{
	for (size_t i = 0; i < COUNT(codings); i++) {
		struct str coding = str_from(codings[i]);
		struct str stem = str_head(name, name.n - coding.n);

		if (!str_ends(name, coding))
			continue;
		for (size_t k = 0; k < COUNT(endings); k++) {
			if (str_ends(stem, str_from(endings[k])))
				return true;
		}
	}
	return false;
}

/* The directory part of a path, with its last slash; empty: the working directory. */
static struct str directory_of(struct str path)
{
	while (path.n > 0 && path.p[path.n - 1] != '/')
		path.n--;
	return path;
}

static void add_file(struct inputs *in, struct str path, off_t size)
{
	struct str directory = directory_of(path);
	uint32_t id = directory_add(in, directory);
	struct str copy = arena_copy(&in->arena, path);

	VEC_ADD(&in->files, struct input,
		{ .path = copy.p,
			.size = size > 0 ? (uint64_t)size : 0,
			.directory = id });
	VEC_ADD(&directory_get(in, id)->names, struct str, str_skip(copy, directory.n));
}

/* One entry of a directory; subdirectories go to the end of `queue`. */
static int add_entry(struct inputs *in, struct buf *queue, struct str directory,
	const char *name, struct err *e)
{
	struct str path = arena_printf(&in->arena, "%.*s%s", STR_ARG(directory), name);
	struct stat status;

	if (name[0] == '.')
		return 0;
	if (lstat(path.p, &status) < 0)
		return err_set(
			e, ERR_IO, "cannot read '%s': %s", path.p, strerror(errno));
	if (S_ISDIR(status.st_mode)) {
		path = arena_printf(&in->arena, "%s/", path.p);
		VEC_ADD(queue, struct str, path);
		return 0;
	}
	if (S_ISLNK(status.st_mode) &&
		(stat(path.p, &status) < 0 || S_ISDIR(status.st_mode)))
		return 0;
	if (S_ISREG(status.st_mode) && is_input_name(str_from(name)))
		add_file(in, path, status.st_size);
	else
		in->skipped++;
	return 0;
}

static int list_directory(
	struct inputs *in, struct buf *queue, struct str path, struct err *e)
{
	uint32_t id = directory_add(in, path);
	DIR *listing = opendir(path.p);
	struct dirent *entry = NULL;
	int rc = 0;

	if (!listing)
		return err_set(
			e, ERR_IO, "cannot list '%s': %s", path.p, strerror(errno));
	directory_get(in, id)->walked = true;
	while (rc == 0) {
		errno = 0;
		entry = readdir(listing);
		if (!entry)
			break;
		rc = add_entry(in, queue, path, entry->d_name, e);
	}
	if (!entry && errno != 0)
		rc = err_set(e, ERR_IO, "cannot list '%s': %s", path.p, strerror(errno));
	closedir(listing);
	return rc;
}

static int walk(struct inputs *in, const char *root, struct err *e)
{
	bool slash = str_ends(str_from(root), STR_LIT("/"));
	struct str path = arena_printf(&in->arena, "%s%s", root, slash ? "" : "/");
	struct buf queue = { 0 };
	int rc = 0;

	VEC_ADD(&queue, struct str, path);
	for (size_t i = 0; rc == 0 && i < VEC_COUNT(&queue, struct str); i++) {
		path = VEC_DATA(&queue, struct str)[i];
		if (path.n > LIMIT_PATH_BYTES)
			rc = err_set(e, ERR_LIMIT,
				"'%.*s...' is longer than LIMIT_PATH_BYTES (%u)",
				STR_ARG(str_head(path, 64)), LIMIT_PATH_BYTES);
		else
			rc = list_directory(in, &queue, path, e);
	}
	buf_release(&queue);
	return rc;
}

static int add_path(struct inputs *in, const char *path, struct err *e)
{
	struct stat status;

	if (strcmp(path, "-") == 0) {
		VEC_ADD(&in->files, struct input,
			{ .path = "-", .directory = directory_add(in, STR_LIT("-")) });
		return 0;
	}
	if (stat(path, &status) < 0)
		return err_set(e, ERR_IO, "cannot open '%s': %s", path, strerror(errno));
	if (S_ISDIR(status.st_mode))
		return walk(in, path, e);
	add_file(in, str_from(path), S_ISREG(status.st_mode) ? status.st_size : 0);
	return 0;
}

static int compare_files(const void *a, const void *b)
{
	const struct input *x = a, *y = b;
	bool x_stdin = strcmp(x->path, "-") == 0, y_stdin = strcmp(y->path, "-") == 0;

	if (x_stdin != y_stdin)
		return x_stdin ? -1 : 1;
	return strcmp(x->path, y->path);
}

static int compare_names(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static void sort_and_drop_twins(struct inputs *in)
{
	struct input *file = VEC_DATA(&in->files, struct input);
	size_t count = VEC_COUNT(&in->files, struct input), kept = 0;

	if (count == 0)
		return;
	qsort(file, count, sizeof(*file), compare_files);
	for (size_t i = 0; i < count; i++) {
		if (kept == 0 || strcmp(file[i].path, file[kept - 1].path) != 0)
			file[kept++] = file[i];
	}
	in->files.n = kept * sizeof(*file);
	for (size_t i = 0; i < VEC_COUNT(&in->directories, struct directory); i++) {
		struct buf *names = &directory_get(in, (uint32_t)i)->names;

		if (names->n > 0)
			qsort(names->p, VEC_COUNT(names, struct str), sizeof(struct str),
				compare_names);
	}
}

int inputs_find(
	struct inputs **out, const char *const *paths, size_t path_count, struct err *e)
{
	struct inputs *in = calloc(1, sizeof(*in));
	int rc = 0;

	if (!in)
		abort();
	arena_init(&in->arena, ARENA_UNLIMITED);
	intern_init(&in->directory_names);
	for (size_t i = 0; rc == 0 && i < path_count; i++)
		rc = add_path(in, paths[i], e);
	if (rc < 0) {
		inputs_free(in);
		return rc;
	}
	sort_and_drop_twins(in);
	*out = in;
	return 0;
}

void inputs_free(struct inputs *in)
{
	if (!in)
		return;
	for (size_t i = 0; i < VEC_COUNT(&in->directories, struct directory); i++)
		buf_release(&directory_get(in, (uint32_t)i)->names);
	buf_release(&in->directories);
	buf_release(&in->files);
	intern_release(&in->directory_names);
	arena_release(&in->arena);
	free(in);
}

size_t inputs_count(const struct inputs *in)
{
	return VEC_COUNT(&in->files, struct input);
}

const struct input *inputs_get(const struct inputs *in, size_t i)
{
	return &VEC_DATA(&in->files, struct input)[i];
}

uint64_t inputs_skipped(const struct inputs *in)
{
	return in->skipped;
}

/* At most `max` decompressed bytes from the file's beginning. */
static int read_head(struct buf *out, const char *path, size_t max, struct err *e)
{
	struct reader *reader = NULL;
	struct str chunk;
	int rc = reader_open(&reader, path, e);

	buf_clear(out);
	if (rc == 0)
		rc = 1;
	while (rc > 0 && out->n < max) {
		rc = reader_next(reader, &chunk, e);
		if (rc > 0)
			buf_add_str(out, str_head(chunk, max - out->n));
	}
	reader_close(reader);
	return rc < 0 ? rc : 0;
}

/* What cannot be read tells nothing here; its own turn reports the reason. */
static void identify(struct inputs *in, uint32_t id)
{
	struct directory *d = directory_get(in, id);
	struct str directory = intern_get(&in->directory_names, id);
	struct buf head = { 0 };
	struct err e = { 0 };

	d->identified = true;
	for (size_t i = 0; i < VEC_COUNT(&d->names, struct str); i++) {
		struct str name = VEC_DATA(&d->names, struct str)[i];
		struct str path = arena_printf(
			&in->arena, "%.*s%.*s", STR_ARG(directory), STR_ARG(name));

		if (read_head(&head, path.p, DECODER_HEAD_BYTES, &e) == 0 &&
			decoder_identify(buf_str(&head), d->hint))
			break;
		d->hint[0] = '\0';
	}
	buf_release(&head);
}

/* The hint of the directory or of the nearest one above that has one. */
static struct str find_hint(struct inputs *in, uint32_t id)
{
	struct str path = intern_get(&in->directory_names, id);

	for (;;) {
		struct directory *d = id != INTERN_NONE ? directory_get(in, id) : NULL;

		if (d && !d->identified)
			identify(in, id);
		if (d && d->hint[0] != '\0')
			return str_from(d->hint);
		if (path.n == 0)
			return (struct str){ 0 };
		path = directory_of(str_head(path, path.n - 1));
		id = intern_find(&in->directory_names, path);
	}
}

static int read_companion(struct inputs *in, struct str directory, struct str name,
	struct buf *out, struct err *e)
{
	struct str path =
		arena_printf(&in->arena, "%.*s%.*s", STR_ARG(directory), STR_ARG(name));
	struct stat status;

	if (stat(path.p, &status) < 0 && errno == ENOENT)
		return 0;
	return read_head(out, path.p, LIMIT_DOCUMENT_BYTES, e);
}

int inputs_context(struct decoder_context *out, struct inputs *in, size_t i,
	struct buf *companion, struct err *e)
{
	const struct input *file = inputs_get(in, i);
	struct str directory = intern_get(&in->directory_names, file->directory);
	struct str path = str_from(file->path);
	const struct directory *d;
	struct str name;

	*out = (struct decoder_context){ .path = path };
	buf_clear(companion);
	if (str_eq(path, STR_LIT("-")))
		return 0;
	out->hint = find_hint(in, file->directory);
	d = directory_get(in, file->directory);
	out->siblings = VEC_DATA(&d->names, struct str);
	out->sibling_count = VEC_COUNT(&d->names, struct str);
	out->siblings_known = d->walked;
	name = decoder_companion(path);
	if (name.n > 0 && read_companion(in, directory, name, companion, e) < 0)
		return e->code;
	out->companion = buf_str(companion);
	return 0;
}
