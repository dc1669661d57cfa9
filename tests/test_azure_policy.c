/* ingest/azure_policy: each text means these statements. Traps have their own rows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "catalog/catalog.h"
#include "ingest/azure_policy.h"

#define T         "3f1c8a52-7d40-4be9-9a61-0c2e5b7d4f10"
#define U         "11111111-2222-4333-8444-555555555555"
#define V         "66666666-2222-4333-8444-555555555555"
#define OWNER     "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
#define READER    "acdd72a7-3385-48ef-bd42-f606fba81ae7"
#define BLOB_READ "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"
#define ASSIGN    "Microsoft.Authorization/roleAssignments/write"
#define ROLES     "/providers/microsoft.authorization/roledefinitions/"

/*
 * Statements: D deny, E eligible, H holder only; role; principals K key, G group, *; '!'
 * excepted; conditions with their joins.
 */
struct row {
	const char *what;
	enum record_layer layer;
	const char *text; /* with ' for " */
	const char *statements;
	const char *in, *out; /* actions that some statement has, and that none has */
};

/* clang-format off */
static const struct row rows[] = {
	{ "one block", LAYER_ROLE,
		"{'permissions':[{'actions':['Microsoft.KeyVault/vaults/read'],'notActions':[]}]}",
		"[]", "Microsoft.KeyVault/vaults/read", "Microsoft.KeyVault/vaults/write" },
	{ "REST has it below properties", LAYER_ROLE,
		"{'properties':{'roleName':'x','permissions':[{'actions':['microsoft.keyvault/VAULTS/read']}]}}",
		"[]", "Microsoft.KeyVault/vaults/read", "Microsoft.KeyVault/vaults/write" },
	{ "a star spans slashes and stands in the middle", LAYER_ROLE,
		"{'permissions':[{'actions':['Microsoft.Authorization/*/read','*/listkeys/action']}]}",
		"[]", "Microsoft.Authorization/roleAssignments/read Microsoft.Storage/storageAccounts/listkeys/action",
		"Microsoft.Authorization/roleAssignments/write Microsoft.Storage/storageAccounts/read" },
	{ "trap: notActions subtract within their block alone", LAYER_ROLE,
		"{'permissions':[{'actions':['Microsoft.Compute/*'],'notActions':['Microsoft.Compute/virtualMachines/delete','Microsoft.Storage/*']},"
		"{'actions':['Microsoft.Storage/*'],'notActions':['Microsoft.Compute/*']}]}",
		"[]; []", "Microsoft.Compute/virtualMachines/write Microsoft.Storage/storageAccounts/write",
		"Microsoft.Compute/virtualMachines/delete" },
	{ "trap: a block gives back what another takes away", LAYER_ROLE,
		"{'permissions':[{'actions':['*'],'notActions':['Microsoft.Compute/virtualMachines/delete']},"
		"{'actions':['Microsoft.Compute/virtualMachines/delete']}]}",
		"[]; []", "Microsoft.Compute/virtualMachines/delete", "" },
	{ "trap: actions never give data actions", LAYER_ROLE,
		"{'permissions':[{'actions':['*'],'dataActions':[]}]}",
		"[]", "Microsoft.Storage/storageAccounts/listkeys/action", BLOB_READ },
	{ "trap: and data actions give no actions", LAYER_ROLE,
		"{'permissions':[{'actions':[],'dataActions':['*'],'notDataActions':['Microsoft.KeyVault/*']}]}",
		"[]", BLOB_READ, "Microsoft.Storage/storageAccounts/read Microsoft.KeyVault/vaults/secrets/getSecret/action" },
	{ "trap: an operation with a star in its name", LAYER_ROLE,
		"{'permissions':[{'actions':['Microsoft.ManagedIdentity/userAssignedIdentities/*/assign/action']}]}",
		"[]", "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action",
		"Microsoft.ManagedIdentity/userAssignedIdentities/write" },
	{ "trap: a block under a condition of its own", LAYER_ROLE,
		"{'permissions':[{'actions':['" ASSIGN "','Microsoft.KeyVault/vaults/read'],"
		"'condition':'((!(ActionMatches{~" ASSIGN "~})) OR (@Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {" READER "}))'}]}",
		"[]; [] @Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals " READER,
		ASSIGN " Microsoft.KeyVault/vaults/read", "Microsoft.KeyVault/vaults/write" },
	{ "operations that nobody knows are kept as text", LAYER_ROLE,
		"{'permissions':[{'actions':['Contoso.Things/widgets/read']}]}", "[]", "", "Microsoft.KeyVault/vaults/read" },
	{ "a role without blocks gives nothing", LAYER_ROLE, "{'permissions':[]}", "", "", "Microsoft.KeyVault/vaults/read" },
	{ "no role at all", LAYER_ROLE, "{'x':1}", "invalid: expected a list 'permissions' or 'rolePermissions'", "", "" },
	{ "a role of the directory", LAYER_ROLE,
		"{'rolePermissions':[{'allowedResourceActions':['microsoft.directory/applications/allProperties/allTasks','microsoft.directory/groups/allProperties/update'],'condition':null}]}",
		"[]", "microsoft.directory/applications/credentials/update microsoft.directory/groups/members/update",
		"microsoft.directory/groups/delete microsoft.directory/users/password/update Microsoft.KeyVault/vaults/read" },
	{ "a role of the directory over what is one's own", LAYER_ROLE,
		"{'rolePermissions':[{'allowedResourceActions':['microsoft.directory/groups/delete'],'condition':'$SubjectIsOwner'}]}",
		"[] directory condition is $SubjectIsOwner", "microsoft.directory/groups/delete", "" },

	{ "an assignment", LAYER_RESOURCE,
		"{'tenantId':'" T "','roleAssignment':{'name':'n','principalId':'" U "','principalType':'User','roleDefinitionId':'/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/" OWNER "','condition':null}}",
		"[" ROLES OWNER "] K:azure:" T "/" U, "", "" },
	{ "of a group, in capitals", LAYER_RESOURCE,
		"{'tenantId':'" T "','roleAssignment':{'properties':{'principalId':'" U "','principalType':'Group','roleDefinitionId':'/providers/Microsoft.Authorization/roleDefinitions/8E3AF657-A8FF-443C-A75C-2FE8C4BCB635'}}}",
		"[" ROLES OWNER "] G:azure:" T "/" U, "", "" },
	{ "of who knows what: both", LAYER_RESOURCE,
		"{'tenantId':'" T "','roleAssignment':{'principalId':'" U "','roleDefinitionId':'" OWNER "'}}",
		"[" ROLES OWNER "] K:azure:" T "/" U " G:azure:" T "/" U, "", "" },
	{ "eligible", LAYER_RESOURCE,
		"{'tenantId':'" T "','eligibleAssignment':{'principalId':'" U "','principalType':'User','roleDefinitionId':'" OWNER "'}}",
		"E[" ROLES OWNER "] K:azure:" T "/" U, "", "" },
	{ "a condition without actions", LAYER_RESOURCE,
		"{'tenantId':'" T "','roleAssignment':{'principalId':'" U "','principalType':'User','roleDefinitionId':'" OWNER "',"
		"'condition':'(@Resource[a:b] StringEquals ~x~ AND @Request[c] StringLike ~y*~) OR NOT @Principal[d] StringNotEquals ~z~'}}",
		"[" ROLES OWNER "] K:azure:" T "/" U " @Resource[a:b] StringEquals x @Request[c] StringLike y* & @Principal[d] StringNotEquals z ! |", "", "" },
	{ "trap: a delegate with conditions, cell by cell", LAYER_RESOURCE,
		"{'tenantId':'" T "','roleAssignment':{'principalId':'" U "','principalType':'User','roleDefinitionId':'" OWNER "',"
		"'condition':'((!(ActionMatches{~" ASSIGN "~})) OR (@Request[r] ForAnyOfAllValues:GuidNotEquals {" OWNER "," READER "}))'}}",
		"[" ROLES OWNER "] K:azure:" T "/" U "; [" ROLES OWNER "] K:azure:" T "/" U " @Request[r] ForAnyOfAllValues:GuidNotEquals " OWNER "," READER, "", "" },
	{ "a condition that nothing can meet", LAYER_RESOURCE,
		"{'tenantId':'" T "','roleAssignment':{'principalId':'" U "','principalType':'User','roleDefinitionId':'" OWNER "',"
		"'condition':'ActionMatches{~" ASSIGN "~} AND !ActionMatches{~" ASSIGN "~}'}}", "", "", "" },
	{ "an operator that documents cannot say", LAYER_RESOURCE,
		"{'tenantId':'" T "','roleAssignment':{'principalId':'" U "','principalType':'User','roleDefinitionId':'" OWNER "','condition':'@Resource[a] StringStartsWith ~x*~'}}",
		"[" ROLES OWNER "] K:azure:" T "/" U " @Resource[a] StringStartsWith? x**", "", "" },
	{ "a condition that is none", LAYER_RESOURCE,
		"{'tenantId':'" T "','roleAssignment':{'principalId':'" U "','roleDefinitionId':'" OWNER "','condition':'(@Resource[a] StringEquals ~x~'}}",
		"invalid: condition, byte 30: expected ')', found ''", "", "" },

	{ "a deny assignment for all but one", LAYER_DENY,
		"{'tenantId':'" T "','denyAssignment':{'properties':{'denyAssignmentName':'d','doNotApplyToChildScopes':true,"
		"'permissions':[{'actions':['*/delete'],'notActions':['Microsoft.Storage/storageAccounts/delete']}],"
		"'principals':[{'id':'00000000-0000-0000-0000-000000000000','type':'SystemDefined'}],'excludePrincipals':[{'id':'" U "','type':'User'},{'id':'" V "','type':'Group'}]}}}",
		"DH[] * !K:azure:" T "/" U " !G:azure:" T "/" V, "Microsoft.Compute/virtualMachines/delete",
		"Microsoft.Storage/storageAccounts/delete Microsoft.Compute/virtualMachines/write" },
	{ "a delegation to another tenant", LAYER_RESOURCE,
		"{'tenantId':'" T "','delegation':{'properties':{'authorizations':[{'principalId':'" U "','roleDefinitionId':'" READER "'}],'eligibleAuthorizations':[{'principalId':'" V "','roleDefinitionId':'" READER "'}]}}}",
		"[" ROLES READER "] K:azure:" T "/" U " G:azure:" T "/" U "; E[" ROLES READER "] K:azure:" T "/" V " G:azure:" T "/" V, "", "" },
	{ "a directory role", LAYER_RESOURCE,
		"{'tenantId':'" T "','directoryAssignment':{'id':'i','principalId':'" U "','roleDefinitionId':'" V "','directoryScopeId':'/'}}",
		"[azure:" T "/" V "] K:azure:" T "/" U " G:azure:" T "/" U, "", "" },
	{ "an access policy", LAYER_RESOURCE,
		"{'tenantId':'" T "','accessPolicies':[{'objectId':'" U "','permissions':{'secrets':['Get','list'],'keys':['all']}}]}",
		"[] K:azure:" T "/" U " G:azure:" T "/" U,
		"Microsoft.KeyVault/vaults/secrets/getSecret/action Microsoft.KeyVault/vaults/keys/sign/action",
		"Microsoft.KeyVault/vaults/secrets/setSecret/action Microsoft.KeyVault/vaults/write" },
	{ "an access policy through one application", LAYER_RESOURCE,
		"{'tenantId':'" T "','accessPolicy':{'objectId':'" U "','applicationId':'" V "','permissions':{'certificates':['get']}}}",
		"[] K:azure:" T "/" U " G:azure:" T "/" U " application StringEquals " V,
		"Microsoft.KeyVault/vaults/certificates/read", "Microsoft.KeyVault/vaults/secrets/getSecret/action" },
	{ "an owner of a group", LAYER_RESOURCE,
		"{'tenantId':'" T "','groupOwner':{'id':'" U "'}}", "[] K:azure:" T "/" U,
		"microsoft.directory/groups/members/update", "microsoft.directory/applications/credentials/update" },
	{ "a Graph permission", LAYER_RESOURCE,
		"{'tenantId':'" T "','appRoleAssignment':{'appRoleId':'9E3F62CF-ca93-4989-b6ce-bf83c28f9fe8','principalId':'" U "','resourceId':'" V "'}}",
		"[] K:azure:" T "/" U, "microsoft.directory/roleAssignments/allProperties/allTasks", "microsoft.directory/users/password/update" },
	{ "a permission of another service", LAYER_RESOURCE,
		"{'tenantId':'" T "','appRoleAssignment':{'appRoleId':'" V "','principalId':'" U "','resourceId':'" V "'}}", "", "", "microsoft.directory/users/standard/read" },
	{ "what nobody knows", LAYER_RESOURCE, "{'tenantId':'" T "','widget':{}}", "invalid: expected a member such as 'roleAssignment'", "", "" },
	{ "no object", LAYER_RESOURCE, "[]", "invalid: expected an object, found an array", "", "" },
};
/* clang-format on */

