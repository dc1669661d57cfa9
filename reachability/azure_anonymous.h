/*
 * azure_anonymous.h - whether blobs may be read by everybody: the container is open, and
 * its account does not forbid that containers are.
 *
 * An account that says nothing of it may mean either, by when it was made; containers
 * that no answer lists may be open.
 *
 * Source: https://learn.microsoft.com/azure/storage/blobs/anonymous-read-access-configure
 */
#ifndef REACHABILITY_AZURE_ANONYMOUS_H
#define REACHABILITY_AZURE_ANONYMOUS_H

#include "reachability/condition.h"
#include "reachability/provider.h"

/*
 * The facts "@Resource[AnonymousAccess]", as far as it is known, and, for questions about
 * what nobody read, "@Resource[AnonymousUnread]"; false for other keys.
 */
bool azure_anonymous_fact(struct world *w, const struct object *object, struct str key,
	struct condition_fact *out, struct arena *arena);

#endif
