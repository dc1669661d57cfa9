#include "benchmarks/resources.h"

#include "benchmarks/organization.h"
#include "benchmarks/resource.h"

#define DATE "2024-05-09T09:14:02+00:00"

typedef void content(struct writer *w, struct estate *s, uint32_t i);

/* One file with one object, whose members `write` adds. */
static int one(struct target *target, struct estate *s, struct str path, uint32_t i,
	content *write, struct err *e)
{
	struct writer w;
	int rc = writer_open(&w, target, path.p, e);

	if (rc < 0)
		return rc;
	writer_object(&w, NULL);
	write(&w, s, i);
	writer_object_end(&w);
	return writer_close(&w, e);
}

/* One file with all things of a sort: in a list, or, without `member`, one by one. */
static int all(struct target *target, struct estate *s, struct str path,
	const char *member, enum estate_thing t, content *write, struct err *e)
{
	struct arena kept = s->arena; /* holds the path */
	struct writer w;
	int rc = writer_open(&w, target, path.p, e);

	if (rc < 0)
		return rc;
	arena_init(&s->arena, ARENA_UNLIMITED);
	if (member) {
		writer_object(&w, NULL);
		writer_list(&w, member);
	}
	for (uint32_t i = 0; i < s->count[t]; i++) {
		writer_object(&w, NULL);
		write(&w, s, i);
		writer_object_end(&w);
		arena_reset(&s->arena);
	}
	if (member) {
		writer_list_end(&w);
		writer_object_end(&w);
	}
	arena_release(&s->arena);
	s->arena = kept;
	return writer_close(&w, e);
}

static void caller(struct writer *w, struct estate *s, uint32_t i)
{
	(void)i;
	writer_text(w, "UserId", STR_LIT("AROAHARBORAUDITROLE77:audit"));
	writer_text(w, "Account", str_from(s->account));
	writer_text(w, "Arn",
		arena_printf(&s->arena, "arn:aws:sts::%s:assumed-role/audit/audit",
			s->account));
}

