#include "reachability/gcp_provider.h"

#include "reachability/gcp_naming.h"
#include "reachability/gcp_stranger.h"
#include "reachability/gcp_vouch.h"
#include "reachability/inherited.h"

static bool owns_key(struct str key)
{
	/* "gcp:sa:NAME@PROJECT" is short for a key, and none */
	return str_starts(key, STR_LIT("//")) || gcp_naming_is_user(key) ||
	       gcp_naming_is_group(key) || (gcp_naming_is_set(key) && key.n > 1) ||
	       gcp_naming_is_subject(key);
}

static enum node_type read_key(struct str key, struct str *account)
{
	struct str project = gcp_naming_part(key, "projects");

	*account = (struct str){ 0 };
	if (gcp_naming_is_subject(key) || gcp_naming_is_set(key))
		return NODE_FOREIGN;
	if (!str_eq(project, STR_LIT("-")) && !str_eq(project, STR_LIT("_")))
		*account = project;
	if (gcp_naming_is_account(key) || gcp_naming_is_user(key) ||
		gcp_naming_is_group(key))
		return NODE_FOREIGN;
	return NODE_RESOURCE;
}

/* The project in a resource's name, by id; names with numbers tell no key. */
static struct str above(struct str key, struct arena *arena)
{
	struct str project = gcp_naming_part(key, "projects");
	struct str organization = gcp_naming_part(key, "organizations");

	if (!str_starts(key, STR_LIT("//")) ||
		str_starts(key, STR_LIT(GCP_NAMING_CONTAINERS)))
		return (struct str){ 0 };
	if (project.n > 0 && project.p[0] >= 'a' && project.p[0] <= 'z')
		return arena_printf(
			arena, GCP_NAMING_CONTAINERS "projects/%.*s", STR_ARG(project));
	if (project.n == 0 && organization.n > 0)
		return arena_printf(arena, GCP_NAMING_CONTAINERS "organizations/%.*s",
			STR_ARG(organization));
	return (struct str){ 0 };
}

/* Nothing is above an organization, and a project that is in none. */
static bool is_top(const struct node *n)
{
	return str_starts(n->key, STR_LIT(GCP_NAMING_CONTAINERS "organizations/")) ||
	       (n->flags & ENTITY_EXEMPT) != 0 ||
	       str_eq(n->key, STR_LIT("//iam.googleapis.com/roles"));
}

/* Groups have users, service accounts and groups; those of a project are known. */
static bool may_join(struct world *w, node_id n, struct str group)
{
	struct str key = world_node(w, n)->key;

	return str_starts(group, STR_LIT("gcp:group:")) &&
	       (gcp_naming_is_user(key) || gcp_naming_is_account(key) ||
		       str_starts(key, STR_LIT("gcp:group:")));
}

/*
 * Where access is not uniform, each object has a list of its own, which policies do not
 * show. https://cloud.google.com/storage/docs/uniform-bucket-level-access
 */
static void prepare(struct world *w, struct object *o)
{
	if (o->n->type == NODE_ENTITY &&
		str_starts(o->n->key, STR_LIT("//storage.googleapis.com/")) &&
		!str_eq(world_attribute(w, o->node, STR_LIT("uniform")), STR_LIT("true")))
		o->unlisted = world_unknown(w, o->n->account,
			arena_printf(world_arena(w),
				"access control lists of objects in '%.*s' were not collected",
				STR_ARG(o->n->key)),
			false);
}

/* https://cloud.google.com/storage/docs/access-control/lists#permissions */
static bool is_for_lists(action_id action)
{
	static const char *const names[] = { "storage.objects.get",
		"storage.objects.getIamPolicy", "storage.objects.setIamPolicy",
		"storage.objects.update" };
	struct str name = catalog_action_get(action).name;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (str_eq(name, str_from(names[i])))
			return true;
	}
	return false;
}

/*
 * Tokens of a machine do what its account may, within their access scopes.
 * https://cloud.google.com/compute/docs/access/service-accounts#accesscopesiam
 */
static expr combine(struct expr_pool *pool, const struct provider_parts *p)
{
	struct provider_parts parts = *p;
	expr x;

	if (p->strict && p->object->unlisted != EXPR_FALSE && is_for_lists(p->action))
		parts.unread_grants =
			expr_or(pool, p->unread_grants, p->object->unlisted);
	x = inherited_combine(pool, &parts);
	/* what limits a session of another cloud limits it there */
	return provider_of_key(p->subject->n->key) == &gcp_provider
		       ? expr_and(pool, x, p->session)
		       : x;
}

static bool is_federated(const struct node *n)
{
	(void)n;
	return false;
}

static struct str any_identity(struct str account, struct arena *arena)
{
	return arena_printf(arena, "//iam.googleapis.com/projects/%.*s/serviceAccounts/*",
		STR_ARG(account));
}

static struct str new_key(struct str format, struct str account, struct str account_key,
	struct arena *arena)
{
	const struct str head = STR_LIT("projects/*");

	(void)account_key;
	for (size_t i = 0; i + head.n <= format.n; i++) {
		if (str_starts(str_skip(format, i), head))
			return arena_printf(arena, "%.*sprojects/%.*s%.*s", (int)i,
				format.p, STR_ARG(account),
				STR_ARG(str_skip(format, i + head.n)));
	}
	return format;
}

static const char *const policy_kinds[] = { NULL };

static const char *const power_actions[] = { "resourcemanager.projects.setIamPolicy",
	"resourcemanager.folders.setIamPolicy",
	"resourcemanager.organizations.setIamPolicy", "iam.roles.update",
	"iam.serviceAccounts.setIamPolicy", NULL };

static const struct provider_assumption assumptions[] = {
	{ { "iam.serviceAccounts.getAccessToken", 34 }, { "gcp-token", 9 }, false },
};

/*
 * Source: https://cloud.google.com/iam/docs/policy-types and
 * https://cloud.google.com/iam/docs/deny-overview
 */
const struct provider gcp_provider = {
	.name = { "gcp", 3 },
	.owns_key = owns_key,
	.read_key = read_key,
	.policy = inherited_policy,
	.policy_kinds = policy_kinds,
	.has_grants = inherited_no_grants,
	.custody_of = inherited_no_custody,
	.custody_bars = inherited_no_bars,
	.prepare_object = prepare,
	.match = gcp_vouch_match,
	.look_up = gcp_provider_look_up,
	.check_key = gcp_provider_check_key,
	.voids = inherited_no_voids,
	.session_needs_policy = inherited_no_session,
	.scps_bind = inherited_no_scps,
	.rcps_bind = inherited_no_rcps,
	.rcps_cover = inherited_no_rcp_action,
	.combine = combine,
	.principal_texts = gcp_naming_texts,
	.any_identity = any_identity,
	.principal_node = inherited_principal_node,
	.is_federated = is_federated,
	.may_call = inherited_may_call,
	.new_key = new_key,
	.assumptions = assumptions,
	.assumption_count = sizeof(assumptions) / sizeof(assumptions[0]),
	.endpoint_serves = inherited_no_endpoint,
	.power_actions = power_actions,
	.inherits = true,
	.above = above,
	.is_top = is_top,
	.may_join = may_join,
	.is_group = gcp_naming_is_group,
	.is_set = gcp_naming_is_set,
	.tokens = gcp_stranger_tokens,
	.bearer = gcp_stranger_bearer,
	.bearers = gcp_stranger_bearers,
	.knows = gcp_stranger_is_known,
	.aliases = gcp_stranger_texts,
	.strangers = gcp_stranger_named,
};
