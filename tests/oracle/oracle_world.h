/*
 * oracle_world.h - the records of all scopes as the oracle reads them: flat arrays that
 * are walked from end to end, and who holds which documents.
 *
 * Nodes are everything with a key: the entities of all records (those of one key are
 * one node), then those whom policies name and nobody collected. Everything is borrowed
 * from the records given to oracle_world_read or lies in the world's arena.
 */
#ifndef TESTS_ORACLE_ORACLE_WORLD_H
#define TESTS_ORACLE_ORACLE_WORLD_H

#include "base/buf.h"
#include "base/record.h"
#include "oracle_policy.h"

#define ORACLE_NONE UINT32_MAX

enum oracle_node_type {
	ORACLE_ENTITY,
	ORACLE_PUBLIC,  /* anybody, without credentials */
	ORACLE_SERVICE, /* a service of the provider */
	ORACLE_FOREIGN, /* an identity of an account that nobody collected */
	ORACLE_ACCOUNT, /* whoever is in such an account */
	ORACLE_LOGIN,   /* whoever an identity provider vouches for */
	ORACLE_NEW      /* things that an account may create; key: their pattern */
};

struct rule;

struct oracle_document {
	const struct record_document *record;
	struct oracle_policy policy;
	uint32_t holder;
};

/* Documents that count together; `missing`: one more that nobody collected. */
struct oracle_documents {
	const struct oracle_document **items;
	uint32_t count;
	bool missing;
};

struct oracle_node {
	enum oracle_node_type type;
	const struct record_entity
		*entity; /* the first record, NULL for those that nobody collected */
	struct str key, account; /* account: its twelve digits, empty for none */
	uint32_t flags;
	/* whose policies it has: a session has another's, all others their own */
	const struct oracle_node *acts;
	bool bounded, refused; /* has a boundary; its own policy could not be read */
	bool asked;            /* somebody tried to read its own policy */
	bool listed;           /* somebody listed its grants */
	/* a key: the provider's, which no ceiling binds; nobody knows whether it is */
	bool managed, managed_maybe;
	struct str canonical; /* of its account, in lists of access control; or empty */
	struct oracle_bucket {
		bool closed;       /* its policy is public, and void for strangers */
		bool not_public;   /* its list gives nothing to everybody */
		bool without_list; /* its list gives nothing */
	} bucket;
	/* an access point: the name of its bucket, and that, or ORACLE_NONE */
	struct str behind;
	uint32_t bucket_node;
	struct oracle_documents identity, boundary, resource, trust, grants, session, acl,
		endpoint;
	/* of an identity that hops have changed (oracle_state.h) */
	bool writes;                      /* its own policies, as it likes */
	bool pardoned;                    /* these deny nothing */
	const struct oracle_node *opened; /* whose policy admits it, by which rule */
	const struct rule *opener;
};

/* One container on the way from the organization's root to an account. */
struct oracle_level {
	struct oracle_documents scps, rcps;
};

/* The place of an account in its organization. */
struct oracle_place {
	struct str organization; /* "o-example"; empty: in none */
	bool exempt;
	bool unknown; /* in an organization that nobody collected */
	struct oracle_level *levels;
	uint32_t level_count;
};

struct oracle_world {
	struct arena arena;
	struct buf records;          /* of struct record */
	struct buf nodes;            /* of struct oracle_node */
	struct buf documents;        /* of struct oracle_document */
	struct buf endpoints;        /* of struct oracle_endpoint */
	struct oracle_place *places; /* one for each node */
};

/* `rules`: whose services and things are nodes too; or NULL. */
struct rules;
int oracle_world_read(struct oracle_world *out, const struct rules *rules,
	struct str stream, struct err *e);
void oracle_world_release(struct oracle_world *w);

struct oracle_node *oracle_world_node(const struct oracle_world *w, uint32_t n);
uint32_t oracle_world_count(const struct oracle_world *w);

/* The node of a key, or ORACLE_NONE. */
uint32_t oracle_world_find(const struct oracle_world *w, struct str key);

/* The node of a key or of a reference by name, as used in a scope; or ORACLE_NONE. */
uint32_t oracle_world_resolve(
	const struct oracle_world *w, struct str scope, struct str key);

/* A tag or attribute; false when there is none. Keys of tags compare without case. */
bool oracle_world_tag(const struct oracle_node *n, struct str key, struct str *out);
bool oracle_world_attribute(const struct oracle_node *n, struct str key, struct str *out);

/* Field 0 to 5 of an ARN. */
struct str oracle_world_arn(struct str arn, unsigned field);

#endif
