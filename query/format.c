#include "query/format.h"

#include "query/filter_syntax.h"
#include "query/lexer.h"
#include "query/parser.h"

static void add_text(struct buf *out, const char *s)
{
	buf_add_str(out, str_from(s));
}

static void add_escaped(struct buf *out, char c)
{
	static const char bytes[] = "\"\\\n\r\t", letters[] = "\"\\nrt";
	const char *hit = memchr(bytes, c, sizeof(bytes) - 1);

	if (hit)
		buf_printf(out, "\\%c", letters[hit - bytes]);
	else if ((unsigned char)c < 0x20 || c == 0x7f)
		buf_printf(out, "\\x%02x", (unsigned)c);
	else
		buf_add_char(out, c);
}

static void add_quoted(struct buf *out, struct str s)
{
	buf_add_char(out, '"');
	for (size_t i = 0; i < s.n; i++)
		add_escaped(out, s.p[i]);
	buf_add_char(out, '"');
}

static void add_word(struct buf *out, struct str s, bool quote)
{
	if (quote)
		add_quoted(out, s);
	else
		buf_add_str(out, s);
}

static bool has_compare(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (memchr("<>=", s.p[i], 3))
			return true;
	}
	return false;
}

static bool has_separator(struct str s)
{
	return has_compare(s) || str_find_char(s, ':', 0) < s.n;
}

void format_name(struct str name, struct buf *out)
{
	add_word(out, name, lexer_needs_quotes(name));
}

/*
 * Among alternatives a value is a word of its own, and must not look like another term.
 */
static bool is_risky_alternative(struct str text)
{
	return lexer_needs_quotes(text) || filter_syntax_is_term(text);
}

static void add_value(
	struct buf *out, const struct ast_filter *term, const struct ast_value *v)
{
	bool compare = v->text.n > 0 && memchr("<>=", v->text.p[0], 3);

	switch (v->form) {
	case AST_FORM_CHOICE:
		add_text(out, filterkey_info(term->key)->choices[v->number]);
		return;
	case AST_FORM_BOOL:
		add_text(out, v->number ? "true" : "false");
		return;
	case AST_FORM_COUNT:
		buf_printf(out, "%lld", (long long)v->number);
		return;
	case AST_FORM_NEVER:
		add_text(out, "never");
		return;
	default:
		add_word(out, v->text,
			compare || !lexer_is_plain(v->text) ||
				(term->value_count > 1 && is_risky_alternative(v->text)));
	}
}

static void add_term(struct buf *out, const struct ast_filter *f)
{
	static const char *const ops[] = { [AST_EQ] = "",
		[AST_LT] = "<",
		[AST_LE] = "<=",
		[AST_GT] = ">",
		[AST_GE] = ">=" };

	add_text(out, filterkey_info(f->key)->name);
	if (f->key == FILTERKEY_TAG)
		add_word(
			out, f->tag, lexer_needs_quotes(f->tag) || has_separator(f->tag));
	buf_add_char(out, ':');
	add_text(out, ops[f->op]);
	if (f->inner) {
		buf_add_char(out, '{');
		format_filter(f->inner, out);
		buf_add_char(out, '}');
		return;
	}
	if (f->value_count > 1)
		buf_add_char(out, '(');
	for (uint32_t i = 0; i < f->value_count; i++) {
		add_text(out, i > 0 ? " OR " : "");
		add_value(out, f, &f->values[i]);
	}
	if (f->value_count > 1)
		buf_add_char(out, ')');
}

/* A child of an AND or a NOT, in parentheses when it would otherwise come apart. */
static void add_child(struct buf *out, const struct ast_filter *child, bool parentheses)
{
	if (parentheses)
		buf_add_char(out, '(');
	format_filter(child, out);
	if (parentheses)
		buf_add_char(out, ')');
}

static bool is_group(const struct ast_filter *f)
{
	return f->kind == AST_AND || f->kind == AST_OR;
}

void format_filter(const struct ast_filter *f, struct buf *out)
{
	struct str text;

	switch (f->kind) {
	case AST_AND:
	case AST_OR:
		for (uint32_t i = 0; i < f->child_count; i++) {
			add_text(out, i == 0 ? "" : f->kind == AST_AND ? " " : " OR ");
			add_child(out, f->children[i],
				f->kind == AST_AND && f->children[i]->kind == AST_OR);
		}
		return;
	case AST_NOT:
		buf_add_char(out, '-');
		add_child(out, f->children[0], is_group(f->children[0]));
		return;
	case AST_TERM:
		add_term(out, f);
		return;
	case AST_TEXT:
		text = f->values[0].text;
		add_word(out, text, filter_syntax_needs_quotes(text));
		return;
	}
}

void format_ref(const struct ast_ref *ref, struct buf *out)
{
	for (uint32_t i = 0; i < ref->count; i++) {
		const struct ast_ref_item *item = &ref->items[i];

		add_text(out, i > 0 ? "|" : "");
		if (!item->filter) {
			format_name(item->name.text, out);
			continue;
		}
		buf_add_char(out, '{');
		format_filter(item->filter, out);
		buf_add_char(out, '}');
	}
}

static void add_words(
	struct buf *out, const struct ast_words *words, const char *separator)
{
	for (uint32_t i = 0; i < words->count; i++) {
		add_text(out, i > 0 ? separator : "");
		format_name(words->items[i].text, out);
	}
}

