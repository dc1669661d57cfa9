/*
 * decimal.h - numbers of policies: a sign, digits, at most one point; compared exactly.
 *
 * No exponent, no white space, nothing behind the last digit: "10abc" and "1e3" are not
 * numbers.
 *
 * Source:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 * (numeric condition operators: "an integer or decimal value")
 *
 * Lifetime: borrowed from the text that was parsed.
 */
#ifndef BASE_DECIMAL_H
#define BASE_DECIMAL_H

#include <stdbool.h>

#include "base/str.h"

struct decimal {
	bool negative;       /* never for zero */
	struct str whole;    /* without leading zeros */
	struct str fraction; /* without trailing zeros */
};

bool decimal_parse(struct decimal *out, struct str text);

/* Negative, zero or positive as a is less than, equal to or greater than b. */
int decimal_cmp(struct decimal a, struct decimal b);

#endif
