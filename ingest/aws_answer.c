#include "ingest/aws_answer.h"

#include "ingest/aws_acl.h"
#include "ingest/aws_arn.h"
#include "ingest/aws_authorization.h"
#include "ingest/aws_grant.h"
#include "ingest/aws_identity_center.h"
#include "ingest/aws_organization.h"
#include "ingest/aws_resource.h"
#include "ingest/aws_subject.h"

typedef int reader(struct aws_emit *em, const struct json_value *v, struct err *e);

/* Identity stores and IAM both list users and groups. */
static int read_any_user(struct aws_emit *em, const struct json_value *v, struct err *e)
{
	return aws_identity_center_owns(v) ? aws_identity_center_user(em, v, e)
					   : aws_authorization_user(em, v, e);
}

static int read_any_group(struct aws_emit *em, const struct json_value *v, struct err *e)
{
	return aws_identity_center_owns(v) ? aws_identity_center_group(em, v, e)
					   : aws_authorization_group(em, v, e);
}

/* Lists, element by element. */
static const struct {
	const char *member;
	const char *kind; /* what a complete list covers */
	reader *read;
} lists[] = {
	{ "Users", "aws:iam:user", read_any_user },
	{ "Groups", "aws:iam:group", read_any_group },
	{ "GroupMemberships", "aws:identitystore:groupmembership",
		aws_identity_center_membership },
	{ "AccountAssignments", "aws:sso:assignment", aws_identity_center_assignment },
	{ "Roles", "aws:iam:role", aws_authorization_role },
	{ "Policies", "aws:iam:policy", aws_authorization_policy },
	{ "InstanceProfiles", "aws:iam:instance-profile", aws_authorization_profile },
	{ "Reservations", "aws:ec2:instance", aws_resource_reservation },
	{ "VpcEndpoints", "aws:ec2:vpc-endpoint", aws_resource_endpoint },
	{ "Functions", "aws:lambda:function", aws_resource_function },
	{ "Buckets", "aws:s3:bucket", aws_resource_bucket },
	{ "Keys", "aws:kms:key", aws_resource_key },
	{ "AccessPointList", "aws:s3:accesspoint", aws_resource_access_point },
	{ "SecretList", "aws:secretsmanager:secret", aws_resource_secret },
	{ "repositories", "aws:ecr:repository", aws_resource_repository },
};
#define LIST_COUNT (sizeof(lists) / sizeof(lists[0]))

void aws_answer_list_end(struct aws_emit *em, const char *member, const char *kind)
{
	struct str what = arena_printf(em->arena, "entities:%s", kind);
	bool listed = false;

	for (size_t i = 0; i < em->batch->member_count; i++)
		listed |= str_eq(em->batch->members[i], str_from(member));
	if (listed && em->home.n > 0)
		aws_emit_open_account(em, em->home_partition, em->home);
	if (!listed || em->account.n == 0)
		return;
	if (em->batch->more)
		aws_emit_coverage(em, what, (struct str){ 0 }, COVERAGE_PARTIAL,
			STR_LIT("the page says that another follows"));
	else
		aws_emit_coverage(em, what, (struct str){ 0 }, COVERAGE_GOT,
			aws_subject_region(em));
}

static int visit_list(struct aws_emit *em, const struct decoder_piece *piece,
	const struct json_value *root, struct err *e)
{
	for (size_t i = 0; i < LIST_COUNT; i++) {
		struct str name = str_from(lists[i].member);
		int rc;

		if (piece->type == JSON_END) {
			aws_answer_list_end(em, lists[i].member, lists[i].kind);
			continue;
		}
		if (!str_eq(piece->member, name))
			continue;
		rc = json_want_type(em->json, root,
			piece->type == JSON_VALUE ? JSON_ARRAY : JSON_OBJECT, e);
		return rc == 0 ? lists[i].read(em, root, e) : rc;
	}
	return 0;
}

static int run_list(const struct decoder_batch *batch, struct buf *out, struct err *e)
{
	return aws_emit_pieces(batch, out, visit_list, e);
}

