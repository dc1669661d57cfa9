/* azure_policy_rights.c - what needs no role: rights of owners, defaults, permissions. */
#include "ingest/azure_policy_priv.h"

#include "ingest/azure_graph.h"
#include "ingest/azure_permission.h"

static void add_statement(
	struct azure_compiler *c, const struct json_value *from, const struct buf *set)
{
	azure_policy_statement(c, from, 0);
	azure_policy_intervals(c, set);
}

static bool is_true(const struct json_value *v)
{
	return v && json_type(v) == JSON_BOOL && json_bool(v);
}

static void compile_rights(struct azure_compiler *c, const struct json_value *v,
	struct str principal, const char *const *actions)
{
	struct buf set = { 0 };

	for (; *actions; actions++)
		azure_action_add(&set, AZURE_ACTION_DIRECTORY, str_from(*actions));
	azure_action_finish(&set);
	add_statement(c, v, &set);
	azure_policy_principal(c, principal, AZURE_PRINCIPAL_ONE, false);
	buf_release(&set);
}

static void compile_group_owner(struct azure_compiler *c, const struct json_value *v)
{
	static const char *const actions[] = { "microsoft.directory/groups/standard/read",
		"microsoft.directory/groups/basic/update",
		"microsoft.directory/groups/delete",
		"microsoft.directory/groups/members/read",
		"microsoft.directory/groups/members/update",
		"microsoft.directory/groups/owners/update",
		"microsoft.directory/groups/dynamicMembershipRule/update",
		"microsoft.directory/groupsAssignableToRoles/members/update",
		"microsoft.directory/groupsAssignableToRoles/owners/update", NULL };

	compile_rights(c, v, azure_policy_string(v, "id"), actions);
}

/* Who may become a member or an owner after an activation. */
static void compile_group_eligible(struct azure_compiler *c, const struct json_value *v)
{
	static const char *const actions[] = {
		"microsoft.directory/groups/members/update",
		"microsoft.directory/groupsAssignableToRoles/members/update", NULL
	};
	size_t before = VEC_COUNT(&c->out->statements, struct document_statement);

	compile_rights(c, v, azure_policy_string(v, "principalId"), actions);
	VEC_DATA(&c->out->statements, struct document_statement)
	[before].flags |= DOCUMENT_ELIGIBLE;
}

static void compile_group_active(struct azure_compiler *c, const struct json_value *v)
{
	static const char *const actions[] = {
		"microsoft.directory/groups/members/update",
		"microsoft.directory/groups/owners/update",
		"microsoft.directory/groupsAssignableToRoles/members/update",
		"microsoft.directory/groupsAssignableToRoles/owners/update", NULL
	};

	compile_rights(c, v, azure_policy_string(v, "principalId"), actions);
}

/*
 * What every member of the tenant may do.
 * https://learn.microsoft.com/entra/fundamentals/users-default-permissions
 */
static void compile_defaults(struct azure_compiler *c, const struct json_value *v)
{
	static const struct {
		const char *setting, *actions[6];
	} rights[] = {
		{ "allowedToCreateApps",
			{ "microsoft.directory/applications/createAsOwner",
				"microsoft.directory/servicePrincipals/createAsOwner" } },
		{ "allowedToCreateSecurityGroups",
			{ "microsoft.directory/groups.security/createAsOwner",
				"microsoft.directory/groups/createAsOwner" } },
		{ "allowedToReadOtherUsers",
			{ "microsoft.directory/users/standard/read",
				"microsoft.directory/groups/standard/read",
				"microsoft.directory/groups/members/read",
				"microsoft.directory/applications/standard/read",
				"microsoft.directory/servicePrincipals/standard/read" } },
	};
	const struct json_value *settings = json_get(v, "defaultUserRolePermissions");
	struct str invites = azure_policy_string(v, "allowInvitesFrom");
	struct buf set = { 0 };

	for (size_t i = 0; i < sizeof(rights) / sizeof(rights[0]); i++) {
		for (size_t k = 0; is_true(json_get(settings, rights[i].setting)) &&
				   rights[i].actions[k];
			k++)
			azure_action_add(&set, AZURE_ACTION_DIRECTORY,
				str_from(rights[i].actions[k]));
	}
	if (str_eq_fold(invites, STR_LIT("everyone")) ||
		str_eq_fold(invites, STR_LIT("adminsGuestInvitersAndAllMembers")))
		azure_action_add(&set, AZURE_ACTION_DIRECTORY,
			STR_LIT("microsoft.directory/users/inviteGuest"));
	azure_action_finish(&set);
	if (set.n > 0) {
		add_statement(c, v, &set);
		document_add_principal(c->out, DOCUMENT_SET,
			arena_printf(&c->arena, "azure:%.*s/users", STR_ARG(c->tenant)));
	}
	buf_release(&set);
}

