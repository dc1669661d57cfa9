#include "ingest/azure_known.h"

struct known {
	const char *guid, *name;
	const char *body;
};

/* clang-format off */
static const struct known known[] = {
	{ "8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "Owner",
	  "{\"roleName\":\"Owner\",\"type\":\"BuiltInRole\",\"permissions\":[{"
	  "\"actions\":[\"*\"],\"notActions\":[],\"dataActions\":[],"
	  "\"notDataActions\":[]}]}" },
	{ "b24988ac-6180-42a0-ab88-20f7382dd24c", "Contributor",
	  "{\"roleName\":\"Contributor\",\"type\":\"BuiltInRole\",\"permissions\":[{"
	  "\"actions\":[\"*\"],\"notActions\":[\"Microsoft.Authorization/*/Delete\""
	  ",\"Microsoft.Authorization/*/Write\","
	  "\"Microsoft.Authorization/elevateAccess/Action\","
	  "\"Microsoft.Blueprint/blueprintAssignments/write\","
	  "\"Microsoft.Blueprint/blueprintAssignments/delete\","
	  "\"Microsoft.Compute/galleries/share/action\","
	  "\"Microsoft.Purview/consents/write\","
	  "\"Microsoft.Purview/consents/delete\","
	  "\"Microsoft.Resources/deploymentStacks/manageDenySetting/action\","
	  "\"Microsoft.Subscription/cancel/action\","
	  "\"Microsoft.Subscription/enable/action\"],\"dataActions\":[],"
	  "\"notDataActions\":[]}]}" },
	{ "acdd72a7-3385-48ef-bd42-f606fba81ae7", "Reader",
	  "{\"roleName\":\"Reader\",\"type\":\"BuiltInRole\",\"permissions\":[{"
	  "\"actions\":[\"*/read\"],\"notActions\":[],\"dataActions\":[],"
	  "\"notDataActions\":[]}]}" },
	{ "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9", "User Access Administrator",
	  "{\"roleName\":\"User Access Administrator\",\"type\":\"BuiltInRole\","
	  "\"permissions\":[{\"actions\":[\"*/read\",\"Microsoft.Authorization/*\","
	  "\"Microsoft.Support/*\"],\"notActions\":[],\"dataActions\":[],"
	  "\"notDataActions\":[]}]}" },
	{ "f58310d9-a9f6-439a-9e8d-f62e7b41a168", "Role Based Access Control Administrator",
	  "{\"roleName\":\"Role Based Access Control Administrator\","
	  "\"type\":\"BuiltInRole\",\"permissions\":[{"
	  "\"actions\":[\"Microsoft.Authorization/roleAssignments/write\","
	  "\"Microsoft.Authorization/roleAssignments/delete\",\"*/read\","
	  "\"Microsoft.Support/*\"],\"notActions\":[],\"dataActions\":[],"
	  "\"notDataActions\":[]}]}" },
	{ "9980e02c-c2be-4d73-94e8-173b1dc7cf3c", "Virtual Machine Contributor",
	  "{\"roleName\":\"Virtual Machine Contributor\",\"type\":\"BuiltInRole\","
	  "\"permissions\":[{\"actions\":[\"Microsoft.Authorization/*/read\","
	  "\"Microsoft.Compute/availabilitySets/*\","
	  "\"Microsoft.Compute/locations/*\","
	  "\"Microsoft.Compute/virtualMachines/*\","
	  "\"Microsoft.Compute/virtualMachineScaleSets/*\","
	  "\"Microsoft.Compute/cloudServices/*\","
	  "\"Microsoft.Compute/disks/write\",\"Microsoft.Compute/disks/read\","
	  "\"Microsoft.Compute/disks/delete\","
	  "\"Microsoft.DevTestLab/schedules/*\","
	  "\"Microsoft.Insights/alertRules/*\","
	  "\"Microsoft.Network/applicationGateways/backendAddressPools/join/"
	  "action\",\"Microsoft.Network/loadBalancers/backendAddressPools/joi"
	  "n/action\",\"Microsoft.Network/loadBalancers/inboundNatPools/join/"
	  "action\",\"Microsoft.Network/loadBalancers/inboundNatRules/join/ac"
	  "tion\",\"Microsoft.Network/loadBalancers/probes/join/action\","
	  "\"Microsoft.Network/loadBalancers/read\","
	  "\"Microsoft.Network/locations/*\","
	  "\"Microsoft.Network/networkInterfaces/*\","
	  "\"Microsoft.Network/networkSecurityGroups/join/action\","
	  "\"Microsoft.Network/networkSecurityGroups/read\","
	  "\"Microsoft.Network/publicIPAddresses/join/action\","
	  "\"Microsoft.Network/publicIPAddresses/read\","
	  "\"Microsoft.Network/virtualNetworks/read\","
	  "\"Microsoft.Network/virtualNetworks/subnets/join/action\","
	  "\"Microsoft.RecoveryServices/locations/*\","
	  "\"Microsoft.RecoveryServices/Vaults/backupFabrics/backupProtectio"
	  "nIntent/write\",\"Microsoft.RecoveryServices/Vaults/backupFabrics/"
	  "protectionContainers/protectedItems/*/read\","
	  "\"Microsoft.RecoveryServices/Vaults/backupFabrics/protectionConta"
	  "iners/protectedItems/read\","
	  "\"Microsoft.RecoveryServices/Vaults/backupFabrics/protectionConta"
	  "iners/protectedItems/write\","
	  "\"Microsoft.RecoveryServices/Vaults/backupPolicies/read\","
	  "\"Microsoft.RecoveryServices/Vaults/backupPolicies/write\","
	  "\"Microsoft.RecoveryServices/Vaults/read\","
	  "\"Microsoft.RecoveryServices/Vaults/usages/read\","
	  "\"Microsoft.RecoveryServices/Vaults/write\","
	  "\"Microsoft.ResourceHealth/availabilityStatuses/read\","
	  "\"Microsoft.Resources/deployments/*\","
	  "\"Microsoft.Resources/subscriptions/resourceGroups/read\","
	  "\"Microsoft.SerialConsole/serialPorts/connect/action\","
	  "\"Microsoft.SqlVirtualMachine/*\","
	  "\"Microsoft.Storage/storageAccounts/listKeys/action\","
	  "\"Microsoft.Storage/storageAccounts/read\",\"Microsoft.Support/*\"],"
	  "\"notActions\":[],\"dataActions\":[],\"notDataActions\":[]}]}" },
	{ "1c0163c0-47e6-4577-8991-ea5c82e286e4", "Virtual Machine Administrator Login",
	  "{\"roleName\":\"Virtual Machine Administrator Login\","
	  "\"type\":\"BuiltInRole\",\"permissions\":[{"
	  "\"actions\":[\"Microsoft.Network/publicIPAddresses/read\","
	  "\"Microsoft.Network/virtualNetworks/read\","
	  "\"Microsoft.Network/loadBalancers/read\","
	  "\"Microsoft.Network/networkInterfaces/read\","
	  "\"Microsoft.Compute/virtualMachines/*/read\","
	  "\"Microsoft.HybridCompute/machines/*/read\","
	  "\"Microsoft.HybridConnectivity/endpoints/listCredentials/action\"]"
	  ",\"notActions\":[],\"dataActions\":[\"Microsoft.Compute/virtualMachin"
	  "es/login/action\",\"Microsoft.Compute/virtualMachines/loginAsAdmin"
	  "/action\",\"Microsoft.HybridCompute/machines/login/action\","
	  "\"Microsoft.HybridCompute/machines/loginAsAdmin/action\"],"
	  "\"notDataActions\":[]}]}" },
	{ "f25e0fa2-a7c8-4377-a976-54943a77a395", "Key Vault Contributor",
	  "{\"roleName\":\"Key Vault Contributor\",\"type\":\"BuiltInRole\","
	  "\"permissions\":[{\"actions\":[\"Microsoft.Authorization/*/read\","
	  "\"Microsoft.Insights/alertRules/*\","
	  "\"Microsoft.Resources/deployments/*\","
	  "\"Microsoft.Resources/subscriptions/resourceGroups/read\","
	  "\"Microsoft.Support/*\",\"Microsoft.KeyVault/*\"],"
	  "\"notActions\":[\"Microsoft.KeyVault/locations/deletedVaults/purge/"
	  "action\",\"Microsoft.KeyVault/hsmPools/*\","
	  "\"Microsoft.KeyVault/managedHsms/*\"],\"dataActions\":[],"
	  "\"notDataActions\":[]}]}" },
	{ "00482a5a-887f-4fb3-b363-3b7fe8e74483", "Key Vault Administrator",
	  "{\"roleName\":\"Key Vault Administrator\",\"type\":\"BuiltInRole\","
	  "\"permissions\":[{\"actions\":[\"Microsoft.Authorization/*/read\","
	  "\"Microsoft.Insights/alertRules/*\","
	  "\"Microsoft.Resources/deployments/*\","
	  "\"Microsoft.Resources/subscriptions/resourceGroups/read\","
	  "\"Microsoft.Support/*\","
	  "\"Microsoft.KeyVault/checkNameAvailability/read\","
	  "\"Microsoft.KeyVault/deletedVaults/read\","
	  "\"Microsoft.KeyVault/locations/*/read\","
	  "\"Microsoft.KeyVault/vaults/*/read\","
	  "\"Microsoft.KeyVault/operations/read\"],\"notActions\":[],"
	  "\"dataActions\":[\"Microsoft.KeyVault/vaults/*\"],"
	  "\"notDataActions\":[]}]}" },
	{ "b86a8fe4-44ce-4948-aee5-eccb2c155cd7", "Key Vault Secrets Officer",
	  "{\"roleName\":\"Key Vault Secrets Officer\",\"type\":\"BuiltInRole\","
	  "\"permissions\":[{\"actions\":[\"Microsoft.Authorization/*/read\","
	  "\"Microsoft.Insights/alertRules/*\","
	  "\"Microsoft.Resources/deployments/*\","
	  "\"Microsoft.Resources/subscriptions/resourceGroups/read\","
	  "\"Microsoft.Support/*\","
	  "\"Microsoft.KeyVault/checkNameAvailability/read\","
	  "\"Microsoft.KeyVault/deletedVaults/read\","
	  "\"Microsoft.KeyVault/locations/*/read\","
	  "\"Microsoft.KeyVault/vaults/*/read\","
	  "\"Microsoft.KeyVault/operations/read\"],\"notActions\":[],"
	  "\"dataActions\":[\"Microsoft.KeyVault/vaults/secrets/*\"],"
	  "\"notDataActions\":[]}]}" },
	{ "4633458b-17de-408a-b874-0445c86b69e6", "Key Vault Secrets User",
	  "{\"roleName\":\"Key Vault Secrets User\",\"type\":\"BuiltInRole\","
	  "\"permissions\":[{\"actions\":[],\"notActions\":[],"
	  "\"dataActions\":[\"Microsoft.KeyVault/vaults/secrets/getSecret/acti"
	  "on\",\"Microsoft.KeyVault/vaults/secrets/readMetadata/action\"],"
	  "\"notDataActions\":[]}]}" },
	{ "b7e6dc6d-f1e8-4753-8033-0f276bb0955b", "Storage Blob Data Owner",
	  "{\"roleName\":\"Storage Blob Data Owner\",\"type\":\"BuiltInRole\","
	  "\"permissions\":[{\"actions\":[\"Microsoft.Storage/storageAccounts/bl"
	  "obServices/containers/*\","
	  "\"Microsoft.Storage/storageAccounts/blobServices/generateUserDele"
	  "gationKey/action\"],\"notActions\":[],"
	  "\"dataActions\":[\"Microsoft.Storage/storageAccounts/blobServices/c"
	  "ontainers/blobs/*\"],\"notDataActions\":[]}]}" },
	{ "ba92f5b4-2d11-453d-a403-e96b0029c9fe", "Storage Blob Data Contributor",
	  "{\"roleName\":\"Storage Blob Data Contributor\","
	  "\"type\":\"BuiltInRole\",\"permissions\":[{"
	  "\"actions\":[\"Microsoft.Storage/storageAccounts/blobServices/conta"
	  "iners/delete\",\"Microsoft.Storage/storageAccounts/blobServices/co"
	  "ntainers/read\",\"Microsoft.Storage/storageAccounts/blobServices/c"
	  "ontainers/write\",\"Microsoft.Storage/storageAccounts/blobServices"
	  "/generateUserDelegationKey/action\"],\"notActions\":[],"
	  "\"dataActions\":[\"Microsoft.Storage/storageAccounts/blobServices/c"
	  "ontainers/blobs/delete\","
	  "\"Microsoft.Storage/storageAccounts/blobServices/containers/blobs"
	  "/read\",\"Microsoft.Storage/storageAccounts/blobServices/container"
	  "s/blobs/write\",\"Microsoft.Storage/storageAccounts/blobServices/c"
	  "ontainers/blobs/move/action\","
	  "\"Microsoft.Storage/storageAccounts/blobServices/containers/blobs"
	  "/add/action\"],\"notDataActions\":[]}]}" },
	{ "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1", "Storage Blob Data Reader",
	  "{\"roleName\":\"Storage Blob Data Reader\",\"type\":\"BuiltInRole\","
	  "\"permissions\":[{\"actions\":[\"Microsoft.Storage/storageAccounts/bl"
	  "obServices/containers/read\","
	  "\"Microsoft.Storage/storageAccounts/blobServices/generateUserDele"
	  "gationKey/action\"],\"notActions\":[],"
	  "\"dataActions\":[\"Microsoft.Storage/storageAccounts/blobServices/c"
	  "ontainers/blobs/read\"],\"notDataActions\":[]}]}" },
	{ "f1a07417-d97a-45cb-824c-7a7467783830", "Managed Identity Operator",
	  "{\"roleName\":\"Managed Identity Operator\",\"type\":\"BuiltInRole\","
	  "\"permissions\":[{\"actions\":[\"Microsoft.ManagedIdentity/userAssign"
	  "edIdentities/*/read\",\"Microsoft.ManagedIdentity/userAssignedIden"
	  "tities/*/assign/action\",\"Microsoft.Authorization/*/read\","
	  "\"Microsoft.Insights/alertRules/*\","
	  "\"Microsoft.Resources/deployments/*\","
	  "\"Microsoft.Resources/subscriptions/resourceGroups/read\","
	  "\"Microsoft.Support/*\"],\"notActions\":[],\"dataActions\":[],"
	  "\"notDataActions\":[]}]}" },
	{ "62e90394-69f5-4237-9190-012177145e10", "Global Administrator",
	  "{\"templateId\":\"62e90394-69f5-4237-9190-012177145e10\","
	  "\"displayName\":\"Global Administrator\",\"isBuiltIn\":true,"
	  "\"rolePermissions\":[{\"allowedResourceActions\":[\"microsoft.directo"
	  "ry/*\"]}]}" },
	{ "e8611ab8-c189-46e8-94e1-60213ab1f814", "Privileged Role Administrator",
	  "{\"displayName\":\"Privileged Role Administrator\",\"isBuiltIn\":true,"
	  "\"rolePermissions\":[{\"allowedResourceActions\":[\"microsoft.directo"
	  "ry/administrativeUnits/allProperties/allTasks\","
	  "\"microsoft.directory/authorizationPolicy/allProperties/allTasks\""
	  ",\"microsoft.directory/directoryRoles/allProperties/allTasks\","
	  "\"microsoft.directory/groupsAssignableToRoles/allProperties/updat"
	  "e\",\"microsoft.directory/groupsAssignableToRoles/create\","
	  "\"microsoft.directory/groupsAssignableToRoles/delete\","
	  "\"microsoft.directory/groupsAssignableToRoles/restore\","
	  "\"microsoft.directory/groupsAssignableToRoles/members/update\","
	  "\"microsoft.directory/groupsAssignableToRoles/owners/update\","
	  "\"microsoft.directory/oAuth2PermissionGrants/allProperties/allTas"
	  "ks\",\"microsoft.directory/permissionGrantPolicies/create\","
	  "\"microsoft.directory/permissionGrantPolicies/basic/update\","
	  "\"microsoft.directory/privilegedIdentityManagement/allProperties/"
	  "allTasks\",\"microsoft.directory/roleAssignments/allProperties/all"
	  "Tasks\",\"microsoft.directory/roleDefinitions/allProperties/allTas"
	  "ks\",\"microsoft.directory/scopedRoleMemberships/allProperties/all"
	  "Tasks\",\"microsoft.directory/servicePrincipals/appRoleAssignedTo/"
	  "update\",\"microsoft.directory/servicePrincipals/permissions/updat"
	  "e\",\"microsoft.directory/servicePrincipals/managePermissionGrants"
	  "ForAll.microsoft-company-admin\"]}]}" },
	{ "7be44c8a-adaf-4e2a-84d6-ab2649e08a13", "Privileged Authentication Administrator",
	  "{\"templateId\":\"7be44c8a-adaf-4e2a-84d6-ab2649e08a13\","
	  "\"displayName\":\"Privileged Authentication Administrator\","
	  "\"isBuiltIn\":true,\"rolePermissions\":[{"
	  "\"allowedResourceActions\":[\"microsoft.directory/users/authenticat"
	  "ionMethods/create\",\"microsoft.directory/users/authenticationMeth"
	  "ods/delete\",\"microsoft.directory/users/authenticationMethods/sta"
	  "ndard/restrictedRead\","
	  "\"microsoft.directory/users/authenticationMethods/basic/update\","
	  "\"microsoft.directory/users/authorizationInfo/update\","
	  "\"microsoft.directory/users/disable\","
	  "\"microsoft.directory/users/enable\","
	  "\"microsoft.directory/users/delete\","
	  "\"microsoft.directory/users/restore\","
	  "\"microsoft.directory/users/invalidateAllRefreshTokens\","
	  "\"microsoft.directory/users/password/update\","
	  "\"microsoft.directory/users/basic/update\","
	  "\"microsoft.directory/users/manager/update\","
	  "\"microsoft.directory/users/userPrincipalName/update\"]}]}" },
	{ "729827e3-9c14-49f7-bb1b-9608f156bbb8", "Helpdesk Administrator",
	  "{\"displayName\":\"Helpdesk Administrator\",\"templateId\":\"729827"
	  "e3-9c14-49f7-bb1b-9608f156bbb8\",\"isBuiltIn\":true,\"rolePermis"
	  "sions\":[{\"allowedResourceActions\":[\"microsoft.directory/user"
	  "s/invalidateAllRefreshTokens\",\"microsoft.directory/users/pas"
	  "sword/update\"]}]}" },
	{ "966707d0-3269-4727-9be2-8c3a10f19b9d", "Password Administrator",
	  "{\"displayName\":\"Password Administrator\",\"templateId\":\"966707"
	  "d0-3269-4727-9be2-8c3a10f19b9d\",\"isBuiltIn\":true,\"rolePermis"
	  "sions\":[{\"allowedResourceActions\":[\"microsoft.directory/user"
	  "s/password/update\"]}]}" },
	{ "c4e39bd9-1100-46d3-8c65-fb160da0071f", "Authentication Administrator",
	  "{\"displayName\":\"Authentication Administrator\",\"templateId\":\""
	  "c4e39bd9-1100-46d3-8c65-fb160da0071f\",\"isBuiltIn\":true,\"role"
	  "Permissions\":[{\"allowedResourceActions\":[\"microsoft.director"
	  "y/users/authenticationMethods/create\",\"microsoft.directory/u"
	  "sers/authenticationMethods/delete\",\"microsoft.directory/user"
	  "s/authenticationMethods/standard/restrictedRead\",\"microsoft."
	  "directory/users/authenticationMethods/basic/update\",\"microso"
	  "ft.directory/users/delete\",\"microsoft.directory/users/disabl"
	  "e\",\"microsoft.directory/users/enable\",\"microsoft.directory/u"
	  "sers/invalidateAllRefreshTokens\",\"microsoft.directory/users/"
	  "restore\",\"microsoft.directory/users/basic/update\",\"microsoft"
	  ".directory/users/manager/update\",\"microsoft.directory/users/"
	  "password/update\",\"microsoft.directory/users/userPrincipalNam"
	  "e/update\"]}]}" },
	{ "fe930be7-5e62-47db-91af-98c3a49a38b1", "User Administrator",
	  "{\"displayName\":\"User Administrator\",\"templateId\":\"fe930be7-5"
	  "e62-47db-91af-98c3a49a38b1\",\"isBuiltIn\":true,\"rolePermission"
	  "s\":[{\"allowedResourceActions\":[\"microsoft.directory/users/cr"
	  "eate\",\"microsoft.directory/users/delete\",\"microsoft.director"
	  "y/users/disable\",\"microsoft.directory/users/enable\",\"microso"
	  "ft.directory/users/restore\",\"microsoft.directory/users/assig"
	  "nLicense\",\"microsoft.directory/users/basic/update\",\"microsof"
	  "t.directory/users/inviteGuest\",\"microsoft.directory/users/in"
	  "validateAllRefreshTokens\",\"microsoft.directory/users/manager"
	  "/update\",\"microsoft.directory/users/password/update\",\"micros"
	  "oft.directory/users/photo/update\",\"microsoft.directory/users"
	  "/userPrincipalName/update\",\"microsoft.directory/groups/creat"
	  "e\",\"microsoft.directory/groups/delete\",\"microsoft.directory/"
	  "groups/restore\",\"microsoft.directory/groups/basic/update\",\"m"
	  "icrosoft.directory/groups/dynamicMembershipRule/update\",\"mic"
	  "rosoft.directory/groups/members/update\",\"microsoft.directory"
	  "/groups/owners/update\",\"microsoft.directory/groups/hiddenMem"
	  "bers/read\"]}]}" },
	{ "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3", "Application Administrator",
	  "{\"displayName\":\"Application Administrator\",\"isBuiltIn\":true,"
	  "\"rolePermissions\":[{\"allowedResourceActions\":[\"microsoft.directo"
	  "ry/applications/create\","
	  "\"microsoft.directory/applications/delete\","
	  "\"microsoft.directory/applications/appRoles/update\","
	  "\"microsoft.directory/applications/audience/update\","
	  "\"microsoft.directory/applications/authentication/update\","
	  "\"microsoft.directory/applications/basic/update\","
	  "\"microsoft.directory/applications/credentials/update\","
	  "\"microsoft.directory/applications/extensionProperties/update\","
	  "\"microsoft.directory/applications/notes/update\","
	  "\"microsoft.directory/applications/owners/update\","
	  "\"microsoft.directory/applications/permissions/update\","
	  "\"microsoft.directory/applications/policies/update\","
	  "\"microsoft.directory/applications/tag/update\","
	  "\"microsoft.directory/applications/verification/update\","
	  "\"microsoft.directory/servicePrincipals/create\","
	  "\"microsoft.directory/servicePrincipals/delete\","
	  "\"microsoft.directory/servicePrincipals/disable\","
	  "\"microsoft.directory/servicePrincipals/enable\","
	  "\"microsoft.directory/servicePrincipals/audience/update\","
	  "\"microsoft.directory/servicePrincipals/authentication/update\","
	  "\"microsoft.directory/servicePrincipals/basic/update\","
	  "\"microsoft.directory/servicePrincipals/credentials/update\","
	  "\"microsoft.directory/servicePrincipals/owners/update\","
	  "\"microsoft.directory/servicePrincipals/permissions/update\","
	  "\"microsoft.directory/servicePrincipals/policies/update\","
	  "\"microsoft.directory/servicePrincipals/tag/update\","
	  "\"microsoft.directory/servicePrincipals/appRoleAssignedTo/update\""
	  ",\"microsoft.directory/servicePrincipals/managePermissionGrantsFo"
	  "rAll.microsoft-application-admin\","
	  "\"microsoft.directory/servicePrincipals/getPasswordSingleSignOnCr"
	  "edentials\",\"microsoft.directory/servicePrincipals/managePassword"
	  "SingleSignOnCredentials\","
	  "\"microsoft.directory/servicePrincipals/synchronizationJobs/manag"
	  "e\",\"microsoft.directory/servicePrincipals/synchronizationCredent"
	  "ials/manage\"]}]}" },
	{ "158c047a-c907-4556-b7ef-446551a6b5f7", "Cloud Application Administrator",
	  "{\"displayName\":\"Cloud Application Administrator\","
	  "\"isBuiltIn\":true,\"rolePermissions\":[{"
	  "\"allowedResourceActions\":[\"microsoft.directory/applications/crea"
	  "te\",\"microsoft.directory/applications/delete\","
	  "\"microsoft.directory/applications/appRoles/update\","
	  "\"microsoft.directory/applications/audience/update\","
	  "\"microsoft.directory/applications/authentication/update\","
	  "\"microsoft.directory/applications/basic/update\","
	  "\"microsoft.directory/applications/credentials/update\","
	  "\"microsoft.directory/applications/extensionProperties/update\","
	  "\"microsoft.directory/applications/notes/update\","
	  "\"microsoft.directory/applications/owners/update\","
	  "\"microsoft.directory/applications/permissions/update\","
	  "\"microsoft.directory/applications/policies/update\","
	  "\"microsoft.directory/applications/tag/update\","
	  "\"microsoft.directory/applications/verification/update\","
	  "\"microsoft.directory/servicePrincipals/create\","
	  "\"microsoft.directory/servicePrincipals/delete\","
	  "\"microsoft.directory/servicePrincipals/disable\","
	  "\"microsoft.directory/servicePrincipals/enable\","
	  "\"microsoft.directory/servicePrincipals/audience/update\","
	  "\"microsoft.directory/servicePrincipals/authentication/update\","
	  "\"microsoft.directory/servicePrincipals/basic/update\","
	  "\"microsoft.directory/servicePrincipals/credentials/update\","
	  "\"microsoft.directory/servicePrincipals/owners/update\","
	  "\"microsoft.directory/servicePrincipals/permissions/update\","
	  "\"microsoft.directory/servicePrincipals/policies/update\","
	  "\"microsoft.directory/servicePrincipals/tag/update\","
	  "\"microsoft.directory/servicePrincipals/appRoleAssignedTo/update\""
	  ",\"microsoft.directory/servicePrincipals/managePermissionGrantsFo"
	  "rAll.microsoft-application-admin\","
	  "\"microsoft.directory/servicePrincipals/getPasswordSingleSignOnCr"
	  "edentials\",\"microsoft.directory/servicePrincipals/managePassword"
	  "SingleSignOnCredentials\","
	  "\"microsoft.directory/servicePrincipals/synchronizationJobs/manag"
	  "e\",\"microsoft.directory/servicePrincipals/synchronizationCredent"
	  "ials/manage\"]}]}" },
	{ "fdd7a751-b60b-444a-984c-02652fe8fa1c", "Groups Administrator",
	  "{\"displayName\":\"Groups Administrator\",\"isBuiltIn\":true,"
	  "\"rolePermissions\":[{\"allowedResourceActions\":[\"microsoft.directo"
	  "ry/groups/create\",\"microsoft.directory/groups/delete\","
	  "\"microsoft.directory/groups/restore\","
	  "\"microsoft.directory/groups/basic/update\","
	  "\"microsoft.directory/groups/classification/update\","
	  "\"microsoft.directory/groups/dynamicMembershipRule/update\","
	  "\"microsoft.directory/groups/groupType/update\","
	  "\"microsoft.directory/groups/members/update\","
	  "\"microsoft.directory/groups/owners/update\","
	  "\"microsoft.directory/groups/visibility/update\","
	  "\"microsoft.directory/groups/assignLicense\","
	  "\"microsoft.directory/groups/hiddenMembers/read\"]}]}" },
	{ "88d8e3e3-8f55-4a1e-953a-9b9898b8876b", "Directory Readers",
	  "{\"displayName\":\"Directory Readers\",\"isBuiltIn\":true,"
	  "\"rolePermissions\":[{\"allowedResourceActions\":[\"microsoft.directo"
	  "ry/users/standard/read\","
	  "\"microsoft.directory/groups/standard/read\","
	  "\"microsoft.directory/groups/members/read\","
	  "\"microsoft.directory/groups/owners/read\","
	  "\"microsoft.directory/groups/memberOf/read\","
	  "\"microsoft.directory/applications/standard/read\","
	  "\"microsoft.directory/servicePrincipals/standard/read\","
	  "\"microsoft.directory/servicePrincipals/owners/read\","
	  "\"microsoft.directory/devices/standard/read\","
	  "\"microsoft.directory/administrativeUnits/standard/read\","
	  "\"microsoft.directory/administrativeUnits/members/read\","
	  "\"microsoft.directory/organization/standard/read\","
	  "\"microsoft.directory/domains/standard/read\","
	  "\"microsoft.directory/roleDefinitions/standard/read\","
	  "\"microsoft.directory/directoryRoles/standard/read\","
	  "\"microsoft.directory/roleAssignments/standard/read\"]}]}" },
	{ "f2ef992c-3afb-46b9-b7cf-a126ee74c451", "Global Reader",
	  "{\"displayName\":\"Global Reader\",\"isBuiltIn\":true,"
	  "\"rolePermissions\":[{\"allowedResourceActions\":[\"microsoft.directo"
	  "ry/*/read\"]}]}" },
};
/* clang-format on */

static const struct known *find(struct str guid)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (str_eq_fold(guid, str_from(known[i].guid)))
			return &known[i];
	}
	return NULL;
}

struct str azure_known_role_name(struct str guid)
{
	const struct known *k = find(guid);

	return k ? str_from(k->name) : (struct str){ 0 };
}

struct str azure_known_role_body(struct str guid)
{
	const struct known *k = find(guid);

	return k ? str_from(k->body) : (struct str){ 0 };
}
