#include "graphstore/segment_priv.h"

#include "base/mutant.h"
#include "graphstore/list_priv.h"

static const struct segment_entity no_entity = {
	.kind = SEGMENT_NO_KIND,
	.parent = SEGMENT_NONE,
	.class = SEGMENT_NONE,
};

static const struct segment_doc no_doc = { .flags = SEGMENT_DOC_MISSING };

static const struct segment_class no_class;

static const struct segment_statement no_statement = { .doc = SEGMENT_NONE };

static const void *items(const struct segment *s, unsigned section)
{
	return s->view[section].bytes.p;
}

/* The bounds of list `i`; an empty one where the file is damaged. */
static uint32_t bounds(
	const struct segment *s, unsigned starts, uint32_t i, uint32_t *begin)
{
	return list_bounds(items(s, starts), s->view[starts].count, i,
		s->view[starts + 1].count, begin);
}

static const uint32_t *ids(
	const struct segment *s, unsigned starts, uint32_t i, uint32_t *count)
{
	const uint32_t *item = items(s, starts + 1);
	uint32_t begin;

	*count = bounds(s, starts, i, &begin);
	return item + begin;
}

/* Lists are absent, or as many as expected with the last one ending at the last item. */
static int lists_check(
	const struct segment *s, unsigned starts, uint32_t count, struct err *e)
{
	if (!list_check(items(s, starts), s->view[starts].count, count,
		    s->view[starts + 1].count))
		return err_set(e, ERR_CORRUPT, "section %s does not have %u lists",
			section_name(starts), count);
	return 0;
}

static int shapes_check(const struct segment *s, struct err *e)
{
	uint32_t total = s->head.entity_count + s->head.foreign_count;
	const struct {
		unsigned starts;
		uint32_t count;
	} lists[] = {
		{ SECTION_HOLDING_STARTS, total },
		{ SECTION_TAG_STARTS, s->head.entity_count },
		{ SECTION_ATTRIBUTE_STARTS, s->head.entity_count },
		{ SECTION_KIND_MEMBER_STARTS, s->view[SECTION_KINDS].count },
		{ SECTION_CLASS_DOC_STARTS, s->info.class_count },
		{ SECTION_CLASS_MEMBER_STARTS, s->info.class_count },
		{ SECTION_DOC_CLASS_STARTS, s->view[SECTION_DOCS].count },
		{ SECTION_STATEMENT_DOC_STARTS, s->view[SECTION_STATEMENTS].count },
		{ SECTION_DOC_STATEMENT_STARTS, s->view[SECTION_DOCS].count },
		{ SECTION_COVERAGE_SUBJECT_STARTS, s->view[SECTION_COVERAGES].count },
	};

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		if (lists_check(s, lists[i].starts, lists[i].count, e) < 0)
			return e->code;
	}
	for (unsigned i = SECTION_RELATIONS; i < SECTION_COUNT; i += 2) {
		if (lists_check(s, i, total, e) < 0)
			return e->code;
	}
	if (s->view[SECTION_ENTITIES].count != s->head.entity_count ||
		s->view[SECTION_CLASSES].count != s->info.class_count ||
		s->view[SECTION_KEY_STARTS].count !=
			dictionary_groups(s->head.entity_count) ||
		s->view[SECTION_FOREIGN_STARTS].count !=
			dictionary_groups(s->head.foreign_count))
		return err_set(e, ERR_CORRUPT, "segment counts do not fit together");
	return 0;
}

static void info_fill(struct segment *s, uint32_t version)
{
	s->info = (struct segment_info){
		.scope = segment_str(s, s->head.scope),
		.key = segment_str(s, s->head.key),
		.parent = segment_str(s, s->head.parent),
		.format = segment_str(s, s->head.format),
		.collected_at = s->head.collected_at,
		.version = version,
		.entity_count = s->head.entity_count,
		.foreign_count = s->head.foreign_count,
		.kind_count = s->view[SECTION_KINDS].count,
		.doc_count = s->view[SECTION_DOCS].count,
		.statement_count = s->view[SECTION_STATEMENTS].count,
		.index_count = s->view[SECTION_INDEX].count,
		.principal_count = s->view[SECTION_PRINCIPALS].count,
		.coverage_count = s->view[SECTION_COVERAGES].count,
	};
	if (s->view[SECTION_CLASS_DOC_STARTS].count > 0)
		s->info.class_count = s->view[SECTION_CLASS_DOC_STARTS].count - 1;
}

