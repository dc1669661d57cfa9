#include "ingest/gcp_policy.h"

#include "base/json.h"
#include "base/limits.h"
#include "ingest/gcp_condition.h"
#include "ingest/gcp_exchange.h"
#include "ingest/gcp_member.h"
#include "ingest/gcp_permission.h"
#include "ingest/gcp_resource.h"
#include "ingest/gcp_scope.h"

/* One text on its way. */
struct compiler {
	struct document_builder *out;
	const struct policy_listener *listener;
	struct json json;
	struct arena arena;
	struct buf set, gone; /* struct document_interval */
	uint32_t index;       /* of the binding or rule */
};

static void warn(struct compiler *c, const char *what, struct str value)
{
	struct buf text = { 0 };

	if (!c->listener || !c->listener->warn)
		return;
	buf_printf(&text, "%s: '%.*s'", what, STR_ARG(str_head(value, 256)));
	c->listener->warn(c->listener->ctx, c->index, buf_str(&text));
	buf_release(&text);
}

static struct document_statement *add_statement(
	struct compiler *c, const struct json_value *span, struct str sid, uint32_t flags)
{
	struct document_text t = document_add_text(c->out, sid);
	struct document_statement *s = document_add_statement(c->out);
	struct str text = json_text(&c->json, span);

	s->source_index = c->index;
	s->sid = t;
	s->flags = flags;
	s->service = DOCUMENT_ANY_SERVICE;
	s->span_begin = (uint32_t)(text.p - c->json.text.p);
	s->span_end = s->span_begin + (uint32_t)text.n;
	return s;
}

static void add_actions(
	struct compiler *c, struct document_statement *s, const struct buf *set)
{
	const struct document_interval *v = VEC_DATA(set, const struct document_interval);

	s->service = gcp_permission_service(set);
	for (size_t i = 0; i < VEC_COUNT(set, struct document_interval); i++)
		document_add_interval(c->out, v[i].begin, v[i].end);
}

/* A role, whatever it has, is about permissions, and about nothing of the directory. */
static void set_role(struct compiler *c, struct str role)
{
	struct buf all = { 0 };

	document_set_role(c->out, gcp_resource_role_key(role, &c->arena));
	gcp_permission_add_all(&all);
	for (size_t i = 0; i < VEC_COUNT(&all, struct document_interval); i++)
		document_add_interval(c->out,
			VEC_DATA(&all, const struct document_interval)[i].begin,
			VEC_DATA(&all, const struct document_interval)[i].end);
	buf_release(&all);
}

/* --- allow policies --- */

/* The members that let somebody in, as principals of the newest statement. */
static int add_members(
	struct compiler *c, const struct json_value *members, bool told, struct err *e)
{
	struct json_iter it = json_iterate(members);
	const struct json_value *v;
	struct str none;

	while (json_next(&it, &none, &v)) {
		struct gcp_member m;

		if (json_type(v) != JSON_STRING)
			return err_set(e, ERR_FORMAT,
				"members: expected a string, found %s",
				json_type_name(json_type(v)));
		m = gcp_member_parse(json_string(v), &c->arena);
		if (m.state == GCP_MEMBER_KNOWN)
			document_add_principal(c->out, m.type, m.text);
		else if (!told && m.state == GCP_MEMBER_DELETED)
			warn(c, "who was deleted is let in no more", json_string(v));
		else if (!told)
			warn(c, "no member that is known", json_string(v));
	}
	return 0;
}

/*
 * A policy that was read at version 1 has lost its conditions, and the roles under them
 * have odd names: https://cloud.google.com/iam/docs/policies#versions
 */
static bool lost_condition(struct str *role)
{
	const struct str mark = STR_LIT("_withcond_");

	for (size_t i = 0; i + mark.n <= role->n; i++) {
		if (str_starts(str_skip(*role, i), mark)) {
			role->n = i;
			return true;
		}
	}
	return false;
}

static int read_condition(struct compiler *c, const struct json_value *v,
	struct gcp_condition *out, struct str *title, struct err *e)
{
	const struct json_value *condition;
	struct str text = { 0 };

