/*
 * gcp_member.h - whom a policy names, in all the ways that policies have of naming, as
 * one.
 *
 * Allow policies write "user:a@x.com" (v1), deny policies "principal://goog/subject/
 * a@x.com" (v2); both are the key "gcp:user:a@x.com". Keys and sets:
 *
 *	gcp:user:a@x.com       gcp:group:g@x.com        gcp:domain:x.com
 *	gcp:customer:C01abc    gcp:allAuthenticatedUsers
 *	gcp:projectOwner:p     gcp:projectEditor:p      gcp:projectViewer:p
 *	gcp:projectOwner:#45   of a project by its number: the group of its id is in it
 *	//iam.googleapis.com/projects/p/serviceAccounts/EMAIL
 *	principal://...        principalSet://...       as written
 *
 * Source: https://cloud.google.com/iam/docs/principal-identifiers and
 * https://cloud.google.com/iam/docs/principals-overview
 */
#ifndef INGEST_GCP_MEMBER_H
#define INGEST_GCP_MEMBER_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"
#include "graphstore/document.h"

/* Workloads of a cluster, however its project is told. */
#define GCP_MEMBER_POOLS                                                                 \
	"principal://iam.googleapis.com/projects/-/locations/global/"                    \
	"workloadIdentityPools/"

/*
 * Whoever has a basic role in a project: groups, whose members are those of the project's
 * own policy. https://cloud.google.com/storage/docs/access-control/iam#convenience-values
 */
#define GCP_MEMBER_OWNER  "projectOwner:"
#define GCP_MEMBER_EDITOR "projectEditor:"
#define GCP_MEMBER_VIEWER "projectViewer:"

enum gcp_member_state {
	GCP_MEMBER_KNOWN,
	GCP_MEMBER_DELETED, /* whoever was meant is gone: it lets nobody in */
	GCP_MEMBER_UNKNOWN  /* no form that we know */
};

struct gcp_member {
	enum gcp_member_state state;
	enum document_principal_type type; /* ANYONE, KEY, GROUP or SET */
	struct str text;                   /* key or name of the set; in the arena */
};

/* Of an allow policy or a deny policy. */
struct gcp_member gcp_member_parse(struct str written, struct arena *arena);

/* The key of an address that may be a user's or a service account's. */
struct str gcp_member_of_email(struct str email, struct arena *arena);

/* "gcp:group:g@x.com" of an address, which folds case. */
struct str gcp_member_of_group(struct str email, struct arena *arena);

#endif