/*
 * People who own an application may change all of it. One that is itself a service
 * principal calls Graph in its own name, which asks for Application.ReadWrite.OwnedBy
 * besides, and even then it makes nobody else an owner.
 * https://learn.microsoft.com/graph/api/application-addpassword (permissions),
 * https://learn.microsoft.com/graph/api/application-post-owners (note). Groups ask their
 * owners for no permission, whoever they are.
 */
static void as_owner(struct azure_compiler *c, bool permitted_too)
{
	struct document_condition *condition = document_add_condition(
		c->out, STR_LIT("@Owner[is]"), STR_LIT("StringEquals"));

	condition->operator_ = DOCUMENT_STRING_EQUALS;
	condition->flags |= DOCUMENT_CONDITION_READS_PRINCIPAL;
	document_add_value(c->out, STR_LIT("person"));
	if (permitted_too)
		document_add_value(c->out, STR_LIT("permitted"));
}

static void compile_owned(struct azure_compiler *c, const struct json_value *v,
	const char *const *all, const char *const *by_people)
{
	struct str owner = azure_policy_string(v, "id");

	compile_rights(c, v, owner, all);
	as_owner(c, true);
	azure_policy_note_reads(c);
	compile_rights(c, v, owner, by_people);
	as_owner(c, false);
	azure_policy_note_reads(c);
}

static void compile_application_owner(
	struct azure_compiler *c, const struct json_value *v)
{
	static const char *const all[] = {
		"microsoft.directory/applications/standard/read",
		"microsoft.directory/applications/basic/update",
		"microsoft.directory/applications/authentication/update",
		"microsoft.directory/applications/credentials/update",
		"microsoft.directory/applications/permissions/update",
		"microsoft.directory/applications/appRoles/update",
		"microsoft.directory/applications/audience/update",
		"microsoft.directory/applications/delete", NULL
	};
	static const char *const by_people[] = {
		"microsoft.directory/applications/owners/update", NULL
	};

	compile_owned(c, v, all, by_people);
}

static void compile_principal_owner(struct azure_compiler *c, const struct json_value *v)
{
	static const char *const all[] = {
		"microsoft.directory/servicePrincipals/standard/read",
		"microsoft.directory/servicePrincipals/basic/update",
		"microsoft.directory/servicePrincipals/authentication/update",
		"microsoft.directory/servicePrincipals/credentials/update",
		"microsoft.directory/servicePrincipals/permissions/update",
		"microsoft.directory/servicePrincipals/disable",
		"microsoft.directory/servicePrincipals/enable",
		"microsoft.directory/servicePrincipals/delete", NULL
	};
	static const char *const by_people[] = {
		"microsoft.directory/servicePrincipals/owners/update", NULL
	};

	compile_owned(c, v, all, by_people);
}

static void compile_device_owner(struct azure_compiler *c, const struct json_value *v)
{
	static const char *const actions[] = {
		"microsoft.directory/devices/standard/read",
		"microsoft.directory/bitlockerKeys/key/read", NULL
	};

	compile_rights(c, v, azure_policy_string(v, "id"), actions);
}

