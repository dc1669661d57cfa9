/*
 * rule_phrase.h - the phrases of a rule's lines: what is needed, what must be so, what it
 * yields.
 *
 * Each reads the rest of the draft's line and adds to the draft; ERR_FORMAT at the word
 * that does not fit. docs/hop-rules.md is the grammar.
 */
#ifndef REACHABILITY_RULE_PHRASE_H
#define REACHABILITY_RULE_PHRASE_H

#include "reachability/rule_draft.h"

/* "iam:PassRole on target with iam:PassedToService=lambda.amazonaws.com" */
int rule_phrase_need(struct rule_draft *d, struct err *e);

/* "target trusts lambda.amazonaws.com", behind `when` or `unless` */
int rule_phrase_test(struct rule_draft *d, bool unless, struct err *e);

/* "iam:role", "actor" */
int rule_phrase_target(struct rule_draft *d, struct err *e);

/* "ec2:instance carrying target" */
int rule_phrase_through(struct rule_draft *d, struct err *e);

/* "target with any policy, without boundary" */
int rule_phrase_yields(struct rule_draft *d, struct err *e);

#endif
