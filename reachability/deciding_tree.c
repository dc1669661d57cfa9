#include "reachability/deciding_tree.h"

#include "reachability/ancestry.h"

const uint64_t *deciding_tree_bits(struct deciding *g, const struct decide_statement *st)
{
	const uint64_t *own = g->list->all, *of_role = g->list->all;
	uint64_t *both, any = 0;

	/* beside a role they are those that the grant is about, whatever the role has */
	if (st->statement->role.size == 0 || st->statement->action_count > 0)
		own = action_bits_of(g->bits, st->document, st->statement, g->list);
	if (st->statement->role.size > 0 && st->gap == EXPR_FALSE)
		of_role = action_bits_of(g->bits, decide_action_document(st),
			decide_action_statement(st), g->list);
	if (!own || !of_role || own == g->list->all)
		return own ? of_role : NULL;
	if (of_role == g->list->all)
		return own;
	both = ARENA_NEW_ARRAY(world_arena(g->world), uint64_t, g->list->words);
	for (uint32_t i = 0; i < g->list->words; i++)
		any |= both[i] = own[i] & of_role[i];
	return any ? both : NULL;
}

void deciding_tree_role(struct deciding *g, struct decide_hit *h)
{
	const struct decide_statement *st = h->statement;
	expr more = st->gap;

	if (st->block) {
		g->reads_principal |=
			(st->block->flags & DOCUMENT_STATEMENT_READS_PRINCIPAL) != 0;
		g->reads_resource |=
			(st->block->flags & DOCUMENT_STATEMENT_READS_RESOURCE) != 0;
		more = condition_statement(&g->conditions, st->role->compiled, st->block);
	}
	h->condition = expr_and(g->conditions.pool, h->condition, more);
}

expr deciding_tree_activation(struct deciding *g, const struct decide_hit *h)
{
	const struct world_document *from = h->statement->origin;
	struct str name =
		document_str(h->statement->document, h->statement->statement->sid);

	if (name.n == 0)
		name = from ? from->name : STR_LIT("a grant");
	return expr_activation(g->conditions.pool,
		from ? arena_printf(g->conditions.arena, "'%.*s' at '%.*s'",
			       STR_ARG(name), STR_ARG(from->holder))
		     : name);
}

expr deciding_tree_residual(struct deciding *g, const struct decide_statement *st)
{
	const struct document_statement *s = st->statement;
	struct decide_hit h = { .statement = st, .condition = EXPR_TRUE };

	h.match = g->provider->match(
		g->world, st->document, s, &g->subject->s, &g->object->o, &h.condition);
	if (h.match == MATCH_NONE ||
		(h.match == MATCH_PERHAPS && !(s->flags & DOCUMENT_DENY)))
		return EXPR_FALSE;
	h.condition = expr_and(g->conditions.pool, h.condition,
		condition_statement(&g->conditions, st->document, s));
	if (s->role.size > 0)
		deciding_tree_role(g, &h);
	if (s->flags & DOCUMENT_ELIGIBLE)
		h.condition = expr_and(
			g->conditions.pool, h.condition, deciding_tree_activation(g, &h));
	return h.condition;
}

/* --- ceilings by place --- */

/* Whether the object is one of the statement's places or beneath one. */
static bool is_inside(const struct deciding *g, const struct decide_statement *st)
{
	const struct document *d = decide_action_document(st);
	const struct document_statement *s = decide_action_statement(st);

	if (s->flags & DOCUMENT_ANY_RESOURCE)
		return true;
	for (uint32_t i = 0; i < s->resource_count; i++) {
		struct str place =
			document_str(d, d->patterns[s->resource_first + i].text);

		for (const struct decide_object *o = g->object; o; o = o->above) {
			if (str_eq(o->o.n->key, place))
				return true;
		}
	}
	return false;
}

void deciding_tree_collect(struct deciding *g)
{
	const struct decide_subject *s = g->subject;

	for (uint32_t i = 0; i < s->place_count && g->provider == s->provider; i++) {
		const struct decide_statement *st = &s->places[i];
		struct decide_hit h = { .statement = st,
			.condition = EXPR_TRUE,
			.bits = g->list->all,
			.always = true };

		g->searched++;
		h.match = s->provider->match(g->world, st->document, st->statement, &s->s,
			&g->object->o, &h.condition);
		if (h.match == MATCH_NONE)
			continue;
		h.enforced = st->gap != EXPR_FALSE
				     ? g->list->all
				     : action_bits_of(g->bits, decide_action_document(st),
					       decide_action_statement(st), g->list);
		h.inside = st->gap == EXPR_FALSE && is_inside(g, st);
		g->reads_principal |=
			(st->statement->flags & DOCUMENT_STATEMENT_READS_PRINCIPAL) != 0;
		h.condition = expr_and(g->conditions.pool, h.condition,
			condition_statement(&g->conditions, st->document, st->statement));
		if (st->statement->role.size > 0)
			deciding_tree_role(g, &h);
		if (h.condition != EXPR_FALSE)
			buf_add(&g->scratch->hits, &h, sizeof(h));
	}
}

expr deciding_tree_limit(struct deciding *g, uint32_t bit)
{
	struct expr_pool *pool = g->conditions.pool;
	const struct decide_hit *hits = VEC_DATA(&g->scratch->hits, struct decide_hit);
	size_t count = VEC_COUNT(&g->scratch->hits, struct decide_hit);
	expr binds = EXPR_FALSE, lets = EXPR_FALSE;

	for (size_t i = 0; i < count; i++) {
		const struct decide_hit *h = &hits[i];

		if (h->statement->slot != SLOT_PLACE)
			continue;
		binds = expr_or(pool, binds, h->condition);
		if (h->inside || !h->enforced || !action_bits_have(h->enforced, bit))
			lets = expr_or(pool, lets, h->condition);
	}
	return expr_or(pool, expr_not(pool, binds), lets);
}

struct str deciding_tree_words(struct deciding *g)
{
	const struct decide_hit *hits = VEC_DATA(&g->scratch->hits, struct decide_hit);
	size_t count = VEC_COUNT(&g->scratch->hits, struct decide_hit);
	struct buf text = { 0 };
	struct str out;

	buf_add_str(&text, STR_LIT("outside of the places that"));
	for (size_t i = 0; i < count; i++) {
		const struct decide_hit *h = &hits[i];

		if (h->statement->slot != SLOT_PLACE)
			continue;
		buf_printf(&text, "%s '%.*s'",
			str_ends(buf_str(&text), STR_LIT("that")) ? "" : ",",
			STR_ARG(h->statement->origin->name));
	}
	buf_add_str(&text, STR_LIT(" leaves the identity"));
	out = arena_copy(g->conditions.arena, buf_str(&text));
	buf_release(&text);
	return out;
}
