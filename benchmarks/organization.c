#include "benchmarks/organization.h"

#include <stdio.h>
#include <stdlib.h>

/* In 100 resources; the rest are functions. */
static const struct {
	enum estate_thing type;
	uint32_t share;
} mix[] = { { ESTATE_BUCKET, 9 }, { ESTATE_QUEUE, 11 }, { ESTATE_TOPIC, 8 },
	{ ESTATE_TABLE, 10 }, { ESTATE_KEY, 6 }, { ESTATE_SECRET, 14 },
	{ ESTATE_INSTANCE, 15 }, { ESTATE_REPOSITORY, 5 }, { ESTATE_MACHINE, 4 } };

static const struct {
	const char *name;
	uint32_t parent;
} units[ORGANIZATION_UNITS] = { { "security", ORGANIZATION_ROOT },
	{ "infrastructure", ORGANIZATION_ROOT }, { "sandbox", ORGANIZATION_ROOT },
	{ "workloads", ORGANIZATION_ROOT }, { "production", 3 }, { "staging", 3 },
	{ "development", 3 }, { "billing", 4 }, { "checkout", 4 }, { "data", 4 },
	{ "ledger", 4 }, { "media", 4 }, { "payments", 4 }, { "platform", 4 },
	{ "search", 4 } };

static const struct organization_role standard[] = {
	{ "OrganizationAccountAccessRole", "AdministratorAccess", NULL,
		ORGANIZATION_MANAGEMENT, "root", UINT32_MAX },
	{ "org-audit", "SecurityAudit", NULL, ORGANIZATION_SECURITY, "role/org-audit-hub",
		UINT32_MAX },
	{ "org-deploy", "PowerUserAccess", NULL, ORGANIZATION_DEPLOYMENT,
		"role/org-deploy-hub", UINT32_MAX },
	{ "org-breakglass", "AdministratorAccess", NULL, ORGANIZATION_SECURITY, "root",
		UINT32_MAX },
	{ "org-audit-hub", NULL, "arn:aws:iam::*:role/org-audit", ORGANIZATION_SECURITY,
		"root", ORGANIZATION_SECURITY },
	{ "org-deploy-hub", NULL, "arn:aws:iam::*:role/org-deploy",
		ORGANIZATION_DEPLOYMENT, "root", ORGANIZATION_DEPLOYMENT },
};
#define STANDARD_COUNT (sizeof(standard) / sizeof(standard[0]))
#define FOR_ALL        4u /* the first of them */

/* The largest number whose square is at most n. */
static uint64_t square_root(uint64_t n)
{
	uint64_t x = n, y = n / 2 + 1;

	while (y < x) {
		x = y;
		y = (x + n / x) / 2;
	}
	return n < 2 ? n : x;
}

/* Of the n-th largest account, n from 1. */
static uint64_t weight(uint64_t n)
{
	uint64_t half = square_root(n * 100000000u);

	return 100000000000u / square_root(n * half * 10000u);
}

static void write_id(const struct organization *o, char *out, size_t count)
{
	static const char digits[] = "abcdefghijklmnopqrstuvwxyz0123456789";
	struct estate_random r = { organization_fact(o, 2, (uint32_t)count) };

	for (size_t i = 0; i < count; i++)
		out[i] = digits[estate_below(&r, 36)];
	out[count] = '\0';
}

void organization_init(struct organization *o, uint64_t seed, uint32_t accounts,
	uint64_t identities, uint64_t resources)
{
	*o = (struct organization){ .seed = seed,
		.identities = identities,
		.resources = resources,
		.account_count = accounts,
		.id = "o-",
		.root = "r-" };
	o->weight_sums = calloc((size_t)accounts + 1, sizeof(uint64_t));
	if (!o->weight_sums)
		abort();
	/* The central ones are the smallest. */
	for (uint32_t i = 0; i < accounts; i++) {
		uint32_t rank = accounts > 3 ? (i + accounts - 3) % accounts : i;

		o->weight_sums[i + 1] = o->weight_sums[i] + weight(rank + 1);
	}
	write_id(o, o->id + 2, 10);
	write_id(o, o->root + 2, 4);
}

void organization_release(struct organization *o)
{
	free(o->weight_sums);
	*o = (struct organization){ .seed = 0 };
}

