#include "reachability/deciding.h"

#include "base/mutant.h"
#include "reachability/deciding_cover.h"
#include "reachability/deciding_endpoint.h"
#include "reachability/deciding_tests.h"
#include "reachability/deciding_tree.h"
#include "reachability/endpoint.h"

#include "reachability/pattern.h"

static bool context_has(const struct world_context *c, struct str key,
	struct condition_fact *out, struct arena *arena)
{
	struct str *values = ARENA_NEW_ARRAY(arena, struct str, c->count + 1);
	uint32_t count = 0;

	for (uint32_t i = 0; i < c->count; i++) {
		if (str_eq_fold(c->keys[i], key))
			values[count++] = c->values[i];
	}
	if (count > 0)
		*out = (struct condition_fact){ .knowledge = CONDITION_KNOWN,
			.values = values,
			.value_count = count };
	return count > 0;
}

static void context_look_up(
	void *ctx, struct str key, struct condition_fact *out, struct arena *arena)
{
	struct deciding *g = ctx;
	struct object object = g->object->o;

	if (g->recording && g->scratch->reads)
		VEC_ADD(g->scratch->reads, struct str, key);
	if (g->scratch->context && context_has(g->scratch->context, key, out, arena))
		return;
	/* what is asked about, which may be a part of the object */
	object.resource = g->resource;
	g->provider->look_up(g->world, &g->subject->s, &object, key, out, arena);
	if (out->knowledge != CONDITION_OPEN && out->knowledge != CONDITION_PRESENT)
		return;
	for (uint32_t i = 0; i < g->absent_count; i++) {
		if (str_eq_fold(g->absent[i], key))
			out->knowledge = CONDITION_MISSING;
	}
}

void deciding_begin(struct deciding *g, struct world *w, struct action_bits *bits,
	struct deciding_scratch *scratch, const struct decide_subject *s,
	const struct decide_object *o)
{
	*g = (struct deciding){
		.world = w, .bits = bits, .scratch = scratch, .subject = s, .object = o
	};
	g->provider = o->provider;
	for (const struct decide_object *at = o; at && s->opening; at = at->above)
		g->opened |= s->opened == at->o.node;
	if (s->opened == o->o.node && s->rewritten) {
		g->anew = o->o;
		g->anew.policy_state = SEGMENT_POLICY_NONE;
		g->anew.policy_invalid = false;
		g->anew.blocks_public = false;
	}
	g->conditions = (struct condition_context){ .look_up = context_look_up,
		.ctx = g,
		.pool = world_pool(w),
		.arena = world_arena(w) };
}

bool deciding_is_active(const struct decide_hit *h, uint64_t atom)
{
	if ((h->also & ~atom) != 0 || (h->except & atom) != 0)
		return false;
	if (h->always)
		return true;
	return ((h->partial & atom) != 0) !=
	       MUTANT(not_resource_as_resource, h->inverted, false);
}

/*
 * Whether the statement's conditions say the same of all resources of a kind: then they
 * are told by what they say, wherever they are written.
 */
static bool is_of_caller(const struct deciding *g, const struct document_statement *s)
{
	return g->subject == g->scratch->caller &&
	       !(s->flags & MUTANT(caller_only, DOCUMENT_STATEMENT_READS_RESOURCE, 0)) &&
	       g->absent_count == 0 && !g->scratch->context && !g->object->o.through &&
	       !g->object->o.is_way && !g->opened && !g->provider->inherits;
}

static void key_text(struct buf *key, struct str text)
{
	VEC_ADD(key, uint32_t, (uint32_t)text.n);
	buf_add_str(key, text);
}

static void conditions_key(struct buf *key, const struct deciding *g,
	const struct document *d, const struct document_statement *s)
{
	const struct document_condition *c = d->conditions + s->condition_first;

	buf_clear(key);
	VEC_ADD(key, uint32_t, g->object->o.kind);
	for (uint32_t i = 0; i < s->condition_count; i++) {
		const uint32_t head[] = { c[i].operator_,
			(uint32_t)c[i].qualifier << 8 | c[i].flags, c[i].joins,
			c[i].value_count };

		buf_add(key, head, sizeof(head));
		key_text(key, document_str(d, c[i].key));
		/* words of an operator that nobody knows */
		key_text(key, document_str(d, c[i].written));
		for (uint32_t k = 0; k < c[i].value_count; k++)
			key_text(key, document_str(d, d->values[c[i].value_first + k]));
	}
}

