/* ingest/decoder on Azure input: each format gives these records, in any chunks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "decode_records.h"

#define T      "3f1c8a52-7d40-4be9-9a61-0c2e5b7d4f10"
#define S      "5b0e2c94-1a77-4f0d-8f3a-6d2c91e4b701"
#define U      "11111111-2222-4333-8444-555555555555"
#define G      "66666666-2222-4333-8444-555555555555"
#define A      "77777777-2222-4333-8444-555555555555"
#define ROLE   "aaaaaaaa-0000-4000-8000-00000000000a"
#define SUB    "/subscriptions/" S
#define RG     SUB "/resourceGroups/rg-Web"
#define RG_KEY SUB "/resourcegroups/rg-web"
#define HINT   "azure:" T

struct row {
	const char *what, *path, *hint;
	const char *input, *records;
};

/* clang-format off */
static const struct row rows[] = {
	{ "accounts of az", "-", "",
		"[{\"cloudName\":\"AzureCloud\",\"homeTenantId\":\"" T "\",\"id\":\"" S "\",\"isDefault\":true,\"managedByTenants\":[{\"tenantId\":\"" U "\"}],\"name\":\"prod\",\"state\":\"Enabled\",\"tenantId\":\"" T "\"}]",
		"C organization  4 ()\nC identities  1 ()\n"
		"E " SUB " azure:resources:subscription prod 8 id=" S " tenant=" T " state=Enabled tagged\n" },
	{ "a page of subscriptions, managed by others", "-", "",
		"{\"value\":[{\"id\":\"" SUB "\",\"managedByTenants\":[{\"tenantId\":\"" U "\"}],\"subscriptionId\":\"" S "\",\"tenantId\":\"" T "\",\"displayName\":\"prod\",\"state\":\"Enabled\"}]}",
		"C organization  4 ()\nC identities  1 ()\n"
		"E " SUB " azure:resources:subscription prod 8 id=" S " tenant=" T " state=Enabled tagged\n" },
	{ "resource groups keep how they are spelled", "-", HINT,
		"[{\"id\":\"" RG "\",\"name\":\"rg-Web\",\"tags\":{\"team\":\"web\"},\"type\":\"Microsoft.Resources/resourceGroups\"}]",
		"C organization  4 ()\nC identities  1 ()\n"
		"E " RG_KEY " azure:resources:resource-group rg-Web 8 #team=web spelled=" RG " tagged\n" },
	{ "a machine of Resource Graph and what it carries", "-", "",
		"{\"count\":1,\"data\":[{\"id\":\"" RG "/providers/Microsoft.Compute/virtualMachines/vm1\",\"name\":\"vm1\",\"type\":\"microsoft.compute/virtualmachines\",\"tenantId\":\"" T "\",\"location\":\"westeurope\",\"tags\":null,"
		"\"identity\":{\"type\":\"SystemAssigned, UserAssigned\",\"principalId\":\"" U "\",\"tenantId\":\"" T "\",\"userAssignedIdentities\":{\"" RG "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id1\":{\"clientId\":\"x\",\"principalId\":\"" A "\"}}},\"properties\":{}}],\"skip_token\":null,\"total_records\":1}",
		"C organization  4 ()\nC identities  1 ()\n"
		"R " RG_KEY "/providers/microsoft.compute/virtualmachines/vm1 carries azure:" T "/" U "\n"
		"C organization  4 ()\n"
		"E azure:" T "/" U " azure:entra:service-principal vm1 1\n"
		"R " RG_KEY "/providers/microsoft.compute/virtualmachines/vm1 carries azure:" T "/" U "\n"
		"R " RG_KEY "/providers/microsoft.compute/virtualmachines/vm1 carries " RG_KEY "/providers/microsoft.managedidentity/userassignedidentities/id1\n"
		"R " RG_KEY "/providers/microsoft.compute/virtualmachines/vm1 carries azure:" T "/" A "\n"
		"E azure:" T "/" A " azure:entra:service-principal id1 1\n"
		"R " RG_KEY "/providers/microsoft.compute/virtualmachines/vm1 carries azure:" T "/" A "\n"
		"E " RG_KEY "/providers/microsoft.compute/virtualmachines/vm1 azure:compute:vm vm1 21 region=westeurope identity=true spelled=" RG "/providers/Microsoft.Compute/virtualMachines/vm1 tagged\n" },
	{ "trap: a vault that asks its access policies", "-", "",
		"{\"id\":\"" RG "/providers/Microsoft.KeyVault/vaults/kv\",\"name\":\"kv\",\"type\":\"Microsoft.KeyVault/vaults\",\"properties\":{\"tenantId\":\"" T "\",\"enableRbacAuthorization\":false,\"accessPolicies\":[{\"objectId\":\"" U "\"}]}}",
		"C organization  4 ()\nC identities  1 ()\n"
		"D resource " RG_KEY "/providers/microsoft.keyvault/vaults/kv (access policies) {\"tenantId\":\"" T "\",\"accessPolicies\":[{\"objectId\":\"" U "\"}]}\n"
		"D resource " RG_KEY "/providers/microsoft.keyvault/vaults/kv (data access by access policies only) {\"tenantId\":\"" T "\",\"onlyAccessPolicies\":[{\"objectId\":\"" U "\"}]}\n"
		"E " RG_KEY "/providers/microsoft.keyvault/vaults/kv azure:keyvault:vault kv 0 rbac=false spelled=" RG "/providers/Microsoft.KeyVault/vaults/kv tagged\n" },
	{ "and one that asks roles", "-", HINT,
		"[{\"id\":\"" RG "/providers/Microsoft.KeyVault/vaults/kv\",\"name\":\"kv\",\"type\":\"Microsoft.KeyVault/vaults\",\"properties\":{\"enableRbacAuthorization\":true,\"accessPolicies\":[]}}]",
		"C organization  4 ()\nC identities  1 ()\n"
		"E " RG_KEY "/providers/microsoft.keyvault/vaults/kv azure:keyvault:vault kv 0 rbac=true spelled=" RG "/providers/Microsoft.KeyVault/vaults/kv tagged\n" },
	{ "a vault of which nobody said how", "-", HINT,
		"[{\"id\":\"" RG "/providers/Microsoft.KeyVault/vaults/kv\",\"name\":\"kv\",\"type\":\"Microsoft.KeyVault/vaults\"}]",
		"C organization  4 ()\nC identities  1 ()\n"
		"C access-policies " RG_KEY "/providers/microsoft.keyvault/vaults/kv 2 (who may read the vault's data is not in this answer: use 'az keyvault show')\n"
		"E " RG_KEY "/providers/microsoft.keyvault/vaults/kv azure:keyvault:vault kv 0 spelled=" RG "/providers/Microsoft.KeyVault/vaults/kv tagged\n" },
	{ "role assignments of az", "-", HINT,
		"[{\"id\":\"" RG "/providers/Microsoft.Authorization/roleAssignments/x1\",\"name\":\"x1\",\"principalId\":\"" U "\",\"principalType\":\"User\",\"roleDefinitionId\":\"" SUB "/providers/Microsoft.Authorization/roleDefinitions/" ROLE "\",\"roleDefinitionName\":\"Cook\",\"scope\":\"" RG "\",\"type\":\"Microsoft.Authorization/roleAssignments\"}]",
		"C organization  4 ()\nC organization  4 ()\nC identities  1 ()\n"
		"E " RG_KEY " azure:resources:resource-group rg-Web 8 spelled=" RG "\n"
		"D resource " RG_KEY " (Cook (role assignment x1)) {\"tenantId\":\"" T "\",\"roleAssignment\":{\"id\":\"" RG "/providers/Microsoft.Authorization/roleAssignments/x1\",\"name\":\"x1\",\"principalId\":\"" U "\",\"principalType\":\"User\",\"roleDefinitionId\":\"" SUB "/providers/Microsoft.Authorization/roleDefinitions/" ROLE "\",\"roleDefinitionName\":\"Cook\",\"scope\":\"" RG "\",\"type\":\"Microsoft.Authorization/roleAssignments\"}}\n"
		"C policies  1 (role assignments)\n" },
	{ "one of the tenant's, by its id alone", "-", HINT,
		"{\"value\":[{\"id\":\"/providers/Microsoft.Authorization/roleAssignments/x1\",\"type\":\"Microsoft.Authorization/roleAssignments\",\"properties\":{\"principalId\":\"" U "\",\"roleDefinitionId\":\"" ROLE "\"}}],\"nextLink\":\"https://x\"}",
		"C organization  4 ()\n"
		"D resource azure:" T " (role assignment x1) {\"tenantId\":\"" T "\",\"roleAssignment\":{\"id\":\"/providers/Microsoft.Authorization/roleAssignments/x1\",\"type\":\"Microsoft.Authorization/roleAssignments\",\"properties\":{\"principalId\":\"" U "\",\"roleDefinitionId\":\"" ROLE "\"}}}\n"
		"C policies  2 (the page says that another follows)\n" },
	{ "trap: one of a subscription alone says nothing about what is beneath", "-", HINT,
		"[{\"id\":\"" SUB "/providers/Microsoft.Authorization/roleAssignments/x1\",\"name\":\"x1\",\"principalId\":\"" U "\",\"roleDefinitionId\":\"" ROLE "\",\"scope\":\"" SUB "\"}]",
		"C organization  4 ()\nC organization  4 ()\nC identities  1 ()\n"
		"D resource " SUB " (role assignment x1) {\"tenantId\":\"" T "\",\"roleAssignment\":{\"id\":\"" SUB "/providers/Microsoft.Authorization/roleAssignments/x1\",\"name\":\"x1\",\"principalId\":\"" U "\",\"roleDefinitionId\":\"" ROLE "\",\"scope\":\"" SUB "\"}}\n" },
	{ "a custom role", "-", HINT,
		"[{\"id\":\"" SUB "/providers/Microsoft.Authorization/roleDefinitions/" ROLE "\",\"name\":\"" ROLE "\",\"roleName\":\"Cook\",\"roleType\":\"CustomRole\",\"permissions\":[],\"assignableScopes\":[\"" SUB "\"],\"type\":\"Microsoft.Authorization/roleDefinitions\"}]",
		"C organization  4 ()\n"
		"E /providers/microsoft.authorization/roledefinitions/" ROLE " azure:authorization:role-definition Cook 4\n"
		"D role /providers/microsoft.authorization/roledefinitions/" ROLE " (Cook) {\"id\":\"" SUB "/providers/Microsoft.Authorization/roleDefinitions/" ROLE "\",\"name\":\"" ROLE "\",\"roleName\":\"Cook\",\"roleType\":\"CustomRole\",\"permissions\":[],\"assignableScopes\":[\"" SUB "\"],\"type\":\"Microsoft.Authorization/roleDefinitions\"}\n" },
	{ "the tree of management groups", "-", "",
		"{\"id\":\"/providers/Microsoft.Management/managementGroups/" T "\",\"type\":\"Microsoft.Management/managementGroups\",\"name\":\"" T "\",\"properties\":{\"tenantId\":\"" T "\",\"displayName\":\"Root\",\"children\":[{\"id\":\"" SUB "\",\"type\":\"/subscriptions\",\"name\":\"" S "\",\"displayName\":\"prod\"}]}}",
		"C organization  4 ()\n"
		"E azure:" T "/providers/microsoft.management/managementgroups/" T " azure:management:management-group Root 8 spelled=/providers/Microsoft.Management/managementGroups/" T "\n"
		"E azure:" T "/providers/microsoft.management/managementgroups/" T " azure:management:management-group  8\n"
		"C organization  4 ()\nC identities  1 ()\n"
		"E " SUB " azure:resources:subscription  8\n"
		"E " SUB " azure:resources:subscription prod 8\n" },
	{ "users of Graph, one a guest, one disabled", "-", HINT,
		"{\"@odata.context\":\"https://graph.microsoft.com/v1.0/$metadata#users\",\"value\":[{\"id\":\"" U "\",\"displayName\":\"Al\",\"userPrincipalName\":\"al@x.example\",\"accountEnabled\":false,\"userType\":\"Guest\"}]}",
		"C organization  4 ()\n"
		"E azure:" T "/" U " azure:entra:user al@x.example 1041 id=" U " display_name=Al external=true\n"
		"C identities  1 ()\n" },
	{ "a group with its members and owners", "-", HINT,
		"[{\"id\":\"" G "\",\"displayName\":\"ops\",\"securityEnabled\":true,\"isAssignableToRole\":true,\"members\":[{\"@odata.type\":\"#microsoft.graph.user\",\"id\":\"" U "\"}],\"owners\":[{\"id\":\"" A "\"}]}]",
		"C organization  4 ()\n"
		"E azure:" T "/" G " azure:entra:group ops 2 id=" G " display_name=ops assignable_to_role=true\n"
		"E azure:" T "/" U " azure:entra:user  1 id=" U "\n"
		"R azure:" T "/" U " member_of azure:" T "/" G "\n"
		"C members azure:" T "/" G " 1 ()\n"
		"C owners azure:" T "/" G " 1 ()\n"
		"R azure:" T "/" A " owns azure:" T "/" G "\n"
		"D resource azure:" T "/" G " (owner) {\"tenantId\":\"" T "\",\"groupOwner\":{\"id\":\"" A "\"}}\n" },
	{ "members in a file named after their group", "x/group-members-" G ".json", HINT,
		"[{\"@odata.type\":\"#microsoft.graph.user\",\"id\":\"" U "\",\"userPrincipalName\":\"al@x.example\"}]",
		"C organization  4 ()\n"
		"E azure:" T "/" U " azure:entra:user al@x.example 1 id=" U "\n"
		"E azure:" T "/" U " azure:entra:user al@x.example 1 id=" U "\n"
		"R azure:" T "/" U " member_of azure:" T "/" G "\n"
		"C members azure:" T "/" G " 1 ()\n" },
	{ "a file of owners that has none", "x/owners-" G ".json", HINT,
		"{\"@odata.context\":\"x\",\"value\":[]}",
		"C organization  4 ()\n"
		"C owners azure:" T "/" G " 1 ()\n" },
	{ "the same as az writes it", "x/owners-" G ".json", HINT, "[]",
		"C organization  4 ()\n"
		"C owners azure:" T "/" G " 1 ()\n" },
	{ "an application and its service principal find each other", "-", HINT,
		"[{\"id\":\"" U "\",\"appId\":\"" A "\",\"displayName\":\"d\",\"signInAudience\":\"AzureADMyOrg\"},{\"id\":\"" G "\",\"appId\":\"" A "\",\"displayName\":\"d\",\"servicePrincipalType\":\"Application\",\"appOwnerOrganizationId\":\"" U "\"}]",
		"C organization  4 ()\n"
		"E azure:" T "/" U " azure:entra:application d 0 id=" U " display_name=d app_id=" A "\n"
		"E azure:" T "/app-id/" A " azure:entra:application-id " A " 0\n"
		"R azure:" T "/" U " carries azure:" T "/app-id/" A "\n"
		"E azure:" T "/" G " azure:entra:service-principal d 1001 id=" G " display_name=d app_id=" A " type=Application external=true\n"
		"C service-principals  1 ()\n"
		"E azure:" T "/app-id/" A " azure:entra:application-id " A " 0\n"
		"R azure:" T "/app-id/" A " carries azure:" T "/" G "\n"
		"E azure:" T "/application-permissions azure:entra:permission-holders holders of application permissions 12\n"
		"D resource azure:" T " (application permissions that nobody listed) {\"tenantId\":\"" T "\",\"permissionHolders\":{}}\n" },
	{ "permissions that were given by Graph to several", "-", HINT,
		"{\"value\":[{\"id\":\"i\",\"appRoleId\":\"" ROLE "\",\"principalId\":\"" U "\",\"principalType\":\"ServicePrincipal\",\"resourceId\":\"" G "\",\"resourceDisplayName\":\"Microsoft Graph\"},"
		"{\"id\":\"j\",\"appRoleId\":\"" ROLE "\",\"principalId\":\"" A "\",\"principalType\":\"ServicePrincipal\",\"resourceId\":\"" G "\",\"resourceDisplayName\":\"Microsoft Graph\"}]}",
		"C organization  4 ()\n"
		"E azure:" T "/" U " azure:entra:service-principal  1 graph_permissions=read\n"
		"D resource azure:" T " (application permission on Microsoft Graph) {\"tenantId\":\"" T "\",\"appRoleAssignment\":{\"id\":\"i\",\"appRoleId\":\"" ROLE "\",\"principalId\":\"" U "\",\"principalType\":\"ServicePrincipal\",\"resourceId\":\"" G "\",\"resourceDisplayName\":\"Microsoft Graph\"}}\n"
		"E azure:" T "/application-permissions azure:entra:permission-holders holders of application permissions 12\n"
		"C members azure:" T "/application-permissions 1 ()\n"
		"C application-permissions  1 ()\n"
		"E azure:" T "/" A " azure:entra:service-principal  1 graph_permissions=read\n"
		"D resource azure:" T " (application permission on Microsoft Graph) {\"tenantId\":\"" T "\",\"appRoleAssignment\":{\"id\":\"j\",\"appRoleId\":\"" ROLE "\",\"principalId\":\"" A "\",\"principalType\":\"ServicePrincipal\",\"resourceId\":\"" G "\",\"resourceDisplayName\":\"Microsoft Graph\"}}\n" },
	{ "permissions of one who has none", "x/appRoleAssignments-" U ".json", HINT, "{\"value\":[]}",
		"C organization  4 ()\n"
		"E azure:" T "/" U " azure:entra:service-principal  1 graph_permissions=read\n" },
	{ "no permissions at all", "x/graph-appRoleAssignedTo.json", HINT, "{\"value\":[]}",
		"C organization  4 ()\n"
		"E azure:" T "/application-permissions azure:entra:permission-holders holders of application permissions 12\n"
		"C members azure:" T "/application-permissions 1 ()\n"
		"C application-permissions  1 ()\n" },
	{ "consents: of one user, and for all", "-", HINT,
		"{\"value\":[{\"id\":\"i\",\"clientId\":\"" A "\",\"consentType\":\"Principal\",\"principalId\":\"" U "\",\"resourceId\":\"" G "\",\"scope\":\"user_impersonation\"},"
		"{\"id\":\"j\",\"clientId\":\"" G "\",\"consentType\":\"AllPrincipals\",\"principalId\":null,\"resourceId\":\"" G "\",\"scope\":\"openid Directory.AccessAsUser.All\"}]}",
		"C organization  4 ()\n"
		"C delegated-permissions azure:" T "/" A " 1 ()\n"
		"R azure:" T "/" A " carries azure:" T "/" U "\n"
		"C delegated-permissions  1 ()\n"
		"C delegated-permissions azure:" T "/" G " 1 ()\n"
		"E azure:" T "/" G " azure:entra:service-principal  1 acts_as_users=true\n" },
	{ "no consents at all", "x/oauth2PermissionGrants.json", HINT, "{\"value\":[]}",
		"C organization  4 ()\nC delegated-permissions  1 ()\n" },
	{ "roles of the directory: assigned, and to be activated", "-", HINT,
		"{\"value\":[{\"id\":\"i\",\"principalId\":\"" U "\",\"roleDefinitionId\":\"" ROLE "\",\"directoryScopeId\":\"/\"},{\"id\":\"j\",\"principalId\":\"" U "\",\"roleDefinitionId\":\"" ROLE "\",\"directoryScopeId\":\"/administrativeUnits/" G "\",\"memberType\":\"Direct\"}]}",
		"C organization  4 ()\n"
		"C directory-roles  1 ()\n"
		"E azure:" T "/application-permissions azure:entra:permission-holders holders of application permissions 12\n"
		"D resource azure:" T " (application permissions that nobody listed) {\"tenantId\":\"" T "\",\"permissionHolders\":{}}\n"
		"D resource azure:" T " (" ROLE " (directory role)) {\"tenantId\":\"" T "\",\"directoryAssignment\":{\"id\":\"i\",\"principalId\":\"" U "\",\"roleDefinitionId\":\"" ROLE "\",\"directoryScopeId\":\"/\"}}\n"
		"E azure:" T "/" G " azure:entra:administrative-unit  8\n"
		"D resource azure:" T "/" G " (" ROLE " (directory role)) {\"tenantId\":\"" T "\",\"eligibleDirectoryAssignment\":{\"id\":\"j\",\"principalId\":\"" U "\",\"roleDefinitionId\":\"" ROLE "\",\"directoryScopeId\":\"/administrativeUnits/" G "\",\"memberType\":\"Direct\"}}\n" },
	{ "AzureHound: a group's members, and lists by their own names", "-", "",
		"{\"data\":[{\"kind\":\"AZGroupMember\",\"data\":{\"groupId\":\"" G "\",\"tenantId\":\"" T "\",\"members\":[{\"groupId\":\"" G "\",\"member\":{\"@odata.type\":\"#microsoft.graph.user\",\"id\":\"" U "\"}}]}},"
		"{\"kind\":\"AZSubscriptionOwner\",\"data\":{\"subscriptionId\":\"" S "\",\"tenantId\":\"" T "\",\"owners\":[{\"subscriptionId\":\"" S "\",\"owner\":{\"id\":\"" SUB "/providers/Microsoft.Authorization/roleAssignments/x1\",\"name\":\"x1\",\"properties\":{\"principalId\":\"" U "\",\"roleDefinitionId\":\"" ROLE "\",\"scope\":\"" SUB "\"}}}]}}],\"meta\":{\"type\":\"azure\",\"version\":5,\"count\":2}}",
		"C organization  4 ()\n"
		"E azure:" T "/" U " azure:entra:user  1 id=" U "\n"
		"R azure:" T "/" U " member_of azure:" T "/" G "\n"
		"C members azure:" T "/" G " 1 ()\n"
		"C organization  4 ()\nC identities  1 ()\n"
		"D resource " SUB " (role assignment x1) {\"tenantId\":\"" T "\",\"roleAssignment\":{\"id\":\"" SUB "/providers/Microsoft.Authorization/roleAssignments/x1\",\"name\":\"x1\",\"properties\":{\"principalId\":\"" U "\",\"roleDefinitionId\":\"" ROLE "\",\"scope\":\"" SUB "\"}}}\n" },
	{ "AzureHound, one object a line, says what it lacks", "-", "",
		"{\"kind\":\"AZTenant\",\"data\":{\"tenantId\":\"" T "\",\"displayName\":\"Harbour\"}}\n",
		"C organization  4 ()\n"
		"E azure:" T " azure:entra:tenant Harbour 8\n"
		"C deny-assignments  2 (AzureHound does not collect deny assignments)\n"
		"C conditions  2 (AzureHound does not collect conditions of role assignments)\n"
		"C eligible-assignments  2 (AzureHound does not collect eligible assignments of Azure roles)\n" },
};

