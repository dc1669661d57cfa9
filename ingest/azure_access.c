#include "ingest/azure_access.h"

#include "ingest/azure_known.h"

/* Where an assignment is: its member, or the beginning of its id. */
static int scope_of(struct str *out, struct azure_emit *em, const struct json_value *v,
	const char *type, struct err *e)
{
	*out = azure_emit_string(v, "scope");
	if (out->n == 0)
		*out = azure_id_before(azure_emit_string(v, "id"), str_from(type));
	if (out->n == 0)
		return json_fail(em->json, v, e,
			"neither 'scope' nor 'id' says what the assignment is on");
	return 0;
}

/* "Reader (role assignment 1f...)": what proofs call it. */
static struct str name_of(struct azure_emit *em, const struct json_value *v,
	const char *what, struct str role)
{
	struct str id = azure_emit_string(v, "id"), name = azure_emit_string(v, "name");
	struct str title = azure_emit_string(v, "roleDefinitionName");

	if (name.n == 0)
		name = azure_id_last(id);
	if (title.n == 0)
		title = azure_known_role_name(azure_id_last(role));
	if (title.n == 0)
		return arena_printf(em->arena, "%s %.*s", what, STR_ARG(name));
	return arena_printf(
		em->arena, "%.*s (%s %.*s)", STR_ARG(title), what, STR_ARG(name));
}

/* A role that everybody has, in the words of its documentation: inputs may lack it. */
static int known_role(
	struct azure_emit *em, struct str id, const struct json_value *v, struct err *e)
{
	struct str body = azure_known_role_body(azure_id_last(id)), scope = em->scope,
		   key;
	int rc;

	if (body.n == 0)
		return 0;
	if (azure_emit_open_tenant(em, v, e) < 0)
		return e->code;
	key = azure_id_role(em->arena, id);
	rc = azure_emit_entity(em,
		(struct record_entity){ .key = key,
			.name = azure_known_role_name(azure_id_last(id)),
			.flags = ENTITY_POLICY | ENTITY_SHARED },
		(struct str){ 0 }, e);
	if (rc == 0)
		rc = azure_emit_text(em, LAYER_ROLE, key,
			azure_known_role_name(azure_id_last(id)), body, e);
	em->scope = scope;
	return rc;
}

/* A subscription of which something beneath was listed; see the header. */
static int note_beneath(
	struct azure_emit *em, struct str id, const struct json_value *v, struct err *e)
{
	struct str subscription = azure_id_subscription(id);
	bool own = subscription.n > 0 &&
		   id.n == sizeof("/subscriptions/") - 1 + subscription.n;

	return own ? 0 : azure_access_complete(em, id, v, e);
}

int azure_access_complete(
	struct azure_emit *em, struct str id, const struct json_value *v, struct err *e)
{
	if (azure_emit_open_id(em, id, v, e) < 0)
		return e->code;
	if (em->batch->more)
		azure_emit_coverage(em, "policies", (struct str){ 0 }, COVERAGE_PARTIAL,
			STR_LIT("the page says that another follows"));
	else
		azure_emit_coverage(em, "policies", (struct str){ 0 }, COVERAGE_GOT,
			STR_LIT("role assignments"));
	return 0;
}

static int grant(struct azure_emit *em, const struct json_value *v, const char *type,
	const char *what, const char *member, struct err *e)
{
	struct str id, holder, role = azure_emit_string(v, "roleDefinitionId");

	if (role.n == 0)
		return json_fail(em->json, v, e, "expected a member 'roleDefinitionId'");
	if (azure_emit_string(v, "principalId").n == 0)
		return json_fail(em->json, v, e, "expected a member 'principalId'");
	if (scope_of(&id, em, v, type, e) < 0 || azure_emit_open_tenant(em, v, e) < 0 ||
		known_role(em, role, v, e) < 0 ||
		azure_emit_place(&holder, em, id, v, e) < 0)
		return e->code;
	if (azure_emit_document(em, LAYER_RESOURCE, holder, name_of(em, v, what, role),
		    member, v, e) < 0)
		return e->code;
	return note_beneath(em, id, v, e);
}

int azure_access_assignment(
	struct azure_emit *em, const struct json_value *v, struct err *e)
{
	return grant(em, v, "microsoft.authorization/roleassignments", "role assignment",
		"roleAssignment", e);
}

