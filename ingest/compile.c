#include "ingest/compile.h"

#include <assert.h>
#include <stdlib.h>

#include <uv.h>

#include "base/intern.h"
#include "graphstore/document.h"
#include "ingest/alias.h"
#include "ingest/document_writer.h"

/*
 * In front of each record of a chunk; a document whose body the record lacks is between
 * them.
 */
struct frame {
	uint32_t size; /* of the record */
	uint32_t has_document;
};

/* Records of one scope from one batch. */
struct chunk {
	struct compile_order order;
	struct spool_place place;
};

struct scope {
	struct str name;
	struct buf chunks;   /* struct chunk, sorted by compile_finish */
	struct buf refusals; /* uint32_t: indexes of those that concern the scope */
};

struct refusal {
	uint32_t input;
	struct str reason;
	bool placed; /* the scopes that it concerns are known */
};

struct compile {
	uv_mutex_t mutex; /* of names and scopes, until compile_finish */
	struct spool *spool;
	struct documents *documents;
	struct document_writer *writer;
	bool documents_written; /* all of them */
	int64_t collected_at;
	struct intern names;        /* ids are indexes of `scopes` until compile_finish */
	struct buf scopes;          /* struct scope */
	struct buf refusals;        /* struct refusal */
	struct alias_table aliases; /* under the mutex until compile_finish */
	struct arena arena;
};

void compile_new(struct compile **out, struct spool *spool, struct documents *documents,
	int64_t collected_at)
{
	struct compile *c = calloc(1, sizeof(*c));

	if (!c || uv_mutex_init(&c->mutex) != 0)
		abort();
	c->spool = spool;
	c->documents = documents;
	document_writer_new(&c->writer, documents, spool);
	c->collected_at = collected_at;
	intern_init(&c->names);
	alias_init(&c->aliases);
	arena_init(&c->arena, ARENA_UNLIMITED);
	*out = c;
}

static void forget_chunks(struct compile *c, struct scope *s)
{
	for (size_t i = 0; i < VEC_COUNT(&s->chunks, struct chunk); i++)
		spool_forget(c->spool, &VEC_DATA(&s->chunks, struct chunk)[i].place);
	buf_release(&s->chunks);
}

void compile_free(struct compile *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < VEC_COUNT(&c->scopes, struct scope); i++) {
		struct scope *s = &VEC_DATA(&c->scopes, struct scope)[i];

		forget_chunks(c, s);
		buf_release(&s->refusals);
	}
	document_writer_free(c->writer);
	buf_release(&c->scopes);
	buf_release(&c->refusals);
	intern_release(&c->names);
	alias_release(&c->aliases);
	arena_release(&c->arena);
	uv_mutex_destroy(&c->mutex);
	free(c);
}

static struct str scope_of(const struct record *r)
{
	switch (r->type) {
	case RECORD_SCOPE:
		return r->scope.id;
	case RECORD_ENTITY:
		return r->entity.scope;
	case RECORD_RELATION:
		return r->relation.scope;
	case RECORD_DOCUMENT:
		return r->document.scope;
	case RECORD_COVERAGE:
		return r->coverage.scope;
	case RECORD_ALIAS:
		return r->alias.scope;
	default:
		return (struct str){ 0 };
	}
}

/* The records of one batch, by scope. */
struct sorting {
	struct intern names;
	struct buf chunks; /* struct buf per name */
	struct documents_batch documents;
	struct arena arena;
};

static void sorting_init(struct sorting *s)
{
	*s = (struct sorting){ 0 };
	intern_init(&s->names);
	arena_init(&s->arena, ARENA_UNLIMITED);
}

static void sorting_release(struct sorting *s)
{
	for (size_t i = 0; i < VEC_COUNT(&s->chunks, struct buf); i++)
		buf_release(&VEC_DATA(&s->chunks, struct buf)[i]);
	buf_release(&s->chunks);
	intern_release(&s->names);
	arena_release(&s->arena);
}

static struct buf *sorting_chunk(struct sorting *s, struct str name)
{
	uint32_t id = intern_add(&s->names, name);

	if (id == VEC_COUNT(&s->chunks, struct buf))
		VEC_ADD(&s->chunks, struct buf, { 0 });
	return &VEC_DATA(&s->chunks, struct buf)[id];
}

/* A document's body is replaced by the place of the compiled document. */
static int add_record(struct compile *c, struct sorting *s, struct record *r,
	struct str encoded, struct err *e)
{
	struct buf *chunk = sorting_chunk(s, scope_of(r));
	struct documents_entry entry;
	struct frame frame = { .has_document = 0 };
	size_t at = chunk->n;