/* What the conditions leave. Lists ask the same of the same caller again and again. */
static expr conditions_of(struct deciding *g, const struct decide_statement *st)
{
	struct deciding_scratch *scratch = g->scratch;
	uint32_t number;
	expr *truth;

	if (st->statement->condition_count == 0 || !is_of_caller(g, st->statement))
		return condition_statement(&g->conditions, st->document, st->statement);
	conditions_key(&scratch->key, g, st->document, st->statement);
	number = intern_add(&scratch->conditions, buf_str(&scratch->key));
	while (VEC_COUNT(&scratch->truths, expr) <= number)
		VEC_ADD(&scratch->truths, expr, 0);
	truth = &VEC_DATA(&scratch->truths, expr)[number];
	if (*truth == 0)
		*truth =
			condition_statement(&g->conditions, st->document, st->statement) +
			1;
	return *truth - 1;
}

/* Add the hit with what its conditions leave, unless that is nothing. */
static void hit_finish(struct deciding *g, const struct decide_hit *h)
{
	const struct document_statement *s = h->statement->statement;
	struct decide_hit done = *h;

	deciding_tests_record(g, h->statement);
	done.condition = expr_and(
		g->conditions.pool, h->condition, conditions_of(g, h->statement));
	if (s->role.size > 0)
		deciding_tree_role(g, &done);
	if (s->flags & DOCUMENT_ELIGIBLE)
		done.condition = expr_and(g->conditions.pool, done.condition,
			deciding_tree_activation(g, &done));
	if (done.condition != EXPR_FALSE)
		buf_add(&g->scratch->hits, &done, sizeof(done));
}

/* Keys of a statement's conditions that only some actions carry, and which do. */
struct carried {
	const uint64_t *bits[DECIDING_ABSENT];
	struct str keys[DECIDING_ABSENT];
	uint32_t count;
};

static void carried_collect(
	struct carried *out, struct deciding *g, const struct decide_statement *st)
{
	const struct document *doc = st->document;
	const struct document_condition *c =
		doc->conditions + st->statement->condition_first;

	out->count = 0;
	for (uint32_t i = 0; i < st->statement->condition_count; i++) {
		const uint64_t *bits =
			action_bits_carried(g->bits, doc, &c[i], g->provider, g->list);

		if (bits == g->list->all || out->count == DECIDING_ABSENT ||
			MUTANT(keys_on_all_actions, false, true))
			continue;
		out->bits[out->count] = bits;
		out->keys[out->count++] = document_str(doc, c[i].key);
	}
}

/*
 * Some actions of the statement carry keys that it asks for and others never do: one hit
 * for each combination. False: it asks for no such key.
 */
static bool hit_split(struct deciding *g, const struct decide_hit *h)
{
	uint32_t words = g->list->words;
	struct carried c;
	uint64_t *rest;

	carried_collect(&c, g, h->statement);
	if (c.count == 0)
		return false;
	rest = ARENA_NEW_ARRAY(g->conditions.arena, uint64_t, words);
	memcpy(rest, h->bits, words * sizeof(*rest));
	for (uint32_t bit = 0; bit < g->list->count; bit++) {
		struct decide_hit part = *h;
		uint64_t *bits;

		if (!action_bits_have(rest, bit))
			continue;
		bits = ARENA_NEW_ARRAY(g->conditions.arena, uint64_t, words);
		memcpy(bits, rest, words * sizeof(*bits));
		g->absent_count = 0;
		for (uint32_t k = 0; k < c.count; k++) {
			bool has = action_bits_have(c.bits[k], bit);

			for (uint32_t i = 0; i < words; i++)
				bits[i] &= has ? c.bits[k][i] : ~c.bits[k][i];
			if (!has)
				g->absent[g->absent_count++] = c.keys[k];
		}
		for (uint32_t i = 0; i < words; i++)
			rest[i] &= ~bits[i];
		part.bits = bits;
		hit_finish(g, &part);
	}
	g->absent_count = 0;
	return true;
}

static void hit_add(struct deciding *g, struct decide_hit *h)
{
	const struct document_statement *s = h->statement->statement;

	if (s->flags & DOCUMENT_STATEMENT_READS_PRINCIPAL)
		g->reads_principal = true;
	g->recording =
		MUTANT(keys_unseen, s->flags & DOCUMENT_STATEMENT_READS_RESOURCE, 0);
	g->reads_resource |= g->recording;
	if (!hit_split(g, h))
		hit_finish(g, h);
	g->recording = false;
}

