#include "ingest/azure_directory.h"

#include "ingest/azure_known.h"
#include "ingest/azure_permission.h"

static const struct {
	const char *word; /* of "@odata.type", behind "#microsoft.graph." */
	const char *kind;
	uint32_t flags;
} types[AZURE_DIRECTORY_TYPE_COUNT] = {
	[AZURE_DIRECTORY_USER] = { "user", "azure:entra:user", ENTITY_IDENTITY },
	[AZURE_DIRECTORY_GROUP] = { "group", "azure:entra:group", ENTITY_GROUP },
	[AZURE_DIRECTORY_APPLICATION] = { "application", "azure:entra:application", 0 },
	[AZURE_DIRECTORY_SERVICE_PRINCIPAL] = { "servicePrincipal",
		"azure:entra:service-principal", ENTITY_IDENTITY },
	[AZURE_DIRECTORY_DEVICE] = { "device", "azure:entra:device", 0 },
	[AZURE_DIRECTORY_ROLE] = { "unifiedRoleDefinition", "azure:entra:role",
		ENTITY_POLICY },
	[AZURE_DIRECTORY_UNIT] = { "administrativeUnit",
		"azure:entra:administrative-unit", ENTITY_CONTAINER },
	[AZURE_DIRECTORY_ORGANIZATION] = { "organization", "azure:entra:tenant",
		ENTITY_CONTAINER },
};

/* Members by which objects are told without "@odata.type", the surest first. */
static const struct {
	const char *member;
	enum azure_directory_type type;
} marks[] = {
	{ "rolePermissions", AZURE_DIRECTORY_ROLE },
	{ "verifiedDomains", AZURE_DIRECTORY_ORGANIZATION },
	{ "servicePrincipalType", AZURE_DIRECTORY_SERVICE_PRINCIPAL },
	{ "servicePrincipalNames", AZURE_DIRECTORY_SERVICE_PRINCIPAL },
	{ "appOwnerOrganizationId", AZURE_DIRECTORY_SERVICE_PRINCIPAL },
	{ "userPrincipalName", AZURE_DIRECTORY_USER },
	{ "userType", AZURE_DIRECTORY_USER },
	{ "signInAudience", AZURE_DIRECTORY_APPLICATION },
	{ "identifierUris", AZURE_DIRECTORY_APPLICATION },
	{ "publisherDomain", AZURE_DIRECTORY_APPLICATION },
	{ "securityEnabled", AZURE_DIRECTORY_GROUP },
	{ "groupTypes", AZURE_DIRECTORY_GROUP },
	{ "isAssignableToRole", AZURE_DIRECTORY_GROUP },
	{ "deviceId", AZURE_DIRECTORY_DEVICE },
	{ "isMemberManagementRestricted", AZURE_DIRECTORY_UNIT },
};

enum azure_directory_type azure_directory_type_of(const struct json_value *v)
{
	static const struct str head = { "#microsoft.graph.", 17 };
	const struct json_value *said = json_get(v, "@odata.type");
	struct str word = { 0 };

	if (said && json_type(said) == JSON_STRING)
		word = json_string(said);
	if (str_starts(word, head)) {
		for (int i = 1; i < AZURE_DIRECTORY_TYPE_COUNT; i++) {
			if (str_eq(str_skip(word, head.n), str_from(types[i].word)))
				return (enum azure_directory_type)i;
		}
	}
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		if (json_get(v, marks[i].member))
			return marks[i].type;
	}
	return AZURE_DIRECTORY_NONE;
}

struct str azure_directory_app_reference(struct azure_emit *em, struct str app_id)
{
	return azure_id_lower(em->arena, arena_printf(em->arena, "azure:%.*s/app-id/%.*s",
						 STR_ARG(em->tenant), STR_ARG(app_id)));
}

int azure_directory_app_entity(
	struct str *key, struct azure_emit *em, struct str app_id, struct err *e)
{
	*key = azure_directory_app_reference(em, app_id);
	return azure_emit_entity(em,
		(struct record_entity){ .key = *key,
			.kind = STR_LIT("azure:entra:application-id"),
			.name = app_id },
		(struct str){ 0 }, e);
}

/* application -> its id -> service principal: each knows only the id in the middle. */
static int app_reference(struct azure_emit *em, struct str key, struct str app_id,
	bool principal, struct err *e)
{
	struct str alias;

	if (app_id.n == 0)
		return 0;
	if (azure_directory_app_entity(&alias, em, app_id, e) < 0)
		return e->code;
	return azure_emit_relation(em, principal ? alias : key, RELATION_CARRIES,
		principal ? key : alias, e);
}

static const char *yes_no(const struct json_value *v, const char *name)
{
	const struct json_value *b = json_get(v, name);

	if (!b || json_type(b) != JSON_BOOL)
		return "";
	return json_bool(b) ? "true" : "false";
}

