/*
 * rule_check.h - what a rule must have, and that its actions act on what it says.
 */
#ifndef REACHABILITY_RULE_CHECK_H
#define REACHABILITY_RULE_CHECK_H

#include "reachability/rule_draft.h"

/* 0, or ERR_FORMAT at the word of the rule that is wrong. */
int rule_check_draft(const struct rule_draft *d, struct err *e);

#endif
