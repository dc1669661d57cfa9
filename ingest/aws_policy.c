#include "ingest/aws_policy.h"

#include <assert.h>

#include "base/json.h"
#include "base/limits.h"
#include "ingest/aws_action.h"
#include "ingest/aws_condition.h"
#include "ingest/aws_principal.h"

enum presence { REQUIRED, OPTIONAL, FORBIDDEN };

/* What becomes of an ARN with fewer than six parts. */
enum short_arn {
	SHORT_EXTENDED,      /* goes on with ":*" */
	SHORT_WITH_WILDCARD, /* the same, but without any wildcard it matches nothing */
	SHORT_WITH_STAR,     /* refused unless it ends in '*' */
	SHORT_REFUSED
};

struct layer_rule {
	enum presence principal, resource;
	enum short_arn short_arn;
	bool only_anyone; /* the principal must be "*" */
	bool only_arns;   /* a resource must begin like an ARN */
	bool may_be_empty;
};

static const struct layer_rule layer_rules[LAYER_END] = {
	[LAYER_IDENTITY] = { FORBIDDEN, REQUIRED, SHORT_EXTENDED, false, true, false },
	[LAYER_RESOURCE] = { REQUIRED, OPTIONAL, SHORT_WITH_WILDCARD, false, false,
		false },
	[LAYER_TRUST] = { REQUIRED, FORBIDDEN, SHORT_REFUSED, false, false, false },
	[LAYER_SCP] = { FORBIDDEN, REQUIRED, SHORT_WITH_STAR, false, true, false },
	[LAYER_RCP] = { REQUIRED, REQUIRED, SHORT_REFUSED, true, true, false },
	[LAYER_ENDPOINT] = { REQUIRED, REQUIRED, SHORT_WITH_WILDCARD, false, false,
		false },
	[LAYER_ACL] = { REQUIRED, OPTIONAL, SHORT_WITH_WILDCARD, false, false, true },
	[LAYER_GRANT] = { REQUIRED, OPTIONAL, SHORT_WITH_WILDCARD, false, false, true },
	[LAYER_SESSION] = { FORBIDDEN, REQUIRED, SHORT_EXTENDED, false, true, false },
};

enum element {
	ELEMENT_SID,
	ELEMENT_EFFECT,
	ELEMENT_PRINCIPAL,
	ELEMENT_NOT_PRINCIPAL,
	ELEMENT_ACTION,
	ELEMENT_NOT_ACTION,
	ELEMENT_RESOURCE,
	ELEMENT_NOT_RESOURCE,
	ELEMENT_CONDITION,
	ELEMENT_COUNT
};

static const char *const element_names[ELEMENT_COUNT] = {
	[ELEMENT_SID] = "Sid",
	[ELEMENT_EFFECT] = "Effect",
	[ELEMENT_PRINCIPAL] = "Principal",
	[ELEMENT_NOT_PRINCIPAL] = "NotPrincipal",
	[ELEMENT_ACTION] = "Action",
	[ELEMENT_NOT_ACTION] = "NotAction",
	[ELEMENT_RESOURCE] = "Resource",
	[ELEMENT_NOT_RESOURCE] = "NotResource",
	[ELEMENT_CONDITION] = "Condition",
};

/* One compilation. */
struct compiler {
	struct document_builder *out;
	const struct policy_listener *listener;
	const struct layer_rule *rule;
	struct json json;
	struct buf set;     /* action intervals of the statement at hand */
	struct buf scratch; /* a text that is longer than the policy has it */
	struct buf message; /* of a warning */
	bool variables;     /* the policy's version has them */
	uint32_t index;     /* of the statement at hand */
	uint32_t flags;     /* of the statement at hand */
	const struct json_value *elements[ELEMENT_COUNT];
};

/* Takes the strings of a list, or the one that stands for a list of one. */
typedef int (*take_fn)(struct compiler *c, struct str value, struct err *e);

static void warn(struct compiler *c, const char *what, struct str value)
{
	if (!c->listener || !c->listener->warn)
		return;
	buf_clear(&c->message);
	buf_printf(&c->message, "%s: '%.*s'", what, STR_ARG(str_head(value, 256)));
	c->listener->warn(c->listener->ctx, c->index, buf_str(&c->message));
}

