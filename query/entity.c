#include "query/entity.h"

#include "reachability/answer.h"
#include "reachability/pattern.h"

int entity_node(
	node_id *out, struct world *w, scope_number scope, entity_id id, struct err *e)
{
	struct segment *s;

	if (world_segment(&s, w, scope, e) < 0)
		return e->code;
	if (segment_entity(s, id)->flags & (ENTITY_CONTAINER | ENTITY_SHARED))
		return world_node_of_key(out, w, segment_key(s, id, world_arena(w)), e);
	*out = world_node_entity(w, scope, id);
	return 0;
}

struct str entity_account(struct world *w, node_id n)
{
	const struct node *node = world_node(w, n);
	struct str id = { 0 };

	if (node->flags & ENTITY_CONTAINER)
		id = world_attribute(w, n, STR_LIT("id"));
	return id.n > 0 ? id : node->account;
}

struct str entity_provider(struct world *w, node_id n)
{
	struct str kind = world_node_kind(w, n), key = world_node(w, n)->key;
	size_t colon = str_find_char(kind, ':', 0);
	size_t size;
	kind_id id;

	if (colon < kind.n)
		return str_head(kind, colon);
	id = catalog_kind_of_key(key, &size);
	if (id == CATALOG_NONE)
		return (struct str){ 0 };
	kind = catalog_kind_name(id);
	return str_head(kind, str_find_char(kind, ':', 0));
}

struct str entity_region(struct world *w, node_id n)
{
	return world_attribute(w, n, STR_LIT("region"));
}

static const struct segment_pair *tags_of(
	struct segment **s, uint32_t *count, struct world *w, node_id n)
{
	*s = world_node_segment(w, n);
	*count = 0;
	return *s ? segment_tags(*s, world_node(w, n)->id, count) : NULL;
}

int entity_tag(struct str *out, struct world *w, node_id n, struct str name)
{
	struct segment *s;
	uint32_t count;
	const struct segment_pair *tags = tags_of(&s, &count, w, n);

	for (uint32_t i = 0; i < count; i++) {
		if (!str_eq(segment_str(s, tags[i].key), name))
			continue;
		*out = segment_str(s, tags[i].value);
		return 1;
	}
	return 0;
}

static bool search_text(struct str word, struct str text)
{
	return pattern_literal_size(word) < word.n ? pattern_match_fold(word, text)
						   : str_contains_fold(text, word);
}

bool entity_search(struct world *w, node_id n, struct str word)
{
	struct segment *s;
	uint32_t count;
	const struct segment_pair *tags = tags_of(&s, &count, w, n);

	if (search_text(word, world_node_name(w, n)) ||
		search_text(word, world_node(w, n)->key))
		return true;
	for (uint32_t i = 0; i < count; i++) {
		if (search_text(word, segment_str(s, tags[i].key)) ||
			search_text(word, segment_str(s, tags[i].value)))
			return true;
	}
	return false;
}

int entity_enabled(struct world *w, node_id n)
{
	uint32_t flags = world_node(w, n)->flags;

	return flags & ENTITY_IDENTITY ? !(flags & ENTITY_DISABLED) : -1;
}

int64_t entity_created(struct world *w, node_id n)
{
	const struct segment_entity *entity = world_entity(w, n);

	return entity ? entity->created : 0;
}

int64_t entity_last_used(struct world *w, node_id n)
{
	const struct segment_entity *entity = world_entity(w, n);

	return entity ? segment_last_used(entity) : 0;
}

int entity_admin(struct world *w, node_id n, struct err *e)
{
	enum expr_verdict v;

	if (!(world_node(w, n)->flags & ENTITY_IDENTITY))
		return 0;
	e->code = 0;
	v = answer_admin(w, n, e);
	return e->code < 0 ? e->code : v >= VERDICT_CONDITIONAL;
}

int entity_public(struct world *w, node_id n, struct err *e)
{
	enum expr_verdict v;

	if (world_node(w, n)->type == NODE_PUBLIC)
		return 1;
	if (world_node(w, n)->type != NODE_ENTITY)
		return 0;
	e->code = 0;
	v = answer_public(w, n, e);
	return e->code < 0 ? e->code : v >= VERDICT_CONDITIONAL;
}

bool entity_external(struct world *w, node_id n)
{
	return world_node(w, n)->flags & (ENTITY_EXTERNAL | ENTITY_GUEST);
}
