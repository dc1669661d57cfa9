/*
 * organization.h - where an account stands in its organization, and what ceilings are
 * above it. Read through world_organization, which remembers.
 */
#ifndef REACHABILITY_ORGANIZATION_H
#define REACHABILITY_ORGANIZATION_H

#include "reachability/world.h"

/* Everything lies in the world's arena. */
int organization_load(
	struct world_organization *o, struct world *w, struct str account, struct err *e);

/* As the organization or the export calls the account; empty when nobody said. */
struct str organization_account_name(struct world *w, struct str account);

#endif
