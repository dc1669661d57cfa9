#include "reachability/hop_priv.h"

#include "reachability/hop_bond.h"
#include "reachability/hop_cover.h"
#include "reachability/hop_kin.h"
#include "reachability/hop_open.h"
#include "reachability/hop_unseen.h"
#include "reachability/imagined.h"
#include "reachability/missing.h"
#include "reachability/search.h"
#include "reachability/subject.h"

struct from {
	const struct rule *rule;
	node_id actor;
	struct hub_end alone; /* what the actor needs by itself */
	struct hop_candidates targets, throughs;
	struct hop_candidates found; /* what the hub will have */
	const struct buf *fixed;     /* node_id: the targets; NULL: lists tell */
	node_id tie;                 /* only what this one carries, or NODE_NONE */
};

/* Add the providers that no list has to the throughs of one need. */
static int from_providers(struct hop_candidates *c, struct hop *h,
	const struct rule_need *need, node_id actor, struct err *e)
{
	struct buf found = { 0 };
	int rc = hop_bond_providers(
		&found, h->world, world_node(h->world, actor)->account, e);

	for (size_t i = 0; i < VEC_COUNT(&found, node_id) && rc == 0; i++) {
		node_id n = VEC_DATA(&found, node_id)[i];
		expr x;

		rc = hop_needs_decide(
			&x, h->needs, hop_needs_get(h->needs, need), actor, n, e);
		if (rc == 0)
			hop_candidates_add(c, h->world, n, NODE_NONE, x);
	}
	buf_release(&found);
	return rc;
}

/* Leave of `into` what the need's list has, too. */
static int from_meet(struct hop_candidates *into, const struct from *f, struct hop *h,
	const struct rule_need *need, struct err *e)
{
	struct hop_candidates all = { .begun = true };
	const struct hop_list *list;
	int rc = hop_lists_what(
		&list, h->lists, hop_needs_get(h->needs, need), f->actor, e);

	if (rc < 0)
		return rc;
	buf_add(&all.ends, list->ends, list->count * sizeof(*list->ends));
	if (need->on == RULE_THROUGH && f->rule->bond == RULE_TRUSTED)
		rc = from_providers(&all, h, need, f->actor, e);
	hop_candidates_meet(into, h->world, &all);
	hop_candidates_release(&all);
	return rc;
}

static int from_pair(struct from *f, struct hop *h, struct err *e)
{
	for (uint32_t i = 0; i < f->rule->need_count; i++) {
		const struct rule_need *need = &f->rule->needs[i];
		struct hop_candidates *c =
			need->on == RULE_TARGET ? &f->targets : &f->throughs;

		if (!hop_on_pair(need))
			continue;
		if (from_meet(c, f, h, need, e) < 0)
			return e->code;
		if (c->ends.n == 0)
			break;
	}
	return 0;
}

/* One target with what is bound to it, when it is of the rule's sort. */
static int from_target(
	struct from *f, struct hop *h, struct hub_end end, expr through, struct err *e)
{
	struct world *w = h->world;
	expr x;

	if ((imagined_base(w, end.node) == imagined_base(w, f->actor) &&
		    !f->rule->self) ||
		(!(f->rule->yields & RULE_ACCESS) &&
			!(world_node(w, end.node)->flags &
				(ENTITY_IDENTITY | ENTITY_GROUP))) ||
		!hop_bond_is_kind(
			w, end.node, f->rule->target_kinds, f->rule->target_kind_count))
		return 0;
	if (hop_test_all(&x, h->test, f->rule, RULE_TARGET, end.node, e) < 0)
		return e->code;
	hop_candidates_and(&end, w, x, expr_verdict(world_pool(w), x));
	hop_candidates_and(&end, w, through, expr_verdict(world_pool(w), through));
	hop_candidates_and(&end, w, f->alone.residual, f->alone.verdict);
	if (end.verdict > VERDICT_DENIED)
		buf_add(&f->found.ends, &end, sizeof(end));
	return 0;
}

/* The targets of one bound thing, among those that were found if any were asked for. */
static int from_through(
	struct from *f, struct hop *h, const struct hub_end *through, struct err *e)
{
	struct buf targets = { 0 };
	expr x;
	int rc;

