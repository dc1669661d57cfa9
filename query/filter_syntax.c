#include "query/filter_syntax.h"

#include "base/limits.h"
#include "query/moment.h"

#define EXPECTED_TERM "a filter term such as kind:role, or a word to search for"
#define EXPECTED_KEY                                                                     \
	"a filter key such as kind or tag.NAME (quote a text to search for it)"
#define EXPECTED_VALUE "a value"
#define COUNT_DIGITS   9

/* What is left of a word after its key or its operator was taken off. */
struct piece {
	struct str text;
	struct ast_span span;
};

/* How a bare word in a filter is read. */
enum reading { READING_TEXT, READING_TERM, READING_UNKNOWN };

/*
 * A word whose part before the first ':' is no key is a name all the same (an ARN, a URL)
 * when a ':' or '/' follows; unless the part is nearly a key, because then it is a slip.
 */
static bool is_colon_name(struct str text, size_t colon)
{
	struct str rest = str_skip(text, colon + 1);

	if (str_find_char(rest, ':', 0) == rest.n &&
		str_find_char(rest, '/', 0) == rest.n)
		return false;
	return filterkey_nearest(str_head(text, colon)).n == 0;
}

static enum reading read_as(struct str text, size_t colon, size_t compare,
	enum filterkey *key, struct str *tag)
{
	size_t at = colon < compare ? colon : compare;

	if (at >= text.n)
		return READING_TEXT;
	if (filterkey_find(key, tag, str_head(text, at)))
		return READING_TERM;
	return at == colon && is_colon_name(text, colon) ? READING_TEXT : READING_UNKNOWN;
}

static int fail_unknown_key(struct cursor *c, struct str key, struct ast_span span)
{
	if (key.n == 0)
		return cursor_fail(c, span, EXPECTED_KEY, "no filter key before '%c'",
			c->source.p[span.begin]);
	if (str_eq_fold(key, STR_LIT("tag")) || str_eq_fold(key, STR_LIT("tag.")))
		return cursor_fail(c, span, "tag.NAME:value", "no tag name after 'tag'");
	cursor_fail(c, span, EXPECTED_KEY, "unknown filter key '%.*s'", STR_ARG(key));
	diagnostic_suggest(c->d, filterkey_nearest(key));
	return c->code;
}

static bool is_compare(char c)
{
	return c == '<' || c == '>' || c == '=';
}

/* Take < <= > >= = off the front of a piece; AST_EQ when there is none. */
static enum ast_op take_op(struct cursor *c, struct piece *p)
{
	const char *s = c->source.p + p->span.begin;
	uint32_t size = p->span.end - p->span.begin, n = 1;
	enum ast_op op;

	if (size == 0 || !is_compare(s[0]))
		return AST_EQ;
	if (s[0] != '=' && size > 1 && s[1] == '=')
		n = 2;
	op = s[0] == '='   ? AST_EQ
	     : s[0] == '<' ? (n == 2 ? AST_LE : AST_LT)
			   : (n == 2 ? AST_GE : AST_GT);
	p->text = str_skip(p->text, n);
	p->span.begin += n;
	return op;
}

/*
 * When nothing is left of a piece, go on with the next word, so that `kind: role` and
 * `hops: <= 3` work. A word with a colon is the next term: then the value was forgotten.
 */
static bool refill(struct cursor *c, struct piece *p)
{
	const struct lexer_token *t = cursor_peek(c, 0);

	if (p->span.begin < p->span.end)
		return true;
	if (!cursor_is_name(t) || t->colon.text != LEXER_NOWHERE)
		return false;
	*p = (struct piece){ t->text, t->span };
	cursor_take(c);
	return true;
}

static bool read_count(int64_t *out, struct str text)
{
	int64_t value = 0;

	if (text.n == 0 || text.n > COUNT_DIGITS)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] < '0' || text.p[i] > '9')
			return false;
		value = value * 10 + (text.p[i] - '0');
	}
	*out = value;
	return true;
}

static int fail_value(struct cursor *c, const struct ast_filter *term,
	const struct piece *p, const char *expected)
{
	return cursor_fail(c, p->span, expected, "'%s' cannot be '%.*s'",
		filterkey_info(term->key)->name, STR_ARG(p->text));
}

static int read_choice(struct ast_value *v, struct cursor *c,
	const struct ast_filter *term, const struct piece *p)
{
	const char *const *choices = filterkey_info(term->key)->choices;
	int index = filterkey_choice(term->key, p->text);
	struct str list = { "", 0 };
	struct nearest near;

	v->form = AST_FORM_CHOICE;
	v->number = index;
	if (index >= 0)
		return 0;
	nearest_init(&near, p->text);
	for (int i = 0; choices[i]; i++) {
		list = arena_printf(c->arena, "%.*s%s%s", STR_ARG(list),
			i == 0           ? ""
			: choices[i + 1] ? ", "
					 : " or ",
			choices[i]);
		nearest_offer(&near, str_from(choices[i]));
	}
	fail_value(c, term, p, list.p);
	diagnostic_suggest(c->d, near.best);
	return c->code;
}

