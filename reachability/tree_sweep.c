#include "reachability/tree_sweep.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/sparse.h"
#include "reachability/ancestry.h"
#include "reachability/imagined.h"
#include "reachability/membership.h"
#include "reachability/role_reference.h"
#include "reachability/search.h"
#include "reachability/tree_open.h"

/* What is known of one scope's entities. */
struct scope_part {
	bool reached;
	uint8_t *beneath; /* per entity: enum beneath; NULL: the scope was not reached */
	struct buf holders; /* entity_id: marked ones */
	bool queued;
};

enum beneath { BENEATH_OPEN, BENEATH_NO, BENEATH_YES };

struct tree_sweep {
	struct decide *d;
	struct world *w;
	const struct provider *provider;
	const struct decide_subject *subject;
	struct sparse marked; /* bool, by node: a holder, or a container beneath one */
	struct sparse scopes; /* struct scope_part, by scope */
	struct buf reached;   /* scope_number: those that are in `scopes` */
	struct buf queue;     /* scope_number: to look at, again */
	struct intern classes;
	struct buf verdicts; /* const struct access *, by class */
	/* node_id + 1, by node: the nearest policies; 0: not known */
	struct sparse places;
	bool one_by_one;
	struct buf *out;
};

static bool scope_add(void *ctx, scope_number scope)
{
	VEC_ADD((struct buf *)ctx, scope_number, scope);
	return true;
}

/* --- what is beneath the holders --- */

static struct scope_part *part_of(struct tree_sweep *t, scope_number scope)
{
	struct scope_part *part = sparse_at(&t->scopes, scope);

	if (!part->reached)
		VEC_ADD(&t->reached, scope_number, scope);
	part->reached = true;
	return part;
}

static void queue_add(struct tree_sweep *t, scope_number scope)
{
	struct scope_part *part = part_of(t, scope);

	if (part->queued)
		return;
	part->queued = true;
	VEC_ADD(&t->queue, scope_number, scope);
}

static bool is_marked(const struct tree_sweep *t, node_id n)
{
	const bool *marked = sparse_get(&t->marked, n);

	return marked && *marked;
}

/* Whatever lies in it is to be looked at, in the scopes that have some of it. */
static int mark(struct tree_sweep *t, node_id n, struct err *e)
{
	const struct node *node = world_node(t->w, n);
	struct buf scopes = { 0 };
	int rc;

	if (is_marked(t, n))
		return 0;
	*(bool *)sparse_at(&t->marked, n) = true;
	if (node->type == NODE_ENTITY) {
		queue_add(t, node->scope);
		VEC_ADD(&part_of(t, node->scope)->holders, entity_id, node->id);
	}
	if (node->type == NODE_ENTITY && !(node->flags & ENTITY_CONTAINER))
		return 0;
	rc = ancestry_scopes(&scopes, t->w, n, e);
	for (size_t i = 0; i < VEC_COUNT(&scopes, scope_number) && rc == 0; i++)
		queue_add(t, VEC_DATA(&scopes, const scope_number)[i]);
	buf_release(&scopes);
	return rc;
}

/* Whether the container of an entity, which is no entity of the scope, is marked. */
static int foreign_marked(
	bool *out, struct tree_sweep *t, scope_number scope, entity_id id, struct err *e)
{
	node_id up;

	*out = false;
	if (ancestry_parent(
		    &up, world_ancestry(t->w), world_node_entity(t->w, scope, id), e) < 0)
		return e->code;
	*out = up != NODE_NONE && is_marked(t, up);
	return 0;
}

static int entity_beneath(struct tree_sweep *t, scope_number scope, struct segment *s,
	entity_id id, struct err *e)
{
	entity_id chain[LIMIT_CONTAINERS + 1], at = id;
	uint8_t *beneath = part_of(t, scope)->beneath;
	uint32_t n = 0;
	bool yes = false;

	while (beneath[at] == BENEATH_OPEN) {
		entity_id parent = segment_entity(s, at)->parent;

		if (n > LIMIT_CONTAINERS)
			return err_set(e, ERR_LIMIT,
				"'%.*s' lies in more than LIMIT_CONTAINERS (%u) containers",
				STR_ARG(segment_key(s, id, world_arena(t->w))),
				LIMIT_CONTAINERS);
		chain[n++] = at;
		if (parent < segment_info(s)->entity_count) {
			at = parent;
			continue;
		}
		if (foreign_marked(&yes, t, scope, at, e) < 0)
			return e->code;
		beneath = part_of(t, scope)->beneath;
		break;
	}
	if (beneath[at] != BENEATH_OPEN)
		yes = beneath[at] == BENEATH_YES;
	while (n > 0)
		beneath[chain[--n]] = yes ? BENEATH_YES : BENEATH_NO;
	return 0;
}

