#include "reachability/literal.h"

bool literal_has_wildcard(struct str text)
{
	return str_find_char(text, '*', 0) < text.n ||
	       str_find_char(text, '?', 0) < text.n;
}

bool literal_is_encoded(struct str text)
{
	return str_find_char(text, LITERAL_STAR, 0) < text.n ||
	       str_find_char(text, LITERAL_QUESTION, 0) < text.n;
}

static struct str literal_map(struct str text, char (*map)(char), struct arena *arena)
{
	char *p = arena_alloc(arena, text.n + 1);

	for (size_t i = 0; i < text.n; i++)
		p[i] = map(text.p[i]);
	return (struct str){ p, text.n };
}

struct str literal_encode(struct str text, struct arena *arena)
{
	return literal_has_wildcard(text) ? literal_map(text, literal_encode_char, arena)
					  : text;
}

struct str literal_decode(struct str text, struct arena *arena)
{
	return literal_is_encoded(text) ? literal_map(text, literal_decode_char, arena)
					: text;
}

void literal_print(struct buf *out, struct str pattern)
{
	for (size_t i = 0; i < pattern.n; i++) {
		char c = pattern.p[i];

		if (literal_decode_char(c) != c)
			buf_printf(out, "${%c}", literal_decode_char(c));
		else
			buf_add_char(out, c);
	}
}
