#include "ingest/aws_resource.h"

#include "ingest/aws_arn.h"
#include "ingest/aws_authorization.h"
#include "ingest/aws_subject.h"

/* Where the members of a described resource are; NULL: the answer has no such member. */
struct shape {
	const char *arn, *name, *id, *created, *used, *tags, *manager;
	uint32_t flags;
};

/* The entity of an object that has its ARN. */
static int emit_described(struct aws_emit *em, const struct json_value *v,
	const struct shape *shape, struct str *key, struct err *e)
{
	struct record_entity entity = { .flags = shape->flags };
	struct aws_emit_attributes attributes = { .count = 0 };
	struct aws_arn arn = { .region = { 0 } };
	struct str id = { 0 }, manager = { 0 };
	int rc;

	em->offset = json_offset(em->json, v);
	rc = json_need_string(em->json, v, shape->arn, key, e);
	if (rc == 0)
		rc = aws_emit_open_arn(em, *key, json_get(v, shape->arn), e);
	if (rc == 0 && shape->name)
		rc = json_want_string(em->json, v, shape->name, &entity.name, e);
	if (rc == 0 && shape->id)
		rc = json_want_string(em->json, v, shape->id, &id, e);
	if (rc == 0 && shape->manager)
		rc = json_want_string(em->json, v, shape->manager, &manager, e);
	if (rc == 0 && shape->created)
		rc = aws_emit_date(em, v, shape->created, &entity.created, e);
	if (rc == 0 && shape->used)
		rc = aws_emit_date(em, v, shape->used, &entity.last_used, e);
	if (rc == 0 && shape->tags && json_get(v, shape->tags))
		rc = aws_emit_tags(em, json_get(v, shape->tags), &entity, e);
	if (rc < 0)
		return rc;
	if (entity.name.n == 0)
		entity.name = aws_authorization_name(*key);
	aws_arn_parse(&arn, *key);
	aws_emit_attribute(&attributes, "id", id);
	aws_emit_attribute(&attributes, "region", arn.region);
	aws_emit_attribute(&attributes, "manager", manager);
	entity.key = *key;
	entity.attributes = attributes.pairs;
	entity.attribute_count = attributes.count;
	return aws_emit_entity(em, entity, e);
}

static int emit_carried(struct aws_emit *em, const struct json_value *v,
	const char *member, struct str key, struct err *e)
{
	struct str role;
	int rc = json_want_string(em->json, v, member, &role, e);

	if (rc == 0 && role.n > 0)
		rc = aws_emit_relation(em, key, RELATION_CARRIES, role, e);
	return rc;
}

/* "eu-west-1" of the zone "eu-west-1a": up to the first digit. */
static struct str region_of_zone(struct str zone)
{
	size_t n = 0;

	while (n < zone.n && (zone.p[n] < '0' || zone.p[n] > '9'))
		n++;
	zone.n = n < zone.n ? n + 1 : 0;
	return zone;
}

/* "eu-west-1" of "com.amazonaws.eu-west-1.s3"; empty when there is none. */
static struct str region_of_service(struct str service)
{
	struct str rest = service;

	while (rest.n > 0) {
		size_t n = str_find_char(rest, '.', 0);

		if (aws_arn_is_region(str_head(rest, n)))
			return str_head(rest, n);
		rest = str_skip(rest, n + 1);
	}
	return rest;
}

static int read_instance(struct aws_emit *em, const struct json_value *v,
	struct record_entity *out, struct str *region, struct err *e)
{
	const struct json_value *placement, *state;
	struct str zone = { 0 }, status = { 0 };
	int rc = json_want_type(em->json, v, JSON_OBJECT, e);

	em->offset = json_offset(em->json, v);
	if (rc == 0)
		rc = json_need_string(em->json, v, "InstanceId", &out->name, e);
	if (rc == 0)
		rc = json_want_object(em->json, v, "Placement", &placement, e);
	if (rc == 0)
		rc = json_want_string(em->json, placement, "AvailabilityZone", &zone, e);
	if (rc == 0)
		rc = json_want_object(em->json, v, "State", &state, e);
	if (rc == 0)
		rc = json_want_string(em->json, state, "Name", &status, e);
	if (rc == 0)
		rc = aws_emit_date(em, v, "LaunchTime", &out->created, e);
	if (rc == 0)
		rc = aws_emit_tags(em, json_get(v, "Tags"), out, e);
	if (rc < 0)
		return rc;
	*region = region_of_zone(zone);
	if (region->n == 0)
		*region = aws_subject_region(em);
	if (region->n == 0)
		return json_fail(em->json, v, e,
			"which region the instance is in is not said: "
			"expected 'Placement.AvailabilityZone'");
	out->flags = ENTITY_IDENTITY | ENTITY_COMPUTE;
	if (str_eq(status, STR_LIT("terminated")))
		out->flags |= ENTITY_DISABLED;
	return 0;
}

