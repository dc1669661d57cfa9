#include "ingest/gcp_name.h"

#include "base/buf.h"

bool gcp_name_parse(struct gcp_name *out, struct str full)
{
	struct str rest = str_skip(full, 2);
	size_t slash = str_find_char(rest, '/', 0);

	if (!str_starts(full, STR_LIT("//")) || slash == 0 || slash + 1 >= rest.n)
		return false;
	*out = (struct gcp_name){ str_head(rest, slash), str_skip(rest, slash + 1) };
	return true;
}

bool gcp_name_is_number(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	}
	return s.n > 0;
}

bool gcp_name_is_project(struct str s)
{
	if (s.n == 0 || s.p[0] < 'a' || s.p[0] > 'z')
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
			    c == '.' || c == ':'))
			return false;
	}
	return true;
}

struct str gcp_name_part(struct str path, struct str collection)
{
	struct str rest = path;

	while (rest.n > 0) {
		size_t slash = str_find_char(rest, '/', 0);
		struct str word = str_head(rest, slash);

		rest = str_skip(rest, slash + 1);
		if (str_eq(word, collection))
			return str_head(rest, str_find_char(rest, '/', 0));
		rest = str_skip(rest, str_find_char(rest, '/', 0) + 1);
	}
	return (struct str){ 0 };
}

struct str gcp_name_last(struct str path)
{
	size_t i = path.n;

	while (i > 0 && path.p[i - 1] != '/')
		i--;
	return str_skip(path, i);
}

/*
 * Source: https://cloud.google.com/iam/docs/service-account-types
 *	NAME@PROJECT.iam.gserviceaccount.com         what somebody made
 *	NUMBER-compute@developer.gserviceaccount.com,
 *	PROJECT@appspot.gserviceaccount.com          defaults
 *	NUMBER@cloudservices.gserviceaccount.com, service-NUMBER@gcp-sa-....iam....,
 *	NUMBER@cloudbuild.gserviceaccount.com        agents
 *	NAME@PROJECT.DOMAIN.iam.gserviceaccount.com  of a project "DOMAIN:PROJECT"
 */
struct str gcp_name_project_of(struct str email)
{
	size_t at = str_find_char(email, '@', 0);
	struct str name = str_head(email, at), domain = str_skip(email, at + 1);
	const struct str iam = STR_LIT(".iam.gserviceaccount.com");
	const struct str agent = STR_LIT("service-");
	const struct str compute = STR_LIT("-compute");

	if (str_eq(domain, STR_LIT("developer.gserviceaccount.com")) &&
		str_ends(name, compute))
		return str_head(name, name.n - compute.n);
	if (str_eq(domain, STR_LIT("appspot.gserviceaccount.com")))
		return name;
	if (str_eq(domain, STR_LIT("cloudservices.gserviceaccount.com")) ||
		str_eq(domain, STR_LIT("cloudbuild.gserviceaccount.com")))
		return name;
	if (!str_ends(domain, iam))
		return (struct str){ 0 };
	domain.n -= iam.n;
	if (str_starts(name, agent) && gcp_name_is_number(str_skip(name, agent.n)))
		return str_skip(name, agent.n);
	return str_starts(domain, STR_LIT("gcp-sa-")) ? (struct str){ 0 } : domain;
}

bool gcp_name_is_account(struct str email)
{
	return str_ends(email, STR_LIT(".gserviceaccount.com"));
}

/* "p.example.com" of an address is the project "example.com:p". */
static struct str project_id(struct str part, struct arena *arena)
{
	size_t dot = str_find_char(part, '.', 0);

	if (dot == part.n)
		return part;
	return arena_printf(arena, "%.*s:%.*s", STR_ARG(str_skip(part, dot + 1)),
		STR_ARG(str_head(part, dot)));
}

struct str gcp_name_account_key(struct str email, struct arena *arena)
{
	struct str project = project_id(gcp_name_project_of(email), arena);

	return arena_printf(arena,
		"//iam.googleapis.com/projects/%.*s/serviceAccounts/%.*s",
		STR_ARG(project.n > 0 ? project : STR_LIT("-")), STR_ARG(email));
}

/* Types that their collection's name does not give. */
static const struct {
	const char *service, *collection, *type;
} odd_types[] = {
	{ "iam", "keys", "service-account-key" },
	{ "secretmanager", "versions", "secret-version" },
	{ "cloudkms", "cryptoKeyVersions", "crypto-key-version" },
	{ "iam", "providers", "workload-identity-pool-provider" },
	{ "appengine", "apps", "application" },
	{ "sqladmin", "instances", "instance" },
};

static void add_kebab(struct buf *out, struct str word)
{
	for (size_t i = 0; i < word.n; i++) {
		char c = word.p[i];

		if (c >= 'A' && c <= 'Z' && i > 0)
			buf_add_char(out, '-');
		buf_add_char(out, str_lower_char(c));
	}
}

