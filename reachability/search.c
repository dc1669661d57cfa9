#include "reachability/search.h"

#include <stdlib.h>

bool search_is_grant(const struct decide_statement *s)
{
	return s->slot == SLOT_IDENTITY && !(s->statement->flags & DOCUMENT_DENY);
}

static bool scope_add(void *ctx, scope_number scope)
{
	VEC_ADD((struct buf *)ctx, scope_number, scope);
	return true;
}

int search_scopes(struct buf *scopes, struct decide *d, node_id subject, struct err *e)
{
	struct world *w = decide_world(d);
	struct str texts[PROVIDER_TEXTS_MAX];
	uint32_t n = provider_of_node(w, subject)
			     ->principal_texts(texts, PROVIDER_TEXTS_MAX, w, subject);
	const char *const *kinds = provider_of_node(w, subject)->policy_kinds;

	for (uint32_t i = 0; i < n; i++) {
		if (snapshot_links(world_snapshot(w), texts[i], scope_add, scopes, e) < 0)
			return e->code;
	}
	for (uint32_t i = 0; decide_is_strict(d) && kinds[i]; i++) {
		const struct action_plan *plan = action_plan_of(
			decide_planner(d), catalog_kind_find(str_from(kinds[i])), false);
		struct str gap = arena_printf(world_arena(w), SEGMENT_GAP "%s", kinds[i]);

		if (plan->count > 0 &&
			snapshot_links(world_snapshot(w), gap, scope_add, scopes, e) < 0)
			return e->code;
	}
	return 0;
}

static bool gives_everything(const struct decide_statement *st, struct str provider)
{
	const struct document_statement *s = st->statement;
	const struct document_interval *v = st->document->intervals + s->action_first;

	action_id begin, end;

	catalog_admin_actions(provider, &begin, &end);
	return search_is_grant(st) && (s->flags & DOCUMENT_ANY_RESOURCE) &&
	       !(s->flags & DOCUMENT_NOT_RESOURCE) && s->condition_count == 0 &&
	       s->action_count == 1 && v->begin == begin && v->end == end;
}

bool search_has_everything(const struct decide_subject *s)
{
	bool any = false;

	if (s->s.bounded || s->s.sessioned || s->unknown_deny != EXPR_FALSE ||
		s->place_count > 0 || s->unknown_place != EXPR_FALSE)
		return false;
	for (uint32_t i = 0; i < s->identity_count; i++) {
		if (s->statements[i].statement->flags & DOCUMENT_DENY)
			return false;
		any |= gives_everything(&s->statements[i], s->provider->name);
	}
	return any;
}

/* Ceilings that tell callers apart may stop the one and not the other. */
static bool ceilings_tell_apart(const struct world_organization *o)
{
	for (uint32_t i = 0; i < o->level_count; i++) {
		for (uint32_t k = 0; k < o->rcps[i].document_count; k++) {
			const struct document *d = o->rcps[i].documents[k].compiled;

			if (!d || (d->flags & DOCUMENT_READS_PRINCIPAL))
				return true;
		}
	}
	return false;
}

int search_rules(bool *out, struct decide *d, node_id subject, struct err *e)
{
	const struct decide_subject *s;

	*out = false;
	if (decide_subject(&s, d, subject, e) < 0)
		return e->code;
	if (s->s.n->type != NODE_ENTITY || s->s.bounded || s->s.linked ||
		s->s.sessioned ||
		(s->s.n->flags & (ENTITY_ROOT | ENTITY_COMPUTE | ENTITY_GROUP)) ||
		s->unknown_deny != EXPR_FALSE || ceilings_tell_apart(s->s.organization))
		return 0;
	for (uint32_t i = 0; i < s->statement_count; i++) {
		const struct decide_statement *st = &s->statements[i];

		if (i < s->identity_count
				? (st->statement->flags & DOCUMENT_DENY) != 0
				: (st->statement->flags &
					  DOCUMENT_STATEMENT_READS_PRINCIPAL) != 0) {
			*out = false;
			return 0;
		}
		*out |= i < s->identity_count && gives_everything(st, s->provider->name);
	}
	return 0;
}

#define DIGIT_BITS 11u
#define DIGITS     (1u << DIGIT_BITS)

static uint64_t place_of(const struct search_found *f)
{
	return (uint64_t)f->scope << 32 | f->id;
}

/* One pass of a radix sort, by the digit that begins at bit `shift`. */
static void sort_pass(struct search_found *to, const struct search_found *from,
	size_t count, unsigned shift)
{
	size_t at[DIGITS] = { 0 }, sum = 0;

	for (size_t i = 0; i < count; i++)
		at[place_of(&from[i]) >> shift & (DIGITS - 1)]++;
	for (uint32_t d = 0; d < DIGITS; d++) {
		size_t n = at[d];

		at[d] = sum;
		sum += n;
	}
	for (size_t i = 0; i < count; i++)
		to[at[place_of(&from[i]) >> shift & (DIGITS - 1)]++] = from[i];
}

void search_sort(struct buf *found)
{
	struct search_found *v = VEC_DATA(found, struct search_found), *to;
	size_t count = VEC_COUNT(found, struct search_found);
	uint64_t differ = 0;
	struct buf other = { 0 };
	bool sorted = true;

	for (size_t i = 1; i < count; i++) {
		sorted &= place_of(&v[i - 1]) <= place_of(&v[i]);
		differ |= place_of(&v[i - 1]) ^ place_of(&v[i]);
	}
	if (sorted)
		return;
	buf_add(&other, found->p, found->n);
	to = VEC_DATA(&other, struct search_found);
	for (unsigned shift = 0; shift < 64; shift += DIGIT_BITS) {
		struct search_found *from = v;

		if (!(differ >> shift & (DIGITS - 1)))
			continue;
		sort_pass(to, from, count, shift);
		v = to;
		to = from;
	}
	if (v != VEC_DATA(found, struct search_found))
		memcpy(found->p, v, found->n);
	buf_release(&other);
}

node_id search_node(struct world *w, const struct search_found *f)
{
	return f->scope == SEGMENT_NONE ? f->id : world_node_entity(w, f->scope, f->id);
}
