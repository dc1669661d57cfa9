#include "oracle_hop.h"

#include <stdlib.h>

#include "oracle_steps.h"

static const struct oracle_range sure = { ORACLE_ALLOWED, ORACLE_ALLOWED };
static const struct oracle_range unsure = { ORACLE_UNKNOWN, ORACLE_UNKNOWN };
static const struct oracle_range never = { ORACLE_DENIED, ORACLE_DENIED };

bool oracle_hop_knows(const struct rule *rule)
{
	return rule->yields == RULE_AS_TARGET && !rule->self;
}

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
	struct oracle *o;
	struct oracle_range *reach;
	uint32_t count;
	struct oracle_object *objects; /* of nodes that are no objects of questions */
	bool *prepared;
	bool *carries; /* [thing * count + identity]: in any number of steps */
	struct intern asked;
	struct buf answers; /* struct oracle_range */
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
	const uint32_t key[3] = { x, y, action };
	uint32_t before = intern_count(&h->asked), number;
	const struct oracle_object *object;
	struct oracle_range answer = never;

	number = intern_add(&h->asked, (struct str){ (const char *)key, sizeof(key) });
	if (number < before)
		return VEC_DATA(&h->answers, struct oracle_range)[number];
	object = object_of(h, y);
	for (uint32_t c = 0; c < object->class_count; c++) {
		if (class_has(&object->classes[c], action))
			answer = oracle_decide(h->o, x, y, object, c);
	}
	VEC_ADD(&h->answers, struct oracle_range, answer);
	return answer;
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

static struct oracle_range need_of(struct hops *h, const struct rule_need *need,
	uint32_t x, uint32_t y, uint32_t through)
{
	struct str account = node_of(h, x)->account;
	action_id action = catalog_action_find(need->action);
	uint32_t on = y;

	if (need->on == RULE_THROUGH)
		on = through;
	else if (need->on == RULE_ACTOR)
		on = x;
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
				best, oracle_decide(h->o, who, y, object, c));
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

static void add_actor(struct hops *h, const struct rule *rule, uint32_t y,
	uint32_t through, struct oracle_range facts, uint32_t x)
{
	struct oracle_range all = facts;

	if (x == y || !oracle_is_subject(h->o, x) ||
		(node_of(h, x)->flags & ENTITY_COMPUTE) ||
		!has_kind(h, x, rule->actor_kinds, rule->actor_kind_count) ||
		(!on_pair(rule) && !reaches(h, x, y)))
		return;
	all = oracle_steps_weaker(all, tests_of(h, rule, RULE_ACTOR, x));
	for (uint32_t i = 0; i < rule->need_count && all.most > ORACLE_DENIED; i++)
		all = oracle_steps_weaker(
			all, need_of(h, &rule->needs[i], x, y, through));
	if (all.most > ORACLE_DENIED)
		oracle_steps_add(h->o, h->reach, x, y, all);
}

static void add_actors(struct hops *h, const struct rule *rule, uint32_t y,
	uint32_t through, struct oracle_range facts)
{
	for (uint32_t x = 0; facts.most > ORACLE_DENIED && x < h->count; x++)
		add_actor(h, rule, y, through, facts, x);
}

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

static void add_target(struct hops *h, const struct rule *rule, uint32_t y)
{
	struct oracle_range facts = rule->assumes.n > 0 ? unsure : sure;

	facts = oracle_steps_weaker(facts, tests_of(h, rule, RULE_TARGET, y));
	if (facts.most == ORACLE_DENIED)
		return;
	if (rule->bond == RULE_UNBOUND) {
		add_actors(h, rule, y, ORACLE_NONE, facts);
		return;
	}
	for (uint32_t t = 0; t < h->count; t++) {
		bool bound = rule->bond == RULE_TRUSTED ? names(h, y, node_of(h, t)->key)
							: h->carries[t * h->count + y];

		if (bound &&
			has_kind(h, t, rule->through_kinds, rule->through_kind_count))
			add_actors(h, rule, y, t,
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

static void find_carried(struct hops *h)
{
	const struct buf *records = &h->o->world.records;

	for (size_t i = 0; i < VEC_COUNT(records, struct record); i++) {
		const struct record *r = &VEC_DATA(records, struct record)[i];
		uint32_t from, to;

		if (r->type != RECORD_RELATION || r->relation.type != RELATION_CARRIES)
			continue;
		from = oracle_world_resolve(
			&h->o->world, r->relation.scope, r->relation.from);
		to = oracle_world_resolve(
			&h->o->world, r->relation.scope, r->relation.to);
		if (from != ORACLE_NONE && to != ORACLE_NONE)
			h->carries[from * h->count + to] = true;
	}
	for (uint32_t z = 0; z < h->count; z++) {
		for (uint32_t x = 0; x < h->count; x++) {
			for (uint32_t y = 0; h->carries[x * h->count + z] && y < h->count;
				y++)
				h->carries[x * h->count + y] |=
					h->carries[z * h->count + y];
		}
	}
}

void oracle_hop_steps(struct oracle *o, struct oracle_range *reach)
{
	uint32_t count = oracle_count(o);
	struct hops h = { .o = o,
		.reach = reach,
		.count = count,
		.objects = ARENA_NEW_ARRAY(&o->arena, struct oracle_object, count),
		.prepared = ARENA_NEW_ARRAY(&o->arena, bool, count),
		.carries = ARENA_NEW_ARRAY(&o->arena, bool, (size_t)count *count) };

	intern_init(&h.asked);
	find_carried(&h);
	for (uint32_t i = 0; i < rules_count(o->rules); i++) {
		const struct rule *rule = rules_get(o->rules, i);

		if (!oracle_hop_knows(rule) || is_carry(rule))
			continue;
		for (uint32_t y = 0; y < count; y++) {
			const struct oracle_node *n = node_of(&h, y);

			if (n->type == ORACLE_ENTITY && (n->flags & ENTITY_IDENTITY) &&
				has_kind(&h, y, rule->target_kinds,
					rule->target_kind_count))
				add_target(&h, rule, y);
		}
	}
	for (uint32_t n = 0; n < count; n++) {
		for (uint32_t t = 0; t < ORACLE_TARGETS; t++)
			buf_release(&h.objects[n].strings[t]);
	}
	intern_release(&h.asked);
	buf_release(&h.answers);
}
