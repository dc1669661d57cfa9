/*
 * record.h - the provider-neutral facts that decoders write and the compiler reads.
 *
 * A record stream is msgpack: first the header record, then records in any order. It is
 * also the bundle format, so that other collectors can feed `latchkey ingest -`. Each
 * record is an array [type, map]; map keys are the short strings in
 * docs/record-stream.md, unknown map keys are skipped, missing ones are zero or empty.
 *
 * Ownership: every str of a decoded record is borrowed from the bytes it was read from or
 * lies in the arena that was given; encoding copies.
 *
 * Invariants of a valid stream:
 *  (1) the first record is RECORD_HEADER with a version that we know
 *  (2) every other record names its scope, and every key is at most LIMIT_KEY_BYTES
 *  (3) records are facts that may repeat: the same fact twice means the same as once; of
 *      two entity records with one key the fields that are set in either are kept, and a
 *      clash keeps the later one
 *  (4) a relation's ends, a document's holder and an entity are keys, or references
 *      "name:KIND:NAME": the entity of that kind and name in the same scope, for inputs
 *      that know a name only (a user's groups); record_key_reference takes one apart. One
 *      that names nothing in the scope stands for an entity that was not collected; of
 *      an entity by reference only tags and attributes count. A relation's "to" may be a
 *      pattern with '*' and '?': the entities of the account in it whose keys match
 *  (5) a scope of which several collections tell has parts: a run replaces those that it
 *      has records of, and leaves the others as they are
 */
#ifndef BASE_RECORD_H
#define BASE_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

#define RECORD_VERSION 1u

enum record_type {
	RECORD_HEADER = 1,
	RECORD_SCOPE,
	RECORD_ENTITY,
	RECORD_RELATION,
	RECORD_DOCUMENT,
	RECORD_COVERAGE,
	RECORD_ALIAS,
	RECORD_TYPE_END
};

/* What a relation says. "from VERB to". */
enum record_relation_type {
	RELATION_MEMBER_OF = 1, /* identity -> group */
	RELATION_ATTACHED,      /* identity, container -> policy that is attached to it */
	RELATION_BOUNDARY,      /* identity -> policy that bounds it */
	RELATION_CONTAINS,      /* container -> container or account in it */
	/* compute -> identity whose credentials it holds; instance -> profile -> role */
	RELATION_CARRIES,
	RELATION_OWNS,       /* owner -> owned, where ownership gives rights */
	RELATION_FEDERATES,  /* identity provider -> who it speaks for */
	RELATION_SESSION_OF, /* session -> identity whose policies it acts with */
	RELATION_TYPE_END
};

/* The place of a policy document in a decision. */
enum record_layer {
	/* grants of the holder, or of those whom a policy entity is attached to */
	LAYER_IDENTITY = 1,
	LAYER_RESOURCE, /* policy of the holder as a resource */
	LAYER_TRUST,    /* who may act as the holder */
	/* ceiling of an organization over principals; holder is the policy entity */
	LAYER_SCP,
	/* ceiling of an organization over resources; holder is the policy entity */
	LAYER_RCP,
	LAYER_ENDPOINT, /* network endpoint policy */
	LAYER_ACL,      /* access control list, already turned into statements */
	/*
	 * grants that calls made on the holder, already turned into statements; one
	 * without statements says that there are none
	 */
	LAYER_GRANT,
	LAYER_SESSION, /* ceiling that a session was begun with; holder is the session */
	/*
	 * denies on the holder and on what is beneath it, where the provider keeps them
	 * apart from the policies that grant
	 */
	LAYER_DENY,
	LAYER_ROLE, /* what a role may do; holder is the role definition */
	/*
	 * ceiling over principals by place: where those whom it names may have access at
	 * all; its resources are keys of containers
	 */
	LAYER_PLACE,
	LAYER_END
};

/* Entity flags. */
#define ENTITY_IDENTITY  0x0001u /* can act: user, role, root user, compute, service */
#define ENTITY_GROUP     0x0002u /* holds grants for members, does not act */
#define ENTITY_POLICY    0x0004u /* a policy as an entity */
#define ENTITY_CONTAINER 0x0008u /* account, OU, organization */
#define ENTITY_SHARED                                                                    \
	0x0010u /* belongs to the provider, seen from many scopes; no answer row */
#define ENTITY_COMPUTE  0x0020u /* acts only as what it carries */
#define ENTITY_DISABLED 0x0040u /* known to have no usable credential */
#define ENTITY_LINKED                                                                    \
	0x0080u /* managed by a service; ceilings of organizations do not bind it */
