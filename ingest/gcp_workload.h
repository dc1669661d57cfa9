/*
 * gcp_workload.h - whom policies name and no list has: subjects of pools, accounts of
 * clusters, and the accounts that services keep in a project.
 *
 * A pool is whoever its providers let in, an identity that who changes these can be. An
 * account of a cluster is of the project that its pool is called after; clusters of the
 * project carry that pool, and the pool its accounts.
 *
 * Source: https://cloud.google.com/iam/docs/principal-identifiers,
 * https://cloud.google.com/kubernetes-engine/docs/concepts/workload-identity and
 * https://cloud.google.com/iam/docs/service-account-types#service-agents
 */
#ifndef INGEST_GCP_WORKLOAD_H
#define INGEST_GCP_WORKLOAD_H

#include "ingest/gcp_emit.h"

/* Those in the bindings of an allow policy of `holder`. The scope stays as it is. */
int gcp_workload_named(struct gcp_emit *em, struct str holder,
	const struct json_value *policy, struct err *e);

/*
 * That "gcp:projectOwner:#45" has the group of the project that goes by the number. 0 and
 * nothing of other keys.
 */
int gcp_workload_holders(struct gcp_emit *em, struct str group, struct err *e);

/* That a cluster carries the pool of that name, "p.svc.id.goog". */
int gcp_workload_cluster(
	struct gcp_emit *em, struct str cluster, struct str pool, struct err *e);

#endif