	if (r->type != RECORD_DOCUMENT || r->document.body.n == 0) {
		frame.size = (uint32_t)encoded.n;
		buf_add(chunk, &frame, sizeof(frame));
		buf_add_str(chunk, encoded);
		return 0;
	}
	if (documents_add(c->documents, &s->documents, &r->document, &entry, e) < 0)
		return e->code;
	r->document.body = (struct str){ 0 };
	buf_add(chunk, &frame, sizeof(frame));
	buf_add(chunk, &entry, sizeof(entry));
	record_encode(chunk, r);
	frame.has_document = 1;
	frame.size = (uint32_t)(chunk->n - at - sizeof(frame) - sizeof(entry));
	memcpy(chunk->p + at, &frame, sizeof(frame));
	return 0;
}

static void add_alias(
	struct compile *c, const struct record_alias *a, struct compile_order order)
{
	uv_mutex_lock(&c->mutex);
	alias_add(&c->aliases, a, (struct alias_place){ order.input, order.batch });
	uv_mutex_unlock(&c->mutex);
}

static int sort_records(struct compile *c, struct sorting *s, struct str records,
	struct compile_order order, struct err *e)
{
	size_t offset = 0, begin = 0;
	struct record r;
	struct str name;
	int rc;

	for (;;) {
		arena_reset(&s->arena);
		rc = record_decode(&r, records, &offset, false, &s->arena, e);
		if (rc <= 0)
			return rc;
		name = scope_of(&r);
		if (r.type != RECORD_HEADER && name.n == 0)
			return err_set(
				e, ERR_FORMAT, "a record at %zu names no scope", begin);
		if (r.type == RECORD_ALIAS)
			add_alias(c, &r.alias, order);
		else if (r.type != RECORD_HEADER &&
			 add_record(c, s, &r,
				 (struct str){ records.p + begin, offset - begin },
				 e) < 0)
			return e->code;
		begin = offset;
	}
}

static void add_chunk(struct compile *c, struct str name, const struct chunk *chunk)
{
	uint32_t id;

	uv_mutex_lock(&c->mutex);
	id = intern_add(&c->names, name);
	if (id == VEC_COUNT(&c->scopes, struct scope))
		VEC_ADD(&c->scopes, struct scope, { .name = intern_get(&c->names, id) });
	buf_add(&VEC_DATA(&c->scopes, struct scope)[id].chunks, chunk, sizeof(*chunk));
	uv_mutex_unlock(&c->mutex);
}

int compile_add(
	struct compile *c, struct str records, struct compile_order order, struct err *e)
{
	struct err ignored = { 0 };
	struct sorting s;
	int rc, ended;

	sorting_init(&s);
	s.documents.place = (struct documents_place){ order.input, order.batch };
	rc = sort_records(c, &s, records, order, e);
	ended = documents_end(c->documents, &s.documents, rc < 0 ? &ignored : e);
	if (rc == 0)
		rc = ended;
	for (uint32_t i = 0; rc == 0 && i < intern_count(&s.names); i++) {
		struct chunk chunk = { .order = order };

		rc = spool_append(c->spool, buf_str(&VEC_DATA(&s.chunks, struct buf)[i]),
			&chunk.place, e);
		if (rc == 0)
			add_chunk(c, intern_get(&s.names, i), &chunk);
	}
	sorting_release(&s);
	return rc;
}

void compile_refuse(struct compile *c, uint32_t input, struct str reason)
{
	VEC_ADD(&c->refusals, struct refusal,
		{ .input = input, .reason = arena_copy(&c->arena, reason) });
}

static int compare_scopes(const void *a, const void *b)
{
	return str_cmp(((const struct scope *)a)->name, ((const struct scope *)b)->name);
}

static int compare_chunks(const void *a, const void *b)
{
	const struct compile_order *x = &((const struct chunk *)a)->order;
	const struct compile_order *y = &((const struct chunk *)b)->order;

	if (x->input != y->input)
		return x->input < y->input ? -1 : 1;
	return (x->batch > y->batch) - (x->batch < y->batch);
}

/* Drop the chunks of one refused input from a scope; true when there were some. */
static bool drop_chunks(struct compile *c, struct scope *s, uint32_t input)
{
	struct chunk *chunk = VEC_DATA(&s->chunks, struct chunk);
	size_t count = VEC_COUNT(&s->chunks, struct chunk), kept = 0;

	for (size_t i = 0; i < count; i++) {
		if (chunk[i].order.input == input)
			spool_forget(c->spool, &chunk[i].place);
		else
			chunk[kept++] = chunk[i];
	}
	s->chunks.n = kept * sizeof(*chunk);
	return kept < count;
}

