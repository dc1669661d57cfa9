#include "ingest/aws_authorization.h"

#include "ingest/aws_arn.h"

struct str aws_authorization_name(struct str arn)
{
	size_t at = arn.n;

	while (at > 0 && arn.p[at - 1] != '/' && arn.p[at - 1] != ':')
		at--;
	return str_skip(arn, at);
}

uint32_t aws_authorization_role_flags(struct str path)
{
	uint32_t flags = ENTITY_IDENTITY;

	if (str_starts(path, STR_LIT("/aws-service-role/")))
		flags |= ENTITY_LINKED;
	return flags;
}

/* What users, groups and roles have in common; writes the entity. */
struct principal {
	const char *name, *id; /* member names */
	const char *used;      /* the same, of the time of the last use; NULL: none */
	bool tagged;           /* a missing list of tags says that there are none */
	struct str kind;
	struct str key;
	struct str versions; /* how many a policy has; empty: not said */
	uint32_t flags;
	int64_t last_used;
};

static int emit_principal(struct aws_emit *em, const struct json_value *v,
	struct principal *p, struct err *e)
{
	struct record_entity entity = {
		.kind = p->kind, .flags = p->flags, .last_used = p->last_used
	};
	struct aws_emit_attributes attributes = { .count = 0 };
	struct str id, path;
	int rc;

	em->offset = json_offset(em->json, v);
	rc = json_need_string(em->json, v, "Arn", &p->key, e);
	if (rc == 0)
		rc = aws_emit_open_arn(em, p->key, json_get(v, "Arn"), e);
	if (rc == 0)
		rc = json_need_string(em->json, v, p->name, &entity.name, e);
	if (rc == 0)
		rc = json_want_string(em->json, v, p->id, &id, e);
	if (rc == 0)
		rc = json_want_string(em->json, v, "Path", &path, e);
	if (rc == 0)
		rc = aws_emit_date(em, v, "CreateDate", &entity.created, e);
	if (rc == 0 && p->used)
		rc = aws_emit_date(em, v, p->used, &entity.last_used, e);
	if (rc == 0 && (p->tagged || json_get(v, "Tags")))
		rc = aws_emit_tags(em, json_get(v, "Tags"), &entity, e);
	if (rc < 0)
		return rc;
	aws_emit_attribute(&attributes, "id", id);
	aws_emit_attribute(&attributes, "path", path);
	aws_emit_attribute(&attributes, "versions", p->versions);
	entity.key = p->key;
	entity.attributes = attributes.pairs;
	entity.attribute_count = attributes.count;
	return aws_emit_entity(em, entity, e);
}

static int emit_inline(struct aws_emit *em, const struct json_value *v,
	const char *member, struct str holder, struct err *e)
{
	const struct json_value *list, *policy;
	struct json_iter it;
	struct str name, body, none;
	int rc = json_want_array(em->json, v, member, &list, e);

	it = json_iterate(list);
	while (rc == 0 && json_next(&it, &none, &policy)) {
		rc = json_want_type(em->json, policy, JSON_OBJECT, e);
		if (rc == 0)
			rc = json_need_string(em->json, policy, "PolicyName", &name, e);
		if (rc == 0 && !json_get(policy, "PolicyDocument"))
			rc = json_fail(em->json, policy, e,
				"expected a member 'PolicyDocument'");
		if (rc == 0)
			rc = aws_emit_body(
				em, json_get(policy, "PolicyDocument"), &body, e);
		if (rc == 0)
			rc = aws_emit_document(em, LAYER_IDENTITY, holder, name, body, e);
	}
	return rc;
}

static int emit_attached(
	struct aws_emit *em, const struct json_value *v, struct str holder, struct err *e)
{
	const struct json_value *list, *policy;
	struct json_iter it;
	struct str arn, none;
	int rc = json_want_array(em->json, v, "AttachedManagedPolicies", &list, e);

