#include "reachability/hop_priv.h"

#include <stdlib.h>

#include "base/mutant.h"
#include "reachability/hop_bond.h"
#include "reachability/hop_change.h"
#include "reachability/hop_grant.h"
#include "reachability/hop_kin.h"
#include "reachability/hop_list.h"
#include "reachability/hop_open.h"
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

/* What rules about others change of them. */
static void gains_of(struct hop *h)
{
	for (uint32_t i = 0; i < hop_rule_count(h); i++) {
		uint32_t gains = hop_rule(h, i)->yields & RULE_GAINS;
		bool known = gains == 0 || hop_rule(h, i)->self;

		for (uint32_t k = 0; k < h->gain_count; k++)
			known |= h->gains[k] == gains;
		if (!known)
			h->gains[h->gain_count++] = gains;
	}
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
	h->kin = hop_kin_new(w, h->needs);
	h->open = hop_open_new(w, h);
	gains_of(h);
	return h;
}

void hop_free(struct hop *h)
{
	if (!h)
		return;
	hop_change_free(h->change);
	hop_kin_free(h->kin);
	hop_open_free(h->open);
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

struct hop_open *hop_open_of(struct hop *h)
{
	return h->open;
}

int hop_want(struct hop *h, node_id object, struct err *e)
{
	const struct decide_object *o;

	if (subject_object(&o, world_subjects(h->world), object, e) < 0)
		return e->code;
	if (o->o.is_way)
		hop_open_want(h->open, o->o.beneath);
	/* what opens a container opens what is beneath it */
	for (; o; o = o->above)
		hop_open_want(h->open, o->o.node);
	return 0;
}

struct hop_kin *hop_kin_of(struct hop *h)
{
	return h->kin;
}

void hop_set_every(struct hop *h)
{
	h->every = true;
}

bool hop_changes_others(const struct hop *h)
{
	return h->gain_count > 0;
}

void hop_changed(struct buf *out, struct hop *h, node_id target)
{
	for (uint32_t i = 0; i < h->gain_count; i++)
		VEC_ADD(out, node_id, imagined_identity(h->world, target, h->gains[i]));
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
	return (rule->yields & (RULE_GAINS | RULE_MEMBER)) != 0;
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

/* The imagined identities of an account: what they need is decided for each. */
static int into_account_imagined(
	struct hop_candidates *c, struct hop *h, node_id account, struct err *e)
{
	const node_id *nodes;
	uint32_t count;

	if (hop_change_near(&nodes, &count, h->change, account, e) < 0)
		return e->code;
	for (uint32_t i = 0; i < count; i++)
		hop_candidates_add(c, h->world, nodes[i], NODE_NONE, EXPR_TRUE);
	return 0;
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
		if (into_account_imagined(c, h, account, e) < 0)
			return e->code;
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

/* One imagined identity, if it meets all pair needs. */
static int into_meet(struct hop_candidates *c, struct hop *h, const struct into *in,
	node_id n, struct err *e)
{
	struct hub_end end = { .node = n,
		.through = NODE_NONE,
		.residual = EXPR_TRUE,
		.verdict = VERDICT_ALLOWED };

	for (uint32_t k = 0; k < in->rule->need_count; k++) {
		const struct rule_need *need = &in->rule->needs[k];
		expr x;

		if (!hop_on_pair(need))
			continue;
		if (hop_needs_decide(&x, h->needs, hop_needs_get(h->needs, need), n,
			    need->on == RULE_TARGET ? in->target : in->through, e) < 0)
			return e->code;
		hop_candidates_and(
			&end, h->world, x, expr_verdict(world_pool(h->world), x));
	}
	if (end.verdict > VERDICT_DENIED)
		buf_add(&c->ends, &end, sizeof(end));
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
		if (into_meet(c, h, in, nodes[i], e) < 0)
			return e->code;
	}
	hop_candidates_sort(c);
	return 0;
}

static bool has_allowed(const struct hop_candidates *c, node_id n)
{
	const struct hub_end *v = VEC_DATA(&c->ends, const struct hub_end);
	size_t low = 0, high = VEC_COUNT(&c->ends, struct hub_end);

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (v[mid].node < n)
			low = mid + 1;
		else
			high = mid;
	}
	return low < VEC_COUNT(&c->ends, struct hub_end) && v[low].node == n &&
	       v[low].verdict == VERDICT_ALLOWED;
}

/*
 * Those to whom what ties the target can be opened, where they do not meet the needs
 * anyway. *any: there are such, and no other target has the same.
 */
static int into_opened(struct hop_candidates *c, bool *any, struct hop *h,
	const struct into *in, struct err *e)
{
	const struct hop_opening *who;
	struct hop_candidates found = { .begun = true };
	uint32_t count;
	int rc = 0;

	if (in->rule->bond != RULE_CARRYING || (in->rule->yields & RULE_ACCESS))
		return 0;
	if (hop_open_who(&who, &count, h->open, in->through, e) < 0)
		return e->code;
	for (uint32_t i = 0; i < count && rc == 0; i++) {
		if (!has_allowed(c, who[i].end.node) &&
			(i == 0 || who[i].node != who[i - 1].node))
			rc = into_meet(&found, h, in, who[i].node, e);
	}
	*any |= found.ends.n > 0;
	if (found.ends.n > 0)
		buf_add(&c->ends, found.ends.p, found.ends.n);
	hop_candidates_release(&found);
	hop_candidates_sort(c);
	return rc;
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

static int into_make(const struct hub **out, bool *alone, struct hop *h,
	const struct into *in, struct err *e)
{
	struct hop_candidates c = { .begun = false };
	struct buf key = { 0 };
	int rc = hop_has_pair(in->rule) ? into_pair(&c, &key, h, in, e)
					: into_account(&c, h, in, e);

	if (rc == 0 && hop_has_pair(in->rule))
		rc = into_imagined(&c, h, in, e);
	if (rc == 0)
		rc = into_opened(&c, alone, h, in, e);
	if (rc == 0)
		rc = into_finish(&c, h, in, e);
	if (rc == 0)
		*out = hop_hub_keep(h, in->rule, &c);
	buf_release(&key);
	hop_candidates_release(&c);
	return rc;
}

/* What decides the hub of one rule and one bond. */
static int into_key(struct buf *key, struct hop *h, const struct into *in, struct err *e)
{
	uint32_t number;

	VEC_ADD(key, const void *, in->rule);
	VEC_ADD(key, expr, in->facts);
	if (!hop_has_pair(in->rule))
		VEC_ADD(key, uint32_t, world_node(h->world, in->target)->scope);
	if (into_pair(NULL, key, h, in, e) < 0)
		return e->code;
	if (in->rule->bond == RULE_CARRYING && !(in->rule->yields & RULE_ACCESS)) {
		if (hop_open_number(&number, h->open, in->through, e) < 0)
			return e->code;
		VEC_ADD(key, uint32_t, number);
	}
	return 0;
}

/* The hub that is shared by all that have the key, or `alone`. */
static int into_shared(struct shared_hub *out, struct hop *h, const struct into *in,
	const struct buf *key, struct err *e)
{
	uint32_t before = intern_count(&h->shared), number;

	number = intern_add(&h->shared, buf_str(key));
	if (number == before) {
		struct shared_hub made = { 0 };

		VEC_ADD(&h->hubs, struct shared_hub, made);
		if (into_make(&made.hub, &made.alone, h, in, e) < 0)
			return e->code;
		VEC_DATA(&h->hubs, struct shared_hub)[number] = made;
	}
	*out = VEC_DATA(&h->hubs, const struct shared_hub)[number];
	return 0;
}

/* The hub of one rule and one bond; targets that differ in nothing share it. */
static int into_one(struct buf *out, struct hop *h, const struct into *in, struct err *e)
{
	struct buf key = { 0 };
	struct hub *hub;
	struct shared_hub shared = { 0 };
	int rc = into_key(&key, h, in, e);

	if (rc == 0)
		rc = into_shared(&shared, h, in, &key, e);
	if (rc == 0 && shared.alone) {
		VEC_ADD(&key, node_id, in->through);
		rc = into_shared(&shared, h, in, &key, e);
	}
	buf_release(&key);
	if (rc < 0 || shared.hub->count == 0)
		return rc;
	hub = ARENA_NEW(world_arena(h->world), struct hub);
	*hub = *shared.hub;
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

int hop_into_rule(struct buf *out, struct hop *h, const struct rule *rule, node_id target,
	struct err *e)
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

/* What makes it of the same identity: one hub for each way. */
static int into_steps(struct buf *out, struct hop *h, node_id target, struct err *e)
{
	const struct hop_change_step *steps;
	uint32_t count;

	if (hop_change_into(&steps, &count, h->change, target, e) < 0)
		return e->code;
	for (uint32_t i = 0; i < count; i++) {
		struct hop_candidates c = { .begun = true };

		buf_add(&c.ends, &steps[i].end, sizeof(steps[i].end));
		VEC_DATA(&c.ends, struct hub_end)->node = steps[i].from;
		VEC_ADD(out, const struct hub *, hop_hub_keep(h, steps[i].rule, &c));
		hop_candidates_release(&c);
	}
	return 0;
}

/* What makes an imagined identity: itself, or who changes and becomes it. */
static int into_change(struct buf *out, struct hop *h, node_id target, struct err *e)
{
	node_id base = imagined_base(h->world, target);

	if (into_steps(out, h, target, e) < 0)
		return e->code;
	for (uint32_t i = 0; i < hop_rule_count(h); i++) {
		const struct rule *rule = hop_rule(h, i);

		if (rule->self || !(rule->yields & RULE_GAINS) ||
			imagined_identity(h->world, base, rule->yields & RULE_GAINS) !=
				target)
			continue;
		if (hop_into_rule(out, h, rule, base, e) < 0)
			return e->code;
	}
	return 0;
}

/* What opens the resource to the identity: one hub for each way. */
static int into_opener(struct buf *out, struct hop *h, node_id target, struct err *e)
{
	const struct hop_opening *who;
	uint32_t count, low = 0, high;

	if (hop_open_who(&who, &count, h->open, imagined_opened(h->world, target), e) < 0)
		return e->code;
	high = count;
	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (who[mid].node < target)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < count && who[low].node == target; low++) {
		struct hop_candidates c = { .begun = true };

		buf_add(&c.ends, &who[low].end, sizeof(who[low].end));
		VEC_ADD(out, const struct hub *, hop_hub_keep(h, who[low].rule, &c));
		hop_candidates_release(&c);
	}
	return 0;
}

int hop_into(struct buf *out, struct hop *h, node_id target, struct err *e)
{
	if (imagined_opened(h->world, target) != NODE_NONE)
		return into_opener(out, h, target, e);
	if (world_node(h->world, target)->imagined)
		return into_change(out, h, target, e);
	for (uint32_t i = 0; i < hop_rule_count(h); i++) {
		const struct rule *rule = hop_rule(h, i);

		if (hop_is_plain(rule) && hop_into_rule(out, h, rule, target, e) < 0)
			return e->code;
	}
	return 0;
}