static void place_refusals(struct compile *c)
{
	struct scope *scopes = VEC_DATA(&c->scopes, struct scope);
	struct refusal *refusals = VEC_DATA(&c->refusals, struct refusal);
	size_t count = VEC_COUNT(&c->scopes, struct scope);

	for (uint32_t k = 0; k < VEC_COUNT(&c->refusals, struct refusal); k++) {
		for (size_t i = 0; i < count; i++) {
			if (drop_chunks(c, &scopes[i], refusals[k].input)) {
				VEC_ADD(&scopes[i].refusals, uint32_t, k);
				refusals[k].placed = true;
			}
		}
		for (size_t i = 0; i < count && !refusals[k].placed; i++)
			VEC_ADD(&scopes[i].refusals, uint32_t, k);
	}
}

/* Scopes that are one go to the one whose id counts; it may be new by that name. */
static void join_scopes(struct compile *c)
{
	struct scope *scopes = VEC_DATA(&c->scopes, struct scope);
	size_t count = VEC_COUNT(&c->scopes, struct scope);

	for (size_t k = 0; k < VEC_COUNT(&c->refusals, struct refusal); k++)
		alias_drop(&c->aliases, VEC_DATA(&c->refusals, struct refusal)[k].input);
	alias_finish(&c->aliases);
	for (size_t i = 0; i < count; i++) {
		struct str name = alias_scope(&c->aliases, scopes[i].name);
		size_t id = 0;

		if (str_eq(name, scopes[i].name))
			continue;
		while (id < count && !str_eq(scopes[id].name, name))
			id++;
		if (id == count) {
			scopes[i].name = name;
			continue;
		}
		buf_add_str(&scopes[id].chunks, buf_str(&scopes[i].chunks));
		buf_add_str(&scopes[id].refusals, buf_str(&scopes[i].refusals));
		scopes[i].chunks.n = 0;
	}
}

uint32_t compile_finish(struct compile *c)
{
	struct scope *scopes = VEC_DATA(&c->scopes, struct scope);
	size_t count = VEC_COUNT(&c->scopes, struct scope), kept = 0;

	place_refusals(c);
	join_scopes(c);
	for (size_t i = 0; i < count; i++) {
		struct buf *chunks = &scopes[i].chunks;

		if (chunks->n == 0) {
			buf_release(chunks);
			buf_release(&scopes[i].refusals);
			continue;
		}
		qsort(chunks->p, VEC_COUNT(chunks, struct chunk), sizeof(struct chunk),
			compare_chunks);
		scopes[kept++] = scopes[i];
	}
	c->scopes.n = kept * sizeof(*scopes);
	if (kept > 1)
		qsort(scopes, kept, sizeof(*scopes), compare_scopes);
	return (uint32_t)kept;
}

/* One scope being compiled. */
struct filling {
	struct compile *c;
	struct compile_result *out;
	struct str scope;
	struct buf bytes, compiled; /* what the spool reads into */
	struct arena arena;
};

static void add_finding(struct filling *f, const struct record_document *d,
	enum compile_finding_type type, uint32_t statement, struct str text)
{
	struct arena *a = &f->out->arena;

	VEC_ADD(&f->out->findings, struct compile_finding,
		{ .type = type,
			.scope = arena_copy(a, f->scope),
			.file = arena_copy(a, d->source.file),
			.holder = arena_copy(a, d->holder),
			.name = arena_copy(a, d->name),
			.offset = d->source.offset,
			.statement = statement,
			.text = arena_copy(a, text) });
}

static int find_problems(struct filling *f, const struct record_document *d,
	const struct documents_entry *entry, struct str compiled, struct str warnings,
	struct err *e)
{
	struct document document;
	struct str text;
	uint32_t statement;
	size_t at = 0;

	if (entry->invalid) {
		if (document_open(&document, compiled, e) < 0)
			return e->code;
		add_finding(f, d, COMPILE_INVALID, 0, document.problem);
		return 0;
	}
	while (documents_next_warning(warnings, &at, &statement, &text))
		add_finding(f, d, COMPILE_WARNING, statement, text);
	return 0;
}

/* The first holder of a document in the scope brings its bytes. */
static int fill_document(struct filling *f, const struct record_document *d,
	const struct documents_entry *entry, struct err *e)
{
	struct str compiled = { 0 }, warnings;
	int rc = 0;

	if (!builder_has_document(f->out->builder, &entry->digest)) {
		buf_add(&f->out->documents, entry, sizeof(*entry));
		rc = documents_read(
			f->c->documents, entry, &f->compiled, &compiled, &warnings, e);
		if (rc == 0)
			rc = find_problems(f, d, entry, compiled, warnings, e);
	}
	if (rc == 0)
		builder_add_document(f->out->builder, d, &entry->digest, compiled);
	return rc;
}

