#include "graphstore/seal_priv.h"

#include <assert.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/sort.h"
#include "graphstore/dictionary_priv.h"
#include "graphstore/list_priv.h"

/* A text with its number, for sorting. */
struct ranked {
	struct str text;
	uint32_t number;
};

static int compare_ranked(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	return str_cmp(x->text, y->text);
}

static void sort(
	struct buf *rows, size_t size, int (*compare)(const void *, const void *))
{
	if (rows->n > size)
		qsort(rows->p, rows->n / size, size, compare);
}

struct segment_text seal_text(struct seal *s, text_id t)
{
	struct buf *heap = &s->set.section[SECTION_TEXT];
	struct str text = builder_str(s->b, t);
	uint32_t *place;

	/* The empty text is the heap's first. */
	if (heap->n == 0)
		buf_add_char(heap, 0);
	if (text.n == 0)
		return (struct segment_text){ 0 };
	while (VEC_COUNT(&s->places, uint32_t) <= t)
		VEC_ADD(&s->places, uint32_t, 0);
	place = &VEC_DATA(&s->places, uint32_t)[t];
	if (*place == 0) {
		size_t left = text.n;

		*place = (uint32_t)heap->n;
		for (; left >= 0x80; left >>= 7)
			buf_add_char(heap, (char)((left & 0x7f) | 0x80));
		buf_add_char(heap, (char)left);
		buf_add_str(heap, text);
	}
	return (struct segment_text){ *place };
}

struct str seal_str(const struct seal *s, struct segment_text t)
{
	struct str out;
	bool inside = section_text(&out, buf_str(&s->set.section[SECTION_TEXT]), t);

	assert(inside);
	return out;
}

/* The name of an entity, as the end of its key where it is that. */
static uint32_t seal_name(struct seal *s, text_id name, text_id key)
{
	struct str n = builder_str(s->b, name), k = builder_str(s->b, key);

	return n.n > 0 && str_ends(k, n) ? SEGMENT_NAME_ENDS_KEY | (uint32_t)n.n
					 : seal_text(s, name).offset;
}

void seal_starts(struct buf *out, uint32_t list_count, const void *rows, size_t row_size,
	size_t count)
{
	const char *row = rows;
	size_t i = 0;

	for (uint32_t list = 0; list < list_count; list++) {
		uint32_t of = 0;

		VEC_ADD(out, uint32_t, (uint32_t)i);
		for (; i < count; i++) {
			memcpy(&of, row + i * row_size, sizeof(of));
			if (of != list)
				break;
		}
	}
	VEC_ADD(out, uint32_t, (uint32_t)i);
	assert(i == count);
}

void seal_lists(struct seal *s, unsigned section, uint32_t list_count, struct buf *rows)
{
	struct buf *starts = &s->set.section[section];
	struct buf *items = &s->set.section[section + 1];
	const uint64_t *row;
	size_t count, i = 0;

	sort_u64(VEC_DATA(rows, uint64_t), VEC_COUNT(rows, uint64_t));
	row = VEC_DATA(rows, uint64_t);
	count = VEC_COUNT(rows, uint64_t);
	for (uint32_t list = 0; count > 0 && list <= list_count; list++) {
		VEC_ADD(starts, uint32_t, (uint32_t)VEC_COUNT(items, uint32_t));
		for (; i < count && row[i] >> 32 == list; i++) {
			if (i == 0 || row[i] != row[i - 1])
				VEC_ADD(items, uint32_t, (uint32_t)row[i]);
		}
	}
	assert(i == count);
}

/* The bounds of list i in a starts section; 0 items when the section is absent. */
static uint32_t list_at(
	const struct seal *s, unsigned section, uint32_t i, uint32_t *begin)
{
	const struct buf *starts = &s->set.section[section];
	const uint32_t *start = VEC_DATA(starts, uint32_t);

	*begin = 0;
	if (starts->n == 0)
		return 0;
	*begin = start[i];
	return start[i + 1] - start[i];
}

const uint32_t *seal_list(
	const struct seal *s, unsigned section, uint32_t i, uint32_t *count)
{
	uint32_t begin;

	*count = list_at(s, section, i, &begin);
	return *count > 0 ? VEC_DATA(&s->set.section[section + 1], uint32_t) + begin
			  : NULL;
}

