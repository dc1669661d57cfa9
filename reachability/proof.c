#include "reachability/proof.h"

#include "reachability/beneath.h"
#include "reachability/deciding.h"
#include "reachability/proof_tree.h"
#include "reachability/subject.h"

struct proving {
	struct decide *d;
	struct world *w;
	const struct decide_subject *s;
	const struct decide_object *o;
	const struct decide_trace *t;
	const struct subject_policy *policies;
	uint32_t policy_count;
	struct buf items; /* struct proof_item */
};

static struct str slot_words(const struct proving *p, const struct decide_statement *s)
{
	switch (s->slot) {
	case SLOT_IDENTITY:
		return STR_LIT("identity policy");
	case SLOT_BOUNDARY:
		return STR_LIT("permissions boundary");
	case SLOT_ENDPOINT:
		return STR_LIT("endpoint policy");
	case SLOT_SESSION:
		return STR_LIT("session policy");
	case SLOT_SCP:
		return STR_LIT("SCP");
	case SLOT_RCP:
		return STR_LIT("RCP");
	case SLOT_PLACE:
		return STR_LIT("ceiling by place");
	default:
		if (s->origin && s->origin->layer == LAYER_DENY)
			return STR_LIT("deny policy");
		if (s->origin && s->origin->layer == LAYER_GRANT)
			return STR_LIT("grant");
		if (s->origin && s->origin->layer == LAYER_ACL)
			return STR_LIT("ACL");
		return p->t->parts.policy_layer == LAYER_TRUST
			       ? STR_LIT("trust policy")
			       : STR_LIT("resource policy");
	}
}

static struct str statement_text(struct segment *segment, uint32_t doc,
	const struct document_statement *s, struct err *e)
{
	struct str text;

	if (!segment || segment_document_text(&text, segment, doc, e) < 0 ||
		s->span_end > text.n || s->span_begin > s->span_end)
		return (struct str){ 0 };
	return (struct str){ text.p + s->span_begin, s->span_end - s->span_begin };
}

static struct proof_item item_of(
	struct proving *p, const struct decide_hit *h, struct err *e)
{
	const struct decide_statement *st = h->statement;
	struct proof_item item = { .layer = slot_words(p, st),
		.sid = document_str(st->document, st->statement->sid),
		.statement = st->statement->source_index,
		.condition = h->condition,
		.holds = true };
	const struct world_document *doc = st->origin;

	if (st->slot == SLOT_SCP)
		item.level = p->s->s.organization->scps[st->level].level;
	else if (st->slot == SLOT_RCP)
		item.level = p->o->o.organization->rcps[st->level].level;
	for (uint32_t i = 0; i < p->policy_count && !doc; i++) {
		if (p->policies[i].document.compiled != st->document)
			continue;
		doc = &p->policies[i].document;
		item.via = p->policies[i].via;
	}
	if (st->slot == SLOT_PLACE)
		item.holds = h->inside || !h->enforced ||
			     !action_bits_have(h->enforced, p->t->bit);
	if (p->o->provider->inherits)
		proof_tree_item(&item, p->w, p->o, p->s, st);
	if (!doc)
		return item;
	item.policy = doc->name;
	item.holder = doc->holder;
	if (doc->held && segment_source(&item.source, doc->segment, doc->held_by,
				 doc->held, world_arena(p->w), e) < 0)
		return item;
	item.text = statement_text(doc->segment, doc->doc, st->statement, e);
	return item;
}

static bool takes_part(const struct proving *p, const struct decide_hit *h)
{
	return (h->bits[p->t->bit / 64] >> (p->t->bit % 64) & 1u) &&
	       deciding_is_active(h, p->t->atom);
}

