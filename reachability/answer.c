#include "reachability/answer.h"

#include <stdlib.h>

#include "reachability/asking.h"

struct str answer_hop_name(enum hop_class c)
{
	switch (c) {
	case HOP_ASSUME:
		return STR_LIT("assume");
	case HOP_CARRY:
		return STR_LIT("carry");
	case HOP_EXPOSE:
		return STR_LIT("expose");
	case HOP_ESCALATE:
		return STR_LIT("escalate");
	default:
		return STR_LIT("");
	}
}

/* --- questions of one verdict per pair: become, admin --- */

static struct answer_row plain_row(
	struct asking *a, const struct path *path, expr residual)
{
	struct expr_pool *pool = world_pool(a->w);
	struct answer_row row = { .indirect = path != NULL };
	struct row_part *part;

	row.verdict = expr_verdict(pool, residual);
	if (path) {
		row.path = *path;
		residual = expr_and(pool, residual, path->residual);
		if (path->verdict < row.verdict)
			row.verdict = path->verdict;
	}
	if (row.verdict != VERDICT_ALLOWED) {
		part = ARENA_NEW(world_arena(a->w), struct row_part);
		*part = (struct row_part){ .residual = residual, .verdict = row.verdict };
		row.parts = part;
		row.part_count = 1;
	}
	return row;
}

/*
 * Rows about one pair: direct, and indirect when that is better. Returns the verdict of
 * the direct one.
 */
static int plain_add(struct asking *a, node_id node, node_id other, bool who,
	const struct path *path, expr residual, enum expr_verdict *best, struct err *e)
{
	struct answer_row row = plain_row(a, path, residual);

	if (row.verdict <= *best)
		return 0;
	*best = row.verdict;
	if (!asking_wants(a, path))
		return 0;
	return asking_add(a, &row, node, other, who, e);
}

static int compare_by_path(const void *a, const void *b)
{
	const struct graph_reached *x = *(const struct graph_reached *const *)a;
	const struct graph_reached *y = *(const struct graph_reached *const *)b;
	int rc = row_compare_paths(&x->path, &y->path);

	return rc != 0 ? rc : (x->node > y->node) - (x->node < y->node);
}

static const struct graph_reached **by_path(
	struct asking *a, const struct graph_reached *r, uint32_t count)
{
	const struct graph_reached **v = ARENA_NEW_ARRAY(
		world_arena(a->w), const struct graph_reached *, count + 1);

	for (uint32_t i = 0; i < count; i++)
		v[i] = &r[i];
	qsort(v, count, sizeof(*v), compare_by_path);
	return v;
}

/* what can X become: whoever is reached. */
static int what_become(struct asking *a, node_id subject, const node_id *objects,
	uint32_t object_count, struct err *e)
{
	const struct graph_reached *r;
	uint32_t count;

	if (graph_reach(&r, &count, a->graph, &subject, 1, false, a->o, e) < 0)
		return e->code;
	for (uint32_t i = 0; i < count; i++) {
		enum expr_verdict best = VERDICT_DENIED;
		bool wanted = !objects;

		for (uint32_t k = 0; k < object_count && objects; k++)
			wanted |= objects[k] == r[i].node;
		if (wanted && plain_add(a, r[i].node, subject, false, &r[i].path,
				      EXPR_TRUE, &best, e) < 0)
			return e->code;
	}
	return 0;
}

/* The containers that a subject may rule: those of the identities it can be. */
static int containers_of(struct asking *a, struct buf *out, node_id n, struct err *e)
{
	struct segment *s = world_node_segment(a->w, n);
	node_id account;

	if (!s || segment_info(s)->key.n == 0)
		return 0;
	if (world_node_of_key(&account, a->w, segment_info(s)->key, e) < 0)
		return e->code;
	for (size_t i = 0; i < VEC_COUNT(out, node_id); i++) {
		if (VEC_DATA(out, node_id)[i] == account)
			return 0;
	}
	VEC_ADD(out, node_id, account);
	return 0;
}

