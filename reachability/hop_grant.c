#include "reachability/hop_grant.h"

#include <stdlib.h>

#include "reachability/policy_grants.h"
#include "reachability/provider.h"
#include "reachability/subject.h"

struct hop_grants {
	struct world *world;
	const struct rule *const *rules;
	uint32_t count;
	const bool *all; /* per rule: true */
	struct policy_grants *policies;
	const uint32_t *const *questions; /* per rule and need: of `policies` */
	const uint32_t *const *actions;   /* per rule and need: of `wanted` */
	struct buf wanted;                /* action_id, each once, ascending */
	const uint64_t **scopes;          /* what classes are granted: scope_bits */
	struct intern classes;            /* (scope, class) -> number */
	struct buf answers;               /* const bool *, by that number */
};

/* Nothing but the actor's own policies meets the need. */
#define OWN_ONLY UINT32_MAX

static uint32_t question_of(
	struct policy_grants *p, const struct rule *rule, const struct rule_need *need)
{
	action_id action = catalog_action_find(need->action);

	if (need->on == RULE_TARGET)
		return policy_grants_add(
			p, action, rule->target_kinds, rule->target_kind_count);
	if (need->on == RULE_THROUGH)
		return policy_grants_add(
			p, action, rule->through_kinds, rule->through_kind_count);
	if (need->on == RULE_SOME ||
		(need->on == RULE_NEW &&
			provider_of_kind(catalog_kind_find(need->kind))->inherits))
		return policy_grants_add(p, action, &need->kind, 1);
	return OWN_ONLY;
}

static int compare_actions(const void *a, const void *b)
{
	action_id x = *(const action_id *)a, y = *(const action_id *)b;

	return (x > y) - (x < y);
}

static void wanted_fill(struct hop_grants *g)
{
	action_id *v;
	size_t kept = 0, count;

	for (uint32_t i = 0; i < g->count; i++) {
		for (uint32_t k = 0; k < g->rules[i]->need_count; k++)
			VEC_ADD(&g->wanted, action_id,
				catalog_action_find(g->rules[i]->needs[k].action));
	}
	v = VEC_DATA(&g->wanted, action_id);
	count = VEC_COUNT(&g->wanted, action_id);
	if (count > 0)
		qsort(v, count, sizeof(*v), compare_actions);
	for (size_t i = 0; i < count; i++) {
		if (kept == 0 || v[kept - 1] != v[i])
			v[kept++] = v[i];
	}
	g->wanted.n = kept * sizeof(*v);
}

static uint32_t wanted_index(const struct hop_grants *g, struct str action)
{
	action_id id = catalog_action_find(action);
	const action_id *v = VEC_DATA(&g->wanted, const action_id), *found;

	found = bsearch(
		&id, v, VEC_COUNT(&g->wanted, action_id), sizeof(id), compare_actions);
	return (uint32_t)(found - v);
}

static void rules_fill(struct hop_grants *g)
{
	struct arena *arena = world_arena(g->world);
	const uint32_t **questions =
		ARENA_NEW_ARRAY(arena, const uint32_t *, g->count + 1);
	const uint32_t **actions = ARENA_NEW_ARRAY(arena, const uint32_t *, g->count + 1);
	bool *all = ARENA_NEW_ARRAY(arena, bool, g->count + 1);

	for (uint32_t i = 0; i < g->count; i++) {
		const struct rule *rule = g->rules[i];
		uint32_t *here = ARENA_NEW_ARRAY(arena, uint32_t, rule->need_count + 1);
		uint32_t *ids = ARENA_NEW_ARRAY(arena, uint32_t, rule->need_count + 1);

		for (uint32_t k = 0; k < rule->need_count; k++) {
			here[k] = question_of(g->policies, rule, &rule->needs[k]);
			ids[k] = wanted_index(g, rule->needs[k].action);
		}
		questions[i] = here;
		actions[i] = ids;
		all[i] = true;
	}
	g->questions = questions;
	g->actions = actions;
	g->all = all;
}

/* Find the rules' actions, when somebody asks: direct questions never do. */
static void look_up(struct hop_grants *g)
{
	if (g->all)
		return;
	wanted_fill(g);
	rules_fill(g);
}

