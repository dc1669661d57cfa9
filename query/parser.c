#include "query/parser.h"

#include "base/limits.h"
#include "query/clause_syntax.h"
#include "query/cursor.h"
#include "query/filter_syntax.h"
#include "query/ref_syntax.h"

#define EXPECTED_ACTION  "an action such as access, read, become or s3:GetObject"
#define EXPECTED_SUBJECT "an identity such as user/alice, or {filter}"
#define EXPECTED_OBJECT  "an entity such as bucket/payroll, or {filter}"
#define EXPECTED_VERB    "what can, who can, can, how can, blast, find, show, or a filter"

/* A query while it is parsed: the tree and the clauses that are still growing. */
struct sentence {
	struct ast_query *query;
	struct clause_syntax clauses;
};

/* [directly|indirectly] action */
static int parse_action(struct sentence *s, struct cursor *c)
{
	if (clause_syntax_path(&s->clauses, c) < 0)
		return c->code;
	return ref_syntax_words(&s->query->action, c, LEXER_PIPE, EXPECTED_ACTION);
}

static int parse_subject(struct sentence *s, struct cursor *c)
{
	return ref_syntax_parse(&s->query->subject, c, EXPECTED_SUBJECT);
}

static bool is_connective(enum keyword k)
{
	return k == KEYWORD_ON || k == KEYWORD_TO || k == KEYWORD_FROM;
}

/* [on|to|from] ref */
static int parse_object(struct sentence *s, struct cursor *c)
{
	if (is_connective(cursor_peek(c, 0)->keyword))
		cursor_take(c);
	return ref_syntax_parse(&s->query->object, c, EXPECTED_OBJECT);
}

static bool is_word(const struct lexer_token *t, struct str word)
{
	return cursor_is_name(t) && str_eq_fold(t->text, word);
}

/* The tolerated "has access to" and "have read access to", after has or have. */
static int parse_has_access(struct sentence *s, struct cursor *c)
{
	bool bare = is_word(cursor_peek(c, 0), STR_LIT("access")) &&
		    cursor_peek(c, 1)->keyword == KEYWORD_TO;

	if (parse_action(s, c) < 0)
		return c->code;
	if (!bare && !is_word(cursor_peek(c, 0), STR_LIT("access")))
		return cursor_unexpected(c, "'access to'");
	if (!bare)
		cursor_take(c);
	if (!cursor_accept(c, KEYWORD_TO))
		return cursor_unexpected(c, "'to' after 'access'");
	return 0;
}

/* SUBJECT have ... access to, after does. */
static int parse_does_have(struct sentence *s, struct cursor *c)
{
	if (parse_subject(s, c) < 0)
		return c->code;
	if (!cursor_accept(c, KEYWORD_HAVE))
		return cursor_unexpected_near(c, "'have access to'", KEYWORD_SMALL);
	return parse_has_access(s, c);
}

static int parse_what(struct sentence *s, struct cursor *c)
{
	if (cursor_accept(c, KEYWORD_DOES))
		return parse_does_have(s, c);
	if (!cursor_accept(c, KEYWORD_CAN))
		return cursor_unexpected_near(c, "'can' after 'what'", KEYWORD_VERB);
	if (parse_subject(s, c) < 0 || parse_action(s, c) < 0)
		return c->code;
	return is_connective(cursor_peek(c, 0)->keyword) ? parse_object(s, c) : 0;
}

static int parse_who(struct sentence *s, struct cursor *c)
{
	if (cursor_accept(c, KEYWORD_HAS)) {
		if (parse_has_access(s, c) < 0)
			return c->code;
		return parse_object(s, c);
	}
	if (!cursor_accept(c, KEYWORD_CAN))
		return cursor_unexpected_near(c, "'can' after 'who'", KEYWORD_VERB);
	return parse_action(s, c) < 0 ? c->code : parse_object(s, c);
}

/* SUBJECT ACTION OBJECT, after can. */
static int parse_can(struct sentence *s, struct cursor *c)
{
	if (parse_subject(s, c) < 0 || parse_action(s, c) < 0)
		return c->code;
	return parse_object(s, c);
}

static int parse_does(struct sentence *s, struct cursor *c)
{
	return parse_does_have(s, c) < 0 ? c->code : parse_object(s, c);
}

static int parse_how(struct sentence *s, struct cursor *c)
{
	if (cursor_accept(c, KEYWORD_DOES))
		return parse_does(s, c);
	if (!cursor_accept(c, KEYWORD_CAN))
		return cursor_unexpected_near(c, "'can' after 'how'", KEYWORD_VERB);
	return parse_can(s, c);
}

static int parse_when(struct sentence *s, struct cursor *c)
{
	if (!cursor_accept(c, KEYWORD_CAN))
		return cursor_unexpected_near(c, "'can' after 'when'", KEYWORD_VERB);
	return parse_can(s, c);
}

static int parse_find(struct sentence *s, struct cursor *c)
{
	return ref_syntax_names(&s->query->kinds, c, KEYWORD_GROUP,
		"a kind such as user, role or s3-bucket");
}

