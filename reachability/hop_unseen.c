#include "reachability/hop_unseen.h"

#include <stdlib.h>

#include "reachability/hop_priv.h"
#include "reachability/missing.h"

/* What stands for all things of a kind in one account. */
struct unseen_thing {
	scope_number scope;
	node_id node;
};

struct hop_unseen {
	struct hop *hop;
	struct intern kinds; /* kind_id -> its place in `things` */
	struct buf things;   /* struct buf of struct unseen_thing */
	struct intern keys;  /* rule and node -> its place in `hubs` */
	struct buf hubs;     /* const struct hub *; NULL: nothing is carried */
};

struct hop_unseen *hop_unseen_new(struct hop *h)
{
	struct hop_unseen *u = calloc(1, sizeof(*u));

	if (!u)
		abort();
	u->hop = h;
	intern_init(&u->kinds);
	intern_init(&u->keys);
	return u;
}

void hop_unseen_free(struct hop_unseen *u)
{
	if (!u)
		return;
	for (size_t i = 0; i < VEC_COUNT(&u->things, struct buf); i++)
		buf_release(&VEC_DATA(&u->things, struct buf)[i]);
	buf_release(&u->things);
	buf_release(&u->hubs);
	intern_release(&u->kinds);
	intern_release(&u->keys);
	free(u);
}

/* --- what was not listed --- */

static bool is_listed(struct world *w, const struct segment *s, struct str kind)
{
	struct str what = arena_printf(world_arena(w), "entities:%.*s", STR_ARG(kind));

	return missing_covered(s, COVERAGE_GOT, what) &&
	       !missing_covered(s, COVERAGE_PARTIAL, what) &&
	       !missing_covered(s, COVERAGE_REFUSED, what);
}

bool hop_unseen_near(struct world *w, node_id n, struct str kind)
{
	struct segment *s = world_node_segment(w, n);

	return s && !is_listed(w, s, kind);
}

static int things_find(struct buf *out, struct world *w, kind_id kind, struct err *e)
{
	const struct provider *p = provider_of_kind(kind);

	for (scope_number n = 0; n < world_scope_count(w); n++) {
		struct str account = world_scope_account(w, n), key;
		struct segment *s;

		if (world_segment(&s, w, n, e) < 0)
			return e->code;
		/* a scope that only its organization mentions has no identities */
		if (provider_of_scope(segment_info(s)->scope) != p || account.n == 0 ||
			is_listed(w, s, catalog_kind_name(kind)))
			continue;
		key = p->new_key(catalog_kind_format(kind), account, segment_info(s)->key,
			world_arena(w));
		VEC_ADD(out, struct unseen_thing,
			{ n, world_node_virtual(w, NODE_RESOURCE, key, account) });
	}
	return 0;
}

static int things_of(
	const struct buf **out, struct hop_unseen *u, kind_id kind, struct err *e)
{
	uint32_t before = intern_count(&u->kinds), number;
	struct buf found = { 0 };
	int rc = 0;

	number = intern_add(&u->kinds, (struct str){ (const char *)&kind, sizeof(kind) });
	if (number == before) {
		rc = things_find(&found, u->hop->world, kind, e);
		VEC_ADD(&u->things, struct buf, found);
	}
	*out = &VEC_DATA(&u->things, const struct buf)[number];
	return rc;
}

int hop_unseen_kind(bool *out, struct hop_unseen *u, kind_id kind, struct err *e)
{
	const struct buf *things;

	*out = false;
	if (kind == CATALOG_NONE || provider_of_kind(kind)->inherits)
		return 0;
	if (things_of(&things, u, kind, e) < 0)
		return e->code;
	*out = things->n > 0;
	return 0;
}

/* --- what such a thing may carry --- */

