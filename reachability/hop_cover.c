#include "reachability/hop_cover.h"

#include <stdlib.h>

#include "base/sparse.h"
#include "reachability/hop_kin.h"
#include "reachability/hop_priv.h"
#include "reachability/imagined.h"
#include "reachability/provider.h"
#include "reachability/subject.h"

/* Whom nothing binds, of those whom the actor can change. */
struct top {
	node_id node;
	scope_number scope;
	uint32_t flags, vector;
	kind_id kind;
	enum hop_class class;
};

/* Of one scope: who is not covered by such as have the vector. */
struct odd {
	scope_number scope;
	uint32_t vector;
	struct sparse nodes; /* bool */
	struct buf list;     /* node_id: the same */
};

/* Identities of one kind of one scope whom nothing binds. */
struct likely {
	scope_number scope;
	kind_id kind;
	struct buf nodes; /* node_id */
};

/* How many of them are tried. */
#define LIKELY_MOST 8u

/* What is known of one node. */
struct about {
	bool known, plain;
	uint32_t vector;
};

struct hop_cover {
	struct world *world;
	struct hop *hop;
	struct sparse about; /* struct about */
	struct buf odd;      /* struct odd * */
	struct buf tops;     /* struct top */
	struct buf likely;   /* struct likely */
	struct buf tested;   /* const struct rule *: they test who acts */
	bool begun;
	struct buf companions; /* const struct rule *, by rule: the companion, or NULL */
};

struct hop_cover *hop_cover_new(struct world *w, struct hop *h)
{
	struct hop_cover *c = calloc(1, sizeof(*c));

	if (!c)
		abort();
	c->world = w;
	c->hop = h;
	sparse_init(&c->about, sizeof(struct about));
	return c;
}

static void odd_release(struct odd *o)
{
	sparse_release(&o->nodes);
	buf_release(&o->list);
}

void hop_cover_free(struct hop_cover *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < VEC_COUNT(&c->odd, struct odd *); i++)
		odd_release(VEC_DATA(&c->odd, struct odd *)[i]);
	for (size_t i = 0; i < VEC_COUNT(&c->likely, struct likely); i++)
		buf_release(&VEC_DATA(&c->likely, struct likely)[i].nodes);
	sparse_release(&c->about);
	buf_release(&c->likely);
	buf_release(&c->odd);
	buf_release(&c->tops);
	buf_release(&c->tested);
	buf_release(&c->companions);
	free(c);
}

void hop_cover_begin(struct hop_cover *c)
{
	buf_clear(&c->tops);
}

/* --- a rule by which one becomes the target as it is, and that asks for no more --- */

static bool same_need(const struct rule_need *a, const struct rule_need *b)
{
	if (a->on != b->on || a->context_count != b->context_count ||
		!str_eq(a->action, b->action) || !str_eq(a->kind, b->kind) ||
		!str_eq(a->pattern, b->pattern))
		return false;
	for (uint32_t i = 0; i < a->context_count; i++) {
		if (!str_eq(a->keys[i], b->keys[i]) ||
			!str_eq(a->values[i], b->values[i]))
			return false;
	}
	return true;
}

static bool same_test(const struct rule_test *a, const struct rule_test *b)
{
	return a->type == b->type && a->unless == b->unless && a->of == b->of &&
	       a->comparison == b->comparison && str_eq(a->text, b->text) &&
	       str_eq(a->attribute, b->attribute);
}

/* Whether all of `few` are among `many`; no restriction: always. */
static bool kinds_within(
	const struct str *few, uint32_t few_count, const struct str *many, uint32_t count)
{
	if (count == 0)
		return true;
	for (uint32_t i = 0; i < few_count; i++) {
		bool has = false;

		for (uint32_t k = 0; k < count; k++)
			has |= str_eq(few[i], many[k]);
		if (!has)
			return false;
	}
	return few_count > 0;
}

