/* catalog.c - services, levels and the checks over the packed image. */
#include "catalog/catalog.h"

#include <assert.h>

#include "catalog/catalog_image_priv.h"

struct str catalog_level_name(enum catalog_level level)
{
	static const struct str names[CATALOG_LEVEL_COUNT] = { { "list", 4 },
		{ "read", 4 }, { "write", 5 }, { "tag", 3 }, { "permissions", 11 } };

	assert((unsigned)level < CATALOG_LEVEL_COUNT);
	return names[level];
}

static const struct catalog_image_service *service_at(uint32_t service)
{
	assert(service < catalog_image_service_count);
	return &catalog_image_services[service];
}

static const struct catalog_image_plane *plane_at(uint32_t plane)
{
	assert(plane < catalog_image_plane_count);
	return &catalog_image_planes[plane];
}

uint32_t catalog_plane_count(void)
{
	return catalog_image_plane_count;
}

struct catalog_plane catalog_plane_get(uint32_t plane)
{
	const struct catalog_image_plane *p = plane_at(plane);

	return (struct catalog_plane){ .provider = catalog_image_str(p->provider),
		.name = catalog_image_str(p->name),
		.action_begin = p->action_begin,
		.action_end = p->action_end,
		.service_begin = p->service_begin,
		.service_end = p->service_end,
		.separator = (char)p->separator };
}

uint32_t catalog_plane_find(struct str provider, struct str name)
{
	for (uint32_t i = 0; i < catalog_image_plane_count; i++)
		if (str_eq(catalog_image_str(plane_at(i)->provider), provider) &&
			str_eq(catalog_image_str(plane_at(i)->name), name))
			return i;
	return CATALOG_NONE;
}

void catalog_provider_actions(struct str provider, action_id *begin, action_id *end)
{
	*begin = *end = 0;
	for (uint32_t i = 0; i < catalog_image_plane_count; i++) {
		if (!str_eq(catalog_image_str(plane_at(i)->provider), provider))
			continue;
		if (*end == 0)
			*begin = plane_at(i)->action_begin;
		*end = plane_at(i)->action_end;
	}
}

void catalog_admin_actions(struct str provider, action_id *begin, action_id *end)
{
	*begin = *end = 0;
	for (uint32_t i = catalog_image_plane_count; i-- > 0;) {
		if (!str_eq(catalog_image_str(plane_at(i)->provider), provider))
			continue;
		*begin = plane_at(i)->action_begin;
		*end = plane_at(i)->action_end;
	}
}

uint32_t catalog_service_count(void)
{
	return catalog_image_service_count;
}

struct str catalog_service_name(uint32_t service)
{
	return catalog_image_str(service_at(service)->name);
}

