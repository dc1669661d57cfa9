#include "draft.h"

#include <string.h>

#include "catalog/catalog.h"
#include "draft_priv.h"

#define OBJECT "arn:aws:s3:::b%s/"

/* clang-format off */
static const struct draft_resource resources[] = {
	{ "arn:aws:s3:::b%s", true, true, false, { "s3:ListBucket", "s3:GetBucketPolicy", "s3:GetBucketTagging" } },
	{ OBJECT "alice/x", true, true, false, { "s3:GetObject", "s3:PutObject", "s3:DeleteObject" } },
	{ OBJECT "red/y", true, true, false, { "s3:GetObject", "s3:PutObject", "s3:GetObjectTagging" } },
	{ OBJECT "team/2026/z", true, true, false, { "s3:GetObject", "s3:PutObject", "s3:DeleteObject" } },
	{ "arn:aws:sqs:eu-west-1:%s:q", false, true, false, { "sqs:SendMessage", "sqs:ReceiveMessage" } },
	{ "arn:aws:sns:eu-west-1:%s:t", false, true, false, { "sns:Publish", "sns:Subscribe" } },
	{ "arn:aws:lambda:eu-west-1:%s:function:f", false, true, false, { "lambda:InvokeFunction", "lambda:GetFunction" } },
	{ "arn:aws:secretsmanager:eu-west-1:%s:secret:s-AbCdEf", false, true, false, { "secretsmanager:GetSecretValue", "secretsmanager:DeleteSecret" } },
	{ "arn:aws:dynamodb:eu-west-1:%s:table/t", false, true, false, { "dynamodb:GetItem", "dynamodb:PutItem" } },
	{ "arn:aws:kms:eu-west-1:%s:key/1234abcd-12ab-34cd-56ef-1234567890ab", false, true, false, { "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt" } },
	{ "arn:aws:iam::%s:role/target", false, true, true, { "sts:AssumeRole" } },
	{ "arn:aws:iam::%s:role/target", false, false, false, { "iam:GetRole", "iam:PassRole", "iam:DeleteRole" } },
	{ "arn:aws:iam::%s:user/team/target", false, false, false, { "iam:GetUser", "iam:CreateAccessKey" } },
	{ "arn:aws:ec2:eu-west-1:%s:instance/i-0123456789abcdef0", false, false, false, { "ec2:StartInstances", "ec2:StopInstances" } },
	{ "*", false, false, false, { "s3:ListAllMyBuckets" } },
	{ "*", false, false, false, { "ec2:DescribeInstances", "ec2:DescribeVpcs" } },
	{ "*", false, false, false, { "kms:ListKeys", "kms:ListAliases" } },
};
/* clang-format on */

#define RESOURCE_COUNT ((uint32_t)(sizeof(resources) / sizeof(resources[0])))

bool draft_has(struct draft *d, enum draft_feature f)
{
	return dice_chance(&d->dice, d->weight[f]);
}

const struct draft_fact *draft_fact(const struct draft *d, const char *key)
{
	for (uint32_t i = 0; i < d->fact_count; i++) {
		if (str_eq_fold(str_from(d->facts[i].key), str_from(key)))
			return &d->facts[i];
	}
	return NULL;
}

static struct str format_key(struct draft *d, const char *format, struct str value)
{
	struct str text = str_from(format);
	size_t at = str_find_char(text, '%', 0);

	if (at == text.n)
		return text;
	return arena_printf(&d->arena, "%.*s%.*s%s", (int)at, format, STR_ARG(value),
		format + at + 2);
}

/* --- who asks for what --- */