/* {"UserId", "Account", "Arn"} */
static int read_caller(struct aws_emit *em, const struct json_value *v, struct err *e)
{
	struct str arn;
	int rc = json_need_string(em->json, v, "Arn", &arn, e);

	return rc == 0 ? aws_emit_open_arn(em, arn, json_get(v, "Arn"), e) : rc;
}

static int read_group(struct aws_emit *em, const struct json_value *v, struct err *e)
{
	const struct json_value *group = json_get(v, "Group"), *users, *user;
	struct str key, member, none;
	struct json_iter it;
	int rc = aws_authorization_group(em, group, e);

	if (rc == 0)
		rc = json_need_string(em->json, group, "Arn", &key, e);
	if (rc == 0)
		rc = json_want_array(em->json, v, "Users", &users, e);
	if (rc < 0)
		return rc;
	it = json_iterate(users);
	while (rc == 0 && json_next(&it, &none, &user)) {
		rc = json_want_type(em->json, user, JSON_OBJECT, e);
		if (rc == 0)
			rc = aws_authorization_user(em, user, e);
		if (rc == 0)
			rc = json_need_string(em->json, user, "Arn", &member, e);
		if (rc == 0)
			rc = aws_emit_relation(em, member, RELATION_MEMBER_OF, key, e);
	}
	return rc;
}

/* {"RoleName" | "UserName" | "GroupName", "PolicyName", "PolicyDocument"} */
static int read_inline(struct aws_emit *em, const struct json_value *v, struct err *e)
{
	static const char *const holders[][2] = {
		{ "RoleName", "role" },
		{ "UserName", "user" },
		{ "GroupName", "group" },
	};
	struct str name, body, holder = { 0 };
	int rc = aws_emit_open_home(em, v, e);

	for (size_t i = 0; rc == 0 && i < 3 && holder.n == 0; i++) {
		rc = json_want_string(em->json, v, holders[i][0], &holder, e);
		if (rc == 0 && holder.n > 0)
			holder = arena_printf(em->arena, "name:aws:iam:%s:%.*s",
				holders[i][1], STR_ARG(holder));
	}
	if (rc == 0 && holder.n == 0)
		return json_fail(
			em->json, v, e, "expected 'RoleName', 'UserName' or 'GroupName'");
	if (rc == 0)
		rc = json_need_string(em->json, v, "PolicyName", &name, e);
	if (rc == 0)
		rc = aws_emit_body(em, json_get(v, "PolicyDocument"), &body, e);
	return rc == 0 ? aws_emit_document(em, LAYER_IDENTITY, holder, name, body, e)
		       : rc;
}

static int fail_subject(
	struct aws_emit *em, const struct json_value *v, const char *what, struct err *e)
{
	return json_fail(em->json, v, e,
		"which resource this is about is not said: "
		"expected a directory that is named after it, %s",
		what);
}

/* The ARN in the answer of describe-key beside the file; empty without one. */
static struct str described_key(struct aws_emit *em)
{
	const struct json_value *metadata;
	struct str arn = { 0 };
	struct json j;
	struct err ignored;

	if (json_parse(&j, em->context->companion, (struct json_origin){ 0 }, &ignored) <
		0)
		return arn;
	metadata = json_get(j.root, "KeyMetadata");
	if (metadata && json_want_string(&j, metadata, "Arn", &arn, &ignored) == 0 &&
		arn.n > 0)
		arn = arena_copy(em->arena, arn);
	json_release(&j);
	return arn;
}

/* The key policy: its directory is named after the key. */
static int find_key(
	struct aws_emit *em, const struct json_value *v, struct str *out, struct err *e)
{
	struct str id = aws_subject_of_path(em, "keys"), region = aws_subject_region(em);
	int rc;

	*out = described_key(em);
	if (out->n > 0)
		return aws_emit_open_arn(em, *out, v, e);
	if (id.n == 0)
		return fail_subject(em, v, "as in 'keys/KEY-ID/get-key-policy.json'", e);
	rc = aws_emit_open_home(em, v, e);
	if (rc < 0)
		return rc;
	if (region.n > 0)
		*out = arena_printf(em->arena, "arn:%.*s:kms:%.*s:%.*s:key/%.*s",
			STR_ARG(em->partition), STR_ARG(region), STR_ARG(em->account),
			STR_ARG(id));
	else
		*out = arena_printf(em->arena, "name:aws:kms:key:%.*s", STR_ARG(id));
	return 0;
}

