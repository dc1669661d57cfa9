#include <stdlib.h>

#include "reachability/comparison.h"
#include "reachability/expr.h"
#include "reachability/expr_priv.h"
#include "reachability/literal.h"

/* The text of each node of a formula and of its negation, made from the operands up. */
struct expr_texts {
	const struct expr_pool *pool;
	struct arena arena;
	struct buf ids;        /* uint32_t, ascending */
	struct str (*text)[2]; /* per id */
	bool json;
};

static void expr_print_value(struct buf *out, struct str value, bool pattern)
{
	bool quote = value.n == 0 || str_find_char(value, ' ', 0) < value.n ||
		     str_find_char(value, ',', 0) < value.n ||
		     str_find_char(value, '(', 0) < value.n ||
		     str_find_char(value, ')', 0) < value.n;

	if (quote)
		buf_add_char(out, '"');
	if (pattern)
		literal_print(out, value);
	else
		buf_add_str(out, value);
	if (quote)
		buf_add_char(out, '"');
}

static bool expr_has_pattern(const struct expr_test *t)
{
	enum comparison_type type = comparison_type(t->op);

	return type == COMPARISON_PATTERN || type == COMPARISON_ARN;
}

/* "like a, b". */
static void expr_print_operator(
	struct buf *out, const struct expr_test *t, enum document_operator op)
{
	struct str words = comparison_words(op);

	if (t->value_count != 1 && comparison_type(op) != COMPARISON_IP) {
		if (str_eq(words, STR_LIT("=")))
			words = STR_LIT("in");
		else if (str_eq(words, STR_LIT("!=")))
			words = STR_LIT("not in");
	}
	buf_add_str(out, words);
	for (uint32_t i = 0; i < t->value_count; i++) {
		buf_add_str(out, i > 0 ? STR_LIT(", ") : STR_LIT(" "));
		expr_print_value(out, t->values[i], expr_has_pattern(t));
	}
	if (t->value_count == 0)
		buf_add_str(out, STR_LIT(" nothing"));
}

/*
 * NOT of a test without qualifier by its opposite operator, which must also hold of no
 * key.
 */
static bool expr_has_opposite(const struct expr_test *t)
{
	enum document_operator opposite = comparison_opposite(t->op);

	return opposite != t->op && comparison_is_negated(opposite);
}

static void expr_print_test(struct buf *out, const struct expr_test *t, bool not )
{
	static const enum document_qualifier dual[] = { DOCUMENT_PLAIN, DOCUMENT_FOR_ANY,
		DOCUMENT_FOR_ALL };
	enum document_operator op = t->op;
	enum document_qualifier qualifier = t->qualifier;
	bool wrap = false;

	if (not &&expr_has_opposite(t)) {
		op = comparison_opposite(op);
		qualifier = dual[qualifier];
	} else {
		wrap = not &&op != DOCUMENT_NULL;
	}
	if (wrap)
		buf_add_str(out, STR_LIT("not ("));
	if (qualifier == DOCUMENT_FOR_ALL)
		buf_add_str(out, STR_LIT("every "));
	else if (qualifier == DOCUMENT_FOR_ANY)
		buf_add_str(out, STR_LIT("some "));
	buf_add_str(out, t->key);
	buf_add_char(out, ' ');
	if (op == DOCUMENT_NULL)
		buf_add_str(out, not ? STR_LIT("is present") : STR_LIT("is absent"));
	else
		expr_print_operator(out, t, op);
	if (wrap)
		buf_add_char(out, ')');
}

static void expr_print_unknown(struct buf *out, const struct expr_node *node, bool not )
{
	buf_add_str(out, not ? STR_LIT("not (unknown: ") : STR_LIT("unknown ("));
	buf_add_str(out, node->what);
	buf_add_char(out, ')');
}

static void expr_json_string(struct buf *out, struct str s, bool pattern)
{
	struct buf printed = { 0 };

	if (pattern)
		literal_print(&printed, s);
	else
		buf_add_str(&printed, s);
	buf_add_char(out, '"');
	for (size_t i = 0; i < printed.n; i++) {
		unsigned char c = (unsigned char)printed.p[i];

		if (c == '"' || c == '\\')
			buf_printf(out, "\\%c", c);
		else if (c < 0x20)
			buf_printf(out, "\\u%04x", c);
		else
			buf_add_char(out, (char)c);
	}
	buf_add_char(out, '"');
	buf_release(&printed);
}

static void expr_json_test(struct buf *out, const struct expr_test *t, bool not )
{
	static const char *const qualifiers[] = { "", "ForAllValues:", "ForAnyValue:" };

	buf_printf(out, "{\"op\":\"%s%.*s\",\"key\":", qualifiers[t->qualifier],
		STR_ARG(comparison_name(t->op)));
	expr_json_string(out, t->key, false);
	buf_add_str(out, STR_LIT(",\"values\":["));
	for (uint32_t i = 0; i < t->value_count; i++) {
		if (i > 0)
			buf_add_char(out, ',');
		expr_json_string(out, t->values[i], expr_has_pattern(t));
	}
	buf_add_str(out, not ? STR_LIT("],\"not\":true}") : STR_LIT("]}"));
}

