/*
 * expr.h - three-valued conditions that are left over: hash-consed boolean expressions.
 *
 * A decision is not yes or no but a formula over what only the request will tell ("came
 * with MFA") and over what was not collected. Formulas are numbers; equal formulas have
 * equal numbers, so comparing and caching them costs nothing.
 *
 * Atoms are of three sorts: a test (operator, key, values: one entry of a policy's
 * Condition), an unknown (a piece of data that nobody collected, with the words for it)
 * and an activation (of what is given only when somebody asks for it). The constructors
 * simplify: constants, duplicates, x AND NOT x, absorption; AND
 * and OR are flat, their operands ascend.
 *
 * Invariants: (1) EXPR_TRUE and EXPR_FALSE appear only as themselves; (2) an operand of
 * AND is no AND, of OR no OR;
 * (3) NOT is pushed to the atoms, so a formula is AND, OR, atom or negated atom.
 *
 * Lifetime: one pool per query. Not for two threads.
 */
#ifndef REACHABILITY_EXPR_H
#define REACHABILITY_EXPR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"
#include "graphstore/document.h"

typedef uint32_t expr;

#define EXPR_FALSE ((expr)0)
#define EXPR_TRUE  ((expr)1)

/*
 * One test, as read from a compiled condition with variables already replaced. Patterns
 * are as in literal.h. A value that still holds "${" depends on another key of the
 * request: whether it matches is open. A test without qualifier says that the key has
 * at most one value.
 */
struct expr_test {
	enum document_operator op;
	enum document_qualifier qualifier;
	bool if_exists;
	bool present; /* every request of this kind has the key */
	struct str key;
	const struct str *values;
	uint32_t value_count;
};

enum expr_verdict {
	/* weakest first, so that MIN and MAX mean "and" and "or" */
	VERDICT_DENIED,
	VERDICT_UNKNOWN,
	VERDICT_ELIGIBLE,
	VERDICT_CONDITIONAL,
	VERDICT_ALLOWED
};

struct expr_pool;

struct expr_pool *expr_pool_new(void);
void expr_pool_free(struct expr_pool *p);

/*
 * The test's truth: an atom, its negation, or an atom OR "the key is absent" for
 * if_exists; strings are copied. Equal meanings get equal atoms where that is cheap:
 * values are sorted, negated string operators become the negation of the positive ones,
 * patterns without wildcards become equality.
 */
expr expr_test(struct expr_pool *p, const struct expr_test *test);

/*
 * Data that was not collected: `what` is a full sentence piece ("resource policy of X
 * was not collected").
 */
expr expr_unknown(struct expr_pool *p, struct str scope, struct str what);

/*
 * That something was activated which is given only then: `what` names it ("assignment 'x'
 * of role 'y'"). It is not, until somebody does it.
 */
expr expr_activation(struct expr_pool *p, struct str what);

expr expr_not(struct expr_pool *p, expr x);
expr expr_and(struct expr_pool *p, expr a, expr b);
expr expr_or(struct expr_pool *p, expr a, expr b);

/*
 * What the formula says: EXPR_TRUE allowed, EXPR_FALSE (or one that can never hold)
 * denied; with every unknown read as the value that makes it false: conditional when it
 * can still hold without any activation, eligible when it can with some, else unknown.
 */
enum expr_verdict expr_verdict(struct expr_pool *p, expr x);

struct str expr_verdict_name(enum expr_verdict v);

/*
 * Whether some request could make it true, unknowns taken as free. Decided per key:
 * sets of equal values, wildcards, IP ranges, booleans, numbers, dates, presence.
 * "false" is only said when proven.
 */
bool expr_satisfiable(struct expr_pool *p, expr x);

/* The same formula without parts that can never hold and parts that always do. */
expr expr_simplify(struct expr_pool *p, expr x);

/* "aws:MultiFactorAuthPresent = true and aws:SourceIp in 10.0.0.0/8"; no line breaks. */
void expr_print(struct buf *out, const struct expr_pool *p, expr x);

/* {"and":[{"op":..,"key":..,"values":[..],"not":true}, ...]} for machines. */
void expr_print_json(struct buf *out, const struct expr_pool *p, expr x);

/* Each distinct unknown in the formula. */
void expr_each_unknown(const struct expr_pool *p, expr x,
	void (*each)(void *ctx, struct str scope, struct str what), void *ctx);

#endif