/* {"Grants": [...]} of a key. */
static int read_grants(struct aws_emit *em, const struct json_value *v, struct err *e)
{
	const struct json_value *grants = json_get(v, "Grants");
	struct str key = aws_grant_key(grants);
	int rc = key.n > 0 ? aws_emit_open_arn(em, key, grants, e)
			   : find_key(em, v, &key, e);

	if (rc == 0)
		rc = aws_grant_list(em, key, grants, e);
	if (rc == 0)
		aws_emit_coverage(em, STR_LIT("grants:aws:kms:key"), key,
			em->batch->more ? COVERAGE_PARTIAL : COVERAGE_GOT,
			em->batch->more ? STR_LIT("the page says that another follows")
					: (struct str){ 0 });
	return rc;
}

static int find_bucket(struct aws_emit *em, const struct json_value *v, struct str *name,
	struct str *key, struct err *e)
{
	int rc = aws_emit_open_home(em, v, e);

	*name = aws_subject_of_path(em, "buckets");
	if (rc == 0)
		*key = arena_printf(em->arena, "arn:%.*s:s3:::%.*s",
			STR_ARG(em->partition), STR_ARG(*name));
	return rc;
}

/* By what the policy names, else by directories named after tables and functions. */
static int find_named(struct aws_emit *em, const struct json_value *v, struct str body,
	struct str *key, struct err *e)
{
	static const char *const places[][2] = {
		{ "functions", "aws:lambda:function" },
		{ "tables", "aws:dynamodb:table" },
		{ "repositories", "aws:ecr:repository" },
	};
	int rc;

	*key = aws_subject_of_policy(em, body);
	if (key->n > 0)
		return aws_emit_open_arn(em, *key, v, e);
	rc = aws_emit_open_home(em, v, e);
	for (size_t i = 0; rc == 0 && i < 3; i++) {
		struct str name = aws_subject_of_path(em, places[i][0]);

		if (name.n == 0)
			continue;
		*key = arena_printf(
			em->arena, "name:%s:%.*s", places[i][1], STR_ARG(name));
		return 0;
	}
	return rc < 0 ? rc
		      : fail_subject(
				em, v, "as in 'buckets/NAME/get-bucket-policy.json'", e);
}

/*
 * A document of a reference by name has no coverage record: its kind is in the
 * reference.
 */
static int emit_policy(
	struct aws_emit *em, struct str key, struct str body, struct err *e)
{
	struct str kind, name;

	if (!record_key_reference(key, &kind, &name))
		return aws_emit_resource_policy(em, key, body, e);
	return aws_emit_document(
		em, LAYER_RESOURCE, key, STR_LIT("resource policy"), body, e);
}

/* {"Policy": "..."} of a bucket, key, function or table. */
static int read_policy(struct aws_emit *em, const struct json_value *v, struct err *e)
{
	const struct json_value *policy = json_get(v, "Policy");
	struct str body, key = { 0 }, name;
	int rc = aws_emit_body(em, policy, &body, e);

	if (rc < 0)
		return rc;
	if (json_get(v, "PolicyName"))
		rc = find_key(em, v, &key, e);
	else if (aws_subject_of_path(em, "buckets").n > 0)
		rc = find_bucket(em, v, &name, &key, e);
	else
		rc = find_named(em, v, body, &key, e);
	return rc == 0 ? emit_policy(em, key, body, e) : rc;
}

/* {"Policy": {...}}: a managed policy, or a policy of an organization. */
static int read_policy_object(
	struct aws_emit *em, const struct json_value *v, struct err *e)
{
	const struct json_value *policy = json_get(v, "Policy");

	if (json_get(policy, "PolicySummary"))
		return aws_organization_content(em, policy, e);
	return aws_authorization_policy(em, policy, e);
}

/*
 * {"PolicyVersion": {"Document", "IsDefaultVersion"}}: the directory is named after the
 * policy.
 */
