#include "graphstore/seal_priv.h"

#include <stdlib.h>

/*
 * What a statement means, in bytes: all of it but where it stands and its name (Sid).
 */
static void meaning_text(
	struct buf *out, const struct document *d, struct document_text t)
{
	VEC_ADD(out, uint32_t, t.size);
	buf_add_str(out, document_str(d, t));
}

static void meaning_conditions(
	struct buf *out, const struct document *d, const struct document_statement *st)
{
	for (uint32_t i = 0; i < st->condition_count; i++) {
		const struct document_condition *c =
			&d->conditions[st->condition_first + i];
		const uint32_t head[] = { c->operator_, c->qualifier, c->flags, c->joins,
			c->value_count };

		buf_add(out, head, sizeof(head));
		meaning_text(out, d, c->key);
		meaning_text(out, d, c->written);
		for (uint32_t k = 0; k < c->value_count; k++)
			meaning_text(out, d, d->values[c->value_first + k]);
	}
}

static void meaning(
	struct buf *out, const struct document *d, const struct document_statement *st)
{
	const uint32_t head[] = { st->flags, st->service, st->action_count,
		st->resource_count, st->principal_count, st->condition_count };

	buf_clear(out);
	buf_add(out, head, sizeof(head));
	if (st->action_count > 0)
		buf_add(out, d->intervals + st->action_first,
			st->action_count * sizeof(*d->intervals));
	for (uint32_t i = 0; i < st->resource_count; i++) {
		const struct document_pattern *p = &d->patterns[st->resource_first + i];

		VEC_ADD(out, uint32_t, p->flags);
		meaning_text(out, d, p->text);
	}
	for (uint32_t i = 0; i < st->principal_count; i++) {
		const struct document_principal *p =
			&d->principals[st->principal_first + i];

		VEC_ADD(out, uint32_t, p->type);
		VEC_ADD(out, uint32_t, p->flags);
		meaning_text(out, d, p->text);
	}
	meaning_conditions(out, d, st);
	meaning_text(out, d, st->role);
}

static uint32_t action_total(
	const struct document *d, const struct document_statement *st)
{
	uint32_t total = 0;

	for (uint32_t i = 0; i < st->action_count; i++) {
		const struct document_interval *v = &d->intervals[st->action_first + i];

		total += v->end - v->begin;
	}
	return total;
}

/* Documents that some class has, as a grant or as a boundary. */
static void mark_held(const struct seal *s, uint8_t *held)
{
	const struct buf *docs = &s->set.section[SECTION_CLASS_DOCS];
	const struct segment_class_doc *d = VEC_DATA(docs, struct segment_class_doc);
	size_t count = VEC_COUNT(docs, struct segment_class_doc);

	for (size_t i = 0; i < count; i++)
		held[d[i].doc] = 1;
}

/* The statement's number; it is new when nothing before it means the same. */
static uint32_t statement_number(struct seal *s, struct intern *known, struct buf *key,
	uint32_t doc, uint32_t index)
{
	const struct document *d = &s->documents[doc];
	const struct document_statement *st = &d->statements[index];
	uint32_t before = intern_count(known), number;

	meaning(key, d, st);
	number = intern_add(known, buf_str(key));
	if (number == before)
		VEC_ADD(&s->set.section[SECTION_STATEMENTS], struct segment_statement,
			{ .doc = doc,
				.index = index,
				.flags = st->flags,
				.service = st->service,
				.action_total = action_total(d, st),
				.condition_count = st->condition_count });
	return number;
}

void seal_statement_make(struct seal *s)
{
	uint8_t *held = builder_memory(s->doc_count, 1);
	struct buf key = { 0 }, docs = { 0 }, back = { 0 };
	struct intern known;

	intern_init(&known);
	mark_held(s, held);
	for (uint32_t doc = 0; doc < s->document_count; doc++) {
		for (uint32_t i = 0; held[doc] && i < s->documents[doc].statement_count;
			i++) {
			uint32_t n = statement_number(s, &known, &key, doc, i);

			VEC_ADD(&docs, uint64_t, (uint64_t)n << 32 | doc);
			VEC_ADD(&back, uint64_t, (uint64_t)doc << 32 | n);
		}
	}
	seal_lists(s, SECTION_STATEMENT_DOC_STARTS, intern_count(&known), &docs);
	seal_lists(s, SECTION_DOC_STATEMENT_STARTS, s->doc_count, &back);
	intern_release(&known);
	buf_release(&key);
	buf_release(&docs);
	buf_release(&back);
	free(held);
}
