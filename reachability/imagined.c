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

/* What the node is now, as changes of its base. */
static struct imagined changes_of(const struct world *w, node_id n)
{
	const struct imagined *im = world_node(w, n)->imagined;

	return im ? *im : (struct imagined){ .base = n, .resource = NODE_NONE };
}

/*
 * A name that nothing else has: no key begins with a zero. Bytes, for it is asked for in
 * thousands.
 */
static void name_add(struct buf *out, const struct imagined *im)
{
	const uint32_t head[] = { im->base, im->yields, im->resource, im->group_count };

	buf_add_char(out, '\0');
	buf_add(out, head, sizeof(head));
	if (im->group_count > 0)
		buf_add(out, im->groups, im->group_count * sizeof(*im->groups));
	if (im->opened)
		buf_add_str(out, im->opened->id);
}

static node_id node_of(struct world *w, const struct imagined *im)
{
	struct node node = *world_node(w, im->base);
	struct buf name = { 0 };
	struct imagined *kept;
	node_id n;

	if (im->yields == 0 && im->group_count == 0 && im->resource == NODE_NONE)
		return im->base;
	name_add(&name, im);
	n = world_node_find(w, buf_str(&name));
	if (n == NODE_NONE) {
		kept = ARENA_NEW(world_arena(w), struct imagined);
		*kept = *im;
		node.imagined = kept;
		n = world_node_add(w, buf_str(&name), node);
	}
	buf_release(&name);
	return n;
}

node_id imagined_identity(struct world *w, node_id n, uint32_t yields)
{
	struct imagined im = changes_of(w, n);

	im.yields |= yields;
	return node_of(w, &im);
}

node_id imagined_member(struct world *w, node_id n, node_id group)
{
	struct imagined im = changes_of(w, n);
	node_id *groups = ARENA_NEW_ARRAY(world_arena(w), node_id, im.group_count + 1);
	uint32_t count = 0;

	for (uint32_t i = 0; i < im.group_count; i++) {
		if (im.groups[i] == group)
			return n;
		if (count == i && group < im.groups[i])
			groups[count++] = group;
		groups[count++] = im.groups[i];
	}
	if (count == im.group_count)
		groups[count++] = group;
	im.groups = groups;
	im.group_count = count;
	return node_of(w, &im);
}

node_id imagined_opener(
	struct world *w, node_id n, node_id resource, const struct rule *rule)
{
	struct imagined im = changes_of(w, n);

	im.resource = resource;
	im.opened = rule;
	return node_of(w, &im);
}

node_id imagined_before(struct world *w, node_id n)
{
	return imagined_opener(w, n, NODE_NONE, NULL);
}

node_id imagined_opened(const struct world *w, node_id n)
{
	const struct imagined *im = world_node(w, n)->imagined;

	return im ? im->resource : NODE_NONE;
}
