#include "ingest/azure_condition.h"

#include "base/limits.h"

/* Azure takes 8 KB of text; trees are walked by recursion, so they are kept small. */
#define NODES_MAX 1024u

enum node_type { NODE_AND, NODE_OR, NODE_NOT, NODE_ACTION, NODE_TEST };

struct test {
	struct str key, written;
	enum document_operator operator_;
	enum document_qualifier qualifier;
	const struct str *values;
	uint32_t value_count;
	bool principal, resource;
};

struct expression {
	enum node_type type;
	const struct expression *left, *right; /* NOT: left */
	uint32_t action;                       /* NODE_ACTION: number of its pattern */
	struct test test;
};

struct azure_condition {
	const struct expression *root;
	struct str patterns[AZURE_CONDITION_ACTIONS_MAX];
	uint32_t pattern_count;
};

struct parser {
	struct str text;
	size_t at;
	unsigned depth, nodes;
	struct arena *arena;
	struct azure_condition *condition;
	struct err *e;
};

static const struct expression *parse_or(struct parser *p);

static int fail(struct parser *p, const char *expected)
{
	struct str rest = str_head(str_skip(p->text, p->at), 40);

	return err_set(p->e, ERR_FORMAT, "condition, byte %zu: expected %s, found '%.*s'",
		p->at, expected, STR_ARG(rest));
}

static void skip_space(struct parser *p)
{
	while (p->at < p->text.n && (unsigned char)p->text.p[p->at] <= ' ')
		p->at++;
}

static bool take(struct parser *p, const char *word)
{
	struct str want = str_from(word);

	skip_space(p);
	if (!str_starts(str_skip(p->text, p->at), want))
		return false;
	p->at += want.n;
	return true;
}

