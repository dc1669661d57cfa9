/*
 * catalog_action.c - actions by id, by name, by prefix, and by a misspelt name.
 *
 * Names ascend by their folded form in each plane, so everything but the misspelt name is
 * a binary search a plane.
 */
#include <assert.h>

#include "catalog/catalog.h"
#include "catalog/catalog_image_priv.h"

/* The longest action name is 72 bytes; a word much longer than that resembles none. */
#define NEAREST_BYTES_MAX 128

static struct str action_name(action_id id)
{
	return catalog_image_str(catalog_image_actions[id].name);
}

/*
 * Order of the first prefix.n bytes of name against prefix, folded; 0 when it starts so.
 * The first *same bytes are known to be equal; it becomes the number of those that are.
 */
static int prefix_cmp(struct str name, struct str prefix, size_t *same)
{
	size_t end = name.n < prefix.n ? name.n : prefix.n, i = *same;
	unsigned char want = 0, have = 0;

	for (; i < end; i++) {
		want = (unsigned char)str_lower_char(prefix.p[i]);
		have = (unsigned char)str_lower_char(name.p[i]);
		if (have != want)
			break;
	}
	*same = i;
	if (i < end)
		return have < want ? -1 : 1;
	return i < prefix.n ? -1 : 0;
}

/*
 * The first id of the plane whose order against prefix is at least `bound`. Names between
 * two that begin like the prefix begin like it as far as both do.
 */
static action_id lower_bound(uint32_t plane, struct str prefix, int bound)
{
	action_id low = catalog_image_planes[plane].action_begin;
	size_t low_same = 0, high_same = 0;

	for (action_id high = catalog_image_planes[plane].action_end; low < high;) {
		action_id middle = low + (high - low) / 2;
		size_t same = low_same < high_same ? low_same : high_same;

		if (prefix_cmp(action_name(middle), prefix, &same) < bound) {
			low = middle + 1;
			low_same = same;
		} else {
			high = middle;
			high_same = same;
		}
	}
	return low;
}

/*
 * Insertions, deletions and replacements between two words, folded, or more than `most`
 * when that many do not suffice.
 */
static unsigned edit_distance(struct str a, struct str b, unsigned most)
{
	unsigned row[NEAREST_BYTES_MAX + 1];

	if ((a.n > b.n ? a.n - b.n : b.n - a.n) > most || b.n > NEAREST_BYTES_MAX)
		return most + 1;
	for (unsigned j = 0; j <= b.n; j++)
		row[j] = j;
	for (unsigned i = 1; i <= a.n; i++) {
		unsigned corner = row[0];
		unsigned best = row[0] = i;

		for (unsigned j = 1; j <= b.n; j++) {
			unsigned above = row[j];
			unsigned left = row[j - 1];
			unsigned step = above < left ? above + 1 : left + 1;
			unsigned replaced = corner + (str_lower_char(a.p[i - 1]) !=
							     str_lower_char(b.p[j - 1]));

			row[j] = replaced < step ? replaced : step;
			corner = above;
			best = row[j] < best ? row[j] : best;
		}
		if (best > most)
			return most + 1;
	}
	return row[b.n];
}

/* The nearest of [begin, end) within *most, which becomes its distance. */
static action_id nearest_of(
	action_id begin, action_id end, struct str name, bool bare, unsigned *most)
{
	action_id found = CATALOG_NONE;

	for (action_id id = begin; id < end && (found == CATALOG_NONE || *most > 0);
		id++) {
		struct str have = action_name(id);
		unsigned limit = found == CATALOG_NONE ? *most : *most - 1;
		unsigned distance;

		if (bare)
			have = str_skip(have, catalog_action_get(id).service.n + 1);
		distance = edit_distance(have, name, limit);
		if (distance <= limit) {
			found = id;
			*most = distance;
		}
	}
	return found;
}

uint32_t catalog_action_count(void)
{
	return catalog_image_action_count;
}

struct catalog_action catalog_action_get(action_id id)
{
	const struct catalog_image_action *action = &catalog_image_actions[id];

	assert(id < catalog_image_action_count);
	return (struct catalog_action){
		.name = catalog_image_str(action->name),
		.service = catalog_service_name(action->service),
		.provider =
			catalog_image_str(catalog_image_planes[action->plane].provider),
		.service_id = action->service,
		.level = (enum catalog_level)action->level,
		.unbound = action->resource_count == 0,
	};
}

uint32_t catalog_action_service(action_id id)
{
	assert(id < catalog_image_action_count);
	return catalog_image_actions[id].service;
}

enum catalog_level catalog_action_level(action_id id)
{
	assert(id < catalog_image_action_count);
	return (enum catalog_level)catalog_image_actions[id].level;
}

bool catalog_action_is_unbound(action_id id)
{
	assert(id < catalog_image_action_count);
	return catalog_image_actions[id].resource_count == 0;
}

action_id catalog_action_find(struct str name)
{
	action_id id = CATALOG_NONE;

	for (uint32_t plane = 0; id == CATALOG_NONE && plane < catalog_image_plane_count;
		plane++)
		id = catalog_action_in(plane, name);
	return id;
}

action_id catalog_action_in(uint32_t plane, struct str name)
{
	action_id id = lower_bound(plane, name, 0);

	return id < catalog_image_planes[plane].action_end &&
			       str_eq_fold(action_name(id), name)
		       ? id
		       : CATALOG_NONE;
}

/* Whether some provider's names have it after the service. */
static bool is_separator(char c)
{
	for (uint32_t plane = 0; plane < catalog_image_plane_count; plane++)
		if (catalog_image_planes[plane].separator == (unsigned char)c)
			return true;
	return false;
}

action_id catalog_action_nearest(struct str name)
{
	size_t cut = 0;
	unsigned most = 2 + (unsigned)(name.n < NEAREST_BYTES_MAX ? name.n / 8 : 0);
	action_id begin = 0;
	action_id end = catalog_image_action_count;
	action_id found;

	if (name.n == 0 || name.n > NEAREST_BYTES_MAX)
		return CATALOG_NONE;
	while (cut < name.n && !is_separator(name.p[cut]))
		cut++;
	if (cut == name.n)
		return nearest_of(begin, end, name, true, &most);
	for (uint32_t plane = 0; plane < catalog_image_plane_count; plane++) {
		catalog_action_prefix(plane, str_head(name, cut + 1), &begin, &end);
		found = nearest_of(begin, end, name, false, &most);
		if (found != CATALOG_NONE)
			return found;
	}
	return nearest_of(0, catalog_image_action_count, name, false, &most);
}

uint32_t catalog_plane_of(action_id id)
{
	assert(id < catalog_image_action_count);
	return catalog_image_actions[id].plane;
}

void catalog_action_prefix(
	uint32_t plane, struct str prefix, action_id *begin, action_id *end)
{
	assert(plane < catalog_image_plane_count);
	*begin = lower_bound(plane, prefix, 0);
	*end = lower_bound(plane, prefix, 1);
}

uint32_t catalog_action_keys(action_id id, const struct str **keys)
{
	assert(id < catalog_image_action_count);
	*keys = &catalog_image_keys[catalog_image_actions[id].key_begin];
	return catalog_image_actions[id].key_count;
}

uint32_t catalog_action_resources(action_id id, const struct catalog_resource **resources)
{
	assert(id < catalog_image_action_count);
	*resources = &catalog_image_resources[catalog_image_actions[id].resource_begin];
	return catalog_image_actions[id].resource_count;
}
