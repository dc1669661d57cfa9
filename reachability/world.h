/*
 * world.h - what one query sees: a snapshot, the organizations in it, the request
 * context, and the caches that live as long as the query.
 *
 * A node is anything that a path or a row can name: an entity of a scope, or a principal
 * that is in no scope (the public, a service of the provider, an identity of an account
 * that was not collected). Nodes are numbers in blocks, one per scope that was looked at
 * (node_table.h); equal keys are equal nodes.
 *
 * Ownership: everything got here is borrowed until world_close. Threads: one.
 */
#ifndef REACHABILITY_WORLD_H
#define REACHABILITY_WORLD_H

#include <signal.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/intern.h"
#include "base/record.h"
#include "catalog/catalog.h"
#include "graphstore/snapshot.h"
#include "reachability/condition.h"
#include "reachability/expr.h"

struct ancestry_cache;
struct imagined;
struct membership_cache;
struct place_cache;
struct provider;
struct role_references;
struct rules;
struct subject_cache;
struct token_cache;
struct tree_open;
struct world;

typedef uint32_t node_id;
#define NODE_NONE UINT32_MAX

enum node_type {
	NODE_ENTITY,    /* in a scope */
	NODE_PUBLIC,    /* anonymous: anyone at all */
	NODE_SERVICE,   /* a service of the provider, acting for itself */
	NODE_FOREIGN,   /* one identity of an account that was not collected */
	NODE_ACCOUNT,   /* anyone in an account that was not collected */
	NODE_FEDERATED, /* whoever an identity provider vouches for */
	NODE_RESOURCE,  /* a key of a resource that was not collected */
	NODE_NEW        /* any resource of a pattern, which need not exist yet */
};

struct node {
	enum node_type type;
	scope_number scope; /* NODE_ENTITY, else SEGMENT_NONE */
	entity_id id;       /* NODE_ENTITY, else SEGMENT_NONE */
	struct str key;     /* full key; "public" for the public */
	/* native id of the account that it lives in; empty: none or not known */
	struct str account;
	uint32_t flags; /* ENTITY_ of an entity */
	/* of an identity after a hop that changed what it may do (imagined.h); or NULL */
	const struct imagined *imagined;
};

/* A document in force somewhere, with the words to cite it. */
struct world_document {
	struct segment *segment; /* whose docs table has it */
	uint32_t doc;
	const struct document *compiled;    /* NULL: named but not collected */
	struct str name;                    /* of the policy */
	struct str holder;                  /* key of the entity that carries it */
	entity_id held_by;                  /* the same, in the segment */
	const struct segment_holding *held; /* NULL: nothing that was collected */
	enum record_layer layer;
};

struct world_ceiling {
	struct str level; /* key of the container that it is attached to */
	const struct world_document *documents;
	uint32_t document_count;
};

/* What the organization says about an account, root first. */
struct world_organization {
	bool known; /* the account's place was collected */
	/* it is known to be in an organization, even if that was not collected */
	bool named;
	bool complete;   /* its ceilings were all collected, so that none means none */
	bool exempt;     /* the organization's own account: ceilings do not bind it */
	struct str id;   /* "o-example"; empty: in none */
	struct str path; /* "o-example/r-root/ou-a/ou-b/" */
	const struct world_ceiling *scps, *rcps; /* one per level */
	uint32_t level_count;
};

/* Request context given with the query ("with k=v"): decides conditions. */
struct world_context {
	const struct str *keys;
	const struct str *values; /* one each; the same key again adds a value */
	uint32_t count;
	/*
	 * The request carries these keys and what follows from caller and resource, and
	 * no others: what is open otherwise is absent. Queries never say so; replayed
	 * requests do.
	 */
	bool complete;
};

int world_open(struct world **out, struct store *store, struct err *e);
void world_close(struct world *w);

struct snapshot *world_snapshot(struct world *w);
struct expr_pool *world_pool(struct world *w);
struct arena *world_arena(struct world *w);
/* Take a buffer's memory over, until world_close; never NULL. */
void *world_keep(struct world *w, struct buf *b);
void world_set_context(struct world *w, const struct world_context *context);
const struct world_context *world_context(const struct world *w);

/*
 * `without`: answer as if this entity (policy, group, identity, resource) did not exist.
 * Before any question.
 */
void world_remove(struct world *w, struct str key);
bool world_removed(const struct world *w, struct str key);
bool world_any_removed(const struct world *w);

/*
 * The hop rules that paths are found by; borrowed. NULL, which a new world has: only
 * those that the provider itself brings, to assume an identity and to be compute that
 * carries one. Before any question.
 */