int segment_open(struct segment *s, const struct str *parts, uint32_t part_count,
	uint32_t version, struct err *e)
{
	struct segment_reader reader = s->reader;

	*s = (struct segment){ .part0 = parts[0], .reader = reader };
	if (section_open(s->view, parts, part_count, e) < 0)
		return e->code;
	if (s->view[SECTION_INFO].count != 1)
		return err_set(e, ERR_CORRUPT, "segment has no INFO section");
	memcpy(&s->head, items(s, SECTION_INFO), sizeof(s->head));
	if (s->head.entity_count > LIMIT_ENTITIES ||
		s->head.foreign_count > LIMIT_ENTITIES - s->head.entity_count)
		return err_set(
			e, ERR_CORRUPT, "segment has %u entities", s->head.entity_count);
	s->keys = (struct dictionary){ items(s, SECTION_KEY_STARTS),
		s->view[SECTION_KEY_BYTES].bytes, s->head.entity_count };
	s->foreign = (struct dictionary){ items(s, SECTION_FOREIGN_STARTS),
		s->view[SECTION_FOREIGN_BYTES].bytes, s->head.foreign_count };
	info_fill(s, version);
	return shapes_check(s, e);
}

const struct segment_info *segment_info(const struct segment *s)
{
	return &s->info;
}

struct str segment_str(const struct segment *s, struct segment_text t)
{
	struct str heap = s->view[SECTION_TEXT].bytes, out;

	return section_text(&out, heap, t) ? out : (struct str){ heap.p, 0 };
}

const struct segment_entity *segment_entity(const struct segment *s, entity_id id)
{
	const struct segment_entity *entities = items(s, SECTION_ENTITIES);

	return id < s->head.entity_count ? &entities[id] : &no_entity;
}

struct str segment_name_of(const struct segment *s, entity_id id, struct str key)
{
	uint32_t name = segment_entity(s, id)->name, size = name & ~SEGMENT_NAME_ENDS_KEY;

	if ((name & SEGMENT_NAME_ENDS_KEY) == 0)
		return segment_str(s, (struct segment_text){ name });
	return size <= key.n ? str_skip(key, key.n - size) : key;
}

struct str segment_name(const struct segment *s, entity_id id, struct arena *arena)
{
	uint32_t name = segment_entity(s, id)->name;

	if ((name & SEGMENT_NAME_ENDS_KEY) == 0)
		return segment_str(s, (struct segment_text){ name });
	return segment_name_of(s, id, segment_key(s, id, arena));
}

static struct str text_at(const struct segment *s, unsigned section, uint32_t i)
{
	const struct segment_text *texts = items(s, section);
	struct segment_text none = { 0 };

	return segment_str(s, i < s->view[section].count ? texts[i] : none);
}

struct str segment_kind(const struct segment *s, uint32_t kind)
{
	return text_at(s, SECTION_KINDS, kind);
}

struct str segment_key(const struct segment *s, entity_id id, struct arena *arena)
{
	uint32_t count = s->head.entity_count;

	return id < count ? dictionary_copy(&s->keys, id, arena)
			  : dictionary_copy(&s->foreign, id - count, arena);
}

struct segment_cursor {
	const struct segment *segment;
	struct dictionary_cursor keys;
};

struct segment_cursor *segment_cursor_new(const struct segment *s, struct arena *arena)
{
	struct segment_cursor *c = ARENA_NEW(arena, struct segment_cursor);

	c->segment = s;
	return c;
}

struct str segment_cursor_key(struct segment_cursor *c, entity_id id)
{
	return dictionary_cursor_get(&c->keys, &c->segment->keys, id);
}

struct foreign_each {
	uint32_t base;
	void (*each)(void *ctx, entity_id id, struct str key);
	void *ctx;
};

static void each_foreign(void *ctx, uint32_t index, struct str key)
{
	struct foreign_each *f = ctx;

	f->each(f->ctx, f->base + index, key);
}

void segment_each_key(const struct segment *s, entity_id begin, entity_id end,
	void (*each)(void *ctx, entity_id id, struct str key), void *ctx)
{
	uint32_t count = s->head.entity_count;
	struct foreign_each f = { count, each, ctx };

	if (begin < count)
		dictionary_each(&s->keys, begin, end < count ? end : count, each, ctx);
	if (end > count)
		dictionary_each(&s->foreign, begin > count ? begin - count : 0,
			end - count, each_foreign, &f);
}

