#include "reachability/answer.h"

#include <stdlib.h>

#include "reachability/asking.h"
#include "reachability/hop_kin.h"
#include "reachability/imagined.h"

/* --- who can access Y --- */

/* Identities that get the same on the object. */
struct who_group {
	const struct access *access; /* NULL with a residual of its own */
	expr residual;
};

struct who {
	struct asking *a;
	struct intern keys; /* access and residual -> group */
	struct buf groups;  /* struct who_group */
	struct buf goals;   /* struct path_goal */
	struct buf entries; /* struct who_entry */
	/* of imagined identities that get the same: what tells -> number in `accesses` */
	struct intern alike;
	struct buf accesses; /* const struct access * */
	struct buf named;    /* node_id: whom the object's policies tell apart */
	bool open;           /* who opens the object has all that is asked about on it */
};

/* A node that gets something on the object, by one group. */
struct who_entry {
	node_id node;
	uint32_t group;
	const struct path *path; /* NULL: is itself in the group */
};

static int compare_entries(const void *a, const void *b)
{
	const struct who_entry *x = a, *y = b;

	if (x->node != y->node)
		return x->node < y->node ? -1 : 1;
	if (!x->path != !y->path)
		return x->path ? 1 : -1;
	if (x->group != y->group)
		return x->group < y->group ? -1 : 1;
	return x->path ? row_compare_paths(x->path, y->path) : 0;
}

static void group_add(
	struct who *k, node_id n, const struct access *access, expr residual)
{
	struct who_group key;
	uint32_t before = intern_count(&k->keys), group;

	memset(&key, 0, sizeof(key));
	key.access = access;
	key.residual = residual;
	group = intern_add(&k->keys, (struct str){ (const char *)&key, sizeof(key) });
	if (group == before)
		VEC_ADD(&k->groups, struct who_group, { access, residual });
	VEC_ADD(&k->goals, struct path_goal, { n, group });
	/* rows are about identities as they are */
	if (!world_node(k->a->w, n)->imagined)
		VEC_ADD(&k->entries, struct who_entry, { n, group, NULL });
}

/* --- what the groups give, as bits --- */

/* Words of a bit set over the plan's actions; places[list number]: its first word. */
static uint32_t places_make(const struct action_plan *plan, struct buf *places)
{
	uint32_t words = 0;

	for (uint32_t i = 0; i < plan->count; i++) {
		while (VEC_COUNT(places, uint32_t) <= plan->lists[i]->number)
			VEC_ADD(places, uint32_t, 0);
		VEC_DATA(places, uint32_t)[plan->lists[i]->number] = words;
		words += plan->lists[i]->words;
	}
	return words;
}

static void bits_of_part(uint64_t *bits, const struct access_part *p, uint32_t place)
{
	for (uint32_t i = 0; i < p->list->words; i++)
		bits[place + i] |= p->bits[i];
}

static void bits_of_group(struct who *k, uint64_t *bits, uint32_t words,
	const struct who_group *g, const struct buf *places)
{
	struct expr_pool *pool = world_pool(k->a->w);

	for (uint32_t level = 0; level < PATH_LEVELS; level++) {
		uint64_t *here = bits + (size_t)level * words;

		if (!g->access &&
			expr_verdict(pool, g->residual) >= path_search_level(level))
			here[0] = 1;
		for (uint32_t i = 0; g->access && i < g->access->part_count; i++) {
			const struct access_part *p = &g->access->parts[i];

			if (expr_verdict(pool, p->residual) >= path_search_level(level))
				bits_of_part(here, p,
					VEC_DATA(
						places, const uint32_t)[p->list->number]);
		}
	}
}

/* A group by how much it gives. */
struct weight {
	uint32_t bits, group;
};

static int compare_weights(const void *a, const void *b)
{
	const struct weight *x = a, *y = b;

	if (x->bits != y->bits)
		return x->bits > y->bits ? -1 : 1;
	return (x->group > y->group) - (x->group < y->group);
}

