#include "ingest/gcp_expression.h"

#include "base/buf.h"
#include "base/limits.h"

struct parser {
	struct str text;
	size_t at;
	unsigned depth;
	struct arena *arena;
	struct err *e;
};

static struct gcp_expression *parse_or(struct parser *p);

static struct gcp_expression *fail(struct parser *p, const char *expected)
{
	if (p->e->code == 0)
		err_set(p->e, ERR_FORMAT, "expected %s at byte %zu of the expression",
			expected, p->at);
	return NULL;
}

static char peek(const struct parser *p)
{
	return p->at < p->text.n ? p->text.p[p->at] : '\0';
}

static void skip_space(struct parser *p)
{
	for (;;) {
		while (p->at < p->text.n && peek(p) != '\0' &&
			strchr(" \t\r\n\f", peek(p)))
			p->at++;
		if (!str_starts(str_skip(p->text, p->at), STR_LIT("//")))
			return;
		p->at = str_find_char(p->text, '\n', p->at);
	}
}

static bool takes(struct parser *p, const char *token)
{
	skip_space(p);
	if (!str_starts(str_skip(p->text, p->at), str_from(token)))
		return false;
	p->at += strlen(token);
	return true;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static struct str take_word(struct parser *p)
{
	size_t begin;

	skip_space(p);
	begin = p->at;
	if (!is_letter(peek(p)))
		return (struct str){ 0 };
	while (is_letter(peek(p)) || is_digit(peek(p)))
		p->at++;
	return (struct str){ p->text.p + begin, p->at - begin };
}

static struct gcp_expression *node(
	struct parser *p, enum gcp_expression_type type, size_t begin, struct str name)
{
	struct gcp_expression *x = ARENA_NEW(p->arena, struct gcp_expression);

	x->type = type;
	x->name = name;
	x->text = (struct str){ p->text.p + begin, p->at - begin };
	return x;
}

static void add_kid(
	struct parser *p, struct gcp_expression *x, struct gcp_expression *kid)
{
	struct gcp_expression **kids =
		ARENA_NEW_ARRAY(p->arena, struct gcp_expression *, x->kid_count + 1u);

	if (x->kid_count > 0)
		memcpy(kids, x->kids, x->kid_count * sizeof(*kids));
	kids[x->kid_count++] = kid;
	x->kids = kids;
}

/* One escape sequence; the backslash is passed. */
static bool take_escape(struct parser *p, struct buf *out)
{
	static const char from[] = "nrtabfv\\\"'`?", to[] = "\n\r\t\a\b\f\v\\\"'`?";
	const char *hit = peek(p) != '\0' ? strchr(from, peek(p)) : NULL;

	if (!hit)
		return false;
	buf_add_char(out, to[hit - from]);
	p->at++;
	return true;
}

static struct gcp_expression *parse_string(struct parser *p)
{
	size_t begin = p->at;
	char quote = peek(p);
	struct buf value = { 0 };
	struct gcp_expression *x;
	bool good = true;

	p->at++;
	while (good && p->at < p->text.n && peek(p) != quote) {
		char c = peek(p);

		p->at++;
		if (c == '\\')
			good = take_escape(p, &value);
		else
			buf_add_char(&value, c);
	}
	if (!good || p->at >= p->text.n) {
		buf_release(&value);
		return fail(p, "the end of a string");
	}
	p->at++;
	x = node(p, GCP_STRING, begin, arena_copy(p->arena, buf_str(&value)));
	buf_release(&value);
	return x;
}

static struct gcp_expression *parse_number(struct parser *p)
{
	size_t begin = p->at;

	if (peek(p) == '-')
		p->at++;
	while (is_digit(peek(p)) || peek(p) == '.')
		p->at++;
	return node(
		p, GCP_NUMBER, begin, (struct str){ p->text.p + begin, p->at - begin });
}

/* What is between brackets: expressions with commas. The opening one is passed. */
static bool parse_list(struct parser *p, struct gcp_expression *x, const char *close)
{
	if (takes(p, close))
		return true;
	for (;;) {
		struct gcp_expression *kid = parse_or(p);

		if (!kid)
			return false;
		add_kid(p, x, kid);
		if (takes(p, close))
			return true;
		if (!takes(p, ","))
			return fail(p, "',' or a closing bracket") != NULL;
	}
}

static struct gcp_expression *parse_call(
	struct parser *p, size_t begin, struct gcp_expression *target, struct str name)
{
	struct gcp_expression *x = node(p, GCP_CALL, begin, name);

	add_kid(p, x, target);
	if (!parse_list(p, x, ")"))
		return NULL;
	x->text = (struct str){ p->text.p + begin, p->at - begin };
	return x;
}

static struct gcp_expression *parse_primary(struct parser *p)
{
	struct gcp_expression *x;
	size_t begin;
	struct str word;

	skip_space(p);
	begin = p->at;
	if (peek(p) == '"' || peek(p) == '\'')
		return parse_string(p);
	if (is_digit(peek(p)) || peek(p) == '-')
		return parse_number(p);
	if (takes(p, "(")) {
		x = parse_or(p);
		if (!x || !takes(p, ")"))
			return fail(p, "')'");
		return x;
	}
	if (takes(p, "[")) {
		x = node(p, GCP_LIST, begin, (struct str){ 0 });
		if (!parse_list(p, x, "]"))
			return NULL;
		x->text = (struct str){ p->text.p + begin, p->at - begin };
		return x;
	}
	word = take_word(p);
	if (word.n == 0)
		return fail(p, "a name or a value");
	if (str_eq(word, STR_LIT("true")) || str_eq(word, STR_LIT("false")))
		return node(p, GCP_BOOL, begin, word);
	if (takes(p, "("))
		return parse_call(p, begin, NULL, word);
	return node(p, GCP_NAME, begin, word);
}

/* "a.b.c" is one name; "a.b()" a call with a target. */
static struct gcp_expression *parse_member(struct parser *p)
{
	struct gcp_expression *x = parse_primary(p);
	size_t begin = x ? (size_t)(x->text.p - p->text.p) : 0;
	struct str word;

	while (x && takes(p, ".")) {
		word = take_word(p);
		if (word.n == 0)
			return fail(p, "a name");
		if (takes(p, "("))
			x = parse_call(p, begin, x, word);
		else if (x->type == GCP_NAME)
			x = node(p, GCP_NAME, begin,
				arena_printf(p->arena, "%.*s.%.*s", STR_ARG(x->name),
					STR_ARG(word)));
		else
			return fail(p, "a call");
	}
	return x;
}

static struct gcp_expression *parse_unary(struct parser *p)
{
	struct gcp_expression *x, *kid;
	size_t begin;

	skip_space(p);
	begin = p->at;
	if (peek(p) != '!' || str_starts(str_skip(p->text, p->at), STR_LIT("!=")))
		return parse_member(p);
	p->at++;
	if (++p->depth > LIMIT_QUERY_DEPTH)
		return fail(p, "fewer levels (LIMIT_QUERY_DEPTH)");
	kid = parse_unary(p);
	p->depth--;
	if (!kid)
		return NULL;
	x = node(p, GCP_NOT, begin, STR_LIT("!"));
	add_kid(p, x, kid);
	return x;
}

static struct str take_comparison(struct parser *p)
{
	static const char *const names[] = { "==", "!=", "<=", ">=", "<", ">" };
	size_t begin;
	struct str word;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (takes(p, names[i]))
			return str_from(names[i]);
	}
	begin = p->at;
	word = take_word(p);
	if (str_eq(word, STR_LIT("in")))
		return word;
	p->at = begin;
	return (struct str){ 0 };
}