static void add_hits(struct proving *p, enum proof_type type, struct err *e)
{
	for (uint32_t i = 0; i < p->t->hit_count; i++) {
		const struct decide_hit *h = &p->t->hits[i];
		bool deny = (h->statement->statement->flags & DOCUMENT_DENY) &&
			    h->statement->slot != SLOT_ENDPOINT;
		bool ceiling = h->statement->slot == SLOT_BOUNDARY ||
			       h->statement->slot == SLOT_ENDPOINT ||
			       h->statement->slot == SLOT_SESSION ||
			       h->statement->slot == SLOT_SCP ||
			       h->statement->slot == SLOT_RCP ||
			       h->statement->slot == SLOT_PLACE;
		enum proof_type is = deny      ? PROOF_DENY
				     : ceiling ? PROOF_CEILING
					       : PROOF_ALLOW;
		struct proof_item item;

		if (is != type || !takes_part(p, h))
			continue;
		item = item_of(p, h, e);
		item.type = is;
		buf_add(&p->items, &item, sizeof(item));
	}
}

static void add_words(
	struct proving *p, enum proof_type type, struct str layer, struct str text)
{
	struct proof_item item = {
		.type = type, .layer = layer, .text = text, .condition = EXPR_TRUE
	};

	buf_add(&p->items, &item, sizeof(item));
}

/* Ceilings that let nothing through have no statement to cite: say which. */
static struct str add_missing_ceilings(struct proving *p)
{
	struct arena *arena = world_arena(p->w);
	const struct world_organization *o = p->s->s.organization;
	struct str first = { 0 }, boundary = { 0 };

	for (uint32_t i = 0; i < p->policy_count && boundary.n == 0; i++) {
		if (p->policies[i].is_boundary)
			boundary = p->policies[i].document.name;
	}
	if (p->s->s.sessioned && p->t->parts.session == EXPR_FALSE) {
		first = STR_LIT("the policy of the session does not allow it");
		add_words(p, PROOF_CEILING, STR_LIT("session policy"), first);
	} else if (p->s->s.bounded && p->t->parts.boundary == EXPR_FALSE) {
		first = arena_printf(arena,
			"the permissions boundary%s%.*s%s does not allow it",
			boundary.n > 0 ? " '" : "", STR_ARG(boundary),
			boundary.n > 0 ? "'" : "");
		add_words(p, PROOF_CEILING, STR_LIT("permissions boundary"), first);
	}
	if (p->t->parts.place == EXPR_FALSE && first.n == 0)
		first = STR_LIT("a ceiling by place leaves the identity nothing there");
	if (p->t->parts.endpoint.n > 0) {
		struct str text = arena_printf(arena,
			"the policy of the endpoint '%.*s' does not allow it",
			STR_ARG(p->t->parts.endpoint));

		add_words(p, PROOF_CEILING, STR_LIT("endpoint policy"), text);
		first = first.n > 0 ? first : text;
	}
	for (uint32_t level = 0; level < p->s->scp_levels && p->s->s.scps; level++) {
		bool lets = p->s->scp_level_unknown[level] != EXPR_FALSE;
		struct str text;

		for (uint32_t i = 0; i < p->t->hit_count && !lets; i++) {
			const struct decide_hit *h = &p->t->hits[i];

			lets = h->statement->slot == SLOT_SCP &&
			       h->statement->level == level &&
			       !(h->statement->statement->flags & DOCUMENT_DENY) &&
			       takes_part(p, h);
		}
		if (lets)
			continue;
		text = deciding_level_words(p->w, o, level);
		add_words(p, PROOF_CEILING, STR_LIT("SCP"), text);
		if (first.n == 0)
			first = text;
	}
	return first;
}

static void add_unknown(void *ctx, struct str scope, struct str what)
{
	struct proving *p = ctx;

	add_words(p, PROOF_UNKNOWN, arena_copy(world_arena(p->w), scope),
		arena_copy(world_arena(p->w), what));
}

