#include "graphstore/seal_priv.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "graphstore/packed.h"
#include "graphstore/pending_priv.h"
#include "graphstore/segment_priv.h"
#include "graphstore/table_priv.h"

void *builder_memory(size_t count, size_t size)
{
	void *p = calloc(count > 0 ? count : 1, size);

	if (!p) {
		fprintf(stderr, "out of memory\n");
		abort();
	}
	return p;
}

struct str builder_str(const struct builder *b, text_id t)
{
	return intern_get(&b->texts, t);
}

static text_id text_add(struct builder *b, struct str s)
{
	return s.n > 0 ? intern_add(&b->texts, s) : BUILDER_NO_TEXT;
}

static struct builder_source source_of(
	struct builder *b, const struct record_source *source)
{
	return (struct builder_source){ text_add(b, source->file), source->offset };
}

int builder_source_compare(const struct builder *b, const struct builder_source *x,
	const struct builder_source *y)
{
	bool no_x = x->file == BUILDER_NO_TEXT, no_y = y->file == BUILDER_NO_TEXT;
	int order = no_x - no_y;

	if (order == 0)
		order = str_cmp(builder_str(b, x->file), builder_str(b, y->file));
	return order != 0 ? order : (x->offset > y->offset) - (x->offset < y->offset);
}

struct builder *builder_new(struct str scope)
{
	struct builder *b = builder_memory(1, sizeof(*b));

	intern_init(&b->texts);
	intern_init(&b->digests);
	intern_add(&b->texts, STR_LIT(""));
	b->scope = text_add(b, scope);
	return b;
}

/* What only sealing needs. */
static void rows_release(struct builder *b)
{
	buf_release(&b->entity_of);
	buf_release(&b->entities);
	buf_release(&b->tags);
	buf_release(&b->attributes);
	buf_release(&b->relations);
	buf_release(&b->holdings);
	buf_release(&b->coverages);
}

void builder_free(struct builder *b)
{
	if (!b)
		return;
	intern_release(&b->texts);
	intern_release(&b->digests);
	rows_release(b);
	buf_release(&b->docs);
	buf_release(&b->compiled);
	buf_release(&b->bodies);
	buf_release(&b->doc_order);
	section_parts_release(&b->parts);
	section_parts_release(&b->pieces);
	section_parts_release(&b->blocks);
	section_parts_release(&b->kept_blocks);
	buf_release(&b->kept);
	free(b);
}

static void set_text(struct builder *b, text_id *field, struct str s)
{
	if (s.n > 0)
		*field = text_add(b, s);
}

void builder_set_scope(struct builder *b, const struct record_scope *scope)
{
	set_text(b, &b->key, scope->key);
	set_text(b, &b->parent, scope->parent);
	set_text(b, &b->format, scope->format);
	if (scope->collected_at > b->collected_at)
		b->collected_at = scope->collected_at;
}

/* The entity of a key, made when new. */
static struct builder_entity *entity_at(struct builder *b, text_id key, uint32_t flags)
{
	size_t need = ((size_t)key + 1) * sizeof(uint32_t);
	uint32_t *slot;

	if (b->entity_of.n < need) {
		size_t more = need - b->entity_of.n;

		memset(buf_reserve(&b->entity_of, more), 0, more);
		b->entity_of.n = need;
	}
	slot = &VEC_DATA(&b->entity_of, uint32_t)[key];
	if (*slot == 0) {
		VEC_ADD(&b->entities, struct builder_entity,
			{ .key = key, .flags = flags });
		*slot = (uint32_t)VEC_COUNT(&b->entities, struct builder_entity);
	}
	return &VEC_DATA(&b->entities, struct builder_entity)[*slot - 1];
}

static void add_pairs(struct builder *b, struct buf *pairs, text_id owner,
	const struct record_pair *from, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		VEC_ADD(pairs, struct builder_pair,
			{ .owner = owner,
				.key = text_add(b, from[i].key),
				.value = text_add(b, from[i].value),
				.order = (uint32_t)VEC_COUNT(
					pairs, struct builder_pair) });
	}
}

void builder_add_entity(struct builder *b, const struct record_entity *entity)
{
	text_id key = text_add(b, entity->key);
	struct builder_source source;
	struct builder_entity *into;
	struct str kind, name;

	if (record_key_reference(entity->key, &kind, &name)) {
		add_pairs(b, &b->tags, key, entity->tags, entity->tag_count);
		add_pairs(b, &b->attributes, key, entity->attributes,
			entity->attribute_count);
		return;
	}
	into = entity_at(b, key, entity->flags);
	/* What somebody collected is not outside of what was collected. */
	into->flags = (into->flags & entity->flags) |
		      ((into->flags | entity->flags) & ~ENTITY_EXTERNAL);
	set_text(b, &into->kind, entity->kind);
	set_text(b, &into->name, entity->name);
	set_text(b, &into->parent, entity->parent);
	into->created = entity->created != 0 ? entity->created : into->created;
	into->last_used = entity->last_used != 0 ? entity->last_used : into->last_used;
	into->tags_known |= entity->tags_known;
	add_pairs(b, &b->tags, key, entity->tags, entity->tag_count);
	add_pairs(b, &b->attributes, key, entity->attributes, entity->attribute_count);
	source = source_of(b, &entity->source);
	if (builder_source_compare(b, &source, &into->source) < 0)
		into->source = source;
}

