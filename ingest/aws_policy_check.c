#include "ingest/aws_policy_check.h"

static bool is_of_identity(const struct compiler *c)
{
	return c->layer == LAYER_IDENTITY || c->layer == LAYER_SESSION;
}

int aws_policy_check_sid(const struct compiler *c, struct str sid, struct err *e)
{
	for (size_t i = 0; is_of_identity(c) && i < sid.n; i++) {
		char low = str_lower_char(sid.p[i]);

		if (!(low >= 'a' && low <= 'z') && !(low >= '0' && low <= '9'))
			return err_set(e, ERR_FORMAT,
				"Sid: '%.*s' has more than letters and digits",
				STR_ARG(str_head(sid, 128)));
	}
	return 0;
}

static bool is_open(struct str part)
{
	return str_find_char(part, '*', 0) < part.n ||
	       str_find_char(part, '?', 0) < part.n;
}

int aws_policy_check_arn(const struct compiler *c, struct str arn, struct err *e)
{
	const struct str head = STR_LIT("arn:");
	struct str partition;

	if (!is_of_identity(c) || !str_starts(arn, head) ||
		str_find_char(arn, ':', head.n) == arn.n)
		return 0;
	partition = str_skip(str_head(arn, str_find_char(arn, ':', head.n)), head.n);
	if (!is_open(partition) && !str_eq(partition, STR_LIT("aws")) &&
		!str_starts(partition, STR_LIT("aws-")))
		return err_set(e, ERR_FORMAT, "'%.*s' is no partition",
			STR_ARG(str_head(partition, 64)));
	return 0;
}

int aws_policy_check_action(const struct compiler *c, struct str action, struct err *e)
{
	const struct str service = STR_LIT("sts:");

	if (c->layer != LAYER_TRUST || str_find_char(action, ':', 0) == action.n ||
		str_eq_fold(str_head(action, service.n), service))
		return 0;
	return err_set(e, ERR_FORMAT, "'%.*s' is no action of a trust policy",
		STR_ARG(str_head(action, 128)));
}

int aws_policy_check_effect(
	const struct compiler *c, const struct document_statement *s, struct err *e)
{
	const struct json_value *action = c->elements[ELEMENT_ACTION];

	if (c->layer != LAYER_RCP || (c->flags & DOCUMENT_DENY))
		return 0;
	if (action && json_type(action) == JSON_STRING &&
		str_eq(json_string(action), STR_LIT("*")) &&
		(c->flags & DOCUMENT_ANY_RESOURCE) && s->condition_count == 0)
		return 0;
	return err_set(e, ERR_FORMAT,
		"Effect: expected 'Deny': in this policy type only everything is allowed");
}
