#include "draft.h"

void draft_read(struct draft *out, struct str stream)
{
	struct record r;
	struct err e = { 0 };
	size_t offset = 0;

	*out = (struct draft){ 0 };
	arena_init(&out->arena, ARENA_UNLIMITED);
	while (record_decode(&r, stream, &offset, false, &out->arena, &e) == 1)
		VEC_ADD(&out->records, struct record, r);
}

void draft_copy(struct draft *out, const struct draft *d)
{
	*out = (struct draft){ 0 };
	arena_init(&out->arena, ARENA_UNLIMITED);
	buf_add_str(&out->records, buf_str(&d->records));
}

void draft_release(struct draft *d)
{
	buf_release(&d->records);
	arena_release(&d->arena);
}

size_t draft_count(const struct draft *d)
{
	return VEC_COUNT(&d->records, struct record);
}

struct record *draft_at(const struct draft *d, size_t i)
{
	return &VEC_DATA(&d->records, struct record)[i];
}

void draft_drop(struct draft *d, size_t i)
{
	size_t count = draft_count(d);

	memmove(draft_at(d, i), draft_at(d, i + 1),
		(count - i - 1) * sizeof(struct record));
	d->records.n -= sizeof(struct record);
}

void draft_insert(struct draft *d, size_t i, const struct record *r)
{
	size_t count = draft_count(d);

	buf_add(&d->records, r, sizeof(*r));
	for (size_t k = count; k > i; k--)
		*draft_at(d, k) = *draft_at(d, k - 1);
	*draft_at(d, i) = *r;
}

const struct record_entity *draft_entity(const struct draft *d, struct str key)
{
	for (size_t i = 0; i < draft_count(d); i++) {
		const struct record *r = draft_at(d, i);

		if (r->type == RECORD_ENTITY && str_eq(r->entity.key, key))
			return &r->entity;
	}
	return NULL;
}

struct str draft_scope(const struct record *r)
{
	switch (r->type) {
	case RECORD_SCOPE:
		return r->scope.id;
	case RECORD_ENTITY:
		return r->entity.scope;
	case RECORD_RELATION:
		return r->relation.scope;
	case RECORD_DOCUMENT:
		return r->document.scope;
	case RECORD_COVERAGE:
		return r->coverage.scope;
	case RECORD_ALIAS:
		return r->alias.scope;
	case RECORD_HEADER:
	case RECORD_TYPE_END:
		break;
	}
	return (struct str){ 0 };
}

void draft_encode(struct buf *out, const struct draft *d)
{
	for (size_t i = 0; i < draft_count(d); i++)
		record_encode(out, draft_at(d, i));
}
