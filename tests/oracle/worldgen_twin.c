/* worldgen_twin.c - resources that say of themselves what others of their kind do. */
#include "worldgen_priv.h"

/* The text with one key in the place of another. */
static struct str rekeyed(
	struct worldgen *g, struct str text, struct str from, struct str to)
{
	struct buf b = { 0 };
	struct str copy;

	while (text.n > 0) {
		if (str_starts(text, from)) {
			buf_add_str(&b, to);
			text = str_skip(text, from.n);
		} else {
			buf_add_char(&b, text.p[0]);
			text = str_skip(text, 1);
		}
	}
	copy = arena_copy(&g->arena, buf_str(&b));
	buf_release(&b);
	return copy;
}

struct str worldgen_twin(
	struct worldgen *g, const char *kind, struct str key, struct str text)
{
	const struct twin *v = VEC_DATA(&g->firsts, const struct twin);

	if (!g->twins)
		return text;
	for (size_t i = 0; i < VEC_COUNT(&g->firsts, struct twin); i++) {
		if (strcmp(v[i].kind, kind) == 0)
			return rekeyed(g, v[i].text, v[i].key, key);
	}
	VEC_ADD(&g->firsts, struct twin, { kind, key, text });
	return text;
}
