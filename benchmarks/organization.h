/*
 * organization.h - a made-up organization: its accounts, how large each is, its tree of
 * units, and the roles that every account has for the central ones.
 *
 * Account 0 manages it, 1 is of security, 2 of deployment; the sizes of the others
 * follow a power law (the n-th largest has about n^-3/4 of the largest), so that some
 * are very large and most are small. Everything is a function of the options.
 */
#ifndef BENCHMARKS_ORGANIZATION_H
#define BENCHMARKS_ORGANIZATION_H

#include "benchmarks/estate.h"

#define ORGANIZATION_ACCOUNTS   1000000u /* at most */
#define ORGANIZATION_UNITS      15u
#define ORGANIZATION_ROOT       ORGANIZATION_UNITS /* as a parent: the root */
#define ORGANIZATION_LEAST      8u                 /* identities of an account */
#define ORGANIZATION_MANAGEMENT 0u
#define ORGANIZATION_SECURITY   1u
#define ORGANIZATION_DEPLOYMENT 2u

struct organization {
	uint64_t seed, identities, resources;
	uint32_t account_count;
	uint64_t *weight_sums; /* owned; account_count + 1 */
	char id[13], root[7];
};

void organization_init(struct organization *o, uint64_t seed, uint32_t accounts,
	uint64_t identities, uint64_t resources);
void organization_release(struct organization *o);

uint64_t organization_fact(const struct organization *o, uint32_t about, uint32_t i);
void organization_account(const struct organization *o, uint32_t number, char id[13]);

/* One of its accounts; release its arena. */
void organization_member(const struct organization *o, struct estate *s, uint32_t number);

/* The unit of an account, or ORGANIZATION_ROOT; a unit's parent; what it is called. */
uint32_t organization_unit(const struct organization *o, uint32_t number);
uint32_t organization_unit_parent(uint32_t unit);
const char *organization_unit_name(uint32_t unit);

/* A role that every account has, or a central account alone. */
struct organization_role {
	const char *name,
		*policy; /* managed by the provider; NULL: may assume `assumes` */
	const char *assumes;
	uint32_t trusts;     /* the number of an account */
	const char *trusted; /* "root" or "role/NAME" there */
	uint32_t only;       /* the account that has it; UINT32_MAX: all */
};

/* NULL when the role is not one of them. */
const struct organization_role *organization_standard(
	const struct estate *s, uint32_t role);

/* A thing of another account, mostly of one nearby; a text of s. */
struct str organization_peer(
	struct estate *s, enum estate_thing t, struct estate_random *r);

/* "arn:aws:iam::ACCOUNT:root" of another account. */
struct str organization_peer_root(struct estate *s, struct estate_random *r);

#endif
