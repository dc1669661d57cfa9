/*
 * catalog_kind.c - kinds, their targets, and the kind of a key.
 *
 * A key is cut into the parts of an ARN; its service and the first word of its resource
 * part find the few formats that can fit, most specific first:
 *
 *   arn:aws:dynamodb:eu-west-1:111122223333:table/orders/index/by-date
 *           '------' service                '---' token
 *                                           '----------' entity: what the format covers
 *                                                       '-------------' fits a target
 *
 * Three passes, each more tolerant: variables inside a format stop at '/' and ':', and
 * empty region and account are as the format says; then region and account may be there
 * or not; then inner variables may span. A format whose resource part begins with a
 * variable takes part in the first pass only: it would fit anything.
 *
 * A key that is no ARN is a path, or a word and a rest: place_of_key finds its kinds, and
 * one pass decides, in which variables stop at '/' (a final "**" does not).
 */
#include <assert.h>

#include "catalog/catalog.h"
#include "catalog/catalog_image_priv.h"
#include "catalog/place_priv.h"

#define ARN_PARTS 6

/* Tokens of formats are shorter; a key with a longer one has no kind. */
#define TOKEN_BYTES_MAX 64

struct arn {
	struct str
		part[ARN_PARTS]; /* arn, partition, service, region, account, resource */
};

enum pass { PASS_STRICT, PASS_FIELDS, PASS_SPAN, PASS_COUNT };

static const struct catalog_image_kind *kind_at(kind_id kind)
{
	assert(kind < catalog_image_kind_count);
	return &catalog_image_kinds[kind];
}

static bool is_separator(char c)
{
	return c == '/' || c == ':';
}

static bool arn_split(struct str key, struct arn *arn)
{
	for (int i = 0; i < ARN_PARTS - 1; i++) {
		size_t end = str_find_char(key, ':', 0);

		if (end == key.n)
			return false;
		arn->part[i] = str_head(key, end);
		key = str_skip(key, end + 1);
	}
	arn->part[ARN_PARTS - 1] = key;
	return str_eq(arn->part[0], STR_LIT("arn")) && arn->part[1].n > 0 && key.n > 0;
}

static bool same_byte(char pattern, char c, bool folds)
{
	return pattern == (folds ? str_lower_char(c) : c);
}

/* '*' stands for any bytes, none too; every other byte for itself. */
static bool glob_fits(struct str pattern, struct str s, bool folds)
{
	size_t p = 0, i = 0, star = SIZE_MAX, resume = 0;

	while (i < s.n) {
		if (p < pattern.n && pattern.p[p] == '*') {
			star = p++;
			resume = i;
		} else if (p < pattern.n && same_byte(pattern.p[p], s.p[i], folds)) {
			p++;
			i++;
		} else if (star != SIZE_MAX) {
			p = star + 1;
			i = ++resume;
		} else {
			return false;
		}
	}
	while (p < pattern.n && pattern.p[p] == '*')
		p++;
	return p == pattern.n;
}

static bool suffix_fits(const struct catalog_image_kind *kind, struct str rest)
{
	for (uint32_t i = 1; i < kind->target_count; i++) {
		const struct catalog_image_target *target =
			&catalog_image_targets[kind->target_begin + i];

		if (glob_fits(catalog_image_str(target->suffix), rest, false))
			return true;
	}
	return false;
}

/* "log-group:x:*" names the group by all of its parts. */
static bool covers_parts(const struct catalog_image_kind *kind, struct str rest)
{
	if (rest.n != 2 || !is_separator(rest.p[0]) || rest.p[1] != '*')
		return false;
	for (uint32_t i = 1; i < kind->target_count; i++) {
		const struct catalog_image_target *target =
			&catalog_image_targets[kind->target_begin + i];

		if (catalog_image_text[target->suffix.at] == rest.p[0])
			return true;
	}
	return false;
}

/*
 * Where the entity ends, when its last variable begins at `from`: before the first
 * separator after which the rest is a target, else at the end.
 */
static size_t entity_end(
	const struct catalog_image_kind *kind, struct str resource, size_t from)
{
	if (kind->target_count == 1)
		return resource.n;
	for (size_t i = from + 1; i < resource.n; i++)
		if (is_separator(resource.p[i]) &&
			suffix_fits(kind, str_skip(resource, i)))
			return i;
	if (resource.n >= from + 3 &&
		covers_parts(kind, str_skip(resource, resource.n - 2)))
		return resource.n - 2;
	return resource.n;
}

