#include "benchmarks/statements.h"

#include "benchmarks/organization.h"

/*
 * A statement. Words are parted by blanks. In resources and conditions these stand for
 * things of the application: $b bucket, $q queue, $o topic, $t table, $k key, $s secret,
 * $f function, $l role, $r region, $i account, $x an account outside, $a application, $m
 * team.
 */
struct shape {
	uint32_t weight;
	const char *sid, *actions, *resources, *condition;
	bool deny, not_action;
};

static const struct shape shapes[] = {
	{ 16, "ReadObjects",
		"s3:GetObject s3:GetObjectVersion s3:GetObjectTagging s3:ListBucket s3:GetBucketLocation",
		"$b $b/*", NULL, false, false },
	{ 12, "WriteObjects",
		"s3:PutObject s3:PutObjectTagging s3:DeleteObject s3:AbortMultipartUpload s3:ListMultipartUploadParts",
		"$b/$a/*", NULL, false, false },
	{ 5, "List", "s3:ListBucket", "$b", "StringLike s3:prefix $a/*", false, false },
	{ 2, "OwnPrefix", "s3:GetObject s3:PutObject",
		"$b/teams/${aws:PrincipalTag/team}/*", NULL, false, false },
	{ 10, "Consume",
		"sqs:ReceiveMessage sqs:DeleteMessage sqs:GetQueueAttributes sqs:ChangeMessageVisibility sqs:GetQueueUrl",
		"$q", NULL, false, false },
	{ 6, "Produce", "sqs:SendMessage sqs:GetQueueUrl", "$q", NULL, false, false },
	{ 6, "Notify", "sns:Publish", "$o", NULL, false, false },
	{ 12, "Items",
		"dynamodb:GetItem dynamodb:BatchGetItem dynamodb:Query dynamodb:PutItem dynamodb:UpdateItem dynamodb:DeleteItem dynamodb:DescribeTable",
		"$t $t/index/*", NULL, false, false },
	{ 9, "Decrypt", "kms:Decrypt kms:GenerateDataKey kms:DescribeKey", "$k",
		"StringEquals kms:ViaService s3.$r.amazonaws.com", false, false },
	{ 9, "Credentials", "secretsmanager:GetSecretValue secretsmanager:DescribeSecret",
		"$s", NULL, false, false },
	{ 7, "Invoke", "lambda:InvokeFunction", "$f $f:*", NULL, false, false },
	{ 10, "Logs", "logs:CreateLogGroup logs:CreateLogStream logs:PutLogEvents",
		"arn:aws:logs:$r:$i:log-group:/aws/$a:* arn:aws:logs:$r:$i:log-group:/aws/$a:log-stream:*",
		NULL, false, false },
	{ 8, "Metrics", "cloudwatch:PutMetricData", "*",
		"StringEquals cloudwatch:namespace $m/$a", false, false },
	{ 5, "Parameters", "ssm:GetParameter ssm:GetParameters ssm:GetParametersByPath",
		"arn:aws:ssm:$r:$i:parameter/$m/$a/*", NULL, false, false },
	{ 5, "Network",
		"ec2:DescribeInstances ec2:DescribeSubnets ec2:DescribeSecurityGroups ec2:DescribeNetworkInterfaces",
		"*", NULL, false, false },
	{ 2, "OwnHosts", "ec2:StartInstances ec2:StopInstances ec2:RebootInstances",
		"arn:aws:ec2:$r:$i:instance/*", "StringEquals aws:ResourceTag/team $m",
		false, false },
	{ 2, "Pass", "iam:PassRole", "$l",
		"StringEquals iam:PassedToService lambda.amazonaws.com", false, false },
	{ 2, "Become", "sts:AssumeRole", "$l", NULL, false, false },
	{ 1, "Partner", "sts:AssumeRole", "arn:aws:iam::$x:role/$m-exchange", NULL, false,
		false },
	{ 4, "Images",
		"ecr:GetDownloadUrlForLayer ecr:BatchGetImage ecr:BatchCheckLayerAvailability",
		"arn:aws:ecr:$r:$i:repository/$m/*", NULL, false, false },
	{ 3, "Login", "ecr:GetAuthorizationToken", "*", NULL, false, false },
	{ 3, "Trace", "xray:PutTraceSegments xray:PutTelemetryRecords", "*", NULL, false,
		false },
	{ 3, "Encrypted", "s3:*", "$b $b/*", "Bool aws:SecureTransport false", true,
		false },
	{ 1, "KeepData", "s3:DeleteBucket dynamodb:DeleteTable", "*", NULL, true, false },
	{ 1, "StayHere", "iam:* sts:* s3:* cloudfront:*", "*",
		"StringNotEquals aws:RequestedRegion $r", true, true },
	{ 1, "TeamBuckets", "s3:Get* s3:List*", "arn:aws:s3:::harbor-$m-*", NULL, false,
		false },
	{ 1, "Browse", "s3:ListAllMyBuckets s3:GetBucketLocation", "*", NULL, false,
		false },
};
#define SHAPE_COUNT (sizeof(shapes) / sizeof(shapes[0]))

