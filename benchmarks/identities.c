#include "benchmarks/identities.h"

#include "benchmarks/statements.h"

#define BOUNDARIES 5u   /* the first managed policies of the account */
#define TEMPLATES  200u /* sets of inline policies that roles share */

#define DATE_OLD "2023-05-09T09:14:02+00:00"
#define DATE_NEW "2026-10-02T16:40:00+00:00"

/* Managed by the provider; what they say is shortened. */
static const struct {
	const char *name, *path, *actions, *resources;
} shared[] = {
	{ "AdministratorAccess", "/", "*", "*" },
	{ "PowerUserAccess", "/", "NotAction", "*" },
	{ "ReadOnlyAccess", "/",
		"s3:Get* s3:List* ec2:Describe* dynamodb:Describe* dynamodb:List* dynamodb:GetItem dynamodb:Query dynamodb:Scan sqs:Get* sqs:List* sns:Get* sns:List* lambda:Get* lambda:List* kms:Describe* kms:List* iam:Get* iam:List* logs:Get* logs:Describe*",
		"*" },
	{ "SecurityAudit", "/job-function/",
		"iam:Get* iam:List* s3:GetBucket* s3:ListAllMyBuckets ec2:Describe* kms:Describe* kms:List* lambda:GetPolicy sqs:GetQueueAttributes sns:GetTopicAttributes",
		"*" },
	{ "AmazonS3ReadOnlyAccess", "/", "s3:Get* s3:List* s3:Describe*", "*" },
	{ "AmazonS3FullAccess", "/", "s3:* s3-object-lambda:*", "*" },
	{ "AmazonDynamoDBReadOnlyAccess", "/",
		"dynamodb:BatchGetItem dynamodb:Describe* dynamodb:List* dynamodb:GetItem dynamodb:Query dynamodb:Scan",
		"*" },
	{ "AmazonSQSFullAccess", "/", "sqs:*", "*" },
	{ "AmazonSNSFullAccess", "/", "sns:*", "*" },
	{ "AWSLambda_FullAccess", "/",
		"lambda:* logs:DescribeLogGroups iam:ListRoles states:DescribeStateMachine",
		"*" },
	{ "SecretsManagerReadWrite", "/",
		"secretsmanager:* kms:DescribeKey kms:ListAliases kms:ListKeys", "*" },
	{ "AmazonEC2ReadOnlyAccess", "/",
		"ec2:Describe* elasticloadbalancing:Describe* cloudwatch:ListMetrics",
		"*" },
	{ "CloudWatchAgentServerPolicy", "/",
		"cloudwatch:PutMetricData ec2:DescribeTags logs:PutLogEvents logs:CreateLogStream logs:CreateLogGroup",
		"*" },
	{ "AmazonSSMManagedInstanceCore", "/",
		"ssm:UpdateInstanceInformation ssm:ListAssociations ssmmessages:CreateControlChannel ssmmessages:OpenDataChannel ec2messages:GetMessages",
		"*" },
	{ "AWSLambdaBasicExecutionRole", "/service-role/",
		"logs:CreateLogGroup logs:CreateLogStream logs:PutLogEvents", "*" },
	{ "AWSLambdaVPCAccessExecutionRole", "/service-role/",
		"logs:CreateLogGroup logs:CreateLogStream logs:PutLogEvents ec2:CreateNetworkInterface ec2:DescribeNetworkInterfaces ec2:DeleteNetworkInterface",
		"*" },
	{ "AmazonECSTaskExecutionRolePolicy", "/service-role/",
		"ecr:GetAuthorizationToken ecr:BatchGetImage ecr:GetDownloadUrlForLayer logs:CreateLogStream logs:PutLogEvents",
		"*" },
};
#define SHARED_COUNT (sizeof(shared) / sizeof(shared[0]))

enum { ADMINISTRATOR, POWER_USER, READ_ONLY, AUDIT, S3_READ, S3_FULL };

