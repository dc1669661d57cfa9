/*
 * pages_priv.h - what LMDB trusts and we verify before it maps the file.
 *
 * LMDB 0.9 believes its file: a wrong page size or a cut file kills the process. Format of LMDB 0.9
 * on 64-bit little-endian machines: docs/store-format.md, "pages".
 */
#ifndef GRAPHSTORE_PAGES_PRIV_H
#define GRAPHSTORE_PAGES_PRIV_H

#include <stdint.h>

#include "base/err.h"

/* Verify both meta pages and that the file has the pages they promise. */
int pages_preopen(const char *directory, struct err *e);

#endif
