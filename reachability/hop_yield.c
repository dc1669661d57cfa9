/* hop_yield.c - whom the ends of a hub make of the actor, or of themselves. */
#include "reachability/hop_priv.h"

#include <stdlib.h>

#include "base/limits.h"
#include "reachability/hop_bond.h"
#include "reachability/hop_cover.h"
#include "reachability/hop_kin.h"
#include "reachability/hop_open.h"
#include "reachability/imagined.h"
#include "reachability/search.h"
#include "reachability/subject.h"

/* Whether the identity is in the group already. */
static int is_member(
	bool *out, struct hop *h, node_id actor, node_id group, struct err *e)
{
	const struct imagined *im = world_node(h->world, actor)->imagined;
	struct buf groups = { 0 };
	int rc = hop_bond_throughs(&groups, h->world, RULE_CONTAINING,
		imagined_base(h->world, actor), NULL, 0, e);

	*out = false;
	for (size_t i = 0; i < VEC_COUNT(&groups, node_id); i++)
		*out |= VEC_DATA(&groups, node_id)[i] == group;
	for (uint32_t i = 0; im && i < im->group_count; i++)
		*out |= im->groups[i] == group;
	buf_release(&groups);
	return rc;
}

/* What a group is to its members. */
struct group {
	bool grants;     /* they get something by it, or may */
	bool everything; /* they get all there is, and nothing of it takes from that */
	bool takes;      /* it denies them something, or may */
};

static int group_of(struct group *out, struct hop *h, node_id group, struct err *e)
{
	const struct decide_subject *s;

	/* policies of all sorts of things may name it */
	*out = (struct group){ .grants = true, .takes = true };
	if (provider_of_node(h->world, group)->inherits)
		return 0;
	if (subject_get(&s, world_subjects(h->world), group, e) < 0)
		return e->code;
	out->grants = s->unknown_identity != EXPR_FALSE;
	out->takes = s->unknown_identity != EXPR_FALSE || s->unknown_deny != EXPR_FALSE;
	out->everything = search_has_everything(s);
	for (uint32_t i = 0; i < s->identity_count; i++) {
		out->grants |= search_is_grant(&s->statements[i]);
		out->takes |= (s->statements[i].statement->flags & DOCUMENT_DENY) != 0;
	}
	return 0;
}

/* Whether it joined a group already that gives all there is. */
static int has_all(bool *out, struct hop *h, const struct imagined *im, struct err *e)
{
	*out = false;
	for (uint32_t i = 0; im && i < im->group_count && !*out; i++) {
		struct group g;

		if (group_of(&g, h, im->groups[i], e) < 0)
			return e->code;
		*out = g.everything;
	}
	return 0;
}

/* NODE_NONE: one gains nothing by the group, as who may do everything by itself. */
static int joined(
	node_id *out, struct hop *h, node_id actor, node_id group, struct err *e)
{
	const struct imagined *im = world_node(h->world, actor)->imagined;
	bool member, all;
	struct group g;

	*out = NODE_NONE;
	if (im && (im->yields & RULE_ANY_POLICY) &&
		!provider_of_node(h->world, group)->inherits)
		return 0;
	if (is_member(&member, h, actor, group, e) < 0 || group_of(&g, h, group, e) < 0 ||
		has_all(&all, h, im, e) < 0)
		return e->code;
	if (!member && g.grants && !all)
		*out = imagined_member(h->world, actor, group);
	return 0;
}

/* Whoever writes its own policies is in no group but those that take from it. */
static int without_groups(node_id *n, struct hop *h, struct err *e)
{
	const struct imagined *im = world_node(h->world, *n)->imagined;
	node_id out;

	if (!im || !(im->yields & RULE_ANY_POLICY) || im->group_count == 0)
		return 0;
	out = imagined_identity(h->world, im->base, im->yields);
	for (uint32_t i = 0; i < im->group_count; i++) {
		struct group g;

		if (group_of(&g, h, im->groups[i], e) < 0)
			return e->code;
		if (g.takes)
			out = imagined_member(h->world, out, im->groups[i]);
	}
	*n = out;
	return 0;
}

/* Of groups to join one that gives all there is, when the actor is sure to join it. */
static int leave_best_group(struct hop_candidates *c, struct hop *h, struct err *e)
{
	struct hub_end *v = VEC_DATA(&c->ends, struct hub_end);

	for (size_t i = 0; i < VEC_COUNT(&c->ends, struct hub_end); i++) {
		struct group g;

		if (v[i].verdict != VERDICT_ALLOWED)
			continue;
		if (group_of(&g, h, v[i].through, e) < 0)
			return e->code;
		if (!g.everything)
			continue;
		v[0] = v[i];
		c->ends.n = sizeof(*v);
		return 0;
	}
	return 0;
}

