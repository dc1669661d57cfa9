#include "query/reserved.h"

static const char *later_verb(enum ast_verb verb)
{
	switch (verb) {
	case AST_SNAPSHOTS:
		return "snapshots";
	case AST_WHEN:
		return "when can";
	case AST_DIFF:
		return "diff";
	case AST_CHOKE:
		return "choke";
	case AST_RISKS:
		return "risks";
	case AST_GAP:
		return "gap";
	case AST_SUGGEST:
		return "suggest";
	default:
		return NULL;
	}
}

/* The first term whose key is reserved, or NULL. */
static const struct ast_filter *find_later(const struct ast_filter *f)
{
	const struct ast_filter *found = NULL;

	if (!f)
		return NULL;
	if (f->kind == AST_TERM)
		return filterkey_info(f->key)->later ? f : find_later(f->inner);
	for (uint32_t i = 0; i < f->child_count && !found; i++)
		found = find_later(f->children[i]);
	return found;
}

static const struct ast_filter *find_later_in_ref(const struct ast_ref *ref)
{
	const struct ast_filter *found = NULL;

	for (uint32_t i = 0; i < ref->count && !found; i++)
		found = find_later(ref->items[i].filter);
	return found;
}

static const struct ast_filter *find_later_in_refs(const struct ast_refs *refs)
{
	const struct ast_filter *found = NULL;

	for (uint32_t i = 0; i < refs->count && !found; i++)
		found = find_later_in_ref(&refs->items[i]);
	return found;
}

static const struct ast_filter *find_later_in_query(const struct ast_query *q)
{
	const struct ast_filter *found[] = {
		find_later_in_ref(&q->subject),
		find_later_in_ref(&q->object),
		find_later(q->clauses.where),
		find_later_in_refs(&q->clauses.via),
		find_later_in_refs(&q->clauses.avoiding),
		find_later_in_refs(&q->clauses.without),
	};

	for (size_t i = 0; i < sizeof(found) / sizeof(found[0]); i++) {
		if (found[i])
			return found[i];
	}
	return NULL;
}

static int fail(const struct ast_query *q, struct ast_span span, const char *what,
	struct diagnostic *d, struct err *e)
{
	diagnostic_set(d, span, "'%s' is not available yet", what);
	return diagnostic_err(d, q->source, ERR_SYNTAX, e);
}

int reserved_check(const struct ast_query *query, struct diagnostic *d, struct err *e)
{
	const char *verb = later_verb(query->verb);
	const struct ast_filter *term = find_later_in_query(query);

	if (verb)
		return fail(query, query->verb_span, verb, d, e);
	if (query->clauses.as_of.text.n > 0)
		return fail(query, query->clauses.as_of.span, "as of", d, e);
	if (term)
		return fail(query, term->key_word.span, filterkey_info(term->key)->name,
			d, e);
	return 0;
}
