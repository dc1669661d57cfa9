#include "ingest/gcp_grant.h"

#include "base/buf.h"
#include "base/out.h"
#include "ingest/gcp_member.h"
#include "ingest/gcp_name.h"
#include "ingest/gcp_permission.h"
#include "ingest/gcp_workload.h"

/* A JSON string as it is written, without its quotes. */
static struct str raw(struct gcp_emit *em, const struct json_value *v)
{
	struct str text = json_text(em->json, v);

	return text.n >= 2 ? str_head(str_skip(text, 1), text.n - 2) : (struct str){ 0 };
}

static bool is_text(const struct json_value *v)
{
	return v && json_type(v) == JSON_STRING;
}

static const char *member_type(struct str email)
{
	return gcp_name_is_account(email) ? "serviceAccount" : "user";
}

/* --- offices --- */

int gcp_grant_office(struct gcp_emit *em, struct str holder, const char *office,
	const struct json_value *email, struct err *e)
{
	struct str body = arena_printf(em->arena,
		"{\"bindings\":[{\"role\":\"%s\",\"members\":[\"%s:%.*s\"]}]}", office,
		member_type(json_string(email)), STR_ARG(raw(em, email)));

	return gcp_emit_document(em, LAYER_ACL, holder,
		arena_printf(em->arena, "%s %.*s", office, STR_ARG(json_string(email))),
		body, e);
}

/* --- entitlements --- */

/* The principals of all entries of a list: [{"principals": [...]}]. */
static int add_principals(struct buf *out, struct gcp_emit *em,
	const struct json_value *users, struct err *e)
{
	struct json_iter it = json_iterate(users), principals;
	const struct json_value *user, *list, *v;
	struct str none;
	size_t before = out->n;

	while (json_next(&it, &none, &user)) {
		if (json_want_type(em->json, user, JSON_OBJECT, e) < 0 ||
			json_want_array(em->json, user, "principals", &list, e) < 0)
			return e->code;
		principals = json_iterate(list);
		while (json_next(&principals, &none, &v)) {
			if (json_want_type(em->json, v, JSON_STRING, e) < 0)
				return e->code;
			buf_printf(out, "%s%.*s", out->n > before ? "," : "",
				STR_ARG(json_text(em->json, v)));
		}
	}
	return 0;
}

static int add_binding(struct buf *out, struct gcp_emit *em,
	const struct json_value *binding, struct str members, struct err *e)
{
	const struct json_value *condition = json_get(binding, "conditionExpression");
	struct str role;

	if (json_need_string(em->json, binding, "role", &role, e) < 0)
		return e->code;
	buf_printf(out, "{\"role\":%.*s,\"members\":[%.*s]",
		STR_ARG(json_text(em->json, json_get(binding, "role"))),
		STR_ARG(members));
	if (is_text(condition) && json_string(condition).n > 0)
		buf_printf(out, ",\"condition\":{\"expression\":%.*s}",
			STR_ARG(json_text(em->json, condition)));
	buf_add_char(out, '}');
	return 0;
}

static int add_bindings(struct buf *out, struct gcp_emit *em,
	const struct json_value *list, struct str members, struct err *e)
{
	struct json_iter it = json_iterate(list);
	const struct json_value *v;
	struct str none;
	size_t before = out->n;

	while (json_next(&it, &none, &v)) {
		if (json_want_type(em->json, v, JSON_OBJECT, e) < 0)
			return e->code;
		if (out->n > before)
			buf_add_char(out, ',');
		if (add_binding(out, em, v, members, e) < 0)
			return e->code;
	}
	return 0;
}

/* Whom it is for and what it gives, as an allow policy that is asked for first. */
static int write_bindings(struct buf *out, struct gcp_emit *em,
	const struct json_value *entitlement, struct str name, struct err *e)
{
	const struct json_value *users, *access, *iam = NULL, *roles = NULL;
	struct buf members = { 0 };
	int rc;

	if (json_want_array(em->json, entitlement, "eligibleUsers", &users, e) < 0 ||
		json_want_object(em->json, entitlement, "privilegedAccess", &access, e) <
			0)
		return e->code;
	if (access && json_want_object(em->json, access, "gcpIamAccess", &iam, e) < 0)
		return e->code;
	if (iam && json_want_array(em->json, iam, "roleBindings", &roles, e) < 0)
		return e->code;
	buf_printf(out, "{\"entitlement\":\"%.*s\",\"bindings\":[",
		STR_ARG(gcp_name_last(name)));
	rc = add_principals(&members, em, users, e);
	if (rc == 0)
		rc = add_bindings(out, em, roles, buf_str(&members), e);
	buf_add_str(out, STR_LIT("]}"));
	buf_release(&members);
	return rc;
}

/* "projects/p/locations/global/entitlements/e": where it is, as a path. */
static struct str container_of(struct str name)
{
	size_t slash = str_find_char(name, '/', 0);

	return str_head(name, str_find_char(name, '/', slash + 1));
}

