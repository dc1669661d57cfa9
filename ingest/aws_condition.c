#include "ingest/aws_condition.h"

#include "base/date.h"
#include "base/decimal.h"
#include "base/ip.h"

static const struct {
	struct str name;
	enum document_operator operator_;
} operators[] = {
	{ { "StringEquals", 12 }, DOCUMENT_STRING_EQUALS },
	{ { "StringNotEquals", 15 }, DOCUMENT_STRING_NOT_EQUALS },
	{ { "StringEqualsIgnoreCase", 22 }, DOCUMENT_STRING_EQUALS_FOLD },
	{ { "StringNotEqualsIgnoreCase", 25 }, DOCUMENT_STRING_NOT_EQUALS_FOLD },
	{ { "StringLike", 10 }, DOCUMENT_STRING_LIKE },
	{ { "StringNotLike", 13 }, DOCUMENT_STRING_NOT_LIKE },
	{ { "ArnLike", 7 }, DOCUMENT_ARN_LIKE },
	{ { "ArnEquals", 9 }, DOCUMENT_ARN_LIKE },
	{ { "ArnNotLike", 10 }, DOCUMENT_ARN_NOT_LIKE },
	{ { "ArnNotEquals", 12 }, DOCUMENT_ARN_NOT_LIKE },
	{ { "IpAddress", 9 }, DOCUMENT_IP_ADDRESS },
	{ { "NotIpAddress", 12 }, DOCUMENT_NOT_IP_ADDRESS },
	{ { "Bool", 4 }, DOCUMENT_BOOL },
	{ { "Null", 4 }, DOCUMENT_NULL },
	{ { "BinaryEquals", 12 }, DOCUMENT_BINARY_EQUALS },
	{ { "NumericEquals", 13 }, DOCUMENT_NUMERIC_EQUALS },
	{ { "NumericNotEquals", 16 }, DOCUMENT_NUMERIC_NOT_EQUALS },
	{ { "NumericLessThan", 15 }, DOCUMENT_NUMERIC_LESS },
	{ { "NumericLessThanEquals", 21 }, DOCUMENT_NUMERIC_LESS_EQUALS },
	{ { "NumericGreaterThan", 18 }, DOCUMENT_NUMERIC_GREATER },
	{ { "NumericGreaterThanEquals", 24 }, DOCUMENT_NUMERIC_GREATER_EQUALS },
	{ { "DateEquals", 10 }, DOCUMENT_DATE_EQUALS },
	{ { "DateNotEquals", 13 }, DOCUMENT_DATE_NOT_EQUALS },
	{ { "DateLessThan", 12 }, DOCUMENT_DATE_LESS },
	{ { "DateLessThanEquals", 18 }, DOCUMENT_DATE_LESS_EQUALS },
	{ { "DateGreaterThan", 15 }, DOCUMENT_DATE_GREATER },
	{ { "DateGreaterThanEquals", 21 }, DOCUMENT_DATE_GREATER_EQUALS },
};

/* What the part of a key behind its service begins with. */
struct key_rule {
	const char *service; /* NULL: any */
	const char *name;
	uint8_t flags;
};

