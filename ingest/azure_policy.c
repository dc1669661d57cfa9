#include "ingest/azure_policy.h"

#include "base/limits.h"
#include "ingest/azure_graph.h"
#include "ingest/azure_id.h"
#include "ingest/azure_policy_priv.h"

const struct json_value *azure_policy_member(const struct json_value *v, const char *name)
{
	const struct json_value *below = json_get(json_get(v, "properties"), name);

	return below ? below : json_get(v, name);
}

struct str azure_policy_string(const struct json_value *v, const char *name)
{
	const struct json_value *m = azure_policy_member(v, name);

	return m && json_type(m) == JSON_STRING ? json_string(m) : (struct str){ 0 };
}

struct document_statement *azure_policy_statement(
	struct azure_compiler *c, const struct json_value *from, uint32_t flags)
{
	struct document_statement *s = document_add_statement(c->out);
	struct str text = json_text(&c->json, from);

	s->flags |= flags | DOCUMENT_ANY_RESOURCE;
	s->service = DOCUMENT_ANY_SERVICE;
	s->source_index =
		(uint32_t)(VEC_COUNT(&c->out->statements, struct document_statement) - 1);
	s->span_begin = (uint32_t)(text.p - c->json.text.p);
	s->span_end = s->span_begin + (uint32_t)text.n;
	return s;
}

void azure_policy_intervals(struct azure_compiler *c, const struct buf *set)
{
	const struct document_interval *v = VEC_DATA(set, const struct document_interval);

	for (size_t i = 0; i < VEC_COUNT(set, struct document_interval); i++)
		document_add_interval(c->out, v[i].begin, v[i].end);
}

enum azure_principal azure_policy_principal_type(struct str type)
{
	if (str_eq_fold(type, STR_LIT("Group")) ||
		str_eq_fold(type, STR_LIT("ForeignGroup")))
		return AZURE_PRINCIPAL_GROUP;
	return type.n > 0 ? AZURE_PRINCIPAL_ONE : AZURE_PRINCIPAL_EITHER;
}

static void add_principal(struct azure_compiler *c, enum document_principal_type type,
	struct str key, bool excepted)
{
	document_add_principal(c->out, type, key);
	if (excepted)
		document_except(c->out);
}

void azure_policy_principal(struct azure_compiler *c, struct str object,
	enum azure_principal type, bool excepted)
{
	struct str key = azure_id_object(&c->arena, c->tenant, object);

	if (type != AZURE_PRINCIPAL_GROUP)
		add_principal(c, DOCUMENT_KEY, key, excepted);
	if (type != AZURE_PRINCIPAL_ONE)
		add_principal(c, DOCUMENT_GROUP, key, excepted);
}

/* --- conditions --- */

/* One statement: what it is of, its principals, role and actions. */
struct grant {
	const struct json_value *from;
	uint32_t flags;
	struct str sid;
	struct str principal; /* object id; empty: a block of a role, which names none */
	enum azure_principal principal_type;
	struct str role;       /* key, or empty */
	const struct buf *set; /* finished; NULL: all that the role has */
};

static void add_statement(struct azure_compiler *c, const struct grant *g)
{
	struct document_text sid = document_add_text(c->out, g->sid);

	azure_policy_statement(c, g->from, g->flags)->sid = sid;
	if (g->role.n > 0)
		document_set_role(c->out, g->role);
	if (g->set)
		azure_policy_intervals(c, g->set);
	if (g->principal.n > 0)
		azure_policy_principal(c, g->principal, g->principal_type, false);
}

void azure_policy_note_reads(struct azure_compiler *c)
{
	struct document_statement *s = &VEC_DATA(&c->out->statements,
		struct document_statement)[VEC_COUNT(&c->out->statements,
						   struct document_statement) -
					   1];
	const struct document_condition *v =
		VEC_DATA(&c->out->conditions, const struct document_condition);

	for (uint32_t i = 0; i < s->condition_count; i++) {
		uint8_t flags = v[s->condition_first + i].flags;

		if (flags & DOCUMENT_CONDITION_READS_PRINCIPAL)
			s->flags |= DOCUMENT_STATEMENT_READS_PRINCIPAL;
		if (flags & DOCUMENT_CONDITION_READS_RESOURCE)
			s->flags |= DOCUMENT_STATEMENT_READS_RESOURCE;
	}
}

