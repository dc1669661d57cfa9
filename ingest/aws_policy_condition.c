#include "ingest/aws_condition.h"
#include "ingest/aws_policy_priv.h"

static int condition_value(struct compiler *c, const struct json_value *v,
	struct document_condition *condition, struct err *e)
{
	char digits[JSON_NUMBER_MAX];
	const char *expected;
	uint8_t flags = 0;
	struct str text;

	switch (json_type(v)) {
	case JSON_STRING:
		text = json_string(v);
		break;
	case JSON_BOOL:
		text = json_bool(v) ? STR_LIT("true") : STR_LIT("false");
		break;
	case JSON_NUMBER:
		text = json_number(v, digits);
		break;
	default:
		return aws_policy_wrong_type(v, "a string, number or boolean", e);
	}
	if (c->variables)
		flags = aws_condition_variable_flags(text);
	condition->flags |= flags;
	expected = aws_condition_value_type(
		(enum document_operator)condition->operator_, text, flags != 0);
	if (expected)
		return err_set(e, ERR_FORMAT, "expected %s, found '%.*s'", expected,
			STR_ARG(str_head(text, 128)));
	aws_policy_warn_variable(c, text);
	if (flags == 0 && aws_condition_is_no_arn(
				  (enum document_operator)condition->operator_, text))
		aws_policy_warn(c, "not an ARN, matches nothing", text);
	document_add_value(c->out, text);
	return 0;
}

/* The operator of a name, "ForAnyValue:StringLikeIfExists". */
static int read_operator(
	struct aws_condition_operator *out, struct str written, struct err *e)
{
	*out = aws_condition_operator(written);
	if (out->operator_ == DOCUMENT_NULL && out->if_exists)
		return err_set(e, ERR_FORMAT, "Null takes no IfExists");
	if (out->operator_ == DOCUMENT_OPERATOR_UNKNOWN)
		return err_set(e, ERR_FORMAT, "not a condition operator");
	return 0;
}

static int check_condition_key(struct compiler *c, struct str key, struct err *e)
{
	buf_clear(&c->scratch);
	for (size_t i = 0; i < key.n; i++)
		buf_add_char(&c->scratch, str_lower_char(key.p[i]));
	if (str_find_char(key, ':', 0) == key.n)
		return err_set(e, ERR_FORMAT, "'%.*s' is not a condition key",
			STR_ARG(str_head(key, 128)));
	if (aws_policy_is_second(&c->keys, buf_str(&c->scratch)))
		return err_set(e, ERR_FORMAT, "'%.*s' is there twice",
			STR_ARG(str_head(key, 128)));
	if (str_ends(key, STR_LIT("Tag/")))
		return err_set(e, ERR_FORMAT, "'%.*s' names no tag",
			STR_ARG(str_head(key, 128)));
	return 0;
}

static bool is_account_id(struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] < '0' || text.p[i] > '9')
			return false;
	}
	return text.n == 12;
}

/* Of the newest condition, with its values. */
static bool pins(const struct compiler *c, const struct document_condition *condition,
	struct str key, const struct aws_condition_operator *op)
{
	const struct document_text *values =
		VEC_DATA(&c->out->values, const struct document_text);

	for (uint32_t i = 0; i < condition->value_count; i++) {
		struct document_text t = values[condition->value_first + i];

		if (!is_account_id((struct str){ c->out->text.p + t.offset, t.size }))
			return false;
	}
	return condition->value_count > 0 && aws_condition_pins(key, op);
}

static int compile_condition(struct compiler *c, struct str written, struct str key,
	const struct json_value *values, struct err *e)
{
	struct aws_condition_operator op;
	struct document_condition *condition;
	struct json_iter it = json_iterate(values);
	const struct json_value *item;
	struct str name;

	if (read_operator(&op, written, e) < 0 || check_condition_key(c, key, e) < 0)
		return e->code;
	condition = document_add_condition(c->out, key, written);
	condition->operator_ = (uint16_t)op.operator_;
	condition->qualifier = (uint8_t)op.qualifier;
	condition->flags = aws_condition_key_flags(key);
	if (op.if_exists)
		condition->flags |= DOCUMENT_IF_EXISTS;
	if (json_type(values) == JSON_OBJECT)
		return aws_policy_wrong_type(values, "a value or a list", e);
	if (json_type(values) != JSON_ARRAY &&
		condition_value(c, values, condition, e) < 0)
		return e->code;
	while (json_next(&it, &name, &item)) {
		if (condition_value(c, item, condition, e) < 0)
			return e->code;
	}
	if (pins(c, condition, key, &op))
		condition->flags |= DOCUMENT_CONDITION_PINS;
	if (condition->flags & DOCUMENT_CONDITION_READS_PRINCIPAL)
		c->flags |= DOCUMENT_STATEMENT_READS_PRINCIPAL;
	if (condition->flags & DOCUMENT_CONDITION_READS_RESOURCE)
		c->flags |= DOCUMENT_STATEMENT_READS_RESOURCE;
	return 0;
}

int aws_policy_conditions(struct compiler *c, struct err *e)
{
	const struct json_value *v = c->elements[ELEMENT_CONDITION], *keys, *values;
	struct json_iter operators = json_iterate(v), it;
	struct str written, key;

	if (!v)
		return 0;
	if (json_type(v) != JSON_OBJECT)
		return aws_policy_wrong_type(v, "an object", e);
	while (json_next(&operators, &written, &keys)) {
		if (json_type(keys) != JSON_OBJECT) {
			aws_policy_wrong_type(keys, "an object", e);
			return err_wrap(e, "%.*s", STR_ARG(str_head(written, 64)));
		}
		it = json_iterate(keys);
		intern_release(&c->keys);
		intern_init(&c->keys);
		while (json_next(&it, &key, &values)) {
			if (compile_condition(c, written, key, values, e) < 0)
				return err_wrap(
					e, "%.*s", STR_ARG(str_head(written, 64)));
		}
	}
	return 0;
}
