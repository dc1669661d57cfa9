/*
 * segment.h - one scope's facts, compiled, read in place from the store's map.
 *
 * A segment is immutable: ingest writes a new version of the whole scope and the old one
 * stays until retention drops it. All facts hang on dense 32-bit local ids in the byte
 * order of the entity keys, so that "all keys that start with P" is one interval of ids.
 *
 *	entity ids    0 .. entity_count - 1                        entities of this scope, by key
 *	foreign ids   entity_count .. entity_count + foreign_count - 1   keys that this scope names but
 *	                                                           has no entity for, by key
 *	kinds, docs, classes   0 ..                                in order of first use / of content
 *
 * Picture of who holds what:
 *
 *	entity --holdings--> (layer, doc, name, via policy)         what is written on the entity itself
 *	identity --class--> grant class --class docs--> (layer, doc)  own, groups' and attached ones, boundary
 *	doc --doc classes--> classes                                back
 *	doc --doc statements--> statements --statement docs--> docs  equal statements are one
 *	index entry (service, literal prefix) -> statement         of the classes' docs
 *	principal entry (text) -> (entity, doc, statement)          who is named by policies of entities
 *
 * Ownership: all pointers are into the snapshot's map and die with it; a cached document
 * lives as long as the segment. Threads: a segment is used by one thread at a time.
 *
 * Bytes: docs/store-format.md, "segment". segment_open checks every section's bounds and
 * CSR shape in O(sections + array ends); segment_check verifies checksums and every
 * element.
 */
#ifndef GRAPHSTORE_SEGMENT_H
#define GRAPHSTORE_SEGMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/record.h"
#include "base/str.h"
#include "graphstore/document.h"

typedef uint32_t entity_id;

#define SEGMENT_NONE UINT32_MAX

struct segment_text {
	uint32_t offset; /* in the segment's text heap, where its size comes first */
};

/* What is known about the policy on an entity as a resource. */
enum segment_policy_state {
	SEGMENT_POLICY_NOT_ASKED, /* nobody tried to read it */
	SEGMENT_POLICY_NONE,      /* read, and there is none */
	SEGMENT_POLICY_GOT,       /* read, in the holdings */
	/* tried and failed, or must exist and is missing, or is no valid policy */
	SEGMENT_POLICY_REFUSED
};

struct segment_entity {
	uint32_t flags; /* ENTITY_ */
	uint32_t name;  /* text, or SEGMENT_NAME_ENDS_KEY and a size: see segment_name */
	entity_id parent; /* container, local or foreign, or SEGMENT_NONE */
	uint32_t class;   /* grant class of an identity, else SEGMENT_NONE */
	uint32_t created; /* seconds since 1970, 0 unknown */
	uint32_t used;    /* 0 unknown; see segment_last_used */
	uint16_t kind;    /* into kinds */
	/* enum segment_policy_state, of LAYER_RESOURCE and TRUST together */
	uint8_t policy_state;
	uint8_t tags_known;
	/* Where it came from: segment_source. */
};

/* Most names are the last bytes of their key; so many of them. */
#define SEGMENT_NAME_ENDS_KEY 0x80000000u

#define SEGMENT_NEVER   UINT32_MAX
#define SEGMENT_NO_KIND UINT16_MAX /* of an entity that is not there */

/* Seconds since 1970; 0 unknown, -1 known never. */
static inline int64_t segment_last_used(const struct segment_entity *entity)
{
	return entity->used == SEGMENT_NEVER ? -1 : (int64_t)entity->used;
}

/* A policy that an entity carries. Where it came from: segment_source. */
struct segment_holding {
	uint32_t doc;
	uint32_t layer; /* enum record_layer */
	/* of the inline policy, or what the provider calls it */
	struct segment_text name;
};

/* One document of a grant class. */
struct segment_class_doc {
	uint32_t doc;
	uint32_t is_boundary; /* 1: a ceiling; 0: grants and denies */
};

/* A grant class. */
#define SEGMENT_CLASS_BOUNDED 0x01u /* has a boundary */
#define SEGMENT_CLASS_GAP     0x02u /* a document of it is missing or invalid */

struct segment_class {
	/* actions of its grants on any resource, counted once per statement */
	uint32_t wide_actions;
	uint32_t flags;
};

/* A document that the segment uses. */
#define SEGMENT_DOC_MISSING 0x01u /* named but not collected: `name` says which */
#define SEGMENT_DOC_INVALID 0x02u /* DOCUMENT_INVALID: has no statements */
#define SEGMENT_DOC_GROUP   0x04u /* missing: all that a group holds, which `name` is */

struct segment_doc {
	struct sha256 digest;     /* key in the store's docs table; zero when missing */
	struct segment_text name; /* of a missing one: the policy's or group's key */
	uint32_t flags;
};

