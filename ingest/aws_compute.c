#include "ingest/aws_compute.h"

#include "ingest/aws_answer.h"
#include "ingest/aws_arn.h"
#include "ingest/aws_authorization.h"
#include "ingest/aws_subject.h"

#define ACTS (ENTITY_IDENTITY | ENTITY_COMPUTE)

/* What one call says of a thing. */
struct shape {
	const char *member; /* of the answer */
	/* of its value: '[' a list, '{' the thing; '"': the answer is the thing */
	char first;
	const char *also; /* the thing must have this member */
	const char *kind;
	const char *arn;  /* its member, or NULL: the key is made */
	const char *name; /* its member, or NULL: the ARN's last part */
	const char *type; /* of a made key: "glue:job/" */
	const char *created;
	uint32_t flags;
	const char *carried[2];   /* members, "outer/inner" for one inside another */
	const char *carried_kind; /* of what is named without an ARN */
	const char *only;         /* a member that must be true for it to count */
};

#define ROLE    "aws:iam:role"
#define PROFILE "aws:iam:instance-profile"

/* clang-format off */
static const struct shape shapes[] = {
	{ .member = "projects", .first = '[', .also = "serviceRole", .kind = "aws:codebuild:project", .arn = "arn",
		.name = "name", .created = "created", .flags = ACTS, .carried = { "serviceRole" }, .carried_kind = ROLE },
	{ .member = "DevEndpoints", .first = '[', .also = "EndpointName", .kind = "aws:glue:devendpoint",
		.name = "EndpointName", .type = "glue:devEndpoint/", .created = "CreatedTimestamp", .flags = ACTS,
		.carried = { "RoleArn" }, .carried_kind = ROLE },
	{ .member = "Jobs", .first = '[', .also = "Command", .kind = "aws:glue:job", .name = "Name", .type = "glue:job/",
		.created = "CreatedOn", .flags = ACTS, .carried = { "Role" }, .carried_kind = ROLE },
	{ .member = "NotebookInstanceArn", .first = '"', .also = "NotebookInstanceArn", .kind = "aws:sagemaker:notebook-instance",
		.arn = "NotebookInstanceArn", .name = "NotebookInstanceName", .created = "CreationTime", .flags = ACTS,
		.carried = { "RoleArn" }, .carried_kind = ROLE },
	{ .member = "Stacks", .first = '[', .also = "StackStatus", .kind = "aws:cloudformation:stack", .arn = "StackId",
		.name = "StackName", .created = "CreationTime", .carried = { "RoleARN" }, .carried_kind = ROLE },
	{ .member = "Service", .first = '{', .also = "ServiceArn", .kind = "aws:apprunner:service", .arn = "ServiceArn",
		.name = "ServiceName", .created = "CreatedAt", .flags = ACTS,
		.carried = { "InstanceConfiguration/InstanceRoleArn" }, .carried_kind = ROLE },
	{ .member = "stateMachineArn", .first = '"', .also = "definition", .kind = "aws:states:statemachine",
		.arn = "stateMachineArn", .name = "name", .created = "creationDate", .flags = ACTS,
		.carried = { "roleArn" }, .carried_kind = ROLE },
	{ .member = "tasks", .first = '[', .also = "taskDefinitionArn", .kind = "aws:ecs:task", .arn = "taskArn",
		.created = "createdAt", .flags = ACTS, .carried = { "overrides/taskRoleArn", "taskDefinitionArn" },
		.carried_kind = ROLE },
	{ .member = "LaunchTemplateVersions", .first = '[', .also = "LaunchTemplateId", .kind = "aws:ec2:launch-template",
		.name = "LaunchTemplateId", .type = "ec2:launch-template/",
		.carried = { "LaunchTemplateData/IamInstanceProfile/Arn", "LaunchTemplateData/IamInstanceProfile/Name" },
		.carried_kind = PROFILE, .only = "DefaultVersion" },
	{ .member = "jobDefinitions", .first = '[', .also = "jobDefinitionArn", .kind = "aws:batch:job-definition",
		.arn = "jobDefinitionArn", .name = "jobDefinitionName", .flags = ACTS,
		.carried = { "containerProperties/jobRoleArn" }, .carried_kind = ROLE },
	{ .member = "codeInterpreterArn", .first = '"', .also = "codeInterpreterArn",
		.kind = "aws:bedrock-agentcore:code-interpreter-custom", .arn = "codeInterpreterArn", .name = "name",
		.created = "createdAt", .flags = ACTS, .carried = { "executionRoleArn" }, .carried_kind = ROLE },
	{ .member = "Cluster", .first = '{', .also = "ClusterArn", .kind = "aws:elasticmapreduce:cluster", .arn = "ClusterArn",
		.name = "Name", .flags = ACTS, .carried = { "Ec2InstanceAttributes/IamInstanceProfile" },
		.carried_kind = PROFILE },
	{ .member = "environments", .first = '[', .also = "ownerArn", .kind = "aws:cloud9:environment", .arn = "arn",
		.name = "name", .carried = { "ownerArn" }, .carried_kind = ROLE },
	{ .member = "nodegroup", .first = '{', .also = "nodeRole", .kind = "aws:eks:cluster", .name = "clusterName",
		.type = "eks:cluster/", .carried = { "nodeRole" }, .carried_kind = ROLE },
	{ .member = "association", .first = '{', .also = "serviceAccount", .kind = "aws:eks:cluster", .name = "clusterName",
		.type = "eks:cluster/", .carried = { "roleArn" }, .carried_kind = ROLE },
};
/* clang-format on */
#define SHAPE_COUNT (sizeof(shapes) / sizeof(shapes[0]))

