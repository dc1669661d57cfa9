#include "ingest/aws_organization.h"

#include "ingest/aws_arn.h"
#include "ingest/aws_authorization.h"
#include "ingest/aws_subject.h"

/* The organization that an ARN is of: "o-..." is the second part of its resource. */
struct home {
	struct str partition, management, id;
};

static bool home_of_arn(struct home *out, struct str text)
{
	struct aws_arn arn;
	struct str rest;

	if (!aws_arn_parse(&arn, text) || !aws_arn_is_account(arn.account))
		return false;
	rest = str_skip(arn.resource, str_find_char(arn.resource, '/', 0) + 1);
	rest = str_head(rest, str_find_char(rest, '/', 0));
	*out = (struct home){ arn.partition, arn.account, rest };
	return aws_arn_is_organization(rest);
}

/*
 * The organization by the path, or by the answer of describe-organization beside the
 * file.
 */
static bool home_of_context(struct aws_emit *em, struct home *out)
{
	struct str path = em->context->path, arn = { 0 };
	struct json j;
	struct err ignored;
	bool found = false;

	if (json_parse(&j, em->context->companion, (struct json_origin){ 0 }, &ignored) ==
		0) {
		const struct json_value *v = json_get(j.root, "Organization");

		if (v && json_want_string(&j, v, "Arn", &arn, &ignored) == 0)
			found = home_of_arn(out, arena_copy(em->arena, arn));
		json_release(&j);
	}
	if (found)
		return true;
	for (size_t at = 0; at < path.n;) {
		size_t end = str_find_char(path, '/', at);
		struct str part = str_head(str_skip(path, at), end - at);

		if (aws_arn_is_organization(part)) {
			*out = (struct home){ em->home_partition, em->home, part };
			found = true;
		}
		at = end + 1;
	}
	return found;
}

static int open_home(struct aws_emit *em, const struct json_value *v, struct str arn,
	struct home *out, struct err *e)
{
	if (!home_of_arn(out, arn) && !home_of_context(em, out))
		return json_fail(em->json, v, e,
			"which organization this belongs to is not said: expected an "
			"ARN that names it, a directory "
			"named after it, or 'describe-organization.json' in this directory");
	aws_emit_open_organization(em, out->partition, out->id);
	return 0;
}

struct str aws_organization_node(struct aws_emit *em, struct str partition,
	struct str management, struct str organization, struct str id)
{
	const char *type = str_starts(id, STR_LIT("r-")) ? "root" : "ou";

	if (aws_arn_is_account(id))
		return aws_emit_account_key(em, partition, id);
	return arena_printf(em->arena, "arn:%.*s:organizations::%.*s:%s/%.*s/%.*s",
		STR_ARG(partition), STR_ARG(management), type, STR_ARG(organization),
		STR_ARG(id));
}

enum record_layer aws_organization_layer(struct str s)
{
	if (str_contains_fold(s, STR_LIT("service_control_policy")))
		return LAYER_SCP;
	if (str_contains_fold(s, STR_LIT("resource_control_policy")))
		return LAYER_RCP;
	return (enum record_layer)0;
}

int aws_organization_described(
	struct aws_emit *em, const struct json_value *v, struct err *e)
{
	struct record_entity entity = { .flags = ENTITY_CONTAINER };
	struct record_pair id = { STR_LIT("id"), { 0 } };
	struct record r = { .type = RECORD_SCOPE };
	struct home home;
	int rc = json_need_string(em->json, v, "Arn", &entity.key, e);

	em->offset = json_offset(em->json, v);
	if (rc == 0 && !home_of_arn(&home, entity.key))
		return json_fail(em->json, json_get(v, "Arn"), e,
			"expected the ARN of an organization");
	if (rc < 0)
		return rc;
	if (em->home.n > 0) {
		aws_emit_open_account(em, em->home_partition, em->home);
		aws_emit_parent(em, home.id);
	}
	aws_emit_open_organization(em, home.partition, home.id);
	r.scope = (struct record_scope){
		.id = em->scope, .key = entity.key, .format = str_from(em->format)
	};
	record_encode(em->out, &r);
	id.value = home.id;
	entity.name = home.id;
	entity.attributes = &id;
	entity.attribute_count = 1;
	return aws_emit_entity(em, entity, e);
}