static int emit_instance(
	struct aws_emit *em, const struct json_value *v, struct str owner, struct err *e)
{
	struct record_entity entity = { .flags = 0 };
	struct aws_emit_attributes attributes = { .count = 0 };
	const struct json_value *profile;
	struct str region, partition;
	int rc = read_instance(em, v, &entity, &region, e);

	if (rc == 0)
		rc = json_want_object(em->json, v, "IamInstanceProfile", &profile, e);
	if (rc < 0)
		return rc;
	partition = aws_arn_region_partition(region);
	aws_emit_open_account(em, partition, owner);
	entity.key = arena_printf(em->arena, "arn:%.*s:ec2:%.*s:%.*s:instance/%.*s",
		STR_ARG(partition), STR_ARG(region), STR_ARG(owner),
		STR_ARG(entity.name));
	aws_emit_attribute(&attributes, "id", entity.name);
	aws_emit_attribute(&attributes, "region", region);
	entity.attributes = attributes.pairs;
	entity.attribute_count = attributes.count;
	rc = aws_emit_entity(em, entity, e);
	if (rc == 0 && profile)
		rc = emit_carried(em, profile, "Arn", entity.key, e);
	return rc;
}

int aws_resource_reservation(
	struct aws_emit *em, const struct json_value *v, struct err *e)
{
	const struct json_value *instances, *instance;
	struct json_iter it;
	struct str owner, none;
	int rc = json_need_string(em->json, v, "OwnerId", &owner, e);

	if (rc == 0 && !aws_arn_is_account(owner))
		return json_fail(em->json, json_get(v, "OwnerId"), e,
			"expected an account id, found '%.*s'",
			(int)(owner.n < 40 ? owner.n : 40), owner.p);
	if (rc == 0)
		rc = json_want_array(em->json, v, "Instances", &instances, e);
	if (rc < 0)
		return rc;
	it = json_iterate(instances);
	while (rc == 0 && json_next(&it, &none, &instance))
		rc = emit_instance(em, instance, owner, e);
	return rc;
}

static int read_endpoint(struct aws_emit *em, const struct json_value *v,
	struct record_entity *out, struct aws_emit_attributes *attributes, struct err *e)
{
	struct str service, network, region, owner;
	int rc = json_need_string(em->json, v, "VpcEndpointId", &out->name, e);

	if (rc == 0)
		rc = json_need_string(em->json, v, "ServiceName", &service, e);
	if (rc == 0)
		rc = json_want_string(em->json, v, "VpcId", &network, e);
	if (rc == 0)
		rc = json_want_string(em->json, v, "OwnerId", &owner, e);
	if (rc == 0)
		rc = aws_emit_date(em, v, "CreationTimestamp", &out->created, e);
	if (rc == 0)
		rc = aws_emit_tags(em, json_get(v, "Tags"), out, e);
	if (rc < 0)
		return rc;
	region = aws_subject_region(em);
	if (region.n == 0)
		region = region_of_service(service);
	if (region.n == 0)
		return json_fail(em->json, v, e,
			"which region the endpoint is in is not said: "
			"expected a directory named after it");
	if (aws_arn_is_account(owner))
		aws_emit_open_account(em, aws_arn_region_partition(region), owner);
	else if (aws_emit_open_home(em, v, e) < 0)
		return e->code;
	out->key = arena_printf(em->arena, "arn:%.*s:ec2:%.*s:%.*s:vpc-endpoint/%.*s",
		STR_ARG(em->partition), STR_ARG(region), STR_ARG(em->account),
		STR_ARG(out->name));
	aws_emit_attribute(attributes, "id", out->name);
	aws_emit_attribute(attributes, "network", network);
	aws_emit_attribute(attributes, "service", service);
	aws_emit_attribute(attributes, "region", region);
	return 0;
}

int aws_resource_endpoint(struct aws_emit *em, const struct json_value *v, struct err *e)
{
	struct record_entity entity = { .flags = 0 };
	struct aws_emit_attributes attributes = { .count = 0 };
	struct str body;
	int rc = json_want_type(em->json, v, JSON_OBJECT, e);

	em->offset = json_offset(em->json, v);
	if (rc == 0)
		rc = read_endpoint(em, v, &entity, &attributes, e);
	if (rc < 0)
		return rc;
	entity.attributes = attributes.pairs;
	entity.attribute_count = attributes.count;
	rc = aws_emit_entity(em, entity, e);
	if (rc == 0)
		rc = aws_emit_body(em, json_get(v, "PolicyDocument"), &body, e);
	if (rc < 0 || body.n == 0)
		return rc;
	return aws_emit_document(
		em, LAYER_ENDPOINT, entity.key, STR_LIT("endpoint policy"), body, e);
}

