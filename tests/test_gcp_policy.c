/* ingest/gcp_policy: what policies of Google Cloud become. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/buf.h"
#include "catalog/catalog.h"
#include "ingest/gcp_policy.h"

#define BINDING(role, members, condition)                                                \
	"{\"bindings\":[{\"role\":\"" role "\",\"members\":[" members "]" condition "}]}"
#define WHEN(text) ",\"condition\":{\"title\":\"t\",\"expression\":\"" text "\"}"
#define DENY(rule) "{\"rules\":[{\"denyRule\":{" rule "}}]}"
#define SA         "//iam.googleapis.com/projects/p/serviceAccounts/"
#define STORAGE    "//storage.googleapis.com/"

struct row {
	const char *what;
	enum record_layer layer;
	const char *text, *expected;
};

/*
 * A statement is one line: allow or deny, its role or actions, "for" whom (in brackets:
 * excepted), "on" its resources ("and" what narrows them, "but" not), "if" its tests.
 */
/* clang-format off */
static const struct row rows[] = {
	{ "members of the first form", LAYER_RESOURCE,
		BINDING("roles/viewer", "\"user:A@x.com\",\"group:G@x.com\",\"domain:X.com\",\"serviceAccount:b@p.iam.gserviceaccount.com\",\"allUsers\",\"allAuthenticatedUsers\"", ""),
		"allow //iam.googleapis.com/roles/viewer for key gcp:user:a@x.com, group gcp:group:g@x.com, set gcp:domain:x.com, key " SA "b@p.iam.gserviceaccount.com, anyone *, set gcp:allAuthenticatedUsers on anything\n" },
	{ "members of the second form", LAYER_RESOURCE,
		BINDING("projects/p/roles/r", "\"principal://goog/subject/a@x.com\",\"principalSet://goog/group/g@x.com\",\"principalSet://goog/public:all\","
			"\"principal://iam.googleapis.com/projects/-/serviceAccounts/b@p.iam.gserviceaccount.com\",\"principalSet://goog/cloudIdentityCustomerId/C01\"", ""),
		"allow //iam.googleapis.com/projects/p/roles/r for key gcp:user:a@x.com, group gcp:group:g@x.com, anyone *, key " SA "b@p.iam.gserviceaccount.com, set gcp:customer:C01 on anything\n" },
	{ "who was deleted is let in no more", LAYER_RESOURCE,
		BINDING("roles/viewer", "\"deleted:user:a@x.com?uid=1\",\"deleted:serviceAccount:b@p.iam.gserviceaccount.com?uid=2\",\"deleted:principal://x/subject/y\"", ""),
		"allow //iam.googleapis.com/roles/viewer for nobody on anything\n"
		"! 0 who was deleted is let in no more: 'deleted:user:a@x.com?uid=1'\n"
		"! 0 who was deleted is let in no more: 'deleted:serviceAccount:b@p.iam.gserviceaccount.com?uid=2'\n"
		"! 0 who was deleted is let in no more: 'deleted:principal://x/subject/y'\n" },
	{ "owners of a project on a bucket are a group", LAYER_RESOURCE,
		BINDING("roles/storage.legacyBucketOwner", "\"projectOwner:p\"", ""),
		"allow //iam.googleapis.com/roles/storage.legacyBucketOwner for group gcp:projectOwner:p on anything\n" },
	{ "an account of a cluster in both forms", LAYER_RESOURCE,
		BINDING("r", "\"serviceAccount:p.svc.id.goog[ns/ksa]\",\"principal://iam.googleapis.com/projects/45/locations/global/workloadIdentityPools/p.svc.id.goog/subject/ns/ns/sa/ksa\"", ""),
		"allow //iam.googleapis.com/r for key principal://iam.googleapis.com/projects/-/locations/global/workloadIdentityPools/p.svc.id.goog/subject/ns/ns/sa/ksa, "
		"key principal://iam.googleapis.com/projects/-/locations/global/workloadIdentityPools/p.svc.id.goog/subject/ns/ns/sa/ksa on anything\n" },
	{ "a policy that was read at version 1 has lost its condition", LAYER_RESOURCE,
		BINDING("roles/viewer_withcond_0123abcd", "\"user:a@x.com\"", ""),
		"allow //iam.googleapis.com/roles/viewer for key gcp:user:a@x.com on anything if lost_condition_of(\"roles/viewer\") 23 true\n"
		"! 0 read without its condition: 'roles/viewer'\n" },
	{ "a time", LAYER_RESOURCE, BINDING("r", "\"user:a@x.com\"", WHEN("request.time < timestamp(\\\"2027-01-01T00:00:00Z\\\")")),
		"allow //iam.googleapis.com/r for key gcp:user:a@x.com on anything if request.time 19 2027-01-01T00:00:00Z\n" },
	{ "objects by their names", LAYER_RESOURCE, BINDING("r", "\"user:a@x.com\"", WHEN("resource.name.startsWith(\\\"projects/_/buckets/b/objects/2026/\\\")")),
		"allow //iam.googleapis.com/r for key gcp:user:a@x.com on " STORAGE "b/objects/2026/*\n" },
	{ "all but some objects", LAYER_RESOURCE, BINDING("r", "\"user:a@x.com\"", WHEN("!resource.name.startsWith(\\\"projects/_/buckets/b/objects/x\\\")")),
		"allow //iam.googleapis.com/r for key gcp:user:a@x.com on all but " STORAGE "b/objects/x*\n" },
	{ "two names, neither the narrower", LAYER_RESOURCE, BINDING("r", "\"user:a@x.com\"", WHEN("resource.name.startsWith('projects/_/buckets/b') && resource.name.endsWith('k') && !resource.name.endsWith('kk')")),
		"allow //iam.googleapis.com/r for key gcp:user:a@x.com on " STORAGE "b* and " STORAGE "*k but " STORAGE "*kk if resource.name 6 *kk\n"
		"allow //iam.googleapis.com/r for key gcp:user:a@x.com on " STORAGE "b* but " STORAGE "*kk if resource.name 5 *k, resource.name 6 *kk\n" },
	{ "the narrower of two names", LAYER_RESOURCE, BINDING("r", "\"user:a@x.com\"", WHEN("resource.name.startsWith('projects/_/buckets/b') && resource.name == 'projects/_/buckets/b/objects/k'")),
		"allow //iam.googleapis.com/r for key gcp:user:a@x.com on " STORAGE "b/objects/k\n" },
	{ "alternatives are statements", LAYER_RESOURCE, BINDING("r", "\"user:a@x.com\"", WHEN("resource.type == 'storage.googleapis.com/Object' || (resource.service == 's' && request.path == '/x')")),
		"allow //iam.googleapis.com/r for key gcp:user:a@x.com on " STORAGE "*/objects/*\n"
		"allow //iam.googleapis.com/r for key gcp:user:a@x.com on anything if resource.service 1 s, request.path 1 /x\n" },
	{ "what is never so is no statement", LAYER_RESOURCE, BINDING("r", "\"user:a@x.com\"", WHEN("false")), "" },
	{ "negation goes inwards", LAYER_RESOURCE, BINDING("r", "\"user:a@x.com\"", WHEN("!(request.path == '/x' || request.time >= timestamp('2027-01-01T00:00:00Z'))")),
		"allow //iam.googleapis.com/r for key gcp:user:a@x.com on anything if request.path 2 /x, request.time 19 2027-01-01T00:00:00Z\n" },
	{ "tags", LAYER_RESOURCE, BINDING("r", "\"user:a@x.com\"", WHEN("resource.matchTag('34/env', 'prod') && !resource.hasTagKeyId('tagKeys/1')")),
		"allow //iam.googleapis.com/r for key gcp:user:a@x.com on anything if resource.tag/34/env 1 prod, resource.tagId/tagKeys/1 25 true\n" },
	{ "which roles may be granted", LAYER_RESOURCE, BINDING("r", "\"user:a@x.com\"", WHEN("api.getAttribute('iam.googleapis.com/modifiedGrantsByRole', []).hasOnly(['roles/viewer','roles/x'])")),
		"allow //iam.googleapis.com/r for key gcp:user:a@x.com on anything if iam.googleapis.com/modifiedGrantsByRole all 1 roles/viewer|roles/x\n" },
	{ "what is not understood is open, and never yes or no", LAYER_RESOURCE, BINDING("r", "\"user:a@x.com\"", WHEN("device.is_secure(x) && request.path == '/x'")),
		"allow //iam.googleapis.com/r for key gcp:user:a@x.com on anything if device.is_secure(x) 23 true, request.path 1 /x\n" },
	{ "and so is what cannot be read", LAYER_RESOURCE, BINDING("r", "\"user:a@x.com\"", WHEN("a ? b : c")),
		"allow //iam.googleapis.com/r for key gcp:user:a@x.com on anything if a ? b : c 23 true\n"
		"! 0 is not in the part of CEL that is read: 'a ? b : c'\n" },
	{ "a deny policy names permissions by its own names", LAYER_DENY,
		DENY("\"deniedPrincipals\":[\"principalSet://goog/public:all\"],\"exceptionPrincipals\":[\"principalSet://goog/group/adm@x.com\"],"
			"\"deniedPermissions\":[\"secretmanager.googleapis.com/versions.*\"],\"exceptionPermissions\":[\"secretmanager.googleapis.com/versions.get\"]"),
		"deny secretmanager.versions.access secretmanager.versions.add secretmanager.versions.destroy secretmanager.versions.disable secretmanager.versions.enable secretmanager.versions.list "
		"for anyone *, [group gcp:group:adm@x.com] on anything\n" },
	{ "which the permissions of projects have too", LAYER_DENY,
		DENY("\"deniedPrincipals\":[\"principal://goog/subject/a@x.com\"],\"deniedPermissions\":[\"cloudresourcemanager.googleapis.com/projects.setIamPolicy\"]"),
		"deny resourcemanager.projects.setIamPolicy for key gcp:user:a@x.com on anything\n" },
	{ "but not the names of roles", LAYER_DENY, DENY("\"deniedPrincipals\":[\"principal://goog/subject/a@x.com\"],\"deniedPermissions\":[\"storage.objects.get\"]"),
		"deny nothing for key gcp:user:a@x.com on anything\n"
		"! 0 no permission that is known: 'storage.objects.get'\n" },
	{ "a role", LAYER_ROLE, "{\"name\":\"roles/x\",\"includedPermissions\":[\"storage.objects.get\",\"storage.objects.list\",\"nothing.at.all\"]}",
		"allow storage.objects.get storage.objects.list for nobody on anything\n" },
	{ "a deleted role gives nothing", LAYER_ROLE, "{\"includedPermissions\":[\"storage.objects.get\"],\"deleted\":true}", "" },
	{ "access of a dataset", LAYER_RESOURCE,
		"{\"project\":\"p\",\"access\":[{\"role\":\"READER\",\"specialGroup\":\"projectReaders\"},{\"role\":\"OWNER\",\"userByEmail\":\"b@p.iam.gserviceaccount.com\"},"
		"{\"role\":\"roles/x\",\"iamMember\":\"allUsers\"},{\"view\":{\"tableId\":\"t\"}}]}",
		"allow //iam.googleapis.com/roles/bigquery.dataViewer for group gcp:projectViewer:p on anything\n"
		"allow //iam.googleapis.com/roles/bigquery.dataOwner for key " SA "b@p.iam.gserviceaccount.com on anything\n"
		"allow //iam.googleapis.com/roles/x for anyone * on anything\n" },
	{ "access scopes", LAYER_SESSION, "{\"scopes\":[\"https://www.googleapis.com/auth/logging.write\",\"https://www.googleapis.com/auth/userinfo.email\"]}",
		"allow logging.logEntries.create for nobody on anything\n" },
	{ "an array is no policy", LAYER_RESOURCE, "[]", "invalid: expected an object, found an array\n" },
	{ "a member that is no text", LAYER_RESOURCE, "{\"bindings\":[{\"role\":\"r\",\"members\":[1]}]}", "invalid: binding 0: members: expected a string, found a number\n" },
};
/* clang-format on */