static int read_bool(struct ast_value *v, struct cursor *c, const struct ast_filter *term,
	const struct piece *p)
{
	v->form = AST_FORM_BOOL;
	v->number = str_eq_fold(p->text, STR_LIT("true"));
	if (v->number || str_eq_fold(p->text, STR_LIT("false")))
		return 0;
	return fail_value(c, term, p, "true or false");
}

static int read_time(struct ast_value *v, struct cursor *c, const struct ast_filter *term,
	const struct piece *p)
{
	const char *expected = "an age such as >90d, a date such as 2026-01-31, or never";

	if (moment_date(&v->number, p->text)) {
		v->form = AST_FORM_TIME;
		return 0;
	}
	if (str_eq_fold(p->text, STR_LIT("never")) && term->op == AST_EQ) {
		v->form = AST_FORM_NEVER;
		return 0;
	}
	if (!moment_age(&v->number, p->text))
		return fail_value(c, term, p, expected);
	v->form = AST_FORM_AGE;
	if (term->op == AST_EQ)
		return cursor_fail(
			c, p->span, "< <= > or >= before it", "an age is never exact");
	return 0;
}

static int read_value(struct ast_value *v, struct cursor *c,
	const struct ast_filter *term, struct piece p)
{
	*v = (struct ast_value){ .text = p.text, .span = p.span, .form = AST_FORM_TEXT };
	switch (filterkey_info(term->key)->type) {
	case FILTERKEY_TYPE_TEXT:
		return 0;
	case FILTERKEY_TYPE_REF:
		return p.text.n > 0 ? 0
				    : cursor_fail(c, p.span, "a name", "empty quotes");
	case FILTERKEY_TYPE_CHOICE:
		return read_choice(v, c, term, &p);
	case FILTERKEY_TYPE_BOOL:
		return read_bool(v, c, term, &p);
	case FILTERKEY_TYPE_COUNT:
		v->form = AST_FORM_COUNT;
		return read_count(&v->number, p.text)
			       ? 0
			       : fail_value(c, term, &p, "a whole number");
	case FILTERKEY_TYPE_TIME:
		return read_time(v, c, term, &p);
	}
	return 0;
}

static int append_value(struct cursor_list *list, struct cursor *c,
	const struct ast_filter *term, struct piece p)
{
	struct ast_value *v = cursor_append(c, list, sizeof(*v));

	return read_value(v, c, term, p);
}

/* One more value of a list, from a word of its own. */
static int append_word(
	struct cursor_list *list, struct cursor *c, const struct ast_filter *term)
{
	const struct lexer_token *t = cursor_peek(c, 0);

	if (!cursor_is_name(t))
		return cursor_unexpected(c, EXPECTED_VALUE);
	if (is_compare(c->source.p[t->span.begin]))
		return cursor_fail(
			c, t->span, "plain values", "a comparison among alternatives");
	if (!t->quoted && filter_syntax_is_term(t->text))
		return cursor_fail(
			c, t->span, "plain values", "a filter term among alternatives");
	cursor_take(c);
	return append_value(list, c, term, (struct piece){ t->text, t->span });
}

/* "(" word { "OR" word } ")" */
static int parse_alternatives(
	struct cursor_list *list, struct cursor *c, struct ast_filter *term)
{
	if (term->op != AST_EQ)
		return cursor_unexpected(c, "one value after the comparison");
	cursor_take(c);
	do {
		if (append_word(list, c, term) < 0)
			return c->code;
	} while (cursor_accept(c, KEYWORD_OR) || cursor_accept_kind(c, LEXER_PIPE));
	if (!cursor_accept_kind(c, LEXER_PAREN_CLOSE))
		return cursor_unexpected(c, "OR or ')'");
	return 0;
}

static int parse_inner(struct cursor *c, struct ast_filter *term)
{
	const struct filterkey_info *info = filterkey_info(term->key);
	const struct lexer_token *t = cursor_peek(c, 0);

	if (info->type != FILTERKEY_TYPE_REF || term->op != AST_EQ)
		return cursor_fail(c, t->span, EXPECTED_VALUE,
			"'%s' takes no {filter} here", info->name);
	return filter_syntax_braces(&term->inner, c);
}

