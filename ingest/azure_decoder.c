#include "ingest/azure_decoder.h"

#include "ingest/azure_access.h"
#include "ingest/azure_directory.h"
#include "ingest/azure_hound.h"
#include "ingest/azure_permission.h"
#include "ingest/azure_resource.h"

/* --- one element --- */

typedef int reader(struct azure_emit *em, const struct json_value *v, struct err *e);

static const struct {
	const char *type;
	reader *read;
} readers[] = {
	{ "microsoft.authorization/roleassignments", azure_access_assignment },
	{ "microsoft.authorization/roledefinitions", azure_access_definition },
	{ "microsoft.authorization/denyassignments", azure_access_deny },
	{ "microsoft.authorization/roleeligibilityscheduleinstances",
		azure_access_eligible },
	{ "microsoft.authorization/roleassignmentscheduleinstances",
		azure_access_schedule },
	{ "microsoft.managedservices/registrationassignments", azure_access_delegation },
	{ "microsoft.management/managementgroups", azure_resource_management_group },
	{ "microsoft.resources/subscriptions", azure_resource_subscription },
};

static struct str text_member(const struct json_value *v, const char *name)
{
	const struct json_value *m = json_get(v, name);

	return m && json_type(m) == JSON_STRING ? json_string(m) : (struct str){ 0 };
}

static bool is_subscription_id(struct str id)
{
	struct str subscription = azure_id_subscription(id);

	return subscription.n > 0 &&
	       id.n == sizeof("/subscriptions/") - 1 + subscription.n;
}

/* What az lists as accounts: the id is the subscription's alone. */
static bool is_account(const struct json_value *v)
{
	return azure_id_is_guid(text_member(v, "id")) && json_get(v, "tenantId") &&
	       (json_get(v, "isDefault") || json_get(v, "environmentName") ||
		       json_get(v, "homeTenantId"));
}

/* Assignments and definitions of the directory: by their members. 1 when it was one. */
static int directory_access(
	struct azure_emit *em, const struct json_value *v, struct err *e)
{
	bool scheduled = json_get(v, "memberType") != NULL;
	bool active = json_get(v, "assignmentType") != NULL;
	int rc;

	if (json_get(v, "roleDefinitionId") && json_get(v, "directoryScopeId"))
		rc = azure_directory_assignment(em, v, scheduled && !active, e);
	else if (json_get(v, "defaultUserRolePermissions"))
		rc = azure_directory_defaults(em, v, e);
	else if (json_get(v, "consentType") && json_get(v, "clientId"))
		rc = azure_permission_consent(em, v, e);
	else if (json_get(v, "accessId") && json_get(v, "groupId"))
		rc = azure_directory_privileged(em, v, e);
	else if (json_get(v, "appRoleId") && json_get(v, "resourceId"))
		rc = azure_permission_app_role(em, v, e);
	else
		return 0;
	return rc < 0 ? rc : 1;
}

/* Of a file of members or owners: which it lists, and of what. */
struct beside {
	bool member, owner;
	struct str of; /* object id; empty: the name of the file does not say it */
};

static struct beside beside_of(const struct azure_emit *em)
{
	struct str name = azure_id_last(em->context->path);
	struct beside b = { .member = str_contains_fold(name, STR_LIT("member")),
		.owner = str_contains_fold(name, STR_LIT("owner")) };

	if (b.member || b.owner)
		b.of = azure_id_found(name);
	return b;
}

/*
 * What is owned the object id does not tell, so the owner has what owners of each kind of
 * thing have; of these only operations on the thing's own kind are ever asked about.
 */
static int owner_of(
	struct azure_emit *em, struct str key, const struct json_value *v, struct err *e)
{
	static const enum azure_directory_type kinds[] = { AZURE_DIRECTORY_GROUP,
		AZURE_DIRECTORY_APPLICATION, AZURE_DIRECTORY_SERVICE_PRINCIPAL,
		AZURE_DIRECTORY_DEVICE };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (azure_directory_owner(em, key, kinds[i], v, e) < 0)
			return e->code;
	}
	return 0;
}

/* A directory object; in a file of members or owners it is one of these. */
static int directory_object(struct azure_emit *em, const struct json_value *v,
	enum azure_directory_type type, struct err *e)
{
	struct beside b = beside_of(em);
	struct str key;

	em->beside = b.member || b.owner;
	if (azure_directory_object(em, v, type, e) < 0)
		return e->code;
	if (!em->beside)
		return 0;
	if (b.of.n == 0)
		return json_fail(em->json, v, e,
			"whose %s these are is not said: the name of the file needs the "
			"object id",
			b.member ? "members" : "owners");
	if (azure_emit_object(&key, em, b.of, v, e) < 0)
		return e->code;
	return b.member ? azure_directory_member(em, key, v, e) : owner_of(em, key, v, e);
}

