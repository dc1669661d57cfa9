#include "reachability/hop_priv.h"

#include "base/sparse.h"
#include "reachability/hop_bond.h"
#include "reachability/hop_change.h"
#include "reachability/hop_grant.h"
#include "reachability/hop_kin.h"
#include "reachability/hop_list.h"
#include "reachability/hop_open.h"
#include "reachability/hop_test.h"
#include "reachability/imagined.h"
#include "reachability/provider.h"

struct into {
	const struct rule *rule;
	node_id target, through; /* through: NODE_NONE without a bond */
	expr facts;              /* what the tests of both leave */
};

/* One need on target or through, and who meets it. */
struct into_need {
	const struct hop_need *need;
	node_id object;
	const struct hop_list *list;
};

/* The imagined identities of an account: what they need is decided for each. */
static int into_account_imagined(
	struct hop_candidates *c, struct hop *h, node_id account, struct err *e)
{
	const node_id *nodes;
	uint32_t count;

	if (h->actors == HOP_REAL_ACTORS)
		return 0;
	if (hop_change_near(&nodes, &count, h->change, account, e) < 0)
		return e->code;
	for (uint32_t i = 0; i < count; i++)
		hop_candidates_add(c, h->world, nodes[i], NODE_NONE, EXPR_TRUE);
	return 0;
}

/* Those of the scope who come into question for opening at all, if they are known. */
static int into_openers(struct hop_candidates *c, bool *known, struct hop *h,
	const struct into *in, scope_number scope, node_id object, struct err *e)
{
	const struct hop_need *need = hop_needs_get(h->needs, hop_first_need(in->rule));
	const uint64_t *bits = NULL;
	struct segment *s;

	if ((in->rule->yields & RULE_ACCESS) && !hop_needs_is_strict(h->needs) &&
		hop_kin_openers(&bits, h->kin, scope, e) < 0)
		return e->code;
	*known = bits != NULL;
	if (!bits)
		return 0;
	if (world_segment(&s, h->world, scope, e) < 0)
		return e->code;
	for (entity_id id = 0; id < segment_info(s)->entity_count; id++) {
		node_id n;
		expr x;

		if (!(bits[id / 64] >> (id % 64) & 1))
			continue;
		n = world_node_entity(h->world, scope, id);
		if (hop_needs_decide(&x, h->needs, need, n, object, e) < 0)
			return e->code;
		hop_candidates_add(c, h->world, n, NODE_NONE, x);
	}
	return 0;
}

/*
 * Everybody of the scope: where the need is on some thing or other, what is asked of the
 * actor alone tells who meets it.
 */
static int into_everybody(
	struct hop_candidates *c, struct hop *h, scope_number scope, struct err *e)
{
	struct segment *s;

	if (world_segment(&s, h->world, scope, e) < 0)
		return e->code;
	for (entity_id id = 0; id < segment_info(s)->entity_count; id++) {
		if (segment_entity(s, id)->flags & ENTITY_IDENTITY)
			hop_candidates_add(c, h->world,
				world_node_entity(h->world, scope, id), NODE_NONE,
				EXPR_TRUE);
	}
	return 0;
}

/* Those of the scope, as they are, who meet the need on the object. */
static int into_scope(struct hop_candidates *c, struct hop *h, const struct into *in,
	scope_number scope, node_id object, struct err *e)
{
	const struct hop_need *need = hop_needs_get(h->needs, hop_first_need(in->rule));
	const struct hop_list *list;
	bool known;

	if (object == NODE_NONE)
		return into_everybody(c, h, scope, e);
	if (into_openers(c, &known, h, in, scope, object, e) < 0)
		return e->code;
	if (known)
		return 0;
	if (hop_lists_who(&list, h->lists, need, object, e) < 0)
		return e->code;
	buf_add(&c->ends, list->ends, list->count * sizeof(*list->ends));
	return 0;
}

/* Whoever meets the first of the needs, in each account from which that would do. */
static int into_account(
	struct hop_candidates *c, struct hop *h, const struct into *in, struct err *e)
{
	const struct rule_need *need = hop_first_need(in->rule);

