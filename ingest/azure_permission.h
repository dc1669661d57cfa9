/*
 * azure_permission.h - permissions of applications: in their own name (app roles), and in
 * the name of users who consented or for whom somebody consented.
 *
 * What a service principal may do by permissions that no input has is unknown. So each
 * directory has on its tenant a grant of all that permissions of Microsoft Graph give, to
 * the members of AZURE_PERMISSION_HOLDERS. These are not known but where all were listed;
 * of a single principal its attribute "graph_permissions" says that its were.
 *
 * An answer does not say what was asked. Assignments of one resource to several
 * principals are what was asked of that resource (appRoleAssignedTo); consents to several
 * clients are the tenant's. Other answers speak of the one whom they name.
 *
 * Source: https://learn.microsoft.com/graph/api/serviceprincipal-list-approleassignedto,
 * serviceprincipal-list-approleassignments, oauth2permissiongrant-list
 */
#ifndef INGEST_AZURE_PERMISSION_H
#define INGEST_AZURE_PERMISSION_H

#include "ingest/azure_emit.h"

/* Behind the key of the tenant and a slash. */
#define AZURE_PERMISSION_HOLDERS "application-permissions"

/* {"appRoleId", "principalId", "resourceId"} */
int azure_permission_app_role(
	struct azure_emit *em, const struct json_value *v, struct err *e);

/* A consent to delegated permissions (oauth2PermissionGrant): who may act as whom. */
int azure_permission_consent(
	struct azure_emit *em, const struct json_value *v, struct err *e);

/* The grant to whoever holds permissions that nobody listed, once for each tenant. */
int azure_permission_holders(struct azure_emit *em, struct err *e);

/* That all holders were listed. Writes into the scope of the tenant. */
int azure_permission_all(struct azure_emit *em, struct err *e);

/* The end of a document: what its name says of lists that are empty. */
int azure_permission_end(struct azure_emit *em, struct err *e);

#endif