	if (!hop_bond_is_kind(h->world, through->node, f->rule->through_kinds,
		    f->rule->through_kind_count))
		return 0;
	if (hop_test_all(&x, h->test, f->rule, RULE_THROUGH, through->node, e) < 0)
		return e->code;
	if (x == EXPR_FALSE)
		return 0;
	rc = hop_bond_targets(&targets, h->world, f->rule->bond, through->node, e);
	for (size_t i = 0; i < VEC_COUNT(&targets, node_id) && rc == 0; i++) {
		struct hub_end end = *through;

		end.through = through->node;
		end.node = VEC_DATA(&targets, node_id)[i];
		if (!f->targets.begun || hop_candidates_has(&end, h->world, &f->targets))
			rc = from_target(f, h, end, x, e);
	}
	buf_release(&targets);
	return rc;
}

/* Every identity of an account that the actor's account reaches, when only facts tell. */
static int from_account(struct from *f, struct hop *h, struct err *e)
{
	struct world *w = h->world;
	uint32_t wanted = f->rule->yields & RULE_MEMBER ? ENTITY_GROUP : ENTITY_IDENTITY;

	for (scope_number n = 0; hop_first_need(f->rule) && n < world_scope_count(w);
		n++) {
		struct segment *s = NULL;
		node_id account;
		bool near;

		account = imagined_thing(w, (struct str){ 0 }, world_scope_account(w, n));
		if (hop_reaches_account(&near, h, f->actor, account, e) < 0 ||
			(near && world_segment(&s, w, n, e) < 0))
			return e->code;
		for (entity_id id = 0; near && id < segment_info(s)->entity_count; id++) {
			struct hub_end end = { .through = NODE_NONE,
				.residual = EXPR_TRUE,
				.verdict = VERDICT_ALLOWED };

			if (!(segment_entity(s, id)->flags & wanted))
				continue;
			end.node = world_node_entity(w, n, id);
			if (from_target(f, h, end, EXPR_TRUE, e) < 0)
				return e->code;
		}
	}
	return 0;
}

/* Any identity of the account: which of them the actor holds nobody collected. */
static int from_unread(struct from *f, struct hop *h, struct str why, struct err *e)
{
	struct segment *s = world_node_segment(h->world, f->actor);
	const struct node *node = world_node(h->world, f->actor);
	struct hub_end end = { .through = NODE_NONE, .verdict = VERDICT_UNKNOWN };

	end.residual = world_unknown(h->world, node->account, why, false);
	for (entity_id id = 0; s && id < segment_info(s)->entity_count; id++) {
		uint32_t flags = segment_entity(s, id)->flags;

		if (!(flags & ENTITY_IDENTITY) ||
			(flags & (ENTITY_COMPUTE | ENTITY_ROOT)))
			continue;
		end.node = world_node_entity(h->world, node->scope, id);
		if (from_target(f, h, end, EXPR_TRUE, e) < 0)
			return e->code;
	}
	end.node = missing_identity(h->world, node->account);
	return from_target(f, h, end, EXPR_TRUE, e);
}

/* What the actor holds and nobody collected. */
static int from_all_unread(struct from *f, struct hop *h, struct err *e)
{
	struct buf why = { 0 };
	int rc = hop_bond_unread(&why, h->world, f->actor, f->rule, e);

	for (size_t i = 0; i < VEC_COUNT(&why, struct str) && rc == 0; i++)
		rc = from_unread(f, h, VEC_DATA(&why, const struct str)[i], e);
	buf_release(&why);
	return rc;
}

static int from_carried(struct from *f, struct hop *h, struct err *e)
{
	struct buf found = { 0 };
	int rc = hop_bond_carried(&found, h->world, f->actor, false, e);

	if (rc == 0 && hop_needs_is_strict(h->needs))
		rc = from_all_unread(f, h, e);
	for (size_t i = 0; i < VEC_COUNT(&found, node_id) && rc == 0; i++) {
		struct hub_end end = { .node = VEC_DATA(&found, node_id)[i],
			.through = NODE_NONE,
			.residual = EXPR_TRUE,
			.verdict = VERDICT_ALLOWED };

		rc = from_target(f, h, end, EXPR_TRUE, e);
	}
	buf_release(&found);
	return rc;
}

/* One target with one thing that ties it, decided by itself. */
static int from_tie(
	struct from *f, struct hop *h, node_id target, node_id through, struct err *e)
{
	struct hub_end end = { .node = target,
		.through = through,
		.residual = EXPR_TRUE,
		.verdict = VERDICT_ALLOWED };
	expr x = EXPR_TRUE;