static int what_admin(struct asking *a, node_id subject, const node_id *objects,
	uint32_t object_count, struct err *e)
{
	const struct graph_reached *r, **sorted;
	struct buf containers = { 0 };
	uint32_t count;
	int rc = 0;

	if (graph_reach(&r, &count, a->graph, &subject, 1, false, a->o, e) < 0)
		return e->code;
	sorted = by_path(a, r, count);
	if (!objects) {
		rc = containers_of(a, &containers, subject, e);
		for (uint32_t i = 0; i < count && rc == 0; i++)
			rc = containers_of(a, &containers, r[i].node, e);
		objects = VEC_DATA(&containers, const node_id);
		object_count = (uint32_t)VEC_COUNT(&containers, node_id);
	}
	for (uint32_t k = 0; k < object_count && rc == 0; k++) {
		enum expr_verdict best = VERDICT_DENIED;
		expr residual;

		rc = asking_holds(&residual, a, subject, objects[k], e);
		if (rc == 0)
			rc = plain_add(
				a, objects[k], subject, false, NULL, residual, &best, e);
		for (uint32_t i = 0; i < count && rc == 0; i++) {
			rc = asking_holds(&residual, a, sorted[i]->node, objects[k], e);
			if (rc == 0)
				rc = plain_add(a, objects[k], subject, false,
					&sorted[i]->path, residual, &best, e);
		}
	}
	buf_release(&containers);
	return rc;
}

/* --- what can X access --- */

/* One entity as one source saw it. */
struct sighting {
	struct search_found found;
	uint32_t source; /* 0: the subject itself; i: reached[i - 1] */
};

static int compare_sightings(const void *a, const void *b)
{
	const struct sighting *x = a, *y = b;

	if (x->found.scope != y->found.scope)
		return x->found.scope < y->found.scope ? -1 : 1;
	if (x->found.id != y->found.id)
		return x->found.id < y->found.id ? -1 : 1;
	return (x->source > y->source) - (x->source < y->source);
}

static int sightings_on(struct asking *a, struct buf *found, node_id n,
	const node_id *objects, uint32_t object_count, struct err *e)
{
	const struct decide_subject *s;
	const struct decide_object *o;

	if (world_node(a->w, n)->flags & ENTITY_COMPUTE)
		return 0;
	for (uint32_t i = 0; i < object_count; i++) {
		struct access *access = ARENA_NEW(world_arena(a->w), struct access);
		const struct node *node = world_node(a->w, objects[i]);

		if (decide_subject(&s, a->d, n, e) < 0 ||
			decide_object(&o, a->d, objects[i], e) < 0 ||
			decide_entity(access, a->d, s, o, (struct str){ 0 }, e) < 0)
			return e->code;
		if (access->part_count > 0)
			VEC_ADD(found, struct search_found,
				{ node->scope,
					node->type == NODE_ENTITY ? node->id : objects[i],
					access });
	}
	return 0;
}

/*
 * An identity of the same scope that was swept before, on a path as good, and has all
 * there is.
 */
static node_id ruler_of(struct asking *a, const struct buf *rulers, node_id n)
{
	const node_id *v = VEC_DATA(rulers, const node_id);

	for (size_t i = 0; i < VEC_COUNT(rulers, node_id); i++) {
		if (world_node(a->w, v[i])->scope == world_node(a->w, n)->scope &&
			world_node(a->w, n)->type == NODE_ENTITY &&
			!(world_node(a->w, n)->flags & (ENTITY_LINKED | ENTITY_ROOT)))
			return v[i];
	}
	return NODE_NONE;
}

static int sightings_of(struct asking *a, struct buf *out, node_id n, uint32_t source,
	const node_id *objects, uint32_t object_count, struct buf *rulers, struct err *e)
{
	struct buf found = { 0 };
	node_id ruler = ruler_of(a, rulers, n);
	bool rules = false;
	int rc = objects ? sightings_on(a, &found, n, objects, object_count, e)
			 : search_what_beside(&found, a->d, n, ruler, e);

	if (rc == 0 && ruler == NODE_NONE)
		rc = search_rules(&rules, a->d, n, e);
	if (rules)
		VEC_ADD(rulers, node_id, n);

	for (size_t i = 0; i < VEC_COUNT(&found, struct search_found) && rc == 0; i++)
		VEC_ADD(out, struct sighting,
			{ VEC_DATA(&found, struct search_found)[i], source });
	buf_release(&found);
	return rc;
}