/* The text with quotes that C strings make hard to read: ' for ", ~ for '. */
static struct str requote(struct buf *out, const char *text)
{
	buf_clear(out);
	for (; *text; text++)
		buf_add_char(out, *text == '\'' ? '"' : *text == '~' ? '\'' : *text);
	return buf_str(out);
}

static void add_joins(struct buf *out, uint32_t joins)
{
	for (; joins != 0; joins >>= 2)
		buf_printf(out, " %c", "?&|!"[joins & 3u]);
}

static void add_conditions(
	struct buf *out, const struct document *d, const struct document_statement *s)
{
	for (uint32_t i = 0; i < s->condition_count; i++) {
		const struct document_condition *c =
			&d->conditions[s->condition_first + i];

		buf_printf(out, " %.*s %.*s%s ", STR_ARG(document_str(d, c->key)),
			STR_ARG(document_str(d, c->written)),
			c->operator_ == DOCUMENT_OPERATOR_UNKNOWN &&
					!str_eq(document_str(d, c->written),
						STR_LIT("is"))
				? "?"
				: "");
		for (uint32_t v = 0; v < c->value_count; v++)
			buf_printf(out, "%s%.*s", v > 0 ? "," : "",
				STR_ARG(document_str(d, d->values[c->value_first + v])));
		add_joins(out, c->joins);
	}
}

