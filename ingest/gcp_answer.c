#include "ingest/gcp_answer.h"

#include "ingest/gcp_directory.h"
#include "ingest/gcp_emit.h"
#include "ingest/gcp_grant.h"
#include "ingest/gcp_name.h"
#include "ingest/gcp_resource.h"

/* Services by the collections that only they have: "projects/p/.../secrets/s". */
static const struct {
	const char *collection, *service;
} collections[] = {
	{ "functions", "cloudfunctions" },
	{ "secrets", "secretmanager" },
	{ "topics", "pubsub" },
	{ "subscriptions", "pubsub" },
	{ "keyRings", "cloudkms" },
	{ "workflows", "workflows" },
	{ "repositories", "artifactregistry" },
	{ "environments", "composer" },
	{ "triggers", "cloudbuild" },
	{ "datasets", "bigquery" },
	{ "workloadIdentityPools", "iam" },
	{ "serviceAccounts", "iam" },
	{ "services", "run" },
	{ "queues", "cloudtasks" },
	{ "databases", "firestore" },
	{ "clusters", "container" },
};

static bool contains(struct str s, const char *part)
{
	return str_contains_fold(s, str_from(part));
}

/* "//SERVICE/NAME" of a relative name, by its collections; empty: no service tells. */
static struct str full_of_name(struct gcp_emit *em, struct str name)
{
	for (size_t i = 0; i < sizeof(collections) / sizeof(collections[0]); i++) {
		if (gcp_name_part(name, str_from(collections[i].collection)).n > 0)
			return arena_printf(em->arena, "//%s.googleapis.com/%.*s",
				collections[i].service, STR_ARG(name));
	}
	return (struct str){ 0 };
}

/* The full name of a thing by what it says of itself; empty when it does not. */
static struct str full_of(struct gcp_emit *em, const struct json_value *v)
{
	struct str name = gcp_emit_at(v, "name");
	struct str link = gcp_emit_at(v, "selfLink");
	struct str id = gcp_emit_at(v, "projectId");

	if (id.n > 0 && json_get(v, "projectNumber"))
		return gcp_emit_container(
			em, arena_printf(em->arena, "projects/%.*s", STR_ARG(id)));
	if (str_starts(name, STR_LIT("folders/")) ||
		(str_starts(name, STR_LIT("organizations/")) &&
			str_find_char(name, '/', STR_LIT("organizations/").n) == name.n))
		return gcp_emit_container(em, name);
	if (gcp_name_part(name, STR_LIT("roles")).n > 0)
		return gcp_resource_role_key(name, em->arena);
	if (link.n > 0)
		return gcp_name_of_link(link, em->arena);
	if (json_get(v, "storage_url") ||
		str_eq(gcp_emit_at(v, "kind"), STR_LIT("storage#bucket")))
		return arena_printf(
			em->arena, "//storage.googleapis.com/%.*s", STR_ARG(name));
	return full_of_name(em, name);
}

/* A service or job of Cloud Run as its Kubernetes-like API has it. */
static struct str full_of_run(struct gcp_emit *em, const struct json_value *v)
{
	struct str project = em->project;
	const struct json_value *labels = json_get(json_get(v, "metadata"), "labels");
	const struct json_value *place =
		json_get(labels, "cloud.googleapis.com/location");

	if (project.n == 0)
		project = gcp_emit_at(v, "metadata.namespace");
	if (project.n == 0 || !place || json_type(place) != JSON_STRING)
		return (struct str){ 0 };
	return arena_printf(em->arena,
		"//run.googleapis.com/projects/%.*s/locations/%.*s/%s/%.*s",
		STR_ARG(project), STR_ARG(json_string(place)),
		str_eq(gcp_emit_at(v, "kind"), STR_LIT("Job")) ? "jobs" : "services",
		STR_ARG(gcp_emit_at(v, "metadata.name")));
}

/* What lies in a bucket: buckets are in none. */
static bool is_object(const struct json_value *v)
{
	return json_get(v, "bucket") &&
	       (json_get(v, "storage_url") ||
		       str_eq(gcp_emit_at(v, "kind"), STR_LIT("storage#object")));
}

