#include "reachability/action_plan.h"

#include <assert.h>
#include <stdlib.h>

#include "base/buf.h"
#include "reachability/pattern.h"

struct action_planner {
	struct arena *arena;
	uint64_t *wanted; /* bit per action */
	const struct action_plan *
		*plans; /* per kind, twice (container); last pair: no kind */
	uint32_t list_count;
	action_id first, end; /* all wanted ones lie between */
};

bool action_plan_wants(struct action_planner *p, action_id action)
{
	return p->wanted[action / 64] >> (action % 64) & 1u;
}

static void want(struct action_planner *p, action_id id)
{
	p->wanted[id / 64] |= 1ull << (id % 64);
}

/* Where the wanted actions begin and end: most questions want few, side by side. */
static void find_ends(struct action_planner *p)
{
	action_id count = catalog_action_count();

	p->first = 0;
	p->end = count;
	while (p->first + 64 <= p->end && p->wanted[p->first / 64] == 0)
		p->first += 64;
	while (p->first < p->end && !action_plan_wants(p, p->first))
		p->first++;
	while (p->end > p->first && !action_plan_wants(p, p->end - 1)) {
		bool skips = p->end % 64 == 0 && p->end - p->first >= 64 &&
			     p->wanted[p->end / 64 - 1] == 0;

		p->end -= skips ? 64 : 1;
	}
	while (p->end > p->first && !action_plan_wants(p, p->end - 1))
		p->end--;
}

bool action_plan_meets(const struct action_planner *p, const struct document *d,
	const struct document_statement *s)
{
	for (uint32_t i = 0; i < s->action_count; i++) {
		const struct document_interval *v = &d->intervals[s->action_first + i];
		action_id end = v->end < p->end ? v->end : p->end;

		for (action_id id = v->begin > p->first ? v->begin : p->first; id < end;
			id = (id / 64 + 1) * 64) {
			uint64_t word = p->wanted[id / 64] >> (id % 64);

			if (end - id < 64)
				word &= (1ull << (end - id)) - 1;
			if (word)
				return true;
		}
	}
	return false;
}

static void want_pattern(struct action_planner *p, struct str pattern)
{
	struct str prefix = str_head(pattern, pattern_literal_size(pattern));

	for (uint32_t plane = 0; plane < catalog_plane_count(); plane++) {
		action_id begin, end;

		catalog_action_prefix(plane, prefix, &begin, &end);
		for (action_id id = begin; id < end; id++) {
			if (pattern_match_fold(pattern, catalog_action_get(id).name))
				want(p, id);
		}
	}
}

static void want_all(struct action_planner *p, const struct action_query *q)
{
	action_id count = catalog_action_count();

	for (uint32_t i = 0; i < q->pattern_count; i++)
		want_pattern(p, q->patterns[i]);
	if (q->everything || q->admin) {
		memset(p->wanted, 0xff, count / 64 * sizeof(*p->wanted));
		for (action_id id = count / 64 * 64; id < count; id++)
			want(p, id);
		return;
	}
	for (action_id id = 0; q->level_mask && id < count; id++) {
		if (q->level_mask >> catalog_action_get(id).level & 1u)
			want(p, id);
	}
}

struct action_planner *action_planner_new(
	const struct action_query *query, struct arena *arena)
{
	struct action_planner *p = ARENA_NEW(arena, struct action_planner);

	p->arena = arena;
	p->wanted = ARENA_NEW_ARRAY(arena, uint64_t, catalog_action_count() / 64 + 1);
	p->plans = ARENA_NEW_ARRAY(arena, const struct action_plan *,
		2 * ((size_t)catalog_kind_count() + 1));
	want_all(p, query);
	find_ends(p);
	return p;
}

void action_planner_free(struct action_planner *p)
{
	(void)p; /* all of it lies in the arena */
}

/* What the actions of one list share. */
struct list_sort {
	const struct provider *provider;
	enum provider_policy policy;
	enum record_layer layer;
	enum provider_custody custody;
	enum provider_caller caller;
};