	it = json_iterate(list);
	while (rc == 0 && json_next(&it, &none, &policy)) {
		em->offset = json_offset(em->json, policy);
		rc = json_want_type(em->json, policy, JSON_OBJECT, e);
		if (rc == 0)
			rc = json_need_string(em->json, policy, "PolicyArn", &arn, e);
		if (rc == 0)
			rc = aws_emit_relation(em, holder, RELATION_ATTACHED, arn, e);
	}
	return rc;
}

static int emit_boundary(
	struct aws_emit *em, const struct json_value *v, struct str holder, struct err *e)
{
	const struct json_value *boundary;
	struct str arn;
	int rc = json_want_object(em->json, v, "PermissionsBoundary", &boundary, e);

	if (rc < 0 || !boundary)
		return rc;
	rc = json_need_string(em->json, boundary, "PermissionsBoundaryArn", &arn, e);
	if (rc == 0) {
		em->offset = json_offset(em->json, boundary);
		rc = aws_emit_relation(em, holder, RELATION_BOUNDARY, arn, e);
	}
	return rc;
}

static int emit_groups(
	struct aws_emit *em, const struct json_value *v, struct str user, struct err *e)
{
	const struct json_value *list, *group;
	struct json_iter it;
	struct str none;
	int rc = json_want_array(em->json, v, "GroupList", &list, e);

	it = json_iterate(list);
	while (rc == 0 && json_next(&it, &none, &group)) {
		struct str reference;

		rc = json_want_type(em->json, group, JSON_STRING, e);
		if (rc < 0)
			break;
		em->offset = json_offset(em->json, group);
		reference = arena_printf(em->arena, "name:aws:iam:group:%.*s",
			STR_ARG(json_string(group)));
		rc = aws_emit_relation(em, user, RELATION_MEMBER_OF, reference, e);
	}
	return rc;
}

int aws_authorization_user(struct aws_emit *em, const struct json_value *v, struct err *e)
{
	struct principal p = { .name = "UserName",
		.id = "UserId",
		.used = "PasswordLastUsed",
		.tagged = em->complete,
		.kind = STR_LIT("aws:iam:user"),
		.flags = ENTITY_IDENTITY };
	int rc = emit_principal(em, v, &p, e);

	if (rc == 0)
		rc = emit_inline(em, v, "UserPolicyList", p.key, e);
	if (rc == 0)
		rc = emit_attached(em, v, p.key, e);
	if (rc == 0)
		rc = emit_boundary(em, v, p.key, e);
	if (rc == 0)
		rc = emit_groups(em, v, p.key, e);
	return rc;
}

int aws_authorization_group(
	struct aws_emit *em, const struct json_value *v, struct err *e)
{
	struct principal p = { .name = "GroupName",
		.id = "GroupId",
		.kind = STR_LIT("aws:iam:group"),
		.flags = ENTITY_GROUP };
	int rc = emit_principal(em, v, &p, e);

	if (rc == 0)
		rc = emit_inline(em, v, "GroupPolicyList", p.key, e);
	if (rc == 0)
		rc = emit_attached(em, v, p.key, e);
	return rc;
}

int aws_authorization_profile(
	struct aws_emit *em, const struct json_value *v, struct err *e)
{
	struct principal p = { .name = "InstanceProfileName",
		.id = "InstanceProfileId",
		.kind = STR_LIT("aws:iam:instance-profile") };
	const struct json_value *roles, *role;
	struct json_iter it;
	struct str arn, none;
	int rc;

	rc = json_want_type(em->json, v, JSON_OBJECT, e);
	if (rc == 0)
		rc = emit_principal(em, v, &p, e);
	if (rc == 0)
		rc = json_want_array(em->json, v, "Roles", &roles, e);
	if (rc < 0)
		return rc;
	it = json_iterate(roles);
	while (rc == 0 && json_next(&it, &none, &role)) {
		rc = json_want_type(em->json, role, JSON_OBJECT, e);
		if (rc == 0)
			rc = json_need_string(em->json, role, "Arn", &arn, e);
		if (rc == 0)
			rc = aws_emit_relation(em, p.key, RELATION_CARRIES, arn, e);
	}
	return rc;
}

