/*
 * pages_priv.h - what LMDB trusts and we verify: meta pages before it maps the file, all
 * pages for `check`.
 *
 * LMDB 0.9 believes its file: a wrong page size or a cut file kills the process, a
 * flipped bit gives wrong answers. Format of LMDB 0.9 on 64-bit little-endian machines:
 * docs/store-format.md, "pages". Everything is read with pread, so that damage never
 * kills us.
 */
#ifndef GRAPHSTORE_PAGES_PRIV_H
#define GRAPHSTORE_PAGES_PRIV_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct pages_head {
	uint64_t number;
	uint16_t pad, flags;
	uint16_t lower, upper; /* on overflow pages together the count of pages */
};

struct pages_tree {
	uint32_t pad; /* of the first tree of a meta page: the page size */
	uint16_t flags, depth;
	uint64_t branches, leaves, overflows, entries;
	uint64_t root;
};

struct pages_meta {
	uint32_t magic, version;
	uint64_t address, map_size;
	struct pages_tree free, main;
	uint64_t last_page, txn;
};

/*
 * Before opening: both meta pages, that the file has the pages they promise, and the
 * table of tables down to the first page of each.
 */
int pages_preopen(const char *directory, struct err *e);

/*
 * Every page that commit `txn` reaches: kind, sizes, order of keys, counts, each used
 * once. 1 when all is well, 0 when the commit is no longer the newest or the one before,
 * or ERR_CORRUPT, ERR_IO.
 */
int pages_check(const char *directory, uint64_t txn, struct err *e);

#endif