/* The rows of one entity: sightings [first, end), the subject's own in front. */
static int what_entity(struct asking *a, node_id subject, const struct sighting *s,
	uint32_t count, const struct graph_reached *const *reached, struct err *e)
{
	struct row_source *sources =
		ARENA_NEW_ARRAY(world_arena(a->w), struct row_source, count + 1);
	const struct access *direct = s[0].source == 0 ? s[0].found.access : NULL;
	struct answer_row row;
	node_id node = search_node(a->w, &s[0].found);
	uint32_t n = 0;

	for (uint32_t i = direct ? 1 : 0; i < count; i++)
		sources[n++] = (struct row_source){ s[i].found.access,
			&reached[s[i].source - 1]->path };
	if (direct && asking_wants(a, NULL)) {
		struct row_source own = { direct, NULL };

		if (row_make(&row, a->rows, NULL, &own, 1, node) &&
			asking_add(a, &row, node, subject, false, e) < 0)
			return e->code;
	}
	if (n > 0 && !a->o->direct_only &&
		row_make(&row, a->rows, direct, sources, n, node) &&
		asking_add(a, &row, node, subject, false, e) < 0)
		return e->code;
	return 0;
}

static int what_access(struct asking *a, node_id subject, const node_id *objects,
	uint32_t object_count, struct err *e)
{
	const struct graph_reached *r = NULL, **reached;
	struct buf all = { 0 }, rulers = { 0 };
	uint32_t count = 0;
	int rc = 0;

	if (!a->o->direct_only &&
		graph_reach(&r, &count, a->graph, &subject, 1, false, a->o, e) < 0)
		return e->code;
	reached = by_path(a, r, count);
	rc = sightings_of(a, &all, subject, 0, objects, object_count, &rulers, e);
	for (uint32_t i = 0; i < count && rc == 0; i++)
		rc = sightings_of(a, &all, reached[i]->node, i + 1, objects, object_count,
			&rulers, e);
	if (rc == 0 && all.n > 0)
		qsort(all.p, VEC_COUNT(&all, struct sighting), sizeof(struct sighting),
			compare_sightings);
	for (uint32_t i = 0; i < VEC_COUNT(&all, struct sighting) && rc == 0;) {
		const struct sighting *s = &VEC_DATA(&all, const struct sighting)[i];
		uint32_t n = 1;

		while (i + n < VEC_COUNT(&all, struct sighting) &&
			s[n].found.scope == s->found.scope &&
			s[n].found.id == s->found.id)
			n++;
		rc = what_entity(a, subject, s, n, reached, e);
		i += n;
	}
	buf_release(&all);
	buf_release(&rulers);
	return rc;
}

static int what_notes(struct asking *a, node_id subject, const node_id *objects,
	uint32_t object_count, struct err *e)
{
	const struct node *n = world_node(a->w, subject);

	if (notes_subject(a->notes, subject, e) < 0)
		return e->code;
	for (uint32_t i = 0; objects && i < object_count; i++) {
		if (notes_object(a->notes, a->d, objects[i], e) < 0)
			return e->code;
	}
	if (!objects && n->type == NODE_ENTITY)
		return notes_scope(a->notes, a->d, n->scope, e);
	return 0;
}

int answer_what(struct answer *out, struct world *w, const node_id *subjects,
	uint32_t subject_count, const struct action_query *actions,
	const node_id *objects, uint32_t object_count, const struct answer_options *o,
	struct err *e)
{
	struct asking a;
	int rc = 0;

	asking_init(&a, w, actions, o);
	for (uint32_t i = 0; i < subject_count && rc == 0; i++) {
		if (actions->become)
			rc = what_become(&a, subjects[i], objects, object_count, e);
		else if (actions->admin)
			rc = what_admin(&a, subjects[i], objects, object_count, e);
		else
			rc = what_access(&a, subjects[i], objects, object_count, e);
		if (rc == 0)
			rc = what_notes(&a, subjects[i], objects, object_count, e);
	}
	if (rc == 0)
		rc = asking_finish(out, &a, e);
	asking_release(&a);
	return rc;
}

