/*
 * filterkey.h - the keys of filters: names, aliases, value types, words they accept.
 *
 * One declarative table that the parser checks against, the binder switches over and
 * completion lists. Keys are compared without case. Static data; any thread.
 */
#ifndef QUERY_FILTERKEY_H
#define QUERY_FILTERKEY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

enum filterkey {
	FILTERKEY_KEY,
	FILTERKEY_NAME,
	FILTERKEY_KIND,
	FILTERKEY_ACCOUNT,
	FILTERKEY_PROVIDER,
	FILTERKEY_REGION,
	FILTERKEY_TAG, /* tag.K */
	FILTERKEY_PATH,
	FILTERKEY_HOPS,
	FILTERKEY_HOP,
	FILTERKEY_VERDICT,
	FILTERKEY_LEVEL,
	FILTERKEY_ACTION,
	FILTERKEY_VIA,
	FILTERKEY_ADMIN,
	FILTERKEY_PUBLIC,
	FILTERKEY_EXTERNAL,
	FILTERKEY_ENABLED,
	FILTERKEY_CREATED,
	FILTERKEY_LAST_USED,
	FILTERKEY_SEVERITY, /* from here on: reserved for later */
	FILTERKEY_STATUS,
	FILTERKEY_RULE,
	FILTERKEY_RISK,
	FILTERKEY_GAP,
	FILTERKEY_TEAM,
	FILTERKEY_OWNER,
	FILTERKEY_COUNT
};

enum filterkey_type {
	FILTERKEY_TYPE_TEXT,   /* any text; '*' and '?' are wildcards */
	FILTERKEY_TYPE_REF,    /* a name, as in a sentence, or {filter} */
	FILTERKEY_TYPE_CHOICE, /* one of the key's words */
	FILTERKEY_TYPE_BOOL,   /* true, false */
	FILTERKEY_TYPE_COUNT,  /* a whole number; < <= > >= compare */
	FILTERKEY_TYPE_TIME,   /* an age (90d) or a date; < <= > >= compare */
};

/*
 * About whom a key speaks. An ENTITY key is known before any access is computed; a ROW
 * key is a property of an answer row, so only a query that computes access can have it.
 */
enum filterkey_about { FILTERKEY_ABOUT_ENTITY, FILTERKEY_ABOUT_ROW };

struct filterkey_info {
	const char *name;
	enum filterkey_type type;
	enum filterkey_about about;
	bool ordered;               /* < <= > >= make sense */
	bool later;                 /* reserved, not available yet */
	const char *const *choices; /* NULL-ended, weakest or cheapest first; or NULL */
	const char *help;           /* one line for completion */
};

/* The table's row. */
const struct filterkey_info *filterkey_info(enum filterkey key);

/*
 * The key with that name or alias, 1 or 0. "tag.K" is FILTERKEY_TAG and *tag its K (which
 * keeps its case); for every other key *tag is empty.
 */
int filterkey_find(enum filterkey *out, struct str *tag, struct str name);

/* The nearest name or alias of a key; empty when none is near. Lives for ever. */
struct str filterkey_nearest(struct str name);

/* The index of word among the key's choices, or -1. */
int filterkey_choice(enum filterkey key, struct str word);

#endif
