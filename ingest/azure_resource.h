/*
 * azure_resource.h - resources and their containers as records: subscriptions, management
 * groups, resource groups, and everything else by its id.
 *
 * An identity that a resource has becomes the relation CARRIES: to the service principal
 * of its own identity, and to the user-assigned identities, which are resources that
 * carry theirs. The relations are written in both scopes, the subscription's and the
 * tenant's, because hops are followed from both ends.
 *
 * A vault with access policies holds a document for them, and one that denies what roles
 * would give: such a vault asks its policies alone
 * (https://learn.microsoft.com/azure/key-vault/general/rbac-access-policy).
 */
#ifndef INGEST_AZURE_RESOURCE_H
#define INGEST_AZURE_RESOURCE_H

#include "ingest/azure_emit.h"

/* Anything with a resource id. */
int azure_resource_any(struct azure_emit *em, const struct json_value *v, struct err *e);

/* {"id" or "subscriptionId", "tenantId", ...} as az and the REST API give it. */
int azure_resource_subscription(
	struct azure_emit *em, const struct json_value *v, struct err *e);
int azure_resource_management_group(
	struct azure_emit *em, const struct json_value *v, struct err *e);

/* Subscription or management group `id` lies in the management group `parent`. */
int azure_resource_inside(struct azure_emit *em, struct str id, struct str parent,
	const struct json_value *v, struct err *e);

#endif
