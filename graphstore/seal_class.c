#include "graphstore/seal_priv.h"

#include <stdlib.h>

#include "base/mutant.h"
#include "base/sort.h"

#define CLASS_IDENTITY (ENTITY_IDENTITY | ENTITY_COMPUTE | ENTITY_ROOT)
#define CLASS_HOLDER   (CLASS_IDENTITY | ENTITY_GROUP)

static int compare_numbers(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static const struct segment_entity *entity(const struct seal *s, uint32_t id)
{
	return &VEC_DATA(&s->set.section[SECTION_ENTITIES], struct segment_entity)[id];
}

/*
 * Whether policies attached to the id count: identities, groups, and groups we do not
 * have.
 */
static bool is_holder(const struct seal *s, uint32_t id)
{
	return id >= s->entity_count || (entity(s, id)->flags & CLASS_HOLDER) != 0;
}

static void mark_missing(struct seal *s, unsigned section, uint8_t *wanted)
{
	for (uint32_t id = 0; id < s->total; id++) {
		uint32_t count;
		const uint32_t *policies = seal_list(s, section, id, &count);

		if (count == 0 || !is_holder(s, id))
			continue;
		for (uint32_t i = 0; i < count; i++)
			wanted[policies[i]] = !s->policy_known[policies[i]];
	}
}

/* Whether nothing is known of a group but that it has members. */
static bool is_unread_group(const struct seal *s, uint32_t id)
{
	uint32_t held, attached, above;

	seal_holdings(s, id, &held);
	seal_list(s, section_relation(RELATION_ATTACHED, false), id, &attached);
	seal_list(s, section_relation(RELATION_MEMBER_OF, false), id, &above);
	return id >= s->entity_count && held == 0 && attached == 0 && above == 0;
}

#define WANTED_GROUP 2u

static void mark_groups(struct seal *s, uint8_t *wanted)
{
	unsigned section = section_relation(RELATION_MEMBER_OF, false);

	for (uint32_t id = 0; id < s->total; id++) {
		uint32_t count;
		const uint32_t *groups = seal_list(s, section, id, &count);

		for (uint32_t i = 0; i < count && is_holder(s, id); i++) {
			if (is_unread_group(s, groups[i]))
				wanted[groups[i]] = WANTED_GROUP;
		}
	}
}

void seal_class_missing(struct seal *s)
{
	uint8_t *wanted = builder_memory(s->total, 1);
	struct buf *docs = &s->set.section[SECTION_DOCS];

	mark_missing(s, section_relation(RELATION_ATTACHED, false), wanted);
	mark_missing(s, section_relation(RELATION_BOUNDARY, false), wanted);
	mark_groups(s, wanted);
	for (uint32_t id = 0; id < s->total; id++) {
		s->missing[id] = SEGMENT_NONE;
		if (!wanted[id])
			continue;
		s->missing[id] = s->doc_count++;
		VEC_ADD(docs, struct segment_doc,
			{ .name = seal_text(s, s->text_of[id]),
				.flags = SEGMENT_DOC_MISSING |
					 (wanted[id] == WANTED_GROUP ? SEGMENT_DOC_GROUP
								     : 0) });
	}
	free(wanted);
}

/* What one identity holds, gathered: doc << 1 | is_boundary. */
struct gather {
	struct buf rows;
	struct buf queue;  /* uint32_t: holders still to visit */
	uint32_t *visited; /* per id: the identity that visited it last, + 1 */
};

static void gather_own(
	const struct seal *s, struct gather *g, uint32_t holder, bool is_boundary)
{
	uint32_t count;
	const struct segment_holding *held = seal_holdings(s, holder, &count);

	for (uint32_t i = 0; i < count; i++) {
		if (held[i].layer == LAYER_IDENTITY)
			VEC_ADD(&g->rows, uint64_t,
				(uint64_t)held[i].doc << 1 | is_boundary);
	}
}

static void gather_policies(const struct seal *s, struct gather *g, uint32_t holder,
	enum record_relation_type type)
{
	bool is_boundary = type == RELATION_BOUNDARY;
	uint32_t count;
	const uint32_t *policies =
		seal_list(s, section_relation(type, false), holder, &count);

	for (uint32_t i = 0; i < count; i++) {
		uint32_t missing = s->missing[policies[i]];

		if (missing != SEGMENT_NONE)
			VEC_ADD(&g->rows, uint64_t, (uint64_t)missing << 1 | is_boundary);
		gather_own(s, g, policies[i], is_boundary);
	}
}

static void visit(struct gather *g, uint32_t id, uint32_t mark)
{
	if (g->visited[id] == mark)
		return;
	g->visited[id] = mark;
	VEC_ADD(&g->queue, uint32_t, id);
}

static void rows_sort(struct buf *rows)
{
	uint64_t *row = VEC_DATA(rows, uint64_t);
	size_t count = VEC_COUNT(rows, uint64_t), kept = 0;

	if (count == 0)
		return;
	sort_u64(row, count);
	for (size_t i = 1; i < count; i++) {
		if (row[i] != row[kept])
			row[++kept] = row[i];
	}
	rows->n = (kept + 1) * sizeof(*row);
}

static void gather_identity(const struct seal *s, struct gather *g, uint32_t identity)
{
	unsigned groups = section_relation(RELATION_MEMBER_OF, false);

	buf_clear(&g->rows);
	buf_clear(&g->queue);
	visit(g, identity, identity + 1);
	for (size_t next = 0; next < VEC_COUNT(&g->queue, uint32_t); next++) {
		uint32_t holder = VEC_DATA(&g->queue, uint32_t)[next], count;
		const uint32_t *group = seal_list(s, groups, holder, &count);

		if (holder != identity && s->missing[holder] != SEGMENT_NONE)
			VEC_ADD(&g->rows, uint64_t, (uint64_t)s->missing[holder] << 1);
		gather_own(s, g, holder, false);
		gather_policies(s, g, holder, RELATION_ATTACHED);
		for (uint32_t i = 0; i < MUTANT(nested_groups_missed, count,
						 holder == identity ? count : 0);
			i++)
			visit(g, group[i], identity + 1);
	}
	gather_policies(s, g, identity, RELATION_BOUNDARY);
	rows_sort(&g->rows);
}

/* A class found so far, for sorting. */
struct found {
	struct str rows;
	uint32_t number;
};

static int compare_found(const void *a, const void *b)
{
	const struct found *x = a, *y = b;
	size_t n = x->rows.n < y->rows.n ? x->rows.n : y->rows.n;

	for (size_t i = 0; i < n; i += sizeof(uint64_t)) {
		int order = compare_numbers(x->rows.p + i, y->rows.p + i);

		if (order != 0)
			return order;
	}
	return (x->rows.n > y->rows.n) - (x->rows.n < y->rows.n);
}

static void class_write(struct seal *s, struct str rows, uint32_t class, struct buf *back)
{
	struct buf *docs = &s->set.section[SECTION_CLASS_DOCS];

	VEC_ADD(&s->set.section[SECTION_CLASS_DOC_STARTS], uint32_t,
		(uint32_t)VEC_COUNT(docs, struct segment_class_doc));
	for (size_t i = 0; i < rows.n; i += sizeof(uint64_t)) {
		uint64_t row;

		memcpy(&row, rows.p + i, sizeof(row));
		VEC_ADD(docs, struct segment_class_doc,
			{ (uint32_t)(row >> 1), (uint32_t)(row & 1) });
		VEC_ADD(back, uint64_t, (row >> 1) << 32 | class);
	}
}

/* Number the classes by content and write their tables. */
static void classes_write(struct seal *s, const struct intern *classes)
{
	uint32_t count = intern_count(classes);
	struct found *found = builder_memory(count, sizeof(*found));
	uint32_t *number = builder_memory(count, sizeof(*number));
	struct buf members = { 0 }, back = { 0 };

	for (uint32_t i = 0; i < count; i++)
		found[i] = (struct found){ intern_get(classes, i), i };
	qsort(found, count, sizeof(*found), compare_found);
	for (uint32_t i = 0; i < count; i++) {
		number[found[i].number] = i;
		class_write(s, found[i].rows, i, &back);
	}
	VEC_ADD(&s->set.section[SECTION_CLASS_DOC_STARTS], uint32_t,
		(uint32_t)VEC_COUNT(
			&s->set.section[SECTION_CLASS_DOCS], struct segment_class_doc));
	for (uint32_t id = 0; id < s->entity_count; id++) {
		if (s->class_of[id] == SEGMENT_NONE)
			continue;
		s->class_of[id] = number[s->class_of[id]];
		VEC_ADD(&members, uint64_t, (uint64_t)s->class_of[id] << 32 | id);
	}
	s->class_count = count;
	seal_lists(s, SECTION_CLASS_MEMBER_STARTS, count, &members);
	seal_lists(s, SECTION_DOC_CLASS_STARTS, s->doc_count, &back);
	buf_release(&members);
	buf_release(&back);
	free(found);
	free(number);
}

void seal_class_make(struct seal *s)
{
	struct gather g = { .visited = builder_memory(s->total, sizeof(uint32_t)) };
	struct intern classes;

	intern_init(&classes);
	for (uint32_t id = 0; id < s->entity_count; id++) {
		s->class_of[id] = SEGMENT_NONE;
		if (!(entity(s, id)->flags & CLASS_IDENTITY))
			continue;
		gather_identity(s, &g, id);
		s->class_of[id] = intern_add(&classes, buf_str(&g.rows));
		s->b->counts.identities++;
	}
	classes_write(s, &classes);
	intern_release(&classes);
	buf_release(&g.rows);
	buf_release(&g.queue);
	free(g.visited);
}

/* The actions that a document grants on any resource, once per statement. */
static uint64_t wide_actions(const struct seal *s, uint32_t doc)
{
	const struct segment_statement *all =
		VEC_DATA(&s->set.section[SECTION_STATEMENTS], struct segment_statement);
	uint64_t actions = 0;
	uint32_t count;
	const uint32_t *list = seal_list(s, SECTION_DOC_STATEMENT_STARTS, doc, &count);

	for (uint32_t i = 0; i < count; i++) {
		const struct segment_statement *st = &all[list[i]];

		if (!(st->flags & DOCUMENT_DENY) && (st->flags & DOCUMENT_ANY_RESOURCE))
			actions += st->action_total;
	}
	return actions;
}

static struct segment_class class_of(
	const struct seal *s, const struct segment_class_doc *docs, const uint32_t *start)
{
	const struct segment_doc *doc =
		VEC_DATA(&s->set.section[SECTION_DOCS], struct segment_doc);
	struct segment_class out = { 0 };
	uint64_t actions = 0;

	for (uint32_t i = start[0]; i < start[1]; i++) {
		if (docs[i].is_boundary)
			out.flags |= SEGMENT_CLASS_BOUNDED;
		else
			actions += wide_actions(s, docs[i].doc);
		if (doc[docs[i].doc].flags & (SEGMENT_DOC_MISSING | SEGMENT_DOC_INVALID))
			out.flags |= SEGMENT_CLASS_GAP;
	}
	out.wide_actions = actions < UINT32_MAX ? (uint32_t)actions : UINT32_MAX;
	return out;
}

void seal_class_finish(struct seal *s)
{
	const struct segment_class_doc *docs =
		VEC_DATA(&s->set.section[SECTION_CLASS_DOCS], struct segment_class_doc);
	const uint32_t *start =
		VEC_DATA(&s->set.section[SECTION_CLASS_DOC_STARTS], uint32_t);

	for (uint32_t i = 0; i < s->class_count; i++) {
		struct segment_class class = class_of(s, docs, start + i);

		if (class.flags & SEGMENT_CLASS_GAP)
			VEC_ADD(&s->set.section[SECTION_GAPS], uint32_t, i);
		VEC_ADD(&s->set.section[SECTION_CLASSES], struct segment_class, class);
	}
}
