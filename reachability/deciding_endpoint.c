#include "reachability/deciding_endpoint.h"

#include "base/mutant.h"
#include "reachability/subject.h"

static bool key_matters(const struct provider *p, struct str key)
{
	return str_eq_fold(key, p->endpoint_key) || str_eq_fold(key, p->network_key);
}

static bool statement_asks(const struct provider *p, const struct decide_statement *st)
{
	const struct document *d = st->document;
	const struct document_statement *s = st->statement;

	for (uint32_t i = 0; i < s->condition_count; i++) {
		if (key_matters(p,
			    document_str(d, d->conditions[s->condition_first + i].key)))
			return true;
	}
	return false;
}

static bool endpoints_matter(const struct deciding *g)
{
	const struct provider *p = g->subject->provider;
	const struct world_context *c = world_context(g->world);
	const struct decide_hit *hits = VEC_DATA(&g->scratch->hits, struct decide_hit);
	size_t count = VEC_COUNT(&g->scratch->hits, struct decide_hit);

	for (uint32_t i = 0; i < c->count; i++) {
		if (key_matters(p, c->keys[i]))
			return true;
	}
	for (size_t i = 0; i < count; i++) {
		if (hits[i].condition != EXPR_TRUE &&
			statement_asks(p, hits[i].statement))
			return true;
	}
	return false;
}

int deciding_endpoint_collect(struct deciding *g, bool generic, struct err *e)
{
	g->endpoints = NULL;
	if (!endpoints_matter(g))
		return 0;
	if (subject_endpoints(
		    &g->endpoints, world_subjects(g->world), g->subject->provider, e) < 0)
		return e->code;
	if (g->endpoints->count == 0) {
		g->endpoints = NULL;
		return 0;
	}
	/* they look at the resource: nothing that is decided for many holds for each */
	g->reads_principal = g->reads_resource = g->incomplete = true;
	for (uint32_t i = 0; i < g->endpoints->count && !generic; i++) {
		const struct endpoint *end = &g->endpoints->items[i];

		for (uint32_t k = 0; k < end->statement_count; k++)
			deciding_add_statement(g, &end->statements[k]);
	}
	return 0;
}

/* Whether the request comes that way: known, or a test of the request. */
static expr comes_by(struct deciding *g, struct str key, struct str value)
{
	struct condition_fact fact;
	struct expr_test t = { .op = DOCUMENT_STRING_EQUALS,
		.key = key,
		.values = &value,
		.value_count = 1 };

	if (value.n == 0)
		return EXPR_FALSE;
	g->conditions.look_up(g->conditions.ctx, key, &fact, g->conditions.arena);
	if (fact.knowledge == CONDITION_MISSING)
		return EXPR_FALSE;
	if (fact.knowledge == CONDITION_KNOWN)
		return fact.value_count == 1 && str_eq(fact.values[0], value)
			       ? EXPR_TRUE
			       : EXPR_FALSE;
	return expr_test(g->conditions.pool, &t);
}

/* What the endpoint's policy does not let through of an action in an atom. */
static expr stops(struct deciding *g, uint32_t number, uint32_t bit, uint64_t atom)
{
	struct expr_pool *pool = g->conditions.pool;
	const struct decide_hit *hits = VEC_DATA(&g->scratch->hits, struct decide_hit);
	size_t count = VEC_COUNT(&g->scratch->hits, struct decide_hit);
	expr lets = EXPR_FALSE, denies = g->endpoints->items[number].unknown;

	if (denies != EXPR_FALSE)
		lets = EXPR_TRUE;
	for (size_t i = 0; i < count; i++) {
		const struct decide_hit *h = &hits[i];

		if (h->statement->slot != SLOT_ENDPOINT ||
			h->statement->level != number ||
			!(h->bits[bit / 64] >> (bit % 64) & 1u) ||
			!deciding_is_active(h, atom))
			continue;
		if (h->statement->statement->flags & DOCUMENT_DENY)
			denies = expr_or(pool, denies, h->condition);
		else
			lets = expr_or(pool, lets, h->condition);
	}
	return expr_or(pool, denies, expr_not(pool, lets));
}

/* One that the context names and nobody collected: who knows what it lets through. */
static expr unread(struct deciding *g)
{
	const struct world_context *c = world_context(g->world);
	struct str key = g->subject->provider->endpoint_key;

	for (uint32_t i = 0; i < c->count; i++) {
		bool known = !str_eq_fold(c->keys[i], key);

		for (uint32_t k = 0; k < g->endpoints->count && !known; k++)
			known = str_eq(g->endpoints->items[k].id, c->values[i]);
		if (!known)
			return world_unknown(g->world, c->values[i],
				arena_printf(g->conditions.arena,
					"policy of the endpoint '%.*s' was not collected",
					STR_ARG(c->values[i])),
				true);
	}
	return EXPR_FALSE;
}

/* What no endpoint of a network lets through; of its first endpoint only. */
static expr network_stops(
	struct deciding *g, const expr *stopped, const bool *serves, uint32_t number)
{
	const struct endpoint *items = g->endpoints->items;
	expr all = stopped[number];

	for (uint32_t i = 0; i < g->endpoints->count; i++) {
		if (!serves[i] || !str_eq(items[i].network, items[number].network))
			continue;
		if (i < number)
			return EXPR_FALSE;
		all = expr_and(g->conditions.pool, all, stopped[i]);
	}
	return all;
}

expr deciding_endpoint_limit(
	struct deciding *g, struct provider_parts *p, uint32_t bit, uint64_t atom, expr x)
{
	const struct provider *provider = g->subject->provider;
	struct expr_pool *pool = g->conditions.pool;
	uint32_t count = g->endpoints ? g->endpoints->count : 0;
	expr *stopped, other = x, cut = x;
	bool *serves;

	if (MUTANT(endpoint_policy_ignored, count, 0) == 0 || x == EXPR_FALSE)
		return x;
	stopped = ARENA_NEW_ARRAY(g->conditions.arena, expr, count);
	serves = ARENA_NEW_ARRAY(g->conditions.arena, bool, count);
	for (uint32_t i = 0; i < count; i++) {
		serves[i] = provider->endpoint_serves(
			g->endpoints->items[i].service, g->list->ids[bit]);
		stopped[i] = serves[i] ? stops(g, i, bit, atom) : EXPR_FALSE;
	}
	for (uint32_t i = 0; i < count; i++) {
		const struct endpoint *end = &g->endpoints->items[i];
		expr ways[2] = { comes_by(g, provider->endpoint_key, end->id),
			comes_by(g, provider->network_key, end->network) };
		expr what[2] = { stopped[i],
			serves[i] && end->service.n > 0
				? network_stops(g, stopped, serves, i)
				: EXPR_FALSE };

		for (int k = 0; k < 2; k++) {
			if (what[k] == EXPR_FALSE || ways[k] == EXPR_FALSE)
				continue;
			other = expr_and(pool, other, expr_not(pool, ways[k]));
			cut = expr_and(pool, cut,
				expr_not(pool, expr_and(pool, ways[k], what[k])));
			if (cut == EXPR_FALSE || !expr_satisfiable(pool, cut))
				p->endpoint = p->endpoint.n > 0 ? p->endpoint : end->key;
		}
	}
	cut = expr_and(pool, cut, expr_not(pool, unread(g)));
	/* it may come another way */
	if (other != EXPR_FALSE && expr_satisfiable(pool, other) && cut != EXPR_FALSE &&
		unread(g) == EXPR_FALSE) {
		p->endpoint = (struct str){ 0 };
		return x;
	}
	return cut;
}
