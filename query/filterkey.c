#include "query/filterkey.h"

#include <assert.h>

#include "base/nearest.h"

static const char *const path_words[] = { "direct", "indirect", NULL };
static const char *const hop_words[] = { "assume", "carry", "expose", "escalate", NULL };
static const char *const verdict_words[] = { "denied", "unknown", "eligible",
	"conditional", "allowed", NULL };
static const char *const level_words[] = { "list", "read", "write", "tag", "permissions",
	NULL };

#define ENTITY FILTERKEY_ABOUT_ENTITY
#define ROW    FILTERKEY_ABOUT_ROW
#define TEXT   FILTERKEY_TYPE_TEXT
#define REF    FILTERKEY_TYPE_REF
#define CHOICE FILTERKEY_TYPE_CHOICE
#define BOOL   FILTERKEY_TYPE_BOOL
#define NUMBER FILTERKEY_TYPE_COUNT
#define TIME   FILTERKEY_TYPE_TIME

/* clang-format off */
static const struct filterkey_info keys[FILTERKEY_COUNT] = {
	/*                        name         type    about   ordered later  choices  help */
	[FILTERKEY_KEY]       = { "key",       TEXT,   ENTITY, false, false, NULL, "the provider's global name" },
	[FILTERKEY_NAME]      = { "name",      TEXT,   ENTITY, false, false, NULL, "the short name" },
	[FILTERKEY_KIND]      = { "kind",      TEXT,   ENTITY, false, false, NULL, "user, role, s3-bucket, iam:role" },
	[FILTERKEY_ACCOUNT]   = { "account",   REF,    ENTITY, false, false, NULL, "the account, subscription or project it is in" },
	[FILTERKEY_PROVIDER]  = { "provider",  TEXT,   ENTITY, false, false, NULL, "the cloud it is in" },
	[FILTERKEY_REGION]    = { "region",    TEXT,   ENTITY, false, false, NULL, "the region it is in" },
	[FILTERKEY_TAG]       = { "tag.",      TEXT,   ENTITY, false, false, NULL, "the value of a tag or label" },
	[FILTERKEY_PATH]      = { "path",      CHOICE, ROW,    false, false, path_words, "whether a hop is needed" },
	[FILTERKEY_HOPS]      = { "hops",      NUMBER, ROW,    true,  false, NULL, "the fewest hops needed" },
	[FILTERKEY_HOP]       = { "hop",       CHOICE, ROW,    true,  false, hop_words, "the worst class of hop on the path" },
	[FILTERKEY_VERDICT]   = { "verdict",   CHOICE, ROW,    true,  false, verdict_words, "how sure the access is" },
	[FILTERKEY_LEVEL]     = { "level",     CHOICE, ROW,    false, false, level_words, "what the actions do" },
	[FILTERKEY_ACTION]    = { "action",    TEXT,   ROW,    false, false, NULL, "an action that is possible" },
	[FILTERKEY_VIA]       = { "via",       REF,    ROW,    false, false, NULL, "an entity on the path" },
	[FILTERKEY_ADMIN]     = { "admin",     BOOL,   ENTITY, false, false, NULL, "full control of its account" },
	[FILTERKEY_PUBLIC]    = { "public",    BOOL,   ENTITY, false, false, NULL, "open to everyone" },
	[FILTERKEY_EXTERNAL]  = { "external",  BOOL,   ENTITY, false, false, NULL, "outside the estate" },
	[FILTERKEY_ENABLED]   = { "enabled",   BOOL,   ENTITY, false, false, NULL, "can be used to sign in" },
	[FILTERKEY_CREATED]   = { "created",   TIME,   ENTITY, true,  false, NULL, "when it was created: >90d, <2026-01-31" },
	[FILTERKEY_LAST_USED] = { "last_used", TIME,   ENTITY, true,  false, NULL, "when it was last used: >90d, never" },
	[FILTERKEY_SEVERITY]  = { "severity",  TEXT,   ROW,    false, true,  NULL, "how bad a finding is" },
	[FILTERKEY_STATUS]    = { "status",    TEXT,   ROW,    false, true,  NULL, "the state of a finding" },
	[FILTERKEY_RULE]      = { "rule",      TEXT,   ROW,    false, true,  NULL, "the rule of a finding" },
	[FILTERKEY_RISK]      = { "risk",      TEXT,   ROW,    false, true,  NULL, "a named risk" },
	[FILTERKEY_GAP]       = { "gap",       TEXT,   ROW,    false, true,  NULL, "access granted and not used" },
	[FILTERKEY_TEAM]      = { "team",      TEXT,   ENTITY, false, true,  NULL, "who looks after it" },
	[FILTERKEY_OWNER]     = { "owner",     TEXT,   ENTITY, false, true,  NULL, "who owns it" },
};

static const struct {
	const char *name;
	enum filterkey key;
} aliases[] = {
	{ "type", FILTERKEY_KIND },
};
/* clang-format on */

#define ALIAS_COUNT (sizeof(aliases) / sizeof(aliases[0]))

const struct filterkey_info *filterkey_info(enum filterkey key)
{
	assert(key < FILTERKEY_COUNT);
	return &keys[key];
}

static bool find_tag(struct str *tag, struct str name)
{
	struct str prefix = str_from(keys[FILTERKEY_TAG].name);

	if (name.n <= prefix.n || !str_eq_fold(str_head(name, prefix.n), prefix))
		return false;
	*tag = str_skip(name, prefix.n);
	return true;
}

int filterkey_find(enum filterkey *out, struct str *tag, struct str name)
{
	*tag = (struct str){ NULL, 0 };
	if (find_tag(tag, name)) {
		*out = FILTERKEY_TAG;
		return 1;
	}
	for (int k = 0; k < FILTERKEY_COUNT; k++) {
		if (k == FILTERKEY_TAG || !str_eq_fold(name, str_from(keys[k].name)))
			continue;
		*out = (enum filterkey)k;
		return 1;
	}
	for (size_t i = 0; i < ALIAS_COUNT; i++) {
		if (!str_eq_fold(name, str_from(aliases[i].name)))
			continue;
		*out = aliases[i].key;
		return 1;
	}
	return 0;
}

struct str filterkey_nearest(struct str name)
{
	struct nearest n;

	nearest_init(&n, name);
	for (int k = 0; k < FILTERKEY_COUNT; k++) {
		if (!keys[k].later)
			nearest_offer(&n, str_from(keys[k].name));
	}
	for (size_t i = 0; i < ALIAS_COUNT; i++)
		nearest_offer(&n, str_from(aliases[i].name));
	return n.best;
}

int filterkey_choice(enum filterkey key, struct str word)
{
	const char *const *choices = filterkey_info(key)->choices;

	for (int i = 0; choices && choices[i]; i++) {
		if (str_eq_fold(word, str_from(choices[i])))
			return i;
	}
	return -1;
}
