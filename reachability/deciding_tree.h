/*
 * deciding_tree.h - the parts of a decision that only providers with inherited policies
 * have: blocks of roles, activations, ceilings by place.
 */
#ifndef REACHABILITY_DECIDING_TREE_H
#define REACHABILITY_DECIDING_TREE_H

#include "reachability/deciding.h"

/* The actions of a statement, which may be those of a role; NULL: none of the list. */
const uint64_t *deciding_tree_bits(struct deciding *g, const struct decide_statement *st);

/* The condition of the hit's block, or what of its role nobody read. */
void deciding_tree_role(struct deciding *g, struct decide_hit *h);

/* What must be activated before an eligible statement gives anything. */
expr deciding_tree_activation(struct deciding *g, const struct decide_hit *h);

/* The subject's ceilings by place become hits: whether they bind and let in. */
void deciding_tree_collect(struct deciding *g);

/* What they let through of an action of the list. */
expr deciding_tree_limit(struct deciding *g, uint32_t bit);

/* Which of them leave the identity nothing, in words. */
struct str deciding_tree_words(struct deciding *g);

/*
 * What is left of a statement for the subject, whatever its actions. Grants to a group
 * that the subject is only perhaps in do not count.
 */
expr deciding_tree_residual(struct deciding *g, const struct decide_statement *st);

#endif