static int read_account(struct aws_emit *em, const struct json_value *v, struct err *e)
{
	struct record_entity entity = { .flags = ENTITY_CONTAINER };
	struct aws_emit_attributes attributes = { .count = 0 };
	struct str arn, id, status, parent = aws_subject_of_path(em, "parents");
	struct home home;
	int rc = json_need_string(em->json, v, "Arn", &arn, e);

	if (rc == 0)
		rc = json_need_string(em->json, v, "Id", &id, e);
	if (rc == 0)
		rc = json_want_string(em->json, v, "Name", &entity.name, e);
	if (rc == 0)
		rc = json_want_string(em->json, v, "Status", &status, e);
	if (rc == 0)
		rc = aws_emit_date(em, v, "JoinedTimestamp", &entity.created, e);
	if (rc == 0 && !aws_arn_is_account(id))
		rc = json_fail(em->json, json_get(v, "Id"), e, "expected an account id");
	if (rc == 0)
		rc = open_home(em, v, arn, &home, e);
	if (rc < 0)
		return rc;
	if (str_eq(id, home.management))
		entity.flags |= ENTITY_EXEMPT;
	if (str_eq(status, STR_LIT("SUSPENDED")) || str_eq(status, STR_LIT("CLOSED")))
		entity.flags |= ENTITY_DISABLED;
	aws_emit_attribute(&attributes, "id", id);
	aws_emit_attribute(&attributes, "status", status);
	entity.attributes = attributes.pairs;
	entity.attribute_count = attributes.count;
	entity.key = aws_emit_account_key(em, home.partition, id);
	rc = aws_emit_entity(em, entity, e);
	if (rc < 0 || parent.n == 0)
		return rc;
	return aws_emit_relation(em,
		aws_organization_node(
			em, home.partition, home.management, home.id, parent),
		RELATION_CONTAINS, entity.key, e);
}

/* A root or an organizational unit. */
static int read_node(struct aws_emit *em, const struct json_value *v, struct err *e)
{
	struct record_entity entity = { .flags = ENTITY_CONTAINER };
	struct record_pair id = { STR_LIT("id"), { 0 } };
	struct str parent = aws_subject_of_path(em, "parents");
	struct home home;
	int rc = json_need_string(em->json, v, "Arn", &entity.key, e);

	if (rc == 0)
		rc = json_need_string(em->json, v, "Id", &id.value, e);
	if (rc == 0)
		rc = json_want_string(em->json, v, "Name", &entity.name, e);
	if (rc == 0)
		rc = open_home(em, v, entity.key, &home, e);
	if (rc < 0)
		return rc;
	entity.attributes = &id;
	entity.attribute_count = 1;
	rc = aws_emit_entity(em, entity, e);
	if (rc < 0)
		return rc;
	if (str_starts(id.value, STR_LIT("r-")))
		return aws_emit_relation(em,
			arena_printf(em->arena,
				"arn:%.*s:organizations::%.*s:organization/%.*s",
				STR_ARG(home.partition), STR_ARG(home.management),
				STR_ARG(home.id)),
			RELATION_CONTAINS, entity.key, e);
	if (parent.n == 0)
		return 0;
	return aws_emit_relation(em,
		aws_organization_node(
			em, home.partition, home.management, home.id, parent),
		RELATION_CONTAINS, entity.key, e);
}

