#include "graphstore/segment_priv.h"

#include "graphstore/list_priv.h"

/* The sections whose items are ids, and below what these must be. */
static uint32_t item_limit(const struct segment *s, unsigned section)
{
	uint32_t total = s->head.entity_count + s->head.foreign_count;

	switch (section) {
	case SECTION_KIND_MEMBERS:
	case SECTION_CLASS_MEMBERS:
	case SECTION_REFUSED:
		return s->head.entity_count;
	case SECTION_DOC_CLASSES:
	case SECTION_GAPS:
		return s->info.class_count;
	case SECTION_STATEMENT_DOCS:
		return s->info.doc_count;
	case SECTION_DOC_STATEMENTS:
		return s->info.statement_count;
	case SECTION_COVERAGE_SUBJECTS:
		return total;
	default:
		return section >= SECTION_RELATIONS ? total : 0;
	}
}

static int section_err(struct err *e, unsigned section, uint32_t i)
{
	return err_set(e, ERR_CORRUPT, "section %s, element %u points outside",
		section_name(section), i);
}

static bool text_ok(const struct segment *s, struct segment_text t)
{
	struct str text;

	return section_text(&text, s->view[SECTION_TEXT].bytes, t);
}

static bool name_ok(const struct segment *s, uint32_t name)
{
	if (name & SEGMENT_NAME_ENDS_KEY)
		return (name & ~SEGMENT_NAME_ENDS_KEY) <= LIMIT_KEY_BYTES;
	return text_ok(s, (struct segment_text){ name });
}

static int starts_check(const struct segment *s, unsigned section, struct err *e)
{
	uint32_t size = s->view[section].count;
	uint32_t i = list_falls((const void *)s->view[section].bytes.p, size);

	return i < size ? section_err(e, section, i) : 0;
}

static int ids_check(const struct segment *s, unsigned section, struct err *e)
{
	const uint32_t *id = (const void *)s->view[section].bytes.p;
	uint32_t limit = item_limit(s, section);

	for (uint32_t i = 0; i < s->view[section].count; i++) {
		if (id[i] >= limit)
			return section_err(e, section, i);
	}
	return 0;
}

static int lists_check(const struct segment *s, struct err *e)
{
	static const unsigned starts[] = { SECTION_HOLDING_STARTS, SECTION_TAG_STARTS,
		SECTION_ATTRIBUTE_STARTS, SECTION_CLASS_DOC_STARTS };
	static const unsigned lists[] = { SECTION_KIND_MEMBER_STARTS,
		SECTION_CLASS_MEMBER_STARTS, SECTION_DOC_CLASS_STARTS,
		SECTION_STATEMENT_DOC_STARTS, SECTION_DOC_STATEMENT_STARTS,
		SECTION_COVERAGE_SUBJECT_STARTS };

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		if (starts_check(s, starts[i], e) < 0)
			return e->code;
	}
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		if (starts_check(s, lists[i], e) < 0 || ids_check(s, lists[i] + 1, e) < 0)
			return e->code;
	}
	for (unsigned i = SECTION_RELATIONS; i < SECTION_COUNT; i += 2) {
		if (starts_check(s, i, e) < 0 || ids_check(s, i + 1, e) < 0)
			return e->code;
	}
	return ids_check(s, SECTION_GAPS, e) < 0 ? e->code
						 : ids_check(s, SECTION_REFUSED, e);
}

static int entities_check(const struct segment *s, struct err *e)
{
	uint32_t total = s->head.entity_count + s->head.foreign_count;

	for (uint32_t id = 0; id < s->head.entity_count; id++) {
		const struct segment_entity *n = segment_entity(s, id);
		bool no_class = n->class == SEGMENT_NONE;

		if (!name_ok(s, n->name) || n->kind >= s->info.kind_count ||
			(n->parent != SEGMENT_NONE && n->parent >= total) ||
			(!no_class && n->class >= s->info.class_count) ||
			n->policy_state > SEGMENT_POLICY_REFUSED || n->tags_known > 1)
			return section_err(e, SECTION_ENTITIES, id);
	}
	return 0;
}

static int texts_check(const struct segment *s, unsigned section, struct err *e)
{
	const struct segment_text *t = (const void *)s->view[section].bytes.p;
	size_t count = s->view[section].bytes.n / sizeof(*t);

	for (size_t i = 0; i < count; i++) {
		if (!text_ok(s, t[i]))
			return section_err(e, section, (uint32_t)i);
	}
	return 0;
}