static int wrong_type(const struct json_value *v, const char *expected, struct err *e)
{
	return err_set(e, ERR_FORMAT, "expected %s, found %s", expected,
		json_type_name(json_type(v)));
}

static int take_strings(
	struct compiler *c, const struct json_value *v, take_fn take, struct err *e)
{
	struct json_iter it = json_iterate(v);
	const struct json_value *item;
	struct str name;

	if (json_type(v) == JSON_STRING)
		return take(c, json_string(v), e);
	if (json_type(v) != JSON_ARRAY)
		return wrong_type(v, "a string or a list", e);
	while (json_next(&it, &name, &item)) {
		if (json_type(item) != JSON_STRING)
			return wrong_type(item, "a string", e);
		if (take(c, json_string(item), e) < 0)
			return e->code;
	}
	return 0;
}

static int take_action(struct compiler *c, struct str value, struct err *e)
{
	int rc = aws_action_add(&c->set, value, e);

	if (rc == 0)
		warn(c, "no such action", value);
	return rc < 0 ? rc : 0;
}

static int compile_actions(
	struct compiler *c, struct document_statement *s, bool complement, struct err *e)
{
	const struct document_interval *v;

	buf_clear(&c->set);
	if (take_strings(c, c->elements[complement ? ELEMENT_NOT_ACTION : ELEMENT_ACTION],
		    take_action, e) < 0)
		return e->code;
	aws_action_finish(&c->set, complement);
	s->service = aws_action_service(&c->set);
	v = VEC_DATA(&c->set, struct document_interval);
	for (size_t i = 0; i < VEC_COUNT(&c->set, struct document_interval); i++)
		document_add_interval(c->out, v[i].begin, v[i].end);
	if (complement)
		c->flags |= DOCUMENT_NOT_ACTION;
	return 0;
}

static bool is_stars(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != '*')
			return false;
	}
	return s.n > 0;
}

static bool has_wildcard(struct str s)
{
	return str_find_char(s, '*', 0) < s.n || str_find_char(s, '?', 0) < s.n;
}

/* Whether the pattern's first bytes can be "arn:". */
static bool begins_like_arn(struct str s)
{
	const struct str arn = STR_LIT("arn:");

	for (size_t i = 0; i < arn.n; i++) {
		if (i < s.n && s.p[i] == '*')
			return true;
		if (i == s.n || (s.p[i] != '?' && s.p[i] != arn.p[i]))
			return false;
	}
	return true;
}

/* Whether there are six parts; *sixth is what the last of them holds, else empty. */
static bool split_sixth(struct str arn, struct str *sixth)
{
	size_t at = 0;

	*sixth = str_skip(arn, arn.n);
	for (int i = 0; i < 5; i++) {
		at = str_find_char(arn, ':', at);
		if (at == arn.n)
			return false;
		at++;
	}
	*sixth = str_skip(arn, at);
	return true;
}

/* *value may move to the scratch buffer. */
static int extend_short_arn(struct compiler *c, struct str *value, struct err *e)
{
	bool star = str_ends(*value, STR_LIT("*"));
	enum short_arn rule = c->rule->short_arn;

	if (rule == SHORT_REFUSED || (rule == SHORT_WITH_STAR && !star))
		return err_set(e, ERR_FORMAT, "'%.*s' has fewer than six parts",
			STR_ARG(str_head(*value, 256)));
	if (rule == SHORT_WITH_WILDCARD && !has_wildcard(*value)) {
		warn(c, "fewer than six parts match nothing", *value);
		return 0;
	}
	if (star)
		return 0; /* it runs over all parts that follow already */
	buf_clear(&c->scratch);
	buf_add_str(&c->scratch, *value);
	buf_add_str(&c->scratch, STR_LIT(":*"));
	*value = buf_str(&c->scratch);
	return 0;
}

/*
 * API Gateway lets its policies say "this API" by leaving out what is in front of the
 * stage.
 */