/* The actions of the cell: they match the patterns of the set bits and no other. */
static void cell_set(struct buf *out, const struct str *patterns, uint32_t count,
	uint32_t bits, const struct buf *within)
{
	buf_clear(out);
	if (within) {
		buf_add(out, within->p, within->n);
	} else {
		azure_action_all(out, AZURE_ACTION_CONTROL);
		azure_action_all(out, AZURE_ACTION_DATA);
		azure_action_finish(out);
	}
	for (uint32_t i = 0; i < count; i++) {
		struct buf one = { 0 };

		azure_action_add(&one, AZURE_ACTION_CONTROL, patterns[i]);
		azure_action_add(&one, AZURE_ACTION_DATA, patterns[i]);
		azure_action_finish(&one);
		if (bits >> i & 1u)
			azure_action_intersect(out, &one);
		else
			azure_action_subtract(out, &one);
		buf_release(&one);
	}
}

static int add_cell(struct azure_compiler *c, const struct grant *g,
	const struct azure_condition *condition, uint32_t bits, struct err *e)
{
	enum azure_condition_truth truth = azure_condition_cell(condition, bits);

	if (truth == AZURE_CONDITION_FALSE || (g->set && g->set->n == 0))
		return 0;
	add_statement(c, g);
	if (truth == AZURE_CONDITION_OPEN &&
		azure_condition_add(condition, bits, c->out, e) < 0)
		return e->code;
	azure_policy_note_reads(c);
	return 0;
}

/* A grant under a condition: a statement per cell of the actions that it asks for. */
static int add_grant(
	struct azure_compiler *c, const struct grant *g, struct str text, struct err *e)
{
	struct azure_condition *condition;
	const struct str *patterns;
	struct buf set = { 0 };
	uint32_t count;
	int rc = 0;

	if (text.n == 0) {
		add_statement(c, g);
		return 0;
	}
	if (azure_condition_parse(&condition, text, &c->arena, e) < 0)
		return e->code;
	count = azure_condition_actions(condition, &patterns);
	if (count == 0)
		return add_cell(c, g, condition, 0, e);
	for (uint32_t bits = 0; bits < 1u << count && rc == 0; bits++) {
		struct grant cell = *g;

		cell_set(&set, patterns, count, bits, g->set);
		cell.set = &set;
		rc = add_cell(c, &cell, condition, bits, e);
	}
	buf_release(&set);
	return rc;
}

/* --- role definitions --- */

static int add_patterns(struct buf *set, enum azure_action_plane plane,
	const struct json_value *list, struct err *e)
{
	struct json_iter it = json_iterate(list);
	const struct json_value *one;
	struct str none;

	while (json_next(&it, &none, &one)) {
		if (json_type(one) != JSON_STRING)
			return err_set(e, ERR_FORMAT,
				"expected the name of an operation, found %s",
				json_type_name(json_type(one)));
		/* of one that the catalogue lacks the text alone is kept */
		azure_action_add(set, plane, json_string(one));
	}
	azure_action_finish(set);
	return 0;
}

int azure_policy_allowed(struct buf *set, enum azure_action_plane plane,
	const struct json_value *allowed, const struct json_value *excluded,
	struct err *e)
{
	struct buf plus = { 0 }, minus = { 0 };
	int rc = add_patterns(&plus, plane, allowed, e);

	if (rc == 0)
		rc = add_patterns(&minus, plane, excluded, e);
	if (rc == 0) {
		azure_action_subtract(&plus, &minus);
		buf_add(set, plus.p, plus.n);
		azure_action_finish(set);
	}
	buf_release(&plus);
	buf_release(&minus);
	return rc;
}

static int block_set(struct buf *set, const struct json_value *block, struct err *e)
{
	if (azure_policy_allowed(set, AZURE_ACTION_CONTROL, json_get(block, "actions"),
		    json_get(block, "notActions"), e) < 0)
		return e->code;
	return azure_policy_allowed(set, AZURE_ACTION_DATA,
		json_get(block, "dataActions"), json_get(block, "notDataActions"), e);
}