entity_id segment_find(const struct segment *s, struct str key)
{
	uint32_t i = dictionary_find(&s->keys, key);

	if (i != DICTIONARY_NONE)
		return i;
	i = dictionary_find(&s->foreign, key);
	return i != DICTIONARY_NONE ? s->head.entity_count + i : SEGMENT_NONE;
}

void segment_range(
	const struct segment *s, struct str prefix, entity_id *begin, entity_id *end)
{
	*begin = dictionary_bound(&s->keys, prefix, false);
	*end = dictionary_bound(&s->keys, prefix, true);
	if (*end < *begin)
		*end = *begin;
	*end -= MUTANT(interval_one_short, 0u, *begin < *end);
}

const uint32_t *segment_related(const struct segment *s, enum record_relation_type type,
	bool reverse, entity_id id, uint32_t *count)
{
	*count = 0;
	if (type < RELATION_MEMBER_OF || type >= RELATION_TYPE_END)
		return NULL;
	return ids(s, section_relation(type, reverse), id, count);
}

const struct segment_holding *segment_holdings(
	const struct segment *s, entity_id id, uint32_t *count)
{
	const struct segment_holding *all = items(s, SECTION_HOLDINGS);
	uint32_t begin;

	*count = bounds(s, SECTION_HOLDING_STARTS, id, &begin);
	return all + begin;
}

const struct segment_pair *segment_tags(
	const struct segment *s, entity_id id, uint32_t *count)
{
	const struct segment_pair *all = items(s, SECTION_TAGS);
	uint32_t begin;

	*count = bounds(s, SECTION_TAG_STARTS, id, &begin);
	return all + begin;
}

const struct segment_pair *segment_attributes(
	const struct segment *s, entity_id id, uint32_t *count)
{
	const struct segment_pair *all = items(s, SECTION_ATTRIBUTES);
	uint32_t begin;

	*count = bounds(s, SECTION_ATTRIBUTE_STARTS, id, &begin);
	return all + begin;
}

struct str segment_unique_id(const struct segment *s, entity_id id)
{
	uint32_t count;
	const struct segment_pair *pairs = segment_attributes(s, id, &count);

	for (uint32_t i = 0; i < count; i++) {
		if (str_eq(segment_str(s, pairs[i].key), STR_LIT("id")))
			return segment_str(s, pairs[i].value);
	}
	return (struct str){ 0 };
}

const struct segment_class_doc *segment_class_docs(
	const struct segment *s, uint32_t class, uint32_t *count)
{
	const struct segment_class_doc *all = items(s, SECTION_CLASS_DOCS);
	uint32_t begin;

	*count = bounds(s, SECTION_CLASS_DOC_STARTS, class, &begin);
	return all + begin;
}

const struct segment_class *segment_class(const struct segment *s, uint32_t class)
{
	const struct segment_class *all = items(s, SECTION_CLASSES);

	return class < s->info.class_count ? &all[class] : &no_class;
}

const uint32_t *segment_gaps(const struct segment *s, uint32_t *count)
{
	*count = s->view[SECTION_GAPS].count;
	return items(s, SECTION_GAPS);
}

const uint32_t *segment_refused(const struct segment *s, uint32_t *count)
{
	*count = s->view[SECTION_REFUSED].count;
	return items(s, SECTION_REFUSED);
}

const uint32_t *segment_class_members(
	const struct segment *s, uint32_t class, uint32_t *count)
{
	return ids(s, SECTION_CLASS_MEMBER_STARTS, class, count);
}

const uint32_t *segment_doc_classes(
	const struct segment *s, uint32_t doc, uint32_t *count)
{
	return ids(s, SECTION_DOC_CLASS_STARTS, doc, count);
}

const uint32_t *segment_kind_members(
	const struct segment *s, uint32_t kind, uint32_t *count)
{
	return ids(s, SECTION_KIND_MEMBER_STARTS, kind, count);
}

const struct segment_doc *segment_doc(const struct segment *s, uint32_t doc)
{
	const struct segment_doc *docs = items(s, SECTION_DOCS);

	return doc < s->info.doc_count ? &docs[doc] : &no_doc;
}

const struct segment_statement *segment_statement(
	const struct segment *s, uint32_t statement)
{
	const struct segment_statement *all = items(s, SECTION_STATEMENTS);

	return statement < s->info.statement_count ? &all[statement] : &no_statement;
}