static void expand_api(struct compiler *c, struct str *value)
{
	const struct str prefix = STR_LIT("execute-api:/");

	if (!str_starts(*value, prefix))
		return;
	buf_clear(&c->scratch);
	buf_add_str(&c->scratch, STR_LIT("arn:*:execute-api:*:*:*/"));
	buf_add_str(&c->scratch, str_skip(*value, prefix.n));
	*value = buf_str(&c->scratch);
}

static int check_resource(struct compiler *c, struct str *value, struct err *e)
{
	struct str sixth;

	if (value->n == 0)
		return err_set(e, ERR_FORMAT, "empty resource");
	if (value->n > LIMIT_PATTERN_BYTES)
		return err_set(e, ERR_FORMAT, "longer than LIMIT_PATTERN_BYTES (%u)",
			LIMIT_PATTERN_BYTES);
	if (str_starts(*value, STR_LIT("arn:")))
		return split_sixth(*value, &sixth) ? 0 : extend_short_arn(c, value, e);
	if (begins_like_arn(*value))
		return 0;
	if (c->rule->only_arns)
		return err_set(e, ERR_FORMAT, "expected an ARN or '*', found '%.*s'",
			STR_ARG(str_head(*value, 256)));
	expand_api(c, value);
	if (!begins_like_arn(*value))
		warn(c, "not an ARN, matches nothing", *value);
	return 0;
}

static int take_resource(struct compiler *c, struct str value, struct err *e)
{
	struct str sixth;
	uint8_t flags;

	if (is_stars(value) && !(c->flags & DOCUMENT_NOT_RESOURCE)) {
		c->flags |= DOCUMENT_ANY_RESOURCE;
		return 0;
	}
	if (check_resource(c, &value, e) < 0)
		return e->code;
	split_sixth(value, &sixth);
	flags = aws_condition_variable_flags(sixth);
	document_add_pattern(
		c->out, value, c->variables && (flags & DOCUMENT_CONDITION_VARIABLE));
	if (!(flags & DOCUMENT_CONDITION_VARIABLE))
		return 0;
	if (!c->variables) {
		warn(c, "a variable is plain text without Version 2012-10-17", value);
		return 0;
	}
	if (flags & DOCUMENT_CONDITION_READS_PRINCIPAL)
		c->flags |= DOCUMENT_STATEMENT_READS_PRINCIPAL;
	if (flags & DOCUMENT_CONDITION_READS_RESOURCE)
		c->flags |= DOCUMENT_STATEMENT_READS_RESOURCE;
	return 0;
}

static int compile_resources(struct compiler *c, enum element element, struct err *e)
{
	if (element == ELEMENT_NOT_RESOURCE)
		c->flags |= DOCUMENT_NOT_RESOURCE;
	if (!c->elements[element]) {
		c->flags |= DOCUMENT_ANY_RESOURCE;
		return 0;
	}
	return take_strings(c, c->elements[element], take_resource, e);
}

static int add_principal(
	struct compiler *c, struct str map, struct str value, struct err *e)
{
	struct aws_principal p;

	if (aws_principal_parse(&p, map, value, e) < 0)
		return e->code;
	if (c->rule->only_anyone && p.type != DOCUMENT_ANYONE)
		return err_set(e, ERR_FORMAT, "expected '*', found '%.*s'",
			STR_ARG(str_head(value, 256)));
	document_add_principal(c->out, p.type, p.text);
	return 0;
}

static int take_aws(struct compiler *c, struct str value, struct err *e)
{
	return add_principal(c, STR_LIT("AWS"), value, e);
}

static int take_service(struct compiler *c, struct str value, struct err *e)
{
	return add_principal(c, STR_LIT("Service"), value, e);
}

static int take_federated(struct compiler *c, struct str value, struct err *e)
{
	return add_principal(c, STR_LIT("Federated"), value, e);
}

static int take_canonical(struct compiler *c, struct str value, struct err *e)
{
	return add_principal(c, STR_LIT("CanonicalUser"), value, e);
}

static const struct {
	const char *name;
	take_fn take;
} principal_maps[] = {
	{ "AWS", take_aws },
	{ "Service", take_service },
	{ "Federated", take_federated },
	{ "CanonicalUser", take_canonical },
};

