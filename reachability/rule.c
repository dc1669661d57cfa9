#include "reachability/rule.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/limits.h"
#include "reachability/rule_image_priv.h"
#include "reachability/rule_syntax.h"

struct rules {
	struct arena arena;
	struct buf items; /* struct rule, by id order once loaded */
	uint64_t digest;  /* of all texts */
};

static int compare_rules(const void *a, const void *b)
{
	const struct rule *x = a, *y = b;
	int rc = str_cmp(x->id, y->id);

	return rc != 0 ? rc : (x->line > y->line) - (x->line < y->line);
}

static int compare_texts(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static int read_stream(struct buf *out, FILE *f, struct str path, struct err *e)
{
	size_t n;

	do {
		n = fread(buf_reserve(out, LIMIT_RULES_BYTES), 1, LIMIT_RULES_BYTES, f);
		out->n += n;
	} while (n > 0 && out->n <= LIMIT_RULES_BYTES);
	if (ferror(f))
		return err_set(
			e, ERR_IO, "cannot read '%s': %s", path.p, strerror(errno));
	return out->n <= LIMIT_RULES_BYTES
		       ? 0
		       : err_set(e, ERR_LIMIT,
				 "'%s' is larger than %u bytes (LIMIT_RULES_BYTES)",
				 path.p, LIMIT_RULES_BYTES);
}

/* path is NUL-terminated, in the arena. */
static int add_file(struct rules *r, struct str path, struct err *e)
{
	struct buf text = { 0 };
	FILE *f = fopen(path.p, "rb");
	int rc;

	if (!f)
		return err_set(
			e, ERR_IO, "cannot open '%s': %s", path.p, strerror(errno));
	rc = read_stream(&text, f, path, e);
	fclose(f);
	r->digest = hash64_seeded(buf_str(&text), r->digest);
	if (rc == 0)
		rc = rule_syntax_read(&r->items, &r->arena, path,
			arena_copy(&r->arena, buf_str(&text)), e);
	buf_release(&text);
	return rc;
}

/* The paths of the rules files in it, struct str. */
static int list_directory(
	struct buf *out, struct arena *arena, struct str directory, struct err *e)
{
	struct str path = arena_copy(arena, directory);
	DIR *listing = opendir(path.p);
	const struct dirent *entry;

	if (!listing)
		return err_set(
			e, ERR_IO, "cannot list '%s': %s", path.p, strerror(errno));
	while ((errno = 0, entry = readdir(listing))) {
		struct str name = str_from(entry->d_name);

		if (name.p[0] != '.' && str_ends(name, STR_LIT(".rules")))
			VEC_ADD(out, struct str,
				arena_printf(arena, "%s/%s", path.p, entry->d_name));
	}
	if (errno != 0)
		err_set(e, ERR_IO, "cannot list '%s': %s", path.p, strerror(errno));
	closedir(listing);
	return e->code;
}

static int add_directory(struct rules *r, struct str directory, struct err *e)
{
	struct buf paths = { 0 };
	int rc = list_directory(&paths, &r->arena, directory, e);

	if (paths.n > 0)
		qsort(paths.p, VEC_COUNT(&paths, struct str), sizeof(struct str),
			compare_texts);
	for (size_t i = 0; rc == 0 && i < VEC_COUNT(&paths, struct str); i++)
		rc = add_file(r, VEC_DATA(&paths, struct str)[i], e);
	buf_release(&paths);
	return rc;
}

/* The rules are in id order. */
static int check_ids(const struct rules *r, struct err *e)
{
	const struct rule *rules = VEC_DATA(&r->items, struct rule);

	for (size_t i = 1; i < VEC_COUNT(&r->items, struct rule); i++) {
		const struct rule *pair = &rules[i - 1];

		if (str_eq(pair[0].id, pair[1].id))
			return err_set(e, ERR_FORMAT,
				"the id '%.*s' is taken: %.*s:%" PRIu32
				" and %.*s:%" PRIu32,
				STR_ARG(pair[1].id), STR_ARG(pair[0].file), pair[0].line,
				STR_ARG(pair[1].file), pair[1].line);
	}
	return 0;
}

int rules_load(struct rules **out, const struct str *directories,
	uint32_t directory_count, struct err *e)
{
	struct rules *r = calloc(1, sizeof(*r));
	int rc = 0;

	if (!r)
		abort();
	arena_init(&r->arena, ARENA_UNLIMITED);
	for (uint32_t i = 0; i < rule_image_count && rc == 0; i++) {
		r->digest = hash64_seeded(rule_image_files[i].text, r->digest);
		rc = rule_syntax_read(&r->items, &r->arena, rule_image_files[i].name,
			rule_image_files[i].text, e);
	}
	for (uint32_t i = 0; i < directory_count && rc == 0; i++)
		rc = add_directory(r, directories[i], e);
	if (rc == 0 && r->items.n > 0)
		qsort(r->items.p, VEC_COUNT(&r->items, struct rule), sizeof(struct rule),
			compare_rules);
	if (rc == 0)
		rc = check_ids(r, e);
	if (rc < 0) {
		rules_free(r);
		return rc;
	}
	*out = r;
	return 0;
}

void rules_free(struct rules *r)
{
	if (!r)
		return;
	arena_release(&r->arena);
	buf_release(&r->items);
	free(r);
}

void rules_keep(struct rules *r, bool (*keep)(const struct rule *rule))
{
	struct rule *rules = VEC_DATA(&r->items, struct rule);
	size_t kept = 0;

	for (size_t i = 0; i < VEC_COUNT(&r->items, struct rule); i++) {
		if (keep(&rules[i]))
			rules[kept++] = rules[i];
	}
	r->items.n = kept * sizeof(*rules);
	r->digest = 0;
}

uint64_t rules_digest(const struct rules *r)
{
	return r->digest;
}

uint32_t rules_count(const struct rules *r)
{
	return (uint32_t)VEC_COUNT(&r->items, struct rule);
}

const struct rule *rules_get(const struct rules *r, uint32_t index)
{
	return &VEC_DATA(&r->items, struct rule)[index];
}

const struct rule *rules_find(const struct rules *r, struct str id)
{
	uint32_t low = 0, high = rules_count(r);

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int rc = str_cmp(id, rules_get(r, middle)->id);

		if (rc == 0)
			return rules_get(r, middle);
		if (rc < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}
