#include "reachability/rule_phrase.h"

#define COUNT(a) (uint32_t)(sizeof(a) / sizeof((a)[0]))

static const char *const place_words[] = { "actor", "target", "through", "account", "new",
	"some" };

/* The word must be this one. */
static int expect(struct rule_draft *d, const char *word, struct err *e)
{
	struct str found = rule_cursor_word(&d->cursor);

	if (str_eq(found, str_from(word)))
		return 0;
	return found.n > 0 ? rule_cursor_fail(&d->cursor, found, e,
				     "expected '%s', found '%.*s'", word, STR_ARG(found))
			   : rule_cursor_fail(&d->cursor, found, e,
				     "expected '%s', found nothing more", word);
}

static int read_action(
	struct rule_draft *d, struct str word, struct str *out, struct err *e)
{
	action_id id = catalog_action_find(word), near;

	if (word.n == 0)
		return rule_cursor_fail(&d->cursor, word, e,
			"expected an action, found the end of the line");
	if (id == CATALOG_NONE) {
		near = catalog_action_nearest(word);
		if (near == CATALOG_NONE)
			return rule_cursor_fail(&d->cursor, word, e,
				"unknown action '%.*s'", STR_ARG(word));
		return rule_cursor_fail(&d->cursor, word, e,
			"unknown action '%.*s'; did you mean '%.*s'?", STR_ARG(word),
			STR_ARG(catalog_action_get(near).name));
	}
	*out = catalog_action_get(id).name;
	return 0;
}

/* Of one of the first `count` place words. */
static int read_place(struct rule_draft *d, struct str word, uint32_t count,
	enum rule_place *out, struct err *e)
{
	for (uint32_t i = 0; i < count; i++) {
		if (str_eq(word, str_from(place_words[i]))) {
			*out = (enum rule_place)i;
			return 0;
		}
	}
	return rule_draft_unknown(
		d, word, word, &(struct rule_choice){ "a place", place_words, count }, e);
}

static int read_need_place(
	struct rule_draft *d, struct rule_need *need, struct str word, struct err *e)
{
	if (word.n > 0 && word.p[0] == '"') {
		need->on = RULE_PATTERN;
		return rule_draft_quoted(d, word, &need->pattern, e);
	}
	if (read_place(d, word, COUNT(place_words), &need->on, e) < 0)
		return e->code;
	if (need->on == RULE_NEW || need->on == RULE_SOME)
		return rule_draft_kind(d, rule_cursor_word(&d->cursor), &need->kind, e);
	return 0;
}

/* KEY=VALUE, ... */
static int read_context(struct rule_draft *d, struct rule_need *need, struct err *e)
{
	struct buf keys = { 0 }, values = { 0 };
	struct str *key_list, *value_list, word;
	int rc = 0;

	do {
		size_t equals;

		word = rule_cursor_word(&d->cursor);
		equals = str_find_char(word, '=', 0);
		if (equals == 0 || equals + 1 >= word.n) {
			rc = rule_cursor_fail(&d->cursor, word, e,
				"expected KEY=VALUE, found '%.*s'", STR_ARG(word));
			break;
		}
		VEC_ADD(&keys, struct str, str_head(word, equals));
		VEC_ADD(&values, struct str, str_skip(word, equals + 1));
		word = rule_cursor_word(&d->cursor);
	} while (str_eq(word, STR_LIT(",")));
	if (rc == 0 && word.n > 0)
		rc = rule_cursor_fail(&d->cursor, word, e,
			"expected a comma or the end of the line, found '%.*s'",
			STR_ARG(word));
	need->context_count = (uint32_t)VEC_COUNT(&keys, struct str);
	key_list = ARENA_NEW_ARRAY(d->arena, struct str, need->context_count);
	value_list = ARENA_NEW_ARRAY(d->arena, struct str, need->context_count);
	for (uint32_t i = 0; i < need->context_count; i++) {
		key_list[i] = VEC_DATA(&keys, struct str)[i];
		value_list[i] = VEC_DATA(&values, struct str)[i];
	}
	need->keys = key_list;
	need->values = value_list;
	buf_release(&keys);
	buf_release(&values);
	return rc;
}

int rule_phrase_need(struct rule_draft *d, struct err *e)
{
	struct rule_need need = { .on = RULE_ACTOR };
	struct rule_mark mark = { .first = rule_cursor_word(&d->cursor) };
	struct str word;

	if (read_action(d, mark.first, &need.action, e) < 0 || expect(d, "on", e) < 0)
		return e->code;
	mark.place = rule_cursor_word(&d->cursor);
	if (read_need_place(d, &need, mark.place, e) < 0)
		return e->code;
	word = rule_cursor_word(&d->cursor);
	if (str_eq(word, STR_LIT("with"))) {
		if (read_context(d, &need, e) < 0)
			return e->code;
	} else if (word.n > 0) {
		return rule_cursor_fail(&d->cursor, word, e,
			"expected 'with' or the end of the line, found '%.*s'",
			STR_ARG(word));
	}
	VEC_ADD(&d->needs, struct rule_need, need);
	VEC_ADD(&d->need_marks, struct rule_mark, mark);
	return 0;
}

