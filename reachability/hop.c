#include "reachability/hop_priv.h"

#include <stdlib.h>

#include "base/mutant.h"
#include "base/sparse.h"
#include "reachability/hop_bond.h"
#include "reachability/hop_change.h"
#include "reachability/hop_cover.h"
#include "reachability/hop_grant.h"
#include "reachability/hop_kin.h"
#include "reachability/hop_list.h"
#include "reachability/hop_open.h"
#include "reachability/hop_some.h"
#include "reachability/hop_test.h"
#include "reachability/hop_unseen.h"
#include "reachability/imagined.h"
#include "reachability/missing.h"
#include "reachability/subject.h"

/* What one rule asks of actors alone, as far as it was decided. */
struct alone_end {
	bool known;
	enum expr_verdict verdict;
	expr residual;
};

struct alone {
	struct sparse ends; /* struct alone_end, by actor */
};

/*
 * Who holds credentials: people hold those that they were assigned (`of` says who these
 * people are), compute its own (all others).
 */
static void carry_rule(struct hop *h, struct str id, const struct provider *of)
{
	struct arena *arena = world_arena(h->world);
	struct rule *rule = ARENA_NEW(arena, struct rule);
	struct buf tests = { 0 };
	const struct provider *p;

	VEC_ADD(&tests, struct rule_test, { .type = RULE_CARRIES, .of = RULE_ACTOR });
	for (uint32_t i = 0; (p = provider_get(i)); i++) {
		if (p->assigned.n > 0 && (!of || of == p))
			VEC_ADD(&tests, struct rule_test,
				{ .type = RULE_MATCHES,
					.of = RULE_ACTOR,
					.unless = !of,
					.text = p->assigned });
	}
	*rule = (struct rule){ .id = id,
		.class = of ? HOP_ASSUME : HOP_CARRY,
		.test_count = (uint32_t)VEC_COUNT(&tests, struct rule_test),
		.yields = RULE_AS_TARGET };
	rule->tests = world_keep(h->world, &tests);
	VEC_ADD(&h->rules, const struct rule *, rule);
}

static void rules_of_provider(struct hop *h, const struct provider *p)
{
	struct arena *arena = world_arena(h->world);

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
	if (p->assigned.n > 0)
		carry_rule(h, p->assigned_rule, p);
}

/* The rules that providers bring themselves, when no others were given. */
static void rules_of_providers(struct hop *h)
{
	for (uint32_t i = 0; provider_get(i); i++)
		rules_of_provider(h, provider_get(i));
	carry_rule(h, STR_LIT("carry"), NULL);
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
	intern_init(&h->alone_rules);
	for (uint32_t i = 0; rules && i < rules_count(rules); i++)
		VEC_ADD(&h->rules, const struct rule *, rules_get(rules, i));
	if (!rules)
		rules_of_providers(h);
	h->grants = hop_grants_new(
		w, VEC_DATA(&h->rules, const struct rule *const), hop_rule_count(h));
	h->change = hop_change_new(w, h);
	h->kin = hop_kin_new(w, h->needs);
	h->cover = hop_cover_new(w, h);
	h->open = hop_open_new(w, h);
	h->unseen = hop_unseen_new(h);
	gains_of(h);
	return h;
}

