/*
 * notes.h - what an answer does not know: gaps in what was collected that could change
 * it.
 */
#ifndef REACHABILITY_NOTES_H
#define REACHABILITY_NOTES_H

#include "reachability/decide.h"

struct notes;

struct notes *notes_new(struct world *w);
void notes_free(struct notes *n);

/* Gaps about an identity that asks: its policies, its organization. */
int notes_subject(struct notes *n, node_id subject, struct err *e);

/* Gaps about one entity that is asked about. */
int notes_object(struct notes *n, struct decide *d, node_id object, struct err *e);

/* Gaps about the policies of a scope's resources. */
int notes_scope(struct notes *n, struct decide *d, scope_number scope, struct err *e);

/*
 * Gaps about policies of resources anywhere that count for an action of the question: a
 * list leaves out what only an unread policy could open.
 */
int notes_policies(struct notes *n, struct decide *d, struct err *e);

/* Gaps about whole scopes: lists that were refused or read in part. */
int notes_scopes(struct notes *n, struct err *e);

/* One gap in words, once. */
void notes_add(struct notes *n, struct str scope, struct str what);
struct world *notes_world(const struct notes *n);

/* Unknown data that a residual depends on. */
void notes_residual(struct notes *n, expr residual);

/* Sorted, each once; in the world's arena. */
void notes_take(const struct answer_unknown **out, uint32_t *count, struct notes *n);

#endif
