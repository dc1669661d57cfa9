#include "draft_priv.h"

enum value_type { VALUE_TEXT, VALUE_ARN, VALUE_NUMBER, VALUE_DATE, VALUE_BOOL, VALUE_IP };

/* Keys that conditions ask for, with values to compare with beside the request's own. */
static const struct asked_key {
	const char *name;
	enum value_type type;
	const char *values[4];
} asked_keys[] = {
	{ "aws:username", VALUE_TEXT, { "alice", "bob", "al*", "ALICE" } },
	{ "aws:PrincipalAccount", VALUE_TEXT, { "999999999999", "*", "1*", "9*" } },
	{ "aws:PrincipalOrgID", VALUE_TEXT, { "o-other", "o-*", "o-?", "*" } },
	{ "aws:PrincipalType", VALUE_TEXT, { "User", "AssumedRole", "user", "A*" } },
	{ "aws:ResourceAccount", VALUE_TEXT, { "999999999999", "*", "1*", "9*" } },
	{ "aws:ResourceOrgID", VALUE_TEXT, { "o-other", "o-*", "o-?", "*" } },
	{ "aws:PrincipalTag/team", VALUE_TEXT, { "red", "blue", "r*", "RED" } },
	{ "aws:principaltag/Team", VALUE_TEXT, { "red", "blue", "?ed", "Blue" } },
	{ "aws:ResourceTag/env", VALUE_TEXT, { "dev", "prod", "d*", "DEV" } },
	{ "aws:RequestTag/env", VALUE_TEXT, { "dev", "prod", "*d*", "Prod" } },
	{ "aws:SourceVpc", VALUE_TEXT, { "vpc-0", "vpc-x", "vpc-?", "vpc-*" } },
	{ "aws:SourceVpce", VALUE_TEXT, { "vpce-0", "vpce-x*", "vpce-?", "*" } },
	{ "aws:UserAgent", VALUE_TEXT, { "curl/8", "aws-cli*", "*", "CURL/8" } },
	{ "aws:RequestedRegion", VALUE_TEXT,
		{ "eu-west-1", "us-east-1", "eu-*", "EU-WEST-1" } },
	{ "aws:PrincipalIsAWSService", VALUE_BOOL, { "true", "false", "TRUE", "False" } },
	{ "aws:PrincipalArn", VALUE_ARN,
		{ "arn:aws:iam::*:user/alice", "arn:aws:iam::*:role/*",
			"arn:aws:iam::*:*", "arn:aws:*:*:*:*" } },
	{ "aws:SourceArn", VALUE_ARN,
		{ "arn:aws:sns:eu-west-1:999999999999:t", "arn:aws:s3:::*",
			"arn:aws:*:*:*:*", "arn:*:*:*:999999999999:*" } },
	{ "aws:SourceAccount", VALUE_TEXT, { "999999999999", "1*", "*", "123" } },
	{ "aws:MultiFactorAuthAge", VALUE_NUMBER, { "60", "3600", "61", "0" } },
	{ "s3:max-keys", VALUE_NUMBER, { "10", "1000", "10.5", "-1" } },
	{ "aws:CurrentTime", VALUE_DATE,
		{ "2026-01-01T00:00:00Z", "2026-06-01T12:00:00Z", "2027-01-01T00:00:00Z",
			"2025-12-31" } },
	{ "aws:TokenIssueTime", VALUE_DATE,
		{ "2026-01-01T00:00:00Z", "2026-06-01T12:00:00Z", "2027-01-01T00:00:00Z",
			"2026-06-01" } },
	{ "aws:EpochTime", VALUE_DATE,
		{ "2026-06-01T12:00:00Z", "1780315200", "1780315201", "2026-06-02" } },
	{ "aws:EpochTime", VALUE_NUMBER,
		{ "1780315200", "1780315201", "0", "2000000000" } },
	{ "aws:MultiFactorAuthPresent", VALUE_BOOL,
		{ "true", "false", "True", "FALSE" } },
	{ "aws:SecureTransport", VALUE_BOOL, { "true", "false", "true", "false" } },
	{ "aws:ViaAWSService", VALUE_BOOL, { "true", "false", "true", "false" } },
	{ "aws:SourceIp", VALUE_IP,
		{ "10.0.0.0/8", "10.1.2.3", "0.0.0.0/0", "2001:0db8:0::1" } },
	{ "aws:VpcSourceIp", VALUE_IP,
		{ "10.0.0.0/16", "10.1.2.3/32", "172.16.0.0/12", "10.1.0.0/17" } },
	{ "aws:TagKeys", VALUE_TEXT, { "env", "team", "*", "Env" } },
	{ "aws:CalledVia", VALUE_TEXT,
		{ "athena.amazonaws.com", "cloudformation.amazonaws.com", "*", "a*" } },
	{ "aws:PrincipalOrgPaths", VALUE_TEXT,
		{ "o-*/r-root/*", "*/ou-p1/*", "*", "o-x/*" } },
	{ "aws:ResourceOrgPaths", VALUE_TEXT,
		{ "o-*/r-root/*", "*/ou-q1/*", "*", "o-x/*" } },
	{ "s3:prefix", VALUE_TEXT, { "team/", "alice/*", "*", "" } },
	{ "sts:ExternalId", VALUE_TEXT, { "x1", "x2", "x?", "X1" } },
	{ "kms:ViaService", VALUE_TEXT,
		{ "s3.eu-west-1.amazonaws.com", "s3.*", "*", "rds.*" } },
};

