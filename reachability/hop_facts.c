#include "reachability/hop_facts.h"

#include "reachability/provider.h"
#include "reachability/subject.h"

static bool condition_tells(const struct provider *p, const struct document *d,
	const struct document_condition *c)
{
	if (!(c->flags & DOCUMENT_CONDITION_READS_PRINCIPAL))
		return false;
	return !p->tells_apart || (c->flags & DOCUMENT_CONDITION_VARIABLE) ||
	       p->tells_apart(document_str(d, c->key));
}

bool hop_facts_tell(const struct provider *p, const struct document *d,
	const struct document_statement *s, bool *exact)
{
	bool any = (s->flags & DOCUMENT_NOT_PRINCIPAL) != 0;

	*exact = true;
	if (!(s->flags & DOCUMENT_STATEMENT_READS_PRINCIPAL))
		return any;
	for (uint32_t i = 0; i < s->condition_count; i++)
		any |= condition_tells(p, d, &d->conditions[s->condition_first + i]);
	for (uint32_t i = 0; i < s->resource_count; i++)
		*exact &= !(d->patterns[s->resource_first + i].flags &
			    DOCUMENT_PATTERN_VARIABLE);
	return any || !*exact;
}

bool hop_facts_names_one(uint32_t type)
{
	return type == DOCUMENT_KEY || type == DOCUMENT_SESSION ||
	       type == DOCUMENT_UNIQUE_ID;
}

/* Whom the statement names. */
static int names_add(struct hop_facts *out, struct world *w, scope_number from,
	const struct document *d, const struct document_statement *s, struct err *e)
{
	const struct provider *p;
	struct segment *segment;

	if (world_segment(&segment, w, from, e) < 0)
		return e->code;
	p = provider_of_scope(segment_info(segment)->scope);
	for (uint32_t i = 0; i < s->principal_count; i++) {
		const struct document_principal *who =
			&d->principals[s->principal_first + i];
		node_id n;

		if (!hop_facts_names_one(who->type))
			continue;
		if (p->principal_node(&n, w, d, who, e) < 0)
			return e->code;
		if (n != NODE_NONE && subject_holder(&n, w, n, e) < 0)
			return e->code;
		if (n == NODE_NONE || world_node(w, n)->type != NODE_ENTITY)
			continue;
		VEC_ADD(&out->named, node_id, n);
		if (s->flags & DOCUMENT_DENY)
			VEC_ADD(&out->denied, node_id, n);
		else if (world_node(w, n)->scope != from)
			VEC_ADD(&out->abroad, node_id, n);
	}
	return 0;
}

void hop_facts_release(struct hop_facts *f)
{
	buf_release(&f->readings);
	buf_release(&f->named);
	buf_release(&f->denied);
	buf_release(&f->abroad);
	buf_release(&f->openers);
}

int hop_facts_of_scope(
	struct hop_facts *out, struct world *w, scope_number scope, struct err *e)
{
	const struct segment_principal *p;
	const struct provider *provider;
	struct segment *s;
	uint64_t last = UINT64_MAX;
	struct intern seen;
	int rc = 0;

	if (world_segment(&s, w, scope, e) < 0)
		return e->code;
	intern_init(&seen);
	provider = provider_of_scope(segment_info(s)->scope);
	p = segment_principals(s);
	for (uint32_t i = 0; i < segment_info(s)->principal_count && rc == 0; i++) {
		uint64_t at = (uint64_t)p[i].doc << 32 | p[i].statement;
		uint32_t before = intern_count(&seen);
		const struct document *d;
		bool exact;

		/* a gap is of no document */
		if (p[i].type == 0 || at == last ||
			intern_add(&seen, (struct str){ (const char *)&at, sizeof(at) }) <
				before)
			continue;
		last = at;
		rc = segment_document(&d, s, p[i].doc, e);
		if (rc < 0 || !d || p[i].statement >= d->statement_count)
			continue;
		if (hop_facts_tell(provider, d, &d->statements[p[i].statement], &exact))
			VEC_ADD(&out->readings, struct hop_facts_reading,
				{ p[i].doc, p[i].statement });
		rc = names_add(out, w, scope, d, &d->statements[p[i].statement], e);
	}
	intern_release(&seen);
	buf_unique_u32(&out->named);
	buf_unique_u32(&out->denied);
	buf_unique_u32(&out->abroad);
	return rc;
}
