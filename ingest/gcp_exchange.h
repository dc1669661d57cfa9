/*
 * gcp_exchange.h - what a provider of a pool asks of tokens before it takes them.
 *
 * The attribute condition, as alternatives of tests on the claims of the token,
 * "assertion.NAME": attributes that the mapping takes from one claim as it stands are
 * that claim. Other attributes stay "attribute.NAME", which only the request decides.
 *
 * Source: https://cloud.google.com/iam/docs/workload-identity-federation#conditions
 */
#ifndef INGEST_GCP_EXCHANGE_H
#define INGEST_GCP_EXCHANGE_H

#include "base/arena.h"
#include "base/json.h"
#include "graphstore/document.h"

/*
 * A statement per alternative, without actions and principals. *problem: why the
 * condition is one test of its text; NULL: it is not. ERR_FORMAT.
 */
int gcp_exchange_compile(struct document_builder *out, const struct json *provider,
	struct arena *arena, const char **problem, struct err *e);

/*
 * The mapping's attributes that are one claim each, "attribute.a=assertion.b,..."; empty
 * where none is. In the arena.
 */
struct str gcp_exchange_mapping(const struct json_value *provider, struct arena *arena);

#endif
