/*
 * rule.h - hop rules: every way to become somebody else, as data.
 *
 * A rule says what an actor needs (decisions, all of the same actor), what the target
 * must be, and what the actor has afterwards. docs/hop-rules.md is the language of the
 * files; those of reachability/rules/ are built in, users add their own. The engine knows
 * no rule by name.
 *
 * Ownership: a set owns everything that it gives out, until rules_free. Sets do not
 * change after loading and may be read by many threads.
 */
#ifndef REACHABILITY_RULE_H
#define REACHABILITY_RULE_H

#include "base/err.h"
#include "catalog/catalog.h"
#include "reachability/answer.h"

/* What a need or a test speaks of. */
enum rule_place {
	RULE_ACTOR,
	RULE_TARGET,
	RULE_THROUGH, /* the existing thing that ties actor and target together */
	RULE_ACCOUNT, /* the actor's account: for actions that name no resource */
	RULE_NEW,     /* any resource of a kind that does not exist yet, there */
	RULE_SOME,    /* some existing resource of a kind */
	RULE_PATTERN  /* a key or pattern, in the rule's own words */
};

/* How the thing of `through` is bound to the target. */
enum rule_bond {
	RULE_UNBOUND,
	RULE_CARRYING,   /* holds the target's credentials, perhaps through a profile */
	RULE_ATTACHED,   /* a policy in force for the target or a group that it is in */
	RULE_CONTAINING, /* a group that the target is in */
	RULE_TRUSTED     /* an identity provider that the target's trust policy names */
};

/* One decision of the actor's. */
struct rule_need {
	struct str action; /* "iam:PassRole": one action of the catalogue */
	enum rule_place on;
	struct str kind;    /* RULE_NEW, RULE_SOME: "aws:lambda:function" */
	struct str pattern; /* RULE_PATTERN; ${account} is the actor's account */
	/* request context that the act itself fixes: iam:PassedToService=... */
	const struct str *keys, *values;
	uint32_t context_count;
};

enum rule_test_type {
	RULE_TRUSTS, /* target: its trust policy lets the service in; text: the service */
	RULE_CARRIED,   /* target: something of the kind carries it; text: the kind */
	RULE_MATCHES,   /* place's key matches the pattern; text: the pattern */
	RULE_ATTRIBUTE, /* place's attribute compared with a value, where collected */
	RULE_CARRIES    /* actor: it holds the target's credentials itself */
};

enum rule_comparison { RULE_EQUAL, RULE_LESS, RULE_MORE };

/*
 * A fact. `when`: must be so (a decision gives a residual; an attribute that nobody
 * collected is not known to be otherwise: holds, and the hop is not certain). `unless`: a
 * known fact that rules the hop out.
 */
struct rule_test {
	enum rule_test_type type;
	bool unless;
	enum rule_place of;
	struct str text;
	struct str attribute;
	enum rule_comparison comparison;
};

/* What the actor is afterwards, as flags. */
enum rule_yield {
	RULE_AS_TARGET = 1u << 0,  /* acts as the target */
	RULE_ANY_POLICY = 1u << 1, /* with whatever policy it likes */
	RULE_NO_BOUNDARY = 1u << 2,
	RULE_NO_DENY = 1u << 3, /* the target's own policies deny no more */
	RULE_MEMBER = 1u << 4,  /* the actor is a member of the target, a group */
	/* the target is a resource and its policy admits the actor */
	RULE_ACCESS = 1u << 5,
	RULE_REWRITTEN = 1u << 6, /* ... and denies nothing any more */
	RULE_GRANTED = 1u << 7,   /* ... by a grant beside its policy */
	/* ... no: it grants nothing, but the denies that are kept apart are gone */
	RULE_UNDENIED = 1u << 8
};

struct rule {
	struct str id, title;
	enum hop_class class;
	const struct str *actor_kinds; /* none: any */
	uint32_t actor_kind_count;
	bool self;                      /* the target is the actor */
	const struct str *target_kinds; /* full names: "aws:iam:role" */
	uint32_t target_kind_count;
	enum rule_bond bond;
	const struct str *through_kinds;
	uint32_t through_kind_count;
	const struct rule_need *needs;
	uint32_t need_count;
	const struct rule_test *tests;
	uint32_t test_count;
	uint32_t yields; /* enum rule_yield */
	/* of RULE_ACCESS: to which actions; none: to all */
	const struct str *accesses;
	uint32_t access_count;
	/* preconditions that no data shows, in words; empty: the hop is certain */
	struct str assumes;
	struct str attack;    /* ATT&CK technique: "T1078.004" */
	struct str reference; /* where it is described */
	struct str remedy;
	struct str file; /* where the rule stands */
	uint32_t line;
};

/* What a rule changes of an identity's policies, as flags of what it yields. */
#define RULE_GAINS (RULE_ANY_POLICY | RULE_NO_BOUNDARY | RULE_NO_DENY)

/* How a rule opens a resource, as flags of what it yields. */
#define RULE_OPENINGS (RULE_ACCESS | RULE_REWRITTEN | RULE_GRANTED | RULE_UNDENIED)

/* Whether the actor stays who it is, and has more. */
static inline bool rule_keeps_actor(const struct rule *r)
{
	return r->self || (r->yields & (RULE_MEMBER | RULE_ACCESS));
}

struct rules;

/*
 * The built-in rules and those of all *.rules files in the directories. ERR_FORMAT with
 * file and line: not the language, an unknown action or kind, an id that is taken.
 */
int rules_load(struct rules **out, const struct str *directories,
	uint32_t directory_count, struct err *e);
void rules_free(struct rules *r);

/* Forget all rules but those that `keep` says. */
void rules_keep(struct rules *r, bool (*keep)(const struct rule *rule));

/* Of all that was loaded; 0 when some of it was forgotten. */
uint64_t rules_digest(const struct rules *r);

uint32_t rules_count(const struct rules *r);
const struct rule *rules_get(const struct rules *r, uint32_t index); /* by id order */
const struct rule *rules_find(const struct rules *r, struct str id); /* or NULL */

#endif