static void date(struct writer *w, const char *name, const char *when)
{
	writer_text(w, name, str_from(when));
}

static void attach(struct writer *w, struct str name, struct str arn)
{
	writer_object(w, NULL);
	writer_text(w, "PolicyName", name);
	writer_text(w, "PolicyArn", arn);
	writer_object_end(w);
}

static void attach_shared(struct writer *w, struct estate *s, size_t i)
{
	attach(w, str_from(shared[i].name),
		arena_printf(&s->arena, "arn:aws:iam::aws:policy%s%s", shared[i].path,
			shared[i].name));
}

static void attach_own(struct writer *w, struct estate *s, uint32_t i)
{
	attach(w, estate_name(s, ESTATE_POLICY, i), estate_arn(s, ESTATE_POLICY, i));
}

static void boundary(struct writer *w, struct estate *s, uint32_t fact)
{
	if (fact % 10 != 0)
		return;
	writer_object(w, "PermissionsBoundary");
	writer_text(w, "PermissionsBoundaryType", STR_LIT("Policy"));
	writer_text(w, "PermissionsBoundaryArn",
		estate_arn(s, ESTATE_POLICY, fact / 10 % BOUNDARIES));
	writer_object_end(w);
}

static void tag(struct writer *w, const char *key, struct str value)
{
	writer_object(w, NULL);
	writer_text(w, "Key", str_from(key));
	writer_text(w, "Value", value);
	writer_object_end(w);
}

static void tags(struct writer *w, struct estate *s, uint32_t app)
{
	writer_list(w, "Tags");
	tag(w, "team", estate_team(s, app));
	tag(w, "application", estate_application_name(s, app));
	writer_list_end(w);
}

static void inline_policies(struct writer *w, struct estate *s, const char *list,
	uint32_t app, uint32_t count, struct estate_random *r)
{
	static const char *const names[] = { "storage", "messages", "runtime", "access",
		"operations", "extra" };

	writer_list(w, list);
	for (uint32_t i = 0; i < count; i++) {
		writer_object(w, NULL);
		writer_text(w, "PolicyName", str_from(names[i % 6]));
		statements_policy(w, s, "PolicyDocument", app, 2 + estate_below(r, 4), r);
		writer_object_end(w);
	}
	writer_list_end(w);
}

static void begin(struct writer *w, struct estate *s, enum estate_thing t, uint32_t i,
	const char *type, const char *prefix)
{
	struct str name = arena_printf(&s->arena, "%sName", type);
	struct str id = arena_printf(&s->arena, "%sId", type);

	writer_object(w, NULL);
	writer_text(w, "Path", STR_LIT("/"));
	writer_text(w, name.p, estate_name(s, t, i));
	writer_text(w, id.p, estate_id(s, prefix, 300 + (uint32_t)t, i));
	writer_text(w, "Arn", estate_arn(s, t, i));
	date(w, "CreateDate", DATE_OLD);
}

static void user(struct writer *w, struct estate *s, uint32_t i)
{
	struct estate_random r = { estate_fact(s, 120, i) };
	uint32_t app = estate_application(s, ESTATE_USER, i);
	uint32_t groups = 1 + estate_below(&r, 3);

	begin(w, s, ESTATE_USER, i, "User", "AIDA");
	if (estate_below(&r, 100) < 30)
		inline_policies(w, s, "UserPolicyList", app, 1, &r);
	writer_list(w, "GroupList");
	for (uint32_t k = 0, at = estate_below(&r, 97); k < groups; k++, at += 13) {
		struct str group =
			estate_name(s, ESTATE_GROUP, at % s->count[ESTATE_GROUP]);

		writer_text(w, NULL, group);
	}
	writer_list_end(w);
	writer_list(w, "AttachedManagedPolicies");
	if (estate_below(&r, 100) < 20)
		attach_own(w, s, estate_owned(s, ESTATE_POLICY, app, &r));
	writer_list_end(w);
	boundary(w, s, (uint32_t)estate_fact(s, 121, i));
	tags(w, s, app);
	writer_object_end(w);
}

