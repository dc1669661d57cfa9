/*
 * str.h - a borrowed run of bytes: pointer and length, never NUL-terminated.
 *
 * LMDB, msgpack and the lexer all hand out pieces of larger buffers. A str
 * names such a piece and owns nothing; whoever owns the buffer says in its
 * header how long the piece stays valid. Case folding is ASCII only, because
 * no provider's rule folds anything else.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
	const char *p;
	size_t n;
};

#define STR_LIT(s) ((struct str){ (s), sizeof(s) - 1 })
#define STR_ARG(s) (int)(s).n, (s).p /* for "%.*s" */

static inline struct str str_from(const char *s)
{
	return (struct str){ s, s ? strlen(s) : 0 };
}

static inline bool str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline char str_lower_char(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Byte order; a proper prefix sorts before what it begins. */
static inline int str_cmp(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int rc = n > 0 ? memcmp(a.p, b.p, n) : 0;

	return rc != 0 ? rc : (a.n > b.n) - (a.n < b.n);
}

static inline bool str_starts(struct str s, struct str prefix)
{
	return s.n >= prefix.n && (prefix.n == 0 || memcmp(s.p, prefix.p, prefix.n) == 0);
}

static inline bool str_ends(struct str s, struct str suffix)
{
	return s.n >= suffix.n &&
	       (suffix.n == 0 || memcmp(s.p + s.n - suffix.n, suffix.p, suffix.n) == 0);
}

/* The part from byte `from` on; empty when from is past the end. */
static inline struct str str_skip(struct str s, size_t from)
{
	return from < s.n ? (struct str){ s.p + from, s.n - from }
			  : (struct str){ s.n > 0 ? s.p + s.n : s.p, 0 };
}

static inline struct str str_head(struct str s, size_t n)
{
	return (struct str){ s.p, n < s.n ? n : s.n };
}

/* Index of the first c at or after `from`, or s.n. */
static inline size_t str_find_char(struct str s, char c, size_t from)
{
	const char *hit;

	if (from >= s.n || s.n - from > PTRDIFF_MAX) /* no run of bytes is that long */
		return s.n;
	hit = (const char *)memchr(s.p + from, c, s.n - from);
	return hit ? (size_t)(hit - s.p) : s.n;
}

bool str_same_fold(const char *a, const char *b, size_t n);

/* Most that are compared differ in length or in how they end. */
static inline bool str_eq_fold(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || (str_lower_char(a.p[a.n - 1]) ==
							  str_lower_char(b.p[a.n - 1]) &&
						  str_same_fold(a.p, b.p, a.n)));
}

bool str_contains_fold(struct str haystack, struct str needle);

#endif