/* Whether the entity is of a kind with policies, and nobody read its own. */
static bool is_trust_unread(
	const struct provider *provider, struct segment *s, entity_id id)
{
	const struct segment_entity *entity = segment_entity(s, id);

	if (entity->policy_state != SEGMENT_POLICY_REFUSED &&
		entity->policy_state != SEGMENT_POLICY_NOT_ASKED)
		return false;
	for (uint32_t i = 0; provider->policy_kinds[i]; i++) {
		if (str_eq(segment_kind(s, entity->kind),
			    str_from(provider->policy_kinds[i])))
			return true;
	}
	return false;
}

/* A bit per entity whose trust lets in a service that the kind works with. */
static uint64_t *trusting(struct world *w, struct segment *s, node_id thing)
{
	const struct provider *provider = provider_of_node(w, thing);
	struct str kind = world_node_kind(w, thing);
	uint32_t count = segment_info(s)->entity_count;
	uint64_t *set = ARENA_NEW_ARRAY(world_arena(w), uint64_t, count / 64 + 1);
	const struct segment_principal *p = segment_principals(s);

	for (uint32_t i = 0; i < segment_info(s)->principal_count; i++) {
		if (!p[i].is_deny && p[i].entity < count &&
			(p[i].type == DOCUMENT_ANYONE ||
				(p[i].type == DOCUMENT_SERVICE &&
					provider->works_as(
						kind, segment_str(s, p[i].text)))))
			set[p[i].entity / 64] |= 1ull << (p[i].entity % 64);
	}
	for (entity_id id = 0; id < count; id++) {
		if (is_trust_unread(provider, s, id))
			set[id / 64] |= 1ull << (id % 64);
	}
	return set;
}

static int hub_find(const struct hub **out, struct hop_unseen *u, const struct rule *rule,
	const struct unseen_thing *thing, struct err *e)
{
	struct world *w = u->hop->world;
	struct hop_candidates c = { .begun = true };
	struct hub_end end = { .through = thing->node, .verdict = VERDICT_UNKNOWN };
	const uint64_t *set;
	struct segment *s;

	*out = NULL;
	if (world_segment(&s, w, thing->scope, e) < 0)
		return e->code;
	set = trusting(w, s, thing->node);
	end.residual = world_unknown(w, segment_info(s)->scope,
		arena_printf(world_arena(w), "not every %.*s was listed",
			STR_ARG(world_node_kind(w, thing->node))),
		false);
	for (entity_id id = 0; id < segment_info(s)->entity_count; id++) {
		uint32_t flags = segment_entity(s, id)->flags;
		expr x;

		if (!(set[id / 64] >> (id % 64) & 1u) || !(flags & ENTITY_IDENTITY) ||
			(flags & (ENTITY_COMPUTE | ENTITY_ROOT)))
			continue;
		end.node = world_node_entity(w, thing->scope, id);
		if (hop_test_all(&x, u->hop->test, rule, RULE_TARGET, end.node, e) < 0) {
			hop_candidates_release(&c);
			return e->code;
		}
		if (x != EXPR_FALSE)
			buf_add(&c.ends, &end, sizeof(end));
	}
	if (c.ends.n > 0)
		*out = hop_hub_keep(u->hop, rule, &c);
	hop_candidates_release(&c);
	return 0;
}

static int hub_of(const struct hub **out, struct hop_unseen *u, const struct rule *rule,
	const struct unseen_thing *thing, struct err *e)
{
	struct buf key = { 0 };
	uint32_t before = intern_count(&u->keys), number;
	int rc = 0;

	VEC_ADD(&key, const void *, rule);
	VEC_ADD(&key, node_id, thing->node);
	number = intern_add(&u->keys, buf_str(&key));
	buf_release(&key);
	if (number == before) {
		rc = hub_find(out, u, rule, thing, e);
		VEC_ADD(&u->hubs, const struct hub *, rc < 0 ? NULL : *out);
	}
	*out = VEC_DATA(&u->hubs, const struct hub *)[number];
	return rc;
}

/* --- who may use it --- */

