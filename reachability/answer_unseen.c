#include "reachability/answer_unseen.h"

#include "reachability/imagined.h"
#include "reachability/missing.h"
#include "reachability/path_search.h"
#include "reachability/search.h"

void answer_unseen_node(struct answer_standing *out, struct asking *a, node_id n)
{
	const struct node *node = world_node(a->w, n);

	out->verdict = VERDICT_UNKNOWN;
	out->residual = world_unknown(a->w, node->account,
		arena_printf(world_arena(a->w), "'%.*s' was not collected",
			STR_ARG(node->key)),
		false);
}

/*
 * Whether the actor may obtain an identity of an account of which not all were collected:
 * one of a name that nobody knows, whose own policy nobody read.
 */
static int may_become_unseen(
	bool *out, struct asking *a, node_id actor, struct str account, struct err *e)
{
	const struct decide_subject *s;
	const struct decide_object *o;
	struct access access;
	node_id unseen;

	*out = false;
	if (!world_acts(a->w, actor))
		return 0;
	/* no action obtains it: whoever owns it, or what carries it, does */
	if (provider_of_node(a->w, actor)->assumption_count == 0) {
		*out = str_eq(world_node(a->w, actor)->account, account);
		return 0;
	}
	unseen = world_node_virtual(a->w, NODE_FOREIGN,
		provider_of_node(a->w, actor)->any_identity(account, world_arena(a->w)),
		account);
	if (decide_subject(&s, a->assume, actor, e) < 0 ||
		decide_object(&o, a->assume, unseen, e) < 0 ||
		decide_entity(&access, a->assume, s, o, (struct str){ 0 }, e) < 0)
		return e->code;
	*out = access.part_count > 0;
	return 0;
}

/* The way to the first whom the search accepts. */
static int search_accepted(const struct path_found **out, struct asking *a,
	node_id subject, int (*accept)(void *, bool *, node_id, struct err *), void *ctx,
	struct err *e)
{
	static const uint64_t bits[PATH_LEVELS] = { 1, 1, 1, 1 };
	const struct path_goal start = { subject, 0 };
	const struct path_search request = { .graph = a->graph,
		.options = a->o,
		.goals = &start,
		.goal_count = 1,
		.bits = bits,
		.words = 1,
		.group_count = 1,
		.first_level = PATH_LEVELS - 1,
		.accept = accept,
		.accept_ctx = ctx };
	uint32_t count;

	return path_search(out, &count, &request, e) < 0 ? e->code : (int)count;
}

/* A search that ends with the first who may obtain an identity that nobody collected. */
struct unseen {
	struct asking *a;
	struct str account;
	bool may;
};

static int accept_unseen(void *ctx, bool *enough, node_id n, struct err *e)
{
	struct unseen *u = ctx;

	if (may_become_unseen(&u->may, u->a, n, u->account, e) < 0)
		return e->code;
	*enough = u->may;
	return 0;
}

/* The subject, or whoever it can be, may be such a one: the answer is not known. */
static int stand_unseen(struct answer_standing *best, struct asking *a, node_id subject,
	struct str account, struct err *e)
{
	struct unseen u = { .a = a, .account = account };
	const struct path_found *found;
	bool enough;

	if (best->verdict > VERDICT_DENIED)
		return 0;
	if (accept_unseen(&u, &enough, subject, e) < 0 ||
		(!u.may && search_accepted(&found, a, subject, accept_unseen, &u, e) < 0))
		return e->code;
	if (!u.may)
		return 0;
	best->verdict = VERDICT_UNKNOWN;
	best->residual = world_unknown(a->w, account,
		arena_printf(world_arena(a->w),
			"identities of account '%.*s' were not collected",
			STR_ARG(account)),
		false);
	return 0;
}