	for (scope_number n = 0; need && n < world_scope_count(h->world); n++) {
		node_id account, object;
		bool near;

		account = imagined_thing(
			h->world, (struct str){ 0 }, world_scope_account(h->world, n));
		if (hop_reaches_account(&near, h, account, in->target, e) < 0)
			return e->code;
		if (!near)
			continue;
		object = hop_needs_object(h->needs, need, account);
		if (h->actors != HOP_IMAGINED_ACTORS &&
			into_scope(c, h, in, n, object, e) < 0)
			return e->code;
		if (into_account_imagined(c, h, account, e) < 0)
			return e->code;
	}
	hop_candidates_sort(c);
	return 0;
}

/* What is decided of one imagined identity holds for all that are alike. */
struct alike {
	struct buf named;    /* node_id: whom the object names */
	struct sparse found; /* expr + 1, by number of those alike */
};

/* Whether nothing but what binds it, and names, tells what the identity may do. */
static bool is_common(struct hop *h, const struct alike *a, node_id n)
{
	const struct imagined *im = world_node(h->world, n)->imagined;

	if (!im || !(im->yields & RULE_ANY_POLICY) || im->group_count > 0 ||
		im->resource != NODE_NONE || provider_of_node(h->world, n)->inherits)
		return false;
	for (size_t i = 0; i < VEC_COUNT(&a->named, node_id); i++) {
		if (VEC_DATA(&a->named, const node_id)[i] == im->base)
			return false;
	}
	return true;
}

static int imagined_decide(expr *out, struct alike *a, struct hop *h,
	const struct into_need *n, node_id actor, struct err *e)
{
	uint32_t number;
	expr *known;

	if (!is_common(h, a, actor))
		return hop_needs_decide(out, h->needs, n->need, actor, n->object, e);
	if (hop_kin_alike(&number, h->kin, actor, e) < 0)
		return e->code;
	known = sparse_at(&a->found, number);
	if (*known == 0) {
		if (hop_needs_decide(out, h->needs, n->need, actor, n->object, e) < 0)
			return e->code;
		*known = *out + 1;
	}
	*out = *known - 1;
	return 0;
}

/* Of the imagined identities near the object, those that meet the need on it. */
static int imagined_who(const struct hop_list **out, struct hop *h,
	const struct into_need *n, struct err *e)
{
	struct hop_candidates c = { .begun = true };
	struct alike alike = { 0 };
	const node_id *nodes;
	uint32_t count;
	int rc = hop_change_near(&nodes, &count, h->change, n->object, e);

	sparse_init(&alike.found, sizeof(expr));
	if (rc == 0)
		rc = hop_kin_named(&alike.named, h->kin, n->object, e);
	for (uint32_t i = 0; i < count && rc == 0; i++) {
		expr x;

		rc = imagined_decide(&x, &alike, h, n, nodes[i], e);
		if (rc == 0)
			hop_candidates_add(&c, h->world, nodes[i], NODE_NONE, x);
	}
	if (rc == 0) {
		hop_candidates_sort(&c);
		*out = hop_lists_keep(h->lists, &c, n->list->number);
	}
	hop_candidates_release(&c);
	buf_release(&alike.named);
	sparse_release(&alike.found);
	return rc;
}

/* The same for all objects that share the list. */
static int imagined_get(const struct hop_list **out, struct hop *h,
	const struct into_need *n, struct err *e)
{
	const struct hop_list **slot;

	while (VEC_COUNT(&h->imagined, const struct hop_list *) <= n->list->number)
		VEC_ADD(&h->imagined, const struct hop_list *, NULL);
	slot = &VEC_DATA(&h->imagined, const struct hop_list *)[n->list->number];
	if (!*slot) {
		if (imagined_who(out, h, n, e) < 0)
			return e->code;
		slot = &VEC_DATA(&h->imagined, const struct hop_list *)[n->list->number];
		*slot = *out;
	}
	*out = *slot;
	return 0;
}

/* `key` gets what decides the list, `c` (or NULL) is narrowed to it. */
static int into_need(struct hop_candidates *c, struct buf *key, struct hop *h,
	struct into_need *n, struct err *e)
{
	const struct hop_list *imagined;
	struct hop_candidates both = { .begun = true };

