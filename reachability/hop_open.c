#include "reachability/hop_open.h"

#include <stdlib.h>

#include "reachability/hop_bond.h"
#include "reachability/hop_priv.h"
#include "reachability/imagined.h"
#include "reachability/search.h"
#include "reachability/subject.h"

/* Who opens one resource. */
struct who {
	const struct hop_opening *items;
	uint32_t count;
	uint32_t number; /* of its hubs, in `likes` */
};

struct hop_open {
	struct world *world;
	struct hop *hop;
	struct buf wanted;   /* node_id */
	struct intern asked; /* resource -> its place in `who` */
	struct buf who;      /* struct who */
	struct intern likes; /* numbers of hubs: who has the same opens for the same */
	struct buf denying;  /* struct buf by scope: bool by entity */
};

struct hop_open *hop_open_new(struct world *w, struct hop *h)
{
	struct hop_open *o = calloc(1, sizeof(*o));

	if (!o)
		abort();
	o->world = w;
	o->hop = h;
	intern_init(&o->asked);
	intern_init(&o->likes);
	return o;
}

void hop_open_free(struct hop_open *o)
{
	if (!o)
		return;
	for (size_t i = 0; i < VEC_COUNT(&o->denying, struct buf); i++)
		buf_release(&VEC_DATA(&o->denying, struct buf)[i]);
	intern_release(&o->asked);
	intern_release(&o->likes);
	buf_release(&o->wanted);
	buf_release(&o->who);
	buf_release(&o->denying);
	free(o);
}

void hop_open_want(struct hop_open *o, node_id resource)
{
	VEC_ADD(&o->wanted, node_id, resource);
}

bool hop_open_is_wanted(const struct hop_open *o)
{
	return o->wanted.n > 0;
}

/* --- rules of equal effect --- */

static bool same_effect(const struct rule *a, const struct rule *b)
{
	if ((a->yields & RULE_OPENINGS) != (b->yields & RULE_OPENINGS) ||
		a->access_count != b->access_count)
		return false;
	for (uint32_t i = 0; i < a->access_count; i++) {
		if (!str_eq(a->accesses[i], b->accesses[i]))
			return false;
	}
	return true;
}

node_id hop_open_node(
	struct hop_open *o, const struct rule *rule, node_id actor, node_id resource)
{
	for (uint32_t i = 0; i < hop_rule_count(o->hop); i++) {
		const struct rule *first = hop_rule(o->hop, i);

		if ((first->yields & RULE_ACCESS) && same_effect(first, rule))
			return imagined_opener(o->world, actor, resource, first);
	}
	return imagined_opener(o->world, actor, resource, rule);
}

/* --- who opens a resource --- */

static int compare_openings(const void *a, const void *b)
{
	const struct hop_opening *x = a, *y = b;

	if (x->node != y->node)
		return x->node < y->node ? -1 : 1;
	return strcmp(x->rule->id.p, y->rule->id.p);
}

static int who_find(struct buf *out, uint32_t *like, struct hop_open *o, node_id resource,
	struct err *e)
{
	struct buf hubs = { 0 }, numbers = { 0 };
	int rc = 0;

	for (uint32_t i = 0; i < hop_rule_count(o->hop) && rc == 0; i++) {
		if (hop_rule(o->hop, i)->yields & RULE_ACCESS)
			rc = hop_into_rule(
				&hubs, o->hop, hop_rule(o->hop, i), resource, e);
	}
	for (size_t i = 0; i < VEC_COUNT(&hubs, const struct hub *) && rc == 0; i++) {
		const struct hub *hub = VEC_DATA(&hubs, const struct hub *)[i];

		VEC_ADD(&numbers, uint32_t, hub->number);
		for (uint32_t k = 0; k < hub->count; k++) {
			struct hop_opening one = { .rule = hub->rule,
				.end = hub->ends[k] };

			one.node = hop_open_node(o, hub->rule, one.end.node, resource);
			one.end.through = resource;
			buf_add(out, &one, sizeof(one));
		}
	}
	if (out->n > 0)
		qsort(out->p, VEC_COUNT(out, struct hop_opening),
			sizeof(struct hop_opening), compare_openings);
	*like = intern_add(&o->likes, buf_str(&numbers));
	buf_release(&hubs);
	buf_release(&numbers);
	return rc;
}