const uint32_t *segment_statement_docs(
	const struct segment *s, uint32_t statement, uint32_t *count)
{
	return ids(s, SECTION_STATEMENT_DOC_STARTS, statement, count);
}

const uint32_t *segment_doc_statements(
	const struct segment *s, uint32_t doc, uint32_t *count)
{
	return ids(s, SECTION_DOC_STATEMENT_STARTS, doc, count);
}

const struct segment_index *segment_index(const struct segment *s)
{
	return items(s, SECTION_INDEX);
}

/* The first entry of a service at or above `service`, or above it. */
static uint32_t index_bound(const struct segment *s, uint32_t service, bool above)
{
	const struct segment_index *index = items(s, SECTION_INDEX);
	uint32_t low = 0, high = s->info.index_count;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (index[mid].service < service ||
			(above && index[mid].service == service))
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

void segment_index_range(
	const struct segment *s, uint32_t service, uint32_t *begin, uint32_t *end)
{
	*begin = index_bound(s, service, false);
	*end = index_bound(s, service, true);
}

const struct segment_principal *segment_principals(const struct segment *s)
{
	return items(s, SECTION_PRINCIPALS);
}

static uint32_t principal_bound(const struct segment *s, struct str text, bool above)
{
	const struct segment_principal *principals = items(s, SECTION_PRINCIPALS);
	uint32_t low = 0, high = s->info.principal_count;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		int order = str_cmp(segment_str(s, principals[mid].text), text);

		if (order < 0 || (above && order == 0))
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

void segment_principal_range(
	const struct segment *s, struct str text, uint32_t *begin, uint32_t *end)
{
	*begin = principal_bound(s, text, false);
	*end = principal_bound(s, text, true);
}

const struct segment_coverage *segment_coverages(const struct segment *s)
{
	return items(s, SECTION_COVERAGES);
}

const uint32_t *segment_coverage_subjects(
	const struct segment *s, uint32_t coverage, uint32_t *count)
{
	return ids(s, SECTION_COVERAGE_SUBJECT_STARTS, coverage, count);
}

bool segment_coverage_has(const struct segment *s, uint32_t coverage, entity_id id)
{
	uint32_t low = 0, high;
	const uint32_t *subjects = segment_coverage_subjects(s, coverage, &high);

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (subjects[middle] == id)
			return true;
		if (subjects[middle] < id)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

int segment_document(
	const struct document **out, struct segment *s, uint32_t doc, struct err *e)
{
	const struct segment_doc *d = segment_doc(s, doc);

	*out = NULL;
	if (d->flags & SEGMENT_DOC_MISSING)
		return doc < s->info.doc_count
			       ? 0
			       : err_set(e, ERR_CORRUPT, "document %u of %u", doc,
					 s->info.doc_count);
	return s->reader.compiled(s->reader.ctx, out, &d->digest, e);
}

int segment_read_statement(const struct document **document,
	const struct document_statement **out, struct segment *s, uint32_t statement,
	struct err *e)
{
	const struct segment_statement *at = segment_statement(s, statement);

	if (segment_document(document, s, at->doc, e) < 0)
		return e->code;
	if (!*document || at->index >= (*document)->statement_count)
		return err_set(e, ERR_CORRUPT, "statement %u is not in document %u",
			statement, at->doc);
	*out = &(*document)->statements[at->index];
	return 0;
}

int segment_document_text(struct str *out, struct segment *s, uint32_t doc, struct err *e)
{
	const struct segment_doc *d = segment_doc(s, doc);

	*out = STR_LIT("");
	if (d->flags & SEGMENT_DOC_MISSING)
		return 0;
	return s->reader.text(s->reader.ctx, out, &d->digest, e);
}

int segment_source(struct str *out, struct segment *s, entity_id id,
	const struct segment_holding *held, struct arena *arena, struct err *e)
{
	uint32_t count, which = 0;
	const struct segment_holding *all = segment_holdings(s, id, &count);
	struct source source;

	for (uint32_t i = 0; held && i < count; i++) {
		if (&all[i] == held)
			which = i + 1;
	}
	*out = (struct str){ 0 };
	if (s->reader.source(s->reader.ctx, &source, s, id, which, e) < 0)
		return e->code;
	if (source.file.n > 0)
		*out = arena_printf(arena, "%.*s@%llu", STR_ARG(source.file),
			(unsigned long long)source.offset);
	return 0;
}