void builder_add_relation(struct builder *b, const struct record_relation *relation)
{
	struct builder_relation row = {
		.from = text_add(b, relation->from),
		.to = text_add(b, relation->to),
		.type = relation->type,
	};

	assert(relation->type >= RELATION_MEMBER_OF &&
		relation->type < RELATION_TYPE_END);
	buf_add(&b->relations, &row, sizeof(row));
}

void builder_add_coverage(struct builder *b, const struct record_coverage *coverage)
{
	struct builder_coverage row = {
		.what = text_add(b, coverage->what),
		.subject = text_add(b, coverage->subject),
		.detail = text_add(b, coverage->detail),
		.state = coverage->state,
	};

	buf_add(&b->coverages, &row, sizeof(row));
}

static struct str digest_str(const struct sha256 *digest)
{
	return (struct str){ (const char *)digest->bytes, sizeof(digest->bytes) };
}

bool builder_has_document(const struct builder *b, const struct sha256 *digest)
{
	uint32_t i = intern_find(&b->digests, digest_str(digest));

	return i != INTERN_NONE &&
	       VEC_DATA(&b->docs, struct builder_doc)[i].compiled_size > 0;
}

static uint32_t doc_add(struct builder *b, const struct sha256 *digest,
	struct str compiled, struct str text)
{
	uint32_t i = intern_add(&b->digests, digest_str(digest));
	struct builder_doc *doc;

	if (i == VEC_COUNT(&b->docs, struct builder_doc))
		VEC_ADD(&b->docs, struct builder_doc, { 0 });
	doc = &VEC_DATA(&b->docs, struct builder_doc)[i];
	if (doc->compiled_size == 0 && compiled.n > 0) {
		buf_align(&b->compiled, 8);
		doc->compiled = b->compiled.n;
		doc->compiled_size = (uint32_t)compiled.n;
		buf_add_str(&b->compiled, compiled);
	}
	if (doc->text_size == 0 && text.n > 0) {
		doc->text = b->bodies.n;
		doc->text_size = (uint32_t)text.n;
		buf_add_str(&b->bodies, text);
	}
	return i;
}

void builder_add_document(struct builder *b, const struct record_document *document,
	const struct sha256 *digest, struct str compiled)
{
	struct builder_holding row = {
		.holder = text_add(b, document->holder),
		.name = text_add(b, document->name),
		.source = source_of(b, &document->source),
		.layer = document->layer,
		.doc = SEGMENT_NONE,
	};

	if (digest)
		row.doc = doc_add(b, digest, compiled, document->body);
	buf_add(&b->holdings, &row, sizeof(row));
}

static void kept_end(struct builder *b)
{
	struct buf packed = { 0 };

	if (b->kept.n == 0)
		return;
	packed_add(&packed, buf_str(&b->kept));
	buf_add(&b->kept_blocks, &packed, sizeof(packed));
	buf_clear(&b->kept);
}

void builder_keep(struct builder *b, const struct record *r, const struct sha256 *digest)
{
	static const char digits[] = "0123456789abcdef";
	char text[sizeof("sha256:") + 2 * sizeof(digest->bytes)] = "sha256:";
	struct record whole = *r;

	if (digest) {
		for (size_t i = 0; i < sizeof(digest->bytes); i++) {
			text[7 + 2 * i] = digits[digest->bytes[i] >> 4];
			text[8 + 2 * i] = digits[digest->bytes[i] & 15];
		}
		whole.document.body = str_from(text);
	}
	record_encode(&b->kept, &whole);
	if (b->kept.n >= PACKED_BLOCK_BYTES)
		kept_end(b);
}

int builder_seal(struct builder *b, struct err *e)
{
	assert(!b->sealed);
	if (seal_run(b, e) < 0)
		return err_wrap(e, "scope '%.*s'", STR_ARG(builder_str(b, b->scope)));
	rows_release(b);
	kept_end(b);
	section_cut(&b->pieces, &b->parts);
	b->sealed = true;
	return 0;
}

static int parts_write(struct store_write *w, enum store_table table,
	const struct buf *parts, const uint32_t place[2], struct err *e)
{
	const struct buf *part = VEC_DATA(parts, struct buf);
	size_t count = VEC_COUNT(parts, struct buf);

	for (size_t i = 0; i < count; i++) {
		struct table_place at = table_place(place[0], place[1], (uint32_t)i);
		struct str key = { (const char *)at.bytes, sizeof(at.bytes) };
		int rc = table == STORE_SEGMENTS
				 ? table_put(w, table, key, buf_str(&part[i]), 0, e)
				 : table_put_checked(
					   w, table, key, buf_str(&part[i]), 0, e);

		if (rc < 0)
			return rc;
	}
	return 0;
}

