#include "ingest/gcp_resource.h"

#include "ingest/gcp_carry.h"
#include "ingest/gcp_exchange.h"
#include "ingest/gcp_member.h"
#include "ingest/gcp_name.h"

/* What is being read, on its way to its entity. */
struct thing {
	struct record_entity entity;
	struct gcp_emit_attributes attributes;
	const struct json_value *data;
};

static int emit_thing(struct gcp_emit *em, struct thing *t, struct err *e)
{
	t->entity.attributes = t->attributes.pairs;
	t->entity.attribute_count = t->attributes.count;
	return gcp_emit_entity(em, t->entity, e);
}

static struct str bool_text(const struct json_value *v)
{
	if (!v || json_type(v) != JSON_BOOL)
		return (struct str){ 0 };
	return json_bool(v) ? STR_LIT("true") : STR_LIT("false");
}

struct str gcp_resource_role_key(struct str name, struct arena *arena)
{
	return arena_printf(arena, "//iam.googleapis.com/%.*s", STR_ARG(name));
}

/* --- containers --- */

/* {"type": "folder", "id": "12"} or "folders/12". */
static struct str parent_path(struct gcp_emit *em, const struct json_value *data)
{
	const struct json_value *parent = json_get(data, "parent");
	struct str type = gcp_emit_at(data, "parent.type");
	struct str id = gcp_emit_at(data, "parent.id");

	if (parent && json_type(parent) == JSON_STRING)
		return json_string(parent);
	if (type.n == 0 || id.n == 0)
		return (struct str){ 0 };
	return arena_printf(em->arena, "%.*ss/%.*s", STR_ARG(type), STR_ARG(id));
}

/* A project, folder or organization. */
static int emit_container(struct gcp_emit *em, struct thing *t, struct err *e)
{
	struct str id = gcp_emit_at(t->data, "projectId"), number = { 0 }, parent;
	const struct json_value *v = json_get(t->data, "projectNumber");
	char digits[JSON_NUMBER_MAX];
	int rc;

	if (v && json_type(v) == JSON_STRING)
		number = json_string(v);
	else if (v && json_type(v) == JSON_NUMBER)
		number = arena_copy(em->arena, json_number(v, digits));
	if (id.n > 0 && gcp_name_is_number(number)) {
		gcp_emit_number(em, id, number);
		gcp_emit_attribute(&t->attributes, "id", number);
	}
	t->entity.flags |= ENTITY_CONTAINER;
	t->entity.name = gcp_emit_at(t->data, "displayName");
	if (id.n > 0)
		t->entity.name = id;
	gcp_emit_attribute(&t->attributes, "title", gcp_emit_at(t->data, "name"));
	gcp_emit_attribute(
		&t->attributes, "status", gcp_emit_at(t->data, "lifecycleState"));
	gcp_emit_attribute(&t->attributes, "customer",
		gcp_emit_at(t->data, "owner.directoryCustomerId"));
	parent = parent_path(em, t->data);
	if (parent.n > 0)
		t->entity.parent = gcp_emit_container(em, parent);
	else if (id.n > 0)
		t->entity.flags |= ENTITY_EXEMPT; /* in no organization */
	rc = emit_thing(em, t, e);
	if (rc == 0 && str_starts(parent, STR_LIT("organizations/")))
		gcp_emit_parent(em, gcp_name_last(parent));
	return rc;
}

/* --- identities and roles --- */

static int emit_account(struct gcp_emit *em, struct thing *t, struct err *e)
{
	struct str email = gcp_emit_at(t->data, "email");
	struct str id = gcp_emit_at(t->data, "uniqueId"), by_id;
	const struct json_value *disabled = json_get(t->data, "disabled");

	t->entity.flags |= ENTITY_IDENTITY;
	if (email.n == 0)
		return emit_thing(em, t, e);
	t->entity.key = gcp_member_of_email(email, em->arena);
	t->entity.name = str_head(email, str_find_char(email, '@', 0));
	gcp_emit_attribute(&t->attributes, "id", id);
	gcp_emit_attribute(&t->attributes, "email", email);
	gcp_emit_attribute(
		&t->attributes, "client", gcp_emit_at(t->data, "oauth2ClientId"));
	if (disabled && json_type(disabled) == JSON_BOOL && json_bool(disabled))
		t->entity.flags |= ENTITY_DISABLED;
	if (id.n > 0) {
		by_id = arena_printf(em->arena, "%.*s%.*s",
			(int)(t->entity.key.n - gcp_name_last(t->entity.key).n),
			t->entity.key.p, STR_ARG(id));
		gcp_emit_alias(em, by_id, t->entity.key);
	}
	return emit_thing(em, t, e);
}