static void add_statement(
	struct buf *out, const struct document *d, const struct document_statement *s)
{
	buf_printf(out, "%s%s%s%s[%.*s]", out->n > 0 ? "; " : "",
		s->flags & DOCUMENT_DENY ? "D" : "",
		s->flags & DOCUMENT_ELIGIBLE ? "E" : "",
		s->flags & DOCUMENT_HOLDER_ONLY ? "H" : "",
		STR_ARG(document_str(d, s->role)));
	for (uint32_t i = 0; i < s->principal_count; i++) {
		const struct document_principal *p =
			&d->principals[s->principal_first + i];

		buf_printf(out, " %s", p->flags & DOCUMENT_EXCEPTED ? "!" : "");
		if (p->type == DOCUMENT_ANYONE)
			buf_add_char(out, '*');
		else
			buf_printf(out, "%c:%.*s", p->type == DOCUMENT_GROUP ? 'G' : 'K',
				STR_ARG(document_str(d, p->text)));
	}
	add_conditions(out, d, s);
}

static bool has_action(const struct document *d, struct str name)
{
	for (uint32_t plane = 0; plane < catalog_plane_count(); plane++) {
		action_id id = catalog_action_in(plane, name);

		for (uint32_t i = 0; id != CATALOG_NONE && i < d->statement_count; i++) {
			if (document_has_action(d, &d->statements[i], id))
				return true;
		}
	}
	return false;
}