int aws_resource_function(struct aws_emit *em, const struct json_value *v, struct err *e)
{
	static const struct shape shape = { .arn = "FunctionArn",
		.name = "FunctionName",
		.tags = "Tags",
		.flags = ENTITY_IDENTITY | ENTITY_COMPUTE };
	struct str key;
	int rc = emit_described(em, v, &shape, &key, e);

	return rc == 0 ? emit_carried(em, v, "Role", key, e) : rc;
}

int aws_resource_task_definition(
	struct aws_emit *em, const struct json_value *v, struct err *e)
{
	static const struct shape shape = { .arn = "taskDefinitionArn",
		.name = "family",
		.created = "registeredAt",
		.flags = ENTITY_IDENTITY | ENTITY_COMPUTE };
	struct str key;
	int rc = emit_described(em, v, &shape, &key, e);

	if (rc == 0)
		rc = emit_carried(em, v, "taskRoleArn", key, e);
	if (rc == 0)
		rc = emit_carried(em, v, "executionRoleArn", key, e);
	return rc;
}

int aws_resource_bucket(struct aws_emit *em, const struct json_value *v, struct err *e)
{
	struct record_entity entity = { .flags = 0 };
	struct aws_emit_attributes attributes = { .count = 0 };
	struct str region;
	int rc;

	em->offset = json_offset(em->json, v);
	rc = json_need_string(em->json, v, "Name", &entity.name, e);
	if (rc == 0)
		rc = aws_emit_open_home(em, v, e);
	if (rc == 0)
		rc = json_want_string(em->json, v, "BucketRegion", &region, e);
	if (rc == 0)
		rc = aws_emit_date(em, v, "CreationDate", &entity.created, e);
	if (rc < 0)
		return rc;
	aws_emit_attribute(&attributes, "region", region);
	entity.attributes = attributes.pairs;
	entity.attribute_count = attributes.count;
	entity.key = arena_printf(em->arena, "arn:%.*s:s3:::%.*s", STR_ARG(em->partition),
		STR_ARG(entity.name));
	return aws_emit_entity(em, entity, e);
}

int aws_resource_access_point(
	struct aws_emit *em, const struct json_value *v, struct err *e)
{
	static const char *const members[][2] = { { "Bucket", "bucket" },
		{ "BucketAccountId", "bucket-account" },
		{ "NetworkOrigin", "network-origin" } };
	struct record_entity entity = { .flags = 0 };
	struct aws_emit_attributes attributes = { .count = 0 };
	const struct json_value *block;
	struct str value;
	int rc = json_need_string(em->json, v, "AccessPointArn", &entity.key, e);

	em->offset = json_offset(em->json, v);
	if (rc == 0)
		rc = aws_emit_open_arn(em, entity.key, json_get(v, "AccessPointArn"), e);
	for (size_t i = 0; rc == 0 && i < sizeof(members) / sizeof(members[0]); i++) {
		rc = json_want_string(em->json, v, members[i][0], &value, e);
		if (rc == 0)
			aws_emit_attribute(&attributes, members[i][1], value);
	}
	if (rc == 0)
		rc = json_want_object(
			em->json, v, "PublicAccessBlockConfiguration", &block, e);
	if (rc == 0 && block)
		rc = aws_resource_access_block(em, block, &attributes, e);
	if (rc < 0)
		return rc;
	entity.name = aws_authorization_name(entity.key);
	entity.attributes = attributes.pairs;
	entity.attribute_count = attributes.count;
	return aws_emit_entity(em, entity, e);
}

int aws_resource_key(struct aws_emit *em, const struct json_value *v, struct err *e)
{
	static const struct shape described = { .arn = "Arn",
		.name = "KeyId",
		.id = "KeyId",
		.created = "CreationDate",
		.manager = "KeyManager" };
	static const struct shape listed = {
		.arn = "KeyArn", .name = "KeyId", .id = "KeyId"
	};
	struct str key;

	return emit_described(
		em, v, json_get(v, "KeyArn") ? &listed : &described, &key, e);
}

int aws_resource_secret(struct aws_emit *em, const struct json_value *v, struct err *e)
{
	static const struct shape shape = { .arn = "ARN",
		.name = "Name",
		.created = "CreatedDate",
		.used = "LastAccessedDate",
		.tags = "Tags" };
	const struct json_value *policy = json_get(v, "ResourcePolicy");
	struct str key, body;
	int rc = emit_described(em, v, &shape, &key, e);

	if (rc == 0 && policy)
		rc = aws_emit_body(em, policy, &body, e);
	if (rc == 0 && policy)
		rc = aws_emit_resource_policy(em, key, body, e);
	if (rc == 0 && !policy && aws_subject_lacks_policy(em, "secrets"))
		rc = aws_emit_resource_policy(em, key, (struct str){ 0 }, e);
	return rc;
}

