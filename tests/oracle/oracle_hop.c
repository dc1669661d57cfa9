#include "oracle_hop.h"

#include <stdlib.h>

#include "oracle_steps.h"

static const struct oracle_range sure = { ORACLE_ALLOWED, ORACLE_ALLOWED };
static const struct oracle_range unsure = { ORACLE_UNKNOWN, ORACLE_UNKNOWN };
static const struct oracle_range never = { ORACLE_DENIED, ORACLE_DENIED };

/* --- nodes --- */

/* Some keys name no account: each account has such things of its own. */
static uint32_t find_new(const struct oracle_world *w, struct str key, struct str account)
{
	for (uint32_t i = 0; i < oracle_world_count(w); i++) {
		const struct oracle_node *n = oracle_world_node(w, i);

		if (n->type == ORACLE_NEW && str_eq(n->key, key) &&
			str_eq(n->account, account))
			return i;
	}
	return ORACLE_NONE;
}

static void add_node(struct oracle_world *w, enum oracle_node_type type, struct str key,
	struct str account, struct str kind)
{
	struct record_entity *entity = ARENA_NEW(&w->arena, struct record_entity);

	if ((type == ORACLE_NEW ? find_new(w, key, account)
				: oracle_world_find(w, key)) != ORACLE_NONE)
		return;
	*entity = (struct record_entity){ .key = key, .kind = kind };
	VEC_ADD(&w->nodes, struct oracle_node,
		{ .type = type,
			.entity = kind.n > 0 ? entity : NULL,
			.key = key,
			.account = account,
			.asked = true,
			.listed = true });
}

/* Partition and account of what is new there are the account's. */
static struct str new_key(struct arena *a, struct str format, struct str account)
{
	struct str own = oracle_world_arn(format, 4), part = oracle_world_arn(format, 1);
	struct str middle = str_skip(format, 4 + part.n);

	return arena_printf(a, "arn:%.*s%.*s%.*s:%.*s",
		STR_ARG(str_eq(part, STR_LIT("*")) ? STR_LIT("aws") : part),
		STR_ARG(str_head(middle, (size_t)(own.p - middle.p))),
		STR_ARG(str_eq(own, STR_LIT("*")) ? account : own),
		STR_ARG(oracle_world_arn(format, 5)));
}

static struct str need_key(
	struct arena *a, const struct rule_need *need, struct str account)
{
	if (need->on == RULE_PATTERN)
		return new_key(a, need->pattern, account);
	return new_key(a, catalog_kind_format(catalog_kind_find(need->kind)), account);
}

static void add_needed(
	struct oracle_world *w, const struct rule_need *need, struct str account)
{
	struct str kind = need->kind;
	size_t size;

	if (need->on == RULE_PATTERN)
		kind = catalog_kind_name(catalog_kind_of_key(need->pattern, &size));
	if (need->on == RULE_NEW || need->on == RULE_PATTERN)
		add_node(
			w, ORACLE_NEW, need_key(&w->arena, need, account), account, kind);
}

static void add_of_rule(
	struct oracle_world *w, const struct rule *rule, struct str account)
{
	for (uint32_t i = 0; i < rule->need_count; i++)
		add_needed(w, &rule->needs[i], account);
	for (uint32_t i = 0; i < rule->test_count; i++) {
		struct str service = rule->tests[i].text;

		if (rule->tests[i].type == RULE_TRUSTS)
			add_node(w,
				str_starts(service, STR_LIT("cognito")) ? ORACLE_LOGIN
									: ORACLE_SERVICE,
				service, (struct str){ 0 }, (struct str){ 0 });
	}
}

