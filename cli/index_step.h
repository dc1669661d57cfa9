/*
 * index_step.h - what follows an ingest: hops of all identities are found and kept
 * (reachability/hop_index.h), so that questions read them.
 */
#ifndef CLI_INDEX_STEP_H
#define CLI_INDEX_STEP_H

#include "base/err.h"
#include "cli/options.h"

/* `store` is a directory. The data is committed: failing leaves slower answers only. */
int index_step(const char *store, const struct options *o, struct err *e);

#endif