/*
 * A statement of the docs of classes. Statements that mean the same, wherever they are
 * written, are one.
 */
struct segment_statement {
	uint32_t doc, index; /* where it is read: the first of those that have it */
	uint32_t flags;      /* DOCUMENT_, of the statement */
	uint32_t service;    /* catalogue service, or DOCUMENT_ANY_SERVICE */
	uint32_t action_total;
	uint32_t condition_count;
};

/* Statements by service and literal prefix of their resource pattern. */
struct segment_index {
	uint32_t service;           /* of the statement */
	struct segment_text prefix; /* empty: covers, or may cover, everything */
	uint32_t statement;
	/*
	 * nearest earlier entry of the service whose prefix is a prefix of this one, or
	 * NONE
	 */
	uint32_t parent;
};

/*
 * Who is named by the policies on entities. Ascending by (text, type, entity, doc,
 * statement).
 *
 * Entries of type 0 name what was not collected, so that the scopes which lack it are
 * found among all: SEGMENT_GAP and a kind, of whose entities some policy was not read
 * (the first one is `entity`); SEGMENT_GAP_COVERAGE, something was refused or read in
 * part; SEGMENT_GAP_IDENTITIES, nobody asked for the identities of the account;
 * SEGMENT_GAP_ACCOUNTS, it speaks of accounts that may be scopes of their own.
 *
 * Two more name foreign keys, so that trees and groups are followed from scope to scope:
 * SEGMENT_ABOVE and a key, the container of some entity (the first one is `entity`), or
 * the id of the scope that the scope lies in, where its own container does not say more;
 * SEGMENT_MEMBER and a key, an end of a membership (its id is `entity`).
 */
#define SEGMENT_GAP            "?"
#define SEGMENT_GAP_COVERAGE   "?coverage"
#define SEGMENT_GAP_IDENTITIES "?identities"
#define SEGMENT_GAP_ACCOUNTS   "?accounts"
/*
 * How policies name everybody. SEGMENT_ANYONE: grants and denies. SEGMENT_PINNED: a grant
 * under a condition that only callers of certain accounts meet, which has an entry for
 * each of them as well, by the account's id. SEGMENT_OPEN and a service's number, or
 * nothing for several services: that there is a grant of it to everybody that is not
 * pinned (type 0), so that scopes are found by what they open; SEGMENT_OPEN_OF and the
 * provider that the scope is of: that there is any.
 */
#define SEGMENT_ANYONE         "*"
#define SEGMENT_PINNED         "*="
#define SEGMENT_OPEN           "*#"
#define SEGMENT_OPEN_OF        "*#@"

#define SEGMENT_ABOVE  "^"
#define SEGMENT_MEMBER "@"

struct segment_principal {
	/*
	 * as in document_principal; "*" for anyone and NotPrincipal; sessions without
	 * their name
	 */
	struct segment_text text;
	entity_id entity;
	uint32_t doc, statement;
	uint16_t type;    /* enum document_principal_type, or 0 */
	uint16_t is_deny; /* 1: the statement denies */
};

/* Ascending by what, state and detail. */
struct segment_coverage {
	struct segment_text what, detail;
	uint32_t state; /* enum coverage_state */
	uint32_t whole; /* 1: said of the scope itself, too */
};

struct segment_pair {
	struct segment_text key, value;
};

/* Lists of ids behind ids: list i is item[start[i]] .. item[start[i + 1] - 1]. */
struct segment_lists {
	const uint32_t *start;
	const uint32_t *item;
	uint32_t count; /* lists */
};

struct snapshot;
struct segment;

/* What a segment knows of itself. */
struct segment_info {
	struct str scope;  /* "aws:111122223333" */
	struct str key;    /* key of the scope's container entity */
	struct str parent; /* scope id of its organization, or empty: not known */
	struct str format; /* what input it came from */
	int64_t collected_at;
	uint32_t version;
	uint32_t entity_count, foreign_count, kind_count, doc_count, class_count;
	uint32_t statement_count, index_count, principal_count, coverage_count;
};

const struct segment_info *segment_info(const struct segment *s);

struct str segment_str(const struct segment *s, struct segment_text t);

/* id < entity_count. */
const struct segment_entity *segment_entity(const struct segment *s, entity_id id);
/* Borrowed from the map or, where the name is a part of the key, in the arena. */
struct str segment_name(const struct segment *s, entity_id id, struct arena *arena);
/* The same for who has the key: in the map or in the key. */
struct str segment_name_of(const struct segment *s, entity_id id, struct str key);
struct str segment_kind(const struct segment *s, uint32_t kind); /* kind < kind_count */

/*
 * The key of a local or foreign id, copied into the arena (keys are stored front-coded).
 */
