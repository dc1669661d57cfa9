#include "reachability/comparison.h"

#include "base/date.h"
#include "base/decimal.h"
#include "base/ip.h"
#include "base/mutant.h"
#include "reachability/literal.h"
#include "reachability/pattern.h"

enum comparison_match { MATCH_NO, MATCH_YES, MATCH_MALFORMED };

struct comparison_row {
	const char *name, *words;
	enum comparison_type type;
	bool negated;
	enum document_operator opposite;
};

/* clang-format off */
static const struct comparison_row comparison_rows[DOCUMENT_OPERATOR_END] = {
	[DOCUMENT_STRING_EQUALS] = { "StringEquals", "=", COMPARISON_STRING, false, DOCUMENT_STRING_NOT_EQUALS },
	[DOCUMENT_STRING_NOT_EQUALS] = { "StringNotEquals", "!=", COMPARISON_STRING, true, DOCUMENT_STRING_EQUALS },
	[DOCUMENT_STRING_EQUALS_FOLD] = { "StringEqualsIgnoreCase", "= (any case)", COMPARISON_STRING_FOLD, false, DOCUMENT_STRING_NOT_EQUALS_FOLD },
	[DOCUMENT_STRING_NOT_EQUALS_FOLD] = { "StringNotEqualsIgnoreCase", "!= (any case)", COMPARISON_STRING_FOLD, true, DOCUMENT_STRING_EQUALS_FOLD },
	[DOCUMENT_STRING_LIKE] = { "StringLike", "like", COMPARISON_PATTERN, false, DOCUMENT_STRING_NOT_LIKE },
	[DOCUMENT_STRING_NOT_LIKE] = { "StringNotLike", "not like", COMPARISON_PATTERN, true, DOCUMENT_STRING_LIKE },
	[DOCUMENT_ARN_LIKE] = { "ArnLike", "like", COMPARISON_ARN, false, DOCUMENT_ARN_NOT_LIKE },
	[DOCUMENT_ARN_NOT_LIKE] = { "ArnNotLike", "not like", COMPARISON_ARN, true, DOCUMENT_ARN_LIKE },
	[DOCUMENT_IP_ADDRESS] = { "IpAddress", "in", COMPARISON_IP, false, DOCUMENT_NOT_IP_ADDRESS },
	[DOCUMENT_NOT_IP_ADDRESS] = { "NotIpAddress", "not in", COMPARISON_IP, true, DOCUMENT_IP_ADDRESS },
	[DOCUMENT_NUMERIC_EQUALS] = { "NumericEquals", "=", COMPARISON_NUMBER, false, DOCUMENT_NUMERIC_NOT_EQUALS },
	[DOCUMENT_NUMERIC_NOT_EQUALS] = { "NumericNotEquals", "!=", COMPARISON_NUMBER, true, DOCUMENT_NUMERIC_EQUALS },
	[DOCUMENT_DATE_EQUALS] = { "DateEquals", "=", COMPARISON_DATE, false, DOCUMENT_DATE_NOT_EQUALS },
	[DOCUMENT_DATE_NOT_EQUALS] = { "DateNotEquals", "!=", COMPARISON_DATE, true, DOCUMENT_DATE_EQUALS },
	[DOCUMENT_NUMERIC_LESS] = { "NumericLessThan", "<", COMPARISON_NUMBER, false, DOCUMENT_NUMERIC_GREATER_EQUALS },
	[DOCUMENT_NUMERIC_LESS_EQUALS] = { "NumericLessThanEquals", "<=", COMPARISON_NUMBER, false, DOCUMENT_NUMERIC_GREATER },
	[DOCUMENT_NUMERIC_GREATER] = { "NumericGreaterThan", ">", COMPARISON_NUMBER, false, DOCUMENT_NUMERIC_LESS_EQUALS },
	[DOCUMENT_NUMERIC_GREATER_EQUALS] = { "NumericGreaterThanEquals", ">=", COMPARISON_NUMBER, false, DOCUMENT_NUMERIC_LESS },
	[DOCUMENT_DATE_LESS] = { "DateLessThan", "<", COMPARISON_DATE, false, DOCUMENT_DATE_GREATER_EQUALS },
	[DOCUMENT_DATE_LESS_EQUALS] = { "DateLessThanEquals", "<=", COMPARISON_DATE, false, DOCUMENT_DATE_GREATER },
	[DOCUMENT_DATE_GREATER] = { "DateGreaterThan", ">", COMPARISON_DATE, false, DOCUMENT_DATE_LESS_EQUALS },
	[DOCUMENT_DATE_GREATER_EQUALS] = { "DateGreaterThanEquals", ">=", COMPARISON_DATE, false, DOCUMENT_DATE_LESS },
	[DOCUMENT_BOOL] = { "Bool", "=", COMPARISON_BOOL, false, DOCUMENT_BOOL },
	[DOCUMENT_BINARY_EQUALS] = { "BinaryEquals", "= (binary)", COMPARISON_BINARY, false, DOCUMENT_BINARY_EQUALS },
	[DOCUMENT_NULL] = { "Null", "is absent", COMPARISON_PRESENCE, false, DOCUMENT_NULL },
	[DOCUMENT_OPERATOR_UNKNOWN] = { "Unknown", "?", COMPARISON_UNKNOWN, false, DOCUMENT_OPERATOR_UNKNOWN },
};
/* clang-format on */

