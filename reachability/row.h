/*
 * row.h - from what was found to rows: union of paths per action, the strongest verdict
 * first.
 */
#ifndef REACHABILITY_ROW_H
#define REACHABILITY_ROW_H

#include "reachability/decide.h"

struct row_maker;

struct row_maker *row_maker_new(struct world *w);
void row_maker_free(struct row_maker *m);

/*
 * One way to an entity: what it allows there, and the path that leads to it (NULL: none
 * is needed).
 */
struct row_source {
	const struct access *access;
	const struct path *path;
};

/*
 * The row of all sources that need hops, less what `direct` (or NULL) gives at least as
 * well; or, with sources of no path, the direct row. false: nothing is left for a row.
 * node, other and who are the caller's. Rows of equal sources share their arrays.
 */
bool row_make(struct answer_row *out, struct row_maker *m, const struct access *direct,
	const struct row_source *sources, uint32_t source_count);

/*
 * The direct row that an access makes, or NULL for none: for all entities on which it is
 * the access. *first: this access was not asked for before.
 */
const struct answer_row *row_direct(
	bool *first, struct row_maker *m, const struct access *access);

/* Best path first: verdict, cost, hops. */
int row_compare_paths(const struct path *a, const struct path *b);

/* The same without the verdict. */
int row_compare_lengths(const struct path *a, const struct path *b);

#endif