	*title = (struct str){ 0 };
	if (json_want_object(&c->json, v, "condition", &condition, e) < 0)
		return e->code;
	if (condition &&
		(json_want_string(&c->json, condition, "expression", &text, e) < 0 ||
			json_want_string(&c->json, condition, "title", title, e) < 0))
		return e->code;
	gcp_condition_read(out, text, &c->arena);
	if (out->problem)
		warn(c, out->problem, text);
	return 0;
}

static void lose_condition(
	struct gcp_condition *out, struct str role, struct arena *arena)
{
	gcp_condition_read(out,
		arena_printf(arena, "lost_condition_of(\"%.*s\")", STR_ARG(role)), arena);
}

static int compile_binding(
	struct compiler *c, const struct json_value *binding, struct err *e)
{
	const struct json_value *members;
	struct gcp_condition condition;
	struct str role, title, entitlement;

	if (json_type(binding) != JSON_OBJECT)
		return err_set(e, ERR_FORMAT, "expected an object, found %s",
			json_type_name(json_type(binding)));
	if (json_need_string(&c->json, binding, "role", &role, e) < 0 ||
		json_want_array(&c->json, binding, "members", &members, e) < 0 ||
		read_condition(c, binding, &condition, &title, e) < 0)
		return e->code;
	if (lost_condition(&role)) {
		warn(c, "read without its condition", role);
		lose_condition(&condition, role, &c->arena);
	}
	/* what one must ask for first: an entitlement */
	entitlement = gcp_emit_at(c->json.root, "entitlement");
	if (entitlement.n > 0)
		title = entitlement;
	buf_clear(&c->set);
	if (gcp_permission_add_grant(&c->set, role))
		gcp_permission_finish(&c->set);
	for (uint32_t i = 0; i < condition.count; i++) {
		struct document_statement *s =
			add_statement(c, binding, title.n > 0 ? title : role,
				entitlement.n > 0 ? DOCUMENT_ELIGIBLE : 0);

		if (c->set.n > 0)
			add_actions(c, s, &c->set);
		else
			set_role(c, role);
		if (add_members(c, members, i > 0, e) < 0)
			return e->code;
		s->flags |= gcp_condition_add(c->out, &condition.alternatives[i]);
	}
	return 0;
}

static int compile_list(struct compiler *c, const struct json_value *list,
	const char *name,
	int (*compile)(struct compiler *c, const struct json_value *v, struct err *e),
	struct err *e)
{
	struct json_iter it = json_iterate(list);
	const struct json_value *v;
	struct str none;

	for (; json_next(&it, &none, &v); c->index++) {
		if (compile(c, v, e) < 0)
			return err_wrap(e, "%s %u", name, c->index);
	}
	return 0;
}

/* --- access of datasets --- */

/*
 * https://cloud.google.com/bigquery/docs/access-control-basic-roles: the old names stand
 * for roles, and groups of a project for whoever has a basic role in it.
 */
static struct str dataset_role(struct str role)
{
	static const char *const names[][2] = { { "READER", "roles/bigquery.dataViewer" },
		{ "WRITER", "roles/bigquery.dataEditor" },
		{ "OWNER", "roles/bigquery.dataOwner" } };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (str_eq(role, str_from(names[i][0])))
			return str_from(names[i][1]);
	}
	return role;
}

/* What an entry of the list names, as an allow policy would. Empty: nobody. */
static struct str dataset_member(
	struct compiler *c, const struct json_value *entry, struct str project)
{
	static const char *const groups[][2] = { { "projectOwners", "projectOwner" },
		{ "projectWriters", "projectEditor" },
		{ "projectReaders", "projectViewer" } };
	static const char *const members[][2] = { { "userByEmail", "user" },
		{ "groupByEmail", "group" }, { "domain", "domain" } };
	struct str special = gcp_emit_at(entry, "specialGroup"), text;

	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		if (str_eq(special, str_from(groups[i][0])))
			return arena_printf(
				&c->arena, "%s:%.*s", groups[i][1], STR_ARG(project));
	}
	if (special.n > 0)
		return special;
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		text = gcp_emit_at(entry, members[i][0]);
		if (text.n > 0)
			return arena_printf(
				&c->arena, "%s:%.*s", members[i][1], STR_ARG(text));
	}
	return gcp_emit_at(entry, "iamMember");
}

