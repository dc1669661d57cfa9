#include "benchmarks/resources.h"

#define DATE "2024-05-09T09:14:02+00:00"

typedef void content(struct writer *w, struct estate *s, uint32_t i);

/* One file with one object, whose members `write` adds. */
static int one(
	struct estate *s, struct str path, uint32_t i, content *write, struct err *e)
{
	struct writer w;
	int rc = writer_open(&w, path.p, e);

	if (rc < 0)
		return rc;
	writer_object(&w, NULL);
	write(&w, s, i);
	writer_object_end(&w);
	return writer_close(&w, path.p, e);
}

/* One file with a list of all things of a sort. */
static int list(struct estate *s, struct str path, const char *member,
	enum estate_thing t, content *write, struct err *e)
{
	struct writer w;
	int rc = writer_open(&w, path.p, e);

	if (rc < 0)
		return rc;
	writer_object(&w, NULL);
	writer_list(&w, member);
	for (uint32_t i = 0; i < s->count[t]; i++) {
		writer_object(&w, NULL);
		write(&w, s, i);
		writer_object_end(&w);
	}
	writer_list_end(&w);
	writer_object_end(&w);
	return writer_close(&w, path.p, e);
}

static void caller(struct writer *w, struct estate *s, uint32_t i)
{
	(void)s;
	(void)i;
	writer_text(w, "UserId", STR_LIT("AROAHARBORAUDITROLE77:audit"));
	writer_text(w, "Account", STR_LIT(ESTATE_ACCOUNT));
	writer_text(w, "Arn",
		STR_LIT("arn:aws:sts::" ESTATE_ACCOUNT ":assumed-role/audit/audit"));
}

/* No organization: nothing above the account limits it. */
static void alone(struct writer *w, struct estate *s, uint32_t i)
{
	(void)s;
	(void)i;
	writer_plain(w, "organizationId", "null");
}

static void tags(struct writer *w, struct estate *s, enum estate_thing t, uint32_t i)
{
	writer_list(w, "Tags");
	writer_object(w, NULL);
	writer_text(w, "Key", STR_LIT("team"));
	writer_text(w, "Value", estate_team(s, estate_application(s, t, i)));
	writer_object_end(w);
	writer_list_end(w);
}

static void bucket(struct writer *w, struct estate *s, uint32_t i)
{
	writer_text(w, "Name", estate_name(s, ESTATE_BUCKET, i));
	writer_text(w, "CreationDate", STR_LIT(DATE));
}

static void access_block(struct writer *w, struct estate *s, uint32_t i)
{
	const char *on = i % 50 == 0 ? "false" : "true";

	(void)s;
	writer_object(w, "PublicAccessBlockConfiguration");
	writer_plain(w, "BlockPublicAcls", on);
	writer_plain(w, "IgnorePublicAcls", on);
	writer_plain(w, "BlockPublicPolicy", on);
	writer_plain(w, "RestrictPublicBuckets", on);
	writer_object_end(w);
}

/* TLS only for all; a role of the account, an account outside, or a service for some. */
static void bucket_policy(struct writer *w, struct estate *s, uint32_t i)
{
	struct str arn = estate_arn(s, ESTATE_BUCKET, i);
	uint32_t app = estate_application(s, ESTATE_BUCKET, i);
	struct estate_random r = { estate_fact(s, 400, i) };
	struct str role =
		estate_arn(s, ESTATE_ROLE, estate_owned(s, ESTATE_ROLE, app, &r));
	struct str who =
		i % 3 == 0 ? arena_printf(&s->arena, "{\"AWS\":\"%.*s\"}", STR_ARG(role))
		: i % 3 == 1 ? STR_LIT("{\"AWS\":\"arn:aws:iam::811111111111:root\"}")
			     : STR_LIT("{\"Service\":\"logging.s3.amazonaws.com\"}");

	writer_text(w, "Policy",
		arena_printf(&s->arena,
			"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Sid\":\"Tls\",\"Effect\":\"Deny\","
			"\"Principal\":\"*\",\"Action\":\"s3:*\",\"Resource\":[\"%.*s\",\"%.*s/*\"],"
			"\"Condition\":{\"Bool\":{\"aws:SecureTransport\":\"false\"}}},"
			"{\"Sid\":\"Share\",\"Effect\":\"Allow\",\"Principal\":%.*s,"
			"\"Action\":[\"s3:GetObject\",\"s3:PutObject\"],\"Resource\":\"%.*s/*\"}]}",
			STR_ARG(arn), STR_ARG(arn), STR_ARG(who), STR_ARG(arn)));
}

