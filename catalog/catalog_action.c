/*
 * catalog_action.c - actions by id, by name, by prefix, and by a misspelt name.
 *
 * Names ascend by their folded form, so everything but the misspelt name is a binary
 * search.
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
 */
static int prefix_cmp(struct str name, struct str prefix)
{
	for (size_t i = 0; i < prefix.n; i++) {
		unsigned char want = (unsigned char)str_lower_char(prefix.p[i]);
		unsigned char have;

		if (i == name.n)
			return -1;
		have = (unsigned char)str_lower_char(name.p[i]);
		if (have != want)
			return have < want ? -1 : 1;
	}
	return 0;
}

/* The first id whose order against prefix is at least `bound`. */
static action_id lower_bound(struct str prefix, int bound)
{
	action_id low = 0;

	for (action_id high = catalog_image_action_count; low < high;) {
		action_id middle = low + (high - low) / 2;

		if (prefix_cmp(action_name(middle), prefix) < bound)
			low = middle + 1;
		else
			high = middle;
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
			have = str_skip(have, str_find_char(have, ':', 0) + 1);
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
		.level = (enum catalog_level)action->level,
		.unbound = action->resource_count == 0,
	};
}

action_id catalog_action_find(struct str name)
{
	action_id id = lower_bound(name, 0);

	if (id == catalog_image_action_count || !str_eq_fold(action_name(id), name))
		return CATALOG_NONE;
	return id;
}

action_id catalog_action_nearest(struct str name)
{
	size_t colon = str_find_char(name, ':', 0);
	unsigned most = 2 + (unsigned)(name.n < NEAREST_BYTES_MAX ? name.n / 8 : 0);
	action_id begin = 0;
	action_id end = catalog_image_action_count;
	action_id found;

	if (name.n == 0 || name.n > NEAREST_BYTES_MAX)
		return CATALOG_NONE;
	if (colon == name.n)
		return nearest_of(begin, end, name, true, &most);
	catalog_action_prefix(str_head(name, colon + 1), &begin, &end);
	found = nearest_of(begin, end, name, false, &most);
	if (found != CATALOG_NONE)
		return found;
	return nearest_of(0, catalog_image_action_count, name, false, &most);
}

void catalog_action_prefix(struct str prefix, action_id *begin, action_id *end)
{
	*begin = lower_bound(prefix, 0);
	*end = lower_bound(prefix, 1);
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
