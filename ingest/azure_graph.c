#include "ingest/azure_graph.h"

#include <stddef.h>

#define OPERATIONS_MAX 10

#define D(name) "microsoft.directory/" name

/* clang-format off */
static const struct {
	const char *guid;
	const char *operations[OPERATIONS_MAX];
} permissions[] = {
	/* Application.ReadWrite.All */
	{ "1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9",
	  { D("applications/*"), D("servicePrincipals/standard/read"),
	    D("servicePrincipals/create"), D("servicePrincipals/delete"),
	    D("servicePrincipals/basic/update"), D("servicePrincipals/credentials/update"),
	    D("servicePrincipals/owners/update"), D("servicePrincipals/authentication/update") } },
	/* Application.ReadUpdate.All */
	{ "fc023787-fd04-4e44-9bc7-d454f00c0f0a",
	  { D("applications/credentials/update"), D("applications/owners/update"),
	    D("applications/basic/update"), D("servicePrincipals/credentials/update"),
	    D("servicePrincipals/owners/update") } },
	/* ServicePrincipalEndpoint.ReadWrite.All */
	{ "89c8469c-83ad-45f7-8ff2-6e3d4285709e", { D("servicePrincipals/owners/update") } },
	/* AppRoleAssignment.ReadWrite.All */
	{ "06b708a9-e830-4db3-a914-8e69da51d44f",
	  { D("servicePrincipals/appRoleAssignedTo/update"), D("groups/appRoleAssignments/update"),
	    D("users/appRoleAssignments/update") } },
	/* Directory.ReadWrite.All */
	{ "19dbc75e-c2e2-444c-a770-ec69d8559fc7",
	  { D("users/create"), D("users/basic/update"), D("users/standard/read"),
	    D("groups/create"), D("groups/basic/update"), D("groups/members/update"),
	    D("groups/owners/update"), D("groups/standard/read"), D("administrativeUnits/*") } },
	/* Group.ReadWrite.All */
	{ "62a82d76-70ea-41e2-9197-370581804d09",
	  { D("groups/create"), D("groups/delete"), D("groups/basic/update"),
	    D("groups/members/update"), D("groups/owners/update"), D("groups/standard/read"),
	    D("groups/dynamicMembershipRule/update"), D("groups/members/read") } },
	/* GroupMember.ReadWrite.All */
	{ "dbaae8cf-10b5-4b86-a4a1-f871c94c6695",
	  { D("groups/members/update"), D("groups/members/read"), D("groups/standard/read") } },
	/* RoleManagement.ReadWrite.Directory */
	{ "9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8",
	  { D("roleAssignments/allProperties/allTasks"), D("roleAssignments/standard/read"),
	    D("roleDefinitions/*"), D("groupsAssignableToRoles/*"),
	    D("scopedRoleMemberships/allProperties/allTasks") } },
	/* RoleAssignmentSchedule.ReadWrite.Directory */
	{ "dd199f4a-f148-40a4-a2ec-f0069cc799ec",
	  { D("roleAssignments/allProperties/allTasks") } },
	/* RoleEligibilitySchedule.ReadWrite.Directory */
	{ "fee28b28-e1f3-4841-818e-2704dc62245f",
	  { D("roleAssignments/allProperties/allTasks") } },
	/* PrivilegedAccess.ReadWrite.AzureADGroup */
	{ "2f6817f8-7b12-4f0f-bc18-eeaf60705a9e",
	  { D("groups/members/update"), D("groups/owners/update"),
	    D("groupsAssignableToRoles/members/update"), D("groupsAssignableToRoles/owners/update") } },
	/* PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup */
	{ "41202f2c-f7ab-45be-b001-85c9728b9d69",
	  { D("groups/members/update"), D("groups/owners/update"),
	    D("groupsAssignableToRoles/members/update"), D("groupsAssignableToRoles/owners/update") } },
	/* PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup */
	{ "618b6020-bca8-4de6-99f6-ef445fa4d857",
	  { D("groups/members/update"), D("groups/owners/update"),
	    D("groupsAssignableToRoles/members/update"), D("groupsAssignableToRoles/owners/update") } },
	/* User.ReadWrite.All */
	{ "741f803b-c850-494e-b5df-cde7c675a1ca",
	  { D("users/create"), D("users/delete"), D("users/basic/update"),
	    D("users/standard/read"), D("users/disable"), D("users/enable"),
	    D("users/userPrincipalName/update") } },
	/* User-PasswordProfile.ReadWrite.All */
	{ "cc117bb9-00cf-4eb8-b580-ea2a878fe8f7", { D("users/password/update") } },
	/* UserAuthenticationMethod.ReadWrite.All */
	{ "50483e42-d915-4231-9639-7fdb7fd190e5",
	  { D("users/authenticationMethods/create"), D("users/authenticationMethods/delete"),
	    D("users/authenticationMethods/standard/restrictedRead") } },
	/* Domain.ReadWrite.All */
	{ "7e05723c-0bb0-42da-be95-ae9f08a6e53c",
	  { D("domains/allProperties/allTasks"), D("domains/federation/update"),
	    D("domains/standard/read") } },
	/* Organization.ReadWrite.All */
	{ "292d869f-3427-49a8-9dab-8c70152b74e9",
	  { D("organization/basic/update"), D("organization/standard/read"),
	    D("organization/trustedCAsForPasswordlessAuth/update") } },
	/* Policy.ReadWrite.PermissionGrant */
	{ "a402ca1c-2696-4531-972d-6e5ee4aa11ea",
	  { D("permissionGrantPolicies/create"), D("permissionGrantPolicies/basic/update") } },
	/* Policy.ReadWrite.ConditionalAccess */
	{ "01c0a623-fc9b-48e9-b794-0756f8e8f067",
	  { D("conditionalAccessPolicies/create"), D("conditionalAccessPolicies/delete"),
	    D("conditionalAccessPolicies/basic/update") } },
	/* EntitlementManagement.ReadWrite.All */
	{ "9acd699f-1e81-4958-b001-93b1d2506e19",
	  { D("entitlementManagement/allProperties/allTasks"),
	    D("entitlementManagement/allProperties/read") } },
	/* AdministrativeUnit.ReadWrite.All */
	{ "5eb59dd3-1da2-4329-8733-9dabdc435916", { D("administrativeUnits/*") } },
	/* Directory.Read.All */
	{ "7ab1d382-f21e-4acd-a863-ba3e13f7da61", { D("*/read") } },
	/* User.Read.All */
	{ "df021288-bdef-4463-88db-98f22de89214",
	  { D("users/standard/read"), D("users/memberOf/read") } },
	/* Group.Read.All */
	{ "5b567255-7703-4780-807c-7be8301ae99b",
	  { D("groups/standard/read"), D("groups/members/read") } },
	/* Application.Read.All */
	{ "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30",
	  { D("applications/standard/read"), D("servicePrincipals/standard/read") } },
	/* RoleManagement.Read.Directory */
	{ "483bed4a-2ad3-4361-a73b-c83ccdbdc53c",
	  { D("roleAssignments/standard/read"), D("roleDefinitions/standard/read") } },
};
/* clang-format on */

const char *const *azure_graph_permission(struct str guid)
{
	for (size_t i = 0; i < sizeof(permissions) / sizeof(permissions[0]); i++) {
		if (str_eq_fold(guid, str_from(permissions[i].guid)))
			return permissions[i].operations;
	}
	return NULL;
}

const char *const *azure_graph_permission_at(size_t i)
{
	return i < sizeof(permissions) / sizeof(permissions[0])
		       ? permissions[i].operations
		       : NULL;
}
