/*
 * gcp_shorthand.h - names of Google Cloud that people write and that are no keys:
 * gs://bucket/object, gcp:sa:build@project, the address of a service account.
 */
#ifndef QUERY_GCP_SHORTHAND_H
#define QUERY_GCP_SHORTHAND_H

#include "base/arena.h"
#include "base/str.h"

/* 1 and the key that the word means, in the arena; 0 when it is none. */
int gcp_shorthand_parse(struct str *key, struct str word, struct arena *arena);

#endif