/* --- who can access Y --- */

/* Identities with equal access to the object: one backward search serves them all. */
struct who_group {
	const struct access *access; /* NULL with a residual of its own */
	expr residual;
	struct buf nodes; /* node_id */
};

struct who {
	struct asking *a;
	struct buf groups;  /* struct who_group */
	struct buf entries; /* struct who_entry */
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
	return (x->group > y->group) - (x->group < y->group);
}

static void group_add(
	struct who *k, node_id n, const struct access *access, expr residual)
{
	struct who_group *g = VEC_DATA(&k->groups, struct who_group);
	size_t count = VEC_COUNT(&k->groups, struct who_group), i = 0;

	while (i < count && (g[i].access != access || g[i].residual != residual))
		i++;
	if (i == count) {
		VEC_ADD(&k->groups, struct who_group, { access, residual, { 0 } });
		g = VEC_DATA(&k->groups, struct who_group);
	}
	VEC_ADD(&g[i].nodes, node_id, n);
	VEC_ADD(&k->entries, struct who_entry, { n, (uint32_t)i, NULL });
}

/* Whether the access is every action of the question, each plainly allowed. */
static bool is_full(
	struct asking *a, const struct access *access, const struct action_plan *plan)
{
	uint64_t left;

	(void)a;
	for (uint32_t i = 0; i < plan->count; i++) {
		const struct action_list *l = plan->lists[i];

		for (uint32_t word = 0; word < l->words; word++) {
			left = l->all[word];
			for (uint32_t p = 0; p < access->part_count; p++) {
				if (access->parts[p].list == l &&
					access->parts[p].residual == EXPR_TRUE)
					left &= ~access->parts[p].bits[word];
			}
			if (left)
				return false;
		}
	}
	return true;
}

/*
 * Whoever may do everything directly needs no hop, and nobody needs to hop through them
 * to somewhere else: searches stop there. Not when paths must pass certain nodes.
 */
static int goals_block(struct who *k, node_id object, struct err *e)
{
	const struct who_group *g = VEC_DATA(&k->groups, const struct who_group);
	uint32_t count = world_node_count(k->a->w);
	uint64_t *bits = ARENA_NEW_ARRAY(world_arena(k->a->w), uint64_t, count / 64 + 1);
	const struct decide_object *o;

	if (k->a->o->via_count > 0 || k->a->query->become || k->a->query->admin)
		return 0;
	if (decide_object(&o, k->a->d, object, e) < 0)
		return e->code;
	for (size_t i = 0; i < VEC_COUNT(&k->groups, struct who_group); i++) {
		if (!is_full(k->a, g[i].access, decide_plan(k->a->d, o)))
			continue;
		for (size_t n = 0; n < VEC_COUNT(&g[i].nodes, node_id); n++) {
			node_id node = VEC_DATA(&g[i].nodes, const node_id)[n];

			bits[node / 64] |= 1ull << (node % 64);
		}
	}
	graph_block(k->a->graph, bits, count);
	return 0;
}

static int groups_expand(struct who *k, struct err *e)
{
	for (size_t i = 0; i < VEC_COUNT(&k->groups, struct who_group); i++) {
		const struct who_group *g = &VEC_DATA(&k->groups, struct who_group)[i];
		const struct graph_reached *r;
		uint32_t count;

		if (graph_reach(&r, &count, k->a->graph,
			    VEC_DATA(&g->nodes, const node_id),
			    (uint32_t)VEC_COUNT(&g->nodes, node_id), true, k->a->o,
			    e) < 0)
			return e->code;
		for (uint32_t n = 0; n < count; n++)
			VEC_ADD(&k->entries, struct who_entry,
				{ r[n].node, (uint32_t)i, &r[n].path });
	}
	return 0;
}