static int docs_check(const struct segment *s, struct err *e)
{
	const struct segment_holding *h = (const void *)s->view[SECTION_HOLDINGS].bytes.p;
	const struct segment_class_doc *c =
		(const void *)s->view[SECTION_CLASS_DOCS].bytes.p;

	for (uint32_t i = 0; i < s->info.doc_count; i++) {
		if (!text_ok(s, segment_doc(s, i)->name))
			return section_err(e, SECTION_DOCS, i);
	}
	for (uint32_t i = 0; i < s->view[SECTION_HOLDINGS].count; i++) {
		if (h[i].doc >= s->info.doc_count || h[i].layer == 0 ||
			h[i].layer >= LAYER_END || !text_ok(s, h[i].name))
			return section_err(e, SECTION_HOLDINGS, i);
	}
	for (uint32_t i = 0; i < s->view[SECTION_CLASS_DOCS].count; i++) {
		if (c[i].doc >= s->info.doc_count || c[i].is_boundary > 1)
			return section_err(e, SECTION_CLASS_DOCS, i);
	}
	return 0;
}

static int statements_check(const struct segment *s, struct err *e)
{
	for (uint32_t i = 0; i < s->info.statement_count; i++) {
		uint32_t count;
		const uint32_t *docs = segment_statement_docs(s, i, &count);

		if (count == 0 || docs[0] != segment_statement(s, i)->doc)
			return section_err(e, SECTION_STATEMENTS, i);
	}
	return 0;
}

static int classes_check(const struct segment *s, struct err *e)
{
	uint32_t count, gaps = 0, refused = 0;
	const uint32_t *list = segment_gaps(s, &count);

	for (uint32_t i = 0; i < s->info.class_count; i++) {
		if (!(segment_class(s, i)->flags & SEGMENT_CLASS_GAP))
			continue;
		if (gaps == count || list[gaps++] != i)
			return section_err(e, SECTION_GAPS, gaps);
	}
	if (gaps != count)
		return section_err(e, SECTION_GAPS, gaps);
	list = segment_refused(s, &count);
	for (entity_id id = 0; id < s->head.entity_count; id++) {
		if (segment_entity(s, id)->policy_state != SEGMENT_POLICY_REFUSED)
			continue;
		if (refused == count || list[refused++] != id)
			return section_err(e, SECTION_REFUSED, refused);
	}
	return refused == count ? 0 : section_err(e, SECTION_REFUSED, refused);
}

static int index_check(const struct segment *s, struct err *e)
{
	const struct segment_index *x = segment_index(s);

	for (uint32_t i = 0; i < s->info.index_count; i++) {
		struct str prefix = segment_str(s, x[i].prefix);
		bool first = i == 0 || x[i - 1].service != x[i].service;

		if (!text_ok(s, x[i].prefix) ||
			x[i].statement >= s->info.statement_count ||
			segment_statement(s, x[i].statement)->service != x[i].service ||
			(i > 0 && x[i - 1].service > x[i].service) ||
			(!first && str_cmp(segment_str(s, x[i - 1].prefix), prefix) > 0))
			return section_err(e, SECTION_INDEX, i);
		if (x[i].parent == SEGMENT_NONE)
			continue;
		if (x[i].parent >= i || x[x[i].parent].service != x[i].service ||
			!str_starts(prefix, segment_str(s, x[x[i].parent].prefix)))
			return section_err(e, SECTION_INDEX, i);
	}
	return 0;
}

static int principals_check(const struct segment *s, struct err *e)
{
	uint32_t total = s->head.entity_count + s->head.foreign_count;
	const struct segment_principal *p = segment_principals(s);
	const struct segment_coverage *c = segment_coverages(s);

	for (uint32_t i = 0; i < s->info.principal_count; i++) {
		bool gap = p[i].type == 0;

		if (!text_ok(s, p[i].text) || (!gap && p[i].entity >= total) ||
			p[i].type >= DOCUMENT_PRINCIPAL_TYPE_END ||
			(!gap && p[i].doc >= s->info.doc_count) ||
			(i > 0 && str_cmp(segment_str(s, p[i - 1].text),
					  segment_str(s, p[i].text)) > 0))
			return section_err(e, SECTION_PRINCIPALS, i);
	}
	for (uint32_t i = 0; i < s->info.coverage_count; i++) {
		if (!text_ok(s, c[i].what) || !text_ok(s, c[i].detail) ||
			c[i].whole > 1 || c[i].state == 0 || c[i].state > COVERAGE_ABSENT)
			return section_err(e, SECTION_COVERAGES, i);
	}
	return 0;
}

int segment_check(const struct segment *s, struct err *e)
{
	static const unsigned texts[] = { SECTION_KINDS, SECTION_TAGS,
		SECTION_ATTRIBUTES };

	if (section_check(s->view, s->part0, e) < 0)
		return e->code;
	if (!dictionary_check(&s->keys) || !dictionary_check(&s->foreign))
		return err_set(e, ERR_CORRUPT, "a key dictionary is damaged");
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (texts_check(s, texts[i], e) < 0)
			return e->code;
	}
	if (lists_check(s, e) < 0 || entities_check(s, e) < 0 || docs_check(s, e) < 0 ||
		statements_check(s, e) < 0 || classes_check(s, e) < 0 ||
		index_check(s, e) < 0)
		return e->code;
	return principals_check(s, e);
}