void oracle_hop_nodes(struct oracle_world *w, const struct rules *rules)
{
	uint32_t count = oracle_world_count(w);

	for (uint32_t n = 0; n < count; n++) {
		struct oracle_node node = *oracle_world_node(w, n);
		size_t size;

		if (node.type == ORACLE_LOGIN && str_starts(node.key, STR_LIT("arn:"))) {
			struct record_entity *entity =
				ARENA_NEW(&w->arena, struct record_entity);

			*entity = (struct record_entity){ .key = node.key,
				.kind = catalog_kind_name(
					catalog_kind_of_key(node.key, &size)) };
			oracle_world_node(w, n)->entity = entity;
		}
		if (!(node.flags & ENTITY_ROOT))
			continue;
		for (uint32_t i = 0; i < rules_count(rules); i++)
			add_of_rule(w, rules_get(rules, i), node.account);
	}
}

/* --- decisions --- */

struct hops {
	struct oracle_states *states;
	struct oracle *o;
	uint32_t count;
	struct oracle_object *objects; /* of nodes that are no objects of questions */
	bool *prepared;
	bool *carries; /* [thing * count + identity]: in any number of steps */
	bool *within;  /* [member * count + group] */
	bool *holds;   /* [holder * count + policy]: attached to it or to its groups */
	struct buf chances; /* struct chance */
};

/* A rule that may lead to a target, whoever the actor is. */
struct chance {
	const struct rule *rule;
	uint32_t target, through; /* through: ORACLE_NONE without a tie */
	struct oracle_range facts;
};

static const struct oracle_node *node_of(const struct hops *h, uint32_t n)
{
	return oracle_world_node(&h->o->world, n);
}

static const struct oracle_object *object_of(struct hops *h, uint32_t n)
{
	if (oracle_is_object(h->o, n))
		return oracle_object(h->o, n);
	if (!h->prepared[n])
		oracle_prepare(&h->objects[n], h->o, n);
	h->prepared[n] = true;
	return &h->objects[n];
}

static bool class_has(const struct oracle_class *class, action_id action)
{
	for (size_t i = 0; i < VEC_COUNT(&class->actions, action_id); i++) {
		if (VEC_DATA(&class->actions, action_id)[i] == action)
			return true;
	}
	return false;
}

static struct oracle_range decide(
	struct hops *h, uint32_t x, uint32_t y, action_id action)
{
	const struct oracle_object *object = object_of(h, y);

	for (uint32_t c = 0; c < object->class_count; c++) {
		if (class_has(&object->classes[c], action))
			return oracle_states_decide(h->states, x, y, object, c);
	}
	return never;
}

static bool has_kind(
	const struct hops *h, uint32_t n, const struct str *kinds, uint32_t count)
{
	const struct record_entity *entity = node_of(h, n)->entity;

	for (uint32_t i = 0; i < count; i++) {
		if (entity && str_eq(entity->kind, kinds[i]))
			return true;
	}
	return count == 0;
}

/* What the state may do that the need asks for. */
static struct oracle_range need_of(
	struct hops *h, const struct rule_need *need, uint32_t x, const struct chance *c)
{
	uint32_t base = oracle_states_get(h->states, x)->base, on = c->target;
	struct str account = node_of(h, base)->account;
	action_id action = catalog_action_find(need->action);

	if (need->on == RULE_THROUGH)
		on = c->through;
	else if (need->on == RULE_ACTOR)
		on = base;
	else if (need->on == RULE_ACCOUNT)
		on = oracle_world_find(&h->o->world,
			arena_printf(&h->o->arena, "arn:aws:account::%.*s:account",
				STR_ARG(account)));
	else if (need->on != RULE_TARGET)
		on = find_new(
			&h->o->world, need_key(&h->o->arena, need, account), account);
	if (on == ORACLE_NONE || !node_of(h, on)->entity)
		return never;
	return decide(h, x, on, action);
}

/* --- facts --- */

static bool matches(struct str pattern, struct str s)
{
	if (pattern.n == 0)
		return s.n == 0;
	if (pattern.p[0] == '*')
		return matches(str_skip(pattern, 1), s) ||
		       (s.n > 0 && matches(pattern, str_skip(s, 1)));
	return s.n > 0 && (pattern.p[0] == '?' || pattern.p[0] == s.p[0]) &&
	       matches(str_skip(pattern, 1), str_skip(s, 1));
}