static int compile_blocks(
	struct azure_compiler *c, const struct json_value *blocks, struct err *e)
{
	struct json_iter it = json_iterate(blocks);
	const struct json_value *block;
	struct str none;
	int rc = 0;

	for (uint32_t i = 0; rc == 0 && json_next(&it, &none, &block); i++) {
		struct buf set = { 0 };
		struct grant g = { .from = block, .set = &set };

		rc = block_set(&set, block, e);
		if (rc == 0)
			rc = add_grant(c, &g, azure_policy_string(block, "condition"), e);
		buf_release(&set);
		if (rc < 0)
			err_wrap(e, "permissions %u", i);
	}
	return rc;
}

static int compile_role(struct azure_compiler *c, struct err *e)
{
	const struct json_value *blocks =
		azure_policy_member(c->json.root, "permissions");
	const struct json_value *directory = json_get(c->json.root, "rolePermissions");

	if (blocks && json_type(blocks) == JSON_ARRAY)
		return compile_blocks(c, blocks, e);
	if (directory && json_type(directory) == JSON_ARRAY)
		return azure_policy_directory(c, directory, e);
	return err_set(
		e, ERR_FORMAT, "expected a list 'permissions' or 'rolePermissions'");
}

/* --- assignments --- */

static int compile_assignment(struct azure_compiler *c, const struct json_value *v,
	uint32_t flags, struct err *e)
{
	struct str name = azure_policy_string(v, "name");
	struct grant g = { .from = v,
		.flags = flags,
		.sid = name,
		.principal = azure_policy_string(v, "principalId"),
		.principal_type = azure_policy_principal_type(
			azure_policy_string(v, "principalType")),
		.role = azure_id_role(
			&c->arena, azure_policy_string(v, "roleDefinitionId")) };

	return add_grant(c, &g, azure_policy_string(v, "condition"), e);
}

static int compile_active(
	struct azure_compiler *c, const struct json_value *v, struct err *e)
{
	return compile_assignment(c, v, 0, e);
}

static int compile_eligible(
	struct azure_compiler *c, const struct json_value *v, struct err *e)
{
	return compile_assignment(c, v, DOCUMENT_ELIGIBLE, e);
}

static void directory_grant(
	struct azure_compiler *c, const struct json_value *v, uint32_t flags)
{
	struct grant g = { .from = v,
		.flags = flags,
		.sid = azure_policy_string(v, "id"),
		.principal = azure_policy_string(v, "principalId"),
		.role = azure_id_object(&c->arena, c->tenant,
			azure_policy_string(v, "roleDefinitionId")) };

	add_statement(c, &g);
}

static int compile_directory(
	struct azure_compiler *c, const struct json_value *v, struct err *e)
{
	(void)e;
	directory_grant(c, v, 0);
	return 0;
}

static int compile_directory_eligible(
	struct azure_compiler *c, const struct json_value *v, struct err *e)
{
	(void)e;
	directory_grant(c, v, DOCUMENT_ELIGIBLE);
	return 0;
}

static int delegated(struct azure_compiler *c, const struct json_value *list,
	uint32_t flags, struct err *e)
{
	struct json_iter it = json_iterate(list);
	const struct json_value *one;
	struct str none;

	while (json_next(&it, &none, &one)) {
		if (compile_assignment(c, one, flags, e) < 0)
			return e->code;
	}
	return 0;
}

static int compile_delegation(
	struct azure_compiler *c, const struct json_value *v, struct err *e)
{
	if (delegated(c, azure_policy_member(v, "authorizations"), 0, e) < 0)
		return e->code;
	return delegated(c, azure_policy_member(v, "eligibleAuthorizations"),
		DOCUMENT_ELIGIBLE, e);
}

/* --- denials --- */

static const struct str all_principals = { "00000000-0000-0000-0000-000000000000", 36 };

static void deny_principals(
	struct azure_compiler *c, const struct json_value *list, bool excepted)
{
	struct json_iter it = json_iterate(list);
	const struct json_value *one;
	struct str none;