static int compile_access(struct compiler *c, const struct json_value *v, struct err *e)
{
	struct str project = gcp_emit_at(c->json.root, "project");
	struct str role = dataset_role(gcp_emit_at(v, "role")), written;
	struct gcp_condition condition;
	struct gcp_member m;
	struct str title;

	if (json_type(v) != JSON_OBJECT)
		return err_set(e, ERR_FORMAT, "expected an object, found %s",
			json_type_name(json_type(v)));
	written = dataset_member(c, v, project);
	/* views and routines of other datasets read it for whoever may ask them */
	if (written.n == 0 || role.n == 0)
		return 0;
	/* "userByEmail" has service accounts too */
	m = gcp_member_parse(written, &c->arena);
	if (json_get(v, "userByEmail"))
		m.text = gcp_member_of_email(gcp_emit_at(v, "userByEmail"), &c->arena);
	if (read_condition(c, v, &condition, &title, e) < 0)
		return e->code;
	if (m.state != GCP_MEMBER_KNOWN) {
		warn(c, "lets nobody in who is known", written);
		return 0;
	}
	for (uint32_t i = 0; i < condition.count; i++) {
		struct document_statement *s = add_statement(c, v, role, 0);

		set_role(c, role);
		document_add_principal(c->out, m.type, m.text);
		s->flags |= gcp_condition_add(c->out, &condition.alternatives[i]);
	}
	return 0;
}

static int compile_allow(struct compiler *c, struct err *e)
{
	const struct json_value *list;

	if (json_get(c->json.root, "access")) {
		if (json_want_array(&c->json, c->json.root, "access", &list, e) < 0)
			return e->code;
		return compile_list(c, list, "access", compile_access, e);
	}
	if (json_want_array(&c->json, c->json.root, "bindings", &list, e) < 0)
		return e->code;
	return compile_list(c, list, "binding", compile_binding, e);
}

/* --- deny policies --- */

static int read_permissions(struct compiler *c, const struct json_value *rule,
	const char *name, struct buf *set, struct err *e)
{
	const struct json_value *list, *v;
	struct json_iter it;
	struct str none;

	buf_clear(set);
	if (json_want_array(&c->json, rule, name, &list, e) < 0)
		return e->code;
	it = json_iterate(list);
	while (json_next(&it, &none, &v)) {
		if (json_type(v) != JSON_STRING)
			return err_set(e, ERR_FORMAT, "%s: expected a string, found %s",
				name, json_type_name(json_type(v)));
		if (!gcp_permission_add_v2(set, json_string(v)))
			warn(c, "no permission that is known", json_string(v));
	}
	gcp_permission_finish(set);
	return 0;
}

static int add_denied(struct compiler *c, const struct json_value *rule, const char *name,
	bool excepted, struct err *e)
{
	const struct json_value *list, *v;
	struct json_iter it;
	struct str none;

	if (json_want_array(&c->json, rule, name, &list, e) < 0)
		return e->code;
	it = json_iterate(list);
	while (json_next(&it, &none, &v)) {
		struct gcp_member m;

		if (json_type(v) != JSON_STRING)
			return err_set(e, ERR_FORMAT, "%s: expected a string, found %s",
				name, json_type_name(json_type(v)));
		m = gcp_member_parse(json_string(v), &c->arena);
		if (m.state != GCP_MEMBER_KNOWN) {
			warn(c, "no principal that is known", json_string(v));
			continue;
		}
		document_add_principal(c->out, m.type, m.text);
		if (excepted)
			document_except(c->out);
	}
	return 0;
}

