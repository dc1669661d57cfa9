/*
 * aws_condition.h - the vocabulary of AWS conditions: operators, and what their keys
 * read.
 *
 * Source:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html and .../reference_policies_condition-keys.html
 */
#ifndef INGEST_AWS_CONDITION_H
#define INGEST_AWS_CONDITION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "graphstore/document.h"

struct aws_condition_operator {
	enum document_operator
		operator_; /* DOCUMENT_OPERATOR_UNKNOWN: not one of AWS's */
	enum document_qualifier qualifier;
	bool if_exists;
};

/* "ForAnyValue:StringLikeIfExists", in any case. */
struct aws_condition_operator aws_condition_operator(struct str written);

/*
 * What the operator expects ("a number") when the value is none such, and AWS therefore
 * refuses the policy; NULL: the value is fine. `variable`: it holds one, which operators
 * on booleans take.
 */
const char *aws_condition_value_type(
	enum document_operator op, struct str value, bool variable);

/* Whether an operator on ARNs has a value of fewer than six parts. */
bool aws_condition_is_no_arn(enum document_operator op, struct str value);

/* DOCUMENT_CONDITION_READS_ flags of a key: whether it tells about caller or resource. */
uint8_t aws_condition_key_flags(struct str key);

/*
 * Whether a test of the key with plain ids of accounts holds only for callers of these
 * accounts (DOCUMENT_CONDITION_PINS), and for nobody who has none.
 */
bool aws_condition_pins(struct str key, const struct aws_condition_operator *op);

/*
 * DOCUMENT_CONDITION_VARIABLE and READS_ flags of the variables in a text:
 * "${aws:username}". What is not closed, "${x", is no variable.
 */
uint8_t aws_condition_variable_flags(struct str text);

/* Whether a variable is not closed. */
bool aws_condition_has_open_variable(struct str text);

#endif
