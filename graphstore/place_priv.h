/*
 * place_priv.h - the directory of a store: is it safe to use, and how it comes to be.
 *
 * Checked before LMDB sees it: owner, mode, no symbolic links, file system. Created aside
 * and renamed, so that a store is there as a whole or not at all.
 */
#ifndef GRAPHSTORE_PLACE_PRIV_H
#define GRAPHSTORE_PLACE_PRIV_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* Size of lock.mdb: a sparse one is touched on a full disk and kills the reader. */
#define PLACE_LOCK_BYTES 40960

/* Whether the directory holds a data file: 1, 0, or an ERR_ code. */
int place_has_store(const char *directory, struct err *e);

/* Owner, mode, kind of file, file system. A doubtful file system is told in `warning`. */
int place_check(const char *directory, char *warning, size_t warning_size, struct err *e);

/*
 * Allocate lock.mdb when it is absent. Only while no environment of this process is open
 * on it.
 */
int place_allocate_lock(const char *directory, struct err *e);

/*
 * Make the store: `fill` writes data.mdb into the directory that it is given, which then
 * becomes `directory`. When another process was faster, theirs stays and the result is 0
 * too.
 */
int place_create(const char *directory, int (*fill)(const char *directory, struct err *e),
	struct err *e);

#endif