	if (hop_lists_who(&n->list, h->lists, n->need, n->object, e) < 0)
		return e->code;
	VEC_ADD(key, uint32_t, n->list->number);
	if (!c)
		return 0;
	if (h->actors != HOP_REAL_ACTORS) {
		if (imagined_get(&imagined, h, n, e) < 0)
			return e->code;
		buf_add(&both.ends, imagined->ends,
			imagined->count * sizeof(struct hub_end));
	}
	if (h->actors != HOP_IMAGINED_ACTORS)
		buf_add(&both.ends, n->list->ends,
			n->list->count * sizeof(struct hub_end));
	hop_candidates_meet(c, h->world, &both);
	hop_candidates_release(&both);
	return 0;
}

static int into_pair(struct hop_candidates *c, struct buf *key, struct hop *h,
	const struct into *in, struct err *e)
{
	for (uint32_t i = 0; i < in->rule->need_count; i++) {
		const struct rule_need *need = &in->rule->needs[i];
		struct into_need n = {
			.need = hop_needs_get(h->needs, need),
			.object = need->on == RULE_TARGET ? in->target : in->through,
		};

		if (hop_on_pair(need) && into_need(c, key, h, &n, e) < 0)
			return e->code;
	}
	return 0;
}

/* One imagined identity, if it meets all pair needs. */
static int into_meet(struct hop_candidates *c, struct hop *h, const struct into *in,
	node_id n, struct err *e)
{
	struct hub_end end = { .node = n,
		.through = NODE_NONE,
		.residual = EXPR_TRUE,
		.verdict = VERDICT_ALLOWED };

	for (uint32_t k = 0; k < in->rule->need_count; k++) {
		const struct rule_need *need = &in->rule->needs[k];
		expr x;

		if (!hop_on_pair(need))
			continue;
		if (hop_needs_decide(&x, h->needs, hop_needs_get(h->needs, need), n,
			    need->on == RULE_TARGET ? in->target : in->through, e) < 0)
			return e->code;
		hop_candidates_and(
			&end, h->world, x, expr_verdict(world_pool(h->world), x));
	}
	if (end.verdict > VERDICT_DENIED)
		buf_add(&c->ends, &end, sizeof(end));
	return 0;
}

static bool has_allowed(const struct hop_candidates *c, node_id n)
{
	const struct hub_end *v = VEC_DATA(&c->ends, const struct hub_end);
	size_t low = 0, high = VEC_COUNT(&c->ends, struct hub_end);

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (v[mid].node < n)
			low = mid + 1;
		else
			high = mid;
	}
	return low < VEC_COUNT(&c->ends, struct hub_end) && v[low].node == n &&
	       v[low].verdict == VERDICT_ALLOWED;
}

/*
 * Those to whom what ties the target can be opened, where they do not meet the needs
 * anyway. *any: there are such, and no other target has the same.
 */
static int into_opened(struct hop_candidates *c, bool *any, struct hop *h,
	const struct into *in, struct err *e)
{
	const struct hop_opening *who;
	struct hop_candidates found = { .begun = true };
	uint32_t count;
	int rc = 0;

	if (in->rule->bond != RULE_CARRYING || (in->rule->yields & RULE_ACCESS))
		return 0;
	if (hop_open_who(&who, &count, h->open, in->through, e) < 0)
		return e->code;
	for (uint32_t i = 0; i < count && rc == 0; i++) {
		if (!has_allowed(c, who[i].end.node) &&
			(i == 0 || who[i].node != who[i - 1].node))
			rc = into_meet(&found, h, in, who[i].node, e);
	}
	*any |= found.ends.n > 0;
	if (found.ends.n > 0)
		buf_add(&c->ends, found.ends.p, found.ends.n);
	hop_candidates_release(&found);
	hop_candidates_sort(c);
	return rc;
}

/* Leave those candidates that can act and meet what is asked of the actor alone. */
static int into_finish(
	struct hop_candidates *c, struct hop *h, const struct into *in, struct err *e)
{
	struct hub_end *v = VEC_DATA(&c->ends, struct hub_end);
	size_t count = VEC_COUNT(&c->ends, struct hub_end), kept = 0;
	enum expr_verdict facts = expr_verdict(world_pool(h->world), in->facts);

	for (size_t i = 0; i < count; i++) {
		struct hub_end end = v[i];

		hop_candidates_and(&end, h->world, in->facts, facts);
		if (hop_actor_alone(&end, h, in->rule, end.node, e) < 0)
			return e->code;
		if (end.verdict > VERDICT_DENIED)
			v[kept++] = end;
	}
	c->ends.n = kept * sizeof(*v);
	return 0;
}