static const struct key_rule key_rules[] = {
	{ "aws", "principal", DOCUMENT_CONDITION_READS_PRINCIPAL },
	{ "aws", "userid", DOCUMENT_CONDITION_READS_PRINCIPAL },
	{ "aws", "username", DOCUMENT_CONDITION_READS_PRINCIPAL },
	{ "aws", "federatedprovider", DOCUMENT_CONDITION_READS_PRINCIPAL },
	{ "kms", "calleraccount",
		DOCUMENT_CONDITION_READS_PRINCIPAL | DOCUMENT_CONDITION_READS_RESOURCE },
	{ "aws", "requestedregion", DOCUMENT_CONDITION_READS_RESOURCE },
	{ "s3", "existingobjecttag/", DOCUMENT_CONDITION_READS_RESOURCE },
	{ "s3", "buckettag/", DOCUMENT_CONDITION_READS_RESOURCE },
	{ "kms", "resourcealiases", DOCUMENT_CONDITION_READS_RESOURCE },
	{ "rds", "", DOCUMENT_CONDITION_READS_RESOURCE },
	{ NULL, "resourcetag/", DOCUMENT_CONDITION_READS_RESOURCE },
	{ NULL, "resourceaccount", DOCUMENT_CONDITION_READS_RESOURCE },
	{ NULL, "resourceorg", DOCUMENT_CONDITION_READS_RESOURCE },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool starts_fold(struct str s, struct str prefix)
{
	return s.n >= prefix.n && str_eq_fold(str_head(s, prefix.n), prefix);
}

static bool take_prefix(struct str *s, struct str prefix)
{
	if (!starts_fold(*s, prefix))
		return false;
	*s = str_skip(*s, prefix.n);
	return true;
}

static enum document_operator find(struct str name)
{
	for (size_t i = 0; i < COUNT(operators); i++) {
		if (str_eq_fold(operators[i].name, name))
			return operators[i].operator_;
	}
	return DOCUMENT_OPERATOR_UNKNOWN;
}

struct aws_condition_operator aws_condition_operator(struct str written)
{
	const struct str suffix = STR_LIT("IfExists");
	struct aws_condition_operator out = { DOCUMENT_OPERATOR_UNKNOWN, DOCUMENT_PLAIN,
		false };
	struct str name = written;

	if (take_prefix(&name, STR_LIT("ForAllValues:")))
		out.qualifier = DOCUMENT_FOR_ALL;
	else if (take_prefix(&name, STR_LIT("ForAnyValue:")))
		out.qualifier = DOCUMENT_FOR_ANY;
	if (name.n > suffix.n && starts_fold(str_skip(name, name.n - suffix.n), suffix)) {
		out.if_exists = true;
		name.n -= suffix.n;
	}
	out.operator_ = find(name);
	return out;
}

static const char *boolean_type(struct str value)
{
	bool is = str_eq_fold(value, STR_LIT("true")) ||
		  str_eq_fold(value, STR_LIT("false"));

	return is ? NULL : "true or false";
}

const char *aws_condition_value_type(
	enum document_operator op, struct str value, bool variable)
{
	struct ip_block block;
	struct decimal number;
	struct date date;

	switch (op) {
	case DOCUMENT_IP_ADDRESS:
	case DOCUMENT_NOT_IP_ADDRESS:
		return ip_block_parse(&block, value) ? NULL : "an address or a block";
	case DOCUMENT_NUMERIC_EQUALS:
	case DOCUMENT_NUMERIC_NOT_EQUALS:
	case DOCUMENT_NUMERIC_LESS:
	case DOCUMENT_NUMERIC_LESS_EQUALS:
	case DOCUMENT_NUMERIC_GREATER:
	case DOCUMENT_NUMERIC_GREATER_EQUALS:
		return decimal_parse(&number, value) ? NULL : "a number";
	case DOCUMENT_DATE_EQUALS:
	case DOCUMENT_DATE_NOT_EQUALS:
	case DOCUMENT_DATE_LESS:
	case DOCUMENT_DATE_LESS_EQUALS:
	case DOCUMENT_DATE_GREATER:
	case DOCUMENT_DATE_GREATER_EQUALS:
		return date_parse(&date, value) ? NULL : "a date";
	case DOCUMENT_BOOL:
	case DOCUMENT_NULL:
		return variable ? NULL : boolean_type(value);
	default:
		return NULL;
	}
}

bool aws_condition_is_no_arn(enum document_operator op, struct str value)
{
	size_t at = 0;

	if ((op != DOCUMENT_ARN_LIKE && op != DOCUMENT_ARN_NOT_LIKE) ||
		str_ends(value, STR_LIT("*")))
		return false;
	for (int i = 0; i < 5; i++) {
		at = str_find_char(value, ':', at);
		if (at == value.n)
			return true;
		at++;
	}
	return false;
}

uint8_t aws_condition_key_flags(struct str key)
{
	size_t colon = str_find_char(key, ':', 0);
	struct str service = str_head(key, colon), name = str_skip(key, colon + 1);

	for (size_t i = 0; i < COUNT(key_rules); i++) {
		const struct key_rule *r = &key_rules[i];

		if ((!r->service || str_eq_fold(service, str_from(r->service))) &&
			starts_fold(name, str_from(r->name)))
			return r->flags;
	}
	return 0;
}

bool aws_condition_pins(struct str key, const struct aws_condition_operator *op)
{
	bool equal = op->operator_ == DOCUMENT_STRING_EQUALS ||
		     op->operator_ == DOCUMENT_STRING_EQUALS_FOLD ||
		     op->operator_ == DOCUMENT_STRING_LIKE;

	return equal && op->qualifier == DOCUMENT_PLAIN && !op->if_exists &&
	       (str_eq_fold(key, STR_LIT("aws:PrincipalAccount")) ||
		       str_eq_fold(key, STR_LIT("aws:SourceOwner")) ||
		       str_eq_fold(key, STR_LIT("kms:CallerAccount")));
}

/* The key of "${ key , 'default' }", given what is between the braces. */
static struct str variable_key(struct str inside)
{
	inside.n = str_find_char(inside, ',', 0);
	while (inside.n > 0 && inside.p[inside.n - 1] == ' ')
		inside.n--;
	while (inside.n > 0 && inside.p[0] == ' ')
		inside = str_skip(inside, 1);
	return inside;
}

uint8_t aws_condition_variable_flags(struct str text)
{
	size_t at = str_find_char(text, '$', 0);
	uint8_t flags = 0;

	while (at + 1 < text.n) {
		size_t close = str_find_char(text, '}', at);

		if (close == text.n)
			break;
		if (text.p[at + 1] == '{') {
			struct str inside = { text.p + at + 2, close - at - 2 };

			flags |= DOCUMENT_CONDITION_VARIABLE;
			flags |= aws_condition_key_flags(variable_key(inside));
		}
		at = str_find_char(text, '$', at + 1);
	}
	return flags;
}

bool aws_condition_has_open_variable(struct str text)
{
	size_t at = str_find_char(text, '$', 0);

	while (at + 1 < text.n) {
		if (text.p[at + 1] == '{' && str_find_char(text, '}', at) == text.n)
			return true;
		at = str_find_char(text, '$', at + 1);
	}
	return false;
}
