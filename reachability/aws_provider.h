/* aws_provider.h - how AWS decides: docs/access-model.md, "AWS". */
#ifndef REACHABILITY_AWS_PROVIDER_H
#define REACHABILITY_AWS_PROVIDER_H

#include "reachability/provider.h"

extern const struct provider aws_provider;

/* Whether the node is of no account of AWS: another cloud's, or a token's (token.h). */
bool aws_provider_is_stranger(const struct node *n);

/* Whether it calls by the word of an identity provider: it is one, or a stranger. */
bool aws_provider_is_federated(const struct node *n);

/* The condition keys that are known of subject and object (aws_context.c). */
void aws_provider_look_up(struct world *w, const struct subject *subject,
	const struct object *object, struct str key, struct condition_fact *out,
	struct arena *arena);

#endif
