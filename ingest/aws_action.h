/*
 * aws_action.h - action patterns of AWS policies as sets of catalogue ids.
 *
 * A set is a buf of struct document_interval. Patterns are added in any order;
 * aws_action_finish makes the set what a compiled document wants: ascending, not
 * touching.
 *
 * Rules: "service:Name", both parts without case; '*' and '?' in the name only; "*" and
 * "*:*" are every action. Source:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html
 *
 * Cost: a name, "s3:*" and "s3:Get*" are binary searches; an inner wildcard tests the
 * actions that share the pattern's literal beginning.
 */
#ifndef INGEST_AWS_ACTION_H
#define INGEST_AWS_ACTION_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

/*
 * Add what the pattern matches. 1 when it matches an action, 0 when the catalogue has
 * none such (the set is as before), ERR_FORMAT when AWS would not accept the pattern.
 */
int aws_action_add(struct buf *set, struct str pattern, struct err *e);

/* Sort and join; with `complement`, turn the set into every action that is not in it. */
void aws_action_finish(struct buf *set, bool complement);

/* The one catalogue service that holds the finished set, or DOCUMENT_ANY_SERVICE. */
uint32_t aws_action_service(const struct buf *set);

#endif