/* What of the gains is more than the identity has. */
static int gains_of(
	uint32_t *out, struct hop *h, const struct rule *rule, node_id n, struct err *e)
{
	const struct decide_subject *s;
	bool denied;

	*out = rule->yields & RULE_GAINS;
	if (!rule->self)
		return 0;
	if (subject_get(&s, world_subjects(h->world), n, e) < 0)
		return e->code;
	denied = s->unknown_deny != EXPR_FALSE;
	for (uint32_t i = 0; i < s->identity_count; i++)
		denied |= (s->statements[i].statement->flags & DOCUMENT_DENY) != 0;
	if (!s->s.bounded && s->place_count == 0)
		*out &= ~(uint32_t)RULE_NO_BOUNDARY;
	if (!denied)
		*out &= ~(uint32_t)RULE_NO_DENY;
	return 0;
}

static int yield_one(node_id *out, struct hop *h, const struct rule *rule, node_id actor,
	node_id target, struct err *e)
{
	uint32_t gains;

	if (rule->yields & RULE_MEMBER)
		return joined(out, h, actor, target, e);
	if (rule->yields & RULE_ACCESS) {
		*out = hop_open_node(h->open, rule, actor, target);
		return 0;
	}
	if (gains_of(&gains, h, rule, actor, e) < 0)
		return e->code;
	*out = imagined_identity(h->world, rule->self ? actor : target, gains);
	if (without_groups(out, h, e) < 0)
		return e->code;
	if (*out == actor)
		*out = NODE_NONE;
	return 0;
}

/*
 * More groups at once than are followed: what the actor could do in them is any policy
 * at most, and not known to be that.
 */
static void join_many(struct hop_candidates *c, struct hop *h, node_id actor)
{
	expr x = world_unknown(h->world, world_node(h->world, actor)->account,
		arena_printf(world_arena(h->world),
			"what '%.*s' may do in more groups at once than are followed",
			STR_ARG(world_node(h->world, actor)->key)),
		false);

	buf_clear(&c->ends);
	hop_candidates_add(c, h->world,
		imagined_identity(h->world, actor, RULE_ANY_POLICY), NODE_NONE, x);
}

static bool too_many(const struct hop *h, const struct hop_candidates *c, node_id actor)
{
	const struct imagined *im = world_node(h->world, actor)->imagined;

	return im && im->group_count > 0 &&
	       (im->group_count >= LIMIT_GROUPS_JOINED ||
		       VEC_COUNT(&c->ends, struct hub_end) > LIMIT_GROUPS_TOGETHER);
}

/* --- of kin, one --- */

struct kin {
	uint32_t number;
	struct hub_end end;
};

static int compare_kin(const void *a, const void *b)
{
	const struct kin *x = a, *y = b;

	if (x->number != y->number)
		return x->number < y->number ? -1 : 1;
	if (x->end.verdict != y->end.verdict)
		return x->end.verdict > y->end.verdict ? -1 : 1;
	return (x->end.node > y->end.node) - (x->end.node < y->end.node);
}

static int leave_one_of_kin(struct hop_candidates *c, struct hop *h, struct err *e)
{
	const struct hub_end *v = VEC_DATA(&c->ends, const struct hub_end);
	size_t count = VEC_COUNT(&c->ends, struct hub_end);
	struct buf all = { 0 };
	int rc = 0;

	for (size_t i = 0; i < count && rc == 0; i++) {
		struct kin one = { .end = v[i] };

		rc = hop_kin_number(&one.number, h->kin, v[i].node, e);
		buf_add(&all, &one, sizeof(one));
	}
	if (rc == 0 && count > 1) {
		struct kin *k = VEC_DATA(&all, struct kin);

		qsort(k, count, sizeof(*k), compare_kin);
		buf_clear(&c->ends);
		for (size_t i = 0; i < count; i++) {
			if (i == 0 || k[i].number != k[i - 1].number)
				buf_add(&c->ends, &k[i].end, sizeof(k[i].end));
		}
	}
	buf_release(&all);
	return rc;
}

int hop_yield(struct hop_candidates *c, struct hop *h, const struct rule *rule,
	node_id actor, struct err *e)
{
	struct hub_end *v;
	size_t kept = 0, count;

	if (hop_is_plain(rule)) {
		hop_candidates_sort(c);
		return 0;
	}
	if (!h->every && hop_cover_leave(c, h->cover, rule, e) < 0)
		return e->code;
	v = VEC_DATA(&c->ends, struct hub_end);
	count = VEC_COUNT(&c->ends, struct hub_end);
	for (size_t i = 0; i < count; i++) {
		struct hub_end end = v[i];

		if (yield_one(&end.node, h, rule, actor, v[i].node, e) < 0)
			return e->code;
		/* the group or the resource is what the act is about */
		if ((rule->yields & (RULE_MEMBER | RULE_ACCESS)) &&
			end.through == NODE_NONE)
			end.through = v[i].node;
		if (end.node != NODE_NONE)
			v[kept++] = end;
	}
	c->ends.n = kept * sizeof(*v);
	if ((rule->yields & RULE_MEMBER) && !h->every && leave_best_group(c, h, e) < 0)
		return e->code;
	if ((rule->yields & RULE_MEMBER) && too_many(h, c, actor))
		join_many(c, h, actor);
	if (!rule_keeps_actor(rule) && !h->every && kept > 1 &&
		leave_one_of_kin(c, h, e) < 0)
		return e->code;
	hop_candidates_sort(c);
	return 0;
}
