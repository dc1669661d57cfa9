#include "ingest/gcp_directory.h"

#include "ingest/gcp_grant.h"
#include "ingest/gcp_member.h"
#include "ingest/gcp_name.h"
#include "ingest/gcp_permission.h"

#define USER_KIND  "gcp:cloudidentity:user"
#define GROUP_KIND "gcp:cloudidentity:group"

/* Whatever the case in which somebody wrote the address, the name is that of the key. */
static struct record_entity person(struct str key)
{
	const struct str head = STR_LIT("gcp:group:");
	bool group = str_starts(key, head);

	return (struct record_entity){ .key = key,
		.kind = group ? STR_LIT(GROUP_KIND) : STR_LIT(USER_KIND),
		.name = str_skip(key, group ? head.n : STR_LIT("gcp:user:").n),
		.flags = group ? ENTITY_GROUP : ENTITY_IDENTITY };
}

/* --- named by policies --- */

static int emit_member(struct gcp_emit *em, struct str written, struct err *e)
{
	struct gcp_member m = gcp_member_parse(written, em->arena);

	if (m.state != GCP_MEMBER_KNOWN ||
		!(str_starts(m.text, STR_LIT("gcp:user:")) ||
			str_starts(m.text, STR_LIT("gcp:group:"))))
		return 0;
	if (!gcp_emit_first_here(em, m.text))
		return 0;
	return gcp_emit_entity(em, person(m.text), e);
}

int gcp_directory_members(
	struct gcp_emit *em, const struct json_value *policy, struct err *e)
{
	struct json_iter bindings = json_iterate(json_get(policy, "bindings")), members;
	const struct json_value *binding, *member;
	struct str none;
	int rc = 0;

	while (rc == 0 && json_next(&bindings, &none, &binding)) {
		members = json_iterate(json_get(binding, "members"));
		while (rc == 0 && json_next(&members, &none, &member)) {
			if (json_type(member) == JSON_STRING)
				rc = emit_member(em, json_string(member), e);
		}
	}
	return rc;
}

static const struct {
	const char *role, *member;
} basics[] = {
	{ "roles/owner", GCP_MEMBER_OWNER },
	{ "roles/editor", GCP_MEMBER_EDITOR },
	{ "roles/viewer", GCP_MEMBER_VIEWER },
};
#define BASIC_COUNT (sizeof(basics) / sizeof(basics[0]))

static int emit_basic(struct gcp_emit *em, struct str group,
	const struct json_value *members, struct err *e)
{
	struct json_iter it = json_iterate(members);
	const struct json_value *v;
	struct str none;
	int rc = 0;

	while (rc == 0 && json_next(&it, &none, &v)) {
		struct gcp_member m = { .state = GCP_MEMBER_UNKNOWN };

		if (json_type(v) == JSON_STRING)
			m = gcp_member_parse(json_string(v), em->arena);
		if (m.state == GCP_MEMBER_KNOWN)
			rc = gcp_emit_relation(em, m.text, RELATION_MEMBER_OF, group, e);
	}
	return rc;
}

int gcp_directory_basics(struct gcp_emit *em, struct str project,
	const struct json_value *policy, struct err *e)
{
	struct json_iter it;
	const struct json_value *binding;
	struct str none;
	int rc = 0;

	for (size_t i = 0; i < BASIC_COUNT && rc == 0; i++) {
		struct record_entity group = { .flags = ENTITY_GROUP,
			.kind = STR_LIT("gcp:cloudresourcemanager:basic-role-holders") };

		group.name = arena_printf(em->arena, "%s%.*s", basics[i].member,
			STR_ARG(gcp_name_last(project)));
		group.key = arena_printf(em->arena, "gcp:%.*s", STR_ARG(group.name));
		rc = gcp_emit_entity(em, group, e);
		if (rc == 0)
			gcp_emit_coverage(em, STR_LIT("members"), group.key, COVERAGE_GOT,
				(struct str){ 0 });
		it = json_iterate(json_get(policy, "bindings"));
		while (rc == 0 && json_next(&it, &none, &binding)) {
			if (str_eq(gcp_emit_at(binding, "role"),
				    str_from(basics[i].role)))
				rc = emit_basic(
					em, group.key, json_get(binding, "members"), e);
		}
	}
	return rc;
}

/* --- the directory's own lists --- */