static int who_of(
	const struct who **out, struct hop_open *o, node_id resource, struct err *e)
{
	uint32_t before = intern_count(&o->asked), number;
	struct who *who;

	number = intern_add(
		&o->asked, (struct str){ (const char *)&resource, sizeof(resource) });
	if (number == before) {
		struct buf found = { 0 };
		uint32_t like;

		VEC_ADD(&o->who, struct who, { 0 });
		if (who_find(&found, &like, o, resource, e) < 0) {
			buf_release(&found);
			return e->code;
		}
		who = &VEC_DATA(&o->who, struct who)[number];
		who->count = (uint32_t)VEC_COUNT(&found, struct hop_opening);
		who->items = world_keep(o->world, &found);
		who->number = like;
	}
	*out = &VEC_DATA(&o->who, const struct who)[number];
	return 0;
}

int hop_open_who(const struct hop_opening **out, uint32_t *count, struct hop_open *o,
	node_id resource, struct err *e)
{
	const struct who *who;

	if (who_of(&who, o, resource, e) < 0)
		return e->code;
	*out = who->items;
	*count = who->count;
	return 0;
}

int hop_open_number(uint32_t *out, struct hop_open *o, node_id resource, struct err *e)
{
	const struct who *who;

	if (who_of(&who, o, resource, e) < 0)
		return e->code;
	*out = who->number;
	return 0;
}

/* --- the best of them --- */

/* Whether one gives whatever the other does, at the same price and as surely. */
static bool gives_as_much(const struct hop_opening *x, const struct hop_opening *y)
{
	const struct rule *a = x->rule, *b = y->rule;
	uint32_t lost = b->yields & ~a->yields & (RULE_OPENINGS | RULE_GAINS);

	if (a->class > b->class || x->end.verdict < y->end.verdict || lost ||
		((a->yields ^ b->yields) & (RULE_GRANTED | RULE_UNDENIED)))
		return false;
	for (uint32_t i = 0; i < b->access_count && a->access_count > 0; i++) {
		uint32_t k = 0;

		while (k < a->access_count && !str_eq(a->accesses[k], b->accesses[i]))
			k++;
		if (k == a->access_count)
			return false;
	}
	return a->access_count == 0 || b->access_count > 0;
}

/* Whether another way of the same actor is as good: the earlier one, of equal ones. */
static bool is_beaten(const struct hop_opening *v, uint32_t count, uint32_t i)
{
	for (uint32_t k = 0; k < count; k++) {
		if (k != i && gives_as_much(&v[k], &v[i]) &&
			(k < i || !gives_as_much(&v[i], &v[k])))
			return true;
	}
	return false;
}

static int compare_actors(const void *a, const void *b)
{
	const struct hop_opening *x = a, *y = b;

	if (x->end.node != y->end.node)
		return x->end.node < y->end.node ? -1 : 1;
	return compare_openings(x, y);
}

int hop_open_best(struct buf *out, struct hop_open *o, node_id resource, struct err *e)
{
	const struct who *who;
	struct buf copy = { 0 }, best = { 0 };
	struct hop_opening *v;

	if (who_of(&who, o, resource, e) < 0)
		return e->code;
	if (who->count == 0)
		return 0;
	buf_add(&copy, who->items, who->count * sizeof(*who->items));
	v = VEC_DATA(&copy, struct hop_opening);
	qsort(v, who->count, sizeof(*v), compare_actors);
	for (uint32_t i = 0, n = 1; i < who->count; i += n) {
		for (n = 1; i + n < who->count && v[i + n].end.node == v[i].end.node; n++)
			;
		for (uint32_t k = 0; k < n; k++) {
			if (!is_beaten(v + i, n, k))
				VEC_ADD(&best, node_id, v[i + k].node);
		}
	}
	buf_unique_u32(&best);
	buf_add(out, best.p, best.n);
	buf_release(&best);
	buf_release(&copy);
	return 0;
}