static const struct comparison_row *comparison_row(enum document_operator op)
{
	bool known = op > 0 && op < DOCUMENT_OPERATOR_END;

	return &comparison_rows[known ? op : DOCUMENT_OPERATOR_UNKNOWN];
}

enum comparison_type comparison_type(enum document_operator op)
{
	return comparison_row(op)->type;
}

bool comparison_takes_variables(enum document_operator op)
{
	enum comparison_type type = comparison_type(op);

	return type <= COMPARISON_ARN || type == COMPARISON_BOOL;
}

bool comparison_is_negated(enum document_operator op)
{
	return comparison_row(op)->negated;
}

enum document_operator comparison_opposite(enum document_operator op)
{
	return comparison_row(op)->opposite;
}

struct str comparison_name(enum document_operator op)
{
	return str_from(comparison_row(op)->name);
}

struct str comparison_words(enum document_operator op)
{
	return str_from(comparison_row(op)->words);
}

bool comparison_split_arn(
	struct str out[COMPARISON_ARN_SEGMENTS], struct str text, bool pattern)
{
	struct str rest = text;
	uint32_t i;

	for (i = 0; i + 1 < COMPARISON_ARN_SEGMENTS; i++) {
		size_t colon = str_find_char(rest, ':', 0);

		if (colon == rest.n)
			break;
		out[i] = str_head(rest, colon);
		rest = str_skip(rest, colon + 1);
	}
	out[i++] = rest;
	if (i < COMPARISON_ARN_SEGMENTS && !(pattern && str_ends(rest, STR_LIT("*"))))
		return false;
	while (i < COMPARISON_ARN_SEGMENTS)
		out[i++] = STR_LIT("*");
	return pattern ? pattern_match(out[0], STR_LIT("arn"))
		       : str_eq(out[0], STR_LIT("arn"));
}

static enum comparison_match comparison_match_arn(
	struct str wanted, struct str value, struct arena *arena)
{
	struct str patterns[COMPARISON_ARN_SEGMENTS], segments[COMPARISON_ARN_SEGMENTS];

	if (!comparison_split_arn(patterns, wanted, true) ||
		!comparison_split_arn(segments, literal_encode(value, arena), false))
		return MATCH_MALFORMED;
	for (uint32_t i = 0; i < COMPARISON_ARN_SEGMENTS; i++) {
		if (!pattern_match(patterns[i], segments[i]))
			return MATCH_NO;
	}
	return MATCH_YES;
}

static enum comparison_match comparison_match_ip(struct str wanted, struct str value)
{
	struct ip_block block;
	struct ip address;

	if (!ip_block_parse(&block, wanted) || !ip_parse(&address, value))
		return MATCH_MALFORMED;
	return ip_block_has(&block, &address) ? MATCH_YES : MATCH_NO;
}

