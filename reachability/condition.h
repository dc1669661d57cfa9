/*
 * condition.h - what is left of a statement's Condition, given what is known of the
 * request.
 *
 * Source:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 * and ..._reference_policies_multi-value-conditions.html,
 * ..._reference_policies_variables.html
 *
 * The rules that surprise: a missing key makes positive operators false, negated ones
 * and IfExists true; Null asks for presence; values are alternatives for positive
 * operators and all excluded for negated ones; ForAllValues is true of no values; a
 * variable without value makes a positive test false and a negated one true.
 */
#ifndef REACHABILITY_CONDITION_H
#define REACHABILITY_CONDITION_H

#include "base/arena.h"
#include "base/err.h"
#include "graphstore/document.h"
#include "reachability/expr.h"

/* What is known about one key of the request. */
enum condition_knowledge {
	CONDITION_OPEN,       /* the request decides: present or not, any value */
	CONDITION_PRESENT,    /* the request decides the value, but there is one */
	CONDITION_KNOWN,      /* these are the values (one for a single-valued key) */
	CONDITION_MISSING,    /* the key is not in the request */
	CONDITION_UNCOLLECTED /* we should know, but did not collect it */
};

struct condition_fact {
	enum condition_knowledge knowledge;
	bool multivalued;         /* the key is one of those that carry a list */
	bool single;              /* it is known to be none of them */
	const struct str *values; /* of CONDITION_KNOWN */
	uint32_t value_count;
	struct str scope, what; /* of CONDITION_UNCOLLECTED, for the unknown atom */
};

/*
 * Who answers for the keys: `look_up` gets a key in any case (tag keys behind the '/'
 * included) and fills the fact; values must live until the evaluation ends (use the
 * arena).
 */
struct condition_context {
	void (*look_up)(void *ctx, struct str key, struct condition_fact *out,
		struct arena *arena);
	void *ctx;
	struct expr_pool *pool;
	struct arena *arena;
};

/* One test against one fact: EXPR_TRUE, EXPR_FALSE or a residual atom. */
expr condition_test(struct condition_context *c, const struct document *d,
	const struct document_condition *condition);

/* All conditions of a statement, AND-ed. EXPR_TRUE when it has none. */
expr condition_statement(struct condition_context *c, const struct document *d,
	const struct document_statement *s);

/*
 * Replace ${key} and ${key, 'default'} in a resource pattern. Replaced text is literal:
 * a wildcard in it, and ${*} and ${?}, become the bytes of literal.h, and *literal_ok
 * false tells that there is one; the pattern then fits keys that went through
 * literal_encode. Result 1 with *out in the arena; 0 when a variable has no value
 * (missing key), so that the pattern matches nothing; 2 when a variable's value is open
 * or was not collected, with *out being the pattern with '*' in its place (an upper
 * bound of what it may match).
 */
int condition_substitute(struct str *out, bool *literal_ok, struct condition_context *c,
	struct str pattern);

#endif