/* The text at "outer/inner"; empty when something on the way is not there. */
static int find_text(struct aws_emit *em, const struct json_value *v, const char *path,
	struct str *out, struct err *e)
{
	struct str rest = str_from(path);

	*out = (struct str){ 0 };
	for (;;) {
		size_t slash = str_find_char(rest, '/', 0);
		struct str name = arena_copy(em->arena, str_head(rest, slash));

		if (slash == rest.n)
			return json_want_string(em->json, v, name.p, out, e);
		if (json_want_object(em->json, v, name.p, &v, e) < 0)
			return e->code;
		if (!v)
			return 0;
		rest = str_skip(rest, slash + 1);
	}
}

/*
 * What carries whom is named by an ARN, by that of a session, or by a name, with or
 * without its path.
 */
static struct str carried_key(
	struct aws_emit *em, const struct shape *shape, struct str text)
{
	struct aws_arn arn;
	struct str rest;

	if (!aws_arn_parse(&arn, text))
		return arena_printf(em->arena, "name:%s:%.*s", shape->carried_kind,
			STR_ARG(aws_authorization_name(text)));
	if (!str_starts(arn.resource, STR_LIT("assumed-role/")))
		return text;
	rest = str_skip(arn.resource, strlen("assumed-role/"));
	return arena_printf(em->arena, "name:%s:%.*s", ROLE,
		STR_ARG(str_head(rest, str_find_char(rest, '/', 0))));
}

/* The first that is there; of the others it is the default. */
static int emit_carried(struct aws_emit *em, const struct json_value *v,
	const struct shape *shape, struct str key, struct err *e)
{
	for (size_t i = 0; i < 2 && shape->carried[i]; i++) {
		struct str text;

		if (find_text(em, v, shape->carried[i], &text, e) < 0)
			return e->code;
		if (text.n > 0)
			return aws_emit_relation(em, key, RELATION_CARRIES,
				carried_key(em, shape, text), e);
	}
	return 0;
}

static int make_key(struct aws_emit *em, const struct json_value *v,
	const struct shape *shape, struct record_entity *entity, struct err *e)
{
	struct str region = aws_subject_region(em), type = str_from(shape->type);
	size_t colon = str_find_char(type, ':', 0);

	if (aws_emit_open_home(em, v, e) < 0)
		return e->code;
	if (region.n == 0)
		return json_fail(em->json, v, e,
			"which region this is in is not said: expected a directory that "
			"is named after it, as in 'eu-west-1/FILE'");
	entity->key = arena_printf(em->arena, "arn:%.*s:%.*s:%.*s:%.*s:%.*s%.*s",
		STR_ARG(em->partition), STR_ARG(str_head(type, colon)), STR_ARG(region),
		STR_ARG(em->account), STR_ARG(str_skip(type, colon + 1)),
		STR_ARG(entity->name));
	return 0;
}