const struct segment_holding *seal_holdings(
	const struct seal *s, uint32_t id, uint32_t *count)
{
	const struct buf *held = &s->set.section[SECTION_HOLDINGS];
	uint32_t begin;

	*count = list_at(s, SECTION_HOLDING_STARTS, id, &begin);
	return *count > 0 ? VEC_DATA(held, struct segment_holding) + begin : NULL;
}

uint32_t seal_holding_range(const struct seal *s, uint32_t id, uint32_t *begin)
{
	return list_at(s, SECTION_HOLDING_STARTS, id, begin);
}

uint32_t seal_id(const struct seal *s, text_id key)
{
	assert(key < s->id_texts && s->id_of[key] != SEGMENT_NONE);
	return s->id_of[key];
}

/* Note that a text is a key; whether of an entity is known from entity_of. */
static void mark_key(struct seal *s, text_id key)
{
	if (key != BUILDER_NO_TEXT)
		s->id_of[key] = 0;
}

static void mark_keys(struct seal *s)
{
	const struct builder *b = s->b;
	const struct builder_entity *e = VEC_DATA(&b->entities, struct builder_entity);
	const struct builder_relation *r =
		VEC_DATA(&b->relations, struct builder_relation);
	const struct builder_holding *h = VEC_DATA(&b->holdings, struct builder_holding);
	const struct builder_coverage *c =
		VEC_DATA(&b->coverages, struct builder_coverage);

	mark_key(s, b->key);
	for (size_t i = 0; i < VEC_COUNT(&b->entities, struct builder_entity); i++) {
		mark_key(s, e[i].key);
		mark_key(s, e[i].parent);
	}
	for (size_t i = 0; i < VEC_COUNT(&b->relations, struct builder_relation); i++) {
		mark_key(s, r[i].from);
		mark_key(s, r[i].to);
	}
	for (size_t i = 0; i < VEC_COUNT(&b->holdings, struct builder_holding); i++)
		mark_key(s, h[i].holder);
	for (size_t i = 0; i < VEC_COUNT(&b->coverages, struct builder_coverage); i++)
		mark_key(s, c[i].subject);
}

static uint32_t entity_index(const struct builder *b, text_id key)
{
	return key < VEC_COUNT(&b->entity_of, uint32_t)
		       ? VEC_DATA(&b->entity_of, uint32_t)[key]
		       : 0;
}

uint32_t seal_entity(const struct seal *s, uint32_t id)
{
	return entity_index(s->b, s->text_of[id]) - 1;
}

static uint32_t number_keys(
	struct seal *s, struct buf *keys, uint32_t first, unsigned starts_section)
{
	struct dictionary_builder dictionary = { 0 };
	const struct ranked *key;
	size_t count = VEC_COUNT(keys, struct ranked);

	sort(keys, sizeof(struct ranked), compare_ranked);
	key = VEC_DATA(keys, struct ranked);
	for (size_t i = 0; i < count; i++) {
		s->id_of[key[i].number] = first + (uint32_t)i;
		s->text_of[first + i] = key[i].number;
		dictionary_add(&dictionary, key[i].text);
	}
	s->set.section[starts_section] = dictionary.starts;
	s->set.section[starts_section + 1] = dictionary.bytes;
	return (uint32_t)count;
}

static int keys_make(struct seal *s, struct err *e)
{
	struct buf local = { 0 }, foreign = { 0 };
	int rc = 0;

	s->id_texts = intern_count(&s->b->texts);
	s->id_of = builder_memory(s->id_texts, sizeof(uint32_t));
	s->text_of = builder_memory(s->id_texts, sizeof(text_id));
	memset(s->id_of, 0xff, s->id_texts * sizeof(uint32_t));
	mark_keys(s);
	for (text_id t = 0; t < s->id_texts && rc == 0; t++) {
		struct ranked row = { builder_str(s->b, t), t };

		if (s->id_of[t] == SEGMENT_NONE)
			continue;
		if (row.text.n > LIMIT_KEY_BYTES)
			rc = err_set(e, ERR_LIMIT,
				"a key has %zu bytes, at most %u: '%.*s...'", row.text.n,
				LIMIT_KEY_BYTES, 64, row.text.p);
		else
			buf_add(entity_index(s->b, t) ? &local : &foreign, &row,
				sizeof(row));
	}
	if (rc == 0) {
		s->entity_count = number_keys(s, &local, 0, SECTION_KEY_STARTS);
		s->foreign_count =
			number_keys(s, &foreign, s->entity_count, SECTION_FOREIGN_STARTS);
		s->total = s->entity_count + s->foreign_count;
	}
	buf_release(&local);
	buf_release(&foreign);
	return rc;
}