static struct str outside(struct estate *s, uint32_t n)
{
	return arena_printf(&s->arena, "8%011u", 1000003u * (n % 40) + 17u);
}

static struct str thing(struct estate *s, char c, uint32_t app, struct estate_random *r)
{
	static const struct {
		char c;
		enum estate_thing type;
	} things[] = { { 'b', ESTATE_BUCKET }, { 'q', ESTATE_QUEUE },
		{ 'o', ESTATE_TOPIC }, { 't', ESTATE_TABLE }, { 'k', ESTATE_KEY },
		{ 's', ESTATE_SECRET }, { 'f', ESTATE_FUNCTION }, { 'l', ESTATE_ROLE } };

	for (size_t i = 0; i < sizeof(things) / sizeof(things[0]); i++) {
		if (things[i].c != c)
			continue;
		if (s->organization && estate_below(r, 100) < 2)
			return organization_peer(s, things[i].type, r);
		if (s->count[things[i].type] == 0)
			return STR_LIT("*");
		return estate_arn(
			s, things[i].type, estate_owned(s, things[i].type, app, r));
	}
	switch (c) {
	case 'r':
		return str_from(s->region);
	case 'i':
		return str_from(s->account);
	case 'x':
		return outside(s, estate_below(r, 40));
	case 'm':
		return estate_team(s, app);
	default:
		return estate_application_name(s, app);
	}
}

/* The word with its things put in. */
static struct str expand(
	struct estate *s, struct str word, uint32_t app, struct estate_random *r)
{
	struct str out = STR_LIT("");
	size_t at = 0;

	while (at < word.n) {
		size_t end = str_find_char(word, '$', at);

		if (end + 1 < word.n && word.p[end + 1] == '{')
			end = str_find_char(word, '$', end + 2);
		out = arena_printf(&s->arena, "%.*s%.*s", STR_ARG(out), (int)(end - at),
			word.p + at);
		at = end;
		if (at + 1 < word.n) {
			struct str t = thing(s, word.p[at + 1], app, r);

			out = arena_printf(
				&s->arena, "%.*s%.*s", STR_ARG(out), STR_ARG(t));
			at += 2;
		}
	}
	return out;
}

static bool next_word(struct str *rest, struct str *word)
{
	size_t end = str_find_char(*rest, ' ', 0);

	*word = str_head(*rest, end);
	*rest = str_skip(*rest, end + 1);
	return word->n > 0;
}

static void words(struct writer *w, struct estate *s, const char *name, const char *text,
	uint32_t app, const struct estate_random *r)
{
	struct str rest = str_from(text), word;

	if (!strchr(text, ' ')) {
		struct estate_random same = *r;

		writer_text(w, name, expand(s, rest, app, &same));
		return;
	}
	writer_list(w, name);
	while (next_word(&rest, &word)) {
		struct estate_random same = *r; /* so that $b and $b/ * are one bucket */

		writer_text(w, NULL, expand(s, word, app, &same));
	}
	writer_list_end(w);
}

static void condition(struct writer *w, struct estate *s, const char *text, uint32_t app,
	struct estate_random *r)
{
	struct str rest = str_from(text), op, key;