/*
 * Match pattern (a format's resource part, without its final star) as a prefix of s, each
 * star as short as the literal after it allows and at least one byte. Returns the bytes
 * matched, or SIZE_MAX.
 */
static size_t head_size(struct str pattern, struct str s, bool span)
{
	size_t i = 0;

	while (pattern.n > 0) {
		size_t star = str_find_char(pattern, '*', 0);
		struct str literal = str_head(pattern, star);
		struct str next;

		if (!str_starts(str_skip(s, i), literal))
			return SIZE_MAX;
		i += star;
		if (star == pattern.n)
			return i;
		pattern = str_skip(pattern, star + 1);
		next = str_head(pattern, str_find_char(pattern, '*', 0));
		do {
			if (i >= s.n || (!span && is_separator(s.p[i])))
				return SIZE_MAX;
			i++;
		} while (!str_starts(str_skip(s, i), next));
	}
	return i;
}

/* The size of the entity's part of the resource, or 0 when the format does not fit. */
static size_t resource_fits(
	const struct catalog_image_kind *kind, struct str resource, enum pass pass)
{
	struct str pattern = catalog_image_str(kind->resource);
	bool open = pattern.p[pattern.n - 1] == '*';
	size_t from = head_size(
		str_head(pattern, pattern.n - open), resource, pass == PASS_SPAN);
	size_t end;

	if (from == SIZE_MAX)
		return 0;
	if (!open)
		return from == resource.n ? from : 0;
	if (from >= resource.n)
		return 0;
	end = entity_end(kind, resource, from);
	if (pattern.n > 1)
		return end;
	/* The whole resource part is one name: topics, queues, buckets. */
	for (size_t i = 0; i < end; i++)
		if (is_separator(resource.p[i]))
			return 0;
	return end;
}

static bool field_fits(struct str pattern, struct str field, bool tolerant)
{
	if (str_eq(pattern, STR_LIT("*")))
		return tolerant || field.n > 0;
	if (pattern.n == 0)
		return tolerant || field.n == 0;
	return str_eq(pattern, field);
}

static size_t kind_fits(
	const struct catalog_image_kind *kind, const struct arn *arn, enum pass pass)
{
	bool tolerant = pass != PASS_STRICT;

	if (tolerant && catalog_image_text[kind->resource.at] == '*')
		return 0;
	if (!field_fits(catalog_image_str(kind->region), arn->part[3], tolerant) ||
		!field_fits(catalog_image_str(kind->account), arn->part[4], tolerant))
		return 0;
	return resource_fits(kind, arn->part[5], pass);
}

