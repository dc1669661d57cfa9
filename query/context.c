#include "query/context.h"

#include <stdarg.h>
#include <stdio.h>

int context_refuse(struct context *c, struct err *e)
{
	return diagnostic_err(c->d, c->query->source, ERR_SYNTAX, e);
}

int context_fail(
	struct context *c, struct err *e, struct ast_span span, const char *fmt, ...)
{
	char text[DIAGNOSTIC_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	if (vsnprintf(text, sizeof(text), fmt, ap) < 0)
		text[0] = '\0';
	va_end(ap);
	diagnostic_set(c->d, span, "%s", text);
	return context_refuse(c, e);
}

struct str context_join(
	struct arena *arena, const struct str *words, uint32_t count, const char *last)
{
	struct buf text = { 0 };
	struct str out;

	for (uint32_t i = 0; i < count; i++) {
		if (i > 0)
			buf_printf(&text, "%s", i + 1 < count ? "', '" : last);
		buf_add_str(&text, words[i]);
	}
	out = arena_copy(arena, buf_str(&text));
	buf_release(&text);
	return out;
}