static int parse_show(struct sentence *s, struct cursor *c)
{
	return ref_syntax_parse(&s->query->object, c, EXPECTED_OBJECT);
}

static int parse_nothing(struct sentence *s, struct cursor *c)
{
	(void)s;
	(void)c;
	return 0;
}

static int parse_choke(struct sentence *s, struct cursor *c)
{
	if (parse_subject(s, c) < 0)
		return c->code;
	if (!cursor_accept(c, KEYWORD_TO))
		return cursor_unexpected_near(
			c, "'to' and what is to be protected", KEYWORD_SMALL);
	return ref_syntax_parse(&s->query->object, c, EXPECTED_OBJECT);
}

static int parse_risks(struct sentence *s, struct cursor *c)
{
	return cursor_accept(c, KEYWORD_OF) ? parse_subject(s, c) : 0;
}

/* Index of the first ".." at or after `from`, or s.n. */
static size_t find_dots(struct str s, size_t from)
{
	size_t at = str_find_char(s, '.', from);

	while (at < s.n && !str_starts(str_skip(s, at), STR_LIT("..")))
		at = str_find_char(s, '.', at + 1);
	return at;
}

/* from..to, with white space on either side of the dots or without. */
static int parse_diff(struct sentence *s, struct cursor *c)
{
	const char *expected = "two snapshots or dates, as in 2026-01-01..2026-02-01";
	struct ast_word word, *from = &s->query->from, *to = &s->query->to;
	size_t dots;

	if (ref_syntax_word(&word, c, expected) < 0)
		return c->code;
	*from = word;
	dots = find_dots(word.text, 0);
	from->text = str_head(word.text, dots);
	if (dots == word.text.n) {
		if (ref_syntax_word(&word, c, expected) < 0)
			return c->code;
		dots = find_dots(word.text, 0);
	}
	if (from->text.n == 0 || dots == word.text.n ||
		(from->span.begin != word.span.begin && dots > 0))
		return cursor_fail(
			c, word.span, expected, "no '..' between two snapshots");
	*to = (struct ast_word){ str_skip(word.text, dots + 2), word.span };
	return to->text.n > 0 ? 0 : ref_syntax_word(to, c, expected);
}

/* clang-format off */
static const struct {
	enum keyword keyword;
	enum ast_verb verb;
	int (*parse)(struct sentence *s, struct cursor *c);
} verbs[] = {
	{ KEYWORD_WHAT,      AST_WHAT,      parse_what },
	{ KEYWORD_WHO,       AST_WHO,       parse_who },
	{ KEYWORD_CAN,       AST_CAN,       parse_can },
	{ KEYWORD_DOES,      AST_CAN,       parse_does },
	{ KEYWORD_HOW,       AST_HOW,       parse_how },
	{ KEYWORD_BLAST,     AST_BLAST,     parse_subject },
	{ KEYWORD_FIND,      AST_FIND,      parse_find },
	{ KEYWORD_SHOW,      AST_SHOW,      parse_show },
	{ KEYWORD_SNAPSHOTS, AST_SNAPSHOTS, parse_nothing },
	{ KEYWORD_WHEN,      AST_WHEN,      parse_when },
	{ KEYWORD_DIFF,      AST_DIFF,      parse_diff },
	{ KEYWORD_CHOKE,     AST_CHOKE,     parse_choke },
	{ KEYWORD_RISKS,     AST_RISKS,     parse_risks },
	{ KEYWORD_GAP,       AST_GAP,       parse_subject },
	{ KEYWORD_SUGGEST,   AST_SUGGEST,   parse_subject },
};
/* clang-format on */

/*
 * Whether a line that begins with no verb looks like a sentence with a mistyped one: a
 * can, has or does comes second; or the word is nearly a verb and an entity or a where
 * follows.
 */
static bool is_mistyped_sentence(const struct cursor *c)
{
	const struct lexer_token *first = cursor_peek(c, 0), *second = cursor_peek(c, 1);

	if (!cursor_is_name(first) || first->quoted)
		return false;
	if (second->keyword == KEYWORD_CAN || second->keyword == KEYWORD_DOES ||
		second->keyword == KEYWORD_HAS)
		return true;
	if (!parser_near_verb(first->text) || second->kind == LEXER_END)
		return false;
	if (second->kind == LEXER_BRACE_OPEN ||
		(cursor_is_name(second) &&
			str_find_char(second->text, '/', 0) < second->text.n))
		return true;
	for (uint32_t i = 1; i < c->count - c->at; i++) {
		if (cursor_peek(c, i)->keyword == KEYWORD_WHERE)
			return true;
	}
	return false;
}

