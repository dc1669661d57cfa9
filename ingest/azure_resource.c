#include "ingest/azure_resource.h"

#include "ingest/azure_directory.h"

/* Azure nests management groups six deep, subscriptions below. */
#define CHILDREN_DEPTH 16u

/* The service principal of an identity, whose scope is the tenant's. */
static int carry_principal(struct azure_emit *em, struct str key, struct str name,
	struct str principal, const struct json_value *v, struct err *e)
{
	struct str scope = em->scope, object;
	int rc;

	if (azure_emit_object(&object, em, principal, v, e) < 0 ||
		azure_emit_relation(em, key, RELATION_CARRIES, object, e) < 0 ||
		azure_emit_open_tenant(em, v, e) < 0)
		return e->code;
	rc = azure_emit_entity(em,
		(struct record_entity){ .key = object,
			.kind = STR_LIT("azure:entra:service-principal"),
			.name = name,
			.flags = ENTITY_IDENTITY },
		(struct str){ 0 }, e);
	if (rc == 0)
		rc = azure_emit_relation(em, key, RELATION_CARRIES, object, e);
	em->scope = scope;
	return rc;
}

/* {"principalId", "tenantId", "userAssignedIdentities": {ID: {"principalId"}}} */
static int identity_block(struct azure_emit *em, const struct json_value *v,
	struct str key, struct str name, bool *carries, struct err *e)
{
	const struct json_value *block = json_get(v, "identity"), *one;
	struct json_iter it = json_iterate(json_get(block, "userAssignedIdentities"));
	struct str principal = azure_emit_string(block, "principalId"), id, to;

	*carries = false;
	if (!block || json_type(block) != JSON_OBJECT)
		return 0;
	azure_emit_set_tenant(em, azure_emit_string(block, "tenantId"));
	if (principal.n > 0) {
		*carries = true;
		if (carry_principal(em, key, name, principal, block, e) < 0)
			return e->code;
	}
	while (it.object && json_next(&it, &id, &one)) {
		struct str user = azure_emit_string(one, "principalId");

		*carries = true;
		if (azure_emit_key(&to, em, id, block, e) < 0 ||
			azure_emit_relation(em, key, RELATION_CARRIES, to, e) < 0)
			return e->code;
		if (user.n > 0 &&
			carry_principal(em, key, azure_id_last(id), user, one, e) < 0)
			return e->code;
	}
	return 0;
}

/* A user-assigned identity is a resource that carries its service principal. */
static int own_principal(struct azure_emit *em, const struct json_value *v,
	struct str key, struct str name, struct err *e)
{
	struct str principal = azure_emit_string(v, "principalId");

	azure_emit_set_tenant(em, azure_emit_string(v, "tenantId"));
	return principal.n > 0 ? carry_principal(em, key, name, principal, v, e) : 0;
}

static bool is_false(const struct json_value *v)
{
	return v && json_type(v) == JSON_BOOL && !json_bool(v);
}

static int vault(
	struct azure_emit *em, const struct json_value *v, struct str key, struct err *e)
{
	const struct json_value *policies = azure_emit_property(v, "accessPolicies");
	const struct json_value *rbac = azure_emit_property(v, "enableRbacAuthorization");
	bool by_policy = is_false(rbac) || (!rbac && policies);

	if (!rbac && !policies) {
		azure_emit_coverage(em, "access-policies", key, COVERAGE_PARTIAL,
			STR_LIT("who may read the vault's data is not in this answer: "
				"use 'az keyvault show'"));
		return 0;
	}
	if (!by_policy || !policies)
		return 0;
	azure_emit_set_tenant(em, azure_emit_string(v, "tenantId"));
	if (azure_emit_document(em, LAYER_RESOURCE, key, STR_LIT("access policies"),
		    "accessPolicies", policies, e) < 0)
		return e->code;
	/* of the vault's own policy, so that who writes that anew is rid of it */
	return azure_emit_document(em, LAYER_RESOURCE, key,
		STR_LIT("data access by access policies only"), "onlyAccessPolicies",
		policies, e);
}

/* The account, whatever the case of the container's id: {ACCOUNT}/blobServices/... */
static struct str account_of(struct str key)
{
	static const struct str tail = { "/blobservices/", 14 };
	size_t at = 0;

	while (at < key.n && !str_starts(str_skip(key, at), tail))
		at++;
	return str_head(key, at);
}

/*
 * Everybody may read the blobs of a container that is open, unless the account forbids
 * it. Both are attributes, for they come in different answers: see azure_anonymous.h.
 */
static int anonymous_blobs(
	struct azure_emit *em, const struct json_value *v, struct str key, struct err *e)
{
	if (is_false(azure_emit_property(v, "allowBlobPublicAccess")))
		return 0;
	return azure_emit_text(em, LAYER_RESOURCE, key, STR_LIT("anonymous access"),
		STR_LIT("{\"anonymousBlobs\":{}}"), e);
}