static const struct proof_item *first_item(
	const struct proving *p, enum proof_type type, bool sure)
{
	const struct proof_item *v = VEC_DATA(&p->items, const struct proof_item);

	for (size_t i = 0; i < VEC_COUNT(&p->items, struct proof_item); i++) {
		if (v[i].type == type && (!sure || v[i].condition == EXPR_TRUE))
			return &v[i];
	}
	return NULL;
}

static struct str cite(struct proving *p, const char *verb, const struct proof_item *item)
{
	return arena_printf(world_arena(p->w), "%s by %.*s '%.*s' statement %u%s%.*s%s",
		verb, STR_ARG(item->layer), STR_ARG(item->policy), item->statement,
		item->sid.n > 0 ? " (" : "", STR_ARG(item->sid),
		item->sid.n > 0 ? ")" : "");
}

/* Why nothing gets in although something would grant, or that nothing grants. */
static struct str reason_denied(struct proving *p, struct str ceiling)
{
	const struct proof_item *deny = first_item(p, PROOF_DENY, true);
	bool granted = first_item(p, PROOF_ALLOW, false) != NULL;
	const struct provider_parts *parts = &p->t->parts;
	bool may = granted || ((p->s->s.n->flags & ENTITY_ROOT) && parts->same_account);
	struct str refusal;

	if (deny)
		return cite(p, "explicitly denied", deny);
	if (parts->voided.n > 0 && (!granted || !parts->same_account))
		return parts->voided;
	if (granted && ceiling.n > 0)
		return ceiling;
	if (granted && first_item(p, PROOF_DENY, false))
		return STR_LIT(
			"the conditions of what grants and what denies cannot hold together");
	if (granted && provider_bars(parts))
		return STR_LIT(
			"the provider keeps the resource to itself: nobody else does this to it");
	refusal = may && p->o->provider->refusal ? p->o->provider->refusal(parts)
						 : (struct str){ 0 };
	if (refusal.n > 0)
		return refusal;
	if (granted && parts->policy == POLICY_NEVER && !parts->same_account)
		return STR_LIT(
			"the resource is in another account and its kind has no resource policy");
	if (granted && !parts->same_account)
		return parts->identity == EXPR_FALSE
			       ? STR_LIT("across accounts the identity's own policies must allow it too, and none does")
			       : STR_LIT("across accounts the resource's policy must allow it too, and it does not");
	if (granted && parts->policy == POLICY_REQUIRED)
		return arena_printf(world_arena(p->w), "%s does not let the identity in",
			parts->policy_layer == LAYER_TRUST
				? "the trust policy"
				: "the resource's own policy, which must consent,");
	if (granted)
		return STR_LIT("what grants does not reach this identity in this way");
	return arena_printf(world_arena(p->w), "nothing grants: %u statements searched",
		p->t->searched);
}

static struct str reason_of(struct proving *p, enum expr_verdict v, struct str ceiling)
{
	const struct proof_item *item;
	struct buf text = { 0 };
	struct str out;

	switch (v) {
	case VERDICT_DENIED:
		return reason_denied(p, ceiling);
	case VERDICT_UNKNOWN:
		item = first_item(p, PROOF_UNKNOWN, false);
		return item ? item->text : STR_LIT("data was not collected");
	case VERDICT_CONDITIONAL:
	case VERDICT_ELIGIBLE:
		buf_add_str(&text, STR_LIT("allowed if "));
		expr_print(&text, world_pool(p->w), p->t->residual);
		out = arena_copy(world_arena(p->w), buf_str(&text));
		buf_release(&text);
		return out;
	default:
		break;
	}
	item = first_item(p, PROOF_ALLOW, true);
	if (!item)
		item = first_item(p, PROOF_ALLOW, false);
	if (item)
		return cite(p, "allowed", item);
	return STR_LIT("the root user may do everything in its own account");
}

