/*
 * answer_can.h - what one identity gets of a question by its own credentials. Used by
 * answer*.c only.
 */
#ifndef REACHABILITY_ANSWER_CAN_H
#define REACHABILITY_ANSWER_CAN_H

#include "reachability/asking.h"

/* What one acting identity gets of the question, at its best. */
struct answer_standing {
	node_id actor;
	expr residual; /* of the best action */
	enum expr_verdict verdict;
	action_id action; /* CATALOG_NONE: none is granted, or no action is asked about */
	bool free;        /* no policy decides about the action */
};

int answer_can_standing(struct answer_standing *out, struct asking *a, node_id actor,
	const struct answer_object *object, struct err *e);

#endif