	if (through != NODE_NONE &&
		hop_test_all(&x, h->test, f->rule, RULE_THROUGH, through, e) < 0)
		return e->code;
	for (uint32_t k = 0; k < f->rule->need_count && end.verdict > VERDICT_DENIED;
		k++) {
		const struct rule_need *need = &f->rule->needs[k];
		expr one;

		if (!hop_on_pair(need))
			continue;
		if (hop_needs_decide(&one, h->needs, hop_needs_get(h->needs, need),
			    f->actor, need->on == RULE_TARGET ? target : through, e) < 0)
			return e->code;
		hop_candidates_and(
			&end, h->world, one, expr_verdict(world_pool(h->world), one));
	}
	return end.verdict > VERDICT_DENIED ? from_target(f, h, end, x, e) : 0;
}

/* All that ties one target, whatever the lists say; of the actor too. */
static int from_one(struct from *f, struct hop *h, node_id target, struct err *e)
{
	struct buf throughs = { 0 };
	bool near = true;
	int rc = 0;

	if (!hop_has_pair(f->rule) && !f->rule->self &&
		hop_reaches_account(&near, h, f->actor, target, e) < 0)
		return e->code;
	if (!near)
		return 0;
	if (f->rule->bond == RULE_UNBOUND)
		VEC_ADD(&throughs, node_id, NODE_NONE);
	else
		rc = hop_bond_throughs(&throughs, h->world, f->rule->bond, target,
			f->rule->through_kinds, f->rule->through_kind_count, e);
	for (size_t i = 0; i < VEC_COUNT(&throughs, node_id) && rc == 0; i++)
		rc = from_tie(f, h, target, VEC_DATA(&throughs, node_id)[i], e);
	buf_release(&throughs);
	return rc;
}

/* Whom the resource carries that was opened to the actor. */
static int from_opened(struct from *f, struct hop *h, struct err *e)
{
	struct buf targets = { 0 };
	int rc = 0;

	if (hop_bond_is_kind(h->world, f->tie, f->rule->through_kinds,
		    f->rule->through_kind_count))
		rc = hop_bond_targets(&targets, h->world, RULE_CARRYING, f->tie, e);
	for (size_t i = 0; i < VEC_COUNT(&targets, node_id) && rc == 0; i++)
		rc = from_tie(f, h, VEC_DATA(&targets, node_id)[i], f->tie, e);
	buf_release(&targets);
	return rc;
}

static int from_found(struct from *f, struct hop *h, struct err *e)
{
	const struct hop_candidates *c =
		f->rule->bond == RULE_UNBOUND ? &f->targets : &f->throughs;

	if (f->rule->self)
		return from_one(f, h, imagined_base(h->world, f->actor), e);
	if (f->tie != NODE_NONE)
		return from_opened(f, h, e);
	for (size_t i = 0; f->fixed && i < VEC_COUNT(f->fixed, node_id); i++) {
		if (from_one(f, h, VEC_DATA(f->fixed, const node_id)[i], e) < 0)
			return e->code;
	}
	if (f->fixed)
		return 0;
	if (hop_test_carries(f->rule))
		return from_carried(f, h, e);
	if (!hop_has_pair(f->rule))
		return from_account(f, h, e);
	if (from_pair(f, h, e) < 0)
		return e->code;
	for (size_t i = 0; i < VEC_COUNT(&c->ends, struct hub_end); i++) {
		const struct hub_end *end = &VEC_DATA(&c->ends, const struct hub_end)[i];
		int rc = f->rule->bond == RULE_UNBOUND
				 ? from_target(f, h, *end, EXPR_TRUE, e)
				 : from_through(f, h, end, e);

		if (rc < 0)
			return rc;
	}
	return 0;
}

/* Whether compute that nobody listed counts: in questions about one pair. */
static bool is_by_unseen(const struct from *f, const struct hop *h)
{
	return hop_needs_is_strict(h->needs) && f->rule->bond == RULE_CARRYING &&
	       hop_is_plain(f->rule) && !f->fixed && f->tie == NODE_NONE &&
	       f->alone.verdict > VERDICT_DENIED;
}

