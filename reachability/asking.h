/*
 * asking.h - the parts that every question needs, made and freed together. Used by
 * answer*.c only.
 */
#ifndef REACHABILITY_ASKING_H
#define REACHABILITY_ASKING_H

#include "reachability/admin.h"
#include "reachability/graph.h"
#include "reachability/notes.h"
#include "reachability/path_search.h"
#include "reachability/row.h"
#include "reachability/search.h"
#include "reachability/subject.h"

struct asking {
	struct world *w;
	struct decide *d;
	struct graph *graph;
	struct decide *assume; /* the plain way to obtain another identity */
	struct admin *admin;
	struct notes *notes;
	struct row_maker *rows;
	const struct action_query *query;
	const struct answer_options *o;
	struct buf out;     /* struct answer_row */
	scope_number noted; /* a scope whose gaps are noted; SEGMENT_NONE: none yet */
	bool who;           /* rows are about who has access, and not about what */
};

void asking_init(struct asking *a, struct world *w, const struct action_query *query,
	const struct answer_options *o);
/* Hops again from the start, as graph_set_strict says. */
void asking_set_strict(struct asking *a);

void asking_release(struct asking *a);

/* Whether a path (NULL: direct) is of the sort that the options ask for. */
bool asking_wants(const struct asking *a, const struct path *path);

/*
 * The residual that a question about becoming or ruling has instead of actions: of `n`
 * itself on `object`.
 */
int asking_holds(expr *out, struct asking *a, node_id n, node_id object, struct err *e);

/*
 * Gaps for which a list may have left something out: identities, hops to identities, and
 * with `all` objects anywhere.
 */
int asking_list_notes(struct asking *a, bool all, struct err *e);

/*
 * Append the imagined identities (node_id) that may have something on the object which
 * those that they are made of have not. Not `all`: none who has nothing that another one
 * of the same identity has not, at the same price and as surely.
 */
int asking_imagined(
	struct buf *out, struct asking *a, node_id object, bool all, struct err *e);

/* Rows, exclusions and notes of the finished question. */
int asking_finish(struct answer *out, struct asking *a, struct err *e);

/* Append a row with its flags. */
int asking_add(struct asking *a, struct answer_row *row, node_id node, node_id other,
	bool who, struct err *e);

/* Append the direct row of one identity or entity. */
int asking_add_access(struct asking *a, const struct access *access, node_id node,
	node_id other, struct err *e);

/* Append the direct rows of what a search found (struct search_found). */
int asking_add_found(
	struct asking *a, const struct buf *found, node_id other, struct err *e);

/* A question of one verdict per pair (become, admin): whom the row is about. */
struct asking_plain {
	node_id node, other;
	bool who;
};

/*
 * The row of one way (path NULL: none is needed) when its verdict is better than *best,
 * which it raises.
 */
int asking_add_plain(struct asking *a, const struct asking_plain *pair,
	const struct path *path, expr residual, enum expr_verdict *best, struct err *e);

/*
 * The way whose weakest verdict, with what its end still needs, is best, then cheapest,
 * then shortest: index, or UINT32_MAX when none can hold.
 */
uint32_t asking_best(struct asking *a, const struct path *const *paths,
	const expr *residuals, uint32_t count);

#endif