/* The marks that a scope has itself. */
static void beneath_begin(struct tree_sweep *t, scope_number scope, struct segment *s)
{
	uint32_t count = segment_info(s)->entity_count;
	struct scope_part *part = part_of(t, scope);

	if (!part->beneath)
		part->beneath = calloc(count + 1u, 1);
	if (!part->beneath)
		abort();
	for (uint32_t id = 0; id < count; id++) {
		if (part->beneath[id] != BENEATH_YES)
			part->beneath[id] = BENEATH_OPEN;
	}
	for (uint32_t id = 0; id < count; id++) {
		if ((segment_entity(s, id)->flags & ENTITY_CONTAINER) &&
			is_marked(t, world_node_entity(t->w, scope, id)))
			part_of(t, scope)->beneath[id] = BENEATH_YES;
	}
	part = part_of(t, scope);
	for (size_t i = 0; i < VEC_COUNT(&part->holders, entity_id); i++)
		part->beneath[VEC_DATA(&part->holders, const entity_id)[i]] = BENEATH_YES;
}

static int scope_beneath(struct tree_sweep *t, scope_number scope, struct err *e)
{
	struct segment *s;

	if (world_segment(&s, t->w, scope, e) < 0)
		return e->code;
	if (provider_of_scope(segment_info(s)->scope) != t->provider)
		return 0;
	beneath_begin(t, scope, s);
	for (entity_id id = 0; id < segment_info(s)->entity_count; id++) {
		if (entity_beneath(t, scope, s, id, e) < 0)
			return e->code;
		if (part_of(t, scope)->beneath[id] == BENEATH_YES &&
			(segment_entity(s, id)->flags & ENTITY_CONTAINER) &&
			mark(t, world_node_entity(t->w, scope, id), e) < 0)
			return e->code;
	}
	return 0;
}

static int all_beneath(struct tree_sweep *t, struct err *e)
{
	for (size_t at = 0; at < VEC_COUNT(&t->queue, scope_number); at++) {
		scope_number scope = VEC_DATA(&t->queue, scope_number)[at];

		part_of(t, scope)->queued = false;
		if (scope_beneath(t, scope, e) < 0)
			return e->code;
	}
	return 0;
}

/* --- holders --- */

/* Whether the statement, or the role that it names, has an action that is asked about. */
static int concerns(bool *out, struct decide *d, struct segment *s,
	const struct segment_principal *p, struct err *e)
{
	const struct document *document;
	struct decide_statement st = { 0 };
	struct buf blocks = { 0 };
	int rc = segment_document(&document, s, p->doc, e);

	*out = false;
	if (rc < 0 || !document || p->statement >= document->statement_count)
		return rc;
	st.document = document;
	st.statement = &document->statements[p->statement];
	rc = role_reference_add(&blocks, world_roles(decide_world(d)), &st, e);
	for (size_t i = 0;
		i < VEC_COUNT(&blocks, struct decide_statement) && rc == 0 && !*out;
		i++) {
		const struct decide_statement *b =
			&VEC_DATA(&blocks, const struct decide_statement)[i];

		*out = b->gap != EXPR_FALSE ||
		       action_plan_meets(decide_planner(d), decide_action_document(b),
			       decide_action_statement(b));
	}
	buf_release(&blocks);
	return rc;
}

static int holder_node(node_id *out, struct world *w, scope_number scope,
	struct segment *s, uint32_t entity, struct err *e)
{
	if (entity >= segment_info(s)->entity_count)
		return world_node_of_key(
			out, w, segment_key(s, entity, world_arena(w)), e);
	*out = world_node_entity(w, scope, entity);
	return 0;
}

