#include "reachability/hop_list.h"

#include <stdlib.h>

struct hop_lists {
	struct world *world;
	struct hop_needs *needs;
	struct intern keys;
	struct buf items; /* const struct hop_list *, by the keys' numbers */
};

struct hop_lists *hop_lists_new(struct world *w, struct hop_needs *needs)
{
	struct hop_lists *l = calloc(1, sizeof(*l));

	if (!l)
		abort();
	l->world = w;
	l->needs = needs;
	intern_init(&l->keys);
	return l;
}

void hop_lists_free(struct hop_lists *l)
{
	if (!l)
		return;
	intern_release(&l->keys);
	buf_release(&l->items);
	free(l);
}

/* Whom a list is of. */
struct asked {
	const struct hop_need *need;
	node_id node;
	bool who;
	node_id ruler; /* see hop_lists_beside, or NODE_NONE */
};

static int list_find(const struct hop_list **out, struct hop_lists *l,
	const struct asked *a, uint32_t number, struct err *e)
{
	const struct answer_object object = { .node = a->node };
	struct hop_candidates c = { .begun = true };
	struct buf found = { 0 };
	int rc = a->who ? search_who(&found, a->need->decide, &object, e)
			: search_what_beside(
				  &found, a->need->decide, a->node, a->ruler, e);

	for (size_t i = 0; i < VEC_COUNT(&found, struct search_found) && rc == 0; i++) {
		const struct search_found *f = &VEC_DATA(&found, struct search_found)[i];

		hop_candidates_add(&c, l->world, search_node(l->world, f), NODE_NONE,
			hop_needs_residual(l->needs, f->access));
	}
	buf_release(&found);
	if (rc == 0)
		*out = hop_lists_keep(l, &c, number);
	hop_candidates_release(&c);
	return rc;
}

static int list_get(const struct hop_list **out, struct hop_lists *l,
	const struct asked *a, const struct buf *key, struct err *e)
{
	uint32_t before = intern_count(&l->keys), number;

	number = intern_add(&l->keys, buf_str(key));
	if (number == before) {
		VEC_ADD(&l->items, const struct hop_list *, NULL);
		if (list_find(out, l, a, number, e) < 0)
			return e->code;
		VEC_DATA(&l->items, const struct hop_list *)[number] = *out;
	}
	*out = VEC_DATA(&l->items, const struct hop_list *)[number];
	return 0;
}

int hop_lists_who(const struct hop_list **out, struct hop_lists *l,
	const struct hop_need *need, node_id object, struct err *e)
{
	struct buf key = { 0 };
	bool alone = false;
	int rc;

	VEC_ADD(&key, uint32_t, need->number);
	VEC_ADD(&key, uint32_t, 1);
	rc = likeness_add(&key, &alone, need->likeness, object, e);
	if (rc == 0 && alone) {
		buf_clear(&key);
		VEC_ADD(&key, uint32_t, need->number);
		VEC_ADD(&key, uint32_t, 2);
		VEC_ADD(&key, uint32_t, object);
	}
	if (rc == 0)
		rc = list_get(out, l, &(struct asked){ need, object, true, NODE_NONE },
			&key, e);
	buf_release(&key);
	return rc;
}

int hop_lists_what(const struct hop_list **out, struct hop_lists *l,
	const struct hop_need *need, node_id actor, struct err *e)
{
	return hop_lists_beside(out, l, need, actor, NODE_NONE, e);
}

int hop_lists_beside(const struct hop_list **out, struct hop_lists *l,
	const struct hop_need *need, node_id actor, node_id ruler, struct err *e)
{
	struct buf key = { 0 };
	int rc;

	VEC_ADD(&key, uint32_t, need->number);
	VEC_ADD(&key, uint32_t, 0);
	VEC_ADD(&key, uint32_t, actor);
	if (ruler != NODE_NONE)
		VEC_ADD(&key, uint32_t, ruler);
	rc = list_get(out, l, &(struct asked){ need, actor, false, ruler }, &key, e);
	buf_release(&key);
	return rc;
}

const struct hop_list *hop_lists_keep(
	struct hop_lists *l, struct hop_candidates *c, uint32_t number)
{
	struct hop_list *list = ARENA_NEW(world_arena(l->world), struct hop_list);
	struct hub_end *copy = arena_alloc(world_arena(l->world), c->ends.n + 1);

	hop_candidates_sort(c);
	if (c->ends.n > 0)
		memcpy(copy, c->ends.p, c->ends.n);
	*list = (struct hop_list){ number, copy,
		(uint32_t)VEC_COUNT(&c->ends, struct hub_end) };
	hop_candidates_release(c);
	return list;
}