	next_word(&rest, &op);
	next_word(&rest, &key);
	writer_object(w, "Condition");
	writer_object(w, arena_copy(&s->arena, op).p);
	writer_text(w, arena_copy(&s->arena, key).p, expand(s, rest, app, r));
	writer_object_end(w);
	writer_object_end(w);
}

static const struct shape *draw(struct estate_random *r)
{
	uint32_t sum = 0, at;
	size_t i = 0;

	for (size_t k = 0; k < SHAPE_COUNT; k++)
		sum += shapes[k].weight;
	at = estate_below(r, sum);
	while (at >= shapes[i].weight)
		at -= shapes[i++].weight;
	return &shapes[i];
}

/* `number`: of the statement in its policy, where no Sid may be there twice. */
static void statement(struct writer *w, struct estate *s, const struct shape *shape,
	uint32_t number, uint32_t app, struct estate_random *r)
{
	estate_next(r);
	writer_object(w, NULL);
	if (shape->sid)
		writer_text(w, "Sid",
			arena_printf(&s->arena, "%s%u", shape->sid, number + 1));
	writer_text(w, "Effect", str_from(shape->deny ? "Deny" : "Allow"));
	words(w, s, shape->not_action ? "NotAction" : "Action", shape->actions, app, r);
	words(w, s, "Resource", shape->resources, app, r);
	if (shape->condition)
		condition(w, s, shape->condition, app, r);
	writer_object_end(w);
}

static void begin_policy(struct writer *w, const char *name)
{
	writer_object(w, name);
	writer_text(w, "Version", STR_LIT("2012-10-17"));
	writer_list(w, "Statement");
}

static void end_policy(struct writer *w)
{
	writer_list_end(w);
	writer_object_end(w);
}

void statements_policy(struct writer *w, struct estate *s, const char *name,
	uint32_t application, uint32_t count, struct estate_random *r)
{
	begin_policy(w, name);
	for (uint32_t i = 0; i < count; i++)
		statement(w, s, draw(r), i, application, r);
	end_policy(w);
}

void statements_simple(struct writer *w, struct estate *s, const char *name,
	const char *actions, const char *resources, const char *text)
{
	const struct shape shape = { 1, NULL, actions, resources, text, false, false };
	struct estate_random r = { s->seed };

	begin_policy(w, name);
	statement(w, s, &shape, 0, 0, &r);
	end_policy(w);
}

void statements_except(
	struct writer *w, struct estate *s, const char *name, const char *actions)
{
	const struct shape shape = { 1, NULL, actions, "*", NULL, false, true };
	struct estate_random r = { s->seed };

	begin_policy(w, name);
	statement(w, s, &shape, 0, 0, &r);
	end_policy(w);
}

static void trust_roles(
	struct writer *w, struct estate *s, uint32_t role, struct estate_random *r)
{
	uint32_t app = estate_application(s, ESTATE_ROLE, role);
	uint32_t n = 1 + estate_below(r, 3);

	writer_list(w, "AWS");
	for (uint32_t i = 0; i < n; i++)
		writer_text(w, NULL,
			s->organization && estate_below(r, 100) < 30
				? organization_peer(s, ESTATE_ROLE, r)
				: estate_arn(s, ESTATE_ROLE,
					  estate_owned(s, ESTATE_ROLE, app, r)));
	writer_list_end(w);
}

static struct str provider(struct estate *s, const char *issuer)
{
	return arena_printf(
		&s->arena, "arn:aws:iam::%s:oidc-provider/%s", s->account, issuer);
}

/* Most accounts that are trusted belong to the same organization. */
static bool is_inside(const struct estate *s, uint32_t role)
{
	return s->organization && estate_fact(s, 111, role) % 10 < 7;
}

/* The members of "Principal"; the action that goes with them. */
static const char *trust_principal(
	struct writer *w, struct estate *s, uint32_t role, struct estate_random *r)
{
	static const char *const services[] = { "states.amazonaws.com",
		"events.amazonaws.com", "codebuild.amazonaws.com", "glue.amazonaws.com",
		"sagemaker.amazonaws.com", "firehose.amazonaws.com" };