/* A rule denies whoever it names, without the exceptions, what it names without them. */
static int compile_rule(struct compiler *c, const struct json_value *v, struct err *e)
{
	const struct json_value *rule, *condition;
	struct gcp_condition alternatives;
	struct str text = { 0 }, sid = { 0 };

	if (json_type(v) != JSON_OBJECT)
		return err_set(e, ERR_FORMAT, "expected an object, found %s",
			json_type_name(json_type(v)));
	if (json_want_string(&c->json, v, "description", &sid, e) < 0 ||
		json_want_object(&c->json, v, "denyRule", &rule, e) < 0)
		return e->code;
	if (!rule)
		return err_set(e, ERR_FORMAT, "has no denyRule");
	if (read_permissions(c, rule, "deniedPermissions", &c->set, e) < 0 ||
		read_permissions(c, rule, "exceptionPermissions", &c->gone, e) < 0 ||
		json_want_object(&c->json, rule, "denialCondition", &condition, e) < 0)
		return e->code;
	if (condition &&
		json_want_string(&c->json, condition, "expression", &text, e) < 0)
		return e->code;
	gcp_permission_subtract(&c->set, &c->gone);
	gcp_condition_read(&alternatives, text, &c->arena);
	if (alternatives.problem)
		warn(c, alternatives.problem, text);
	for (uint32_t i = 0; i < alternatives.count; i++) {
		struct document_statement *s = add_statement(c, v, sid, DOCUMENT_DENY);

		add_actions(c, s, &c->set);
		if (add_denied(c, rule, "deniedPrincipals", false, e) < 0 ||
			add_denied(c, rule, "exceptionPrincipals", true, e) < 0)
			return e->code;
		s->flags |= gcp_condition_add(c->out, &alternatives.alternatives[i]);
	}
	return 0;
}

static int compile_deny(struct compiler *c, struct err *e)
{
	const struct json_value *rules;

	if (json_want_array(&c->json, c->json.root, "rules", &rules, e) < 0)
		return e->code;
	return compile_list(c, rules, "rule", compile_rule, e);
}

/* --- roles --- */

static int compile_role(struct compiler *c, struct err *e)
{
	const struct json_value *list, *v;
	struct document_statement *s;
	struct json_iter it;
	struct str none;
	bool deleted = false;

	if (json_want_array(&c->json, c->json.root, "includedPermissions", &list, e) <
			0 ||
		json_want_bool(&c->json, c->json.root, "deleted", &deleted, e) < 0)
		return e->code;
	/* bindings of a deleted role stay and give nothing */
	if (deleted)
		return 0;
	it = json_iterate(list);
	while (json_next(&it, &none, &v)) {
		if (json_type(v) != JSON_STRING)
			return err_set(e, ERR_FORMAT,
				"includedPermissions: expected a string, found %s",
				json_type_name(json_type(v)));
		/* what the catalogue lacks is asked about by nobody */
		gcp_permission_add(&c->set, json_string(v));
	}
	gcp_permission_finish(&c->set);
	if (c->set.n == 0)
		return 0;
	s = add_statement(c, c->json.root, (struct str){ 0 }, DOCUMENT_ANY_RESOURCE);
	add_actions(c, s, &c->set);
	return 0;
}

/* --- boundaries --- */

/*
 * Which permissions a boundary is about depends on its enforcement version, and the list
 * of each version is the provider's. Those that we know for sure; of all others the
 * request decides whether the boundary blocks them.
 * https://cloud.google.com/iam/docs/pab-blocked-permissions
 */
static const struct {
	const char *pattern;
	int64_t version; /* the first that blocks them */
} enforced[] = {
	{ "accesscontextmanager.*", 2 },
	{ "bigquery.datasets.*", 2 },
	{ "bigquery.jobs.*", 2 },
	{ "bigquery.models.*", 2 },
	{ "bigquery.routines.*", 2 },
	{ "bigquery.rowAccessPolicies.*", 2 },
	{ "bigquery.tables.*", 2 },
};

/* "1", 2, "latest": the number, or 0 when there is none; "latest" is above all. */
static int64_t version_of(const struct json_value *details)
{
	const struct json_value *v = json_get(details, "enforcementVersion");
	int64_t n = 0;
	struct str s;

	if (!v)
		return 0;
	if (json_type(v) == JSON_NUMBER)
		return json_integer(v);
	if (json_type(v) != JSON_STRING)
		return 0;
	s = json_string(v);
	if (str_eq(s, STR_LIT("latest")))
		return INT64_MAX;
	for (size_t i = 0; i < s.n && i < 9 && s.p[i] >= '0' && s.p[i] <= '9'; i++)
		n = n * 10 + (s.p[i] - '0');
	return n;
}

