/*
 * aws_carried.h - which condition keys of services the requests for an action can carry.
 *
 * A service defines keys for some of its actions only; requests for others never have
 * them. Keys of "aws:" and of identity providers, and those that come with the caller's
 * credentials, are never counted among them. Wherever the catalogue may have a gap the
 * key is taken for one that may be there.
 *
 * Source:
 * https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */
#ifndef REACHABILITY_AWS_CARRIED_H
#define REACHABILITY_AWS_CARRIED_H

#include <stdbool.h>

#include "base/str.h"
#include "catalog/catalog.h"

/* Whether some actions are known to carry the key and others not to. */
bool aws_carried_tells(struct str key);

/* Whether requests for the action may have such a key. */
bool aws_carried_may(action_id action, struct str key);

#endif