static void check_actions(const struct document *d, const char *list, bool expected)
{
	struct str rest = str_from(list);

	while (rest.n > 0) {
		size_t end = str_find_char(rest, ' ', 0);
		struct str name = str_head(rest, end);

		assert_int_not_equal(catalog_action_find(name), CATALOG_NONE);
		if (has_action(d, name) != expected)
			fail_msg("'%.*s' is %sin", STR_ARG(name), expected ? "not " : "");
		rest = str_skip(rest, end + (end < rest.n));
	}
}

static void compile(
	struct document *out, struct buf *bytes, struct str text, enum record_layer layer)
{
	struct document_builder b = { 0 };
	struct err e = { 0 };

	buf_clear(bytes);
	azure_policy_compile(&b, text, layer, NULL);
	document_finish(&b, bytes);
	document_builder_release(&b);
	if (document_open(out, buf_str(bytes), &e) < 0)
		fail_msg("compiled to a damaged document: %s", e.text);
}

static void texts(void **state)
{
	struct buf text = { 0 }, bytes = { 0 }, seen = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct document d;

		print_message("%s\n", rows[i].what);
		compile(&d, &bytes, requote(&text, rows[i].text), rows[i].layer);
		buf_clear(&seen);
		if (d.flags & DOCUMENT_INVALID)
			buf_printf(&seen, "invalid: %.*s", STR_ARG(d.problem));
		for (uint32_t s = 0; s < d.statement_count; s++)
			add_statement(&seen, &d, &d.statements[s]);
		if (!str_eq(buf_str(&seen), str_from(rows[i].statements)))
			fail_msg("%.*s", STR_ARG(buf_str(&seen)));
		check_actions(&d, rows[i].in, true);
		check_actions(&d, rows[i].out, false);
	}
	buf_release(&text);
	buf_release(&bytes);
	buf_release(&seen);
}

