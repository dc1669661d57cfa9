#include "reachability/tree_open.h"

#include <stdlib.h>

#include "reachability/membership.h"

/* A grant to a group, or (no text) an entity whose policies nobody read. */
struct opening {
	struct str group;
	node_id node;
	const struct provider *provider;
};

struct tree_open {
	struct world *world;
	struct buf openings; /* struct opening */
	bool known;
};

struct tree_open *tree_open_new(struct world *w)
{
	struct tree_open *t = calloc(1, sizeof(*t));

	if (!t)
		abort();
	t->world = w;
	return t;
}

void tree_open_free(struct tree_open *t)
{
	if (!t)
		return;
	buf_release(&t->openings);
	free(t);
}

/* Whether something that nobody read may grant something on the entity. */
static int is_unread(bool *out, struct tree_open *t, scope_number scope,
	struct segment *s, entity_id id, struct err *e)
{
	const struct segment_entity *entity = segment_entity(s, id);
	const struct provider *p = provider_of_scope(segment_info(s)->scope);
	expr grants = EXPR_FALSE, denies = EXPR_FALSE;

	*out = !(entity->flags & ENTITY_SHARED) &&
	       (entity->policy_state == SEGMENT_POLICY_NOT_ASKED ||
		       entity->policy_state == SEGMENT_POLICY_REFUSED);
	if (*out || !p->aside_unread || (entity->flags & ENTITY_SHARED))
		return 0;
	if (p->aside_unread(&grants, &denies, t->world,
		    world_node_entity(t->world, scope, id), e) < 0)
		return e->code;
	*out = grants != EXPR_FALSE;
	return 0;
}

static int find_unread(struct tree_open *t, scope_number scope, struct segment *s,
	const struct provider *provider, struct err *e)
{
	for (entity_id id = 0; id < segment_info(s)->entity_count; id++) {
		bool unread;

		if (is_unread(&unread, t, scope, s, id, e) < 0)
			return e->code;
		if (unread)
			VEC_ADD(&t->openings, struct opening,
				{ .node = world_node_entity(t->world, scope, id),
					.provider = provider });
	}
	return 0;
}

static int find_groups(struct tree_open *t, struct segment *s,
	const struct provider *provider, struct err *e)
{
	const struct segment_principal *p = segment_principals(s);

	for (uint32_t i = 0; i < segment_info(s)->principal_count; i++) {
		struct str group = segment_str(s, p[i].text);
		node_id n;
		expr gap;

		if (p[i].type != DOCUMENT_GROUP || p[i].is_deny)
			continue;
		if (membership_gap(&gap, world_membership(t->world), group, false, e) < 0)
			return e->code;
		if (gap == EXPR_FALSE)
			continue;
		if (world_node_of_key(&n, t->world,
			    segment_key(s, p[i].entity, world_arena(t->world)), e) < 0)
			return e->code;
		VEC_ADD(&t->openings, struct opening, { group, n, provider });
	}
	return 0;
}

/* Containers that a scope has no entity for, with all that they may hold. */
static int find_above(struct tree_open *t, struct segment *s,
	const struct provider *provider, struct err *e)
{
	const struct segment_principal *p = segment_principals(s);

	for (uint32_t i = 0; i < segment_info(s)->principal_count; i++) {
		struct str text = segment_str(s, p[i].text);
		scope_number scope;
		node_id n;
		int rc;

		if (p[i].type != 0 || !str_starts(text, STR_LIT(SEGMENT_ABOVE)))
			continue;
		rc = snapshot_find_scope(
			&scope, world_snapshot(t->world), str_skip(text, 1), e);
		if (rc < 0 || world_node_of_key(&n, t->world, str_skip(text, 1), e) < 0)
			return e->code;
		if (rc == 1)
			continue;
		if (world_node(t->world, n)->type != NODE_ENTITY)
			VEC_ADD(&t->openings, struct opening,
				{ .node = n, .provider = provider });
	}
	return 0;
}

static int find(struct tree_open *t, struct err *e)
{
	for (scope_number n = 0; n < world_scope_count(t->world); n++) {
		const struct provider *p;
		struct segment *s;

		if (world_segment(&s, t->world, n, e) < 0)
			return e->code;
		p = provider_of_scope(segment_info(s)->scope);
		if (!p->inherits)
			continue;
		if (find_unread(t, n, s, p, e) < 0 || find_groups(t, s, p, e) < 0 ||
			find_above(t, s, p, e) < 0)
			return e->code;
	}
	t->known = true;
	return 0;
}

int tree_open_holders(struct buf *out, struct tree_open *t,
	const struct provider *provider, node_id subject, struct err *e)
{
	const struct opening *v;

	if (!t->known && find(t, e) < 0)
		return e->code;
	v = VEC_DATA(&t->openings, const struct opening);
	for (size_t i = 0; i < VEC_COUNT(&t->openings, struct opening); i++) {
		if (v[i].provider == provider &&
			(v[i].group.n == 0 ||
				provider->may_join(t->world, subject, v[i].group)))
			VEC_ADD(out, node_id, v[i].node);
	}
	return 0;
}
