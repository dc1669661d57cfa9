#include "reachability/rule_draft.h"

#include "base/nearest.h"

void rule_draft_release(struct rule_draft *d)
{
	buf_release(&d->needs);
	buf_release(&d->need_marks);
	buf_release(&d->tests);
	buf_release(&d->test_marks);
}

void rule_draft_begin(struct rule_draft *d, struct str id)
{
	buf_clear(&d->needs);
	buf_clear(&d->need_marks);
	buf_clear(&d->tests);
	buf_clear(&d->test_marks);
	d->seen = 0;
	d->mark = id;
	d->target_mark = (struct str){ d->cursor.text.p, 0 };
	d->rule = (struct rule){ .id = id,
		.file = d->cursor.file,
		.line = rule_cursor_line_of(&d->cursor, id) };
}

static void *list_copy(struct arena *arena, const struct buf *list)
{
	void *copy = arena_alloc(arena, list->n);

	if (list->n > 0)
		memcpy(copy, list->p, list->n);
	return copy;
}

struct rule rule_draft_rule(const struct rule_draft *d)
{
	struct rule rule = d->rule;

	rule.needs = list_copy(d->arena, &d->needs);
	rule.need_count = (uint32_t)VEC_COUNT(&d->needs, struct rule_need);
	rule.tests = list_copy(d->arena, &d->tests);
	rule.test_count = (uint32_t)VEC_COUNT(&d->tests, struct rule_test);
	return rule;
}

int rule_draft_end_line(struct rule_draft *d, struct err *e)
{
	struct str word = rule_cursor_word(&d->cursor);

	return word.n == 0 ? 0
			   : rule_cursor_fail(&d->cursor, word, e,
				     "expected the end of the line, found '%.*s'",
				     STR_ARG(word));
}

int rule_draft_unknown(const struct rule_draft *d, struct str mark, struct str word,
	const struct rule_choice *choice, struct err *e)
{
	struct nearest near;
	struct buf list = { 0 };
	int rc;

	nearest_init(&near, word);
	for (uint32_t i = 0; i < choice->count; i++) {
		nearest_offer(&near, str_from(choice->words[i]));
		buf_printf(&list, "%s%s", i > 0 ? ", " : "", choice->words[i]);
	}
	if (word.n == 0)
		rc = rule_cursor_fail(&d->cursor, mark, e,
			"expected %s, found nothing more", choice->what);
	else if (near.best.n > 0)
		rc = rule_cursor_fail(&d->cursor, mark, e,
			"expected %s, found '%.*s'; did you mean '%.*s'?", choice->what,
			STR_ARG(word), STR_ARG(near.best));
	else
		rc = rule_cursor_fail(&d->cursor, mark, e,
			"expected %s (%.*s), found '%.*s'", choice->what,
			STR_ARG(buf_str(&list)), STR_ARG(word));
	buf_release(&list);
	return rc;
}

static int unknown_kind(
	struct rule_draft *d, struct str word, struct str full, struct err *e)
{
	struct nearest near;

	if (word.n == 0)
		return rule_cursor_fail(&d->cursor, word, e,
			"expected a kind, found the end of the line");
	nearest_init(&near, full);
	for (kind_id k = 0; k < catalog_kind_count(); k++)
		nearest_offer(&near, catalog_kind_name(k));
	if (near.best.n > d->provider.n)
		return rule_cursor_fail(&d->cursor, word, e,
			"unknown kind '%.*s'; did you mean '%.*s'?", STR_ARG(word),
			STR_ARG(str_skip(near.best, d->provider.n + 1)));
	return rule_cursor_fail(
		&d->cursor, word, e, "unknown kind '%.*s'", STR_ARG(word));
}

int rule_draft_kind(struct rule_draft *d, struct str word, struct str *out, struct err *e)
{
	kind_id kind;

	*out = arena_printf(d->arena, "%.*s:%.*s", STR_ARG(d->provider), STR_ARG(word));
	kind = catalog_kind_find(*out);
	/* of another provider, by its whole name */
	if (kind == CATALOG_NONE)
		kind = catalog_kind_find(word);
	if (kind == CATALOG_NONE)
		return unknown_kind(d, word, *out, e);
	*out = catalog_kind_name(kind);
	return 0;
}

int rule_draft_kinds(struct rule_draft *d, struct str word, const struct str **out,
	uint32_t *count, struct err *e)
{
	struct buf kinds = { 0 };
	size_t at = 0;
	int rc = 0;

	do {
		size_t end = str_find_char(word, '|', at);
		struct str kind;

		rc = rule_draft_kind(d, str_head(str_skip(word, at), end - at), &kind, e);
		if (rc == 0)
			VEC_ADD(&kinds, struct str, kind);
		at = end + 1;
	} while (rc == 0 && at <= word.n);
	*out = list_copy(d->arena, &kinds);
	*count = (uint32_t)VEC_COUNT(&kinds, struct str);
	buf_release(&kinds);
	return rc;
}

int rule_draft_quoted(
	struct rule_draft *d, struct str word, struct str *out, struct err *e)
{
	if (word.n == 0 || word.p[0] != '"')
		return rule_cursor_fail(&d->cursor, word, e,
			"expected a string in double quotes, found '%.*s'",
			STR_ARG(word));
	if (word.n < 2 || word.p[word.n - 1] != '"')
		return rule_cursor_fail(
			&d->cursor, word, e, "the string has no closing quote");
	*out = (struct str){ word.p + 1, word.n - 2 };
	return 0;
}
