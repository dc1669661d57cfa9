/*
 * satisfy.h - whether formulas can hold together.
 *
 * A search through the alternatives of each OR; at every step the literals on one key
 * are decided exactly against candidate values (candidate.h). "No" is only said when
 * proven: when a limit of limits.h is reached, or tests of different types meet on one
 * key and no candidate passes them all, the answer is "yes".
 *
 * Unknowns are free. A key whose test has no qualifier has at most one value, others
 * any number; no values and no key are the same.
 *
 * Cost: exponential at worst in the number of ORs, cut at LIMIT_FORMULA_STEPS.
 */
#ifndef REACHABILITY_SATISFY_H
#define REACHABILITY_SATISFY_H

#include "reachability/expr.h"

bool satisfy_all(struct expr_pool *p, const expr *formulas, size_t count);

#endif
