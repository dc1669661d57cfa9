/*
 * gcp_scope.h - access scopes of virtual machines: what a token may be used for.
 *
 * Source: https://developers.google.com/identity/protocols/oauth2/scopes and
 * https://cloud.google.com/compute/docs/access/service-accounts#scopes_best_practice
 */
#ifndef INGEST_GCP_SCOPE_H
#define INGEST_GCP_SCOPE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/str.h"

/* Add the permissions that a scope lets be used; false for one that we do not know. */
bool gcp_scope_permissions(struct buf *set, struct str scope);

#endif