struct hop_grants *hop_grants_new(
	struct world *w, const struct rule *const *rules, uint32_t count)
{
	struct hop_grants *g = calloc(1, sizeof(*g));

	if (!g)
		abort();
	g->world = w;
	g->rules = rules;
	g->policies = policy_grants_new(w);
	g->count = count;
	g->scopes = ARENA_NEW_ARRAY(
		world_arena(w), const uint64_t *, world_scope_count(w) + 1);
	intern_init(&g->classes);
	return g;
}

void hop_grants_free(struct hop_grants *g)
{
	if (!g)
		return;
	policy_grants_free(g->policies);
	intern_release(&g->classes);
	buf_release(&g->answers);
	buf_release(&g->wanted);
	free(g);
}

/* --- what classes are granted --- */

/* Words of bits, one per class, that each wanted action has. */
static uint32_t bit_words(const struct segment *s)
{
	return segment_info(s)->class_count / 64 + 1;
}

/* Mark the classes of the statement for each wanted action that it has. */
static void statement_mark(uint64_t *bits, const struct hop_grants *g, struct segment *s,
	uint32_t statement, const struct document *d,
	const struct document_statement *read)
{
	uint32_t docs, classes, words = bit_words(s);
	const uint32_t *doc = segment_statement_docs(s, statement, &docs);

	for (size_t i = 0; i < VEC_COUNT(&g->wanted, action_id); i++) {
		if (!document_has_action(
			    d, read, VEC_DATA(&g->wanted, const action_id)[i]))
			continue;
		for (uint32_t k = 0; k < docs; k++) {
			const uint32_t *class = segment_doc_classes(s, doc[k], &classes);

			for (uint32_t m = 0; m < classes; m++) {
				if (class[m] < segment_info(s) -> class_count)
					bits[i * words + class[m] / 64] |=
						1ull << (class[m] % 64);
			}
		}
	}
}

/* Services of the wanted actions. */
static bool *services_wanted(const struct hop_grants *g)
{
	bool *out =
		ARENA_NEW_ARRAY(world_arena(g->world), bool, catalog_service_count() + 1);

	for (size_t i = 0; i < VEC_COUNT(&g->wanted, action_id); i++) {
		action_id id = VEC_DATA(&g->wanted, const action_id)[i];

		if (id != CATALOG_NONE)
			out[catalog_action_service(id)] = true;
	}
	return out;
}

/* By class, a bit for each wanted action that some grant of its documents has. */
static int scope_bits(const uint64_t **out, struct hop_grants *g, scope_number scope,
	struct segment *s, struct err *e)
{
	const bool *services;
	uint64_t *bits;

	*out = g->scopes[scope];
	if (*out)
		return 0;
	services = services_wanted(g);
	bits = ARENA_NEW_ARRAY(world_arena(g->world), uint64_t,
		VEC_COUNT(&g->wanted, action_id) * bit_words(s) + 1);
	for (uint32_t i = 0; i < segment_info(s)->statement_count; i++) {
		const struct segment_statement *st = segment_statement(s, i);
		const struct document_statement *read;
		const struct document *d;

		if ((st->flags & DOCUMENT_DENY) ||
			(st->service < catalog_service_count() && !services[st->service]))
			continue;
		if (segment_read_statement(&d, &read, s, i, e) < 0)
			return e->code;
		statement_mark(bits, g, s, i, d, read);
	}
	*out = g->scopes[scope] = bits;
	return 0;
}

/* Whether the actions that the identity itself holds can be told by its class. */
static bool class_tells(const struct segment *s, uint32_t class)
{
	return segment_class(s, class)->flags == 0;
}

/* --- rules --- */

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

/* By what is granted: of each wanted action. */
static const bool *rules_of(struct hop_grants *g, const bool *held, const bool *granted)
{
	bool *out = ARENA_NEW_ARRAY(world_arena(g->world), bool, g->count + 1);

	for (uint32_t i = 0; i < g->count; i++) {
		out[i] = true;
		for (uint32_t k = 0; k < g->rules[i]->need_count && out[i]; k++) {
			uint32_t question = g->questions[i][k];

			out[i] = held[g->actions[i][k]] ||
				 (question != OWN_ONLY && granted[question]);
		}
	}
	return out;
}