static bool asks_no_more(const struct rule *companion, const struct rule *rule)
{
	if (!hop_is_plain(companion) || companion->class > rule->class ||
		(companion->bond != RULE_UNBOUND && companion->bond != rule->bond) ||
		companion->need_count == 0 ||
		/* what no data shows makes it less sure than the rule */
		(companion->assumes.n > 0 &&
			!str_eq(companion->assumes, rule->assumes)) ||
		!kinds_within(rule->actor_kinds, rule->actor_kind_count,
			companion->actor_kinds, companion->actor_kind_count) ||
		!kinds_within(rule->target_kinds, rule->target_kind_count,
			companion->target_kinds, companion->target_kind_count) ||
		!kinds_within(rule->through_kinds, rule->through_kind_count,
			companion->through_kinds, companion->through_kind_count))
		return false;
	for (uint32_t i = 0; i < companion->need_count; i++) {
		bool has = false;

		for (uint32_t k = 0; k < rule->need_count; k++)
			has |= same_need(&companion->needs[i], &rule->needs[k]);
		if (!has)
			return false;
	}
	for (uint32_t i = 0; i < companion->test_count; i++) {
		bool has = false;

		for (uint32_t k = 0; k < rule->test_count; k++)
			has |= same_test(&companion->tests[i], &rule->tests[k]);
		if (!has)
			return false;
	}
	return true;
}

static bool tests_actor(const struct rule *rule)
{
	for (uint32_t i = 0; i < rule->test_count; i++) {
		if (rule->tests[i].of == RULE_ACTOR && !rule->self &&
			rule->need_count > 0)
			return true;
	}
	return false;
}

static void rules_look(struct hop_cover *c)
{
	uint32_t count = hop_rule_count(c->hop);

	c->begun = true;
	for (uint32_t i = 0; i < count; i++) {
		const struct rule *rule = hop_rule(c->hop, i), *found = NULL;

		for (uint32_t k = 0; k < count && !found && !hop_is_plain(rule); k++) {
			if (asks_no_more(hop_rule(c->hop, k), rule))
				found = hop_rule(c->hop, k);
		}
		VEC_ADD(&c->companions, const struct rule *, found);
		if (tests_actor(rule))
			VEC_ADD(&c->tested, const struct rule *, rule);
	}
}

static bool has_companion(struct hop_cover *c, const struct rule *rule)
{
	if (!c->begun)
		rules_look(c);
	for (uint32_t i = 0; i < hop_rule_count(c->hop); i++) {
		if (hop_rule(c->hop, i) == rule)
			return VEC_DATA(&c->companions, const struct rule *)[i] != NULL;
	}
	return false;
}

/* --- what tells identities apart --- */

/* The number of what conditions and rules' tests say of the node. */
static int vector_of(uint32_t *out, struct hop_cover *c, node_id n, struct err *e)
{
	struct buf tests = { 0 };
	int rc = 0;

	for (size_t i = 0; i < VEC_COUNT(&c->tested, const struct rule *) && rc == 0;
		i++) {
		expr x = EXPR_FALSE;

		rc = hop_test_all(&x, c->hop->test,
			VEC_DATA(&c->tested, const struct rule *)[i], RULE_ACTOR, n, e);
		VEC_ADD(&tests, expr, x);
	}
	if (rc == 0)
		rc = hop_kin_vector(out, c->hop->kin, n, buf_str(&tests), e);
	buf_release(&tests);
	return rc;
}

static int about_of(
	const struct about **out, struct hop_cover *c, node_id n, struct err *e)
{
	struct about *a = sparse_at(&c->about, n);
	struct about found = { .known = true };

	if (!a->known) {
		if (hop_kin_plain(&found.plain, c->hop->kin, n, e) < 0 ||
			vector_of(&found.vector, c, n, e) < 0)
			return e->code;
		*(struct about *)sparse_at(&c->about, n) = found;
	}
	*out = sparse_at(&c->about, n);
	return 0;
}

