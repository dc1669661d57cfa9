#include "rename.h"

static bool in_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

struct str rename_text(struct str text, const struct rename_word *words, uint32_t count,
	struct arena *arena)
{
	struct buf out = { 0 };
	struct str copy;

	for (size_t i = 0; i < text.n;) {
		size_t end = i;
		struct str word;

		while (end < text.n && in_word(text.p[end]))
			end++;
		end += end == i;
		word = (struct str){ text.p + i, end - i };
		for (uint32_t k = 0; k < count; k++) {
			if (str_eq(word, str_from(words[k].from))) {
				word = str_from(words[k].to);
				break;
			}
		}
		buf_add_str(&out, word);
		i = end;
	}
	copy = arena_copy(arena, buf_str(&out));
	buf_release(&out);
	return copy;
}

struct renaming {
	struct arena *arena;
	const struct rename_word *words;
	uint32_t count;
};

static void rename_one(const struct renaming *r, struct str *text)
{
	*text = rename_text(*text, r->words, r->count, r->arena);
}

static const struct record_pair *rename_pairs(
	const struct renaming *r, const struct record_pair *pairs, uint32_t count)
{
	struct record_pair *out =
		ARENA_NEW_ARRAY(r->arena, struct record_pair, count + 1);

	for (uint32_t i = 0; i < count; i++) {
		out[i] = pairs[i];
		rename_one(r, &out[i].value);
	}
	return out;
}

static void rename_entity(const struct renaming *r, struct record_entity *e)
{
	rename_one(r, &e->scope);
	rename_one(r, &e->key);
	rename_one(r, &e->name);
	rename_one(r, &e->parent);
	e->tags = rename_pairs(r, e->tags, e->tag_count);
	e->attributes = rename_pairs(r, e->attributes, e->attribute_count);
}

static void rename_record(const struct renaming *r, struct record *v)
{
	switch (v->type) {
	case RECORD_SCOPE:
		rename_one(r, &v->scope.id);
		rename_one(r, &v->scope.key);
		rename_one(r, &v->scope.parent);
		break;
	case RECORD_ENTITY:
		rename_entity(r, &v->entity);
		break;
	case RECORD_RELATION:
		rename_one(r, &v->relation.scope);
		rename_one(r, &v->relation.from);
		rename_one(r, &v->relation.to);
		break;
	case RECORD_DOCUMENT:
		rename_one(r, &v->document.scope);
		rename_one(r, &v->document.holder);
		rename_one(r, &v->document.name);
		rename_one(r, &v->document.body);
		break;
	case RECORD_COVERAGE:
		rename_one(r, &v->coverage.scope);
		rename_one(r, &v->coverage.subject);
		break;
	case RECORD_ALIAS:
		rename_one(r, &v->alias.scope);
		rename_one(r, &v->alias.key);
		rename_one(r, &v->alias.name);
		rename_one(r, &v->alias.other);
		break;
	case RECORD_HEADER:
	case RECORD_TYPE_END:
		break;
	}
}

void rename_draft(struct draft *d, const struct rename_word *words, uint32_t count)
{
	const struct renaming r = { .arena = &d->arena, .words = words, .count = count };

	for (size_t i = 0; i < draft_count(d); i++)
		rename_record(&r, draft_at(d, i));
}