static void hits_of_subject(struct deciding *g, const bool *active)
{
	const struct decide_subject *s = g->subject;

	for (uint32_t i = 0; i < s->statement_count; i++) {
		struct decide_hit h = { .statement = &s->statements[i],
			.condition = EXPR_TRUE };

		if (active && !active[i])
			continue;
		if (h.statement->slot == SLOT_SCP && !s->s.scps)
			continue;
		h.bits = action_bits_of(
			g->bits, h.statement->document, h.statement->statement, g->list);
		if (!h.bits)
			continue;
		g->searched++;
		if (active)
			h.always = true;
		else if (!deciding_cover_hit(g, &h))
			continue;
		hit_add(g, &h);
	}
}

/* The actions of the list that ceilings over resources bind; NULL when none. */
static const uint64_t *rcp_bits(struct deciding *g, const uint64_t *bits)
{
	uint64_t *bound;
	bool any = false;

	if (!g->provider->rcps_bind(&g->subject->s, &g->object->o))
		return NULL;
	bound = ARENA_NEW_ARRAY(world_arena(g->world), uint64_t, g->list->words);
	for (uint32_t i = 0; i < g->list->words; i++) {
		bound[i] = bits[i] & g->list->rcps[i];
		any |= bound[i] != 0;
	}
	return any ? bound : NULL;
}

/* The object, with the policy that the subject wrote anew if it did. */
static const struct object *object_now(const struct deciding *g)
{
	return g->anew.n ? &g->anew : &g->object->o;
}

/* A grant that a setting of the object takes back. */
static bool is_void(struct deciding *g, const struct decide_hit *h)
{
	const struct decide_statement *st = h->statement;
	struct str words;

	if (st->slot != SLOT_RESOURCE || (st->statement->flags & DOCUMENT_DENY))
		return false;
	words = g->provider->voids(
		&g->subject->s, object_now(g), st->origin->layer, h->match);
	if (words.n == 0)
		return false;
	g->voided = words;
	return true;
}

/* Beside a weaker name, that of a session: what limits the subject does not limit it. */
static void hit_of_sessions(struct deciding *g, struct decide_hit h)
{
	const struct decide_statement *st = h.statement;
	expr sessions;

	if (MUTANT(session_beside_role_lost, h.match >= MATCH_SELF, true) ||
		!g->provider->sessions || (st->statement->flags & DOCUMENT_DENY))
		return;
	sessions = g->provider->sessions(
		g->world, st->document, st->statement, &g->subject->s);
	if (sessions == EXPR_FALSE)
		return;
	h.match = MATCH_SELF;
	h.condition = expr_and(g->conditions.pool, h.condition, sessions);
	hit_add(g, &h);
}

static void object_statement(
	struct deciding *g, const struct decide_object *holder, uint32_t i)
{
	struct decide_hit h = { .statement = &holder->statements[i],
		.condition = EXPR_TRUE };
	bool rcp = h.statement->slot == SLOT_RCP;

	if (!rcp && holder->layers[i] != g->list->layer)
		return;
	/* an RCP only takes away: everything is allowed at every level by definition */
	if (rcp && !(h.statement->statement->flags & DOCUMENT_DENY))
		return;
	h.bits = deciding_tree_bits(g, h.statement);
	if (!h.bits)
		return;
	g->searched++;
	if (rcp && !(h.bits = rcp_bits(g, h.bits)))
		return;
	h.match = g->provider->match(g->world, h.statement->document,
		h.statement->statement, &g->subject->s, &g->object->o, &h.condition);
	if (rcp && g->object->o.ceiled != EXPR_FALSE)
		h.condition =
			expr_and(g->conditions.pool, h.condition, g->object->o.ceiled);
	if (h.match == MATCH_NONE || is_void(g, &h) || !deciding_cover_hit(g, &h))
		return;
	/* patterns tell apart what else the same policies would make equal */
	if (g->provider->inherits &&
		!(h.statement->statement->flags & DOCUMENT_ANY_RESOURCE))
		g->reads_resource = true;
	hit_add(g, &h);
	hit_of_sessions(g, h);
}

/* What the subject made the object's policy say for it. */
static void hit_of_opening(struct deciding *g)
{
	struct decide_hit h = { .statement = g->subject->opening,
		/* who has no name lets in everybody */
		.match = g->subject->s.n->type == NODE_PUBLIC ? MATCH_ANYONE : MATCH_SELF,
		.condition = EXPR_TRUE };

	/* what names no resource is asked of an account, which has no policy, or of a
	 * container */
	if (!g->opened || g->list->layer != LAYER_RESOURCE ||
		(g->literal && !g->provider->inherits) || g->list->policy == POLICY_NEVER)
		return;
	h.bits = action_bits_of(
		g->bits, h.statement->document, h.statement->statement, g->list);
	if (h.bits && deciding_cover_hit(g, &h))
		hit_add(g, &h);
}

