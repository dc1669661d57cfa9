#include "reachability/answer.h"

#include <stdlib.h>

#include "base/sort.h"
#include "reachability/answer_open.h"
#include "reachability/asking.h"
#include "reachability/hop_cover.h"
#include "reachability/hop_kin.h"
#include "reachability/imagined.h"
#include "reachability/notes_tree.h"

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

/* Everything that was reached, and the best paths first. */
struct reached {
	const struct path_found *items; /* by node */
	uint32_t count;
	const struct path_found **sorted; /* by path */
	uint32_t *rank;                   /* of each item in it */
};

static int compare_by_path(const void *a, const void *b)
{
	const struct path_found *x = *(const struct path_found *const *)a;
	const struct path_found *y = *(const struct path_found *const *)b;
	int rc = row_compare_paths(&x->path, &y->path);

	return rc != 0 ? rc : (x->node > y->node) - (x->node < y->node);
}

/* `all`: with every resource that is opened on the way, by node again. */
static int reach(
	struct reached *r, struct asking *a, node_id subject, bool all, struct err *e)
{
	struct arena *arena = world_arena(a->w);

	*r = (struct reached){ 0 };
	if (!a->o->direct_only &&
		path_search_from(&r->items, &r->count, a->graph, subject, a->o, e) < 0)
		return e->code;
	if (!a->o->direct_only && all &&
		answer_open_add(&r->items, &r->count, a, subject, e) < 0)
		return e->code;
	r->sorted = ARENA_NEW_ARRAY(arena, const struct path_found *, r->count + 1);
	r->rank = ARENA_NEW_ARRAY(arena, uint32_t, r->count + 1);
	for (uint32_t i = 0; i < r->count; i++)
		r->sorted[i] = &r->items[i];
	if (r->count > 0)
		qsort(r->sorted, r->count, sizeof(*r->sorted), compare_by_path);
	for (uint32_t i = 0; i < r->count; i++)
		r->rank[r->sorted[i] - r->items] = i;
	return 0;
}

/* Whether the item is its node's first, which has the strongest verdict. */
static bool is_first(const struct reached *r, uint32_t i)
{
	return i == 0 || r->items[i - 1].node != r->items[i].node;
}

/* what can X become: whoever is reached. */
static int what_become(struct asking *a, node_id subject, const node_id *objects,
	uint32_t object_count, struct err *e)
{
	struct reached r;

	if (reach(&r, a, subject, false, e) < 0)
		return e->code;
	for (uint32_t i = 0; i < r.count; i++) {
		enum expr_verdict best = VERDICT_DENIED;
		struct asking_plain pair = { r.items[i].node, subject, false };
		bool wanted = !objects;

		for (uint32_t k = 0; k < object_count && objects; k++)
			wanted |= objects[k] == r.items[i].node;
		/* oneself with more, or somebody: the row is about whom */
		wanted &= !world_node(a->w, r.items[i].node)->imagined;
		if (wanted && is_first(&r, i) &&
			asking_add_plain(
				a, &pair, &r.items[i].path, EXPR_TRUE, &best, e) < 0)
			return e->code;
	}
	return 0;
}

/* Where policies hold beneath their holder: any container that it has access to. */
static int containers_beneath(struct asking *a, struct buf *out, node_id n, struct err *e)
{
	struct buf found = { 0 };
	int rc = search_what(&found, a->d, n, e);

	for (size_t i = 0; i < VEC_COUNT(&found, struct search_found) && rc == 0; i++) {
		node_id at = search_node(
			a->w, &VEC_DATA(&found, const struct search_found)[i]);
		bool known = !(world_node(a->w, at)->flags & ENTITY_CONTAINER);

		for (size_t k = 0; k < VEC_COUNT(out, node_id) && !known; k++)
			known = VEC_DATA(out, node_id)[k] == at;
		if (!known)
			VEC_ADD(out, node_id, at);
	}
	buf_release(&found);
	return rc;
}

