#include "reachability/reads.h"

void reads_join(struct reads *r, const struct buf *seen, struct arena *arena)
{
	const struct str *v = VEC_DATA(seen, const struct str);
	uint32_t count = (uint32_t)VEC_COUNT(seen, struct str), n = r->count;
	struct str *all;

	if (count == 0)
		return;
	all = ARENA_NEW_ARRAY(arena, struct str, n + count);
	if (n > 0)
		memcpy(all, r->keys, n * sizeof(*all));
	for (uint32_t i = 0; i < count; i++) {
		uint32_t k = 0;

		while (k < n && !str_eq(all[k], v[i]))
			k++;
		if (k == n)
			all[n++] = v[i];
	}
	*r = (struct reads){ all, n };
}

static void text_add(struct buf *out, struct str s)
{
	VEC_ADD(out, uint32_t, (uint32_t)s.n);
	buf_add_str(out, s);
}

void reads_facts(struct buf *out, const struct reads *r, struct world *w,
	const struct provider *provider, const struct subject *s, const struct object *o,
	struct arena *scratch)
{
	VEC_ADD(out, uint32_t, r->count);
	for (uint32_t i = 0; i < r->count; i++) {
		struct condition_fact fact = { 0 };

		provider->look_up(w, s, o, r->keys[i], &fact, scratch);
		VEC_ADD(out, uint32_t, fact.knowledge);
		VEC_ADD(out, uint32_t, fact.value_count);
		for (uint32_t k = 0; k < fact.value_count; k++)
			text_add(out, fact.values[k]);
		text_add(out, fact.scope);
		text_add(out, fact.what);
	}
	arena_reset(scratch);
}