/* Everybody who leads to a goal, in any number of hops. */
static int leading_to(const struct path_found **out, uint32_t *count, struct asking *a,
	const struct buf *goals, struct err *e)
{
	static const uint64_t bits[PATH_LEVELS] = { 1, 1, 1, 1 };
	uint32_t goal_count = (uint32_t)VEC_COUNT(goals, node_id);
	struct path_goal *list =
		ARENA_NEW_ARRAY(world_arena(a->w), struct path_goal, goal_count + 1);
	struct path_search request = { .graph = a->graph,
		.options = a->o,
		.goals = list,
		.goal_count = goal_count,
		.bits = bits,
		.words = 1,
		.group_count = 1,
		.backward = true };

	for (uint32_t i = 0; i < goal_count; i++)
		list[i].node = VEC_DATA(goals, const node_id)[i];
	return path_search(out, count, &request, e);
}

/* Those whom policies name and nobody collected, on the way to the goals. */
static int stand_by_named(struct answer_standing *best, struct asking *a, node_id subject,
	const struct buf *goals, struct err *e)
{
	uint32_t goal_count = (uint32_t)VEC_COUNT(goals, node_id), count = 0;
	const struct path_found *left = NULL;

	if (goal_count > 0 && leading_to(&left, &count, a, goals, e) < 0)
		return e->code;
	for (uint32_t i = 0; i < goal_count + count; i++) {
		node_id n = i < goal_count ? VEC_DATA(goals, const node_id)[i]
					   : left[i - goal_count].node;

		if (missing_node(a->w, n) && n != subject &&
			stand_unseen(best, a, subject, world_node(a->w, n)->account, e) <
				0)
			return e->code;
	}
	return 0;
}

/* Those whom nobody collected and to whom a hop opens what is asked about. */
static int stand_by_opened(struct answer_standing *best, struct asking *a,
	node_id subject, const struct answer_object *object, struct err *e)
{
	struct buf nodes = { 0 };
	struct answer_standing s;
	int rc = 0;

	if (!a->query->become && a->query->unlisted.n == 0)
		rc = asking_imagined(&nodes, a, object->node, true, e);
	for (size_t i = 0; i < VEC_COUNT(&nodes, node_id) && rc == 0; i++) {
		node_id n = VEC_DATA(&nodes, const node_id)[i];
		node_id base = imagined_base(a->w, n);

		if (base == subject || !missing_node(a->w, base))
			continue;
		rc = answer_can_standing(&s, a, n, object, e);
		if (rc == 0 && s.verdict > VERDICT_DENIED)
			rc = stand_unseen(
				best, a, subject, world_node(a->w, base)->account, e);
	}
	buf_release(&nodes);
	return rc;
}

static bool is_goal(const struct buf *goals, node_id n)
{
	for (size_t i = 0; i < VEC_COUNT(goals, node_id); i++) {
		if (VEC_DATA(goals, const node_id)[i] == n)
			return true;
	}
	return false;
}

/* Those of a scope's account whom nobody names, by what somebody there could do. */
static int stand_by_scope(struct answer_standing *best, struct asking *a, node_id subject,
	const struct answer_object *object, const struct buf *goals, scope_number scope,
	struct err *e)
{
	struct str account = world_scope_account(a->w, scope);
	const struct path_found *r;
	struct answer_standing s;
	uint32_t count;
	bool reaches;
	node_id n = missing_identity(a->w, account);

	if (answer_can_standing(&s, a, n, object, e) < 0 ||
		path_search_from(&r, &count, a->graph, n, a->o, e) < 0)
		return e->code;
	reaches = s.verdict > VERDICT_DENIED;
	for (uint32_t i = 0; i < count && !reaches; i++)
		reaches = is_goal(goals, r[i].node);
	return reaches ? stand_unseen(best, a, subject, account, e) : 0;
}

/* All who have what is asked about, directly. */
static int goals_of(struct buf *goals, struct asking *a,
	const struct answer_object *object, struct err *e)
{
	struct buf found = { 0 };
	int rc = 0;

	if (a->query->become)
		VEC_ADD(goals, node_id, object->node);
	else
		rc = search_who(&found, a->d, object, e);
	for (size_t i = 0; i < VEC_COUNT(&found, struct search_found); i++)
		VEC_ADD(goals, node_id,
			search_node(
				a->w, &VEC_DATA(&found, const struct search_found)[i]));
	buf_release(&found);
	return rc;
}

