#include "cli/detail.h"

#include "base/buf.h"
#include "reachability/provider.h"

static struct str policy_state(uint8_t state)
{
	switch (state) {
	case SEGMENT_POLICY_NONE:
		return STR_LIT("none");
	case SEGMENT_POLICY_GOT:
		return STR_LIT("read");
	case SEGMENT_POLICY_REFUSED:
		return STR_LIT("refused");
	default:
		return STR_LIT("not asked");
	}
}

struct str detail_coverage_name(uint32_t state)
{
	switch (state) {
	case COVERAGE_GOT:
		return STR_LIT("got");
	case COVERAGE_PARTIAL:
		return STR_LIT("partial");
	case COVERAGE_REFUSED:
		return STR_LIT("refused");
	case COVERAGE_ABSENT:
		return STR_LIT("absent");
	default:
		return STR_LIT("unknown");
	}
}

/* The array behind a buffer, moved into the arena. */
static void *keep(struct buf *b, struct arena *arena)
{
	void *p = arena_alloc(arena, b->n);

	if (b->n > 0)
		memcpy(p, b->p, b->n);
	buf_release(b);
	return p;
}

static const struct detail_pair *read_pairs(const struct segment *s,
	const struct segment_pair *pairs, uint32_t count, struct arena *arena)
{
	struct detail_pair *out = ARENA_NEW_ARRAY(arena, struct detail_pair, count);

	for (uint32_t i = 0; i < count; i++)
		out[i] = (struct detail_pair){ segment_str(s, pairs[i].key),
			segment_str(s, pairs[i].value) };
	return out;
}

static void add_relations(struct buf *out, const struct segment *s, entity_id id,
	enum record_relation_type type, bool reverse, struct arena *arena)
{
	uint32_t count;
	const uint32_t *others = segment_related(s, type, reverse, id, &count);

	for (uint32_t i = 0; i < count; i++)
		VEC_ADD(out, struct detail_relation,
			{ record_relation_name(type), reverse,
				segment_key(s, others[i], arena) });
}

static void read_relations(
	struct detail *d, const struct segment *s, entity_id id, struct arena *arena)
{
	struct buf all = { 0 };

	for (int t = RELATION_MEMBER_OF; t < RELATION_TYPE_END; t++) {
		add_relations(&all, s, id, (enum record_relation_type)t, false, arena);
		add_relations(&all, s, id, (enum record_relation_type)t, true, arena);
	}
	d->relation_count = (uint32_t)VEC_COUNT(&all, struct detail_relation);
	d->relations = keep(&all, arena);
}

static int read_policies(struct detail *d, struct segment *s, entity_id id,
	struct arena *arena, struct err *e)
{
	uint32_t count;
	const struct segment_holding *holdings = segment_holdings(s, id, &count);
	struct detail_policy *out = ARENA_NEW_ARRAY(arena, struct detail_policy, count);

	for (uint32_t i = 0; i < count; i++) {
		const struct document *document = NULL;

		if (segment_document(&document, s, holdings[i].doc, e) < 0 ||
			segment_document_text(&out[i].text, s, holdings[i].doc, e) < 0)
			return e->code;
		out[i].layer = record_layer_name((enum record_layer)holdings[i].layer);
		out[i].name = segment_str(s, holdings[i].name);
		if (segment_source(&out[i].source, s, id, &holdings[i], arena, e) < 0)
			return e->code;
		out[i].collected = document != NULL;
		if (document && (document->flags & DOCUMENT_INVALID))
			out[i].problem = document->problem;
	}
	d->policies = out;
	d->policy_count = count;
	return 0;
}

static void read_coverage(
	struct detail *d, const struct segment *s, entity_id id, struct arena *arena)
{
	const struct segment_coverage *all = segment_coverages(s);
	struct buf out = { 0 };

	for (uint32_t i = 0; i < segment_info(s)->coverage_count; i++) {
		if (segment_coverage_has(s, i, id))
			VEC_ADD(&out, struct detail_coverage,
				{ segment_str(s, all[i].what),
					detail_coverage_name(all[i].state),
					segment_str(s, all[i].detail) });
	}
	d->coverage_count = (uint32_t)VEC_COUNT(&out, struct detail_coverage);
	d->coverage = keep(&out, arena);
}

static int read_entity(struct detail *d, struct segment *s, entity_id id,
	struct arena *arena, struct err *e)
{
	const struct segment_entity *entity = segment_entity(s, id);
	const struct segment_pair *pairs;

	d->in_store = true;
	d->scope = segment_info(s)->scope;
	d->created = entity->created;
	d->last_used = segment_last_used(entity);
	d->tags_known = entity->tags_known != 0;
	d->resource_policy = policy_state(entity->policy_state);
	if (entity->parent != SEGMENT_NONE)
		d->parent = segment_key(s, entity->parent, arena);
	pairs = segment_tags(s, id, &d->tag_count);
	d->tags = read_pairs(s, pairs, d->tag_count, arena);
	pairs = segment_attributes(s, id, &d->attribute_count);
	d->attributes = read_pairs(s, pairs, d->attribute_count, arena);
	read_relations(d, s, id, arena);
	read_coverage(d, s, id, arena);
	return read_policies(d, s, id, arena, e);
}

int detail_read(struct detail *out, struct world *w, node_id n, struct arena *arena,
	struct err *e)
{
	const struct node *node = world_node(w, n);
	struct segment *segment = world_node_segment(w, n);

	*out = (struct detail){ .key = provider_written_key(w, n),
		.name = world_node_name(w, n),
		.kind = world_node_kind(w, n),
		.account = node->account,
		.flags = node->flags };
	if (!segment)
		return 0;
	if (segment_source(&out->source, segment, node->id, NULL, arena, e) < 0)
		return e->code;
	return read_entity(out, segment, node->id, arena, e);
}
