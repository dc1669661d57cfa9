/* answer_can.c - "can": one verdict with its proof. */
#include "reachability/answer_can.h"

#include <stdlib.h>

#include "reachability/answer_unseen.h"
#include "reachability/hop_some.h"
#include "reachability/missing.h"
#include "reachability/proof.h"

static action_id first_of(const struct access_part *p)
{
	for (uint32_t i = 0; i < p->list->count; i++) {
		if (p->bits[i / 64] >> (i % 64) & 1u)
			return p->list->ids[i];
	}
	return CATALOG_NONE;
}

/* Whether the question is about the one action that takes no permission. */
static bool asks_free(struct asking *a, node_id actor, const struct answer_object *object)
{
	const struct node *n = world_node(a->w, actor);

	return a->query->pattern_count == 1 &&
	       str_eq_fold(a->query->patterns[0],
		       provider_of_node(a->w, actor)->free_action) &&
	       (n->type == NODE_ENTITY || n->type == NODE_FOREIGN) &&
	       (world_node(a->w, object->node)->flags & ENTITY_CONTAINER);
}

/* Of an action that the catalogue lacks: by the texts of policies. */
static int unlisted_standing(struct answer_standing *out, struct asking *a,
	const struct decide_subject *s, const struct decide_object *o, struct err *e)
{
	out->residual = EXPR_FALSE;
	if (o->provider->decide_unlisted &&
		o->provider->decide_unlisted(
			&out->residual, a->w, s, o, a->query->unlisted, e) < 0)
		return e->code;
	out->verdict = expr_verdict(world_pool(a->w), out->residual);
	return 0;
}

int answer_can_standing(struct answer_standing *out, struct asking *a, node_id actor,
	const struct answer_object *object, struct err *e)
{
	struct expr_pool *pool = world_pool(a->w);
	const struct decide_subject *s;
	const struct decide_object *o;
	struct access access;

	*out = (struct answer_standing){ .actor = actor, .action = CATALOG_NONE };
	if (missing_node(a->w, object->node)) {
		answer_unseen_node(out, a, object->node);
		return 0;
	}
	if (a->query->become || a->query->admin) {
		if (asking_holds(&out->residual, a, actor, object->node, e) < 0)
			return e->code;
		out->verdict = expr_verdict(pool, out->residual);
		return 0;
	}
	if (!world_acts(a->w, actor))
		return 0;
	if (asks_free(a, actor, object)) {
		out->residual = EXPR_TRUE;
		out->verdict = VERDICT_ALLOWED;
		out->action = catalog_action_find(a->query->patterns[0]);
		out->free = true;
		return 0;
	}
	if (decide_subject(&s, a->d, actor, e) < 0 ||
		decide_object(&o, a->d, object->node, e) < 0)
		return e->code;
	if (a->query->unlisted.n > 0)
		return unlisted_standing(out, a, s, o, e);
	if (decide_entity(&access, a->d, s, o, object->resource, e) < 0)
		return e->code;
	for (uint32_t i = 0; i < access.part_count; i++) {
		enum expr_verdict v = expr_verdict(pool, access.parts[i].residual);
		action_id action = first_of(&access.parts[i]);

		if (v > out->verdict || (v == out->verdict && action < out->action)) {
			out->verdict = v;
			out->residual = access.parts[i].residual;
			out->action = action;
		}
	}
	return 0;
}

/*
 * The first action that the question asks about on the object, to explain a refusal with.
 */
static int any_action(action_id *out, struct asking *a,
	const struct answer_object *object, struct err *e)
{
	const struct decide_object *o;
	const struct action_plan *plan;

	*out = CATALOG_NONE;
	if (decide_object(&o, a->d, object->node, e) < 0)
		return e->code;
	plan = decide_plan(a->d, o);
	for (uint32_t i = 0; i < plan->count; i++) {
		if (plan->lists[i]->ids[0] < *out)
			*out = plan->lists[i]->ids[0];
	}
	for (action_id id = 0; *out == CATALOG_NONE && id < catalog_action_count();
		id++) {
		if (action_plan_wants(decide_planner(a->d), id))
			*out = id;
	}
	return 0;
}