/* Alone, nothing above the account limits it. */
static void membership(struct writer *w, struct estate *s, uint32_t i)
{
	(void)i;
	if (s->organization)
		writer_text(w, "organizationId", str_from(s->organization->id));
	else
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

static void access_block_members(struct writer *w, const char *name, uint32_t i)
{
	const char *on = i % 50 == 0 ? "false" : "true";

	writer_object(w, name);
	writer_plain(w, "BlockPublicAcls", on);
	writer_plain(w, "IgnorePublicAcls", on);
	writer_plain(w, "BlockPublicPolicy", on);
	writer_plain(w, "RestrictPublicBuckets", on);
	writer_object_end(w);
}

static void access_block(struct writer *w, struct estate *s, uint32_t i)
{
	(void)s;
	access_block_members(w, "PublicAccessBlockConfiguration", i);
}

static void bucket_policy(struct writer *w, struct estate *s, uint32_t i)
{
	writer_text(w, "Policy", resource_policy(s, ESTATE_BUCKET, i));
}

static void policy_attribute(
	struct writer *w, struct estate *s, enum estate_thing t, uint32_t i)
{
	struct str text = resource_policy(s, t, i);

	if (text.n > 0)
		writer_text(w, "Policy", text);
}

static void queue(struct writer *w, struct estate *s, uint32_t i)
{
	writer_object(w, "Attributes");
	writer_text(w, "QueueArn", estate_arn(s, ESTATE_QUEUE, i));
	writer_text(w, "CreatedTimestamp", STR_LIT("1686000000"));
	writer_text(w, "VisibilityTimeout", STR_LIT("30"));
	policy_attribute(w, s, ESTATE_QUEUE, i);
	writer_object_end(w);
}

static void topic(struct writer *w, struct estate *s, uint32_t i)
{
	writer_object(w, "Attributes");
	policy_attribute(w, s, ESTATE_TOPIC, i);
	writer_text(w, "Owner", str_from(s->account));
	writer_text(w, "TopicArn", estate_arn(s, ESTATE_TOPIC, i));
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
	writer_text(w, "AWSAccountId", str_from(s->account));
	writer_text(w, "KeyId", estate_name(s, ESTATE_KEY, i));
	writer_text(w, "Arn", estate_arn(s, ESTATE_KEY, i));
	writer_text(w, "CreationDate", STR_LIT(DATE));
	writer_text(w, "KeyManager", STR_LIT("CUSTOMER"));
	writer_object_end(w);
}

static void key_policy(struct writer *w, struct estate *s, uint32_t i)
{
	writer_text(w, "Policy", resource_policy(s, ESTATE_KEY, i));
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
	uint32_t role = resource_role(s, ESTATE_FUNCTION, i, ESTATE_FOR_LAMBDA);

	writer_text(w, "FunctionName", estate_name(s, ESTATE_FUNCTION, i));
	writer_text(w, "FunctionArn", estate_arn(s, ESTATE_FUNCTION, i));
	writer_text(w, "Runtime", STR_LIT("python3.12"));
	writer_text(w, "Role", estate_arn(s, ESTATE_ROLE, role));
	writer_text(w, "LastModified", STR_LIT("2026-09-09T12:12:12.000+0000"));
	writer_text(w, "Version", STR_LIT("$LATEST"));
}

static void reservation(struct writer *w, struct estate *s, uint32_t i)
{
	struct str name = estate_name(
		s, ESTATE_ROLE, resource_role(s, ESTATE_INSTANCE, i, ESTATE_FOR_EC2));

	writer_text(w, "OwnerId", str_from(s->account));
	writer_list(w, "Instances");
	writer_object(w, NULL);
	writer_text(w, "InstanceId", estate_name(s, ESTATE_INSTANCE, i));
	writer_text(w, "InstanceType", STR_LIT("m6i.large"));
	writer_text(w, "LaunchTime", STR_LIT(DATE));
	writer_object(w, "Placement");
	writer_text(w, "AvailabilityZone", arena_printf(&s->arena, "%sa", s->region));
	writer_object_end(w);
	writer_object(w, "State");
	writer_text(w, "Name", STR_LIT("running"));
	writer_object_end(w);
	tags(w, s, ESTATE_INSTANCE, i);
	writer_object(w, "IamInstanceProfile");
	writer_text(w, "Arn",
		arena_printf(&s->arena, "arn:aws:iam::%s:instance-profile/%.*s",
			s->account, STR_ARG(name)));
	writer_object_end(w);
	writer_object_end(w);
	writer_list_end(w);
}

static void repository(struct writer *w, struct estate *s, uint32_t i)
{
	writer_text(w, "repositoryArn", estate_arn(s, ESTATE_REPOSITORY, i));
	writer_text(w, "registryId", str_from(s->account));
	writer_text(w, "repositoryName", estate_name(s, ESTATE_REPOSITORY, i));
	writer_text(w, "createdAt", STR_LIT(DATE));
}

static void machine(struct writer *w, struct estate *s, uint32_t i)
{
	writer_text(w, "stateMachineArn", estate_arn(s, ESTATE_MACHINE, i));
	writer_text(w, "name", estate_name(s, ESTATE_MACHINE, i));
	writer_text(w, "status", STR_LIT("ACTIVE"));
	writer_text(w, "definition",
		STR_LIT("{\"StartAt\":\"Run\",\"States\":{\"Run\":{\"Type\":\"Succeed\"}}}"));
	writer_text(w, "roleArn",
		estate_arn(s, ESTATE_ROLE,
			resource_role(s, ESTATE_MACHINE, i, ESTATE_FOR_SERVICE)));
	writer_text(w, "type", STR_LIT("STANDARD"));
	writer_text(w, "creationDate", STR_LIT(DATE));
}

static const struct sort {
	const char *file, *member;
	enum estate_thing type;
	content *write;
} sorts[] = {
	{ "s3/list-buckets.json", "Buckets", ESTATE_BUCKET, bucket },
	{ "secretsmanager/list-secrets.json", "SecretList", ESTATE_SECRET, secret },
	{ "lambda/list-functions.json", "Functions", ESTATE_FUNCTION, function },
	{ "ec2/describe-instances.json", "Reservations", ESTATE_INSTANCE, reservation },
	{ "ecr/describe-repositories.json", "repositories", ESTATE_REPOSITORY,
		repository },
	/* Answers about one thing each, joined. */
	{ "sqs/get-queue-attributes.json", NULL, ESTATE_QUEUE, queue },
	{ "sns/get-topic-attributes.json", NULL, ESTATE_TOPIC, topic },
	{ "dynamodb/describe-table.json", NULL, ESTATE_TABLE, table },
	{ "kms/describe-key.json", NULL, ESTATE_KEY, key },
	{ "stepfunctions/describe-state-machine.json", NULL, ESTATE_MACHINE, machine },
};
#define SORT_COUNT (sizeof(sorts) / sizeof(sorts[0]))

static int lists(
	struct target *target, struct estate *s, struct str directory, struct err *e)
{
	size_t count = s->organization ? SORT_COUNT : 4;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < count; i++) {
		struct str path = arena_printf(
			&s->arena, "%.*s%s", STR_ARG(directory), sorts[i].file);

		if (s->count[sorts[i].type] > 0)
			rc = all(target, s, path, sorts[i].member, sorts[i].type,
				sorts[i].write, e);
	}
	return rc;
}

