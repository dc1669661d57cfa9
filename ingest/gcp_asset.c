#include "ingest/gcp_asset.h"

#include "ingest/gcp_directory.h"
#include "ingest/gcp_emit.h"
#include "ingest/gcp_grant.h"
#include "ingest/gcp_name.h"
#include "ingest/gcp_resource.h"

/* Where an asset is: what its ancestors and its name say. */
struct place {
	struct str project, number, organization; /* empty: not told */
	struct str folder;                        /* the innermost one */
};

static void place_ancestor(struct place *p, struct str path)
{
	struct str id = gcp_name_last(path);

	if (str_starts(path, STR_LIT("projects/")) && gcp_name_is_number(id))
		p->number = id;
	else if (str_starts(path, STR_LIT("projects/")))
		p->project = id;
	else if (str_starts(path, STR_LIT("organizations/")))
		p->organization = id;
	else if (str_starts(path, STR_LIT("folders/")) && p->folder.n == 0)
		p->folder = id;
}

/* What a project's own description says of its two names. */
static void place_of_data(struct place *p, const struct json_value *data)
{
	const struct json_value *number = json_get(data, "projectNumber");
	struct str id = gcp_emit_at(data, "projectId");

	if (id.n > 0 && p->project.n == 0 && gcp_name_is_project(id))
		p->project = id;
	if (number && json_type(number) == JSON_STRING && p->number.n == 0 &&
		gcp_name_is_number(json_string(number)))
		p->number = json_string(number);
}

static void place_find(struct place *p, struct str full, const struct json_value *v,
	const struct json_value *data)
{
	struct json_iter it = json_iterate(json_get(v, "ancestors"));
	const struct json_value *ancestor;
	struct gcp_name name = { .path = { 0 } };
	struct str none, part;

	while (json_next(&it, &none, &ancestor)) {
		if (json_type(ancestor) == JSON_STRING)
			place_ancestor(p, json_string(ancestor));
	}
	gcp_name_parse(&name, full);
	part = gcp_name_part(name.path, STR_LIT("projects"));
	if (gcp_name_is_number(part) && p->number.n == 0)
		p->number = part;
	else if (gcp_name_is_project(part))
		p->project = part;
	if (p->organization.n == 0)
		p->organization = gcp_name_part(name.path, STR_LIT("organizations"));
	if (str_starts(full, STR_LIT(GCP_NAME_CONTAINERS "projects/")))
		place_of_data(p, data);
}

/* Open the asset's scope, and say of it what is known. */
static int place_open(struct gcp_emit *em, const struct place *p,
	const struct json_value *v, struct err *e)
{
	em->number = p->number;
	if (p->project.n > 0 && p->number.n > 0)
		gcp_emit_number(em, p->project, p->number);
	if (p->project.n == 0 && p->number.n == 0 && p->organization.n == 0 &&
		p->folder.n == 0)
		return gcp_emit_open_home(em, v, e);
	if (p->project.n == 0 && p->number.n == 0) {
		if (p->folder.n > 0)
			return gcp_emit_open_folder(em, p->folder, p->organization, v, e);
		gcp_emit_open_organization(em, p->organization);
		return 0;
	}
	gcp_emit_open_project(em, p->project.n > 0 ? p->project : p->number);
	if (p->organization.n > 0)
		gcp_emit_parent(em, p->organization);
	return 0;
}

/* A container and what it is in: a project in its own scope, a folder in the
 * organization's. */
static int emit_container(struct gcp_emit *em, const struct place *p, struct str path,
	struct str above, struct err *e)
{
	struct record_entity entity = { .flags = ENTITY_CONTAINER };

	if (str_starts(path, STR_LIT("projects/"))) {
		path = arena_printf(em->arena, "projects/%.*s",
			STR_ARG(p->project.n > 0 ? p->project : p->number));
		gcp_emit_open_project(em, gcp_name_last(path));
	} else if (p->organization.n > 0) {
		gcp_emit_open_above(em, p->organization);
	}
	entity.key = gcp_emit_container(em, path);
	if (above.n > 0)
		entity.parent = gcp_emit_container(em, above);
	if (!gcp_emit_first_here(em, arena_printf(em->arena, "%.*s in %.*s",
					     STR_ARG(entity.key), STR_ARG(above))))
		return 0;
	return gcp_emit_entity(em, entity, e);
}

/* The containers above, innermost first, each in the next. */
static int emit_ancestors(struct gcp_emit *em, const struct json_value *v,
	const struct place *p, struct err *e)
{
	const struct json_value *ancestors = json_get(v, "ancestors"), *item;
	struct json_iter it = json_iterate(ancestors);
	struct str none, path = { 0 }, above;
	int rc = 0;

	if (ancestors && json_type(ancestors) != JSON_ARRAY)
		return json_fail(em->json, ancestors, e, "expected a list, found %s",
			json_type_name(json_type(ancestors)));
	while (rc == 0 && json_next(&it, &none, &item)) {
		rc = json_want_type(em->json, item, JSON_STRING, e);
		if (rc < 0)
			break;
		above = json_string(item);
		if (path.n > 0)
			rc = emit_container(em, p, path, above, e);
		path = above;
	}
	return rc;
}

