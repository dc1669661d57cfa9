#include "reachability/deciding_cover.h"

#include "reachability/deciding_tests.h"
#include "reachability/pattern.h"

static enum pattern_cover cover_text(
	const struct deciding *g, struct str text, uint32_t literal_size, uint32_t flags)
{
	size_t n = literal_size < g->literal_size ? literal_size : g->literal_size;

	if (g->literal)
		return pattern_match(text, g->resource) ? PATTERN_ALL : PATTERN_NONE;
	if (n > 0 && memcmp(text.p, g->resource.p, n) != 0)
		return PATTERN_NONE;
	if ((flags & DOCUMENT_PATTERN_PREFIX) && literal_size <= g->literal_size)
		return PATTERN_ALL;
	if ((flags & DOCUMENT_PATTERN_EXACT) && g->literal_size == g->resource.n)
		return str_eq(text, g->resource) ? PATTERN_ALL : PATTERN_NONE;
	return pattern_cover(text, g->resource);
}

/*
 * A variable that the request decides: allow it only if the resource is what the pattern
 * becomes.
 */
static expr open_variable(struct deciding *g, struct str pattern)
{
	struct expr_test t = { .op = DOCUMENT_STRING_LIKE,
		.key = STR_LIT("resource"),
		.values = &pattern,
		.value_count = 1 };

	return expr_test(g->conditions.pool, &t);
}

static uint32_t partial_number(struct deciding *g, struct str text)
{
	struct buf *b = &g->scratch->patterns;
	uint32_t count = (uint32_t)VEC_COUNT(b, struct str);

	for (uint32_t i = 0; i < count; i++) {
		if (str_eq(VEC_DATA(b, struct str)[i], text))
			return i;
	}
	if (count == DECIDING_COVER_PARTS) {
		g->too_many = true;
		return 0;
	}
	VEC_ADD(b, struct str, text);
	return count;
}

/* A pattern that narrows the hit. False when nothing is left of it. */
static bool hit_narrow(struct deciding *g, struct decide_hit *h, struct str text,
	uint32_t flags, enum pattern_cover cover)
{
	bool except = (flags & DOCUMENT_PATTERN_EXCEPT) != 0;

	if (cover == (except ? PATTERN_ALL : PATTERN_NONE))
		return false;
	if (cover != PATTERN_SOME)
		return true;
	g->reads_parts = true;
	if (except)
		h->except |= 1ull << partial_number(g, text);
	else
		h->also |= 1ull << partial_number(g, text);
	return true;
}

bool deciding_cover_hit(struct deciding *g, struct decide_hit *h)
{
	const struct document *doc = h->statement->document;
	const struct document_statement *s = h->statement->statement;
	bool all = false;

	h->inverted = (s->flags & DOCUMENT_NOT_RESOURCE) != 0;
	if (s->flags & DOCUMENT_ANY_RESOURCE) {
		h->always = true;
		return !h->inverted;
	}
	g->reads_key = true;
	for (uint32_t i = 0; i < s->resource_count; i++) {
		const struct document_pattern *p = &doc->patterns[s->resource_first + i];
		struct str text = document_str(doc, p->text);
		uint32_t flags = p->flags, literal_size = p->literal_size;
		enum pattern_cover cover;
		bool open = false;

		/* what narrows comes behind what is narrowed */
		if (all && !(flags & (DOCUMENT_PATTERN_ALSO | DOCUMENT_PATTERN_EXCEPT)))
			continue;
		if (flags & DOCUMENT_PATTERN_VARIABLE) {
			bool literal_ok = true;
			int rc;

			g->reads_principal = true;
			deciding_tests_other(g);
			rc = condition_substitute(
				&text, &literal_ok, &g->conditions, text);
			if (rc == 0)
				continue;
			open = rc == 2;
			flags = 0;
			literal_size = (uint32_t)pattern_literal_size(text);
		}
		cover = cover_text(g, text, literal_size, flags);
		if (open && cover != PATTERN_NONE)
			h->condition = expr_and(g->conditions.pool, h->condition,
				open_variable(g, document_str(doc, p->text)));
		/* what may be anything spares nothing for sure */
		if (open && h->inverted)
			continue;
		if (flags & (DOCUMENT_PATTERN_ALSO | DOCUMENT_PATTERN_EXCEPT)) {
			if (!hit_narrow(g, h, text, flags, cover))
				return false;
			continue;
		}
		if (cover == PATTERN_SOME) {
			g->reads_parts = true;
			h->partial |= 1ull << partial_number(g, text);
		}
		all |= cover == PATTERN_ALL;
	}
	if (h->inverted) {
		h->always = h->partial == 0;
		return !all;
	}
	h->always = all;
	return all || h->partial != 0;
}