/* A permission of Microsoft Graph; those of other services say nothing that we decide. */
static void compile_app_role(struct azure_compiler *c, const struct json_value *v)
{
	/* User-PasswordProfile and UserAuthenticationMethod.ReadWrite.All */
	static const char *const passwords[] = { "cc117bb9-00cf-4eb8-b580-ea2a878fe8f7",
		"50483e42-d915-4231-9639-7fdb7fd190e5" };
	struct str permission = azure_policy_string(v, "appRoleId");
	const char *const *actions = azure_graph_permission(permission);

	if (!actions)
		return;
	compile_rights(c, v, azure_policy_string(v, "principalId"), actions);
	for (size_t i = 0; i < sizeof(passwords) / sizeof(passwords[0]); i++) {
		if (str_eq_fold(permission, str_from(passwords[i])))
			azure_policy_reached(c, permission);
	}
}

/* Whatever permissions of Graph give, to those who hold some that no input has. */
static void compile_holders(struct azure_compiler *c, const struct json_value *v)
{
	struct buf set = { 0 };
	const char *const *actions;

	for (size_t i = 0; (actions = azure_graph_permission_at(i)); i++) {
		for (; *actions; actions++)
			azure_action_add(
				&set, AZURE_ACTION_DIRECTORY, str_from(*actions));
	}
	azure_action_finish(&set);
	add_statement(c, v, &set);
	document_add_principal(c->out, DOCUMENT_GROUP,
		arena_printf(&c->arena, "azure:%.*s/" AZURE_PERMISSION_HOLDERS,
			STR_ARG(c->tenant)));
	buf_release(&set);
}

/*
 * To everybody, where the container is open and the account lets it be; and to callers
 * that nobody listed, where what both say was not read.
 */
static void compile_anonymous(struct azure_compiler *c, const struct json_value *v)
{
	static const struct {
		const char *key, *principal;
		enum document_principal_type type;
	} grants[] = { { "@Resource[AnonymousAccess]", "*", DOCUMENT_ANYONE },
		{ "@Resource[AnonymousUnread]", AZURE_ANONYMOUS_CALLERS,
			DOCUMENT_GROUP } };
	struct document_condition *condition;
	struct buf set = { 0 };

	azure_action_add(&set, AZURE_ACTION_DATA,
		STR_LIT("Microsoft.Storage/storageAccounts/blobServices/containers/blobs/"
			"read"));
	azure_action_finish(&set);
	for (size_t i = 0; i < sizeof(grants) / sizeof(grants[0]); i++) {
		add_statement(c, v, &set);
		document_add_principal(
			c->out, grants[i].type, str_from(grants[i].principal));
		condition = document_add_condition(
			c->out, str_from(grants[i].key), STR_LIT("StringEquals"));
		condition->operator_ = DOCUMENT_STRING_EQUALS;
		condition->flags |= DOCUMENT_CONDITION_READS_RESOURCE;
		document_add_value(c->out, STR_LIT("allowed"));
		azure_policy_note_reads(c);
	}
	buf_release(&set);
}

static const struct {
	const char *member;
	void (*compile)(struct azure_compiler *c, const struct json_value *v);
} members[] = {
	{ "authorizationPolicy", compile_defaults },
	{ "anonymousBlobs", compile_anonymous },
	{ "eligibleGroup", compile_group_eligible },
	{ "activeOwner", compile_group_active },
	{ "appRoleAssignment", compile_app_role },
	{ "permissionHolders", compile_holders },
	{ "groupOwner", compile_group_owner },
	{ "applicationOwner", compile_application_owner },
	{ "servicePrincipalOwner", compile_principal_owner },
	{ "deviceOwner", compile_device_owner },
};

bool azure_policy_rights(struct azure_compiler *c)
{
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		const struct json_value *v = json_get(c->json.root, members[i].member);

		if (v) {
			members[i].compile(c, v);
			return true;
		}
	}
	return false;
}