static int emit_thing(struct gcp_emit *em, const struct json_value *v, struct err *e)
{
	struct str name = gcp_emit_at(v, "name"), full;
	int rc;

	if (contains(name, "/denypolicies/"))
		return gcp_resource_deny(em, v, e);
	if (contains(name, "/principalAccessBoundaryPolicies/") && !json_get(v, "policy"))
		return gcp_resource_boundary(em, v, e);
	if (contains(name, "/policyBindings/"))
		return gcp_resource_binding(em, v, e);
	if (json_get(v, "privilegedAccess"))
		return gcp_grant_entitlement(em, v, e);
	if (is_object(v)) {
		rc = gcp_emit_open_home(em, v, e);
		return rc < 0 ? rc : gcp_grant_object(em, v, e);
	}
	full = json_get(v, "apiVersion") ? full_of_run(em, v) : full_of(em, v);
	if (full.n == 0)
		return json_fail(em->json, v, e,
			"what this describes is not said: expected a 'name' with its "
			"collections, or a 'selfLink'");
	if (str_starts(full, STR_LIT("//iam.googleapis.com/roles/"))) {
		gcp_emit_open_role(
			em, str_skip(full, STR_LIT("//iam.googleapis.com/").n));
		rc = 0;
	} else {
		rc = gcp_emit_open_name(em, full, v, e);
	}
	return rc == 0 ? gcp_resource_data(em, full, v, (struct str){ 0 }, e) : rc;
}

/* --- allow policies --- */

/* The directories of a path from the one that names a service on. */
static struct str full_of_path(struct gcp_emit *em, struct str path)
{
	size_t at = 0;

	path.n -= gcp_name_last(path).n;
	while (at < path.n) {
		size_t end = str_find_char(path, '/', at);
		struct str part = str_head(str_skip(path, at), end - at);
		struct str rest = str_skip(path, end + 1);

		if (str_ends(part, STR_LIT(".googleapis.com")) && rest.n > 1)
			return arena_printf(em->arena, "//%.*s/%.*s", STR_ARG(part),
				STR_ARG(str_head(rest, rest.n - 1)));
		at = end + 1;
	}
	return (struct str){ 0 };
}

/* The last two directories: a collection and an id. */
static void last_pair(struct str path, struct str *collection, struct str *id)
{
	path.n -= gcp_name_last(path).n;
	path.n -= path.n > 0;
	*id = gcp_name_last(path);
	path.n -= id->n;
	path.n -= path.n > 0;
	*collection = gcp_name_last(path);
}

/* What an allow policy is on, by its own words or by where it lies. */
static struct str subject_of(struct gcp_emit *em, const struct json_value *policy)
{
	struct str id = gcp_emit_at(policy, "resourceId"), collection;
	struct str full = full_of_path(em, em->context->path);
	const struct str buckets = STR_LIT("projects/_/buckets/");

	if (str_starts(id, buckets))
		return arena_printf(em->arena, "//storage.googleapis.com/%.*s",
			STR_ARG(str_skip(id, buckets.n)));
	if (full.n > 0)
		return full;
	last_pair(em->context->path, &collection, &id);
	if (str_eq(collection, STR_LIT("projects")) ||
		str_eq(collection, STR_LIT("folders")) ||
		str_eq(collection, STR_LIT("organizations")))
		return gcp_emit_container(em, arena_printf(em->arena, "%.*s/%.*s",
						      STR_ARG(collection), STR_ARG(id)));
	if (str_eq(collection, STR_LIT("buckets")))
		return arena_printf(
			em->arena, "//storage.googleapis.com/%.*s", STR_ARG(id));
	if (gcp_name_is_account(id))
		return gcp_name_account_key(id, em->arena);
	if (em->project.n == 0)
		return (struct str){ 0 };
	return full_of_name(
		em, arena_printf(em->arena, "projects/%.*s/%.*s/%.*s",
			    STR_ARG(em->project), STR_ARG(collection), STR_ARG(id)));
}