/* The containers that a subject may rule: those of the identities it can be. */
static int containers_of(struct asking *a, struct buf *out, node_id n, struct err *e)
{
	struct segment *s = world_node_segment(a->w, n);
	node_id account;

	if (provider_of_node(a->w, n)->inherits)
		return containers_beneath(a, out, n, e);
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

/* The rows about one container: of the subject itself, and of the best way. */
static int what_container(struct asking *a, node_id subject, const struct reached *r,
	node_id object, struct err *e)
{
	struct arena *arena = world_arena(a->w);
	const struct path **paths =
		ARENA_NEW_ARRAY(arena, const struct path *, r->count + 1);
	expr *residuals = ARENA_NEW_ARRAY(arena, expr, r->count + 1), own;
	struct asking_plain pair = { object, subject, false };
	enum expr_verdict best = VERDICT_DENIED;
	uint32_t found;

	if (asking_holds(&own, a, subject, object, e) < 0 ||
		asking_add_plain(a, &pair, NULL, own, &best, e) < 0)
		return e->code;
	for (uint32_t i = 0; i < r->count; i++) {
		paths[i] = &r->sorted[i]->path;
		if (asking_holds(&residuals[i], a, r->sorted[i]->node, object, e) < 0)
			return e->code;
	}
	found = asking_best(a, paths, residuals, r->count);
	if (found == UINT32_MAX)
		return 0;
	return asking_add_plain(a, &pair, paths[found], residuals[found], &best, e);
}

static int what_admin(struct asking *a, node_id subject, const node_id *objects,
	uint32_t object_count, struct err *e)
{
	struct buf containers = { 0 };
	struct reached r;
	int rc = reach(&r, a, subject, false, e);

	if (rc == 0 && !objects) {
		rc = containers_of(a, &containers, subject, e);
		for (uint32_t i = 0; i < r.count && rc == 0; i++)
			rc = containers_of(a, &containers, r.items[i].node, e);
		objects = VEC_DATA(&containers, const node_id);
		object_count = (uint32_t)VEC_COUNT(&containers, node_id);
	}
	for (uint32_t k = 0; k < object_count && rc == 0; k++)
		rc = what_container(a, subject, &r, objects[k], e);
	buf_release(&containers);
	return rc;
}

/* --- what can X access --- */

/* One entity as one source saw it. */
struct sighting {
	struct search_found found;
	uint32_t source; /* 0: the subject itself; i: sorted[i - 1] */
};

static uint64_t source_of(const void *item)
{
	return ((const struct sighting *)item)->source;
}

static uint64_t place_of(const void *item)
{
	const struct sighting *s = item;

	return (uint64_t)s->found.scope << 32 | s->found.id;
}

/* By entity, of one by source. */
static void sightings_sort(struct buf *all)
{
	size_t count = VEC_COUNT(all, struct sighting);

	sort_items(all->p, count, sizeof(struct sighting), source_of);
	sort_items(all->p, count, sizeof(struct sighting), place_of);
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

/* What a node sees, once for each of the ways to it: sources[0 .. source_count). */
static int sightings_of(struct asking *a, struct buf *out, node_id n,
	const uint32_t *sources, uint32_t source_count, const node_id *objects,
	uint32_t object_count, struct buf *rulers, struct err *e)
{
	struct buf found = { 0 };
	node_id ruler = ruler_of(a, rulers, n), opened = imagined_opened(a->w, n);
	bool rules = false, has = false, named = true;
	int rc = 0;

	if (ruler != NODE_NONE && opened == NODE_NONE && !objects &&
		hop_cover_has(&has, hop_cover_of(graph_hop(a->graph)), ruler, n, e) < 0)
		return e->code;
	if (has && hop_kin_is_named(&named, hop_kin_of(graph_hop(a->graph)), n, e) < 0)
		return e->code;
	if (has && !named)
		return 0;
	rc = opened != NODE_NONE && !objects ? search_opened(&found, a->d, n, opened, e)
	     : objects ? search_on(&found, a->d, n, objects, object_count, e)
	     : has     ? search_named(&found, a->d, n, ruler, e)
		       : search_what_beside(&found, a->d, n, ruler, e);

	if (rc == 0 && ruler == NODE_NONE && opened == NODE_NONE)
		rc = search_rules(&rules, a->d, n, e);
	if (rules)
		VEC_ADD(rulers, node_id, n);

	for (size_t i = 0; i < VEC_COUNT(&found, struct search_found) && rc == 0; i++) {
		for (uint32_t k = 0; k < source_count; k++)
			VEC_ADD(out, struct sighting,
				{ VEC_DATA(&found, struct search_found)[i], sources[k] });
	}
	buf_release(&found);
	return rc;
}

/* All that the subject and whom it reaches see. */
static int sightings_all(struct asking *a, struct buf *out, node_id subject,
	const struct reached *r, const node_id *objects, uint32_t object_count,
	struct err *e)
{
	static const uint32_t own = 0;
	struct buf rulers = { 0 }, sources = { 0 };
	int rc =
		sightings_of(a, out, subject, &own, 1, objects, object_count, &rulers, e);

	for (uint32_t i = 0; i < r->count && rc == 0; i++) {
		uint32_t item = (uint32_t)(r->sorted[i] - r->items);

		if (!is_first(r, item))
			continue;
		buf_clear(&sources);
		for (uint32_t k = item;
			k < r->count && r->items[k].node == r->items[item].node; k++)
			VEC_ADD(&sources, uint32_t, r->rank[k] + 1);
		rc = sightings_of(a, out, r->items[item].node,
			VEC_DATA(&sources, const uint32_t),
			(uint32_t)VEC_COUNT(&sources, uint32_t), objects, object_count,
			&rulers, e);
	}
	buf_release(&rulers);
	buf_release(&sources);
	if (rc == 0)
		sightings_sort(out);
	return rc;
}

/* The rows of one entity: sightings [first, end), the subject's own in front. */
static int what_entity(struct asking *a, node_id subject, const struct sighting *s,
	uint32_t count, const struct reached *r, struct err *e)
{
	struct row_source *sources =
		ARENA_NEW_ARRAY(world_arena(a->w), struct row_source, count + 1);
	const struct access *direct = s[0].source == 0 ? s[0].found.access : NULL;
	struct answer_row row;
	node_id node = search_node(a->w, &s[0].found);
	uint32_t n = 0;

	for (uint32_t i = direct ? 1 : 0; i < count; i++)
		sources[n++] = (struct row_source){ s[i].found.access,
			&r->sorted[s[i].source - 1]->path };
	if (direct && asking_wants(a, NULL)) {
		struct row_source own = { direct, NULL };

		if (row_make(&row, a->rows, NULL, &own, 1) &&
			asking_add(a, &row, node, subject, false, e) < 0)
			return e->code;
	}
	if (n > 0 && !a->o->direct_only && row_make(&row, a->rows, direct, sources, n) &&
		asking_add(a, &row, node, subject, false, e) < 0)
		return e->code;
	return 0;
}

/* The rows of what the subject has itself, when no others are asked for. */
static int what_direct(struct asking *a, node_id subject, struct err *e)
{
	struct buf found = { 0 };
	int rc = search_what(&found, a->d, subject, e);

	if (rc == 0)
		rc = asking_add_found(a, &found, subject, e);
	buf_release(&found);
	return rc;
}

static int what_access(struct asking *a, node_id subject, const node_id *objects,
	uint32_t object_count, struct err *e)
{
	struct reached r;
	struct buf all = { 0 };
	int rc;

	if (!objects && a->o->direct_only && asking_wants(a, NULL))
		return what_direct(a, subject, e);
	rc = reach(&r, a, subject, !objects, e);
	for (uint32_t i = 0; i < r.count && rc == 0; i++)
		rc = notes_subject(a->notes, r.items[i].node, e);
	if (rc == 0)
		rc = sightings_all(a, &all, subject, &r, objects, object_count, e);
	for (uint32_t i = 0; i < VEC_COUNT(&all, struct sighting) && rc == 0;) {
		const struct sighting *s = &VEC_DATA(&all, const struct sighting)[i];
		uint32_t n = 1;

		while (i + n < VEC_COUNT(&all, struct sighting) &&
			s[n].found.scope == s->found.scope &&
			s[n].found.id == s->found.id)
			n++;
		rc = what_entity(a, subject, s, n, &r, e);
		i += n;
	}
	buf_release(&all);
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
	if (!objects && notes_tree_subject(a->notes, subject, e) < 0)
		return e->code;
	if (!objects && n->type == NODE_ENTITY &&
		notes_scope(a->notes, a->d, n->scope, e) < 0)
		return e->code;
	return asking_list_notes(a, !objects, e);
}

int answer_what(struct answer *out, struct world *w, const node_id *subjects,
	uint32_t subject_count, const struct action_query *actions,
	const node_id *objects, uint32_t object_count, const struct answer_options *o,
	struct err *e)
{
	struct asking a;
	int rc = 0;

	asking_init(&a, w, actions, o);
	for (uint32_t i = 0; objects && i < object_count && rc == 0; i++)
		rc = hop_want(graph_hop(a.graph), objects[i], e);
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

static int compare_strs(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/*
 * Whole targets as the object's key plus their suffix, then the rest; sorted, each once.
 */
const struct str *answer_resources(
	uint32_t *count, struct world *w, const struct answer_row *row)
{
	const struct answer_reach *reach = row->reach;
	node_id object = row->who ? row->other : row->node;
	uint32_t n = 0, kept = 0;
	struct str key, *out;
	kind_id kind;

	*count = 0;
	if (!reach)
		return NULL;
	kind = world_node_kind_id(w, object);
	key = provider_written_key(w, object);
	out = ARENA_NEW_ARRAY(world_arena(w), struct str,
		reach->pattern_count + (uint32_t)__builtin_popcountll(reach->whole) + 1u);
	for (uint32_t t = 0; t < 64 && reach->whole >> t; t++) {
		struct str suffix = { 0 };

		if (!(reach->whole >> t & 1u))
			continue;
		if (t != ACTION_LIST_UNBOUND && kind != CATALOG_NONE)
			suffix = catalog_kind_target(kind, t).suffix;
		out[n++] = suffix.n > 0 ? arena_printf(world_arena(w), "%.*s%.*s",
						  STR_ARG(key), STR_ARG(suffix))
					: key;
	}
	for (uint32_t i = 0; i < reach->pattern_count; i++)
		out[n++] = reach->patterns[i];
	if (n > 1)
		qsort(out, n, sizeof(*out), compare_strs);
	for (uint32_t i = 0; i < n; i++) {
		if (kept == 0 || !str_eq(out[kept - 1], out[i]))
			out[kept++] = out[i];
	}
	*count = kept;
	return out;
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
