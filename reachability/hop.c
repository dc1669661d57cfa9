#include "reachability/hop_priv.h"

#include <stdlib.h>

#include "base/mutant.h"
#include "reachability/hop_bond.h"
#include "reachability/hop_change.h"
#include "reachability/hop_grant.h"
#include "reachability/hop_list.h"
#include "reachability/hop_test.h"
#include "reachability/imagined.h"
#include "reachability/missing.h"
#include "reachability/subject.h"

/* Who holds credentials: people hold those that they were assigned, compute its own. */
static void carry_of_provider(
	struct hop *h, const struct provider *p, struct str id, enum hop_class class)
{
	struct arena *arena = world_arena(h->world);
	struct rule *rule = ARENA_NEW(arena, struct rule);
	struct rule_test *tests = ARENA_NEW_ARRAY(arena, struct rule_test, 2);

	tests[0] = (struct rule_test){ .type = RULE_CARRIES, .of = RULE_ACTOR };
	tests[1] = (struct rule_test){ .type = RULE_MATCHES,
		.of = RULE_ACTOR,
		.unless = class == HOP_CARRY,
		.text = p->assigned };
	*rule = (struct rule){ .id = id,
		.class = class,
		.tests = tests,
		.test_count = 2,
		.yields = RULE_AS_TARGET };
	VEC_ADD(&h->rules, const struct rule *, rule);
}

/* The rules that a provider brings itself, when no others were given. */
static void rules_of_provider(struct hop *h)
{
	struct arena *arena = world_arena(h->world);
	const struct provider *p = provider_get(0);

	for (uint32_t i = 0; i < p->assumption_count; i++) {
		struct rule *rule = ARENA_NEW(arena, struct rule);
		struct rule_need *need = ARENA_NEW(arena, struct rule_need);

		*need = (struct rule_need){ .action = p->assumptions[i].action,
			.on = RULE_TARGET };
		*rule = (struct rule){ .id = p->assumptions[i].rule,
			.class = HOP_ASSUME,
			.needs = need,
			.need_count = 1,
			.yields = RULE_AS_TARGET };
		VEC_ADD(&h->rules, const struct rule *, rule);
	}
	carry_of_provider(h, p, STR_LIT("carry"), HOP_CARRY);
	carry_of_provider(h, p, p->assigned_rule, HOP_ASSUME);
}

struct hop *hop_new(struct world *w)
{
	struct hop *h = calloc(1, sizeof(*h));
	const struct rules *rules = world_rules(w);

	if (!h)
		abort();
	h->world = w;
	h->needs = hop_needs_new(w);
	h->lists = hop_lists_new(w, h->needs);
	h->test = hop_test_new(w, h->needs);
	intern_init(&h->shared);
	for (uint32_t i = 0; rules && i < rules_count(rules); i++)
		VEC_ADD(&h->rules, const struct rule *, rules_get(rules, i));
	if (!rules)
		rules_of_provider(h);
	h->grants = hop_grants_new(
		w, VEC_DATA(&h->rules, const struct rule *const), hop_rule_count(h));
	h->change = hop_change_new(w, h);
	return h;
}

void hop_free(struct hop *h)
{
	if (!h)
		return;
	hop_change_free(h->change);
	hop_grants_free(h->grants);
	hop_test_free(h->test);
	hop_lists_free(h->lists);
	hop_needs_free(h->needs);
	intern_release(&h->shared);
	buf_release(&h->rules);
	buf_release(&h->hubs);
	free(h);
}

uint32_t hop_rule_count(const struct hop *h)
{
	return (uint32_t)VEC_COUNT(&h->rules, const struct rule *);
}

const struct rule *hop_rule(const struct hop *h, uint32_t index)
{
	return VEC_DATA(&h->rules, const struct rule *)[index];
}

struct hop_change *hop_change_of(struct hop *h)
{
	return h->change;
}

struct hop_needs *hop_needs(struct hop *h)
{
	return h->needs;
}

uint32_t hop_hub_count(const struct hop *h)
{
	return h->count;
}

uint64_t hop_end_count(const struct hop *h)
{
	return h->ends;
}

const struct hub *hop_hub_keep(
	struct hop *h, const struct rule *rule, const struct hop_candidates *c)
{
	struct hub *hub = ARENA_NEW(world_arena(h->world), struct hub);
	struct hub_end *copy = arena_alloc(world_arena(h->world), c->ends.n + 1);