/* A file of members or owners has them all; one without any says so by being there. */
static int beside_read(struct azure_emit *em, struct err *e)
{
	struct beside b = beside_of(em);
	struct str key;

	if (b.of.n == 0 || em->tenant.n == 0)
		return 0;
	if (azure_emit_open_tenant(em, NULL, e) < 0 ||
		azure_emit_object(&key, em, b.of, NULL, e) < 0)
		return e->code;
	azure_emit_read(em, b.member ? "members" : "owners", key);
	return 0;
}

/* "Microsoft.KeyVault/vaults" where the element says it; az has it in capitals or not. */
static struct str type_of(struct azure_emit *em, const struct json_value *v)
{
	struct str id = text_member(v, "id"), type = text_member(v, "type");

	if (is_subscription_id(id))
		return STR_LIT("microsoft.resources/subscriptions");
	if (azure_id_is_resource(id) && azure_id_type(em->arena, id).n > 0)
		return azure_id_type(em->arena, id);
	return type;
}

/*
 * Resource Graph has whole tables: what stands in the one of authorization was all read.
 */
static int note_table(
	struct azure_emit *em, const struct json_value *v, struct str type, struct err *e)
{
	struct str scope = azure_emit_string(v, "scope");

	if (!str_eq_fold(type, STR_LIT("microsoft.authorization/roleassignments")) ||
		!json_get(v, "tenantId") || scope.n == 0)
		return 0;
	return azure_access_complete(em, scope, v, e);
}

static int read_element(struct azure_emit *em, const struct json_value *v, struct err *e)
{
	enum azure_directory_type object;
	struct str type;
	int rc;

	if (json_want_type(em->json, v, JSON_OBJECT, e) < 0)
		return e->code;
	if (azure_hound_owns(v))
		return azure_hound_object(em, v, e);
	azure_emit_set_tenant(em, text_member(v, "tenantId"));
	if (is_account(v))
		return azure_resource_subscription(em, v, e);
	rc = directory_access(em, v, e);
	if (rc != 0)
		return rc < 0 ? rc : 0;
	type = type_of(em, v);
	for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++) {
		if (str_eq_fold(type, str_from(readers[i].type))) {
			rc = readers[i].read(em, v, e);
			return rc < 0 ? rc : note_table(em, v, type, e);
		}
	}
	if (azure_id_is_resource(text_member(v, "id")))
		return azure_resource_any(em, v, e);
	object = azure_directory_type_of(v);
	if (object != AZURE_DIRECTORY_NONE)
		return directory_object(em, v, object, e);
	return json_fail(em->json, v, e,
		"unknown object: expected a resource id in 'id', a 'type', or an object of "
		"the directory");
}

/* --- documents --- */

static int visit_element(struct azure_emit *em, const struct decoder_piece *piece,
	const struct json_value *root, struct err *e)
{
	if (piece->type == JSON_END)
		return azure_permission_end(em, e) < 0 ? e->code : beside_read(em, e);
	if (piece->type != JSON_ELEMENT)
		return 0;
	return read_element(em, root, e);
}

static int run_elements(const struct decoder_batch *batch, struct buf *out, struct err *e)
{
	return azure_emit_pieces(batch, out, visit_element, e);
}

static int visit_whole(struct azure_emit *em, const struct decoder_piece *piece,
	const struct json_value *root, struct err *e)
{
	(void)piece;
	return read_element(em, root, e);
}

static int run_whole(const struct decoder_batch *batch, struct buf *out, struct err *e)
{
	return azure_emit_pieces(batch, out, visit_whole, e);
}

static const struct decoder_format list = { "az-list", false, run_elements };
static const struct decoder_format page = { "azure-page", false, run_elements };
static const struct decoder_format graph = { "azure-resource-graph", false,
	run_elements };
static const struct decoder_format hound = { "azurehound", false, run_elements };
static const struct decoder_format line = { "azurehound", true, run_whole };
static const struct decoder_format object = { "az-show", true, run_whole };

static const struct str *member_of(
	const struct json_shape *shape, const char *name, char *first)
{
	for (uint32_t i = 0; i < shape->member_count; i++) {
		if (str_eq(shape->members[i].name, str_from(name))) {
			*first = shape->members[i].first;
			return &shape->members[i].value;
		}
	}
	return NULL;
}

static bool has(const struct json_shape *shape, const char *name)
{
	char first;

	return member_of(shape, name, &first) != NULL;
}

