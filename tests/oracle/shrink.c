#include "shrink.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/json.h"
#include "base/record.h"
#include "duel.h"

/* Exit status of a child; a sanitizer ends a program with 1. */
#define EXIT_DIFFER 77

struct shrink {
	struct arena arena;
	struct buf records; /* of struct record */
	const char *directory;
	uint64_t seed;
	uint32_t sort;
};

static struct record *record_at(struct shrink *s, size_t i)
{
	return &VEC_DATA(&s->records, struct record)[i];
}

static void encode(
	struct buf *out, struct shrink *s, size_t without_begin, size_t without_end)
{
	for (size_t i = 0; i < VEC_COUNT(&s->records, struct record); i++) {
		if (i < without_begin || i >= without_end)
			record_encode(out, record_at(s, i));
	}
}

/*
 * Whether they still differ when some records are left out. In a process of its own: a
 * world on the way may end the program, which is another sort of difference.
 */
static bool still_differ(struct shrink *s, size_t without_begin, size_t without_end)
{
	struct buf stream = { 0 };
	int status = 0;

	encode(&stream, s, without_begin, without_end);
	fflush(stdout);
	pid_t child = fork();

	if (child == 0) {
		struct duel_result r;
		struct err e = { 0 };
		int silent = open("/dev/null", O_WRONLY);

		dup2(silent, STDERR_FILENO);
		int rc = duel_run(&r, buf_str(&stream), s->directory, s->seed, &e);

		_exit(rc == 0 && s->sort < SHRINK_CRASH &&
					(r.sorts[s->sort / 64] >> s->sort % 64 & 1)
				? EXIT_DIFFER
				: 0);
	}
	buf_release(&stream);
	if (child < 0 || waitpid(child, &status, 0) < 0)
		return false;
	if (s->sort == SHRINK_CRASH)
		return WIFSIGNALED(status) || WEXITSTATUS(status) != 0;
	return WIFEXITED(status) && WEXITSTATUS(status) == EXIT_DIFFER;
}

static void drop(struct shrink *s, size_t begin, size_t end)
{
	struct buf kept = { 0 };

	for (size_t i = 0; i < VEC_COUNT(&s->records, struct record); i++) {
		if (i < begin || i >= end)
			VEC_ADD(&kept, struct record, *record_at(s, i));
	}
	buf_release(&s->records);
	s->records = kept;
}

/*
 * What says how much is known stays, so that a world does not turn into one about that.
 */
static bool is_frame(const struct record *r)
{
	return r->type == RECORD_SCOPE || r->type == RECORD_COVERAGE ||
	       (r->type == RECORD_ENTITY &&
		       (r->entity.flags & (ENTITY_ROOT | ENTITY_CONTAINER))) ||
	       (r->type == RECORD_RELATION && r->relation.type == RELATION_CONTAINS);
}

/* Move the frame to the front; the number of its records. */
static size_t sort_frame(struct shrink *s)
{
	struct buf sorted = { 0 };
	size_t count = VEC_COUNT(&s->records, struct record), frame;

	for (size_t i = 0; i < count; i++) {
		if (is_frame(record_at(s, i)))
			VEC_ADD(&sorted, struct record, *record_at(s, i));
	}
	frame = VEC_COUNT(&sorted, struct record);
	for (size_t i = 0; i < count; i++) {
		if (!is_frame(record_at(s, i)))
			VEC_ADD(&sorted, struct record, *record_at(s, i));
	}
	buf_release(&s->records);
	s->records = sorted;
	return frame;
}

/* Leave out runs of records, long ones first. */
static bool drop_records(struct shrink *s, size_t frame)
{
	bool dropped = false;

	for (size_t size = VEC_COUNT(&s->records, struct record) / 2 + 1; size > 0;
		size /= 2) {
		size_t at = frame;

		while (at < VEC_COUNT(&s->records, struct record)) {
			if (still_differ(s, at, at + size)) {
				drop(s, at, at + size);
				dropped = true;
			} else {
				at += size;
			}
		}
	}
	return dropped;
}