/* Whether the role lets the service, or the provider, in. */
static struct oracle_range trusts(struct hops *h, uint32_t y, struct str service)
{
	uint32_t who = oracle_world_find(&h->o->world, service);
	const struct oracle_object *object = object_of(h, y);
	struct oracle_range best = never;

	for (uint32_t c = 0; who != ORACLE_NONE && c < object->class_count; c++) {
		if (object->classes[c].assume)
			best = oracle_steps_stronger(
				best, oracle_states_decide(h->states, who, y, object, c));
	}
	return best;
}

static bool is_carried(const struct hops *h, uint32_t y, const struct str *kind)
{
	for (uint32_t t = 0; t < h->count; t++) {
		if (h->carries[t * h->count + y] && has_kind(h, t, kind, 1))
			return true;
	}
	return false;
}

static struct oracle_range test_of(
	struct hops *h, const struct rule_test *test, uint32_t n)
{
	struct str value;

	switch (test->type) {
	case RULE_TRUSTS:
		return trusts(h, n, test->text);
	case RULE_CARRIED:
		return is_carried(h, n, &test->text) != test->unless ? sure : never;
	case RULE_MATCHES:
		return matches(test->text, node_of(h, n)->key) != test->unless ? sure
									       : never;
	case RULE_ATTRIBUTE:
		/* The worlds say nothing of what the rules ask about. */
		if (oracle_world_attribute(node_of(h, n), test->attribute, &value))
			abort();
		return test->unless ? sure : unsure;
	default:
		return sure;
	}
}

static struct oracle_range tests_of(
	struct hops *h, const struct rule *rule, enum rule_place place, uint32_t n)
{
	struct oracle_range all = sure;

	for (uint32_t i = 0; i < rule->test_count; i++) {
		if (rule->tests[i].of == place && all.most > ORACLE_DENIED)
			all = oracle_steps_weaker(all, test_of(h, &rule->tests[i], n));
	}
	return all;
}

/* --- chances --- */

/*
 * Whether the trust policy names the provider, which must be of the same account.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp.html
 */
static bool names(const struct hops *h, uint32_t y, struct str provider)
{
	const struct oracle_documents *trust = &node_of(h, y)->trust;
	bool own = str_eq(oracle_world_arn(provider, 4), node_of(h, y)->account);

	for (uint32_t i = 0; own && i < trust->count; i++) {
		const struct oracle_policy *p = &trust->items[i]->policy;

		for (uint32_t k = 0; k < p->count; k++) {
			const struct oracle_statement *s = &p->statements[k];

			for (uint32_t j = 0; !s->deny && j < s->principal_count; j++) {
				if (str_eq(s->principals[j].map, STR_LIT("Federated")) &&
					str_eq(s->principals[j].value, provider))
					return true;
			}
		}
	}
	return false;
}

static bool ties(const struct hops *h, const struct rule *rule, uint32_t t, uint32_t y)
{
	switch (rule->bond) {
	case RULE_CARRYING:
		return h->carries[t * h->count + y];
	case RULE_ATTACHED:
		return h->holds[y * h->count + t];
	case RULE_CONTAINING:
		return h->within[y * h->count + t];
	default:
		return names(h, y, node_of(h, t)->key);
	}
}

static void chance_add(struct hops *h, const struct rule *rule, uint32_t y, uint32_t t,
	struct oracle_range facts)
{
	if (facts.most > ORACLE_DENIED)
		VEC_ADD(&h->chances, struct chance, { rule, y, t, facts });
}

