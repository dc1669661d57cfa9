#include "ingest/aws_arn.h"
#include "ingest/aws_authorization.h"
#include "ingest/aws_layout_priv.h"
#include "ingest/aws_resource.h"

/* Types whose policy.json the tool writes when there is one: what the ARN begins with. */
static const struct {
	const char *service, *type;
} governed[] = {
	{ "s3", "" },
	{ "s3-object-lambda", "" },
	{ "s3express", "" },
	{ "s3-outposts", "" },
	{ "s3tables", "bucket/" },
	{ "sqs", "" },
	{ "sns", "" },
	{ "kms", "key/" },
	{ "lambda", "function:" },
	{ "lambda", "layer:" },
	{ "secretsmanager", "secret:" },
	{ "dynamodb", "table/" },
	{ "ecr", "repository/" },
	{ "elasticfilesystem", "file-system/" },
	{ "kinesis", "stream/" },
	{ "kafka", "cluster/" },
	{ "es", "domain/" },
	{ "backup", "backup-vault:" },
	{ "glacier", "vaults/" },
	{ "events", "event-bus/" },
	{ "glue", "catalog" },
	{ "acm-pca", "certificate-authority/" },
	{ "codeartifact", "" },
	{ "codebuild", "project/" },
	{ "ses", "identity/" },
};

static bool has_governed_policy(const struct aws_arn *arn)
{
	for (size_t i = 0; i < sizeof(governed) / sizeof(governed[0]); i++) {
		if (str_eq(arn->service, str_from(governed[i].service)) &&
			str_starts(arn->resource, str_from(governed[i].type)))
			return true;
	}
	return false;
}

static bool is_endpoint(struct str key)
{
	struct aws_arn arn;

	return aws_arn_parse(&arn, key) && str_eq(arn.service, STR_LIT("ec2")) &&
	       str_starts(arn.resource, STR_LIT("vpc-endpoint/"));
}

/*
 * What calls of an API are about, by the key of its management: the API's policy is about
 * those calls. Empty: it is no API.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies.html
 */
static struct str api_of(struct aws_emit *em, struct str key)
{
	const struct str type = STR_LIT("/restapis/");
	struct aws_arn arn;

	if (!aws_arn_parse(&arn, key) || !str_eq(arn.service, STR_LIT("apigateway")) ||
		!str_starts(arn.resource, type) || em->account.n == 0 ||
		str_find_char(arn.resource, '/', type.n) < arn.resource.n)
		return (struct str){ 0 };
	return arena_printf(em->arena, "arn:%.*s:execute-api:%.*s:%.*s:%.*s",
		STR_ARG(arn.partition), STR_ARG(arn.region), STR_ARG(em->account),
		STR_ARG(str_skip(arn.resource, type.n)));
}

static bool has_sibling(const struct aws_emit *em, const char *name)
{
	for (size_t i = 0; i < em->context->sibling_count; i++) {
		if (str_eq(em->context->siblings[i], str_from(name)))
			return true;
	}
	return false;
}

/*
 * What an action on it reaches through another entity: a stream is a part of its table, a
 * table of its bucket, a consumer of its stream. The policy of the part names it, and so
 * counts on the whole.
 */
static struct str whole_of(struct str key)
{
	static const struct {
		const char *service, *part;
	} parts[] = {
		{ "dynamodb", "/stream/" },
		{ "s3tables", "/table/" },
		{ "kinesis", "/consumer/" },
	};
	struct aws_arn arn;

	if (!aws_arn_parse(&arn, key))
		return key;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		struct str part = str_from(parts[i].part);

		if (!str_eq(arn.service, str_from(parts[i].service)))
			continue;
		for (size_t k = 0; k + part.n <= key.n; k++) {
			if (str_starts(str_skip(key, k), part))
				return str_head(key, k);
		}
	}
	return key;
}