/* --- what nobody read --- */

/* A search forward that ends with the first who may have what is asked. */
struct unread {
	struct asking *a;
	const struct answer_object *object;
	struct answer_standing standing;
};

static int accept_standing(void *ctx, bool *enough, node_id n, struct err *e)
{
	struct unread *u = ctx;

	if (answer_can_standing(&u->standing, u->a, n, u->object, e) < 0)
		return e->code;
	*enough = u->standing.verdict > VERDICT_DENIED;
	return 0;
}

/* Whether anybody at all, as it is or as hops make it, may have it. */
static int anybody_may(
	bool *out, struct asking *a, const struct answer_object *object, struct err *e)
{
	struct buf goals = { 0 }, nodes = { 0 };
	const struct decide_object *o;
	int rc = 0;

	*out = true;
	/* of an action that the catalogue lacks no list tells who has it */
	if (a->query->become || a->query->admin || a->query->unlisted.n > 0)
		return 0;
	if (decide_object(&o, a->d, object->node, e) < 0)
		return e->code;
	/* what a policy says that nobody read, anybody may have */
	if ((o->o.policy_state != SEGMENT_POLICY_GOT &&
		    o->o.policy_state != SEGMENT_POLICY_NONE) ||
		!o->o.grants_known || o->above || o->o.is_way)
		return 0;
	rc = goals_of(&goals, a, object, e);
	*out = goals.n > 0;
	if (rc == 0 && !*out)
		rc = asking_imagined(&nodes, a, object->node, true, e);
	for (size_t i = 0; i < VEC_COUNT(&nodes, node_id) && rc == 0 && !*out; i++) {
		struct answer_standing s;

		rc = answer_can_standing(&s, a, VEC_DATA(&nodes, node_id)[i], object, e);
		*out = s.verdict > VERDICT_DENIED;
	}
	buf_release(&goals);
	buf_release(&nodes);
	return rc;
}

int answer_unread(struct answer_standing *best, struct path *path, struct asking *a,
	node_id subject, const struct answer_object *object, struct err *e)
{
	struct unread u = { .a = a, .object = object };
	const struct path_found *found;
	bool may;
	int count;

	if (anybody_may(&may, a, object, e) < 0)
		return e->code;
	if (!may)
		return 0;
	count = search_accepted(&found, a, subject, accept_standing, &u, e);
	for (int i = 0; i < count; i++) {
		if (found[i].node != u.standing.actor ||
			u.standing.verdict == VERDICT_DENIED ||
			!asking_wants(a, &found[i].path))
			continue;
		*best = u.standing;
		*path = found[i].path;
		return 0;
	}
	return count < 0 ? count : 0;
}

int answer_unseen(struct answer_standing *best, struct asking *a, node_id subject,
	const struct answer_object *object, struct err *e)
{
	struct buf goals = { 0 }, scopes = { 0 };
	int rc = 0;

	/* Whom an identity that nobody knows would let in from outside is not asked. */
	if (world_node(a->w, subject)->type != NODE_ENTITY)
		return 0;
	if (a->query->admin || a->o->direct_only || a->o->max_hops == 0)
		return 0;
	rc = goals_of(&goals, a, object, e);
	if (rc == 0)
		rc = stand_by_named(best, a, subject, &goals, e);
	if (rc == 0)
		rc = stand_by_opened(best, a, subject, object, e);
	if (rc == 0)
		rc = missing_identities(&scopes, a->w, e);
	for (size_t i = 0; i < VEC_COUNT(&scopes, scope_number) && rc == 0; i++)
		rc = stand_by_scope(best, a, subject, object, &goals,
			VEC_DATA(&scopes, const scope_number)[i], e);
	buf_release(&goals);
	buf_release(&scopes);
	return rc;
}