/* The actions that are surely blocked (c->set), and all that are or may be (c->gone). */
static void split_actions(struct compiler *c, int64_t version)
{
	struct buf known = { 0 };

	buf_clear(&c->set);
	buf_clear(&c->gone);
	for (size_t i = 0; i < sizeof(enforced) / sizeof(enforced[0]); i++) {
		gcp_permission_add_pattern(&known, str_from(enforced[i].pattern));
		if (version >= enforced[i].version)
			gcp_permission_add_pattern(
				&c->set, str_from(enforced[i].pattern));
	}
	gcp_permission_finish(&known);
	gcp_permission_finish(&c->set);
	gcp_permission_add_all(&c->gone);
	gcp_permission_finish(&c->gone);
	gcp_permission_subtract(&c->gone, &known);
	buf_add_str(&c->gone, buf_str(&c->set));
	gcp_permission_finish(&c->gone);
	buf_release(&known);
}

static int add_places(struct compiler *c, const struct json_value *rules, struct err *e)
{
	struct json_iter it = json_iterate(rules), resources;
	const struct json_value *rule, *list, *v;
	struct str none;

	while (json_next(&it, &none, &rule)) {
		if (json_type(rule) != JSON_OBJECT)
			return err_set(e, ERR_FORMAT, "rules: expected an object");
		if (json_want_array(&c->json, rule, "resources", &list, e) < 0)
			return e->code;
		resources = json_iterate(list);
		while (json_next(&resources, &none, &v)) {
			if (json_type(v) != JSON_STRING)
				return err_set(
					e, ERR_FORMAT, "resources: expected a string");
			document_add_pattern(c->out, json_string(v), false);
		}
	}
	return 0;
}

/* What a boundary leaves: blocks as of a role, but that their resources are places. */
static int compile_leaves(struct compiler *c, struct err *e)
{
	const struct json_value *details, *rules;
	struct gcp_condition maybe;
	struct document_statement *s;

	if (json_want_object(&c->json, c->json.root, "details", &details, e) < 0 ||
		json_want_array(&c->json, details, "rules", &rules, e) < 0)
		return e->code;
	gcp_condition_read(
		&maybe, STR_LIT("boundary_does_not_block_the_permission()"), &c->arena);
	split_actions(c, version_of(details));
	s = add_statement(c, c->json.root, (struct str){ 0 }, 0);
	add_actions(c, s, &c->gone);
	if (add_places(c, rules, e) < 0)
		return e->code;
	/* outside, what may not be blocked is left to the request */
	s = add_statement(c, c->json.root, (struct str){ 0 }, 0);
	add_actions(c, s, &c->set);
	if (add_places(c, rules, e) < 0)
		return e->code;
	s->flags |= gcp_condition_add_tests(c->out, &maybe.alternatives[0]);
	return 0;
}

/* The set that a binding is for: a container, a pool, a domain. */
static int add_bound(struct compiler *c, struct err *e)
{
	struct str set = gcp_emit_at(c->json.root, "target.principalSet");
	struct gcp_member m;

	if (set.n == 0)
		return err_set(e, ERR_FORMAT, "target.principalSet is missing");
	if (str_starts(set, STR_LIT("principalSet:")))
		set = str_skip(set, STR_LIT("principalSet:").n);
	if (str_starts(set, STR_LIT("//")))
		set = arena_printf(&c->arena, "principalSet:%.*s", STR_ARG(set));
	m = gcp_member_parse(set, &c->arena);
	if (m.state == GCP_MEMBER_KNOWN)
		document_add_principal(c->out, m.type, m.text);
	else
		warn(c, "no principal set that is known", set);
	return 0;
}

static int compile_bound(struct compiler *c, struct err *e)
{
	struct str policy = gcp_emit_at(c->json.root, "policy");
	struct str text = gcp_emit_at(c->json.root, "condition.expression");
	struct gcp_condition when;

	if (policy.n == 0)
		return err_set(e, ERR_FORMAT, "names no policy");
	gcp_condition_read(&when, text, &c->arena);
	if (when.problem)
		warn(c, when.problem, text);
	for (uint32_t i = 0; i < when.count; i++) {
		struct document_statement *s = add_statement(
			c, c->json.root, gcp_emit_at(c->json.root, "name"), 0);

		document_set_role(c->out, gcp_resource_role_key(policy, &c->arena));
		if (add_bound(c, e) < 0)
			return e->code;
		s->flags |= gcp_condition_add_tests(c->out, &when.alternatives[i]);
	}
	return 0;
}