/* The last sign-in, where the licence shows it. */
static int64_t last_used(const struct json_value *v)
{
	return azure_emit_date(json_get(v, "signInActivity"), "lastSignInDateTime");
}

static bool is_external(const struct json_value *v, struct str tenant)
{
	struct str owner = azure_emit_string(v, "appOwnerOrganizationId");

	return str_eq(azure_emit_string(v, "userType"), STR_LIT("Guest")) ||
	       str_contains_fold(
		       azure_emit_string(v, "userPrincipalName"), STR_LIT("#ext#")) ||
	       (owner.n > 0 && !str_eq_fold(owner, tenant));
}

static struct str object_name(const struct json_value *v, enum azure_directory_type type)
{
	struct str upn = azure_emit_string(v, "userPrincipalName");

	return type == AZURE_DIRECTORY_USER && upn.n > 0
		       ? upn
		       : azure_emit_string(v, "displayName");
}

/* Whether a rule says who is in the group; empty: the answer does not tell. */
static const char *follows_rule(const struct json_value *v)
{
	static const struct str paused = { "Paused", 6 };

	if (azure_emit_string(v, "membershipRule").n > 0)
		return str_eq_fold(azure_emit_string(v, "membershipRuleProcessingState"),
			       paused)
			       ? "false"
			       : "true";
	return json_get(v, "membershipRule") || json_get(v, "groupTypes") ? "false" : "";
}

static int object_entity(struct azure_emit *em, const struct json_value *v,
	enum azure_directory_type type, struct str key, struct err *e)
{
	struct azure_emit_attributes a = { .count = 0 };
	struct record_entity entity = { .key = key,
		.kind = str_from(types[type].kind),
		.name = object_name(v, type),
		.flags = types[type].flags,
		.created = azure_emit_date(v, "createdDateTime"),
		.last_used = last_used(v) };

	azure_emit_attribute(&a, "id", azure_emit_string(v, "id"));
	azure_emit_attribute(&a, "display_name", azure_emit_string(v, "displayName"));
	azure_emit_attribute(&a, "app_id", azure_emit_string(v, "appId"));
	azure_emit_attribute(&a, "type", azure_emit_string(v, "servicePrincipalType"));
	azure_emit_attribute(
		&a, "assignable_to_role", str_from(yes_no(v, "isAssignableToRole")));
	azure_emit_attribute(
		&a, "membership_rule", azure_emit_string(v, "membershipRule"));
	if (type == AZURE_DIRECTORY_GROUP)
		azure_emit_attribute(&a, "follows_rule", str_from(follows_rule(v)));
	azure_emit_attribute(&a, "synced", str_from(yes_no(v, "onPremisesSyncEnabled")));
	azure_emit_attribute(
		&a, "operating_system", azure_emit_string(v, "operatingSystem"));
	azure_emit_attribute(
		&a, "restricted", str_from(yes_no(v, "isMemberManagementRestricted")));
	if (str_eq(str_from(yes_no(v, "accountEnabled")), STR_LIT("false")) &&
		(entity.flags & ENTITY_IDENTITY))
		entity.flags |= ENTITY_DISABLED;
	if (is_external(v, em->tenant)) {
		azure_emit_attribute(&a, "external", STR_LIT("true"));
		entity.flags |= ENTITY_GUEST;
	}
	entity.attributes = a.pairs;
	entity.attribute_count = a.count;
	return azure_emit_entity(em, entity, (struct str){ 0 }, e);
}

int azure_directory_member(struct azure_emit *em, struct str group,
	const struct json_value *member, struct err *e)
{
	enum azure_directory_type type = azure_directory_type_of(member);
	struct str key;

	if (azure_emit_object(&key, em, azure_emit_string(member, "id"), member, e) < 0)
		return e->code;
	if (type != AZURE_DIRECTORY_NONE && type != AZURE_DIRECTORY_ROLE &&
		object_entity(em, member, type, key, e) < 0)
		return e->code;
	return azure_emit_relation(em, key, RELATION_MEMBER_OF, group, e);
}

int azure_directory_owner(struct azure_emit *em, struct str owned,
	enum azure_directory_type type, const struct json_value *owner, struct err *e)
{
	static const char *const members[AZURE_DIRECTORY_TYPE_COUNT] = {
		[AZURE_DIRECTORY_GROUP] = "groupOwner",
		[AZURE_DIRECTORY_APPLICATION] = "applicationOwner",
		[AZURE_DIRECTORY_SERVICE_PRINCIPAL] = "servicePrincipalOwner",
		[AZURE_DIRECTORY_DEVICE] = "deviceOwner",
	};
	struct str key;