/* "bucket" of "buckets", "policy" of "policies", "address" of "addresses". */
static void add_singular(struct buf *out, struct str word)
{
	if (str_ends(word, STR_LIT("ies"))) {
		add_kebab(out, str_head(word, word.n - 3));
		buf_add_char(out, 'y');
	} else if (str_ends(word, STR_LIT("sses"))) {
		add_kebab(out, str_head(word, word.n - 2));
	} else {
		add_kebab(out,
			str_ends(word, STR_LIT("s")) ? str_head(word, word.n - 1) : word);
	}
}

/*
 * The collection that the path's last id is in; empty when the path ends in one.
 * "projects/p/global/images/i": "global" is a place without an id.
 */
static struct str last_collection(struct str path)
{
	struct str rest = path, collection = { 0 };
	bool even = false;

	while (rest.n > 0) {
		size_t slash = str_find_char(rest, '/', 0);

		if (even || !str_eq(str_head(rest, slash), STR_LIT("global"))) {
			if (!even)
				collection = str_head(rest, slash);
			even = !even;
		}
		rest = str_skip(rest, slash + 1);
	}
	return even ? (struct str){ 0 } : collection;
}

static void add_type(struct buf *out, struct str service, struct str path)
{
	struct str collection = last_collection(path);

	if (str_eq(service, STR_LIT("storage"))) {
		buf_add_str(out, STR_LIT("bucket"));
		return;
	}
	for (size_t i = 0; i < sizeof(odd_types) / sizeof(odd_types[0]); i++) {
		if (str_eq(service, str_from(odd_types[i].service)) &&
			str_eq(collection, str_from(odd_types[i].collection))) {
			buf_add_str(out, str_from(odd_types[i].type));
			return;
		}
	}
	if (collection.n == 0)
		add_kebab(out, gcp_name_last(path));
	else
		add_singular(out, collection);
}

struct str gcp_name_kind(struct str full, struct arena *arena)
{
	struct gcp_name name;
	struct buf out = { 0 };
	struct str service, kind;

	if (!gcp_name_parse(&name, full))
		return (struct str){ 0 };
	service = str_head(name.service, str_find_char(name.service, '.', 0));
	buf_printf(&out, "gcp:%.*s:", STR_ARG(service));
	add_type(&out, service, name.path);
	kind = arena_copy(arena, buf_str(&out));
	buf_release(&out);
	return kind;
}

static struct str without_last(struct str path)
{
	path.n -= gcp_name_last(path).n;
	path.n -= path.n > 0;
	return path;
}

/* Collections that places are in, not resources. */
static bool is_place(struct str collection)
{
	static const char *const names[] = { "locations", "zones", "regions", "projects",
		"folders", "organizations" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (str_eq(collection, str_from(names[i])))
			return true;
	}
	return false;
}

struct str gcp_name_parent(struct str full)
{
	struct gcp_name name;
	struct str path, collection;

	if (!gcp_name_parse(&name, full) || last_collection(name.path).n == 0)
		return (struct str){ 0 };
	path = without_last(without_last(name.path));
	collection = last_collection(path);
	if (collection.n == 0 || is_place(collection))
		return (struct str){ 0 };
	return str_head(full, (size_t)(path.p + path.n - full.p));
}

/* The path from its first collection on: what is in front is the API and its version. */
static struct str skip_version(struct str path)
{
	struct str rest = path;

	while (rest.n > 0) {
		if (str_starts(rest, STR_LIT("projects/")) ||
			str_starts(rest, STR_LIT("b/")))
			return rest;
		rest = str_skip(rest, str_find_char(rest, '/', 0) + 1);
	}
	return rest;
}

struct str gcp_name_of_link(struct str link, struct arena *arena)
{
	const struct str scheme = STR_LIT("https://");
	struct str rest, host, service, path;

	if (!str_starts(link, scheme))
		return (struct str){ 0 };
	rest = str_skip(link, scheme.n);
	host = str_head(rest, str_find_char(rest, '/', 0));
	path = str_skip(rest, host.n + 1);
	if (!str_ends(host, STR_LIT(".googleapis.com")))
		return (struct str){ 0 };
	service = host;
	if (str_eq(host, STR_LIT("www.googleapis.com")))
		service = arena_printf(arena, "%.*s.googleapis.com",
			(int)str_find_char(path, '/', 0), path.p);
	path = skip_version(path);
	if (str_starts(path, STR_LIT("b/")))
		path = str_skip(path, 2);
	if (path.n == 0)
		return (struct str){ 0 };
	return arena_printf(arena, "//%.*s/%.*s", STR_ARG(service), STR_ARG(path));
}
