/*
 * azure_graph.h - what an application permission of Microsoft Graph allows, in the words
 * of the directory's operations.
 *
 * Only permissions that change who can do what, and those that read the directory, are
 * here; the ids are Microsoft's.
 *
 * Source: https://learn.microsoft.com/graph/permissions-reference
 */
#ifndef INGEST_AZURE_GRAPH_H
#define INGEST_AZURE_GRAPH_H

#include "base/str.h"

/* Names or patterns of operations, ended by NULL; NULL for a permission not listed. */
const char *const *azure_graph_permission(struct str guid);

/* The same of each in turn; NULL behind the last. */
const char *const *azure_graph_permission_at(size_t i);

#endif
