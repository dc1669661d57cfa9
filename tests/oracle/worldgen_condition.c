#include "worldgen_priv.h"

static void open_condition(struct worldgen *g, struct buf *b)
{
	uint32_t key = below(g, OPEN_KEYS);

	while (!(g->open_keys >> key & 1))
		key = (key + 1) % OPEN_KEYS;
	if (key == 0)
		buf_printf(b, "\"%s\":{\"aws:MultiFactorAuthPresent\":\"%s\"}",
			PICK(g, "Bool", "BoolIfExists", "Null"),
			PICK(g, "true", "false"));
	else if (key == 1)
		buf_printf(b, "\"%s\":{\"aws:SourceVpce\":%s}",
			PICK(g, "StringEquals", "StringNotEquals", "StringLike",
				"StringNotLike", "StringEqualsIfExists",
				"ForAnyValue:StringEquals", "ForAllValues:StringLike",
				"ForAnyValue:StringNotEquals",
				"ForAllValues:StringNotLike"),
			PICK(g, "\"v-a\"", "\"v-b\"", "\"v-*\"", "[\"v-a\",\"v-b\"]"));
	else if (key == 6)
		buf_printf(b, "\"%s\":{\"aws:SourceVpc\":\"%s\"}",
			PICK(g, "StringEquals", "StringNotEquals", "StringLike",
				"StringEqualsIfExists"),
			PICK(g, "n-a", "n-a", "n-*"));
	else if (key == 4)
		buf_printf(b, "\"%s\":{\"idp.example:sub\":\"%s\"}",
			PICK(g, "StringEquals", "StringLike", "StringNotLike",
				"StringEqualsIfExists"),
			PICK(g, "repo:a", "repo:b", "repo:*"));
	else if (key == 5)
		buf_printf(b, "\"%s\":{\"s3:prefix\":\"%s\"}",
			PICK(g, "StringEquals", "StringNotEquals", "StringLike",
				"StringEqualsIfExists", "ForAllValues:StringLike",
				"Null"),
			PICK(g, "true", "false"));
	else if (key == 2)
		buf_printf(b, "\"%s\":{\"aws:SourceIp\":%s}",
			PICK(g, "IpAddress", "NotIpAddress", "IpAddressIfExists"),
			PICK(g, "\"10.0.0.0/8\"", "\"10.1.0.0/16\"",
				"[\"10.0.0.0/8\",\"10.1.0.0/16\"]"));
	else
		buf_printf(b, "\"%s\":{\"aws:MultiFactorAuthAge\":\"%s\"}",
			PICK(g, "NumericLessThan", "NumericGreaterThanEquals",
				"NumericLessThanEquals", "NumericEquals",
				"NumericLessThanIfExists"),
			PICK(g, "60", "61"));
}

static void known_condition(struct worldgen *g, struct buf *b)
{
	const char *text =
		PICK(g, "StringEquals", "StringNotEquals", "StringEqualsIfExists",
			"StringLike", "StringNotLike", "ForAllValues:StringEquals",
			"ForAnyValue:StringLike", "StringEqualsIgnoreCase");
	struct str key = any_of(g, &g->identities);

	uint32_t which = below(g, 10);

	/*
	 * Nothing is known of strangers: two tests of what was not collected are one
	 * unknown to the engine and two to the oracle, so such worlds test what is
	 * known.
	 */
	while (g->weight[WITH_STRANGER] > 0 && which != 0 && which != 5 && which < 7)
		which = below(g, 10);
	switch (which) {
	case 0:
		buf_printf(b, "\"%s\":{\"aws:PrincipalAccount\":\"%s\"}", text,
			account_id(below(g, g->accounts)));
		break;
	case 1:
		buf_printf(b, "\"%s\":{\"aws:PrincipalArn\":[\"%.*s\",\"%s\"]}",
			PICK(g, "ArnLike", "ArnNotLike", "ArnEquals", "StringLike",
				"ArnNotEqualsIfExists"),
			STR_ARG(key),
			PICK(g, "arn:aws:iam::*:role/*", "arn:aws:iam::1*:user/ua",
				"arn:aws:iam::*:user/u?"));
		break;
	case 2:
		/* keys of tags have no case, values do */
		buf_printf(b, "\"%s\":{\"%s\":\"%s\"}", text,
			tag_key(g, PICK(g, "aws:PrincipalTag/t", "aws:PrincipalTag/T")),
			PICK(g, "x", "y", "X"));
		break;
	case 3:
		buf_printf(b, "\"%s\":{\"aws:username\":[\"ua\",\"uc\"]}", text);
		break;
	case 4:
		buf_printf(b, "\"%s\":{\"aws:PrincipalOrgID\":\"" ORG "\"}", text);
		break;
	case 5:
		buf_printf(b, "\"%s\":{\"aws:ResourceAccount\":\"%s\"}", text,
			has(g, WITH_VARIABLE) ? "${aws:PrincipalAccount}"
					      : account_id(below(g, g->accounts)));
		break;
	case 6:
		buf_printf(b, "\"Null\":{\"%s\":\"%s\"}",
			tag_key(g, "aws:PrincipalTag/t"), PICK(g, "true", "false"));
		break;
	case 8:
	case 9: /* who is no service has none */
		buf_printf(b, "\"%s\":{\"aws:PrincipalServiceName\":\"%s\"}",
			PICK(g, "StringEquals", "StringNotEqualsIfExists",
				"ForAllValues:StringEquals", "ForAllValues:StringLike",
				"ForAnyValue:StringNotEquals",
				"ForAnyValue:StringNotLike"),
			PICK(g, "s.amazonaws.com", "lambda.amazonaws.com"));
		break;
	default:
		buf_printf(b, "\"Bool\":{\"aws:PrincipalIsAWSService\":\"%s\"}",
			PICK(g, "true", "false"));
		break;
	}
}

void worldgen_condition(struct worldgen *g, struct buf *b)
{
	bool known = has(g, WITH_KNOWN_CONDITION), open = has(g, WITH_OPEN_CONDITION);
	size_t begin;

	if (!known && !open)
		return;
	buf_printf(b, ",\"Condition\":{");
	begin = b->n;
	if (known)
		known_condition(g, b);
	if (open) {
		/* One operator is written once. */
		struct buf other = { 0 };

		open_condition(g, &other);
		size_t n = str_find_char(buf_str(&other), ':', 0);

		if (!known || memcmp(b->p + begin, other.p, n) != 0) {
			if (known)
				buf_add_char(b, ',');
			buf_add_str(b, buf_str(&other));
		}
		buf_release(&other);
	}
	buf_add_char(b, '}');
}

void worldgen_tagged(struct worldgen *g, struct buf *b, enum record_layer layer)
{
	buf_printf(b, "\"Action\":\"%s\"",
		layer == LAYER_TRUST ? "sts:AssumeRole"
				     : PICK(g, "kms:*", "sqs:*", "secretsmanager:*",
					       "iam:*", "dynamodb:*", "sts:AssumeRole"));
	if (layer != LAYER_TRUST)
		buf_printf(b, ",\"Resource\":\"*\"");
	buf_printf(b, ",\"Condition\":{\"%s\":{\"aws:ResourceTag/%s\":",
		PICK(g, "StringEquals", "StringNotEquals", "StringLikeIfExists"),
		PICK(g, "t", "T"));
	if (has(g, WITH_VARIABLE))
		buf_printf(b, "\"${%s}\"}}}", tag_key(g, "aws:PrincipalTag/t"));
	else
		buf_printf(b, "\"%s\"}}}", PICK(g, "x", "y"));
}
