#include "cli/invalid.h"

static bool is_invalid(const struct segment *s, uint32_t doc)
{
	return (segment_doc(s, doc)->flags & SEGMENT_DOC_INVALID) != 0;
}

static bool has_invalid(const struct segment *s)
{
	for (uint32_t doc = 0; doc < segment_info(s)->doc_count; doc++) {
		if (is_invalid(s, doc))
			return true;
	}
	return false;
}

static int read_invalid(struct invalid *out, struct segment *s, entity_id holder,
	const struct segment_holding *h, struct arena *arena, struct err *e)
{
	const struct document *document = NULL;

	if (segment_document(&document, s, h->doc, e) < 0)
		return e->code;
	*out = (struct invalid){ .holder = segment_key(s, holder, arena),
		.layer = record_layer_name((enum record_layer)h->layer),
		.policy = segment_str(s, h->name) };
	if (document)
		out->problem = document->problem;
	return segment_source(&out->source, s, holder, h, arena, e);
}

int invalid_each(struct world *w, scope_number n, struct arena *arena,
	void (*each)(void *ctx, const struct invalid *invalid), void *ctx, struct err *e)
{
	struct segment *s;
	uint32_t total, count;

	if (world_segment(&s, w, n, e) < 0)
		return e->code;
	if (!has_invalid(s))
		return 0;
	total = segment_info(s)->entity_count + segment_info(s)->foreign_count;
	for (entity_id id = 0; id < total; id++) {
		const struct segment_holding *h = segment_holdings(s, id, &count);

		for (uint32_t i = 0; i < count; i++) {
			struct invalid one;

			/* holdings without a document say "there is none" */
			if (h[i].doc == SEGMENT_NONE || !is_invalid(s, h[i].doc))
				continue;
			if (read_invalid(&one, s, id, &h[i], arena, e) < 0)
				return e->code;
			each(ctx, &one);
		}
	}
	return 0;
}