static void tables_new(struct seal *s)
{
	size_t docs = VEC_COUNT(&s->b->docs, struct builder_doc);

	s->doc_number = builder_memory(docs, sizeof(uint32_t));
	s->documents = builder_memory(docs, sizeof(*s->documents));
	s->missing = builder_memory(s->total, sizeof(uint32_t));
	s->policy_known = builder_memory(s->total, 1);
	s->policy_bits = builder_memory(s->total, 1);
	s->class_of = builder_memory(s->entity_count, sizeof(uint32_t));
}

static void seal_release(struct seal *s)
{
	section_set_release(&s->set);
	buf_release(&s->places);
	buf_release(&s->holding_sources);
	free(s->id_of);
	free(s->text_of);
	free(s->doc_number);
	free(s->documents);
	free(s->missing);
	free(s->policy_known);
	free(s->policy_bits);
	free(s->class_of);
}

/* Number the documents by digest and open each, for the entries to come. */
static int docs_make(struct seal *s, struct err *e)
{
	struct builder *b = s->b;
	const struct builder_doc *doc = VEC_DATA(&b->docs, struct builder_doc);
	uint32_t count = intern_count(&b->digests);
	struct buf rows = { 0 };
	int rc = 0;

	for (uint32_t i = 0; i < count; i++)
		VEC_ADD(&rows, struct ranked, { intern_get(&b->digests, i), i });
	sort(&rows, sizeof(struct ranked), compare_ranked);
	for (uint32_t i = 0; i < count && rc == 0; i++) {
		const struct ranked *row = &VEC_DATA(&rows, struct ranked)[i];
		const struct builder_doc *d = &doc[row->number];
		struct segment_doc out = { 0 };

		s->doc_number[row->number] = i;
		VEC_ADD(&b->doc_order, uint32_t, row->number);
		memcpy(out.digest.bytes, row->text.p, sizeof(out.digest.bytes));
		rc = document_open(&s->documents[i],
			(struct str){ b->compiled.p + d->compiled, d->compiled_size }, e);
		if (rc == 0 && s->documents[i].flags & DOCUMENT_INVALID)
			out.flags = SEGMENT_DOC_INVALID;
		buf_add(&s->set.section[SECTION_DOCS], &out, sizeof(out));
	}
	s->doc_count = s->document_count = count;
	b->counts.documents = count;
	buf_release(&rows);
	return rc;
}

static uint32_t kind_number(struct seal *s, uint32_t *number, text_id kind)
{
	struct buf *kinds = &s->set.section[SECTION_KINDS];

	if (number[kind] == 0) {
		VEC_ADD(kinds, struct segment_text, seal_text(s, kind));
		number[kind] = (uint32_t)VEC_COUNT(kinds, struct segment_text);
	}
	return number[kind] - 1;
}

/* Seconds as the segment has them: what is before 1970 is not known. */
static uint32_t seconds(int64_t time)
{
	if (time < 0)
		return 0;
	return time < SEGMENT_NEVER ? (uint32_t)time : SEGMENT_NEVER - 1;
}

