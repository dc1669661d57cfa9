/*
 * reads.h - the condition keys that decisions looked up, and what they come to for
 * somebody or something else.
 *
 * Which keys a decision reads is found out by deciding. Another that differs in nothing
 * else takes the same course where each of them has the same value.
 */
#ifndef REACHABILITY_READS_H
#define REACHABILITY_READS_H

#include "reachability/provider.h"

/* In the order of first reading; zeroed: none. */
struct reads {
	const struct str *keys;
	uint32_t count;
};

/* Keys of `seen` (struct str) that it has not, behind those that it has; in the arena. */
void reads_join(struct reads *r, const struct buf *seen, struct arena *arena);

/*
 * Append what the keys come to for a caller and an object: equal bytes, equal facts.
 * `provider` is the one that decides; `scratch` is used and emptied.
 */
void reads_facts(struct buf *out, const struct reads *r, struct world *w,
	const struct provider *provider, const struct subject *s, const struct object *o,
	struct arena *scratch);

#endif