/*
 * RoleLastUsed that is there and empty says never, within the time that AWS looks back.
 */
static int read_last_used(
	struct aws_emit *em, const struct json_value *v, int64_t *out, struct err *e)
{
	const struct json_value *used;
	int rc = json_want_object(em->json, v, "RoleLastUsed", &used, e);

	*out = 0;
	if (rc < 0 || !used)
		return rc;
	rc = aws_emit_date(em, used, "LastUsedDate", out, e);
	if (rc == 0 && *out == 0)
		*out = -1;
	return rc;
}

int aws_authorization_role(struct aws_emit *em, const struct json_value *v, struct err *e)
{
	struct principal p = { .name = "RoleName",
		.id = "RoleId",
		.tagged = em->complete,
		.kind = STR_LIT("aws:iam:role") };
	const struct json_value *profiles, *profile;
	struct json_iter it;
	struct str path, body, none;
	int rc = json_want_string(em->json, v, "Path", &path, e);

	p.flags = aws_authorization_role_flags(path);
	if (rc == 0)
		rc = read_last_used(em, v, &p.last_used, e);
	if (rc == 0)
		rc = emit_principal(em, v, &p, e);
	if (rc == 0)
		rc = aws_emit_body(em, json_get(v, "AssumeRolePolicyDocument"), &body, e);
	if (rc == 0 && body.n > 0)
		rc = aws_emit_document(
			em, LAYER_TRUST, p.key, STR_LIT("trust policy"), body, e);
	else if (rc == 0)
		aws_emit_coverage(em, STR_LIT("trust-policy"), p.key, COVERAGE_REFUSED,
			STR_LIT("the role came without it"));
	if (rc == 0)
		rc = emit_inline(em, v, "RolePolicyList", p.key, e);
	if (rc == 0)
		rc = emit_attached(em, v, p.key, e);
	if (rc == 0)
		rc = emit_boundary(em, v, p.key, e);
	if (rc == 0)
		rc = json_want_array(em->json, v, "InstanceProfileList", &profiles, e);
	if (rc < 0)
		return rc;
	it = json_iterate(profiles);
	while (rc == 0 && json_next(&it, &none, &profile))
		rc = aws_authorization_profile(em, profile, e);
	return rc;
}

/* The document of the version in force, NULL when the list has none. */
static int find_default(struct aws_emit *em, const struct json_value *v,
	const struct json_value **out, struct err *e)
{
	const struct json_value *list, *version;
	struct json_iter it;
	struct str in_force, id, none;
	bool is_default;
	int rc = json_want_array(em->json, v, "PolicyVersionList", &list, e);

	*out = NULL;
	if (rc == 0)
		rc = json_want_string(em->json, v, "DefaultVersionId", &in_force, e);
	it = json_iterate(list);
	while (rc == 0 && json_next(&it, &none, &version)) {
		rc = json_want_type(em->json, version, JSON_OBJECT, e);
		if (rc == 0)
			rc = json_want_bool(
				em->json, version, "IsDefaultVersion", &is_default, e);
		if (rc == 0)
			rc = json_want_string(em->json, version, "VersionId", &id, e);
		if (rc == 0 && (is_default || (id.n > 0 && str_eq(id, in_force))))
			*out = json_get(version, "Document");
	}
	return rc;
}

static int count_versions(
	struct aws_emit *em, const struct json_value *v, struct str *out, struct err *e)
{
	const struct json_value *list;

	if (json_want_array(em->json, v, "PolicyVersionList", &list, e) < 0)
		return e->code;
	if (list && json_size(list) > 0)
		*out = arena_printf(em->arena, "%zu", json_size(list));
	return 0;
}