static const struct {
	const char *input, *path, *error;
} errors[] = {
	{ "[{\"id\":\"" U "\",\"userPrincipalName\":\"al@x.example\"}]", "-",
		"-: byte 1: [0]: which tenant this belongs to is not said: expected a member 'tenantId', an answer of 'az account show' in this directory or above, or a directory named after the tenant" },
	{ "[{\"id\":\"" U "\",\"userPrincipalName\":\"al@x.example\",\"tenantId\":\"" T "\"}]", "members.json",
		"members.json: byte 1: [0]: whose members these are is not said: the name of the file needs the object id" },
	{ "{\"kind\":\"AZWidget\",\"data\":{\"tenantId\":\"" T "\"}}", "-", "-: byte 0: top level: unknown kind 'AZWidget'" },
	{ "[{\"id\":\"" SUB "/providers/Microsoft.Authorization/roleAssignments/x\",\"tenantId\":\"" T "\",\"principalId\":\"" U "\"}]", "-",
		"-: byte 1: [0]: expected a member 'roleDefinitionId'" },
	{ "{\"value\":[{\"x\":1}]}", "-",
		"-: byte 10: value[0]: unknown object: expected a resource id in 'id', a 'type', or an object of the directory" },
};
/* clang-format on */

static void formats(void **state)
{
	static const size_t chunks[] = { 1, 7, 1 << 20 };
	struct buf bytes = { 0 }, lines = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct decoder_context context = { .path = str_from(rows[i].path),
			.hint = str_from(rows[i].hint) };

		for (size_t c = 0; c < sizeof(chunks) / sizeof(chunks[0]); c++) {
			struct err e = { 0 };

			buf_clear(&bytes);
			buf_clear(&lines);
			if (decode_records(&context, str_from(rows[i].input), chunks[c],
				    &bytes, &e) < 0 ||
				decode_records_lines(&lines, buf_str(&bytes), &e) < 0)
				fail_msg("%s: %s", rows[i].what, e.text);
			if (!str_eq(buf_str(&lines), str_from(rows[i].records)))
				fail_msg("%s:\n%.*s", rows[i].what,
					STR_ARG(buf_str(&lines)));
		}
	}
	buf_release(&bytes);
	buf_release(&lines);
}