static int emit_user(struct gcp_emit *em, const struct json_value *v, struct err *e)
{
	struct record_pair pairs[2] = { { STR_LIT("listed"), STR_LIT("true") },
		{ STR_LIT("id"), gcp_emit_at(v, "id") } };
	struct record_entity entity;
	bool suspended = false, archived = false, rules = false;
	struct str email;
	int rc = json_need_string(em->json, v, "primaryEmail", &email, e);

	if (rc == 0)
		rc = json_want_bool(em->json, v, "suspended", &suspended, e);
	if (rc == 0)
		rc = json_want_bool(em->json, v, "archived", &archived, e);
	if (rc == 0)
		rc = json_want_bool(em->json, v, "isAdmin", &rules, e);
	if (rc < 0)
		return rc;
	entity = person(gcp_member_of_email(email, em->arena));
	if (suspended || archived)
		entity.flags |= ENTITY_DISABLED;
	entity.attributes = pairs;
	entity.attribute_count = pairs[1].value.n > 0 ? 2 : 1;
	rc = gcp_emit_entity(em, entity, e);
	if (rc < 0 || !rules || em->organization.n == 0)
		return rc;
	return gcp_grant_office(em, em->container, GCP_PERMISSION_SUPER_ADMIN,
		json_get(v, "primaryEmail"), e);
}

/* {"email", "id"} of the Admin SDK, {"name": "groups/x", "groupKey": {"id"}} else. */
static int emit_group(struct gcp_emit *em, const struct json_value *v, struct err *e)
{
	struct str email = gcp_emit_at(v, "groupKey.id");
	struct str id = gcp_emit_at(v, "name"), key;
	struct record_entity entity;

	if (email.n == 0 && json_need_string(em->json, v, "email", &email, e) < 0)
		return e->code;
	key = gcp_member_of_group(email, em->arena);
	entity = person(key);
	if (str_starts(id, STR_LIT("groups/")))
		gcp_emit_alias(
			em, arena_printf(em->arena, "gcp:group:%.*s", STR_ARG(id)), key);
	return gcp_emit_entity(em, entity, e);
}

/* The group that a list of members is of: "groups/x/memberships/y", or a directory. */
static int group_of(
	struct gcp_emit *em, const struct json_value *v, struct str *out, struct err *e)
{
	struct str id = gcp_name_part(gcp_emit_at(v, "name"), STR_LIT("groups"));
	struct str directory = gcp_name_part(em->context->path, STR_LIT("groups"));
	struct str path = em->context->path;
	size_t at = 0;

	/* "/x/groups/g@x.com/members.json": "groups" may stand at any depth */
	while (directory.n == 0 && at < path.n) {
		at = str_find_char(path, '/', at) + 1;
		if (str_starts(str_skip(path, at), STR_LIT("groups/")))
			directory = gcp_name_part(str_skip(path, at), STR_LIT("groups"));
	}
	if (str_find_char(directory, '@', 0) < directory.n) {
		*out = gcp_member_of_group(directory, em->arena);
		return 0;
	}
	if (id.n == 0)
		return json_fail(em->json, v, e,
			"which group these are members of is not said: expected a name "
			"'groups/ID/memberships/ID' or a directory 'groups/ADDRESS'");
	*out = arena_printf(em->arena, "gcp:group:groups/%.*s", STR_ARG(id));
	return 0;
}

/* Whether the membership is in force: owners and managers are members too. */
static bool is_member(const struct json_value *v)
{
	struct json_iter it = json_iterate(json_get(v, "roles"));
	const struct json_value *role;
	struct str none;

	if (str_eq(gcp_emit_at(v, "status"), STR_LIT("SUSPENDED")))
		return false;
	if (!json_get(v, "roles"))
		return true;
	while (json_next(&it, &none, &role)) {
		if (str_eq(gcp_emit_at(role, "name"), STR_LIT("MEMBER")))
			return true;
	}
	return false;
}

/* Whether the person may add others: an owner or manager. */
static bool is_manager(const struct json_value *v)
{
	struct json_iter it = json_iterate(json_get(v, "roles"));
	const struct json_value *role;
	struct str none, name = gcp_emit_at(v, "role");

	do {
		if (str_eq(name, STR_LIT("OWNER")) || str_eq(name, STR_LIT("MANAGER")))
			return true;
		if (!json_next(&it, &none, &role))
			return false;
		name = gcp_emit_at(role, "name");
	} while (true);
}

/* Of the member, by each of the interfaces. NULL: none is told. */
static const struct json_value *address(const struct json_value *v)
{
	const struct json_value *out = json_get(json_get(v, "preferredMemberKey"), "id");

	if (!out)
		out = json_get(json_get(v, "memberKey"), "id");
	if (!out)
		out = json_get(v, "email");
	return out && json_type(out) == JSON_STRING ? out : NULL;
}