int aws_resource_table(struct aws_emit *em, const struct json_value *v, struct err *e)
{
	static const struct shape shape = { .arn = "TableArn",
		.name = "TableName",
		.id = "TableId",
		.created = "CreationDateTime" };
	struct str key;
	int rc = emit_described(em, v, &shape, &key, e);

	if (rc == 0 && aws_subject_lacks_policy(em, "tables"))
		rc = aws_emit_resource_policy(em, key, (struct str){ 0 }, e);
	return rc;
}

int aws_resource_repository(
	struct aws_emit *em, const struct json_value *v, struct err *e)
{
	static const struct shape shape = {
		.arn = "repositoryArn", .name = "repositoryName", .created = "createdAt"
	};
	struct str key;

	return emit_described(em, v, &shape, &key, e);
}

int aws_resource_attributes(
	struct aws_emit *em, const struct json_value *v, struct err *e)
{
	static const struct shape queue = { .arn = "QueueArn" };
	static const struct shape topic = { .arn = "TopicArn" };
	const struct json_value *policy = json_get(v, "Policy");
	struct str key, body = { 0 };
	int rc =
		emit_described(em, v, json_get(v, "TopicArn") ? &topic : &queue, &key, e);

	if (rc == 0 && policy)
		rc = aws_emit_body(em, policy, &body, e);
	/*
	 * A caller that asks for some attributes gets those; the policy may not be one.
	 */
	if (rc == 0 && (policy || json_size(v) > 2))
		rc = aws_emit_resource_policy(em, key, body, e);
	return rc;
}

int aws_resource_access_block(struct aws_emit *em, const struct json_value *v,
	struct aws_emit_attributes *out, struct err *e)
{
	static const char *const names[][2] = {
		{ "BlockPublicAcls", "bpa:BlockPublicAcls" },
		{ "IgnorePublicAcls", "bpa:IgnorePublicAcls" },
		{ "BlockPublicPolicy", "bpa:BlockPublicPolicy" },
		{ "RestrictPublicBuckets", "bpa:RestrictPublicBuckets" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		bool on;
		int rc = json_want_bool(em->json, v, names[i][0], &on, e);

		if (rc < 0)
			return rc;
		aws_emit_attribute(
			out, names[i][1], on ? STR_LIT("true") : STR_LIT("false"));
	}
	return 0;
}

static int open_item(struct aws_emit *em, const struct json_value *v, struct str resource,
	struct err *e)
{
	struct aws_arn arn;
	struct str account;
	int rc = json_want_string(em->json, v, "Account", &account, e);

	if (rc < 0)
		return rc;
	if (account.n == 0)
		return aws_emit_open_arn(em, resource, json_get(v, "Resource"), e);
	if (!aws_arn_is_account(account))
		return json_fail(em->json, json_get(v, "Account"), e,
			"expected an account id, found '%.*s'",
			(int)(account.n < 40 ? account.n : 40), account.p);
	if (!aws_arn_parse(&arn, resource))
		return json_fail(em->json, json_get(v, "Resource"), e,
			"expected an ARN, found '%.*s'",
			(int)(resource.n < 100 ? resource.n : 100), resource.p);
	aws_emit_open_account(em, arn.partition, account);
	return 0;
}

int aws_resource_policy_item(
	struct aws_emit *em, const struct json_value *v, struct err *e)
{
	struct record_entity entity = { .flags = 0 };
	struct aws_emit_attributes attributes = { .count = 0 };
	struct aws_arn arn = { .region = { 0 } };
	const struct json_value *block;
	struct str body;
	int rc;

	em->offset = json_offset(em->json, v);
	rc = json_need_string(em->json, v, "Resource", &entity.key, e);
	if (rc == 0)
		rc = open_item(em, v, entity.key, e);
	if (rc == 0)
		rc = json_want_object(em->json, v, "PublicAccessBlock", &block, e);
	if (rc < 0)
		return rc;
	aws_arn_parse(&arn, entity.key);
	aws_emit_attribute(&attributes, "region", arn.region);
	if (block)
		rc = aws_resource_access_block(em, block, &attributes, e);
	if (rc < 0)
		return rc;
	entity.name = aws_authorization_name(entity.key);
	entity.attributes = attributes.pairs;
	entity.attribute_count = attributes.count;
	rc = aws_emit_entity(em, entity, e);
	if (rc == 0)
		rc = aws_emit_body(em, json_get(v, "Policy"), &body, e);
	return rc == 0 ? aws_emit_resource_policy(em, entity.key, body, e) : rc;
}