/* `order` is the request's value against the policy's: below, equal, above 0. */
static enum comparison_match comparison_match_order(enum document_operator op, int order)
{
	bool yes;

	switch (op) {
	case DOCUMENT_NUMERIC_LESS:
	case DOCUMENT_DATE_LESS:
		yes = order < 0;
		break;
	case DOCUMENT_NUMERIC_LESS_EQUALS:
	case DOCUMENT_DATE_LESS_EQUALS:
		yes = MUTANT(at_most_is_less, order <= 0, order < 0);
		break;
	case DOCUMENT_NUMERIC_GREATER:
	case DOCUMENT_DATE_GREATER:
		yes = order > 0;
		break;
	case DOCUMENT_NUMERIC_GREATER_EQUALS:
	case DOCUMENT_DATE_GREATER_EQUALS:
		yes = order >= 0;
		break;
	default:
		yes = order == 0;
		break;
	}
	return yes ? MATCH_YES : MATCH_NO;
}

static enum comparison_match comparison_match_number(
	enum document_operator op, struct str wanted, struct str value)
{
	struct decimal a, b;

	if (!decimal_parse(&a, wanted) || !decimal_parse(&b, value))
		return MATCH_MALFORMED;
	return comparison_match_order(op, decimal_cmp(b, a));
}

static enum comparison_match comparison_match_date(
	enum document_operator op, struct str wanted, struct str value)
{
	struct date a, b;

	if (!date_parse(&a, wanted) || !date_parse(&b, value))
		return MATCH_MALFORMED;
	return comparison_match_order(op, date_cmp(b, a));
}

static enum comparison_match comparison_match_bool(struct str wanted, struct str value)
{
	bool yes = str_eq_fold(wanted, STR_LIT("true"));

	if (!yes && !str_eq_fold(wanted, STR_LIT("false")))
		return MATCH_MALFORMED;
	return str_eq_fold(wanted, value) ? MATCH_YES : MATCH_NO;
}

/* Base64 is canonical but for the padding at its end. */
static enum comparison_match comparison_match_binary(struct str wanted, struct str value)
{
	while (wanted.n > 0 && wanted.p[wanted.n - 1] == '=')
		wanted.n--;
	while (value.n > 0 && value.p[value.n - 1] == '=')
		value.n--;
	return str_eq(wanted, value) ? MATCH_YES : MATCH_NO;
}

static enum comparison_match comparison_match(enum document_operator op,
	struct str wanted, struct str value, struct arena *arena)
{
	switch (comparison_type(op)) {
	case COMPARISON_STRING:
		return MUTANT(strings_fold_case, str_eq(wanted, value),
			       str_eq_fold(wanted, value))
			       ? MATCH_YES
			       : MATCH_NO;
	case COMPARISON_STRING_FOLD:
		return str_eq_fold(wanted, value) ? MATCH_YES : MATCH_NO;
	case COMPARISON_PATTERN:
		return pattern_match(wanted, literal_encode(value, arena)) ? MATCH_YES
									   : MATCH_NO;
	case COMPARISON_ARN:
		return comparison_match_arn(wanted, value, arena);
	case COMPARISON_IP:
		return comparison_match_ip(wanted, value);
	case COMPARISON_NUMBER:
		return comparison_match_number(op, wanted, value);
	case COMPARISON_DATE:
		return comparison_match_date(op, wanted, value);
	case COMPARISON_BOOL:
		return comparison_match_bool(wanted, value);
	case COMPARISON_BINARY:
		return comparison_match_binary(wanted, value);
	case COMPARISON_PRESENCE:
	case COMPARISON_UNKNOWN:
		break;
	}
	return MATCH_MALFORMED;
}

bool comparison_holds(enum document_operator op, const struct str *values,
	uint32_t value_count, struct str value, struct arena *arena)
{
	bool negated = comparison_is_negated(op);

	for (uint32_t i = 0; i < value_count; i++) {
		enum comparison_match match =
			comparison_match(op, values[i], value, arena);

		if (negated && match != MATCH_NO)
			return MUTANT(not_equals_any, false, i + 1 < value_count);
		if (!negated && match == MATCH_YES)
			return true;
	}
	return negated;
}