static int emit_role(struct gcp_emit *em, struct thing *t, struct err *e)
{
	int rc;

	t->entity.flags |= ENTITY_POLICY;
	if (str_starts(t->entity.key, STR_LIT("//iam.googleapis.com/roles/")))
		t->entity.flags |= ENTITY_SHARED;
	gcp_emit_attribute(&t->attributes, "title", gcp_emit_at(t->data, "title"));
	gcp_emit_attribute(&t->attributes, "stage", gcp_emit_at(t->data, "stage"));
	gcp_emit_attribute(
		&t->attributes, "deleted", bool_text(json_get(t->data, "deleted")));
	rc = emit_thing(em, t, e);
	/* a list without details names roles and not what they may do */
	if (rc < 0 || (!json_get(t->data, "includedPermissions") &&
			      !json_get(t->data, "deleted")))
		return rc;
	return gcp_emit_document(em, LAYER_ROLE, t->entity.key,
		gcp_name_last(t->entity.key), json_text(em->json, t->data), e);
}

/* A key that somebody holds; those that the provider keeps for itself are nobody's. */
static int emit_account_key(struct gcp_emit *em, struct thing *t, struct err *e)
{
	struct str type = gcp_emit_at(t->data, "keyType");

	gcp_emit_attribute(&t->attributes, "type", type);
	gcp_emit_attribute(
		&t->attributes, "disabled", bool_text(json_get(t->data, "disabled")));
	return emit_thing(em, t, e);
}

/* Whoever its providers let in. */
static int emit_pool(struct gcp_emit *em, struct thing *t, struct err *e)
{
	t->entity.flags |= ENTITY_IDENTITY;
	gcp_emit_attribute(
		&t->attributes, "disabled", bool_text(json_get(t->data, "disabled")));
	gcp_emit_attribute(&t->attributes, "state", gcp_emit_at(t->data, "state"));
	return emit_thing(em, t, e);
}

static int emit_provider(struct gcp_emit *em, struct thing *t, struct err *e)
{
	struct str asked = gcp_emit_at(t->data, "attributeCondition");

	gcp_emit_attribute(
		&t->attributes, "issuer", gcp_emit_at(t->data, "oidc.issuerUri"));
	gcp_emit_attribute(
		&t->attributes, "account", gcp_emit_at(t->data, "aws.accountId"));
	gcp_emit_attribute(
		&t->attributes, "mapping", gcp_exchange_mapping(t->data, em->arena));
	gcp_emit_attribute(&t->attributes, "condition", asked);
	gcp_emit_attribute(
		&t->attributes, "disabled", bool_text(json_get(t->data, "disabled")));
	gcp_emit_attribute(&t->attributes, "state", gcp_emit_at(t->data, "state"));
	/* what takes others' tokens is found as a member of this */
	if (gcp_emit_relation(
		    em, t->entity.key, RELATION_MEMBER_OF, STR_LIT("oidc:"), e) < 0)
		return e->code;
	if (asked.n > 0 && gcp_emit_document(em, LAYER_SESSION, t->entity.key,
				   STR_LIT("attribute condition"),
				   json_text(em->json, t->data), e) < 0)
		return e->code;
	return emit_thing(em, t, e);
}

/* --- data --- */

/*
 * https://cloud.google.com/storage/docs/uniform-bucket-level-access: without it, lists of
 * bucket and objects grant besides the policy, and an export has no lists of objects.
 */
static int emit_bucket(struct gcp_emit *em, struct thing *t, struct err *e)
{
	const struct json_value *configuration = json_get(t->data, "iamConfiguration");
	const struct json_value *uniform =
		json_get(json_get(configuration, "uniformBucketLevelAccess"), "enabled");
	struct str prevention = gcp_emit_at(configuration, "publicAccessPrevention");
	int rc;

	if (!uniform)
		uniform = json_get(t->data, "uniform_bucket_level_access");
	if (prevention.n == 0)
		prevention = gcp_emit_at(t->data, "public_access_prevention");
	gcp_emit_attribute(&t->attributes, "uniform", bool_text(uniform));
	gcp_emit_attribute(&t->attributes, "prevention", prevention);
	rc = emit_thing(em, t, e);
	if (rc == 0 &&
		(!uniform || json_type(uniform) != JSON_BOOL || !json_bool(uniform)))
		gcp_emit_coverage(em, STR_LIT("entity:gcp:storage:bucket"), t->entity.key,
			COVERAGE_PARTIAL, STR_LIT("access control lists of objects"));
	return rc;
}