/* Of an account that is alone: a directory for each thing. */
static int described(struct target *target, struct estate *s, struct err *e)
{
	static const struct {
		const char *place, *file;
		enum estate_thing type;
		uint32_t every; /* one of how many has the file */
		content *write;
	} files[] = {
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

	for (size_t n = 0; n < sizeof(files) / sizeof(files[0]); n++) {
		for (uint32_t i = 0; rc == 0 && i < s->count[files[n].type];
			i += files[n].every) {
			struct str name = estate_name(s, files[n].type, i);
			struct str path = arena_printf(&s->arena, "%s/%.*s/%s",
				files[n].place, STR_ARG(name), files[n].file);

			rc = one(target, s, path, i, files[n].write, e);
			arena_reset(&s->arena);
		}
	}
	return rc;
}

static void policy_item(
	struct writer *w, struct estate *s, enum estate_thing t, uint32_t i)
{
	struct str policy = resource_policy(s, t, i);

	writer_object(w, NULL);
	writer_text(w, "Resource", estate_arn(s, t, i));
	writer_text(w, "Account", str_from(s->account));
	if (policy.n > 0)
		writer_text(w, "Policy", policy);
	else
		writer_plain(w, "Policy", "null");
	if (t == ESTATE_BUCKET)
		access_block_members(w, "PublicAccessBlock", i);
	writer_object_end(w);
}

/* Policies of all that can have one and say it nowhere else; null: it has none. */
static int policies(
	struct target *target, struct estate *s, struct str directory, struct err *e)
{
	struct str path =
		arena_printf(&s->arena, "%.*sresource-policies.json", STR_ARG(directory));
	struct writer w;
	int rc = writer_open(&w, target, path.p, e);

	if (rc < 0)
		return rc;
	writer_list(&w, NULL);
	for (uint32_t t = ESTATE_BUCKET; t < ESTATE_THINGS; t++) {
		if (!resource_is_governed((enum estate_thing)t) || t == ESTATE_QUEUE ||
			t == ESTATE_TOPIC)
			continue;
		for (uint32_t i = 0; i < s->count[t]; i++) {
			policy_item(&w, s, (enum estate_thing)t, i);
			arena_reset(&s->arena);
		}
	}
	writer_list_end(&w);
	return writer_close(&w, e);
}

int resources_write(
	struct target *target, struct estate *s, const char *directory, struct err *e)
{
	struct str place = str_from(directory);
	struct str path = arena_printf(
		&s->arena, "aws/aws/accounts/%s/organization.json", s->account);
	int rc = one(target, s, path, 0, membership, e);

	if (rc == 0)
		rc = one(target, s,
			arena_printf(&s->arena, "%sget-caller-identity.json", directory),
			0, caller, e);
	/* Before the lists, which know the names better and count as the later ones. */
	if (rc == 0 && s->organization)
		rc = policies(target, s, place, e);
	if (rc == 0)
		rc = lists(target, s, place, e);
	if (rc == 0 && !s->organization)
		rc = described(target, s, e);
	return rc;
}