/* --- access scopes --- */

static int compile_scopes(struct compiler *c, struct err *e)
{
	const struct json_value *list, *v;
	struct document_statement *s;
	struct gcp_condition open;
	struct json_iter it;
	struct str none;

	if (json_want_array(&c->json, c->json.root, "scopes", &list, e) < 0)
		return e->code;
	it = json_iterate(list);
	for (; json_next(&it, &none, &v); c->index++) {
		bool known;

		if (json_type(v) != JSON_STRING)
			return err_set(e, ERR_FORMAT,
				"scopes: expected a string, found %s",
				json_type_name(json_type(v)));
		buf_clear(&c->set);
		known = gcp_scope_permissions(&c->set, json_string(v));
		gcp_permission_finish(&c->set);
		if (known && c->set.n == 0)
			continue;
		s = add_statement(c, v, json_string(v), 0);
		if (!known) {
			warn(c, "no access scope that is known", json_string(v));
			gcp_permission_add_all(&c->set);
		}
		add_actions(c, s, &c->set);
		gcp_condition_read(&open,
			known ? STR_LIT("true")
			      : arena_printf(&c->arena, "scope_covers(\"%.*s\")",
					STR_ARG(json_string(v))),
			&c->arena);
		s->flags |= gcp_condition_add(c->out, &open.alternatives[0]);
	}
	return 0;
}

static int compile_exchange(struct compiler *c, struct err *e)
{
	const char *problem = NULL;

	if (gcp_exchange_compile(c->out, &c->json, &c->arena, &problem, e) < 0)
		return e->code;
	if (problem)
		warn(c, problem, gcp_emit_at(c->json.root, "attributeCondition"));
	return 0;
}

/* The problem is shown to people: what could steer their terminal is blanked. */
static void refuse(struct document_builder *out, struct err *e)
{
	for (char *p = e->text; *p; p++) {
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = '?';
	}
	document_set_invalid(out, str_from(e->text));
}

static int compile(struct compiler *c, enum record_layer layer, struct err *e)
{
	if (json_type(c->json.root) != JSON_OBJECT)
		return err_set(e, ERR_FORMAT, "expected an object, found %s",
			json_type_name(json_type(c->json.root)));
	switch (layer) {
	case LAYER_RESOURCE:
	case LAYER_ACL:
		return compile_allow(c, e);
	case LAYER_DENY:
		return compile_deny(c, e);
	case LAYER_ROLE:
		return json_get(c->json.root, "details") ? compile_leaves(c, e)
							 : compile_role(c, e);
	case LAYER_PLACE:
		return compile_bound(c, e);
	case LAYER_SESSION:
		return json_get(c->json.root, "attributeCondition")
			       ? compile_exchange(c, e)
			       : compile_scopes(c, e);
	default:
		return err_set(e, ERR_FORMAT, "there are no policies of layer '%.*s'",
			STR_ARG(record_layer_name(layer)));
	}
}

void gcp_policy_compile(struct document_builder *out, struct str text,
	enum record_layer layer, const struct policy_listener *listener)
{
	struct compiler c = { .out = out, .listener = listener };
	struct err e = { 0 };
	int rc;

	arena_init(&c.arena, ARENA_UNLIMITED);
	if (text.n > LIMIT_ROLE_BYTES)
		rc = err_set(&e, ERR_LIMIT,
			"%zu bytes are more than LIMIT_ROLE_BYTES (%u)", text.n,
			LIMIT_ROLE_BYTES);
	else
		rc = json_parse(&c.json, text, (struct json_origin){ 0 }, &e);
	if (rc == 0)
		rc = compile(&c, layer, &e);
	if (rc < 0)
		refuse(out, &e);
	json_release(&c.json);
	buf_release(&c.set);
	buf_release(&c.gone);
	arena_release(&c.arena);
}