/* Whether the node is something that the rule can be about. */
static bool is_target(const struct hops *h, const struct rule *rule, uint32_t y)
{
	const struct oracle_node *n = node_of(h, y);
	bool resource = (rule->yields & RULE_ACCESS) != 0;
	const struct str *kinds = rule->self ? rule->actor_kinds : rule->target_kinds;
	uint32_t count = rule->self ? rule->actor_kind_count : rule->target_kind_count;

	return n->type == ORACLE_ENTITY && has_kind(h, y, kinds, count) &&
	       (resource ? oracle_is_object(h->o, y)
			 : (n->flags & (ENTITY_IDENTITY | ENTITY_GROUP)) != 0);
}

static void chances_of(struct hops *h, const struct rule *rule, uint32_t y)
{
	struct oracle_range facts = rule->assumes.n > 0 ? unsure : sure;

	facts = oracle_steps_weaker(facts, tests_of(h, rule, RULE_TARGET, y));
	if (rule->bond == RULE_UNBOUND)
		chance_add(h, rule, y, ORACLE_NONE, facts);
	for (uint32_t t = 0; rule->bond != RULE_UNBOUND && t < h->count; t++) {
		if (ties(h, rule, t, y) &&
			has_kind(h, t, rule->through_kinds, rule->through_kind_count))
			chance_add(h, rule, y, t,
				oracle_steps_weaker(
					facts, tests_of(h, rule, RULE_THROUGH, t)));
	}
}

static bool is_carry(const struct rule *rule)
{
	for (uint32_t i = 0; i < rule->test_count; i++) {
		if (rule->tests[i].type == RULE_CARRIES)
			return true;
	}
	return false;
}

/* --- steps --- */

static bool on_pair(const struct rule *rule)
{
	for (uint32_t i = 0; i < rule->need_count; i++) {
		if (rule->needs[i].on == RULE_TARGET || rule->needs[i].on == RULE_THROUGH)
			return true;
	}
	return false;
}

/* A rule that names neither: it works in the account, or from the organization's own. */
static bool reaches(const struct hops *h, uint32_t x, uint32_t y)
{
	const struct oracle_place *a = &h->o->world.places[x],
				  *b = &h->o->world.places[y];

	if (node_of(h, x)->account.n == 0)
		return false;
	return str_eq(node_of(h, x)->account, node_of(h, y)->account) ||
	       (a->exempt && a->organization.n > 0 &&
		       str_eq(a->organization, b->organization));
}

/* Whether somebody of the state's sort can be the rule's actor. */
static bool is_actor(const struct hops *h, const struct chance *c, uint32_t x)
{
	const struct oracle_state *state = oracle_states_get(h->states, x);
	const struct rule *rule = c->rule;
	bool keeps = rule->self || (rule->yields & (RULE_MEMBER | RULE_ACCESS));

	if (!oracle_is_subject(h->o, state->base) ||
		(state->node.flags & ENTITY_COMPUTE) ||
		!has_kind(h, state->base, rule->actor_kinds, rule->actor_kind_count))
		return false;
	/* an open resource leads on by what it carries, and all else without it */
	if (state->opened != ORACLE_NONE &&
		(rule->yields != RULE_AS_TARGET || c->through != state->opened))
		return false;
	if (rule->self ? state->base != c->target : !keeps && state->base == c->target)
		return false;
	/* what has credentials nobody collected has policies that nobody changes */
	if (keeps && state->node.type != ORACLE_ENTITY)
		return (rule->yields & RULE_ACCESS) != 0;
	return rule->self || on_pair(rule) || reaches(h, state->base, c->target);
}

static uint32_t yielded(struct hops *h, const struct chance *c, uint32_t x)
{
	uint32_t gains = c->rule->yields & RULE_GAINS;

	if (c->rule->yields & RULE_MEMBER)
		return oracle_states_join(h->states, x, c->target);
	if (c->rule->yields & RULE_ACCESS)
		return oracle_states_open(h->states, x, c->target, c->rule);
	return gains == 0 ? c->target
			  : oracle_states_gain(
				    h->states, c->rule->self ? x : c->target, gains);
}