/* The list of a dataset is its policy. */
static int emit_dataset(struct gcp_emit *em, struct thing *t, struct err *e)
{
	const struct json_value *access = json_get(t->data, "access");
	int rc = emit_thing(em, t, e);

	if (rc < 0 || !access)
		return rc;
	if (json_type(access) != JSON_ARRAY)
		return json_fail(em->json, access, e, "expected a list, found %s",
			json_type_name(json_type(access)));
	gcp_emit_coverage(em, STR_LIT("resource-policy:gcp:bigquery:dataset"),
		t->entity.key, COVERAGE_GOT, (struct str){ 0 });
	return gcp_emit_document(em, LAYER_RESOURCE, t->entity.key, STR_LIT("access"),
		arena_printf(em->arena, "{\"project\":\"%.*s\",\"access\":%.*s}",
			STR_ARG(str_skip(em->scope, 4)),
			STR_ARG(json_text(em->json, access))),
		e);
}

static bool is_pool(struct gcp_emit *em, struct str full)
{
	return str_eq(gcp_name_kind(full, em->arena),
		STR_LIT("gcp:iam:workload-identity-pool"));
}

/* What a thing is in, by its name, so that grants on that reach it. */
static int emit_parents(struct gcp_emit *em, struct str full, struct err *e)
{
	struct str parent = gcp_name_parent(full);
	int rc = 0;

	while (rc == 0 && parent.n > 0) {
		struct str above = gcp_name_parent(parent);

		if (gcp_emit_first(em, parent))
			rc = gcp_emit_entity(em,
				(struct record_entity){ .key = parent,
					.name = gcp_name_last(parent),
					.parent = above,
					.flags = is_pool(em, parent) ? ENTITY_IDENTITY
								     : 0u },
				e);
		parent = above;
	}
	return rc;
}

typedef int emit_fn(struct gcp_emit *em, struct thing *t, struct err *e);

static const struct {
	const char *kind;
	emit_fn *emit;
} readers[] = {
	{ "gcp:cloudresourcemanager:project", emit_container },
	{ "gcp:cloudresourcemanager:folder", emit_container },
	{ "gcp:cloudresourcemanager:organization", emit_container },
	{ "gcp:iam:service-account", emit_account },
	{ "gcp:iam:role", emit_role },
	{ "gcp:iam:service-account-key", emit_account_key },
	{ "gcp:iam:workload-identity-pool", emit_pool },
	{ "gcp:iam:workload-identity-pool-provider", emit_provider },
	{ "gcp:storage:bucket", emit_bucket },
	{ "gcp:bigquery:dataset", emit_dataset },
};

static emit_fn *reader_of(struct str kind)
{
	for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++) {
		if (str_eq(kind, str_from(readers[i].kind)))
			return readers[i].emit;
	}
	return emit_thing;
}

/*
 * An account goes by what is in front of its domain. Its unique id and the number of a
 * container are no names.
 */
static struct str name_of(struct str kind, struct str full)
{
	struct str name = gcp_name_last(full);

	if (str_starts(full, STR_LIT(GCP_NAME_CONTAINERS)) && gcp_name_is_number(name))
		return (struct str){ 0 };
	if (!str_eq(kind, STR_LIT("gcp:iam:service-account")))
		return name;
	return gcp_name_is_number(name) ? (struct str){ 0 }
					: str_head(name, str_find_char(name, '@', 0));
}

int gcp_resource_data(struct gcp_emit *em, struct str full, const struct json_value *data,
	struct str location, struct err *e)
{
	struct thing t = { .data = data };
	bool compute;
	int rc = 0;

