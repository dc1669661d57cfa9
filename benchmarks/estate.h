/*
 * estate.h - a made-up account: how much of everything, and what each thing is called.
 *
 * It is alone, or one of an organization (organization.h).
 *
 * The account is a number of applications. Every resource and role belongs to one, and
 * the name of each is a function of the seed and its number, so that policies can name
 * what is written later.
 *
 * Texts live in the estate's arena until it is reset: once per entity written.
 */
#ifndef BENCHMARKS_ESTATE_H
#define BENCHMARKS_ESTATE_H

#include <stdint.h>

#include "base/arena.h"

#define ESTATE_ACCOUNT "555566667777" /* the one that is alone */
#define ESTATE_REGION  "eu-west-1"

enum estate_thing {
	ESTATE_ROLE,
	ESTATE_USER,
	ESTATE_GROUP,
	ESTATE_POLICY,
	ESTATE_BUCKET,
	ESTATE_QUEUE,
	ESTATE_TOPIC,
	ESTATE_TABLE,
	ESTATE_KEY,
	ESTATE_SECRET,
	ESTATE_FUNCTION,
	ESTATE_INSTANCE,
	ESTATE_REPOSITORY,
	ESTATE_MACHINE, /* a state machine */
	ESTATE_THINGS
};

/* What a role is for: who its trust policy lets in. */
enum estate_purpose {
	ESTATE_FOR_LAMBDA,
	ESTATE_FOR_EC2,
	ESTATE_FOR_ECS,
	ESTATE_FOR_SERVICE,
	ESTATE_FOR_WEB,     /* an OpenID provider: a pipeline or a pod */
	ESTATE_FOR_FOREIGN, /* an account outside */
	ESTATE_FOR_ROLE,    /* roles of the account by name */
	ESTATE_FOR_ROOT,    /* the account: whoever its policies let */
	ESTATE_FOR_PERSON   /* single sign-on */
};

struct organization;

struct estate {
	uint64_t seed;
	char account[13];
	const char *region;
	const struct organization *organization; /* NULL: alone */
	uint32_t number;                         /* of the account in it */
	uint32_t count[ESTATE_THINGS];
	uint32_t application_count;
	struct arena arena;
};

/* A stream of numbers; equal states give equal streams. */
struct estate_random {
	uint64_t state;
};

uint64_t estate_next(struct estate_random *r);
uint32_t estate_below(struct estate_random *r, uint32_t end); /* 0 .. end - 1 */

/* A number that depends on nothing but the seed, what it is about, and which one. */
uint64_t estate_fact(const struct estate *s, uint32_t about, uint32_t i);

/* An account that is alone, with that many roles and of everything else in proportion. */
void estate_init(struct estate *s, uint64_t seed, uint32_t roles);

/* An account of an organization. `count` has the number of things of each type. */
void estate_init_member(struct estate *s, const struct organization *organization,
	uint32_t number, const uint32_t count[ESTATE_THINGS]);

/* The application that a thing belongs to. */
uint32_t estate_application(const struct estate *s, enum estate_thing t, uint32_t i);

/* One of its things. */
uint32_t estate_owned(struct estate *s, enum estate_thing t, uint32_t application,
	struct estate_random *r);

enum estate_purpose estate_purpose(const struct estate *s, uint32_t role);
uint32_t estate_role_for(
	const struct estate *s, enum estate_purpose purpose, uint32_t from);

struct str estate_team(const struct estate *s, uint32_t application);
struct str estate_application_name(struct estate *s, uint32_t application);
struct str estate_name(struct estate *s, enum estate_thing t, uint32_t i);
struct str estate_arn(struct estate *s, enum estate_thing t, uint32_t i);

/* "AROA" and 17 characters. */
struct str estate_id(struct estate *s, const char *prefix, uint32_t about, uint32_t i);

#endif
