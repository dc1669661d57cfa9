#include "ingest/aws_subject.h"

#include "ingest/aws_arn.h"

static struct str next_part(struct str path, size_t *at)
{
	size_t end = str_find_char(path, '/', *at);
	struct str part = str_head(str_skip(path, *at), end - *at);

	*at = end + 1;
	return part;
}

struct str aws_subject_of_path(struct aws_emit *em, const char *plural)
{
	struct str path = em->context->path, found = { 0 };
	size_t at = 0;

	while (at < path.n) {
		struct str part = next_part(path, &at);

		if (str_eq(part, str_from(plural)) && at < path.n) {
			size_t from = at;

			found = next_part(path, &from);
		}
	}
	if (str_ends(found, STR_LIT(".json")))
		found.n -= 5;
	if (!aws_emit_decode_url(em->arena, found, &found))
		return (struct str){ 0 };
	return found;
}

struct str aws_subject_region(struct aws_emit *em)
{
	struct str path = em->context->path, found = { 0 };
	size_t at = 0;

	while (at < path.n) {
		struct str part = next_part(path, &at);

		if (aws_arn_is_region(part))
			found = part;
	}
	return found;
}

/*
 * The key of the entity that a resource pattern is a part of; empty when it has a
 * wildcard.
 */
static struct str entity_of(struct str pattern)
{
	struct aws_arn arn;
	size_t end = pattern.n;

	if (!aws_arn_parse(&arn, pattern))
		return (struct str){ 0 };
	if (str_eq(arn.service, STR_LIT("s3"))) {
		end = str_find_char(arn.resource, '/', 0);
		if (str_starts(arn.resource, STR_LIT("accesspoint/")))
			end = str_find_char(arn.resource, '/', end + 1);
	} else if (str_eq(arn.service, STR_LIT("lambda"))) {
		size_t colon = str_find_char(arn.resource, ':', 0);

		end = str_find_char(arn.resource, ':', colon + 1);
	} else if (str_eq(arn.service, STR_LIT("dynamodb"))) {
		size_t slash = str_find_char(arn.resource, '/', 0);

		end = str_find_char(arn.resource, '/', slash + 1);
	} else {
		end = arn.resource.n;
	}
	pattern.n -= arn.resource.n - (end < arn.resource.n ? end : arn.resource.n);
	if (str_find_char(pattern, '*', 0) < pattern.n ||
		str_find_char(pattern, '?', 0) < pattern.n ||
		str_find_char(pattern, '$', 0) < pattern.n)
		return (struct str){ 0 };
	return pattern;
}

/* false when the patterns disagree or one tells nothing. */
static bool agree(struct str *found, const struct json_value *v)
{
	struct str key;

	if (json_type(v) != JSON_STRING)
		return false;
	key = entity_of(json_string(v));
	if (key.n == 0 || (found->n > 0 && !str_eq(*found, key)))
		return false;
	*found = key;
	return true;
}

static bool agree_all(struct str *found, const struct json_value *resources)
{
	struct json_iter it = json_iterate(resources);
	const struct json_value *v;
	struct str none;

	if (!resources)
		return false;
	if (json_type(resources) != JSON_ARRAY)
		return agree(found, resources);
	while (json_next(&it, &none, &v)) {
		if (!agree(found, v))
			return false;
	}
	return true;
}

struct str aws_subject_of_policy(struct aws_emit *em, struct str policy)
{
	const struct json_value *statements, *statement;
	struct json_iter it;
	struct str found = { 0 }, none;
	struct json j;
	struct err ignored;
	bool same = true;

	if (json_parse(&j, policy, (struct json_origin){ 0 }, &ignored) < 0)
		return found;
	statements = json_get(j.root, "Statement");
	if (statements && json_type(statements) == JSON_OBJECT)
		same = agree_all(&found, json_get(statements, "Resource"));
	it = json_iterate(
		statements && json_type(statements) == JSON_ARRAY ? statements : NULL);
	while (same && json_next(&it, &none, &statement))
		same = agree_all(&found, json_get(statement, "Resource"));
	found = same && found.n > 0 ? arena_copy(em->arena, found) : (struct str){ 0 };
	json_release(&j);
	return found;
}

bool aws_subject_lacks_policy(struct aws_emit *em, const char *plural)
{
	struct str path = em->context->path;
	size_t at = 0, parts = 0;

	if (!em->context->siblings_known)
		return false;
	while (at < path.n) {
		if (str_eq(next_part(path, &at), str_from(plural)))
			parts = 0;
		else
			parts++;
	}
	if (parts != 2 || aws_subject_of_path(em, plural).n == 0)
		return false;
	for (size_t i = 0; i < em->context->sibling_count; i++) {
		if (str_contains_fold(em->context->siblings[i], STR_LIT("policy")))
			return false;
	}
	return true;
}