	if (azure_emit_object(&key, em, azure_emit_string(owner, "id"), owner, e) < 0 ||
		azure_emit_relation(em, key, RELATION_OWNS, owned, e) < 0)
		return e->code;
	if (!members[type])
		return 0;
	return azure_emit_text(em, LAYER_RESOURCE, owned, STR_LIT("owner"),
		arena_printf(em->arena,
			"{\"tenantId\":\"%.*s\",\"%s\":{\"id\":\"%.*s\"}}",
			STR_ARG(em->tenant), members[type],
			STR_ARG(azure_emit_string(owner, "id"))),
		e);
}

static int each_member(struct azure_emit *em, const struct json_value *v,
	enum azure_directory_type type, struct str key, struct err *e)
{
	struct json_iter it = json_iterate(json_get(v, "members"));
	const struct json_value *one;
	struct str none;

	while (json_next(&it, &none, &one)) {
		if (azure_directory_member(em, key, one, e) < 0)
			return e->code;
	}
	if (json_get(v, "members") &&
		(type == AZURE_DIRECTORY_GROUP || type == AZURE_DIRECTORY_UNIT))
		azure_emit_coverage(em, "members", key, COVERAGE_GOT, (struct str){ 0 });
	if (json_get(v, "owners"))
		azure_emit_coverage(em, "owners", key, COVERAGE_GOT, (struct str){ 0 });
	it = json_iterate(json_get(v, "owners"));
	while (json_next(&it, &none, &one)) {
		if (azure_directory_owner(em, key, type, one, e) < 0)
			return e->code;
	}
	return 0;
}

static int role_definition(
	struct azure_emit *em, const struct json_value *v, struct str key, struct err *e)
{
	if (!json_get(v, "rolePermissions"))
		return 0;
	return azure_emit_text(em, LAYER_ROLE, key, azure_emit_string(v, "displayName"),
		json_text(em->json, v), e);
}

/* Lists of the tenant's identities: users, service principals. */
static void note_listed(struct azure_emit *em, enum azure_directory_type type)
{
	const char *what = type == AZURE_DIRECTORY_USER ? "identities"
			   : type == AZURE_DIRECTORY_SERVICE_PRINCIPAL
				   ? "service-principals"
				   : NULL;

	/* one that was asked for by itself says nothing of others */
	if (!what || !azure_emit_is_list(em))
		return;
	azure_emit_read(em, what, (struct str){ 0 });
}

int azure_directory_object(struct azure_emit *em, const struct json_value *v,
	enum azure_directory_type type, struct err *e)
{
	struct str key;
	int rc = 0;

	if (type == AZURE_DIRECTORY_ORGANIZATION)
		azure_emit_set_tenant(em, azure_emit_string(v, "id"));
	if (azure_emit_open_tenant(em, v, e) < 0)
		return e->code;
	if (type == AZURE_DIRECTORY_ORGANIZATION)
		key = em->scope;
	else if (azure_emit_object(&key, em, azure_emit_string(v, "id"), v, e) < 0)
		return e->code;
	rc = object_entity(em, v, type, key, e);
	if (!em->beside)
		note_listed(em, type);
	if (rc == 0 && type == AZURE_DIRECTORY_ROLE)
		rc = role_definition(em, v, key, e);
	if (rc == 0 && (type == AZURE_DIRECTORY_APPLICATION ||
			       type == AZURE_DIRECTORY_SERVICE_PRINCIPAL))
		rc = app_reference(em, key, azure_emit_string(v, "appId"),
			type == AZURE_DIRECTORY_SERVICE_PRINCIPAL, e);
	if (rc == 0 && type == AZURE_DIRECTORY_SERVICE_PRINCIPAL)
		rc = azure_permission_holders(em, e);
	return rc == 0 ? each_member(em, v, type, key, e) : rc;
}

/* "/", "/administrativeUnits/ID" or "/ID" as a key. */
static int directory_scope(
	struct str *out, struct azure_emit *em, const struct json_value *v, struct err *e)
{
	struct str scope = azure_emit_string(v, "directoryScopeId");

	if (scope.n > 1)
		return azure_emit_object(out, em, azure_id_last(scope), v, e);
	*out = azure_id_tenant(em->arena, em->tenant);
	return 0;
}

/* Roles whose definitions an input lacks. */
static int known_role(struct azure_emit *em, struct str id, struct str key, struct err *e)
{
	struct str body = azure_known_role_body(id), name = azure_known_role_name(id);

	if (body.n == 0)
		return 0;
	if (azure_emit_entity(em,
		    (struct record_entity){ .key = key,
			    .kind = STR_LIT("azure:entra:role"),
			    .name = name,
			    .flags = ENTITY_POLICY },
		    (struct str){ 0 }, e) < 0)
		return e->code;
	return azure_emit_text(em, LAYER_ROLE, key, name, body, e);
}