static int into_make(const struct hub **out, bool *alone, struct hop *h,
	const struct into *in, struct err *e)
{
	struct hop_candidates c = { .begun = false };
	struct buf key = { 0 };
	int rc = hop_has_pair(in->rule) ? into_pair(&c, &key, h, in, e)
					: into_account(&c, h, in, e);

	if (rc == 0 && h->actors != HOP_REAL_ACTORS)
		rc = into_opened(&c, alone, h, in, e);
	if (rc == 0)
		rc = into_finish(&c, h, in, e);
	if (rc == 0)
		*out = hop_hub_keep(h, in->rule, &c);
	buf_release(&key);
	hop_candidates_release(&c);
	return rc;
}

/* What decides the hub of one rule and one bond. */
static int into_key(struct buf *key, struct hop *h, const struct into *in, struct err *e)
{
	uint32_t number;

	VEC_ADD(key, const void *, in->rule);
	VEC_ADD(key, uint32_t, h->actors);
	VEC_ADD(key, expr, in->facts);
	if (!hop_has_pair(in->rule))
		VEC_ADD(key, uint32_t, world_node(h->world, in->target)->scope);
	if (into_pair(NULL, key, h, in, e) < 0)
		return e->code;
	if (in->rule->bond == RULE_CARRYING && !(in->rule->yields & RULE_ACCESS)) {
		if (hop_open_number(&number, h->open, in->through, e) < 0)
			return e->code;
		VEC_ADD(key, uint32_t, number);
	}
	return 0;
}

/* The hub that is shared by all that have the key, or `alone`. */
static int into_shared(struct shared_hub *out, struct hop *h, const struct into *in,
	const struct buf *key, struct err *e)
{
	uint32_t before = intern_count(&h->shared), number;

	number = intern_add(&h->shared, buf_str(key));
	if (number == before) {
		struct shared_hub made = { 0 };

		VEC_ADD(&h->hubs, struct shared_hub, made);
		if (into_make(&made.hub, &made.alone, h, in, e) < 0)
			return e->code;
		VEC_DATA(&h->hubs, struct shared_hub)[number] = made;
	}
	*out = VEC_DATA(&h->hubs, const struct shared_hub)[number];
	return 0;
}

/* The hub of one rule and one bond; targets that differ in nothing share it. */
static int into_one(struct buf *out, struct hop *h, const struct into *in, struct err *e)
{
	struct buf key = { 0 };
	struct hub *hub;
	struct shared_hub shared = { 0 };
	int rc = into_key(&key, h, in, e);

	if (rc == 0)
		rc = into_shared(&shared, h, in, &key, e);
	if (rc == 0 && shared.alone) {
		VEC_ADD(&key, node_id, in->through);
		rc = into_shared(&shared, h, in, &key, e);
	}
	buf_release(&key);
	if (rc < 0 || shared.hub->count == 0)
		return rc;
	hub = ARENA_NEW(world_arena(h->world), struct hub);
	*hub = *shared.hub;
	hub->through = in->through;
	VEC_ADD(out, const struct hub *, hub);
	return 0;
}

static int into_carried(
	struct buf *out, struct hop *h, const struct into *in, struct err *e)
{
	struct hop_candidates c = { .begun = true };
	struct buf found = { 0 };
	int rc = hop_bond_carried(&found, h->world, in->target, true, e);

	for (size_t i = 0; i < VEC_COUNT(&found, node_id) && rc == 0; i++)
		hop_candidates_add(
			&c, h->world, VEC_DATA(&found, node_id)[i], NODE_NONE, EXPR_TRUE);
	hop_candidates_sort(&c);
	if (rc == 0)
		rc = into_finish(&c, h, in, e);
	if (rc == 0 && c.ends.n > 0)
		VEC_ADD(out, const struct hub *, hop_hub_keep(h, in->rule, &c));
	buf_release(&found);
	hop_candidates_release(&c);
	return rc;
}

/* One target is asked about with all rules. */
static bool is_target_kind(struct hop *h, const struct rule *rule, node_id target)
{
	if (h->kind_node != target + 1) {
		h->kind_node = target + 1;
		h->kind = hop_bond_kind(h->world, target);
	}
	return hop_bond_has_kind(h->kind, rule->target_kinds, rule->target_kind_count);
}

