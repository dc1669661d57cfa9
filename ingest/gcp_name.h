/*
 * gcp_name.h - full resource names of Google Cloud, and the keys and kinds that we make
 * of names.
 *
 * A full resource name is "//SERVICE/PATH", where the path is collections and ids in turn:
 * "//compute.googleapis.com/projects/p/zones/z/instances/i". It is the key of a resource.
 * Two things have a key of their own form: a service account is
 * "//iam.googleapis.com/projects/PROJECT/serviceAccounts/EMAIL", whatever it is called by,
 * and a project "//cloudresourcemanager.googleapis.com/projects/ID", by its number only
 * where nobody says the id.
 *
 * Source: https://cloud.google.com/asset-inventory/docs/asset-names
 */
#ifndef INGEST_GCP_NAME_H
#define INGEST_GCP_NAME_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"

#define GCP_NAME_CONTAINERS "//cloudresourcemanager.googleapis.com/"

struct gcp_name {
	struct str service; /* "compute.googleapis.com" */
	struct str path;    /* "projects/p/zones/z/instances/i" */
};

/* false unless it is "//SERVICE/PATH". Borrowed. */
bool gcp_name_parse(struct gcp_name *out, struct str full);

/* Digits only. */
bool gcp_name_is_number(struct str s);

/* "my-project", also "example.com:my-project": begins with a letter. */
bool gcp_name_is_project(struct str s);

/* The id behind a collection: "p" of "projects/p/..." and "projects". Empty: none. */
struct str gcp_name_part(struct str path, struct str collection);

/* What follows the last '/'. */
struct str gcp_name_last(struct str path);

/* The project in the address of a service account, by id or number; empty: not told. */
struct str gcp_name_project_of(struct str email);

/* Whether an address is a service account's, by its domain. */
bool gcp_name_is_account(struct str email);

/* The key of a service account by its address. */
struct str gcp_name_account_key(struct str email, struct arena *arena);

/* "gcp:storage:bucket" of "//storage.googleapis.com/b", in the arena. */
struct str gcp_name_kind(struct str full, struct arena *arena);

/*
 * The resource that a resource is in, below its container, by name: the key ring of a
 * key, the dataset of a table. Empty: none. Borrowed.
 */
struct str gcp_name_parent(struct str full);

/* "//compute.googleapis.com/..." of a self link, in the arena; empty: it is none. */
struct str gcp_name_of_link(struct str link, struct arena *arena);

#endif