static int holders_in(struct buf *out, struct decide *d, const struct provider *provider,
	scope_number scope, struct str text, struct err *e)
{
	struct world *w = decide_world(d);
	struct segment *s;
	uint32_t begin, end;

	if (world_segment(&s, w, scope, e) < 0)
		return e->code;
	if (provider_of_scope(segment_info(s)->scope) != provider)
		return 0;
	segment_principal_range(s, text, &begin, &end);
	for (uint32_t i = begin; i < end; i++) {
		const struct segment_principal *p = &segment_principals(s)[i];
		bool any;
		node_id n;

		if (p->type == 0 || p->is_deny)
			continue;
		if (concerns(&any, d, s, p, e) < 0)
			return e->code;
		if (!any)
			continue;
		if (holder_node(&n, w, scope, s, p->entity, e) < 0)
			return e->code;
		VEC_ADD(out, node_id, n);
	}
	return 0;
}

static int holders_of(struct buf *out, struct decide *d, const struct provider *provider,
	node_id subject, struct err *e)
{
	struct world *w = decide_world(d);
	const struct membership *m;
	struct buf scopes = { 0 };
	int rc = membership_of(&m, world_membership(w), provider, subject, e);

	for (uint32_t i = 0; rc == 0 && i < m->count; i++) {
		buf_clear(&scopes);
		rc = snapshot_links(
			world_snapshot(w), m->names[i].text, scope_add, &scopes, e);
		for (size_t k = 0; k < VEC_COUNT(&scopes, scope_number) && rc == 0; k++)
			rc = holders_in(out, d, provider,
				VEC_DATA(&scopes, const scope_number)[k],
				m->names[i].text, e);
	}
	buf_release(&scopes);
	return rc;
}

/* --- decisions, one for entities that no policy tells apart --- */

/*
 * Whether policies of other containers than those above it hold for the entity, or nobody
 * read something that counts where what is unread does.
 */
static bool is_aside(struct tree_sweep *t, scope_number scope, entity_id id)
{
	expr grants = EXPR_FALSE, denies = EXPR_FALSE;
	struct buf beside = { 0 };
	struct err e;
	bool any;
	node_id n;

	if (!t->provider->aside)
		return false;
	n = world_node_entity(t->w, scope, id);
	any = t->provider->aside(&beside, t->w, n, false, &e) < 0 || beside.n > 0;
	buf_release(&beside);
	if (any || !decide_is_strict(t->d))
		return any;
	return t->provider->aside_unread(&grants, &denies, t->w, n, &e) < 0 ||
	       grants != EXPR_FALSE || denies != EXPR_FALSE;
}

/* Whether something is held by the entity itself that counts in decisions about it. */
static bool holds_policies(
	struct tree_sweep *t, scope_number scope, struct segment *s, entity_id id)
{
	const struct segment_entity *entity = segment_entity(s, id);
	uint32_t count;
	const struct segment_holding *h = segment_holdings(s, id, &count);

	if (entity->policy_state == SEGMENT_POLICY_REFUSED ||
		(entity->policy_state == SEGMENT_POLICY_NOT_ASKED &&
			decide_is_strict(t->d)) ||
		((entity->flags & ENTITY_CONTAINER) && t->subject->place_count > 0) ||
		is_aside(t, scope, id))
		return true;
	for (uint32_t i = 0; i < count; i++) {
		if (h[i].layer == LAYER_RESOURCE || h[i].layer == LAYER_DENY ||
			h[i].layer == LAYER_ACL)
			return true;
	}
	return false;
}

/* The nearest container (n itself too) with policies; NODE_NONE: there is none. */
static int place_of(node_id *out, struct tree_sweep *t, node_id n, struct err *e)
{
	node_id at = n, up;

	for (;;) {
		const struct node *node = world_node(t->w, at);
		struct segment *s = world_node_segment(t->w, at);

		if (!s || holds_policies(t, node->scope, s, node->id) ||
			ancestry_speaks(t->w, at, STR_LIT("denies")))
			break;
		if (ancestry_parent(&up, world_ancestry(t->w), at, e) < 0)
			return e->code;
		if (up == NODE_NONE)
			break;
		at = up;
	}
	*out = at;
	return 0;
}

static int parent_place(node_id *out, struct tree_sweep *t, scope_number scope,
	entity_id id, struct err *e)
{
	node_id up, n = world_node_entity(t->w, scope, id);
	uint32_t *place;

	*out = NODE_NONE;
	if (ancestry_parent(&up, world_ancestry(t->w), n, e) < 0)
		return e->code;
	if (up == NODE_NONE)
		return 0;
	place = sparse_at(&t->places, up);
	if (*place == 0) {
		if (place_of(out, t, up, e) < 0)
			return e->code;
		*place = *out + 1;
	}
	*out = *place - 1;
	return 0;
}