static void expr_json_unknown(struct buf *out, const struct expr_node *node, bool not )
{
	buf_add_str(out, STR_LIT("{\"unknown\":"));
	expr_json_string(out, node->what, false);
	buf_add_str(out, STR_LIT(",\"scope\":"));
	expr_json_string(out, node->scope, false);
	buf_add_str(out, not ? STR_LIT(",\"not\":true}") : STR_LIT("}"));
}

static void expr_print_activation(
	struct buf *out, const struct expr_node *node, bool not )
{
	buf_printf(out, not ? "not (activation of %.*s)" : "activation of %.*s",
		STR_ARG(node->what));
}

static void expr_json_activation(struct buf *out, const struct expr_node *node, bool not )
{
	buf_add_str(out, STR_LIT("{\"activation\":"));
	expr_json_string(out, node->what, false);
	buf_add_str(out, not ? STR_LIT(",\"not\":true}") : STR_LIT("}"));
}

static size_t expr_text_index(const struct expr_texts *t, uint32_t id)
{
	const uint32_t *ids = VEC_DATA(&t->ids, const uint32_t);
	size_t low = 0, high = VEC_COUNT(&t->ids, uint32_t);

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (ids[middle] <= id)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static int expr_text_cmp(const void *a, const void *b)
{
	const struct str *x = a, *y = b;

	return str_cmp(*x, *y);
}

/* The operands of an AND, or of the OR that is its negation, sorted by their text. */
static struct str *expr_operand_texts(
	struct expr_texts *t, const struct expr_node *node, uint32_t not )
{
	struct str *texts = ARENA_NEW_ARRAY(&t->arena, struct str, node->count);
	const expr *operands = expr_operands(t->pool, node);

	for (uint32_t i = 0; i < node->count; i++) {
		expr x = operands[i] ^ not ;
		struct str text = t->text[expr_text_index(t, x >> 1)][x & 1];

		if (!t->json && !expr_is_literal(t->pool, x))
			text = arena_printf(&t->arena, "(%.*s)", STR_ARG(text));
		texts[i] = text;
	}
	qsort(texts, node->count, sizeof(*texts), expr_text_cmp);
	return texts;
}

static void expr_print_and(struct buf *out, struct expr_texts *t,
	const struct expr_node *node, uint32_t not )
{
	struct str *texts = expr_operand_texts(t, node, not );
	struct str glue = not ? STR_LIT(" or ") : STR_LIT(" and ");

	if (t->json) {
		buf_add_str(out, not ? STR_LIT("{\"or\":[") : STR_LIT("{\"and\":["));
		glue = STR_LIT(",");
	}
	for (uint32_t i = 0; i < node->count; i++) {
		if (i > 0)
			buf_add_str(out, glue);
		buf_add_str(out, texts[i]);
	}
	if (t->json)
		buf_add_str(out, STR_LIT("]}"));
}

static void expr_print_node(struct buf *out, struct expr_texts *t,
	const struct expr_node *node, uint32_t not )
{
	switch (node->kind) {
	case EXPR_NODE_FALSE:
		if (t->json)
			buf_add_str(out, not ? STR_LIT("true") : STR_LIT("false"));
		else
			buf_add_str(out, not ? STR_LIT("always") : STR_LIT("never"));
		break;
	case EXPR_NODE_TEST:
		if (t->json)
			expr_json_test(out, &node->test, not );
		else
			expr_print_test(out, &node->test, not );
		break;
	case EXPR_NODE_UNKNOWN:
		if (t->json)
			expr_json_unknown(out, node, not );
		else
			expr_print_unknown(out, node, not );
		break;
	case EXPR_NODE_ACTIVATION:
		if (t->json)
			expr_json_activation(out, node, not );
		else
			expr_print_activation(out, node, not );
		break;
	case EXPR_NODE_AND:
		expr_print_and(out, t, node, not );
		break;
	}
}

static void expr_print_as(struct buf *out, const struct expr_pool *p, expr x, bool json)
{
	struct expr_texts t = { .pool = p, .json = json };
	struct buf piece = { 0 };
	size_t count;

	arena_init(&t.arena, ARENA_UNLIMITED);
	expr_collect(&t.ids, p, x);
	count = VEC_COUNT(&t.ids, uint32_t);
	t.text = arena_alloc(&t.arena, count * sizeof(*t.text));
	for (size_t i = 0; i < count; i++) {
		const struct expr_node *node =
			expr_node(p, VEC_DATA(&t.ids, uint32_t)[i] << 1);

		for (uint32_t not = 0; not < 2; not ++) {
			buf_clear(&piece);
			expr_print_node(&piece, &t, node, not );
			t.text[i][not ] = arena_copy(&t.arena, buf_str(&piece));
		}
	}
	buf_add_str(out, t.text[count - 1][x & 1]);
	buf_release(&piece);
	buf_release(&t.ids);
	arena_release(&t.arena);
}

void expr_print(struct buf *out, const struct expr_pool *p, expr x)
{
	expr_print_as(out, p, x, false);
}

void expr_print_json(struct buf *out, const struct expr_pool *p, expr x)
{
	expr_print_as(out, p, x, true);
}