static uint32_t flags_of(const struct aws_arn *arn, struct str path)
{
	static const struct {
		const char *service, *type;
		uint32_t flags;
	} known[] = {
		{ "iam", "user/", ENTITY_IDENTITY },
		{ "iam", "group/", ENTITY_GROUP },
		{ "iam", "policy/", ENTITY_POLICY },
		{ "lambda", "function:", ENTITY_IDENTITY | ENTITY_COMPUTE },
		{ "ec2", "instance/", ENTITY_IDENTITY | ENTITY_COMPUTE },
		{ "ecs", "task-definition/", ENTITY_IDENTITY | ENTITY_COMPUTE },
	};

	if (str_eq(arn->service, STR_LIT("iam")) &&
		str_starts(arn->resource, STR_LIT("role/")))
		return aws_authorization_role_flags(path);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (!str_eq(arn->service, str_from(known[i].service)) ||
			!str_starts(arn->resource, str_from(known[i].type)))
			continue;
		if (str_eq(arn->account, STR_LIT("aws")))
			return known[i].flags | ENTITY_SHARED;
		return known[i].flags;
	}
	return 0;
}

/* role of a function; roles of an instance profile; the boundary of a user or role. */
static int emit_ties(
	struct aws_emit *em, const struct json_value *v, struct str key, struct err *e)
{
	const struct json_value *roles, *role;
	struct json_iter it;
	struct str target, none;
	int rc = json_want_string(em->json, v, "role", &target, e);

	if (rc == 0 && target.n > 0)
		rc = aws_emit_relation(em, key, RELATION_CARRIES, target, e);
	if (rc == 0)
		rc = json_want_string(em->json, v, "permissionBoundary", &target, e);
	if (rc == 0 && target.n > 0)
		rc = aws_emit_relation(em, key, RELATION_BOUNDARY, target, e);
	if (rc == 0)
		rc = json_want_array(em->json, v, "roles", &roles, e);
	if (rc < 0)
		return rc;
	it = json_iterate(roles);
	while (rc == 0 && json_next(&it, &none, &role)) {
		rc = json_want_type(em->json, role, JSON_STRING, e);
		if (rc == 0)
			rc = aws_emit_relation(
				em, key, RELATION_CARRIES, json_string(role), e);
	}
	return rc;
}

/* What endpoints of networks say of themselves. */
static int read_endpoint(struct aws_emit *em, const struct json_value *v,
	struct aws_emit_attributes *attributes, struct err *e)
{
	struct str network, service;
	int rc = json_want_string(em->json, v, "vpc", &network, e);

	if (rc == 0)
		rc = json_want_string(em->json, v,
			json_get(v, "serviceName") ? "serviceName" : "service", &service,
			e);
	if (rc < 0)
		return rc;
	aws_emit_attribute(attributes, "network", network);
	aws_emit_attribute(attributes, "service", service);
	return 0;
}

/* What an access point is a way to. */
static int read_access_point(struct aws_emit *em, const struct json_value *v,
	struct aws_emit_attributes *attributes, struct err *e)
{
	struct str bucket, account, origin;
	int rc = json_want_string(em->json, v, "bucket", &bucket, e);

	if (rc == 0)
		rc = json_want_string(em->json, v, "bucketAccount", &account, e);
	if (rc == 0)
		rc = json_want_string(em->json, v, "networkOrigin", &origin, e);
	if (rc < 0)
		return rc;
	aws_emit_attribute(attributes, "bucket", bucket);
	aws_emit_attribute(attributes, "bucket-account", account);
	aws_emit_attribute(attributes, "network-origin", origin);
	return 0;
}

static int read_entity(struct aws_emit *em, const struct json_value *v,
	struct record_entity *entity, struct aws_emit_attributes *attributes,
	struct err *e)
{
	struct str id, path, region;
	int rc = json_want_string(em->json, v, "name", &entity->name, e);