/* A line without a verb: a filter over all entities. */
static int parse_bar(struct sentence *s, struct cursor *c)
{
	const struct lexer_token *t = cursor_peek(c, 0);

	if (t->kind == LEXER_END)
		return cursor_fail(c, t->span, EXPECTED_VERB, "the query is empty");
	if (is_mistyped_sentence(c)) {
		cursor_fail(c, t->span, EXPECTED_VERB, "unknown verb '%.*s'",
			STR_ARG(cursor_shown(c, t)));
		diagnostic_suggest(c->d, keyword_nearest(t->text, KEYWORD_VERB));
		return c->code;
	}
	if (keyword_is(t->keyword, KEYWORD_CLAUSE))
		return cursor_unexpected(c, EXPECTED_VERB);
	return filter_syntax_parse(&s->clauses.clauses.where, c);
}

static int parse_body(struct sentence *s, struct cursor *c)
{
	const struct lexer_token *t = cursor_peek(c, 0);
	uint32_t begin = t->span.begin;

	s->query->explain = cursor_accept(c, KEYWORD_EXPLAIN);
	t = cursor_peek(c, 0);
	s->query->span.begin = begin;
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (t->keyword != verbs[i].keyword)
			continue;
		cursor_take(c);
		s->query->verb = verbs[i].verb;
		s->query->verb_span = t->span;
		if (cursor_peek(c, 0)->keyword == KEYWORD_CAN)
			s->query->verb_span.end = cursor_peek(c, 0)->span.end;
		return verbs[i].parse(s, c);
	}
	s->query->verb = AST_FILTER;
	return parse_bar(s, c);
}

/*
 * A body and, when it is a diff, the query inside it; the clauses belong to the
 * innermost.
 */
static int parse_query(struct ast_query *out, struct cursor *c)
{
	struct sentence s = { .query = out };
	struct ast_query *inner;

	for (;;) {
		if (parse_body(&s, c) < 0)
			return c->code;
		if (s.query->verb != AST_DIFF)
			break;
		if (cursor_enter(c, s.query->verb_span) < 0)
			return c->code;
		inner = ARENA_NEW(c->arena, struct ast_query);
		inner->source = out->source;
		s.query->inner = inner;
		s.query = inner;
	}
	if (clause_syntax_parse(&s.clauses, c) < 0)
		return c->code;
	s.query->clauses = s.clauses.clauses;
	s.query->span.end = cursor_end(c);
	out->span.end = cursor_end(c);
	return 0;
}

/*
 * Drop the question mark that ends a question. Elsewhere, and inside quotes, a '?' at the
 * end of a word is a wildcard; alone it can only be punctuation.
 */
static void drop_question_mark(struct cursor *c)
{
	const struct lexer_token *verb = cursor_peek(c, 0);
	struct lexer_token *last, *end = &c->tokens[c->count - 1];

	if (c->count < 2)
		return;
	last = end - 1;
	if (last->kind != LEXER_WORD || c->source.p[last->span.end - 1] != '?')
		return;
	if (verb->keyword == KEYWORD_EXPLAIN)
		verb = cursor_peek(c, 1);
	switch (verb->keyword) {
	case KEYWORD_WHAT:
	case KEYWORD_WHO:
	case KEYWORD_CAN:
	case KEYWORD_DOES:
	case KEYWORD_HOW:
	case KEYWORD_WHEN:
		break;
	default:
		if (last->span.end - last->span.begin > 1)
			return;
	}
	last->span.end--;
	last->text.n--;
	if (!last->quoted)
		last->keyword = keyword_find(last->text);
	end->span = (struct ast_span){ last->span.end, last->span.end };
	if (last->span.begin == last->span.end) {
		*last = *end;
		c->count--;
	}
}

static int parse_tokens(struct ast_query *out, struct cursor *c)
{
	struct buf tokens = { 0 };
	int rc = lexer_run(&tokens, c->source, c->arena, c->d);

	if (rc == 0) {
		c->tokens = VEC_DATA(&tokens, struct lexer_token);
		c->count = (uint32_t)VEC_COUNT(&tokens, struct lexer_token);
		drop_question_mark(c);
		rc = parse_query(out, c);
	}
	buf_release(&tokens);
	return rc;
}

int parser_parse(const struct ast_query **out, struct str text, struct arena *arena,
	struct diagnostic *d, struct err *e)
{
	struct cursor c = { .arena = arena, .d = d };
	struct ast_query *query = NULL;
	int rc;

	*out = NULL;
	if (text.n > LIMIT_QUERY_BYTES) {
		diagnostic_set(d, (struct ast_span){ 0, 0 },
			"query of %zu bytes is longer than LIMIT_QUERY_BYTES (%u)",
			text.n, LIMIT_QUERY_BYTES);
		return diagnostic_err(d, (struct str){ "", 0 }, ERR_LIMIT, e);
	}
	query = ARENA_NEW(arena, struct ast_query);
	query->source = c.source = arena_copy(arena, text);
	rc = parse_tokens(query, &c);
	if (rc < 0)
		return diagnostic_err(d, c.source, (enum err_code)rc, e);
	*out = query;
	return 0;
}

bool parser_near_verb(struct str word)
{
	for (size_t i = 0; i < word.n; i++) {
		if (str_lower_char(word.p[i]) < 'a' || str_lower_char(word.p[i]) > 'z')
			return false;
	}
	return keyword_nearest(word, KEYWORD_VERB).n > 0;
}