static int compile_principal_map(struct compiler *c, struct str name,
	const struct json_value *values, struct err *e)
{
	for (size_t i = 0; i < sizeof(principal_maps) / sizeof(principal_maps[0]); i++) {
		if (str_eq(name, str_from(principal_maps[i].name)))
			return take_strings(c, values, principal_maps[i].take, e);
	}
	return err_set(e, ERR_FORMAT,
		"expected AWS, Service, Federated or CanonicalUser, found '%.*s'",
		STR_ARG(str_head(name, 128)));
}

static int compile_principals(struct compiler *c, enum element element, struct err *e)
{
	const struct json_value *v = c->elements[element], *values;
	struct json_iter it = json_iterate(v);
	struct str name;

	if (element == ELEMENT_NOT_PRINCIPAL) {
		c->flags |= DOCUMENT_NOT_PRINCIPAL;
		if (c->rule->only_anyone)
			return err_set(e, ERR_FORMAT, "not allowed in this policy type");
	}
	if (!v)
		return 0;
	if (json_type(v) == JSON_STRING && str_eq(json_string(v), STR_LIT("*"))) {
		document_add_principal(c->out, DOCUMENT_ANYONE, STR_LIT("*"));
		return 0;
	}
	if (json_type(v) == JSON_STRING)
		return err_set(e, ERR_FORMAT, "expected '*' or an object, found '%.*s'",
			STR_ARG(str_head(json_string(v), 256)));
	if (json_type(v) != JSON_OBJECT)
		return wrong_type(v, "'*' or an object", e);
	while (json_next(&it, &name, &values)) {
		if (compile_principal_map(c, name, values, e) < 0)
			return e->code;
	}
	return 0;
}

static int condition_value(struct compiler *c, const struct json_value *v,
	struct document_condition *condition, struct err *e)
{
	char digits[JSON_NUMBER_MAX];
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
		return wrong_type(v, "a string, number or boolean", e);
	}
	if (c->variables)
		condition->flags |= aws_condition_variable_flags(text);
	else if (aws_condition_variable_flags(text) != 0)
		warn(c, "a variable is plain text without Version 2012-10-17", text);
	document_add_value(c->out, text);
	return 0;
}

static int compile_condition(struct compiler *c, struct str written, struct str key,
	const struct json_value *values, struct err *e)
{
	struct aws_condition_operator op = aws_condition_operator(written);
	struct document_condition *condition;
	struct json_iter it = json_iterate(values);
	const struct json_value *item;
	struct str name;

	if (str_find_char(key, ':', 0) == key.n)
		return err_set(e, ERR_FORMAT, "'%.*s' is not a condition key",
			STR_ARG(str_head(key, 128)));
	condition = document_add_condition(c->out, key, written);
	condition->operator_ = (uint16_t)op.operator_;
	condition->qualifier = (uint8_t)op.qualifier;
	condition->flags = aws_condition_key_flags(key);
	if (op.if_exists)
		condition->flags |= DOCUMENT_IF_EXISTS;
	if (op.operator_ == DOCUMENT_OPERATOR_UNKNOWN)
		warn(c, "unknown condition operator", written);
	if (json_type(values) == JSON_OBJECT)
		return wrong_type(values, "a value or a list", e);
	if (json_type(values) != JSON_ARRAY &&
		condition_value(c, values, condition, e) < 0)
		return e->code;
	while (json_next(&it, &name, &item)) {
		if (condition_value(c, item, condition, e) < 0)
			return e->code;
	}
	if (condition->flags & DOCUMENT_CONDITION_READS_PRINCIPAL)
		c->flags |= DOCUMENT_STATEMENT_READS_PRINCIPAL;
	if (condition->flags & DOCUMENT_CONDITION_READS_RESOURCE)
		c->flags |= DOCUMENT_STATEMENT_READS_RESOURCE;
	return 0;
}

