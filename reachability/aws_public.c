#include "reachability/aws_public.h"

/* Keys that confine a statement when a positive operator holds them to fixed values. */
static const char *const confining[] = { "aws:PrincipalOrgID", "aws:PrincipalAccount",
	"aws:PrincipalArn", "aws:PrincipalOrgPaths", "aws:PrincipalServiceName",
	"aws:PrincipalServiceNamesList", "aws:PrincipalIsAWSService", "aws:userid",
	"aws:SourceVpc", "aws:SourceVpce", "aws:SourceVpcArn", "aws:VpceAccount",
	"aws:VpceOrgID", "aws:VpceOrgPaths", "aws:SourceArn", "aws:SourceAccount",
	"aws:SourceOwner", "aws:SourceIp", "s3:DataAccessPointAccount",
	"s3:DataAccessPointArn", "s3:x-amz-server-side-encryption-aws-kms-key-id" };

static bool is_confining_key(struct str key)
{
	for (size_t i = 0; i < sizeof(confining) / sizeof(confining[0]); i++) {
		if (str_eq_fold(key, str_from(confining[i])))
			return true;
	}
	return false;
}

static bool is_positive(const struct document_condition *c)
{
	switch (c->operator_) {
	case DOCUMENT_STRING_EQUALS:
	case DOCUMENT_STRING_EQUALS_FOLD:
	case DOCUMENT_STRING_LIKE:
	case DOCUMENT_ARN_LIKE:
	case DOCUMENT_IP_ADDRESS:
	case DOCUMENT_BOOL:
		return !(c->flags & DOCUMENT_IF_EXISTS) &&
		       c->qualifier != DOCUMENT_FOR_ALL;
	default:
		return false;
	}
}

static bool has_wildcard(struct str s)
{
	return str_find_char(s, '*', 0) < s.n || str_find_char(s, '?', 0) < s.n ||
	       str_find_char(s, '$', 0) < s.n;
}

/* Bits of the network part, or the whole length of an address without one. */
static unsigned prefix_bits(struct str range, bool v6)
{
	size_t slash = str_find_char(range, '/', 0);
	unsigned bits = 0;

	if (slash == range.n)
		return v6 ? 128 : 32;
	for (size_t i = slash + 1; i < range.n && range.p[i] >= '0' && range.p[i] <= '9';
		i++)
		bits = bits * 10 + (unsigned)(range.p[i] - '0');
	return bits;
}

/* The account of an ARN must be fixed; the rest may vary. */
static bool arn_account_fixed(struct str arn)
{
	size_t from = 0;

	for (int k = 0; k < 4; k++)
		from = str_find_char(arn, ':', from) + 1;
	if (from >= arn.n)
		return !has_wildcard(arn);
	arn = (struct str){ arn.p + from, str_find_char(arn, ':', from) - from };
	return arn.n > 0 && !has_wildcard(arn);
}

static bool is_fixed(struct str key, const struct document_condition *c, struct str value)
{
	bool v6 = str_find_char(value, ':', 0) < value.n;

	if (c->operator_ == DOCUMENT_BOOL)
		return str_eq_fold(value, STR_LIT("true"));
	if (c->operator_ == DOCUMENT_IP_ADDRESS)
		return prefix_bits(value, v6) >= (v6 ? 32u : 8u);
	if (str_starts(value, STR_LIT("arn:")))
		return arn_account_fixed(value);
	/* "AROA...:*" is one role, whatever its session */
	if (str_eq_fold(key, STR_LIT("aws:userid")) && str_ends(value, STR_LIT(":*")))
		value.n -= 2;
	if (str_eq_fold(key, STR_LIT("aws:PrincipalOrgPaths")) &&
		str_ends(value, STR_LIT("/*")))
		value.n -= 2;
	return !has_wildcard(value);
}

static bool is_confined(const struct document *d, const struct document_statement *s)
{
	for (uint32_t i = 0; i < s->condition_count; i++) {
		const struct document_condition *c =
			&d->conditions[s->condition_first + i];
		struct str key = document_str(d, c->key);
		bool fixed = c->value_count > 0;

		if (!is_positive(c) || !is_confining_key(key))
			continue;
		for (uint32_t v = 0; v < c->value_count; v++)
			fixed &= is_fixed(
				key, c, document_str(d, d->values[c->value_first + v]));
		if (fixed)
			return true;
	}
	return false;
}

static bool reaches_everybody(
	const struct document *d, const struct document_statement *s)
{
	if (s->flags & DOCUMENT_NOT_PRINCIPAL)
		return true;
	for (uint32_t i = 0; i < s->principal_count; i++) {
		if (d->principals[s->principal_first + i].type == DOCUMENT_ANYONE)
			return true;
	}
	return false;
}

bool aws_public_document(const struct document *d)
{
	for (uint32_t i = 0; i < d->statement_count; i++) {
		const struct document_statement *s = &d->statements[i];

		if (!(s->flags & DOCUMENT_DENY) && reaches_everybody(d, s) &&
			!is_confined(d, s))
			return true;
	}
	return false;
}