static void take(struct hops *h, const struct chance *c, uint32_t x)
{
	struct oracle_range all = c->facts;
	uint32_t to;

	if (!is_actor(h, c, x))
		return;
	for (uint32_t i = 0; i < c->rule->need_count && all.most > ORACLE_DENIED; i++)
		all = oracle_steps_weaker(all, need_of(h, &c->rule->needs[i], x, c));
	if (all.most > ORACLE_DENIED)
		all = oracle_steps_weaker(
			all, tests_of(h, c->rule, RULE_ACTOR,
				     oracle_states_get(h->states, x)->base));
	if (all.most == ORACLE_DENIED)
		return;
	to = yielded(h, c, x);
	if (to != x)
		oracle_states_step(h->states, x,
			(struct oracle_step){ to, all, (uint32_t)c->rule->class });
}

/* --- relations --- */

static void find_related(
	struct hops *h, bool *out, enum record_relation_type type, bool far)
{
	const struct buf *records = &h->o->world.records;

	for (size_t i = 0; i < VEC_COUNT(records, struct record); i++) {
		const struct record *r = &VEC_DATA(records, struct record)[i];
		uint32_t from, to;

		if (r->type != RECORD_RELATION || r->relation.type != type)
			continue;
		from = oracle_world_resolve(
			&h->o->world, r->relation.scope, r->relation.from);
		to = oracle_world_resolve(
			&h->o->world, r->relation.scope, r->relation.to);
		if (from != ORACLE_NONE && to != ORACLE_NONE)
			out[from * h->count + to] = true;
	}
	for (uint32_t z = 0; far && z < h->count; z++) {
		for (uint32_t x = 0; x < h->count; x++) {
			for (uint32_t y = 0; out[x * h->count + z] && y < h->count; y++)
				out[x * h->count + y] |= out[z * h->count + y];
		}
	}
}

/* What is attached to a group is attached to its members. */
static void find_held(struct hops *h)
{
	for (uint32_t x = 0; x < h->count; x++) {
		for (uint32_t g = 0; g < h->count; g++) {
			for (uint32_t p = 0; h->within[x * h->count + g] && p < h->count;
				p++)
				h->holds[x * h->count + p] |= h->holds[g * h->count + p];
		}
	}
}

static bool *table(struct oracle *o, uint32_t count)
{
	return ARENA_NEW_ARRAY(&o->arena, bool, (size_t)count *count);
}

void oracle_hop_steps(struct oracle_states *s, const struct rules *rules)
{
	struct oracle *o = s->o;
	uint32_t count = oracle_count(o);
	struct hops h = { .states = s,
		.o = o,
		.count = count,
		.objects = ARENA_NEW_ARRAY(&o->arena, struct oracle_object, count),
		.prepared = ARENA_NEW_ARRAY(&o->arena, bool, count),
		.carries = table(o, count),
		.within = table(o, count),
		.holds = table(o, count) };

	find_related(&h, h.carries, RELATION_CARRIES, true);
	find_related(&h, h.within, RELATION_MEMBER_OF, true);
	find_related(&h, h.holds, RELATION_ATTACHED, false);
	find_held(&h);
	for (uint32_t i = 0; i < rules_count(rules); i++) {
		for (uint32_t y = 0; y < count && !is_carry(rules_get(rules, i)); y++) {
			if (is_target(&h, rules_get(rules, i), y))
				chances_of(&h, rules_get(rules, i), y);
		}
	}
	for (uint32_t x = 0; x < oracle_states_count(s); x++) {
		for (size_t i = 0; i < VEC_COUNT(&h.chances, struct chance); i++)
			take(&h, &VEC_DATA(&h.chances, const struct chance)[i], x);
	}
	for (uint32_t n = 0; n < count; n++) {
		for (uint32_t t = 0; t < ORACLE_TARGETS; t++)
			buf_release(&h.objects[n].strings[t]);
	}
	buf_release(&h.chances);
}
