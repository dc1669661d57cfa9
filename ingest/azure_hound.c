#include "ingest/azure_hound.h"

#include "ingest/azure_access.h"
#include "ingest/azure_directory.h"
#include "ingest/azure_permission.h"
#include "ingest/azure_resource.h"

typedef int reader(struct azure_emit *em, const struct json_value *v, struct err *e);

bool azure_hound_owns(const struct json_value *v)
{
	const struct json_value *kind = json_get(v, "kind");

	return kind && json_type(kind) == JSON_STRING &&
	       str_starts(json_string(kind), STR_LIT("AZ")) && json_get(v, "data");
}

/* What AzureHound never asks for, of the tenant and of the subscription. */
static int not_collected(struct azure_emit *em, struct err *e)
{
	(void)e;
	/* not "denies": of what nobody asked for there is taken to be none */
	azure_emit_coverage(em, "deny-assignments", (struct str){ 0 }, COVERAGE_PARTIAL,
		STR_LIT("AzureHound does not collect deny assignments"));
	azure_emit_coverage(em, "conditions", (struct str){ 0 }, COVERAGE_PARTIAL,
		STR_LIT("AzureHound does not collect conditions of role assignments"));
	azure_emit_coverage(em, "eligible-assignments", (struct str){ 0 },
		COVERAGE_PARTIAL,
		STR_LIT("AzureHound does not collect eligible assignments of Azure roles"));
	return 0;
}

/* --- the directory --- */

static int object_of(struct azure_emit *em, const struct json_value *v,
	enum azure_directory_type type, struct err *e)
{
	return azure_directory_object(em, v, type, e);
}

static int read_user(struct azure_emit *em, const struct json_value *v, struct err *e)
{
	return object_of(em, v, AZURE_DIRECTORY_USER, e);
}

static int read_group(struct azure_emit *em, const struct json_value *v, struct err *e)
{
	return object_of(em, v, AZURE_DIRECTORY_GROUP, e);
}

static int read_app(struct azure_emit *em, const struct json_value *v, struct err *e)
{
	return object_of(em, v, AZURE_DIRECTORY_APPLICATION, e);
}

static int read_principal(
	struct azure_emit *em, const struct json_value *v, struct err *e)
{
	return object_of(em, v, AZURE_DIRECTORY_SERVICE_PRINCIPAL, e);
}

static int read_device(struct azure_emit *em, const struct json_value *v, struct err *e)
{
	return object_of(em, v, AZURE_DIRECTORY_DEVICE, e);
}

static int read_role(struct azure_emit *em, const struct json_value *v, struct err *e)
{
	return object_of(em, v, AZURE_DIRECTORY_ROLE, e);
}

static int read_tenant(struct azure_emit *em, const struct json_value *v, struct err *e)
{
	struct record_entity entity = { .kind = STR_LIT("azure:entra:tenant"),
		.name = azure_emit_string(v, "displayName"),
		.flags = ENTITY_CONTAINER };

	if (azure_emit_open_tenant(em, v, e) < 0)
		return e->code;
	entity.key = em->scope;
	if (azure_emit_entity(em, entity, (struct str){ 0 }, e) < 0)
		return e->code;
	return not_collected(em, e);
}

/* One list of another object's members or owners: {"groupId", "members":[{"member"}]}. */
struct list {
	const char *subject, *list, *item;
};

static int each_item(const struct json_value **out, struct json_iter *it,
	struct azure_emit *em, const struct list *l, struct err *e)
{
	const struct json_value *one, *item;
	struct str none;

	if (!json_next(it, &none, &one))
		return 0;
	item = json_get(one, l->item);
	if (!item)
		return json_fail(em->json, one, e, "expected a member '%s'", l->item);
	*out = item;
	return 1;
}

static int read_members(struct azure_emit *em, const struct json_value *v, struct err *e)
{
	static const struct list l = { "groupId", "members", "member" };
	struct json_iter it = json_iterate(json_get(v, l.list));
	const struct json_value *item;
	struct str key;
	int rc;

	if (azure_emit_open_tenant(em, v, e) < 0 ||
		azure_emit_object(&key, em, azure_emit_string(v, l.subject), v, e) < 0)
		return e->code;
	while ((rc = each_item(&item, &it, em, &l, e)) > 0) {
		if (azure_directory_member(em, key, item, e) < 0)
			return e->code;
	}
	if (rc == 0)
		azure_emit_coverage(em, "members", key, COVERAGE_GOT, (struct str){ 0 });
	return rc;
}

static int read_owners(struct azure_emit *em, const struct json_value *v,
	enum azure_directory_type type, struct err *e)
{
	static const char *const subjects[AZURE_DIRECTORY_TYPE_COUNT] = {
		[AZURE_DIRECTORY_GROUP] = "groupId",
		[AZURE_DIRECTORY_APPLICATION] = "appId",
		[AZURE_DIRECTORY_SERVICE_PRINCIPAL] = "servicePrincipalId",
		[AZURE_DIRECTORY_DEVICE] = "deviceId",
	};
	struct list l = { subjects[type], "owners", "owner" };
	struct json_iter it = json_iterate(json_get(v, l.list));
	const struct json_value *item;
	struct str key;
	int rc;

