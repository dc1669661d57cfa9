/*
 * tree_admin.h - full control of a container, where policies hold beneath their holder:
 * grants on it or above it that give every action which rulers of the provider hold
 * (catalog_admin_actions), less denies, within the ceilings by place.
 *
 * Grants for the container alone give nothing beneath it and do not count. What several
 * grants give together counts under all their conditions.
 */
#ifndef REACHABILITY_TREE_ADMIN_H
#define REACHABILITY_TREE_ADMIN_H

#include "reachability/decide.h"

/* The residual of "the identity has full control of the container". */
int tree_admin(
	expr *out, struct decide *d, node_id identity, node_id container, struct err *e);

/* Of any container at all that grants name the identity on. */
int tree_admin_any(expr *out, struct decide *d, node_id identity, struct err *e);

/* Whether a grant on the node or above it is for everybody. */
int tree_admin_open(bool *out, struct decide *d, node_id n, struct err *e);

#endif