static void choose_caller(struct draft *d)
{
	uint32_t way = dice_below(&d->dice, 100);
	const char *path = DICE_PICK(&d->dice, "", "", "team/");

	d->caller = way < 40   ? DRAFT_USER
		    : way < 84 ? DRAFT_ROLE
		    : way < 88 ? DRAFT_FEDERATED
		    : way < 90 ? DRAFT_ROOT
		    : way < 95 ? DRAFT_SERVICE
			       : DRAFT_ANONYMOUS;
	d->other = STR_LIT("999999999999");
	if (d->caller == DRAFT_SERVICE) {
		d->principal = str_from(
			DICE_PICK(&d->dice, "lambda.amazonaws.com", "sns.amazonaws.com"));
		return;
	}
	if (d->caller == DRAFT_ANONYMOUS)
		return;
	d->account =
		arena_printf(&d->arena, "1%011llu", 2 * (unsigned long long)d->number);
	if (d->caller == DRAFT_ROOT) {
		d->identity = arena_printf(
			&d->arena, "arn:aws:iam::%.*s:root", STR_ARG(d->account));
		d->principal = d->identity;
		return;
	}
	d->name = str_from(d->caller != DRAFT_ROLE
				   ? DICE_PICK(&d->dice, "alice", "alice", "bob")
				   : DICE_PICK(&d->dice, "dev", "ops"));
	d->linked = d->caller == DRAFT_ROLE && draft_has(d, DRAFT_EXEMPT);
	d->identity = arena_printf(&d->arena, "arn:aws:iam::%.*s:%s/%s%.*s",
		STR_ARG(d->account), d->caller == DRAFT_ROLE ? "role" : "user",
		d->linked ? "aws-service-role/ops.amazonaws.com/" : path,
		STR_ARG(d->name));
	d->principal = d->identity;
	if (d->caller == DRAFT_FEDERATED)
		d->principal = arena_printf(&d->arena,
			"arn:aws:sts::%.*s:federated-user/%s", STR_ARG(d->account),
			DICE_PICK(&d->dice, "carol", "alice"));
	if (d->caller == DRAFT_ROLE)
		d->principal = arena_printf(&d->arena,
			"arn:aws:sts::%.*s:assumed-role/%.*s/%s", STR_ARG(d->account),
			STR_ARG(d->name), DICE_PICK(&d->dice, "ses", "other"));
}

static void choose_resource(struct draft *d)
{
	bool far = d->account.n == 0 || draft_has(d, DRAFT_CROSS);
	uint32_t count = 0;

	do
		d->kind = &resources[dice_below(&d->dice, RESOURCE_COUNT)];
	while (d->kind->format[0] == '*' && d->account.n == 0);
	while (count < 4 && d->kind->actions[count])
		count++;
	d->action = str_from(d->kind->actions[dice_below(&d->dice, count)]);
	d->resource_account = far && d->kind->format[0] != '*'
				      ? arena_printf(&d->arena, "1%011llu",
						2 * (unsigned long long)d->number + 1)
				      : d->account;
	d->resource = format_key(d, d->kind->format,
		d->kind->global
			? arena_printf(&d->arena, "%llu", (unsigned long long)d->number)
			: d->resource_account);
}

static void choose_organizations(struct draft *d)
{
	struct str own =
		arena_printf(&d->arena, "o-p%010llu", (unsigned long long)d->number);
	bool same = str_eq(d->account, d->resource_account);

	if (d->account.n > 0 && dice_chance(&d->dice, 70))
		d->organization = own;
	d->resource_organization = d->organization;
	if (!same && dice_chance(&d->dice, 60))
		d->resource_organization =
			dice_chance(&d->dice, 60) ? arena_printf(&d->arena, "o-q%010llu",
							    (unsigned long long)d->number)
						  : (struct str){ 0 };
}

static bool rcp_counts(const struct draft *d)
{
	struct str service = str_head(d->action, str_find_char(d->action, ':', 0));

	return catalog_service_has_rcp(catalog_service_find(0, service));
}

/* An account that is its organization's own; two have not the same. */
static void choose_exemptions(struct draft *d)
{
	bool same = str_eq(d->account, d->resource_account);

	d->exempt = d->organization.n > 0 && draft_has(d, DRAFT_EXEMPT);
	d->resource_exempt = d->exempt;
	if (!same)
		d->resource_exempt =
			d->resource_organization.n > 0 && draft_has(d, DRAFT_EXEMPT) &&
			!(d->exempt && str_eq(d->organization, d->resource_organization));
}

/* Levels from root to account; a service without RCPs gets none. */
static void choose_levels(struct draft *d)
{
	if (d->organization.n > 0 && draft_has(d, DRAFT_SCP))
		d->scp_levels = 2 + dice_below(&d->dice, 2);
	if (d->resource_organization.n > 0 && rcp_counts(d) && draft_has(d, DRAFT_RCP))
		d->rcp_levels = 1 + dice_below(&d->dice, 3);
}

/* --- what the request carries --- */

static struct draft_fact *add_fact(struct draft *d, const char *key, struct str value)
{
	struct draft_fact *f = &d->facts[d->fact_count++];

	*f = (struct draft_fact){ .key = key, .values = { value }, .count = 1 };
	return f;
}

