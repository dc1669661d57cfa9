#include "reachability/hop_grant.h"

#include <stdlib.h>

#include "reachability/subject.h"

struct hop_grants {
	struct world *world;
	const struct rule *const *rules;
	uint32_t count;
	const bool *all;         /* per rule: true */
	const bool *const *open; /* per rule and need: another's policy may grant it */
	const action_id *const *actions; /* per rule and need */
	struct intern classes;           /* (scope, class) -> number */
	struct buf answers;              /* const bool *, by that number */
};

/* Whether a resource of the kinds may grant the action by its own policy. */
static bool kinds_grant(const struct str *kinds, uint32_t count, action_id action)
{
	const struct provider *p;
	enum record_layer layer;

	for (uint32_t i = 0; i < count; i++) {
		kind_id kind = catalog_kind_find(kinds[i]);

		p = provider_of_kind(kind);
		if (kind != CATALOG_NONE &&
			p->policy(kind, action, &layer) != POLICY_NEVER)
			return true;
	}
	return count == 0;
}

static bool is_open(const struct rule *rule, const struct rule_need *need)
{
	action_id action = catalog_action_find(need->action);

	if (need->on == RULE_TARGET)
		return kinds_grant(rule->target_kinds, rule->target_kind_count, action);
	if (need->on == RULE_THROUGH)
		return kinds_grant(rule->through_kinds, rule->through_kind_count, action);
	if (need->on == RULE_SOME || need->on == RULE_NEW)
		return provider_of_kind(catalog_kind_find(need->kind))->inherits ||
		       (need->on == RULE_SOME && kinds_grant(&need->kind, 1, action));
	return false;
}

struct hop_grants *hop_grants_new(
	struct world *w, const struct rule *const *rules, uint32_t count)
{
	struct hop_grants *g = calloc(1, sizeof(*g));

	if (!g)
		abort();
	g->world = w;
	g->rules = rules;
	g->count = count;
	intern_init(&g->classes);
	return g;
}

/* Find the rules' actions, when somebody asks: direct questions never do. */
static void look_up(struct hop_grants *g)
{
	const struct rule *const *rules = g->rules;
	struct world *w = g->world;
	uint32_t count = g->count;
	const bool **open = ARENA_NEW_ARRAY(world_arena(w), const bool *, count + 1);
	const action_id **actions =
		ARENA_NEW_ARRAY(world_arena(w), const action_id *, count + 1);
	bool *all = ARENA_NEW_ARRAY(world_arena(w), bool, count + 1);

	for (uint32_t i = 0; i < count; i++) {
		action_id *ids;
		bool *here =
			ARENA_NEW_ARRAY(world_arena(w), bool, rules[i]->need_count + 1);

		ids = ARENA_NEW_ARRAY(
			world_arena(w), action_id, rules[i]->need_count + 1);
		for (uint32_t k = 0; k < rules[i]->need_count; k++) {
			here[k] = is_open(rules[i], &rules[i]->needs[k]);
			ids[k] = catalog_action_find(rules[i]->needs[k].action);
		}
		open[i] = here;
		actions[i] = ids;
		all[i] = true;
	}
	g->open = open;
	g->actions = actions;
	g->all = all;
}

void hop_grants_free(struct hop_grants *g)
{
	if (!g)
		return;
	intern_release(&g->classes);
	buf_release(&g->answers);
	free(g);
}

static bool grants(const struct decide_subject *s, action_id action)
{
	for (uint32_t i = 0; i < s->identity_count; i++) {
		const struct decide_statement *st = &s->statements[i];

		if (!(st->statement->flags & DOCUMENT_DENY) &&
			document_has_action(st->document, st->statement, action))
			return true;
	}
	return false;
}

static const bool *rules_of(struct hop_grants *g, const struct decide_subject *s)
{
	bool *out = ARENA_NEW_ARRAY(world_arena(g->world), bool, g->count + 1);

	for (uint32_t i = 0; i < g->count; i++) {
		const struct rule *rule = g->rules[i];

		out[i] = true;
		for (uint32_t k = 0; k < rule->need_count && out[i]; k++)
			out[i] = g->open[i][k] || grants(s, g->actions[i][k]);
	}
	return out;
}

int hop_grants_of(const bool **out, struct hop_grants *g, node_id actor, struct err *e)
{
	const struct node *n = world_node(g->world, actor);
	const struct segment_entity *entity = world_entity(g->world, actor);
	const struct decide_subject *s;
	uint32_t before = intern_count(&g->classes), number;

	if (!g->all)
		look_up(g);
	if (n->flags & ENTITY_ROOT) {
		*out = g->all;
		return 0;
	}
	if (!entity || n->imagined || entity->class == SEGMENT_NONE ||
		world_any_removed(g->world)) {
		if (subject_get(&s, world_subjects(g->world), actor, e) < 0)
			return e->code;
		*out = s->unknown_identity != EXPR_FALSE ? g->all : rules_of(g, s);
		return 0;
	}
	{
		const uint32_t key[2] = { n->scope, entity->class };

		number = intern_add(
			&g->classes, (struct str){ (const char *)key, sizeof(key) });
	}
	if (number == before) {
		VEC_ADD(&g->answers, const bool *, g->all);
		if (subject_get(&s, world_subjects(g->world), actor, e) < 0)
			return e->code;
		if (s->unknown_identity == EXPR_FALSE)
			VEC_DATA(&g->answers, const bool *)[number] = rules_of(g, s);
	}
	*out = VEC_DATA(&g->answers, const bool *)[number];
	return 0;
}
