/*
 * subject_policy.c - the policies of one identity, the long way: from its own relations
 * and those of its groups, not from its class.
 */
#include "reachability/subject.h"

#include "base/mutant.h"

bool subject_group_holds(struct str key)
{
	struct str wanted = provider_of_key(key)->group_kind, kind, name;
	size_t size;
	kind_id known;

	if (wanted.n == 0)
		return false;
	if (record_key_reference(key, &kind, &name))
		return str_eq(kind, wanted);
	known = catalog_kind_of_key(key, &size);
	return known != CATALOG_NONE && str_eq(catalog_kind_name(known), wanted);
}

static int policy_add(struct buf *out, const struct subject_policy *policy,
	const struct segment_holding *held, entity_id held_by, struct err *e)
{
	struct subject_policy p = *policy;
	struct world_document *d = &p.document;

	d->doc = held ? held->doc : SEGMENT_NONE;
	d->held = held;
	d->held_by = held_by;
	if (d->doc != SEGMENT_NONE &&
		segment_document(&d->compiled, d->segment, d->doc, e) < 0)
		return err_wrap(e, "policy '%.*s' of '%.*s'", STR_ARG(d->name),
			STR_ARG(d->holder));
	buf_add(out, &p, sizeof(p));
	return 0;
}

/*
 * The documents of a policy entity that is attached to `holder`, directly or through a
 * group.
 */
static int policies_of_entity(struct buf *out, struct world *w, struct segment *s,
	entity_id policy, struct str holder, struct str via, bool is_boundary,
	struct err *e)
{
	struct str key = segment_key(s, policy, world_arena(w));
	const struct segment_holding *h = NULL;
	struct subject_policy p = { .via = via.n > 0 ? via : key,
		.is_boundary = is_boundary,
		.document = { .segment = s,
			.name = segment_name(s, policy, world_arena(w)),
			.holder = holder } };
	uint32_t held = 0, found = 0;

	if (MUTANT(without_keeps_policy, world_removed(w, key), false))
		return 0;
	if (policy < segment_info(s)->entity_count)
		h = segment_holdings(s, policy, &held);
	for (uint32_t i = 0; i < held; i++) {
		if (h[i].layer != LAYER_IDENTITY)
			continue;
		found++;
		if (policy_add(out, &p, &h[i], policy, e) < 0)
			return e->code;
	}
	if (found > 0)
		return 0;
	p.document.name = key;
	return policy_add(out, &p, NULL, policy, e);
}

static int policies_of_holder(struct buf *out, struct world *w, struct segment *s,
	entity_id id, struct str via, struct err *e)
{
	struct str holder = segment_key(s, id, world_arena(w));
	const struct segment_holding *h;
	const uint32_t *attached;
	struct subject_policy p = { .via = via,
		.document = { .segment = s, .name = holder, .holder = holder } };
	uint32_t held, count;

	h = segment_holdings(s, id, &held);
	attached = segment_related(s, RELATION_ATTACHED, false, id, &count);
	if (id >= segment_info(s)->entity_count && held == 0 && count == 0)
		return !subject_group_holds(holder) ? 0
						    : policy_add(out, &p, NULL, id, e);
	for (uint32_t i = 0; i < held; i++) {
		p.document.name = segment_str(s, h[i].name);
		if (h[i].layer == LAYER_IDENTITY && policy_add(out, &p, &h[i], id, e) < 0)
			return e->code;
	}
	for (uint32_t i = 0; i < count; i++) {
		if (policies_of_entity(out, w, s, attached[i], holder, via, false, e) < 0)
			return e->code;
	}
	return 0;
}

/*
 * The groups of an identity, nested ones too, each once; ids behind all entities are of
 * groups that nobody collected.
 */
static void groups_of(
	struct buf *groups, struct world *w, struct segment *s, entity_id id)
{
	VEC_ADD(groups, entity_id, id);
	for (size_t at = 0; at < VEC_COUNT(groups, entity_id); at++) {
		uint32_t count;
		const uint32_t *up = segment_related(s, RELATION_MEMBER_OF, false,
			VEC_DATA(groups, entity_id)[at], &count);

		for (uint32_t i = 0; i < count; i++) {
			bool known = false;

			for (size_t k = 0; k < VEC_COUNT(groups, entity_id) && !known;
				k++)
				known = VEC_DATA(groups, entity_id)[k] == up[i];
			if (!known &&
				!world_removed(w, segment_key(s, up[i], world_arena(w))))
				VEC_ADD(groups, entity_id, up[i]);
		}
	}
}

int subject_holder(node_id *out, struct world *w, node_id n, struct err *e)
{
	struct segment *s = world_node_segment(w, n);
	const uint32_t *of;
	uint32_t count = 0;

	*out = n;
	if (!s || !(world_node(w, n)->flags & ENTITY_SESSION))
		return 0;
	of = segment_related(s, RELATION_SESSION_OF, false, world_node(w, n)->id, &count);
	if (count == 0)
		return 0;
	return world_node_of_key(out, w, segment_key(s, of[0], world_arena(w)), e);
}

int subject_policies(const struct subject_policy **out, uint32_t *count, struct world *w,
	node_id n, struct err *e)
{
	struct buf found = { 0 }, groups = { 0 };
	struct segment *s;
	const uint32_t *bounds;
	uint32_t bound_count;
	entity_id id;
	void *copy;
	int rc = subject_holder(&n, w, n, e);

	*out = NULL;
	*count = 0;
	s = rc == 0 ? world_node_segment(w, n) : NULL;
	if (!s)
		return rc;
	id = world_node(w, n)->id;
	groups_of(&groups, w, s, id);
	for (size_t i = 0; i < VEC_COUNT(&groups, entity_id) && rc == 0; i++) {
		entity_id g = VEC_DATA(&groups, entity_id)[i];
		struct str via =
			i == 0 ? (struct str){ 0 } : segment_key(s, g, world_arena(w));

		rc = policies_of_holder(&found, w, s, g, via, e);
	}
	bounds = segment_related(s, RELATION_BOUNDARY, false, id, &bound_count);
	for (uint32_t i = 0; i < bound_count && rc == 0; i++)
		rc = policies_of_entity(&found, w, s, bounds[i], world_node(w, n)->key,
			(struct str){ 0 }, true, e);
	*count = (uint32_t)VEC_COUNT(&found, struct subject_policy);
	copy = arena_alloc(world_arena(w), found.n + 1);
	if (found.n > 0)
		memcpy(copy, found.p, found.n);
	*out = copy;
	buf_release(&found);
	buf_release(&groups);
	return rc;
}