/*
 * Of paths of one price those to groups that give more come first: what these give, the
 * search need not bring again. The order of the groups, and the place of each in it.
 */
static void groups_order(struct who *k, struct weight *order, uint32_t *place,
	const uint64_t *bits, uint32_t words)
{
	uint32_t groups = (uint32_t)VEC_COUNT(&k->groups, struct who_group);

	for (uint32_t i = 0; i < groups; i++) {
		const uint64_t *here = bits + (size_t)i * PATH_LEVELS * words;

		order[i].group = i;
		for (uint32_t n = 0; n < PATH_LEVELS * words; n++)
			order[i].bits += (uint32_t)__builtin_popcountll(here[n]);
	}
	if (groups > 0)
		qsort(order, groups, sizeof(*order), compare_weights);
	for (uint32_t i = 0; i < groups; i++)
		place[order[i].group] = i;
}

/* Goals, and what groups give, by their place in the order. */
static const uint64_t *groups_place(
	struct who *k, struct weight *order, const uint64_t *bits, uint32_t words)
{
	uint32_t groups = (uint32_t)VEC_COUNT(&k->groups, struct who_group);
	struct arena *arena = world_arena(k->a->w);
	uint32_t *place = ARENA_NEW_ARRAY(arena, uint32_t, groups + 1);
	size_t each = (size_t)PATH_LEVELS * words;
	uint64_t *placed = ARENA_NEW_ARRAY(arena, uint64_t, groups * each + 1);

	groups_order(k, order, place, bits, words);
	for (uint32_t i = 0; i < groups; i++)
		memcpy(placed + i * each, bits + order[i].group * each,
			each * sizeof(*bits));
	for (size_t i = 0; i < VEC_COUNT(&k->goals, struct path_goal); i++) {
		struct path_goal *goal = &VEC_DATA(&k->goals, struct path_goal)[i];

		goal->group = place[goal->group];
	}
	return placed;
}

static int groups_expand(struct who *k, node_id object, struct err *e)
{
	struct arena *arena = world_arena(k->a->w);
	uint32_t groups = (uint32_t)VEC_COUNT(&k->groups, struct who_group), count;
	uint32_t words = 1;
	struct buf places = { 0 };
	const struct path_found *r;
	const struct decide_object *o;
	struct weight *order;
	uint64_t *bits;
	int rc;

	if (decide_object(&o, k->a->d, object, e) < 0)
		return e->code;
	if (!k->a->query->become && !k->a->query->admin)
		words = places_make(decide_plan(k->a->d, o), &places);
	bits = ARENA_NEW_ARRAY(arena, uint64_t, (size_t)groups * PATH_LEVELS * words + 1);
	for (uint32_t i = 0; i < groups; i++)
		bits_of_group(k, bits + (size_t)i * PATH_LEVELS * words, words,
			&VEC_DATA(&k->groups, const struct who_group)[i], &places);
	buf_release(&places);
	order = ARENA_NEW_ARRAY(arena, struct weight, groups + 1);
	rc = path_search(&r, &count,
		&(struct path_search){ .graph = k->a->graph,
			.options = k->a->o,
			.goals = VEC_DATA(&k->goals, const struct path_goal),
			.goal_count = (uint32_t)VEC_COUNT(&k->goals, struct path_goal),
			.bits = groups_place(k, order, bits, words),
			.words = words,
			.group_count = groups,
			.backward = true },
		e);
	for (uint32_t i = 0; i < count && rc == 0; i++) {
		if (!world_node(k->a->w, r[i].node)->imagined)
			VEC_ADD(&k->entries, struct who_entry,
				{ r[i].node, order[r[i].group].group, &r[i].path });
	}
	return rc;
}