static void wrong_input(void **state)
{
	struct buf bytes = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		struct decoder_context context = { .path = str_from(errors[i].path) };
		struct err e = { 0 };

		assert_int_equal(decode_records(&context, str_from(errors[i].input),
					 1 << 20, &bytes, &e),
			ERR_FORMAT);
		assert_string_equal(e.text, errors[i].error);
	}
	buf_release(&bytes);
}

/* The tenant is that of the subscriptions, not of those who manage them. */
static void heads(void **state)
{
	static const struct {
		const char *text, *hint;
	} heads[] = {
		{ "[{\"homeTenantId\": \"" T "\", \"tenantId\": \"" U "\"}]", HINT },
		{ "{\"managedByTenants\":[{\"tenantId\":\"" U "\"}],\"tenantId\":\"" T
		  "\"}",
			HINT },
		{ "{\"tenantId\":\"not an id\"}", NULL },
		{ "{\"tenantId\":null}", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		char hint[DECODER_HINT_MAX] = "";
		int rc = decoder_identify(str_from(heads[i].text), hint);

		assert_int_equal(rc, heads[i].hint != NULL);
		if (heads[i].hint)
			assert_string_equal(hint, heads[i].hint);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(formats),
		cmocka_unit_test(wrong_input),
		cmocka_unit_test(heads),
	};

	return cmocka_run_group_tests_name("decode_azure", tests, NULL, NULL);
}