static void proof_fill(struct proof *out, struct proving *p, struct err *e)
{
	enum expr_verdict v = expr_verdict(world_pool(p->w), p->t->residual);
	struct str ceiling;
	void *copy;

	add_hits(p, PROOF_ALLOW, e);
	add_hits(p, PROOF_DENY, e);
	add_hits(p, PROOF_CEILING, e);
	ceiling = add_missing_ceilings(p);
	expr_each_unknown(world_pool(p->w), p->t->residual, add_unknown, p);
	if (!first_item(p, PROOF_ALLOW, false) && v == VERDICT_DENIED)
		add_words(p, PROOF_NOTHING, STR_LIT(""),
			arena_printf(world_arena(p->w),
				"nothing grants: %u statements searched",
				p->t->searched));
	if ((p->s->s.n->flags & ENTITY_ROOT) && p->t->parts.same_account)
		add_words(p, PROOF_RULE, STR_LIT("root user"),
			STR_LIT("the root user needs no policy in its own account"));
	out->reason = reason_of(p, v, ceiling);
	out->verdict = v;
	out->residual = p->t->residual;
	out->item_count = (uint32_t)VEC_COUNT(&p->items, struct proof_item);
	copy = arena_alloc(world_arena(p->w), p->items.n + 1);
	if (p->items.n > 0)
		memcpy(copy, p->items.p, p->items.n);
	out->items = copy;
}

/* Where the way lets through, the entity beneath has the last word. */
static int proof_beneath(struct proof *out, struct proving *p, action_id action,
	struct str resource, struct err *e)
{
	struct expr_pool *pool = world_pool(p->w);
	struct decide_trace trace;
	struct proving below = *p;
	struct proof inner = { .action = action };
	struct decide_object o;
	struct err ignored;

	if (beneath_object(&o, p->d, &p->o->o, e) < 0 ||
		decide_trace(&trace, p->d, p->s, &o, action,
			beneath_resource(p->w, &p->o->o, resource), e) < 0)
		return e->code;
	if (trace.resource.n == 0 || out->verdict == VERDICT_DENIED)
		return 0;
	below.o = &o;
	below.t = &trace;
	below.items = (struct buf){ 0 };
	proof_fill(&inner, &below, &ignored);
	buf_release(&below.items);
	inner.resource = trace.resource;
	inner.residual = expr_and(pool, out->residual, inner.residual);
	inner.verdict = expr_verdict(pool, inner.residual);
	inner.reason =
		arena_printf(world_arena(p->w), "through '%.*s', which lets it: %.*s",
			STR_ARG(p->o->o.n->key), STR_ARG(inner.reason));
	if (inner.verdict < out->verdict)
		*out = inner;
	return 0;
}

int proof_make(struct proof *out, struct decide *d, node_id subject, node_id object,
	action_id action, struct str resource, struct err *e)
{
	struct decide_trace trace;
	struct proving p = { .d = d, .w = decide_world(d), .t = &trace };
	struct err ignored;

	*out = (struct proof){ .action = action };
	if (decide_subject(&p.s, d, subject, e) < 0 ||
		decide_object(&p.o, d, object, e) < 0 ||
		decide_trace(&trace, d, p.s, p.o, action, resource, e) < 0 ||
		subject_policies(&p.policies, &p.policy_count, p.w, subject, e) < 0)
		return e->code;
	out->resource = trace.resource;
	if (trace.resource.n == 0) {
		out->resource =
			resource.n > 0 ? resource : provider_written_key(p.w, object);
		out->reason =
			arena_printf(world_arena(p.w), "'%.*s' does not act on %.*s",
				STR_ARG(catalog_action_get(action).name),
				STR_ARG(world_node_kind(p.w, object)));
		return 0;
	}
	proof_fill(out, &p, &ignored);
	buf_release(&p.items);
	return p.o->o.is_way ? proof_beneath(out, &p, action, resource, e) : 0;
}

void proof_words(struct proof *out, struct world *w, expr residual, struct str reason)
{
	*out = (struct proof){ .action = CATALOG_NONE,
		.residual = residual,
		.verdict = expr_verdict(world_pool(w), residual),
		.reason = reason };
}