	if (rc == 0)
		rc = json_want_string(em->json, v, "id", &id, e);
	if (rc == 0)
		rc = json_want_string(em->json, v, "path", &path, e);
	if (rc == 0)
		rc = json_want_string(em->json, v, "region", &region, e);
	if (rc == 0)
		rc = aws_emit_date(em, v,
			json_get(v, "created") ? "created" : "createDate",
			&entity->created, e);
	if (rc < 0)
		return rc;
	if (entity->name.n == 0)
		entity->name = aws_authorization_name(entity->key);
	aws_emit_attribute(attributes, "id", id);
	aws_emit_attribute(attributes, "path", path);
	if (region.n > 0)
		aws_emit_attribute(attributes, "region", region);
	return 0;
}

/* The API as its callers know it; without a policy file it has none. */
static int emit_api(struct aws_emit *em, struct record_entity entity, struct err *e)
{
	int rc;

	entity.key = api_of(em, entity.key);
	if (entity.key.n == 0)
		return 0;
	entity.tags_known = false;
	rc = aws_emit_entity(em, entity, e);
	if (rc == 0 && em->context->siblings_known && !has_sibling(em, "policy.json"))
		rc = aws_emit_resource_policy(em, entity.key, (struct str){ 0 }, e);
	return rc;
}

static int read_metadata(struct aws_emit *em, const struct json_value *v, struct err *e)
{
	struct record_entity entity = { .flags = 0 };
	struct aws_emit_attributes attributes = { .count = 0 };
	struct aws_arn arn;
	struct str path = { 0 };
	int rc = json_need_string(em->json, v, "arn", &entity.key, e);

	if (rc == 0 && !aws_arn_parse(&arn, entity.key))
		return json_fail(em->json, json_get(v, "arn"), e, "expected an ARN");
	if (rc == 0 && whole_of(entity.key).n < entity.key.n)
		return 0;
	if (rc == 0)
		rc = read_entity(em, v, &entity, &attributes, e);
	if (rc == 0)
		rc = json_want_string(em->json, v, "path", &path, e);
	if (rc < 0)
		return rc;
	if (str_eq(arn.service, STR_LIT("s3")) &&
		read_access_point(em, v, &attributes, e) < 0)
		return e->code;
	if (is_endpoint(entity.key) && read_endpoint(em, v, &attributes, e) < 0)
		return e->code;
	if (!json_get(v, "region"))
		aws_emit_attribute(&attributes, "region", arn.region);
	entity.flags = flags_of(&arn, path);
	entity.attributes = attributes.pairs;
	entity.attribute_count = attributes.count;
	entity.tags_known = em->context->siblings_known && !has_sibling(em, "tags.json");
	rc = aws_emit_entity(em, entity, e);
	if (rc == 0)
		rc = emit_api(em, entity, e);
	if (rc == 0)
		rc = emit_ties(em, v, entity.key, e);
	if (rc == 0 && em->context->siblings_known && has_governed_policy(&arn) &&
		!has_sibling(em, "policy.json"))
		rc = aws_emit_resource_policy(em, entity.key, (struct str){ 0 }, e);
	if (rc == 0 && str_eq(arn.service, STR_LIT("iam")) &&
		str_starts(arn.resource, STR_LIT("role/")) &&
		em->context->siblings_known && !has_sibling(em, "trust-policy.json"))
		aws_emit_coverage(em, STR_LIT("trust-policy"), entity.key,
			COVERAGE_REFUSED, STR_LIT("the role came without it"));
	if (rc == 0 && str_eq(arn.service, STR_LIT("iam")))
		aws_emit_coverage(em, STR_LIT("identities"), (struct str){ 0 },
			COVERAGE_GOT, (struct str){ 0 });
	return rc;
}

static int read_inline(
	struct aws_emit *em, struct str key, const struct json_value *v, struct err *e)
{
	const struct json_value *policy;
	struct json_iter it;
	struct str name, body, none;
	int rc = json_want_type(em->json, v, JSON_ARRAY, e);

