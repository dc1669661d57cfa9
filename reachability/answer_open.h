/*
 * answer_open.h - of a question about everything: the resources that a subject and whom
 * it reaches open by rewriting their policies. Used by answer.c only.
 */
#ifndef REACHABILITY_ANSWER_OPEN_H
#define REACHABILITY_ANSWER_OPEN_H

#include "reachability/asking.h"

/*
 * What was reached (by node), and behind it the same identities with each resource that
 * they open, in the world's arena.
 */
int answer_open_add(const struct path_found **items, uint32_t *count, struct asking *a,
	node_id subject, struct err *e);

#endif
