#include "reachability/search.h"

#include <stdlib.h>

static bool is_grant(const struct decide_statement *s)
{
	return s->slot == SLOT_IDENTITY && !(s->statement->flags & DOCUMENT_DENY);
}

static bool gives_everything(const struct decide_statement *st)
{
	const struct document_statement *s = st->statement;
	const struct document_interval *v = st->document->intervals + s->action_first;

	return is_grant(st) && (s->flags & DOCUMENT_ANY_RESOURCE) &&
	       !(s->flags & DOCUMENT_NOT_RESOURCE) && s->condition_count == 0 &&
	       s->action_count == 1 && v->begin == 0 && v->end == catalog_action_count();
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
		*out |= i < s->identity_count && gives_everything(st);
	}
	return 0;
}

static int compare_found(const void *a, const void *b)
{
	const struct search_found *x = a, *y = b;

	if (x->scope != y->scope)
		return x->scope < y->scope ? -1 : 1;
	return (x->id > y->id) - (x->id < y->id);
}

void search_sort(struct buf *found)
{
	if (found->n > 0)
		qsort(found->p, VEC_COUNT(found, struct search_found),
			sizeof(struct search_found), compare_found);
}

node_id search_node(struct world *w, const struct search_found *f)
{
	return f->scope == SEGMENT_NONE ? f->id : world_node_entity(w, f->scope, f->id);
}
