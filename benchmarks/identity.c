#include "benchmarks/identity.h"

#include "benchmarks/organization.h"
#include "benchmarks/statements.h"

#define BOUNDARIES 5u   /* the first managed policies of the account */
#define TEMPLATES  200u /* sets of inline policies that roles share */

/* Managed by the provider; what they say is shortened. */
static const struct {
	const char *name, *path, *actions, *resources;
} shared[IDENTITY_SHARED] = {
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

enum { ADMINISTRATOR, POWER_USER, READ_ONLY, AUDIT, S3_READ, S3_FULL };

const char *identity_shared_name(size_t i)
{
	return shared[i].name;
}

const char *identity_shared_path(size_t i)
{
	return shared[i].path;
}

struct str identity_shared_arn(struct estate *s, size_t i)
{
	return arena_printf(
		&s->arena, "arn:aws:iam::aws:policy%s%s", shared[i].path, shared[i].name);
}

static void attach(struct identity *out, struct str name, struct str arn)
{
	for (uint32_t i = 0; i < out->attached_count; i++) {
		if (str_eq(out->attached[i].arn, arn))
			return;
	}
	if (out->attached_count < IDENTITY_ATTACHED)
		out->attached[out->attached_count++] =
			(struct identity_policy){ name, arn };
}

static void attach_shared(struct identity *out, struct estate *s, size_t i)
{
	attach(out, str_from(shared[i].name), identity_shared_arn(s, i));
}

static void attach_own(struct identity *out, struct estate *s, uint32_t i)
{
	attach(out, estate_name(s, ESTATE_POLICY, i), estate_arn(s, ESTATE_POLICY, i));
}

static void bound(struct identity *out, struct estate *s, uint32_t fact)
{
	if (fact % 10 == 0)
		out->boundary = estate_arn(s, ESTATE_POLICY, fact / 10 % BOUNDARIES);
}

void identity_user(struct identity *out, struct estate *s, uint32_t i)
{
	struct estate_random r = { estate_fact(s, 120, i) };
	uint32_t app = estate_application(s, ESTATE_USER, i);

	*out = (struct identity){ .application = app, .content = app };
	out->group_count = 1 + estate_below(&r, IDENTITY_GROUPS);
	out->inline_count = estate_below(&r, 100) < 30;
	out->words = r;
	if (out->inline_count > 0)
		r.state = estate_fact(s, 122, i);
	for (uint32_t k = 0, at = estate_below(&r, 97); k < out->group_count;
		k++, at += 13)
		out->groups[k] = at % s->count[ESTATE_GROUP];
	if (estate_below(&r, 100) < 20)
		attach_own(out, s, estate_owned(s, ESTATE_POLICY, app, &r));
	bound(out, s, (uint32_t)estate_fact(s, 121, i));
}

void identity_group(struct identity *out, struct estate *s, uint32_t i)
{
	uint32_t app = estate_application(s, ESTATE_GROUP, i);

	*out = (struct identity){ .application = app, .content = app };
	out->words = (struct estate_random){ estate_fact(s, 130, i) };
	out->inline_count = i % 2;
	if (i == 0)
		attach_shared(out, s, ADMINISTRATOR);
	else if (i < 4)
		attach_shared(out, s, i % 2 ? READ_ONLY : AUDIT);
	for (uint32_t k = 0; k < 3; k++)
		attach_own(out, s, (app + k * 7) % s->count[ESTATE_POLICY]);
}

/* What a role has beside its own policies. */
static void attach_all(
	struct identity *out, struct estate *s, uint32_t i, struct estate_random *r)
{
	static const size_t usual[] = {
		[ESTATE_FOR_LAMBDA] = 14,
		[ESTATE_FOR_EC2] = 13,
		[ESTATE_FOR_ECS] = 16,
		[ESTATE_FOR_PERSON] = READ_ONLY,
	};
	enum estate_purpose purpose = estate_purpose(s, i);
	uint32_t luck = estate_below(r, 1000), own = estate_below(r, 3);

	if (luck < 8)
		attach_shared(out, s, ADMINISTRATOR);
	else if (luck < 14)
		attach_shared(out, s, POWER_USER);
	else if (luck < 30)
		attach_shared(out, s, READ_ONLY);
	else if (luck < 70)
		attach_shared(out, s, S3_READ + luck % 9);
	else if (purpose < sizeof(usual) / sizeof(usual[0]) && usual[purpose] > 0)
		attach_shared(out, s, usual[purpose]);
	for (uint32_t k = 0; k < own; k++)
		attach_own(out, s,
			(estate_owned(s, ESTATE_POLICY, out->application, r) + k) %
				s->count[ESTATE_POLICY]);
}

static void standard_role(
	struct identity *out, struct estate *s, const struct organization_role *role)
{
	out->assumes = role->assumes;
	out->inline_count = role->assumes != NULL;
	out->used = true;
	for (size_t i = 0; role->policy && i < IDENTITY_SHARED; i++) {
		if (str_eq(str_from(shared[i].name), str_from(role->policy)))
			attach_shared(out, s, i);
	}
}

/* In an organization: fewer policies of their own, and more that are shared. */
static void member_content(
	struct identity *out, struct estate *s, uint32_t i, struct estate_random *r)
{
	uint32_t luck = estate_below(r, 100);
	uint32_t number = estate_below(r, s->count[ESTATE_ROLE] / 10 + 1);

	if (luck < 30)
		out->words.state = estate_fact(s, 152, i);
	else
		out->words.state = estate_fact(s, 151, number);
	if (luck >= 30)
		out->content = number % s->application_count;
	out->inline_count = luck < 60 ? 1 + (luck % 3 == 0) : 0;
}

void identity_role(struct identity *out, struct estate *s, uint32_t i)
{
	struct estate_random r = { estate_fact(s, 150, i) };
	uint32_t app = estate_application(s, ESTATE_ROLE, i);
	const struct organization_role *standard = organization_standard(s, i);

	*out = (struct identity){ .application = app, .content = app };
	if (standard) {
		standard_role(out, s, standard);
		return;
	}
	if (s->organization) {
		member_content(out, s, i, &r);
	} else {
		bool template = estate_below(&r, 100) < 40;
		uint32_t number = estate_below(&r, TEMPLATES);

		out->words.state =
			estate_fact(s, template ? 151 : 152, template ? number : i);
		if (template)
			out->content = number % s->application_count;
		out->inline_count = 2 + estate_below(&out->words, 3);
	}
	attach_all(out, s, i, &r);
	bound(out, s, (uint32_t)estate_fact(s, 153, i));
	out->used = estate_below(&r, 100) < 70;
}

void identity_write_inline(
	struct writer *w, struct estate *s, const struct identity *of, const char *list)
{
	static const char *const names[] = { "storage", "messages", "runtime", "access",
		"operations", "extra" };
	struct estate_random r = of->words;
	uint32_t most = s->organization ? 3 : 4, least = s->organization ? 1 : 2;

	writer_list(w, list);
	for (uint32_t i = 0; i < of->inline_count; i++) {
		writer_object(w, NULL);
		writer_text(w, "PolicyName", str_from(names[i % 6]));
		if (of->assumes)
			statements_simple(w, s, "PolicyDocument", "sts:AssumeRole",
				of->assumes, NULL);
		else
			statements_policy(w, s, "PolicyDocument", of->content,
				least + estate_below(&r, most), &r);
		writer_object_end(w);
	}
	writer_list_end(w);
}

void identity_write_policy(
	struct writer *w, struct estate *s, uint32_t i, const char *name)
{
	struct estate_random r = { estate_fact(s, 160, i) };

	if (i < BOUNDARIES)
		statements_simple(w, s, name,
			"s3:* sqs:* sns:* dynamodb:* kms:* logs:* lambda:* cloudwatch:* ecr:* ssm:* secretsmanager:* sts:AssumeRole",
			"*", NULL);
	else
		statements_policy(w, s, name, estate_application(s, ESTATE_POLICY, i),
			3 + i % 5, &r);
}

void identity_write_shared(struct writer *w, struct estate *s, size_t i, const char *name)
{
	if (i == POWER_USER)
		statements_except(w, s, name, "iam:* organizations:* account:*");
	else
		statements_simple(
			w, s, name, shared[i].actions, shared[i].resources, NULL);
}