static const struct action_list *list_new(struct action_planner *p, const struct buf *ids,
	uint32_t target, struct str suffix, struct list_sort sort)
{
	struct action_list *l = ARENA_NEW(p->arena, struct action_list);
	uint64_t *all, *rcps;
	action_id *copy;

	l->count = (uint32_t)VEC_COUNT(ids, action_id);
	l->words = (l->count + 63) / 64;
	l->number = p->list_count++;
	l->target = target;
	l->suffix = suffix;
	l->policy = sort.policy;
	l->layer = sort.layer;
	l->custody = sort.custody;
	l->caller = sort.caller;
	copy = ARENA_NEW_ARRAY(p->arena, action_id, l->count);
	memcpy(copy, ids->p, ids->n);
	l->ids = copy;
	all = ARENA_NEW_ARRAY(p->arena, uint64_t, l->words);
	rcps = ARENA_NEW_ARRAY(p->arena, uint64_t, l->words);
	for (uint32_t i = 0; i < l->count; i++) {
		all[i / 64] |= 1ull << (i % 64);
		if (sort.provider->rcps_cover(copy[i]))
			rcps[i / 64] |= 1ull << (i % 64);
	}
	l->all = all;
	l->rcps = rcps;
	return l;
}

static struct list_sort sort_of(
	const struct provider *provider, kind_id kind, action_id action)
{
	struct list_sort sort = { .provider = provider, .layer = LAYER_RESOURCE };

	sort.policy = provider->policy(kind, action, &sort.layer);
	sort.custody = provider->custody_bars(kind, action);
	sort.caller = provider->caller ? provider->caller(action) : CALLER_ANY;
	return sort;
}

#define SORTS                                                                            \
	((POLICY_REQUIRED + 1u) * LAYER_END * (CUSTODY_ALL + 1u) * (CALLER_DELEGATE + 1u))

/* A number for each sort, in the order of their lists. */
static uint32_t number_of(struct list_sort s)
{
	uint32_t n = (uint32_t)s.policy * LAYER_END + (uint32_t)s.layer;

	n = n * (CUSTODY_ALL + 1u) + (uint32_t)s.custody;
	return n * (CALLER_DELEGATE + 1u) + (uint32_t)s.caller;
}

/* One list per sort, of the actions whose sorts are given one each. */
static void sorted_lists(struct action_planner *p, const struct buf *actions,
	const struct buf *sorts, uint32_t target, struct str suffix, struct buf *lists)
{
	const action_id *ids = VEC_DATA(actions, const action_id);
	const struct list_sort *of = VEC_DATA(sorts, const struct list_sort);
	size_t count = VEC_COUNT(actions, action_id);
	uint32_t first[SORTS] = { 0 }; /* place of its first action + 1 */
	struct buf some = { 0 };

	for (size_t i = count; i > 0; i--)
		first[number_of(of[i - 1])] = (uint32_t)i;
	for (uint32_t n = 0; n < SORTS && count > 0; n++) {
		if (first[n] == 0)
			continue;
		buf_clear(&some);
		for (size_t i = first[n] - 1; i < count; i++) {
			if (number_of(of[i]) == n)
				VEC_ADD(&some, action_id, ids[i]);
		}
		VEC_ADD(lists, const struct action_list *,
			list_new(p, &some, target, suffix, of[first[n] - 1]));
	}
	buf_release(&some);
}

/* Split one target's wanted actions by what decides about them, and append the lists. */
static void target_lists(
	struct action_planner *p, kind_id kind, uint32_t index, struct buf *lists)
{
	const struct provider *provider = provider_of_kind(kind);
	struct catalog_target t = catalog_kind_target(kind, index);
	struct buf ids = { 0 }, sorts = { 0 };

	for (uint32_t i = 0; i < t.action_count; i++) {
		if (!action_plan_wants(p, t.actions[i]))
			continue;
		VEC_ADD(&ids, action_id, t.actions[i]);
		VEC_ADD(&sorts, struct list_sort, sort_of(provider, kind, t.actions[i]));
	}
	sorted_lists(p, &ids, &sorts, index, t.suffix, lists);
	buf_release(&ids);
	buf_release(&sorts);
}

