#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void buf_release(struct buf *b)
{
	free(b->p);
	*b = (struct buf){ 0 };
}

void buf_clear(struct buf *b)
{
	b->n = 0;
}

char *buf_grow(struct buf *b, size_t more)
{
	size_t cap = b->cap > 0 ? b->cap : 64;

	while (cap - b->n < more) {
		if (cap > SIZE_MAX / 2) {
			fprintf(stderr, "out of memory\n");
			abort();
		}
		cap *= 2;
	}
	b->p = realloc(b->p, cap);
	if (!b->p) {
		fprintf(stderr, "out of memory\n");
		abort();
	}
	b->cap = cap;
	return b->p + b->n;
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap, again;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n > 0) {
		vsnprintf(buf_reserve(b, (size_t)n + 1), (size_t)n + 1, fmt, again);
		b->n += (size_t)n;
	}
	va_end(again);
}

void buf_align(struct buf *b, size_t align)
{
	static const char zeros[64];

	while (b->n % align != 0) {
		size_t gap = align - b->n % align;

		buf_add(b, zeros, gap < sizeof(zeros) ? gap : sizeof(zeros));
	}
}
