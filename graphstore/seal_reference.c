#include "graphstore/seal_priv.h"

/*
 * References "name:KIND:NAME" (base/record.h) become the keys of the entities that they
 * mean. One that nothing, or more than one entity, in the scope fits stays as it is and
 * so stands for an entity that was not collected. The same holds for the end of a
 * relation that is a pattern.
 */

#define SHARED_NAME UINT32_MAX

struct references {
	struct builder *b;
	struct intern names; /* "KIND:NAME" of every entity */
	struct buf keys;     /* text_id of its key, or SHARED_NAME, per name */
	struct buf text;
};

static uint32_t name_number(struct references *r, struct str kind, struct str name)
{
	buf_clear(&r->text);
	buf_add_str(&r->text, kind);
	buf_add_char(&r->text, ':');
	buf_add_str(&r->text, name);
	return intern_add(&r->names, buf_str(&r->text));
}

static void names_make(struct references *r)
{
	const struct builder *b = r->b;
	size_t count = VEC_COUNT(&b->entities, struct builder_entity);

	for (size_t i = 0; i < count; i++) {
		const struct builder_entity *e =
			&VEC_DATA(&b->entities, const struct builder_entity)[i];
		uint32_t before = intern_count(&r->names);
		uint32_t n =
			name_number(r, builder_str(b, e->kind), builder_str(b, e->name));

		if (n == before)
			VEC_ADD(&r->keys, text_id, e->key);
		else
			VEC_DATA(&r->keys, text_id)[n] = SHARED_NAME;
	}
}

static void resolve(struct references *r, text_id *t)
{
	struct str kind, name;
	uint32_t n;

	if (!record_key_reference(builder_str(r->b, *t), &kind, &name))
		return;
	if (intern_count(&r->names) == 0)
		names_make(r);
	buf_clear(&r->text);
	buf_printf(&r->text, "%.*s:%.*s", STR_ARG(kind), STR_ARG(name));
	n = intern_find(&r->names, buf_str(&r->text));
	if (n != INTERN_NONE && VEC_DATA(&r->keys, text_id)[n] != SHARED_NAME)
		*t = VEC_DATA(&r->keys, text_id)[n];
}

/* '*' is any text, '?' one byte. The last star takes the least that lets the rest fit. */
static bool fits(struct str pattern, struct str key)
{
	size_t p = 0, k = 0, star = SIZE_MAX, from = 0;

	while (k < key.n) {
		if (p < pattern.n && pattern.p[p] == '*') {
			star = p++;
			from = k;
		} else if (p < pattern.n &&
			   (pattern.p[p] == '?' || pattern.p[p] == key.p[k])) {
			p++;
			k++;
		} else if (star != SIZE_MAX) {
			p = star + 1;
			k = ++from;
		} else {
			return false;
		}
	}
	while (p < pattern.n && pattern.p[p] == '*')
		p++;
	return p == pattern.n;
}

static void resolve_pattern(struct builder *b, text_id *t)
{
	struct str pattern = builder_str(b, *t);
	size_t count = VEC_COUNT(&b->entities, struct builder_entity);
	text_id found = *t;

	if (str_find_char(pattern, '*', 0) == pattern.n)
		return;
	for (size_t i = 0; i < count; i++) {
		text_id key = VEC_DATA(&b->entities, const struct builder_entity)[i].key;

		if (!fits(pattern, builder_str(b, key)))
			continue;
		if (found != *t && found != key)
			return;
		found = key;
	}
	*t = found;
}

#define RESOLVE_ALL(r, rows, type, field)                                                \
	do {                                                                             \
		for (size_t i_ = 0; i_ < VEC_COUNT(rows, type); i_++)                    \
			resolve((r), &VEC_DATA(rows, type)[i_].field);                   \
	} while (0)

void seal_reference_resolve(struct builder *b)
{
	struct references r = { .b = b };

	intern_init(&r.names);
	RESOLVE_ALL(&r, &b->relations, struct builder_relation, from);
	RESOLVE_ALL(&r, &b->relations, struct builder_relation, to);
	for (size_t i = 0; i < VEC_COUNT(&b->relations, struct builder_relation); i++)
		resolve_pattern(
			b, &VEC_DATA(&b->relations, struct builder_relation)[i].to);
	RESOLVE_ALL(&r, &b->holdings, struct builder_holding, holder);
	RESOLVE_ALL(&r, &b->coverages, struct builder_coverage, subject);
	RESOLVE_ALL(&r, &b->tags, struct builder_pair, owner);
	RESOLVE_ALL(&r, &b->attributes, struct builder_pair, owner);
	intern_release(&r.names);
	buf_release(&r.keys);
	buf_release(&r.text);
}
