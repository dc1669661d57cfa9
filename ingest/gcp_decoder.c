#include "ingest/gcp_decoder.h"

#include "ingest/gcp_answer.h"
#include "ingest/gcp_asset.h"
#include "ingest/gcp_directory.h"
#include "ingest/gcp_name.h"

static const struct decoder_format *detect(
	const struct json_shape *shape, const struct decoder_context *context)
{
	const struct decoder_format *found;

	(void)context;
	if (shape->top != '{' && shape->top != '[')
		return NULL;
	found = gcp_asset_detect(shape);
	if (!found)
		found = gcp_directory_detect(shape);
	return found ? found : gcp_answer_detect(shape);
}

static bool more_follows(struct str member, struct str value)
{
	return (str_eq(member, STR_LIT("nextPageToken")) ||
		       str_eq(member, STR_LIT("next_page_token"))) &&
	       value.n > 2 && value.p[0] == '"';
}

static bool write_hint(char hint[DECODER_HINT_MAX], const char *head, struct str id)
{
	struct str h = str_from(head);

	if (id.n == 0 || h.n + id.n >= DECODER_HINT_MAX)
		return false;
	memcpy(hint, h.p, h.n);
	memcpy(hint + h.n, id.p, id.n);
	hint[h.n + id.n] = '\0';
	return true;
}

/* The digits behind the first "organizations/ in quotes. */
static struct str find_organization(struct str text)
{
	const struct str head = STR_LIT("\"organizations/");
	struct str rest = text, id;

	while (rest.n > 0) {
		const char *hit = memmem(rest.p, rest.n, head.p, head.n);

		if (!hit)
			break;
		rest = str_skip(rest, (size_t)(hit - rest.p) + head.n);
		id = str_head(rest, str_find_char(rest, '"', 0));
		id = str_head(id, str_find_char(id, '/', 0));
		if (gcp_name_is_number(id) && id.n < rest.n)
			return id;
	}
	return (struct str){ 0 };
}

/* "projectId": "p" beside a "projectNumber", as the description of a project has it. */
static struct str find_project(struct str text)
{
	const struct str head = STR_LIT("\"projectId\"");
	const char *hit = memmem(text.p, text.n, head.p, head.n);
	struct str rest;
	size_t open;

	if (!hit || !str_contains_fold(text, STR_LIT("\"projectNumber\"")))
		return (struct str){ 0 };
	rest = str_skip(text, (size_t)(hit - text.p) + head.n);
	open = str_find_char(rest, '"', 0);
	rest = str_skip(rest, open + 1);
	rest = str_head(rest, str_find_char(rest, '"', 0));
	return gcp_name_is_project(rest) ? rest : (struct str){ 0 };
}

static int identify(struct str head, char hint[DECODER_HINT_MAX])
{
	if (head.n == 0)
		return 0;
	if (write_hint(hint, "gcp:organizations/", find_organization(head)))
		return 1;
	return write_hint(hint, "gcp:", find_project(head));
}

static struct str companion(struct str path)
{
	(void)path;
	return (struct str){ 0 };
}

const struct decoder_provider gcp_decoder = {
	.detect = detect,
	.more_follows = more_follows,
	.identify = identify,
	.companion = companion,
	.expected = "assets of Cloud Asset Inventory, an answer of 'gcloud "
		    "--format=json', or lists of groups and members",
};