/* Whoever names an odd one by its own policies is followed to it by that one only. */
static int odd_close(struct odd *o, struct hop_cover *c, struct err *e)
{
	struct buf *found = &o->list;

	for (size_t i = 0; i < VEC_COUNT(found, node_id); i++) {
		struct buf named = { 0 };
		int rc = hop_kin_named(
			&named, c->hop->kin, VEC_DATA(found, node_id)[i], e);

		for (size_t k = 0; k < VEC_COUNT(&named, node_id) && rc == 0; k++) {
			node_id n = VEC_DATA(&named, node_id)[k];
			bool *is = sparse_at(&o->nodes, n);

			if (!*is && world_node(c->world, n)->scope == o->scope)
				VEC_ADD(found, node_id, n);
			*is = true;
		}
		buf_release(&named);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static void odd_add(struct odd *o, node_id n)
{
	bool *is = sparse_at(&o->nodes, n);

	if (!*is)
		VEC_ADD(&o->list, node_id, n);
	*is = true;
}

/* Whom conditions, or tests of rules, take otherwise than those of the vector. */
static int odd_read(struct odd *o, struct hop_cover *c, struct err *e)
{
	struct segment *s;
	int rc = world_segment(&s, c->world, o->scope, e);

	for (entity_id id = 0; rc == 0 && id < segment_info(s)->entity_count; id++) {
		uint32_t flags = segment_entity(s, id)->flags;
		const struct about *about;
		node_id n;

		if (!(flags & ENTITY_IDENTITY) || (flags & ENTITY_COMPUTE))
			continue;
		n = world_node_entity(c->world, o->scope, id);
		rc = about_of(&about, c, n, e);
		if (rc == 0 && about->vector != o->vector)
			odd_add(o, n);
	}
	return rc;
}

static int odd_fill(struct odd *o, struct hop_cover *c, struct err *e)
{
	struct buf singled = { 0 };
	bool tells;
	int rc = hop_kin_tells(&tells, c->hop->kin, e);

	if (rc == 0)
		rc = hop_kin_singled(&singled, c->hop->kin, o->scope, e);
	for (size_t i = 0; i < VEC_COUNT(&singled, node_id); i++)
		odd_add(o, VEC_DATA(&singled, const node_id)[i]);
	buf_release(&singled);
	if (rc == 0 && (tells || c->tested.n > 0))
		rc = odd_read(o, c, e);
	return rc < 0 ? rc : odd_close(o, c, e);
}

static int odd_of(struct odd **out, struct hop_cover *c, scope_number scope,
	uint32_t vector, struct err *e)
{
	struct odd *made;

	for (size_t i = 0; i < VEC_COUNT(&c->odd, struct odd *); i++) {
		*out = VEC_DATA(&c->odd, struct odd *)[i];
		if ((*out)->scope == scope && (*out)->vector == vector)
			return 0;
	}
	made = ARENA_NEW(world_arena(c->world), struct odd);
	made->scope = scope;
	made->vector = vector;
	sparse_init(&made->nodes, sizeof(bool));
	VEC_ADD(&c->odd, struct odd *, made);
	*out = made;
	return odd_fill(made, c, e);
}

/* --- who covers whom --- */

static bool is_like(const struct top *t, const struct node *n, kind_id kind)
{
	return t->scope == n->scope && t->flags == n->flags && t->kind == kind;
}

static int covered(
	bool *out, struct hop_cover *c, const struct rule *rule, node_id n, struct err *e)
{
	const struct node *node = world_node(c->world, n);
	kind_id kind = world_node_kind_id(c->world, n);

	*out = false;
	for (size_t i = 0; i < VEC_COUNT(&c->tops, struct top) && !*out; i++) {
		struct top t = VEC_DATA(&c->tops, const struct top)[i];
		struct odd *odd;

		if (!is_like(&t, node, kind) || t.class > rule->class || t.node == n)
			continue;
		if (odd_of(&odd, c, t.scope, t.vector, e) < 0)
			return e->code;
		*out = !*(bool *)sparse_at(&odd->nodes, n);
	}
	return 0;
}

int hop_cover_has(bool *out, struct hop_cover *c, node_id other, node_id n, struct err *e)
{
	const struct node *a = world_node(c->world, other), *b = world_node(c->world, n);
	const struct about *about;
	struct odd *odd;
	bool blind;

	*out = false;
	if (a->type != NODE_ENTITY || b->type != NODE_ENTITY || a->scope != b->scope ||
		(b->flags & (ENTITY_ROOT | ENTITY_LINKED | ENTITY_COMPUTE)) ||
		provider_of_node(c->world, other)->inherits)
		return 0;
	if (!c->begun)
		rules_look(c);
	if (hop_kin_blind(&blind, c->hop->kin, e) < 0)
		return e->code;
	if (blind)
		return 0;
	if (about_of(&about, c, other, e) < 0 ||
		odd_of(&odd, c, a->scope, about->vector, e) < 0)
		return e->code;
	*out = !*(bool *)sparse_at(&odd->nodes, imagined_base(c->world, n)) &&
	       !*(bool *)sparse_at(&odd->nodes, imagined_base(c->world, other));
	return 0;
}

static bool has_top(const struct hop_cover *c, const struct top *like)
{
	for (size_t i = 0; i < VEC_COUNT(&c->tops, struct top); i++) {
		const struct top *t = &VEC_DATA(&c->tops, const struct top)[i];

		if (t->scope == like->scope && t->flags == like->flags &&
			t->kind == like->kind && t->class <= like->class &&
			t->vector == like->vector)
			return true;
	}
	return false;
}

static int top_add(struct hop_cover *c, const struct rule *rule,
	const struct hub_end *end, struct err *e)
{
	const struct node *n = world_node(c->world, end->node);
	const struct about *about;
	struct top top = { .node = end->node,
		.scope = n->scope,
		.flags = n->flags,
		.class = rule->class };

	if (end->verdict != VERDICT_ALLOWED || n->type != NODE_ENTITY || n->imagined ||
		provider_of_node(c->world, end->node)->inherits)
		return 0;
	if (about_of(&about, c, end->node, e) < 0)
		return e->code;
	top.vector = about->vector;
	top.kind = world_node_kind_id(c->world, end->node);
	if (about->plain && !has_top(c, &top))
		buf_add(&c->tops, &top, sizeof(top));
	return 0;
}

int hop_cover_leave(struct hop_candidates *ends, struct hop_cover *c,
	const struct rule *rule, struct err *e)
{
	struct hub_end *v = VEC_DATA(&ends->ends, struct hub_end);
	size_t count = VEC_COUNT(&ends->ends, struct hub_end), kept = 0;
	bool blind;

	if (!(rule->yields & RULE_ANY_POLICY) || rule_keeps_actor(rule) ||
		!has_companion(c, rule))
		return 0;
	if (hop_kin_blind(&blind, c->hop->kin, e) < 0)
		return e->code;
	if (blind)
		return 0;
	for (size_t i = 0; i < count; i++) {
		if (top_add(c, rule, &v[i], e) < 0)
			return e->code;
	}
	for (size_t i = 0; i < count; i++) {
		bool out;

		if (covered(&out, c, rule, v[i].node, e) < 0)
			return e->code;
		if (!out)
			v[kept++] = v[i];
	}
	ends->ends.n = kept * sizeof(*v);
	return 0;
}

/* --- whom to try first --- */

static int likely_fill(struct likely *l, struct hop_cover *c, struct err *e)
{
	struct segment *s;
	uint32_t count;
	int rc = world_segment(&s, c->world, l->scope, e);

	for (uint32_t k = 0; rc == 0 && k < segment_info(s)->kind_count; k++) {
		const uint32_t *ids;

		if (catalog_kind_find(segment_kind(s, k)) != l->kind)
			continue;
		ids = segment_kind_members(s, k, &count);
		for (uint32_t i = 0; i < count && rc == 0 &&
				     VEC_COUNT(&l->nodes, node_id) < LIKELY_MOST;
			i++) {
			node_id n = world_node_entity(c->world, l->scope, ids[i]);
			const struct about *about;

			if (!(world_node(c->world, n)->flags & ENTITY_IDENTITY))
				break;
			rc = about_of(&about, c, n, e);
			if (rc == 0 && about->plain)
				VEC_ADD(&l->nodes, node_id, n);
		}
	}
	return rc;
}

static int likely_of(struct buf *out, struct hop_cover *c, scope_number scope,
	kind_id kind, struct err *e)
{
	struct likely made = { .scope = scope, .kind = kind };

	for (size_t i = 0; i < VEC_COUNT(&c->likely, struct likely); i++) {
		const struct likely *l = &VEC_DATA(&c->likely, const struct likely)[i];

		if (l->scope == scope && l->kind == kind) {
			buf_add(out, l->nodes.p, l->nodes.n);
			return 0;
		}
	}
	if (likely_fill(&made, c, e) < 0) {
		buf_release(&made.nodes);
		return e->code;
	}
	buf_add(out, made.nodes.p, made.nodes.n);
	buf_add(&c->likely, &made, sizeof(made));
	return 0;
}

static bool may_cover(struct hop_cover *c, const struct rule *rule, node_id actor)
{
	return (rule->yields & RULE_ANY_POLICY) && !rule_keeps_actor(rule) &&
	       world_node(c->world, actor)->scope != SEGMENT_NONE &&
	       !provider_of_node(c->world, actor)->inherits &&
	       rule->target_kind_count > 0 && has_companion(c, rule);
}

int hop_cover_likely(struct buf *out, struct hop_cover *c, const struct rule *rule,
	node_id actor, struct err *e)
{
	bool blind;

	if (!may_cover(c, rule, actor) || rule->bond != RULE_UNBOUND)
		return 0;
	if (hop_kin_blind(&blind, c->hop->kin, e) < 0)
		return e->code;
	for (uint32_t i = 0; i < rule->target_kind_count && !blind; i++) {
		kind_id kind = catalog_kind_find(rule->target_kinds[i]);

		if (kind != CATALOG_NONE &&
			likely_of(out, c, world_node(c->world, actor)->scope, kind, e) <
				0)
			return e->code;
	}
	return 0;
}

/* Whether no policy of a thing of the kinds ever grants the action. */
static bool never_granted(const struct provider *p, struct str action,
	const struct str *kinds, uint32_t count)
{
	enum record_layer layer;

	for (uint32_t i = 0; i < count; i++) {
		if (p->policy(catalog_kind_find(kinds[i]), catalog_action_find(action),
			    &layer) != POLICY_NEVER)
			return false;
	}
	return count > 0;
}

/*
 * Whether some need is met by policies of the actor's account alone, on the target or on
 * what is of the target's account (its policies, its groups).
 */
static bool stays_home(const struct hop_cover *c, const struct rule *rule, node_id actor)
{
	const struct provider *p = provider_of_node(c->world, actor);
	bool same = rule->bond == RULE_ATTACHED || rule->bond == RULE_CONTAINING;

	for (uint32_t i = 0; i < rule->need_count; i++) {
		const struct rule_need *need = &rule->needs[i];

		if ((need->on == RULE_TARGET &&
			    never_granted(p, need->action, rule->target_kinds,
				    rule->target_kind_count)) ||
			(same && need->on == RULE_THROUGH &&
				never_granted(p, need->action, rule->through_kinds,
					rule->through_kind_count)))
			return true;
	}
	return false;
}

/* The one that covers identities of the kind as they mostly are: with the flags. */
static const struct top *top_of(const struct hop_cover *c, const struct rule *rule,
	scope_number scope, kind_id kind)
{
	for (size_t i = 0; i < VEC_COUNT(&c->tops, struct top); i++) {
		const struct top *t = &VEC_DATA(&c->tops, const struct top)[i];

		if (t->scope == scope && t->kind == kind && t->class <= rule->class)
			return t;
	}
	return NULL;
}

/* Of one kind: whoever is odd, or has other flags. */
static int rest_of(
	struct buf *out, struct hop_cover *c, const struct top *top, struct err *e)
{
	struct top t = *top;
	struct segment *s;
	struct odd *odd;

	if (odd_of(&odd, c, t.scope, t.vector, e) < 0 ||
		world_segment(&s, c->world, t.scope, e) < 0)
		return e->code;
	for (size_t i = 0; i < VEC_COUNT(&odd->list, node_id); i++) {
		node_id n = VEC_DATA(&odd->list, const node_id)[i];

		if (world_node_kind_id(c->world, n) == t.kind)
			VEC_ADD(out, node_id, n);
	}
	for (uint32_t k = 0; k < segment_info(s)->kind_count; k++) {
		uint32_t count;
		const uint32_t *ids;

		if (catalog_kind_find(segment_kind(s, k)) != t.kind)
			continue;
		ids = segment_kind_members(s, k, &count);
		for (uint32_t i = 0; i < count; i++) {
			node_id n;

			if (segment_entity(s, ids[i])->flags == t.flags)
				continue;
			n = world_node_entity(c->world, t.scope, ids[i]);
			if (!*(bool *)sparse_at(&odd->nodes, n))
				VEC_ADD(out, node_id, n);
		}
	}
	return 0;
}

int hop_cover_rest(struct buf *out, struct hop_cover *c, const struct rule *rule,
	node_id actor, struct err *e)
{
	scope_number scope = world_node(c->world, actor)->scope;

	if (VEC_COUNT(&c->tops, struct top) == 0 || !may_cover(c, rule, actor) ||
		!stays_home(c, rule, actor))
		return 0;
	for (uint32_t i = 0; i < rule->target_kind_count; i++) {
		if (!top_of(c, rule, scope, catalog_kind_find(rule->target_kinds[i])))
			return 0;
	}
	for (uint32_t i = 0; i < rule->target_kind_count; i++) {
		const struct top *top =
			top_of(c, rule, scope, catalog_kind_find(rule->target_kinds[i]));

		if (rest_of(out, c, top, e) < 0)
			return e->code;
	}
	return 1;
}