static void found_add(struct tree_sweep *t, scope_number scope, entity_id id,
	const struct access *access)
{
	struct search_found f = { scope, id, access };

	if (access->part_count > 0)
		buf_add(t->out, &f, sizeof(f));
}

static int decide_one(const struct access **out, struct tree_sweep *t, scope_number scope,
	entity_id id, struct err *e)
{
	struct access *access = ARENA_NEW(world_arena(t->w), struct access);
	const struct decide_object *o;

	if (decide_object(&o, t->d, world_node_entity(t->w, scope, id), e) < 0 ||
		decide_entity(access, t->d, t->subject, o, (struct str){ 0 }, e) < 0)
		return e->code;
	*out = access;
	return 0;
}

static int decide_shared(struct tree_sweep *t, scope_number scope, struct segment *s,
	entity_id id, struct err *e)
{
	const struct segment_entity *entity = segment_entity(s, id);
	uint32_t key[3] = { world_kind(t->w, scope, entity->kind),
		entity->flags & ENTITY_CONTAINER, 0 };
	uint32_t before = intern_count(&t->classes), number;
	const struct access *access;

	if (parent_place(&key[2], t, scope, id, e) < 0)
		return e->code;
	number = intern_add(&t->classes, (struct str){ (const char *)key, sizeof(key) });
	if (number == before)
		VEC_ADD(&t->verdicts, const struct access *, NULL);
	access = VEC_DATA(&t->verdicts, const struct access *)[number];
	if (!access || access->reads_resource) {
		if (decide_one(&access, t, scope, id, e) < 0)
			return e->code;
		VEC_DATA(&t->verdicts, const struct access *)[number] = access;
	}
	found_add(t, scope, id, access);
	return 0;
}

/* A container that the scope only lists belongs to another one. */
static int belongs(bool *out, struct tree_sweep *t, scope_number scope, struct segment *s,
	entity_id id, struct err *e)
{
	scope_number of;
	entity_id there;
	int rc;

	*out = true;
	if (!(segment_entity(s, id)->flags & ENTITY_CONTAINER))
		return 0;
	rc = snapshot_find_key(&of, &there, world_snapshot(t->w),
		segment_key(s, id, world_arena(t->w)), e);
	*out = rc != 1 || of == scope;
	return rc < 0 ? rc : 0;
}

static int decide_beneath(struct tree_sweep *t, scope_number scope, struct segment *s,
	entity_id id, struct err *e)
{
	const struct segment_entity *entity = segment_entity(s, id);
	const struct access *access;
	bool own;

	if (entity->flags & ENTITY_SHARED)
		return 0;
	if (belongs(&own, t, scope, s, id, e) < 0)
		return e->code;
	if (!own || (world_any_removed(t->w) &&
			    world_removed(t->w, segment_key(s, id, world_arena(t->w)))))
		return 0;
	if (!t->one_by_one && !holds_policies(t, scope, s, id) &&
		!ancestry_speaks_of(s, id, STR_LIT("denies")))
		return decide_shared(t, scope, s, id, e);
	if (decide_one(&access, t, scope, id, e) < 0)
		return e->code;
	found_add(t, scope, id, access);
	return 0;
}

/* Whether something is asked about entities of the kind. */
static bool is_asked(
	struct tree_sweep *t, scope_number scope, uint32_t kind, bool container)
{
	return action_plan_of(
		       decide_planner(t->d), world_kind(t->w, scope, kind), container)
		       ->count > 0;
}

static int scope_decide(struct tree_sweep *t, scope_number scope, struct err *e)
{
	struct segment *s;
	const uint8_t *beneath = part_of(t, scope)->beneath;

	if (!beneath)
		return 0;
	if (world_segment(&s, t->w, scope, e) < 0)
		return e->code;
	for (uint32_t k = 0; k < segment_info(s)->kind_count; k++) {
		bool asked[2] = { is_asked(t, scope, k, false),
			is_asked(t, scope, k, true) };
		uint32_t count;
		const uint32_t *members = segment_kind_members(s, k, &count);

		for (uint32_t i = 0; (asked[0] || asked[1]) && i < count; i++) {
			uint32_t flags = segment_entity(s, members[i])->flags;

			if (asked[(flags & ENTITY_CONTAINER) != 0] &&
				beneath[members[i]] == BENEATH_YES &&
				decide_beneath(t, scope, s, members[i], e) < 0)
				return e->code;
		}
	}
	return 0;
}

