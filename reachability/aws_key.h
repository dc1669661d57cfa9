/*
 * aws_key.h - what KMS adds to the decision about a key: grants.
 */
#ifndef REACHABILITY_AWS_KEY_H
#define REACHABILITY_AWS_KEY_H

#include "reachability/provider.h"

bool aws_key_has_grants(kind_id kind);

/* Fill what of a key only this file knows: whether the provider manages it. */
void aws_key_prepare(struct world *w, struct object *object);

/* What grants let the caller do, and what ones that nobody listed might. */
expr aws_key_grants(struct expr_pool *pool, const struct provider_parts *parts);

#endif