static void queue(struct writer *w, struct estate *s, uint32_t i)
{
	struct str arn = estate_arn(s, ESTATE_QUEUE, i);

	writer_object(w, "Attributes");
	writer_text(w, "QueueArn", arn);
	writer_text(w, "CreatedTimestamp", STR_LIT("1686000000"));
	writer_text(w, "VisibilityTimeout", STR_LIT("30"));
	if (i % 2 == 0)
		writer_text(w, "Policy",
			arena_printf(&s->arena,
				"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\","
				"\"Principal\":{\"Service\":\"sns.amazonaws.com\"},\"Action\":\"sqs:SendMessage\","
				"\"Resource\":\"%.*s\",\"Condition\":{\"ArnEquals\":{\"aws:SourceArn\":\"%.*s\"}}}]}",
				STR_ARG(arn),
				STR_ARG(estate_arn(
					s, ESTATE_TOPIC, i % s->count[ESTATE_TOPIC]))));
	writer_object_end(w);
}

static void topic(struct writer *w, struct estate *s, uint32_t i)
{
	struct str arn = estate_arn(s, ESTATE_TOPIC, i);

	writer_object(w, "Attributes");
	writer_text(w, "Policy",
		arena_printf(&s->arena,
			"{\"Version\":\"2008-10-17\",\"Id\":\"__default_policy_ID\",\"Statement\":[{\"Sid\":\"__default_statement_ID\","
			"\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"*\"},\"Action\":[\"SNS:GetTopicAttributes\","
			"\"SNS:Subscribe\",\"SNS:Publish\"],\"Resource\":\"%.*s\",\"Condition\":{\"StringEquals\":"
			"{\"AWS:SourceOwner\":\"" ESTATE_ACCOUNT "\"}}}]}",
			STR_ARG(arn)));
	writer_text(w, "Owner", STR_LIT(ESTATE_ACCOUNT));
	writer_text(w, "TopicArn", arn);
	writer_object_end(w);
}

static void table(struct writer *w, struct estate *s, uint32_t i)
{
	writer_object(w, "Table");
	writer_text(w, "TableName", estate_name(s, ESTATE_TABLE, i));
	writer_text(w, "TableStatus", STR_LIT("ACTIVE"));
	writer_text(w, "CreationDateTime", STR_LIT(DATE));
	writer_text(w, "TableArn", estate_arn(s, ESTATE_TABLE, i));
	writer_object_end(w);
}

static void key(struct writer *w, struct estate *s, uint32_t i)
{
	writer_object(w, "KeyMetadata");
	writer_text(w, "AWSAccountId", STR_LIT(ESTATE_ACCOUNT));
	writer_text(w, "KeyId", estate_name(s, ESTATE_KEY, i));
	writer_text(w, "Arn", estate_arn(s, ESTATE_KEY, i));
	writer_text(w, "CreationDate", STR_LIT(DATE));
	writer_text(w, "KeyManager", STR_LIT("CUSTOMER"));
	writer_object_end(w);
}

static void key_policy(struct writer *w, struct estate *s, uint32_t i)
{
	(void)s;
	(void)i;
	writer_text(w, "Policy",
		STR_LIT("{\"Version\":\"2012-10-17\",\"Statement\":[{\"Sid\":\"Enable IAM User Permissions\","
			"\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"arn:aws:iam::" ESTATE_ACCOUNT
			":root\"},\"Action\":\"kms:*\",\"Resource\":\"*\"}]}"));
	writer_text(w, "PolicyName", STR_LIT("default"));
}

static void secret(struct writer *w, struct estate *s, uint32_t i)
{
	writer_text(w, "ARN", estate_arn(s, ESTATE_SECRET, i));
	writer_text(w, "Name", estate_name(s, ESTATE_SECRET, i));
	writer_text(w, "CreatedDate", STR_LIT(DATE));
	tags(w, s, ESTATE_SECRET, i);
}

static void function(struct writer *w, struct estate *s, uint32_t i)
{
	uint32_t from = (uint32_t)((uint64_t)i * s->count[ESTATE_ROLE] /
				   s->count[ESTATE_FUNCTION]);

	writer_text(w, "FunctionName", estate_name(s, ESTATE_FUNCTION, i));
	writer_text(w, "FunctionArn", estate_arn(s, ESTATE_FUNCTION, i));
	writer_text(w, "Runtime", STR_LIT("python3.12"));
	writer_text(w, "Role",
		estate_arn(s, ESTATE_ROLE, estate_role_for(s, ESTATE_FOR_LAMBDA, from)));
	writer_text(w, "LastModified", STR_LIT("2026-09-09T12:12:12.000+0000"));
	writer_text(w, "Version", STR_LIT("$LATEST"));
}