	while (json_next(&it, &none, &one)) {
		struct str id = azure_policy_string(one, "id");

		if (str_eq(id, all_principals))
			document_add_principal(c->out, DOCUMENT_ANYONE, STR_LIT("*"));
		else
			azure_policy_principal(c, id,
				azure_policy_principal_type(
					azure_policy_string(one, "type")),
				excepted);
	}
}

static bool is_true(const struct json_value *v)
{
	return v && json_type(v) == JSON_BOOL && json_bool(v);
}

static int compile_deny(
	struct azure_compiler *c, const struct json_value *v, struct err *e)
{
	struct json_iter it = json_iterate(azure_policy_member(v, "permissions"));
	uint32_t flags = DOCUMENT_DENY;
	const struct json_value *block;
	struct str none;
	int rc = 0;

	if (is_true(azure_policy_member(v, "doNotApplyToChildScopes")))
		flags |= DOCUMENT_HOLDER_ONLY;
	while (rc == 0 && json_next(&it, &none, &block)) {
		struct buf set = { 0 };
		struct grant g = { .from = block, .flags = flags, .set = &set };

		rc = block_set(&set, block, e);
		g.sid = azure_policy_string(v, "denyAssignmentName");
		if (rc == 0 && azure_policy_string(block, "condition").n > 0)
			rc = err_set(e, ERR_FORMAT,
				"a condition in a deny assignment is not read");
		if (rc == 0) {
			add_statement(c, &g);
			deny_principals(c, azure_policy_member(v, "principals"), false);
			deny_principals(
				c, azure_policy_member(v, "excludePrincipals"), true);
		}
		buf_release(&set);
	}
	return rc;
}

static int compile_vault(
	struct azure_compiler *c, const struct json_value *v, struct err *e)
{
	(void)e;
	azure_policy_vault(c, v);
	return 0;
}

static int compile_only_vault(
	struct azure_compiler *c, const struct json_value *v, struct err *e)
{
	(void)e;
	azure_policy_vault_only(c, v);
	return 0;
}

/* --- a text --- */

static const struct {
	const char *member;
	int (*compile)(
		struct azure_compiler *c, const struct json_value *v, struct err *e);
} members[] = {
	{ "roleAssignment", compile_active },
	{ "eligibleAssignment", compile_eligible },
	{ "denyAssignment", compile_deny },
	{ "delegation", compile_delegation },
	{ "directoryAssignment", compile_directory },
	{ "eligibleDirectoryAssignment", compile_directory_eligible },
	{ "accessPolicies", compile_vault },
	{ "accessPolicy", compile_vault },
	{ "onlyAccessPolicies", compile_only_vault },
};

static int compile_text(struct azure_compiler *c, struct err *e)
{
	if (json_type(c->json.root) != JSON_OBJECT)
		return err_set(e, ERR_FORMAT, "expected an object, found %s",
			json_type_name(json_type(c->json.root)));
	if (c->layer == LAYER_ROLE)
		return compile_role(c, e);
	c->tenant = azure_policy_string(c->json.root, "tenantId");
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		const struct json_value *v = json_get(c->json.root, members[i].member);

		if (v)
			return members[i].compile(c, v, e);
	}
	if (azure_policy_rights(c))
		return 0;
	return err_set(e, ERR_FORMAT, "expected a member such as 'roleAssignment'");
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

void azure_policy_compile(struct document_builder *out, struct str text,
	enum record_layer layer, const struct policy_listener *listener)
{
	struct azure_compiler c = { .out = out, .listener = listener, .layer = layer };
	struct err e = { 0 };
	int rc;

	arena_init(&c.arena, ARENA_UNLIMITED);
	if (text.n > LIMIT_POLICY_BYTES)
		rc = err_set(&e, ERR_LIMIT,
			"%zu bytes are more than LIMIT_POLICY_BYTES (%u)", text.n,
			LIMIT_POLICY_BYTES);
	else
		rc = json_parse(&c.json, text, (struct json_origin){ 0 }, &e);
	if (rc == 0)
		rc = compile_text(&c, &e);
	if (rc < 0)
		refuse(out, &e);
	json_release(&c.json);
	arena_release(&c.arena);
}
