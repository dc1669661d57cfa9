/*
 * rule_text.h - parts of a hop rule in the words of its file, kinds in full.
 */
#ifndef CLI_RULE_TEXT_H
#define CLI_RULE_TEXT_H

#include "base/buf.h"
#include "reachability/rule.h"

/* "aws:iam:role|aws:iam:user" */
void rule_text_kinds(struct buf *out, const struct str *kinds, uint32_t count);

/* "aws:iam:role", "actor" */
void rule_text_target(struct buf *out, const struct rule *r);

/* "aws:ec2:instance carrying target"; nothing for a rule without. */
void rule_text_through(struct buf *out, const struct rule *r);

/* "iam:PassRole on target with iam:PassedToService=lambda.amazonaws.com" */
void rule_text_need(struct buf *out, const struct rule_need *need);

/* "target trusts lambda.amazonaws.com" */
void rule_text_test(struct buf *out, const struct rule_test *test);

/* "target with any policy, without boundary" */
void rule_text_yields(struct buf *out, const struct rule *r);

#endif