	if (c->ends.n > 0)
		memcpy(copy, c->ends.p, c->ends.n);
	*hub = (struct hub){ .number = h->count++,
		.through = NODE_NONE,
		.rule = rule,
		.ends = copy,
		.count = (uint32_t)VEC_COUNT(&c->ends, struct hub_end) };
	h->ends += hub->count;
	return hub;
}

bool hop_is_plain(const struct rule *rule)
{
	return rule->yields == RULE_AS_TARGET && !rule->self;
}

bool hop_is_change(const struct rule *rule)
{
	return rule->self && (rule->yields & RULE_ANY_POLICY);
}

bool hop_on_pair(const struct rule_need *need)
{
	return need->on == RULE_TARGET || need->on == RULE_THROUGH;
}

/* --- what the actor needs by itself --- */

int hop_actor_alone(struct hub_end *end, struct hop *h, const struct rule *rule,
	node_id actor, struct err *e)
{
	expr x;

	if (hop_test_all(&x, h->test, rule, RULE_ACTOR, actor, e) < 0)
		return e->code;
	hop_candidates_and(end, h->world, x, expr_verdict(world_pool(h->world), x));
	for (uint32_t i = 0; i < rule->need_count && end->verdict > VERDICT_DENIED; i++) {
		const struct rule_need *need = &rule->needs[i];
		node_id object;

		if (hop_on_pair(need) || MUTANT(hop_need_dropped, false, i > 0))
			continue;
		object = hop_needs_object(h->needs, need, actor);
		x = EXPR_FALSE;
		if (object != NODE_NONE &&
			hop_needs_decide(&x, h->needs, hop_needs_get(h->needs, need),
				actor, object, e) < 0)
			return e->code;
		hop_candidates_and(
			end, h->world, x, expr_verdict(world_pool(h->world), x));
	}
	return 0;
}

/* --- hubs that lead to a target --- */

struct into {
	const struct rule *rule;
	node_id target, through; /* through: NODE_NONE without a bond */
	expr facts;              /* what the tests of both leave */
};

/*
 * Rules whose needs name neither target nor through: whoever meets them in the target's
 * account, or in the one that rules its organization.
 */
int hop_reaches_account(
	bool *out, struct hop *h, node_id actor, node_id target, struct err *e)
{
	const struct world_organization *a, *t;
	struct str of = world_node(h->world, actor)->account;
	struct str to = world_node(h->world, target)->account;

	*out = of.n > 0 && str_eq(of, to);
	if (*out || of.n == 0 || to.n == 0)
		return 0;
	if (world_organization(&a, h->world, of, e) < 0 ||
		world_organization(&t, h->world, to, e) < 0)
		return e->code;
	*out = a->exempt && a->id.n > 0 && str_eq(a->id, t->id);
	return 0;
}

/* The need that tells who comes into question; NULL: no rule of that sort. */
const struct rule_need *hop_first_need(const struct rule *rule)
{
	for (uint32_t i = 0; i < rule->need_count; i++) {
		if (rule->needs[i].on != RULE_ACTOR)
			return &rule->needs[i];
	}
	return NULL;
}

/* Whoever meets the first of the needs, in each account from which that would do. */
static int into_account(
	struct hop_candidates *c, struct hop *h, const struct into *in, struct err *e)
{
	const struct rule_need *need = hop_first_need(in->rule);

	for (scope_number n = 0; need && n < world_scope_count(h->world); n++) {
		const struct hop_list *list;
		struct segment *s;
		node_id account;
		bool near;

		if (world_segment(&s, h->world, n, e) < 0)
			return e->code;
		account = imagined_thing(
			h->world, (struct str){ 0 }, world_scope_account(h->world, n));
		if (hop_reaches_account(&near, h, account, in->target, e) < 0)
			return e->code;
		if (!near)
			continue;
		if (hop_lists_who(&list, h->lists, hop_needs_get(h->needs, need),
			    hop_needs_object(h->needs, need, account), e) < 0)
			return e->code;
		buf_add(&c->ends, list->ends, list->count * sizeof(*list->ends));
	}
	hop_candidates_sort(c);
	return 0;
}

