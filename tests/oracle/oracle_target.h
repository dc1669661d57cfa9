/*
 * oracle_target.h - what there is to decide about one kind and one entity: actions that
 * all policies treat alike, and enough strings of each target.
 *
 * Some targets are patterns (the objects of a bucket). Access to one is access to any
 * string of it, so the oracle tries strings until it has one of every sort that the
 * policies can tell apart. The patterns that worlds may contain make this exact: behind
 * the entity's own key a pattern has at most one literal letter at either end or
 * between two '*', all out of {a, b}, or a whole name, or one '?' at its begin. What
 * such patterns can see of a string is its first letter, its last, which of a and b
 * occur, and whether it is of one letter; words of up to four letters out of {a, b, z}
 * have every combination, z being a letter that no pattern names. Whole names and
 * longer pieces come from the patterns themselves, their '*' replaced by short words.
 * Strings that match the same patterns are one string.
 */
#ifndef TESTS_ORACLE_ORACLE_TARGET_H
#define TESTS_ORACLE_ORACLE_TARGET_H

#include "oracle_caller.h"
#include "oracle_condition.h"

/* All different patterns of the world's policies, numbered. */
struct oracle_patterns {
	struct buf actions;   /* of struct str */
	struct buf resources; /* of struct str */
	struct buf variable;  /* of struct str: resource texts with variables */
	uint32_t
		*expanded; /* [variable * subjects + subject]: resource, or ORACLE_NONE */
	uint32_t subject_count;
};

/* In oracle_statement.resource_ids: a number of `variable`. */
#define ORACLE_VARIABLE 0x80000000u

/* Who makes the call: somebody with credentials, or with the word of a provider. */
enum oracle_login { ORACLE_SIGNED, ORACLE_WEB, ORACLE_SAML };

/*
 * What the provider keeps to itself: of an entity, how much of it; of an action, from how
 * much on nobody else does it.
 */
enum oracle_keeping { ORACLE_OPEN, ORACLE_SHAPED, ORACLE_KEPT };

/* Actions that are on the same targets, of one service, and in the same patterns. */
struct oracle_class {
	struct str service;
	bool trust, assume, rcp; /* governed by the trust policy; gives the role */
	bool session;            /* what such a call may ask for beside the role */
	bool operation;          /* what a grant can let one do */
	bool prefix;             /* may carry s3:prefix */
	enum oracle_login login;
	enum oracle_keeping kept;
	enum oracle_caller caller;
	uint32_t targets;   /* bits */
	uint32_t behind;    /* of an access point: targets of its bucket */
	const bool *match;  /* one for each action pattern */
	struct buf actions; /* of action_id, ascending */
};

struct oracle_string {
	struct str text;
	const bool *match; /* one for each resource pattern */
};

#define ORACLE_TARGETS 16u

struct oracle_object {
	const struct oracle_class *classes;
	uint32_t class_count;
	struct buf strings[ORACLE_TARGETS]; /* of struct oracle_string */
};

/* Numbers the patterns and writes the numbers into the statements. */
void oracle_target_number(struct oracle_patterns *out, struct oracle_world *w);
void oracle_target_release(struct oracle_patterns *p);

/*
 * Actions that are not asked about: the one that is allowed to everybody
 * (https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html).
 */
bool oracle_target_is_out(action_id id);

/* What patterns match the text. */
const bool *oracle_target_match(
	const struct oracle_patterns *p, struct str text, struct arena *arena);

/* The classes of a kind; `account` adds the actions that act on no resource. */
void oracle_target_classes(struct buf *out, const struct oracle_patterns *p,
	struct str kind, bool account, struct arena *arena);
void oracle_target_classes_release(struct buf *classes);

void oracle_target_strings(struct oracle_object *out, const struct oracle_patterns *p,
	const struct oracle_node *n, bool account, struct arena *arena);

#endif
