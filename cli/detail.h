/*
 * detail.h - everything that the store knows of one entity, gathered for `show`.
 *
 * Arrays and strings live in the arena or are borrowed from the world.
 */
#ifndef CLI_DETAIL_H
#define CLI_DETAIL_H

#include "base/arena.h"
#include "reachability/world.h"

struct detail_pair {
	struct str key, value;
};

struct detail_relation {
	struct str name; /* "member_of" */
	bool reverse;    /* the entity is the far end */
	struct str key;  /* of the other one */
};

struct detail_policy {
	struct str layer, name, source;
	struct str problem; /* why it is invalid; empty: it is not */
	struct str text;    /* as the provider wrote it; empty: not collected */
	bool collected;
};

struct detail_coverage {
	struct str what, state, text;
};

struct detail {
	struct str key, name, kind, account, parent, source, scope;
	uint32_t flags;
	int64_t created, last_used;
	bool in_store; /* false: only named by others, so nothing below is known */
	bool tags_known;
	struct str resource_policy; /* "read", "none", "refused", "not asked" */
	const struct detail_pair *tags, *attributes;
	const struct detail_relation *relations;
	const struct detail_policy *policies;
	const struct detail_coverage *coverage; /* about this entity */
	uint32_t tag_count, attribute_count, relation_count, policy_count, coverage_count;
};

int detail_read(struct detail *out, struct world *w, node_id n, struct arena *arena,
	struct err *e);

/* "got", "partial", "refused", "absent". */
struct str detail_coverage_name(uint32_t state);

#endif