/* A deny of a policy that the subject wrote anew, without it, or that it took away. */
static bool is_gone(const struct deciding *g, const struct decide_object *holder,
	const struct decide_statement *st)
{
	return g->subject->opened == holder->o.node && st->slot == SLOT_RESOURCE &&
	       (st->statement->flags & DOCUMENT_DENY) &&
	       ((g->subject->rewritten && st->origin->layer == LAYER_RESOURCE) ||
		       (g->subject->undenied && st->origin->layer == LAYER_DENY));
}

static void hits_of_object(struct deciding *g)
{
	for (const struct decide_object *o = g->object; o; o = o->above) {
		for (uint32_t i = 0; i < o->statement_count; i++) {
			if (decide_reaches(g->object, o, i) &&
				!is_gone(g, o, &o->statements[i]))
				object_statement(g, o, i);
		}
	}
}

void deciding_collect(struct deciding *g, const bool *active)
{
	buf_clear(&g->scratch->hits);
	buf_clear(&g->scratch->patterns);
	g->too_many = false;
	g->voided = (struct str){ 0 };
	hits_of_subject(g, active);
	hits_of_object(g);
	hit_of_opening(g);
	if (g->subject->place_count > 0)
		deciding_tree_collect(g);
}

void deciding_add_statement(struct deciding *g, const struct decide_statement *statement)
{
	struct decide_hit h = { .statement = statement, .condition = EXPR_TRUE };

	h.bits = action_bits_of(
		g->bits, statement->document, statement->statement, g->list);
	if (!h.bits)
		return;
	g->searched++;
	h.match = g->provider->match(g->world, statement->document, statement->statement,
		&g->subject->s, &g->object->o, &h.condition);
	if (h.match != MATCH_NONE && deciding_cover_hit(g, &h))
		hit_add(g, &h);
}

/* --- groups of actions that meet the same hits --- */

static void groups_split(struct buf *groups, const uint64_t *bits,
	const struct action_list *l, struct arena *arena)
{
	size_t count = VEC_COUNT(groups, uint64_t *);

	for (size_t k = 0; k < count; k++) {
		uint64_t *group = VEC_DATA(groups, uint64_t *)[k], *rest;
		bool inside = false, outside = false;

		for (uint32_t i = 0; i < l->words; i++) {
			inside |= (group[i] & bits[i]) != 0;
			outside |= (group[i] & ~bits[i]) != 0;
		}
		if (!inside || !outside)
			continue;
		rest = ARENA_NEW_ARRAY(arena, uint64_t, l->words);
		for (uint32_t i = 0; i < l->words; i++) {
			rest[i] = group[i] & ~bits[i];
			group[i] &= bits[i];
		}
		VEC_ADD(groups, uint64_t *, rest);
	}
}

/* The list's actions that such a caller can ask for at all. */
static bool group_callable(struct deciding *g, uint64_t *group)
{
	const struct action_list *l = g->list;
	bool any = false;

	memcpy(group, l->all, l->words * sizeof(*group));
	if (l->layer != LAYER_TRUST)
		return true;
	for (uint32_t i = 0; i < l->count; i++) {
		if (g->provider->may_call(g->subject->s.n, l->ids[i]))
			any = true;
		else
			group[i / 64] &= ~(1ull << (i % 64));
	}
	return any;
}

/* A list may be of several services, and an endpoint is of one. */
static void groups_split_served(struct deciding *g, struct buf *groups)
{
	const struct action_list *l = g->list;
	struct arena *arena = world_arena(g->world);

	for (uint32_t i = 0; g->endpoints && i < g->endpoints->count; i++) {
		struct str service = g->endpoints->items[i].service;
		uint64_t *served = ARENA_NEW_ARRAY(arena, uint64_t, l->words);

		for (uint32_t bit = 0; bit < l->count; bit++) {
			if (g->provider->endpoint_serves(service, l->ids[bit]))
				served[bit / 64] |= 1ull << (bit % 64);
		}
		groups_split(groups, served, l, arena);
	}
}