/* --- tests --- */

static int read_comparison(struct rule_draft *d, struct rule_test *test, struct err *e)
{
	static const char *const signs[] = { "=", "<", ">" };
	struct str word = rule_cursor_word(&d->cursor);

	for (uint32_t i = 0; i < COUNT(signs); i++) {
		if (!str_eq(word, str_from(signs[i])))
			continue;
		test->type = RULE_ATTRIBUTE;
		test->comparison = (enum rule_comparison)i;
		test->text = rule_cursor_word(&d->cursor);
		if (test->text.n == 0)
			return rule_cursor_fail(&d->cursor, test->text, e,
				"expected a value, found the end of the line");
		return test->text.p[0] == '"'
			       ? rule_draft_quoted(d, test->text, &test->text, e)
			       : 0;
	}
	return rule_draft_unknown(d, word, word,
		&(struct rule_choice){ "a comparison", signs, COUNT(signs) }, e);
}

static int read_trust(struct rule_draft *d, struct rule_test *test, struct err *e)
{
	test->type = RULE_TRUSTS;
	test->text = rule_cursor_word(&d->cursor);
	if (test->text.n == 0)
		return rule_cursor_fail(&d->cursor, test->text, e,
			"expected a service, found the end of the line");
	return 0;
}

/* Behind the place: what is said of it. */
static int read_claim(struct rule_draft *d, struct rule_test *test, struct err *e)
{
	static const char *const verbs[] = { "matches", "trusts", "carried", "carries" };
	struct str verb = rule_cursor_word(&d->cursor);

	if (str_eq(verb, STR_LIT("matches"))) {
		test->type = RULE_MATCHES;
		return rule_draft_quoted(d, rule_cursor_word(&d->cursor), &test->text, e);
	}
	if (test->of == RULE_TARGET && str_eq(verb, STR_LIT("trusts")))
		return read_trust(d, test, e);
	if (test->of == RULE_TARGET && str_eq(verb, STR_LIT("carried"))) {
		test->type = RULE_CARRIED;
		if (expect(d, "by", e) < 0)
			return e->code;
		return rule_draft_kind(d, rule_cursor_word(&d->cursor), &test->text, e);
	}
	if (test->of == RULE_ACTOR && str_eq(verb, STR_LIT("carries"))) {
		test->type = RULE_CARRIES;
		return expect(d, "target", e);
	}
	return rule_draft_unknown(d, verb, verb,
		&(struct rule_choice){ "a claim", verbs, COUNT(verbs) }, e);
}

int rule_phrase_test(struct rule_draft *d, bool unless, struct err *e)
{
	struct rule_test test = { .unless = unless };
	struct rule_mark mark = { .first = rule_cursor_word(&d->cursor) };
	size_t dot = str_find_char(mark.first, '.', 0);

	mark.place = str_head(mark.first, dot);
	if (read_place(d, mark.place, RULE_THROUGH + 1, &test.of, e) < 0)
		return e->code;
	if (dot < mark.first.n) {
		test.attribute = str_skip(mark.first, dot + 1);
		if (test.attribute.n == 0)
			return rule_cursor_fail(&d->cursor, mark.first, e,
				"expected an attribute behind the dot");
		if (read_comparison(d, &test, e) < 0)
			return e->code;
	} else if (read_claim(d, &test, e) < 0) {
		return e->code;
	}
	VEC_ADD(&d->tests, struct rule_test, test);
	VEC_ADD(&d->test_marks, struct rule_mark, mark);
	return rule_draft_end_line(d, e);
}

/* --- target, through --- */

int rule_phrase_target(struct rule_draft *d, struct err *e)
{
	struct str word = rule_cursor_word(&d->cursor);

	d->target_mark = word;
	d->rule.self = str_eq(word, STR_LIT("actor"));
	if (!d->rule.self && rule_draft_kinds(d, word, &d->rule.target_kinds,
				     &d->rule.target_kind_count, e) < 0)
		return e->code;
	return rule_draft_end_line(d, e);
}

static const struct bond {
	const char *word, *preposition; /* before "target" */
	enum rule_bond bond;
} bonds[] = {
	{ "carrying", NULL, RULE_CARRYING },
	{ "attached", "to", RULE_ATTACHED },
	{ "containing", NULL, RULE_CONTAINING },
	{ "trusted", "by", RULE_TRUSTED },
};