static int read_version(struct aws_emit *em, const struct json_value *v, struct err *e)
{
	const struct json_value *version = json_get(v, "PolicyVersion");
	struct str name = aws_subject_of_path(em, "policies"), body;
	bool is_default;
	int rc = json_want_bool(em->json, version, "IsDefaultVersion", &is_default, e);

	if (rc == 0)
		rc = aws_emit_open_home(em, v, e);
	if (rc < 0 || !is_default)
		return rc;
	if (name.n == 0)
		return fail_subject(
			em, v, "as in 'policies/NAME/get-policy-version.json'", e);
	rc = aws_emit_body(em, json_get(version, "Document"), &body, e);
	if (rc < 0)
		return rc;
	return aws_emit_document(em, LAYER_IDENTITY,
		arena_printf(em->arena, "name:aws:iam:policy:%.*s", STR_ARG(name)), name,
		body, e);
}

/* {"registryId", "repositoryName", "policyText"} */
static int read_repository_policy(
	struct aws_emit *em, const struct json_value *v, struct err *e)
{
	struct str account, name, body, key, region = aws_subject_region(em);
	int rc = json_need_string(em->json, v, "registryId", &account, e);

	if (rc == 0)
		rc = json_need_string(em->json, v, "repositoryName", &name, e);
	if (rc == 0)
		rc = aws_emit_body(em, json_get(v, "policyText"), &body, e);
	if (rc < 0)
		return rc;
	if (!aws_arn_is_account(account))
		return json_fail(
			em->json, json_get(v, "registryId"), e, "expected an account id");
	aws_emit_open_account(em, em->home_partition, account);
	if (region.n > 0)
		key = arena_printf(em->arena, "arn:%.*s:ecr:%.*s:%.*s:repository/%.*s",
			STR_ARG(em->partition), STR_ARG(region), STR_ARG(account),
			STR_ARG(name));
	else
		key = arena_printf(
			em->arena, "name:aws:ecr:repository:%.*s", STR_ARG(name));
	return emit_policy(em, key, body, e);
}

static int emit_bucket(struct aws_emit *em, struct record_entity entity, struct err *e)
{
	int rc = aws_emit_entity(em, entity, e);

	if (rc == 0 && aws_subject_lacks_policy(em, "buckets"))
		rc = aws_emit_resource_policy(em, entity.key, (struct str){ 0 }, e);
	return rc;
}

/*
 * {"PublicAccessBlockConfiguration": {...}} of a bucket, or of an account under
 * 's3control'.
 */
static int read_access_block(
	struct aws_emit *em, const struct json_value *v, struct err *e)
{
	const struct json_value *block = json_get(v, "PublicAccessBlockConfiguration");
	struct record_entity entity = { .flags = 0 };
	struct aws_emit_attributes attributes = { .count = 0 };
	int rc = aws_resource_access_block(em, block, &attributes, e);

	entity.attributes = attributes.pairs;
	entity.attribute_count = attributes.count;
	if (rc < 0)
		return rc;
	if (aws_subject_of_path(em, "buckets").n > 0) {
		rc = find_bucket(em, v, &entity.name, &entity.key, e);
		return rc == 0 ? emit_bucket(em, entity, e) : rc;
	}
	if (aws_subject_of_path(em, "s3control").n == 0)
		return fail_subject(em, v,
			"as in 'buckets/NAME/get-public-access-block.json', "
			"or 's3control/' for the account's own",
			e);
	rc = aws_emit_open_home(em, v, e);
	if (rc < 0)
		return rc;
	entity.key = aws_emit_account_key(em, em->partition, em->account);
	entity.flags = ENTITY_CONTAINER;
	return aws_emit_entity(em, entity, e);
}

/* {"Owner": {"ID"}, "Grants": [...]}: of a bucket; its owner is the account. */
static int read_acl(struct aws_emit *em, const struct json_value *v, struct err *e)
{
	struct record_entity entity = { .flags = 0 },
			     account = { .flags = ENTITY_CONTAINER };
	struct aws_emit_attributes attributes = { .count = 0 };
	struct str owner;
	int rc = json_want_string(em->json, json_get(v, "Owner"), "ID", &owner, e);

	if (rc == 0 && aws_subject_of_path(em, "buckets").n == 0)
		return fail_subject(em, v, "as in 'buckets/NAME/get-bucket-acl.json'", e);
	if (rc == 0)
		rc = find_bucket(em, v, &entity.name, &entity.key, e);
	if (rc == 0)
		rc = emit_bucket(em, entity, e);
	if (rc < 0)
		return rc;
	aws_emit_attribute(&attributes, "canonical-id", owner);
	account.key = aws_emit_account_key(em, em->partition, em->account);
	account.attributes = attributes.pairs;
	account.attribute_count = attributes.count;
	rc = aws_emit_entity(em, account, e);
	return rc == 0 ? aws_acl_list(em, entity.key, owner, json_get(v, "Grants"), e)
		       : rc;
}

