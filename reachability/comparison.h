/*
 * comparison.h - what a condition operator says of one value of the request.
 *
 * The only place that knows how values of each type compare. Evaluation of known values
 * and the search for values that would satisfy a residual both ask it, so they cannot
 * disagree.
 *
 * A value of the request that is malformed for the operator's type (no number, no
 * address, fewer than six ARN segments) matches neither the operator nor its negation,
 * and a malformed value of the policy spoils a negated operator; the provider's
 * documents leave this open, and no access is the careful reading.
 *
 * Values of STRING_LIKE, STRING_NOT_LIKE, ARN_LIKE and ARN_NOT_LIKE are patterns as in
 * literal.h.
 *
 * Source:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
#ifndef REACHABILITY_COMPARISON_H
#define REACHABILITY_COMPARISON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"
#include "graphstore/document.h"

/* How the values of an operator compare. */
enum comparison_type {
	COMPARISON_STRING,
	COMPARISON_STRING_FOLD,
	COMPARISON_PATTERN,
	COMPARISON_ARN,
	COMPARISON_IP,
	COMPARISON_NUMBER,
	COMPARISON_DATE,
	COMPARISON_BOOL,
	COMPARISON_BINARY,
	COMPARISON_PRESENCE,
	COMPARISON_UNKNOWN
};

#define COMPARISON_ARN_SEGMENTS 6u

enum comparison_type comparison_type(enum document_operator op);

/*
 * Whether the operator's values may hold policy variables: those on text, ARNs and
 * booleans.
 */
bool comparison_takes_variables(enum document_operator op);

/* Whether it is one of the operators with Not in their name. */
bool comparison_is_negated(enum document_operator op);

/*
 * The operator with the opposite answer for every well-formed value, or the operator
 * itself when there is none.
 */
enum document_operator comparison_opposite(enum document_operator op);

/* "StringEquals". */
struct str comparison_name(enum document_operator op);

/* "=", "is not like", "in": how a person reads it. */
struct str comparison_words(enum document_operator op);

/* Whether the operator, negated ones too, holds for the value. Not for DOCUMENT_NULL. */
bool comparison_holds(enum document_operator op, const struct str *values,
	uint32_t value_count, struct str value, struct arena *arena);

/*
 * The six segments of an ARN pattern; the last has the other colons. A shorter pattern
 * whose last segment ends in '*' runs on over the missing ones. False when it is
 * neither.
 */
bool comparison_split_arn(
	struct str out[COMPARISON_ARN_SEGMENTS], struct str text, bool pattern);

#endif