/* --- what an actor opens --- */

/* Whether something of the kinds may carry somebody on a rule's way. */
static bool leads_on(const struct hop_open *o, const struct rule *opener)
{
	for (uint32_t i = 0; i < hop_rule_count(o->hop); i++) {
		const struct rule *r = hop_rule(o->hop, i);

		for (uint32_t k = 0;
			r->bond == RULE_CARRYING && k < r->through_kind_count; k++) {
			for (uint32_t t = 0; t < opener->target_kind_count; t++) {
				if (str_eq(r->through_kinds[k], opener->target_kinds[t]))
					return true;
			}
		}
	}
	return false;
}

/* The need that says on what the actor may do it; NULL: nothing says. */
static const struct rule_need *need_on_target(const struct rule *rule)
{
	for (uint32_t i = 0; i < rule->need_count; i++) {
		if (rule->needs[i].on == RULE_TARGET)
			return &rule->needs[i];
	}
	return NULL;
}

/* Which of the scope's entities have a policy that denies something to somebody. */
static int denying_of(
	const bool **out, struct hop_open *o, scope_number scope, struct err *e)
{
	struct segment *s;
	struct buf *here;

	while (VEC_COUNT(&o->denying, struct buf) <= scope)
		VEC_ADD(&o->denying, struct buf, { 0 });
	here = &VEC_DATA(&o->denying, struct buf)[scope];
	if (world_segment(&s, o->world, scope, e) < 0)
		return e->code;
	if (here->n == 0) {
		uint32_t count = segment_info(s)->entity_count;

		memset(buf_reserve(here, count + 1), 0, count + 1);
		here->n = count + 1;
		for (uint32_t i = 0; i < segment_info(s)->principal_count; i++) {
			const struct segment_principal *p = &segment_principals(s)[i];

			if (p->is_deny && p->entity < count)
				here->p[p->entity] = 1;
		}
	}
	*out = (const bool *)here->p;
	return 0;
}

/*
 * Whether one who has everything in its account could gain by the resource's policy:
 * where that denies, must consent, or is not known.
 */
static int withstands(
	bool *out, struct hop_open *o, const struct rule *rule, node_id n, struct err *e)
{
	const struct node *node = world_node(o->world, n);
	const struct segment_entity *entity = world_entity(o->world, n);
	enum record_layer layer;
	const bool *denying;

	*out = true;
	if (!entity || entity->policy_state == SEGMENT_POLICY_REFUSED ||
		provider_of_node(o->world, n)
				->policy(world_node_kind_id(o->world, n),
					catalog_action_find(rule->needs[0].action),
					&layer) == POLICY_REQUIRED)
		return 0;
	if (denying_of(&denying, o, node->scope, e) < 0)
		return e->code;
	*out = denying[node->id];
	return 0;
}

/* Whether the actor may do all that rules ask for on what carries, as it is. */
static int needs_nothing(
	bool *out, struct hop_open *o, node_id actor, node_id n, struct err *e)
{
	struct hop_needs *needs = hop_needs(o->hop);

	*out = true;
	for (uint32_t i = 0; i < hop_rule_count(o->hop) && *out; i++) {
		const struct rule *r = hop_rule(o->hop, i);

		if (r->bond != RULE_CARRYING ||
			!hop_bond_is_kind(
				o->world, n, r->through_kinds, r->through_kind_count))
			continue;
		for (uint32_t k = 0; k < r->need_count && *out; k++) {
			expr x = EXPR_TRUE;

			if (r->needs[k].on == RULE_THROUGH &&
				hop_needs_decide(&x, needs,
					hop_needs_get(needs, &r->needs[k]), actor, n,
					e) < 0)
				return e->code;
			*out = x == EXPR_TRUE;
		}
	}
	return 0;
}