/* {"OwnershipControls": {"Rules": [{"ObjectOwnership"}]}} of a bucket. */
static int read_ownership(struct aws_emit *em, const struct json_value *v, struct err *e)
{
	struct record_entity entity = { .flags = 0 };
	struct aws_emit_attributes attributes = { .count = 0 };
	const struct json_value *rules, *rule;
	struct json_iter it;
	struct str ownership = { 0 }, none;
	int rc = json_want_array(
		em->json, json_get(v, "OwnershipControls"), "Rules", &rules, e);

	it = json_iterate(rc == 0 ? rules : NULL);
	while (rc == 0 && json_next(&it, &none, &rule)) {
		rc = json_want_type(em->json, rule, JSON_OBJECT, e);
		if (rc == 0)
			rc = json_want_string(
				em->json, rule, "ObjectOwnership", &ownership, e);
	}
	if (rc == 0 && aws_subject_of_path(em, "buckets").n == 0)
		return fail_subject(em, v,
			"as in 'buckets/NAME/get-bucket-ownership-controls.json'", e);
	if (rc == 0)
		rc = find_bucket(em, v, &entity.name, &entity.key, e);
	if (rc < 0)
		return rc;
	aws_emit_attribute(&attributes, "ownership", ownership);
	entity.attributes = attributes.pairs;
	entity.attribute_count = attributes.count;
	return emit_bucket(em, entity, e);
}

static int read_tag_set(struct aws_emit *em, const struct json_value *v, struct err *e)
{
	struct record_entity entity = { .flags = 0 };
	int rc;

	if (aws_subject_of_path(em, "buckets").n == 0)
		return fail_subject(
			em, v, "as in 'buckets/NAME/get-bucket-tagging.json'", e);
	rc = aws_emit_tags(em, json_get(v, "TagSet"), &entity, e);
	if (rc == 0)
		rc = find_bucket(em, v, &entity.name, &entity.key, e);
	return rc == 0 ? emit_bucket(em, entity, e) : rc;
}

static int read_function(struct aws_emit *em, const struct json_value *v, struct err *e)
{
	return aws_resource_function(em, json_get(v, "Configuration"), e);
}

static int read_task_definition(
	struct aws_emit *em, const struct json_value *v, struct err *e)
{
	return aws_resource_task_definition(em, json_get(v, "taskDefinition"), e);
}

static int read_user(struct aws_emit *em, const struct json_value *v, struct err *e)
{
	return aws_authorization_user(em, json_get(v, "User"), e);
}

static int read_role(struct aws_emit *em, const struct json_value *v, struct err *e)
{
	em->complete = true;
	return aws_authorization_role(em, json_get(v, "Role"), e);
}

static int read_profile(struct aws_emit *em, const struct json_value *v, struct err *e)
{
	return aws_authorization_profile(em, json_get(v, "InstanceProfile"), e);
}

static int read_key(struct aws_emit *em, const struct json_value *v, struct err *e)
{
	return aws_resource_key(em, json_get(v, "KeyMetadata"), e);
}

static int read_table(struct aws_emit *em, const struct json_value *v, struct err *e)
{
	return aws_resource_table(em, json_get(v, "Table"), e);
}

static int read_attributes(struct aws_emit *em, const struct json_value *v, struct err *e)
{
	return aws_resource_attributes(em, json_get(v, "Attributes"), e);
}

/* get-resource-policy of a secret without one answers its name and nothing else. */
static int read_secret(struct aws_emit *em, const struct json_value *v, struct err *e)
{
	struct str arn;
	int rc = aws_resource_secret(em, v, e);

	if (rc < 0 || json_size(v) != 2)
		return rc;
	rc = json_need_string(em->json, v, "ARN", &arn, e);
	return rc == 0 ? aws_emit_resource_policy(em, arn, (struct str){ 0 }, e) : rc;
}