/* Those of other accounts only where a policy of the thing itself may let them in. */
static bool is_near(struct hop_unseen *u, const struct rule *rule,
	const struct unseen_thing *thing, kind_id kind, node_id actor)
{
	struct world *w = u->hop->world;

	if (str_eq(world_node(w, thing->node)->account, world_node(w, actor)->account))
		return true;
	for (uint32_t i = 0; i < rule->need_count; i++) {
		enum record_layer layer;

		if (rule->needs[i].on == RULE_THROUGH &&
			provider_of_kind(kind)->policy(kind,
				catalog_action_find(rule->needs[i].action),
				&layer) == POLICY_NEVER)
			return false;
	}
	return true;
}

static int may_use(bool *out, struct hop_unseen *u, const struct rule *rule,
	node_id thing, node_id actor, struct err *e)
{
	*out = true;
	for (uint32_t i = 0; i < rule->need_count && *out; i++) {
		const struct rule_need *need = &rule->needs[i];
		expr x;

		if (need->on != RULE_THROUGH)
			continue;
		if (hop_needs_decide(&x, u->hop->needs,
			    hop_needs_get(u->hop->needs, need), actor, thing, e) < 0)
			return e->code;
		*out = expr_verdict(world_pool(u->hop->world), x) > VERDICT_DENIED;
	}
	return 0;
}

/* Of rules that ask something about the target itself, those that the actor may have. */
static int hub_narrow(const struct hub **hub, struct hop_unseen *u,
	const struct rule *rule, node_id actor, struct err *e)
{
	struct hop *h = u->hop;
	struct hop_candidates c = { .begun = true };
	bool asks = false;

	for (uint32_t k = 0; k < rule->need_count; k++)
		asks |= rule->needs[k].on == RULE_TARGET;
	for (uint32_t i = 0; asks && i < (*hub)->count; i++) {
		bool may = true;

		for (uint32_t k = 0; k < rule->need_count && may; k++) {
			expr x;

			if (rule->needs[k].on != RULE_TARGET)
				continue;
			if (hop_needs_decide(&x, h->needs,
				    hop_needs_get(h->needs, &rule->needs[k]), actor,
				    (*hub)->ends[i].node, e) < 0) {
				hop_candidates_release(&c);
				return e->code;
			}
			may = expr_verdict(world_pool(h->world), x) > VERDICT_DENIED;
		}
		if (may)
			buf_add(&c.ends, &(*hub)->ends[i], sizeof((*hub)->ends[i]));
	}
	if (asks)
		*hub = c.ends.n > 0 ? hop_hub_keep(h, rule, &c) : NULL;
	hop_candidates_release(&c);
	return 0;
}

/* NULL: it carries nobody, or the actor may not use it. */
static int used_by(const struct hub **out, struct hop_unseen *u, const struct rule *rule,
	const struct unseen_thing *thing, node_id actor, struct err *e)
{
	bool may = false;

	if (hub_of(out, u, rule, thing, e) < 0 ||
		(*out && may_use(&may, u, rule, thing->node, actor, e) < 0) ||
		(may && hub_narrow(out, u, rule, actor, e) < 0))
		return e->code;
	if (!may)
		*out = NULL;
	return 0;
}

int hop_unseen_from(struct buf *out, struct hop_unseen *u, const struct rule *rule,
	node_id actor, struct err *e)
{
	for (uint32_t k = 0; k < rule->through_kind_count; k++) {
		kind_id kind = catalog_kind_find(rule->through_kinds[k]);
		const struct unseen_thing *v;
		const struct buf *things;
		bool any;

		if (hop_unseen_kind(&any, u, kind, e) < 0)
			return e->code;
		if (!any)
			continue;
		if (things_of(&things, u, kind, e) < 0)
			return e->code;
		v = VEC_DATA(things, const struct unseen_thing);
		for (size_t i = 0; i < VEC_COUNT(things, struct unseen_thing); i++) {
			const struct hub *hub = NULL;

			if (is_near(u, rule, &v[i], kind, actor) &&
				used_by(&hub, u, rule, &v[i], actor, e) < 0)
				return e->code;
			if (hub)
				VEC_ADD(out, const struct hub *, hub);
		}
	}
	return 0;
}
