/*
 * arena.h - memory that is freed all at once.
 *
 * One arena per phase with a clear end: a parsed query, a decoded batch, a
 * rendered page. Nothing inside an arena is freed alone, so nothing inside it
 * has a destructor; pointers between objects of one arena are always safe.
 *
 * Invariants:
 *  (1) pages form a list, newest first; only the newest has room to give
 *  (2) used <= limit; crossing the limit means the caller failed to bound its
 *      input, which is a bug, so arena_alloc aborts instead of returning NULL
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

#include "base/str.h"

#define ARENA_UNLIMITED ((size_t)-1 / 2)

struct arena_page;

struct arena {
	struct arena_page *pages;
	size_t used;  /* bytes handed out so far */
	size_t limit; /* most bytes this arena may ever hand out */
};

void arena_init(struct arena *a, size_t limit);
void arena_release(struct arena *a);

/* Forget everything handed out but keep the newest page for what comes next. */
void arena_reset(struct arena *a);

/* Zeroed and aligned for any type. Never NULL. */
void *arena_alloc(struct arena *a, size_t size);

/* A copy of s that lives as long as the arena, with a NUL after its last byte. */
struct str arena_copy(struct arena *a, struct str s);

/* printf into the arena. */
struct str arena_printf(struct arena *a, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#define ARENA_NEW(a, type)              ((type *)arena_alloc((a), sizeof(type)))
#define ARENA_NEW_ARRAY(a, type, count) ((type *)arena_alloc((a), sizeof(type) * (count)))

#endif