static struct str str_of(const struct document *d, struct document_text t)
{
	return document_str(d, t);
}

static void print_actions(
	struct buf *out, const struct document *d, const struct document_statement *s)
{
	if (s->role.size > 0) {
		buf_printf(out, " %.*s", STR_ARG(str_of(d, s->role)));
		return;
	}
	for (uint32_t i = 0; i < s->action_count; i++) {
		const struct document_interval *v = &d->intervals[s->action_first + i];

		for (uint32_t a = v->begin; a < v->end; a++)
			buf_printf(out, " %.*s", STR_ARG(catalog_action_get(a).name));
	}
	if (s->action_count == 0)
		buf_add_str(out, STR_LIT(" nothing"));
}

static void print_principals(
	struct buf *out, const struct document *d, const struct document_statement *s)
{
	buf_add_str(out, STR_LIT(" for"));
	for (uint32_t i = 0; i < s->principal_count; i++) {
		const struct document_principal *p =
			&d->principals[s->principal_first + i];
		bool excepted = (p->flags & DOCUMENT_EXCEPTED) != 0;
		const char *type = p->type == DOCUMENT_KEY     ? "key"
				   : p->type == DOCUMENT_GROUP ? "group"
				   : p->type == DOCUMENT_SET   ? "set"
							       : "anyone";

		buf_printf(out, "%s %s%s %.*s%s", i > 0 ? "," : "", excepted ? "[" : "",
			type, STR_ARG(str_of(d, p->text)), excepted ? "]" : "");
	}
	if (s->principal_count == 0)
		buf_add_str(out, STR_LIT(" nobody"));
}

