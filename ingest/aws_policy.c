#include "ingest/aws_policy.h"

#include <assert.h>

#include "base/limits.h"
#include "ingest/aws_action.h"
#include "ingest/aws_condition.h"
#include "ingest/aws_policy_check.h"
#include "ingest/aws_policy_priv.h"
#include "ingest/aws_principal.h"

/* clang-format off */
static const struct layer_rule layer_rules[LAYER_END] = {
	[LAYER_IDENTITY] = { .resource = REQUIRED, .principal = FORBIDDEN, .short_arn = SHORT_EXTENDED, .only_arns = true, .unique_sids = true },
	[LAYER_SESSION] = { .resource = REQUIRED, .principal = FORBIDDEN, .short_arn = SHORT_EXTENDED, .only_arns = true, .unique_sids = true },
	[LAYER_RESOURCE] = { .resource = OPTIONAL, .principal = REQUIRED, .short_arn = SHORT_WITH_WILDCARD, .size_max = 32768 },
	[LAYER_TRUST] = { .resource = FORBIDDEN, .principal = REQUIRED, .short_arn = SHORT_REFUSED, .unique_sids = true, .size_max = 8192 },
	[LAYER_SCP] = { .resource = REQUIRED, .principal = FORBIDDEN, .short_arn = SHORT_WITH_STAR, .only_arns = true, .unique_sids = true, .size_max = 10240 },
	[LAYER_RCP] = { .resource = REQUIRED, .principal = REQUIRED, .short_arn = SHORT_REFUSED, .only_anyone = true, .only_arns = true, .unique_sids = true, .size_max = 10240 },
	[LAYER_ENDPOINT] = { .resource = REQUIRED, .principal = REQUIRED, .short_arn = SHORT_WITH_WILDCARD, .size_max = 20480 },
	[LAYER_ACL] = { .resource = OPTIONAL, .principal = REQUIRED, .short_arn = SHORT_WITH_WILDCARD, .may_be_empty = true },
	[LAYER_GRANT] = { .resource = OPTIONAL, .principal = REQUIRED, .short_arn = SHORT_WITH_WILDCARD, .may_be_empty = true },
};
/* clang-format on */

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

/* Takes the strings of a list, or the one that stands for a list of one. */
typedef int (*take_fn)(struct compiler *c, struct str value, struct err *e);

void aws_policy_warn(struct compiler *c, const char *what, struct str value)
{
	if (!c->listener || !c->listener->warn)
		return;
	buf_clear(&c->message);
	buf_printf(&c->message, "%s: '%.*s'", what, STR_ARG(str_head(value, 256)));
	c->listener->warn(c->listener->ctx, c->index, buf_str(&c->message));
}

int aws_policy_wrong_type(const struct json_value *v, const char *expected, struct err *e)
{
	return err_set(e, ERR_FORMAT, "expected %s, found %s", expected,
		json_type_name(json_type(v)));
}

void aws_policy_warn_variable(struct compiler *c, struct str text)
{
	if (!c->variables && aws_condition_variable_flags(text) != 0)
		aws_policy_warn(
			c, "a variable is plain text without Version 2012-10-17", text);
	else if (aws_condition_has_open_variable(text))
		aws_policy_warn(c, "a variable without '}' is plain text", text);
}

bool aws_policy_is_second(struct intern *seen, struct str name)
{
	uint32_t count = intern_count(seen);

	return name.n > 0 && intern_add(seen, name) < count;
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
		return aws_policy_wrong_type(v, "a string or a list", e);
	while (json_next(&it, &name, &item)) {
		if (json_type(item) != JSON_STRING)
			return aws_policy_wrong_type(item, "a string", e);
		if (take(c, json_string(item), e) < 0)
			return e->code;
	}
	return 0;
}

static int take_action(struct compiler *c, struct str value, struct err *e)
{
	int rc = aws_policy_check_action(c, value, e);

	if (rc < 0)
		return rc;
	rc = aws_action_add(&c->set, value, e);
	if (rc == 0)
		aws_policy_warn(c, "no such action", value);
	return rc < 0 ? rc : 0;
}