/* All that follows the key: [op] value, alternatives, or {filter}. */
static int parse_values(struct ast_filter *term, struct cursor *c, struct piece p)
{
	const struct filterkey_info *info = filterkey_info(term->key);
	struct cursor_list list = { NULL, 0 };
	struct ast_span op_span;
	int rc;

	refill(c, &p);
	op_span = p.span;
	term->op = take_op(c, &p);
	op_span.end = p.span.begin;
	if (term->op != AST_EQ && !info->ordered)
		return cursor_fail(c, op_span, EXPECTED_VALUE,
			"'%s' has no order to compare by", info->name);
	if (refill(c, &p)) {
		rc = append_value(&list, c, term, p);
		while (rc == 0 && term->op == AST_EQ && cursor_accept_kind(c, LEXER_PIPE))
			rc = append_word(&list, c, term);
	} else if (cursor_peek(c, 0)->kind == LEXER_PAREN_OPEN) {
		rc = parse_alternatives(&list, c, term);
	} else if (cursor_peek(c, 0)->kind == LEXER_BRACE_OPEN) {
		rc = parse_inner(c, term);
	} else {
		rc = cursor_fail(
			c, p.span, EXPECTED_VALUE, "no value after '%s'", info->name);
	}
	term->values = list.items;
	term->value_count = list.count;
	return rc;
}

static int make_text(struct ast_filter *f, struct cursor *c, const struct lexer_token *t)
{
	struct cursor_list list = { NULL, 0 };
	struct ast_value *v = cursor_append(c, &list, sizeof(*v));

	if (t->text.n == 0)
		return cursor_fail(c, t->span, EXPECTED_TERM, "empty quotes");
	*v = (struct ast_value){
		.text = t->text, .span = t->span, .form = AST_FORM_TEXT
	};
	f->kind = AST_TEXT;
	f->values = v;
	f->value_count = 1;
	f->span = t->span;
	return 0;
}

static int parse_word(const struct ast_filter **out, struct cursor *c)
{
	const struct lexer_token *t = cursor_take(c);
	struct ast_filter *f = ARENA_NEW(c->arena, struct ast_filter);
	bool colon = t->colon.text < t->compare.text;
	struct lexer_mark at = colon ? t->colon : t->compare;
	struct ast_span key_span = { t->span.begin, at.source };
	uint32_t after = colon ? 1 : 0;
	struct piece p;

	*out = f;
	switch (read_as(t->text, t->colon.text, t->compare.text, &f->key, &f->tag)) {
	case READING_TEXT:
		return make_text(f, c, t);
	case READING_UNKNOWN:
		key_span.end += at.text == 0;
		return fail_unknown_key(c, str_head(t->text, at.text), key_span);
	case READING_TERM:
		break;
	}
	f->kind = AST_TERM;
	f->key_word = (struct ast_word){ str_head(t->text, at.text), key_span };
	p = (struct piece){ str_skip(t->text, at.text + after),
		{ at.source + after, t->span.end } };
	if (parse_values(f, c, p) < 0)
		return c->code;
	f->span = (struct ast_span){ t->span.begin, cursor_end(c) };
	return 0;
}

static int parse_primary(const struct ast_filter **out, struct cursor *c)
{
	const struct lexer_token *t = cursor_peek(c, 0);

	if (cursor_is_name(t))
		return parse_word(out, c);
	if (t->kind != LEXER_PAREN_OPEN)
		return cursor_unexpected(c, EXPECTED_TERM);
	if (cursor_enter(c, t->span) < 0)
		return c->code;
	cursor_take(c);
	if (filter_syntax_parse(out, c) < 0)
		return c->code;
	if (!cursor_accept_kind(c, LEXER_PAREN_CLOSE))
		return cursor_unexpected(c, "AND, OR or ')'");
	cursor_leave(c, 1);
	return 0;
}

static struct lexer_mark shift(struct lexer_mark m)
{
	return (struct lexer_mark){ m.text == LEXER_NOWHERE ? m.text : m.text - 1,
		m.source };
}

/* Take NOT, or the '-' that begins a word (of which the rest stays the next token). */
static bool accept_not(struct cursor *c)
{
	struct lexer_token *t = &c->tokens[c->at];

	if (t->kind != LEXER_WORD || c->source.p[t->span.begin] != '-')
		return cursor_accept(c, KEYWORD_NOT);
	t->span.begin++;
	if (t->span.begin == t->span.end) {
		cursor_take(c);
		return true;
	}
	t->text = str_skip(t->text, 1);
	t->colon = shift(t->colon);
	t->compare = shift(t->compare);
	t->keyword = t->quoted ? KEYWORD_NONE : keyword_find(t->text);
	return true;
}