/* PolicySummary, and the element of list-policies and list-policies-for-target. */
static int read_policy(struct aws_emit *em, const struct json_value *v, struct err *e)
{
	struct record_entity entity = { .flags = ENTITY_POLICY };
	struct record_pair id = { STR_LIT("id"), { 0 } };
	struct str target = aws_subject_of_path(em, "targets");
	struct home home;
	bool managed;
	int rc = json_need_string(em->json, v, "Arn", &entity.key, e);

	if (rc == 0)
		rc = json_want_string(em->json, v, "Id", &id.value, e);
	if (rc == 0)
		rc = json_want_string(em->json, v, "Name", &entity.name, e);
	if (rc == 0)
		rc = json_want_bool(em->json, v, "AwsManaged", &managed, e);
	if (rc == 0)
		rc = open_home(em, v, entity.key, &home, e);
	if (rc < 0)
		return rc;
	if (managed)
		entity.flags |= ENTITY_SHARED;
	entity.attributes = &id;
	entity.attribute_count = id.value.n > 0;
	rc = aws_emit_entity(em, entity, e);
	if (rc < 0 || target.n == 0)
		return rc;
	return aws_emit_relation(em,
		aws_organization_node(
			em, home.partition, home.management, home.id, target),
		RELATION_ATTACHED, entity.key, e);
}

int aws_organization_content(
	struct aws_emit *em, const struct json_value *v, struct err *e)
{
	const struct json_value *summary;
	struct str arn, body;
	enum record_layer layer;
	int rc = json_want_object(em->json, v, "PolicySummary", &summary, e);

	if (rc == 0)
		rc = read_policy(em, summary, e);
	if (rc == 0)
		rc = json_need_string(em->json, summary, "Arn", &arn, e);
	if (rc < 0)
		return rc;
	layer = aws_organization_layer(arn);
	if (layer == 0)
		return 0;
	rc = aws_emit_body(em, json_get(v, "Content"), &body, e);
	return rc == 0 ? aws_emit_document(
				 em, layer, arn, aws_authorization_name(arn), body, e)
		       : rc;
}

/* The organization itself, opened, by the first ARN that names it or by the directory. */
static int open_governor(struct aws_emit *em, const struct json_value *v, struct str arn,
	struct str *key, struct err *e)
{
	struct home home;
	int rc = open_home(em, v, arn, &home, e);

	if (rc == 0)
		*key = arena_printf(em->arena,
			"arn:%.*s:organizations::%.*s:organization/%.*s",
			STR_ARG(home.partition), STR_ARG(home.management),
			STR_ARG(home.id));
	return rc;
}

/*
 * What an account may read that is a delegated administrator of some service.
 * https://docs.aws.amazon.com/organizations/latest/userguide/orgs_integrate_delegated_admin.html
 */
static const char delegated[] =
	"\"organizations:DescribeAccount\",\"organizations:DescribeCreateAccountStatus\","
	"\"organizations:DescribeEffectivePolicy\",\"organizations:DescribeHandshake\","
	"\"organizations:DescribeOrganization\","
	"\"organizations:DescribeOrganizationalUnit\",\"organizations:DescribePolicy\","
	"\"organizations:DescribeResourcePolicy\",\"organizations:ListAccounts\","
	"\"organizations:ListAccountsForParent\","
	"\"organizations:ListAWSServiceAccessForOrganization\","
	"\"organizations:ListChildren\",\"organizations:ListCreateAccountStatus\","
	"\"organizations:ListDelegatedAdministrators\","
	"\"organizations:ListDelegatedServicesForAccount\","
	"\"organizations:ListHandshakesForAccount\","
	"\"organizations:ListHandshakesForOrganization\","
	"\"organizations:ListOrganizationalUnitsForParent\","
	"\"organizations:ListParents\",\"organizations:ListPolicies\","
	"\"organizations:ListPoliciesForTarget\",\"organizations:ListRoots\","
	"\"organizations:ListTagsForResource\",\"organizations:ListTargetsForPolicy\"";

int aws_organization_delegates(
	struct aws_emit *em, const struct json_value *v, struct err *e)
{
	const struct json_value *list = json_get(v, "DelegatedAdministrators"), *one;
	struct json_iter it = json_iterate(list);
	struct str none, arn = { 0 }, key, id, partition;
	struct buf b = { 0 };
	int rc = 0;

