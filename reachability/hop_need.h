/*
 * hop_need.h - the decisions that hop rules ask for, each with the context that the act
 * itself fixes.
 *
 * Equal needs (action and context) of different rules are one: they share their decide,
 * and so what it found out.
 */
#ifndef REACHABILITY_HOP_NEED_H
#define REACHABILITY_HOP_NEED_H

#include "reachability/decide.h"
#include "reachability/likeness.h"
#include "reachability/rule.h"

/* What an actor must be allowed, as asked of the engine. */
struct hop_need {
	uint32_t number; /* dense */
	action_id action;
	struct world_context context;
	struct decide *decide;
	struct likeness *likeness;
};

struct hop_needs;

/* See graph_set_strict. Before any need. */
void hop_needs_set_strict(struct hop_needs *n);
bool hop_needs_is_strict(const struct hop_needs *n);

struct hop_needs *hop_needs_new(struct world *w);
void hop_needs_free(struct hop_needs *n);

/* The need of a rule; made at first use. */
const struct hop_need *hop_needs_get(struct hop_needs *n, const struct rule_need *need);

/*
 * What a need is about that names neither target nor through: the actor itself, its
 * account, something new in it, or a pattern. NODE_NONE for the other places.
 */
node_id hop_needs_object(
	struct hop_needs *n, const struct rule_need *need, node_id actor);

/* What is left of one actor's decision on one object; remembered. */
int hop_needs_decide(expr *out, struct hop_needs *n, const struct hop_need *need,
	node_id actor, node_id object, struct err *e);

/* What a decision leaves on the object as a whole: any of its parts. */
expr hop_needs_residual(struct hop_needs *n, const struct access *access);

#endif