static int into_pair(struct hop_candidates *c, struct buf *key, struct hop *h,
	const struct into *in, struct err *e)
{
	for (uint32_t i = 0; i < in->rule->need_count; i++) {
		const struct rule_need *need = &in->rule->needs[i];
		const struct hop_list *list;
		node_id object = need->on == RULE_TARGET ? in->target : in->through;

		if (!hop_on_pair(need))
			continue;
		if (hop_lists_who(&list, h->lists, hop_needs_get(h->needs, need), object,
			    e) < 0)
			return e->code;
		VEC_ADD(key, uint32_t, list->number);
		if (c)
			hop_lists_meet(c, h->world, list);
	}
	return 0;
}

/* Imagined identities that meet all pair needs. */
static int into_imagined(
	struct hop_candidates *c, struct hop *h, const struct into *in, struct err *e)
{
	node_id place = in->through != NODE_NONE ? in->through : in->target;
	const node_id *nodes;
	uint32_t count;

	if (hop_change_near(&nodes, &count, h->change, place, e) < 0)
		return e->code;
	for (uint32_t i = 0; i < count; i++) {
		struct hub_end end = { .node = nodes[i],
			.through = NODE_NONE,
			.residual = EXPR_TRUE,
			.verdict = VERDICT_ALLOWED };

		for (uint32_t k = 0; k < in->rule->need_count; k++) {
			const struct rule_need *need = &in->rule->needs[k];
			expr x;

			if (!hop_on_pair(need))
				continue;
			if (hop_needs_decide(&x, h->needs, hop_needs_get(h->needs, need),
				    nodes[i],
				    need->on == RULE_TARGET ? in->target : in->through,
				    e) < 0)
				return e->code;
			hop_candidates_and(
				&end, h->world, x, expr_verdict(world_pool(h->world), x));
		}
		if (end.verdict > VERDICT_DENIED)
			buf_add(&c->ends, &end, sizeof(end));
	}
	hop_candidates_sort(c);
	return 0;
}

/* Leave those candidates that can act and meet what is asked of the actor alone. */
static int into_finish(
	struct hop_candidates *c, struct hop *h, const struct into *in, struct err *e)
{
	struct hub_end *v = VEC_DATA(&c->ends, struct hub_end);
	size_t count = VEC_COUNT(&c->ends, struct hub_end), kept = 0;
	enum expr_verdict facts = expr_verdict(world_pool(h->world), in->facts);

	for (size_t i = 0; i < count; i++) {
		struct hub_end end = v[i];

		if (!hop_bond_is_kind(h->world, end.node, in->rule->actor_kinds,
			    in->rule->actor_kind_count))
			continue;
		hop_candidates_and(&end, h->world, in->facts, facts);
		if (hop_actor_alone(&end, h, in->rule, end.node, e) < 0)
			return e->code;
		if (end.verdict > VERDICT_DENIED)
			v[kept++] = end;
	}
	c->ends.n = kept * sizeof(*v);
	return 0;
}

bool hop_has_pair(const struct rule *rule)
{
	for (uint32_t i = 0; i < rule->need_count; i++) {
		if (hop_on_pair(&rule->needs[i]))
			return true;
	}
	return false;
}

static int into_make(
	const struct hub **out, struct hop *h, const struct into *in, struct err *e)
{
	struct hop_candidates c = { .begun = false };
	struct buf key = { 0 };
	int rc = hop_has_pair(in->rule) ? into_pair(&c, &key, h, in, e)
					: into_account(&c, h, in, e);

	if (rc == 0 && hop_has_pair(in->rule))
		rc = into_imagined(&c, h, in, e);
	if (rc == 0)
		rc = into_finish(&c, h, in, e);
	if (rc == 0)
		*out = hop_hub_keep(h, in->rule, &c);
	buf_release(&key);
	hop_candidates_release(&c);
	return rc;
}