/* Policies of the organization that decide whether a hop can be. */
static int emit_constraint(struct gcp_emit *em, struct str full,
	const struct json_value *policy, struct err *e)
{
	const struct json_value *enforced = gcp_emit_either(
		gcp_emit_either(policy, "booleanPolicy", "boolean_policy"), "enforced",
		"enforced");
	const struct str head = STR_LIT("constraints/");
	struct record_entity entity = { .key = full };
	struct record_pair pair;
	struct str constraint;
	int rc = json_need_string(em->json, policy, "constraint", &constraint, e);

	if (rc < 0)
		return rc;
	if (str_starts(constraint, head))
		constraint = str_skip(constraint, head.n);
	pair.key = arena_printf(em->arena, "constraint:%.*s", STR_ARG(constraint));
	pair.value = STR_LIT("set");
	if (enforced && json_type(enforced) == JSON_BOOL)
		pair.value = json_bool(enforced) ? STR_LIT("true") : STR_LIT("false");
	entity.attributes = &pair;
	entity.attribute_count = 1;
	return gcp_emit_entity(em, entity, e);
}

static int emit_constraints(struct gcp_emit *em, struct str full,
	const struct json_value *list, struct err *e)
{
	struct json_iter it = json_iterate(list);
	const struct json_value *v;
	struct str none;
	int rc = 0;

	if (list && json_type(list) != JSON_ARRAY)
		return json_fail(em->json, list, e, "expected a list, found %s",
			json_type_name(json_type(list)));
	while (rc == 0 && json_next(&it, &none, &v)) {
		rc = json_want_type(em->json, v, JSON_OBJECT, e);
		if (rc == 0)
			rc = emit_constraint(em, full, v, e);
	}
	return rc;
}

/* Deny policies, boundaries, bindings and entitlements come as descriptions of things. */
static bool is_policy(const struct json_value *data)
{
	struct str name = gcp_emit_at(data, "name");

	return str_contains_fold(name, STR_LIT("/denypolicies/")) ||
	       str_contains_fold(name, STR_LIT("/principalAccessBoundaryPolicies/")) ||
	       str_contains_fold(name, STR_LIT("/policyBindings/")) ||
	       json_get(data, "privilegedAccess");
}

static int emit_policy_data(
	struct gcp_emit *em, const struct json_value *data, struct err *e)
{
	struct str name = gcp_emit_at(data, "name");

	if (str_contains_fold(name, STR_LIT("/denypolicies/")))
		return gcp_resource_deny(em, data, e);
	if (str_contains_fold(name, STR_LIT("/policyBindings/")))
		return gcp_resource_binding(em, data, e);
	if (json_get(data, "privilegedAccess"))
		return gcp_grant_entitlement(em, data, e);
	return gcp_resource_boundary(em, data, e);
}

/* The key of the thing that an asset's name means. */
static struct str asset_key(struct gcp_emit *em, struct str full, const struct place *p)
{
	if (!str_starts(full, STR_LIT(GCP_NAME_CONTAINERS "projects/")))
		return full;
	return gcp_emit_container(
		em, arena_printf(em->arena, "projects/%.*s",
			    STR_ARG(p->project.n > 0 ? p->project : p->number)));
}

static int emit_allow(struct gcp_emit *em, struct str key,
	const struct json_value *policy, const struct place *p, struct err *e)
{
	int rc = json_want_type(em->json, policy, JSON_OBJECT, e);

	em->offset = json_offset(em->json, policy);
	if (rc == 0)
		rc = gcp_emit_allow_policy(em, key, policy, e);
	if (rc < 0)
		return rc;
	/*
	 * An export of policies has every one that there is; containers all have one, so
	 * that one which is not there was not asked for.
	 */
	if (em->part.n == 0 && gcp_emit_first_here(em, STR_LIT("policies")))
		gcp_emit_coverage(em, STR_LIT("policies-inside"), (struct str){ 0 },
			COVERAGE_GOT, (struct str){ 0 });
	if (str_starts(key, STR_LIT(GCP_NAME_CONTAINERS "projects/")))
		rc = gcp_directory_basics(em, key, policy, e);
	if (rc < 0 || p->organization.n == 0)
		return rc;
	gcp_emit_open_above(em, p->organization);
	return gcp_directory_members(em, policy, e);
}

static int emit_parts(struct gcp_emit *em, const struct json_value *v, struct str key,
	const struct place *p, struct err *e)
{
	const struct json_value *resource = json_get(v, "resource");
	const struct json_value *data = json_get(resource, "data");
	const struct json_value *allow = gcp_emit_either(v, "iamPolicy", "iam_policy");
	const struct json_value *limits = gcp_emit_either(v, "orgPolicy", "org_policy");
	int rc;

	if (data && json_type(data) != JSON_OBJECT)
		return json_fail(em->json, data, e, "expected an object, found %s",
			json_type_name(json_type(data)));
	if (data && is_policy(data))
		return emit_policy_data(em, data, e);
	/* an export of descriptions has all accounts of the project */
	if (data && p->project.n + p->number.n > 0 &&
		gcp_emit_first_here(em, STR_LIT("identities")))
		gcp_emit_coverage(em, STR_LIT("identities"), (struct str){ 0 },
			COVERAGE_GOT, (struct str){ 0 });
	rc = gcp_resource_data(em, key, data, gcp_emit_at(resource, "location"), e);
	if (rc == 0)
		rc = emit_constraints(em, key, limits, e);
	if (rc == 0 && allow)
		rc = emit_allow(em, key, allow, p, e);
	return rc == 0 ? emit_ancestors(em, v, p, e) : rc;
}

