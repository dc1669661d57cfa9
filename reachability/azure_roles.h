/*
 * azure_roles.h - which roles of its directory a user holds: those assigned to it or to a
 * group of it, on the tenant or a unit, and that it is in or owns a group that may hold
 * roles. It decides who may set its password.
 */
#ifndef REACHABILITY_AZURE_ROLES_H
#define REACHABILITY_AZURE_ROLES_H

#include "reachability/world.h"

/*
 * Append the ids of role definitions (struct str), and "role-assignable group" for such a
 * membership or ownership. *whole: it is known that these are all.
 */
int azure_roles_held(
	struct buf *out, bool *whole, struct world *w, node_id user, struct err *e);

#endif
