/*
 * buf.h - bytes that grow: build a value, then hand it on or write it out.
 *
 * A zeroed buf is empty and ready. The buffer owns `p`; a str taken from it is
 * valid until the next append or buf_release. Running out of memory aborts.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdint.h>

#include "base/str.h"

struct buf {
	char *p;
	size_t n;   /* bytes in use */
	size_t cap; /* bytes allocated */
};

void buf_release(struct buf *b);

/* Empty the buffer, keep its memory. */
void buf_clear(struct buf *b);

/* More memory, whatever there is; for buf_reserve, which most often has enough. */
char *buf_grow(struct buf *b, size_t more);

/* Room for `more` further bytes; returns where they begin. n does not change. */
static inline char *buf_reserve(struct buf *b, size_t more)
{
	return b->p && more <= b->cap - b->n ? b->p + b->n : buf_grow(b, more);
}

static inline void buf_add(struct buf *b, const void *p, size_t n)
{
	if (n == 0)
		return;
	memcpy(buf_reserve(b, n), p, n);
	b->n += n;
}

static inline void buf_add_str(struct buf *b, struct str s)
{
	buf_add(b, s.p, s.n);
}

static inline void buf_add_char(struct buf *b, char c)
{
	*buf_reserve(b, 1) = c;
	b->n++;
}

void buf_printf(struct buf *b, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Zero bytes until n is a multiple of `align` (a power of two). */
void buf_align(struct buf *b, size_t align);

static inline struct str buf_str(const struct buf *b)
{
	return (struct str){ b->p, b->n };
}

/* A growable array of one type on top of a buf: VEC_ADD(&b, uint32_t, x). */
#define VEC_ADD(b, type, ...)                                                            \
	do {                                                                             \
		type vec_item_ = __VA_ARGS__;                                            \
		buf_add((b), &vec_item_, sizeof(vec_item_));                             \
	} while (0)
#define VEC_COUNT(b, type) ((b)->n / sizeof(type))
#define VEC_DATA(b, type)  ((type *)(void *)(b)->p)

/* An array of uint32_t: ascending, and each value once. */
void buf_unique_u32(struct buf *b);

#endif
