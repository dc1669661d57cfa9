/*
 * azure_id.h - resource ids of Azure Resource Manager, object ids of Entra, and the keys
 * that stand for them.
 *
 *	/subscriptions/S/resourceGroups/G/providers/Microsoft.KeyVault/vaults/V
 *
 * Ids of resources mean the same in any case, and providers do spell one in several ways,
 * so the key is the id in lower case. Objects of a directory have no id of that form:
 * theirs is "azure:TENANT/OBJECT", the tenant's own "azure:TENANT". The id of a
 * management group does not say whose it is, and two tenants may have one of the same
 * name: its key is "azure:TENANT/providers/microsoft.management/managementgroups/NAME".
 *
 * Lends: parts of what was given, or texts in the arena.
 *
 * Source: https://learn.microsoft.com/azure/azure-resource-manager/management/
 * resource-name-rules ("names are case-insensitive")
 */
#ifndef INGEST_AZURE_ID_H
#define INGEST_AZURE_ID_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"

/* "8e3af657-a8ff-443c-a75c-2fe8c4bcb635" */
bool azure_id_is_guid(struct str s);

/* Whether it has the form of a resource id: "/", or segments that begin with one. */
bool azure_id_is_resource(struct str s);

/* The key: in lower case, without a slash at its end. "/" stays. */
struct str azure_id_key(struct arena *arena, struct str id);
struct str azure_id_lower(struct arena *arena, struct str s);

/* The subscription of an id, or empty. */
struct str azure_id_subscription(struct str id);

/* The resource group's id, or empty. */
struct str azure_id_group(struct str id);

/* The last segment. */
struct str azure_id_last(struct str id);

/* The first object id in a text such as a file's name, or empty. */
struct str azure_id_found(struct str text);

/*
 * The id in front of the last "/providers/NAMESPACE/TYPE": what an assignment is on. "/"
 * for one of the whole tenant. Empty when the id has no such end.
 */
struct str azure_id_before(struct str id, struct str type);

/*
 * "Microsoft.KeyVault/vaults" of an id, with the types of parents ("Microsoft.Sql/servers/
 * databases"); empty for containers.
 */
struct str azure_id_type(struct arena *arena, struct str id);

/* The key of what it lies in: a resource group, a parent resource; else empty. */
struct str azure_id_above(struct str key);

/* The key of a management group, of its id in lower case; empty for other ids. */
struct str azure_id_management(struct arena *arena, struct str tenant, struct str key);

/* Kind: the catalogue's, else "azure:contoso:things" by the type. */
struct str azure_id_kind(struct arena *arena, struct str key);

/* "azure:TENANT/OBJECT" */
struct str azure_id_object(struct arena *arena, struct str tenant, struct str object);
struct str azure_id_tenant(struct arena *arena, struct str tenant);

/* Key of an ARM role definition: the same in whatever scope its id is written. */
struct str azure_id_role(struct arena *arena, struct str id);

#endif
