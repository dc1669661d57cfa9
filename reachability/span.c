#include "reachability/span.h"

#include "reachability/pattern.h"

struct spans {
	struct buf *out; /* struct span */
	struct world *w;
	struct segment *segment;
	const struct decide_subject *subject;
};

static void add(struct spans *p, struct span span)
{
	if (span.begin < span.end)
		buf_add(p->out, &span, sizeof(span));
}

/*
 * Entities whose key the literal text extends by '/' or ':': it speaks of a part of them.
 */
static void span_of_extents(
	struct spans *p, uint32_t statement, struct str literal, struct str pattern)
{
	for (size_t i = 1; i < literal.n; i++) {
		entity_id id;

		if (literal.p[i] != '/' && literal.p[i] != ':')
			continue;
		id = segment_find(p->segment, str_head(literal, i));
		if (id < segment_info(p->segment)->entity_count)
			add(p, (struct span){
				       id, id + 1, statement, true, true, pattern });
	}
}

static void span_of_pattern(
	struct spans *p, uint32_t statement, struct str pattern, bool always_test)
{
	size_t n = pattern_literal_size(pattern);
	struct str literal = str_head(pattern, n);
	entity_id begin, end;

	span_of_extents(p, statement, literal, pattern);
	if (n == pattern.n) {
		entity_id id = segment_find(p->segment, pattern);

		if (id < segment_info(p->segment)->entity_count)
			add(p, (struct span){
				       id, id + 1, statement, true, true, pattern });
		return;
	}
	segment_range(p->segment, literal, &begin, &end);
	add(p, (struct span){ begin, end, statement,
		       always_test || n + 1 != pattern.n || pattern.p[n] != '*', true,
		       pattern });
}

static void span_look_up(
	void *ctx, struct str key, struct condition_fact *out, struct arena *arena)
{
	struct spans *p = ctx;
	static const struct node nothing = { .scope = SEGMENT_NONE, .id = SEGMENT_NONE };
	struct object o = { .node = p->subject->s.node,
		.n = &nothing,
		.kind = CATALOG_NONE,
		.organization = p->subject->s.organization };

	p->subject->provider->look_up(p->w, &p->subject->s, &o, key, out, arena);
}

/* A pattern with variables, made concrete for the subject; false: it covers nothing. */
static bool substitute(struct spans *p, struct str *text)
{
	struct condition_context c = { .look_up = span_look_up,
		.ctx = p,
		.pool = world_pool(p->w),
		.arena = world_arena(p->w) };
	bool literal_ok = true;

	return condition_substitute(text, &literal_ok, &c, *text) != 0;
}

/* A statement's pattern as it is for the subject; false: it covers nothing. */
static bool concrete(struct spans *p, struct str *text, const struct decide_statement *st,
	uint32_t number)
{
	const struct document_pattern *dp =
		&st->document->patterns[st->statement->resource_first + number];

	*text = document_str(st->document, dp->text);
	return !(dp->flags & DOCUMENT_PATTERN_VARIABLE) || substitute(p, text);
}

static void span_of_statement(struct spans *p, uint32_t number)
{
	const struct decide_statement *st = &p->subject->statements[number];
	const struct document_statement *s = st->statement;
	bool inverted = (s->flags & DOCUMENT_NOT_RESOURCE) != 0;
	entity_id all = segment_info(p->segment)->entity_count;

	if (s->flags & DOCUMENT_ANY_RESOURCE) {
		if (!inverted)
			add(p, (struct span){ .end = all, .statement = number });
		return;
	}
	if (inverted)
		add(p, (struct span){ .end = all, .statement = number });
	for (uint32_t i = 0; i < s->resource_count; i++) {
		const struct document_pattern *dp =
			&st->document->patterns[s->resource_first + i];
		struct str text;

		if (!concrete(p, &text, st, i))
			continue;
		span_of_pattern(p, number, text,
			inverted || (dp->flags & DOCUMENT_PATTERN_VARIABLE) != 0);
	}
}

void span_collect(struct buf *out, struct world *w, struct segment *segment,
	const struct decide_subject *subject)
{
	struct spans p = { out, w, segment, subject };

	for (uint32_t i = 0; i < subject->statement_count; i++)
		span_of_statement(&p, i);
}

void span_patterns(struct buf *out, struct world *w, const struct decide_subject *subject)
{
	struct spans p = { .out = out, .w = w, .subject = subject };

	for (uint32_t i = 0; i < subject->statement_count; i++) {
		const struct decide_statement *st = &subject->statements[i];
		struct str text;

		if (st->statement->flags & DOCUMENT_ANY_RESOURCE)
			continue;
		for (uint32_t k = 0; k < st->statement->resource_count; k++) {
			if (concrete(&p, &text, st, k))
				VEC_ADD(out, struct span,
					{ .statement = i,
						.test = true,
						.keyed = true,
						.pattern = text });
		}
	}
}