static void print_statement(
	struct buf *out, const struct document *d, const struct document_statement *s)
{
	buf_add_str(out, s->flags & DOCUMENT_DENY ? STR_LIT("deny") : STR_LIT("allow"));
	print_actions(out, d, s);
	print_principals(out, d, s);
	buf_add_str(out, s->flags & DOCUMENT_NOT_RESOURCE ? STR_LIT(" on all but")
							  : STR_LIT(" on"));
	for (uint32_t i = 0; i < s->resource_count; i++) {
		const struct document_pattern *p = &d->patterns[s->resource_first + i];

		buf_printf(out, "%s %.*s",
			p->flags & DOCUMENT_PATTERN_ALSO     ? " and"
			: p->flags & DOCUMENT_PATTERN_EXCEPT ? " but"
							     : "",
			STR_ARG(str_of(d, p->text)));
	}
	if (s->flags & DOCUMENT_ANY_RESOURCE)
		buf_add_str(out, STR_LIT(" anything"));
	for (uint32_t i = 0; i < s->condition_count; i++) {
		const struct document_condition *c =
			&d->conditions[s->condition_first + i];

		buf_printf(out, "%s%.*s%s %u ", i > 0 ? ", " : " if ",
			STR_ARG(str_of(d, c->key)),
			c->qualifier == DOCUMENT_FOR_ALL ? " all" : "", c->operator_);
		for (uint32_t k = 0; k < c->value_count; k++)
			buf_printf(out, "%s%.*s", k > 0 ? "|" : "",
				STR_ARG(str_of(d, d->values[c->value_first + k])));
	}
	buf_add_char(out, '\n');
}

