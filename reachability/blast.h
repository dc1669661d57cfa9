/*
 * blast.h - what each identity of the store reaches if it is taken over, all in one go.
 *
 * The hops of all identities are one graph: what a node has by itself is worked out once,
 * on several threads, and what lies behind it is joined once for each strongly connected
 * component, in sets that share their pieces. Counts are those of the question about one
 * identity alone (answer_what with every action).
 *
 * Ownership: rows are lent for the call. Memory: bounded; what was shared is forgotten
 * and worked out again when it grows too large.
 */
#ifndef REACHABILITY_BLAST_H
#define REACHABILITY_BLAST_H

#include "reachability/rule.h"

#define BLAST_LEVELS 5u /* enum catalog_level */

/* One identity that is neither disabled nor the provider's. */
struct blast_row {
	struct str key, kind, account;
	uint64_t reach;  /* entities, itself among them where it may act on it */
	uint64_t direct; /* of them, by its own credentials */
	uint64_t levels[BLAST_LEVELS]; /* of them, with an action of that level */
};

struct blast_options {
	const struct rules *rules;
	uint32_t threads;
	size_t memory; /* bytes after which what was shared is forgotten; 0: as is good */
};

struct blast_report {
	uint64_t entities; /* of the store, which a share is a part of */
	int64_t as_of;
	uint64_t rows;
	uint64_t nodes;     /* of which what they have by themselves was worked out */
	uint64_t forgotten; /* times that memory was full */
};

/*
 * Who is told: `begin` once before any row, `pause` when the next rows will take a while;
 * 1 from these two: no more, please.
 */
struct blast_reader {
	int (*begin)(void *ctx, const struct blast_report *report, struct err *e);
	int (*row)(void *ctx, const struct blast_row *row, struct err *e);
	int (*pause)(void *ctx, struct err *e);
	void *ctx;
};

/* Every identity, in the order of scopes and keys. */
int blast_all(struct blast_report *out, struct store *store,
	const struct blast_options *o, const struct blast_reader *reader, struct err *e);

#endif