#define ASKED_COUNT ((uint32_t)(sizeof(asked_keys) / sizeof(asked_keys[0])))

static const char *operator_for(struct draft *d, enum value_type type)
{
	switch (type) {
	case VALUE_TEXT:
		return DICE_PICK(&d->dice, "StringEquals", "StringEquals",
			"StringNotEquals", "StringEqualsIgnoreCase",
			"StringNotEqualsIgnoreCase", "StringLike", "StringLike",
			"StringNotLike");
	case VALUE_ARN:
		return DICE_PICK(&d->dice, "ArnEquals", "ArnLike", "ArnLike",
			"ArnNotEquals", "ArnNotLike", "StringLike", "StringEquals",
			"StringNotLike");
	case VALUE_NUMBER:
		return DICE_PICK(&d->dice, "NumericEquals", "NumericNotEquals",
			"NumericLessThan", "NumericLessThanEquals", "NumericGreaterThan",
			"NumericGreaterThanEquals");
	case VALUE_DATE:
		return DICE_PICK(&d->dice, "DateEquals", "DateNotEquals", "DateLessThan",
			"DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals");
	case VALUE_BOOL:
		return "Bool";
	case VALUE_IP:
		break;
	}
	return DICE_PICK(&d->dice, "IpAddress", "IpAddress", "NotIpAddress");
}

static struct str variable(struct draft *d)
{
	return str_from(DICE_PICK(&d->dice, "${aws:username}", "${aws:PrincipalTag/team}",
		"${aws:PrincipalAccount}", "${aws:PrincipalTag/none}",
		"${aws:PrincipalTag/none, 'red'}", "${aws:RequestTag/env}", "${*}",
		"${aws:PrincipalTag/team}*", "a${?}ice"));
}

static void write_value(struct draft *d, struct buf *out, const struct asked_key *key)
{
	const struct draft_fact *fact = draft_fact(d, key->name);
	struct str value = str_from(key->values[dice_below(&d->dice, 4)]);
	bool bare = false;

	if (fact && fact->count > 0 && dice_chance(&d->dice, 60))
		value = fact->values[dice_below(&d->dice, fact->count)];
	else if (key->type == VALUE_TEXT && draft_has(d, DRAFT_VARIABLE))
		value = variable(d);
	/* JSON's own booleans and numbers say the same */
	if ((key->type == VALUE_BOOL && (str_eq(value, STR_LIT("true")) ||
						str_eq(value, STR_LIT("false")))) ||
		key->type == VALUE_NUMBER)
		bare = dice_chance(&d->dice, 15);
	buf_printf(out, bare ? "%.*s" : "\"%.*s\"", STR_ARG(value));
}

static void write_operator(struct draft *d, struct buf *out, const struct asked_key *key)
{
	const struct draft_fact *fact = draft_fact(d, key->name);
	bool list = fact && fact->list;
	const char *name = operator_for(d, key->type);

	if (dice_chance(&d->dice, list ? 85 : 3))
		buf_printf(out, "\"%s:%s",
			DICE_PICK(&d->dice, "ForAnyValue", "ForAllValues"), name);
	else
		buf_printf(out, "\"%s", name);
	if (draft_has(d, DRAFT_ODD_CONDITION))
		buf_add_str(out, STR_LIT("IfExists"));
	buf_add_char(out, '"');
}

static void write_test(struct draft *d, struct buf *out, const struct asked_key *key)
{
	uint32_t count = 1 + (dice_chance(&d->dice, 25) ? dice_below(&d->dice, 3) : 0);

	if (dice_chance(&d->dice, d->weight[DRAFT_ODD_CONDITION] / 4)) {
		buf_printf(out, "\"Null\":{\"%s\":\"%s\"}", key->name,
			DICE_PICK(&d->dice, "true", "false"));
		return;
	}
	write_operator(d, out, key);
	buf_printf(out, ":{\"%s\":%s", key->name, count > 1 ? "[" : "");
	for (uint32_t i = 0; i < count; i++) {
		if (i > 0)
			buf_add_char(out, ',');
		write_value(d, out, key);
	}
	buf_printf(out, "%s}", count > 1 ? "]" : "");
}

/* A key to ask for: more often one that the request carries. */
static const struct asked_key *ask_key(struct draft *d)
{
	const struct asked_key *key = &asked_keys[dice_below(&d->dice, ASKED_COUNT)];

	for (int i = 0; i < 4 && !draft_fact(d, key->name); i++)
		key = &asked_keys[dice_below(&d->dice, ASKED_COUNT)];
	return key;
}

void draft_condition(struct draft *d, struct buf *out)
{
	struct buf first = { 0 };
	uint32_t count = dice_chance(&d->dice, 20) ? 2 : 1;

	if (!draft_has(d, DRAFT_CONDITION))
		return;
	buf_add_str(out, STR_LIT(",\"Condition\":{"));
	for (uint32_t i = 0; i < count; i++) {
		struct buf test = { 0 };
		struct str name;

		write_test(d, &test, ask_key(d));
		name = str_head(buf_str(&test), str_find_char(buf_str(&test), '{', 0));
		/* an operator is a member's name: once each */
		if (i == 0)
			buf_add_str(&first, name);
		if (i == 0 || !str_eq(name, buf_str(&first)))
			buf_printf(
				out, "%s%.*s", i > 0 ? "," : "", STR_ARG(buf_str(&test)));
		buf_release(&test);
	}
	buf_add_char(out, '}');
	buf_release(&first);
}