static struct str plain_reason(struct asking *a, const struct answer_standing *s)
{
	if (a->query->unlisted.n > 0)
		return s->verdict > VERDICT_DENIED
			       ? STR_LIT("by the words of what it was granted: the catalogue lacks the operation")
			       : STR_LIT("nothing that it was granted has the operation, which the catalogue lacks");
	if (a->query->become)
		return s->verdict > VERDICT_DENIED
			       ? STR_LIT("the path ends in the identity")
			       : STR_LIT("no path of hops leads to the identity");
	return s->verdict > VERDICT_DENIED
		       ? STR_LIT("its policies give every action on every resource of the account")
		       : STR_LIT("its effective permissions are not every action on everything");
}

/* Each need of the step's rule, and what is told by words when it has none. */
static int hop_proofs(struct answer_hop *out, struct asking *a,
	const struct path_step *step, struct err *e)
{
	struct hop_needs *needs = hop_needs(graph_hop(a->graph));
	const struct rule *rule = step->hop;
	struct proof *proofs =
		ARENA_NEW_ARRAY(world_arena(a->w), struct proof, rule->need_count + 1);

	out->proofs = proofs;
	for (uint32_t i = 0; i < rule->need_count; i++) {
		const struct hop_need *need = hop_needs_get(needs, &rule->needs[i]);
		node_id object = hop_needs_object(needs, &rule->needs[i], step->from);

		if (rule->needs[i].on == RULE_TARGET)
			object = rule->yields & (RULE_MEMBER | RULE_ACCESS)
					 ? step->through
					 : step->to;
		if (rule->needs[i].on == RULE_THROUGH)
			object = step->through;
		if (hop_some_is(graph_hop(a->graph), &rule->needs[i], step->from) &&
			hop_some_object(&object, graph_hop(a->graph), rule,
				&rule->needs[i], step->from, e) < 0)
			return e->code;
		if (object != NODE_NONE &&
			proof_make(&proofs[out->proof_count++], need->decide, step->from,
				object, need->action, (struct str){ 0 }, e) < 0)
			return e->code;
	}
	if (out->proof_count == 0)
		proof_words(&proofs[out->proof_count++], a->w, EXPR_TRUE,
			rule->title.n > 0
				? rule->title
				: STR_LIT("the compute holds the credentials of the identity"));
	return 0;
}

static int decision_proofs(struct answer_decision *out, struct asking *a,
	const struct answer_standing *s, const struct answer_object *object,
	struct err *e)
{
	struct answer_hop *hops;
	action_id action = s->action;

	if (a->query->become || a->query->admin || a->query->unlisted.n > 0) {
		proof_words(&out->proof, a->w, s->residual, plain_reason(a, s));
	} else if (s->free) {
		proof_words(&out->proof, a->w, EXPR_TRUE,
			STR_LIT("the action takes no permission, and no policy denies it"));
	} else {
		if (action == CATALOG_NONE && any_action(&action, a, object, e) < 0)
			return e->code;
		if (proof_make(&out->proof, a->d, s->actor, object->node, action,
			    object->resource, e) < 0)
			return e->code;
	}
	hops = ARENA_NEW_ARRAY(
		world_arena(a->w), struct answer_hop, out->path.step_count + 1);
	for (uint32_t i = 0; i < out->path.step_count; i++) {
		if (hop_proofs(&hops[i], a, &out->path.steps[i], e) < 0)
			return e->code;
	}
	out->hops = hops;
	out->hop_count = out->path.step_count;
	return 0;
}

/*
 * Try every identity that the subject can be; keep the strongest standing by the best
 * path.
 */
static int stand_indirect(struct answer_standing *best, struct path *path,
	struct asking *a, node_id subject, const struct answer_object *object,
	struct err *e)
{
	const struct path_found *r;
	uint32_t count;
	enum expr_verdict reached = best->verdict;
	struct answer_standing s = { .actor = NODE_NONE };
	bool found = false;