/* The policy without its n-th statement; empty when it has no such one or no other. */
static struct str without_statement(struct shrink *s, struct str body, size_t n)
{
	struct json j;
	struct err e = { 0 };
	struct buf out = { 0 };
	const struct json_value *v;
	struct str name, shorter = { 0 };
	size_t i = 0, kept = 0;

	if (json_parse(&j, body, (struct json_origin){ 0 }, &e) < 0)
		return shorter;
	struct json_iter it = json_iterate(json_get(j.root, "Statement"));

	buf_printf(&out, "{\"Version\":\"2012-10-17\",\"Statement\":[");
	while (json_next(&it, &name, &v)) {
		if (i++ == n)
			continue;
		struct str text = json_text(&j, v);

		if (kept++ > 0)
			buf_add_char(&out, ',');
		buf_add_str(&out, text);
	}
	buf_printf(&out, "]}");
	if (kept > 0 && n < i)
		shorter = arena_copy(&s->arena, buf_str(&out));
	buf_release(&out);
	json_release(&j);
	return shorter;
}

static bool drop_statements(struct shrink *s)
{
	bool dropped = false;

	for (size_t i = 0; i < VEC_COUNT(&s->records, struct record); i++) {
		size_t n = 0;

		while (record_at(s, i)->type == RECORD_DOCUMENT) {
			struct str old = record_at(s, i)->document.body;
			struct str shorter = without_statement(s, old, n);

			if (shorter.n == 0)
				break;
			record_at(s, i)->document.body = shorter;
			if (still_differ(s, 0, 0)) {
				dropped = true;
			} else {
				record_at(s, i)->document.body = old;
				n++;
			}
		}
	}
	return dropped;
}

void shrink_world(struct buf *out, struct str stream, const char *directory,
	uint64_t seed, uint32_t sort)
{
	struct shrink s = { .directory = directory, .seed = seed, .sort = sort };
	struct record r;
	struct err e = { 0 };
	size_t offset = 0;

	arena_init(&s.arena, ARENA_UNLIMITED);
	while (record_decode(&r, stream, &offset, false, &s.arena, &e) == 1)
		VEC_ADD(&s.records, struct record, r);
	size_t frame = sort_frame(&s);

	while (drop_records(&s, frame) || drop_statements(&s))
		continue;
	encode(out, &s, 0, 0);
	buf_release(&s.records);
	arena_release(&s.arena);
}

static void print_record(struct buf *out, const struct record *r)
{
	switch (r->type) {
	case RECORD_SCOPE:
		buf_printf(out, "scope %.*s in %.*s\n", STR_ARG(r->scope.id),
			STR_ARG(r->scope.parent));
		break;
	case RECORD_ENTITY:
		buf_printf(out, "entity %.*s", STR_ARG(r->entity.key));
		for (uint32_t i = 0; i < r->entity.tag_count; i++)
			buf_printf(out, " tag %.*s=%.*s", STR_ARG(r->entity.tags[i].key),
				STR_ARG(r->entity.tags[i].value));
		buf_printf(out, " flags %x\n", r->entity.flags);
		break;
	case RECORD_RELATION:
		buf_printf(out, "%.*s %.*s %.*s\n", STR_ARG(r->relation.from),
			STR_ARG(record_relation_name(r->relation.type)),
			STR_ARG(r->relation.to));
		break;
	case RECORD_DOCUMENT:
		buf_printf(out, "%.*s of %.*s: %.*s\n",
			STR_ARG(record_layer_name(r->document.layer)),
			STR_ARG(r->document.holder), STR_ARG(r->document.body));
		break;
	case RECORD_COVERAGE:
		if (r->coverage.state == COVERAGE_GOT)
			break;
		buf_printf(out, "coverage %.*s %.*s %d\n", STR_ARG(r->coverage.what),
			STR_ARG(r->coverage.subject), r->coverage.state);
		break;
	case RECORD_ALIAS:
	case RECORD_HEADER:
	case RECORD_TYPE_END:
		break;
	}
}

void shrink_print(struct buf *out, struct str stream)
{
	struct arena a;
	struct record r;
	struct err e = { 0 };
	size_t offset = 0;

	arena_init(&a, ARENA_UNLIMITED);
	while (record_decode(&r, stream, &offset, false, &a, &e) == 1)
		print_record(out, &r);
	arena_release(&a);
}
