#include "reachability/endpoint.h"

#include "reachability/subject.h"

/* What its policy says, or that nobody collected it. */
static int statements_load(
	struct endpoint *out, struct world *w, uint32_t number, struct err *e)
{
	const struct world_document *docs;
	struct buf statements = { 0 };
	uint32_t count;
	void *copy;

	if (world_documents(&docs, &count, w, out->node, LAYER_ENDPOINT, e) < 0)
		return e->code;
	if (count == 0)
		out->unknown = world_unknown(w, world_node(w, out->node)->account,
			arena_printf(world_arena(w),
				"policy of the endpoint '%.*s' was not collected",
				STR_ARG(out->key)),
			true);
	for (uint32_t i = 0; i < count; i++) {
		const struct document *d = docs[i].compiled;

		if (d && !(d->flags & DOCUMENT_INVALID))
			subject_add_statements(&statements, d, SLOT_ENDPOINT, number,
				docs[i].doc, &docs[i]);
		else
			out->unknown = world_unknown(w, world_node(w, out->node)->account,
				arena_printf(world_arena(w),
					"policy of the endpoint '%.*s' is not valid",
					STR_ARG(out->key)),
				true);
	}
	out->statement_count = (uint32_t)VEC_COUNT(&statements, struct decide_statement);
	copy = arena_alloc(world_arena(w), statements.n + 1);
	if (statements.n > 0)
		memcpy(copy, statements.p, statements.n);
	out->statements = copy;
	buf_release(&statements);
	return 0;
}

static int members_load(struct buf *out, struct world *w, scope_number scope,
	struct segment *s, uint32_t kind, struct err *e)
{
	uint32_t count;
	const uint32_t *members = segment_kind_members(s, kind, &count);

	for (uint32_t i = 0; i < count; i++) {
		struct endpoint one = { .node = world_node_entity(w, scope, members[i]) };

		one.key = world_node(w, one.node)->key;
		if (world_removed(w, one.key))
			continue;
		one.id = world_attribute(w, one.node, STR_LIT("id"));
		one.network = world_attribute(w, one.node, STR_LIT("network"));
		one.service = world_attribute(w, one.node, STR_LIT("service"));
		if (statements_load(
			    &one, w, (uint32_t)VEC_COUNT(out, struct endpoint), e) < 0)
			return e->code;
		buf_add(out, &one, sizeof(one));
	}
	return 0;
}

int endpoint_load(struct endpoint_list *out, struct world *w,
	const struct provider *provider, struct err *e)
{
	struct buf found = { 0 };
	int rc = 0;
	void *copy;

	for (scope_number n = 0; n < world_scope_count(w) && rc == 0; n++) {
		struct segment *s;

		rc = world_segment(&s, w, n, e);
		for (uint32_t k = 0; rc == 0 && k < segment_info(s)->kind_count; k++) {
			if (str_eq(segment_kind(s, k), provider->endpoint_kind))
				rc = members_load(&found, w, n, s, k, e);
		}
	}
	out->count = (uint32_t)VEC_COUNT(&found, struct endpoint);
	copy = arena_alloc(world_arena(w), found.n + 1);
	if (found.n > 0)
		memcpy(copy, found.p, found.n);
	out->items = copy;
	buf_release(&found);
	return rc;
}
