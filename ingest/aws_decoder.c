#include "ingest/aws_decoder.h"

#include "ingest/aws_answer.h"
#include "ingest/aws_arn.h"
#include "ingest/aws_authorization.h"
#include "ingest/aws_compute.h"
#include "ingest/aws_credentials.h"
#include "ingest/aws_layout.h"
#include "ingest/aws_organization.h"
#include "ingest/aws_resource.h"

static const struct decoder_format authorization = {
	.name = "iam-authorization-details",
	.run = aws_authorization_run,
};

/* [{"Resource", "Policy", "Account", "PublicAccessBlock"}] */
static int visit_item(struct aws_emit *em, const struct decoder_piece *piece,
	const struct json_value *root, struct err *e)
{
	int rc;

	if (piece->type != JSON_ELEMENT)
		return 0;
	rc = json_want_type(em->json, root, JSON_OBJECT, e);
	return rc == 0 ? aws_resource_policy_item(em, root, e) : rc;
}

static int run_items(const struct decoder_batch *batch, struct buf *out, struct err *e)
{
	return aws_emit_pieces(batch, out, visit_item, e);
}

static int visit_item_alone(struct aws_emit *em, const struct decoder_piece *piece,
	const struct json_value *root, struct err *e)
{
	(void)piece;
	return aws_resource_policy_item(em, root, e);
}

static int run_item_alone(
	const struct decoder_batch *batch, struct buf *out, struct err *e)
{
	return aws_emit_pieces(batch, out, visit_item_alone, e);
}

static const struct decoder_format items = { "resource-policy-list", false, run_items };
static const struct decoder_format item = { "resource-policy-list", true,
	run_item_alone };

static bool has(const struct json_shape *shape, const char *name)
{
	for (uint32_t i = 0; i < shape->member_count; i++) {
		if (str_eq(shape->members[i].name, str_from(name)))
			return true;
	}
	return false;
}

static const struct decoder_format *detect(
	const struct json_shape *shape, const struct decoder_context *context)
{
	const struct decoder_format *found = aws_layout_detect(context);

	if (found)
		return found;
	if (has(shape, "Resource") && has(shape, "Policy"))
		return shape->top == '[' ? &items : &item;
	if (shape->top != '{')
		return NULL;
	if (has(shape, "UserDetailList") || has(shape, "GroupDetailList") ||
		has(shape, "RoleDetailList"))
		return &authorization;
	found = aws_organization_detect(shape);
	if (!found)
		found = aws_compute_detect(shape);
	if (!found)
		found = aws_credentials_detect(shape);
	return found ? found : aws_answer_detect(shape);
}

/* Members with which a page says that another follows. */
static bool more_follows(struct str member, struct str value)
{
	static const char *const markers[] = { "Marker", "NextToken", "nextToken",
		"NextMarker", "ContinuationToken", "LastEvaluatedTableName" };

	if (str_eq(member, STR_LIT("IsTruncated")) ||
		str_eq(member, STR_LIT("Truncated")))
		return str_eq(value, STR_LIT("true"));
	for (size_t i = 0; i < sizeof(markers) / sizeof(markers[0]); i++) {
		if (str_eq(member, str_from(markers[i])))
			return value.n > 2 && value.p[0] == '"';
	}
	return false;
}

static size_t skip_space(struct str s, size_t at)
{
	while (at < s.n &&
		(s.p[at] == ' ' || s.p[at] == '\t' || s.p[at] == '\r' || s.p[at] == '\n'))
		at++;
	return at;
}

/* The next "NAME" : "VALUE" at or after *at; moves *at behind it. */
static bool next_string(
	struct str text, const char *quoted, size_t *at, struct str *value)
{
	size_t n = strlen(quoted);

	while (*at < text.n) {
		const char *hit = memmem(text.p + *at, text.n - *at, quoted, n);
		size_t end;

		if (!hit)
			return false;
		*at = skip_space(text, (size_t)(hit - text.p) + n);
		if (*at >= text.n || text.p[*at] != ':')
			continue;
		*at = skip_space(text, *at + 1);
		if (*at >= text.n || text.p[*at] != '"')
			continue;
		end = str_find_char(text, '"', *at + 1);
		*value = str_head(str_skip(text, *at + 1), end - *at - 1);
		*at = end;
		return true;
	}
	return false;
}

static bool write_hint(
	char hint[DECODER_HINT_MAX], struct str partition, struct str account)
{
	if (!aws_arn_is_account(account) ||
		partition.n + 1 + account.n >= DECODER_HINT_MAX)
		return false;
	memcpy(hint, partition.p, partition.n);
	hint[partition.n] = ':';
	memcpy(hint + partition.n + 1, account.p, account.n);
	hint[partition.n + 1 + account.n] = '\0';
	return true;
}

/*
 * The answer of get-caller-identity, and everything of IAM, names its own account in a
 * member "Arn". No policy document has such a member.
 */
static int identify(struct str head, char hint[DECODER_HINT_MAX])
{
	struct str text;
	size_t at = 0;

	while (next_string(head, "\"Arn\"", &at, &text)) {
		struct aws_arn arn;

		if (aws_arn_parse(&arn, text) &&
			(str_eq(arn.service, STR_LIT("iam")) ||
				str_eq(arn.service, STR_LIT("sts"))) &&
			write_hint(hint, arn.partition, arn.account))
			return 1;
	}
	return 0;
}

static struct str companion(struct str path)
{
	struct str name = aws_layout_companion(path);

	if (name.n > 0)
		return name;
	if (str_contains_fold(path, STR_LIT("organizations/")))
		return STR_LIT("describe-organization.json");
	if (str_contains_fold(path, STR_LIT("permission-sets/")))
		return STR_LIT("describe-permission-set.json");
	if (str_contains_fold(path, STR_LIT("keys/")))
		return STR_LIT("describe-key.json");
	return (struct str){ 0 };
}

const struct decoder_provider aws_decoder = {
	.detect = detect,
	.text_head = AWS_CREDENTIALS_HEAD,
	.text = &aws_credentials_report,
	.more_follows = more_follows,
	.identify = identify,
	.companion = companion,
	.expected =
		"an AWS answer with a member like 'UserDetailList', 'Roles', "
		"'Policy' or 'Reservations', "
		"a list of {Resource, Policy}, an iam-collect directory, or a record stream",
};
