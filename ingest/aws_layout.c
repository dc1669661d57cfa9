#include "ingest/aws_layout.h"

#include "ingest/aws_arn.h"
#include "ingest/aws_layout_priv.h"

static struct str next_part(struct str path, size_t *at)
{
	size_t end = str_find_char(path, '/', *at);
	struct str part = str_head(str_skip(path, *at), end - *at);

	*at = end + 1;
	return part;
}

static bool is_partition(struct str s)
{
	return str_eq(s, STR_LIT("aws")) || str_starts(s, STR_LIT("aws-"));
}

bool aws_layout_place(struct aws_layout_place *out, struct str path)
{
	struct str before = { 0 }, part = { 0 };
	size_t at = 0;

	*out = (struct aws_layout_place){ .organization = false };
	while (at < path.n) {
		struct str next = next_part(path, &at);
		bool accounts = str_eq(part, STR_LIT("accounts"));
		bool organizations = str_eq(part, STR_LIT("organizations"));

		if (is_partition(before) && at < path.n &&
			((accounts && aws_arn_is_account(next)) ||
				(organizations && aws_arn_is_organization(next)))) {
			out->partition = before;
			out->owner = next;
			out->organization = organizations;
			break;
		}
		before = part;
		part = next;
	}
	if (out->owner.n == 0)
		return false;
	out->service = next_part(path, &at);
	if (at > path.n) {
		out->file = out->service;
		out->service = (struct str){ 0 };
		return true;
	}
	while (at < path.n)
		out->file = next_part(path, &at);
	return true;
}

/* indexes/ stands beside accounts/ and organizations/. */
static bool is_index(struct str path)
{
	struct str before = { 0 };
	size_t at = 0;

	while (at < path.n) {
		struct str part = next_part(path, &at);

		if (is_partition(before) && str_eq(part, STR_LIT("indexes")))
			return true;
		before = part;
	}
	return false;
}

struct str aws_layout_companion(struct str path)
{
	struct aws_layout_place place;

	if (!aws_layout_place(&place, path) ||
		str_eq(place.file, STR_LIT("metadata.json")))
		return (struct str){ 0 };
	if (place.service.n == 0 && !place.organization)
		return (struct str){ 0 };
	return STR_LIT("metadata.json");
}

struct str aws_layout_metadata(struct aws_emit *em, const char *name)
{
	struct str found = { 0 };
	struct json j;
	struct err ignored;

	/* What is wrong with metadata.json is reported when that file is read itself. */
	if (json_parse(&j, em->context->companion, (struct json_origin){ 0 }, &ignored) <
		0)
		return found;
	if (json_want_string(&j, j.root, name, &found, &ignored) == 0 && found.n > 0)
		found = arena_copy(em->arena, found);
	json_release(&j);
	return found;
}

int aws_layout_fail(struct aws_emit *em, const struct json_value *v, struct err *e)
{
	return json_fail(em->json, v, e,
		"whose file this is is not said: expected a 'metadata.json' "
		"with its 'arn' in the same directory");
}

static int visit(struct aws_emit *em, const struct decoder_piece *piece,
	const struct json_value *root, struct err *e)
{
	struct aws_layout_place place;

	(void)piece;
	if (!aws_layout_place(&place, em->context->path))
		return 0; /* an index */
	if (place.organization)
		return aws_layout_organization_file(em, &place, root, e);
	return aws_layout_account_file(em, &place, root, e);
}

static int run(const struct decoder_batch *batch, struct buf *out, struct err *e)
{
	return aws_emit_pieces(batch, out, visit, e);
}

static const struct decoder_format format = { "iam-collect", true, run };

const struct decoder_format *aws_layout_detect(const struct decoder_context *context)
{
	struct aws_layout_place place;

	if (aws_layout_place(&place, context->path) || is_index(context->path))
		return &format;
	return NULL;
}
