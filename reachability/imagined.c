#include "reachability/imagined.h"

node_id imagined_thing(struct world *w, struct str pattern, struct str account)
{
	struct str name = arena_printf(
		world_arena(w), "new %.*s in %.*s", STR_ARG(pattern), STR_ARG(account));

	return world_node_add(w, name,
		(struct node){ .type = NODE_NEW,
			.scope = SEGMENT_NONE,
			.id = SEGMENT_NONE,
			.key = pattern.n > 0 ? pattern : account,
			.account = account,
			.flags = pattern.n > 0 ? 0 : ENTITY_CONTAINER });
}

node_id imagined_base(const struct world *w, node_id n)
{
	const struct imagined *im = world_node(w, n)->imagined;

	return im ? im->base : n;
}

node_id imagined_identity(struct world *w, node_id n, uint32_t yields, node_id group)
{
	struct node node = *world_node(w, n);
	struct imagined im = { n, yields, group };
	struct imagined *kept;
	struct str name;

	if (node.imagined) {
		im = *node.imagined;
		im.yields |= yields;
		im.group = group != NODE_NONE ? group : im.group;
	}
	if (im.yields == 0 && im.group == NODE_NONE)
		return n;
	kept = ARENA_NEW(world_arena(w), struct imagined);
	*kept = im;
	node.imagined = kept;
	name = arena_printf(
		world_arena(w), "imagined %u %u %u", im.base, im.yields, im.group);
	return world_node_add(w, name, node);
}
