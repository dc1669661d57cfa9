/*
 * gcp_carry.h - compute and the service accounts whose credentials it holds.
 *
 * A virtual machine holds tokens of its account for the access scopes that it was made
 * with. Where these are less than everything, it carries a session of the account (an
 * entity of its own, base/record.h), bounded by them; else the account itself.
 *
 * Source: https://cloud.google.com/compute/docs/access/service-accounts#accesscopesiam and
 * the REST references of the services.
 */
#ifndef INGEST_GCP_CARRY_H
#define INGEST_GCP_CARRY_H

#include "ingest/gcp_emit.h"

/* Whether things of a kind act as an account. */
bool gcp_carry_is_compute(struct str kind);

/* Whom the thing carries. Its entity is written already. */
int gcp_carry_emit(struct gcp_emit *em, struct str kind, struct str key,
	const struct json_value *data, struct err *e);

#endif
