/*
 * registry_priv.h - which store directories this process has open.
 *
 * LMDB 0.9 loses its locks when one process opens a store twice: the next opener then
 * clears the reader table under a live reader, whose answers silently become empty. This
 * is the only state of the library that is shared by everybody, because that rule is
 * about the process.
 */
#ifndef GRAPHSTORE_REGISTRY_PRIV_H
#define GRAPHSTORE_REGISTRY_PRIV_H

#include "base/err.h"

/* Claim the directory for one environment. ERR_IO when it is claimed already. */
int registry_add(const char *directory, struct err *e);
void registry_remove(const char *directory);

#endif