void hop_free(struct hop *h)
{
	if (!h)
		return;
	hop_change_free(h->change);
	hop_cover_free(h->cover);
	hop_kin_free(h->kin);
	hop_open_free(h->open);
	hop_unseen_free(h->unseen);
	hop_grants_free(h->grants);
	hop_test_free(h->test);
	hop_lists_free(h->lists);
	hop_needs_free(h->needs);
	intern_release(&h->shared);
	for (size_t i = 0; i < VEC_COUNT(&h->alone, struct alone); i++)
		sparse_release(&VEC_DATA(&h->alone, struct alone)[i].ends);
	intern_release(&h->alone_rules);
	buf_release(&h->alone);
	buf_release(&h->imagined);
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

void hop_set_strict(struct hop *h)
{
	hop_needs_set_strict(h->needs);
	hop_grants_set_strict(h->grants);
}

/* What policies say of compute that nobody listed is anybody's guess. */
static int want_unseen(struct hop *h, const struct rule *rule, struct err *e)
{
	for (uint32_t k = 0; k < rule->through_kind_count; k++) {
		kind_id kind = catalog_kind_find(rule->through_kinds[k]);
		bool unseen;

		if (hop_unseen_kind(&unseen, h->unseen, kind, e) < 0)
			return e->code;
		if (unseen)
			hop_grants_set_unread(h->grants, kind);
	}
	return 0;
}

int hop_want(struct hop *h, node_id object, struct err *e)
{
	const struct decide_object *o;

	for (uint32_t i = 0; hop_needs_is_strict(h->needs) && i < hop_rule_count(h);
		i++) {
		if (hop_rule(h, i)->bond == RULE_CARRYING &&
			want_unseen(h, hop_rule(h, i), e) < 0)
			return e->code;
	}
	if (subject_object(&o, world_subjects(h->world), object, e) < 0)
		return e->code;
	if (world_node(h->world, object)->type != NODE_ENTITY)
		hop_grants_set_unread(h->grants, o->o.kind);
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

struct hop_cover *hop_cover_of(struct hop *h)
{
	return h->cover;
}

void hop_set_every(struct hop *h)
{
	h->every = true;
}

int hop_may_open(bool *out, struct hop *h, node_id actor, struct err *e)
{
	const bool *may;

	*out = false;
	if (hop_grants_of(&may, h->grants, actor, e) < 0)
		return e->code;
	for (uint32_t i = 0; i < hop_rule_count(h) && !*out; i++)
		*out = may[i] && (hop_rule(h, i)->yields & RULE_ACCESS);
	return 0;
}

bool hop_is_every(const struct hop *h)
{
	return h->every;
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

static int alone_decide(struct hub_end *end, struct hop *h, const struct rule *rule,
	node_id actor, struct err *e)
{
	expr x;

	if (hop_test_all(&x, h->test, rule, RULE_ACTOR, actor, e) < 0)
		return e->code;
	hop_candidates_and(end, h->world, x, expr_verdict(world_pool(h->world), x));
	if (hop_some_decide(&x, h, rule, actor, e) < 0)
		return e->code;
	hop_candidates_and(end, h->world, x, expr_verdict(world_pool(h->world), x));
	for (uint32_t i = 0; i < rule->need_count && end->verdict > VERDICT_DENIED; i++) {
		const struct rule_need *need = &rule->needs[i];
		node_id object;

		if (hop_on_pair(need) || hop_some_is(h, need, actor) ||
			MUTANT(hop_need_dropped, false, i > 0))
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

static struct alone *alone_of(struct hop *h, const struct rule *rule)
{
	uint32_t number = intern_add(
		&h->alone_rules, (struct str){ (const char *)&rule, sizeof(rule) });

	if (number == VEC_COUNT(&h->alone, struct alone)) {
		VEC_ADD(&h->alone, struct alone, { { 0 } });
		sparse_init(&VEC_DATA(&h->alone, struct alone)[number].ends,
			sizeof(struct alone_end));
	}
	return &VEC_DATA(&h->alone, struct alone)[number];
}

/* Whether it can act at all, and its own needs: once for all targets of the rule. */
static int alone_get(struct alone_end *out, struct hop *h, const struct rule *rule,
	node_id actor, struct err *e)
{
	struct alone_end *slot = sparse_at(&alone_of(h, rule)->ends, actor);
	struct hub_end end = { .node = actor,
		.through = NODE_NONE,
		.residual = EXPR_TRUE,
		.verdict = VERDICT_ALLOWED };

	if (!slot->known) {
		if (!hop_bond_is_kind(
			    h->world, actor, rule->actor_kinds, rule->actor_kind_count))
			end.verdict = VERDICT_DENIED;
		else if (alone_decide(&end, h, rule, actor, e) < 0)
			return e->code;
		*slot = (struct alone_end){ true, end.verdict, end.residual };
	}
	*out = *slot;
	return 0;
}

int hop_actor_alone(struct hub_end *end, struct hop *h, const struct rule *rule,
	node_id actor, struct err *e)
{
	struct alone_end alone = { .known = false };

	if (alone_get(&alone, h, rule, actor, e) < 0)
		return e->code;
	hop_candidates_and(end, h->world, alone.residual, alone.verdict);
	return 0;
}

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

bool hop_has_pair(const struct rule *rule)
{
	for (uint32_t i = 0; i < rule->need_count; i++) {
		if (hop_on_pair(&rule->needs[i]))
			return true;
	}
	return false;
}
