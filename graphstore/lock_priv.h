/*
 * lock_priv.h - the queue of writers: one lock file per store, waited for with a
 * deadline.
 *
 * LMDB's own writer lock waits without limit behind a stopped process. Ours comes first,
 * so that LMDB's is always free. The file holds the process id and the time of its
 * holder, for messages only.
 */
#ifndef GRAPHSTORE_LOCK_PRIV_H
#define GRAPHSTORE_LOCK_PRIV_H

#include <stdint.h>

#include "base/err.h"

/*
 * The lock as a descriptor >= 0, or ERR_IO naming who holds it. `now` goes into the file.
 */
int lock_take(const char *directory, uint32_t timeout_ms, int64_t now, struct err *e);
void lock_drop(int lock);

#endif
