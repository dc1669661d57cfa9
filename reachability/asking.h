/*
 * asking.h - the parts that every question needs, made and freed together. Used by
 * answer*.c only.
 */
#ifndef REACHABILITY_ASKING_H
#define REACHABILITY_ASKING_H

#include "reachability/admin.h"
#include "reachability/graph.h"
#include "reachability/notes.h"
#include "reachability/row.h"
#include "reachability/search.h"
#include "reachability/subject.h"

struct asking {
	struct world *w;
	struct decide *d;
	struct graph *graph;
	struct admin *admin;
	struct notes *notes;
	struct row_maker *rows;
	const struct action_query *query;
	const struct answer_options *o;
	struct buf out; /* struct answer_row */
};

void asking_init(struct asking *a, struct world *w, const struct action_query *query,
	const struct answer_options *o);
void asking_release(struct asking *a);

/* Whether a path (NULL: direct) is of the sort that the options ask for. */
bool asking_wants(const struct asking *a, const struct path *path);

/*
 * The residual that a question about becoming or ruling has instead of actions: of `n`
 * itself on `object`.
 */
int asking_holds(expr *out, struct asking *a, node_id n, node_id object, struct err *e);

/* Rows, exclusions and notes of the finished question. */
int asking_finish(struct answer *out, struct asking *a, struct err *e);

/* Append a row with its flags. */
int asking_add(struct asking *a, struct answer_row *row, node_id node, node_id other,
	bool who, struct err *e);

#endif