static int read_organization(
	struct aws_emit *em, const struct json_value *v, struct err *e)
{
	return aws_organization_described(em, json_get(v, "Organization"), e);
}

/*
 * Answers about one thing, by a member, the first byte of its value, and another
 * member.
 */
static const struct {
	const char *member;
	char first;
	const char *also;
	reader *read;
} objects[] = {
	{ "Account", '"', "UserId", read_caller },
	{ "PolicyDocument", '\0', "PolicyName", read_inline },
	{ "PolicyVersion", '{', NULL, read_version },
	{ "Policy", '{', NULL, read_policy_object },
	{ "Policy", '"', NULL, read_policy },
	{ "User", '{', NULL, read_user },
	{ "Group", '{', NULL, read_group },
	{ "Role", '{', NULL, read_role },
	{ "InstanceProfile", '{', NULL, read_profile },
	{ "Configuration", '{', NULL, read_function },
	{ "taskDefinition", '{', NULL, read_task_definition },
	{ "KeyMetadata", '{', NULL, read_key },
	{ "Table", '{', NULL, read_table },
	{ "Attributes", '{', NULL, read_attributes },
	{ "Grants", '[', "Owner", read_acl },
	{ "Grants", '[', NULL, read_grants },
	{ "OwnershipControls", '{', NULL, read_ownership },
	{ "policyText", '"', "registryId", read_repository_policy },
	{ "AccessPointArn", '"', "Bucket", aws_resource_access_point },
	{ "PublicAccessBlockConfiguration", '{', NULL, read_access_block },
	{ "TagSet", '[', NULL, read_tag_set },
	{ "ARN", '"', "Name", read_secret },
	{ "Organization", '{', NULL, read_organization },
	{ "DelegatedAdministrators", '[', NULL, aws_organization_delegates },
	{ "ResourcePolicy", '{', NULL, aws_organization_delegation },
	{ "PermissionSet", '{', NULL, aws_identity_center_set },
};
#define OBJECT_COUNT (sizeof(objects) / sizeof(objects[0]))

static char first_byte(const struct json_value *v)
{
	switch (json_type(v)) {
	case JSON_OBJECT:
		return '{';
	case JSON_ARRAY:
		return '[';
	case JSON_STRING:
		return '"';
	default:
		return '0';
	}
}

static int visit_object(struct aws_emit *em, const struct decoder_piece *piece,
	const struct json_value *root, struct err *e)
{
	(void)piece;
	for (size_t i = 0; i < OBJECT_COUNT; i++) {
		const struct json_value *v = json_get(root, objects[i].member);

		if (!v || (objects[i].also && !json_get(root, objects[i].also)))
			continue;
		if (objects[i].first == '\0' || objects[i].first == first_byte(v))
			return objects[i].read(em, root, e);
	}
	return json_fail(em->json, root, e, "unknown answer");
}

static int run_object(const struct decoder_batch *batch, struct buf *out, struct err *e)
{
	return aws_emit_pieces(batch, out, visit_object, e);
}

static const struct decoder_format list_format = { "aws-answer", false, run_list };
static const struct decoder_format object_format = { "aws-answer", true, run_object };

static char shape_first(const struct json_shape *shape, const char *name)
{
	for (uint32_t i = 0; i < shape->member_count; i++) {
		if (str_eq(shape->members[i].name, str_from(name)))
			return shape->members[i].first;
	}
	return '\0';
}

const struct decoder_format *aws_answer_detect(const struct json_shape *shape)
{
	if (shape->top != '{')
		return NULL;
	for (size_t i = 0; i < OBJECT_COUNT; i++) {
		char first = shape_first(shape, objects[i].member);

		if (first == '\0' ||
			(objects[i].also && shape_first(shape, objects[i].also) == '\0'))
			continue;
		if (objects[i].first == '\0' || objects[i].first == first)
			return &object_format;
	}
	for (size_t i = 0; i < LIST_COUNT; i++) {
		if (shape_first(shape, lists[i].member) != '\0')
			return &list_format;
	}
	return NULL;
}
