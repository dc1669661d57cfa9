/*
 * gcp_vouch.h - whom a pool of workload identities takes, and on which conditions.
 *
 * A provider of a pool asks of tokens what its attribute condition says. Claims that
 * follow from issuer and subject are known; of all others the condition stays.
 *
 * Source: https://cloud.google.com/iam/docs/workload-identity-federation#conditions and
 * https://docs.github.com/actions/reference/security/oidc#understanding-the-oidc-token
 */
#ifndef REACHABILITY_GCP_VOUCH_H
#define REACHABILITY_GCP_VOUCH_H

#include "reachability/provider.h"

/* The value of "assertion.NAME" in tokens of issuer and subject; empty: not known. */
struct str gcp_vouch_claim(
	struct world *w, struct str issuer, struct str subject, struct str key);

/* provider.match: as groups and sets say, of those whom a pool takes if it does. */
enum provider_match gcp_vouch_match(struct world *w, const struct document *d,
	const struct document_statement *s, const struct subject *subject,
	const struct object *object, expr *condition);

#endif