/* The targets of a rule; `fixed` as in struct from. */
static int from_rule(struct buf *out, struct hop *h, const struct rule *rule,
	node_id actor, const struct buf *fixed, struct err *e)
{
	struct from f = { .rule = rule,
		.actor = actor,
		.fixed = fixed,
		.tie = imagined_opened(h->world, actor),
		.alone = { .residual = EXPR_TRUE, .verdict = VERDICT_ALLOWED },
		.found = { .begun = true } };
	int rc;

	if (!hop_bond_is_kind(h->world, actor, rule->actor_kinds, rule->actor_kind_count))
		return 0;
	if ((world_node(h->world, actor)->flags & ENTITY_COMPUTE) &&
		!hop_test_carries(rule))
		return 0;
	rc = hop_actor_alone(&f.alone, h, rule, actor, e);
	if (rc == 0 && f.alone.verdict > VERDICT_DENIED)
		rc = from_found(&f, h, e);
	if (rc == 0)
		rc = hop_yield(&f.found, h, rule, actor, e);
	if (rc == 0 && f.found.ends.n > 0)
		VEC_ADD(out, const struct hub *, hop_hub_keep(h, rule, &f.found));
	if (rc == 0 && is_by_unseen(&f, h))
		rc = hop_unseen_from(out, h->unseen, rule, actor, e);
	hop_candidates_release(&f.found);
	hop_candidates_release(&f.targets);
	hop_candidates_release(&f.throughs);
	return rc;
}

/* An end that all other changes could only repeat. */
static int ends_free(
	bool *out, struct hop *h, const struct buf *hubs, size_t first, struct err *e)
{
	const struct decide_subject *s;

	for (size_t i = first; i < VEC_COUNT(hubs, const struct hub *); i++) {
		const struct hub *hub = VEC_DATA(hubs, const struct hub *)[i];

		if (!hub->rule->self || !(hub->rule->yields & RULE_ANY_POLICY) ||
			hub->ends[0].verdict != VERDICT_ALLOWED)
			continue;
		if (subject_get(&s, world_subjects(h->world), hub->ends[0].node, e) < 0)
			return e->code;
		*out = search_has_everything(s);
		if (*out)
			return 0;
	}
	return 0;
}