static int who_plain(struct who *k, const struct who_entry *v, uint32_t count,
	node_id object, struct err *e)
{
	struct arena *arena = world_arena(k->a->w);
	const struct who_group *groups = VEC_DATA(&k->groups, const struct who_group);
	const struct path **paths = ARENA_NEW_ARRAY(arena, const struct path *, count);
	expr *residuals = ARENA_NEW_ARRAY(arena, expr, count);
	struct asking_plain pair = { v[0].node, object, true };
	enum expr_verdict best = VERDICT_DENIED;
	uint32_t n = 0, found;

	/* who can become Y: Y itself is no answer, and nobody is it directly */
	if (!v[0].path && !k->a->query->become &&
		asking_add_plain(
			k->a, &pair, NULL, groups[v[0].group].residual, &best, e) < 0)
		return e->code;
	for (uint32_t i = 0; i < count; i++) {
		if (!v[i].path)
			continue;
		paths[n] = v[i].path;
		residuals[n++] = groups[v[i].group].residual;
	}
	found = asking_best(k->a, paths, residuals, n);
	if (found == UINT32_MAX)
		return 0;
	return asking_add_plain(k->a, &pair, paths[found], residuals[found], &best, e);
}

static int who_node(struct who *k, const struct who_entry *v, uint32_t count,
	node_id object, struct err *e)
{
	struct asking *a = k->a;
	const struct who_group *groups = VEC_DATA(&k->groups, const struct who_group);
	const struct access *direct = v[0].path ? NULL : groups[v[0].group].access;
	struct row_source *sources;
	struct answer_row row;
	uint32_t n = 0;

	if (a->query->become || a->query->admin)
		return who_plain(k, v, count, object, e);
	if (count == 1 && direct && asking_wants(a, NULL))
		return asking_add_access(a, direct, v[0].node, object, e);
	sources = ARENA_NEW_ARRAY(world_arena(a->w), struct row_source, count + 1);
	for (uint32_t i = 0; i < count; i++) {
		if (v[i].path)
			sources[n++] = (struct row_source){ groups[v[i].group].access,
				v[i].path };
	}
	if (direct && asking_wants(a, NULL)) {
		struct row_source own = { direct, NULL };

		if (row_make(&row, a->rows, NULL, &own, 1) &&
			asking_add(a, &row, v[0].node, object, true, e) < 0)
			return e->code;
	}
	if (n > 0 && !a->o->direct_only && row_make(&row, a->rows, direct, sources, n) &&
		asking_add(a, &row, v[0].node, object, true, e) < 0)
		return e->code;
	return 0;
}

/* All identities of the container's account that may rule it. */
static int groups_of_rulers(struct who *k, node_id object, struct err *e)
{
	scope_number scope =
		world_account_scope(k->a->w, world_node(k->a->w, object)->account);
	struct segment *s;
	expr residual;

	if (scope == SEGMENT_NONE)
		return 0;
	if (world_segment(&s, k->a->w, scope, e) < 0)
		return e->code;
	for (entity_id id = 0; id < segment_info(s)->entity_count; id++) {
		uint32_t flags = segment_entity(s, id)->flags;
		node_id n;

		if (!(flags & ENTITY_IDENTITY) || (flags & ENTITY_COMPUTE))
			continue;
		n = world_node_entity(k->a->w, scope, id);
		if (asking_holds(&residual, k->a, n, object, e) < 0)
			return e->code;
		if (residual != EXPR_FALSE)
			group_add(k, n, NULL, residual);
	}
	return 0;
}

/* --- imagined identities that get the same --- */

/* Whether all that is asked about is given by a policy of the object's own. */
static bool is_open(struct who *k, const struct decide_object *o)
{
	const struct action_plan *plan = decide_plan(k->a->d, o);

	for (uint32_t i = 0; i < plan->count; i++) {
		const struct action_list *l = plan->lists[i];

		if (l->layer != LAYER_RESOURCE || l->target == ACTION_LIST_UNBOUND ||
			l->policy == POLICY_NEVER)
			return false;
	}
	return true;
}

static int alike_begin(struct who *k, node_id object, struct err *e)
{
	const struct decide_object *o;

	if (decide_object(&o, k->a->d, object, e) < 0)
		return e->code;
	k->open = is_open(k, o);
	return hop_kin_named(&k->named, hop_kin_of(graph_hop(k->a->graph)), object, e);
}