static int compile_actions(
	struct compiler *c, struct document_statement *s, bool complement, struct err *e)
{
	const struct json_value *list =
		c->elements[complement ? ELEMENT_NOT_ACTION : ELEMENT_ACTION];
	const struct document_interval *v;

	buf_clear(&c->set);
	if (json_type(list) == JSON_ARRAY && json_size(list) == 0)
		return err_set(e, ERR_FORMAT, "empty list");
	if (take_strings(c, list, take_action, e) < 0)
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
		aws_policy_warn(c, "fewer than six parts match nothing", *value);
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
		aws_policy_warn(c, "not an ARN, matches nothing", *value);
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
	if (check_resource(c, &value, e) < 0 || aws_policy_check_arn(c, value, e) < 0)
		return e->code;
	split_sixth(value, &sixth);
	flags = aws_condition_variable_flags(sixth);
	document_add_pattern(
		c->out, value, c->variables && (flags & DOCUMENT_CONDITION_VARIABLE));
	aws_policy_warn_variable(c, value);
	if (!(flags & DOCUMENT_CONDITION_VARIABLE) || !c->variables)
		return 0;
	if (flags & DOCUMENT_CONDITION_READS_PRINCIPAL)
		c->flags |= DOCUMENT_STATEMENT_READS_PRINCIPAL;
	if (flags & DOCUMENT_CONDITION_READS_RESOURCE)
		c->flags |= DOCUMENT_STATEMENT_READS_RESOURCE;
	return 0;
}

static int compile_resources(struct compiler *c, enum element element, struct err *e)
{
	const struct json_value *v = c->elements[element];

	if (element == ELEMENT_NOT_RESOURCE)
		c->flags |= DOCUMENT_NOT_RESOURCE;
	if (!v) {
		c->flags |= DOCUMENT_ANY_RESOURCE;
		return 0;
	}
	if (json_type(v) == JSON_ARRAY && json_size(v) == 0)
		return err_set(e, ERR_FORMAT, "empty list");
	return take_strings(c, v, take_resource, e);
}

/*
 * Whom an issuer of tokens vouches for is named by the issuer beside its provider: so it
 * is found from other clouds. The provider "arn:...:oidc-provider/HOST/PATH" or "HOST".
 */