static int compile_conditions(struct compiler *c, struct err *e)
{
	const struct json_value *v = c->elements[ELEMENT_CONDITION], *keys, *values;
	struct json_iter operators = json_iterate(v), it;
	struct str written, key;

	if (!v)
		return 0;
	if (json_type(v) != JSON_OBJECT)
		return wrong_type(v, "an object", e);
	while (json_next(&operators, &written, &keys)) {
		if (json_type(keys) != JSON_OBJECT) {
			wrong_type(keys, "an object", e);
			return err_wrap(e, "%.*s", STR_ARG(str_head(written, 64)));
		}
		it = json_iterate(keys);
		while (json_next(&it, &key, &values)) {
			if (compile_condition(c, written, key, values, e) < 0)
				return err_wrap(
					e, "%.*s", STR_ARG(str_head(written, 64)));
		}
	}
	return 0;
}

static int gather_elements(
	struct compiler *c, const struct json_value *statement, struct err *e)
{
	struct json_iter it = json_iterate(statement);
	const struct json_value *v;
	struct str name;
	unsigned i;

	memset(c->elements, 0, sizeof(c->elements));
	if (json_type(statement) != JSON_OBJECT)
		return wrong_type(statement, "an object", e);
	while (json_next(&it, &name, &v)) {
		for (i = 0; i < ELEMENT_COUNT; i++) {
			if (str_eq(name, str_from(element_names[i])))
				break;
		}
		if (i == ELEMENT_COUNT)
			return err_set(e, ERR_FORMAT, "unknown element '%.*s'",
				STR_ARG(str_head(name, 128)));
		c->elements[i] = v;
	}
	return 0;
}

/* Of a positive element and its Not form: which is there. */
static int choose(struct compiler *c, enum element positive, enum presence presence,
	enum element *out, struct err *e)
{
	enum element negative = positive + 1;

	*out = c->elements[negative] ? negative : positive;
	if (c->elements[positive] && c->elements[negative])
		return err_set(e, ERR_FORMAT, "has both %s and %s",
			element_names[positive], element_names[negative]);
	if (presence == FORBIDDEN && c->elements[*out])
		return err_set(e, ERR_FORMAT, "%s: not allowed in this policy type",
			element_names[*out]);
	if (presence == REQUIRED && !c->elements[*out])
		return err_set(e, ERR_FORMAT, "has no %s", element_names[positive]);
	return 0;
}

static int compile_head(struct compiler *c, struct document_statement *s, struct err *e)
{
	const struct json_value *sid = c->elements[ELEMENT_SID];
	const struct json_value *effect = c->elements[ELEMENT_EFFECT];

	if (sid && json_type(sid) != JSON_STRING) {
		wrong_type(sid, "a string", e);
		return err_wrap(e, "Sid");
	}
	if (sid)
		s->sid = document_add_text(c->out, json_string(sid));
	if (!effect)
		return err_set(e, ERR_FORMAT, "has no Effect");
	if (json_type(effect) != JSON_STRING) {
		wrong_type(effect, "'Allow' or 'Deny'", e);
		return err_wrap(e, "Effect");
	}
	if (str_eq(json_string(effect), STR_LIT("Deny")))
		c->flags |= DOCUMENT_DENY;
	else if (!str_eq(json_string(effect), STR_LIT("Allow")))
		return err_set(e, ERR_FORMAT,
			"Effect: expected 'Allow' or 'Deny', found '%.*s'",
			STR_ARG(str_head(json_string(effect), 64)));
	return 0;
}

static int compile_statement(
	struct compiler *c, const struct json_value *statement, struct err *e)
{
	struct document_statement *s = document_add_statement(c->out);
	struct str span = json_text(&c->json, statement);
	enum element principal, action, resource;

	s->span_begin = (uint32_t)(span.p - c->json.text.p);
	s->span_end = s->span_begin + (uint32_t)span.n;
	c->flags = 0;
	if (gather_elements(c, statement, e) < 0 || compile_head(c, s, e) < 0 ||
		choose(c, ELEMENT_PRINCIPAL, c->rule->principal, &principal, e) < 0 ||
		choose(c, ELEMENT_ACTION, REQUIRED, &action, e) < 0 ||
		choose(c, ELEMENT_RESOURCE, c->rule->resource, &resource, e) < 0)
		return e->code;
	if (compile_principals(c, principal, e) < 0)
		return err_wrap(e, "%s", element_names[principal]);
	if (compile_actions(c, s, action == ELEMENT_NOT_ACTION, e) < 0)
		return err_wrap(e, "%s", element_names[action]);
	if (compile_resources(c, resource, e) < 0)
		return err_wrap(e, "%s", element_names[resource]);
	if (compile_conditions(c, e) < 0)
		return err_wrap(e, "Condition");
	s->flags = c->flags;
	return 0;
}

