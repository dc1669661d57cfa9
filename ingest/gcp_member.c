#include "ingest/gcp_member.h"

#include "ingest/gcp_name.h"

static struct str fold(struct str s, struct arena *arena)
{
	char *out = arena_alloc(arena, s.n + 1);

	for (size_t i = 0; i < s.n; i++)
		out[i] = str_lower_char(s.p[i]);
	return (struct str){ out, s.n };
}

struct str gcp_member_of_email(struct str email, struct arena *arena)
{
	email = fold(email, arena);
	if (gcp_name_is_account(email))
		return gcp_name_account_key(email, arena);
	return arena_printf(arena, "gcp:user:%.*s", STR_ARG(email));
}

struct str gcp_member_of_group(struct str email, struct arena *arena)
{
	return arena_printf(arena, "gcp:group:%.*s", STR_ARG(fold(email, arena)));
}

static struct gcp_member known(enum document_principal_type type, struct str text)
{
	return (struct gcp_member){ GCP_MEMBER_KNOWN, type, text };
}

static bool takes(struct str *rest, struct str text, const char *head)
{
	struct str h = str_from(head);

	if (!str_starts(text, h))
		return false;
	*rest = str_skip(text, h.n);
	return true;
}

/* "PROJECT.svc.id.goog[NAMESPACE/NAME]": an account of a cluster. */
static bool cluster_account(struct gcp_member *out, struct str name, struct arena *arena)
{
	size_t open = str_find_char(name, '[', 0);
	struct str pool = str_head(name, open), inside = str_skip(name, open + 1);
	size_t slash = str_find_char(inside, '/', 0);

	if (!str_ends(pool, STR_LIT(".svc.id.goog")) || !str_ends(name, STR_LIT("]")) ||
		slash == inside.n)
		return false;
	inside.n--;
	*out = known(DOCUMENT_KEY,
		arena_printf(arena, GCP_MEMBER_POOLS "%.*s/subject/ns/%.*s/sa/%.*s",
			STR_ARG(pool), STR_ARG(str_head(inside, slash)),
			STR_ARG(str_skip(inside, slash + 1))));
	return true;
}

/* One subject, as "principal://" names it. */
static struct gcp_member subject(struct str written, struct str rest, struct arena *arena)
{
	struct str part, account, pool;

	if (takes(&part, rest, "goog/subject/"))
		return known(DOCUMENT_KEY, gcp_member_of_email(part, arena));
	/* collections and ids begin behind the host */
	part = str_skip(rest, str_find_char(rest, '/', 0) + 1);
	account = gcp_name_part(part, STR_LIT("serviceAccounts"));
	if (str_starts(rest, STR_LIT("iam.googleapis.com/projects/")) && account.n > 0)
		return known(DOCUMENT_KEY, gcp_member_of_email(account, arena));
	pool = gcp_name_part(part, STR_LIT("workloadIdentityPools"));
	if (str_ends(pool, STR_LIT(".svc.id.goog")))
		return known(
			DOCUMENT_KEY, arena_printf(arena, GCP_MEMBER_POOLS "%.*s",
					      (int)(rest.p + rest.n - pool.p), pool.p));
	return known(DOCUMENT_KEY, arena_copy(arena, written));
}

/* Many, as "principalSet://" names them. */
static struct gcp_member set(struct str written, struct str rest, struct arena *arena)
{
	struct str part;

	if (takes(&part, rest, "goog/group/"))
		return known(DOCUMENT_GROUP, gcp_member_of_group(part, arena));
	if (str_eq(rest, STR_LIT("goog/public:all")))
		return known(DOCUMENT_ANYONE, STR_LIT("*"));
	if (takes(&part, rest, "goog/cloudIdentityCustomerId/"))
		return known(DOCUMENT_SET,
			arena_printf(arena, "gcp:customer:%.*s", STR_ARG(part)));
	return known(DOCUMENT_SET, arena_copy(arena, written));
}

/* Sets of which the policy has the name alone. */
static bool named_set(struct gcp_member *out, struct str written, struct arena *arena)
{
	static const char *const heads[] = { "domain:", GCP_MEMBER_OWNER,
		GCP_MEMBER_EDITOR, GCP_MEMBER_VIEWER };
	struct str rest;

	if (str_eq(written, STR_LIT("allUsers"))) {
		*out = known(DOCUMENT_ANYONE, STR_LIT("*"));
		return true;
	}
	if (str_eq(written, STR_LIT("allAuthenticatedUsers"))) {
		*out = known(DOCUMENT_SET, STR_LIT("gcp:allAuthenticatedUsers"));
		return true;
	}
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		if (!takes(&rest, written, heads[i]) || rest.n == 0)
			continue;
		*out = known(i == 0 ? DOCUMENT_SET : DOCUMENT_GROUP,
			arena_printf(arena, "gcp:%s%s%.*s", heads[i],
				i > 0 && gcp_name_is_number(rest) ? "#" : "",
				STR_ARG(i == 0 ? fold(rest, arena) : rest)));
		return true;
	}
	return false;
}

struct gcp_member gcp_member_parse(struct str written, struct arena *arena)
{
	struct gcp_member out = { .state = GCP_MEMBER_UNKNOWN };
	struct str rest;

	if (named_set(&out, written, arena))
		return out;
	if (takes(&rest, written, "deleted:"))
		return (struct gcp_member){ .state = GCP_MEMBER_DELETED };
	if (takes(&rest, written, "serviceAccount:") && rest.n > 0) {
		if (cluster_account(&out, rest, arena))
			return out;
		return known(
			DOCUMENT_KEY, gcp_name_account_key(fold(rest, arena), arena));
	}
	if (takes(&rest, written, "user:") && rest.n > 0)
		return known(DOCUMENT_KEY, gcp_member_of_email(rest, arena));
	if (takes(&rest, written, "group:") && rest.n > 0)
		return known(DOCUMENT_GROUP, gcp_member_of_group(rest, arena));
	if (takes(&rest, written, "principal://") && rest.n > 0)
		return subject(written, rest, arena);
	if (takes(&rest, written, "principalSet://") && rest.n > 0)
		return set(written, rest, arena);
	return out;
}