static int federated_credential(
	struct azure_emit *em, const struct json_value *v, struct str id, struct err *e)
{
	static const struct str tail = { "/federatedidentitycredentials/", 30 };
	struct str key, scope = em->scope;
	size_t at = 0;
	int rc;

	if (azure_emit_key(&key, em, id, v, e) < 0)
		return e->code;
	while (at < key.n && !str_starts(str_skip(key, at), tail))
		at++;
	if (azure_emit_open_id(em, id, v, e) < 0)
		return e->code;
	rc = azure_directory_credential(em, str_head(key, at), v, e);
	em->scope = scope;
	return rc;
}

/* What of a resource's properties becomes attributes. */
static void attributes_of(struct azure_emit *em, struct azure_emit_attributes *a,
	const struct json_value *v, bool carries)
{
	const struct json_value *rbac = azure_emit_property(v, "enableRbacAuthorization");
	const struct json_value *shared = azure_emit_property(v, "allowSharedKeyAccess");
	const struct json_value *public = azure_emit_property(v, "allowBlobPublicAccess");

	azure_emit_attribute(a, "region", azure_emit_string(v, "location"));
	azure_emit_attribute(a, "resource_kind", azure_emit_string(v, "kind"));
	if (rbac)
		azure_emit_attribute(a, "rbac", json_text(em->json, rbac));
	if (shared)
		azure_emit_attribute(a, "shared_keys", json_text(em->json, shared));
	if (public)
		azure_emit_attribute(a, "public_blobs", json_text(em->json, public));
	azure_emit_attribute(a, "public_access", azure_emit_string(v, "publicAccess"));
	if (carries)
		azure_emit_attribute(a, "identity", STR_LIT("true"));
}

static bool is_kind(struct str kind, const char *name)
{
	return str_eq(kind, str_from(name));
}

int azure_resource_any(struct azure_emit *em, const struct json_value *v, struct err *e)
{
	struct azure_emit_attributes a = { .count = 0 };
	struct str id = azure_emit_string(v, "id");
	struct record_entity entity = { .name = azure_id_last(id) };
	bool carries = false;

	azure_emit_set_tenant(em, azure_emit_string(v, "tenantId"));
	if (azure_emit_key(&entity.key, em, id, v, e) < 0 ||
		azure_emit_open_id(em, id, v, e) < 0)
		return e->code;
	if (str_contains_fold(entity.key, STR_LIT("/federatedidentitycredentials/")))
		return federated_credential(em, v, id, e);
	entity.kind = azure_id_kind(em->arena, entity.key);
	if (identity_block(em, v, entity.key, entity.name, &carries, e) < 0)
		return e->code;
	if (is_kind(entity.kind, "azure:managedidentity:identity") &&
		own_principal(em, v, entity.key, entity.name, e) < 0)
		return e->code;
	if (is_kind(entity.kind, "azure:keyvault:vault") &&
		vault(em, v, entity.key, e) < 0)
		return e->code;
	if (is_kind(entity.kind, "azure:storage:account") &&
		anonymous_blobs(em, v, entity.key, e) < 0)
		return e->code;
	if (is_kind(entity.kind, "azure:storage:container") && azure_emit_is_list(em))
		azure_emit_read(em, "containers", account_of(entity.key));
	attributes_of(em, &a, v, carries);
	entity.attributes = a.pairs;
	entity.attribute_count = a.count;
	if (is_kind(entity.kind, "azure:resources:resource-group"))
		entity.flags = ENTITY_CONTAINER;
	else if (carries)
		entity.flags = ENTITY_IDENTITY | ENTITY_COMPUTE;
	if (azure_emit_tags(em, json_get(v, "tags"), &entity, e) < 0)
		return e->code;
	return azure_emit_entity(em, entity, id, e);
}

int azure_resource_inside(struct azure_emit *em, struct str id, struct str parent,
	const struct json_value *v, struct err *e)
{
	struct record_entity entity = { .flags = ENTITY_CONTAINER };

	if (azure_emit_open_id(em, id, v, e) < 0 ||
		azure_emit_key(&entity.key, em, id, v, e) < 0 ||
		azure_emit_key(&entity.parent, em, parent, v, e) < 0)
		return e->code;
	return azure_emit_entity(em, entity, (struct str){ 0 }, e);
}

static struct str management_group_id(struct azure_emit *em, struct str name)
{
	return arena_printf(em->arena,
		"/providers/Microsoft.Management/managementGroups/%.*s", STR_ARG(name));
}

