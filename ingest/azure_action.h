/*
 * azure_action.h - operations of Azure roles as sets of catalogue ids.
 *
 * A set is a buf of struct document_interval, ascending and not touching after
 * azure_action_finish.
 *
 * Rules: case does not count; '*' stands for any characters, slashes too, and for none.
 * Some operations are called ".../<star>/assign/action" themselves: with the star, a role
 * has the operation ".../assign/action". In the directory, "X/allProperties/allTasks" is
 * all that can be done with X, and "X/allProperties/update" and "X/allProperties/read" all
 * that changes or reads it.
 *
 * Source: https://learn.microsoft.com/azure/role-based-access-control/role-definitions,
 * https://learn.microsoft.com/entra/identity/role-based-access-control/custom-overview
 */
#ifndef INGEST_AZURE_ACTION_H
#define INGEST_AZURE_ACTION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"

/* The planes of the catalogue, which no grant joins. */
enum azure_action_plane {
	AZURE_ACTION_CONTROL,
	AZURE_ACTION_DATA,
	AZURE_ACTION_DIRECTORY
};

/* Add what the pattern matches. Whether the catalogue has such an operation. */
bool azure_action_add(struct buf *set, enum azure_action_plane plane, struct str pattern);

/* Everything of the plane. */
void azure_action_all(struct buf *set, enum azure_action_plane plane);

void azure_action_finish(struct buf *set);

/* Take from a finished set what is in another finished one. */
void azure_action_subtract(struct buf *set, const struct buf *less);

/* What is in both; finished. */
void azure_action_intersect(struct buf *set, const struct buf *other);

#endif
