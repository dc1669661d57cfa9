/*
 * azure_unit.h - administrative units: containers of users, groups and devices, which may
 * be in several. A role that is assigned on a unit holds for what is in it, not for the
 * members of groups in it.
 *
 * Objects of a restricted unit are changed by nobody whose role is the tenant's: which
 * assignments that leaves is not decided, so that such changes are unknown.
 *
 * Source: https://learn.microsoft.com/entra/identity/role-based-access-control/
 * administrative-units, admin-units-restricted-management
 */
#ifndef REACHABILITY_AZURE_UNIT_H
#define REACHABILITY_AZURE_UNIT_H

#include "reachability/provider.h"

/* provider.aside, aside_unread */
int azure_unit_aside(
	struct buf *out, struct world *w, node_id n, bool down, struct err *e);
int azure_unit_unread(
	expr *grants, expr *denies, struct world *w, node_id n, struct err *e);

#endif