	t.entity.key = full;
	t.entity.kind = gcp_name_kind(full, em->arena);
	t.entity.name = name_of(t.entity.kind, full);
	t.entity.parent = gcp_name_parent(full);
	compute = gcp_carry_is_compute(t.entity.kind);
	if (compute)
		t.entity.flags |= ENTITY_IDENTITY | ENTITY_COMPUTE;
	if (location.n == 0)
		location = gcp_name_last(gcp_emit_at(data, "location"));
	gcp_emit_attribute(&t.attributes, "region", location);
	if (data) {
		rc = gcp_emit_labels(em, json_get(data, "labels"), &t.entity, e);
		if (rc == 0)
			rc = gcp_emit_date(em, data, "createTime", &t.entity.created, e);
	}
	if (rc == 0)
		rc = emit_parents(em, full, e);
	if (rc == 0)
		rc = reader_of(t.entity.kind)(em, &t, e);
	return rc == 0 && compute && data
		       ? gcp_carry_emit(em, t.entity.kind, full, data, e)
		       : rc;
}

/* --- denies and boundaries --- */

/*
 * "policies/cloudresourcemanager.googleapis.com%2Fprojects%2Fp/denypolicies/d": what the
 * policy is attached to, as a path; empty when the name has not this form.
 */
static struct str attachment(struct gcp_emit *em, struct str name)
{
	struct str rest = gcp_name_part(name, STR_LIT("policies"));
	struct buf out = { 0 };
	struct str path;

	for (size_t i = 0; i < rest.n; i++) {
		struct str at = str_head(str_skip(rest, i), 3);

		if (str_eq_fold(at, STR_LIT("%2f"))) {
			buf_add_char(&out, '/');
			i += 2;
		} else {
			buf_add_char(&out, rest.p[i]);
		}
	}
	path = arena_copy(em->arena, buf_str(&out));
	buf_release(&out);
	if (!str_starts(path, STR_LIT("cloudresourcemanager.googleapis.com/")))
		return (struct str){ 0 };
	return str_skip(path, str_find_char(path, '/', 0) + 1);
}

int gcp_resource_deny(struct gcp_emit *em, const struct json_value *policy, struct err *e)
{
	struct str name, path, holder;
	int rc = json_need_string(em->json, policy, "name", &name, e);

	if (rc < 0)
		return rc;
	path = attachment(em, name);
	if (path.n == 0)
		return json_fail(em->json, json_get(policy, "name"), e,
			"expected 'policies/cloudresourcemanager.googleapis.com%%2F...', "
			"found '%.*s'",
			STR_ARG(str_head(name, 100)));
	em->offset = json_offset(em->json, policy);
	if (gcp_emit_open_name(em, path, policy, e) < 0)
		return e->code;
	holder = gcp_emit_container(em, path);
	/* lists name policies without their rules */
	if (!json_get(policy, "rules")) {
		gcp_emit_coverage(em, STR_LIT("deny-policies"), holder, COVERAGE_PARTIAL,
			arena_printf(em->arena, "rules of '%.*s'", STR_ARG(name)));
		return 0;
	}
	return gcp_emit_document(em, LAYER_DENY, holder, gcp_name_last(name),
		json_text(em->json, policy), e);
}

int gcp_resource_boundary(
	struct gcp_emit *em, const struct json_value *policy, struct err *e)
{
	struct record_entity entity = { .flags = ENTITY_POLICY };
	struct str name;
	int rc = json_need_string(em->json, policy, "name", &name, e);

	em->offset = json_offset(em->json, policy);
	if (rc == 0)
		rc = gcp_emit_open_name(em, name, policy, e);
	if (rc < 0)
		return rc;
	entity.key = gcp_resource_role_key(name, em->arena);
	entity.kind = STR_LIT("gcp:iam:principal-access-boundary-policy");
	entity.name = gcp_name_last(name);
	rc = gcp_emit_entity(em, entity, e);
	/* a list may name policies without what they leave */
	if (rc < 0 || !json_get(policy, "details"))
		return rc;
	return gcp_emit_document(
		em, LAYER_ROLE, entity.key, entity.name, json_text(em->json, policy), e);
}

int gcp_resource_binding(
	struct gcp_emit *em, const struct json_value *binding, struct err *e)
{
	struct str name, policy;
	int rc = json_need_string(em->json, binding, "name", &name, e);

	em->offset = json_offset(em->json, binding);
	if (rc == 0)
		rc = json_need_string(em->json, binding, "policy", &policy, e);
	if (rc == 0)
		rc = gcp_emit_open_name(em, policy, binding, e);
	if (rc < 0)
		return rc;
	return gcp_emit_document(em, LAYER_PLACE, em->container, gcp_name_last(name),
		json_text(em->json, binding), e);
}
