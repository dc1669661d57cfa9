#include "benchmarks/identities.h"

#include "benchmarks/identity.h"
#include "benchmarks/statements.h"

#define DATE_OLD "2023-05-09T09:14:02+00:00"
#define DATE_NEW "2026-10-02T16:40:00+00:00"

static void date(struct writer *w, const char *name, const char *when)
{
	writer_text(w, name, str_from(when));
}

static void attached(struct writer *w, const struct identity *of)
{
	writer_list(w, "AttachedManagedPolicies");
	for (uint32_t i = 0; i < of->attached_count; i++) {
		writer_object(w, NULL);
		writer_text(w, "PolicyName", of->attached[i].name);
		writer_text(w, "PolicyArn", of->attached[i].arn);
		writer_object_end(w);
	}
	writer_list_end(w);
}

static void boundary(struct writer *w, const struct identity *of)
{
	if (of->boundary.n == 0)
		return;
	writer_object(w, "PermissionsBoundary");
	writer_text(w, "PermissionsBoundaryType", STR_LIT("Policy"));
	writer_text(w, "PermissionsBoundaryArn", of->boundary);
	writer_object_end(w);
}

static void tag(struct writer *w, const char *key, struct str value)
{
	writer_object(w, NULL);
	writer_text(w, "Key", str_from(key));
	writer_text(w, "Value", value);
	writer_object_end(w);
}

static void tags(struct writer *w, struct estate *s, uint32_t app)
{
	writer_list(w, "Tags");
	tag(w, "team", estate_team(s, app));
	tag(w, "application", estate_application_name(s, app));
	writer_list_end(w);
}

static void begin(struct writer *w, struct estate *s, enum estate_thing t, uint32_t i,
	const char *type, const char *prefix)
{
	struct str name = arena_printf(&s->arena, "%sName", type);
	struct str id = arena_printf(&s->arena, "%sId", type);

	writer_object(w, NULL);
	writer_text(w, "Path", STR_LIT("/"));
	writer_text(w, name.p, estate_name(s, t, i));
	writer_text(w, id.p, estate_id(s, prefix, 300 + (uint32_t)t, i));
	writer_text(w, "Arn", estate_arn(s, t, i));
	date(w, "CreateDate", DATE_OLD);
}

static void user(struct writer *w, struct estate *s, uint32_t i)
{
	struct identity of;

	identity_user(&of, s, i);
	begin(w, s, ESTATE_USER, i, "User", "AIDA");
	if (of.inline_count > 0)
		identity_write_inline(w, s, &of, "UserPolicyList");
	writer_list(w, "GroupList");
	for (uint32_t k = 0; k < of.group_count; k++)
		writer_text(w, NULL, estate_name(s, ESTATE_GROUP, of.groups[k]));
	writer_list_end(w);
	attached(w, &of);
	boundary(w, &of);
	tags(w, s, of.application);
	writer_object_end(w);
}

static void group(struct writer *w, struct estate *s, uint32_t i)
{
	struct identity of;

	identity_group(&of, s, i);
	begin(w, s, ESTATE_GROUP, i, "Group", "AGPA");
	identity_write_inline(w, s, &of, "GroupPolicyList");
	attached(w, &of);
	writer_object_end(w);
}

static void profiles(struct writer *w, struct estate *s, uint32_t i)
{
	struct str name = estate_name(s, ESTATE_ROLE, i);

	writer_list(w, "InstanceProfileList");
	if (estate_purpose(s, i) == ESTATE_FOR_EC2) {
		writer_object(w, NULL);
		writer_text(w, "Path", STR_LIT("/"));
		writer_text(w, "InstanceProfileName", name);
		writer_text(w, "InstanceProfileId", estate_id(s, "AIPA", 140, i));
		writer_text(w, "Arn",
			arena_printf(&s->arena, "arn:aws:iam::%s:instance-profile/%.*s",
				s->account, STR_ARG(name)));
		date(w, "CreateDate", DATE_OLD);
		writer_list(w, "Roles");
		begin(w, s, ESTATE_ROLE, i, "Role", "AROA");
		statements_trust(w, s, i, "AssumeRolePolicyDocument");
		writer_object_end(w);
		writer_list_end(w);
		writer_object_end(w);
	}
	writer_list_end(w);
}

