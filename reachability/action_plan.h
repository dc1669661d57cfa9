/*
 * action_plan.h - which actions a question asks about, per kind of entity.
 *
 * A kind's actions come from the catalogue, split by target (bucket, objects) and by the
 * way in which the resource's own policy counts for them (not at all, beside the
 * identity's, or decisively). Lists are made once per question and kind and compared by
 * address afterwards.
 */
#ifndef REACHABILITY_ACTION_PLAN_H
#define REACHABILITY_ACTION_PLAN_H

#include "base/arena.h"
#include "catalog/catalog.h"
#include "reachability/answer.h"
#include "reachability/provider.h"

/*
 * Actions that share a target of a kind and the way in which the resource's policy
 * counts.
 */
struct action_list {
	const action_id *ids; /* ascending */
	uint32_t count;
	uint32_t words;    /* of a bit set over ids */
	uint32_t number;   /* dense over all lists of a planner */
	uint32_t target;   /* index of the catalogue's target, or ACTION_LIST_UNBOUND */
	struct str suffix; /* of the target */
	enum provider_policy policy;
	enum record_layer layer;
	enum provider_custody custody; /* from which on the actions are nobody's */
	enum provider_caller caller;
	const uint64_t *all;  /* every bit */
	const uint64_t *rcps; /* the actions that ceilings over resources speak of */
};

/*
 * Actions that name no resource: they are asked of the container, and only "*" grants
 * them.
 */
#define ACTION_LIST_UNBOUND 63u

struct action_plan {
	const struct action_list *const *lists;
	uint32_t count;
	const uint32_t *services; /* of the lists' actions, ascending */
	uint32_t service_count;
};

struct action_planner;

struct action_planner *action_planner_new(
	const struct action_query *query, struct arena *arena);
void action_planner_free(struct action_planner *p);

/*
 * The lists of a kind (CATALOG_NONE: none but unbound ones); container: with the unbound
 * actions.
 */
const struct action_plan *action_plan_of(
	struct action_planner *p, kind_id kind, bool container);

/* Whether a policy on an entity of the kind counts for any action of the plan. */
bool action_plan_is_governed(const struct action_plan *plan);

/* Whether the question asks about the action; about any action of the statement's own. */
bool action_plan_wants(struct action_planner *p, action_id action);
bool action_plan_meets(const struct action_planner *p, const struct document *d,
	const struct document_statement *s);

#endif
