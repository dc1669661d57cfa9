#include "catalog/place_priv.h"

static bool starts_fold(struct str s, struct str prefix)
{
	return s.n >= prefix.n && str_eq_fold(str_head(s, prefix.n), prefix);
}

static struct str up_to(struct str s, char end)
{
	return str_head(s, str_find_char(s, end, 0));
}

/* What follows the last "/providers/", or the first segment. */
static struct str path_token(struct str key)
{
	static const struct str word = { "/providers/", 11 };
	struct str token = up_to(str_skip(key, 1), '/');

	for (size_t i = 0; i < key.n; i++)
		if (key.p[i] == '/' && starts_fold(str_skip(key, i), word))
			token = up_to(str_skip(key, i + word.n), '/');
	return token;
}

void place_of_key(struct str key, struct str *service, struct str *token)
{
	struct str rest;

	*token = (struct str){ key.p, 0 };
	if (str_starts(key, STR_LIT("//"))) {
		*service = str_head(key, str_find_char(key, '/', 2));
	} else if (str_starts(key, STR_LIT("/"))) {
		*service = str_head(key, 1);
		*token = path_token(key);
	} else {
		*service = up_to(key, ':');
		rest = str_skip(key, service->n + (service->n < key.n));
		if (str_find_char(rest, ':', 0) < str_find_char(rest, '/', 0))
			*token = up_to(rest, ':');
	}
}