static void note(void *ctx, uint32_t statement, struct str text)
{
	buf_printf(ctx, "! %u %.*s\n", statement, STR_ARG(text));
}

static void check_row(const struct row *row)
{
	struct document_builder builder = { 0 };
	struct buf bytes = { 0 }, text = { 0 }, warnings = { 0 };
	struct policy_listener listener = { note, &warnings };
	struct document d;
	struct err e = { 0 };

	gcp_policy_compile(&builder, str_from(row->text), row->layer, &listener);
	document_finish(&builder, &bytes);
	if (document_open(&d, buf_str(&bytes), &e) < 0)
		fail_msg("%s: %s", row->what, e.text);
	if (d.flags & DOCUMENT_INVALID)
		buf_printf(&text, "invalid: %.*s\n", STR_ARG(d.problem));
	for (uint32_t i = 0; i < d.statement_count; i++)
		print_statement(&text, &d, &d.statements[i]);
	buf_add_str(&text, buf_str(&warnings));
	if (!str_eq(buf_str(&text), str_from(row->expected)))
		fail_msg("%s:\n%.*s--- expected ---\n%s", row->what,
			STR_ARG(buf_str(&text)), row->expected);
	document_builder_release(&builder);
	buf_release(&bytes);
	buf_release(&text);
	buf_release(&warnings);
}

static void policies_become_statements(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_row(&rows[i]);
}

/* Conditions that multiply end as one test of their text. */
static void a_condition_that_multiplies_is_open(void **state)
{
	struct document_builder builder = { 0 };
	struct buf text = { 0 };

	(void)state;
	buf_add_str(&text,
		STR_LIT("{\"bindings\":[{\"role\":\"r\",\"members\":[\"allUsers\"],"
			"\"condition\":{\"expression\":\"true"));
	for (int i = 0; i < 8; i++)
		buf_printf(&text, " && (request.path == '/%d' || request.path == '/x%d')",
			i, i);
	buf_add_str(&text, STR_LIT("\"}}]}"));
	gcp_policy_compile(&builder, buf_str(&text), LAYER_RESOURCE, NULL);
	assert_int_equal(VEC_COUNT(&builder.statements, struct document_statement), 1);
	assert_int_equal(VEC_COUNT(&builder.conditions, struct document_condition), 1);
	assert_int_equal(
		VEC_DATA(&builder.conditions, struct document_condition)[0].operator_,
		DOCUMENT_BOOL);
	document_builder_release(&builder);
	buf_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(policies_become_statements),
		cmocka_unit_test(a_condition_that_multiplies_is_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