static int add_issuer(struct compiler *c, struct str provider, struct err *e)
{
	const struct str mark = STR_LIT(":oidc-provider/");
	struct str issuer = provider, text;
	struct buf name = { 0 };
	uint32_t parts = 1;

	if (str_starts(provider, STR_LIT("arn:"))) {
		for (size_t i = 0; i < provider.n && issuer.n == provider.n; i++) {
			if (str_starts(str_skip(provider, i), mark))
				issuer = str_skip(provider, i + mark.n);
		}
		if (issuer.n == provider.n)
			return 0;
	}
	while (issuer.n > 0 && issuer.p[issuer.n - 1] == '/')
		issuer.n--;
	for (size_t i = 0; i < issuer.n; i++)
		parts += issuer.p[i] == '/';
	if (parts > LIMIT_ISSUER_PARTS)
		return err_set(e, ERR_LIMIT,
			"the issuer '%.*s' has more parts than LIMIT_ISSUER_PARTS (%u)",
			STR_ARG(str_head(issuer, 256)), LIMIT_ISSUER_PARTS);
	buf_printf(&name, "oidc:%.*s", STR_ARG(issuer));
	text = buf_str(&name);
	document_add_principal(c->out, DOCUMENT_FEDERATED, text);
	buf_release(&name);
	return 0;
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
	return p.type == DOCUMENT_FEDERATED ? add_issuer(c, value, e) : 0;
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
	if (json_type(values) == JSON_ARRAY && json_size(values) == 0)
		return err_set(
			e, ERR_FORMAT, "%.*s: empty list", STR_ARG(str_head(name, 128)));
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
		if (c->rule->only_anyone || c->layer == LAYER_TRUST)
			return err_set(e, ERR_FORMAT, "not allowed in this policy type");
		if (!(c->flags & DOCUMENT_DENY))
			aws_policy_warn(c, "everybody but these is let in",
				STR_LIT("NotPrincipal"));
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
		return aws_policy_wrong_type(v, "'*' or an object", e);
	if (json_size(v) == 0)
		return err_set(e, ERR_FORMAT, "names nobody");
	while (json_next(&it, &name, &values)) {
		if (compile_principal_map(c, name, values, e) < 0)
			return e->code;
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
		return aws_policy_wrong_type(statement, "an object", e);
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
		aws_policy_wrong_type(sid, "a string", e);
		return err_wrap(e, "Sid");
	}
	if (sid)
		s->sid = document_add_text(c->out, json_string(sid));
	if (sid && aws_policy_check_sid(c, json_string(sid), e) < 0)
		return e->code;
	if (sid && c->rule->unique_sids &&
		aws_policy_is_second(&c->sids, json_string(sid)))
		return err_set(e, ERR_FORMAT, "Sid: '%.*s' is there twice",
			STR_ARG(str_head(json_string(sid), 128)));
	if (!effect)
		return err_set(e, ERR_FORMAT, "has no Effect");
	if (json_type(effect) != JSON_STRING) {
		aws_policy_wrong_type(effect, "'Allow' or 'Deny'", e);
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
	/*
	 * no element of RCPs:
	 * https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_syntax.html
	 */
	if (c->layer == LAYER_RCP && action == ELEMENT_NOT_ACTION)
		return err_set(
			e, ERR_FORMAT, "NotAction: not allowed in this policy type");
	if (compile_principals(c, principal, e) < 0)
		return err_wrap(e, "%s", element_names[principal]);
	if (compile_actions(c, s, action == ELEMENT_NOT_ACTION, e) < 0)
		return err_wrap(e, "%s", element_names[action]);
	if (compile_resources(c, resource, e) < 0)
		return err_wrap(e, "%s", element_names[resource]);
	if (aws_policy_conditions(c, e) < 0)
		return err_wrap(e, "Condition");
	s->flags = c->flags;
	return aws_policy_check_effect(c, s, e);
}

static int compile_version(struct compiler *c, const struct json_value *v, struct err *e)
{
	if (json_type(v) != JSON_STRING) {
		aws_policy_wrong_type(v, "a string", e);
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
		return aws_policy_wrong_type(c->json.root, "an object", e);
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
			aws_policy_wrong_type(v, "a string", e);
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
		aws_policy_wrong_type(statements, "an object or a list", e);
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

/* White space does not count against the provider's limits. */
static void warn_size(struct compiler *c)
{
	size_t size = 0;

	if (c->rule->size_max == 0 || c->json.text.n <= c->rule->size_max)
		return;
	for (size_t i = 0; i < c->json.text.n; i++)
		size += (unsigned char)c->json.text.p[i] > ' ';
	if (size <= c->rule->size_max)
		return;
	buf_clear(&c->scratch);
	buf_printf(&c->scratch, "%zu", size);
	c->index = 0;
	aws_policy_warn(
		c, "more characters than the provider takes", buf_str(&c->scratch));
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
	struct compiler c = { .out = out, .listener = listener, .layer = layer };
	struct err e = { 0 };
	int rc;

	assert(layer > 0 && layer < LAYER_END);
	c.rule = &layer_rules[layer];
	intern_init(&c.sids);
	intern_init(&c.keys);
	if (layer > LAYER_SESSION)
		rc = err_set(&e, ERR_FORMAT, "there are no policies of layer '%.*s'",
			STR_ARG(record_layer_name(layer)));
	else if (text.n > LIMIT_POLICY_BYTES)
		rc = err_set(&e, ERR_LIMIT,
			"%zu bytes are more than LIMIT_POLICY_BYTES (%u)", text.n,
			LIMIT_POLICY_BYTES);
	else
		rc = json_parse(&c.json, text, (struct json_origin){ 0 }, &e);
	if (rc == 0)
		rc = compile_policy(&c, &e);
	if (rc < 0)
		refuse(out, &e);
	else
		warn_size(&c);
	intern_release(&c.sids);
	intern_release(&c.keys);
	json_release(&c.json);
	buf_release(&c.set);
	buf_release(&c.scratch);
	buf_release(&c.message);
}