/* Sorted by who may call them alone: no policy of a resource speaks of them. */
static void unbound_list(struct action_planner *p, kind_id kind, struct buf *lists)
{
	const struct provider *provider = provider_of_kind(kind);
	struct buf ids[CALLER_DELEGATE + 1] = { { 0 } };
	action_id begin, end;

	catalog_provider_actions(provider->name, &begin, &end);
	for (action_id id = begin; id < end; id++) {
		if (action_plan_wants(p, id) && catalog_action_is_unbound(id))
			VEC_ADD(&ids[provider->caller ? provider->caller(id)
						      : CALLER_ANY],
				action_id, id);
	}
	for (int caller = CALLER_ANY; caller <= CALLER_DELEGATE; caller++) {
		struct list_sort sort = { provider, POLICY_NEVER, LAYER_RESOURCE,
			CUSTODY_NONE, (enum provider_caller)caller };

		if (provider->inherits || caller == CALLER_DELEGATE)
			sort.policy = POLICY_OPTIONAL;
		if (ids[caller].n > 0)
			VEC_ADD(lists, const struct action_list *,
				list_new(p, &ids[caller], ACTION_LIST_UNBOUND,
					STR_LIT(""), sort));
		buf_release(&ids[caller]);
	}
}

static int compare_services(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* Actions of a service lie together: each change of it is looked at. */
static void plan_services(struct action_planner *p, struct action_plan *plan)
{
	struct buf found = { 0 };
	uint32_t *services, last = CATALOG_NONE, count;

	for (uint32_t i = 0; i < plan->count; i++) {
		for (uint32_t k = 0; k < plan->lists[i]->count; k++) {
			uint32_t service = catalog_action_service(plan->lists[i]->ids[k]);

			if (service != last)
				VEC_ADD(&found, uint32_t, service);
			last = service;
		}
	}
	count = (uint32_t)VEC_COUNT(&found, uint32_t);
	services = ARENA_NEW_ARRAY(p->arena, uint32_t, count + 1);
	if (count > 0) {
		memcpy(services, found.p, found.n);
		qsort(services, count, sizeof(*services), compare_services);
	}
	for (uint32_t i = 0; i < count; i++) {
		if (i == 0 || services[i] != services[plan->service_count - 1])
			services[plan->service_count++] = services[i];
	}
	plan->services = services;
	buf_release(&found);
}

const struct action_plan *action_plan_of(
	struct action_planner *p, kind_id kind, bool container)
{
	uint32_t slot =
		2 * (kind == CATALOG_NONE ? catalog_kind_count() : kind) + container;
	struct action_plan *plan;
	struct buf lists = { 0 };
	void *copy;

	if (p->plans[slot])
		return p->plans[slot];
	if (kind != CATALOG_NONE) {
		uint32_t targets = catalog_kind_target_count(kind);

		assert(targets <=
			ACTION_LIST_UNBOUND); /* a mask of reached targets has 64 bits */
		for (uint32_t i = 0; i < targets; i++)
			target_lists(p, kind, i, &lists);
	}
	if (container &&
		(kind == CATALOG_NONE || !provider_of_kind(kind)->takes_unbound ||
			provider_of_kind(kind)->takes_unbound(kind)))
		unbound_list(p, kind, &lists);
	plan = ARENA_NEW(p->arena, struct action_plan);
	plan->count = (uint32_t)VEC_COUNT(&lists, const struct action_list *);
	copy = arena_alloc(p->arena, lists.n + 1);
	if (lists.n > 0)
		memcpy(copy, lists.p, lists.n);
	plan->lists = copy;
	plan_services(p, plan);
	buf_release(&lists);
	p->plans[slot] = plan;
	return plan;
}

bool action_plan_is_governed(const struct action_plan *plan)
{
	for (uint32_t i = 0; i < plan->count; i++) {
		if (plan->lists[i]->policy != POLICY_NEVER)
			return true;
	}
	return false;
}