#define ENTITY_ROOT                                                                      \
	0x0100u /* root user: everything in its own account but what is denied */
#define ENTITY_EXTERNAL 0x0200u /* named by somebody, outside what was collected */
#define ENTITY_EXEMPT                                                                    \
	0x0400u /* a container that ceilings of its organization do not bind */
/* a session: acts with the policies of the identity that it is of, within its own */
#define ENTITY_SESSION 0x0800u
#define ENTITY_GUEST   0x1000u /* has a place here and belongs to somebody outside */

enum coverage_state {
	COVERAGE_GOT = 1, /* read completely */
	COVERAGE_PARTIAL, /* read in part: `detail` says what is missing */
	COVERAGE_REFUSED, /* asked for, and the provider or the file said no */
	COVERAGE_ABSENT   /* known not to exist (an account outside any organization) */
};

struct record_pair {
	struct str key, value;
};

/* Where a fact came from: file (or "-"), byte offset in the decompressed file. */
struct record_source {
	struct str file;
	uint64_t offset;
};

struct record_scope {
	struct str
		id; /* "aws:111122223333", "aws:o-example": provider, colon, native id */
	struct str key;    /* key of the container entity that the scope is */
	struct str parent; /* scope id of the organization, when known */
	struct str
		format; /* what kind of input said so: "iam-authorization-details", ... */
	int64_t collected_at; /* seconds since 1970, 0 unknown */
};

struct record_entity {
	struct str scope, key, kind, name;
	struct str parent;          /* key of the container, empty: the scope's own */
	uint32_t flags;             /* ENTITY_ */
	int64_t created, last_used; /* seconds since 1970; 0 unknown, -1 known never */
	const struct record_pair *tags;
	const struct record_pair
		*attributes; /* "id": unique id; "region"; "path"; free */
	uint32_t tag_count, attribute_count;
	/* the tags were collected, so that an absent one is known absent */
	bool tags_known;
	struct record_source source;
};

struct record_relation {
	struct str scope, from, to;
	enum record_relation_type type;
	struct record_source source;
};

struct record_document {
	struct str scope;
	struct str
		holder;  /* key of the entity that the document is about or belongs to */
	struct str name; /* inline policy name, "trust policy", ... for proofs */
	struct str dialect; /* "aws": which compiler reads the body */
	struct str body;    /* the provider's own text; empty: known to have none */
	enum record_layer layer;
	struct record_source source;
};

struct record_coverage {
	struct str scope;
	/*
	 * "identities", "resource-policy:s3:bucket", "organization", "entity:s3:bucket",
	 * ...
	 */
	struct str what;
	/* key of the one entity that it is about; empty: the whole scope */
	struct str subject;
	struct str detail; /* error, or what is missing; one line */
	enum coverage_state state;
	struct record_source source;
};

/*
 * Some inputs call a thing by another name than its key: a number, a unique id. What is
 * told of the name is then of the key, whichever comes first.
 */
struct record_alias {
	struct str scope, key;
	struct str name;  /* the other name; in the same scope, or in: */
	struct str other; /* a scope that is the same as `scope`; empty: none */
	struct record_source source;
};

struct record {
	enum record_type type;
	struct str part; /* of its scope; empty: what the scope says of itself */
	union {
		uint32_t version; /* RECORD_HEADER */
		struct record_scope scope;
		struct record_entity entity;
		struct record_relation relation;
		struct record_document document;
		struct record_coverage coverage;
		struct record_alias alias;
	};
};

/*
 * Whether `key` is a reference by name, and its parts: "name:aws:iam:group:Admins" is the
 * kind "aws:iam:group" and the name "Admins". Kinds have three parts.
 */
bool record_key_reference(struct str key, struct str *kind, struct str *name);

/* Append one record. */
void record_encode(struct buf *out, const struct record *r);

/*
 * Read the record that begins at *offset of `bytes` and move *offset behind it. 1 when
 * there was one, 0 at the end, ERR_FORMAT (with the offset) for bytes that are no record,
 * ERR_LIMIT past a limit. Arrays of pairs lie in the arena; strings are borrowed from
 * `bytes`. With `more` set, bytes that end inside a record are no error: 0, *offset
 * unmoved.
 */
int record_decode(struct record *out, struct str bytes, size_t *offset, bool more,
	struct arena *arena, struct err *e);

/* The same for whole records that were decoded before: texts are not looked at again. */
int record_decode_again(struct record *out, struct str bytes, size_t *offset,
	struct arena *arena, struct err *e);

struct str record_layer_name(enum record_layer layer);
struct str record_relation_name(enum record_relation_type type);

#endif