	if (azure_emit_open_tenant(em, v, e) < 0 ||
		azure_emit_object(&key, em, azure_emit_string(v, l.subject), v, e) < 0)
		return e->code;
	while ((rc = each_item(&item, &it, em, &l, e)) > 0) {
		if (azure_directory_owner(em, key, type, item, e) < 0)
			return e->code;
	}
	if (rc == 0)
		azure_emit_coverage(em, "owners", key, COVERAGE_GOT, (struct str){ 0 });
	return rc;
}

static int read_group_owners(
	struct azure_emit *em, const struct json_value *v, struct err *e)
{
	return read_owners(em, v, AZURE_DIRECTORY_GROUP, e);
}

/*
 * Of applications it writes the application id or, by version, the object id. What is of
 * the former holds for the application that has it.
 */
static int read_app_owners(
	struct azure_emit *em, const struct json_value *v, struct err *e)
{
	struct json_iter it = json_iterate(json_get(v, "owners"));
	static const struct list l = { "appId", "owners", "owner" };
	struct str app = azure_emit_string(v, l.subject), key;
	const struct json_value *item;
	int rc;

	if (read_owners(em, v, AZURE_DIRECTORY_APPLICATION, e) < 0 ||
		azure_directory_app_entity(&key, em, app, e) < 0)
		return e->code;
	while ((rc = each_item(&item, &it, em, &l, e)) > 0) {
		if (azure_directory_owner(em, key, AZURE_DIRECTORY_APPLICATION, item, e) <
			0)
			return e->code;
	}
	if (rc == 0)
		azure_emit_coverage(em, "owners", key, COVERAGE_GOT, (struct str){ 0 });
	return rc;
}

static int read_principal_owners(
	struct azure_emit *em, const struct json_value *v, struct err *e)
{
	return read_owners(em, v, AZURE_DIRECTORY_SERVICE_PRINCIPAL, e);
}

static int read_device_owners(
	struct azure_emit *em, const struct json_value *v, struct err *e)
{
	return read_owners(em, v, AZURE_DIRECTORY_DEVICE, e);
}

static int read_directory_assignments(
	struct azure_emit *em, const struct json_value *v, struct err *e)
{
	struct json_iter it = json_iterate(json_get(v, "roleAssignments"));
	const struct json_value *one;
	struct str none;

	while (json_next(&it, &none, &one)) {
		if (azure_directory_assignment(em, one, false, e) < 0)
			return e->code;
	}
	if (azure_emit_open_tenant(em, v, e) < 0)
		return e->code;
	azure_emit_coverage(em, "directory-roles", (struct str){ 0 }, COVERAGE_GOT,
		(struct str){ 0 });
	return 0;
}

static int read_directory_eligible(
	struct azure_emit *em, const struct json_value *v, struct err *e)
{
	return azure_directory_assignment(em, v, true, e);
}

/* It asks every service principal which of its permissions were given to whom. */
static int read_app_role(struct azure_emit *em, const struct json_value *v, struct err *e)
{
	return azure_permission_app_role(em, v, e) < 0 ? e->code
						       : azure_permission_all(em, e);
}

static int read_credentials(
	struct azure_emit *em, const struct json_value *v, struct err *e)
{
	static const struct list l = { "appId", "fics", "fic" };
	struct json_iter it = json_iterate(json_get(v, l.list));
	struct str app = azure_emit_string(v, l.subject), key;
	const struct json_value *item;
	int rc;

	if (azure_emit_open_tenant(em, v, e) < 0 ||
		azure_directory_app_entity(&key, em, app, e) < 0)
		return e->code;
	while ((rc = each_item(&item, &it, em, &l, e)) > 0) {
		if (azure_directory_credential(em, key, item, e) < 0 ||
			azure_directory_credential(em,
				azure_id_object(em->arena, em->tenant, app), item, e) < 0)
			return e->code;
	}
	return rc;
}

/* --- resources --- */

static int read_resource(struct azure_emit *em, const struct json_value *v, struct err *e)
{
	return azure_resource_any(em, v, e);
}

static int read_subscription(
	struct azure_emit *em, const struct json_value *v, struct err *e)
{
	if (azure_resource_subscription(em, v, e) < 0)
		return e->code;
	return not_collected(em, e);
}

static int read_management_group(
	struct azure_emit *em, const struct json_value *v, struct err *e)
{
	return azure_resource_management_group(em, v, e);
}

/* {"id", "properties": {"parent": {"id"}}}: of a management group or a subscription. */
static int read_descendant(
	struct azure_emit *em, const struct json_value *v, struct err *e)
{
	struct str id = azure_emit_string(v, "id");
	struct str parent = azure_emit_string(azure_emit_property(v, "parent"), "id");

	if (!azure_id_is_resource(id) && azure_id_is_guid(id))
		id = arena_printf(em->arena, "/subscriptions/%.*s", STR_ARG(id));
	if (parent.n == 0)
		return json_fail(em->json, v, e, "expected 'properties.parent.id'");
	return azure_resource_inside(em, id, parent, v, e);
}

