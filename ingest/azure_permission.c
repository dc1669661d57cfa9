#include "ingest/azure_permission.h"

#define GRAPH    STR_LIT("Microsoft Graph")
#define CONSENTS "delegated-permissions"

static struct str holders_key(struct azure_emit *em)
{
	return arena_printf(
		em->arena, "azure:%.*s/" AZURE_PERMISSION_HOLDERS, STR_ARG(em->tenant));
}

static int holders_entity(struct azure_emit *em, struct err *e)
{
	return azure_emit_entity(em,
		(struct record_entity){ .key = holders_key(em),
			.kind = STR_LIT("azure:entra:permission-holders"),
			.name = STR_LIT("holders of application permissions"),
			.flags = ENTITY_GROUP | ENTITY_SHARED },
		(struct str){ 0 }, e);
}

int azure_permission_holders(struct azure_emit *em, struct err *e)
{
	if (str_eq(em->holders_of, em->tenant))
		return 0;
	em->holders_of = em->tenant;
	if (azure_emit_open_tenant(em, NULL, e) < 0 || holders_entity(em, e) < 0)
		return e->code;
	return azure_emit_text(em, LAYER_RESOURCE, em->scope,
		STR_LIT("application permissions that nobody listed"),
		arena_printf(em->arena,
			"{\"tenantId\":\"%.*s\",\"permissionHolders\":{}}",
			STR_ARG(em->tenant)),
		e);
}

int azure_permission_all(struct azure_emit *em, struct err *e)
{
	if (holders_entity(em, e) < 0)
		return e->code;
	azure_emit_read(em, "members", holders_key(em));
	azure_emit_read(em, "application-permissions", (struct str){ 0 });
	return 0;
}

/* Whether the document names a second one besides the first. Each is told once. */
static bool is_second(struct azure_list *list, struct str id)
{
	if (list->several || str_eq_fold(list->first, id))
		return false;
	if (list->first.n > 0) {
		list->several = true;
		return true;
	}
	list->first = id;
	return false;
}

/* What of Microsoft Graph the principal has was read; and one permission by itself. */
static int note_permissions(
	struct azure_emit *em, struct str key, struct str name, bool owned, struct err *e)
{
	struct record_pair pairs[2];
	uint32_t count = 0;

	if (!em->batch->more)
		pairs[count++] = (struct record_pair){ STR_LIT("graph_permissions"),
			STR_LIT("read") };
	if (owned)
		pairs[count++] =
			(struct record_pair){ STR_LIT("manages_owned"), STR_LIT("true") };
	if (count == 0)
		return 0;
	return azure_emit_entity(em,
		(struct record_entity){ .key = key,
			.kind = STR_LIT("azure:entra:service-principal"),
			.name = name,
			.flags = ENTITY_IDENTITY,
			.attributes = pairs,
			.attribute_count = count },
		(struct str){ 0 }, e);
}

/* What an assignment on Microsoft Graph says beside itself. */
static int note_graph(struct azure_emit *em, const struct json_value *v,
	struct str principal, struct err *e)
{
	static const struct str owned_by = { "18a4783c-866b-4cc7-a460-3d5e5662c884", 36 };
	bool owned = str_eq_fold(azure_emit_string(v, "appRoleId"), owned_by);
	bool graph = str_eq_fold(azure_emit_string(v, "resourceDisplayName"), GRAPH);

	if ((!graph && !owned) || !str_eq_fold(azure_emit_string(v, "principalType"),
					  STR_LIT("ServicePrincipal")))
		return 0;
	if (graph && is_second(&em->permitted, principal) &&
		azure_permission_all(em, e) < 0)
		return e->code;
	return note_permissions(
		em, principal, azure_emit_string(v, "principalDisplayName"), owned, e);
}

int azure_permission_app_role(
	struct azure_emit *em, const struct json_value *v, struct err *e)
{
	struct str principal, resource;

	if (azure_emit_open_tenant(em, v, e) < 0 ||
		azure_emit_object(
			&principal, em, azure_emit_string(v, "principalId"), v, e) < 0 ||
		azure_emit_object(
			&resource, em, azure_emit_string(v, "resourceId"), v, e) < 0 ||
		note_graph(em, v, principal, e) < 0)
		return e->code;
	return azure_emit_document(em, LAYER_RESOURCE,
		azure_id_tenant(em->arena, em->tenant),
		arena_printf(em->arena, "application permission on %.*s",
			STR_ARG(azure_emit_string(v, "resourceDisplayName"))),
		"appRoleAssignment", v, e);
}

/* Whether a list of scopes has one by which all is done in the user's name. */
static bool acts_as_user(struct str scopes)
{
	static const char *const whole[] = { "user_impersonation",
		"Directory.AccessAsUser.All" };

	while (scopes.n > 0) {
		struct str one = str_head(scopes, str_find_char(scopes, ' ', 0));

		for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++) {
			if (str_eq_fold(one, str_from(whole[i])))
				return true;
		}
		scopes = str_skip(scopes, one.n + 1);
	}
	return false;
}

/* Of whom it says that all consents were read. */
static void note_consent(struct azure_emit *em, struct str client)
{
	if (!azure_emit_is_list(em))
		return;
	if (is_second(&em->consents, client))
		azure_emit_read(em, CONSENTS, (struct str){ 0 });
	azure_emit_read(em, CONSENTS, client);
}

int azure_permission_consent(
	struct azure_emit *em, const struct json_value *v, struct err *e)
{
	struct str user = azure_emit_string(v, "principalId"), client, key;
	struct record_pair pair = { STR_LIT("acts_as_users"), STR_LIT("true") };

	if (azure_emit_open_tenant(em, v, e) < 0 ||
		azure_emit_object(&client, em, azure_emit_string(v, "clientId"), v, e) <
			0)
		return e->code;
	note_consent(em, client);
	if (!acts_as_user(azure_emit_string(v, "scope")))
		return 0;
	if (user.n == 0)
		return azure_emit_entity(em,
			(struct record_entity){ .key = client,
				.kind = STR_LIT("azure:entra:service-principal"),
				.flags = ENTITY_IDENTITY,
				.attributes = &pair,
				.attribute_count = 1 },
			(struct str){ 0 }, e);
	if (azure_emit_object(&key, em, user, v, e) < 0)
		return e->code;
	return azure_emit_relation(em, client, RELATION_CARRIES, key, e);
}

static bool is_named(const struct azure_emit *em, const char *word)
{
	return str_contains_fold(azure_id_last(em->context->path), str_from(word));
}

int azure_permission_end(struct azure_emit *em, struct err *e)
{
	struct str id = azure_id_found(azure_id_last(em->context->path)), key;
	bool to = is_named(em, "approleassignedto"),
	     of = is_named(em, "approleassignments"),
	     consents = is_named(em, "oauth2permissiongrants");

	em->permitted = em->consents = (struct azure_list){ 0 };
	if (em->tenant.n == 0 || !(to || of || consents))
		return 0;
	if (azure_emit_open_tenant(em, NULL, e) < 0)
		return e->code;
	if (to)
		return azure_permission_all(em, e);
	if (id.n == 0) {
		if (consents)
			azure_emit_read(em, CONSENTS, (struct str){ 0 });
		return 0;
	}
	if (azure_emit_object(&key, em, id, NULL, e) < 0)
		return e->code;
	if (of)
		return note_permissions(em, key, (struct str){ 0 }, false, e);
	azure_emit_read(em, CONSENTS, key);
	return 0;
}
