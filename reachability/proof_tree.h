/*
 * proof_tree.h - what a proof tells of a statement that holds beneath its holder: the
 * role and its block, and the group by which it means the identity.
 */
#ifndef REACHABILITY_PROOF_TREE_H
#define REACHABILITY_PROOF_TREE_H

#include "reachability/decide.h"

void proof_tree_item(struct proof_item *item, struct world *w,
	const struct decide_object *object, const struct decide_subject *subject,
	const struct decide_statement *statement);

#endif
