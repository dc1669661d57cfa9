/*
 * azure_access.h - who was given what: role assignments, role definitions, deny
 * assignments, eligible assignments and delegations, as records.
 *
 * Each function reads one object, as the REST API, `az` or Resource Graph give it. An
 * assignment becomes a document on the place that it is on (record-stream.md, "Trees"),
 * and the place becomes an entity, because assignments are on things that nobody listed.
 *
 * What says that a list is complete: an answer does not tell what was asked, so a
 * subscription's assignments count as read when one of them is beneath the subscription
 * (`az role assignment list` without --all gives none of these), and always in Resource
 * Graph's table. See docs/inputs.md.
 *
 * Source: https://learn.microsoft.com/rest/api/authorization/
 */
#ifndef INGEST_AZURE_ACCESS_H
#define INGEST_AZURE_ACCESS_H

#include "ingest/azure_emit.h"

int azure_access_assignment(
	struct azure_emit *em, const struct json_value *v, struct err *e);
int azure_access_definition(
	struct azure_emit *em, const struct json_value *v, struct err *e);
int azure_access_deny(struct azure_emit *em, const struct json_value *v, struct err *e);

/* Of privileged identity management: needs activation. */
int azure_access_eligible(
	struct azure_emit *em, const struct json_value *v, struct err *e);
/* The same, activated or assigned for a time: as an assignment. */
int azure_access_schedule(
	struct azure_emit *em, const struct json_value *v, struct err *e);

/* Rights of another tenant's principals on a subscription or resource group. */
int azure_access_delegation(
	struct azure_emit *em, const struct json_value *v, struct err *e);

/* All assignments of the subscription, or of the tenant itself, are in the input. */
int azure_access_complete(
	struct azure_emit *em, struct str id, const struct json_value *v, struct err *e);

#endif