void world_set_rules(struct world *w, const struct rules *rules);
const struct rules *world_rules(const struct world *w);

/* What follows the last '/' or ':' of a key. */
struct str world_last_piece(struct str key);

/* Scopes and segments. A scope's segment is opened once. */
uint32_t world_scope_count(struct world *w);
int world_segment(struct segment **out, struct world *w, scope_number n, struct err *e);

/*
 * The scope number of an account by native id, or SEGMENT_NONE when it was not collected.
 */
scope_number world_account_scope(struct world *w, struct str account);

/* The entity that an account's scope is of, or NODE_NONE. */
node_id world_account_node(struct world *w, struct str account);

/* Open the segments of all scopes. */
int world_read_all(struct world *w, struct err *e);

/* Its segment when somebody asked for it, else NULL: what the answers so far rest on. */
struct segment *world_segment_read(struct world *w, scope_number n);

/* The account a scope is (native id). */
struct str world_scope_account(struct world *w, scope_number n);

/* Name of an account as the organization or the export has it; empty when nobody said. */
struct str world_account_name(struct world *w, struct str account);

int world_organization(const struct world_organization **out, struct world *w,
	struct str account, struct err *e);

/*
 * Data that nobody collected, as a residual. It may grant and it may deny, and the one
 * says nothing about the other: two different unknowns of one thing, which notes tell
 * once (world_unknown_words).
 */
#define WORLD_MAY_DENY ", which may deny"

expr world_unknown(struct world *w, struct str scope, struct str what, bool may_deny);
struct str world_unknown_words(struct str what);

/* What is known of nodes as subjects and objects: one for all questions of the world. */
struct subject_cache *world_subjects(struct world *w);

/* The same of what nodes lie in, and of the groups that they are in. */
struct ancestry_cache *world_ancestry(struct world *w);
struct membership_cache *world_membership(struct world *w);
struct role_references *world_roles(struct world *w);
struct place_cache *world_places(struct world *w);
struct tree_open *world_openings(struct world *w);
struct token_cache *world_tokens(struct world *w);

/* Nodes. */
node_id world_node_entity(struct world *w, scope_number scope, entity_id id);
node_id world_node_virtual(
	struct world *w, enum node_type type, struct str key, struct str account);
/* A node of that name, which for most is its key; the first one keeps the name. */
node_id world_node_add(struct world *w, struct str name, struct node n);
/* The node that was added by the name, or NODE_NONE. */
node_id world_node_find(const struct world *w, struct str name);
/* Long work looks here whether somebody wants it to stop; NULL: nobody will. */
void world_set_stop(struct world *w, const volatile sig_atomic_t *stop);
/* Long work also stops when the world's arena has more bytes; 0: never. */
void world_set_most(struct world *w, size_t bytes);
/* 0, ERR_INTERRUPTED or ERR_LIMIT. */
int world_stop(const struct world *w, struct err *e);

/* What a node's number tells, without making the node. */
struct node_glance {
	scope_number scope; /* SEGMENT_NONE: in none */
	entity_id id;
	uint32_t flags;
};

struct node_glance world_glance(const struct world *w, node_id n);
const struct node *world_node(const struct world *w, node_id n);

/*
 * Whether an entity with these flags belongs to the scope that has it and to no other:
 * then its node is a number beside those of its scope, and costs nothing until it is
 * looked at.
 */
bool world_is_own(uint32_t flags);

/*
 * The node of a key: an entity when some scope has it, else as the provider reads the
 * key.
 */
int world_node_of_key(node_id *out, struct world *w, struct str key, struct err *e);

/* Whether the node decides by credentials of its own: compute acts as what it carries. */
bool world_acts(const struct world *w, node_id n);

const struct segment_entity *world_entity(
	struct world *w, node_id n); /* NULL for virtual ones */
struct segment *world_node_segment(
	struct world *w, node_id n); /* NULL for virtual ones */
struct str world_node_name(struct world *w, node_id n);
struct str world_node_kind(struct world *w, node_id n);
/* The catalogue kind of a node, or CATALOG_NONE. */
kind_id world_node_kind_id(struct world *w, node_id n);

/* The attribute or tag of that name; p == NULL when there is none. */
struct str world_attribute(struct world *w, node_id n, struct str name);

/*
 * Documents on a node of one layer, `without` taken out. *missing: the node must have one
 * but it was not collected.
 */
int world_documents(const struct world_document **out, uint32_t *count, struct world *w,
	node_id n, enum record_layer layer, struct err *e);

/* A catalogue kind for the kind number of a scope that was read. */
kind_id world_kind(const struct world *w, scope_number scope, uint32_t kind);

#endif