static int parse_not(const struct ast_filter **out, struct cursor *c)
{
	uint32_t begins[LIMIT_QUERY_DEPTH], levels = 0;

	for (;;) {
		struct ast_span span = cursor_peek(c, 0)->span;

		if (!accept_not(c))
			break;
		span.end = span.begin + 1;
		if (cursor_enter(c, span) < 0)
			return c->code;
		begins[levels++] = span.begin;
	}
	if (parse_primary(out, c) < 0)
		return c->code;
	cursor_leave(c, levels);
	while (levels > 0) {
		struct ast_filter *f = ARENA_NEW(c->arena, struct ast_filter);
		const struct ast_filter **child =
			ARENA_NEW(c->arena, const struct ast_filter *);

		*child = *out;
		f->kind = AST_NOT;
		f->children = child;
		f->child_count = 1;
		f->span = (struct ast_span){ begins[--levels], (*out)->span.end };
		*out = f;
	}
	return 0;
}

/* Add a child to an AND or OR; the children of a child of the same kind instead of it. */
static void add_child(struct cursor_list *list, struct cursor *c,
	enum ast_filter_kind kind, const struct ast_filter *child)
{
	const struct ast_filter **slot;

	if (child->kind != kind) {
		slot = cursor_append(c, list, sizeof(const struct ast_filter *));
		*slot = child;
		return;
	}
	for (uint32_t i = 0; i < child->child_count; i++) {
		slot = cursor_append(c, list, sizeof(const struct ast_filter *));
		*slot = child->children[i];
	}
}

/* The AND or OR of a list; a list of one is that one. */
static const struct ast_filter *make_group(
	struct cursor *c, enum ast_filter_kind kind, const struct cursor_list *list)
{
	const struct ast_filter *const *children = list->items;
	struct ast_filter *f;

	if (list->count == 1)
		return children[0];
	f = ARENA_NEW(c->arena, struct ast_filter);
	f->kind = kind;
	f->children = children;
	f->child_count = list->count;
	f->span = ast_span_join(children[0]->span, children[list->count - 1]->span);
	return f;
}

/* Whether a token goes on with an AND that is not written. */
static bool continues_and(const struct lexer_token *t)
{
	if (t->kind == LEXER_PAREN_OPEN)
		return true;
	return t->kind == LEXER_WORD && t->keyword != KEYWORD_OR &&
	       !keyword_is(t->keyword, KEYWORD_CLAUSE);
}

static int parse_and(const struct ast_filter **out, struct cursor *c)
{
	struct cursor_list list = { NULL, 0 };
	const struct ast_filter *child;

	do {
		if (parse_not(&child, c) < 0)
			return c->code;
		add_child(&list, c, AST_AND, child);
	} while (cursor_accept(c, KEYWORD_AND) || continues_and(cursor_peek(c, 0)));
	*out = make_group(c, AST_AND, &list);
	return 0;
}

int filter_syntax_parse(const struct ast_filter **out, struct cursor *c)
{
	struct cursor_list list = { NULL, 0 };
	const struct ast_filter *child = NULL;

	do {
		if (parse_and(&child, c) < 0)
			return c->code;
		add_child(&list, c, AST_OR, child);
	} while (cursor_accept(c, KEYWORD_OR));
	*out = make_group(c, AST_OR, &list);
	return 0;
}

int filter_syntax_braces(const struct ast_filter **out, struct cursor *c)
{
	if (cursor_enter(c, cursor_peek(c, 0)->span) < 0)
		return c->code;
	cursor_take(c);
	if (filter_syntax_parse(out, c) < 0)
		return c->code;
	if (!cursor_accept_kind(c, LEXER_BRACE_CLOSE))
		return cursor_unexpected(c, "AND, OR or '}'");
	cursor_leave(c, 1);
	return 0;
}

const struct ast_filter *filter_syntax_both(
	struct cursor *c, const struct ast_filter *a, const struct ast_filter *b)
{
	struct cursor_list list = { NULL, 0 };

	if (!a || !b)
		return a ? a : b;
	add_child(&list, c, AST_AND, a);
	add_child(&list, c, AST_AND, b);
	return make_group(c, AST_AND, &list);
}

/* How a word without quotes would be read. */
static enum reading read_bare(struct str text)
{
	size_t colon = str_find_char(text, ':', 0), compare = 0;
	enum filterkey key;
	struct str tag;

	while (compare < text.n && !is_compare(text.p[compare]))
		compare++;
	return read_as(text, colon, compare, &key, &tag);
}

bool filter_syntax_needs_quotes(struct str text)
{
	return lexer_needs_quotes(text) || text.p[0] == '-' ||
	       read_bare(text) != READING_TEXT;
}

bool filter_syntax_is_term(struct str text)
{
	return read_bare(text) == READING_TERM;
}