static void entities_make(struct seal *s)
{
	const struct builder_entity *all =
		VEC_DATA(&s->b->entities, struct builder_entity);
	uint32_t *kinds = builder_memory(s->id_texts, sizeof(uint32_t));
	struct buf members = { 0 };

	for (uint32_t id = 0; id < s->entity_count; id++) {
		const struct builder_entity *from = &all[seal_entity(s, id)];
		text_id parent = from->parent ? from->parent : s->b->key;
		struct segment_entity to = {
			.flags = from->flags,
			.kind = (uint16_t)kind_number(s, kinds, from->kind),
			.name = seal_name(s, from->name, from->key),
			.parent = SEGMENT_NONE,
			.class = SEGMENT_NONE,
			.created = seconds(from->created),
			.used = from->last_used == -1 ? SEGMENT_NEVER
						      : seconds(from->last_used),
			.tags_known = from->tags_known,
		};

		if (parent != BUILDER_NO_TEXT && parent != from->key)
			to.parent = seal_id(s, parent);
		buf_add(&s->set.section[SECTION_ENTITIES], &to, sizeof(to));
		VEC_ADD(&members, uint64_t, (uint64_t)to.kind << 32 | id);
	}
	seal_lists(s, SECTION_KIND_MEMBER_STARTS,
		(uint32_t)VEC_COUNT(&s->set.section[SECTION_KINDS], struct segment_text),
		&members);
	buf_release(&members);
	free(kinds);
}

/* Entities have the number of their kind in 16 bits. */
static int kinds_check(const struct seal *s, struct err *e)
{
	size_t count = VEC_COUNT(&s->set.section[SECTION_KINDS], struct segment_text);

	return count <= LIMIT_KINDS
		       ? 0
		       : err_set(e, ERR_LIMIT, "%zu kinds of entities are more than %u",
				 count, LIMIT_KINDS);
}

/* A tag or attribute on its way into the segment. */
struct pair_row {
	uint32_t id;
	uint32_t order;
	struct str key;
	text_id key_text, value;
};

static int compare_pair(const void *a, const void *b)
{
	const struct pair_row *x = a, *y = b;
	int order = (x->id > y->id) - (x->id < y->id);

	if (order == 0)
		order = str_cmp(x->key, y->key);
	return order != 0 ? order : (x->order > y->order) - (x->order < y->order);
}

static void pairs_make(struct seal *s, const struct buf *from, unsigned section)
{
	const struct builder_pair *pair = VEC_DATA(from, struct builder_pair);
	size_t count = VEC_COUNT(from, struct builder_pair), kept = 0;
	struct buf rows = { 0 };
	struct pair_row *row;

	for (size_t i = 0; i < count; i++) {
		if (!entity_index(s->b, pair[i].owner))
			continue; /* a reference that names nothing in the scope */
		VEC_ADD(&rows, struct pair_row,
			{ seal_id(s, pair[i].owner), pair[i].order,
				builder_str(s->b, pair[i].key), pair[i].key,
				pair[i].value });
	}
	count = VEC_COUNT(&rows, struct pair_row);
	sort(&rows, sizeof(*row), compare_pair);
	row = VEC_DATA(&rows, struct pair_row);
	for (size_t i = 0; i < count; i++) {
		if (i + 1 < count && row[i + 1].id == row[i].id &&
			row[i + 1].key_text == row[i].key_text)
			continue;
		row[kept++] = row[i];
		VEC_ADD(&s->set.section[section + 1], struct segment_pair,
			{ seal_text(s, row[i].key_text), seal_text(s, row[i].value) });
	}
	if (kept > 0)
		seal_starts(&s->set.section[section], s->entity_count, row, sizeof(*row),
			kept);
	buf_release(&rows);
}

/* A holding on its way into the segment. */
struct holding_row {
	uint32_t id;
	uint32_t layer, doc;
	struct str name;
	const struct builder *builder;
	const struct builder_holding *from;
};

static int compare_holding(const void *a, const void *b)
{
	const struct holding_row *x = a, *y = b;
	int order = (x->id > y->id) - (x->id < y->id);

	if (order == 0)
		order = (x->layer > y->layer) - (x->layer < y->layer);
	if (order == 0)
		order = str_cmp(x->name, y->name);
	if (order == 0)
		order = (x->doc > y->doc) - (x->doc < y->doc);
	return order != 0 ? order
			  : builder_source_compare(
				    x->builder, &x->from->source, &y->from->source);
}

