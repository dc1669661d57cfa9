/*
 * gcp_stranger.h - those of other clouds whom pools of workload identities let in, and
 * the tokens by which other clouds know service accounts.
 *
 * A pool's provider takes tokens of an issuer, or signed calls of an account of another
 * cloud; policies name whom it took by the pool. Inputs list the providers and the
 * subjects that policies name.
 *
 * Source: https://cloud.google.com/iam/docs/workload-identity-federation
 */
#ifndef REACHABILITY_GCP_STRANGER_H
#define REACHABILITY_GCP_STRANGER_H

#include "reachability/provider.h"

/* provider.knows, aliases, strangers */
bool gcp_stranger_is_known(struct world *w, node_id n);
int gcp_stranger_texts(struct buf *out, struct world *w, node_id n, struct err *e);
int gcp_stranger_named(struct buf *out, struct world *w, struct str text, struct err *e);

/* Whether a provider that takes tokens is of the pool that a principal is named by. */
bool gcp_stranger_is_of(struct world *w, node_id taker, struct str text);

/* provider.tokens, bearer, bearers */
uint32_t gcp_stranger_tokens(struct str *out, struct world *w, node_id n);
int gcp_stranger_bearer(node_id *out, struct world *w, struct str token, struct err *e);
int gcp_stranger_bearers(
	struct buf *out, struct world *w, struct str issuer, struct err *e);

#endif
