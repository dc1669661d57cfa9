#include "base/err.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int err_set(struct err *e, enum err_code code, const char *fmt, ...)
{
	va_list ap;

	e->code = code;
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	return code;
}

int err_wrap(struct err *e, const char *fmt, ...)
{
	char head[ERR_TEXT_MAX];
	size_t text_len = strlen(e->text), head_len;
	va_list ap;
	int n;

	assert(e->code < 0);
	va_start(ap, fmt);
	n = vsnprintf(head, sizeof(head), fmt, ap);
	va_end(ap);
	if (n < 0)
		return e->code;

	head_len = (size_t)n;
	if (head_len + 2 + text_len >= sizeof(e->text))
		return e->code; /* no room: the cause matters more than the context */
	memmove(e->text + head_len + 2, e->text, text_len + 1);
	memcpy(e->text, head, head_len);
	memcpy(e->text + head_len, ": ", 2);
	return e->code;
}

int err_exit_status(int code)
{
	switch (code) {
#define X(name, value, status)                                                           \
	case name:                                                                       \
		return status;
		ERR_CODES(X)
#undef X
	default:
		return 0;
	}
}