static int compile_version(struct compiler *c, const struct json_value *v, struct err *e)
{
	if (json_type(v) != JSON_STRING) {
		wrong_type(v, "a string", e);
		return err_wrap(e, "Version");
	}
	c->variables = str_eq(json_string(v), STR_LIT("2012-10-17"));
	if (!c->variables && !str_eq(json_string(v), STR_LIT("2008-10-17")))
		return err_set(e, ERR_FORMAT,
			"Version: expected 2012-10-17 or 2008-10-17, found '%.*s'",
			STR_ARG(str_head(json_string(v), 64)));
	return 0;
}

/* The members of the policy itself. */
static int compile_head_of_policy(
	struct compiler *c, const struct json_value **statements, struct err *e)
{
	struct json_iter it = json_iterate(c->json.root);
	const struct json_value *v;
	struct str name;

	*statements = NULL;
	if (json_type(c->json.root) != JSON_OBJECT)
		return wrong_type(c->json.root, "an object", e);
	while (json_next(&it, &name, &v)) {
		if (str_eq(name, STR_LIT("Statement"))) {
			*statements = v;
		} else if (str_eq(name, STR_LIT("Version"))) {
			if (compile_version(c, v, e) < 0)
				return e->code;
		} else if (!str_eq(name, STR_LIT("Id"))) {
			return err_set(e, ERR_FORMAT, "unknown element '%.*s'",
				STR_ARG(str_head(name, 128)));
		} else if (json_type(v) != JSON_STRING) {
			wrong_type(v, "a string", e);
			return err_wrap(e, "Id");
		}
	}
	return *statements ? 0 : err_set(e, ERR_FORMAT, "has no Statement");
}

static int compile_policy(struct compiler *c, struct err *e)
{
	const struct json_value *statements, *statement;
	struct json_iter it;
	struct str name;

	if (compile_head_of_policy(c, &statements, e) < 0)
		return e->code;
	if (json_type(statements) == JSON_OBJECT) {
		if (compile_statement(c, statements, e) < 0)
			return err_wrap(e, "statement 0");
		return 0;
	}
	if (json_type(statements) != JSON_ARRAY) {
		wrong_type(statements, "an object or a list", e);
		return err_wrap(e, "Statement");
	}
	if (json_size(statements) == 0 && !c->rule->may_be_empty)
		return err_set(e, ERR_FORMAT, "Statement: empty list");
	it = json_iterate(statements);
	for (; json_next(&it, &name, &statement); c->index++) {
		if (compile_statement(c, statement, e) < 0)
			return err_wrap(e, "statement %u", c->index);
	}
	return 0;
}

/* The problem is shown to people: what could steer their terminal is blanked. */
static void refuse(struct document_builder *out, struct err *e)
{
	for (char *p = e->text; *p; p++) {
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = '?';
	}
	document_set_invalid(out, str_from(e->text));
}

void aws_policy_compile(struct document_builder *out, struct str text,
	enum record_layer layer, const struct policy_listener *listener)
{
	struct compiler c = { .out = out, .listener = listener };
	struct err e = { 0 };
	int rc;

	assert(layer > 0 && layer < LAYER_END);
	c.rule = &layer_rules[layer];
	if (text.n > LIMIT_POLICY_BYTES)
		rc = err_set(&e, ERR_LIMIT,
			"%zu bytes are more than LIMIT_POLICY_BYTES (%u)", text.n,
			LIMIT_POLICY_BYTES);
	else
		rc = json_parse(&c.json, text, (struct json_origin){ 0 }, &e);
	if (rc == 0)
		rc = compile_policy(&c, &e);
	if (rc < 0)
		refuse(out, &e);
	json_release(&c.json);
	buf_release(&c.set);
	buf_release(&c.scratch);
	buf_release(&c.message);
}