	it = json_iterate(v);
	while (rc == 0 && json_next(&it, &none, &policy)) {
		rc = json_want_type(em->json, policy, JSON_OBJECT, e);
		if (rc == 0)
			rc = json_need_string(em->json, policy, "PolicyName", &name, e);
		if (rc == 0)
			rc = aws_emit_body(
				em, json_get(policy, "PolicyDocument"), &body, e);
		if (rc == 0)
			rc = aws_emit_document(em, LAYER_IDENTITY, key, name, body, e);
	}
	return rc;
}

static int read_relations(struct aws_emit *em, struct str key,
	enum record_relation_type type, const struct json_value *v, struct err *e)
{
	const struct json_value *target;
	struct json_iter it;
	struct str none;
	int rc = json_want_type(em->json, v, JSON_ARRAY, e);

	it = json_iterate(v);
	while (rc == 0 && json_next(&it, &none, &target)) {
		rc = json_want_type(em->json, target, JSON_STRING, e);
		if (rc == 0)
			rc = aws_emit_relation(em, key, type, json_string(target), e);
	}
	return rc;
}

static int read_attributes(struct aws_emit *em, struct str key, bool tags,
	const struct json_value *v, struct err *e)
{
	struct record_entity entity = { .key = key };
	struct aws_emit_attributes attributes = { .count = 0 };
	int rc = json_want_type(em->json, v, JSON_OBJECT, e);

	if (rc == 0 && tags)
		rc = aws_emit_tags(em, v, &entity, e);
	else if (rc == 0)
		rc = aws_resource_access_block(em, v, &attributes, e);
	entity.attributes = attributes.pairs;
	entity.attribute_count = attributes.count;
	return rc == 0 ? aws_emit_entity(em, entity, e) : rc;
}

/* {"Status": "Enabled"}: tags of the bucket take part in conditions. */
static int read_abac(
	struct aws_emit *em, struct str key, const struct json_value *v, struct err *e)
{
	struct record_entity entity = { .key = key };
	struct aws_emit_attributes attributes = { .count = 0 };
	struct str status = { 0 };
	int rc = 0;

	if (json_type(v) == JSON_STRING)
		status = json_string(v);
	else
		rc = json_want_string(em->json, v,
			json_get(v, "status") ? "status" : "Status", &status, e);
	aws_emit_attribute(&attributes, "abac", status);
	entity.attributes = attributes.pairs;
	entity.attribute_count = attributes.count;
	return rc == 0 ? aws_emit_entity(em, entity, e) : rc;
}

static int read_named(struct aws_emit *em, struct str key, struct str file,
	const struct json_value *v, struct err *e)
{
	struct str body;
	int rc;

	if (str_eq(file, STR_LIT("inline-policies.json")))
		return read_inline(em, key, v, e);
	if (str_eq(file, STR_LIT("managed-policies.json")))
		return read_relations(em, key, RELATION_ATTACHED, v, e);
	if (str_eq(file, STR_LIT("groups.json")))
		return read_relations(em, key, RELATION_MEMBER_OF, v, e);
	if (str_eq(file, STR_LIT("tags.json")))
		return read_attributes(em, key, true, v, e);
	if (str_eq(file, STR_LIT("bpa.json")))
		return read_attributes(em, key, false, v, e);
	if (str_eq(file, STR_LIT("abac.json")))
		return read_abac(em, key, v, e);
	rc = aws_emit_body(em, v, &body, e);
	if (rc < 0)
		return rc;
	if (str_eq(file, STR_LIT("trust-policy.json")))
		return aws_emit_document(
			em, LAYER_TRUST, key, STR_LIT("trust policy"), body, e);
	if (str_eq(file, STR_LIT("current-policy.json")))
		return aws_emit_document(
			em, LAYER_IDENTITY, key, aws_authorization_name(key), body, e);
	if (str_eq(file, STR_LIT("endpoint-policy.json")) || is_endpoint(key))
		return aws_emit_document(
			em, LAYER_ENDPOINT, key, STR_LIT("endpoint policy"), body, e);
	if (api_of(em, key).n > 0)
		return aws_emit_resource_policy(em, api_of(em, key), body, e);
	if (whole_of(key).n < key.n)
		return aws_emit_document(em, LAYER_RESOURCE, whole_of(key),
			aws_authorization_name(key), body, e);
	return aws_emit_resource_policy(em, key, body, e);
}

