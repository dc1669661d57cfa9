#include "ingest/gcp_carry.h"

#include "ingest/gcp_member.h"
#include "ingest/gcp_name.h"
#include "ingest/gcp_workload.h"

#define EVERYTHING "https://www.googleapis.com/auth/cloud-platform"

/* The account that a service takes where nobody names one. */
enum fallback { FALLBACK_NONE, FALLBACK_COMPUTE, FALLBACK_APP };

/* Where the description of a kind has the account, and its access scopes. */
static const struct {
	const char *kind, *account, *scopes;
	enum fallback fallback;
} places[] = {
	{ "gcp:cloudfunctions:function", "serviceConfig.serviceAccountEmail", NULL,
		FALLBACK_NONE },
	{ "gcp:cloudfunctions:function", "serviceAccountEmail", NULL, FALLBACK_APP },
	{ "gcp:run:service", "template.serviceAccount", NULL, FALLBACK_NONE },
	{ "gcp:run:service", "spec.template.spec.serviceAccountName", NULL,
		FALLBACK_COMPUTE },
	{ "gcp:run:job", "template.template.serviceAccount", NULL, FALLBACK_NONE },
	{ "gcp:run:job", "spec.template.spec.template.spec.serviceAccountName", NULL,
		FALLBACK_COMPUTE },
	{ "gcp:container:cluster", "nodeConfig.serviceAccount", "nodeConfig.oauthScopes",
		FALLBACK_COMPUTE },
	{ "gcp:container:node-pool", "config.serviceAccount", "config.oauthScopes",
		FALLBACK_COMPUTE },
	{ "gcp:dataproc:cluster", "config.gceClusterConfig.serviceAccount",
		"config.gceClusterConfig.serviceAccountScopes", FALLBACK_COMPUTE },
	{ "gcp:composer:environment", "config.nodeConfig.serviceAccount", NULL,
		FALLBACK_COMPUTE },
	{ "gcp:workflows:workflow", "serviceAccount", NULL, FALLBACK_COMPUTE },
	{ "gcp:notebooks:instance", "serviceAccount", "serviceAccountScopes",
		FALLBACK_NONE },
	{ "gcp:appengine:application", "serviceAccount", NULL, FALLBACK_NONE },
	{ "gcp:appengine:version", "serviceAccount", NULL, FALLBACK_APP },
	{ "gcp:dataflow:job", "environment.serviceAccountEmail", NULL, FALLBACK_COMPUTE },
	{ "gcp:aiplatform:custom-job", "jobSpec.serviceAccount", NULL, FALLBACK_NONE },
	{ "gcp:aiplatform:pipeline-job", "serviceAccount", NULL, FALLBACK_COMPUTE },
	{ "gcp:batch:job", "allocationPolicy.serviceAccount.email",
		"allocationPolicy.serviceAccount.scopes", FALLBACK_COMPUTE },
	{ "gcp:cloudbuild:trigger", "serviceAccount", NULL, FALLBACK_NONE },
	{ "gcp:datafusion:instance", "dataprocServiceAccount", NULL, FALLBACK_COMPUTE },
};
#define PLACE_COUNT (sizeof(places) / sizeof(places[0]))

static bool is_machine(struct str kind)
{
	return str_eq(kind, STR_LIT("gcp:compute:instance")) ||
	       str_eq(kind, STR_LIT("gcp:compute:instance-template"));
}

bool gcp_carry_is_compute(struct str kind)
{
	for (size_t i = 0; i < PLACE_COUNT; i++) {
		if (str_eq(kind, str_from(places[i].kind)))
			return true;
	}
	return is_machine(kind) ||
	       str_eq(kind, STR_LIT("gcp:compute:instance-group-manager"));
}

static const struct json_value *at(const struct json_value *v, const char *path)
{
	struct str rest = str_from(path);
	char name[64];

	while (v && rest.n > 0) {
		size_t dot = str_find_char(rest, '.', 0);

		memcpy(name, rest.p, dot);
		name[dot] = '\0';
		v = json_get(v, name);
		rest = str_skip(rest, dot + 1);
	}
	return v;
}

/* Whether tokens are for everything; without a list nobody bounds them. */
static bool has_all_scopes(const struct json_value *scopes)
{
	struct json_iter it = json_iterate(scopes);
	const struct json_value *v;
	struct str none;

	if (!scopes || json_type(scopes) != JSON_ARRAY)
		return true;
	while (json_next(&it, &none, &v)) {
		if (json_type(v) == JSON_STRING &&
			str_eq(json_string(v), STR_LIT(EVERYTHING)))
			return true;
	}
	return false;
}