static int read_vault_policy(
	struct azure_emit *em, const struct json_value *v, struct err *e)
{
	struct str id = azure_emit_string(v, "keyVaultId"), key;

	if (azure_emit_place(&key, em, id, v, e) < 0)
		return e->code;
	return azure_emit_document(
		em, LAYER_RESOURCE, key, STR_LIT("access policy"), "accessPolicy", v, e);
}

/* What its lists are named after, of the kinds that have their own model. */
static const struct json_value *assignees_of(
	const struct json_value *v, const char **item)
{
	static const char *const lists[][2] = {
		{ "assignees", "assignee" },
		{ "roleAssignments", "roleAssignment" },
		{ "owners", "owner" },
		{ "contributors", "contributor" },
		{ "userAccessAdmins", "userAccessAdmin" },
		{ "adminLogins", "adminLogin" },
		{ "avereContributors", "avereContributor" },
		{ "vmContributors", "vmContributor" },
		{ "kvContributors", "kvContributor" },
	};

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		if (json_get(v, lists[i][0])) {
			*item = lists[i][1];
			return json_get(v, lists[i][0]);
		}
	}
	return NULL;
}

static int read_assignments(
	struct azure_emit *em, const struct json_value *v, struct err *e)
{
	const char *item = NULL;
	const struct json_value *list = assignees_of(v, &item), *one;
	struct json_iter it = json_iterate(list);
	struct str none;

	if (!list && azure_emit_string(v, "roleDefinitionId").n > 0)
		return azure_access_assignment(em, v, e);
	while (json_next(&it, &none, &one)) {
		const struct json_value *a =
			json_get(one, item) ? json_get(one, item) : one;

		if (azure_access_assignment(em, a, e) < 0)
			return e->code;
	}
	return 0;
}

static int read_nothing(struct azure_emit *em, const struct json_value *v, struct err *e)
{
	(void)em;
	(void)v;
	(void)e;
	return 0;
}

/* --- by kind --- */

static const struct {
	const char *kind;
	reader *read;
} kinds[] = {
	{ "AZApp", read_app },
	{ "AZAppMember", read_nothing },
	{ "AZAppOwner", read_app_owners },
	{ "AZAppRoleAssignment", read_app_role },
	{ "AZDevice", read_device },
	{ "AZDeviceOwner", read_device_owners },
	{ "AZFederatedIdentityCredential", read_credentials },
	{ "AZGroup", read_group },
	{ "AZGroupMember", read_members },
	{ "AZGroupOwner", read_group_owners },
	{ "AZKeyVaultAccessPolicy", read_vault_policy },
	{ "AZManagementGroup", read_management_group },
	{ "AZManagementGroupDescendant", read_descendant },
	{ "AZRole", read_role },
	{ "AZRoleAssignment", read_directory_assignments },
	{ "AZRoleEligibilityScheduleInstance", read_directory_eligible },
	{ "AZRoleManagementPolicyAssignment", read_nothing },
	{ "AZServicePrincipal", read_principal },
	{ "AZServicePrincipalOwner", read_principal_owners },
	{ "AZSubscription", read_subscription },
	{ "AZTenant", read_tenant },
	{ "AZUser", read_user },
};

/* Resources, and behind each name what is assigned on them. */
static const char *const resources[] = { "AZAutomationAccount", "AZContainerRegistry",
	"AZFunctionApp", "AZKeyVault", "AZLogicApp", "AZManagedCluster",
	"AZManagementGroup", "AZResourceGroup", "AZStorageAccount", "AZStorageContainer",
	"AZSubscription", "AZVM", "AZVMScaleSet", "AZWebApp" };
static const char *const lists[] = { "RoleAssignment", "Owner", "Contributor",
	"UserAccessAdmin", "KVContributor", "AdminLogin", "AvereContributor",
	"VMContributor", "WebsiteContributor", "AutomationContributor", "AKSContributor",
	"LogicAppContributor" };

static bool is_list(struct str rest)
{
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		if (str_eq(rest, str_from(lists[i])))
			return true;
	}
	return false;
}

static reader *reader_of(struct str kind)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (str_eq(kind, str_from(kinds[i].kind)))
			return kinds[i].read;
	}
	for (size_t i = 0; i < sizeof(resources) / sizeof(resources[0]); i++) {
		struct str name = str_from(resources[i]);

		if (str_eq(kind, name))
			return read_resource;
		if (str_starts(kind, name) && is_list(str_skip(kind, name.n)))
			return read_assignments;
	}
	return NULL;
}

int azure_hound_object(struct azure_emit *em, const struct json_value *v, struct err *e)
{
	struct str kind = json_string(json_get(v, "kind"));
	const struct json_value *data = json_get(v, "data");
	reader *read = reader_of(kind);

	if (!read)
		return json_fail(em->json, v, e, "unknown kind '%.*s'",
			STR_ARG(str_head(kind, 64)));
	if (json_type(data) != JSON_OBJECT)
		return json_want_type(em->json, data, JSON_OBJECT, e);
	azure_emit_set_tenant(em, azure_emit_string(data, "tenantId"));
	return read(em, data, e);
}