static void add_columns(
	struct buf *out, const char *clause, const struct ast_words *columns)
{
	if (columns->count == 0)
		return;
	add_text(out, clause);
	add_words(out, columns, ",");
}

static void add_refs(struct buf *out, const char *clause, const struct ast_refs *refs)
{
	for (uint32_t i = 0; i < refs->count; i++) {
		add_text(out, i == 0 ? clause : ",");
		format_ref(&refs->items[i], out);
	}
}

static void add_pairs(struct buf *out, const struct ast_pairs *pairs)
{
	for (uint32_t i = 0; i < pairs->count; i++) {
		struct str key = pairs->items[i].key.text,
			   value = pairs->items[i].value.text;

		add_text(out, i == 0 ? " with " : ",");
		add_word(out, key, !lexer_is_plain(key) || has_compare(key));
		buf_add_char(out, '=');
		add_word(out, value, !lexer_is_plain(value));
	}
}

static void add_number(
	struct buf *out, const char *clause, const struct ast_number *number)
{
	if (number->given)
		buf_printf(out, "%s%u", clause, number->value);
}

static void add_orders(struct buf *out, const struct ast_orders *orders)
{
	for (uint32_t i = 0; i < orders->count; i++) {
		add_text(out, i == 0 ? " order by " : ",");
		format_name(orders->items[i].column.text, out);
		add_text(out, orders->items[i].descending ? " desc" : "");
	}
}

static void add_clauses(struct buf *out, const struct ast_query *q)
{
	const struct ast_clauses *s = &q->clauses;

	if (s->path != AST_PATH_ANY)
		add_text(out, s->path == AST_PATH_DIRECT ? " directly" : " indirectly");
	if (s->where && q->verb != AST_FILTER) {
		add_text(out, " where ");
		format_filter(s->where, out);
	}
	add_refs(out, " via ", &s->via);
	add_refs(out, " avoiding ", &s->avoiding);
	add_refs(out, " without ", &s->without);
	add_pairs(out, &s->with);
	if (s->as_of.text.n > 0) {
		add_text(out, " as of ");
		format_name(s->as_of.text, out);
	}
	add_number(out, " max hops ", &s->max_hops);
	add_number(out, " top ", &s->top);
	add_text(out, s->all ? " all" : "");
	add_columns(out, " group by ", &s->group_by);
	add_orders(out, &s->order_by);
	add_number(out, " limit ", &s->limit);
	add_number(out, " offset ", &s->offset);
	add_columns(out, " show ", &s->show);
}

/* The first word of a line must not look like a mistyped verb. */
static void add_bar(struct buf *out, const struct ast_filter *f)
{
	const struct ast_filter *first = f;
	bool bracketed = false; /* an OR would stand in parentheses */
	struct buf rest = { 0 };

	while (is_group(first) && (first->kind == AST_AND || !bracketed)) {
		bracketed = first->kind == AST_AND;
		first = first->children[0];
	}
	format_filter(f, &rest);
	if (first->kind == AST_TEXT && parser_near_verb(first->values[0].text) &&
		!filter_syntax_needs_quotes(first->values[0].text)) {
		add_quoted(out, first->values[0].text);
		buf_add_str(out, str_skip(buf_str(&rest), first->values[0].text.n));
	} else {
		buf_add_str(out, buf_str(&rest));
	}
	buf_release(&rest);
}

static void add_body(struct buf *out, const struct ast_query *q)
{
	static const char *const verbs[AST_VERB_COUNT] = {
		[AST_FILTER] = "",
		[AST_WHAT] = "what can ",
		[AST_WHO] = "who can ",
		[AST_CAN] = "can ",
		[AST_HOW] = "how can ",
		[AST_BLAST] = "blast ",
		[AST_FIND] = "find ",
		[AST_SHOW] = "show ",
		[AST_SNAPSHOTS] = "snapshots",
		[AST_WHEN] = "when can ",
		[AST_DIFF] = "diff ",
		[AST_CHOKE] = "choke ",
		[AST_RISKS] = "risks",
		[AST_GAP] = "gap ",
		[AST_SUGGEST] = "suggest ",
	};

	add_text(out, q->explain ? "explain " : "");
	add_text(out, verbs[q->verb]);
	add_text(out, q->verb == AST_RISKS && q->subject.count > 0 ? " of " : "");
	format_ref(&q->subject, out);
	add_text(out, q->subject.count > 0 && q->action.count > 0 ? " " : "");
	add_words(out, &q->action, "|");
	if (q->object.count > 0 && q->verb != AST_SHOW)
		add_text(out, q->verb == AST_WHAT    ? " on "
			      : q->verb == AST_CHOKE ? " to "
						     : " ");
	format_ref(&q->object, out);
	add_words(out, &q->kinds, ",");
	if (q->verb == AST_FILTER)
		add_bar(out, q->clauses.where);
	if (q->verb == AST_DIFF) {
		format_name(q->from.text, out);
		add_text(out, "..");
		format_name(q->to.text, out);
		buf_add_char(out, ' ');
	}
}

void format_query(const struct ast_query *query, struct buf *out)
{
	for (; query->verb == AST_DIFF; query = query->inner)
		add_body(out, query);
	add_body(out, query);
	add_clauses(out, query);
}
