/*
 * gcp_policy.h - the compiler of the dialect "gcp": allow and deny policies, roles,
 * boundaries, access lists of datasets and access scopes.
 *
 *	LAYER_RESOURCE  {"bindings": [{"role", "members", "condition"}]}, or of a dataset
 *	                {"project", "access": [{"role", "userByEmail", ...}]}
 *	LAYER_DENY      {"rules": [{"denyRule": {...}}]}
 *	LAYER_ROLE      {"includedPermissions": [...]}, or of a boundary
 *	                {"details": {"rules": [{"resources": [...]}]}}: where it lets to
 *	LAYER_PLACE     {"target": {...}, "policy": "..."}: whom it binds, and by which
 *	LAYER_SESSION   {"scopes": [...]}, or of a provider of a pool what it asks of tokens,
 *	                {"attributeCondition": "...", "attributeMapping": {...}}
 *
 * A binding names a role, and its condition may be several alternatives: each is a
 * statement with the same source index.
 *
 * Source: https://cloud.google.com/iam/docs/reference/rest/v1/Policy,
 * https://cloud.google.com/iam/docs/deny-overview and
 * https://cloud.google.com/iam/docs/principal-access-boundary-policies
 */
#ifndef INGEST_GCP_POLICY_H
#define INGEST_GCP_POLICY_H

#include "ingest/policy.h"

void gcp_policy_compile(struct document_builder *out, struct str text,
	enum record_layer layer, const struct policy_listener *listener);

#endif
