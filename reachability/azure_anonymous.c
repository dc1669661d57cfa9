#include "reachability/azure_anonymous.h"

#define CONTAINERS STR_LIT("/blobservices/default/containers/")

/* An account, and a container in it: text.n == 0 when the key goes no further. */
struct blobs {
	struct world *w;
	struct str account, container;
};

static struct blobs blobs_of(struct world *w, struct str key)
{
	struct blobs b = { .w = w, .account = key };
	size_t at = 0, end;

	while (at < key.n && !str_starts(str_skip(key, at), STR_LIT("/blobservices/")))
		at++;
	b.account = str_head(key, at);
	if (!str_starts(str_skip(key, at), CONTAINERS))
		return b;
	end = str_find_char(key, '/', at + CONTAINERS.n);
	b.container = str_head(key, end);
	return b;
}

/* The attribute of what has the key; false: no input has it. */
static bool attribute(struct str *out, struct world *w, struct str key, const char *name)
{
	struct err e;
	node_id n;

	if (key.n == 0 || world_node_of_key(&n, w, key, &e) < 0 ||
		world_node(w, n)->type != NODE_ENTITY)
		return false;
	*out = world_attribute(w, n, str_from(name));
	return true;
}

/* Whether all containers of the account were listed. */
static bool are_listed(struct world *w, struct str account)
{
	const struct segment_coverage *c;
	struct segment *s;
	bool got = false;
	struct err e;
	node_id n;

	if (world_node_of_key(&n, w, account, &e) < 0)
		return false;
	s = world_node_segment(w, n);
	c = s ? segment_coverages(s) : NULL;
	for (uint32_t i = 0; c && i < segment_info(s)->coverage_count; i++) {
		if (!str_eq(segment_str(s, c[i].what), STR_LIT("containers")) ||
			!segment_coverage_has(s, i, world_node(w, n)->id))
			continue;
		if (c[i].state != COVERAGE_GOT)
			return false;
		got = true;
	}
	return got;
}

/* "allowed", "no", or empty: nobody knows, and *what says why. */
static struct str access_to(const struct blobs *b, const char **what)
{
	struct str allowed = { 0 }, level = { 0 };

	(void)attribute(&allowed, b->w, b->account, "public_blobs");
	if (str_eq(allowed, STR_LIT("false")))
		return STR_LIT("no");
	if (!attribute(&level, b->w, b->container, "public_access")) {
		*what = "which containers of '%.*s' are open to everybody was not "
			"collected";
		return are_listed(b->w, b->account) ? STR_LIT("no") : level;
	}
	if (str_eq_fold(level, STR_LIT("None")))
		return STR_LIT("no");
	*what = level.n == 0 ? "whether containers of '%.*s' are open to everybody was "
			       "not collected"
			     : "whether '%.*s' lets containers be open to everybody was "
			       "not collected";
	return level.n > 0 && str_eq(allowed, STR_LIT("true")) ? STR_LIT("allowed")
							       : (struct str){ 0 };
}

bool azure_anonymous_fact(struct world *w, const struct object *object, struct str key,
	struct condition_fact *out, struct arena *arena)
{
	bool unread = str_eq(key, STR_LIT("@Resource[AnonymousUnread]"));
	const char *what = NULL;
	struct str access, *values;
	struct blobs b;

	if (!unread && !str_eq(key, STR_LIT("@Resource[AnonymousAccess]")))
		return false;
	b = blobs_of(w, object->resource);
	access = access_to(&b, &what);
	if (access.n > 0 || !unread) {
		values = ARENA_NEW(arena, struct str);
		*values = unread || access.n == 0 ? STR_LIT("no") : access;
		out->knowledge = CONDITION_KNOWN;
		out->values = values;
		out->value_count = 1;
		return true;
	}
	out->knowledge = CONDITION_UNCOLLECTED;
	out->scope = object->n->account;
	out->what = arena_printf(arena, what, STR_ARG(b.account));
	return true;
}
