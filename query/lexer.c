#include "query/lexer.h"

#include "base/utf8.h"

#define NO_BREAK_SPACE "\xc2\xa0"

struct lexer {
	struct str source;
	uint32_t at;
	struct arena *arena;
	struct diagnostic *d;
	struct buf text; /* of a word with quoted parts, while it is read */
};

static bool is_control(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7f;
}

/* Bytes of white space at `at`, or 0. */
static uint32_t space_size(struct str s, size_t at)
{
	if (at >= s.n)
		return 0;
	if (s.p[at] == ' ' || (s.p[at] >= '\t' && s.p[at] <= '\r'))
		return 1;
	return str_starts(str_skip(s, at), STR_LIT(NO_BREAK_SPACE)) ? 2 : 0;
}

static enum lexer_kind punctuation(char c)
{
	switch (c) {
	case ',':
		return LEXER_COMMA;
	case '|':
		return LEXER_PIPE;
	case '(':
		return LEXER_PAREN_OPEN;
	case ')':
		return LEXER_PAREN_CLOSE;
	case '{':
		return LEXER_BRACE_OPEN;
	case '}':
		return LEXER_BRACE_CLOSE;
	default:
		return LEXER_END;
	}
}

static bool ends_word(const struct lexer *x)
{
	return x->at >= x->source.n || space_size(x->source, x->at) > 0 ||
	       punctuation(x->source.p[x->at]) != LEXER_END;
}

static int fail_byte(struct lexer *x)
{
	struct ast_span span = { x->at, x->at + 1 };
	unsigned byte = (unsigned char)x->source.p[x->at];

	if (byte >= 0x80)
		diagnostic_set(x->d, span, "byte 0x%02x is not UTF-8", byte);
	else
		diagnostic_set(x->d, span, "control character 0x%02x", byte);
	return ERR_SYNTAX;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = str_lower_char(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte that the escape at x->at (a backslash) stands for and its size, or size 0. */
static uint32_t escape(const struct lexer *x, char *out)
{
	static const char letters[] = "\"'\\nrt", bytes[] = "\"'\\\n\r\t";
	struct str s = str_skip(x->source, x->at + 1);
	const char *letter;
	int high, low;

	if (s.n == 0)
		return 0;
	letter = memchr(letters, s.p[0], sizeof(letters) - 1);
	if (letter) {
		*out = bytes[letter - letters];
		return 2;
	}
	if (s.p[0] != 'x' || s.n < 3)
		return 0;
	high = hex_digit(s.p[1]);
	low = hex_digit(s.p[2]);
	if (high < 0 || high > 7 || low < 0 || high + low == 0)
		return 0;
	*out = (char)(high * 16 + low);
	return 4;
}

static int read_escape(struct lexer *x)
{
	char c;
	uint32_t size = escape(x, &c);
	struct ast_span span = { x->at, x->at + 1 };

	if (size == 0) {
		span.end += (uint32_t)utf8_next(str_skip(x->source, span.end));
		diagnostic_set(x->d, span, "unknown escape in quotes");
		diagnostic_expect(x->d, "\\\" \\' \\\\ \\n \\r \\t or \\x01 to \\x7f");
		return ERR_SYNTAX;
	}
	buf_add_char(&x->text, c);
	x->at += size;
	return 0;
}

/* Copy one character of a word, quoted or not. */
static int read_character(struct lexer *x)
{
	size_t bytes = utf8_next(str_skip(x->source, x->at));

	if (bytes == 0 || is_control(x->source.p[x->at]))
		return fail_byte(x);
	buf_add(&x->text, x->source.p + x->at, bytes);
	x->at += (uint32_t)bytes;
	return 0;
}

static int read_quoted(struct lexer *x)
{
	uint32_t begin = x->at;
	char quote = x->source.p[x->at++];

	while (x->at < x->source.n && x->source.p[x->at] != quote &&
		x->source.p[x->at] != '\n') {
		int rc = x->source.p[x->at] == '\\' ? read_escape(x) : read_character(x);

		if (rc < 0)
			return rc;
	}
	if (x->at == x->source.n || x->source.p[x->at] == '\n') {
		diagnostic_set(x->d, (struct ast_span){ begin, begin + 1 },
			"quote is not closed");
		return ERR_SYNTAX;
	}
	x->at++;
	return 0;
}

static bool opens_quote(const struct lexer *x, uint32_t word_begin)
{
	char c = x->source.p[x->at];

	if (c != '\'' || x->at == word_begin)
		return c == '"' || c == '\'';
	return memchr(":=<>", x->source.p[x->at - 1], 4) != NULL;
}

static void mark(struct lexer_token *t, const struct lexer *x)
{
	struct lexer_mark here = { (uint32_t)x->text.n, x->at };
	char c = x->source.p[x->at];

	if (c == ':' && t->colon.text == LEXER_NOWHERE)
		t->colon = here;
	if (memchr("<>=", c, 3) && t->compare.text == LEXER_NOWHERE)
		t->compare = here;
}

static int read_word(struct lexer *x, struct lexer_token *t)
{
	int rc = 0;

	t->kind = LEXER_WORD;
	t->colon = t->compare = (struct lexer_mark){ LEXER_NOWHERE, LEXER_NOWHERE };
	buf_clear(&x->text);
	while (rc == 0 && !ends_word(x)) {
		if (opens_quote(x, t->span.begin)) {
			t->quoted = true;
			rc = read_quoted(x);
			continue;
		}
		mark(t, x);
		rc = read_character(x);
	}
	if (rc < 0)
		return rc;
	t->span.end = x->at;
	t->text = t->quoted ? arena_copy(x->arena, buf_str(&x->text))
			    : str_head(str_skip(x->source, t->span.begin),
				      x->at - t->span.begin);
	t->keyword = t->quoted ? KEYWORD_NONE : keyword_find(t->text);
	return 0;
}

static int read_token(struct lexer *x, struct lexer_token *t)
{
	*t = (struct lexer_token){ .span = { x->at, x->at + 1 } };
	t->kind = punctuation(x->source.p[x->at]);
	if (t->kind == LEXER_END)
		return read_word(x, t);
	x->at++;
	return 0;
}

int lexer_run(
	struct buf *out, struct str source, struct arena *arena, struct diagnostic *d)
{
	struct lexer x = { .source = source, .arena = arena, .d = d };
	struct lexer_token t = { .kind = LEXER_END };
	uint32_t end = 0, skip;
	int rc = 0;

	for (;;) {
		while ((skip = space_size(source, x.at)) > 0)
			x.at += skip;
		if (x.at >= source.n || (rc = read_token(&x, &t)) < 0)
			break;
		end = t.span.end;
		VEC_ADD(out, struct lexer_token, t);
	}
	buf_release(&x.text);
	t = (struct lexer_token){ .kind = LEXER_END, .span = { end, end } };
	VEC_ADD(out, struct lexer_token, t);
	return rc;
}

bool lexer_is_plain(struct str text)
{
	if (text.n == 0 || text.p[text.n - 1] == '?')
		return false;
	for (size_t i = 0; i < text.n; i++) {
		if (is_control(text.p[i]) || space_size(text, i) > 0 ||
			text.p[i] == '"' || text.p[i] == '\'' ||
			punctuation(text.p[i]) != LEXER_END)
			return false;
	}
	return true;
}

bool lexer_needs_quotes(struct str text)
{
	return !lexer_is_plain(text) || keyword_find(text) != KEYWORD_NONE;
}