/* Try for each rule about others whether the actor changes one who covers the others. */
static int from_likely(
	struct buf *out, struct hop *h, node_id actor, const bool *may, struct err *e)
{
	for (uint32_t i = 0; i < hop_rule_count(h); i++) {
		const struct rule *rule = hop_rule(h, i);
		struct buf likely = { 0 };
		size_t before = VEC_COUNT(out, const struct hub *);
		int rc = 0;

		if (may[i] && hop_is_change(rule))
			rc = hop_cover_likely(&likely, h->cover, rule, actor, e);
		for (size_t k = 0; k < VEC_COUNT(&likely, node_id) && rc == 0 &&
				   VEC_COUNT(out, const struct hub *) == before;
			k++) {
			struct buf one = { 0 };

			VEC_ADD(&one, node_id, VEC_DATA(&likely, const node_id)[k]);
			rc = from_rule(out, h, rule, actor, &one, e);
			buf_release(&one);
		}
		buf_release(&likely);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* The hubs of a change rule about others; `fixed`: only on these. */
static int from_change_rule(struct buf *out, struct hop *h, const struct rule *rule,
	node_id actor, const struct buf *fixed, struct err *e)
{
	struct buf rest = { 0 };
	int rc = 0, known = 0;

	if (!fixed && !h->every) {
		known = hop_cover_rest(&rest, h->cover, rule, actor, e);
		rc = known < 0 ? known : 0;
	}
	if (rc == 0)
		rc = from_rule(out, h, rule, actor, known ? &rest : fixed, e);
	buf_release(&rest);
	return rc;
}

/* Whether the actor is sure to write its own policies: no group gives it more. */
static bool writes_own(const struct buf *hubs, size_t first)
{
	for (size_t i = first; i < VEC_COUNT(hubs, const struct hub *); i++) {
		const struct hub *hub = VEC_DATA(hubs, const struct hub *)[i];

		if (hub->rule->self && (hub->rule->yields & RULE_ANY_POLICY) &&
			hub->ends[0].verdict == VERDICT_ALLOWED)
			return true;
	}
	return false;
}

/* The hubs of change rules about oneself; those of membership last. */
static int from_own_rules(struct buf *out, struct hop *h, node_id actor, struct err *e)
{
	size_t first = VEC_COUNT(out, const struct hub *);
	uint32_t count = hop_rule_count(h);
	const bool *may;

	if (hop_grants_of(&may, h->grants, actor, e) < 0)
		return e->code;
	for (uint32_t i = 0; i < 2 * count; i++) {
		const struct rule *rule = hop_rule(h, i % count);
		bool last = (rule->yields & RULE_MEMBER) != 0;

		if (i == count && !h->every && writes_own(out, first))
			break;
		if (hop_is_change(rule) && may[i % count] && rule_keeps_actor(rule) &&
			last == (i >= count) &&
			from_rule(out, h, rule, actor, NULL, e) < 0)
			return e->code;
	}
	return 0;
}

/* The hubs of change rules about others. */
static int from_change_rules(struct buf *out, struct hop *h, node_id actor,
	enum hop_reach reach, struct err *e)
{
	bool apart = reach != HOP_REACH_ALL;
	uint32_t count = hop_rule_count(h);
	struct buf fixed = { 0 };
	const bool *may;
	int rc = hop_grants_of(&may, h->grants, actor, e);

	if (rc == 0 && apart && hop_changes_others(h))
		rc = hop_kin_apart(&fixed, h->kin, actor, reach == HOP_REACH_FIRST,
			RULE_ANY_POLICY, e);
	hop_cover_begin(h->cover);
	if (rc == 0 && !apart && !h->every)
		rc = from_likely(out, h, actor, may, e);
	for (uint32_t i = 0; i < 2 * count && rc == 0; i++) {
		const struct rule *rule = hop_rule(h, i % count);
		/* who is changed by anybody covers those whom a few can change */
		bool last = rule->bond != RULE_UNBOUND;

		if (hop_is_change(rule) && may[i % count] && !rule_keeps_actor(rule) &&
			last == (i >= count))
			rc = from_change_rule(
				out, h, rule, actor, apart ? &fixed : NULL, e);
	}
	buf_release(&fixed);
	return rc;
}

/* Whether the rule's needs on its target can be met on anything of its kinds at all. */
static int may_change_any(
	bool *out, struct hop *h, const struct rule *rule, node_id actor, struct err *e)
{
	*out = true;
	for (uint32_t i = 0; i < rule->need_count && *out; i++) {
		struct rule_need some = { .on = RULE_NEW };
		bool any = false;

		for (uint32_t k = 0; k < rule->target_kind_count && !any; k++) {
			node_id object;
			expr x;

			some.kind = rule->target_kinds[k];
			object = hop_needs_object(h->needs, &some, actor);
			if (rule->needs[i].on != RULE_TARGET || object == NODE_NONE) {
				any = true;
				break;
			}
			if (hop_needs_decide(&x, h->needs,
				    hop_needs_get(h->needs, &rule->needs[i]), actor,
				    object, e) < 0)
				return e->code;
			any = x != EXPR_FALSE;
		}
		*out = any;
	}
	return 0;
}

/* Targets that are tried before all are looked at. */
#define FIRST_TRIED 16u

/* The hub of the first target that nothing binds, when the actor is sure to change it. */
static int from_first_of(struct buf *out, bool *done, struct hop *h,
	const struct rule *rule, node_id actor, struct err *e)
{
	scope_number scope = world_node(h->world, actor)->scope;
	struct segment *s = world_node_segment(h->world, actor);
	uint32_t tried = 0;

	for (entity_id id = 0; !*done && id < segment_info(s)->entity_count; id++) {
		struct buf one = { 0 };
		size_t before = VEC_COUNT(out, const struct hub *);
		node_id n;
		bool plain;
		int rc;

		if (!(segment_entity(s, id)->flags & ENTITY_IDENTITY) ||
			(segment_entity(s, id)->flags & (ENTITY_COMPUTE | ENTITY_ROOT)))
			continue;
		n = world_node_entity(h->world, scope, id);
		if (!hop_bond_is_kind(
			    h->world, n, rule->target_kinds, rule->target_kind_count))
			continue;
		if (hop_kin_plain(&plain, h->kin, n, e) < 0)
			return e->code;
		if (!plain)
			continue;
		VEC_ADD(&one, node_id, n);
		rc = from_rule(out, h, rule, actor, &one, e);
		buf_release(&one);
		if (rc < 0)
			return rc;
		for (size_t i = before; i < VEC_COUNT(out, const struct hub *); i++)
			*done |= VEC_DATA(out, const struct hub *)[i]->ends[0].verdict ==
				 VERDICT_ALLOWED;
		/* one who is not sure to be changed stands for nobody */
		if (!*done)
			out->n = before * sizeof(const struct hub *);
		if (++tried == FIRST_TRIED)
			break;
	}
	return 0;
}

/* *done: there is such a one, who can do whatever others could that the actor changes. */
static int from_first(
	struct buf *out, bool *done, struct hop *h, node_id actor, struct err *e)
{
	bool may, any = false;

	*done = false;
	for (uint32_t i = 0; i < hop_rule_count(h) && !*done; i++) {
		const struct rule *rule = hop_rule(h, i);

		if (!hop_is_change(rule) || rule_keeps_actor(rule) ||
			!(rule->yields & RULE_ANY_POLICY))
			continue;
		if (may_change_any(&may, h, rule, actor, e) < 0)
			return e->code;
		any |= may;
		if (may && from_first_of(out, done, h, rule, actor, e) < 0)
			return e->code;
	}
	*done |= !any;
	return 0;
}

int hop_from_changes(struct buf *out, struct hop *h, node_id actor, struct err *e)
{
	size_t first = VEC_COUNT(out, const struct hub *);
	enum hop_reach reach;
	bool done = false;

	if (hop_reach(&reach, h, actor, e) < 0)
		return e->code;
	if (reach == HOP_REACH_NONE)
		return 0;
	if (reach == HOP_REACH_ALL && (from_own_rules(out, h, actor, e) < 0 ||
					      ends_free(&done, h, out, first, e) < 0))
		return e->code;
	if (reach == HOP_REACH_ALL && done)
		reach = HOP_REACH_APART;
	if (reach == HOP_REACH_FIRST && from_first(out, &done, h, actor, e) < 0)
		return e->code;
	if (reach == HOP_REACH_FIRST && !done)
		reach = HOP_REACH_ALL;
	return from_change_rules(out, h, actor, reach, e);
}

/*
 * Per rule that opens resources, whether it comes into question. Where a ruler has all
 * that policies give the actor but by its name, those where its name counts.
 */
static int openers_of(
	const bool **out, struct hop *h, node_id actor, node_id ruler, struct err *e)
{
	bool has = false;

	if (ruler != NODE_NONE && hop_cover_has(&has, h->cover, ruler, actor, e) < 0)
		return e->code;
	return has ? hop_grants_named(out, h->grants, actor, e)
		   : hop_grants_of(out, h->grants, actor, e);
}

/* The hubs that open resources. */
static int from_openings(struct buf *out, struct hop *h, node_id actor,
	enum hop_open_sort sort, node_id ruler, struct err *e)
{
	const bool *may;
	bool nothing = false;
	int rc = hop_needs_is_strict(h->needs)
			 ? 0
			 : hop_kin_opens_nothing(&nothing, h->kin, actor, e);

	if (rc < 0 || nothing)
		return rc;
	rc = openers_of(&may, h, actor, ruler, e);
	for (uint32_t i = 0; i < hop_rule_count(h) && rc == 0; i++) {
		const struct rule *rule = hop_rule(h, i);
		struct buf resources = { 0 };

		if (!may[i] || !(rule->yields & RULE_ACCESS))
			continue;
		rc = hop_open_what(&resources, h->open, rule, actor, sort, ruler, e);
		if (rc == 0 && resources.n > 0)
			rc = from_rule(out, h, rule, actor, &resources, e);
		buf_release(&resources);
	}
	return rc;
}

int hop_from_openings(
	struct buf *out, struct hop *h, node_id actor, node_id ruler, struct err *e)
{
	return from_openings(out, h, actor, HOP_OPEN_ALL, ruler, e);
}

int hop_from_beside(struct buf *out, struct hop *h, node_id actor, struct err *e)
{
	/* Whatever else it does it does without the resource. */
	if (imagined_opened(h->world, actor) != NODE_NONE)
		return 0;
	if (hop_from_changes(out, h, actor, e) < 0)
		return e->code;
	return from_openings(out, h, actor, HOP_OPEN_LEADING, NODE_NONE, e);
}

int hop_from_wanted(struct buf *out, struct hop *h, node_id actor, struct err *e)
{
	if (!hop_open_is_wanted(h->open) || imagined_opened(h->world, actor) != NODE_NONE)
		return 0;
	return from_openings(out, h, actor, HOP_OPEN_WANTED, NODE_NONE, e);
}

int hop_from(struct buf *out, struct hop *h, node_id actor, struct err *e)
{
	bool opener = imagined_opened(h->world, actor) != NODE_NONE;
	const bool *may;

	if (hop_grants_of(&may, h->grants, actor, e) < 0)
		return e->code;
	for (uint32_t i = 0; i < hop_rule_count(h); i++) {
		const struct rule *rule = hop_rule(h, i);

		if (may[i] && hop_is_plain(rule) &&
			(!opener || rule->bond == RULE_CARRYING) &&
			from_rule(out, h, rule, actor, NULL, e) < 0)
			return e->code;
	}
	return hop_from_beside(out, h, actor, e);
}