struct str segment_key(const struct segment *s, entity_id id, struct arena *arena);

/* Reads keys of entities; ascending ids cost less than others. */
struct segment_cursor;
struct segment_cursor *segment_cursor_new(const struct segment *s, struct arena *arena);
/* id < entity_count; valid until the next call. */
struct str segment_cursor_key(struct segment_cursor *c, entity_id id);

/*
 * Decode keys [begin, end) in order, faster than one by one; the key is valid during the
 * call.
 */
void segment_each_key(const struct segment *s, entity_id begin, entity_id end,
	void (*each)(void *ctx, entity_id id, struct str key), void *ctx);

/* The local or foreign id of a key, or SEGMENT_NONE. O(log n). */
entity_id segment_find(const struct segment *s, struct str key);

/* Local ids [*begin, *end) whose keys start with the prefix. O(log n). */
void segment_range(
	const struct segment *s, struct str prefix, entity_id *begin, entity_id *end);

/* Targets of a relation from an entity, or (reverse) its sources; ids may be foreign. */
const uint32_t *segment_related(const struct segment *s, enum record_relation_type type,
	bool reverse, entity_id id, uint32_t *count);

const struct segment_holding *segment_holdings(
	const struct segment *s, entity_id id, uint32_t *count);
const struct segment_pair *segment_tags(
	const struct segment *s, entity_id id, uint32_t *count);
/*
 * The attribute "id": what the provider knows the entity by when its name changes. Empty:
 * not known.
 */
struct str segment_unique_id(const struct segment *s, entity_id id);
const struct segment_pair *segment_attributes(
	const struct segment *s, entity_id id, uint32_t *count);

const struct segment_class_doc *segment_class_docs(
	const struct segment *s, uint32_t class, uint32_t *count);
const struct segment_class *segment_class(const struct segment *s, uint32_t class);
/* Those with SEGMENT_CLASS_GAP, ascending. */
const uint32_t *segment_gaps(const struct segment *s, uint32_t *count);
const uint32_t *segment_class_members(
	const struct segment *s, uint32_t class, uint32_t *count);
const uint32_t *segment_doc_classes(
	const struct segment *s, uint32_t doc, uint32_t *count);

/* Local ids with SEGMENT_POLICY_REFUSED, ascending. */
const uint32_t *segment_refused(const struct segment *s, uint32_t *count);

/* Local ids of one kind, ascending. */
const uint32_t *segment_kind_members(
	const struct segment *s, uint32_t kind, uint32_t *count);

const struct segment_doc *segment_doc(const struct segment *s, uint32_t doc);

/* Never NULL: one without a document where the number is none. */
const struct segment_statement *segment_statement(
	const struct segment *s, uint32_t statement);
/* The docs that have a statement, and the statements of a doc; both ascending. */
const uint32_t *segment_statement_docs(
	const struct segment *s, uint32_t statement, uint32_t *count);
const uint32_t *segment_doc_statements(
	const struct segment *s, uint32_t doc, uint32_t *count);

const struct segment_index *segment_index(const struct segment *s);
/* Bounds of one service's entries in the index. */
void segment_index_range(
	const struct segment *s, uint32_t service, uint32_t *begin, uint32_t *end);
const struct segment_principal *segment_principals(const struct segment *s);
/* Bounds of the entries whose text is `text`. */
void segment_principal_range(
	const struct segment *s, struct str text, uint32_t *begin, uint32_t *end);
const struct segment_coverage *segment_coverages(const struct segment *s);
/* Of which entities an entry is said: ids, local or foreign, ascending. */
const uint32_t *segment_coverage_subjects(
	const struct segment *s, uint32_t coverage, uint32_t *count);
bool segment_coverage_has(const struct segment *s, uint32_t coverage, entity_id id);

/*
 * The compiled document, read once and cached. 0, or ERR_CORRUPT when the store lost or
 * damaged it. A missing one (SEGMENT_DOC_MISSING) has no bytes: *out is NULL and the
 * result 0.
 */
int segment_document(
	const struct document **out, struct segment *s, uint32_t doc, struct err *e);

/* A statement as its first document has it. 0 or ERR_CORRUPT. */
int segment_read_statement(const struct document **document,
	const struct document_statement **out, struct segment *s, uint32_t statement,
	struct err *e);

/*
 * The provider's text of a document, for proofs; borrowed from the map. Empty when
 * missing.
 */
int segment_document_text(
	struct str *out, struct segment *s, uint32_t doc, struct err *e);

/*
 * "file@offset" where an entity was found, or with `held` one of its policies; of several
 * the first in this order. Empty: not known. In the arena.
 */
int segment_source(struct str *out, struct segment *s, entity_id id,
	const struct segment_holding *held, struct arena *arena, struct err *e);

#endif