/* `entry` is NULL unless it is a document that has bytes. */
static int fill_record(struct filling *f, struct record *r,
	const struct documents_entry *entry, struct err *e)
{
	struct builder *b = f->out->builder;

	switch (r->type) {
	case RECORD_SCOPE:
		if (r->scope.collected_at == 0)
			r->scope.collected_at = f->c->collected_at;
		builder_set_scope(b, &r->scope);
		return 0;
	case RECORD_ENTITY:
		builder_add_entity(b, &r->entity);
		return 0;
	case RECORD_RELATION:
		builder_add_relation(b, &r->relation);
		return 0;
	case RECORD_COVERAGE:
		builder_add_coverage(b, &r->coverage);
		return 0;
	case RECORD_DOCUMENT:
		if (entry)
			return fill_document(f, &r->document, entry, e);
		builder_add_document(b, &r->document, NULL, (struct str){ 0 });
		return 0;
	default:
		return 0;
	}
}

static int fill_chunk(struct filling *f, const struct chunk *chunk, struct err *e)
{
	struct documents_entry entry;
	struct frame frame;
	struct record r;
	struct str left;
	size_t offset;
	int rc;

	if (spool_read(f->c->spool, &chunk->place, &f->bytes, &left, e) < 0)
		return e->code;
	while (left.n > 0) {
		assert(left.n >= sizeof(frame));
		memcpy(&frame, left.p, sizeof(frame));
		left = str_skip(left, sizeof(frame));
		if (frame.has_document) {
			memcpy(&entry, left.p, sizeof(entry));
			left = str_skip(left, sizeof(entry));
		}
		arena_reset(&f->arena);
		offset = 0;
		rc = record_decode_again(
			&r, str_head(left, frame.size), &offset, &f->arena, e);
		if (rc < 0)
			return rc;
		assert(rc == 1 && offset == frame.size);
		alias_apply(&f->c->aliases, f->scope, &r);
		if (fill_record(f, &r, frame.has_document ? &entry : NULL, e) < 0)
			return e->code;
		left = str_skip(left, frame.size);
	}
	return 0;
}

static void fill_refusals(struct filling *f, const struct scope *s)
{
	for (size_t i = 0; i < VEC_COUNT(&s->refusals, uint32_t); i++) {
		uint32_t k = VEC_DATA(&s->refusals, uint32_t)[i];
		struct record_coverage coverage = {
			.scope = s->name,
			.what = STR_LIT("input"),
			.detail = VEC_DATA(&f->c->refusals, struct refusal)[k].reason,
			.state = COVERAGE_REFUSED,
		};

		builder_add_coverage(f->out->builder, &coverage);
	}
}

int compile_scope(
	struct compile_result *out, struct compile *c, uint32_t scope, struct err *e)
{
	struct scope *s = &VEC_DATA(&c->scopes, struct scope)[scope];
	struct filling f = { .c = c, .out = out, .scope = s->name };
	int rc = 0;

	*out = (struct compile_result){ .builder = builder_new(s->name) };
	arena_init(&out->arena, ARENA_UNLIMITED);
	arena_init(&f.arena, ARENA_UNLIMITED);
	for (size_t i = 0; rc == 0 && i < VEC_COUNT(&s->chunks, struct chunk); i++) {
		struct chunk *chunk = &VEC_DATA(&s->chunks, struct chunk)[i];

		rc = fill_chunk(&f, chunk, e);
		spool_forget(c->spool, &chunk->place);
	}
	buf_release(&f.bytes);
	buf_release(&f.compiled);
	arena_release(&f.arena);
	fill_refusals(&f, s);
	if (rc == 0)
		rc = builder_seal(out->builder, e);
	if (rc < 0)
		compile_result_release(out);
	return rc;
}

void compile_result_release(struct compile_result *r)
{
	builder_free(r->builder);
	buf_release(&r->documents);
	buf_release(&r->findings);
	arena_release(&r->arena);
	*r = (struct compile_result){ 0 };
}

int compile_write_documents(struct compile *c, struct store_write *w, struct err *e)
{
	if (c->refusals.n > 0)
		return 0;
	c->documents_written = true;
	return document_writer_all(c->writer, w, e);
}

int compile_write(
	struct compile_result *r, struct compile *c, struct store_write *w, struct err *e)
{
	if (!c->documents_written &&
		document_writer_some(c->writer, &r->documents, w, e) < 0)
		return e->code;
	builder_documents_are_put(r->builder);
	return builder_write(r->builder, w, e);
}

int compile_count_documents(struct compile *c, uint64_t *out, struct err *e)
{
	return document_writer_count(c->writer, out, e);
}