int azure_access_eligible(
	struct azure_emit *em, const struct json_value *v, struct err *e)
{
	return grant(em, v, "microsoft.authorization/roleeligibilityscheduleinstances",
		"eligible assignment", "eligibleAssignment", e);
}

int azure_access_schedule(
	struct azure_emit *em, const struct json_value *v, struct err *e)
{
	return grant(em, v, "microsoft.authorization/roleassignmentscheduleinstances",
		"scheduled assignment", "roleAssignment", e);
}

int azure_access_definition(
	struct azure_emit *em, const struct json_value *v, struct err *e)
{
	struct str id = azure_emit_string(v, "id"),
		   name = azure_emit_string(v, "roleName");
	struct str type = azure_emit_string(v, "roleType"), key;
	bool custom;

	if (type.n == 0)
		type = azure_emit_string(v, "type");
	custom = str_eq_fold(type, STR_LIT("CustomRole"));
	if (id.n == 0)
		id = azure_emit_string(v, "name");
	if (!azure_id_is_guid(azure_id_last(id)))
		return json_fail(em->json, v, e,
			"expected the id of a role definition, found '%.*s'",
			STR_ARG(str_head(id, 100)));
	if (azure_emit_open_tenant(em, v, e) < 0)
		return e->code;
	key = azure_id_role(em->arena, id);
	if (azure_emit_entity(em,
		    (struct record_entity){ .key = key,
			    .name = name,
			    .flags = ENTITY_POLICY | (custom ? 0 : ENTITY_SHARED) },
		    (struct str){ 0 }, e) < 0)
		return e->code;
	return azure_emit_text(em, LAYER_ROLE, key, name, json_text(em->json, v), e);
}

int azure_access_deny(struct azure_emit *em, const struct json_value *v, struct err *e)
{
	struct str id, holder, name = azure_emit_string(v, "denyAssignmentName");

	if (scope_of(&id, em, v, "microsoft.authorization/denyassignments", e) < 0 ||
		azure_emit_place(&holder, em, id, v, e) < 0)
		return e->code;
	if (name.n == 0)
		name = azure_id_last(azure_emit_string(v, "id"));
	azure_emit_coverage(em, "denies", (struct str){ 0 },
		em->batch->more ? COVERAGE_PARTIAL : COVERAGE_GOT,
		STR_LIT("deny assignments"));
	return azure_emit_document(em, LAYER_DENY, holder, name, "denyAssignment", v, e);
}

/* Their roles are built-in ones, which an input may lack. */
static int delegated_roles(
	struct azure_emit *em, const struct json_value *definition, struct err *e)
{
	static const char *const lists[] = { "authorizations", "eligibleAuthorizations" };
	const struct json_value *one;
	struct str none;

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		struct json_iter it =
			json_iterate(azure_emit_property(definition, lists[i]));

		while (json_next(&it, &none, &one)) {
			if (known_role(em, azure_emit_string(one, "roleDefinitionId"),
				    one, e) < 0)
				return e->code;
		}
	}
	return 0;
}

int azure_access_delegation(
	struct azure_emit *em, const struct json_value *v, struct err *e)
{
	const struct json_value *definition =
		azure_emit_property(v, "registrationDefinition");
	struct str id = azure_id_before(azure_emit_string(v, "id"),
		STR_LIT("microsoft.managedservices/registrationassignments"));
	struct str manager = azure_emit_string(definition, "managedByTenantId");
	struct str home = em->tenant, holder;
	int rc;

	if (id.n == 0)
		return json_fail(em->json, v, e,
			"the id does not say which subscription is delegated");
	if (azure_emit_place(&holder, em, id, v, e) < 0)
		return e->code;
	if (manager.n == 0) {
		azure_emit_coverage(em, "delegations", (struct str){ 0 },
			COVERAGE_PARTIAL,
			STR_LIT("the registration definition is not in the answer: ask "
				"with $expandRegistrationDefinition=true"));
		return 0;
	}
	if (delegated_roles(em, definition, e) < 0)
		return e->code;
	azure_emit_set_tenant(em, manager);
	rc = azure_emit_document(em, LAYER_RESOURCE, holder,
		arena_printf(em->arena, "delegation to tenant %.*s", STR_ARG(manager)),
		"delegation", definition, e);
	em->tenant = home;
	return rc;
}