uint32_t catalog_service_find(uint32_t plane, struct str name)
{
	uint32_t low = plane_at(plane)->service_begin;
	uint32_t end = plane_at(plane)->service_end;

	for (uint32_t high = end; low < high;) {
		uint32_t middle = low + (high - low) / 2;

		if (str_cmp(catalog_service_name(middle), name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == end || !str_eq(catalog_service_name(low), name))
		return CATALOG_NONE;
	return low;
}

struct str catalog_service_title(uint32_t service)
{
	return catalog_image_str(service_at(service)->title);
}

void catalog_service_actions(uint32_t service, action_id *begin, action_id *end)
{
	*begin = service_at(service)->action_begin;
	*end = service_at(service)->action_end;
}

bool catalog_service_has_rcp(uint32_t service)
{
	return service_at(service)->has_rcp != 0;
}

uint32_t catalog_service_resources(
	uint32_t service, const struct catalog_resource **resources)
{
	*resources = &catalog_image_resources[service_at(service)->resource_begin];
	return service_at(service)->resource_count;
}

struct str catalog_digest(void)
{
	return (struct str){ catalog_image_digest, sizeof(catalog_image_digest) - 1 };
}

struct str catalog_origin(void)
{
	return catalog_image_str(catalog_image_origin);
}

static bool span_fits(uint32_t begin, uint32_t count, uint32_t size)
{
	return begin <= size && count <= size - begin;
}

static bool ref_fits(struct catalog_image_ref ref)
{
	return span_fits(ref.at, ref.size, catalog_image_text_size);
}

static bool ids_ascend(const uint32_t *ids, uint32_t count, uint32_t limit)
{
	for (uint32_t i = 0; i < count; i++)
		if (ids[i] >= limit || (i > 0 && ids[i - 1] >= ids[i]))
			return false;
	return true;
}

static int cmp_fold(struct str a, struct str b)
{
	for (size_t i = 0; i < a.n && i < b.n; i++) {
		unsigned char x = (unsigned char)str_lower_char(a.p[i]);
		unsigned char y = (unsigned char)str_lower_char(b.p[i]);

		if (x != y)
			return x < y ? -1 : 1;
	}
	return (a.n > b.n) - (a.n < b.n);
}

static bool action_is_sound(action_id id)
{
	const struct catalog_image_action *action = &catalog_image_actions[id];
	struct catalog_action got;

	if (!ref_fits(action->name) || action->level >= CATALOG_LEVEL_COUNT ||
		action->service >= catalog_image_service_count ||
		!span_fits(action->resource_begin, action->resource_count,
			catalog_image_resource_count) ||
		!span_fits(action->key_begin, action->key_count, catalog_image_key_count))
		return false;
	if (action->plane >= catalog_image_plane_count ||
		id < catalog_image_planes[action->plane].action_begin ||
		id >= catalog_image_planes[action->plane].action_end)
		return false;
	got = catalog_action_get(id);
	if (id > catalog_image_planes[action->plane].action_begin &&
		cmp_fold(catalog_action_get(id - 1).name, got.name) >= 0)
		return false;
	return got.name.n > got.service.n &&
	       got.name.p[got.service.n] == catalog_plane_get(action->plane).separator &&
	       str_starts(got.name, got.service) &&
	       id >= catalog_image_services[action->service].action_begin &&
	       id < catalog_image_services[action->service].action_end;
}

static bool begins_plane(uint32_t service)
{
	for (uint32_t i = 0; i < catalog_image_plane_count; i++)
		if (catalog_image_planes[i].service_begin == service)
			return true;
	return false;
}

static bool service_is_sound(uint32_t service)
{
	const struct catalog_image_service *s = &catalog_image_services[service];

	return ref_fits(s->name) && ref_fits(s->title) &&
	       s->action_begin <= s->action_end &&
	       s->action_end <= catalog_image_action_count &&
	       span_fits(s->resource_begin, s->resource_count,
		       catalog_image_resource_count) &&
	       (begins_plane(service) || str_cmp(catalog_service_name(service - 1),
						 catalog_image_str(s->name)) < 0);
}

/* Planes follow each other, and a provider's are neighbours. */
static bool plane_is_sound(uint32_t plane)
{
	const struct catalog_image_plane *p = &catalog_image_planes[plane];
	uint32_t actions = plane > 0 ? p[-1].action_end : 0;
	uint32_t services = plane > 0 ? p[-1].service_end : 0;
	bool last = plane + 1 == catalog_image_plane_count;

	return ref_fits(p->provider) && ref_fits(p->name) && p->action_begin == actions &&
	       p->action_end >= actions && p->service_begin == services &&
	       p->service_end >= services &&
	       (!last || (p->action_end == catalog_image_action_count &&
				 p->service_end == catalog_image_service_count));
}

static bool target_is_sound(const struct catalog_image_target *target, bool first)
{
	return ref_fits(target->type) && ref_fits(target->suffix) &&
	       first == (target->suffix.size == 0) &&
	       span_fits(target->action_begin, target->action_count,
		       catalog_image_id_count) &&
	       ids_ascend(&catalog_image_ids[target->action_begin], target->action_count,
		       catalog_image_action_count);
}

static bool kind_is_sound(kind_id kind)
{
	const struct catalog_image_kind *k = &catalog_image_kinds[kind];

	if (!ref_fits(k->name) || !ref_fits(k->format) || !ref_fits(k->region) ||
		!ref_fits(k->account) || !ref_fits(k->resource) || k->target_count == 0 ||
		!span_fits(k->target_begin, k->target_count, catalog_image_target_count))
		return false;
	for (uint32_t i = 0; i < k->target_count; i++)
		if (!target_is_sound(&catalog_image_targets[k->target_begin + i], i == 0))
			return false;
	return kind == 0 ||
	       str_cmp(catalog_kind_name(kind - 1), catalog_kind_name(kind)) < 0;
}

static bool probe_is_sound(const struct catalog_image_probe *probe)
{
	if (!ref_fits(probe->service) || !ref_fits(probe->token) ||
		probe->kind_count == 0 ||
		!span_fits(probe->kind_begin, probe->kind_count, catalog_image_id_count))
		return false;
	for (uint32_t i = 0; i < probe->kind_count; i++)
		if (catalog_image_ids[probe->kind_begin + i] >= catalog_image_kind_count)
			return false;
	return true;
}

static int unsound(struct err *e, const char *what, uint32_t index)
{
	return err_set(
		e, ERR_CORRUPT, "catalogue %s %u breaks its invariant", what, index);
}

int catalog_check(struct err *e)
{
	for (uint32_t i = 0; i < catalog_image_plane_count; i++)
		if (!plane_is_sound(i))
			return unsound(e, "plane", i);
	for (uint32_t i = 0; i < catalog_image_service_count; i++)
		if (!service_is_sound(i))
			return unsound(e, "service", i);
	for (action_id i = 0; i < catalog_image_action_count; i++)
		if (!action_is_sound(i))
			return unsound(e, "action", i);
	for (kind_id i = 0; i < catalog_image_kind_count; i++)
		if (!kind_is_sound(i))
			return unsound(e, "kind", i);
	for (uint32_t i = 0; i < catalog_image_probe_count; i++)
		if (!probe_is_sound(&catalog_image_probes[i]))
			return unsound(e, "probe", i);
	return 0;
}