static bool is_used(struct str file)
{
	static const char *const names[] = { "inline-policies.json",
		"managed-policies.json", "groups.json", "tags.json", "bpa.json",
		"trust-policy.json", "current-policy.json", "endpoint-policy.json",
		"policy.json", "abac.json" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (str_eq(file, str_from(names[i])))
			return true;
	}
	return false;
}

static int read_membership(struct aws_emit *em, const struct aws_layout_place *place,
	const struct json_value *v, struct err *e)
{
	struct str id;
	int rc = json_want_string(em->json, v, "organizationId", &id, e);

	if (rc < 0)
		return rc;
	em->partition = place->partition;
	em->account = place->owner;
	em->scope = arena_printf(em->arena, "aws:%.*s", STR_ARG(place->owner));
	aws_emit_parent(em, id);
	return 0;
}

/* accounts/ID/s3-bpa.json: the public access block of the whole account. */
static int read_account_block(struct aws_emit *em, const struct aws_layout_place *place,
	const struct json_value *v, struct err *e)
{
	aws_emit_open_account(em, place->partition, place->owner);
	return read_attributes(em,
		aws_emit_account_key(em, place->partition, place->owner), false, v, e);
}

/* {"arn", "shares", "policy"}: what a resource share lets others do. */
static int read_shared(struct aws_emit *em, const struct aws_layout_place *place,
	const struct json_value *v, struct err *e)
{
	struct str key, body;
	int rc = json_need_string(em->json, v, "arn", &key, e);

	if (rc == 0)
		rc = aws_emit_body(em, json_get(v, "policy"), &body, e);
	if (rc < 0 || body.n == 0)
		return rc;
	aws_emit_open_account(em, place->partition, place->owner);
	return aws_emit_document(
		em, LAYER_RESOURCE, key, STR_LIT("resource share"), body, e);
}

/* Files without a word about access. */
static bool says_nothing(const struct aws_layout_place *place)
{
	static const char *const names[] = { "encryption.json", "metadata.json",
		"instance-profiles.json", "alias.json", "regions.json" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (str_eq(place->file, str_from(names[i])))
			return true;
	}
	return false;
}

/* What was collected and nobody here can read is told, not dropped. */
static int not_understood(struct aws_emit *em, const struct aws_layout_place *place)
{
	if (says_nothing(place))
		return 0;
	aws_emit_open_account(em, place->partition, place->owner);
	aws_emit_coverage(em,
		arena_printf(em->arena, "files:%.*s%s%.*s", STR_ARG(place->service),
			place->service.n > 0 ? "/" : "", STR_ARG(place->file)),
		(struct str){ 0 }, COVERAGE_PARTIAL, STR_LIT("not understood"));
	return 0;
}

int aws_layout_account_file(struct aws_emit *em, const struct aws_layout_place *place,
	const struct json_value *v, struct err *e)
{
	struct str key;

	em->offset = json_offset(em->json, v);
	if (place->service.n == 0) {
		if (str_eq(place->file, STR_LIT("organization.json")))
			return read_membership(em, place, v, e);
		if (str_eq(place->file, STR_LIT("s3-bpa.json")))
			return read_account_block(em, place, v, e);
		return not_understood(em, place);
	}
	if (str_eq(place->service, STR_LIT("ram")))
		return read_shared(em, place, v, e);
	if (str_eq(place->file, STR_LIT("metadata.json"))) {
		aws_emit_open_account(em, place->partition, place->owner);
		return read_metadata(em, v, e);
	}
	if (!is_used(place->file))
		return not_understood(em, place);
	key = aws_layout_metadata(em, "arn");
	if (key.n == 0)
		return aws_layout_fail(em, v, e);
	aws_emit_open_account(em, place->partition, place->owner);
	return read_named(em, key, place->file, v, e);
}