static bool same_holding(const struct holding_row *x, const struct holding_row *y)
{
	return x->id == y->id && x->layer == y->layer && x->doc == y->doc &&
	       str_eq(x->name, y->name);
}

/* A policy that cannot be one was read in vain. */
static enum segment_policy_state holding_state(
	const struct seal *s, const struct builder_holding *h)
{
	if (h->doc == SEGMENT_NONE)
		return SEGMENT_POLICY_NONE;
	if (s->documents[s->doc_number[h->doc]].flags & DOCUMENT_INVALID)
		return SEGMENT_POLICY_REFUSED;
	return SEGMENT_POLICY_GOT;
}

/* So that those with such a policy are found without looking at all entities. */
static void note_invalid(struct seal *s, const struct builder_holding *h)
{
	struct str problem = s->documents[s->doc_number[h->doc]].problem;

	VEC_ADD(&s->b->coverages, struct builder_coverage,
		{ .what = intern_add(&s->b->texts, h->layer == LAYER_TRUST
							   ? STR_LIT("trust-policy")
							   : STR_LIT("resource-policy")),
			.subject = h->holder,
			.detail = intern_add(&s->b->texts, problem),
			.state = COVERAGE_REFUSED });
}

static void note_state(struct seal *s, const struct builder_holding *h, uint32_t id)
{
	enum segment_policy_state state = holding_state(s, h);

	if (h->layer == LAYER_IDENTITY)
		s->policy_known[id] = 1;
	if (h->layer != LAYER_RESOURCE && h->layer != LAYER_TRUST)
		return;
	s->policy_bits[id] |= (uint8_t)(1u << state);
	if (state == SEGMENT_POLICY_REFUSED)
		note_invalid(s, h);
}

static void holdings_collect(struct seal *s, struct buf *rows)
{
	const struct builder_holding *h =
		VEC_DATA(&s->b->holdings, struct builder_holding);
	size_t count = VEC_COUNT(&s->b->holdings, struct builder_holding);

	for (size_t i = 0; i < count; i++) {
		struct holding_row row = {
			.id = seal_id(s, h[i].holder),
			.layer = h[i].layer,
			.name = builder_str(s->b, h[i].name),
			.builder = s->b,
			.from = &h[i],
		};

		note_state(s, &h[i], row.id);
		if (h[i].doc == SEGMENT_NONE)
			continue;
		row.doc = s->doc_number[h[i].doc];
		buf_add(rows, &row, sizeof(row));
	}
	sort(rows, sizeof(struct holding_row), compare_holding);
}

static void holdings_make(struct seal *s)
{
	struct buf rows = { 0 };
	struct holding_row *row;
	size_t count, kept = 0;

	holdings_collect(s, &rows);
	row = VEC_DATA(&rows, struct holding_row);
	count = VEC_COUNT(&rows, struct holding_row);
	for (size_t i = 0; i < count; i++) {
		if (kept > 0 && same_holding(&row[kept - 1], &row[i]))
			continue;
		row[kept++] = row[i];
		VEC_ADD(&s->set.section[SECTION_HOLDINGS], struct segment_holding,
			{ .doc = row[i].doc,
				.layer = row[i].layer,
				.name = seal_text(s, row[i].from->name) });
		VEC_ADD(&s->holding_sources, struct builder_source, row[i].from->source);
	}
	if (kept > 0)
		seal_starts(&s->set.section[SECTION_HOLDING_STARTS], s->total, row,
			sizeof(*row), kept);
	buf_release(&rows);
}

static void relations_make(struct seal *s)
{
	const struct builder_relation *r =
		VEC_DATA(&s->b->relations, struct builder_relation);
	size_t count = VEC_COUNT(&s->b->relations, struct builder_relation);

	for (enum record_relation_type type = RELATION_MEMBER_OF;
		type < RELATION_TYPE_END; type++) {
		unsigned section = section_relation(type, false);
		struct buf forward = { 0 }, back = { 0 };

		for (size_t i = 0; i < count; i++) {
			if (r[i].type != type)
				continue;
			VEC_ADD(&forward, uint64_t,
				(uint64_t)seal_id(s, r[i].from) << 32 |
					seal_id(s, r[i].to));
			VEC_ADD(&back, uint64_t,
				(uint64_t)seal_id(s, r[i].to) << 32 |
					seal_id(s, r[i].from));
		}
		seal_lists(s, section, s->total, &forward);
		seal_lists(s, section_relation(type, true), s->total, &back);
		s->b->counts.relations +=
			(uint32_t)VEC_COUNT(&s->set.section[section + 1], uint32_t);
		buf_release(&forward);
		buf_release(&back);
	}
}

