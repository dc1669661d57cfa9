/*
 * answer_unseen.h - what is denied as far as anybody knows may be open by way of what was
 * not collected. Used by answer*.c only.
 */
#ifndef REACHABILITY_ANSWER_UNSEEN_H
#define REACHABILITY_ANSWER_UNSEEN_H

#include "reachability/answer_can.h"

/* Nobody knows what an entity that was not collected can do, or who what on it. */
void answer_unseen_node(struct answer_standing *out, struct asking *a, node_id n);

/*
 * Raise a denial to unknown when policies or compute that nobody read may lead from the
 * subject to one who has what is asked: *path is such a way. Of strict questions and
 * graphs (graph_set_strict).
 */
int answer_unread(struct answer_standing *best, struct path *path, struct asking *a,
	node_id subject, const struct answer_object *object, struct err *e);

/*
 * Raise a denial to unknown when an identity that was not collected may stand between
 * subject and object. Of strict questions (decide_set_strict).
 */
int answer_unseen(struct answer_standing *best, struct asking *a, node_id subject,
	const struct answer_object *object, struct err *e);

#endif