static void reservation(struct writer *w, struct estate *s, uint32_t i)
{
	uint32_t from = (uint32_t)((uint64_t)i * s->count[ESTATE_ROLE] /
				   s->count[ESTATE_INSTANCE]);
	struct str name =
		estate_name(s, ESTATE_ROLE, estate_role_for(s, ESTATE_FOR_EC2, from));

	writer_text(w, "OwnerId", STR_LIT(ESTATE_ACCOUNT));
	writer_list(w, "Instances");
	writer_object(w, NULL);
	writer_text(w, "InstanceId", estate_name(s, ESTATE_INSTANCE, i));
	writer_text(w, "InstanceType", STR_LIT("m6i.large"));
	writer_text(w, "LaunchTime", STR_LIT(DATE));
	writer_object(w, "Placement");
	writer_text(w, "AvailabilityZone", STR_LIT(ESTATE_REGION "a"));
	writer_object_end(w);
	writer_object(w, "State");
	writer_text(w, "Name", STR_LIT("running"));
	writer_object_end(w);
	tags(w, s, ESTATE_INSTANCE, i);
	writer_object(w, "IamInstanceProfile");
	writer_text(w, "Arn",
		arena_printf(&s->arena,
			"arn:aws:iam::" ESTATE_ACCOUNT ":instance-profile/%.*s",
			STR_ARG(name)));
	writer_object_end(w);
	writer_object_end(w);
	writer_list_end(w);
}

static int lists(struct estate *s, const char *directory, struct err *e)
{
	static const struct {
		const char *file, *member;
		enum estate_thing type;
		content *write;
	} all[] = {
		{ "s3/list-buckets.json", "Buckets", ESTATE_BUCKET, bucket },
		{ "secretsmanager/list-secrets.json", "SecretList", ESTATE_SECRET,
			secret },
		{ "lambda/list-functions.json", "Functions", ESTATE_FUNCTION, function },
		{ "ec2/describe-instances.json", "Reservations", ESTATE_INSTANCE,
			reservation },
	};
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < sizeof(all) / sizeof(all[0]); i++) {
		struct str path =
			arena_printf(&s->arena, "%s/%s", directory, all[i].file);

		rc = list(s, path, all[i].member, all[i].type, all[i].write, e);
		arena_reset(&s->arena);
	}
	return rc;
}

static int described(struct estate *s, const char *directory, struct err *e)
{
	static const struct {
		const char *place, *file;
		enum estate_thing type;
		uint32_t every; /* one of how many has the file */
		content *write;
	} all[] = {
		{ "s3/buckets", "get-public-access-block.json", ESTATE_BUCKET, 1,
			access_block },
		{ "s3/buckets", "get-bucket-policy.json", ESTATE_BUCKET, 2,
			bucket_policy },
		{ "sqs/queues", "get-queue-attributes.json", ESTATE_QUEUE, 1, queue },
		{ "sns/topics", "get-topic-attributes.json", ESTATE_TOPIC, 1, topic },
		{ "dynamodb/tables", "describe-table.json", ESTATE_TABLE, 1, table },
		{ "kms/keys", "describe-key.json", ESTATE_KEY, 1, key },
		{ "kms/keys", "get-key-policy.json", ESTATE_KEY, 1, key_policy },
	};
	int rc = 0;

	for (size_t n = 0; n < sizeof(all) / sizeof(all[0]); n++) {
		for (uint32_t i = 0; rc == 0 && i < s->count[all[n].type];
			i += all[n].every) {
			struct str name = estate_name(s, all[n].type, i);
			struct str path = arena_printf(&s->arena, "%s/%s/%.*s/%s",
				directory, all[n].place, STR_ARG(name), all[n].file);

			rc = one(s, path, i, all[n].write, e);
			arena_reset(&s->arena);
		}
	}
	return rc;
}

int resources_write(struct estate *s, const char *directory, struct err *e)
{
	struct str organization = arena_printf(&s->arena,
		"%s/aws/aws/accounts/" ESTATE_ACCOUNT "/organization.json", directory);
	struct str identity =
		arena_printf(&s->arena, "%s/get-caller-identity.json", directory);
	int rc = one(s, organization, 0, alone, e);

	if (rc == 0)
		rc = one(s, identity, 0, caller, e);
	if (rc == 0)
		rc = lists(s, directory, e);
	return rc == 0 ? described(s, directory, e) : rc;
}