static struct gcp_expression *parse_comparison(struct parser *p)
{
	struct gcp_expression *x, *left, *right;
	struct str name;
	size_t begin;

	skip_space(p);
	begin = p->at;
	left = parse_unary(p);
	if (!left)
		return NULL;
	name = take_comparison(p);
	if (name.n == 0)
		return left;
	right = parse_unary(p);
	if (!right)
		return NULL;
	x = node(p, GCP_COMPARE, begin, name);
	add_kid(p, x, left);
	add_kid(p, x, right);
	return x;
}

static struct gcp_expression *parse_and(struct parser *p)
{
	struct gcp_expression *x = parse_comparison(p), *both, *right;
	size_t begin = x ? (size_t)(x->text.p - p->text.p) : 0;

	while (x && takes(p, "&&")) {
		right = parse_comparison(p);
		if (!right)
			return NULL;
		both = node(p, GCP_AND, begin, STR_LIT("&&"));
		add_kid(p, both, x);
		add_kid(p, both, right);
		x = both;
	}
	return x;
}

static struct gcp_expression *parse_or(struct parser *p)
{
	struct gcp_expression *x, *both, *right;
	size_t begin;

	if (++p->depth > LIMIT_QUERY_DEPTH)
		return fail(p, "fewer levels (LIMIT_QUERY_DEPTH)");
	x = parse_and(p);
	begin = x ? (size_t)(x->text.p - p->text.p) : 0;
	while (x && takes(p, "||")) {
		right = parse_and(p);
		if (!right)
			return NULL;
		both = node(p, GCP_OR, begin, STR_LIT("||"));
		add_kid(p, both, x);
		add_kid(p, both, right);
		x = both;
	}
	p->depth--;
	return x;
}

int gcp_expression_parse(
	struct gcp_expression **out, struct str text, struct arena *arena, struct err *e)
{
	struct parser p = { .text = text, .arena = arena, .e = e };

	e->code = 0;
	*out = parse_or(&p);
	if (!*out)
		return e->code;
	skip_space(&p);
	if (p.at < text.n) {
		fail(&p, "the end, or an operator");
		return e->code;
	}
	return 0;
}
