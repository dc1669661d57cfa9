#include "benchmarks/resource.h"

#include "benchmarks/organization.h"

/* {"AWS": ...}: a role of the account, an account outside, or a service. */
static struct str bucket_principal(struct estate *s, uint32_t i)
{
	uint32_t app = estate_application(s, ESTATE_BUCKET, i);
	struct estate_random r = { estate_fact(s, 400, i) };
	struct str role =
		estate_arn(s, ESTATE_ROLE, estate_owned(s, ESTATE_ROLE, app, &r));

	if (s->organization && i % 8 == 2)
		role = organization_peer(s, ESTATE_ROLE, &r);
	else if (s->organization && i % 8 == 4)
		role = organization_peer_root(s, &r);
	else if (s->organization && i % 8 == 6)
		return STR_LIT("\"*\"");
	if (s->organization || i % 3 == 0)
		return arena_printf(&s->arena, "{\"AWS\":\"%.*s\"}", STR_ARG(role));
	return i % 3 == 1 ? STR_LIT("{\"AWS\":\"arn:aws:iam::811111111111:root\"}")
			  : STR_LIT("{\"Service\":\"logging.s3.amazonaws.com\"}");
}

/* TLS only for all; something for somebody. */
static struct str bucket_policy(struct estate *s, uint32_t i)
{
	struct str arn = estate_arn(s, ESTATE_BUCKET, i);
	struct str who = bucket_principal(s, i), condition = { 0 };

	if (who.p[0] == '"')
		condition = arena_printf(&s->arena,
			",\"Condition\":{\"StringEquals\":{\"aws:PrincipalOrgID\":\"%s\"}}",
			s->organization->id);
	return arena_printf(&s->arena,
		"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Sid\":\"Tls\",\"Effect\":\"Deny\","
		"\"Principal\":\"*\",\"Action\":\"s3:*\",\"Resource\":[\"%.*s\",\"%.*s/*\"],"
		"\"Condition\":{\"Bool\":{\"aws:SecureTransport\":\"false\"}}},"
		"{\"Sid\":\"Share\",\"Effect\":\"Allow\",\"Principal\":%.*s,"
		"\"Action\":[\"s3:GetObject\",\"s3:PutObject\"],\"Resource\":\"%.*s/*\"%.*s}]}",
		STR_ARG(arn), STR_ARG(arn), STR_ARG(who), STR_ARG(arn),
		STR_ARG(condition));
}

static struct str queue_policy(struct estate *s, uint32_t i)
{
	struct str arn = estate_arn(s, ESTATE_QUEUE, i);
	struct str topic = STR_LIT("arn:aws:sns:*:*:*");

	if (s->count[ESTATE_TOPIC] > 0)
		topic = estate_arn(s, ESTATE_TOPIC, i % s->count[ESTATE_TOPIC]);
	return arena_printf(&s->arena,
		"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\","
		"\"Principal\":{\"Service\":\"sns.amazonaws.com\"},\"Action\":\"sqs:SendMessage\","
		"\"Resource\":\"%.*s\",\"Condition\":{\"ArnEquals\":{\"aws:SourceArn\":\"%.*s\"}}}]}",
		STR_ARG(arn), STR_ARG(topic));
}

static struct str topic_policy(struct estate *s, uint32_t i)
{
	return arena_printf(&s->arena,
		"{\"Version\":\"2008-10-17\",\"Id\":\"__default_policy_ID\",\"Statement\":[{\"Sid\":\"__default_statement_ID\","
		"\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"*\"},\"Action\":[\"SNS:GetTopicAttributes\","
		"\"SNS:Subscribe\",\"SNS:Publish\"],\"Resource\":\"%.*s\",\"Condition\":{\"StringEquals\":"
		"{\"AWS:SourceOwner\":\"%s\"}}}]}",
		STR_ARG(estate_arn(s, ESTATE_TOPIC, i)), s->account);
}

static struct str key_policy(struct estate *s)
{
	return arena_printf(&s->arena,
		"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Sid\":\"Enable IAM User Permissions\","
		"\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"arn:aws:iam::%s"
		":root\"},\"Action\":\"kms:*\",\"Resource\":\"*\"}]}",
		s->account);
}

/* One statement that lets a role of the account or of another one in. */
static struct str share_policy(
	struct estate *s, enum estate_thing t, uint32_t i, const char *actions)
{
	struct estate_random r = { estate_fact(s, 401 + (uint32_t)t, i) };
	struct str who = estate_below(&r, 2)
				 ? organization_peer(s, ESTATE_ROLE, &r)
				 : estate_arn(s, ESTATE_ROLE,
					   estate_owned(s, ESTATE_ROLE,
						   estate_application(s, t, i), &r));
	struct str arn = estate_arn(s, t, i);
	bool pictured = t == ESTATE_REPOSITORY; /* its policy has no resource */

	return arena_printf(&s->arena,
		"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Sid\":\"Share\",\"Effect\":\"Allow\","
		"\"Principal\":{\"AWS\":\"%.*s\"},\"Action\":[%s]%s%.*s%s}]}",
		STR_ARG(who), actions, pictured ? "" : ",\"Resource\":\"",
		STR_ARG(pictured ? STR_LIT("") : arn), pictured ? "" : "\"");
}

bool resource_is_governed(enum estate_thing t)
{
	return t >= ESTATE_BUCKET && t != ESTATE_INSTANCE && t != ESTATE_MACHINE;
}

struct str resource_policy(struct estate *s, enum estate_thing t, uint32_t i)
{
	/* Of how many one has a policy: in an organization only. */
	static const struct {
		uint32_t every;
		const char *actions;
	} shared[ESTATE_THINGS] = {
		[ESTATE_SECRET] = { 12, "\"secretsmanager:GetSecretValue\"" },
		[ESTATE_TABLE] = { 25, "\"dynamodb:GetItem\",\"dynamodb:Query\"" },
		[ESTATE_FUNCTION] = { 8, "\"lambda:InvokeFunction\"" },
		[ESTATE_REPOSITORY] = { 3,
			"\"ecr:BatchGetImage\",\"ecr:GetDownloadUrlForLayer\"" },
	};

	if (t == ESTATE_BUCKET && i % 2 == 0)
		return bucket_policy(s, i);
	if (t == ESTATE_QUEUE && i % 2 == 0)
		return queue_policy(s, i);
	if (t == ESTATE_TOPIC)
		return topic_policy(s, i);
	if (t == ESTATE_KEY)
		return key_policy(s);
	if (s->organization && shared[t].every > 0 && i % shared[t].every == 0)
		return share_policy(s, t, i, shared[t].actions);
	return (struct str){ 0 };
}

uint32_t resource_role(const struct estate *s, enum estate_thing t, uint32_t i,
	enum estate_purpose purpose)
{
	uint32_t from = (uint32_t)((uint64_t)i * s->count[ESTATE_ROLE] / s->count[t]);

	return estate_role_for(s, purpose, from);
}