static uint32_t most(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

/* The path that replay.c builds of as many levels: at least root and account. */
static void add_path(struct draft *d, const char *key, struct str organization,
	uint32_t levels, char side)
{
	struct buf path = { 0 };

	buf_printf(&path, "%.*s/r-root/", STR_ARG(organization));
	for (uint32_t i = 1; i + 1 < most(levels, 2); i++)
		buf_printf(&path, "ou-%c%u/", side, i);
	add_fact(d, key, arena_copy(&d->arena, buf_str(&path)))->list = true;
	buf_release(&path);
}

static void maybe_fact(struct draft *d, const char *key, const char *value)
{
	if (draft_has(d, DRAFT_CONTEXT))
		add_fact(d, key, str_from(value));
}

static void maybe_list(
	struct draft *d, const char *key, const char *const *from, uint32_t count)
{
	struct draft_fact *f;

	if (!draft_has(d, DRAFT_CONTEXT))
		return;
	f = add_fact(d, key, str_from(dice_pick(&d->dice, from, count)));
	f->list = true;
	if (dice_chance(&d->dice, 50))
		f->values[f->count++] = str_from(dice_pick(&d->dice, from, count));
}

/* What follows from the caller, as the store will have it too. */
static void add_caller_facts(struct draft *d)
{
	static const char *const types[] = { "User", "AssumedRole", "FederatedUser",
		"Account", "Service", "Anonymous" };

	bool same = str_eq(d->account, d->resource_account);

	add_fact(d, "aws:PrincipalType", str_from(types[d->caller]));
	if (d->caller == DRAFT_ANONYMOUS)
		return;
	add_fact(d, "aws:PrincipalIsAWSService",
		str_from(d->caller == DRAFT_SERVICE ? "true" : "false"));
	if (d->caller == DRAFT_SERVICE) {
		add_fact(d, "aws:PrincipalServiceName", d->principal);
		maybe_fact(d, "aws:SourceAccount", "999999999999");
		maybe_fact(d, "aws:SourceArn", "arn:aws:sns:eu-west-1:999999999999:t");
		return;
	}
	add_fact(d, "aws:PrincipalArn",
		d->caller == DRAFT_FEDERATED ? d->principal : d->identity);
	add_fact(d, "aws:PrincipalAccount", d->account);
	if (d->caller == DRAFT_USER)
		add_fact(d, "aws:username", d->name);
	if ((d->caller == DRAFT_USER || d->caller == DRAFT_ROLE) &&
		draft_has(d, DRAFT_CONTEXT))
		add_fact(d, "aws:PrincipalTag/team",
			str_from(DICE_PICK(&d->dice, "red", "blue", "Red")));
	if (d->organization.n > 0) {
		add_fact(d, "aws:PrincipalOrgID", d->organization);
		add_path(d, "aws:PrincipalOrgPaths", d->organization,
			same ? most(d->scp_levels, d->rcp_levels) : d->scp_levels, 'p');
	}
}

static void add_resource_facts(struct draft *d)
{
	bool same = str_eq(d->account, d->resource_account);

	add_fact(d, "aws:ResourceAccount", d->resource_account);
	if (d->resource_organization.n > 0) {
		add_fact(d, "aws:ResourceOrgID", d->resource_organization);
		add_path(d, "aws:ResourceOrgPaths", d->resource_organization,
			same ? most(d->scp_levels, d->rcp_levels) : d->rcp_levels,
			same ? 'p' : 'q');
	}
	if (!d->kind->global && d->kind->format[0] != '*' && draft_has(d, DRAFT_CONTEXT))
		add_fact(d, "aws:ResourceTag/env",
			str_from(DICE_PICK(&d->dice, "dev", "prod", "Dev")));
}

/* An endpoint of the request's own that it came through, in a network of its own. */
static void add_way_facts(struct draft *d)
{
	if (!draft_has(d, DRAFT_CONTEXT))
		return;
	add_fact(d, "aws:VpcSourceIp",
		str_from(DICE_PICK(&d->dice, "10.0.1.1", "172.16.4.5")));
	add_fact(d, "aws:SourceVpc",
		arena_printf(&d->arena, "vpc-%llu", (unsigned long long)d->number));
	add_fact(d, "aws:SourceVpce",
		arena_printf(&d->arena, "vpce-%llu", (unsigned long long)d->number));
}

static void add_request_facts(struct draft *d)
{
	static const char *const tags[] = { "env", "team", "Env" };
	static const char *const via[] = { "athena.amazonaws.com",
		"cloudformation.amazonaws.com" };

	add_fact(d, "aws:RequestedRegion", STR_LIT("eu-west-1"));
	maybe_fact(d, "aws:SourceIp",
		DICE_PICK(
			&d->dice, "10.1.2.3", "192.0.2.1", "2001:db8::1", "10.255.0.1"));
	add_way_facts(d);
	maybe_fact(d, "aws:UserAgent", DICE_PICK(&d->dice, "curl/8", "aws-cli/2"));
	maybe_fact(d, "aws:RequestTag/env", DICE_PICK(&d->dice, "dev", "prod"));
	maybe_fact(d, "aws:MultiFactorAuthPresent", DICE_PICK(&d->dice, "true", "false"));
	maybe_fact(d, "aws:MultiFactorAuthAge", DICE_PICK(&d->dice, "60", "3599", "61"));
	maybe_fact(d, "aws:SecureTransport", DICE_PICK(&d->dice, "true", "false"));
	maybe_fact(d, "aws:ViaAWSService", DICE_PICK(&d->dice, "true", "false"));
	maybe_fact(d, "aws:CurrentTime",
		DICE_PICK(&d->dice, "2026-06-01T12:00:00Z", "2026-01-01T00:00:00Z"));
	maybe_fact(d, "aws:TokenIssueTime",
		DICE_PICK(&d->dice, "2026-06-01T12:00:00Z", "2026-06-01T11:59:59Z"));
	maybe_fact(d, "aws:EpochTime", "1780315200");
	maybe_fact(d, "s3:prefix", DICE_PICK(&d->dice, "team/", "alice/x", ""));
	maybe_fact(d, "s3:max-keys", DICE_PICK(&d->dice, "10", "1000"));
	maybe_fact(d, "sts:ExternalId", DICE_PICK(&d->dice, "x1", "x2"));
	maybe_fact(d, "kms:ViaService", "s3.eu-west-1.amazonaws.com");
	maybe_list(d, "aws:TagKeys", tags, 3);
	maybe_list(d, "aws:CalledVia", via, 2);
}

/* --- writing --- */

static void write_context(struct draft *d, struct buf *out)
{
	buf_add_str(out, STR_LIT(",\"context\":{"));
	for (uint32_t i = 0; i < d->fact_count; i++) {
		const struct draft_fact *f = &d->facts[i];

		buf_printf(
			out, "%s\"%s\":%s", i > 0 ? "," : "", f->key, f->list ? "[" : "");
		for (uint32_t k = 0; k < f->count; k++)
			buf_printf(out, "%s\"%.*s\"", k > 0 ? "," : "",
				STR_ARG(f->values[k]));
		if (f->list)
			buf_add_char(out, ']');
	}
	buf_add_char(out, '}');
}

static void write_tags(
	struct draft *d, struct buf *out, const char *member, const char *key)
{
	const struct draft_fact *f = draft_fact(d, key);

	if (f)
		buf_printf(out, ",\"%s\":{\"%s\":\"%.*s\"}", member, strchr(key, '/') + 1,
			STR_ARG(f->values[0]));
}

static void write_policies(struct draft *d, struct buf *out, const char *member,
	enum draft_layer layer, uint32_t count)
{
	buf_printf(out, ",\"%s\":[", member);
	for (uint32_t i = 0; i < count; i++) {
		if (i > 0)
			buf_add_char(out, ',');
		draft_policy(d, out, layer);
	}
	buf_add_char(out, ']');
}

static void write_levels(struct draft *d, struct buf *out, const char *member,
	enum draft_layer layer, uint32_t levels)
{
	bool scp = layer == DRAFT_OF_SCP;

	buf_printf(out, ",\"%s\":[", member);
	for (uint32_t i = 0; i < levels; i++) {
		uint32_t count =
			scp ? 1 + dice_below(&d->dice, 2) : dice_below(&d->dice, 2);

		buf_printf(out, "%s{\"orgIdentifier\":\"level-%u\"", i > 0 ? "," : "", i);
		write_policies(d, out, "policies", layer, count);
		buf_add_char(out, '}');
	}
	buf_add_char(out, ']');
}

static void write_layers(struct draft *d, struct buf *out)
{
	bool iam = d->caller <= DRAFT_FEDERATED;
	bool policy = d->kind->policy &&
		      (d->kind->trust || draft_has(d, DRAFT_RESOURCE_POLICY));

	write_policies(d, out, "identityPolicies", DRAFT_OF_IDENTITY,
		iam ? dice_below(&d->dice, 4) : 0);
	write_policies(d, out, "permissionBoundaries", DRAFT_OF_BOUNDARY,
		iam && draft_has(d, DRAFT_BOUNDARY));
	if ((d->caller == DRAFT_ROLE && draft_has(d, DRAFT_SESSION_POLICY)) ||
		(d->caller == DRAFT_FEDERATED && dice_chance(&d->dice, 85))) {
		buf_add_str(out, STR_LIT(",\"sessionPolicy\":"));
		draft_policy(d, out, DRAFT_OF_SESSION);
	}
	if (policy) {
		buf_add_str(out, STR_LIT(",\"resourcePolicy\":"));
		draft_policy(d, out, d->kind->trust ? DRAFT_OF_TRUST : DRAFT_OF_RESOURCE);
	}
	write_levels(d, out, "scps", DRAFT_OF_SCP, d->scp_levels);
	write_levels(d, out, "rcps", DRAFT_OF_RCP, d->rcp_levels);
	write_policies(d, out, "endpointPolicies", DRAFT_OF_ENDPOINT,
		draft_fact(d, "aws:SourceVpce") && draft_has(d, DRAFT_ENDPOINT));
}

static void write_request(struct draft *d, struct buf *out)
{
	buf_printf(out, "{\"id\":\"%llu\",\"principal\":", (unsigned long long)d->number);
	if (d->caller == DRAFT_ANONYMOUS)
		buf_add_str(out, STR_LIT("{\"type\":\"Anonymous\"}"));
	else
		buf_printf(out, "\"%.*s\"", STR_ARG(d->principal));
	buf_printf(out,
		",\"action\":\"%.*s\",\"resource\":{\"resource\":\"%.*s\",\"accountId\":"
		"\"%.*s\"},\"wildcardOnlyAction\":%s",
		STR_ARG(d->action), STR_ARG(d->resource), STR_ARG(d->resource_account),
		d->resource.n == 1 ? "true" : "false");
	buf_add_str(out, STR_LIT(",\"organizations\":{"));
	if (d->organization.n > 0)
		buf_printf(out, "\"principal\":\"%.*s\"", STR_ARG(d->organization));
	if (d->resource_organization.n > 0)
		buf_printf(out, "%s\"resource\":\"%.*s\"",
			d->organization.n > 0 ? "," : "",
			STR_ARG(d->resource_organization));
	buf_add_char(out, '}');
	buf_printf(out,
		",\"identity\":\"%.*s\",\"exempt\":{\"principal\":%s,"
		"\"resource\":%s,\"linked\":%s}",
		STR_ARG(d->identity), d->exempt ? "true" : "false",
		d->resource_exempt ? "true" : "false", d->linked ? "true" : "false");
	if (d->kind->global && draft_has(d, DRAFT_BLOCKED))
		buf_add_str(out, STR_LIT(",\"blockPublicAccess\":true"));
	write_context(d, out);
	write_tags(d, out, "principalTags", "aws:PrincipalTag/team");
	write_tags(d, out, "resourceTags", "aws:ResourceTag/env");
	write_layers(d, out);
	buf_add_char(out, '}');
}

/* Weights of a block: each feature absent, rare, usual or frequent. */
static void choose_weights(struct draft *d, uint64_t seed)
{
	static const uint8_t levels[] = { 0, 8, 25, 25, 50 };
	struct dice dice = { seed * 0x9e3779b97f4a7c15ull + d->number / DRAFT_BLOCK };

	for (uint32_t i = 0; i < DRAFT_FEATURE_COUNT; i++)
		d->weight[i] = levels[dice_below(&dice, 5)];
	/* these are worth having more often, or less */
	d->weight[DRAFT_RESOURCE_POLICY] += 40;
	d->weight[DRAFT_WIDE] += 15;
	d->weight[DRAFT_CONTEXT] += 20;
	d->weight[DRAFT_OLD] /= 5;
	d->weight[DRAFT_EXEMPT] /= 4;
	d->weight[DRAFT_MISS] /= 3;
	d->weight[DRAFT_SESSION_POLICY] /= 2;
}

void draft_write(struct buf *out, uint64_t seed, uint64_t number)
{
	struct draft d = { .number = number };

	d.dice.state = (seed ^ 0x5851f42d4c957f2dull) + number * 0xd1342543de82ef95ull;
	arena_init(&d.arena, ARENA_UNLIMITED);
	choose_weights(&d, seed);
	choose_caller(&d);
	choose_resource(&d);
	choose_organizations(&d);
	choose_levels(&d);
	choose_exemptions(&d);
	add_caller_facts(&d);
	add_resource_facts(&d);
	add_request_facts(&d);
	write_request(&d, out);
	arena_release(&d.arena);
}