/* A holder that no scope has as an entity. */
static int virtual_decide(struct tree_sweep *t, node_id n, struct err *e)
{
	struct access *access;
	const struct decide_object *o;
	struct search_found f = { SEGMENT_NONE, n, NULL };

	if (world_node(t->w, n)->type == NODE_ENTITY)
		return 0;
	access = ARENA_NEW(world_arena(t->w), struct access);
	if (decide_object(&o, t->d, n, e) < 0)
		return e->code;
	if (decide_plan(t->d, o)->count == 0)
		return 0;
	if (decide_entity(access, t->d, t->subject, o, (struct str){ 0 }, e) < 0)
		return e->code;
	f.access = access;
	if (access->part_count > 0)
		buf_add(t->out, &f, sizeof(f));
	return 0;
}

static int compare_scopes(const void *a, const void *b)
{
	scope_number x = *(const scope_number *)a, y = *(const scope_number *)b;

	return (x > y) - (x < y);
}

static void sweep_init(struct tree_sweep *t)
{
	intern_init(&t->classes);
	sparse_init(&t->marked, sizeof(bool));
	sparse_init(&t->scopes, sizeof(struct scope_part));
	sparse_init(&t->places, sizeof(uint32_t));
}

static void sweep_release(struct tree_sweep *t)
{
	for (size_t i = 0; i < VEC_COUNT(&t->reached, scope_number); i++) {
		struct scope_part *part =
			part_of(t, VEC_DATA(&t->reached, const scope_number)[i]);

		buf_release(&part->holders);
		free(part->beneath);
	}
	intern_release(&t->classes);
	sparse_release(&t->marked);
	sparse_release(&t->scopes);
	sparse_release(&t->places);
	buf_release(&t->reached);
	buf_release(&t->queue);
	buf_release(&t->verdicts);
}

static int sweep_provider(struct tree_sweep *t, node_id subject, struct err *e)
{
	struct buf holders = { 0 };
	node_id opened = imagined_opened(t->w, subject);
	int rc = 0;

	/* with a container open to it: what it has by that, beside what it had */
	if (opened == NODE_NONE)
		rc = holders_of(&holders, t->d, t->provider, subject, e);
	else if (provider_of_node(t->w, opened) == t->provider)
		VEC_ADD(&holders, node_id, opened);
	if (rc == 0 && opened == NODE_NONE && decide_is_strict(t->d))
		rc = tree_open_holders(
			&holders, world_openings(t->w), t->provider, subject, e);
	for (size_t i = 0; i < VEC_COUNT(&holders, node_id) && rc == 0; i++) {
		node_id n = VEC_DATA(&holders, const node_id)[i];

		if (is_marked(t, n))
			continue;
		rc = mark(t, n, e);
		if (rc == 0)
			rc = virtual_decide(t, n, e);
		if (rc == 0 && t->provider->aside)
			rc = t->provider->aside(&holders, t->w, n, true, e);
	}
	if (rc == 0)
		rc = all_beneath(t, e);
	if (t->reached.n > 0)
		qsort(t->reached.p, VEC_COUNT(&t->reached, scope_number),
			sizeof(scope_number), compare_scopes);
	for (size_t i = 0; i < VEC_COUNT(&t->reached, scope_number) && rc == 0; i++)
		rc = scope_decide(t, VEC_DATA(&t->reached, const scope_number)[i], e);
	buf_release(&holders);
	return rc;
}

int tree_sweep(struct buf *out, struct decide *d, node_id subject, struct err *e)
{
	struct world *w = decide_world(d);
	const struct provider *p;
	int rc = 0;

	for (uint32_t i = 0; (p = provider_get(i)) && rc == 0; i++) {
		struct tree_sweep t = { .d = d,
			.w = w,
			.provider = p,
			.one_by_one = decide_wants_exclusions(d),
			.out = out };

		if (!p->inherits)
			continue;
		sweep_init(&t);
		rc = decide_subject(&t.subject, d, subject, e);
		if (rc == 0)
			rc = sweep_provider(&t, subject, e);
		sweep_release(&t);
	}
	return rc;
}

int tree_sweep_holders(struct buf *out, struct decide *d, node_id subject, struct err *e)
{
	struct world *w = decide_world(d);

	if (!provider_of_node(w, subject)->inherits)
		return 0;
	return holders_of(out, d, provider_of_node(w, subject), subject, e);
}
