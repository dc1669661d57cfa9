#include "ingest/alias.h"

#include <stdlib.h>

struct alias_entry {
	struct str name;  /* scope, a newline, and the name; or the scope alone */
	struct str means; /* key, or scope */
	struct alias_place place;
};

void alias_init(struct alias_table *t)
{
	arena_init(&t->arena, ARENA_UNLIMITED);
	intern_init(&t->names);
}

void alias_release(struct alias_table *t)
{
	buf_release(&t->told);
	buf_release(&t->keys);
	intern_release(&t->names);
	arena_release(&t->arena);
}

static void tell(struct alias_table *t, struct str name, struct str means,
	struct alias_place place)
{
	VEC_ADD(&t->told, struct alias_entry,
		{ .name = name, .means = arena_copy(&t->arena, means), .place = place });
}

void alias_add(
	struct alias_table *t, const struct record_alias *a, struct alias_place place)
{
	tell(t,
		arena_printf(
			&t->arena, "%.*s\n%.*s", STR_ARG(a->scope), STR_ARG(a->name)),
		a->key, place);
	if (a->other.n > 0 && !str_eq(a->other, a->scope))
		tell(t, arena_copy(&t->arena, a->other), a->scope, place);
}

void alias_drop(struct alias_table *t, uint32_t input)
{
	struct alias_entry *entry = VEC_DATA(&t->told, struct alias_entry);
	size_t count = VEC_COUNT(&t->told, struct alias_entry), kept = 0;

	for (size_t i = 0; i < count; i++) {
		if (entry[i].place.input != input)
			entry[kept++] = entry[i];
	}
	t->told.n = kept * sizeof(*entry);
}

static int compare_entries(const void *a, const void *b)
{
	const struct alias_entry *x = a, *y = b;
	int order = str_cmp(x->name, y->name);

	if (order == 0 && x->place.input != y->place.input)
		order = x->place.input < y->place.input ? -1 : 1;
	if (order == 0 && x->place.batch != y->place.batch)
		order = x->place.batch < y->place.batch ? -1 : 1;
	return order != 0 ? order : str_cmp(x->means, y->means);
}

void alias_finish(struct alias_table *t)
{
	struct alias_entry *entry = VEC_DATA(&t->told, struct alias_entry);
	size_t count = VEC_COUNT(&t->told, struct alias_entry);

	if (count > 1)
		qsort(entry, count, sizeof(*entry), compare_entries);
	for (size_t i = 0; i < count; i++) {
		uint32_t before = intern_count(&t->names);

		if (intern_add(&t->names, entry[i].name) == before)
			buf_add(&t->keys, &entry[i].means, sizeof(entry[i].means));
	}
}

static struct str means(
	const struct alias_table *t, struct str name, struct str otherwise)
{
	uint32_t n = intern_find(&t->names, name);

	return n == INTERN_NONE ? otherwise : VEC_DATA(&t->keys, const struct str)[n];
}

struct str alias_scope(const struct alias_table *t, struct str id)
{
	return t->keys.n == 0 ? id : means(t, id, id);
}

struct str alias_key(const struct alias_table *t, struct str scope, struct str name)
{
	struct buf text = { 0 };
	struct str key;

	if (t->keys.n == 0 || name.n == 0)
		return name;
	buf_add_str(&text, scope);
	buf_add_char(&text, '\n');
	buf_add_str(&text, name);
	key = means(t, buf_str(&text), name);
	buf_release(&text);
	return key;
}

void alias_apply(const struct alias_table *t, struct str scope, struct record *r)
{
	if (t->keys.n == 0)
		return;
	switch (r->type) {
	case RECORD_SCOPE:
		r->scope.id = scope;
		r->scope.key = alias_key(t, scope, r->scope.key);
		break;
	case RECORD_ENTITY:
		r->entity.scope = scope;
		r->entity.key = alias_key(t, scope, r->entity.key);
		r->entity.parent = alias_key(t, scope, r->entity.parent);
		break;
	case RECORD_RELATION:
		r->relation.scope = scope;
		r->relation.from = alias_key(t, scope, r->relation.from);
		r->relation.to = alias_key(t, scope, r->relation.to);
		break;
	case RECORD_DOCUMENT:
		r->document.scope = scope;
		r->document.holder = alias_key(t, scope, r->document.holder);
		break;
	case RECORD_COVERAGE:
		r->coverage.scope = scope;
		r->coverage.subject = alias_key(t, scope, r->coverage.subject);
		break;
	default:
		break;
	}
}
