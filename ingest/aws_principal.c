#include "ingest/aws_principal.h"

#define ACCOUNT_DIGITS 12u

/* Unique ids are 16 to 128 characters and begin with 'A': AIDA..., AROA... */
#define UNIQUE_ID_MIN 16u
#define UNIQUE_ID_MAX 128u

/* arn:partition:service:region:account:resource */
#define ARN_PARTS 6u

struct arn {
	struct str part[ARN_PARTS];
};

static bool is_account(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	}
	return s.n == ACCOUNT_DIGITS;
}

static bool is_unique_id(struct str s)
{
	if (s.n < UNIQUE_ID_MIN || s.n > UNIQUE_ID_MAX || s.p[0] != 'A')
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')))
			return false;
	}
	return true;
}

static bool arn_split(struct arn *out, struct str s)
{
	size_t from = 0;

	for (unsigned i = 0; i + 1 < ARN_PARTS; i++) {
		size_t colon = str_find_char(s, ':', from);

		if (colon == s.n)
			return false;
		out->part[i] = (struct str){ s.p + from, colon - from };
		from = colon + 1;
	}
	out->part[ARN_PARTS - 1] = str_skip(s, from);
	return str_eq(out->part[0], STR_LIT("arn")) && out->part[1].n > 0 &&
	       out->part[ARN_PARTS - 1].n > 0;
}

/* "assumed-role/NAME/SESSION" has both; "user/" and "role/" have a name. */
static bool has_name(struct str resource, struct str type, unsigned parts)
{
	size_t at;

	if (!str_starts(resource, type))
		return false;
	at = type.n;
	for (; parts > 1; parts--) {
		size_t slash = str_find_char(resource, '/', at);

		if (slash == resource.n || slash == at)
			return false;
		at = slash + 1;
	}
	return at < resource.n;
}

static bool parse_arn(struct aws_principal *out, const struct arn *arn, struct str value)
{
	struct str service = arn->part[2], account = arn->part[4],
		   resource = arn->part[5];
	bool known = is_account(account);

	out->text = value;
	if (arn->part[3].n != 0)
		return false;
	if (str_eq(service, STR_LIT("sts"))) {
		out->type = DOCUMENT_SESSION;
		return known &&
		       (has_name(resource, STR_LIT("assumed-role/"), 2) ||
			       has_name(resource, STR_LIT("federated-user/"), 1));
	}
	if (!str_eq(service, STR_LIT("iam")))
		return false;
	if (known && str_eq(resource, STR_LIT("root"))) {
		*out = (struct aws_principal){ DOCUMENT_ACCOUNT, account };
		return true;
	}
	/* A CloudFront origin access identity is a user of the account "cloudfront". */
	out->type = DOCUMENT_KEY;
	if (str_eq(account, STR_LIT("cloudfront")))
		return has_name(resource, STR_LIT("user/"), 1);
	return known && (has_name(resource, STR_LIT("user/"), 1) ||
				has_name(resource, STR_LIT("role/"), 1));
}

static bool parse_aws(struct aws_principal *out, struct str value)
{
	struct arn arn;

	*out = (struct aws_principal){ DOCUMENT_UNIQUE_ID, value };
	if (str_eq(value, STR_LIT("*"))) {
		out->type = DOCUMENT_ANYONE;
		return true;
	}
	if (is_account(value)) {
		out->type = DOCUMENT_ACCOUNT;
		return true;
	}
	if (is_unique_id(value))
		return true;
	return arn_split(&arn, value) && parse_arn(out, &arn, value);
}

static bool has_wildcard(struct str s)
{
	return str_find_char(s, '*', 0) < s.n || str_find_char(s, '?', 0) < s.n;
}

int aws_principal_parse(
	struct aws_principal *out, struct str map, struct str value, struct err *e)
{
	bool aws = str_eq(map, STR_LIT("AWS"));

	if (has_wildcard(value) && !(aws && str_eq(value, STR_LIT("*"))))
		return err_set(e, ERR_FORMAT,
			"%.*s: '%.*s' has a wildcard inside a principal", STR_ARG(map),
			STR_ARG(str_head(value, 256)));
	if (value.n == 0)
		return err_set(e, ERR_FORMAT, "%.*s: empty principal", STR_ARG(map));
	if (aws && !parse_aws(out, value))
		return err_set(e, ERR_FORMAT,
			"AWS: expected an account, user, role, session, unique id or '*', "
			"found '%.*s'",
			STR_ARG(str_head(value, 256)));
	if (aws)
		return 0;
	*out = (struct aws_principal){ DOCUMENT_SERVICE, value };
	if (str_eq(map, STR_LIT("Federated")))
		out->type = DOCUMENT_FEDERATED;
	else if (str_eq(map, STR_LIT("CanonicalUser")))
		out->type = DOCUMENT_CANONICAL;
	else if (!str_eq(map, STR_LIT("Service")))
		return err_set(e, ERR_FORMAT,
			"expected AWS, Service, Federated or CanonicalUser, found '%.*s'",
			STR_ARG(str_head(map, 128)));
	return 0;
}
