/*
 * tree_reference.h - the same decisions by obvious loops over raw facts: every request,
 * with what was not collected read for and against.
 */
#ifndef TESTS_TREE_REFERENCE_H
#define TESTS_TREE_REFERENCE_H

#include "reachability/expr.h"
#include "tests/tree/tree_world.h"

struct tree_subject {
	enum { TREE_IS_USER, TREE_IS_GROUP, TREE_IS_PUBLIC } sort;
	uint32_t of;
};

/* `one`: asked about this pair, and not for a list. */
enum expr_verdict tree_reference(const struct tree_world *w, struct tree_subject s,
	uint32_t action, uint32_t place, bool one);

/* Whether not all members of a group, nested ones too, were listed. */
bool tree_reference_gap(const struct tree_world *w, uint32_t group);

#endif