/* Whether the resource carries somebody whom one comes to by opening it. */
static int leads_to(
	bool *out, struct hop_open *o, node_id actor, node_id n, struct err *e)
{
	struct buf carried = { 0 };
	int rc = hop_bond_carried(&carried, o->world, n, false, e);

	*out = carried.n > 0;
	buf_release(&carried);
	if (rc == 0 && *out) {
		rc = needs_nothing(out, o, actor, n, e);
		*out = !*out;
	}
	return rc;
}

static int listed(struct buf *out, struct hop_open *o, const struct rule *rule,
	node_id actor, bool carrying, node_id ruler, struct err *e)
{
	const struct rule_need *need = need_on_target(rule);
	const struct hop_list *list;
	const struct decide_subject *s;

	if (!need)
		return 0;
	if (hop_lists_beside(&list, o->hop->lists, hop_needs_get(hop_needs(o->hop), need),
		    actor, ruler, e) < 0 ||
		subject_get(&s, world_subjects(o->world), actor, e) < 0)
		return e->code;
	for (uint32_t i = 0; i < list->count; i++) {
		node_id n = list->ends[i].node;
		bool wanted = true;

		if (!hop_bond_is_kind(
			    o->world, n, rule->target_kinds, rule->target_kind_count))
			continue;
		if (carrying && leads_to(&wanted, o, actor, n, e) < 0)
			return e->code;
		if (wanted && search_has_everything(s) &&
			world_node(o->world, n)->scope ==
				world_node(o->world, actor)->scope &&
			withstands(&wanted, o, rule, n, e) < 0)
			return e->code;
		if (wanted)
			VEC_ADD(out, node_id, n);
	}
	return 0;
}

/* Things of the rule's kinds in the actor's account, when no need says which. */
static int everywhere(struct buf *out, struct hop_open *o, const struct rule *rule,
	node_id actor, struct err *e)
{
	scope_number scope = world_node(o->world, actor)->scope;
	struct segment *s;

	if (scope == SEGMENT_NONE || need_on_target(rule))
		return 0;
	if (world_segment(&s, o->world, scope, e) < 0)
		return e->code;
	for (entity_id id = 0; id < segment_info(s)->entity_count; id++) {
		node_id n;

		if (segment_entity(s, id)->flags & (ENTITY_IDENTITY | ENTITY_GROUP))
			continue;
		n = world_node_entity(o->world, scope, id);
		if (hop_bond_is_kind(
			    o->world, n, rule->target_kinds, rule->target_kind_count))
			VEC_ADD(out, node_id, n);
	}
	return 0;
}

static bool has_node(const struct buf *nodes, node_id n)
{
	for (size_t i = 0; i < VEC_COUNT(nodes, node_id); i++) {
		if (VEC_DATA(nodes, const node_id)[i] == n)
			return true;
	}
	return false;
}

int hop_open_what(struct buf *out, struct hop_open *o, const struct rule *rule,
	node_id actor, enum hop_open_sort sort, node_id ruler, struct err *e)
{
	if (sort == HOP_OPEN_ALL) {
		if (listed(out, o, rule, actor, false, ruler, e) < 0)
			return e->code;
		/* what no need says, the ruler may open as anybody */
		return ruler == NODE_NONE ? everywhere(out, o, rule, actor, e) : 0;
	}
	if (sort == HOP_OPEN_LEADING && leads_on(o, rule) &&
		listed(out, o, rule, actor, true, NODE_NONE, e) < 0)
		return e->code;
	for (size_t i = 0; i < VEC_COUNT(&o->wanted, node_id); i++) {
		node_id n = VEC_DATA(&o->wanted, node_id)[i];

		if (!has_node(out, n) && hop_bond_is_kind(o->world, n, rule->target_kinds,
						 rule->target_kind_count))
			VEC_ADD(out, node_id, n);
	}
	return 0;
}
