/*
 * pool.h - threads that run jobs from one bounded queue.
 *
 * pool_submit waits while the queue is full, so that whoever makes jobs faster than they
 * are done is slowed down and memory stays bounded. Jobs start in the order of
 * submission.
 *
 * Threads: one thread submits, waits and frees; jobs run on the pool's own.
 */
#ifndef INGEST_POOL_H
#define INGEST_POOL_H

#include "base/err.h"

struct pool;

typedef void (*pool_job)(void *job);

/* Owned by the caller, who ends it with pool_free. ERR_IO when no thread can be made. */
int pool_new(struct pool **out, unsigned threads, unsigned queue_max, struct err *e);

/* Waits for what was submitted. NULL is allowed. */
void pool_free(struct pool *p);

/* `job` is borrowed until `run` has returned. */
void pool_submit(struct pool *p, pool_job run, void *job);

/* Wait until nothing is queued or running. */
void pool_wait(struct pool *p);

#endif