	if (path_search_from(&r, &count, a->graph, subject, a->o, e) < 0)
		return e->code;
	for (uint32_t i = 0; i < count; i++) {
		enum expr_verdict v;

		if (!asking_wants(a, &r[i].path))
			continue;
		if (s.actor != r[i].node &&
			answer_can_standing(&s, a, r[i].node, object, e) < 0)
			return e->code;
		v = s.verdict < r[i].path.verdict ? s.verdict : r[i].path.verdict;
		if (s.verdict == VERDICT_DENIED || v < reached || v == VERDICT_DENIED)
			continue;
		if (v == reached &&
			(!found || row_compare_lengths(&r[i].path, path) >= 0))
			continue;
		reached = v;
		*best = s;
		*path = r[i].path;
		found = true;
	}
	return 0;
}

/*
 * What nobody read counts: the same once more, when all that is known denies. It only
 * adds ways that nobody knows to be ways.
 */
static int stand_unread(struct answer_standing *best, struct path *path, struct asking *a,
	node_id subject, const struct answer_object *object, struct err *e)
{
	if (a->o->direct_only)
		return 0;
	asking_set_strict(a);
	if (hop_want(graph_hop(a->graph), object->node, e) < 0)
		return e->code;
	return a->query->admin ? stand_indirect(best, path, a, subject, object, e)
			       : answer_unread(best, path, a, subject, object, e);
}

int answer_can(struct answer_decision *out, struct world *w, node_id subject,
	const struct action_query *actions, const struct answer_object *object,
	const struct answer_options *o, struct err *e)
{
	struct asking a;
	struct answer_standing best;
	int rc;

	*out = (struct answer_decision){ 0 };
	asking_init(&a, w, actions, o);
	decide_set_strict(a.d, true);
	decide_set_strict(a.assume, true);
	/* the rules are asked for nothing where hops do not count */
	rc = o->direct_only ? 0 : hop_want(graph_hop(a.graph), object->node, e);
	if (rc == 0)
		rc = answer_can_standing(&best, &a, subject, object, e);
	if (rc == 0 && !asking_wants(&a, NULL))
		best = (struct answer_standing){ .actor = subject,
			.action = CATALOG_NONE };
	if (rc == 0 && !o->direct_only && best.verdict < VERDICT_ALLOWED)
		rc = stand_indirect(&best, &out->path, &a, subject, object, e);
	/* Whom from outside an unread trust would let in is not asked. */
	if (rc == 0 && best.verdict == VERDICT_DENIED &&
		world_node(w, subject)->type == NODE_ENTITY)
		rc = stand_unread(&best, &out->path, &a, subject, object, e);
	if (rc == 0 && best.verdict == VERDICT_DENIED)
		rc = answer_unseen(&best, &a, subject, object, e);
	/* What such a one carries nobody knows. */
	if (rc == 0 && best.verdict == VERDICT_DENIED && missing_node(w, subject) &&
		world_node(w, subject)->type == NODE_RESOURCE)
		answer_unseen_node(&best, &a, subject);
	if (rc == 0) {
		out->indirect = out->path.step_count > 0;
		out->residual = out->indirect ? expr_and(world_pool(w), best.residual,
							out->path.residual)
					      : best.residual;
		out->verdict = best.verdict;
		if (out->indirect && out->path.verdict < out->verdict)
			out->verdict = out->path.verdict;
		rc = decision_proofs(out, &a, &best, object, e);
	}
	if (rc == 0)
		rc = notes_subject(a.notes, subject, e);
	if (rc == 0)
		rc = notes_object(a.notes, a.d, object->node, e);
	if (rc == 0)
		rc = notes_scopes(a.notes, e);
	if (rc == 0) {
		notes_residual(a.notes, out->residual);
		notes_take(&out->unknown, &out->unknown_count, a.notes);
	}
	asking_release(&a);
	return rc;
}
