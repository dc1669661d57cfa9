#include "reachability/provider.h"
#include "reachability/search.h"
#include "reachability/tree_sweep.h"

static bool has_text(const struct str *texts, uint32_t count, struct str text)
{
	for (uint32_t i = 0; i < count; i++) {
		if (str_eq(texts[i], text))
			return true;
	}
	return false;
}

/* Entities of the subject's scope whose policies name it but not the other. */
static int named_beside(
	struct buf *out, struct world *w, node_id subject, node_id ruler, struct err *e)
{
	struct str texts[SEARCH_TEXTS_MAX], others[SEARCH_TEXTS_MAX];
	uint32_t n = search_texts(texts, w, subject), m = search_texts(others, w, ruler);
	struct segment *s;

	if (world_segment(&s, w, world_node(w, subject)->scope, e) < 0)
		return e->code;
	for (uint32_t i = 0; i < n; i++) {
		uint32_t begin, end;

		if (has_text(others, m, texts[i]))
			continue;
		segment_principal_range(s, texts[i], &begin, &end);
		for (uint32_t k = begin; k < end; k++) {
			const struct segment_principal *p = &segment_principals(s)[k];

			if (p->type != 0 && p->entity < segment_info(s)->entity_count)
				VEC_ADD(out, entity_id, p->entity);
		}
	}
	buf_unique_u32(out);
	return 0;
}

int search_named(
	struct buf *out, struct decide *d, node_id subject, node_id ruler, struct err *e)
{
	struct world *w = decide_world(d);
	scope_number scope = world_node(w, subject)->scope;
	const struct decide_subject *s;
	const struct decide_object *o;
	struct buf ids = { 0 };
	int rc = world_acts(w, subject) ? named_beside(&ids, w, subject, ruler, e) : 0;

	for (size_t i = 0; i < VEC_COUNT(&ids, entity_id) && rc == 0; i++) {
		entity_id id = VEC_DATA(&ids, const entity_id)[i];
		struct access *access = ARENA_NEW(world_arena(w), struct access);

		if (decide_subject(&s, d, subject, e) < 0 ||
			decide_object(&o, d, world_node_entity(w, scope, id), e) < 0 ||
			decide_entity(access, d, s, o, (struct str){ 0 }, e) < 0)
			rc = e->code;
		else if (access->part_count > 0)
			VEC_ADD(out, struct search_found, { scope, id, access });
	}
	buf_release(&ids);
	if (rc == 0)
		rc = tree_sweep(out, d, subject, e);
	if (rc == 0)
		search_sort(out);
	return rc;
}