/* A coverage record on its way into the segment. */
static uint8_t policy_state(uint8_t bits)
{
	if (bits & 1u << SEGMENT_POLICY_REFUSED)
		return SEGMENT_POLICY_REFUSED;
	if (bits & 1u << SEGMENT_POLICY_GOT)
		return SEGMENT_POLICY_GOT;
	return bits ? SEGMENT_POLICY_NONE : SEGMENT_POLICY_NOT_ASKED;
}

/* What entities learn from documents, relations and coverage. */
static void entities_finish(struct seal *s)
{
	struct segment_entity *e =
		VEC_DATA(&s->set.section[SECTION_ENTITIES], struct segment_entity);
	bool all = seal_coverage_all_policies(s, "policies");
	bool inside = all || seal_coverage_all_policies(s, "policies-inside");

	for (uint32_t id = 0; id < s->entity_count; id++) {
		uint8_t rest;

		e[id].class = s->class_of[id];
		rest = (e[id].flags & ENTITY_CONTAINER ? all : inside)
			       ? 1u << SEGMENT_POLICY_NONE
			       : 0;
		e[id].policy_state = policy_state(s->policy_bits[id] | rest);
		if (e[id].policy_state == SEGMENT_POLICY_REFUSED)
			VEC_ADD(&s->set.section[SECTION_REFUSED], uint32_t, id);
	}
}

static void info_make(struct seal *s)
{
	const struct builder *b = s->b;
	struct segment_head head = {
		.scope = seal_text(s, b->scope),
		.key = seal_text(s, b->key),
		.parent = seal_text(s, b->parent),
		.format = seal_text(s, b->format),
		.collected_at = b->collected_at,
		.entity_count = s->entity_count,
		.foreign_count = s->foreign_count,
		.identity_count = b->counts.identities,
		.document_count = b->counts.documents,
		.relation_count = b->counts.relations,
	};

	buf_add(&s->set.section[SECTION_INFO], &head, sizeof(head));
}

/* Of ids most have no holdings, tags or relations of a type, of docs most no class. */
static void starts_pack(struct seal *s)
{
	static const unsigned starts[] = { SECTION_HOLDING_STARTS, SECTION_TAG_STARTS,
		SECTION_ATTRIBUTE_STARTS, SECTION_DOC_CLASS_STARTS,
		SECTION_DOC_STATEMENT_STARTS };

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		list_pack(&s->set.section[starts[i]]);
	for (unsigned i = SECTION_RELATIONS; i < SECTION_COUNT; i += 2)
		list_pack(&s->set.section[i]);
}

int seal_run(struct builder *b, struct err *e)
{
	struct seal s = { .b = b };
	int rc;

	seal_reference_resolve(b);
	rc = keys_make(&s, e);
	if (rc < 0)
		goto done;
	tables_new(&s);
	rc = docs_make(&s, e);
	if (rc < 0)
		goto done;
	entities_make(&s);
	rc = kinds_check(&s, e);
	if (rc < 0)
		goto done;
	pairs_make(&s, &b->tags, SECTION_TAG_STARTS);
	pairs_make(&s, &b->attributes, SECTION_ATTRIBUTE_STARTS);
	holdings_make(&s);
	relations_make(&s);
	seal_class_missing(&s);
	seal_class_make(&s);
	seal_coverage_make(&s);
	entities_finish(&s);
	seal_statement_make(&s);
	seal_class_finish(&s);
	seal_entry_make(&s);
	seal_source_make(&s);
	b->counts.entities = s.entity_count;
	b->counts.classes = s.class_count;
	info_make(&s);
	starts_pack(&s);
	rc = section_pack(&b->parts, &s.set, e);
done:
	seal_release(&s);
	return rc;
}
