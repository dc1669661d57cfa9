/*
 * tree_seek.h - who can access Y, where policies hold beneath their holder: whoever the
 * grants on the entity and above it name, groups taken apart into their members.
 *
 * Identities whom the same of the policies' names mean get the same, so that a group of
 * many is one decision. Everybody and sets are looked for among all identities of the
 * provider's scopes.
 */
#ifndef REACHABILITY_TREE_SEEK_H
#define REACHABILITY_TREE_SEEK_H

#include "reachability/decide.h"

/* Appends struct search_found, in no order, each identity once. */
int tree_seek(struct buf *out, struct decide *d, const struct decide_object *object,
	struct str resource, struct err *e);

#endif