static void group(struct writer *w, struct estate *s, uint32_t i)
{
	struct estate_random r = { estate_fact(s, 130, i) };
	uint32_t app = estate_application(s, ESTATE_GROUP, i);

	begin(w, s, ESTATE_GROUP, i, "Group", "AGPA");
	inline_policies(w, s, "GroupPolicyList", app, i % 2, &r);
	writer_list(w, "AttachedManagedPolicies");
	if (i == 0)
		attach_shared(w, s, ADMINISTRATOR);
	else if (i < 4)
		attach_shared(w, s, i % 2 ? READ_ONLY : AUDIT);
	for (uint32_t k = 0; k < 3; k++)
		attach_own(w, s, (app + k * 7) % s->count[ESTATE_POLICY]);
	writer_list_end(w);
	writer_object_end(w);
}

static void profiles(struct writer *w, struct estate *s, uint32_t i)
{
	struct str name = estate_name(s, ESTATE_ROLE, i);

	writer_list(w, "InstanceProfileList");
	if (estate_purpose(s, i) == ESTATE_FOR_EC2) {
		writer_object(w, NULL);
		writer_text(w, "Path", STR_LIT("/"));
		writer_text(w, "InstanceProfileName", name);
		writer_text(w, "InstanceProfileId", estate_id(s, "AIPA", 140, i));
		writer_text(w, "Arn",
			arena_printf(&s->arena,
				"arn:aws:iam::" ESTATE_ACCOUNT ":instance-profile/%.*s",
				STR_ARG(name)));
		date(w, "CreateDate", DATE_OLD);
		writer_list(w, "Roles");
		begin(w, s, ESTATE_ROLE, i, "Role", "AROA");
		statements_trust(w, s, i);
		writer_object_end(w);
		writer_list_end(w);
		writer_object_end(w);
	}
	writer_list_end(w);
}

/* What a role has beside its own policies. */
static void attachments(
	struct writer *w, struct estate *s, uint32_t i, struct estate_random *r)
{
	static const size_t usual[] = {
		[ESTATE_FOR_LAMBDA] = 14,
		[ESTATE_FOR_EC2] = 13,
		[ESTATE_FOR_ECS] = 16,
		[ESTATE_FOR_PERSON] = READ_ONLY,
	};
	enum estate_purpose purpose = estate_purpose(s, i);
	uint32_t app = estate_application(s, ESTATE_ROLE, i);
	uint32_t luck = estate_below(r, 1000), own = estate_below(r, 3);

	writer_list(w, "AttachedManagedPolicies");
	if (luck < 8)
		attach_shared(w, s, ADMINISTRATOR);
	else if (luck < 14)
		attach_shared(w, s, POWER_USER);
	else if (luck < 30)
		attach_shared(w, s, READ_ONLY);
	else if (luck < 70)
		attach_shared(w, s, S3_READ + luck % 9);
	else if (purpose < sizeof(usual) / sizeof(usual[0]) && usual[purpose] > 0)
		attach_shared(w, s, usual[purpose]);
	for (uint32_t k = 0; k < own; k++)
		attach_own(w, s,
			(estate_owned(s, ESTATE_POLICY, app, r) + k) %
				s->count[ESTATE_POLICY]);
	writer_list_end(w);
}

static void role(struct writer *w, struct estate *s, uint32_t i)
{
	struct estate_random r = { estate_fact(s, 150, i) };
	uint32_t app = estate_application(s, ESTATE_ROLE, i);
	bool template = estate_below(&r, 100) < 40;
	uint32_t number = estate_below(&r, TEMPLATES);
	struct estate_random content = { estate_fact(
		s, template ? 151 : 152, template ? number : i) };

	begin(w, s, ESTATE_ROLE, i, "Role", "AROA");
	statements_trust(w, s, i);
	profiles(w, s, i);
	inline_policies(w, s, "RolePolicyList",
		template ? number % s->application_count : app,
		2 + estate_below(&content, 3), &content);
	attachments(w, s, i, &r);
	boundary(w, s, (uint32_t)estate_fact(s, 153, i));
	tags(w, s, app);
	writer_object(w, "RoleLastUsed");
	if (estate_below(&r, 100) < 70) {
		date(w, "LastUsedDate", DATE_NEW);
		writer_text(w, "Region", STR_LIT(ESTATE_REGION));
	}
	writer_object_end(w);
	writer_object_end(w);
}

