/*
 * azure_directory.h - objects of Microsoft Entra ID as records: who there is, who is in
 * what, who holds which role of the directory.
 *
 * Each function reads one object as Microsoft Graph gives it (`az ad`, `az rest` and
 * AzureHound hand it on).
 *
 * Rights that an object has without a policy become documents, so that they are decided
 * like all others: owners of applications, groups and service principals on these, Graph
 * permissions of service principals on the tenant.
 *
 * Source: https://learn.microsoft.com/graph/api/resources/directoryobject
 */
#ifndef INGEST_AZURE_DIRECTORY_H
#define INGEST_AZURE_DIRECTORY_H

#include "ingest/azure_emit.h"

enum azure_directory_type {
	AZURE_DIRECTORY_NONE,
	AZURE_DIRECTORY_USER,
	AZURE_DIRECTORY_GROUP,
	AZURE_DIRECTORY_APPLICATION,
	AZURE_DIRECTORY_SERVICE_PRINCIPAL,
	AZURE_DIRECTORY_DEVICE,
	AZURE_DIRECTORY_ROLE,
	AZURE_DIRECTORY_UNIT,
	AZURE_DIRECTORY_ORGANIZATION,
	AZURE_DIRECTORY_TYPE_COUNT
};

/* What the object is, by its "@odata.type" or its members. */
enum azure_directory_type azure_directory_type_of(const struct json_value *v);

/* The object itself, with members and owners that were asked for along with it. */
int azure_directory_object(struct azure_emit *em, const struct json_value *v,
	enum azure_directory_type type, struct err *e);

/* One member of a group or unit, one owner of something: only ids are needed. */
int azure_directory_member(struct azure_emit *em, struct str group,
	const struct json_value *member, struct err *e);
int azure_directory_owner(struct azure_emit *em, struct str owned,
	enum azure_directory_type type, const struct json_value *owner, struct err *e);

/* {"roleDefinitionId", "principalId", "directoryScopeId"}; eligible: after activation. */
int azure_directory_assignment(
	struct azure_emit *em, const struct json_value *v, bool eligible, struct err *e);

/*
 * {"issuer", "subject", "audiences"} of an application or a user-assigned identity, by
 * its key: the outside subject carries it. Written in the tenant's scope.
 */
int azure_directory_credential(struct azure_emit *em, struct str application,
	const struct json_value *v, struct err *e);

/* Key of an application by its application id ("appId"), which is not its object id. */
struct str azure_directory_app_reference(struct azure_emit *em, struct str app_id);

/* The same, written as an entity that the application and its principal are tied to. */
int azure_directory_app_entity(
	struct str *key, struct azure_emit *em, struct str app_id, struct err *e);

/* What every user may do (authorizationPolicy), on the tenant. */
int azure_directory_defaults(
	struct azure_emit *em, const struct json_value *v, struct err *e);

/* A membership or ownership of a group, to be activated or active for a time. */
int azure_directory_privileged(
	struct azure_emit *em, const struct json_value *v, struct err *e);

#endif
