/*
 * hop_test.h - the tests of hop rules: facts about actor, target and what ties them.
 */
#ifndef REACHABILITY_HOP_TEST_H
#define REACHABILITY_HOP_TEST_H

#include "reachability/hop_need.h"

struct hop_test;

struct hop_test *hop_test_new(struct world *w, struct hop_needs *needs);
void hop_test_free(struct hop_test *t);

/*
 * What is left of all tests of the rule that speak of the place, for a node in it;
 * EXPR_FALSE: one rules the hop out.
 */
int hop_test_all(expr *out, struct hop_test *t, const struct rule *rule,
	enum rule_place place, node_id n, struct err *e);

/* Whether the rule is about what the actor carries itself. */
bool hop_test_carries(const struct rule *rule);

#endif
