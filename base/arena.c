#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define ARENA_PAGE_FIRST ((size_t)1024) /* many arenas never need more */
#define ARENA_PAGE_SIZE  ((size_t)64 * 1024)
#define ARENA_ALIGN      alignof(max_align_t)

struct arena_page {
	struct arena_page *next;
	size_t size;
	size_t used;
	alignas(max_align_t) char data[];
};

void arena_init(struct arena *a, size_t limit)
{
	*a = (struct arena){ .limit = limit };
}

void arena_release(struct arena *a)
{
	struct arena_page *page, *next;

	for (page = a->pages; page; page = next) {
		next = page->next;
		free(page);
	}
	*a = (struct arena){ .limit = a->limit };
}

void arena_reset(struct arena *a)
{
	struct arena_page *kept = a->pages, *page, *next;

	if (!kept)
		return;
	for (page = kept->next; page; page = next) {
		next = page->next;
		free(page);
	}
	memset(kept->data, 0, kept->used);
	kept->next = NULL;
	kept->used = 0;
	a->used = 0;
}

static struct arena_page *arena_page_new(size_t size)
{
	struct arena_page *page = calloc(1, sizeof(*page) + size);

	if (!page) {
		fprintf(stderr, "out of memory\n");
		abort();
	}
	page->size = size;
	return page;
}

/* Pages double up to their full size. */
static size_t arena_page_size(const struct arena *a)
{
	size_t size = a->pages ? 2 * a->pages->size : ARENA_PAGE_FIRST;

	return size < ARENA_PAGE_SIZE ? size : ARENA_PAGE_SIZE;
}

void *arena_alloc(struct arena *a, size_t size)
{
	struct arena_page *page = a->pages;
	void *p;

	if (size > a->limit - a->used) {
		fprintf(stderr, "bug: arena limit of %zu bytes crossed\n", a->limit);
		abort();
	}
	a->used += size;

	size = (size + ARENA_ALIGN - 1) & ~(ARENA_ALIGN - 1);
	if (!page || size > page->size - page->used) {
		size_t least = arena_page_size(a);

		page = arena_page_new(size > least ? size : least);
		page->next = a->pages;
		a->pages = page;
	}
	p = page->data + page->used;
	page->used += size;
	return p;
}

struct str arena_copy(struct arena *a, struct str s)
{
	char *p = arena_alloc(a, s.n + 1);

	if (s.n > 0)
		memcpy(p, s.p, s.n);
	return (struct str){ p, s.n };
}

struct str arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap, again;
	char *p;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		n = 0;
	p = arena_alloc(a, (size_t)n + 1);
	vsnprintf(p, (size_t)n + 1, fmt, again);
	va_end(again);
	return (struct str){ p, (size_t)n };
}
