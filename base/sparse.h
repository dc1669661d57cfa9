/*
 * sparse.h - an array over dense numbers of which few are used: pages made on first use.
 *
 * A zeroed element means "not yet". Memory follows the numbers that were touched, so that
 * numbers may be given out in large blocks of which a query looks at a handful.
 *
 * Ownership: the array owns its elements; their addresses stay until sparse_release.
 * Cost: O(1); a page of SPARSE_PAGE elements on the first touch in its range.
 */
#ifndef BASE_SPARSE_H
#define BASE_SPARSE_H

#include <stddef.h>
#include <stdint.h>

#define SPARSE_PAGE 128u

struct sparse {
	size_t size; /* of an element */
	char **pages;
	uint32_t page_count;
};

void sparse_init(struct sparse *s, size_t element_size);
void sparse_release(struct sparse *s);

/* The element, made zero on first touch; never NULL. */
void *sparse_at(struct sparse *s, uint32_t i);

/* The element, or NULL when nothing in its page was touched. */
static inline void *sparse_get(const struct sparse *s, uint32_t i)
{
	uint32_t page = i / SPARSE_PAGE;

	if (page >= s->page_count || !s->pages[page])
		return NULL;
	return s->pages[page] + (size_t)(i % SPARSE_PAGE) * s->size;
}

#endif