uint64_t organization_fact(const struct organization *o, uint32_t about, uint32_t i)
{
	struct estate_random r = { o->seed ^ ((uint64_t)about << 48) ^
				   ((uint64_t)i << 8) };

	estate_next(&r);
	return estate_next(&r);
}

void organization_account(const struct organization *o, uint32_t number, char id[13])
{
	/* A prime that does not divide the modulus: no two numbers give one id. */
	uint64_t n = (uint64_t)number * 86028121u + o->seed % 1000003u;

	snprintf(id, 13, "%012llu",
		(unsigned long long)(100000000000u + n % 900000000000u));
}

/* The part of the total that falls on an account; parts add up to the total. */
static uint32_t part(const struct organization *o, uint64_t total, uint32_t number)
{
	double all = (double)o->weight_sums[o->account_count];
	uint64_t begin = (uint64_t)((double)total * (double)o->weight_sums[number] / all);
	uint64_t end =
		(uint64_t)((double)total * (double)o->weight_sums[number + 1] / all);

	return (uint32_t)(end - begin);
}

static uint32_t at_least(uint32_t n, uint32_t least)
{
	return n > least ? n : least;
}

void organization_member(const struct organization *o, struct estate *s, uint32_t number)
{
	uint32_t identities =
		at_least(part(o, o->identities, number), ORGANIZATION_LEAST);
	uint32_t resources = part(o, o->resources, number), left = resources;
	uint32_t count[ESTATE_THINGS] = { 0 };

	count[ESTATE_USER] = at_least(identities * 3 / 20, 1);
	count[ESTATE_ROLE] = identities - count[ESTATE_USER];
	count[ESTATE_GROUP] = at_least(count[ESTATE_USER] / 8, 2);
	count[ESTATE_POLICY] = at_least(count[ESTATE_ROLE] / 10, 6);
	for (size_t i = 0; i < sizeof(mix) / sizeof(mix[0]); i++) {
		uint32_t n = (uint32_t)((uint64_t)resources * mix[i].share / 100);

		count[mix[i].type] = n;
		left -= n;
	}
	count[ESTATE_FUNCTION] = left;
	estate_init_member(s, o, number, count);
}

uint32_t organization_unit(const struct organization *o, uint32_t number)
{
	uint64_t fact = organization_fact(o, 3, number);
	uint32_t luck = (uint32_t)(fact % 100);

	if (number <= ORGANIZATION_DEPLOYMENT)
		return number == ORGANIZATION_MANAGEMENT ? ORGANIZATION_ROOT : number - 1;
	if (luck < 5)
		return 2;
	if (luck < 45)
		return 7 + (uint32_t)(fact / 100 % 8);
	return luck < 65 ? 5 : 6;
}

uint32_t organization_unit_parent(uint32_t unit)
{
	return units[unit].parent;
}

const char *organization_unit_name(uint32_t unit)
{
	return units[unit].name;
}

const struct organization_role *organization_standard(
	const struct estate *s, uint32_t role)
{
	if (!s->organization || role > FOR_ALL)
		return NULL;
	if (role < FOR_ALL)
		return &standard[role];
	for (size_t i = FOR_ALL; i < STANDARD_COUNT; i++) {
		if (standard[i].only == s->number)
			return &standard[i];
	}
	return NULL;
}

/* Another account, when there is one. */
static uint32_t draw_peer(const struct estate *s, struct estate_random *r)
{
	uint32_t n = s->organization->account_count;
	uint32_t step = 1 + (estate_below(r, 2) ? estate_below(r, 4)
						: estate_below(r, n > 1 ? n - 1 : 1));

	return (s->number + step) % n;
}

struct str organization_peer(
	struct estate *s, enum estate_thing t, struct estate_random *r)
{
	struct estate peer;
	struct str arn;

	organization_member(s->organization, &peer, draw_peer(s, r));
	if (peer.count[t] == 0)
		arn = arena_printf(&s->arena, "arn:aws:iam::%s:root", peer.account);
	else
		arn = arena_copy(
			&s->arena, estate_arn(&peer, t, estate_below(r, peer.count[t])));
	arena_release(&peer.arena);
	return arn;
}

struct str organization_peer_root(struct estate *s, struct estate_random *r)
{
	char id[13];

	organization_account(s->organization, draw_peer(s, r), id);
	return arena_printf(&s->arena, "arn:aws:iam::%s:root", id);
}