static int emit_asset(struct gcp_emit *em, const struct json_value *v, struct err *e)
{
	struct place place = { .project = { 0 } };
	struct gcp_name name;
	struct str full;
	int rc = json_want_type(em->json, v, JSON_OBJECT, e);

	em->offset = json_offset(em->json, v);
	if (rc == 0)
		rc = json_need_string(em->json, v, "name", &full, e);
	if (rc < 0)
		return rc;
	if (!gcp_name_parse(&name, full))
		return json_fail(em->json, json_get(v, "name"), e,
			"expected a full resource name '//SERVICE/...', found '%.*s'",
			STR_ARG(str_head(full, 100)));
	place_find(&place, full, v, json_get(json_get(v, "resource"), "data"));
	rc = place_open(em, &place, v, e);
	return rc == 0 ? emit_parts(em, v, asset_key(em, full, &place), &place, e) : rc;
}

/* {"resource": "//...", "project": "projects/4503", "policy": {...}} */
static int emit_found(struct gcp_emit *em, const struct json_value *v, struct err *e)
{
	const struct json_value *policy = json_get(v, "policy");
	struct place place = { .project = { 0 } };
	struct str full, path;
	int rc = json_want_type(em->json, v, JSON_OBJECT, e);

	em->offset = json_offset(em->json, v);
	if (rc == 0)
		rc = json_need_string(
			em->json, v, policy ? "resource" : "name", &full, e);
	if (rc == 0)
		rc = json_want_string(em->json, v, "project", &path, e);
	if (rc < 0)
		return rc;
	if (path.n > 0)
		place_ancestor(&place, path);
	place_ancestor(&place, gcp_emit_at(v, "organization"));
	place_find(&place, full, v, NULL);
	rc = place_open(em, &place, v, e);
	full = asset_key(em, full, &place);
	if (rc == 0)
		rc = gcp_resource_data(em, full, NULL, gcp_emit_at(v, "location"), e);
	return rc == 0 && policy ? emit_allow(em, full, policy, &place, e) : rc;
}

static int visit_asset(struct gcp_emit *em, const struct decoder_piece *piece,
	const struct json_value *root, struct err *e)
{
	if (piece->type == JSON_END || (piece->type == JSON_VALUE && piece->member.n > 0))
		return 0;
	return emit_asset(em, root, e);
}

static int visit_found(struct gcp_emit *em, const struct decoder_piece *piece,
	const struct json_value *root, struct err *e)
{
	if (piece->type == JSON_END || (piece->type == JSON_VALUE && piece->member.n > 0))
		return 0;
	return emit_found(em, root, e);
}

static int run_assets(const struct decoder_batch *batch, struct buf *out, struct err *e)
{
	return gcp_emit_pieces(batch, out, visit_asset, e);
}

static int run_found(const struct decoder_batch *batch, struct buf *out, struct err *e)
{
	return gcp_emit_pieces(batch, out, visit_found, e);
}

static const struct decoder_format line = { "asset-inventory", true, run_assets };
static const struct decoder_format page = { "asset-inventory", false, run_assets };
static const struct decoder_format found_line = { "asset-search", true, run_found };
static const struct decoder_format found_page = { "asset-search", false, run_found };

static bool has(const struct json_shape *shape, const char *name)
{
	for (uint32_t i = 0; i < shape->member_count; i++) {
		if (str_eq(shape->members[i].name, str_from(name)))
			return true;
	}
	return false;
}

/* Whether a member's text begins with "//", as full names do. */
static bool is_full_name(const struct json_shape *shape, const char *name)
{
	for (uint32_t i = 0; i < shape->member_count; i++) {
		if (str_eq(shape->members[i].name, str_from(name)))
			return str_starts(shape->members[i].value, STR_LIT("\"//"));
	}
	return false;
}

const struct decoder_format *gcp_asset_detect(const struct json_shape *shape)
{
	bool list = shape->top == '[';

	if (shape->top == '{' && has(shape, "assets"))
		return &page;
	if (is_full_name(shape, "resource") && has(shape, "policy"))
		return list ? &found_page : &found_line;
	if (!is_full_name(shape, "name"))
		return NULL;
	if (has(shape, "resource") || has(shape, "iam_policy") ||
		has(shape, "iamPolicy") || has(shape, "org_policy") ||
		has(shape, "orgPolicy") || has(shape, "asset_type"))
		return list ? &page : &line;
	return has(shape, "assetType") ? (list ? &found_page : &found_line) : NULL;
}
