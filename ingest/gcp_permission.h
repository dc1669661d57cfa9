/*
 * gcp_permission.h - permissions as sets of catalogue ids.
 *
 * Roles name permissions as "storage.objects.get" (v1), deny policies as
 * "storage.googleapis.com/objects.get" (v2); a star there stands for all resources of the
 * service, "objects.*" for all of one. A set is a buf of struct document_interval.
 *
 * Source: https://cloud.google.com/iam/docs/permissions-reference and
 * https://cloud.google.com/iam/docs/deny-permissions-support
 */
#ifndef INGEST_GCP_PERMISSION_H
#define INGEST_GCP_PERMISSION_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/str.h"

/* Add what a name of a role means; false when the catalogue has none such. */
bool gcp_permission_add(struct buf *set, struct str name);

/* Add what a name of a deny policy means; false as above. */
bool gcp_permission_add_v2(struct buf *set, struct str name);

/* Add all permissions whose v1 name fits a pattern with stars. */
bool gcp_permission_add_pattern(struct buf *set, struct str pattern);

/*
 * Words in the place of a role in bindings that decoders make: who may change members of
 * a group, who administers a customer's directory, entries of an object's list.
 */
#define GCP_PERMISSION_MANAGER     "directory/groupManager"
#define GCP_PERMISSION_SUPER_ADMIN "directory/superAdmin"
#define GCP_PERMISSION_READER      "acl/READER"
#define GCP_PERMISSION_OWNER       "acl/OWNER"

/* Add what such a word gives; false when it is none. */
bool gcp_permission_add_grant(struct buf *set, struct str grant);

/* Add every permission that there is, but what the directory decides. */
void gcp_permission_add_all(struct buf *set);

/* Sort and join. */
void gcp_permission_finish(struct buf *set);

/* Take the second set out of the first; both are finished. */
void gcp_permission_subtract(struct buf *set, const struct buf *gone);

/* The one catalogue service that holds the finished set, or DOCUMENT_ANY_SERVICE. */
uint32_t gcp_permission_service(const struct buf *set);

#endif