int aws_authorization_policy(
	struct aws_emit *em, const struct json_value *v, struct err *e)
{
	struct principal p = { .name = "PolicyName",
		.id = "PolicyId",
		.kind = STR_LIT("aws:iam:policy"),
		.flags = ENTITY_POLICY };
	const struct json_value *document;
	struct aws_arn arn;
	struct str text, body;
	int rc = json_want_string(em->json, v, "Arn", &text, e);

	if (rc == 0 && aws_arn_parse(&arn, text) && str_eq(arn.account, STR_LIT("aws")))
		p.flags |= ENTITY_SHARED;
	else if (rc == 0)
		rc = count_versions(em, v, &p.versions, e);
	if (rc == 0)
		rc = emit_principal(em, v, &p, e);
	if (rc == 0)
		rc = find_default(em, v, &document, e);
	if (rc < 0)
		return rc;
	if (!document) {
		if (json_get(v, "PolicyVersionList"))
			aws_emit_coverage(em, STR_LIT("entity:aws:iam:policy"), p.key,
				COVERAGE_PARTIAL,
				STR_LIT("no document of its default version"));
		return 0;
	}
	rc = aws_emit_body(em, document, &body, e);
	if (rc == 0)
		rc = aws_emit_document(em, LAYER_IDENTITY, p.key,
			aws_authorization_name(p.key), body, e);
	return rc;
}

static const struct {
	const char *member;
	int (*emit)(struct aws_emit *em, const struct json_value *v, struct err *e);
} lists[] = {
	{ "UserDetailList", aws_authorization_user },
	{ "GroupDetailList", aws_authorization_group },
	{ "RoleDetailList", aws_authorization_role },
	{ "Policies", aws_authorization_policy },
};
#define LIST_COUNT (sizeof(lists) / sizeof(lists[0]))

/* Say what the document covers. */
static int cover(struct aws_emit *em, const struct decoder_batch *batch, struct err *e)
{
	struct buf missing = { 0 };

	if (em->home.n == 0)
		return err_set(e, ERR_FORMAT,
			"byte %llu: no ARN in the document tells which account it is about",
			(unsigned long long)em->offset);
	aws_emit_open_account(em, em->home_partition, em->home);
	for (size_t i = 0; i < LIST_COUNT; i++) {
		bool found = false;

		for (size_t k = 0; k < batch->member_count; k++)
			found |= str_eq(batch->members[k], str_from(lists[i].member));
		if (!found)
			buf_printf(&missing, "%s%s", missing.n > 0 ? ", no " : "no ",
				lists[i].member);
	}
	if (batch->more)
		buf_printf(&missing, "%sthe page says that another follows",
			missing.n > 0 ? ", " : "");
	aws_emit_coverage(em, STR_LIT("identities"), (struct str){ 0 },
		missing.n > 0 ? COVERAGE_PARTIAL : COVERAGE_GOT, buf_str(&missing));
	/* each role comes with the profiles that have it */
	aws_emit_coverage(em, STR_LIT("entities:aws:iam:instance-profile"),
		(struct str){ 0 }, missing.n > 0 ? COVERAGE_PARTIAL : COVERAGE_GOT,
		buf_str(&missing));
	buf_release(&missing);
	return 0;
}

static int visit(struct aws_emit *em, const struct decoder_piece *piece,
	const struct json_value *root, struct err *e)
{
	int rc = 0;

	em->complete = true;
	if (piece->type == JSON_END)
		return cover(em, em->batch, e);
	for (size_t i = 0; i < LIST_COUNT; i++) {
		if (!str_eq(piece->member, str_from(lists[i].member)))
			continue;
		if (piece->type == JSON_VALUE)
			rc = json_want_type(em->json, root, JSON_ARRAY, e);
		else
			rc = json_want_type(em->json, root, JSON_OBJECT, e);
		return rc == 0 ? lists[i].emit(em, root, e) : rc;
	}
	return 0;
}

int aws_authorization_run(
	const struct decoder_batch *batch, struct buf *out, struct err *e)
{
	return aws_emit_pieces(batch, out, visit, e);
}
