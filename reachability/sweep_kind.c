#include "reachability/sweep_kind.h"

void sweep_kind_init(struct sweep_kinds *k, struct decide *d,
	const struct decide_subject *s, scope_number scope, struct segment *segment)
{
	*k = (struct sweep_kinds){
		.d = d, .subject = s, .scope = scope, .segment = segment
	};
	k->items = arena_alloc(world_arena(decide_world(d)),
		(segment_info(segment)->kind_count + 1) * sizeof(*k->items));
}

const struct action_plan *sweep_kind_plan(
	struct sweep_kinds *k, uint32_t kind, uint32_t flags)
{
	return action_plan_of(decide_planner(k->d),
		world_kind(decide_world(k->d), k->scope, kind),
		(flags & ENTITY_CONTAINER) != 0);
}

static bool kind_matters(const struct action_plan *plan)
{
	for (uint32_t i = 0; i < plan->count; i++) {
		if (plan->lists[i]->policy != POLICY_REQUIRED)
			return true;
	}
	return false;
}

const struct sweep_kind *sweep_kind_of(
	struct sweep_kinds *k, uint32_t kind, uint32_t flags)
{
	struct sweep_kind *item = &k->items[kind][(flags & ENTITY_CONTAINER) != 0];
	const struct action_plan *plan;

	if (item->known)
		return item;
	plan = sweep_kind_plan(k, kind, flags);
	item->known = true;
	item->asked = plan->count > 0;
	item->matters = kind_matters(plan);
	item->lets_in = k->subject->provider->has_grants(
		world_kind(decide_world(k->d), k->scope, kind));
	item->grants = grant_reach_of(k->d, k->subject, plan, POLICY_NEVER);
	item->consents = grant_reach_of(k->d, k->subject, plan, POLICY_REQUIRED);
	return item;
}

const struct sweep_kind *sweep_kind_at(struct sweep_kinds *k, entity_id id)
{
	const struct segment_entity *entity = segment_entity(k->segment, id);

	return sweep_kind_of(k, entity->kind, entity->flags);
}

struct str sweep_kind_key(struct sweep_kinds *k, entity_id id)
{
	if (!k->cursor)
		k->cursor =
			segment_cursor_new(k->segment, world_arena(decide_world(k->d)));
	return segment_cursor_key(k->cursor, id);
}

bool sweep_kind_reached(struct sweep_kinds *k, const struct grant_reach *g, entity_id id)
{
	if (g->any || g->literal_count == 0)
		return g->any;
	return grant_reach_key(g, sweep_kind_key(k, id));
}