int azure_directory_assignment(
	struct azure_emit *em, const struct json_value *v, bool eligible, struct err *e)
{
	struct str role = azure_emit_string(v, "roleDefinitionId"), holder, key, name;

	if (azure_emit_open_tenant(em, v, e) < 0 ||
		azure_emit_object(&key, em, role, v, e) < 0 ||
		directory_scope(&holder, em, v, e) < 0 ||
		known_role(em, role, key, e) < 0)
		return e->code;
	/* where nobody lists the unit: it is one, whose members are not known */
	if (str_contains_fold(azure_emit_string(v, "directoryScopeId"),
		    STR_LIT("/administrativeUnits/")) &&
		azure_emit_entity(em,
			(struct record_entity){ .key = holder,
				.kind = STR_LIT("azure:entra:administrative-unit"),
				.flags = ENTITY_CONTAINER },
			(struct str){ 0 }, e) < 0)
		return e->code;
	if (!eligible && azure_emit_is_list(em))
		azure_emit_read(em, "directory-roles", (struct str){ 0 });
	if (azure_permission_holders(em, e) < 0)
		return e->code;
	name = azure_known_role_name(role);
	return azure_emit_document(em, LAYER_RESOURCE, holder,
		arena_printf(em->arena, "%.*s (directory role)",
			STR_ARG(name.n > 0 ? name : role)),
		eligible ? "eligibleDirectoryAssignment" : "directoryAssignment", v, e);
}

int azure_directory_defaults(
	struct azure_emit *em, const struct json_value *v, struct err *e)
{
	if (azure_emit_open_tenant(em, v, e) < 0)
		return e->code;
	return azure_emit_document(em, LAYER_RESOURCE,
		azure_id_tenant(em->arena, em->tenant),
		STR_LIT("default permissions of users"), "authorizationPolicy", v, e);
}

int azure_directory_privileged(
	struct azure_emit *em, const struct json_value *v, struct err *e)
{
	bool active = json_get(v, "assignmentScheduleId") != NULL;
	bool owner = str_eq_fold(azure_emit_string(v, "accessId"), STR_LIT("owner"));
	struct str group, who;

	if (azure_emit_open_tenant(em, v, e) < 0 ||
		azure_emit_object(&group, em, azure_emit_string(v, "groupId"), v, e) <
			0 ||
		azure_emit_object(&who, em, azure_emit_string(v, "principalId"), v, e) <
			0)
		return e->code;
	if (active && !owner)
		return azure_emit_relation(em, who, RELATION_MEMBER_OF, group, e);
	return azure_emit_document(em, LAYER_RESOURCE, group,
		active  ? STR_LIT("owner for a time")
		: owner ? STR_LIT("eligible owner")
			: STR_LIT("eligible member"),
		active ? "activeOwner" : "eligibleGroup", v, e);
}

/* "https://token.actions.githubusercontent.com" as a host and path. */
static struct str issuer_name(struct str issuer)
{
	static const struct str head = { "https://", 8 };

	if (str_starts(issuer, head))
		issuer = str_skip(issuer, head.n);
	while (issuer.n > 0 && issuer.p[issuer.n - 1] == '/')
		issuer.n--;
	return issuer;
}

int azure_directory_credential(struct azure_emit *em, struct str application,
	const struct json_value *v, struct err *e)
{
	struct str issuer = issuer_name(azure_emit_string(v, "issuer"));
	struct str subject = azure_emit_string(v, "subject"), key;

	if (issuer.n == 0 || subject.n == 0)
		return json_fail(
			em->json, v, e, "expected members 'issuer' and 'subject'");
	key = arena_printf(
		em->arena, "oidc:%.*s/%.*s", STR_ARG(issuer), STR_ARG(subject));
	/* a managed identity is of a subscription, whoever is let in of the tenant */
	if (azure_emit_relation(em, key, RELATION_CARRIES, application, e) < 0 ||
		azure_emit_open_tenant(em, v, e) < 0)
		return e->code;
	if (azure_emit_entity(em,
		    (struct record_entity){ .key = key,
			    .kind = STR_LIT("azure:entra:external-identity"),
			    .name = subject,
			    .flags = ENTITY_IDENTITY | ENTITY_EXTERNAL },
		    (struct str){ 0 }, e) < 0)
		return e->code;
	/* as a member of its issuer it is found by others who name that */
	if (azure_emit_relation(em, key, RELATION_MEMBER_OF,
		    arena_printf(em->arena, "oidc:%.*s", STR_ARG(issuer)), e) < 0)
		return e->code;
	return azure_emit_relation(em, key, RELATION_CARRIES, application, e);
}