static int emit_policy(struct gcp_emit *em, struct str holder,
	const struct json_value *policy, struct err *e)
{
	int rc;

	if (holder.n == 0)
		return json_fail(em->json, policy, e,
			"what this policy is on is not said: expected it in a directory "
			"such as 'projects/ID', 'buckets/NAME' or "
			"'SERVICE.googleapis.com/...'");
	em->offset = json_offset(em->json, policy);
	rc = gcp_emit_open_name(em, holder, policy, e);
	if (rc == 0 && !str_starts(holder, STR_LIT(GCP_NAME_CONTAINERS)))
		rc = gcp_resource_data(em, holder, NULL, (struct str){ 0 }, e);
	if (rc == 0)
		rc = gcp_emit_allow_policy(em, holder, policy, e);
	if (rc == 0 && str_starts(holder, STR_LIT(GCP_NAME_CONTAINERS "projects/")))
		rc = gcp_directory_basics(em, holder, policy, e);
	return rc;
}

/*
 * {"error": {"code": 403, "status": "PERMISSION_DENIED", "message"}} where a policy was
 * asked for: it is there, and nobody read it.
 */
static int emit_refusal(struct gcp_emit *em, const struct json_value *v, struct err *e)
{
	struct str holder = subject_of(em, v);
	int rc;

	if (holder.n == 0 || !contains(gcp_name_last(em->context->path), "policy"))
		return json_fail(em->json, v, e,
			"what was refused is not said: expected it in a file whose name has "
			"'policy', in a directory such as 'projects/ID' or 'buckets/NAME'");
	em->offset = json_offset(em->json, v);
	rc = gcp_emit_open_name(em, holder, v, e);
	if (rc == 0 && !str_starts(holder, STR_LIT(GCP_NAME_CONTAINERS)))
		rc = gcp_resource_data(em, holder, NULL, (struct str){ 0 }, e);
	if (rc == 0)
		gcp_emit_coverage(em,
			arena_printf(em->arena, "resource-policy:%.*s",
				STR_ARG(gcp_name_kind(holder, em->arena))),
			holder, COVERAGE_REFUSED, gcp_emit_at(v, "error.message"));
	return rc;
}

/* {"id", "type", "policy"} of get-ancestors-iam-policy. */
static int emit_ancestor(struct gcp_emit *em, const struct json_value *v, struct err *e)
{
	const struct json_value *policy;
	struct str id, type;
	int rc = json_need_string(em->json, v, "id", &id, e);

	if (rc == 0)
		rc = json_need_string(em->json, v, "type", &type, e);
	if (rc == 0)
		rc = json_want_object(em->json, v, "policy", &policy, e);
	if (rc < 0 || !policy)
		return rc;
	if (str_eq(type, STR_LIT("project")))
		em->project = arena_copy(em->arena, id);
	return emit_policy(em,
		gcp_emit_container(em, arena_printf(em->arena, "%.*ss/%.*s",
					       STR_ARG(type), STR_ARG(id))),
		policy, e);
}

static bool is_allow_policy(const struct json_value *v)
{
	return json_get(v, "bindings") ||
	       (json_get(v, "etag") && !json_get(v, "name") &&
		       !json_get(v, "projectId") && !json_get(v, "email"));
}

static int emit_value(struct gcp_emit *em, const struct json_value *v, struct err *e)
{
	int rc = json_want_type(em->json, v, JSON_OBJECT, e);

	em->offset = json_offset(em->json, v);
	if (rc < 0)
		return rc;
	if (json_get(v, "error"))
		return emit_refusal(em, v, e);
	if (json_get(v, "policy") && json_get(v, "type") && json_get(v, "id"))
		return emit_ancestor(em, v, e);
	if (is_allow_policy(v))
		return emit_policy(em, subject_of(em, v), v, e);
	return emit_thing(em, v, e);
}