static int find_by_class(const bool **out, struct hop_grants *g, scope_number scope,
	uint32_t class, const bool *granted, struct err *e)
{
	size_t count = VEC_COUNT(&g->wanted, action_id);
	const uint64_t *bits;
	struct segment *s;
	struct buf held = { 0 };
	int rc = world_segment(&s, g->world, scope, e);

	if (rc == 0)
		rc = scope_bits(&bits, g, scope, s, e);
	for (size_t i = 0; i < count && rc == 0; i++)
		VEC_ADD(&held, bool,
			bits[i * bit_words(s) + class / 64] >> (class % 64) & 1);
	if (rc == 0)
		*out = rules_of(g, VEC_DATA(&held, const bool), granted);
	buf_release(&held);
	return rc;
}

static int find(const bool **out, struct hop_grants *g, node_id actor,
	const bool *granted, struct err *e)
{
	const struct decide_subject *s;
	struct buf held = { 0 };

	if (subject_get(&s, world_subjects(g->world), actor, e) < 0)
		return e->code;
	*out = g->all;
	if (s->unknown_identity != EXPR_FALSE)
		return 0;
	for (size_t i = 0; i < VEC_COUNT(&g->wanted, action_id); i++)
		VEC_ADD(&held, bool, grants(s, VEC_DATA(&g->wanted, const action_id)[i]));
	*out = rules_of(g, VEC_DATA(&held, const bool), granted);
	buf_release(&held);
	return 0;
}

int hop_grants_of(const bool **out, struct hop_grants *g, node_id actor, struct err *e)
{
	const struct node *n = world_node(g->world, actor);
	const struct segment_entity *entity = world_entity(g->world, actor);
	uint32_t before = intern_count(&g->classes), number;
	struct buf key = { 0 };
	const bool *granted;

	look_up(g);
	*out = g->all;
	if (n->flags & ENTITY_ROOT)
		return 0;
	if (policy_grants_to(&granted, g->policies, actor, e) < 0)
		return e->code;
	if (!entity || n->imagined || entity->class == SEGMENT_NONE ||
		world_any_removed(g->world))
		return find(out, g, actor, granted, e);
	VEC_ADD(&key, scope_number, n->scope);
	VEC_ADD(&key, uint32_t, entity->class);
	buf_add(&key, granted, policy_grants_count(g->policies) * sizeof(*granted));
	number = intern_add(&g->classes, buf_str(&key));
	buf_release(&key);
	if (number == before) {
		int rc;

		VEC_ADD(&g->answers, const bool *, g->all);
		rc = class_tells(world_node_segment(g->world, actor), entity->class)
			     ? find_by_class(out, g, n->scope, entity->class, granted, e)
			     : find(out, g, actor, granted, e);
		if (rc < 0)
			return rc;
		VEC_DATA(&g->answers, const bool *)[number] = *out;
	}
	*out = VEC_DATA(&g->answers, const bool *)[number];
	return 0;
}

int hop_grants_named(const bool **out, struct hop_grants *g, node_id actor, struct err *e)
{
	const bool *named;
	bool *rules;

	look_up(g);
	if (policy_grants_named(&named, g->policies, actor, e) < 0)
		return e->code;
	rules = ARENA_NEW_ARRAY(world_arena(g->world), bool, g->count + 1);
	for (uint32_t i = 0; i < g->count; i++) {
		for (uint32_t k = 0; k < g->rules[i]->need_count; k++) {
			uint32_t question = g->questions[i][k];

			rules[i] |= question != OWN_ONLY && named[question];
		}
	}
	*out = rules;
	return 0;
}

void hop_grants_set_strict(struct hop_grants *g)
{
	policy_grants_set_strict(g->policies);
}

void hop_grants_set_unread(struct hop_grants *g, kind_id kind)
{
	policy_grants_set_unread(g->policies, kind);
}
