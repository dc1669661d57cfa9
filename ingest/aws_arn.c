#include "ingest/aws_arn.h"

static struct str take_field(struct str *rest)
{
	size_t colon = str_find_char(*rest, ':', 0);
	struct str field = str_head(*rest, colon);

	*rest = str_skip(*rest, colon + 1);
	return field;
}

bool aws_arn_parse(struct aws_arn *out, struct str text)
{
	struct str rest = text;

	if (!str_eq(take_field(&rest), STR_LIT("arn")))
		return false;
	out->partition = take_field(&rest);
	out->service = take_field(&rest);
	out->region = take_field(&rest);
	out->account = take_field(&rest);
	out->resource = rest;
	return out->partition.n > 0 && out->service.n > 0 && rest.n > 0;
}

bool aws_arn_is_account(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	}
	return s.n == 12;
}

bool aws_arn_is_organization(struct str s)
{
	if (!str_starts(s, STR_LIT("o-")) || s.n < 12 || s.n > 34)
		return false;
	for (size_t i = 2; i < s.n; i++) {
		char c = s.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')))
			return false;
	}
	return true;
}

bool aws_arn_is_region(struct str s)
{
	size_t dashes = 0;

	if (s.n < 7 || s.n > 24 || s.p[s.n - 1] < '1' || s.p[s.n - 1] > '9')
		return false;
	for (size_t i = 0; i + 1 < s.n; i++) {
		dashes += s.p[i] == '-';
		if (s.p[i] != '-' && (s.p[i] < 'a' || s.p[i] > 'z'))
			return false;
	}
	return dashes >= 2 && s.p[s.n - 2] == '-' && s.p[2] == '-';
}

struct str aws_arn_region_partition(struct str region)
{
	if (str_starts(region, STR_LIT("cn-")))
		return STR_LIT("aws-cn");
	if (str_starts(region, STR_LIT("us-gov-")))
		return STR_LIT("aws-us-gov");
	return STR_LIT("aws");
}