/*
 * Whether only what binds the identity tells what it gets: its own policies, or that of
 * the object, in whose account it is, give it everything.
 */
static bool is_common(const struct who *k, node_id n, node_id object)
{
	const struct world *w = k->a->w;
	const struct imagined *im = world_node(w, n)->imagined;

	if (im->group_count > 0 || provider_of_node(w, n)->inherits ||
		!str_eq(world_node(w, n)->account, world_node(w, object)->account))
		return false;
	if (im->resource == NODE_NONE && !(im->yields & RULE_ANY_POLICY))
		return false;
	if (im->resource != NODE_NONE &&
		(im->resource != object || !k->open || im->opened->access_count > 0))
		return false;
	for (size_t i = 0; i < VEC_COUNT(&k->named, node_id); i++) {
		if (VEC_DATA(&k->named, const node_id)[i] == im->base)
			return false;
	}
	return true;
}

/* Where the access of those like it is kept, NULL until decided. */
static int alike_slot(const struct access ***out, struct who *k, node_id n, struct err *e)
{
	const struct imagined *im = world_node(k->a->w, n)->imagined;
	struct {
		const struct rule *opened;
		uint32_t number, reserved;
	} key = { im->opened, 0, 0 };
	uint32_t before = intern_count(&k->alike), number;

	if (hop_kin_alike(&key.number, hop_kin_of(graph_hop(k->a->graph)), n, e) < 0)
		return e->code;
	number = intern_add(&k->alike, (struct str){ (const char *)&key, sizeof(key) });
	if (number == before)
		VEC_ADD(&k->accesses, const struct access *, NULL);
	*out = &VEC_DATA(&k->accesses, const struct access *)[number];
	return 0;
}

/* What one imagined identity gets on the object. */
static int group_of_imagined(
	struct who *k, const struct answer_object *object, node_id n, struct err *e)
{
	struct asking *a = k->a;
	const struct access *access = NULL, **slot = &access;
	struct access *made;
	const struct decide_subject *s;
	const struct decide_object *o;
	expr residual = EXPR_TRUE;

	if (a->query->admin) {
		if (asking_holds(&residual, a, n, object->node, e) < 0)
			return e->code;
		if (residual != EXPR_FALSE)
			group_add(k, n, NULL, residual);
		return 0;
	}
	if (is_common(k, n, object->node) && alike_slot(&slot, k, n, e) < 0)
		return e->code;
	if (!*slot) {
		made = ARENA_NEW(world_arena(a->w), struct access);
		if (decide_subject(&s, a->d, n, e) < 0 ||
			decide_object(&o, a->d, object->node, e) < 0 ||
			decide_entity(made, a->d, s, o, object->resource, e) < 0)
			return e->code;
		*slot = made;
	}
	if ((*slot)->part_count > 0)
		group_add(k, n, *slot, EXPR_TRUE);
	return 0;
}

/* What imagined identities, which hops make, get on the object. */
static int groups_of_imagined(
	struct who *k, const struct answer_object *object, struct err *e)
{
	struct asking *a = k->a;
	struct buf nodes = { 0 };
	int rc;

	if (a->o->direct_only)
		return 0;
	rc = asking_imagined(&nodes, a, object->node, false, e);
	if (rc == 0 && nodes.n > 0)
		rc = alike_begin(k, object->node, e);
	for (size_t i = 0; i < VEC_COUNT(&nodes, node_id) && rc == 0; i++)
		rc = group_of_imagined(k, object, VEC_DATA(&nodes, node_id)[i], e);
	buf_release(&nodes);
	return rc;
}

