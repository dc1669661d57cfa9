#include "benchmarks/estate.h"

#include "benchmarks/organization.h"

static const char *const teams[] = { "billing", "catalogue", "checkout", "claims", "data",
	"fraud", "identity", "insight", "ledger", "logistics", "media", "messaging",
	"mobile", "onboarding", "payments", "platform", "pricing", "risk", "search",
	"support" };
static const char *const nouns[] = { "api", "archive", "audit", "batch", "cache",
	"events", "export", "feed", "gateway", "import", "index", "jobs", "metrics",
	"orders", "parser", "reports", "router", "scorer", "stream", "sync", "vault",
	"worker" };
static const char *const stages[] = { "prod", "prod", "staging", "dev" };
static const char *const uses[] = { "data", "raw", "logs", "uploads", "export",
	"models" };

#define COUNT(a) ((uint32_t)(sizeof(a) / sizeof((a)[0])))

/* Of 100 roles, how many are for what; in the order of enum estate_purpose. */
static const uint32_t shares[] = { 32, 13, 12, 12, 8, 6, 10, 5, 2 };

/*
 * SplitMix64: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014.
 */
uint64_t estate_next(struct estate_random *r)
{
	uint64_t z = (r->state += 0x9e3779b97f4a7c15u);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

uint32_t estate_below(struct estate_random *r, uint32_t end)
{
	return (uint32_t)(((estate_next(r) >> 32) * end) >> 32);
}

uint64_t estate_fact(const struct estate *s, uint32_t about, uint32_t i)
{
	struct estate_random r = { s->seed ^ ((uint64_t)about << 40) ^ i };

	estate_next(&r);
	return estate_next(&r);
}

static uint32_t at_least(uint32_t n, uint32_t least)
{
	return n > least ? n : least;
}

void estate_init(struct estate *s, uint64_t seed, uint32_t roles)
{
	*s = (struct estate){
		.seed = seed, .account = ESTATE_ACCOUNT, .region = ESTATE_REGION
	};
	s->count[ESTATE_ROLE] = roles;
	s->count[ESTATE_USER] = at_least(roles / 10, 10);
	s->count[ESTATE_GROUP] = at_least(roles / 400, 4);
	s->count[ESTATE_POLICY] = at_least(roles / 16, 10);
	s->count[ESTATE_BUCKET] = at_least(roles / 32, 8);
	s->count[ESTATE_QUEUE] = at_least(roles / 100, 4);
	s->count[ESTATE_TOPIC] = at_least(roles / 133, 4);
	s->count[ESTATE_TABLE] = at_least(roles / 80, 4);
	s->count[ESTATE_KEY] = at_least(roles / 160, 2);
	s->count[ESTATE_SECRET] = at_least(roles / 100, 4);
	s->count[ESTATE_FUNCTION] = at_least(roles / 50, 4);
	s->count[ESTATE_INSTANCE] = at_least(roles / 80, 4);
	s->application_count = at_least(roles / 12, 4);
	arena_init(&s->arena, ARENA_UNLIMITED);
}

void estate_init_member(struct estate *s, const struct organization *organization,
	uint32_t number, const uint32_t count[ESTATE_THINGS])
{
	static const char *const regions[] = { "eu-west-1", "eu-central-1", "us-east-1",
		"ap-southeast-2" };
	uint32_t resources = 0;

	*s = (struct estate){ .organization = organization, .number = number };
	organization_account(organization, number, s->account);
	s->seed = organization_fact(organization, 1, number);
	s->region = regions[s->seed % COUNT(regions)];
	memcpy(s->count, count, sizeof(s->count));
	for (uint32_t t = ESTATE_BUCKET; t < ESTATE_THINGS; t++)
		resources += count[t];
	s->application_count = at_least(count[ESTATE_ROLE] / 12, resources / 100);
	s->application_count = at_least(s->application_count, 4);
	arena_init(&s->arena, ARENA_UNLIMITED);
}

uint32_t estate_application(const struct estate *s, enum estate_thing t, uint32_t i)
{
	return (uint32_t)((uint64_t)i * s->application_count / s->count[t]);
}

uint32_t estate_owned(struct estate *s, enum estate_thing t, uint32_t application,
	struct estate_random *r)
{
	uint64_t first = (uint64_t)application * s->count[t] / s->application_count;
	uint32_t near = at_least(s->count[t] / s->application_count, 1) + 1;

	if (estate_below(r, 100) < 12)
		return estate_below(r, s->count[t]);
	return (uint32_t)((first + estate_below(r, near)) % s->count[t]);
}

enum estate_purpose estate_purpose(const struct estate *s, uint32_t role)
{
	uint32_t n = (uint32_t)(estate_fact(s, 100, role) % 100), i = 0;

	if (organization_standard(s, role))
		return ESTATE_FOR_ROOT;
	while (i + 1 < COUNT(shares) && n >= shares[i])
		n -= shares[i++];
	return (enum estate_purpose)i;
}

uint32_t estate_role_for(
	const struct estate *s, enum estate_purpose purpose, uint32_t from)
{
	uint32_t n = s->count[ESTATE_ROLE];

	for (uint32_t i = 0; i < n; i++) {
		if (estate_purpose(s, (from + i) % n) == purpose)
			return (from + i) % n;
	}
	return from % n;
}

struct str estate_team(const struct estate *s, uint32_t application)
{
	return str_from(teams[estate_fact(s, 101, application) % COUNT(teams)]);
}

struct str estate_application_name(struct estate *s, uint32_t application)
{
	return arena_printf(&s->arena, "%.*s-%s-%u", STR_ARG(estate_team(s, application)),
		nouns[estate_fact(s, 102, application) % COUNT(nouns)], application);
}

struct str estate_name(struct estate *s, enum estate_thing t, uint32_t i)
{
	static const char *const roles[] = { "fn", "host", "task", "job", "deploy",
		"partner", "operator", "shared", "person" };
	struct str app = estate_application_name(s, estate_application(s, t, i));
	uint64_t fact = estate_fact(s, 200 + (uint32_t)t, i);
	const char *stage = stages[fact % COUNT(stages)];

	switch (t) {
	case ESTATE_ROLE:
		if (organization_standard(s, i))
			return str_from(organization_standard(s, i)->name);
		return arena_printf(&s->arena, "%.*s-%s-%s-%u", STR_ARG(app), stage,
			roles[estate_purpose(s, i)], i);
	case ESTATE_USER:
		return arena_printf(&s->arena, "%s.%04u", teams[fact % COUNT(teams)], i);
	case ESTATE_GROUP:
		return arena_printf(&s->arena, "%s-%u", teams[i % COUNT(teams)], i);
	case ESTATE_BUCKET:
		if (s->organization)
			return arena_printf(&s->arena, "harbor-%.*s-%s-%u-%x",
				STR_ARG(app), stage, i, s->number);
		return arena_printf(&s->arena, "harbor-%.*s-%s-%s", STR_ARG(app),
			uses[fact / 7 % COUNT(uses)], stage);
	case ESTATE_KEY:
		return arena_printf(&s->arena, "%08x-%04x-4%03x-8%03x-%012llx",
			(uint32_t)fact, (uint32_t)(fact >> 32) & 0xffff,
			(uint32_t)(fact >> 48) & 0xfff, i & 0xfff,
			(unsigned long long)(fact * 31 & 0xffffffffffffu));
	case ESTATE_SECRET:
		return arena_printf(&s->arena, "%s/%.*s/credentials-%06x", stage,
			STR_ARG(app), (uint32_t)(fact >> 20) & 0xffffff);
	case ESTATE_INSTANCE:
		return arena_printf(
			&s->arena, "i-0%015llx", (unsigned long long)(fact >> 4));
	default:
		return arena_printf(&s->arena, "%.*s-%s-%u", STR_ARG(app), stage, i);
	}
}

struct str estate_arn(struct estate *s, enum estate_thing t, uint32_t i)
{
	/* What comes before region and account, whether there is a region, what comes
	 * behind. */
	static const struct {
		const char *service;
		bool regional;
		const char *type;
	} heads[] = {
		[ESTATE_ROLE] = { "iam", false, "role/" },
		[ESTATE_USER] = { "iam", false, "user/" },
		[ESTATE_GROUP] = { "iam", false, "group/" },
		[ESTATE_POLICY] = { "iam", false, "policy/" },
		[ESTATE_BUCKET] = { "s3", false, "" },
		[ESTATE_QUEUE] = { "sqs", true, "" },
		[ESTATE_TOPIC] = { "sns", true, "" },
		[ESTATE_TABLE] = { "dynamodb", true, "table/" },
		[ESTATE_KEY] = { "kms", true, "key/" },
		[ESTATE_SECRET] = { "secretsmanager", true, "secret:" },
		[ESTATE_FUNCTION] = { "lambda", true, "function:" },
		[ESTATE_INSTANCE] = { "ec2", true, "instance/" },
		[ESTATE_REPOSITORY] = { "ecr", true, "repository/" },
		[ESTATE_MACHINE] = { "states", true, "stateMachine:" },
	};
	struct str name = estate_name(s, t, i);

	return arena_printf(&s->arena, "arn:aws:%s:%s:%s:%s%.*s", heads[t].service,
		heads[t].regional ? s->region : "", t == ESTATE_BUCKET ? "" : s->account,
		heads[t].type, STR_ARG(name));
}

struct str estate_id(struct estate *s, const char *prefix, uint32_t about, uint32_t i)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	struct estate_random r = { estate_fact(s, about, i) };
	char text[18] = { 0 };

	for (size_t n = 0; n < sizeof(text) - 1; n++)
		text[n] = digits[estate_below(&r, 32)];
	return arena_printf(&s->arena, "%s%s", prefix, text);
}