	switch (estate_purpose(s, role)) {
	case ESTATE_FOR_LAMBDA:
		writer_text(w, "Service", STR_LIT("lambda.amazonaws.com"));
		break;
	case ESTATE_FOR_EC2:
		writer_text(w, "Service", STR_LIT("ec2.amazonaws.com"));
		break;
	case ESTATE_FOR_ECS:
		writer_text(w, "Service", STR_LIT("ecs-tasks.amazonaws.com"));
		break;
	case ESTATE_FOR_SERVICE:
		writer_text(w, "Service", str_from(services[estate_below(r, 6)]));
		break;
	case ESTATE_FOR_WEB:
		writer_text(w, "Federated",
			provider(s, "token.actions.githubusercontent.com"));
		return "sts:AssumeRoleWithWebIdentity";
	case ESTATE_FOR_FOREIGN:
		writer_text(w, "AWS",
			is_inside(s, role)
				? organization_peer_root(s, r)
				: arena_printf(&s->arena, "arn:aws:iam::%.*s:root",
					  STR_ARG(outside(s, estate_below(r, 40)))));
		break;
	case ESTATE_FOR_ROLE:
		trust_roles(w, s, role, r);
		break;
	case ESTATE_FOR_ROOT:
		writer_text(w, "AWS",
			arena_printf(&s->arena, "arn:aws:iam::%s:root", s->account));
		break;
	case ESTATE_FOR_PERSON:
		writer_text(w, "Federated",
			arena_printf(&s->arena,
				"arn:aws:iam::%s:saml-provider/harbor-sso", s->account));
		return "sts:AssumeRoleWithSAML";
	}
	return "sts:AssumeRole";
}

static void web_condition(struct writer *w, struct estate *s, uint32_t role)
{
	uint32_t app = estate_application(s, ESTATE_ROLE, role);

	writer_object(w, "Condition");
	writer_object(w, "StringEquals");
	writer_text(w, "token.actions.githubusercontent.com:aud",
		STR_LIT("sts.amazonaws.com"));
	writer_object_end(w);
	writer_object(w, "StringLike");
	writer_text(w, "token.actions.githubusercontent.com:sub",
		arena_printf(&s->arena, "repo:harbor/%.*s:*",
			STR_ARG(estate_application_name(s, app))));
	writer_object_end(w);
	writer_object_end(w);
}

static void trust_standard(struct writer *w, struct estate *s,
	const struct organization_role *role, const char *name)
{
	char account[13];

	organization_account(s->organization, role->trusts, account);
	begin_policy(w, name);
	writer_object(w, NULL);
	writer_text(w, "Effect", STR_LIT("Allow"));
	writer_object(w, "Principal");
	writer_text(w, "AWS",
		arena_printf(&s->arena, "arn:aws:iam::%s:%s", account, role->trusted));
	writer_object_end(w);
	writer_text(w, "Action", STR_LIT("sts:AssumeRole"));
	writer_object_end(w);
	end_policy(w);
}

void statements_trust(struct writer *w, struct estate *s, uint32_t role, const char *name)
{
	struct estate_random r = { estate_fact(s, 110, role) };
	enum estate_purpose purpose = estate_purpose(s, role);
	const char *action;

	if (organization_standard(s, role)) {
		trust_standard(w, s, organization_standard(s, role), name);
		return;
	}
	begin_policy(w, name);
	writer_object(w, NULL);
	writer_text(w, "Effect", STR_LIT("Allow"));
	writer_object(w, "Principal");
	action = trust_principal(w, s, role, &r);
	writer_object_end(w);
	writer_text(w, "Action", str_from(action));
	if (purpose == ESTATE_FOR_WEB)
		web_condition(w, s, role);
	else if (purpose == ESTATE_FOR_PERSON)
		condition(w, s,
			"StringEquals SAML:aud https://signin.aws.amazon.com/saml", 0,
			&r);
	else if (purpose == ESTATE_FOR_FOREIGN && !is_inside(s, role))
		condition(w, s, "StringEquals sts:ExternalId $a",
			estate_application(s, ESTATE_ROLE, role), &r);
	writer_object_end(w);
	end_policy(w);
}