void deciding_group(struct deciding *g)
{
	struct arena *arena = world_arena(g->world);
	struct buf *groups = &g->scratch->groups;
	const struct decide_hit *hits = VEC_DATA(&g->scratch->hits, struct decide_hit);
	size_t count = VEC_COUNT(&g->scratch->hits, struct decide_hit);
	uint64_t *first = ARENA_NEW_ARRAY(arena, uint64_t, g->list->words);
	const uint64_t *last = g->list->all;

	buf_clear(groups);
	if (!group_callable(g, first))
		return;
	VEC_ADD(groups, uint64_t *, first);
	/* a ceiling that nobody read speaks of some actions and not of others */
	if (g->object->unknown_rcp != EXPR_FALSE)
		groups_split(groups, g->list->rcps, g->list, arena);
	for (size_t i = 0; i < count; i++) {
		if (hits[i].bits != g->list->all && hits[i].bits != last)
			groups_split(groups, hits[i].bits, g->list, arena);
		last = hits[i].bits;
		if (hits[i].enforced)
			groups_split(groups, hits[i].enforced, g->list, arena);
	}
	groups_split_served(g, groups);
}

/* --- layers to a residual --- */

void deciding_neutral(struct deciding *g, struct provider_parts *p, action_id action)
{
	const struct decide_subject *s = g->subject;

	*p = (struct provider_parts){ .subject = &s->s,
		.object = object_now(g),
		.action = action,
		.policy = g->list->policy,
		.policy_layer = g->list->layer,
		.custody = g->list->custody,
		.caller = g->list->caller,
		.identity = s->unknown_identity,
		.boundary = s->s.bounded ? s->unknown_boundary : EXPR_TRUE,
		.session = s->s.sessioned ? s->unknown_session : EXPR_TRUE,
		.scps = EXPR_TRUE,
		.rcps = EXPR_TRUE,
		.place = expr_not(g->conditions.pool, s->unknown_place),
		.unread_grants = g->object->unread_grants,
		.unread_denies = g->anew.n && !g->object->above
					 ? EXPR_FALSE
					 : g->object->unread_denies,
		.deny = EXPR_FALSE,
		.voided = g->voided,
		.strict = g->strict };
	p->deny = s->unknown_deny;
	p->same_account =
		s->s.n->account.n > 0 && str_eq(s->s.n->account, g->object->o.n->account);
	if (s->s.scps)
		p->scps = expr_not(g->conditions.pool, s->unknown_scp);
	if (g->object->unknown_rcp != EXPR_FALSE &&
		g->provider->rcps_bind(&s->s, &g->object->o) &&
		g->provider->rcps_cover(action))
		p->deny = expr_or(g->conditions.pool, p->deny, g->object->unknown_rcp);
}

/* An explicit deny counts in whichever layer it is. */
static bool deny_is_lost(enum decide_slot slot)
{
	return MUTANT(identity_deny_ignored, false, slot == SLOT_IDENTITY) ||
	       MUTANT(boundary_deny_ignored, false, slot == SLOT_BOUNDARY) ||
	       MUTANT(session_deny_ignored, false, slot == SLOT_SESSION) ||
	       MUTANT(scp_deny_ignored, false, slot == SLOT_SCP) ||
	       MUTANT(rcp_deny_ignored, false, slot == SLOT_RCP) ||
	       MUTANT(resource_deny_ignored, false, slot == SLOT_RESOURCE);
}

static void parts_add(
	struct deciding *g, struct provider_parts *p, const struct decide_hit *h)
{
	struct expr_pool *pool = g->conditions.pool;

	/* what endpoints say counts for requests that come through them */
	if (h->statement->slot == SLOT_ENDPOINT || h->statement->slot == SLOT_PLACE)
		return;
	if (h->statement->statement->flags & DOCUMENT_DENY) {
		if (!deny_is_lost(h->statement->slot))
			p->deny = expr_or(pool, p->deny,
				MUTANT(condition_of_deny_ignored, h->condition,
					EXPR_TRUE));
		return;
	}
	switch (h->statement->slot) {
	case SLOT_IDENTITY:
		p->identity = expr_or(pool, p->identity,
			MUTANT(condition_of_allow_ignored, h->condition, EXPR_TRUE));
		break;
	case SLOT_BOUNDARY:
		p->boundary = expr_or(pool, p->boundary, h->condition);
		break;
	case SLOT_SESSION:
		p->session = expr_or(pool, p->session, h->condition);
		break;
	case SLOT_RESOURCE: {
		bool grant = h->statement->origin->layer == LAYER_GRANT;
		expr *into = grant ? &p->grants[h->match] : &p->resource[h->match];

		*into = expr_or(pool, *into, h->condition);
		break;
	}
	case SLOT_SCP:
	case SLOT_RCP: /* what RCPs allow is everything, by definition */
	case SLOT_ENDPOINT:
	case SLOT_PLACE:
		break;
	}
}

