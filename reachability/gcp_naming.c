#include "reachability/gcp_naming.h"

#include "reachability/ancestry.h"
#include "reachability/subject.h"

struct str gcp_naming_part(struct str key, const char *collection)
{
	struct str rest = str_starts(key, STR_LIT("//")) ? str_skip(key, 2) : key;
	struct str wanted = str_from(collection);

	while (rest.n > 0) {
		size_t slash = str_find_char(rest, '/', 0);
		struct str word = str_head(rest, slash);

		rest = str_skip(rest, slash + 1);
		if (str_eq(word, wanted))
			return str_head(rest, str_find_char(rest, '/', 0));
	}
	return (struct str){ 0 };
}

bool gcp_naming_is_account(struct str key)
{
	struct str account = gcp_naming_part(key, "serviceAccounts");

	return str_starts(key, STR_LIT("//iam.googleapis.com/projects/")) &&
	       account.n > 0 && str_ends(key, account);
}

bool gcp_naming_is_pool(struct str key)
{
	struct str pool = gcp_naming_part(key, "workloadIdentityPools");

	return str_starts(key, STR_LIT("//iam.googleapis.com/projects/")) && pool.n > 0 &&
	       pool.p + pool.n == key.p + key.n;
}

bool gcp_naming_is_user(struct str key)
{
	return str_starts(key, STR_LIT("gcp:user:"));
}

bool gcp_naming_is_group(struct str key)
{
	return str_starts(key, STR_LIT("gcp:group:")) ||
	       str_starts(key, STR_LIT("gcp:projectOwner:")) ||
	       str_starts(key, STR_LIT("gcp:projectEditor:")) ||
	       str_starts(key, STR_LIT("gcp:projectViewer:"));
}

bool gcp_naming_is_set(struct str text)
{
	return str_starts(text, STR_LIT("gcp:domain:")) ||
	       str_starts(text, STR_LIT("gcp:customer:")) ||
	       str_starts(text, STR_LIT("principalSet://")) ||
	       str_eq(text, STR_LIT("gcp:allAuthenticatedUsers")) ||
	       str_eq(text, STR_LIT("*"));
}

bool gcp_naming_is_subject(struct str key)
{
	return str_starts(key, STR_LIT("principal://"));
}

struct texts {
	struct str *out;
	uint32_t count, max;
	struct world *world;
};

static void add(struct texts *t, struct str text)
{
	if (t->count < t->max && text.n > 0)
		t->out[t->count++] = text;
}

/* Everybody of the domain that the address is of. */
static void add_domain(struct texts *t, struct str key)
{
	struct str domain = str_skip(key, str_find_char(key, '@', 0) + 1);

	if (domain.n > 0)
		add(t, arena_printf(world_arena(t->world), "gcp:domain:%.*s",
			       STR_ARG(domain)));
}

/* Accounts that services keep in a project. */
static bool is_agent(struct str key)
{
	return str_ends(key, STR_LIT("@cloudservices.gserviceaccount.com")) ||
	       str_ends(key, STR_LIT("@cloudbuild.gserviceaccount.com")) ||
	       str_contains_fold(key, STR_LIT("@gcp-sa-"));
}

/*
 * The sets of a container that an account is in, or a user: of these only organizations
 * have any. A project goes by its number.
 * https://cloud.google.com/iam/docs/principal-identifiers
 */
static void add_sets_of(struct texts *t, node_id container, struct str member)
{
	bool user = gcp_naming_is_user(member);
	struct str key = world_node(t->world, container)->key;
	struct str head = STR_LIT(GCP_NAMING_CONTAINERS), path = str_skip(key, head.n);
	struct str number = world_attribute(t->world, container, STR_LIT("id"));

	if (!str_starts(key, head) ||
		(user && !str_starts(path, STR_LIT("organizations/"))))
		return;
	if (str_starts(path, STR_LIT("projects/")) && number.n > 0)
		path = arena_printf(
			world_arena(t->world), "projects/%.*s", STR_ARG(number));
	if (!user)
		add(t, arena_printf(world_arena(t->world),
			       GCP_NAMING_MEMBERS "%.*s/type/%s", STR_ARG(path),
			       is_agent(member) ? "ServiceAgent" : "ServiceAccount"));
	/* what a boundary is bound to: all principals that live there */
	add(t, arena_printf(
		       world_arena(t->world), GCP_NAMING_MEMBERS "%.*s", STR_ARG(path)));
	if (str_starts(path, STR_LIT("projects/")))
		add(t, arena_printf(
			       world_arena(t->world), "principalSet:%.*s", STR_ARG(key)));
}

static void add_containers(struct texts *t, node_id n)
{
	const struct ancestry *chain;
	struct err e;

	if (ancestry_of(&chain, world_ancestry(t->world), n, &e) < 0)
		return;
	for (uint32_t i = 0; i < chain->count; i++)
		add_sets_of(t, chain->nodes[i], world_node(t->world, n)->key);
}

/* "principal://HOST/.../POOL/subject/S": everybody of the pool. */
static void add_pool(struct texts *t, struct str key)
{
	const struct str head = STR_LIT("principal://"), mark = STR_LIT("/subject/");

	for (size_t i = head.n; i + mark.n <= key.n; i++) {
		struct str pool = str_head(str_skip(key, head.n), i - head.n);

		if (!str_starts(str_skip(key, i), mark))
			continue;
		add(t, arena_printf(world_arena(t->world), "principalSet://%.*s/*",
			       STR_ARG(pool)));
		add(t, arena_printf(world_arena(t->world), "principalSet://%.*s",
			       STR_ARG(pool)));
		return;
	}
}

uint32_t gcp_naming_texts(struct str *out, uint32_t max, struct world *w, node_id subject)
{
	struct texts t = { .out = out, .max = max, .world = w };
	const struct str everyone = STR_LIT("gcp:allAuthenticatedUsers");
	node_id holder;
	struct str key;
	struct err e;

	if (subject_holder(&holder, w, subject, &e) < 0)
		holder = subject;
	key = world_node(w, holder)->key;
	add(&t, key);
	if (holder != subject)
		add(&t, world_node(w, subject)->key);
	if (gcp_naming_is_user(key)) {
		add_domain(&t, key);
		add(&t, everyone);
		add_containers(&t, holder);
	} else if (gcp_naming_is_account(key)) {
		add(&t, everyone);
		add_containers(&t, holder);
	} else if (gcp_naming_is_subject(key)) {
		add_pool(&t, key);
	}
	add(&t, STR_LIT("*"));
	return t.count;
}
