#include "ingest/aws_identity_center.h"

#include "ingest/aws_arn.h"
#include "ingest/aws_subject.h"

bool aws_identity_center_owns(const struct json_value *v)
{
	return json_get(v, "IdentityStoreId") && !json_get(v, "Arn");
}

static struct str store_key(struct aws_emit *em, const char *type, struct str id)
{
	return arena_printf(em->arena, "arn:%.*s:identitystore:::%s/%.*s",
		STR_ARG(em->partition), type, STR_ARG(id));
}

/* Users act as the roles that they are assigned, and as nothing else. */
static int emit_member(struct aws_emit *em, const struct json_value *v, const char *type,
	const char *id_member, struct record_entity entity, struct err *e)
{
	struct aws_emit_attributes attributes = { .count = 0 };
	struct str id;
	int rc;

	em->offset = json_offset(em->json, v);
	rc = aws_emit_open_home(em, v, e);
	if (rc == 0)
		rc = json_need_string(em->json, v, id_member, &id, e);
	if (rc < 0)
		return rc;
	aws_emit_attribute(&attributes, "id", id);
	entity.key = store_key(em, type, id);
	entity.kind = arena_printf(em->arena, "aws:identitystore:%s", type);
	entity.attributes = attributes.pairs;
	entity.attribute_count = attributes.count;
	return aws_emit_entity(em, entity, e);
}

int aws_identity_center_user(
	struct aws_emit *em, const struct json_value *v, struct err *e)
{
	struct record_entity entity = { .flags = ENTITY_IDENTITY | ENTITY_COMPUTE };
	int rc = json_want_string(em->json, v, "UserName", &entity.name, e);

	return rc == 0 ? emit_member(em, v, "user", "UserId", entity, e) : rc;
}

int aws_identity_center_group(
	struct aws_emit *em, const struct json_value *v, struct err *e)
{
	struct record_entity entity = { .flags = ENTITY_GROUP };
	int rc = json_want_string(em->json, v, "DisplayName", &entity.name, e);

	return rc == 0 ? emit_member(em, v, "group", "GroupId", entity, e) : rc;
}

/* {"GroupId", "MemberId": {"UserId"}} */
int aws_identity_center_membership(
	struct aws_emit *em, const struct json_value *v, struct err *e)
{
	const struct json_value *member;
	struct str group, user, from, to;
	int rc;

	em->offset = json_offset(em->json, v);
	rc = json_need_string(em->json, v, "GroupId", &group, e);
	if (rc == 0)
		rc = json_want_object(em->json, v, "MemberId", &member, e);
	if (rc == 0)
		rc = aws_emit_open_home(em, v, e);
	if (rc < 0)
		return rc;
	if (!member)
		return json_fail(em->json, v, e, "expected 'MemberId'");
	rc = json_need_string(em->json, member, "UserId", &user, e);
	if (rc < 0)
		return rc;
	from = store_key(em, "user", user);
	to = store_key(em, "group", group);
	rc = aws_emit_relation(em, from, RELATION_MEMBER_OF, to, e);
	return rc == 0 ? aws_emit_relation(em, from, RELATION_CARRIES, to, e) : rc;
}

int aws_identity_center_set(
	struct aws_emit *em, const struct json_value *v, struct err *e)
{
	const struct json_value *set = json_get(v, "PermissionSet");
	struct record_entity entity = { .kind = STR_LIT("aws:sso:permissionset") };
	int rc;

	em->offset = json_offset(em->json, set);
	rc = json_need_string(em->json, set, "PermissionSetArn", &entity.key, e);
	if (rc == 0)
		rc = json_need_string(em->json, set, "Name", &entity.name, e);
	if (rc == 0)
		rc = aws_emit_date(em, set, "CreatedDate", &entity.created, e);
	if (rc == 0)
		rc = aws_emit_open_home(em, set, e);
	return rc == 0 ? aws_emit_entity(em, entity, e) : rc;
}

/*
 * The name of the permission set: of the answer beside the file, else of the directory.
 */
static struct str set_name(struct aws_emit *em)
{
	const struct json_value *set;
	struct str name = { 0 };
	struct json j;
	struct err ignored;

	if (json_parse(&j, em->context->companion, (struct json_origin){ 0 }, &ignored) <
		0)
		return aws_subject_of_path(em, "permission-sets");
	set = json_get(j.root, "PermissionSet");
	if (set && json_want_string(&j, set, "Name", &name, &ignored) == 0 && name.n > 0)
		name = arena_copy(em->arena, name);
	json_release(&j);
	return name.n > 0 ? name : aws_subject_of_path(em, "permission-sets");
}

/* Sixteen digits end the role's name; a region may be part of its path. */
static struct str role_pattern(struct aws_emit *em, struct str account, struct str set)
{
	return arena_printf(em->arena,
		"arn:%.*s:iam::%.*s:role/aws-reserved/sso.amazonaws.com/"
		"*AWSReservedSSO_%.*s_????????????????",
		STR_ARG(em->home_partition), STR_ARG(account), STR_ARG(set));
}

/* {"AccountId", "PermissionSetArn", "PrincipalType", "PrincipalId"} */
int aws_identity_center_assignment(
	struct aws_emit *em, const struct json_value *v, struct err *e)
{
	struct str account, type, id, set = set_name(em), from, to;
	int rc;

	em->offset = json_offset(em->json, v);
	rc = json_need_string(em->json, v, "AccountId", &account, e);
	if (rc == 0)
		rc = json_need_string(em->json, v, "PrincipalType", &type, e);
	if (rc == 0)
		rc = json_need_string(em->json, v, "PrincipalId", &id, e);
	if (rc == 0)
		rc = aws_emit_open_home(em, v, e);
	if (rc < 0)
		return rc;
	if (!aws_arn_is_account(account))
		return json_fail(
			em->json, json_get(v, "AccountId"), e, "expected an account id");
	if (set.n == 0)
		return json_fail(em->json, v, e,
			"which permission set this is about is not said: expected "
			"'describe-permission-set.json' beside the file, or a directory "
			"as in 'permission-sets/NAME/'");
	from = store_key(em, str_eq(type, STR_LIT("GROUP")) ? "group" : "user", id);
	to = role_pattern(em, account, set);
	rc = aws_emit_relation(em, from, RELATION_CARRIES, to, e);
	if (rc < 0 || str_eq(account, em->account))
		return rc;
	/* the account knows who may come in by it, the directory where one may go */
	aws_emit_open_account(em, em->home_partition, account);
	rc = aws_emit_relation(em, from, RELATION_CARRIES, to, e);
	aws_emit_open_account(em, em->home_partition, em->home);
	return rc;
}