/*
 * A vault with access policies denies each of its data operations to everybody but those
 * whom a policy gives it, and nothing else.
 */
static void vaults_deny_the_others(void **state)
{
	static const char text[] =
		"{'tenantId':'" T "','onlyAccessPolicies':[{'objectId':'" U
		"','permissions':{'secrets':['get']}}]}";
	action_id get = catalog_action_find(
		STR_LIT("Microsoft.KeyVault/vaults/secrets/getSecret/action"));
	struct buf quoted = { 0 }, bytes = { 0 };
	uint32_t found = 0;
	struct document d;

	(void)state;
	compile(&d, &bytes, requote(&quoted, text), LAYER_RESOURCE);
	assert_true(d.statement_count > 30);
	for (uint32_t i = 0; i < d.statement_count; i++) {
		const struct document_statement *s = &d.statements[i];
		struct catalog_action a =
			catalog_action_get(d.intervals[s->action_first].begin);

		assert_true(s->flags & DOCUMENT_DENY);
		assert_int_equal(d.principals[s->principal_first].type, DOCUMENT_ANYONE);
		assert_true(str_starts(a.name, STR_LIT("Microsoft.KeyVault/vaults/")));
		assert_true(str_eq(
			catalog_plane_get(
				catalog_plane_of(d.intervals[s->action_first].begin))
				.name,
			STR_LIT("data")));
		assert_int_equal(
			s->principal_count, document_has_action(&d, s, get) ? 3 : 1);
		found += document_has_action(&d, s, get);
	}
	assert_int_equal(found, 1);
	buf_release(&quoted);
	buf_release(&bytes);
}

/* The cells of a condition divide the actions: each is in exactly one. */
static void cells_divide_the_actions(void **state)
{
	static const char text[] =
		"{'permissions':[{'actions':['*'],'condition':'(!(ActionMatches{~*/read~}) OR "
		"@Request[a] StringEquals ~x~) AND (ActionMatches{~Microsoft.Storage/*~} OR "
		"@Request[b] StringEquals ~y~)'}]}";
	struct buf quoted = { 0 }, bytes = { 0 };
	struct document d;
	uint32_t plane = catalog_plane_find(STR_LIT("azure"), STR_LIT("control"));
	struct catalog_plane p = catalog_plane_get(plane);

	(void)state;
	compile(&d, &bytes, requote(&quoted, text), LAYER_ROLE);
	assert_int_equal(d.statement_count, 4);
	for (action_id a = p.action_begin; a < p.action_end; a++) {
		struct str name = catalog_action_get(a).name;
		bool read = str_ends(name, STR_LIT("/read"));
		bool storage = str_starts(name, STR_LIT("Microsoft.Storage/"));
		uint32_t in = 0, conditions = 0;

		for (uint32_t i = 0; i < d.statement_count; i++) {
			if (!document_has_action(&d, &d.statements[i], a))
				continue;
			in++;
			conditions = d.statements[i].condition_count;
		}
		assert_int_equal(in, 1);
		assert_int_equal(conditions, (uint32_t)read + !storage);
	}
	buf_release(&quoted);
	buf_release(&bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts),
		cmocka_unit_test(vaults_deny_the_others),
		cmocka_unit_test(cells_divide_the_actions),
	};

	return cmocka_run_group_tests_name("azure_policy", tests, NULL, NULL);
}