static void begin_managed(struct writer *w, struct str name, struct str id,
	struct str arn, const char *path)
{
	writer_object(w, NULL);
	writer_text(w, "PolicyName", name);
	writer_text(w, "PolicyId", id);
	writer_text(w, "Arn", arn);
	writer_text(w, "Path", str_from(path));
	writer_text(w, "DefaultVersionId", STR_LIT("v1"));
	writer_plain(w, "AttachmentCount", "1");
	writer_plain(w, "PermissionsBoundaryUsageCount", "0");
	writer_plain(w, "IsAttachable", "true");
	date(w, "CreateDate", DATE_OLD);
	date(w, "UpdateDate", DATE_NEW);
	writer_list(w, "PolicyVersionList");
	writer_object(w, NULL);
}

static void end_managed(struct writer *w)
{
	writer_text(w, "VersionId", STR_LIT("v1"));
	writer_plain(w, "IsDefaultVersion", "true");
	date(w, "CreateDate", DATE_NEW);
	writer_object_end(w);
	writer_list_end(w);
	writer_object_end(w);
}

static void own_policy(struct writer *w, struct estate *s, uint32_t i)
{
	struct estate_random r = { estate_fact(s, 160, i) };

	begin_managed(w, estate_name(s, ESTATE_POLICY, i), estate_id(s, "ANPA", 161, i),
		estate_arn(s, ESTATE_POLICY, i), "/");
	if (i < BOUNDARIES)
		statements_simple(w, s, "Document",
			"s3:* sqs:* sns:* dynamodb:* kms:* logs:* lambda:* cloudwatch:* ecr:* ssm:* secretsmanager:* sts:AssumeRole",
			"*", NULL);
	else
		statements_policy(w, s, "Document",
			estate_application(s, ESTATE_POLICY, i), 3 + i % 5, &r);
	end_managed(w);
}

static void shared_policy(struct writer *w, struct estate *s, uint32_t i)
{
	begin_managed(w, str_from(shared[i].name), estate_id(s, "ANPA", 162, i),
		arena_printf(&s->arena, "arn:aws:iam::aws:policy%s%s", shared[i].path,
			shared[i].name),
		shared[i].path);
	if (i == POWER_USER)
		statements_except(w, s, "Document", "iam:* organizations:* account:*");
	else
		statements_simple(
			w, s, "Document", shared[i].actions, shared[i].resources, NULL);
	end_managed(w);
}

static void each(struct writer *w, struct estate *s, uint32_t count,
	void (*write)(struct writer *w, struct estate *s, uint32_t i))
{
	for (uint32_t i = 0; i < count; i++) {
		write(w, s, i);
		arena_reset(&s->arena);
	}
}

void identities_write(struct writer *w, struct estate *s)
{
	writer_object(w, NULL);
	writer_list(w, "UserDetailList");
	each(w, s, s->count[ESTATE_USER], user);
	writer_list_end(w);
	writer_list(w, "GroupDetailList");
	each(w, s, s->count[ESTATE_GROUP], group);
	writer_list_end(w);
	writer_list(w, "RoleDetailList");
	each(w, s, s->count[ESTATE_ROLE], role);
	writer_list_end(w);
	writer_list(w, "Policies");
	each(w, s, s->count[ESTATE_POLICY], own_policy);
	each(w, s, SHARED_COUNT, shared_policy);
	writer_list_end(w);
	writer_plain(w, "IsTruncated", "false");
	writer_object_end(w);
}