/* The hub of one rule and one bond; targets that differ in nothing share it. */
static int into_one(struct buf *out, struct hop *h, const struct into *in, struct err *e)
{
	struct buf key = { 0 };
	uint32_t before = intern_count(&h->shared), number;
	struct hub *hub = ARENA_NEW(world_arena(h->world), struct hub);
	const struct hub *shared = NULL;
	int rc;

	VEC_ADD(&key, const void *, in->rule);
	VEC_ADD(&key, expr, in->facts);
	if (!hop_has_pair(in->rule))
		VEC_ADD(&key, uint32_t, world_node(h->world, in->target)->scope);
	rc = into_pair(NULL, &key, h, in, e);
	number = rc == 0 ? intern_add(&h->shared, buf_str(&key)) : 0;
	buf_release(&key);
	if (rc < 0)
		return rc;
	if (number == before) {
		VEC_ADD(&h->hubs, const struct hub *, NULL);
		if (into_make(&shared, h, in, e) < 0)
			return e->code;
		VEC_DATA(&h->hubs, const struct hub *)[number] = shared;
	}
	shared = VEC_DATA(&h->hubs, const struct hub *)[number];
	if (shared->count == 0)
		return 0;
	*hub = *shared;
	hub->through = in->through;
	VEC_ADD(out, const struct hub *, hub);
	return 0;
}

static int into_carried(struct buf *out, struct hop *h, const struct rule *rule,
	node_id target, struct err *e)
{
	struct hop_candidates c = { .begun = true };
	struct buf found = { 0 };
	int rc = hop_bond_carried(&found, h->world, target, true, e);
	struct into in = { .rule = rule, .target = target, .facts = EXPR_TRUE };

	for (size_t i = 0; i < VEC_COUNT(&found, node_id) && rc == 0; i++)
		hop_candidates_add(
			&c, h->world, VEC_DATA(&found, node_id)[i], NODE_NONE, EXPR_TRUE);
	hop_candidates_sort(&c);
	if (rc == 0)
		rc = into_finish(&c, h, &in, e);
	if (rc == 0 && c.ends.n > 0)
		VEC_ADD(out, const struct hub *, hop_hub_keep(h, rule, &c));
	buf_release(&found);
	hop_candidates_release(&c);
	return rc;
}

static int into_rule(struct buf *out, struct hop *h, const struct rule *rule,
	node_id target, struct err *e)
{
	struct into in = { .rule = rule, .target = target, .through = NODE_NONE };
	struct buf throughs = { 0 };
	expr facts, x;
	int rc;

	if (!hop_bond_is_kind(
		    h->world, target, rule->target_kinds, rule->target_kind_count))
		return 0;
	if (hop_test_all(&facts, h->test, rule, RULE_TARGET, target, e) < 0)
		return e->code;
	in.facts = facts;
	if (facts == EXPR_FALSE)
		return 0;
	if (hop_test_carries(rule))
		return into_carried(out, h, rule, target, e);
	if (rule->bond == RULE_UNBOUND)
		return into_one(out, h, &in, e);
	rc = hop_bond_throughs(&throughs, h->world, rule->bond, target,
		rule->through_kinds, rule->through_kind_count, e);
	for (size_t i = 0; i < VEC_COUNT(&throughs, node_id) && rc == 0; i++) {
		in.through = VEC_DATA(&throughs, node_id)[i];
		rc = hop_test_all(&x, h->test, rule, RULE_THROUGH, in.through, e);
		in.facts = expr_and(world_pool(h->world), facts, x);
		if (rc == 0 && in.facts != EXPR_FALSE)
			rc = into_one(out, h, &in, e);
	}
	buf_release(&throughs);
	return rc;
}

/* What makes an imagined identity of others: one hub for each way. */
static int into_change(struct buf *out, struct hop *h, node_id target, struct err *e)
{
	const struct hop_change_step *steps;
	uint32_t count;

	if (hop_change_into(&steps, &count, h->change, target, e) < 0)
		return e->code;
	for (uint32_t i = 0; i < count; i++) {
		struct hop_candidates c = { .begun = true };

		if (steps[i].end.node != target)
			continue;
		buf_add(&c.ends, &steps[i].end, sizeof(steps[i].end));
		VEC_DATA(&c.ends, struct hub_end)->node = steps[i].from;
		VEC_ADD(out, const struct hub *, hop_hub_keep(h, steps[i].rule, &c));
		hop_candidates_release(&c);
	}
	return 0;
}

int hop_into(struct buf *out, struct hop *h, node_id target, struct err *e)
{
	if (world_node(h->world, target)->imagined)
		return into_change(out, h, target, e);
	for (uint32_t i = 0; i < hop_rule_count(h); i++) {
		const struct rule *rule = hop_rule(h, i);

		if (hop_is_plain(rule) && into_rule(out, h, rule, target, e) < 0)
			return e->code;
	}
	return 0;
}
