#include "query/gcp_shorthand.h"

/* "gs://b/x" is "//storage.googleapis.com/b/objects/x". */
static bool bucket(struct str *key, struct str word, struct arena *arena)
{
	const struct str scheme = STR_LIT("gs://");
	struct str path = str_skip(word, scheme.n), name, rest;

	if (!str_eq_fold(str_head(word, scheme.n), scheme) || path.n == 0 ||
		path.p[0] == '/')
		return false;
	name = str_head(path, str_find_char(path, '/', 0));
	rest = str_skip(path, name.n + 1);
	*key = arena_printf(arena, "//storage.googleapis.com/%.*s%s%.*s", STR_ARG(name),
		rest.n > 0 ? "/objects/" : "", STR_ARG(rest));
	return true;
}

/* NAME@PROJECT.iam.gserviceaccount.com tells its project; the defaults do not. */
static bool account(struct str *key, struct str email, struct arena *arena)
{
	const struct str end = STR_LIT(".iam.gserviceaccount.com");
	size_t at = str_find_char(email, '@', 0);
	struct str project = str_skip(email, at + 1);

	if (!str_ends(project, end) || at == 0)
		return false;
	project.n -= end.n;
	*key = arena_printf(arena,
		"//iam.googleapis.com/projects/%.*s/serviceAccounts/%.*s",
		STR_ARG(project), STR_ARG(email));
	return project.n > 0;
}

/* "gcp:sa:build@p": the account of that name in the project. */
static bool short_account(struct str *key, struct str word, struct arena *arena)
{
	const struct str head = STR_LIT("gcp:sa:");
	struct str rest = str_skip(word, head.n);
	size_t at = str_find_char(rest, '@', 0);

	if (!str_starts(word, head) || at == 0 || at + 1 >= rest.n)
		return false;
	if (account(key, rest, arena))
		return true;
	return account(key,
		arena_printf(arena, "%.*s.iam.gserviceaccount.com", STR_ARG(rest)),
		arena);
}

int gcp_shorthand_parse(struct str *key, struct str word, struct arena *arena)
{
	return bucket(key, word, arena) || short_account(key, word, arena) ||
	       (str_find_char(word, '/', 0) == word.n && account(key, word, arena));
}