/* Resource Graph: [{"name", "displayName"}], the nearest first. */
static int ancestors(struct azure_emit *em, struct str id, const struct json_value *chain,
	struct err *e)
{
	struct json_iter it = json_iterate(chain);
	const struct json_value *one;
	struct str none, name;

	if (!json_next(&it, &none, &one))
		return 0;
	name = azure_emit_string(one, "name");
	if (name.n == 0)
		return 0;
	return azure_resource_inside(em, id, management_group_id(em, name), chain, e);
}

int azure_resource_subscription(
	struct azure_emit *em, const struct json_value *v, struct err *e)
{
	const struct json_value *chain =
		azure_emit_property(v, "managementGroupAncestorsChain");
	struct str id = azure_emit_string(v, "subscriptionId"), name;
	struct azure_emit_attributes a = { .count = 0 };
	struct record_entity entity = { .flags = ENTITY_CONTAINER };

	if (id.n == 0)
		id = azure_id_last(azure_emit_string(v, "id"));
	azure_emit_set_tenant(em, azure_emit_string(v, "homeTenantId"));
	azure_emit_set_tenant(em, azure_emit_string(v, "tenantId"));
	if (azure_emit_open_subscription(em, id, v, e) < 0)
		return e->code;
	name = azure_emit_string(v, "displayName");
	if (name.n == 0)
		name = azure_emit_string(v, "name");
	id = arena_printf(em->arena, "/subscriptions/%.*s", STR_ARG(id));
	entity.key = azure_id_key(em->arena, id);
	entity.name = name;
	azure_emit_attribute(
		&a, "id", str_skip(entity.key, sizeof("/subscriptions/") - 1));
	azure_emit_attribute(&a, "tenant", em->tenant);
	azure_emit_attribute(&a, "state", azure_emit_string(v, "state"));
	entity.attributes = a.pairs;
	entity.attribute_count = a.count;
	if (azure_emit_tags(em, json_get(v, "tags"), &entity, e) < 0 ||
		azure_emit_entity(em, entity, id, e) < 0)
		return e->code;
	return chain ? ancestors(em, id, chain, e) : 0;
}

/* Children of an expanded answer: management groups and subscriptions, nested. */
static int children(struct azure_emit *em, const struct json_value *v, struct str id,
	unsigned depth, struct err *e)
{
	struct json_iter it = json_iterate(azure_emit_property(v, "children"));
	const struct json_value *one;
	struct str none;

	if (depth == 0 && it.left > 0)
		return json_fail(em->json, v, e, "management groups nest deeper than %u",
			CHILDREN_DEPTH);
	while (json_next(&it, &none, &one)) {
		struct str child = azure_emit_string(one, "id"), kind, key;
		struct record_entity entity = { .flags = ENTITY_CONTAINER };

		if (azure_emit_key(&key, em, child, one, e) < 0)
			return e->code;
		kind = azure_id_kind(em->arena, key);
		if (azure_resource_inside(em, child, id, one, e) < 0)
			return e->code;
		entity.key = key;
		entity.name = azure_emit_string(one, "displayName");
		if (azure_emit_entity(em, entity, child, e) < 0)
			return e->code;
		if (is_kind(kind, "azure:management:management-group") &&
			children(em, one, child, depth - 1, e) < 0)
			return e->code;
	}
	return 0;
}

int azure_resource_management_group(
	struct azure_emit *em, const struct json_value *v, struct err *e)
{
	const struct json_value *details = azure_emit_property(v, "details");
	const struct json_value *parent = json_get(details, "parent");
	struct str id = azure_emit_string(v, "id"), name = azure_emit_string(v, "name");
	struct record_entity entity = { .flags = ENTITY_CONTAINER };
	struct str title = azure_emit_string(v, "displayName");

	azure_emit_set_tenant(em, azure_emit_string(v, "tenantId"));
	if (azure_emit_open_tenant(em, v, e) < 0 ||
		azure_emit_key(&entity.key, em, id, v, e) < 0)
		return e->code;
	entity.name = title.n > 0 ? title : name;
	if (azure_emit_entity(em, entity, id, e) < 0)
		return e->code;
	/* the root group has the tenant's id, and nothing but the tenant above it */
	if (str_eq_fold(name, em->tenant)) {
		if (azure_resource_inside(em, id, STR_LIT("/"), v, e) < 0)
			return e->code;
	} else if (parent && azure_emit_string(parent, "id").n > 0) {
		if (azure_resource_inside(em, id, azure_emit_string(parent, "id"), v, e) <
			0)
			return e->code;
	} else if (json_get(json_get(v, "properties"), "managementGroupAncestorsChain")) {
		if (ancestors(em, id,
			    azure_emit_property(v, "managementGroupAncestorsChain"),
			    e) < 0)
			return e->code;
	}
	return children(em, v, id, CHILDREN_DEPTH, e);
}