/* The account as this thing's tokens have it. */
static int emit_session(struct gcp_emit *em, struct str key, struct str account,
	const struct json_value *scopes, struct err *e)
{
	struct record_entity session = { .flags = ENTITY_IDENTITY | ENTITY_SESSION,
		.kind = STR_LIT("gcp:iam:scoped-account"),
		.name = gcp_name_last(account) };
	struct str body = arena_printf(
		em->arena, "{\"scopes\":%.*s}", STR_ARG(json_text(em->json, scopes)));
	int rc;

	session.key = arena_printf(em->arena, "%.*s/serviceAccounts/%.*s", STR_ARG(key),
		STR_ARG(gcp_name_last(account)));
	rc = gcp_emit_entity(em, session, e);
	if (rc == 0)
		rc = gcp_emit_relation(em, session.key, RELATION_SESSION_OF, account, e);
	if (rc == 0)
		rc = gcp_emit_document(em, LAYER_SESSION, session.key,
			STR_LIT("access scopes"), body, e);
	return rc < 0 ? rc : gcp_emit_relation(em, key, RELATION_CARRIES, session.key, e);
}

static int emit_account(struct gcp_emit *em, struct str key, struct str email,
	const struct json_value *scopes, struct err *e)
{
	struct str account;

	/* "projects/p/serviceAccounts/e" in some answers */
	email = gcp_name_last(email);
	if (str_eq(email, STR_LIT("default")) && em->number.n > 0)
		email = arena_printf(em->arena,
			"%.*s-compute@developer.gserviceaccount.com",
			STR_ARG(em->number));
	if (!gcp_name_is_account(email)) {
		gcp_emit_coverage(em,
			arena_printf(em->arena, "entity:%.*s",
				STR_ARG(gcp_name_kind(key, em->arena))),
			key, COVERAGE_PARTIAL,
			STR_LIT("which account it acts as is not told"));
		return 0;
	}
	account = gcp_member_of_email(email, em->arena);
	if (has_all_scopes(scopes))
		return gcp_emit_relation(em, key, RELATION_CARRIES, account, e);
	return emit_session(em, key, account, scopes, e);
}

/* [{"email", "scopes"}] of a machine. */
static int emit_machine(struct gcp_emit *em, struct str key,
	const struct json_value *accounts, struct err *e)
{
	struct json_iter it = json_iterate(accounts);
	const struct json_value *v;
	struct str none, email;
	int rc = 0;

	while (rc == 0 && json_next(&it, &none, &v)) {
		rc = json_want_type(em->json, v, JSON_OBJECT, e);
		if (rc == 0)
			rc = json_need_string(em->json, v, "email", &email, e);
		if (rc == 0)
			rc = emit_account(em, key, email, json_get(v, "scopes"), e);
	}
	return rc;
}

static struct str fallback(struct gcp_emit *em, enum fallback f)
{
	struct str project = str_skip(em->scope, 4);

	if (f == FALLBACK_COMPUTE)
		return STR_LIT("default");
	if (f == FALLBACK_APP && gcp_name_is_project(project))
		return arena_printf(
			em->arena, "%.*s@appspot.gserviceaccount.com", STR_ARG(project));
	return (struct str){ 0 };
}

/* The templates that a manager makes its machines of, old and new. */
static int emit_templates(
	struct gcp_emit *em, struct str key, const struct json_value *data, struct err *e)
{
	struct json_iter it = json_iterate(json_get(data, "versions"));
	const struct json_value *v;
	struct str none, link = gcp_emit_at(data, "instanceTemplate");
	int rc = 0;

	do {
		struct str template = gcp_name_of_link(link, em->arena);

		if (str_starts(link, STR_LIT("//")))
			template = link;
		if (template.n > 0)
			rc = gcp_emit_relation(em, key, RELATION_CARRIES, template, e);
		if (!json_next(&it, &none, &v))
			return rc;
		link = gcp_emit_at(v, "instanceTemplate");
	} while (rc == 0);
	return rc;
}

int gcp_carry_emit(struct gcp_emit *em, struct str kind, struct str key,
	const struct json_value *data, struct err *e)
{
	enum fallback last = FALLBACK_NONE;
	struct str pool = gcp_emit_at(data, "workloadIdentityConfig.workloadPool");

	if (str_eq(kind, STR_LIT("gcp:compute:instance-group-manager")))
		return emit_templates(em, key, data, e);
	if (str_eq(kind, STR_LIT("gcp:container:cluster")) && pool.n > 0 &&
		gcp_workload_cluster(em, key, pool, e) < 0)
		return e->code;
	if (is_machine(kind))
		return emit_machine(em, key,
			at(data, str_ends(kind, STR_LIT("template"))
					 ? "properties.serviceAccounts"
					 : "serviceAccounts"),
			e);
	for (size_t i = 0; i < PLACE_COUNT; i++) {
		const struct json_value *v, *scopes = NULL;

		if (!str_eq(kind, str_from(places[i].kind)))
			continue;
		last = places[i].fallback;
		v = at(data, places[i].account);
		if (places[i].scopes)
			scopes = at(data, places[i].scopes);
		if (v && json_type(v) == JSON_STRING && json_string(v).n > 0)
			return emit_account(em, key, json_string(v), scopes, e);
	}
	if (fallback(em, last).n == 0)
		return 0;
	return emit_account(em, key, fallback(em, last), NULL, e);
}