int hop_into_rule(struct buf *out, struct hop *h, const struct rule *rule, node_id target,
	struct err *e)
{
	struct into in = { .rule = rule, .target = target, .through = NODE_NONE };
	struct buf throughs = { 0 };
	expr facts, x;
	int rc;

	if (!is_target_kind(h, rule, target))
		return 0;
	if (hop_test_all(&facts, h->test, rule, RULE_TARGET, target, e) < 0)
		return e->code;
	in.facts = facts;
	if (facts == EXPR_FALSE)
		return 0;
	if (hop_test_carries(rule))
		return h->actors == HOP_IMAGINED_ACTORS ? 0
							: into_carried(out, h, &in, e);
	if (rule->bond == RULE_UNBOUND)
		return into_one(out, h, &in, e);
	rc = hop_bond_throughs(&throughs, h->world, rule->bond, target,
		rule->through_kinds, rule->through_kind_count, e);
	for (size_t i = 0; i < VEC_COUNT(&throughs, node_id) && rc == 0; i++) {
		in.through = VEC_DATA(&throughs, node_id)[i];
		rc = hop_test_all(&x, h->test, rule, RULE_THROUGH, in.through, e);
		in.facts = expr_and(world_pool(h->world), facts, x);
		if (rc == 0 && in.facts != EXPR_FALSE)
			rc = into_one(out, h, &in, e);
	}
	buf_release(&throughs);
	return rc;
}

/* What makes it of the same identity: one hub for each way. */
static int into_steps(struct buf *out, struct hop *h, node_id target, struct err *e)
{
	const struct hop_change_step *steps;
	uint32_t count;

	if (hop_change_into(&steps, &count, h->change, target, e) < 0)
		return e->code;
	for (uint32_t i = 0; i < count; i++) {
		struct hop_candidates c = { .begun = true };

		buf_add(&c.ends, &steps[i].end, sizeof(steps[i].end));
		VEC_DATA(&c.ends, struct hub_end)->node = steps[i].from;
		VEC_ADD(out, const struct hub *, hop_hub_keep(h, steps[i].rule, &c));
		hop_candidates_release(&c);
	}
	return 0;
}

/* What makes an imagined identity: itself, or who changes and becomes it. */
static int into_change(struct buf *out, struct hop *h, node_id target, struct err *e)
{
	node_id base = imagined_base(h->world, target);

	if (into_steps(out, h, target, e) < 0)
		return e->code;
	for (uint32_t i = 0; i < hop_rule_count(h); i++) {
		const struct rule *rule = hop_rule(h, i);

		if (rule->self || !(rule->yields & RULE_GAINS) ||
			imagined_identity(h->world, base, rule->yields & RULE_GAINS) !=
				target)
			continue;
		if (hop_into_rule(out, h, rule, base, e) < 0)
			return e->code;
	}
	return 0;
}

/* What opens the resource to the identity: one hub for each way. */
static int into_opener(struct buf *out, struct hop *h, node_id target, struct err *e)
{
	const struct hop_opening *who;
	uint32_t count, low = 0, high;

	if (hop_open_who(&who, &count, h->open, imagined_opened(h->world, target), e) < 0)
		return e->code;
	high = count;
	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (who[mid].node < target)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < count && who[low].node == target; low++) {
		struct hop_candidates c = { .begun = true };

		buf_add(&c.ends, &who[low].end, sizeof(who[low].end));
		VEC_ADD(out, const struct hub *, hop_hub_keep(h, who[low].rule, &c));
		hop_candidates_release(&c);
	}
	return 0;
}

int hop_into(struct buf *out, struct hop *h, node_id target, struct err *e)
{
	if (imagined_opened(h->world, target) != NODE_NONE)
		return into_opener(out, h, target, e);
	if (world_node(h->world, target)->imagined)
		return into_change(out, h, target, e);
	for (uint32_t i = 0; i < hop_rule_count(h); i++) {
		const struct rule *rule = hop_rule(h, i);

		if (hop_is_plain(rule) && hop_into_rule(out, h, rule, target, e) < 0)
			return e->code;
	}
	return 0;
}

int hop_into_by(struct buf *out, struct hop *h, enum hop_actors actors, node_id target,
	struct err *e)
{
	int rc;

	h->actors = actors;
	rc = hop_into(out, h, target, e);
	h->actors = HOP_ALL_ACTORS;
	return rc;
}