int gcp_grant_entitlement(
	struct gcp_emit *em, const struct json_value *entitlement, struct err *e)
{
	struct buf body = { 0 };
	struct str name;
	int rc = json_need_string(em->json, entitlement, "name", &name, e);

	em->offset = json_offset(em->json, entitlement);
	if (rc == 0)
		rc = gcp_emit_open_name(em, name, entitlement, e);
	if (rc == 0)
		rc = write_bindings(&body, em, entitlement,
			raw(em, json_get(entitlement, "name")), e);
	if (rc == 0)
		rc = gcp_emit_document(em, LAYER_ACL,
			gcp_emit_container(em, container_of(name)),
			arena_printf(em->arena, "entitlement %.*s",
				STR_ARG(gcp_name_last(name))),
			buf_str(&body), e);
	buf_release(&body);
	return rc;
}

/* --- objects --- */

/* "user-a@x.com", "project-owners-45": as members of an allow policy. Empty: nobody. */
static struct str entity_member(struct gcp_emit *em, const struct json_value *entity)
{
	static const char *const heads[][2] = { { "user-", NULL }, { "group-", "group" },
		{ "domain-", "domain" }, { "project-owners-", "projectOwner" },
		{ "project-editors-", "projectEditor" },
		{ "project-viewers-", "projectViewer" } };
	struct str text = raw(em, entity);

	if (str_eq(text, STR_LIT("allUsers")) ||
		str_eq(text, STR_LIT("allAuthenticatedUsers")))
		return text;
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		struct str head = str_from(heads[i][0]);
		struct str rest = str_skip(text, head.n);

		/* an id that is no address is nobody whom we know */
		if (str_starts(text, head) &&
			(i > 1 || str_find_char(rest, '@', 0) < rest.n))
			return arena_printf(em->arena, "%s:%.*s",
				heads[i][1] ? heads[i][1] : member_type(rest),
				STR_ARG(rest));
	}
	return (struct str){ 0 };
}

/* A condition that only the object fulfils, in the quotes of JSON. */
static struct str only_object(struct gcp_emit *em, struct str bucket, struct str object)
{
	struct buf text = { 0 }, json = { 0 };
	struct str out;

	buf_printf(&text, "resource.name == 'projects/_/buckets/%.*s/objects/",
		STR_ARG(bucket));
	for (size_t i = 0; i < object.n; i++) {
		if (object.p[i] == '\'' || object.p[i] == '\\')
			buf_add_char(&text, '\\');
		buf_add_char(&text, object.p[i]);
	}
	buf_add_char(&text, '\'');
	out_json(&json, buf_str(&text));
	out = arena_copy(em->arena, buf_str(&json));
	buf_release(&text);
	buf_release(&json);
	return out;
}

static int add_entry(struct buf *out, struct gcp_emit *em, const struct json_value *entry,
	struct str condition, struct err *e)
{
	struct str role, entity, member;

	if (json_want_type(em->json, entry, JSON_OBJECT, e) < 0 ||
		json_need_string(em->json, entry, "entity", &entity, e) < 0 ||
		json_need_string(em->json, entry, "role", &role, e) < 0)
		return e->code;
	member = entity_member(em, json_get(entry, "entity"));
	if (member.n == 0)
		return 0;
	if (gcp_workload_holders(em, gcp_member_parse(member, em->arena).text, e) < 0)
		return e->code;
	if (out->p[out->n - 1] == '}')
		buf_add_char(out, ',');
	buf_printf(out,
		"{\"role\":\"acl/%.*s\",\"members\":[\"%.*s\"],"
		"\"condition\":{\"title\":\"list of the object\",\"expression\":%.*s}}",
		STR_ARG(raw(em, json_get(entry, "role"))), STR_ARG(member),
		STR_ARG(condition));
	return 0;
}

int gcp_grant_object(struct gcp_emit *em, const struct json_value *object, struct err *e)
{
	const struct json_value *acl, *v;
	struct buf body = { 0 };
	struct json_iter it;
	struct str name, bucket, none, key, only;
	int rc = json_need_string(em->json, object, "name", &name, e);

	if (rc == 0)
		rc = json_need_string(em->json, object, "bucket", &bucket, e);
	if (rc == 0)
		rc = json_want_array(em->json, object, "acl", &acl, e);
	if (rc < 0 || !acl)
		return rc;
	only = only_object(em, bucket, name);
	key = arena_printf(em->arena, "//storage.googleapis.com/%.*s", STR_ARG(bucket));
	buf_add_str(&body, STR_LIT("{\"bindings\":["));
	it = json_iterate(acl);
	while (rc == 0 && json_next(&it, &none, &v))
		rc = add_entry(&body, em, v, only, e);
	buf_add_str(&body, STR_LIT("]}"));
	if (rc == 0)
		rc = gcp_emit_document(em, LAYER_ACL, key,
			arena_printf(em->arena, "list of %.*s", STR_ARG(name)),
			buf_str(&body), e);
	buf_release(&body);
	return rc;
}
