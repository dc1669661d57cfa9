#include "ingest/compile.h"

#include <assert.h>
#include <stdlib.h>

#include <uv.h>

#include "base/intern.h"
#include "graphstore/document.h"
#include "ingest/alias.h"
#include "ingest/document_writer.h"
#include "ingest/earlier.h"

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
	bool has_parts; /* some record is of a part of the scope */
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
	struct store *store;    /* what was there before; NULL: nothing */
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
	struct buf chunks;    /* struct buf per name */
	struct buf has_parts; /* bool per name */
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
	buf_release(&s->has_parts);
	intern_release(&s->names);
	arena_release(&s->arena);
}

static struct buf *sorting_chunk(struct sorting *s, const struct record *r)
{
	uint32_t id = intern_add(&s->names, scope_of(r));

	if (id == VEC_COUNT(&s->chunks, struct buf)) {
		VEC_ADD(&s->chunks, struct buf, { 0 });
		VEC_ADD(&s->has_parts, bool, false);
	}
	VEC_DATA(&s->has_parts, bool)[id] |= r->part.n > 0;
	return &VEC_DATA(&s->chunks, struct buf)[id];
}

/* A document's body is replaced by the place of the compiled document. */
static int add_record(struct compile *c, struct sorting *s, struct record *r,
	struct str encoded, struct err *e)
{
	struct buf *chunk = sorting_chunk(s, r);
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
		struct chunk chunk = { .order = order,
			.has_parts = VEC_DATA(&s.has_parts, bool)[i] };

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

void compile_set_store(struct compile *c, struct store *store)
{
	c->store = store;
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
	bool keeps;                 /* it has parts: the store keeps its records */
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

static void fill_fact(struct filling *f, struct record *r)
{
	struct builder *b = f->out->builder;

	if (r->type == RECORD_SCOPE) {
		if (r->scope.collected_at == 0)
			r->scope.collected_at = f->c->collected_at;
		builder_set_scope(b, &r->scope);
	} else if (r->type == RECORD_ENTITY) {
		builder_add_entity(b, &r->entity);
	} else if (r->type == RECORD_RELATION) {
		builder_add_relation(b, &r->relation);
	} else if (r->type == RECORD_COVERAGE) {
		builder_add_coverage(b, &r->coverage);
	} else if (r->type == RECORD_DOCUMENT) {
		builder_add_document(b, &r->document, NULL, (struct str){ 0 });
	}
}

/* `entry` is NULL unless it is a document that has bytes. */
static int fill_record(struct filling *f, struct record *r,
	const struct documents_entry *entry, struct err *e)
{
	if (!entry)
		fill_fact(f, r);
	else if (fill_document(f, &r->document, entry, e) < 0)
		return e->code;
	if (f->keeps)
		builder_keep(f->out->builder, r, entry ? &entry->digest : NULL);
	return 0;
}

/* Take the next record of a chunk. */
static int next_record(struct filling *f, struct str *left, struct record *r,
	struct documents_entry *entry, bool *has_document, struct err *e)
{
	struct frame frame;
	size_t offset = 0;
	int rc;

	assert(left->n >= sizeof(frame));
	memcpy(&frame, left->p, sizeof(frame));
	*left = str_skip(*left, sizeof(frame));
	*has_document = frame.has_document != 0;
	if (frame.has_document) {
		memcpy(entry, left->p, sizeof(*entry));
		*left = str_skip(*left, sizeof(*entry));
	}
	arena_reset(&f->arena);
	rc = record_decode_again(r, str_head(*left, frame.size), &offset, &f->arena, e);
	if (rc < 0)
		return rc;
	assert(rc == 1 && offset == frame.size);
	*left = str_skip(*left, frame.size);
	alias_apply(&f->c->aliases, f->scope, r);
	r->part = alias_scope(&f->c->aliases, r->part);
	return 0;
}

static int fill_chunk(struct filling *f, const struct chunk *chunk, struct err *e)
{
	struct documents_entry entry;
	struct record r;
	struct str left;
	bool has_document;

	if (spool_read(f->c->spool, &chunk->place, &f->bytes, &left, e) < 0)
		return e->code;
	while (left.n > 0) {
		if (next_record(f, &left, &r, &entry, &has_document, e) < 0)
			return e->code;
		if (fill_record(f, &r, has_document ? &entry : NULL, e) < 0)
			return e->code;
	}
	return 0;
}

/* The parts of the scope that a chunk has records of. */
static int add_parts(
	struct intern *parts, struct filling *f, const struct chunk *chunk, struct err *e)
{
	struct documents_entry entry;
	struct record r;
	struct str left;
	bool has_document;

	f->keeps |= chunk->has_parts;
	if (!chunk->has_parts) {
		intern_add(parts, (struct str){ 0 });
		return 0;
	}
	if (spool_read(f->c->spool, &chunk->place, &f->bytes, &left, e) < 0)
		return e->code;
	while (left.n > 0) {
		if (next_record(f, &left, &r, &entry, &has_document, e) < 0)
			return e->code;
		intern_add(parts, r.part);
	}
	return 0;
}

static int take_earlier(void *ctx, struct record *r, const struct sha256 *digest,
	struct str compiled, struct err *e)
{
	struct filling *f = ctx;

	(void)e;
	f->keeps = true;
	if (digest)
		builder_add_document(f->out->builder, &r->document, digest, compiled);
	else
		fill_fact(f, r);
	builder_keep(f->out->builder, r, digest);
	return 0;
}

/* What the store has of the scope's other parts stays. */
static int fill_earlier(struct filling *f, const struct scope *s, struct err *e)
{
	struct earlier from = {
		.store = f->c->store, .scope = f->scope, .aliases = &f->c->aliases
	};
	struct intern parts;
	int rc = 0;

	intern_init(&parts);
	from.parts = &parts;
	for (size_t i = 0; rc == 0 && i < VEC_COUNT(&s->chunks, struct chunk); i++)
		rc = add_parts(&parts, f, &VEC_DATA(&s->chunks, struct chunk)[i], e);
	if (rc == 0)
		rc = earlier_each(&from, take_earlier, f, e);
	intern_release(&parts);
	return rc;
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
	int rc;

	*out = (struct compile_result){ .builder = builder_new(s->name) };
	arena_init(&out->arena, ARENA_UNLIMITED);
	arena_init(&f.arena, ARENA_UNLIMITED);
	rc = fill_earlier(&f, s, e);
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
