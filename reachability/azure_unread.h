/*
 * azure_unread.h - what of an object of a directory nobody read, and may let somebody at
 * it: who owns it, which application a service principal is of, what carries a managed
 * identity, who holds the directory's roles, who is in an administrative unit.
 *
 * Answers to `can` are unknown by it; lists name it (notes_tree.h).
 */
#ifndef REACHABILITY_AZURE_UNREAD_H
#define REACHABILITY_AZURE_UNREAD_H

#include "reachability/provider.h"

/* provider.aside_unread */
int azure_unread(expr *grants, expr *denies, struct world *w, node_id n, struct err *e);

/* provider.any_carried: an application as whoever signs in to it, by a consent. */
struct str azure_unread_users(struct world *w, node_id n, struct str kind);

#endif