static int emit_membership(struct gcp_emit *em, const struct json_value *v, struct err *e)
{
	const struct json_value *told = address(v);
	struct str email = told ? json_string(told) : (struct str){ 0 }, group, key;
	struct str type = gcp_emit_at(v, "type");
	bool nested = str_eq(type, STR_LIT("GROUP"));
	int rc = 0;

	rc = group_of(em, v, &group, e);
	if (rc < 0)
		return rc;
	if (email.n == 0) {
		/* the whole domain, or somebody whose address is hidden */
		gcp_emit_coverage(em, STR_LIT("entity:" GROUP_KIND), group,
			COVERAGE_PARTIAL, STR_LIT("a member without an address"));
		return 0;
	}
	key = nested ? gcp_member_of_group(email, em->arena)
		     : gcp_member_of_email(email, em->arena);
	if (!gcp_name_is_account(email))
		rc = gcp_emit_entity(em, person(key), e);
	if (rc == 0 && is_member(v))
		rc = gcp_emit_relation(em, key, RELATION_MEMBER_OF, group, e);
	if (rc < 0 || !is_manager(v) || nested)
		return rc;
	rc = gcp_emit_relation(em, key, RELATION_OWNS, group, e);
	return rc < 0 ? rc
		      : gcp_grant_office(
				em, group, GCP_PERMISSION_MANAGER, address(v), e);
}

/* A person or a group by itself, and nobody's member. */
static bool is_listed(const struct json_value *v)
{
	return json_get(v, "primaryEmail") || json_get(v, "groupKey") ||
	       str_eq(gcp_emit_at(v, "kind"), STR_LIT("admin#directory#group"));
}

static int emit_element(struct gcp_emit *em, const struct json_value *v, struct err *e)
{
	if (json_get(v, "primaryEmail"))
		return emit_user(em, v, e);
	if (json_get(v, "groupKey") ||
		str_eq(gcp_emit_at(v, "kind"), STR_LIT("admin#directory#group")))
		return emit_group(em, v, e);
	return emit_membership(em, v, e);
}

/* The group itself, of whose members a list was read. */
static int end_members(struct gcp_emit *em, const struct json_value *v, struct err *e)
{
	struct str group;
	int rc = group_of(em, v, &group, e);

	if (rc < 0)
		return rc;
	rc = gcp_emit_entity(em, person(group), e);
	if (rc == 0)
		gcp_emit_coverage(em, STR_LIT("members"), group,
			em->batch->more ? COVERAGE_PARTIAL : COVERAGE_GOT,
			em->batch->more ? STR_LIT("the page says that another follows")
					: (struct str){ 0 });
	return rc;
}

/* Lists of people and groups are one part of the directory, members of a group one. */
static int visit(struct gcp_emit *em, const struct decoder_piece *piece,
	const struct json_value *root, struct err *e)
{
	struct str part = STR_LIT("gcp:directory");
	int rc;

	if (piece->type != JSON_ELEMENT)
		return 0;
	em->offset = piece->offset;
	rc = json_want_type(em->json, root, JSON_OBJECT, e);
	if (rc == 0 && !is_listed(root))
		rc = group_of(em, root, &part, e);
	if (rc == 0)
		rc = gcp_emit_open_directory(em, part, root, e);
	if (rc == 0)
		rc = emit_element(em, root, e);
	return rc < 0 || is_listed(root) ? rc : end_members(em, root, e);
}

static int run(const struct decoder_batch *batch, struct buf *out, struct err *e)
{
	return gcp_emit_pieces(batch, out, visit, e);
}

static const struct decoder_format directory = { "google-directory", false, run };

static struct str value_of(const struct json_shape *shape, const char *name)
{
	for (uint32_t i = 0; i < shape->member_count; i++) {
		if (str_eq(shape->members[i].name, str_from(name)))
			return shape->members[i].value;
	}
	return (struct str){ 0 };
}

const struct decoder_format *gcp_directory_detect(const struct json_shape *shape)
{
	struct str kind = value_of(shape, "kind");

	if (str_starts(kind, STR_LIT("\"admin#directory#")))
		return &directory;
	if (shape->top == '[' && (value_of(shape, "groupKey").n > 0 ||
					 value_of(shape, "preferredMemberKey").n > 0 ||
					 value_of(shape, "primaryEmail").n > 0))
		return &directory;
	if (shape->top == '{' && value_of(shape, "memberships").n > 0)
		return &directory;
	return NULL;
}