static int find_key(struct aws_emit *em, const struct json_value *v,
	const struct shape *shape, struct record_entity *entity, struct err *e)
{
	int rc = 0;

	if (shape->name)
		rc = json_need_string(em->json, v, shape->name, &entity->name, e);
	if (rc < 0 || !shape->arn)
		return rc < 0 ? rc : make_key(em, v, shape, entity, e);
	rc = json_need_string(em->json, v, shape->arn, &entity->key, e);
	if (rc == 0)
		rc = aws_emit_open_arn(em, entity->key, json_get(v, shape->arn), e);
	if (rc == 0 && entity->name.n == 0)
		entity->name = aws_authorization_name(entity->key);
	return rc;
}

static int read_thing(struct aws_emit *em, const struct json_value *v,
	const struct shape *shape, struct err *e)
{
	struct record_entity entity = { .kind = str_from(shape->kind),
		.flags = shape->flags };
	struct aws_emit_attributes attributes = { .count = 0 };
	struct aws_arn arn;
	bool counts = true;
	int rc;

	em->offset = json_offset(em->json, v);
	if (!json_get(v, shape->also))
		return json_fail(em->json, v, e, "expected a member '%s'", shape->also);
	rc = find_key(em, v, shape, &entity, e);
	if (rc == 0 && shape->created)
		rc = aws_emit_date(em, v, shape->created, &entity.created, e);
	if (rc == 0 && shape->only)
		rc = json_want_bool(em->json, v, shape->only, &counts, e);
	if (rc < 0)
		return rc;
	if (aws_arn_parse(&arn, entity.key))
		aws_emit_attribute(&attributes, "region", arn.region);
	entity.attributes = attributes.pairs;
	entity.attribute_count = attributes.count;
	rc = aws_emit_entity(em, entity, e);
	return rc == 0 && counts ? emit_carried(em, v, shape, entity.key, e) : rc;
}

/* Calls that only list give names: they say nothing of roles. */
static int visit_list(struct aws_emit *em, const struct decoder_piece *piece,
	const struct json_value *root, struct err *e)
{
	for (size_t i = 0; i < SHAPE_COUNT; i++) {
		const struct shape *shape = &shapes[i];

		if (shape->first != '[')
			continue;
		if (piece->type == JSON_END) {
			aws_answer_list_end(em, shape->member, shape->kind);
			continue;
		}
		if (!str_eq(piece->member, str_from(shape->member)))
			continue;
		if (piece->type == JSON_VALUE)
			return json_want_type(em->json, root, JSON_ARRAY, e);
		if (json_type(root) == JSON_STRING)
			return 0;
		if (json_want_type(em->json, root, JSON_OBJECT, e) < 0)
			return e->code;
		return read_thing(em, root, shape, e);
	}
	return 0;
}

static int run_list(const struct decoder_batch *batch, struct buf *out, struct err *e)
{
	return aws_emit_pieces(batch, out, visit_list, e);
}

static int visit_object(struct aws_emit *em, const struct decoder_piece *piece,
	const struct json_value *root, struct err *e)
{
	(void)piece;
	for (size_t i = 0; i < SHAPE_COUNT; i++) {
		const struct json_value *v = json_get(root, shapes[i].member);

		if (!v || shapes[i].first == '[')
			continue;
		return read_thing(em, shapes[i].first == '"' ? root : v, &shapes[i], e);
	}
	return json_fail(em->json, root, e, "unknown answer");
}

static int run_object(const struct decoder_batch *batch, struct buf *out, struct err *e)
{
	return aws_emit_pieces(batch, out, visit_object, e);
}

static const struct decoder_format list_format = { "aws-answer", false, run_list };
static const struct decoder_format object_format = { "aws-answer", true, run_object };

static bool has_member(const struct json_shape *shape, const char *name, char first)
{
	for (uint32_t i = 0; i < shape->member_count; i++) {
		if (str_eq(shape->members[i].name, str_from(name)))
			return shape->members[i].first == first;
	}
	return false;
}

const struct decoder_format *aws_compute_detect(const struct json_shape *shape)
{
	if (shape->top != '{')
		return NULL;
	for (size_t i = 0; i < SHAPE_COUNT; i++) {
		if (has_member(shape, shapes[i].member, shapes[i].first))
			return shapes[i].first == '[' ? &list_format : &object_format;
	}
	return NULL;
}
