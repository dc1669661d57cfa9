/*
 * ingest.h - files in, store out: one run of `latchkey ingest`.
 *
 *	paths -> inputs -> reader -> decoder -> batches
 *	batches --workers--> records by scope (spool)
 *	scopes --workers--> segments -> one writer, slices, and one switch at the end
 *
 * Invariants:
 *  (1) all scopes of a run become visible at once, or none does
 *  (2) a scope that the run has is replaced as a whole, or, where several collections
 *      tell of it, those parts that the run has (earlier.h); others are not touched, nor
 *      is one that the run only mentions
 *  (3) equal inputs give equal segments, whatever the order of paths and the number of
 *      workers
 *  (4) nothing is written when an input cannot be read, unless keep_going says so; then
 *      the scopes say that it is missing, and the report is incomplete
 *
 * Memory: what the spool may hold, a batch per worker and queue place, and the segments
 * that are being made, which follow the size of their scopes. Threads: one run at a time
 * per store; callbacks come from the calling thread.
 */
#ifndef INGEST_INGEST_H
#define INGEST_INGEST_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "ingest/compile.h"

enum ingest_phase { INGEST_READ, INGEST_COMPILE, INGEST_WRITE };

struct ingest_progress {
	enum ingest_phase phase;
	uint64_t bytes_done,
		bytes_total; /* of the inputs as stored; total 0: not known */
	const char *path;    /* being read; "" after that */
	uint64_t scopes_done, scopes_total, entities;
};

struct ingest_options {
	const char *const *paths;
	size_t path_count;
	const char *store;        /* directory; made when there is none */
	int64_t now;              /* seconds since 1970 */
	int64_t collected_at;     /* of inputs that do not say it; 0 unknown */
	unsigned workers;         /* 0: one per processor */
	uint32_t lock_timeout_ms; /* to wait for another writer */
	size_t spool_bytes;       /* kept in memory before the disk is used; 0: 48 MiB */
	size_t slice_bytes;       /* see store_set_slice */
	bool keep_going;          /* do without inputs that cannot be read */
	const volatile sig_atomic_t *interrupted; /* polled; NULL: never */
	void (*progress)(void *ctx, const struct ingest_progress *progress);
	void *ctx; /* at most ten calls a second, and one at the end of each phase */
};

/* An input that was not used, and why. */
struct ingest_refusal {
	struct str file, reason;
};

struct ingest_report {
	uint64_t files,
		skipped; /* skipped: names in directories that are not those of inputs */
	uint64_t bytes;  /* decompressed */
	uint64_t scopes, entities, identities, relations;
	uint64_t documents;         /* distinct ones */
	uint64_t invalid, warnings; /* all, also those that `findings` has no room for */
	struct buf
		findings; /* struct compile_finding, at most LIMIT_FINDINGS, by scope */
	struct buf refusals; /* struct ingest_refusal; with keep_going */
	bool incomplete;     /* something was refused */
	double seconds[3];   /* per phase */
	struct arena arena;  /* of the texts */
};

/*
 * 0 when the store has the new scopes. ERR_INTERRUPTED, ERR_FORMAT, ERR_LIMIT, ERR_IO,
 * ERR_CORRUPT: the store answers as before. *out is to be released in any case.
 */
int ingest_run(
	const struct ingest_options *options, struct ingest_report *out, struct err *e);

void ingest_report_release(struct ingest_report *report);

#endif
