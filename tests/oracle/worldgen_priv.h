/*
 * worldgen_priv.h - a world that is being made up; for the files that write its parts.
 */
#ifndef TESTS_ORACLE_WORLDGEN_PRIV_H
#define TESTS_ORACLE_WORLDGEN_PRIV_H

#include "base/arena.h"
#include "recorder.h"

#define ACCOUNTS  3u
#define ORG       "o-abcdefghij"
#define OPEN_KEYS 7u
#define FOREIGN   "999999999999"

enum feature {
	WITH_DENY,
	WITH_NOT, /* NotAction, NotResource, NotPrincipal */
	WITH_KNOWN_CONDITION,
	WITH_OPEN_CONDITION,
	WITH_VARIABLE,
	WITH_WIDE_PATTERN,
	WITH_BOUNDARY,
	WITH_MISSING, /* attached policies and boundaries that nobody collected */
	WITH_REFUSED, /* policies of resources that could not be read */
	WITH_RESOURCE_POLICY,
	WITH_STRANGER, /* principals that nobody collected, services, everybody */
	WITH_RUNNER,   /* roles that services may take on */
	WITH_CEILING,
	WITH_TAG,
	WITH_GRANT,
	WITH_BUCKET,    /* settings and lists of buckets */
	WITH_POINT,     /* access points of buckets */
	WITH_ENDPOINT,  /* endpoints of networks, with policies */
	WITH_MALFORMED, /* policies that the provider would not have saved */
	FEATURE_COUNT
};

/* A resource, and its policy. */
struct twin {
	const char *kind;
	struct str key, text;
};

struct worldgen {
	uint64_t state;
	uint32_t weight[FEATURE_COUNT]; /* percent */
	struct arena arena;
	uint32_t accounts;
	bool organization;
	uint32_t open_keys; /* bits: which of OPEN_KEYS */
	bool session_names; /* principals may be sessions */
	bool refused;       /* policies of resources may be unreadable */
	struct buf
		keys; /* of struct str: of all entities, before any policy is written */
	struct buf identities; /* of struct str */
	struct recorder r;
	uint32_t account;   /* that is being written */
	const bool *chosen; /* which things it has */
	/*
	 * every trust policy is read: sessions of other roles may have any tag, and the
	 * oracle has no requests with tags of their own
	 */
	bool known_tags;
	/* the first policy of a kind, which others of it repeat for themselves */
	bool twins;
	struct buf firsts; /* struct twin */
	/* objects that statements name more often than others, so that they meet */
	struct str favourites[2];
};

static inline uint64_t next(struct worldgen *g)
{
	uint64_t z = (g->state += 0x9e3779b97f4a7c15ull);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

static inline uint32_t below(struct worldgen *g, uint32_t n)
{
	return (uint32_t)(next(g) % n);
}

static inline bool chance(struct worldgen *g, uint32_t percent)
{
	return below(g, 100) < percent;
}

static inline bool has(struct worldgen *g, enum feature f)
{
	return chance(g, g->weight[f]);
}

static inline const char *pick(
	struct worldgen *g, const char *const *from, uint32_t count)
{
	return from[below(g, count)];
}
#define PICK(g, ...)                                                                     \
	pick((g), (const char *const[]){ __VA_ARGS__ },                                  \
		sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(const char *))

/* A key of the caller's tags, or one that is known of every caller in its place. */
static inline const char *tag_key(const struct worldgen *g, const char *key)
{
	bool unread = g->weight[WITH_REFUSED] > 0 || g->weight[WITH_MALFORMED] > 0;

	return unread && !g->known_tags ? "aws:PrincipalAccount" : key;
}

static inline const char *account_id(uint32_t i)
{
	static const char *const ids[] = { "111111111111", "222222222222",
		"333333333333" };

	return ids[i];
}

static inline struct str any_of(struct worldgen *g, const struct buf *list)
{
	return VEC_DATA(
		list, struct str)[below(g, (uint32_t)VEC_COUNT(list, struct str))];
}

/* A text with some statements; `first`, if any, before them. */
struct str worldgen_policy(
	struct worldgen *g, enum record_layer layer, uint32_t count, const char *first);

/*
 * What the first of its kind says of itself, said of this one; the text, where it is the
 * first, or the world has no twins.
 */
struct str worldgen_twin(
	struct worldgen *g, const char *kind, struct str key, struct str text);

/* Settings of a bucket or an access point, or of all of an account. */
void worldgen_settings(struct worldgen *g, bool bucket);
/* Besides: the bucket that an access point leads to. */
void worldgen_leads_to(struct worldgen *g);
/* A bucket's list of access control. */
void worldgen_list(struct worldgen *g, struct str key);
void worldgen_endpoint(
	struct worldgen *g, const char *kind, const char *name, struct str key);

/*
 * The end of a statement that asks for a tag of the resource.
 * Not for buckets: whether tags of a bucket count is a setting of the bucket.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/buckets-tagging-enable-abac.html
 */
void worldgen_tagged(struct worldgen *g, struct buf *b, enum record_layer layer);

/* ,"Condition":{...}, or nothing. */
void worldgen_condition(struct worldgen *g, struct buf *b);

#endif