static int groups_of(struct who *k, const struct answer_object *object, struct err *e)
{
	struct asking *a = k->a;
	struct buf found = { 0 };
	int rc;

	if (a->query->become) {
		group_add(k, object->node, NULL, EXPR_TRUE);
		return 0;
	}
	if (groups_of_imagined(k, object, e) < 0)
		return e->code;
	if (a->query->admin &&
		(world_node(a->w, object->node)->flags & ENTITY_CONTAINER) &&
		!provider_of_node(a->w, object->node)->inherits)
		return groups_of_rulers(k, object->node, e);
	rc = search_who(&found, a->d, object, e);
	for (size_t i = 0; i < VEC_COUNT(&found, struct search_found) && rc == 0; i++) {
		const struct search_found *f = &VEC_DATA(&found, struct search_found)[i];
		node_id n = search_node(a->w, f);
		expr residual = EXPR_TRUE;

		if (a->query->admin)
			rc = asking_holds(&residual, a, n, object->node, e);
		if (residual != EXPR_FALSE)
			group_add(k, n, a->query->admin ? NULL : f->access, residual);
	}
	buf_release(&found);
	return rc;
}

/* The rows of those who need no hop, when no others are asked for. */
static int who_direct(struct asking *a, const struct answer_object *object, struct err *e)
{
	struct buf found = { 0 };
	int rc = search_who(&found, a->d, object, e);

	if (rc == 0)
		rc = asking_add_found(a, &found, object->node, e);
	buf_release(&found);
	return rc;
}

static int who_object(struct asking *a, const struct answer_object *object, struct err *e)
{
	struct who k = { .a = a };
	int rc;

	if (a->o->direct_only && asking_wants(a, NULL) && !a->query->become &&
		!a->query->admin)
		return who_direct(a, object, e);
	intern_init(&k.keys);
	intern_init(&k.alike);
	rc = groups_of(&k, object, e);
	if (rc == 0 && !a->o->direct_only)
		rc = groups_expand(&k, object->node, e);
	if (k.entries.n > 0)
		qsort(k.entries.p, VEC_COUNT(&k.entries, struct who_entry),
			sizeof(struct who_entry), compare_entries);
	for (uint32_t i = 0; i < VEC_COUNT(&k.entries, struct who_entry) && rc == 0;) {
		const struct who_entry *v =
			&VEC_DATA(&k.entries, const struct who_entry)[i];
		uint32_t n = 1;

		while (i + n < VEC_COUNT(&k.entries, struct who_entry) &&
			v[n].node == v->node)
			n++;
		rc = who_node(&k, v, n, object->node, e);
		i += n;
	}
	intern_release(&k.keys);
	intern_release(&k.alike);
	buf_release(&k.accesses);
	buf_release(&k.named);
	buf_release(&k.groups);
	buf_release(&k.goals);
	buf_release(&k.entries);
	return rc;
}

/*
 * The scopes of those who could be among the answers, as far as the object's account
 * tells.
 */
static int who_notes(struct asking *a, const struct answer_object *object, struct err *e)
{
	scope_number own =
		world_account_scope(a->w, world_node(a->w, object->node)->account);
	struct segment *s;
	node_id account;

	if (notes_object(a->notes, a->d, object->node, e) < 0)
		return e->code;
	if (asking_list_notes(a, false, e) < 0)
		return e->code;
	if (own == SEGMENT_NONE)
		return 0;
	if (world_segment(&s, a->w, own, e) < 0)
		return e->code;
	if (segment_info(s)->key.n == 0)
		return 0;
	if (world_node_of_key(&account, a->w, segment_info(s)->key, e) < 0)
		return e->code;
	return notes_subject(a->notes, account, e);
}

int answer_who(struct answer *out, struct world *w, const struct answer_object *objects,
	uint32_t object_count, const struct action_query *actions,
	const struct answer_options *o, struct err *e)
{
	struct asking a;
	int rc = 0;

	asking_init(&a, w, actions, o);
	a.who = true;
	for (uint32_t i = 0; i < object_count && rc == 0; i++) {
		rc = hop_want(graph_hop(a.graph), objects[i].node, e);
		if (rc == 0)
			rc = who_object(&a, &objects[i], e);
		if (rc == 0)
			rc = who_notes(&a, &objects[i], e);
	}
	if (rc == 0)
		rc = asking_finish(out, &a, e);
	asking_release(&a);
	return rc;
}