static int visit(struct gcp_emit *em, const struct decoder_piece *piece,
	const struct json_value *root, struct err *e)
{
	if (piece->type == JSON_END || (piece->type == JSON_VALUE && piece->member.n > 0))
		return 0;
	return emit_value(em, root, e);
}

static int run(const struct decoder_batch *batch, struct buf *out, struct err *e)
{
	return gcp_emit_pieces(batch, out, visit, e);
}

static const struct decoder_format one = { "gcloud-answer", true, run };
static const struct decoder_format list = { "gcloud-answer", false, run };

/* --- recognising them --- */

static struct str value_of(const struct json_shape *shape, const char *name)
{
	for (uint32_t i = 0; i < shape->member_count; i++) {
		if (str_eq(shape->members[i].name, str_from(name)))
			return shape->members[i].value;
	}
	return (struct str){ 0 };
}

static bool has(const struct json_shape *shape, const char *name)
{
	for (uint32_t i = 0; i < shape->member_count; i++) {
		if (str_eq(shape->members[i].name, str_from(name)))
			return true;
	}
	return false;
}

/* Whether a name is one of the provider's: collections and ids in turn. */
static bool is_relative_name(struct str value)
{
	static const char *const heads[] = { "\"projects/", "\"organizations/",
		"\"folders/", "\"roles/", "\"policies/", "\"locations/" };

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		if (str_starts(value, str_from(heads[i])))
			return true;
	}
	return false;
}

/* A thing, or a list whose first element is one. */
static bool is_thing(const struct json_shape *shape)
{
	struct str kind = value_of(shape, "kind");

	return is_relative_name(value_of(shape, "name")) ||
	       (has(shape, "projectId") && has(shape, "projectNumber")) ||
	       contains(str_head(value_of(shape, "selfLink"), 80), "googleapis.com/") ||
	       has(shape, "storage_url") ||
	       str_starts(kind, STR_LIT("\"storage#bucket\"")) ||
	       str_starts(value_of(shape, "apiVersion"),
		       STR_LIT("\"serving.knative.dev/")) ||
	       str_starts(
		       value_of(shape, "apiVersion"), STR_LIT("\"run.googleapis.com/"));
}

static bool is_policy(const struct json_shape *shape)
{
	static const char *const names[] = { "bindings", "etag", "version",
		"auditConfigs", "kind", "resourceId" };
	uint32_t known = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		known += has(shape, names[i]);
	return known == shape->member_count &&
	       (has(shape, "bindings") || has(shape, "etag"));
}

/* Pages of the REST calls: the member that has the list. */
static bool is_page(const struct json_shape *shape)
{
	static const char *const names[] = { "accounts", "roles", "policies",
		"principalAccessBoundaryPolicies", "policyBindings", "projects",
		"folders", "organizations", "workloadIdentityPools",
		"workloadIdentityPoolProviders", "functions", "secrets", "topics",
		"entitlements" };

	for (uint32_t i = 0; i < shape->member_count; i++) {
		for (size_t k = 0; k < sizeof(names) / sizeof(names[0]); k++) {
			if (str_eq(shape->members[i].name, str_from(names[k])) &&
				shape->members[i].first == '[')
				return true;
		}
	}
	return false;
}

const struct decoder_format *gcp_answer_detect(const struct json_shape *shape)
{
	bool ancestor = has(shape, "policy") && has(shape, "type") && has(shape, "id");

	if (shape->top == '[')
		return is_thing(shape) || ancestor ? &list : NULL;
	if (shape->top != '{')
		return NULL;
	/* {"kind": "storage#objects", "items": [...]} */
	if (str_eq(value_of(shape, "kind"), STR_LIT("\"storage#objects\"")) ||
		str_eq(value_of(shape, "kind"), STR_LIT("\"storage#buckets\"")))
		return &list;
	if (shape->member_count == 1 &&
		contains(value_of(shape, "error"), "\"PERMISSION_DENIED\""))
		return &one;
	if (is_policy(shape) || is_thing(shape))
		return &one;
	return is_page(shape) ? &list : NULL;
}
