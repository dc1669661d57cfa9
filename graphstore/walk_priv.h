/*
 * walk_priv.h - a walk over the pages of LMDB's trees that believes nothing.
 */
#ifndef GRAPHSTORE_WALK_PRIV_H
#define GRAPHSTORE_WALK_PRIV_H

#include "graphstore/pages_priv.h"

#define WALK_KEY_MAX 511u

struct walk {
	int fd;
	uint32_t page_size;
	uint64_t page_count; /* as the meta page says */
	uint64_t file_pages; /* as the file has; free ones at the end may be missing */
	uint8_t *
		/* one bit per page; NULL: do not look below the tables' first pages */
		used;
};

/* Walk the table of tables and what hangs below it. */
int walk_main(struct walk *w, const struct pages_tree *tree, struct err *e);

/* Walk the list of free pages, none of which may be in use. */
int walk_free(struct walk *w, const struct pages_tree *tree, struct err *e);

#endif
