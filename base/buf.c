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

static int compare_u32(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

void buf_unique_u32(struct buf *b)
{
	uint32_t *v = VEC_DATA(b, uint32_t);
	size_t count = VEC_COUNT(b, uint32_t), kept = 0;

	if (count == 0)
		return;
	qsort(v, count, sizeof(*v), compare_u32);
	for (size_t i = 0; i < count; i++) {
		if (kept == 0 || v[kept - 1] != v[i])
			v[kept++] = v[i];
	}
	b->n = kept * sizeof(*v);
}