expr deciding_level(struct deciding *g, uint32_t level, uint32_t bit, uint64_t atom)
{
	const struct decide_hit *hits = VEC_DATA(&g->scratch->hits, struct decide_hit);
	size_t count = VEC_COUNT(&g->scratch->hits, struct decide_hit);
	expr lets = g->subject->scp_level_unknown[level];

	for (size_t i = 0; i < count && lets != EXPR_TRUE; i++) {
		const struct decide_hit *h = &hits[i];

		if (h->statement->slot == SLOT_SCP && h->statement->level == level &&
			!(h->statement->statement->flags & DOCUMENT_DENY) &&
			(h->bits[bit / 64] >> (bit % 64) & 1u) &&
			deciding_is_active(h, atom))
			lets = expr_or(g->conditions.pool, lets, h->condition);
	}
	return lets;
}

struct str deciding_level_words(
	struct world *w, const struct world_organization *o, uint32_t level)
{
	const struct world_ceiling *c = &o->scps[level];
	struct buf text = { 0 };
	struct str out;

	buf_printf(&text, "no SCP at '%.*s' allows it", STR_ARG(c->level));
	for (uint32_t i = 0; i < c->document_count; i++)
		buf_printf(&text, "%s%.*s", i == 0 ? " (it has " : ", ",
			STR_ARG(c->documents[i].name));
	if (c->document_count > 0)
		buf_add_char(&text, ')');
	out = arena_copy(world_arena(w), buf_str(&text));
	buf_release(&text);
	return out;
}

/* Every level above the subject's account must let the action through. */
static void parts_scps(
	struct deciding *g, struct provider_parts *p, uint32_t bit, uint64_t atom)
{
	struct expr_pool *pool = g->conditions.pool;

	if (!g->subject->s.scps)
		return;
	for (uint32_t level = MUTANT(scp_root_skipped, 0, 1);
		level < g->subject->scp_levels; level++) {
		p->deny = expr_or(pool, p->deny, g->subject->scp_level_deny[level]);
		p->scps = expr_and(pool, p->scps, deciding_level(g, level, bit, atom));
	}
}

expr deciding_combine(
	struct deciding *g, struct provider_parts *p, uint32_t bit, uint64_t atom)
{
	const struct decide_hit *hits = VEC_DATA(&g->scratch->hits, struct decide_hit);
	size_t count = VEC_COUNT(&g->scratch->hits, struct decide_hit);

	deciding_neutral(g, p, g->list->ids[bit]);
	for (size_t i = 0; i < count; i++) {
		if ((hits[i].bits[bit / 64] >> (bit % 64) & 1u) &&
			deciding_is_active(&hits[i], atom))
			parts_add(g, p, &hits[i]);
	}
	parts_scps(g, p, bit, atom);
	if (g->subject->place_count > 0)
		p->place = expr_and(
			g->conditions.pool, p->place, deciding_tree_limit(g, bit));
	p->boundary = expr_and(g->conditions.pool, p->boundary,
		MUTANT(session_policy_ignored, p->session, EXPR_TRUE));
	return deciding_endpoint_limit(
		g, p, bit, atom, g->provider->combine(g->conditions.pool, p));
}

expr deciding_too_many(struct deciding *g)
{
	return expr_unknown(g->conditions.pool, STR_LIT(""),
		arena_printf(g->conditions.arena,
			"more than %u patterns overlap on '%.*s': not decided",
			DECIDING_COVER_PARTS, STR_ARG(g->resource)));
}

int deciding_atoms(
	struct deciding *g, const uint64_t **atoms, uint32_t *count, struct err *e)
{
	static const uint64_t none[1] = { 0 };
	uint32_t patterns = (uint32_t)VEC_COUNT(&g->scratch->patterns, struct str);
	int n;

	*atoms = none;
	*count = 1;
	if (patterns == 0 || g->too_many)
		return 0;
	n = pattern_atoms(atoms, VEC_DATA(&g->scratch->patterns, struct str), patterns,
		g->resource, g->conditions.arena, e);
	if (n < 0)
		return err_wrap(e, "policies on '%.*s'", STR_ARG(g->resource));
	*count = (uint32_t)n;
	return 0;
}