/* Documents [begin, end) of the order: their texts as one block, then each of them. */
static int group_write(
	struct builder *b, struct store_write *w, size_t begin, size_t end, struct err *e)
{
	const struct builder_doc *doc = VEC_DATA(&b->docs, struct builder_doc);
	const uint32_t *order = VEC_DATA(&b->doc_order, uint32_t);
	struct buf texts = { 0 }, packed = { 0 };
	struct store_text place = { 0 };
	int rc;

	for (size_t i = begin; i < end; i++)
		buf_add(&texts, b->bodies.p + doc[order[i]].text,
			doc[order[i]].text_size);
	packed_add(&packed, buf_str(&texts));
	rc = store_put_texts(&place.block, w, buf_str(&packed), e);
	for (size_t i = begin; rc == 0 && i < end; i++) {
		const struct builder_doc *d = &doc[order[i]];
		struct str compiled = { b->compiled.p + d->compiled, d->compiled_size };
		struct sha256 digest;

		memcpy(&digest, intern_get(&b->digests, order[i]).p, sizeof(digest));
		place.size = d->text_size;
		rc = store_put_document(w, &digest, &place, compiled, false, e);
		place.offset += d->text_size;
	}
	buf_release(&texts);
	buf_release(&packed);
	return rc;
}

/* Those that the store does not have yet, in the order of their digests. */
static int documents_write(struct builder *b, struct store_write *w, struct err *e)
{
	const struct builder_doc *doc = VEC_DATA(&b->docs, struct builder_doc);
	uint32_t *order = VEC_DATA(&b->doc_order, uint32_t);
	size_t count = VEC_COUNT(&b->doc_order, uint32_t), kept = 0, begin = 0, size = 0;

	for (size_t i = 0; i < count; i++) {
		struct str digest = intern_get(&b->digests, order[i]);

		if (!store_has_document(w, (const uint8_t *)digest.p))
			order[kept++] = order[i];
	}
	for (size_t i = 0; i < kept; i++) {
		size += doc[order[i]].text_size;
		if (size < PACKED_BLOCK_BYTES && i + 1 < kept)
			continue;
		if (group_write(b, w, begin, i + 1, e) < 0)
			return e->code;
		begin = i + 1;
		size = 0;
	}
	return 0;
}

/* What the table of segments gets. */
static const struct buf *values_of(const struct builder *b)
{
	return b->pieces.n > 0 ? &b->pieces : &b->parts;
}

/* Make room for a version; the oldest one goes. */
static void versions_push(
	const struct builder *b, struct store_write *w, struct scope_entry *entry)
{
	struct scope_version *v = entry->versions;
	uint32_t next = entry->version_count > 0 ? v[0].version + 1 : 1;

	if (entry->version_count == SCOPE_VERSIONS) {
		pending_drop(w, entry->number, v[SCOPE_VERSIONS - 1].version);
		entry->version_count--;
	}
	memmove(v + 1, v, entry->version_count * sizeof(*v));
	entry->version_count++;
	v[0] = (struct scope_version){
		.version = next,
		.part_count = (uint32_t)VEC_COUNT(values_of(b), struct buf),
		.block_count = (uint32_t)VEC_COUNT(&b->blocks, struct buf),
		.collected_at = b->collected_at,
		.written_at = w->head.time,
	};
}

struct str builder_scope(const struct builder *b)
{
	return builder_str(b, b->scope);
}

void builder_documents_are_put(struct builder *b)
{
	assert(b->sealed);
	buf_clear(&b->doc_order);
}

int builder_write(struct builder *b, struct store_write *w, struct err *e)
{
	struct str id = builder_str(b, b->scope);
	struct scope_entry entry;
	uint32_t place[2];

	assert(b->sealed);
	if (w->failed)
		return err_set(e, ERR_IO, "a part of the write failed");
	w->failed = true;
	if (pending_claim(&entry, w, id, e) < 0)
		goto fail;
	versions_push(b, w, &entry);
	place[0] = entry.number;
	place[1] = entry.versions[0].version;
	if (parts_write(w, STORE_SEGMENTS, values_of(b), place, e) < 0 ||
		parts_write(w, STORE_SOURCES, &b->blocks, place, e) < 0 ||
		parts_write(w, STORE_KEPT, &b->kept_blocks, place, e) < 0 ||
		documents_write(b, w, e) < 0)
		goto fail;
	pending_put(w, &entry, id);
	w->failed = false;
	return store_slice(w, e);
fail:
	return err_wrap(e, "scope '%.*s'", STR_ARG(id));
}

struct builder_counts builder_counts(const struct builder *b)
{
	assert(b->sealed);
	return b->counts;
}
