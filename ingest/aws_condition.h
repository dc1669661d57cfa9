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

/* DOCUMENT_CONDITION_READS_ flags of a key: whether it tells about caller or resource. */
uint8_t aws_condition_key_flags(struct str key);

/*
 * DOCUMENT_CONDITION_VARIABLE and READS_ flags of the variables in a text:
 * "${aws:username}". What is not closed, "${x", is no variable.
 */
uint8_t aws_condition_variable_flags(struct str text);

#endif