	buf_printf(&b, "{\"Version\":\"2008-10-17\",\"Statement\":[");
	for (uint32_t n = 0; rc == 0 && json_next(&it, &none, &one); n++) {
		struct aws_arn parsed;

		rc = json_want_type(em->json, one, JSON_OBJECT, e);
		if (rc == 0)
			rc = json_need_string(em->json, one, "Id", &id, e);
		if (rc == 0)
			rc = json_need_string(em->json, one, "Arn", &arn, e);
		if (rc == 0 && (!aws_arn_is_account(id) || !aws_arn_parse(&parsed, arn)))
			rc = json_fail(em->json, one, e,
				"expected the id and the ARN of an account");
		if (rc < 0)
			break;
		partition = parsed.partition;
		buf_printf(&b,
			"%s{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"arn:%.*s:iam::"
			"%.*s:root\"},\"Action\":[%s],\"Resource\":\"*\"}",
			n > 0 ? "," : "", STR_ARG(partition), STR_ARG(id), delegated);
	}
	buf_printf(&b, "]}");
	if (rc == 0)
		rc = open_governor(em, v, arn, &key, e);
	if (rc == 0) {
		aws_emit_coverage(em, STR_LIT("delegated-administrators"),
			(struct str){ 0 },
			json_get(v, "NextToken") ? COVERAGE_PARTIAL : COVERAGE_GOT,
			(struct str){ 0 });
		rc = aws_emit_document(em, LAYER_GRANT, key,
			STR_LIT("delegated administrators"),
			arena_copy(em->arena, buf_str(&b)), e);
	}
	buf_release(&b);
	return rc;
}

/* {"ResourcePolicy": {...}}, empty where the organization has none. */
int aws_organization_delegation(
	struct aws_emit *em, const struct json_value *v, struct err *e)
{
	const struct json_value *policy = json_get(v, "ResourcePolicy"), *summary = NULL;
	struct str arn = { 0 }, key, body = { 0 };
	int rc = json_want_object(em->json, policy, "ResourcePolicySummary", &summary, e);

	if (rc == 0 && summary)
		rc = json_need_string(em->json, summary, "Arn", &arn, e);
	if (rc == 0)
		rc = aws_emit_body(em, json_get(policy, "Content"), &body, e);
	if (rc == 0)
		rc = open_governor(em, v, arn, &key, e);
	return rc == 0 ? aws_emit_resource_policy(em, key, body, e) : rc;
}

static const struct {
	const char *member;
	int (*read)(struct aws_emit *em, const struct json_value *v, struct err *e);
} lists[] = {
	{ "Accounts", read_account },
	{ "Roots", read_node },
	{ "OrganizationalUnits", read_node },
	{ "Policies", read_policy },
};
#define LIST_COUNT (sizeof(lists) / sizeof(lists[0]))

static int visit(struct aws_emit *em, const struct decoder_piece *piece,
	const struct json_value *root, struct err *e)
{
	for (size_t i = 0; root && i < LIST_COUNT; i++) {
		int rc;

		if (!str_eq(piece->member, str_from(lists[i].member)))
			continue;
		rc = json_want_type(em->json, root,
			piece->type == JSON_VALUE ? JSON_ARRAY : JSON_OBJECT, e);
		return rc == 0 ? lists[i].read(em, root, e) : rc;
	}
	return 0;
}

static int run(const struct decoder_batch *batch, struct buf *out, struct err *e)
{
	return aws_emit_pieces(batch, out, visit, e);
}

static const struct decoder_format format = { "organizations-answer", false, run };

const struct decoder_format *aws_organization_detect(const struct json_shape *shape)
{
	for (uint32_t i = 0; i < shape->member_count && shape->top == '{'; i++) {
		struct str name = shape->members[i].name, value = shape->members[i].value;

		if (str_eq(name, STR_LIT("Accounts")) || str_eq(name, STR_LIT("Roots")) ||
			str_eq(name, STR_LIT("OrganizationalUnits")))
			return &format;
		/* IAM has a list of that name too; the first ARN tells. */
		if (str_eq(name, STR_LIT("Policies")) &&
			str_contains_fold(
				str_head(value, 1024), STR_LIT(":organizations:")))
			return &format;
	}
	return NULL;
}
