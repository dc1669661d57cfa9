#include "base/sparse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *memory(void *p, const char *what)
{
	if (!p) {
		fprintf(stderr, "out of memory: %s\n", what);
		abort();
	}
	return p;
}

void sparse_init(struct sparse *s, size_t element_size)
{
	*s = (struct sparse){ .size = element_size };
}

void sparse_release(struct sparse *s)
{
	for (uint32_t i = 0; i < s->page_count; i++)
		free(s->pages[i]);
	free(s->pages);
	*s = (struct sparse){ .size = s->size };
}

static void pages_grow(struct sparse *s, uint32_t page)
{
	uint32_t count = s->page_count ? s->page_count : 16;

	while (count <= page)
		count = count < UINT32_MAX / 2 ? count * 2 : UINT32_MAX;
	s->pages = memory(realloc(s->pages, count * sizeof(*s->pages)), "pages");
	memset(s->pages + s->page_count, 0, (count - s->page_count) * sizeof(*s->pages));
	s->page_count = count;
}

void *sparse_at(struct sparse *s, uint32_t i)
{
	uint32_t page = i / SPARSE_PAGE;

	if (page >= s->page_count)
		pages_grow(s, page);
	if (!s->pages[page])
		s->pages[page] = memory(calloc(SPARSE_PAGE, s->size), "a page");
	return s->pages[page] + (size_t)(i % SPARSE_PAGE) * s->size;
}