static void role(struct writer *w, struct estate *s, uint32_t i)
{
	struct identity of;

	identity_role(&of, s, i);
	begin(w, s, ESTATE_ROLE, i, "Role", "AROA");
	statements_trust(w, s, i, "AssumeRolePolicyDocument");
	profiles(w, s, i);
	identity_write_inline(w, s, &of, "RolePolicyList");
	attached(w, &of);
	boundary(w, &of);
	tags(w, s, of.application);
	writer_object(w, "RoleLastUsed");
	if (of.used) {
		date(w, "LastUsedDate", DATE_NEW);
		writer_text(w, "Region", str_from(s->region));
	}
	writer_object_end(w);
	writer_object_end(w);
}

static void begin_managed(struct writer *w, struct str name, struct str id,
	struct str arn, const char *path)
{
	writer_object(w, NULL);
	writer_text(w, "PolicyName", name);
	writer_text(w, "PolicyId", id);
	writer_text(w, "Arn", arn);
	writer_text(w, "Path", str_from(path));
	writer_text(w, "DefaultVersionId", STR_LIT("v1"));
	writer_plain(w, "AttachmentCount", "1");
	writer_plain(w, "PermissionsBoundaryUsageCount", "0");
	writer_plain(w, "IsAttachable", "true");
	date(w, "CreateDate", DATE_OLD);
	date(w, "UpdateDate", DATE_NEW);
	writer_list(w, "PolicyVersionList");
	writer_object(w, NULL);
}

static void end_managed(struct writer *w)
{
	writer_text(w, "VersionId", STR_LIT("v1"));
	writer_plain(w, "IsDefaultVersion", "true");
	date(w, "CreateDate", DATE_NEW);
	writer_object_end(w);
	writer_list_end(w);
	writer_object_end(w);
}

static void own_policy(struct writer *w, struct estate *s, uint32_t i)
{
	begin_managed(w, estate_name(s, ESTATE_POLICY, i), estate_id(s, "ANPA", 161, i),
		estate_arn(s, ESTATE_POLICY, i), "/");
	identity_write_policy(w, s, i, "Document");
	end_managed(w);
}

static void shared_policy(struct writer *w, struct estate *s, uint32_t i)
{
	begin_managed(w, str_from(identity_shared_name(i)), estate_id(s, "ANPA", 162, i),
		identity_shared_arn(s, i), identity_shared_path(i));
	identity_write_shared(w, s, i, "Document");
	end_managed(w);
}

static void each(struct writer *w, struct estate *s, uint32_t count,
	void (*write)(struct writer *w, struct estate *s, uint32_t i))
{
	for (uint32_t i = 0; i < count; i++) {
		write(w, s, i);
		arena_reset(&s->arena);
	}
}

void identities_write(struct writer *w, struct estate *s)
{
	writer_object(w, NULL);
	writer_list(w, "UserDetailList");
	each(w, s, s->count[ESTATE_USER], user);
	writer_list_end(w);
	writer_list(w, "GroupDetailList");
	each(w, s, s->count[ESTATE_GROUP], group);
	writer_list_end(w);
	writer_list(w, "RoleDetailList");
	each(w, s, s->count[ESTATE_ROLE], role);
	writer_list_end(w);
	writer_list(w, "Policies");
	each(w, s, s->count[ESTATE_POLICY], own_policy);
	each(w, s, IDENTITY_SHARED, shared_policy);
	writer_list_end(w);
	writer_plain(w, "IsTruncated", "false");
	writer_object_end(w);
}
