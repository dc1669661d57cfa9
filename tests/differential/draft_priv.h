/*
 * draft_priv.h - a request in the making, for draft*.c.
 */
#ifndef TESTS_DIFFERENTIAL_DRAFT_PRIV_H
#define TESTS_DIFFERENTIAL_DRAFT_PRIV_H

#include "base/arena.h"
#include "base/buf.h"
#include "dice.h"

enum draft_feature {
	DRAFT_DENY,
	DRAFT_NOT, /* NotAction, NotResource, NotPrincipal */
	DRAFT_CONDITION,
	DRAFT_ODD_CONDITION, /* IfExists, set operators, Null, variables */
	DRAFT_VARIABLE,
	DRAFT_WIDE, /* patterns that match much */
	DRAFT_MISS, /* things that are another's */
	DRAFT_BOUNDARY,
	DRAFT_SESSION_POLICY,
	DRAFT_RESOURCE_POLICY,
	DRAFT_SCP,
	DRAFT_RCP,
	DRAFT_ENDPOINT,
	DRAFT_CROSS,   /* another account's resource */
	DRAFT_OLD,     /* policies without version, or of the old one */
	DRAFT_EXEMPT,  /* accounts and roles that ceilings do not bind */
	DRAFT_BLOCKED, /* public access of buckets */
	DRAFT_CONTEXT, /* keys that the request carries */
	DRAFT_FEATURE_COUNT
};

enum draft_caller {
	DRAFT_USER,
	DRAFT_ROLE,
	DRAFT_FEDERATED,
	DRAFT_ROOT,
	DRAFT_SERVICE,
	DRAFT_ANONYMOUS
};

/* What sort of thing is asked for. */
struct draft_resource {
	const char *format; /* of its ARN; %s is the account, or the number of a bucket */
	bool global;        /* %s is the number */
	bool policy;        /* it may have one */
	bool trust;         /* which is a trust policy */
	const char *actions[4];
};

struct draft_fact {
	const char *key;
	struct str values[3];
	uint32_t count;
	bool list;
};

struct draft {
	struct dice dice;
	uint32_t weight[DRAFT_FEATURE_COUNT]; /* percent */
	struct arena arena;
	uint64_t number;
	enum draft_caller caller;
	struct str principal; /* as the request has it: a session of a role */
	struct str identity;  /* user, role or root user */
	struct str name;      /* of user or role */
	struct str account, other, resource_account;
	const struct draft_resource *kind;
	struct str resource, action;
	struct str organization, resource_organization; /* or empty */
	bool exempt, resource_exempt;    /* the account is its organization's own */
	bool linked;                     /* the role is a service's */
	uint32_t scp_levels, rcp_levels; /* 0: none */
	struct draft_fact facts[40];
	uint32_t fact_count;
};

bool draft_has(struct draft *d, enum draft_feature f);

/* The fact of that key, or NULL when the request does not carry it. */
const struct draft_fact *draft_fact(const struct draft *d, const char *key);

/* Append `,"Condition":{...}`, or nothing. */
void draft_condition(struct draft *d, struct buf *out);

enum draft_layer {
	DRAFT_OF_IDENTITY,
	DRAFT_OF_BOUNDARY,
	DRAFT_OF_SESSION,
	DRAFT_OF_RESOURCE,
	DRAFT_OF_TRUST,
	DRAFT_OF_SCP,
	DRAFT_OF_RCP,
	DRAFT_OF_ENDPOINT
};

/* Append a policy of that layer. */
void draft_policy(struct draft *d, struct buf *out, enum draft_layer layer);

#endif