static bool is_letter(char c)
{
	c = str_lower_char(c);
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

static bool take_word(struct parser *p, const char *word)
{
	struct str want = str_from(word), rest;

	skip_space(p);
	rest = str_skip(p->text, p->at);
	if (rest.n < want.n || !str_eq_fold(str_head(rest, want.n), want) ||
		(rest.n > want.n && is_letter(rest.p[want.n])))
		return false;
	p->at += want.n;
	return true;
}

static struct expression *node_new(struct parser *p, enum node_type type)
{
	struct expression *n = ARENA_NEW(p->arena, struct expression);

	p->nodes++;
	n->type = type;
	return n;
}

/* 'text', in which a backslash keeps the next character. */
static int parse_string(struct parser *p, struct str *out)
{
	size_t begin;

	if (!take(p, "'"))
		return fail(p, "a string");
	begin = p->at;
	while (p->at < p->text.n && p->text.p[p->at] != '\'')
		p->at += p->text.p[p->at] == '\\' ? 2 : 1;
	if (p->at >= p->text.n) {
		p->at = p->text.n;
		return fail(p, "the end of a string");
	}
	*out = str_head(str_skip(p->text, begin), p->at - begin);
	p->at++;
	return 0;
}

/* A string, or a number, date or id without quotes. */
static int parse_value(struct parser *p, struct str *out)
{
	size_t begin;

	skip_space(p);
	if (p->at < p->text.n && p->text.p[p->at] == '\'')
		return parse_string(p, out);
	begin = p->at;
	while (p->at < p->text.n &&
		(is_letter(p->text.p[p->at]) || p->text.p[p->at] == '-' ||
			p->text.p[p->at] == '.' || p->text.p[p->at] == ':'))
		p->at++;
	if (p->at == begin)
		return fail(p, "a value");
	*out = str_head(str_skip(p->text, begin), p->at - begin);
	return 0;
}

/* {'a', 'b'} or one value. */
static int parse_values(struct parser *p, struct test *t)
{
	struct buf values = { 0 };
	struct str value, *copy;
	bool list = take(p, "{");
	int rc;

	do {
		rc = parse_value(p, &value);
		if (rc == 0)
			VEC_ADD(&values, struct str, value);
	} while (rc == 0 && list && take(p, ","));
	if (rc == 0 && list && !take(p, "}"))
		rc = fail(p, "',' or '}'");
	t->value_count = (uint32_t)VEC_COUNT(&values, struct str);
	copy = ARENA_NEW_ARRAY(p->arena, struct str, t->value_count + 1);
	if (values.n > 0)
		memcpy(copy, values.p, values.n);
	t->values = copy;
	buf_release(&values);
	return rc;
}

/* @Resource[...] as it is written. */
static int parse_attribute(struct parser *p, struct test *t)
{
	size_t begin;

	skip_space(p);
	begin = p->at;
	if (take_word(p, "@Principal"))
		t->principal = true;
	else if (take_word(p, "@Resource"))
		t->resource = true;
	else if (!take_word(p, "@Request") && !take_word(p, "@Environment"))
		return fail(p, "an attribute such as @Resource[...]");
	if (!take(p, "["))
		return fail(p, "'['");
	p->at = str_find_char(p->text, ']', p->at);
	if (p->at == p->text.n)
		return fail(p, "']'");
	p->at++;
	t->key = str_head(str_skip(p->text, begin), p->at - begin);
	return 0;
}

static const struct {
	const char *name;
	enum document_operator operator_;
	const char *tail; /* added to the value: a beginning is a pattern */
} operators[] = {
	{ "StringEquals", DOCUMENT_STRING_EQUALS, "" },
	{ "StringNotEquals", DOCUMENT_STRING_NOT_EQUALS, "" },
	{ "StringEqualsIgnoreCase", DOCUMENT_STRING_EQUALS_FOLD, "" },
	{ "StringNotEqualsIgnoreCase", DOCUMENT_STRING_NOT_EQUALS_FOLD, "" },
	{ "StringLike", DOCUMENT_STRING_LIKE, "" },
	{ "StringNotLike", DOCUMENT_STRING_NOT_LIKE, "" },
	{ "StringStartsWith", DOCUMENT_STRING_LIKE, "*" },
	{ "StringNotStartsWith", DOCUMENT_STRING_NOT_LIKE, "*" },
	{ "GuidEquals", DOCUMENT_STRING_EQUALS_FOLD, "" },
	{ "GuidNotEquals", DOCUMENT_STRING_NOT_EQUALS_FOLD, "" },
	{ "BoolEquals", DOCUMENT_BOOL, "" },
	{ "NumericEquals", DOCUMENT_NUMERIC_EQUALS, "" },
	{ "NumericNotEquals", DOCUMENT_NUMERIC_NOT_EQUALS, "" },
	{ "NumericLessThan", DOCUMENT_NUMERIC_LESS, "" },
	{ "NumericLessThanEquals", DOCUMENT_NUMERIC_LESS_EQUALS, "" },
	{ "NumericGreaterThan", DOCUMENT_NUMERIC_GREATER, "" },
	{ "NumericGreaterThanEquals", DOCUMENT_NUMERIC_GREATER_EQUALS, "" },
	{ "DateTimeEquals", DOCUMENT_DATE_EQUALS, "" },
	{ "DateTimeNotEquals", DOCUMENT_DATE_NOT_EQUALS, "" },
	{ "DateTimeLessThan", DOCUMENT_DATE_LESS, "" },
	{ "DateTimeLessThanEquals", DOCUMENT_DATE_LESS_EQUALS, "" },
	{ "DateTimeGreaterThan", DOCUMENT_DATE_GREATER, "" },
	{ "DateTimeGreaterThanEquals", DOCUMENT_DATE_GREATER_EQUALS, "" },
};

static bool is_negated(enum document_operator op)
{
	switch (op) {
	case DOCUMENT_STRING_NOT_EQUALS:
	case DOCUMENT_STRING_NOT_EQUALS_FOLD:
	case DOCUMENT_STRING_NOT_LIKE:
	case DOCUMENT_NUMERIC_NOT_EQUALS:
	case DOCUMENT_DATE_NOT_EQUALS:
		return true;
	default:
		return false;
	}
}

/*
 * ForAnyOfAnyValues, ForAllOfAnyValues: some value fits, as values are read; the two of
 * AllValues only mean that for the negated operators, which exclude all values.
 */
static bool qualifier_fits(struct str word, bool negated, enum document_qualifier *out)
{
	static const struct {
		const char *name;
		enum document_qualifier qualifier;
		bool negated;
	} rows[] = {
		{ "ForAnyOfAnyValues", DOCUMENT_FOR_ANY, false },
		{ "ForAllOfAnyValues", DOCUMENT_FOR_ALL, false },
		{ "ForAnyOfAllValues", DOCUMENT_FOR_ANY, true },
		{ "ForAllOfAllValues", DOCUMENT_FOR_ALL, true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		*out = rows[i].qualifier;
		if (str_eq_fold(word, str_from(rows[i].name)))
			return rows[i].negated == negated;
	}
	return false;
}

static bool has_wildcard(struct str s)
{
	return str_find_char(s, '*', 0) < s.n || str_find_char(s, '?', 0) < s.n;
}

/* What is beyond the document's operators is of unknown truth, never false. */
static void bind_operator(
	struct parser *p, struct test *t, struct str qualifier, struct str name)
{
	const char *tail = "";
	struct str *values = ARENA_NEW_ARRAY(p->arena, struct str, t->value_count + 1);

	t->operator_ = DOCUMENT_OPERATOR_UNKNOWN;
	for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++) {
		if (str_eq_fold(name, str_from(operators[i].name))) {
			t->operator_ = operators[i].operator_;
			tail = operators[i].tail;
		}
	}
	if (qualifier.n > 0 &&
		!qualifier_fits(qualifier, is_negated(t->operator_), &t->qualifier))
		t->operator_ = DOCUMENT_OPERATOR_UNKNOWN;
	if (qualifier.n == 0 && t->value_count > 1)
		t->operator_ = DOCUMENT_OPERATOR_UNKNOWN;
	for (uint32_t i = 0; i < t->value_count; i++) {
		if (str_find_char(t->values[i], '\\', 0) < t->values[i].n ||
			(tail[0] && has_wildcard(t->values[i])))
			t->operator_ = DOCUMENT_OPERATOR_UNKNOWN;
		values[i] = arena_printf(p->arena, "%.*s%s", STR_ARG(t->values[i]), tail);
	}
	t->values = values;
}

/* "ForAnyOfAnyValues:GuidEquals" and what follows it. */
static const struct expression *parse_comparison(struct parser *p)
{
	struct expression *n = node_new(p, NODE_TEST);
	struct str qualifier = { 0 };
	size_t begin, colon;

	if (parse_attribute(p, &n->test) < 0)
		return NULL;
	skip_space(p);
	begin = p->at;
	while (p->at < p->text.n &&
		(is_letter(p->text.p[p->at]) || p->text.p[p->at] == ':'))
		p->at++;
	n->test.written = str_head(str_skip(p->text, begin), p->at - begin);
	if (n->test.written.n == 0) {
		fail(p, "an operator such as StringEquals");
		return NULL;
	}
	colon = str_find_char(n->test.written, ':', 0);
	if (colon < n->test.written.n)
		qualifier = str_head(n->test.written, colon);
	if (parse_values(p, &n->test) < 0)
		return NULL;
	bind_operator(p, &n->test, qualifier,
		qualifier.n > 0 ? str_skip(n->test.written, colon + 1) : n->test.written);
	return n;
}

static const struct expression *parse_exists(struct parser *p, bool exists)
{
	struct expression *n = node_new(p, NODE_TEST);
	struct str *value = ARENA_NEW(p->arena, struct str);

	if (parse_attribute(p, &n->test) < 0)
		return NULL;
	*value = exists ? STR_LIT("false") : STR_LIT("true");
	n->test.written = exists ? STR_LIT("Exists") : STR_LIT("NotExists");
	n->test.operator_ = DOCUMENT_NULL;
	n->test.values = value;
	n->test.value_count = 1;
	return n;
}

static const struct expression *parse_action(struct parser *p)
{
	struct azure_condition *c = p->condition;
	struct expression *n = node_new(p, NODE_ACTION);
	struct str pattern;

	if (!take(p, "{")) {
		fail(p, "'{'");
		return NULL;
	}
	if (parse_string(p, &pattern) < 0)
		return NULL;
	if (!take(p, "}")) {
		fail(p, "'}'");
		return NULL;
	}
	while (n->action < c->pattern_count &&
		!str_eq_fold(c->patterns[n->action], pattern))
		n->action++;
	if (n->action < c->pattern_count)
		return n;
	if (c->pattern_count == AZURE_CONDITION_ACTIONS_MAX) {
		err_set(p->e, ERR_LIMIT,
			"condition: more than %u different actions "
			"(AZURE_CONDITION_ACTIONS_MAX)",
			AZURE_CONDITION_ACTIONS_MAX);
		return NULL;
	}
	c->patterns[c->pattern_count++] = pattern;
	return n;
}

/* Which part of an operation a request is, it says itself. */
static const struct expression *parse_suboperation(struct parser *p)
{
	struct expression *n = node_new(p, NODE_TEST);

	n->test.key = STR_LIT("SubOperation");
	n->test.written = STR_LIT("SubOperationMatches");
	if (!take(p, "{")) {
		fail(p, "'{'");
		return NULL;
	}
	if (parse_values(p, &n->test) < 0)
		return NULL;
	if (!take(p, "}")) {
		fail(p, "'}'");
		return NULL;
	}
	n->test.operator_ = DOCUMENT_STRING_EQUALS_FOLD;
	return n;
}

static const struct expression *parse_primary(struct parser *p)
{
	const struct expression *n;

	if (take(p, "(")) {
		n = parse_or(p);
		if (n && !take(p, ")")) {
			fail(p, "')'");
			return NULL;
		}
		return n;
	}
	if (take_word(p, "ActionMatches"))
		return parse_action(p);
	if (take_word(p, "SubOperationMatches"))
		return parse_suboperation(p);
	if (take_word(p, "Exists"))
		return parse_exists(p, true);
	if (take_word(p, "NotExists"))
		return parse_exists(p, false);
	return parse_comparison(p);
}

static const struct expression *parse_not(struct parser *p)
{
	struct expression *n;
	bool negated = false;

	while (take(p, "!") || take_word(p, "NOT"))
		negated = !negated;
	if (!negated)
		return parse_primary(p);
	n = node_new(p, NODE_NOT);
	n->left = parse_primary(p);
	return n->left ? n : NULL;
}

static const struct expression *join(struct parser *p, enum node_type type,
	const struct expression *left, const struct expression *right)
{
	struct expression *n = node_new(p, type);

	n->left = left;
	n->right = right;
	return right ? n : NULL;
}

static const struct expression *parse_and(struct parser *p)
{
	const struct expression *n = parse_not(p);

	while (n && (take(p, "&&") || take_word(p, "AND")))
		n = join(p, NODE_AND, n, parse_not(p));
	return n;
}

static const struct expression *parse_or(struct parser *p)
{
	const struct expression *n;

	if (++p->depth > LIMIT_JSON_DEPTH) {
		err_set(p->e, ERR_LIMIT,
			"condition: parentheses nest deeper than LIMIT_JSON_DEPTH (%u)",
			LIMIT_JSON_DEPTH);
		return NULL;
	}
	n = parse_and(p);
	while (n && (take(p, "||") || take_word(p, "OR")))
		n = join(p, NODE_OR, n, parse_and(p));
	p->depth--;
	return n;
}

int azure_condition_parse(
	struct azure_condition **out, struct str text, struct arena *arena, struct err *e)
{
	struct parser p = { .text = text, .arena = arena, .e = e };

	p.condition = ARENA_NEW(arena, struct azure_condition);
	p.condition->root = parse_or(&p);
	if (!p.condition->root)
		return e->code;
	skip_space(&p);
	if (p.at < text.n)
		return fail(&p, "'AND', 'OR' or the end");
	if (p.nodes > NODES_MAX)
		return err_set(e, ERR_LIMIT,
			"condition: %u tests and joins are more than NODES_MAX (%u)",
			p.nodes, NODES_MAX);
	*out = p.condition;
	return 0;
}

uint32_t azure_condition_actions(
	const struct azure_condition *c, const struct str **patterns)
{
	*patterns = c->patterns;
	return c->pattern_count;
}

static enum azure_condition_truth truth_not(enum azure_condition_truth t)
{
	if (t == AZURE_CONDITION_OPEN)
		return t;
	return t == AZURE_CONDITION_TRUE ? AZURE_CONDITION_FALSE : AZURE_CONDITION_TRUE;
}

/* Depth is bounded by the parser. */
static enum azure_condition_truth truth_of(const struct expression *n, uint32_t bits)
{
	enum azure_condition_truth left, right, dominant;

	switch (n->type) {
	case NODE_TEST:
		return AZURE_CONDITION_OPEN;
	case NODE_ACTION:
		return bits >> n->action & 1u ? AZURE_CONDITION_TRUE
					      : AZURE_CONDITION_FALSE;
	case NODE_NOT:
		return truth_not(truth_of(n->left, bits));
	default:
		break;
	}
	left = truth_of(n->left, bits);
	right = truth_of(n->right, bits);
	dominant = n->type == NODE_AND ? AZURE_CONDITION_FALSE : AZURE_CONDITION_TRUE;
	if (left == dominant || right == dominant)
		return dominant;
	return left == AZURE_CONDITION_OPEN ? left : right;
}

enum azure_condition_truth azure_condition_cell(
	const struct azure_condition *c, uint32_t bits)
{
	return truth_of(c->root, bits);
}

static void add_test(const struct test *t, struct document_builder *out)
{
	struct document_condition *c = document_add_condition(out, t->key, t->written);

	c->operator_ = (uint16_t)t->operator_;
	c->qualifier = (uint8_t)t->qualifier;
	if (t->principal)
		c->flags |= DOCUMENT_CONDITION_READS_PRINCIPAL;
	if (t->resource)
		c->flags |= DOCUMENT_CONDITION_READS_RESOURCE;
	for (uint32_t i = 0; i < t->value_count; i++)
		document_add_value(out, t->values[i]);
}

static int add_join(struct document_builder *out, enum document_join how, struct err *e)
{
	if (document_add_join(out, how))
		return 0;
	return err_set(e, ERR_LIMIT,
		"condition: more than %u joins behind one test (DOCUMENT_JOINS_MAX)",
		DOCUMENT_JOINS_MAX);
}

/* In postfix order, without what the cell has decided. */
static int add_node(const struct expression *n, uint32_t bits,
	struct document_builder *out, struct err *e)
{
	bool left, right;

	if (n->type == NODE_TEST) {
		add_test(&n->test, out);
		return 0;
	}
	if (n->type == NODE_NOT) {
		if (add_node(n->left, bits, out, e) < 0)
			return e->code;
		return add_join(out, DOCUMENT_NOT, e);
	}
	left = truth_of(n->left, bits) == AZURE_CONDITION_OPEN;
	right = truth_of(n->right, bits) == AZURE_CONDITION_OPEN;
	if (left && add_node(n->left, bits, out, e) < 0)
		return e->code;
	if (right && add_node(n->right, bits, out, e) < 0)
		return e->code;
	if (!left || !right)
		return 0;
	return add_join(out, n->type == NODE_AND ? DOCUMENT_AND : DOCUMENT_OR, e);
}

int azure_condition_add(const struct azure_condition *c, uint32_t bits,
	struct document_builder *out, struct err *e)
{
	return add_node(c->root, bits, out, e);
}