static int who_plain(struct who *k, const struct who_entry *v, uint32_t count,
	node_id object, struct err *e)
{
	enum expr_verdict best = VERDICT_DENIED;
	const struct who_group *groups = VEC_DATA(&k->groups, const struct who_group);
	const struct who_entry *first = NULL;

	/* who can become Y: Y itself is no answer, and nobody is it directly */
	if (!v[0].path && !k->a->query->become) {
		if (plain_add(k->a, v[0].node, object, true, NULL,
			    groups[v[0].group].residual, &best, e) < 0)
			return e->code;
	}
	for (uint32_t i = 0; i < count; i++) {
		if (v[i].path &&
			(!first || row_compare_paths(v[i].path, first->path) < 0))
			first = &v[i];
	}
	if (!first)
		return 0;
	return plain_add(k->a, first->node, object, true, first->path,
		groups[first->group].residual, &best, e);
}

static int who_node(struct who *k, const struct who_entry *v, uint32_t count,
	node_id object, struct err *e)
{
	struct asking *a = k->a;
	const struct who_group *groups = VEC_DATA(&k->groups, const struct who_group);
	struct row_source *sources =
		ARENA_NEW_ARRAY(world_arena(a->w), struct row_source, count + 1);
	const struct access *direct = v[0].path ? NULL : groups[v[0].group].access;
	struct answer_row row;
	uint32_t n = 0;

	if (a->query->become || a->query->admin)
		return who_plain(k, v, count, object, e);
	for (uint32_t i = 0; i < count; i++) {
		if (v[i].path)
			sources[n++] = (struct row_source){ groups[v[i].group].access,
				v[i].path };
	}
	if (direct && asking_wants(a, NULL)) {
		struct row_source own = { direct, NULL };

		if (row_make(&row, a->rows, NULL, &own, 1, object) &&
			asking_add(a, &row, v[0].node, object, true, e) < 0)
			return e->code;
	}
	if (n > 0 && !a->o->direct_only &&
		row_make(&row, a->rows, direct, sources, n, object) &&
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

static int groups_of(struct who *k, const struct answer_object *object, struct err *e)
{
	struct asking *a = k->a;
	struct buf found = { 0 };
	int rc;

	if (a->query->become) {
		group_add(k, object->node, NULL, EXPR_TRUE);
		return 0;
	}
	if (a->query->admin && (world_node(a->w, object->node)->flags & ENTITY_CONTAINER))
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

static int who_object(struct asking *a, const struct answer_object *object, struct err *e)
{
	struct who k = { .a = a };
	int rc = groups_of(&k, object, e);

	if (rc == 0 && !a->o->direct_only)
		rc = goals_block(&k, object->node, e);
	if (rc == 0 && !a->o->direct_only)
		rc = groups_expand(&k, e);
	graph_block(a->graph, NULL, 0);
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
	for (size_t i = 0; i < VEC_COUNT(&k.groups, struct who_group); i++)
		buf_release(&VEC_DATA(&k.groups, struct who_group)[i].nodes);
	buf_release(&k.groups);
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
	for (uint32_t i = 0; i < object_count && rc == 0; i++) {
		rc = who_object(&a, &objects[i], e);
		if (rc == 0)
			rc = who_notes(&a, &objects[i], e);
	}
	if (rc == 0)
		rc = asking_finish(out, &a, e);
	asking_release(&a);
	return rc;
}

enum expr_verdict answer_admin(struct world *w, node_id identity, struct err *e)
{
	struct admin *a = admin_new(w);
	expr residual = EXPR_FALSE;

	if (admin_residual(&residual, a, identity, e) < 0)
		residual = expr_unknown(world_pool(w), STR_LIT(""), str_from(e->text));
	admin_free(a);
	return expr_verdict(world_pool(w), residual);
}

enum expr_verdict answer_public(struct world *w, node_id resource, struct err *e)
{
	struct admin *a = admin_new(w);
	expr residual = EXPR_FALSE;

	if (admin_public(&residual, a, resource, e) < 0)
		residual = expr_unknown(world_pool(w), STR_LIT(""), str_from(e->text));
	admin_free(a);
	return expr_verdict(world_pool(w), residual);
}
