#include "reachability/azure_unit.h"

#define UNIT_KIND STR_LIT("azure:entra:administrative-unit")

/* The number of the kind in the segment, or its count of kinds. */
static uint32_t unit_kind(const struct segment *s)
{
	uint32_t count = segment_info(s)->kind_count, k = 0;

	while (k < count && !str_eq(segment_kind(s, k), UNIT_KIND))
		k++;
	return k;
}

/* The segment of a node of a directory that has units at all, or NULL. */
static struct segment *directory_of(struct world *w, node_id n, uint32_t *kind)
{
	struct segment *s = world_node_segment(w, n);

	if (!s)
		return NULL;
	*kind = unit_kind(s);
	return *kind < segment_info(s)->kind_count ? s : NULL;
}

#define APPLICATION_KIND STR_LIT("azure:entra:application")
#define ID_KIND          STR_LIT("azure:entra:application-id")

/* The application id of an application, or (down) the application of such an id. */
static void application_aside(struct buf *out, struct world *w, node_id n, bool down)
{
	const struct node *node = world_node(w, n);
	struct segment *s = world_node_segment(w, n);
	struct str from = down ? ID_KIND : APPLICATION_KIND;
	uint32_t count;
	const uint32_t *ids;

	if (!s || !str_eq(world_node_kind(w, n), from))
		return;
	ids = segment_related(s, RELATION_CARRIES, down, node->id, &count);
	for (uint32_t i = 0; i < count; i++) {
		if (ids[i] < segment_info(s)->entity_count &&
			str_eq(segment_kind(s, segment_entity(s, ids[i])->kind),
				down ? APPLICATION_KIND : ID_KIND))
			VEC_ADD(out, node_id, world_node_entity(w, node->scope, ids[i]));
	}
}

static int unit_aside(
	struct buf *out, struct world *w, node_id n, bool down, struct err *e)
{
	const struct node *node = world_node(w, n);
	uint32_t kind, count;
	struct segment *s = directory_of(w, n, &kind);
	const uint32_t *ids;

	(void)e;
	if (!s || (down && segment_entity(s, node->id)->kind != kind))
		return 0;
	ids = segment_related(s, RELATION_MEMBER_OF, down, node->id, &count);
	for (uint32_t i = 0; i < count; i++) {
		if (ids[i] < segment_info(s)->entity_count &&
			(down || segment_entity(s, ids[i])->kind == kind))
			VEC_ADD(out, node_id, world_node_entity(w, node->scope, ids[i]));
	}
	return 0;
}

int azure_unit_aside(
	struct buf *out, struct world *w, node_id n, bool down, struct err *e)
{
	application_aside(out, w, n, down);
	return unit_aside(out, w, n, down, e);
}

/* Whether the input has who is in the unit. */
static bool members_known(const struct segment *s, entity_id unit)
{
	const struct segment_coverage *c = segment_coverages(s);

	for (uint32_t i = 0; i < segment_info(s)->coverage_count; i++) {
		if (str_eq(segment_str(s, c[i].what), STR_LIT("members")) &&
			segment_coverage_has(s, i, unit))
			return c[i].state == COVERAGE_GOT;
	}
	return false;
}

static bool has_grants(const struct segment *s, entity_id unit)
{
	uint32_t count;
	const struct segment_holding *h = segment_holdings(s, unit, &count);

	for (uint32_t i = 0; i < count; i++) {
		if (h[i].layer == LAYER_RESOURCE)
			return true;
	}
	return false;
}

int azure_unit_unread(
	expr *grants, expr *denies, struct world *w, node_id n, struct err *e)
{
	const struct node *node = world_node(w, n);
	uint32_t kind, count;
	struct segment *s = directory_of(w, n, &kind);
	struct expr_pool *pool = world_pool(w);
	struct buf units = { 0 };
	const uint32_t *ids;
	int rc;

	if (!s || (node->flags & ENTITY_CONTAINER))
		return 0;
	ids = segment_kind_members(s, kind, &count);
	for (uint32_t i = 0; i < count; i++) {
		if (members_known(s, ids[i]) || !has_grants(s, ids[i]))
			continue;
		*grants = expr_or(pool, *grants,
			world_unknown(w, node->account,
				arena_printf(world_arena(w),
					"members of the administrative unit '%.*s' were "
					"not collected",
					STR_ARG(segment_name(s, ids[i], world_arena(w)))),
				false));
	}
	rc = unit_aside(&units, w, n, false, e);
	for (size_t i = 0; i < VEC_COUNT(&units, node_id) && rc == 0; i++) {
		node_id unit = VEC_DATA(&units, const node_id)[i];

		if (str_eq(world_attribute(w, unit, STR_LIT("restricted")),
			    STR_LIT("true")))
			*denies = expr_or(pool, *denies,
				world_unknown(w, node->account,
					arena_printf(world_arena(w),
						"who may change what is in the restricted "
						"unit '%.*s' is not decided",
						STR_ARG(world_node_name(w, unit))),
					true));
	}
	buf_release(&units);
	return rc;
}