static const struct catalog_image_probe *probe_find(struct str service, struct str token)
{
	uint32_t low = 0;

	for (uint32_t high = catalog_image_probe_count; low < high;) {
		uint32_t middle = low + (high - low) / 2;
		const struct catalog_image_probe *probe = &catalog_image_probes[middle];
		int rc = str_cmp(catalog_image_str(probe->service), service);

		if (rc == 0)
			rc = str_cmp(catalog_image_str(probe->token), token);
		if (rc == 0)
			return probe;
		if (rc < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static kind_id probe_match(const struct catalog_image_probe *probe, const struct arn *arn,
	enum pass pass, size_t *size)
{
	for (uint32_t i = 0; probe && i < probe->kind_count; i++) {
		kind_id kind = catalog_image_ids[probe->kind_begin + i];

		*size = kind_fits(kind_at(kind), arn, pass);
		if (*size > 0)
			return kind;
	}
	return CATALOG_NONE;
}

/* What the format takes of the key, each star at least one byte; 0 when it does not. */
static size_t path_head(struct str format, struct str key, bool folds)
{
	bool open = format.n > 1 && format.p[format.n - 2] == '*';
	size_t i = 0;

	for (size_t f = 0; f < format.n; f++) {
		size_t from = i;

		if (format.p[f] != '*') {
			if (i == key.n || !same_byte(format.p[f], key.p[i], folds))
				return 0;
			i++;
			continue;
		}
		if (open && f + 2 == format.n)
			return i < key.n ? key.n : 0;
		while (i < key.n && key.p[i] != '/')
			i++;
		if (i == from)
			return 0;
	}
	return i;
}

/* The size of the entity's part of the key, or 0 when the kind does not fit. */
static size_t path_fits(const struct catalog_image_kind *kind, struct str key)
{
	bool folds = (kind->flags & CATALOG_KIND_FOLDS) != 0;
	size_t size = path_head(catalog_image_str(kind->resource), key, folds);
	struct str rest = str_skip(key, size);

	if (size == 0 || size == key.n)
		return size;
	if (str_eq(rest, STR_LIT("/*")) && kind->target_count > 1)
		return size;
	for (uint32_t i = 1; i < kind->target_count; i++) {
		const struct catalog_image_target *target =
			&catalog_image_targets[kind->target_begin + i];

		if (glob_fits(catalog_image_str(target->suffix), rest, folds))
			return size;
	}
	return 0;
}

static kind_id kind_of_path(struct str key, size_t *entity_size)
{
	char folded[TOKEN_BYTES_MAX];
	const struct catalog_image_probe *probe;
	struct str service, token;

	place_of_key(key, &service, &token);
	if (token.n > sizeof(folded))
		return CATALOG_NONE;
	if (str_eq(service, STR_LIT("/"))) {
		for (size_t i = 0; i < token.n; i++)
			folded[i] = str_lower_char(token.p[i]);
		token.p = folded;
	}
	probe = probe_find(service, token);
	for (uint32_t i = 0; probe && i < probe->kind_count; i++) {
		kind_id kind = catalog_image_ids[probe->kind_begin + i];
		size_t size = path_fits(kind_at(kind), key);

		if (size == 0)
			continue;
		*entity_size = size;
		return kind;
	}
	return CATALOG_NONE;
}

static struct str first_word(struct str resource)
{
	struct str rest = resource.p[0] == '/' ? str_skip(resource, 1) : resource;
	size_t n = 0;

	while (n < rest.n && !is_separator(rest.p[n]))
		n++;
	return str_head(rest, n);
}

uint32_t catalog_kind_count(void)
{
	return catalog_image_kind_count;
}

struct str catalog_kind_name(kind_id kind)
{
	return catalog_image_str(kind_at(kind)->name);
}

kind_id catalog_kind_find(struct str name)
{
	kind_id low = 0;

	for (kind_id high = catalog_image_kind_count; low < high;) {
		kind_id middle = low + (high - low) / 2;

		if (str_cmp(catalog_kind_name(middle), name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == catalog_image_kind_count || !str_eq(catalog_kind_name(low), name))
		return CATALOG_NONE;
	return low;
}

struct str catalog_kind_format(kind_id kind)
{
	return catalog_image_str(kind_at(kind)->format);
}

kind_id catalog_kind_of_key(struct str key, size_t *entity_size)
{
	const struct catalog_image_probe *probe;
	const struct catalog_image_probe *open;
	struct arn arn;

	*entity_size = key.n;
	if (!str_starts(key, STR_LIT("arn:")))
		return kind_of_path(key, entity_size);
	if (!arn_split(key, &arn))
		return CATALOG_NONE;
	probe = probe_find(arn.part[2], first_word(arn.part[5]));
	open = probe_find(arn.part[2], STR_LIT("*"));
	for (int pass = PASS_STRICT; pass < PASS_COUNT; pass++) {
		size_t size = 0;
		kind_id kind = probe_match(probe, &arn, (enum pass)pass, &size);

		if (kind == CATALOG_NONE)
			kind = probe_match(open, &arn, (enum pass)pass, &size);
		if (kind == CATALOG_NONE)
			continue;
		*entity_size = key.n - arn.part[5].n + size;
		return kind;
	}
	return CATALOG_NONE;
}

uint32_t catalog_kind_target_count(kind_id kind)
{
	return kind_at(kind)->target_count;
}

struct catalog_target catalog_kind_target(kind_id kind, uint32_t index)
{
	const struct catalog_image_target *target;

	assert(index < kind_at(kind)->target_count);
	target = &catalog_image_targets[kind_at(kind)->target_begin + index];
	return (struct catalog_target){
		.type = catalog_image_str(target->type),
		.suffix = catalog_image_str(target->suffix),
		.actions = &catalog_image_ids[target->action_begin],
		.action_count = target->action_count,
	};
}