int rule_phrase_through(struct rule_draft *d, struct err *e)
{
	const char *words[COUNT(bonds)];
	struct str word = rule_cursor_word(&d->cursor);

	if (rule_draft_kinds(
		    d, word, &d->rule.through_kinds, &d->rule.through_kind_count, e) < 0)
		return e->code;
	word = rule_cursor_word(&d->cursor);
	for (uint32_t i = 0; i < COUNT(bonds); i++) {
		words[i] = bonds[i].word;
		if (!str_eq(word, str_from(bonds[i].word)))
			continue;
		d->rule.bond = bonds[i].bond;
		if (bonds[i].preposition && expect(d, bonds[i].preposition, e) < 0)
			return e->code;
		if (expect(d, "target", e) < 0)
			return e->code;
		return rule_draft_end_line(d, e);
	}
	return rule_draft_unknown(
		d, word, word, &(struct rule_choice){ "a bond", words, COUNT(words) }, e);
}

/* --- yields --- */

static const struct yield {
	const char *text;
	uint32_t flags;
	bool first; /* begins the line; the others follow a comma */
} yields[] = {
	{ "target", RULE_AS_TARGET, true },
	{ "target with any policy", RULE_AS_TARGET | RULE_ANY_POLICY, true },
	{ "target without boundary", RULE_AS_TARGET | RULE_NO_BOUNDARY, true },
	{ "target without denies", RULE_AS_TARGET | RULE_NO_DENY, true },
	{ "membership", RULE_MEMBER, true },
	{ "access", RULE_ACCESS, true },
	{ "access without denies", RULE_ACCESS | RULE_REWRITTEN, true },
	{ "end of denies", RULE_ACCESS | RULE_UNDENIED, true },
	{ "access to", RULE_ACCESS, true },
	{ "access to without denies", RULE_ACCESS | RULE_REWRITTEN, true },
	{ "grant of", RULE_ACCESS | RULE_GRANTED, true },
	{ "with any policy", RULE_ANY_POLICY, false },
	{ "without boundary", RULE_NO_BOUNDARY, false },
	{ "without denies", RULE_NO_DENY, false },
};

static int add_yield(
	struct rule_draft *d, struct str text, struct str mark, struct err *e)
{
	bool first = d->rule.yields == 0;
	const char *fit[COUNT(yields)];
	uint32_t count = 0;

	for (uint32_t i = 0; i < COUNT(yields); i++) {
		if (yields[i].first != first)
			continue;
		fit[count++] = yields[i].text;
		if (!str_eq(text, str_from(yields[i].text)))
			continue;
		if (!first && !(d->rule.yields & RULE_AS_TARGET))
			return rule_cursor_fail(
				&d->cursor, mark, e, "only 'target' has more to it");
		d->rule.yields |= yields[i].flags;
		return 0;
	}
	return rule_draft_unknown(
		d, mark, text, &(struct rule_choice){ "what it yields", fit, count }, e);
}

/* ACTION|ACTION behind "access to" and "grant of". */
static int read_accesses(struct rule_draft *d, struct err *e)
{
	struct str word = rule_cursor_word(&d->cursor), *list;
	struct buf found = { 0 };
	int rc;

	do {
		struct str action = { 0 };
		size_t end = str_find_char(word, '|', 0);

		rc = read_action(d, str_head(word, end), &action, e);
		VEC_ADD(&found, struct str, action);
		word = str_skip(word, end + 1);
	} while (rc == 0 && word.n > 0);
	d->rule.access_count = (uint32_t)VEC_COUNT(&found, struct str);
	list = ARENA_NEW_ARRAY(d->arena, struct str, d->rule.access_count);
	for (uint32_t i = 0; i < d->rule.access_count; i++)
		list[i] = VEC_DATA(&found, struct str)[i];
	d->rule.accesses = list;
	buf_release(&found);
	return rc;
}

static bool names_actions(struct str text)
{
	return str_eq(text, STR_LIT("access to")) || str_eq(text, STR_LIT("grant of"));
}

int rule_phrase_yields(struct rule_draft *d, struct err *e)
{
	struct buf text = { 0 };
	struct str word, mark;
	int rc = 0;

	do {
		buf_clear(&text);
		mark = rule_cursor_word(&d->cursor);
		for (word = mark; word.n > 0 && !str_eq(word, STR_LIT(","));
			word = rule_cursor_word(&d->cursor)) {
			if (text.n > 0)
				buf_add_char(&text, ' ');
			buf_add_str(&text, word);
			if (names_actions(buf_str(&text)) && rc == 0)
				rc = read_accesses(d, e);
		}
		if (rc == 0)
			rc = add_yield(d, buf_str(&text), mark, e);
	} while (rc == 0 && word.n > 0);
	buf_release(&text);
	return rc;
}
