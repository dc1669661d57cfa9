/*
 * oracle_policy.h - the text of one AWS policy as the oracle sees it: statements as lists
 * of strings, nothing compiled, nothing normalised.
 *
 * Written from
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html.
 * Everything lies in the arena that was given.
 */
#ifndef TESTS_ORACLE_ORACLE_POLICY_H
#define TESTS_ORACLE_ORACLE_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct oracle_list {
	struct str *items;
	uint32_t count;
};

/* One key of a Condition: all of its values under one operator. */
struct oracle_test {
	struct str operator_; /* without qualifier and IfExists: "StringEquals" */
	struct str key;       /* as written */
	struct oracle_list values;
	bool for_all, for_any, if_exists;
	bool decided;   /* `truth` is right for everybody who leaves the key open */
	uint64_t truth; /* see oracle_condition.h */
};

struct oracle_principal {
	/* "AWS", "Service", "Federated", "CanonicalUser"; "*" for a lone star */
	struct str map;
	struct str value;
};

struct oracle_statement {
	bool deny, not_action, not_resource, not_principal, any_resource;
	struct oracle_list actions, resources;
	struct oracle_principal *principals;
	uint32_t principal_count;
	struct oracle_test *tests;
	uint32_t test_count;
	uint32_t *action_ids, *resource_ids; /* of whoever numbers the patterns */
};

struct oracle_policy {
	bool variables; /* Version 2012-10-17: ${...} means something */
	struct oracle_statement *statements;
	uint32_t count;
	bool refused; /* AWS would not have saved it: what it says is not known */
};

/*
 * ERR_FORMAT for what is no JSON. `own`: the policy of a resource, a role's trust policy
 * (`trust`) too, and not of an identity.
 */
int oracle_policy_parse(struct oracle_policy *out, struct str text, bool trust, bool own,
	struct arena *arena, struct err *e);

/*
 * A pattern whose wildcards are told from literal '*' and '?' (out of variables):
 * ORACLE_STAR and ORACLE_ONE stand for the wildcards.
 */
#define ORACLE_STAR '\1'
#define ORACLE_ONE  '\2'
bool oracle_policy_glob(struct str pattern, struct str s, bool fold);

/*
 * The pattern of a text, with wildcards as above and variables replaced by what `value`
 * says of each: false, and the whole is false, when one has no value and no default.
 */
typedef bool oracle_policy_value(void *ctx, struct str key, struct str *out);
bool oracle_policy_pattern(struct str *out, struct str text, bool variables,
	oracle_policy_value *value, void *ctx, struct arena *arena);

#endif