static bool has_list(const struct json_shape *shape, const char *name)
{
	char first = '\0';

	return member_of(shape, name, &first) && first == '[';
}

static bool starts_fold(struct str s, const char *prefix)
{
	struct str want = str_from(prefix);

	return s.n >= want.n && str_eq_fold(str_head(s, want.n), want);
}

/* Whether an object is one of Azure's, by members that no other provider has. */
static bool is_object(const struct json_shape *shape)
{
	static const char *const marks[] = { "@odata.type", "@odata.context",
		"userPrincipalName", "servicePrincipalType", "rolePermissions",
		"directoryScopeId", "roleDefinitionId", "assignableScopes",
		"denyAssignmentName", "securityEnabled", "signInAudience", "appRoleId",
		"homeTenantId", "environmentName", "verifiedDomains", "groupTypes",
		"appOwnerOrganizationId" };
	char first = '\0';
	const struct str *id = member_of(shape, "id", &first);

	if (id && (starts_fold(*id, "\"/subscriptions/") ||
			  starts_fold(*id, "\"/providers/microsoft.")))
		return true;
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		if (has(shape, marks[i]))
			return true;
	}
	return false;
}

static const struct decoder_format *detect(
	const struct json_shape *shape, const struct decoder_context *context)
{
	char first = '\0';
	const struct str *kind = member_of(shape, "kind", &first);

	if (shape->top != '{' && shape->top != '[')
		return NULL;
	/* az writes "[]" where there is nothing: a list of the directory's tenant */
	if (shape->top == '[' && shape->member_count == 0)
		return str_starts(context->hint, STR_LIT("azure:")) ? &list : NULL;
	if (kind && starts_fold(*kind, "\"AZ") && has(shape, "data"))
		return shape->top == '[' ? &list : &line;
	if (shape->top == '[')
		return is_object(shape) ? &list : NULL;
	if (has_list(shape, "data")) {
		if (has(shape, "meta") ||
			!(has(shape, "count") || has(shape, "skip_token") ||
				has(shape, "total_records") ||
				has(shape, "totalRecords")))
			return &hound;
		return &graph;
	}
	if (has_list(shape, "value"))
		return &page;
	return is_object(shape) ? &object : NULL;
}

static bool more_follows(struct str member, struct str value)
{
	static const char *const markers[] = { "nextLink", "@odata.nextLink",
		"odata.nextLink", "skip_token", "$skipToken", "skipToken" };

	for (size_t i = 0; i < sizeof(markers) / sizeof(markers[0]); i++) {
		if (str_eq(member, str_from(markers[i])))
			return value.n > 2 && value.p[0] == '"';
	}
	return false;
}

/* --- whose data --- */

/* The text after "NAME" : " at or after *at; moves *at behind it. */
static bool next_text(struct str text, struct str quoted, size_t *at, struct str *value)
{
	while (*at + quoted.n < text.n) {
		const char *hit = memmem(text.p + *at, text.n - *at, quoted.p, quoted.n);
		size_t i;

		if (!hit)
			return false;
		i = (size_t)(hit - text.p) + quoted.n;
		*at = i;
		while (i < text.n && (text.p[i] == ' ' || text.p[i] == ':'))
			i++;
		if (i >= text.n || text.p[i] != '"')
			continue;
		*value = str_head(
			str_skip(text, i + 1), str_find_char(text, '"', i + 1) - i - 1);
		return true;
	}
	return false;
}

/* Whether the place is inside the list of tenants that manage the subscription. */
static bool is_manager(struct str text, size_t at)
{
	static const struct str word = { "\"managedByTenants\"", 18 };

	for (size_t i = at; i > 0 && text.p[i] != ']'; i--) {
		if (str_starts(str_skip(text, i), word))
			return true;
	}
	return false;
}

static int identify(struct str head, char hint[DECODER_HINT_MAX])
{
	static const struct str names[] = { { "\"homeTenantId\"", 14 },
		{ "\"tenantId\"", 10 } };
	struct str value;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t at = 0;

		while (next_text(head, names[i], &at, &value)) {
			if (!azure_id_is_guid(value) || is_manager(head, at))
				continue;
			memcpy(hint, "azure:", 6);
			memcpy(hint + 6, value.p, value.n);
			hint[6 + value.n] = '\0';
			return 1;
		}
	}
	return 0;
}

static struct str companion(struct str path)
{
	(void)path;
	return (struct str){ 0 };
}

const struct decoder_provider azure_decoder = {
	.detect = detect,
	.more_follows = more_follows,
	.identify = identify,
	.companion = companion,
	.expected =
		"an answer of az or of Azure's APIs ('value', 'data', a list of objects "
		"with 'id'), or AzureHound's",
};
