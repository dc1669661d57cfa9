#include "reachability/world.h"

static int document_at(struct world_document *out, struct segment *s,
	const struct segment_holding *h, const struct node *holder, struct err *e)
{
	*out = (struct world_document){ .segment = s,
		.doc = h->doc,
		.name = segment_str(s, h->name),
		.holder = holder->key,
		.held_by = holder->id,
		.held = h };
	if (segment_document(&out->compiled, s, h->doc, e) < 0)
		return err_wrap(e, "policy '%.*s' of '%.*s'", STR_ARG(out->name),
			STR_ARG(holder->key));
	return 0;
}

int world_documents(const struct world_document **out, uint32_t *count, struct world *w,
	node_id n, enum record_layer layer, struct err *e)
{
	struct segment *s = world_node_segment(w, n);
	const struct segment_holding *h;
	struct world_document *docs;
	uint32_t held = 0, wanted = 0, found = 0;

	*out = NULL;
	*count = 0;
	if (!s)
		return 0;
	h = segment_holdings(s, world_node(w, n)->id, &held);
	for (uint32_t i = 0; i < held; i++)
		wanted += h[i].layer == (uint32_t)layer;
	if (wanted == 0)
		return 0;
	docs = ARENA_NEW_ARRAY(world_arena(w), struct world_document, wanted);
	for (uint32_t i = 0; i < held; i++) {
		struct str name = segment_str(s, h[i].name);

		if (h[i].layer != (uint32_t)layer || world_removed(w, name))
			continue;
		if (document_at(&docs[found++], s, &h[i], world_node(w, n), e) < 0)
			return e->code;
		docs[found - 1].layer = layer;
	}
	*out = docs;
	*count = found;
	return 0;
}
